/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The ixp_list of a roster: which exchange, its VLANs and switches. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ixp/roster_read.h"
#include "util/err.h"
#include "util/u64map.h"

enum { NAMES_AT_MOST = 300 }; /* bytes of a list in a message */

/* The one exchange that all connections name; several are an error. */
static int take_id(struct roster_reader *r, const json_t *connection)
{
	struct roster *roster = r->roster;
	uint64_t id;

	if (!roster_number_of(json_object_get(connection, "ixp_id"), UINT32_MAX,
			      &id))
		return 0;
	if (r->has_ixp && id != roster->ixp_id) {
		roster_error(r,
			     "found connections of the ixp_ids %u and %u, "
			     "expected roster_ixp in the configuration to say "
			     "which one",
			     roster->ixp_id, (unsigned)id);
		return ERR_CONFIG;
	}
	r->has_ixp = true;
	roster->ixp_id = (uint32_t)id;
	return 0;
}

/* Where there is no ixp_list. */
static int choose_by_connections(struct roster_reader *r, const json_t *top)
{
	const json_t *members = json_object_get(top, "member_list");
	int rc = 0;

	for (size_t i = 0; i < json_array_size(members); i++) {
		const json_t *list = json_object_get(json_array_get(members, i),
						     "connection_list");

		for (size_t j = 0; rc == 0 && j < json_array_size(list); j++)
			rc = take_id(r, json_array_get(list, j));
	}
	return rc;
}

/* The exchanges of a file, as far as choosing one needs. */
struct exchanges {
	const json_t *chosen;
	const json_t *last;
	size_t count;
	struct text names; /* "1 (Example-IX), 2" */
};

static void list_exchange(struct exchanges *e, const json_t *object,
			  uint64_t id)
{
	const char *name =
	    json_string_value(json_object_get(object, "shortname"));

	if (e->names.len > NAMES_AT_MOST)
		return;
	text_addf(&e->names, "%s%llu", e->names.len ? ", " : "",
		  (unsigned long long)id);
	if (name) {
		text_add(&e->names, " (");
		text_add_quoted(&e->names, name, strlen(name), 40);
		text_add(&e->names, ")");
	}
}

static void take_exchange(struct roster_reader *r, const json_t *object,
			  const uint32_t *wanted, struct exchanges *e)
{
	uint64_t id;

	if (!json_is_object(object)) {
		roster_warning(r, "found %s, expected an object: left out",
			       roster_found(object).text);
		return;
	}
	e->count++;
	e->last = object;
	if (!roster_number(r, object, "ixp_id", UINT32_MAX, &id))
		return;
	list_exchange(e, object, id);
	if (wanted && id == *wanted && !e->chosen)
		e->chosen = object;
}

static void find_exchanges(struct roster_reader *r, const json_t *list,
			   const uint32_t *wanted, struct exchanges *e)
{
	json_path_key(&r->at, "ixp_list");
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_path_index(&r->at, i);
		take_exchange(r, json_array_get(list, i), wanted, e);
		json_path_up(&r->at);
	}
	json_path_up(&r->at);
}

/* Which exchange of ixp_list; *chosen stays NULL where there is no such list.
 */
static int choose_exchange(struct roster_reader *r, const json_t *top,
			   const uint32_t *wanted, const json_t **chosen)
{
	struct exchanges e = { 0 };
	const json_t *list = roster_array(r, top, "ixp_list");
	uint64_t id;
	int rc = 0;

	text_init(&e.names);
	find_exchanges(r, list, wanted, &e);
	json_path_key(&r->at, "ixp_list");
	if (wanted) {
		r->has_ixp = true;
		r->roster->ixp_id = *wanted;
		*chosen = e.chosen;
	}
	if (e.count == 0) {
		roster_warning(r, "found no exchange, expected one");
		rc = wanted ? 0 : choose_by_connections(r, top);
	} else if (wanted && !e.chosen) {
		roster_error(r,
			     "found the ixp_ids %s, expected %u, the "
			     "roster_ixp of the configuration",
			     e.names.len ? text_str(&e.names) : "(none)",
			     *wanted);
		rc = ERR_CONFIG;
	} else if (!wanted && e.count > 1) {
		roster_error(r,
			     "found %zu exchanges with the ixp_ids %s, "
			     "expected roster_ixp in the configuration to say "
			     "which one",
			     e.count, text_str(&e.names));
		rc = ERR_CONFIG;
	} else if (!wanted) {
		*chosen = e.last;
		if (roster_number_of(json_object_get(e.last, "ixp_id"),
				     UINT32_MAX, &id)) {
			r->has_ixp = true;
			r->roster->ixp_id = (uint32_t)id;
		}
	}
	json_path_up(&r->at);
	text_fini(&e.names);
	return rc;
}

