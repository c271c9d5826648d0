/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Whose the VLAN interfaces of MAC tables are.
 *
 * The entries of all tables are put into groups, one a VLAN interface. A group
 * is given to an interface of the registry by what its addresses and MACs are
 * known as; then its MACs are claimed for that, in the tables' order, so that
 * of two that contradict the first one counts. Groups that nothing tells get a
 * second chance: a MAC of theirs may have been claimed by then.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ixp/registry_parts.h"

enum {
	TAGS = MAC_TABLE_TAG_MAX + 1,
	MACS_AT_MOST = 4, /* in a message */
	NO_GROUP = 0xffffffff,
};

/* What entries of a group say; another member's interface: contradiction. */
struct verdict {
	uint32_t interface; /* 0: nothing */
	uint32_t other;	    /* 0: none */
};

/* A VLAN interface of the tables. */
struct group {
	const struct mac_table *table;		 /* that names it first */
	const struct mac_table_entry *first_mac; /* NULL: none */
	uint16_t vlan;
	uint32_t id;
	bool has_id;
	bool claimed;
	uint32_t mac_count;
	struct verdict by_address;
	struct verdict by_mac; /* of one table: */
	const struct mac_table *judged_by;
	struct verdict by_table; /* of MACs that another group has too */
	uint32_t interface;	 /* of the registry; 0: not known */
};

struct join {
	struct registry_draft *draft;
	struct claims *claims;
	struct addresses addresses;
	struct group *groups;
	uint32_t group_count;
	uint32_t *group_of;	/* of all tables' entries */
	struct u64map by_id;	/* group_key -> group */
	struct u64map known;	/* station_key -> interface, not by tables */
	struct u64map by_table; /* station_key -> group that claimed it */
	struct u64map warned;	/* station_key -> group that wanted it last */
	bool *has_tag;		/* of the exchange */
};

static uint64_t station_key(struct mac mac, uint16_t vlan)
{
	return mac.bits << 12 | (vlan & 0xfff);
}

static uint32_t member_of(const struct join *j, uint32_t interface)
{
	return j->draft->registry->interfaces[interface].member;
}

static uint32_t asn_of(const struct join *j, uint32_t interface)
{
	return j->draft->registry->members[member_of(j, interface)].asn;
}

static int list_known(struct join *j)
{
	int rc = u64map_init(&j->known, j->claims->count);

	for (size_t i = 0; rc == 0 && i < j->claims->count; i++) {
		const struct claim *c = &j->claims->all[i];

		if (c->config &&
		    !validity_holds(c->config->holds, j->draft->registry->at_s))
			continue;
		rc = u64map_put(&j->known, station_key(c->mac, c->vlan),
				c->interface);
	}
	return rc;
}

static struct place place_of(const struct join *j,
			     const struct mac_table *table,
			     const struct mac_table_entry *e)
{
	if (j->draft->d->warnings >= DIAGNOSTICS_SHOWN)
		return (struct place){ .path = table->path };
	return mac_table_place(table, &e->where);
}

/* Take what is known of an entry for its group's. */
static void judge(const struct join *j, struct verdict *v, uint32_t interface)
{
	if (interface == 0 || interface == U64MAP_NONE)
		return;
	if (v->interface &&
	    member_of(j, v->interface) != member_of(j, interface))
		v->other = interface;
	else if (v->interface == 0 || interface < v->interface)
		v->interface = interface;
}

/* The group of an entry, a new one if it is the first of its id. */
static int find_group(struct join *j, size_t table,
		      const struct mac_table_entry *e, uint32_t *index)
{
	uint64_t key = (uint64_t)!e->has_id << 63 |
		       (uint64_t)(e->has_id ? e->vlan : table) << 32 | e->id;

	*index = u64map_find(&j->by_id, key);
	if (*index != U64MAP_NONE)
		return 0;
	*index = j->group_count++;
	j->groups[*index] = (struct group){ .table = j->draft->tables[table],
					    .vlan = e->vlan,
					    .id = e->id,
					    .has_id = e->has_id };
	return u64map_put(&j->by_id, key, *index);
}

/* Let a MAC say whose its group is, unless an earlier table has said. */
static void judge_by_mac(const struct join *j, struct group *g,
			 const struct mac_table *table,
			 const struct mac_table_entry *e)
{
	uint32_t known = u64map_find(&j->known, station_key(e->mac, e->vlan));

	if (known == U64MAP_NONE || (g->judged_by && g->judged_by != table))
		return;
	g->judged_by = table;
	judge(j, &g->by_mac, known);
}

