/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Which vlaninterface.id IXP Manager has for an interface of the registry.
 *
 * The entries of the id tables are put together by their ids. An id goes to
 * the interface that has one of its addresses, or else to that of its MACs,
 * whoever said whose these are. Those told by addresses come first: of two ids
 * that want one interface the address is the better word.
 */

#include <errno.h>
#include <stdlib.h>

#include "ixp/registry_parts.h"
#include "util/err.h"

enum { IDS_SHOWN = 12 };

/* An interface that something says; another member's: contradiction. */
struct said {
	uint32_t interface; /* 0: nothing */
	uint32_t other;	    /* 0: none */
};

struct known_id {
	uint32_t id;
	uint16_t vlan;
	bool has_macs;
	bool taken;
	const struct mac_table *table; /* that names it first */
	const struct mac_table_entry *first;
	struct said by_address;
	struct said by_mac;
};

struct ids {
	struct registry_draft *draft;
	struct addresses addresses;
	struct known_id *all;
	uint32_t count;
	struct u64map by_id;
};

static struct place place_of(const struct ids *ids, const struct known_id *k)
{
	if (ids->draft->d->warnings >= DIAGNOSTICS_SHOWN)
		return (struct place){ .path = k->table->path };
	return mac_table_place(k->table, &k->first->where);
}

static uint32_t asn_of(const struct ids *ids, uint32_t interface)
{
	const struct registry *r = ids->draft->registry;

	return r->members[r->interfaces[interface].member].asn;
}

/* The interface of a MAC in a VLAN; 0: nobody's. */
static uint32_t find_mac(const struct registry *r, struct mac mac,
			 uint16_t vlan)
{
	const struct station *s = registry_station(r, mac);

	while (s && s->vlan != vlan)
		s = s->next == U64MAP_NONE ? NULL : &r->stations[s->next];
	return s ? s->interface : 0;
}

static void say(const struct registry *r, struct said *said, uint32_t interface)
{
	if (interface == 0)
		return;
	if (said->interface && r->interfaces[said->interface].member !=
				   r->interfaces[interface].member)
		said->other = interface;
	else if (said->interface == 0 || interface < said->interface)
		said->interface = interface;
}

/* The id of an entry, a new one if it is its first. */
static int find_id(struct ids *ids, const struct mac_table *table,
		   const struct mac_table_entry *e, struct known_id **out)
{
	uint32_t at = u64map_find(&ids->by_id, e->id);

	if (at == U64MAP_NONE) {
		at = ids->count++;
		ids->all[at] = (struct known_id){
			.id = e->id, .vlan = e->vlan, .table = table, .first = e
		};
		*out = &ids->all[at];
		return u64map_put(&ids->by_id, e->id, at);
	}
	*out = &ids->all[at];
	return 0;
}

static int add_entry(struct ids *ids, const struct mac_table *table,
		     const struct mac_table_entry *e)
{
	const struct registry *r = ids->draft->registry;
	struct known_id *k;
	int rc;

	if (!e->has_id || !registry_vlan(r, e->vlan))
		return 0;
	rc = find_id(ids, table, e, &k);
	/* an id is of one VLAN: that in which it comes first */
	if (rc < 0 || k->vlan != e->vlan)
		return rc;
	if (e->addr.version) {
		say(r, &k->by_address,
		    registry_find_address(&ids->addresses, e->addr, e->vlan));
		return 0;
	}
	k->has_macs = true;
	say(r, &k->by_mac, find_mac(r, e->mac, e->vlan));
	return 0;
}

static int add_table(struct ids *ids, const struct mac_table *table)
{
	const struct place file = { .path = table->path };
	size_t without = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < table->entry_count; i++) {
		without += !table->entries[i].has_id;
		rc = add_entry(ids, table, &table->entries[i]);
	}
	if (without)
		diagnostics_warning(ids->draft->d, file,
				    "found addresses (%zu) without "
				    "vlaninterfaceid, expected it, as newer "
				    "versions of IXP Manager say it: they name "
				    "no file of its tree",
				    without);
	return rc;
}

