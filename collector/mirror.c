/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/mirror.h"

#include "net/headers.h"
#include "net/packet.h"

enum {
	FCS_SIZE = 4,
	ETHERNET_HEADER = 14,
	TAG_SIZE = 4,
	SMALLEST_FRAME = 60,
	/* Enough of a step to tell whether frames come twice. */
	LOOKED_AT = 8192,
	LOOKED_AT_LEAST = 200,
};

/* A frame, and what is known of it besides. */
struct mirrored {
	struct cursor bytes;
	size_t wire_bytes; /* without check sequence */
	uint32_t switch_index;
	uint32_t ifindex; /* of the port that it was copied at; 0: not said */
	uint16_t vlan;	  /* outside the frame; 0: not said */
	enum direction direction;
	int64_t time_us; /* when it came */
};

int mirror_init(struct mirror *m, const struct config_source *config,
		bool believes_all)
{
	*m = (struct mirror){ .config = config,
			      .believes_all = believes_all,
			      .longest_bytes = MIRROR_LONGEST_FRAME };
	return duplicates_new(&m->duplicates);
}

void mirror_fini(struct mirror *m)
{
	duplicates_free(m->duplicates);
	*m = (struct mirror){ .config = NULL };
}

static void judge_doubling(struct doubling *d)
{
	if (d->looked_at < LOOKED_AT_LEAST)
		return;
	d->known = true;
	d->share = (double)d->doubled / d->looked_at;
	d->cut_share = (double)d->cut / d->looked_at;
}

/* The verdict on a step falls with the first frame of another. */
static void turn_doubling(struct doubling *d, int64_t step)
{
	judge_doubling(d);
	d->step = step;
	d->looked_at = 0;
	d->doubled = 0;
	d->cut = 0;
}

/* Whether a frame does not count whosever it is: then it is no copy of another
 * one, which may. */
static bool is_refused(const struct intake *in, const struct observation *o,
		       enum counted counted)
{
	const struct port *rules = NULL;

	if (counted == COUNTED_ANY && o->port == PORT_NONE)
		return false;
	if (o->port != PORT_NONE)
		rules = in->ports.samples[o->port].rules;
	return attribute_at_sight(o, rules, counted) != DROP_NONE;
}

/* What the IP header in a frame says of its length; 0: nothing that can be. A
 * member wrote it, who is not believed that it is longer than any frame. */
static size_t said_bytes(const struct frame *frame, const struct mirrored *x)
{
	size_t longest =
	    MIRROR_LONGEST_FRAME + (size_t)frame->tag_count * TAG_SIZE;
	size_t said = headers_frame_bytes(x->bytes);

	return said <= longest ? said : 0;
}

/* A host's own frames are captured before they are padded. */
static bool is_cut(const struct frame *frame, const struct mirrored *x)
{
	size_t said = said_bytes(frame, x);

	return said > x->wire_bytes && said > SMALLEST_FRAME;
}

/* Whether a frame is the second copy of one that was counted. Where copies are
 * not left out the first ones of each minute are looked at. */
static bool is_duplicate(struct mirror *m, const struct frame *frame,
			 const struct mirrored *x, int64_t step)
{
	struct doubling *d = &m->doubling;
	bool found;

	if (d->step != step)
		turn_doubling(d, step);
	if (!frame->has_src ||
	    (d->looked_at >= LOOKED_AT && !m->config->drops_duplicates))
		return false;
	found = duplicates_take(
	    m->duplicates, frame,
	    duplicates_key(m->duplicates, frame, x->bytes, x->wire_bytes),
	    x->time_us);
	d->looked_at++;
	d->doubled += found;
	d->cut += is_cut(frame, x);
	return found && m->config->drops_duplicates;
}

/* By the session, else by the configuration. */
static enum direction direction_of_mirror(const struct mirror *m,
					  enum direction said)
{
	if (said != DIRECTION_UNKNOWN)
		return said;
	switch (m->config->direction) {
	case CONFIG_DIRECTION_INGRESS:
		return DIRECTION_INGRESS;
	case CONFIG_DIRECTION_EGRESS:
		return DIRECTION_EGRESS;
	case CONFIG_DIRECTION_AUTO:
	case CONFIG_DIRECTION_BOTH:
	case CONFIG_DIRECTION_ANY:
		break;
	}
	return DIRECTION_UNKNOWN;
}