static void add_to_group(struct join *j, struct group *g,
			 const struct mac_table *table,
			 const struct mac_table_entry *e)
{
	if (e->addr.version) {
		judge(j, &g->by_address,
		      registry_find_address(&j->addresses, e->addr, e->vlan));
		return;
	}
	if (g->mac_count++ == 0) {
		g->table = table;
		g->first_mac = e;
	}
	judge_by_mac(j, g, table, e);
}

/* An 802.1Q tag of a table that the exchange does not have. */
struct foreign_tag {
	uint32_t first; /* entry */
	uint32_t mac_count;
};

static void warn_of_tags(const struct join *j, const struct mac_table *table,
			 const struct foreign_tag *tags)
{
	for (size_t i = 0; i < TAGS; i++) {
		if (tags[i].mac_count)
			diagnostics_warning(
			    j->draft->d,
			    place_of(j, table, &table->entries[tags[i].first]),
			    "found MAC addresses (%u) in VLAN %zu, expected "
			    "a VLAN of the exchange: left out; if it is one, "
			    "list it under vlans with its roster_vlan",
			    tags[i].mac_count, i);
	}
}

/* Put a table's entries into groups; base is the number of its first one. */
static int group_table(struct join *j, size_t index, size_t base)
{
	const struct mac_table *t = j->draft->tables[index];
	struct foreign_tag *tags = calloc(TAGS, sizeof(*tags));
	bool any_foreign = false;
	int rc = tags ? 0 : -ENOMEM;

	for (size_t i = 0; rc == 0 && i < t->entry_count; i++) {
		const struct mac_table_entry *e = &t->entries[i];
		uint32_t *group = &j->group_of[base + i];

		*group = NO_GROUP;
		if (j->has_tag[e->vlan]) {
			rc = find_group(j, index, e, group);
			if (rc == 0)
				add_to_group(j, &j->groups[*group], t, e);
		} else if (!e->addr.version && tags[e->vlan].mac_count++ == 0) {
			tags[e->vlan].first = (uint32_t)i;
			any_foreign = true;
		}
	}
	if (any_foreign)
		warn_of_tags(j, t, tags);
	free(tags);
	return rc;
}

/* What tells a group's member: its addresses, else its MACs. */
static const struct verdict *verdict_of(const struct group *g)
{
	if (g->by_address.interface)
		return &g->by_address;
	return g->by_mac.interface ? &g->by_mac : &g->by_table;
}

static void settle_groups(struct join *j)
{
	for (uint32_t i = 0; i < j->group_count; i++) {
		const struct verdict *v = verdict_of(&j->groups[i]);

		if (v->other == 0)
			j->groups[i].interface = v->interface;
	}
}

/* Say that a MAC is somebody else's already. */
static void warn_of_other(const struct join *j, const struct mac_table *table,
			  const struct mac_table_entry *e, uint32_t is,
			  uint32_t wanted)
{
	char mac[MAC_TEXT_SIZE];

	diagnostics_warning(
	    j->draft->d, place_of(j, table, e),
	    "found %s in VLAN %u under AS%u, expected it under AS%u, which "
	    "has it in the roster or macs: left out",
	    mac_format(e->mac, mac), e->vlan, asn_of(j, wanted), asn_of(j, is));
}

/* "44", or "without id". */
struct name {
	char text[16];
};

static struct name name_of(const struct group *g)
{
	struct name name = { "without id" };

	if (g->has_id)
		(void)snprintf(name.text, sizeof(name.text), "%u", g->id);
	return name;
}

/* A MAC that another group has claimed: warn unless both may be the same. */
static void check_second(const struct join *j, const struct mac_table *table,
			 const struct mac_table_entry *e,
			 const struct group *first, const struct group *second)
{
	char mac[MAC_TEXT_SIZE];

	/* without ids each port of a LAG is a group of its own */
	if (first == second ||
	    (!(first->has_id && second->has_id) &&
	     member_of(j, first->interface) == member_of(j, second->interface)))
		return;
	diagnostics_warning(
	    j->draft->d, place_of(j, table, e),
	    "found %s in VLAN %u under the VLAN interface %s, expected it "
	    "under one: %s of AS%u has it too and counts",
	    mac_format(e->mac, mac), e->vlan, name_of(second).text,
	    name_of(first).text, asn_of(j, first->interface));
}