/* The id of an entry of `vlan` or `switch`; false: left out, with a warning. */
static bool read_id(struct roster_reader *r, const json_t *list, size_t i,
		    uint32_t *id)
{
	const json_t *object = json_array_get(list, i);
	uint64_t number;
	bool good;

	json_path_index(&r->at, i);
	good = json_is_object(object) &&
	       roster_number(r, object, "id", UINT32_MAX, &number);
	if (good)
		*id = (uint32_t)number;
	else
		roster_warning(r,
			       "found %s without an id, expected an object "
			       "with one: left out",
			       roster_found(object).text);
	json_path_up(&r->at);
	return good;
}

static int read_vlans(struct roster_reader *r, const json_t *list)
{
	struct roster *roster = r->roster;
	size_t count = json_array_size(list);
	struct u64map seen;
	int rc = u64map_init(&seen, count);

	roster->vlans = calloc(count ? count : 1, sizeof(*roster->vlans));
	if (!roster->vlans)
		rc = -ENOMEM;
	for (size_t i = 0; rc == 0 && i < count; i++) {
		struct roster_vlan *v = &roster->vlans[roster->vlan_count];

		if (!read_id(r, list, i, &v->id) ||
		    u64map_find(&seen, v->id) != U64MAP_NONE)
			continue;
		roster->vlan_count++;
		rc = roster_string(json_array_get(list, i), "name", &v->name);
		if (rc == 0)
			rc = u64map_put(&seen, v->id, 1);
	}
	u64map_fini(&seen);
	return rc;
}

static int read_switch(const json_t *object, struct roster_switch *s)
{
	int rc = roster_string(object, "name", &s->name);

	if (rc == 0)
		rc = roster_string(object, "city", &s->city);
	if (rc == 0)
		rc = roster_string(object, "colo", &s->colo);
	return rc;
}

static int read_switches(struct roster_reader *r, const json_t *list)
{
	struct roster *roster = r->roster;
	size_t count = json_array_size(list);
	struct u64map seen;
	int rc = u64map_init(&seen, count);

	roster->switches = calloc(count ? count : 1, sizeof(*roster->switches));
	if (!roster->switches)
		rc = -ENOMEM;
	for (size_t i = 0; rc == 0 && i < count; i++) {
		struct roster_switch *s =
		    &roster->switches[roster->switch_count];

		if (!read_id(r, list, i, &s->id) ||
		    u64map_find(&seen, s->id) != U64MAP_NONE)
			continue;
		roster->switch_count++;
		rc = read_switch(json_array_get(list, i), s);
		if (rc == 0)
			rc = u64map_put(&seen, s->id, 1);
	}
	u64map_fini(&seen);
	return rc;
}

/* What the chosen exchange's entry of ixp_list says; NULL: nothing. */
static int read_exchange(struct roster_reader *r, const json_t *list,
			 const json_t *object)
{
	uint64_t ixf_id = 0;
	size_t index = 0;
	int rc = roster_string(object, "shortname", &r->roster->shortname);

	while (object && json_array_get(list, index) != object)
		index++;
	json_path_key(&r->at, "ixp_list");
	json_path_index(&r->at, index);
	if (roster_number(r, object, "ixf_id", UINT32_MAX, &ixf_id))
		r->roster->ixf_id = (uint32_t)ixf_id;
	if (rc == 0) {
		const json_t *vlans = roster_array(r, object, "vlan");

		json_path_key(&r->at, "vlan");
		rc = read_vlans(r, vlans);
		json_path_up(&r->at);
	}
	if (rc == 0) {
		const json_t *switches = roster_array(r, object, "switch");

		json_path_key(&r->at, "switch");
		rc = read_switches(r, switches);
		json_path_up(&r->at);
	}
	json_path_up(&r->at);
	json_path_up(&r->at);
	return rc;
}

int roster_read_exchange(struct roster_reader *r, const json_t *top,
			 const uint32_t *ixp_id)
{
	const json_t *chosen = NULL;
	int rc = choose_exchange(r, top, ixp_id, &chosen);

	if (rc < 0)
		return rc;
	return read_exchange(r, json_object_get(top, "ixp_list"), chosen);
}