/* Give an id to the interface that its addresses, or else its MACs, say. */
static void take(struct ids *ids, struct known_id *k, const struct said *said)
{
	struct vlan_interface *i =
	    &ids->draft->registry->interfaces[said->interface];

	if (k->taken || said->interface == 0)
		return;
	k->taken = true;
	if (said->other)
		diagnostics_warning(
		    ids->draft->d, place_of(ids, k),
		    "found the VLAN interface %u in VLAN %u with what is of "
		    "AS%u and of AS%u, expected one member: not in IXP "
		    "Manager's tree",
		    k->id, k->vlan, asn_of(ids, said->interface),
		    asn_of(ids, said->other));
	else if (i->ixp_id)
		diagnostics_warning(
		    ids->draft->d, place_of(ids, k),
		    "found the VLAN interfaces %u and %u for one of AS%u in "
		    "VLAN %u, expected one: %u counts",
		    i->ixp_id, k->id, asn_of(ids, said->interface), k->vlan,
		    i->ixp_id);
	else
		i->ixp_id = k->id;
}

/* Name the ids with MACs that nobody has. */
static void warn_of_strangers(const struct ids *ids)
{
	const struct place file = { .path = ids->draft->config->path };
	struct text list;
	uint32_t count = 0;

	text_init(&list);
	for (uint32_t i = 0; i < ids->count; i++) {
		const struct known_id *k = &ids->all[i];

		if (k->taken || !k->has_macs)
			continue;
		if (count++ < IDS_SHOWN)
			text_addf(&list, "%s%u", count > 1 ? ", " : "", k->id);
	}
	if (count > IDS_SHOWN)
		text_addf(&list, " and %u more", count - IDS_SHOWN);
	if (count)
		diagnostics_warning(ids->draft->d, file,
				    "ixp_manager: found VLAN interfaces of "
				    "nobody (%s), expected addresses or MACs "
				    "of members: not in its tree",
				    text_str(&list));
	text_fini(&list);
}

/* Name the interfaces that can have traffic, and no file. */
static int warn_of_missing(const struct registry_draft *draft)
{
	struct registry *r = draft->registry;
	bool *seen = calloc(r->interface_count, sizeof(*seen));

	if (!seen)
		return -ENOMEM;
	for (uint32_t i = 0; i < r->station_count; i++)
		seen[r->stations[i].interface] = true;
	for (uint32_t i = 1; i < r->interface_count; i++) {
		const struct vlan_interface *v = &r->interfaces[i];

		if (!seen[i] || v->vlan == 0 || v->ixp_id)
			continue;
		r->without_ixp_id++;
		diagnostics_warning(
		    draft->d, draft->config->ixp_manager.place,
		    "ixp_manager: found no vlaninterface id of AS%u in VLAN "
		    "%u (its interface %u there), expected one by its address "
		    "or MAC: not in the tree",
		    r->members[v->member].asn, v->vlan, v->ordinal);
	}
	free(seen);
	return 0;
}

static int collect(struct ids *ids, const struct seats *seats)
{
	const struct registry_draft *draft = ids->draft;
	size_t entries = 0;
	int rc =
	    registry_list_addresses(&ids->addresses, draft->registry, seats);

	for (size_t i = 0; i < draft->id_table_count; i++)
		entries += draft->id_tables[i]->entry_count;
	ids->all = calloc(entries + 1, sizeof(*ids->all));
	if (!ids->all)
		rc = -ENOMEM;
	if (rc == 0)
		rc = u64map_init(&ids->by_id, entries);
	for (size_t i = 0; rc == 0 && i < draft->id_table_count; i++)
		rc = add_table(ids, draft->id_tables[i]);
	return rc;
}

int registry_add_ids(struct registry_draft *draft, const struct seats *seats)
{
	struct ids ids = { .draft = draft };
	int rc;

	if (draft->id_table_count == 0) {
		diagnostics_warning(
		    draft->d, draft->config->ixp_manager.place,
		    "ixp_manager: found neither interfaces nor mac_tables, "
		    "expected one with the ids of VLAN interfaces: its tree "
		    "stays empty");
		return 0;
	}
	rc = collect(&ids, seats);
	for (uint32_t i = 0; rc == 0 && i < ids.count; i++)
		take(&ids, &ids.all[i], &ids.all[i].by_address);
	for (uint32_t i = 0; rc == 0 && i < ids.count; i++)
		take(&ids, &ids.all[i], &ids.all[i].by_mac);
	if (rc == 0) {
		warn_of_strangers(&ids);
		rc = warn_of_missing(draft);
	}
	free(ids.addresses.all);
	free(ids.all);
	u64map_fini(&ids.by_id);
	return rc;
}