/* A MAC that is not a table's to give: warn if it would go elsewhere. */
static int check_known(struct join *j, const struct mac_table *table,
		       const struct mac_table_entry *e, uint32_t group)
{
	uint64_t key = station_key(e->mac, e->vlan);
	uint32_t is = u64map_find(&j->known, key);
	uint32_t wanted = j->groups[group].interface;

	/* a LAG names its MACs at each of its ports */
	if (member_of(j, is) == member_of(j, wanted) ||
	    u64map_find(&j->warned, key) == group)
		return 0;
	warn_of_other(j, table, e, is, wanted);
	return u64map_put(&j->warned, key, group);
}

/* Claim one MAC for its group's interface, unless it is claimed. */
static int claim_entry(struct join *j, const struct mac_table *table,
		       const struct mac_table_entry *e, uint32_t group)
{
	uint64_t key = station_key(e->mac, e->vlan);
	uint32_t other = u64map_find(&j->by_table, key);
	int rc;

	if (u64map_find(&j->known, key) != U64MAP_NONE)
		return check_known(j, table, e, group);
	if (other != U64MAP_NONE) {
		check_second(j, table, e, &j->groups[other], &j->groups[group]);
		return 0;
	}
	rc = u64map_put(&j->by_table, key, group);
	if (rc < 0)
		return rc;
	j->draft->registry->table_station_count++;
	return registry_add_claim(
	    j->claims,
	    (struct claim){ .mac = e->mac,
			    .vlan = e->vlan,
			    .interface = j->groups[group].interface });
}

/* Claim the MACs of the groups that are known and not claimed. */
static int claim_groups(struct join *j)
{
	size_t at = 0;
	int rc = 0;

	for (size_t i = 0; i < j->draft->table_count; i++) {
		const struct mac_table *t = j->draft->tables[i];

		for (size_t k = 0; rc == 0 && k < t->entry_count; k++, at++) {
			uint32_t group = j->group_of[at];

			if (group != NO_GROUP && t->entries[k].mac.bits &&
			    j->groups[group].interface &&
			    !j->groups[group].claimed)
				rc = claim_entry(j, t, &t->entries[k], group);
		}
	}
	for (uint32_t i = 0; i < j->group_count; i++)
		j->groups[i].claimed = j->groups[i].interface != 0;
	return rc;
}

/*
 * Judge a group that is still unknown by who has claimed one of its MACs. Two
 * ids are two VLAN interfaces, and a MAC that both have may have moved from
 * one to the other; but what has no id may well be the same one.
 */
static void judge_by_table(const struct join *j, struct group *g,
			   const struct mac_table_entry *e)
{
	uint32_t other =
	    u64map_find(&j->by_table, station_key(e->mac, e->vlan));

	if (other != U64MAP_NONE && !(g->has_id && j->groups[other].has_id))
		judge(j, &g->by_table, j->groups[other].interface);
}

/* Judge the groups that are still unknown by what tables have claimed. */
static void judge_by_tables(struct join *j)
{
	size_t at = 0;

	for (size_t i = 0; i < j->draft->table_count; i++) {
		const struct mac_table *t = j->draft->tables[i];

		for (size_t k = 0; k < t->entry_count; k++, at++) {
			uint32_t group = j->group_of[at];

			if (group != NO_GROUP && t->entries[k].mac.bits &&
			    !j->groups[group].claimed)
				judge_by_table(j, &j->groups[group],
					       &t->entries[k]);
		}
	}
}

/*
 * Append "02:00:00:00:00:01, 02:00:00:00:00:02 and 3 more", a group's MACs.
 * Returns the first one that nobody has claimed, or else the first one.
 */
static struct mac list_macs(const struct join *j, uint32_t group,
			    struct text *out)
{
	const struct group *g = &j->groups[group];
	struct mac proposed = { 0 };
	uint32_t listed = 0;
	size_t at = 0;

	for (size_t i = 0; i < j->draft->table_count; i++) {
		const struct mac_table *t = j->draft->tables[i];

		for (size_t k = 0; k < t->entry_count; k++, at++) {
			struct mac mac = t->entries[k].mac;
			char text[MAC_TEXT_SIZE];

			if (j->group_of[at] != group || !mac.bits)
				continue;
			if (!proposed.bits &&
			    u64map_find(&j->by_table,
					station_key(mac, g->vlan)) ==
				U64MAP_NONE)
				proposed = mac;
			if (listed < MACS_AT_MOST)
				text_addf(out, "%s%s", listed++ ? ", " : "",
					  mac_format(mac, text));
		}
	}
	if (g->mac_count > listed)
		text_addf(out, " and %u more", g->mac_count - listed);
	return proposed.bits ? proposed : g->first_mac->mac;
}

