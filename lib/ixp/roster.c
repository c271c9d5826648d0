/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ixp/roster.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ixp/roster_read.h"
#include "util/err.h"
#include "util/file.h"
#include "util/u64map.h"

/*
 * jansson makes the tree and tells where broken syntax is; what is wrong with
 * a value is placed by its path (json_path), which is why the text is kept.
 */

enum { NAMES_AT_MOST = 300 }; /* bytes of a list in a message */

static void check_version(struct roster_reader *r, const json_t *top)
{
	static const char *const known[] = { "0.6", "0.7", "1.0" };
	const json_t *value = json_object_get(top, "version");
	const char *version = r->roster->version;

	for (size_t i = 0; version && i < 3; i++) {
		if (strcmp(version, known[i]) == 0)
			return;
	}
	/* some exports write it as a number */
	if (json_is_real(value) && json_real_value(value) > 0.55 &&
	    json_real_value(value) < 1.05)
		return;
	json_path_key(&r->at, "version");
	roster_warning(r,
		       "found %s, expected version 0.6, 0.7 or 1.0 of the "
		       "IX-F Member Export: read all the same",
		       roster_found(value).text);
	json_path_up(&r->at);
}

/* Without ixp_list: the one exchange that all connections name, if any. */
static int choose_by_connections(struct roster_reader *r, const json_t *top)
{
	const json_t *members = json_object_get(top, "member_list");
	struct roster *roster = r->roster;

	for (size_t i = 0; i < json_array_size(members); i++) {
		const json_t *list = json_object_get(json_array_get(members, i),
						     "connection_list");

		for (size_t j = 0; j < json_array_size(list); j++) {
			const json_t *id =
			    json_object_get(json_array_get(list, j), "ixp_id");
			uint64_t number;

			if (!roster_number_of(id, UINT32_MAX, &number))
				continue;
			if (r->has_ixp && number != roster->ixp_id) {
				roster_error(r,
					     "found connections of the ixp_ids "
					     "%u and %u, expected roster_ixp "
					     "in the configuration to say "
					     "which one",
					     roster->ixp_id, (unsigned)number);
				return ERR_CONFIG;
			}
			r->has_ixp = true;
			roster->ixp_id = (uint32_t)number;
		}
	}
	return 0;
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

static void find_exchanges(struct roster_reader *r, const json_t *list,
			   const uint32_t *wanted, struct exchanges *e)
{
	json_path_key(&r->at, "ixp_list");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *object = json_array_get(list, i);
		uint64_t id;

		json_path_index(&r->at, i);
		if (!json_is_object(object)) {
			roster_warning(r,
				       "found %s, expected an object: left out",
				       roster_found(object).text);
		} else {
			e->count++;
			e->last = object;
			if (roster_number(r, object, "ixp_id", UINT32_MAX,
					  &id)) {
				list_exchange(e, object, id);
				if (wanted && id == *wanted && !e->chosen)
					e->chosen = object;
			}
		}
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
	size_t index = 0;
	int rc = roster_string(object, "shortname", &r->roster->shortname);

	while (object && json_array_get(list, index) != object)
		index++;
	json_path_key(&r->at, "ixp_list");
	json_path_index(&r->at, index);
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

static size_t count_presences(const struct roster *roster)
{
	size_t count = 0;

	for (size_t i = 0; i < roster->member_count; i++) {
		const struct roster_member *m = &roster->members[i];

		for (size_t j = 0; j < m->connection_count; j++)
			count += m->connections[j].presence_count;
	}
	return count;
}

/* The path to something, for which json_path has no place in a struct. */
static void path_to(struct json_path *path, const struct roster_where *where)
{
	*path = (struct json_path){ 0 };
	json_path_key(path, "member_list");
	json_path_index(path, where->member);
	if (where->connection == ROSTER_NOWHERE)
		return;
	json_path_key(path, "connection_list");
	json_path_index(path, where->connection);
	if (where->vlan == ROSTER_NOWHERE)
		return;
	json_path_key(path, "vlan_list");
	json_path_index(path, where->vlan);
}

/* Take a VLAN that a member is in for one of the exchange's. */
static int add_vlan(struct roster_reader *r, const struct roster_presence *p,
		    struct u64map *known)
{
	struct roster *roster = r->roster;
	struct roster_vlan *vlans;

	if (u64map_find(known, p->vlan_id) != U64MAP_NONE)
		return 0;
	path_to(&r->at, &p->where);
	roster_warning(r,
		       "found vlan_id %u, expected one that ixp_list has: "
		       "taken for a VLAN without a name",
		       p->vlan_id);
	r->at.depth = 0;
	vlans =
	    reallocarray(roster->vlans, roster->vlan_count + 1, sizeof(*vlans));
	if (!vlans)
		return -ENOMEM;
	vlans[roster->vlan_count++] = (struct roster_vlan){ .id = p->vlan_id };
	roster->vlans = vlans;
	return u64map_put(known, p->vlan_id, 1);
}

/* Add the VLANs that members are in and ixp_list lacks. */
static int add_missing_vlans(struct roster_reader *r)
{
	struct roster *roster = r->roster;
	struct u64map known;
	int rc =
	    u64map_init(&known, roster->vlan_count + count_presences(roster));

	for (size_t i = 0; rc == 0 && i < roster->vlan_count; i++)
		rc = u64map_put(&known, roster->vlans[i].id, 1);
	for (size_t i = 0; rc == 0 && i < roster->member_count; i++) {
		const struct roster_member *m = &roster->members[i];

		for (size_t j = 0; rc == 0 && j < m->connection_count; j++) {
			const struct roster_connection *c = &m->connections[j];

			for (size_t k = 0; rc == 0 && k < c->presence_count;
			     k++)
				rc = add_vlan(r, &c->presences[k], &known);
		}
	}
	u64map_fini(&known);
	return rc;
}

static int read_top(struct roster_reader *r, const json_t *top,
		    const uint32_t *ixp_id)
{
	const json_t *chosen = NULL;
	int rc;

	if (!json_is_object(top)) {
		roster_error(r,
			     "found %s, expected an object: an IX-F Member "
			     "Export",
			     roster_found(top).text);
		return ERR_CONFIG;
	}
	rc = roster_string(top, "version", &r->roster->version);
	if (rc < 0)
		return rc;
	check_version(r, top);
	rc = choose_exchange(r, top, ixp_id, &chosen);
	if (rc < 0)
		return rc;
	rc = read_exchange(r, json_object_get(top, "ixp_list"), chosen);
	if (rc == 0)
		rc = roster_read_members(r, top);
	return rc < 0 ? rc : add_missing_vlans(r);
}

/* Make the tree of the text; what is no JSON is reported. */
static int load_json(struct roster_reader *r, json_t **top)
{
	const struct roster *roster = r->roster;
	struct place place = { .path = roster->path };
	json_error_t error;

	if (roster->text_len == 0) {
		diagnostics_error(r->d, place,
				  "found an empty file, expected an IX-F "
				  "Member Export");
		return ERR_CONFIG;
	}
	*top =
	    json_loadb(roster->text, roster->text_len, JSON_DECODE_ANY, &error);
	if (*top)
		return 0;
	if (json_error_code(&error) == json_error_out_of_memory)
		return -ENOMEM;
	if (error.line > 0) {
		place.line = (size_t)error.line;
		place.column = error.column > 0 ? (size_t)error.column : 1;
	}
	diagnostics_error(r->d, place, "found what is not JSON: %s",
			  error.text);
	return ERR_CONFIG;
}

/* A roster that holds the text and nothing else yet. */
static struct roster *make(const char *path, const char *text, size_t len)
{
	struct roster *roster = calloc(1, sizeof(*roster));

	if (!roster)
		return NULL;
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3; /* a byte order mark */
		len -= 3;
	}
	roster->path = strdup(path);
	roster->text = malloc(len + 1);
	if (!roster->path || !roster->text) {
		roster_free(roster);
		return NULL;
	}
	memcpy(roster->text, text, len);
	roster->text[len] = '\0';
	roster->text_len = len;
	return roster;
}

int roster_parse(struct roster **out, const char *path, const char *text,
		 size_t len, const uint32_t *ixp_id, struct diagnostics *d)
{
	struct roster_reader r = { .roster = make(path, text, len), .d = d };
	json_t *top = NULL;
	int rc = r.roster ? load_json(&r, &top) : -ENOMEM;

	if (rc == 0)
		rc = read_top(&r, top, ixp_id);
	json_decref(top);
	if (rc < 0) {
		roster_free(r.roster);
		return rc;
	}
	*out = r.roster;
	return 0;
}

int roster_load(struct roster **out, const char *path, const uint32_t *ixp_id,
		struct diagnostics *d)
{
	struct place place = { .path = path };
	struct text text;
	int rc;

	text_init(&text);
	rc = file_read(path, ROSTER_SIZE_MAX, &text);
	if (rc == ERR_RANGE || rc == ERR_UNSUPPORTED) {
		diagnostics_error(d, place,
				  rc == ERR_RANGE
				      ? "found more than 64 MiB, expected an "
					"IX-F Member Export"
				      : "found no regular file, expected an "
					"IX-F Member Export");
		rc = ERR_CONFIG;
	} else if (rc < 0) {
		diagnostics_error(d, place, "cannot be read: %s", err_str(rc));
	} else {
		rc = roster_parse(out, path, text_str(&text), text.len, ixp_id,
				  d);
	}
	text_fini(&text);
	return rc;
}

void roster_free(struct roster *roster)
{
	if (!roster)
		return;
	free(roster->path);
	free(roster->version);
	free(roster->text);
	free(roster->shortname);
	for (size_t i = 0; i < roster->vlan_count; i++)
		free(roster->vlans[i].name);
	free(roster->vlans);
	for (size_t i = 0; i < roster->switch_count; i++) {
		free(roster->switches[i].name);
		free(roster->switches[i].city);
		free(roster->switches[i].colo);
	}
	free(roster->switches);
	for (size_t i = 0; i < roster->member_count; i++)
		roster_member_fini(&roster->members[i]);
	free(roster->members);
	free(roster);
}

struct place roster_place(const struct roster *roster,
			  const struct roster_where *where)
{
	struct json_path path;

	path_to(&path, where);
	return json_path_place(&path, roster->path, roster->text,
			       roster->text_len);
}
