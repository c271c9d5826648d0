/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Mirrored frames on their way to tallies, and where else they may be told of.
 */
#include "collector/intake_parts.h"

void intake_mirror_switch(struct intake *in, uint32_t switch_index)
{
	const struct config *config = in->registry->config;

	in->agents.switches[switch_index].mirrored = true;
	in->agents.switches[switch_index].passes = false;
	/* Of a made switch nobody else tells. */
	in->combines =
	    in->combines || (config->switch_count > 1 &&
			     !config->switches[switch_index].is_made);
}

/* Whether all that is to be heard has not had the time to be. */
static bool is_young(const struct intake *in)
{
	return in->time_us - in->first_us <= INTAKE_SILENT_US;
}

bool intake_mirror_passes(struct intake *in, uint32_t switch_index)
{
	struct switch_state *s = &in->agents.switches[switch_index];

	if (s->mirrored && !s->passes)
		return true;
	if (s->flow_us != 0 && in->time_us - s->flow_us <= INTAKE_SILENT_US)
		return false;
	intake_mirror_switch(in, switch_index);
	s->passes = true;
	return true;
}

/* Whether a switch tells of what comes in at it, or did until lately: by frames
 * if it is mirrored, else by samples. At the start it has not had the time to;
 * a mirror that has begun with what goes out tells of that alone. */
static bool is_observed(const struct intake *in, uint32_t switch_index)
{
	const struct switch_state *s = &in->agents.switches[switch_index];
	bool mirrored = intake_is_mirrored(in, switch_index);
	int64_t since_us = mirrored ? s->frame_us : s->last_us;

	/* Counters alone tell of nobody. */
	if (!mirrored && (s->counted == COUNTED_EGRESS ||
			  (s->flow_samples == 0 && !is_young(in))))
		return false;
	if (since_us == 0 &&
	    (mirrored ? s->frames == 0 : in->expects_datagrams))
		since_us = in->first_us;
	return since_us != 0 && in->time_us - since_us <= INTAKE_SILENT_US;
}

/* Whether a station was sampled coming in at another switch, which goes on to
 * tell of that. */
static bool is_sampled_elsewhere(const struct intake *in,
				 const struct station *station,
				 uint32_t switch_index)
{
	for (uint32_t i = 0; i < in->registry->config->switch_count; i++) {
		const struct binding *b;

		if (i == switch_index || intake_is_mirrored(in, i))
			continue;
		b = bindings_at(&in->bindings, station, i);
		if (b && binding_is_recent(b, in->time_us) &&
		    is_observed(in, i))
			return true;
	}
	return false;
}

/*
 * Whether a frame that one switch mirrors came in by another one, which tells
 * of it: its sender has all its ports there, or its address was sampled coming
 * in there. The latter says nothing of who has a port here too, if the mirror
 * is said to copy what comes in: one address may be at two switches. A port
 * that it came in by is judged by what the configuration says of it.
 */
static bool came_in_elsewhere(const struct intake *in,
			      const struct observation *o,
			      const struct attribution *at)
{
	const struct member_ports *p = &in->member_ports;
	bool comes_in = o->direction == DIRECTION_INGRESS;
	uint32_t member;
	uint32_t only;

	/* Which switch a made one stands for is not known. */
	if (!in->combines || (comes_in && o->port != PORT_NONE) ||
	    at->from == REGISTRY_NOBODY ||
	    in->registry->config->switches[o->switch_index].is_made)
		return false;
	member = in->registry->interfaces[at->from].member;
	only = p->only_switch[member];
	if (only == o->switch_index ||
	    (comes_in &&
	     member_ports_at(p, member, o->switch_index) != MEMBER_PORTS_NONE))
		return false;
	if (only < p->switch_count && is_observed(in, only))
		return true;
	return at->source &&
	       is_sampled_elsewhere(in, at->source, o->switch_index);
}

/* Whether a copy says that all its sender has for other switches is copied: one
 * at its receiver's port does not. */
static bool tells_of_sender(const struct intake *in,
			    const struct observation *o,
			    const struct attribution *at)
{
	const struct vlan_interface *to = &in->registry->interfaces[at->to];

	return o->direction != DIRECTION_EGRESS ||
	       (at->to != REGISTRY_NOBODY &&
		member_ports_at(&in->member_ports, to->member,
				o->switch_index) == MEMBER_PORTS_NONE);
}

/* What a mirrored frame says of its switch and its port. */
static void note_mirrored(struct intake *in, const struct observation *o,
			  enum counted counted)
{
	struct switch_state *s = &in->agents.switches[o->switch_index];

	if (__builtin_expect(!s->mirrored, 0))
		intake_mirror_switch(in, o->switch_index);
	if (in->first_us == 0)
		in->first_us = in->time_us;
	if (s->first_us == 0)
		s->first_us = in->time_us;
	s->last_us = in->time_us;
	s->mirror_us = in->time_us;
	if (o->direction == DIRECTION_EGRESS)
		s->left_us = in->time_us;
	if (o->direction != DIRECTION_EGRESS && counted != COUNTED_EGRESS)
		s->frame_us = in->time_us;
	s->frames++;
	s->step_frames = true;
	if (o->port != PORT_NONE && o->direction != DIRECTION_UNKNOWN) {
		struct port_samples *p =
		    port_table_samples(&in->ports, o->port, in->step);

		p->copied = true;
		port_samples_estimate(p, o->direction == DIRECTION_EGRESS,
				      o->wire_bytes);
	}
}

static enum drop_reason judge_mirrored(struct intake *in,
				       const struct observation *o,
				       enum counted counted,
				       struct attribution *at)
{
	const struct port *port =
	    o->port == PORT_NONE ? NULL : in->ports.samples[o->port].rules;
	enum drop_reason reason = attribute(in->registry, o, port, counted, at);

	if (reason == DROP_NONE && came_in_elsewhere(in, o, at))
		return DROP_CORE_PORT;
	return reason;
}

void intake_mirrored(struct intake *in, const struct observation *o,
		     enum counted counted, bool doubled)
{
	struct attribution at = { 0 };
	enum drop_reason reason = DROP_DUPLICATE;

	in->input.frames++;
	in->ledger.observations++;
	note_mirrored(in, o, counted);
	if (!doubled)
		reason = judge_mirrored(in, o, counted, &at);
	if (reason != DROP_NONE) {
		in->ledger.dropped[reason]++;
	} else {
		if (in->combines && tells_of_sender(in, o, &at))
			sides_see_mirrored(&in->sides, at.from, o->switch_index,
					   in->step);
		intake_add_due(
		    in,
		    raw_key((struct raw_ends){
			.from = at.from,
			.to = at.to,
			.source = in->ports.capacity + o->switch_index,
			.family = o->family,
			.egress = o->direction == DIRECTION_EGRESS,
			.final = true,
			.mirrored = true }),
		    o);
	}
	/* A frame that goes out was told of as it came in. */
	if (o->direction == DIRECTION_EGRESS ||
	    (reason != DROP_NONE && reason != DROP_NO_MEMBER &&
	     reason != DROP_WRONG_PORT))
		return;
	if (at.stranger != STRANGER_NONE)
		intake_note_stranger(in, o, &at);
	/* A copy that may be of either direction says where it was copied. */
	if (at.source && o->entered && o->direction == DIRECTION_INGRESS)
		bindings_note(&in->bindings, at.source, o->switch_index,
			      intake_entry_of(in, o), in->time_us);
}