/* Say that a group's member is not known, and what to do. */
static void warn_of_group(const struct join *j, uint32_t index)
{
	const struct group *g = &j->groups[index];
	const struct verdict *v = verdict_of(g);
	struct place place = place_of(j, g->table, g->first_mac);
	struct mac proposed = { 0 };
	char mac[MAC_TEXT_SIZE];
	struct text macs;

	text_init(&macs);
	if (j->draft->d->warnings < DIAGNOSTICS_SHOWN)
		proposed = list_macs(j, index, &macs);
	if (v->other)
		diagnostics_warning(
		    j->draft->d, place,
		    "found the VLAN interface %s in VLAN %u with what is of "
		    "AS%u and of AS%u, expected one member: left out with %s",
		    name_of(g).text, g->vlan, asn_of(j, v->interface),
		    asn_of(j, v->other), text_str(&macs));
	else
		diagnostics_warning(
		    j->draft->d, place,
		    "found the VLAN interface %s in VLAN %u with %s, expected "
		    "an address or MAC of a member in it: left out; if you "
		    "know whose it is, add under macs: - { asn: ASN, vlan: "
		    "%u, mac: \"%s\" }",
		    name_of(g).text, g->vlan, text_str(&macs), g->vlan,
		    mac_format(proposed, mac));
	text_fini(&macs);
}

static int init(struct join *j, const struct seats *seats)
{
	const struct registry *r = j->draft->registry;
	size_t entries = 0;
	size_t macs = 0;
	int rc = registry_list_addresses(&j->addresses, r, seats);

	for (size_t i = 0; i < j->draft->table_count; i++) {
		entries += j->draft->tables[i]->entry_count;
		macs += j->draft->tables[i]->mac_count;
	}
	j->groups = calloc(entries + 1, sizeof(*j->groups));
	j->group_of = calloc(entries + 1, sizeof(*j->group_of));
	j->has_tag = calloc(TAGS, sizeof(*j->has_tag));
	if (!j->groups || !j->group_of || !j->has_tag)
		return -ENOMEM;
	for (uint32_t i = 0; i < r->vlan_count; i++)
		j->has_tag[r->vlans[i].tag] = true;
	if (rc == 0)
		rc = list_known(j);
	if (rc == 0)
		rc = u64map_init(&j->by_id, entries);
	if (rc == 0)
		rc = u64map_init(&j->warned, macs);
	return rc == 0 ? u64map_init(&j->by_table, macs) : rc;
}

static void fini(struct join *j)
{
	free(j->addresses.all);
	free(j->groups);
	free(j->group_of);
	free(j->has_tag);
	u64map_fini(&j->by_id);
	u64map_fini(&j->known);
	u64map_fini(&j->by_table);
	u64map_fini(&j->warned);
}

/* What helps where ids and addresses alone do not. */
static void warn_of_all(const struct registry_draft *draft, uint32_t left_out)
{
	const struct place file = { .path = draft->config->path };

	diagnostics_warning(
	    draft->d, file,
	    "mac_tables: %u VLAN interface%s of nobody: IXP Manager's "
	    "layer2interfaces JSON, as a further table, says which addresses "
	    "of the roster they have",
	    left_out, left_out == 1 ? " is" : "s are");
}

int registry_claim_tables(struct registry_draft *draft,
			  const struct seats *seats, struct claims *claims)
{
	struct join j = { .draft = draft, .claims = claims };
	uint32_t left_out = 0;
	size_t base = 0;
	int rc = init(&j, seats);

	for (size_t i = 0; rc == 0 && i < draft->table_count; i++) {
		rc = group_table(&j, i, base);
		base += draft->tables[i]->entry_count;
	}
	/* by roster and configuration, then by each other */
	for (int i = 0; rc == 0 && i < 2; i++) {
		if (i > 0)
			judge_by_tables(&j);
		settle_groups(&j);
		rc = claim_groups(&j);
	}
	for (uint32_t i = 0; rc == 0 && i < j.group_count; i++) {
		if (j.groups[i].mac_count && !j.groups[i].interface) {
			warn_of_group(&j, i);
			left_out++;
		}
	}
	if (left_out)
		warn_of_all(draft, left_out);
	fini(&j);
	return rc;
}
