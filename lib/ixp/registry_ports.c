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
		if (said == p->config)
			r->members[member].port_count++;
	}
}

static int add_port(struct registry_draft *draft, uint32_t switch_index,
		    const struct config_port *config)
{
	const struct config_switch *s = &draft->config->switches[switch_index];
	struct registry *r = draft->registry;
	struct port *p = &r->ports[r->port_count];
	size_t count = config->asn_count;

	*p = (struct port){ .switch_index = switch_index,
			    .ifindex = config->ifindex,
			    .config = config,
			    .core = config->role == CONFIG_ROLE_CORE };
	for (size_t i = 0; i < s->port_count; i++) {
		if (shares_members(config, &s->ports[i]))
			count += s->ports[i].asn_count;
	}
	p->members = calloc(count + 1, sizeof(*p->members));
	if (!p->members)
		return -ENOMEM;
	add_members(draft, p, config);
	for (size_t i = 0; i < s->port_count; i++) {
		if (shares_members(config, &s->ports[i]))
			add_members(draft, p, &s->ports[i]);
	}
	p->only_vlan = only_vlan(r, p);
	return u64map_put(&r->by_port,
			  registry_port_key(switch_index, config->ifindex),
			  r->port_count++);
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
	const struct config *config = draft->config;
	struct registry *r = draft->registry;
	size_t count = 0;
	int rc;

	for (size_t i = 0; i < config->switch_count; i++)
		count += config->switches[i].port_count;
	rc = u64map_init(&r->by_port, count);
	r->ports = calloc(count + 1, sizeof(*r->ports));
	if (!r->ports)
		rc = -ENOMEM;
	for (size_t i = 0; i < config->switch_count; i++) {
		const struct config_switch *s = &config->switches[i];

		for (size_t j = 0; rc == 0 && j < s->port_count; j++)
			rc = add_port(draft, (uint32_t)i, &s->ports[j]);
	}
	return rc;
}

static void warn_of_unused(const struct config *config, struct diagnostics *d)
{
	static const char words[] = "not used by this version yet";
	const struct place file = { .path = config->path };

	for (size_t i = 0; i < config->source_count; i++) {
		if (config->sources[i].kind == CONFIG_SOURCE_MIRROR)
			diagnostics_warning(d, config->sources[i].place,
					    "mirror: %s", words);
	}
	if (config->relay_count)
		diagnostics_warning(d, config->relay_place, "relay: %s", words);
	if (config->web.users)
		diagnostics_warning(d, config->web.users_place, "users: %s",
				    words);
	if (config->web.trusted_proxy_count)
		diagnostics_warning(d, file, "trusted_proxies: %s", words);
	if (config->web.metrics_from_count)
		diagnostics_warning(d, file, "metrics_from: %s", words);
}

/* Between switches a frame is seen by both; that must be known. */
static void warn_of_core(const struct registry *r, struct diagnostics *d)
{
	const struct place file = { .path = r->config->path };

	for (uint32_t i = 0; i < r->port_count; i++) {
		if (r->ports[i].core)
			return;
	}
	if (r->config->switch_count > 1)
		diagnostics_warning(
		    d, file,
		    "found %zu switches and no port with role: core, expected "
		    "the ports that join them: without, a frame that crosses "
		    "two switches counts twice",
		    r->config->switch_count);
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

void registry_warn(const struct registry_draft *draft)
{
	const struct registry *r = draft->registry;

	warn_of_unused(draft->config, draft->d);
	warn_of_core(r, draft->d);
	for (uint32_t i = 0; i < r->member_count; i++) {
		if (!r->members[i].mac_count || !r->members[i].port_count)
			warn_of_member(draft, &r->members[i]);
	}
}
