/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * VLAN interfaces.
 *
 * Seats (a member in a VLAN) are collected from roster and configuration and
 * brought into the roster's order by sorting; so they get their ordinals, known
 * ones or new ones, and by these they become the interfaces.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ixp/registry_parts.h"
#include "util/err.h"

enum { SEATS_AT_MOST = 4000000 };

static int add_seat(struct seats *s, struct seat seat)
{
	if (s->count == s->capacity) {
		size_t capacity = s->capacity ? 2 * s->capacity : 256;
		struct seat *all = reallocarray(s->all, capacity, sizeof(*all));

		if (!all)
			return -ENOMEM;
		s->all = all;
		s->capacity = capacity;
	}
	s->all[s->count++] = seat;
	return 0;
}

static int compare_seats(const void *left, const void *right)
{
	const struct seat *a = left;
	const struct seat *b = right;

	if (a->member != b->member)
		return a->member < b->member ? -1 : 1;
	if (a->vlan != b->vlan)
		return a->vlan < b->vlan ? -1 : 1;
	if (a->ordinal != b->ordinal)
		return a->ordinal < b->ordinal ? -1 : 1;
	if (a->made != b->made)
		return a->made ? 1 : -1;
	return (a->order > b->order) - (a->order < b->order);
}

/* Sort, and drop the made seats where the member has one already. */
static void settle_seats(struct seats *s)
{
	size_t kept = 0;

	if (s->count)
		qsort(s->all, s->count, sizeof(*s->all), compare_seats);
	for (size_t i = 0; i < s->count; i++) {
		const struct seat *last = kept ? &s->all[kept - 1] : NULL;

		if (s->all[i].made && last &&
		    last->member == s->all[i].member &&
		    last->vlan == s->all[i].vlan)
			continue;
		s->all[kept++] = s->all[i];
	}
	s->count = kept;
}

size_t registry_first_seat(const struct seats *s, uint32_t member,
			   uint16_t vlan)
{
	size_t low = 0;
	size_t high = s->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct seat *seat = &s->all[middle];

		if (seat->member < member ||
		    (seat->member == member && seat->vlan < vlan))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Name a roster VLAN that the exchange lacks, and how many are in it. */
static void warn_left_out(const struct registry_draft *draft,
			  const struct roster_presence *first, size_t count)
{
	bool listed = draft->config->vlan_count > 0;

	if (count == 0)
		return;
	diagnostics_warning(draft->d,
			    roster_place(draft->roster, &first->where),
			    "found interfaces of members (%zu) in VLAN %u, %s: "
			    "left out",
			    count, first->vlan_id,
			    listed ? "which vlans does not list"
				   : "which is no 802.1Q tag, expected "
				     "roster_vlan under vlans to name its tag");
}

/* The presences of one connection as seats. */
static int seat_connection(struct registry_draft *draft, uint32_t member,
			   const struct roster_connection *c,
			   struct seats *seats)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < c->presence_count; i++) {
		const struct roster_presence *p = &c->presences[i];
		uint32_t tag = u64map_find(&draft->vlan_of, p->vlan_id);

		if (tag != U64MAP_NONE)
			rc = add_seat(
			    seats,
			    (struct seat){ .member = member,
					   .vlan = (uint16_t)tag,
					   .order = (uint32_t)seats->count,
					   .presence = p });
	}
	return rc;
}

static int seat_roster(struct registry_draft *draft, struct seats *seats)
{
	const struct roster *roster = draft->roster;
	int rc = 0;

	for (size_t i = 0; i < roster->member_count; i++) {
		const struct roster_member *m = &roster->members[i];
		uint32_t member = u64map_find(&draft->member_of, m->asn);

		for (size_t j = 0; rc == 0 && j < m->connection_count; j++)
			rc = seat_connection(draft, member, &m->connections[j],
					     seats);
	}
	return rc;
}

/* A roster VLAN whose members are left out. */
struct left_out {
	const struct roster_presence *first;
	size_t count;
};

