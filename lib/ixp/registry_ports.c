/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The ports of the configuration, and what to warn of in the end. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ixp/registry_parts.h"

/* The one VLAN that all members of a port are in, or 0. */
static uint16_t only_vlan(const struct registry *r, const struct port *p)
{
	uint16_t only = 0;

	for (uint32_t i = 0; i < p->member_count; i++) {
		const struct member *m = &r->members[p->members[i]];

		for (uint32_t j = 1; j <= m->interface_count; j++) {
			uint16_t vlan = r->interfaces[m->catch_all + j].vlan;

			if (only && vlan != only)
				return 0;
			only = vlan;
		}
	}
	return only;
}

static bool lag_holds(const struct config_port *lag, const char *name)
{
	for (size_t i = 0; name && i < lag->lag_count; i++) {
		if (strcmp(lag->lag[i], name) == 0)
			return true;
	}
	return false;
}

/*
 * A switch samples a LAG at its member ports or as a whole, so each of them
 * and the LAG have the members that are configured at either.
 */
static bool shares_members(const struct config_port *a,
			   const struct config_port *b)
{
	return lag_holds(a, b->name) || lag_holds(b, a->name);
}

static void add_members(struct registry_draft *draft, struct port *p,
			const struct config_port *said)
{
	struct registry *r = draft->registry;

	for (size_t i = 0; i < said->asn_count; i++) {
		uint32_t member = u64map_find(&draft->member_of, said->asns[i]);
		uint32_t at = 0;

		while (at < p->member_count && p->members[at] != member)
			at++;
		if (at == p->member_count)
			p->members[p->member_count++] = member;
		if (said == p->config && validity_holds(p->holds, r->at_s))
			r->members[member].port_count++;
	}
}

/* What is being read of the configuration: a port of a switch. */
struct entry {
	uint32_t switch_index;
	const struct config_switch *of;
	const struct config_port *port;
};

/* Room for one more port behind those that there are. */
static struct port *next_port(struct registry *r, size_t *capacity)
{
	if (r->all_port_count == *capacity) {
		size_t larger = *capacity ? 2 * *capacity : 64;
		struct port *ports =
		    reallocarray(r->ports, larger, sizeof(*ports));

		if (!ports)
			return NULL;
		r->ports = ports;
		*capacity = larger;
	}
	return &r->ports[r->all_port_count];
}

/* A port for a time in which nothing that is said of it changes. */
static int add_port(struct registry_draft *draft, const struct entry *e,
		    struct validity holds)
{
	struct port *p = next_port(draft->registry, &draft->port_capacity);
	const struct config_port *ports = e->of->ports;
	size_t count = e->port->asn_count;

	if (!p)
		return -ENOMEM;
	*p = (struct port){ .switch_index = e->switch_index,
			    .ifindex = e->port->ifindex,
			    .config = e->port,
			    .holds = holds,
			    .core = e->port->role == CONFIG_ROLE_CORE };
	for (size_t i = 0; i < e->of->port_count; i++) {
		if (shares_members(e->port, &ports[i]))
			count += ports[i].asn_count;
	}
	p->members = calloc(count + 1, sizeof(*p->members));
	if (!p->members)
		return -ENOMEM;
	add_members(draft, p, e->port);
	for (size_t i = 0; i < e->of->port_count; i++) {
		if (shares_members(e->port, &ports[i]) &&
		    validity_overlaps(ports[i].holds, holds))
			add_members(draft, p, &ports[i]);
	}
	p->only_vlan = only_vlan(draft->registry, p);
	draft->registry->all_port_count++;
	return 0;
}

/* The first moment behind at_s at which something said of a port changes. */
static int64_t next_change(const struct entry *e, int64_t at_s)
{
	int64_t next_s = validity_end_s(e->port->holds);

	for (size_t i = 0; i < e->of->port_count; i++) {
		const struct config_port *other = &e->of->ports[i];
		int64_t end_s = validity_end_s(other->holds);

		if (!validity_is_limited(other->holds) ||
		    !shares_members(e->port, other))
			continue;
		if (other->holds.from_s > at_s && other->holds.from_s < next_s)
			next_s = other->holds.from_s;
		if (end_s > at_s && end_s < next_s)
			next_s = end_s;
	}
	return next_s;
}

/* Add what is said of a port: of now, or of all other times. */
static int add_entry(struct registry_draft *draft, const struct entry *e,
		     bool now)
{
	int64_t end_s = validity_end_s(e->port->holds);
	int64_t at_s = e->port->holds.from_s;
	int rc = 0;

	while (rc == 0 && at_s < end_s) {
		int64_t next_s = next_change(e, at_s);
		struct validity holds = {
			.from_s = at_s,
			.until_s = next_s == INT64_MAX ? 0 : next_s,
		};

		if (validity_holds(holds, draft->registry->at_s) == now)
			rc = add_port(draft, e, holds);
		at_s = next_s;
	}
	return rc;
}

