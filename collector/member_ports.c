/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/member_ports.h"

#include <errno.h>
#include <stdlib.h>

/* Of a member port of a LAG the LAG. */
static uint32_t whole_of(const struct port_table *ports, const struct port *p)
{
	uint32_t at = port_table_look(ports, p->switch_index, p->ifindex);

	return at == PORT_NONE ? p->ifindex : ports->samples[at].aggregate;
}

static void add_port(struct member_ports *p, const struct port *port,
		     uint32_t ifindex)
{
	for (uint32_t i = 0; i < port->member_count; i++) {
		uint32_t member = port->members[i];
		uint32_t *at =
		    &p->ifindex[member * p->switch_count + port->switch_index];

		if (*at == MEMBER_PORTS_NONE)
			*at = ifindex;
		else if (*at != ifindex)
			*at = MEMBER_PORTS_SEVERAL;
	}
}

static uint32_t find_only_switch(const struct member_ports *p, uint32_t member)
{
	uint32_t none = (uint32_t)p->switch_count;
	uint32_t only = none;

	for (uint32_t i = 0; i < p->switch_count; i++) {
		if (member_ports_at(p, member, i) == MEMBER_PORTS_NONE)
			continue;
		if (only != none)
			return none;
		only = i;
	}
	return only;
}

/* A port of several members is no measure if one of them has others too. */
static void find_only_ports(struct member_ports *p, const struct registry *r,
			    const struct port_table *ports)
{
	for (uint32_t i = 0; i < r->port_count; i++) {
		const struct port *port = &r->ports[i];
		uint32_t whole = whole_of(ports, port);
		uint32_t at = port_table_look(ports, port->switch_index, whole);
		bool only = !port->core && port->member_count > 0;

		for (uint32_t k = 0; k < port->member_count; k++) {
			uint32_t member = port->members[k];

			only = only && r->members[member].mac_count > 0 &&
			       member_ports_at(p, member, port->switch_index) ==
				   whole;
		}
		if (at != PORT_NONE)
			p->is_only[at] = only;
	}
}

int member_ports_init(struct member_ports *p, const struct registry *registry,
		      const struct port_table *ports)
{
	size_t members = registry->member_count;

	*p = (struct member_ports){
		.switch_count = registry->config->switch_count,
	};
	p->ifindex = calloc(members * p->switch_count + 1, sizeof(*p->ifindex));
	p->only_switch = calloc(members + 1, sizeof(*p->only_switch));
	p->is_only = calloc(ports->capacity + 1, sizeof(*p->is_only));
	if (!p->ifindex || !p->only_switch || !p->is_only)
		return -ENOMEM;
	for (uint32_t i = 0; i < registry->port_count; i++) {
		const struct port *port = &registry->ports[i];

		if (!port->core)
			add_port(p, port, whole_of(ports, port));
	}
	for (uint32_t i = 0; i < members; i++)
		p->only_switch[i] = find_only_switch(p, i);
	find_only_ports(p, registry, ports);
	return 0;
}

void member_ports_fini(struct member_ports *p)
{
	free(p->ifindex);
	free(p->only_switch);
	free(p->is_only);
	*p = (struct member_ports){ .switch_count = 0 };
}
