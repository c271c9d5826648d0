/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ixp/roster.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ixp/input.h"
#include "ixp/roster_read.h"
#include "util/err.h"
#include "util/u64map.h"

/*
 * jansson makes the tree and tells where broken syntax is; what is wrong with
 * a value is placed by its path (json_path), which is why the text is kept.
 */

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
	rc = roster_read_exchange(r, top, ixp_id);
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
static struct roster *make(const struct roster_text *from)
{
	struct roster *roster = calloc(1, sizeof(*roster));

	if (!roster)
		return NULL;
	roster->path = strdup(from->path);
	roster->text = input_copy(from->text, from->len, &roster->text_len);
	if (roster->path && roster->text)
		return roster;
	roster_free(roster);
	return NULL;
}

int roster_parse(struct roster **out, const struct roster_text *text,
		 const uint32_t *ixp_id, struct diagnostics *d)
{
	struct roster_reader r = { .roster = make(text), .d = d };
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
	const struct input input = { path, ROSTER_SIZE_MAX,
				     "an IX-F Member Export" };
	struct text text;
	int rc;

	text_init(&text);
	rc = input_read(&input, &text, d);
	if (rc == 0)
		rc = roster_parse(
		    out,
		    &(struct roster_text){ path, text_str(&text), text.len },
		    ixp_id, d);
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
