/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_OBSERVE_H
#define LANTERNE_COLLECTOR_OBSERVE_H

/*
 * observe — what the records of one flow sample say of its frame.
 *
 * A sample is one frame however many records describe it. Addresses: the
 * sampled header's, else the Ethernet record's. Family: the frame's type, else
 * the Ethernet record's, the header's protocol, the IP record. Length: the
 * header's, else the Ethernet record's, else what carries the IP packet.
 *
 * VLAN: the outermost tag that has an id; tags that were taken off before
 * sampling (VLAN stack) stood outside those in the header. Without one, what
 * the extended switch record says, if that is a VLAN of the exchange: there a
 * router's VLAN is common. The VLAN counts in which the frame was on the
 * observed side of the switch: src_vlan coming in, dst_vlan going out, and the
 * other one where that says nothing.
 */

#include "ixp/observation.h"
#include "ixp/registry.h"
#include "net/sflow.h"

/** As observe, for samples that are not just the header of a frame. */
void observe_records(struct observation *o, const struct sflow_flow *f,
		     const struct registry *registry);

/** Take addresses, family and VLAN from a frame. */
static inline void observe_frame(struct observation *o,
				 const struct frame *frame)
{
	o->src = frame->src;
	o->dst = frame->dst;
	o->has_macs = frame->has_src;
	o->family = frame->family;
	o->vlan = frame_vlan(frame);
}

/**
 * Fill in addresses, length, family and VLAN.
 *
 * @param o  its direction is known already
 */
static inline void observe(struct observation *o, const struct sflow_flow *f,
			   const struct registry *registry)
{
	struct frame frame;

	if (__builtin_expect(!f->has_header || f->says ||
				 f->header_protocol != SFLOW_HEADER_ETHERNET,
			     0)) {
		observe_records(o, f, registry);
		return;
	}
	frame = frame_parse(f->header);
	observe_frame(o, &frame);
	o->wire_bytes = f->frame_bytes;
}

#endif
