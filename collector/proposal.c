/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/proposal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * A port that joins switches shows in the stations behind it: each of them
 * enters another switch too, by a port with fewer members, which is its own.
 * A reseller's port has many members as well, but they enter nowhere else, or
 * by ports with more. Where two ports have the same members neither is told
 * to be the core.
 */

enum {
	CORE_MEMBERS = 2,
	CORE_STATIONS_OF = 4, /* of so many ... */
	CORE_STATIONS = 3,    /* ... are owned elsewhere */
	PASSING_BY = 8,	      /* a share at a second port that is no accident */
};

/* A member's station was seen at a port. */
struct sighting {
	uint64_t port; /* registry_port_key */
	uint32_t asn;
	uint64_t samples;
	bool sure;
};

struct sightings {
	struct sighting *all;
	size_t count;
	size_t capacity;
	bool failed; /* no memory */
};

static void add_sighting(struct sightings *s, struct sighting one)
{
	if (s->count == s->capacity) {
		size_t larger = s->capacity ? 2 * s->capacity : 256;
		struct sighting *all =
		    reallocarray(s->all, larger, sizeof(*all));

		if (!all) {
			s->failed = true;
			return;
		}
		s->all = all;
		s->capacity = larger;
	}
	s->all[s->count++] = one;
}

/* At its home, and at a second port if it was seen at one. */
static void add_binding(struct sightings *s, const struct binding *b,
			uint32_t switch_index, uint32_t asn)
{
	if (b->home == 0)
		return;
	add_sighting(s, (struct sighting){
			    .port = registry_port_key(switch_index, b->home),
			    .asn = asn,
			    .samples = b->samples,
			    .sure = b->samples >= BINDING_SURE,
			});
	if (b->other == 0)
		return;
	add_sighting(s, (struct sighting){
			    .port = registry_port_key(switch_index, b->other),
			    .asn = asn,
			    .samples = b->other_samples,
			    .sure = b->other_samples >= BINDING_SURE &&
				    b->other_samples >= b->samples / PASSING_BY,
			});
}

/* One address may be several members', in several VLANs. */
static void add_station(struct sightings *s, const struct bindings *b,
			const struct station *first)
{
	const struct registry *r = b->registry;
	const struct station *station = first;

	for (;;) {
		uint32_t member = r->interfaces[station->interface].member;

		for (uint32_t i = 0; i < b->switch_count; i++) {
			const struct binding *at = bindings_at(b, first, i);

			if (at)
				add_binding(s, at, i, r->members[member].asn);
		}
		if (station->next == U64MAP_NONE)
			return;
		station = &r->stations[station->next];
	}
}

static int compare_sightings(const void *left, const void *right)
{
	const struct sighting *a = left;
	const struct sighting *b = right;

	if (a->port != b->port)
		return a->port < b->port ? -1 : 1;
	return (a->asn > b->asn) - (a->asn < b->asn);
}

static void list_sightings(struct sightings *s, const struct bindings *b)
{
	const struct u64map *macs = &b->registry->by_mac;

	for (size_t i = 0; i <= macs->mask; i++) {
		if (macs->keys[i] != UINT64_MAX)
			add_station(s, b,
				    &b->registry->stations[macs->values[i]]);
	}
	if (s->count > 0)
		qsort(s->all, s->count, sizeof(*s->all), compare_sightings);
}

static uint64_t key_of(const struct proposal *p)
{
	return registry_port_key(p->switch_index, p->ifindex);
}

static int compare_proposals(const void *left, const void *right)
{
	uint64_t a = key_of(left);
	uint64_t b = key_of(right);

	return (a > b) - (a < b);
}

/* Add a port unless it is there already. */
static int add_port(struct proposals *p, struct u64map *seen,
		    const struct proposal *port)
{
	if (port->ifindex == 0 ||
	    u64map_find(seen, key_of(port)) != U64MAP_NONE)
		return 0;
	p->all[p->count++] = *port;
	return u64map_put(seen, key_of(port), 0);
}

/* A port of which nothing is known but the number. */
static int add_number(struct proposals *p, struct u64map *seen, uint64_t key)
{
	const struct proposal port = {
		.switch_index = (uint32_t)(key >> 32),
		.ifindex = (uint32_t)key,
		.aggregate = (uint32_t)key,
	};

	return add_port(p, seen, &port);
}

