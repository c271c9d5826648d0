/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "view.h"

static struct interface_field field(const struct model *m, uint32_t port)
{
	return (struct interface_field){ INTERFACE_INDEX,
					 m->ports[port].ifindex };
}

static struct view ingress(const struct model *m, uint32_t port,
			   struct interface_field output)
{
	return (struct view){
		.passage = m->ports[port].core ? PASSAGE_CORE_INGRESS
					       : PASSAGE_EDGE_INGRESS,
		.source = port,
		.input = field(m, port),
		.output = output,
	};
}

static struct view egress(const struct model *m, uint32_t port, uint32_t input)
{
	return (struct view){
		.passage = m->ports[port].core ? PASSAGE_CORE_EGRESS
					       : PASSAGE_EDGE_EGRESS,
		.source = port,
		.input = field(m, input),
		.output = field(m, port),
	};
}

static struct view unicast(const struct model *m, const struct flow *flow,
			   uint32_t n)
{
	uint32_t a = model_switch_of(m, flow->from);
	uint32_t b = model_switch_of(m, flow->to);
	uint32_t from = m->stations[flow->from].port;
	uint32_t to = m->stations[flow->to].port;
	/* where it leaves the first switch and enters the last one */
	uint32_t leave = a == b ? to : model_core_port(m, a, b);
	uint32_t enter = a == b ? from : model_core_port(m, b, a);

	if (n == 0)
		return ingress(m, from, field(m, leave));
	if (m->egress && n == 1)
		return egress(m, to, enter);
	if (m->egress && n == 2)
		return egress(m, leave, from);
	return ingress(m, enter, field(m, to));
}

/* The n-th switch other than this one. */
static uint32_t other_switch(uint32_t from, uint32_t n)
{
	return n < from ? n : n + 1;
}

static struct view group(const struct model *m, const struct flow *flow,
			 uint32_t n)
{
	struct interface_field several = { INTERFACE_SEVERAL, 0 };
	uint32_t a = model_switch_of(m, flow->from);
	uint32_t own = m->stations[flow->from].port;
	uint32_t edges = m->egress ? (uint32_t)m->known_station_count - 1 : 0;
	uint32_t links = m->switch_count - 1;
	uint32_t b;

	if (n == 0)
		return ingress(m, own, several);
	n -= 1;
	if (n < edges) {
		uint32_t to = n < own ? n : n + 1;

		b = m->ports[to].switch_index;
		return egress(m, to, a == b ? own : model_core_port(m, b, a));
	}
	n -= edges;
	b = other_switch(a, n % links);
	if (m->egress && n < links)
		return egress(m, model_core_port(m, a, b), own);
	return ingress(m, model_core_port(m, b, a), several);
}

struct view view_of(const struct model *m, const struct flow *flow, uint32_t n)
{
	return flow_to_group(flow) ? group(m, flow, n) : unicast(m, flow, n);
}
