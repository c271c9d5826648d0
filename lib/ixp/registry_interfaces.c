/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * VLAN interfaces and stations.
 *
 * Seats (a member in a VLAN) and claims (a MAC on a seat) are collected from
 * roster, configuration and MAC tables and brought into order by sorting: seats
 * by member, VLAN and the roster's order become the interfaces; claims by MAC
 * and VLAN become the stations, and where one MAC in one VLAN has two members
 * they stand side by side. So the result does not depend on hashing and the
 * time not on how the input is made.
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

int registry_add_claim(struct claims *c, struct claim claim)
{
	if (c->count == c->capacity) {
		size_t capacity = c->capacity ? 2 * c->capacity : 256;
		struct claim *all =
		    reallocarray(c->all, capacity, sizeof(*all));

		if (!all)
			return -ENOMEM;
		c->all = all;
		c->capacity = capacity;
	}
	c->all[c->count++] = claim;
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

/* The first seat of a member in a VLAN or a higher one. */
static size_t first_seat(const struct seats *s, uint32_t member, uint16_t vlan)
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
static int refuse_more(const struct registry_draft *draft,
		       const struct seat *seat)
{
	diagnostics_error(
	    draft->d, roster_place(draft->roster, &seat->presence->where),
	    "found AS%u in VLAN %u again, expected it there at "
	    "most 65535 times",
	    draft->registry->members[seat->member].asn, seat->vlan);
	return ERR_CONFIG;
}

/* Number the interfaces: nobody, then each member's catch-all and seats. */
static int number_interfaces(struct registry_draft *draft,
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
		uint16_t ordinal = 0;

		r->members[m].catch_all = r->interface_count;
		r->interfaces[r->interface_count++] =
		    (struct vlan_interface){ .member = m };
		for (; at < seats->count && seats->all[at].member == m; at++) {
			uint16_t vlan = seats->all[at].vlan;
			bool same = r->members[m].interface_count &&
				    seats->all[at - 1].vlan == vlan;

			if (same && ordinal == UINT16_MAX)
				return refuse_more(draft, &seats->all[at]);
			ordinal = same ? (uint16_t)(ordinal + 1) : 1;
			r->members[m].interface_count++;
			r->interfaces[r->interface_count++] =
			    (struct vlan_interface){ .member = m,
						     .vlan = vlan,
						     .ordinal = ordinal };
		}
	}
	return 0;
}

static int claim_roster(const struct seats *seats, struct claims *claims)
{
	int rc = 0;

	for (size_t i = 0; i < seats->count; i++) {
		const struct roster_presence *p = seats->all[i].presence;

		for (size_t j = 0; rc == 0 && p && j < p->mac_count; j++)
			rc = registry_add_claim(
			    claims,
			    (struct claim){ .mac = p->macs[j],
					    .vlan = seats->all[i].vlan,
					    .interface =
						registry_interface_of(seats, i),
					    .presence = p });
	}
	return rc;
}

/* One MAC of the configuration, in its VLAN or in all of its member's. */
static int claim_mac(const struct registry_draft *draft,
		     const struct config_mac *m, const struct seats *seats,
		     struct claims *claims)
{
	uint32_t member = u64map_find(&draft->member_of, m->asn);
	size_t i = first_seat(seats, member, m->vlan);
	struct claim claim = { .mac = m->mac, .config = m };
	uint32_t last = 0;
	int rc = 0;

	for (; rc == 0 && i < seats->count; i++) {
		const struct seat *seat = &seats->all[i];

		if (seat->member != member ||
		    (m->vlan && seat->vlan != m->vlan))
			break;
		if (seat->vlan == last)
			continue;
		last = seat->vlan;
		claim.vlan = seat->vlan;
		claim.interface = registry_interface_of(seats, i);
		rc = registry_add_claim(claims, claim);
	}
	if (rc < 0 || draft->registry->vlan_count)
		return rc;
	claim.interface = draft->registry->members[member].catch_all;
	return registry_add_claim(claims, claim);
}