static int add_ports(struct proposals *p, const struct learned_ports *ports,
		     const struct sightings *s)
{
	struct u64map seen;
	int rc = u64map_init(&seen, 2 * ports->count + s->count);

	for (size_t i = 0; rc == 0 && i < ports->count; i++) {
		const struct learned_port *from = &ports->all[i];
		const struct proposal port = {
			.switch_index = from->switch_index,
			.ifindex = from->ifindex,
			.name = from->name,
			.named = from->named,
			.speed_bps = from->speed_bps,
			.aggregate = from->aggregate,
		};

		rc = add_port(p, &seen, &port);
	}
	for (size_t i = 0; rc == 0 && i < ports->count; i++)
		rc = add_number(p, &seen,
				registry_port_key(ports->all[i].switch_index,
						  ports->all[i].aggregate));
	for (size_t i = 0; rc == 0 && i < s->count; i++)
		rc = add_number(p, &seen, s->all[i].port);
	u64map_fini(&seen);
	if (p->count > 0)
		qsort(p->all, p->count, sizeof(*p->all), compare_proposals);
	return rc;
}

/* The member of a sighting, behind those that the port has already. */
static struct proposal_member *member_of(struct proposals *p,
					 struct proposal *port,
					 const struct sighting *one)
{
	struct proposal_member *next = &p->members[p->member_count];

	if (port->member_count > 0 && next[-1].asn == one->asn)
		return next - 1;
	*next = (struct proposal_member){ .asn = one->asn };
	p->member_count++;
	port->member_count++;
	return next;
}

/* Both are in the order of the ports. */
static void add_members(struct proposals *p, const struct sightings *s)
{
	size_t at = 0;

	for (size_t i = 0; i < p->count; i++) {
		struct proposal *port = &p->all[i];

		port->first_member = p->member_count;
		for (; at < s->count && s->all[at].port == key_of(port); at++) {
			const struct sighting *one = &s->all[at];
			struct proposal_member *m = member_of(p, port, one);

			port->sure_count += one->sure && !m->sure;
			m->sure |= one->sure;
			m->samples += one->samples;
			port->samples += one->samples;
		}
	}
}

static struct proposal *find(const struct proposals *p, uint32_t switch_index,
			     uint32_t ifindex)
{
	const struct proposal wanted = { .switch_index = switch_index,
					 .ifindex = ifindex };

	if (p->count == 0)
		return NULL;
	return bsearch(&wanted, p->all, p->count, sizeof(wanted),
		       compare_proposals);
}

/* The port that a station enters a switch by for sure, or NULL. */
static struct proposal *home_of(const struct proposals *p,
				const struct bindings *b,
				const struct station *station, uint32_t i)
{
	const struct binding *at = bindings_at(b, station, i);

	if (!at || at->home == 0 || at->samples < BINDING_SURE)
		return NULL;
	return find(p, i, at->home);
}

/* Count a station where it enters, and where that is not its own port. */
static void count_station(struct proposals *p, const struct bindings *b,
			  const struct station *station)
{
	uint32_t fewest = UINT32_MAX;

	for (uint32_t i = 0; i < b->switch_count; i++) {
		const struct proposal *port = home_of(p, b, station, i);

		if (port && port->sure_count < fewest)
			fewest = port->sure_count;
	}
	for (uint32_t i = 0; i < b->switch_count; i++) {
		struct proposal *port = home_of(p, b, station, i);

		if (!port)
			continue;
		port->stations++;
		port->owned_elsewhere += port->sure_count > fewest;
	}
}

static bool joins_switches(const struct proposal *port)
{
	return port->kind == PROPOSAL_CORE ||
	       (port->configured && port->configured->core);
}

/* Once it is known which ports are core: who enters two switches besides? */
static void count_doubt(struct proposals *p, const struct bindings *b,
			const struct station *station)
{
	uint32_t homes = 0;

	for (uint32_t i = 0; i < b->switch_count; i++) {
		const struct proposal *port = home_of(p, b, station, i);

		homes += port && !joins_switches(port);
	}
	for (uint32_t i = 0; homes > 1 && i < b->switch_count; i++) {
		struct proposal *port = home_of(p, b, station, i);

		if (port)
			port->doubtful++;
	}
}

static bool is_core(const struct proposal *port)
{
	return port->sure_count >= CORE_MEMBERS &&
	       (uint64_t)port->owned_elsewhere * CORE_STATIONS_OF >=
		   (uint64_t)port->stations * CORE_STATIONS &&
	       port->stations > 0;
}