static int add_entries(struct registry_draft *draft, bool now)
{
	const struct config *config = draft->config;
	int rc = 0;

	for (size_t i = 0; i < config->switch_count; i++) {
		const struct config_switch *s = &config->switches[i];

		for (size_t j = 0; rc == 0 && j < s->port_count; j++) {
			const struct entry e = { (uint32_t)i, s, &s->ports[j] };

			rc = add_entry(draft, &e, now);
		}
	}
	return rc;
}

const struct port *registry_lag_of(const struct registry *r,
				   uint32_t switch_index, const char *name)
{
	for (uint32_t i = 0; i < r->port_count; i++) {
		const struct port *p = &r->ports[i];

		if (p->switch_index == switch_index &&
		    lag_holds(p->config, name))
			return p;
	}
	return NULL;
}

int registry_add_ports(struct registry_draft *draft)
{
	struct registry *r = draft->registry;
	int rc = add_entries(draft, true);

	r->port_count = r->all_port_count;
	if (rc == 0)
		rc = u64map_init(&r->by_port, r->port_count);
	for (uint32_t i = 0; rc == 0 && i < r->port_count; i++)
		rc = u64map_put(&r->by_port,
				registry_port_key(r->ports[i].switch_index,
						  r->ports[i].ifindex),
				i);
	return rc == 0 ? add_entries(draft, false) : rc;
}

static void warn_of_relays(const struct registry *r, struct diagnostics *d)
{
	for (size_t i = 0; i < r->config->relay_count; i++) {
		const struct config_relay *relay = &r->config->relays[i];

		if (relay->asn && !registry_member(r, relay->asn))
			diagnostics_warning(d, relay->place,
					    "relay: found AS%u, expected a "
					    "member: nothing is sent there",
					    relay->asn);
	}
}

/* Between switches a frame is seen by both; that must be known. */
static void warn_of_core(const struct registry *r, struct diagnostics *d)
{
	const struct place file = { .path = r->config->path };
	size_t count = 0;

	for (uint32_t i = 0; i < r->port_count; i++) {
		if (r->ports[i].core)
			return;
	}
	for (size_t i = 0; i < r->config->switch_count; i++)
		count += !r->config->switches[i].is_made;
	if (count > 1)
		diagnostics_warning(
		    d, file,
		    "found %zu switches and no port with role: core, expected "
		    "the ports that join them: without, a frame that crosses "
		    "two switches counts twice",
		    count);
}

static void warn_of_member(const struct registry_draft *draft,
			   const struct member *m)
{
	const struct roster *roster = draft->roster;
	struct place place = { .path = roster->path };

	for (size_t i = 0;
	     i < roster->member_count && draft->d->warnings < DIAGNOSTICS_SHOWN;
	     i++) {
		if (roster->members[i].asn == m->asn)
			place = roster_place(roster, &roster->members[i].where);
	}
	diagnostics_warning(draft->d, place, "AS%u (%s): found %s, expected %s",
			    m->asn, m->name,
			    m->mac_count    ? "no port"
			    : m->port_count ? "no MAC address"
					    : "no MAC address and no port",
			    m->mac_count
				? "a port of a switch with this asn"
				: "an address in the roster, under macs or in "
				  "a MAC table: its frames cannot be "
				  "recognised");
}

/* Mark the members that something is said of for another time than now. */
static void mark_timed(const struct registry_draft *draft, bool *timed)
{
	const struct registry *r = draft->registry;
	const struct config *config = draft->config;

	for (size_t i = 0; i < config->mac_count; i++) {
		if (!validity_holds(config->macs[i].holds, r->at_s))
			timed[u64map_find(&draft->member_of,
					  config->macs[i].asn)] = true;
	}
	for (uint32_t i = r->port_count; i < r->all_port_count; i++) {
		for (uint32_t k = 0; k < r->ports[i].member_count; k++)
			timed[r->ports[i].members[k]] = true;
	}
}

int registry_warn(const struct registry_draft *draft)
{
	const struct registry *r = draft->registry;
	bool *timed = calloc((size_t)r->member_count + 1, sizeof(*timed));

	if (!timed)
		return -ENOMEM;
	mark_timed(draft, timed);
	warn_of_core(r, draft->d);
	warn_of_relays(r, draft->d);
	for (uint32_t i = 0; i < r->member_count; i++) {
		if ((!r->members[i].mac_count || !r->members[i].port_count) &&
		    !timed[i])
			warn_of_member(draft, &r->members[i]);
	}
	free(timed);
	return 0;
}