static int compare_claims(const void *left, const void *right)
{
	const struct claim *a = left;
	const struct claim *b = right;

	if (a->mac.bits != b->mac.bits)
		return a->mac.bits < b->mac.bits ? -1 : 1;
	if (a->vlan != b->vlan)
		return a->vlan < b->vlan ? -1 : 1;
	/* what the roster says is the first, its place is the better one */
	if (!a->config != !b->config)
		return a->config ? 1 : -1;
	if (a->interface != b->interface)
		return a->interface < b->interface ? -1 : 1;
	return (a->config > b->config) - (a->config < b->config);
}

static struct place place_of(const struct registry_draft *draft,
			     const struct claim *c)
{
	if (c->config)
		return c->config->place;
	return roster_place(draft->roster, &c->presence->where);
}

static uint32_t asn_of(const struct registry *r, const struct claim *c)
{
	return r->members[r->interfaces[c->interface].member].asn;
}

/* Report one MAC of two members in one VLAN, with both places. */
static void report_shared(const struct registry_draft *draft,
			  const struct claim *first, const struct claim *second)
{
	struct place other = place_of(draft, first);
	char mac[MAC_TEXT_SIZE];

	diagnostics_error(draft->d, place_of(draft, second),
			  "found %s in VLAN %u under AS%u, expected it under "
			  "one member: AS%u has it at %s:%zu:%zu",
			  mac_format(second->mac, mac), second->vlan,
			  asn_of(draft->registry, second),
			  asn_of(draft->registry, first), other.path,
			  other.line, other.column);
}

/* Count a MAC for its member, once however many VLANs it is in. */
static void count_mac(struct registry *r, uint32_t first)
{
	uint32_t at = r->station_count - 1;
	uint32_t member = r->interfaces[r->stations[at].interface].member;

	for (uint32_t i = first; i < at; i++) {
		if (r->interfaces[r->stations[i].interface].member == member)
			return;
	}
	r->members[member].mac_count++;
}

/* Add the station of a claim behind those of the same MAC. */
static int add_station(struct registry *r, const struct claim *c)
{
	uint32_t first = u64map_find(&r->by_mac, c->mac.bits);
	uint32_t index = r->station_count++;

	r->stations[index] = (struct station){ .interface = c->interface,
					       .next = U64MAP_NONE,
					       .vlan = c->vlan };
	if (first == U64MAP_NONE) {
		r->members[r->interfaces[c->interface].member].mac_count++;
		return u64map_put(&r->by_mac, c->mac.bits, index);
	}
	r->stations[index - 1].next = index;
	count_mac(r, first);
	return 0;
}

static int settle_claims(struct registry_draft *draft,
			 const struct claims *claims)
{
	struct registry *r = draft->registry;
	const struct claim *kept = NULL;
	int rc = u64map_init(&r->by_mac, claims->count);

	r->stations = calloc(claims->count + 1, sizeof(*r->stations));
	if (!r->stations)
		rc = -ENOMEM;
	if (claims->count)
		qsort(claims->all, claims->count, sizeof(*claims->all),
		      compare_claims);
	for (size_t i = 0; rc == 0 && i < claims->count; i++) {
		const struct claim *c = &claims->all[i];

		if (!kept || !mac_equal(kept->mac, c->mac) ||
		    kept->vlan != c->vlan) {
			kept = c;
			rc = add_station(r, c);
		} else if (asn_of(r, kept) != asn_of(r, c)) {
			report_shared(draft, kept, c);
		}
	}
	return rc;
}

static int seat_all(struct registry_draft *draft, struct seats *seats)
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
	return rc;
}

int registry_add_interfaces(struct registry_draft *draft)
{
	const struct config *config = draft->config;
	struct seats seats = { 0 };
	struct claims claims = { 0 };
	int rc = seat_all(draft, &seats);

	if (rc == 0)
		rc = number_interfaces(draft, &seats);
	if (rc == 0)
		rc = claim_roster(&seats, &claims);
	for (size_t i = 0; rc == 0 && i < config->mac_count; i++)
		rc = claim_mac(draft, &config->macs[i], &seats, &claims);
	if (rc == 0 && draft->table_count)
		rc = registry_claim_tables(draft, &seats, &claims);
	if (rc == 0)
		rc = settle_claims(draft, &claims);
	if (rc == 0 && config->ixp_manager.tree)
		rc = registry_add_ids(draft, &seats);
	free(seats.all);
	free(claims.all);
	return rc;
}
