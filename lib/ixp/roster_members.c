/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The member_list of a roster. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ixp/roster_read.h"
#include "util/err.h"
#include "util/number.h"

enum { ASN_MAX = 0xfffffffe };

static const uint64_t bps_per_mbps = 1000000;

/* The MACs of one presence while they are collected. */
struct mac_list {
	struct mac *macs;
	size_t count;
	size_t capacity;
};

static int add_mac(struct roster_reader *r, const json_t *value,
		   struct mac_list *list)
{
	const char *text = json_string_value(value);
	size_t len = text ? strlen(text) : 0;
	struct mac mac;

	while (len > 0 && text[0] == ' ') {
		text++;
		len--;
	}
	while (len > 0 && text[len - 1] == ' ')
		len--;
	if (!text || mac_parse(text, len, &mac) < 0 || mac.bits == 0 ||
	    mac_is_group(mac)) {
		roster_warning(r,
			       "found %s, expected the MAC address of one "
			       "station: left out",
			       roster_found(value).text);
		return 0;
	}
	if (list->count == list->capacity) {
		size_t capacity = list->capacity ? 2 * list->capacity : 4;
		struct mac *macs =
		    reallocarray(list->macs, capacity, sizeof(*macs));

		if (!macs)
			return -ENOMEM;
		list->macs = macs;
		list->capacity = capacity;
	}
	list->macs[list->count++] = mac;
	return 0;
}

/* The key mac_addresses: an array, or one address alone. */
static int add_macs(struct roster_reader *r, const json_t *object,
		    struct mac_list *list)
{
	static const char key[] = "mac_addresses";
	const json_t *value = json_object_get(object, key);
	const json_t *macs;
	int rc = 0;

	if (json_is_string(value)) {
		json_path_key(&r->at, key);
		rc = add_mac(r, value, list);
		json_path_up(&r->at);
		return rc;
	}
	macs = roster_array(r, object, key);
	json_path_key(&r->at, key);
	for (size_t i = 0; rc == 0 && i < json_array_size(macs); i++) {
		json_path_index(&r->at, i);
		rc = add_mac(r, json_array_get(macs, i), list);
		json_path_up(&r->at);
	}
	json_path_up(&r->at);
	return rc;
}

static int compare_macs(const void *left, const void *right)
{
	const struct mac *a = left;
	const struct mac *b = right;

	return (a->bits > b->bits) - (a->bits < b->bits);
}

/* Sort, and keep each once. */
static void settle_macs(struct mac_list *list, struct roster_presence *p)
{
	size_t kept = 0;

	if (list->count)
		qsort(list->macs, list->count, sizeof(*list->macs),
		      compare_macs);
	for (size_t i = 0; i < list->count; i++) {
		if (kept == 0 ||
		    !mac_equal(list->macs[kept - 1], list->macs[i]))
			list->macs[kept++] = list->macs[i];
	}
	p->macs = list->macs;
	p->mac_count = kept;
}

/* The router's address; like "192.0.2.1", or none. */
static void read_address(struct roster_reader *r, const json_t *family,
			 struct ipaddr *to)
{
	const json_t *value = json_object_get(family, "address");
	const char *text = json_string_value(value);

	if (!value || json_is_null(value) || (text && !*text) ||
	    (text && ipaddr_parse(text, strlen(text), to) == 0))
		return;
	json_path_key(&r->at, "address");
	roster_warning(r, "found %s, expected an IP address: left out",
		       roster_found(value).text);
	json_path_up(&r->at);
}

static int read_macs(struct roster_reader *r, const json_t *object,
		     struct roster_presence *p)
{
	static const char *const families[] = { "ipv4", "ipv6" };
	struct mac_list list = { 0 };
	int rc = add_macs(r, object, &list);

	for (size_t i = 0; rc == 0 && i < 2; i++) {
		const json_t *family = roster_object(r, object, families[i]);

		if (!family)
			continue;
		json_path_key(&r->at, families[i]);
		rc = add_macs(r, family, &list);
		read_address(r, family, &p->addresses[i]);
		json_path_up(&r->at);
	}
	settle_macs(&list, p);
	return rc;
}

/* The VLAN of a presence that names none: the exchange's only one. */
static bool only_vlan(struct roster_reader *r, uint64_t *id)
{
	if (r->roster->vlan_count != 1)
		return false;
	*id = r->roster->vlans[0].id;
	return true;
}

static int read_presence(struct roster_reader *r, const json_t *object,
			 struct roster_connection *c,
			 const struct roster_where *where)
{
	struct roster_presence *p = &c->presences[c->presence_count];
	uint64_t id;

	if (!json_is_object(object)) {
		roster_warning(r, "found %s, expected an object: left out",
			       roster_found(object).text);
		return 0;
	}
	if (!roster_number(r, object, "vlan_id", UINT32_MAX, &id) &&
	    !only_vlan(r, &id)) {
		roster_warning(r, "found no vlan_id, expected the id of a "
				  "VLAN: left out");
		return 0;
	}
	p->vlan_id = (uint32_t)id;
	p->where = *where;
	c->presence_count++;
	return read_macs(r, object, p);
}