static int count_left_out(const struct registry_draft *draft,
			  const struct roster_connection *c,
			  struct u64map *index, struct left_out *all)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < c->presence_count; i++) {
		const struct roster_presence *p = &c->presences[i];
		uint32_t at = u64map_find(index, p->vlan_id);

		if (u64map_find(&draft->vlan_of, p->vlan_id) != U64MAP_NONE)
			continue;
		if (at == U64MAP_NONE) {
			at = (uint32_t)index->count;
			all[at].first = p;
			rc = u64map_put(index, p->vlan_id, at);
		}
		all[at].count++;
	}
	return rc;
}

/* Warn of each roster VLAN that has members and no tag. */
static int warn_of_left_out(const struct registry_draft *draft)
{
	const struct roster *roster = draft->roster;
	struct left_out *all = calloc(roster->vlan_count + 1, sizeof(*all));
	struct u64map index;
	int rc = u64map_init(&index, roster->vlan_count);

	if (!all)
		rc = -ENOMEM;
	for (size_t i = 0; rc == 0 && i < roster->member_count; i++) {
		const struct roster_member *m = &roster->members[i];

		for (size_t j = 0; rc == 0 && j < m->connection_count; j++)
			rc = count_left_out(draft, &m->connections[j], &index,
					    all);
	}
	for (size_t i = 0; rc == 0 && i < index.count; i++)
		warn_left_out(draft, all[i].first, all[i].count);
	u64map_fini(&index);
	free(all);
	return rc;
}

/* Seats for the MACs of the configuration that name their VLAN. */
static int seat_macs(struct registry_draft *draft, struct seats *seats)
{
	const struct config *config = draft->config;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < config->mac_count; i++) {
		const struct config_mac *m = &config->macs[i];

		if (m->vlan == 0)
			continue;
		if (!registry_vlan(draft->registry, m->vlan)) {
			diagnostics_error(draft->d, m->place,
					  "found VLAN %u, expected one of the "
					  "exchange: add it under vlans",
					  m->vlan);
			continue;
		}
		rc = add_seat(
		    seats, (struct seat){
			       .member = u64map_find(&draft->member_of, m->asn),
			       .vlan = m->vlan,
			       .made = true });
	}
	return rc;
}

/* Seats in every VLAN for a member that nothing puts into one. */
static int seat_everywhere(struct registry_draft *draft, struct seats *seats)
{
	const struct registry *r = draft->registry;
	const struct config *config = draft->config;
	bool *seated = calloc((size_t)r->member_count + 1, sizeof(*seated));
	int rc = seated ? 0 : -ENOMEM;

	for (size_t i = 0; seated && i < seats->count; i++)
		seated[seats->all[i].member] = true;
	for (size_t i = 0; rc == 0 && i < config->mac_count; i++) {
		const struct config_mac *m = &config->macs[i];
		uint32_t member = u64map_find(&draft->member_of, m->asn);

		if (m->vlan || seated[member])
			continue;
		seated[member] = true;
		if (seats->count > SEATS_AT_MOST) {
			diagnostics_error(draft->d, m->place,
					  "found more than %d interfaces, "
					  "expected a vlan in macs",
					  SEATS_AT_MOST);
			rc = ERR_CONFIG;
		}
		for (uint32_t j = 0; rc == 0 && j < r->vlan_count; j++)
			rc = add_seat(seats,
				      (struct seat){ .member = member,
						     .vlan = r->vlans[j].tag,
						     .made = true });
	}
	free(seated);
	return rc;
}

/* Report that a member is in a VLAN more often than can be numbered. */
static void refuse_more(const struct registry_draft *draft,
			const struct seats *seats, size_t first)
{
	const struct seat *seat = &seats->all[first];

	while (seat->ordinal)
		seat++;
	diagnostics_error(
	    draft->d,
	    seat->presence ? roster_place(draft->roster, &seat->presence->where)
			   : (struct place){ .path = draft->config->path },
	    "found AS%u in VLAN %u again, expected it there at "
	    "most 65535 times",
	    draft->registry->members[seat->member].asn, seat->vlan);
}