static enum counted counted_of(const struct mirror *m)
{
	switch (m->config->direction) {
	case CONFIG_DIRECTION_INGRESS:
		return COUNTED_INGRESS;
	case CONFIG_DIRECTION_EGRESS:
		return COUNTED_EGRESS;
	case CONFIG_DIRECTION_AUTO:
	case CONFIG_DIRECTION_BOTH:
	case CONFIG_DIRECTION_ANY:
		break;
	}
	return COUNTED_ANY;
}

/* A length that lies is no larger than what is counted by. */
static uint32_t accounted_bytes(size_t wire_bytes)
{
	size_t most = UINT32_MAX - FCS_SIZE;

	return (uint32_t)(wire_bytes < most ? wire_bytes : most) + FCS_SIZE;
}

/* The check sequence of a frame that came with it: it is no content, and not
 * the same in both copies. */
static void take_off_fcs(const struct mirror *m, struct mirrored *x)
{
	if (!m->config->fcs_present)
		return;
	x->wire_bytes = x->wire_bytes > FCS_SIZE ? x->wire_bytes - FCS_SIZE : 0;
	if (cursor_left(&x->bytes) > x->wire_bytes)
		x->bytes = cursor_sub(&x->bytes, x->wire_bytes);
}

/* Counted as it came: what it was made of is not known. */
static void note_merged(struct mirror *m, struct intake *in)
{
	m->merged++;
	in->mirrored.merged++;
}

/* How long a frame was of which the switch cut the end. */
static void make_whole(struct intake *in, const struct frame *frame,
		       struct mirrored *x)
{
	size_t said = said_bytes(frame, x);

	if (said == 0)
		in->mirrored.lengths_unknown++;
	else if (said > x->wire_bytes)
		x->wire_bytes = said;
}

/* @param frame  what its bytes hold */
static void take_frame(struct mirror *m, struct intake *in,
		       const struct frame *frame, const struct mirrored *x,
		       int64_t step)
{
	struct observation o = {
		.src = frame->src,
		.dst = frame->dst,
		.has_macs = frame->has_src,
		.family = frame->family,
		.vlan = frame_vlan(frame),
		.switch_index = x->switch_index,
		.port = PORT_NONE,
		.sampling_rate = 1,
		.direction = direction_of_mirror(m, x->direction),
		.wire_bytes = accounted_bytes(x->wire_bytes),
	};
	enum counted counted = counted_of(m);
	bool doubled;

	if (__builtin_expect(x->ifindex != 0, 0))
		o.port =
		    port_table_find(&in->ports, x->switch_index, x->ifindex);
	if (o.direction != DIRECTION_EGRESS)
		o.entered = x->ifindex;
	if (!o.vlan && x->vlan && registry_vlan(in->registry, x->vlan))
		o.vlan = x->vlan;
	doubled =
	    !is_refused(in, &o, counted) && is_duplicate(m, frame, x, step);
	m->frames++;
	if (__builtin_expect(x->wire_bytes >
				 m->longest_bytes + frame->tag_count * TAG_SIZE,
			     0))
		note_merged(m, in);
	intake_mirrored(in, &o, counted, doubled);
}

/* The port that a session copies; 0: not said. */
static uint32_t port_of_session(const struct config_switch *s,
				const struct erspan *e)
{
	for (size_t i = 0; e->type > 1 && i < s->erspan_count; i++) {
		if (s->erspan[i].session == e->session)
			return s->erspan[i].ifindex;
	}
	return 0;
}

static void count_loss(struct intake *in, uint32_t switch_index, int64_t lost)
{
	struct switch_state *s = &in->agents.switches[switch_index];

	intake_adjust(&s->lost_frames, lost);
	intake_adjust(&in->mirrored.lost, lost);
}