static int read_presences(struct roster_reader *r, const json_t *object,
			  struct roster_connection *c,
			  struct roster_where where)
{
	const json_t *list = roster_array(r, object, "vlan_list");
	size_t count = json_array_size(list);
	int rc = 0;

	if (count == 0)
		return 0;
	c->presences = calloc(count, sizeof(*c->presences));
	if (!c->presences)
		return -ENOMEM;
	json_path_key(&r->at, "vlan_list");
	for (size_t i = 0; rc == 0 && i < count; i++) {
		where.vlan = (uint32_t)i;
		json_path_index(&r->at, i);
		rc = read_presence(r, json_array_get(list, i), c, &where);
		json_path_up(&r->at);
	}
	json_path_up(&r->at);
	return rc;
}

static void read_interface(struct roster_reader *r, const json_t *object,
			   struct roster_interface *i)
{
	uint64_t number;

	if (!json_is_object(object))
		roster_warning(r, "found %s, expected an object",
			       roster_found(object).text);
	if (roster_number(r, object, "switch_id", UINT32_MAX, &number))
		i->switch_id = (uint32_t)number;
	if (roster_number(r, object, "if_speed", UINT64_MAX / bps_per_mbps,
			  &number))
		i->speed_bps = number * bps_per_mbps;
}

static int read_interfaces(struct roster_reader *r, const json_t *object,
			   struct roster_connection *c)
{
	const json_t *list = roster_array(r, object, "if_list");
	size_t count = json_array_size(list);

	if (count == 0)
		return 0;
	c->interfaces = calloc(count, sizeof(*c->interfaces));
	if (!c->interfaces)
		return -ENOMEM;
	c->interface_count = count;
	json_path_key(&r->at, "if_list");
	for (size_t i = 0; i < count; i++) {
		json_path_index(&r->at, i);
		read_interface(r, json_array_get(list, i), &c->interfaces[i]);
		json_path_up(&r->at);
	}
	json_path_up(&r->at);
	return 0;
}

/* True if a connection of this state carries no traffic. */
static bool is_out_of_use(const char *state)
{
	static const char *const states[] = { "inactive", "down", "disabled",
					      "disconnected" };

	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++) {
		if (strcasecmp(state, states[i]) == 0)
			return true;
	}
	return false;
}

/* True if a connection is of another exchange than the chosen one. */
static bool is_elsewhere(struct roster_reader *r, const json_t *object)
{
	uint64_t id;

	return r->has_ixp && json_is_object(object) &&
	       roster_number(r, object, "ixp_id", UINT32_MAX, &id) &&
	       id != r->roster->ixp_id;
}

/* True if a connection can be read and is in use. */
static bool is_in_use(struct roster_reader *r, const json_t *object)
{
	const json_t *state = json_object_get(object, "state");

	if (!json_is_object(object)) {
		roster_warning(r, "found %s, expected an object: left out",
			       roster_found(object).text);
		return false;
	}
	if (json_is_string(state) && is_out_of_use(json_string_value(state))) {
		roster_warning(r,
			       "found a connection in state %s, expected one "
			       "in use: left out",
			       roster_found(state).text);
		return false;
	}
	return true;
}

/* Read a connection into the next place of the member's array. */
static int read_connection(struct roster_reader *r, const json_t *object,
			   struct roster_member *m, size_t index)
{
	struct roster_where where = m->where;
	struct roster_connection *c;
	int rc;

	if (!is_in_use(r, object))
		return 0;
	where.connection = (uint32_t)index;
	c = &m->connections[m->connection_count++];
	rc = read_interfaces(r, object, c);
	return rc < 0 ? rc : read_presences(r, object, c, where);
}

/* elsewhere: gets how many connections are of other exchanges. */
static int read_connections(struct roster_reader *r, const json_t *list,
			    struct roster_member *m, size_t *elsewhere)
{
	size_t count = json_array_size(list);
	int rc = 0;

	if (count == 0)
		return 0;
	m->connections = calloc(count, sizeof(*m->connections));
	if (!m->connections)
		return -ENOMEM;
	json_path_key(&r->at, "connection_list");
	for (size_t i = 0; rc == 0 && i < count; i++) {
		const json_t *object = json_array_get(list, i);

		json_path_index(&r->at, i);
		if (is_elsewhere(r, object))
			(*elsewhere)++;
		else
			rc = read_connection(r, object, m, i);
		json_path_up(&r->at);
	}
	json_path_up(&r->at);
	return rc;
}

