/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/flush_view.h"

#include <errno.h>
#include <stdlib.h>

static bool has_own_file(const struct registry *r,
			 const struct vlan_interface *i)
{
	return i->vlan != 0 && r->members[i->member].interface_count > 1;
}

/* A series without a track would be left out for as long as the view is used,
 * and nobody would know. */
static uint32_t find(struct flush_view *v, struct track_set *set,
		     const struct series *series)
{
	uint32_t track = track_set_find(set, series);

	v->incomplete |= track == TRACK_NONE;
	return track;
}

static void find_members(struct flush_view *v, struct track_set *set,
			 uint32_t *members, uint32_t *interfaces)
{
	const struct registry *r = v->registry;

	for (uint32_t i = 0; i < r->member_count; i++) {
		const struct series s = { .kind = SERIES_MEMBER,
					  .asn = r->members[i].asn };

		members[i] = find(v, set, &s);
	}
	interfaces[REGISTRY_NOBODY] = TRACK_NONE;
	for (uint32_t i = 1; i < r->interface_count; i++) {
		const struct vlan_interface *at = &r->interfaces[i];
		const struct series s = { .kind = SERIES_VLAN_INTERFACE,
					  .asn = r->members[at->member].asn,
					  .vlan = at->vlan,
					  .ordinal = at->ordinal };

		interfaces[i] =
		    has_own_file(r, at) ? find(v, set, &s) : TRACK_NONE;
	}
}

static void find_others(struct flush_view *v, struct track_set *set,
			uint32_t *vlans, uint32_t *switches, uint32_t *agents)
{
	const struct registry *r = v->registry;
	struct series s = { .kind = SERIES_EXCHANGE };

	v->exchange = find(v, set, &s);
	for (uint32_t i = 0; i < r->vlan_count; i++) {
		s = (struct series){ .kind = SERIES_VLAN,
				     .vlan = r->vlans[i].tag };
		vlans[i] = find(v, set, &s);
	}
	for (size_t i = 0; i < r->config->switch_count; i++) {
		s = (struct series){
			.kind = SERIES_SWITCH,
			.switch_name = r->config->switches[i].name,
		};
		switches[i] = find(v, set, &s);
		s.kind = SERIES_AGENT;
		agents[i] = find(v, set, &s);
	}
}

static void find_ports(struct flush_view *v)
{
	const struct registry *r = v->registry;
	size_t switches = r->config->switch_count;

	for (uint32_t i = 0; i < r->port_count; i++) {
		const struct port *p = &r->ports[i];

		for (uint32_t k = 0; k < p->member_count; k++) {
			v->has_ports[p->members[k]] = true;
			v->port_on[p->members[k] * switches + p->switch_index] =
			    true;
		}
	}
}

int flush_view_init(struct flush_view *v, const struct registry *registry,
		    struct track_set *set)
{
	size_t members = registry->member_count;
	size_t interfaces = registry->interface_count;
	size_t vlans = registry->vlan_count;
	size_t switches = registry->config->switch_count;
	uint32_t *list;

	*v = (struct flush_view){ .registry = registry };
	v->list_count = members + interfaces + vlans + 2 * switches + 1;
	list = calloc(v->list_count, sizeof(*list));
	v->list = list;
	v->has_ports = calloc(members + 1, sizeof(*v->has_ports));
	v->port_on = calloc(members * switches + 1, sizeof(*v->port_on));
	if (!list || !v->has_ports || !v->port_on)
		return -ENOMEM;
	v->members = list;
	v->interfaces = list + members;
	v->vlans = v->interfaces + interfaces;
	v->switches = v->vlans + vlans;
	v->agents = v->switches + switches;
	find_members(v, set, list, list + members);
	find_others(v, set, list + members + interfaces,
		    list + members + interfaces + vlans,
		    list + members + interfaces + vlans + switches);
	list[v->list_count - 1] = v->exchange;
	find_ports(v);
	return v->incomplete ? -ENOMEM : 0;
}

void flush_view_fini(struct flush_view *v)
{
	free(v->list);
	free(v->has_ports);
	free(v->port_on);
	*v = (struct flush_view){ 0 };
}

uint32_t flush_view_vlan(const struct flush_view *v, uint16_t tag)
{
	const struct vlan *vlan = registry_vlan(v->registry, tag);

	return vlan ? v->vlans[vlan - v->registry->vlans] : TRACK_NONE;
}

bool flush_view_any_alive(const struct flush_view *v,
			  const struct agent_row *agents)
{
	for (size_t i = 0; i < v->registry->config->switch_count; i++) {
		if (agents[i].alive)
			return true;
	}
	return false;
}

bool flush_view_member_seen(const struct flush_view *v,
			    const struct agent_row *agents, uint32_t member)
{
	size_t switches = v->registry->config->switch_count;

	if (v->registry->members[member].mac_count == 0)
		return false;
	if (!v->has_ports[member])
		return flush_view_any_alive(v, agents);
	for (size_t i = 0; i < switches; i++) {
		if (v->port_on[member * switches + i] && agents[i].alive)
			return true;
	}
	return false;
}
