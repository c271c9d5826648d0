/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/attribute.h"

/*
 * The VLAN of a frame without a tag (a Nexus sends none) comes from the port
 * where all its members are in one VLAN, else from whichever of the two MAC
 * addresses is known in one VLAN only. Two addresses that are known in
 * different VLANs leave it unknown, and each end counts by its own address.
 */

static const struct station *next_of(const struct registry *r,
				     const struct station *s)
{
	return s->next == U64MAP_NONE ? NULL : &r->stations[s->next];
}

/* The one VLAN of an address; 0 if it has none or several. */
static uint16_t single_vlan(const struct station *s)
{
	return s && s->next == U64MAP_NONE ? s->vlan : 0;
}

/*
 * The interface of an address in several VLANs when nothing tells which one:
 * its member's catch-all, if it is one member's throughout or the port says
 * whose it is.
 */
static uint32_t without_vlan(const struct registry *r, const struct station *s,
			     const struct port *port)
{
	uint32_t member = r->interfaces[s->interface].member;
	bool same = true;

	for (const struct station *i = s; i; i = next_of(r, i)) {
		uint32_t other = r->interfaces[i->interface].member;

		same = same && other == member;
		if (port && port_has_member(port, other))
			return r->members[other].catch_all;
	}
	return same ? r->members[member].catch_all : REGISTRY_NOBODY;
}

/* The interface of an address in a VLAN that its first one is not of; vlan 0:
 * not known. */
static uint32_t other_interface_in(const struct registry *r,
				   const struct station *s, uint16_t vlan,
				   const struct port *port)
{
	if (vlan == 0) {
		if (s->next == U64MAP_NONE)
			return s->interface;
		return without_vlan(r, s, port);
	}
	for (; s; s = next_of(r, s)) {
		/* An exchange without VLANs takes its members' tags as they
		 * come. */
		if (s->vlan == vlan || s->vlan == 0)
			return s->interface;
	}
	return REGISTRY_NOBODY;
}

/* The interface of an address in a VLAN; vlan 0: not known. */
static inline uint32_t interface_in(const struct registry *r,
				    const struct station *s, uint16_t vlan,
				    const struct port *port)
{
	if (!s)
		return REGISTRY_NOBODY;
	if (vlan != 0 && s->vlan == vlan)
		return s->interface;
	return other_interface_in(r, s, vlan, port);
}

static uint16_t vlan_of(const struct observation *o, const struct port *port,
			const struct station *src, const struct station *dst)
{
	uint16_t from = single_vlan(src);
	uint16_t to = single_vlan(dst);

	if (o->vlan)
		return o->vlan;
	if (port && port->only_vlan)
		return port->only_vlan;
	if (from && to && from != to)
		return 0;
	return from ? from : to;
}

/* True if the configuration gives the port to members, but not to this one. */
static bool is_wrong_port(const struct registry *r, const struct port *port,
			  uint32_t interface)
{
	return port && port->member_count > 0 &&
	       !port_has_member(port, r->interfaces[interface].member);
}

static enum stranger stranger_of(const struct station *src, uint32_t interface,
				 bool wrong_port)
{
	if (wrong_port)
		return STRANGER_WRONG_PORT;
	if (interface != REGISTRY_NOBODY)
		return STRANGER_NONE;
	return src ? STRANGER_WRONG_VLAN : STRANGER_UNKNOWN;
}

enum drop_reason attribute_ends(const struct registry *r,
				const struct observation *o,
				const struct port *port, enum counted counted,
				struct attribution *out)
{
	/* The port confirms the end that is at it. */
	const struct port *ingress =
	    o->direction == DIRECTION_INGRESS ? port : NULL;
	const struct port *egress =
	    o->direction == DIRECTION_EGRESS ? port : NULL;
	const struct station *src = registry_station(r, o->src);
	const struct station *dst =
	    mac_is_group(o->dst) ? NULL : registry_station(r, o->dst);
	bool from_wrong;
	bool to_wrong;

	out->vlan = vlan_of(o, port, src, dst);
	out->from = interface_in(r, src, out->vlan, ingress);
	out->to = interface_in(r, dst, out->vlan, egress);
	from_wrong = out->from && is_wrong_port(r, ingress, out->from);
	to_wrong = out->to && is_wrong_port(r, egress, out->to);
	out->claimed = out->from;
	if (from_wrong)
		out->from = REGISTRY_NOBODY;
	if (to_wrong)
		out->to = REGISTRY_NOBODY;
	out->stranger = stranger_of(src, out->from, from_wrong);
	out->misdelivered = to_wrong;
	out->source = src;

	if (!out->from && !out->to)
		return from_wrong || to_wrong ? DROP_WRONG_PORT
					      : DROP_NO_MEMBER;
	/* A copy that left by some port says nothing of how often the frame
	 * came in: floods count where they enter. */
	if (!out->to && o->direction == DIRECTION_EGRESS &&
	    counted != COUNTED_ANY)
		return DROP_EGRESS_NOT_COUNTED;
	return DROP_NONE;
}