/* The member's number: 64500, "64500" or "AS64500". */
static uint32_t read_asn(struct roster_reader *r, const json_t *object)
{
	const json_t *value = json_object_get(object, "asnum");
	const char *text = json_string_value(value);
	uint64_t asn = 0;
	bool good;

	if (text && strncasecmp(text, "AS", 2) == 0)
		good =
		    number_u64(text + 2, strlen(text + 2), ASN_MAX, &asn) == 0;
	else
		good = roster_number_of(value, ASN_MAX, &asn);
	if (good && asn)
		return (uint32_t)asn;
	roster_warning(r,
		       "found %s as asnum, expected an AS number: this member "
		       "is left out",
		       roster_found(value).text);
	return 0;
}

static int read_member(struct roster_reader *r, const json_t *object,
		       size_t index)
{
	struct roster *roster = r->roster;
	struct roster_member *m = &roster->members[roster->member_count];
	size_t elsewhere = 0;
	const json_t *list;
	int rc;

	if (!json_is_object(object)) {
		roster_warning(r, "found %s, expected an object: left out",
			       roster_found(object).text);
		return 0;
	}
	m->asn = read_asn(r, object);
	if (m->asn == 0)
		return 0;
	m->where = (struct roster_where){ .member = (uint32_t)index,
					  .connection = ROSTER_NOWHERE,
					  .vlan = ROSTER_NOWHERE };
	roster->member_count++;
	rc = roster_string(object, "name", &m->name);
	if (rc < 0)
		return rc;
	list = roster_array(r, object, "connection_list");
	rc = read_connections(r, list, m, &elsewhere);
	/* a member of other exchanges of this file alone */
	if (rc == 0 && elsewhere && elsewhere == json_array_size(list)) {
		roster_member_fini(m);
		*m = (struct roster_member){ 0 };
		roster->member_count--;
	}
	return rc;
}

static int compare_members(const void *left, const void *right)
{
	const struct roster_member *a = left;
	const struct roster_member *b = right;

	if (a->asn != b->asn)
		return a->asn < b->asn ? -1 : 1;
	return (a->where.member > b->where.member) -
	       (a->where.member < b->where.member);
}

/* Move one member's connections to another of the same ASN. */
static int merge(struct roster_member *into, struct roster_member *from)
{
	size_t count = into->connection_count + from->connection_count;
	struct roster_connection *all;

	if (!into->name) {
		into->name = from->name;
		from->name = NULL;
	}
	if (from->connection_count) {
		all = reallocarray(into->connections, count, sizeof(*all));
		if (!all)
			return -ENOMEM;
		memcpy(all + into->connection_count, from->connections,
		       from->connection_count * sizeof(*all));
		into->connections = all;
		into->connection_count = count;
		from->connection_count = 0;
	}
	return 0;
}

/* Sort by ASN and merge those listed twice. */
static int settle_members(struct roster_reader *r)
{
	struct roster *roster = r->roster;
	struct roster_member *members = roster->members;
	size_t count = roster->member_count;
	size_t kept = 0;
	int rc = 0;

	if (count == 0)
		return 0;
	qsort(members, count, sizeof(*members), compare_members);
	for (size_t i = 0; i < count; i++) {
		struct roster_member m = members[i];

		members[i] = (struct roster_member){ 0 };
		if (kept == 0 || members[kept - 1].asn != m.asn) {
			members[kept++] = m;
			continue;
		}
		json_path_key(&r->at, "member_list");
		json_path_index(&r->at, m.where.member);
		roster_warning(
		    r,
		    "found AS%u again, expected it once: merged with "
		    "member_list[%u]",
		    m.asn, members[kept - 1].where.member);
		json_path_up(&r->at);
		json_path_up(&r->at);
		if (rc == 0)
			rc = merge(&members[kept - 1], &m);
		roster_member_fini(&m);
	}
	roster->member_count = kept;
	return rc;
}

int roster_read_members(struct roster_reader *r, const json_t *top)
{
	const json_t *list = json_object_get(top, "member_list");
	size_t count = json_array_size(list);
	int rc = 0;

	json_path_key(&r->at, "member_list");
	if (!json_is_array(list)) {
		roster_error(r, "found %s, expected an array of the members",
			     roster_found(list).text);
		rc = ERR_CONFIG;
	} else if (count == 0) {
		roster_warning(r, "found no member, expected some");
	}
	if (rc == 0 && count) {
		r->roster->members = calloc(count, sizeof(*r->roster->members));
		if (!r->roster->members)
			rc = -ENOMEM;
	}
	for (size_t i = 0; rc == 0 && i < count; i++) {
		json_path_index(&r->at, i);
		rc = read_member(r, json_array_get(list, i), i);
		json_path_up(&r->at);
	}
	json_path_up(&r->at);
	return rc < 0 ? rc : settle_members(r);
}

static void connection_fini(struct roster_connection *c)
{
	free(c->interfaces);
	for (size_t i = 0; i < c->presence_count; i++)
		free(c->presences[i].macs);
	free(c->presences);
}

void roster_member_fini(struct roster_member *m)
{
	free(m->name);
	for (size_t i = 0; i < m->connection_count; i++)
		connection_fini(&m->connections[i]);
	free(m->connections);
}
