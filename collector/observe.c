/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/observe.h"

enum {
	/* Around an IP packet: Ethernet header and FCS, and the smallest
	 * frame of all. */
	AROUND_IP_BYTES = 14 + 4,
	SMALLEST_FRAME_BYTES = 64,
	LAST_VLAN = 4094,
};

static uint32_t frame_of_ip(uint32_t ip_bytes)
{
	uint32_t bytes = ip_bytes > UINT32_MAX - AROUND_IP_BYTES
			     ? UINT32_MAX
			     : ip_bytes + AROUND_IP_BYTES;

	return bytes < SMALLEST_FRAME_BYTES ? SMALLEST_FRAME_BYTES : bytes;
}

static uint32_t length_of(const struct sflow_flow *f)
{
	if (f->has_header)
		return f->frame_bytes;
	if (f->says & SFLOW_SAYS_ETHERNET)
		return f->ethernet.frame_bytes;
	if (f->says & (SFLOW_SAYS_IPV4 | SFLOW_SAYS_IPV6))
		return frame_of_ip(f->ip_bytes);
	return 0;
}

/* The family by everything but the frame itself. */
static enum family family_of(const struct sflow_flow *f)
{
	enum family family = FAMILY_OTHER;

	if (f->says & SFLOW_SAYS_ETHERNET)
		family = family_of_type(f->ethernet.type);
	if (family != FAMILY_OTHER)
		return family;
	if (f->has_header && f->header_protocol == SFLOW_HEADER_IPV4)
		return FAMILY_IPV4;
	if (f->has_header && f->header_protocol == SFLOW_HEADER_IPV6)
		return FAMILY_IPV6;
	if (f->says & SFLOW_SAYS_IPV4)
		return FAMILY_IPV4;
	return f->says & SFLOW_SAYS_IPV6 ? FAMILY_IPV6 : FAMILY_OTHER;
}

/* A VLAN of the exchange, or 0. */
static uint16_t exchange_vlan(const struct registry *registry, uint32_t vlan)
{
	if (vlan == 0 || vlan > LAST_VLAN)
		return 0;
	return registry_vlan(registry, (uint16_t)vlan) ? (uint16_t)vlan : 0;
}

static uint16_t vlan_of_switch(const struct registry *registry,
			       const struct sflow_switch *s,
			       enum direction direction)
{
	bool out = direction == DIRECTION_EGRESS;
	uint16_t vlan =
	    exchange_vlan(registry, out ? s->dst_vlan : s->src_vlan);

	return vlan ? vlan
		    : exchange_vlan(registry, out ? s->src_vlan : s->dst_vlan);
}

void observe_records(struct observation *o, const struct sflow_flow *f,
		     const struct registry *registry)
{
	struct frame frame = { .family = FAMILY_OTHER };

	if (f->has_header && f->header_protocol == SFLOW_HEADER_ETHERNET)
		frame = frame_parse(f->header);
	observe_frame(o, &frame);
	o->wire_bytes = length_of(f);
	if (!o->has_macs && f->says & SFLOW_SAYS_ETHERNET) {
		o->src = f->ethernet.src;
		o->dst = f->ethernet.dst;
		o->has_macs = true;
	}
	if (!frame.has_type)
		o->family = family_of(f);
	if (f->says & SFLOW_SAYS_VLAN_STACK && f->stripped_vlan)
		o->vlan = f->stripped_vlan;
	if (!o->vlan && f->says & SFLOW_SAYS_SWITCH)
		o->vlan = vlan_of_switch(registry, &f->bridge, o->direction);
}