/* @param outer  its wire_bytes are what IP carries, its switch the sender's */
static void take_erspan(struct mirror *m, struct intake *in,
			const struct erspan *e, const struct mirrored *outer,
			int64_t step)
{
	struct mirrored x = *outer;
	struct frame frame = frame_parse(e->frame);

	x.ifindex =
	    port_of_session(&in->registry->config->switches[x.switch_index], e);
	x.bytes = e->frame;
	x.wire_bytes = outer->wire_bytes > e->header_bytes
			   ? outer->wire_bytes - e->header_bytes
			   : 0;
	if (!e->is_truncated)
		take_off_fcs(m, &x);
	if (e->is_truncated ||
	    (m->config->lengths_of_headers && frame.family != FAMILY_OTHER))
		make_whole(in, &frame, &x);
	x.vlan = e->vlan;
	if (e->has_direction)
		x.direction =
		    e->is_egress ? DIRECTION_EGRESS : DIRECTION_INGRESS;
	take_frame(m, in, &frame, &x, step);
}

/* Whether a switch's ERSPAN is believed. What passes a mirror has an address
 * that members can write as well. */
static bool is_believed(const struct mirror *m, struct intake *in,
			uint32_t switch_index)
{
	if (m->config->kind == CONFIG_SOURCE_MIRROR && !m->believes_all &&
	    switch_index != m->config->switch_index)
		return intake_mirror_passes(in, switch_index);
	if (in->agents.switches[switch_index].passes)
		intake_mirror_switch(in, switch_index);
	return true;
}

/* What an IP packet carries to or past this machine, if that is ERSPAN of
 * somebody who is believed; else false. */
static bool take_gre(struct mirror *m, struct intake *in,
		     const struct ipaddr *source, const struct mirrored *outer,
		     int64_t step)
{
	struct mirrored x = *outer;
	struct erspan e;
	enum erspan_result result = erspan_read(outer->bytes, &e);
	uint32_t found;

	if (result == ERSPAN_NO_ERSPAN)
		return false;
	found = agents_of_source(&in->agents, source);
	if (found == SWITCH_NONE ? !m->believes_all || e.is_general
				 : !is_believed(m, in, found))
		return false;
	if (found != SWITCH_NONE)
		x.switch_index = found;
	in->mirrored.no_frame += result == ERSPAN_NO_FRAME;
	in->mirrored.unknown += result == ERSPAN_UNKNOWN;
	in->mirrored.malformed += result == ERSPAN_CUT;
	/* What has no frame has a number of its session all the same. */
	if (result == ERSPAN_FRAME || e.type > 1)
		count_loss(in, x.switch_index,
			   erspan_streams_take(&m->streams, source, &e));
	if (result == ERSPAN_FRAME)
		take_erspan(m, in, &e, &x, step);
	return true;
}

/* Whether GRE, or a header of IPv6 that GRE may follow, has this number. */
static bool may_lead_to_gre(uint8_t protocol, enum family family)
{
	enum { HOP_OPTIONS = 0, ROUTING = 43, FRAGMENT = 44, OPTIONS = 60 };

	return protocol == ERSPAN_PROTOCOL_GRE ||
	       (family == FAMILY_IPV6 &&
		(protocol == HOP_OPTIONS || protocol == ROUTING ||
		 protocol == FRAGMENT || protocol == OPTIONS));
}

/* Whether a packet can be GRE: a look at one byte, for most are not. */
static bool may_be_gre(int link, const struct frame *frame, struct cursor c)
{
	enum { IPV4_PROTOCOL = 9, IPV6_NEXT_HEADER = 6 };

	if (link != PACKET_LINK_ETHERNET)
		return true;
	if (frame->family == FAMILY_OTHER)
		return false;
	cursor_skip(&c, ETHERNET_HEADER + (size_t)frame->tag_count * TAG_SIZE +
			    (frame->family == FAMILY_IPV4 ? IPV4_PROTOCOL
							  : IPV6_NEXT_HEADER));
	return may_lead_to_gre(cursor_u8(&c), frame->family);
}

/* Whether a fragment of GRE is one of ERSPAN: of a switch's, or one that says
 * so. Others are of members' customers, and frames like any other. */
