/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/mirror_ports.h"

static void note(struct intake *in, const struct raw_ends *e, uint64_t bytes,
		 int64_t step)
{
	uint32_t switch_index = e->source - in->ports.capacity;
	uint32_t interface = e->egress ? e->to : e->from;
	uint32_t ifindex;
	uint32_t port;

	if (interface == REGISTRY_NOBODY)
		return;
	ifindex = member_ports_at(&in->member_ports,
				  in->registry->interfaces[interface].member,
				  switch_index);
	if (ifindex == MEMBER_PORTS_NONE || ifindex == MEMBER_PORTS_SEVERAL)
		return;
	port = port_table_look(&in->ports, switch_index, ifindex);
	/* A session that copies the port has told of it already. */
	if (port != PORT_NONE && !in->ports.samples[port].copied)
		port_samples_estimate(
		    port_table_samples(&in->ports, port, step), e->egress,
		    bytes);
}

void mirror_ports_note(struct intake *in, const struct cell *cells,
		       size_t count, int64_t step)
{
	if (in->step > step)
		step = in->step;
	for (size_t i = 0; i < count; i++) {
		const struct raw_ends e = raw_ends(cells[i].key);

		if (e.mirrored)
			note(in, &e, cells[i].tally.bytes, step);
	}
}

static bool is_recent(const struct intake *in, int64_t time_us)
{
	return time_us != 0 && in->time_us - time_us <= INTAKE_SILENT_US;
}

void mirror_ports_mark(struct intake *in)
{
	for (uint32_t i = 0; i < in->ports.count; i++) {
		struct port_state *p = &in->ports.ports[i];
		const struct switch_state *s =
		    &in->agents.switches[p->switch_index];
		bool copied = in->ports.samples[i].copied;

		p->mirrored[0] = is_recent(in, s->frame_us) &&
				 (copied || in->member_ports.is_only[i]);
		p->mirrored[1] = is_recent(in, s->left_us) &&
				 (copied || (in->member_ports.is_only[i] &&
					     !is_recent(in, s->frame_us)));
	}
}
