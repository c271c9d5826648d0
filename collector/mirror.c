/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/mirror.h"

#include "net/headers.h"
#include "net/packet.h"

enum {
	FCS_SIZE = 4,
	ETHERNET_HEADER = 14,
	TAG_SIZE = 4,
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
	int64_t time_us;
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
}

/* The verdict on a step falls with the first frame of another. */
static void turn_doubling(struct doubling *d, int64_t step)
{
	judge_doubling(d);
	d->step = step;
	d->looked_at = 0;
	d->doubled = 0;
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

/* Whether a frame is a copy that does not count, whatever it is a copy of. */
static bool is_left_out(const struct mirror *m, enum direction direction)
{
	enum counted counted = counted_of(m);

	return (counted == COUNTED_INGRESS && direction == DIRECTION_EGRESS) ||
	       (counted == COUNTED_EGRESS && direction == DIRECTION_INGRESS);
}

/* A length that lies is no larger than what is counted by. */
static uint32_t accounted_bytes(const struct mirror *m, size_t wire_bytes)
{
	size_t most = UINT32_MAX - FCS_SIZE;
	uint32_t bytes = (uint32_t)(wire_bytes < most ? wire_bytes : most);

	return m->config->fcs_present ? bytes : bytes + FCS_SIZE;
}

/* Counted as it came: what it was made of is not known. */
static void note_merged(struct mirror *m, struct intake *in)
{
	m->merged++;
	in->mirrored.merged++;
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
		.wire_bytes = accounted_bytes(m, x->wire_bytes),
	};
	bool doubled =
	    !is_left_out(m, o.direction) && is_duplicate(m, frame, x, step);

	if (__builtin_expect(x->ifindex != 0, 0))
		o.port =
		    port_table_find(&in->ports, x->switch_index, x->ifindex);
	if (x->ifindex != 0 && o.direction != DIRECTION_EGRESS)
		o.entered = x->ifindex;
	if (!o.vlan && x->vlan && registry_vlan(in->registry, x->vlan))
		o.vlan = x->vlan;
	m->frames++;
	if (__builtin_expect(x->wire_bytes >
				 m->longest_bytes + frame->tag_count * TAG_SIZE,
			     0))
		note_merged(m, in);
	intake_mirrored(in, &o, counted_of(m), doubled);
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

/* How long the frame was, of which so many bytes came. Where the switch cut it,
 * the IP header in it says. */
static size_t whole_bytes(struct intake *in, const struct erspan *e,
			  size_t came_bytes)
{
	size_t said;

	if (!e->is_truncated)
		return came_bytes;
	said = headers_frame_bytes(e->frame);
	if (said == 0)
		in->mirrored.lengths_unknown++;
	return said > came_bytes ? said : came_bytes;
}

/* Whose a packet is: its sender's, else as configured. */
static uint32_t switch_of(const struct mirror *m, struct intake *in,
			  const struct ipaddr *source)
{
	uint32_t found = agents_of_source(&in->agents, source);

	return found == SWITCH_NONE ? m->config->switch_index : found;
}

/* Packets without a frame are numbered like the others. Of one that is cut the
 * session is known where its type is. */
static bool is_numbered(enum erspan_result result, const struct erspan *e)
{
	return result == ERSPAN_FRAME || result == ERSPAN_NO_FRAME ||
	       (result == ERSPAN_CUT && e->type > 1);
}

static void count_loss(struct mirror *m, struct intake *in,
		       const struct ipaddr *source, const struct erspan *e)
{
	int64_t lost = erspan_streams_take(&m->streams, source, e);
	uint32_t at;

	if (__builtin_expect(lost == 0, 1))
		return;
	at = switch_of(m, in, source);
	intake_adjust(&in->agents.switches[at].lost_frames, lost);
	intake_adjust(&in->mirrored.lost, lost);
}

/* @param outer  its wire_bytes are what IP carries */
static void take_erspan(struct mirror *m, struct intake *in,
			const struct ipaddr *source, struct erspan *e,
			const struct mirrored *outer, int64_t step)
{
	struct mirrored x = *outer;
	struct frame frame = frame_parse(e->frame);

	x.switch_index = switch_of(m, in, source);
	x.ifindex =
	    port_of_session(&in->registry->config->switches[x.switch_index], e);
	x.bytes = e->frame;
	x.wire_bytes = outer->wire_bytes > e->header_bytes
			   ? outer->wire_bytes - e->header_bytes
			   : 0;
	x.wire_bytes = whole_bytes(in, e, x.wire_bytes);
	x.vlan = e->vlan;
	if (e->has_direction)
		x.direction =
		    e->is_egress ? DIRECTION_EGRESS : DIRECTION_INGRESS;
	take_frame(m, in, &frame, &x, step);
}

/* What an IP packet carries to or past this machine, if that is ERSPAN of
 * somebody who is believed; else false. */
static bool take_gre(struct mirror *m, struct intake *in,
		     const struct ipaddr *source, const struct mirrored *outer,
		     int64_t step)
{
	struct erspan e;
	enum erspan_result result = erspan_read(outer->bytes, &e);

	if (result == ERSPAN_NO_ERSPAN)
		return false;
	if (!m->believes_all &&
	    agents_of_source(&in->agents, source) == SWITCH_NONE) {
		agents_refuse(&in->agents, source, NULL, outer->time_us);
		return false;
	}
	in->mirrored.no_frame += result == ERSPAN_NO_FRAME;
	in->mirrored.unknown += result == ERSPAN_UNKNOWN;
	in->mirrored.malformed += result == ERSPAN_CUT;
	if (is_numbered(result, &e))
		count_loss(m, in, source, &e);
	if (result == ERSPAN_FRAME)
		take_erspan(m, in, source, &e, outer, step);
	return true;
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
	return cursor_u8(&c) == ERSPAN_PROTOCOL_GRE;
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
	if (ip.is_fragment) {
		if (!m->believes_all &&
		    agents_of_source(&in->agents, &ip.source) == SWITCH_NONE)
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
		.time_us = packet->time_us,
	};
}

void mirror_take(struct mirror *m, struct intake *in,
		 const struct mirror_packet *packet, int64_t step)
{
	struct mirrored x = begin(m, in, packet, step);
	struct frame frame = { .family = FAMILY_OTHER };

	if (packet->link == PACKET_LINK_ETHERNET)
		frame = frame_parse(x.bytes);
	if (__builtin_expect(may_be_gre(packet->link, &frame, x.bytes), 0) &&
	    take_tunnelled(m, in, packet, &x, step))
		return;
	take_frame(m, in, &frame, &x, step);
}

void mirror_take_gre(struct mirror *m, struct intake *in,
		     const struct ipaddr *source,
		     const struct mirror_packet *packet, int64_t step)
{
	struct mirrored x = begin(m, in, packet, step);
	bool known = m->believes_all ||
		     agents_of_source(&in->agents, source) != SWITCH_NONE;

	if (take_gre(m, in, source, &x, step))
		return;
	if (known)
		in->mirrored.other++;
	else
		in->mirrored.foreign++;
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