static bool is_refused_fragment(const struct mirror *m, struct intake *in,
				const struct packet_ip *ip)
{
	if (agents_of_source(&in->agents, &ip->source) != SWITCH_NONE)
		return true;
	return m->believes_all && ip->is_first && erspan_may_be(ip->payload);
}

/* The frame that a packet carries, if it does; else it is one itself. */
static bool take_tunnelled(struct mirror *m, struct intake *in,
			   const struct mirror_packet *packet,
			   const struct mirrored *x, int64_t step)
{
	struct mirrored inner = *x;
	struct packet_ip ip;
	size_t before;

	if (packet_read_ip(packet->link, x->bytes, &ip) < 0 ||
	    ip.protocol != ERSPAN_PROTOCOL_GRE)
		return false;
	/* It comes there too, and counts once. */
	if (!m->believes_all &&
	    config_receives(in->registry->config, &ip.destination))
		return false;
	if (ip.is_fragment) {
		if (!is_refused_fragment(m, in, &ip))
			return false;
		in->mirrored.fragments++;
		return true;
	}
	before = (size_t)(ip.payload.at - packet->bytes);
	inner.bytes = ip.payload;
	inner.wire_bytes =
	    packet->wire_bytes > before ? packet->wire_bytes - before : 0;
	/* Behind the packet stands the link's padding. */
	if (ip.payload_bytes > 0 && ip.payload_bytes < inner.wire_bytes)
		inner.wire_bytes = ip.payload_bytes;
	return take_gre(m, in, &ip.source, &inner, step);
}

/* Begin with a packet. */
static struct mirrored begin(const struct mirror *m, struct intake *in,
			     const struct mirror_packet *packet, int64_t step)
{
	in->time_us = packet->time_us;
	in->step = step;
	in->mirrored.packets++;
	return (struct mirrored){
		.bytes = cursor_of(packet->bytes, packet->captured_bytes),
		.wire_bytes = packet->wire_bytes,
		.switch_index = m->config->switch_index,
		.time_us =
		    packet->copied_us ? packet->copied_us : packet->time_us,
	};
}

/* What a member's station sends is traffic of the LAN, whatever is in it and
 * whose address it has: a switch's own packets come from none. */
static bool is_members(const struct mirror *m, const struct intake *in,
		       const struct frame *frame)
{
	return !m->believes_all && frame->has_src &&
	       registry_station(in->registry, frame->src) != NULL;
}

void mirror_take(struct mirror *m, struct intake *in,
		 const struct mirror_packet *packet, int64_t step)
{
	struct mirrored x = begin(m, in, packet, step);
	struct frame frame = { .family = FAMILY_OTHER };

	if (packet->link == PACKET_LINK_ETHERNET)
		frame = frame_parse(x.bytes);
	if (__builtin_expect(may_be_gre(packet->link, &frame, x.bytes), 0) &&
	    !is_members(m, in, &frame) &&
	    take_tunnelled(m, in, packet, &x, step))
		return;
	take_off_fcs(m, &x);
	if (m->config->lengths_of_headers && frame.family != FAMILY_OTHER)
		make_whole(in, &frame, &x);
	take_frame(m, in, &frame, &x, step);
}

void mirror_take_gre(struct mirror *m, struct intake *in,
		     const struct ipaddr *source,
		     const struct mirror_packet *packet, int64_t step)
{
	struct mirrored x = begin(m, in, packet, step);

	if (take_gre(m, in, source, &x, step))
		return;
	if (m->believes_all ||
	    agents_of_source(&in->agents, source) != SWITCH_NONE) {
		in->mirrored.other++;
		return;
	}
	/* Who sends to this machine is told. Who sends past a mirror is not:
	 * that may be a member's customer. */
	in->mirrored.foreign++;
	agents_refuse(&in->agents, source, NULL, packet->time_us);
}

void mirror_conclude(struct mirror *m)
{
	judge_doubling(&m->doubling);
}

void mirror_waited(struct intake *in)
{
	in->mirrored.packets++;
	in->mirrored.waited++;
}