static struct ordinal_key key_of(const struct seat *seat)
{
	const struct roster_presence *p = seat->presence;
	struct ordinal_key key = { 0 };

	if (!p)
		return key;
	key.addresses[0] = p->addresses[0];
	key.addresses[1] = p->addresses[1];
	while (key.mac_count < ORDINAL_MACS && key.mac_count < p->mac_count) {
		key.macs[key.mac_count] = p->macs[key.mac_count];
		key.mac_count++;
	}
	return key;
}

/* Give the seats of one member in one VLAN their ordinals. */
static int number_group(struct registry_draft *draft, struct seats *seats,
			size_t first, size_t count)
{
	struct ordinal_key *keys = calloc(count, sizeof(*keys));
	uint16_t *numbers = calloc(count, sizeof(*numbers));
	const struct seat *seat = &seats->all[first];
	int rc = -ENOMEM;

	if (keys && numbers) {
		const struct ordinal_group group = {
			.asn = draft->registry->members[seat->member].asn,
			.vlan = seat->vlan,
			.keys = keys,
			.numbers = numbers,
			.count = count,
		};

		for (size_t i = 0; i < count; i++)
			keys[i] = key_of(&seat[i]);
		rc = ordinals_assign(&draft->registry->ordinals, &group);
		for (size_t i = 0; i < count; i++)
			seats->all[first + i].ordinal = numbers[i];
	}
	if (rc == ERR_FULL) {
		refuse_more(draft, seats, first);
		rc = ERR_CONFIG;
	}
	free(keys);
	free(numbers);
	return rc;
}

static int number_seats(struct registry_draft *draft, struct seats *seats)
{
	size_t first = 0;
	int rc = 0;

	for (size_t i = 1; rc == 0 && i <= seats->count; i++) {
		const struct seat *at = &seats->all[first];

		if (i < seats->count && at->member == seats->all[i].member &&
		    at->vlan == seats->all[i].vlan)
			continue;
		rc = number_group(draft, seats, first, i - first);
		first = i;
	}
	ordinals_settle(&draft->registry->ordinals);
	settle_seats(seats);
	return rc;
}

/* The interfaces: nobody, then each member's catch-all and seats. */
static int add_interfaces(struct registry_draft *draft,
			  const struct seats *seats)
{
	struct registry *r = draft->registry;
	size_t total = 1 + (size_t)r->member_count + seats->count;
	size_t at = 0;

	r->interfaces = calloc(total, sizeof(*r->interfaces));
	if (!r->interfaces)
		return -ENOMEM;
	r->interfaces[r->interface_count++] =
	    (struct vlan_interface){ .member = REGISTRY_NO_MEMBER };
	for (uint32_t m = 0; m < r->member_count; m++) {
		r->members[m].catch_all = r->interface_count;
		r->interfaces[r->interface_count++] =
		    (struct vlan_interface){ .member = m };
		for (; at < seats->count && seats->all[at].member == m; at++) {
			r->members[m].interface_count++;
			r->interfaces[r->interface_count++] =
			    (struct vlan_interface){
				    .member = m,
				    .vlan = seats->all[at].vlan,
				    .ordinal = seats->all[at].ordinal
			    };
		}
	}
	return 0;
}

int registry_add_seats(struct registry_draft *draft, struct seats *seats)
{
	int rc = seat_roster(draft, seats);

	if (rc == 0)
		rc = warn_of_left_out(draft);
	if (rc == 0)
		rc = seat_macs(draft, seats);
	settle_seats(seats);
	if (rc == 0)
		rc = seat_everywhere(draft, seats);
	settle_seats(seats);
	if (rc == 0)
		rc = number_seats(draft, seats);
	return rc == 0 ? add_interfaces(draft, seats) : rc;
}