static enum proposal_kind kind_of(const struct proposal *port)
{
	if (port->aggregate != port->ifindex && port->name &&
	    !port->name_taken && strncmp(port->name, "ifIndex ", 8) != 0)
		return PROPOSAL_LAG_PORT;
	if (is_core(port))
		return PROPOSAL_CORE;
	return port->sure_count > 0 ? PROPOSAL_MEMBERS : PROPOSAL_OPEN;
}

static int compare_names(const void *left, const void *right)
{
	const struct proposal *const *a = left;
	const struct proposal *const *b = right;

	if ((*a)->switch_index != (*b)->switch_index)
		return (*a)->switch_index < (*b)->switch_index ? -1 : 1;
	return strcmp((*a)->name, (*b)->name);
}

static bool is_configured_name(const struct proposals *p,
			       const struct proposal *port)
{
	const struct config_switch *s =
	    &p->registry->config->switches[port->switch_index];

	for (size_t i = 0; i < s->port_count; i++) {
		if (s->ports[i].name &&
		    strcmp(s->ports[i].name, port->name) == 0)
			return true;
	}
	return false;
}

/* A switch's names must differ in a configuration. */
static int mark_taken_names(struct proposals *p)
{
	struct proposal **named =
	    calloc(p->count + 1, sizeof(struct proposal *));
	size_t count = 0;

	if (!named)
		return -ENOMEM;
	for (size_t i = 0; i < p->count; i++) {
		struct proposal *port = &p->all[i];

		if (!port->name || port->configured)
			continue;
		port->name_taken = is_configured_name(p, port);
		named[count++] = port;
	}
	if (count > 0)
		qsort(named, count, sizeof(struct proposal *), compare_names);
	for (size_t i = 1; i < count; i++) {
		if (compare_names(&named[i - 1], &named[i]) != 0)
			continue;
		named[i - 1]->name_taken = true;
		named[i]->name_taken = true;
	}
	free(named);
	return 0;
}

static void find_configured(struct proposals *p)
{
	const struct registry *r = p->registry;

	for (size_t i = 0; i < p->count; i++) {
		uint32_t at = u64map_find(&r->by_port, key_of(&p->all[i]));

		if (at != U64MAP_NONE)
			p->all[i].configured = &r->ports[at];
	}
}

static void for_each_station(struct proposals *p, const struct bindings *b,
			     void (*visit)(struct proposals *p,
					   const struct bindings *b,
					   const struct station *station))
{
	const struct u64map *macs = &b->registry->by_mac;

	for (size_t i = 0; i <= macs->mask; i++) {
		if (macs->keys[i] != UINT64_MAX)
			visit(p, b, &b->registry->stations[macs->values[i]]);
	}
}

static void judge(struct proposals *p, const struct bindings *b)
{
	for_each_station(p, b, count_station);
	for (size_t i = 0; i < p->count; i++)
		p->all[i].kind = kind_of(&p->all[i]);
	for_each_station(p, b, count_doubt);
}

int proposals_make(struct proposals *out, const struct bindings *b,
		   const struct learned_ports *ports)
{
	struct proposals p = { .registry = b->registry };
	struct sightings s = { 0 };
	int rc = 0;

	list_sightings(&s, b);
	p.all = calloc(2 * ports->count + s.count + 1, sizeof(*p.all));
	p.members = calloc(s.count + 1, sizeof(*p.members));
	if (!p.all || !p.members || s.failed)
		rc = -ENOMEM;
	if (rc == 0)
		rc = add_ports(&p, ports, &s);
	if (rc == 0) {
		find_configured(&p);
		rc = mark_taken_names(&p);
	}
	if (rc == 0) {
		add_members(&p, &s);
		judge(&p, b);
		*out = p;
		p = (struct proposals){ 0 };
	}
	proposals_fini(&p);
	free(s.all);
	return rc;
}

void proposals_fini(struct proposals *p)
{
	free(p->all);
	free(p->members);
	*p = (struct proposals){ 0 };
}

const struct proposal *proposals_find(const struct proposals *p,
				      uint32_t switch_index, uint32_t ifindex)
{
	return find(p, switch_index, ifindex);
}

bool proposal_expects(const struct proposals *p, const struct proposal *port,
		      uint32_t asn)
{
	for (uint32_t i = 0;
	     port->configured && i < port->configured->member_count; i++) {
		uint32_t member = port->configured->members[i];

		if (p->registry->members[member].asn == asn)
			return true;
	}
	return false;
}

bool proposal_is_covered(const struct proposals *p, const struct proposal *port)
{
	const struct proposal *lag =
	    find(p, port->switch_index, port->aggregate);

	return port->kind == PROPOSAL_LAG_PORT && lag && lag->configured;
}
