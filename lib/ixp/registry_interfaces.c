/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Stations.
 *
 * Claims (a MAC on a seat) are collected from roster, configuration and MAC
 * tables and brought into order by sorting: by MAC and VLAN they become the
 * stations, and where one MAC in one VLAN has two members they stand side by
 * side. So the result does not depend on hashing and the time not on how the
 * input is made.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ixp/registry_parts.h"

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
	size_t i = registry_first_seat(seats, member, m->vlan);
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
	if (a->config && a->config->holds.from_s != b->config->holds.from_s)
		return a->config->holds.from_s < b->config->holds.from_s ? -1
									 : 1;
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

static bool is_limited(const struct claim *c)
{
	return c->config && validity_is_limited(c->config->holds);
}

/* Report one MAC of two members in one VLAN, with both places. */
static void report_shared(const struct registry_draft *draft,
			  const struct claim *first, const struct claim *second)
{
	struct place other = place_of(draft, first);
	char mac[MAC_TEXT_SIZE];

	diagnostics_error(draft->d, place_of(draft, second),
			  "found %s in VLAN %u under AS%u, expected it under "
			  "one member%s: AS%u has it at %s:%zu:%zu",
			  mac_format(second->mac, mac), second->vlan,
			  asn_of(draft->registry, second),
			  is_limited(first) || is_limited(second) ? " at a time"
								  : "",
			  asn_of(draft->registry, first), other.path,
			  other.line, other.column);
}

/* Say that the roster has not heard of a change yet, or too early. */
static void warn_of_time(const struct registry_draft *draft,
			 const struct claim *listed, const struct claim *timed)
{
	struct place other = place_of(draft, timed);
	char mac[MAC_TEXT_SIZE];

	diagnostics_warning(draft->d, place_of(draft, listed),
			    "found %s in VLAN %u under AS%u, expected it under "
			    "AS%u, which has it now by %s:%zu:%zu: that counts",
			    mac_format(timed->mac, mac), timed->vlan,
			    asn_of(draft->registry, listed),
			    asn_of(draft->registry, timed), other.path,
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

/* The claims of one MAC in one VLAN, in their order. */
struct contest {
	const struct claim *listed; /* the first without limits */
	const struct claim *last;   /* of macs:, that holds for longest */
	const struct claim *holder; /* who has it now */
};

/* Compare a claim with those before it. */
static void check_claim(const struct registry_draft *draft,
			const struct contest *k, const struct claim *c)
{
	const struct registry *r = draft->registry;
	bool other = k->listed && asn_of(r, k->listed) != asn_of(r, c);

	if (other && !is_limited(c))
		report_shared(draft, k->listed, c);
	else if (k->last && c->config && asn_of(r, k->last) != asn_of(r, c) &&
		 validity_overlaps(k->last->config->holds, c->config->holds))
		report_shared(draft, k->last, c);
	else if (other && validity_holds(c->config->holds, r->at_s))
		warn_of_time(draft, k->listed, c);
}

static void enter_claim(const struct registry *r, struct contest *k,
			const struct claim *c)
{
	bool holds = !c->config || validity_holds(c->config->holds, r->at_s);

	/* What is said for a time goes before what is said for ever. */
	if (holds && (!k->holder || (is_limited(c) && !is_limited(k->holder) &&
				     asn_of(r, c) != asn_of(r, k->holder))))
		k->holder = c;
	if (!k->listed && !is_limited(c))
		k->listed = c;
	if (c->config &&
	    (!k->last || validity_end_s(c->config->holds) >
			     validity_end_s(k->last->config->holds)))
		k->last = c;
}

/* Settle the claims of one MAC in one VLAN. */
static int settle_contest(struct registry_draft *draft,
			  const struct claim *claims, size_t count)
{
	struct contest k = { .listed = NULL };

	for (size_t i = 0; i < count; i++) {
		check_claim(draft, &k, &claims[i]);
		enter_claim(draft->registry, &k, &claims[i]);
	}
	return k.holder ? add_station(draft->registry, k.holder) : 0;
}

static int settle_claims(struct registry_draft *draft,
			 const struct claims *claims)
{
	struct registry *r = draft->registry;
	const struct claim *all = claims->all;
	size_t first = 0;
	/* Each sample asks twice: with so much room hardly ever a second slot
	 * is looked at. */
	int rc = u64map_init(&r->by_mac, 4 * claims->count);

	r->stations = calloc(claims->count + 1, sizeof(*r->stations));
	if (!r->stations)
		rc = -ENOMEM;
	if (claims->count)
		qsort(claims->all, claims->count, sizeof(*claims->all),
		      compare_claims);
	for (size_t i = 1; rc == 0 && i <= claims->count; i++) {
		if (i < claims->count &&
		    mac_equal(all[first].mac, all[i].mac) &&
		    all[first].vlan == all[i].vlan)
			continue;
		rc = settle_contest(draft, &all[first], i - first);
		first = i;
	}
	return rc;
}

int registry_add_interfaces(struct registry_draft *draft)
{
	const struct config *config = draft->config;
	struct seats seats = { 0 };
	struct claims claims = { 0 };
	int rc = registry_add_seats(draft, &seats);

	if (rc == 0)
		rc = claim_roster(&seats, &claims);
	for (size_t i = 0; rc == 0 && i < config->mac_count; i++)
		rc = claim_mac(draft, &config->macs[i], &seats, &claims);
	if (rc == 0 && draft->table_count)
		rc = registry_claim_tables(draft, &seats, &claims);
	if (rc == 0)
		rc = settle_claims(draft, &claims);
	if (rc == 0 && config_names_ids(config))
		rc = registry_add_ids(draft, &seats);
	free(seats.all);
	free(claims.all);
	return rc;
}
