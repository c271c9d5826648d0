/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/anchor.h"

#include <stddef.h>

/* Whether its counters, if there are any, are the member's and no other's. */
static bool is_own(const struct registry *r, uint32_t index)
{
	const struct port *port = &r->ports[index];

	return index < r->port_count && port->member_count == 1 &&
	       !port->core && !validity_is_limited(port->holds);
}

static bool is_in_lag(const struct registry *r, const struct port *port)
{
	return port->config && port->config->name &&
	       registry_lag_of(r, port->switch_index, port->config->name);
}

/* A port that said something of both directions, even that nothing grew. */
static bool has_counted(const struct port_state *p)
{
	return p->has_rate ||
	       (p->grown[PORT_IN_OCTETS] && p->grown[PORT_OUT_OCTETS]);
}

static void add(uint64_t octets[2], const struct port_state *p)
{
	octets[0] += p->grown[PORT_IN_OCTETS];
	octets[1] += p->grown[PORT_OUT_OCTETS];
}

static bool add_ports_of(const struct port_table *t, const struct port *lag,
			 uint64_t octets[2])
{
	size_t count = 0;

	for (uint32_t i = 0; i < t->count; i++) {
		const struct port_state *p = &t->ports[i];

		if (p->lag != lag || !has_counted(p))
			continue;
		add(octets, p);
		count++;
	}
	return count > 0 && count == lag->config->lag_count;
}

static bool add_port(const struct port_table *t, const struct port *port,
		     uint64_t octets[2])
{
	uint32_t found = port_table_look(t, port->switch_index, port->ifindex);

	if (found != PORT_NONE && has_counted(&t->ports[found])) {
		add(octets, &t->ports[found]);
		return true;
	}
	return port->config && port->config->lag_count > 0 &&
	       add_ports_of(t, port, octets);
}

bool anchor_of(const struct port_table *t, uint32_t member, uint64_t octets[2])
{
	const struct registry *r = t->registry;
	uint64_t sum[2] = { 0 };
	bool any = false;

	for (uint32_t i = 0; i < r->all_port_count; i++) {
		const struct port *port = &r->ports[i];

		if (!port_has_member(port, member))
			continue;
		if (!is_own(r, i))
			return false;
		if (is_in_lag(r, port))
			continue;
		if (!add_port(t, port, sum))
			return false;
		any = true;
	}
	if (any) {
		octets[0] = sum[0];
		octets[1] = sum[1];
	}
	return any;
}
