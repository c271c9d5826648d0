/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/intake.h"

#include <errno.h>
#include <stdlib.h>

#include "collector/clock.h"
#include "collector/direction.h"
#include "collector/intake_parts.h"
#include "collector/observe.h"
#include "util/err.h"

/*
 * Direction auto: a switch that sends both ingress and egress samples has them
 * combined, and one that sends one kind is counted as it is. Only egress
 * samples count otherwise by the one rule than by the other, so only these are
 * held while the verdict is open, and the first ingress sample of a switch
 * settles it.
 */

static bool combines(const struct config *c)
{
	for (size_t i = 0; i < c->switch_count; i++) {
		if (config_is_combined(&c->switches[i]))
			return true;
	}
	return false;
}

int intake_init(struct intake *in, const struct registry *registry)
{
	int rc;

	*in = (struct intake){ .registry = registry,
			       .combines = combines(registry->config) };
	in->held = malloc(HELD_MAX * sizeof(*in->held));
	rc = in->held ? 0 : -ENOMEM;
	if (rc == 0)
		rc = agents_init(&in->agents, registry->config);
	if (rc == 0)
		rc = port_table_init(&in->ports, registry);
	if (rc == 0)
		rc = member_ports_init(&in->member_ports, registry, &in->ports);
	if (rc == 0)
		rc = stations_init(&in->stations);
	if (rc == 0)
		rc = stations_init(&in->misdelivered);
	if (rc == 0)
		rc = bindings_init(&in->bindings, registry);
	if (rc == 0)
		rc = aggregate_init(&in->open, registry);
	if (rc == 0)
		rc = sides_init(&in->sides, registry, &in->ports);
	if (rc == 0)
		rc = losses_init(&in->losses);
	if (rc < 0)
		intake_fini(in);
	return rc;
}

void intake_fini(struct intake *in)
{
	losses_fini(&in->losses);
	sides_fini(&in->sides);
	aggregate_fini(&in->open);
	bindings_fini(&in->bindings);
	stations_fini(&in->misdelivered);
	stations_fini(&in->stations);
	member_ports_fini(&in->member_ports);
	port_table_fini(&in->ports);
	agents_fini(&in->agents);
	free(in->held);
	*in = (struct intake){ 0 };
}

void intake_note_stranger(struct intake *in, const struct observation *o,
			  const struct attribution *at)
{
	struct unknown_station u = {
		.mac = o->src,
		.switch_index = o->switch_index,
		.ifindex = o->entered,
		.vlan = at->vlan,
		.reason = at->stranger,
		.bytes = (uint64_t)o->wire_bytes * o->sampling_rate,
		.last_us = in->time_us,
	};

	stations_note(&in->stations, &u);
}

static void note_misdelivered(struct intake *in, const struct observation *o,
			      const struct attribution *at)
{
	struct unknown_station u = {
		.mac = o->dst,
		.switch_index = o->switch_index,
		.ifindex = in->ports.ports[o->port].ifindex,
		.vlan = at->vlan,
		.reason = STRANGER_WRONG_PORT,
		.bytes = (uint64_t)o->wire_bytes * o->sampling_rate,
		.last_us = in->time_us,
	};

	stations_note(&in->misdelivered, &u);
}

void intake_settle(struct intake *in)
{
	for (uint32_t i = 0; i < in->due_count; i++) {
		const struct due *due = &in->due[i];
		struct tally *tally = aggregate_tally(&in->open, due->key);

		if (tally) {
			tally_add_sample(tally, due->wire_bytes,
					 due->sampling_rate);
			in->ledger.attributed++;
		} else {
			in->ledger.dropped[DROP_TABLE_FULL]++;
		}
	}
	in->due_count = 0;
}

static const struct switch_rules *rules_of(const struct intake *in,
					   const struct observation *o)
{
	return &in->agents.rules[o->switch_index];
}

/* Whether an egress sample counts whose side does not. A switch that samples
 * nothing but what goes out counts by itself, unless the frame was sampled or
 * mirrored where it came in: a stranger's, anywhere. */
static bool egress_counts_alone(const struct intake *in,
				const struct observation *o, uint32_t from)
{
	const struct sides *s = &in->sides;
	const struct switch_state *w = &in->agents.switches[o->switch_index];
	/* A verdict is older than what this process has seen. */
	bool ingress = w->sent_ingress ||
		       (w->counted == COUNTED_BOTH &&
			rules_of(in, o)->direction == CONFIG_DIRECTION_AUTO);

	if (ingress && !sides_is_egress_alone(s, o->switch_index, in->step))
		return false;
	if (from == REGISTRY_NOBODY)
		return s->ingress_step == 0 ||
		       in->step - s->ingress_step > SIDE_STEPS;
	return !sides_has_home(s, from, in->step) &&
	       !sides_is_mirrored(s, from, in->step);
}

/*
 * Whether a sample counts where both sides are combined.
 *
 * @param in_part  and then only in part
 */
static enum drop_reason weigh(struct intake *in, const struct observation *o,
			      const struct attribution *at, bool *in_part)
{
	bool egress = o->direction == DIRECTION_EGRESS;
	enum side_count count =
	    sides_count(&in->sides, at->claimed, at->to, egress, in->step);
	bool counts = count != SIDE_COUNTS_NOT;

	*in_part = count == SIDE_COUNTS_IN_PART;
	if (!egress)
		return counts ? DROP_NONE : DROP_INGRESS_NOT_COUNTED;
	if (counts)
		counts = o->port == PORT_NONE ||
			 sides_is_home(&in->sides, at->to, o->port, in->step);
	else
		counts = egress_counts_alone(in, o, at->from);
	return counts ? DROP_NONE : DROP_EGRESS_NOT_COUNTED;
}

/* What a sample says of where its ends are. */
static void note_home(struct intake *in, const struct observation *o,
		      const struct attribution *at)
{
	if (o->port == PORT_NONE || o->direction == DIRECTION_UNKNOWN)
		return;
	if (o->direction == DIRECTION_INGRESS) {
		if (at->from != REGISTRY_NOBODY)
			sides_see(&in->sides, at->from, o->port, false,
				  in->step);
	} else if (at->to != REGISTRY_NOBODY &&
		   (rules_of(in, o)->direction == CONFIG_DIRECTION_EGRESS ||
		    sides_is_egress_alone(&in->sides, o->switch_index,
					  in->step))) {
		sides_see(&in->sides, at->to, o->port, true, in->step);
	}
}

/* Whether a sample counts where there are several sides, and what it says of
 * where they are. */
static enum drop_reason place(struct intake *in, const struct observation *o,
			      const struct attribution *at, bool *in_part)
{
	enum drop_reason reason = DROP_NONE;

	/* A mirror saw it come in, and counts. */
	if (o->direction == DIRECTION_EGRESS && at->from != REGISTRY_NOBODY &&
	    sides_is_mirrored(&in->sides, at->from, in->step))
		reason = DROP_EGRESS_NOT_COUNTED;
	else if (rules_of(in, o)->is_combined)
		reason = weigh(in, o, at, in_part);
	note_home(in, o, at);
	return reason;
}

/* The cell of an observation that counts. */
static uint64_t key_of(const struct intake *in, const struct observation *o,
		       const struct attribution *at, bool in_part)
{
	bool by_source = in_part || rules_of(in, o)->is_corrected;

	return raw_key((struct raw_ends){
	    .from = at->from,
	    .to = at->to,
	    .source = by_source && o->port != PORT_NONE
			  ? o->port
			  : in->ports.capacity + o->switch_index,
	    .family = o->family,
	    .egress = in_part && o->direction == DIRECTION_EGRESS,
	    .in_part = in_part,
	    .final = !by_source });
}

/* Whether a sample says where its source is, and that only once: where both
 * sides are combined the one that came in does. */
static bool tells_of_source(const struct intake *in,
			    const struct observation *o,
			    enum drop_reason reason)
{
	const struct switch_state *s = &in->agents.switches[o->switch_index];

	if (s->counted == COUNTED_BOTH && o->direction == DIRECTION_EGRESS)
		return false;
	return reason == DROP_NONE || reason == DROP_NO_MEMBER ||
	       reason == DROP_WRONG_PORT || reason == DROP_INGRESS_NOT_COUNTED;
}

uint32_t intake_entry_of(const struct intake *in, const struct observation *o)
{
	uint32_t port = o->port;

	if (port == PORT_NONE || o->direction != DIRECTION_INGRESS)
		port = port_table_look(&in->ports, o->switch_index, o->entered);
	return port == PORT_NONE ? o->entered
				 : in->ports.samples[port].aggregate;
}

/* Observation towards its tally, or to a drop reason. */
static void account(struct intake *in, const struct observation *o)
{
	const struct port *port = NULL;
	struct attribution at = { 0 };
	enum drop_reason reason;
	bool in_part = false;

	if (o->port != PORT_NONE)
		port = in->ports.samples[o->port].rules;
	in->ledger.observations++;
	reason = attribute(in->registry, o, port,
			   in->agents.switches[o->switch_index].counted, &at);
	if (reason == DROP_NONE && in->combines)
		reason = place(in, o, &at, &in_part);
	if (reason == DROP_NONE)
		intake_add_due(in, key_of(in, o, &at, in_part), o);
	else
		in->ledger.dropped[reason]++;
	if (at.stranger != STRANGER_NONE && tells_of_source(in, o, reason))
		intake_note_stranger(in, o, &at);
	if (at.misdelivered)
		note_misdelivered(in, o, &at);
	if (at.source && tells_of_source(in, o, reason))
		bindings_note(&in->bindings, at.source, o->switch_index,
			      intake_entry_of(in, o), in->time_us);
}

static void release_held(struct intake *in, uint32_t switch_index)
{
	size_t kept = 0;

	for (size_t i = 0; i < in->held_count; i++) {
		if (in->held[i].switch_index == switch_index)
			account(in, &in->held[i]);
		else
			in->held[kept++] = in->held[i];
	}
	in->held_count = kept;
	intake_settle(in);
}

void intake_decide(struct intake *in, uint32_t switch_index)
{
	struct switch_state *s = &in->agents.switches[switch_index];

	s->undecided = false;
	s->counted =
	    s->sent_ingress && s->sent_egress ? COUNTED_BOTH : COUNTED_ANY;
	release_held(in, switch_index);
}

void intake_decide_all(struct intake *in)
{
	for (uint32_t i = 0; i < in->registry->config->switch_count; i++) {
		if (in->agents.switches[i].undecided)
			intake_decide(in, i);
	}
}

/* Where the frame came in, as far as the sample says. */
static uint32_t entered_by(const struct sflow_flow *f)
{
	bool known = f->input.format == SFLOW_INTERFACE_INDEX &&
		     f->input.value != SFLOW_INTERNAL;

	return known ? f->input.value : 0;
}

static void note_direction(struct intake *in, struct switch_state *s,
			   uint32_t switch_index, enum direction direction)
{
	s->by_direction[direction]++;
	s->sent_ingress |= direction == DIRECTION_INGRESS;
	s->sent_egress |= direction == DIRECTION_EGRESS;
	/* Both were seen: the verdict cannot change any more. */
	if (s->counted != COUNTED_BOTH && s->sent_ingress && s->sent_egress &&
	    in->agents.rules[switch_index].direction == CONFIG_DIRECTION_AUTO)
		intake_decide(in, switch_index);
}

/* What a sample says of its data source: no more than is made use of. */
static void note_source(struct intake *in, const struct observation *o,
			const struct sflow_flow *f)
{
	struct switch_state *s = &in->agents.switches[o->switch_index];
	struct port_samples *p =
	    port_table_samples(&in->ports, o->port, in->step);
	bool egress = o->direction == DIRECTION_EGRESS;

	if (!s->has_drops)
		s->drops = f->drops;
	s->has_drops = true;
	port_samples_drops(p, f->drops);
	if (rules_of(in, o)->is_corrected &&
	    !port_samples_number(p, in->sub_agent, f->sequence))
		port_table_odd_number(&in->ports, o->port, in->sub_agent,
				      f->sequence);
	if (o->direction == DIRECTION_UNKNOWN)
		return;
	port_samples_estimate(p, egress,
			      (uint64_t)o->wire_bytes * o->sampling_rate);
	in->ports.variances[o->port][egress] +=
	    tally_variance(o->wire_bytes, o->sampling_rate);
	if (in->combines &&
	    !port_samples_has_side(p, egress, f->sampling_rate)) {
		port_table_see_side(&in->ports, o->port, egress,
				    f->sampling_rate);
		sides_see_switch(&in->sides, o->switch_index, egress, in->step);
	}
}

/* The port that a sample is of. A compact one tells no more than 24 bits of a
 * source that is neither of its two interfaces. */
static uint32_t source_of(struct intake *in, uint32_t switch_index,
			  const struct sflow_flow *f, enum direction direction)
{
	uint32_t index = direction_source_index(f);

	if (direction == DIRECTION_UNKNOWN && !f->expanded)
		return port_table_find_cut(&in->ports, switch_index, index);
	return port_table_find(&in->ports, switch_index, index);
}

static void flow_sample(struct intake *in, uint32_t switch_index,
			const struct sflow_flow *f)
{
	struct switch_state *s = &in->agents.switches[switch_index];
	struct observation o = {
		.switch_index = switch_index,
		.port = PORT_NONE,
		.sampling_rate = f->sampling_rate,
		.direction = direction_of(f),
		.entered = entered_by(f),
	};

	in->input.flow_samples++;
	s->flow_samples++;
	s->step_samples++;
	s->sampling_rate = f->sampling_rate;
	s->flow_us = in->time_us;
	if (s->passes)
		s->mirrored = false;
	s->passes = false;
	if (intake_is_mirrored(in, switch_index)) {
		in->ledger.observations++;
		in->ledger.dropped[DROP_MIRRORED_SWITCH]++;
		return;
	}
	if (f->source.class == SFLOW_SOURCE_IFINDEX)
		o.port = source_of(in, switch_index, f, o.direction);
	if (o.port != PORT_NONE)
		port_table_prefetch(&in->ports, o.port);
	if (o.direction == DIRECTION_UNKNOWN && o.port != PORT_NONE)
		o.direction = direction_in_lag(&in->ports, switch_index, f);
	observe(&o, f, in->registry);
	if (o.port != PORT_NONE)
		note_source(in, &o, f);
	note_direction(in, s, switch_index, o.direction);
	if (s->undecided && o.direction == DIRECTION_EGRESS) {
		if (in->held_count < HELD_MAX) {
			in->held[in->held_count++] = o;
			return;
		}
		/* So many egress samples and no ingress one. */
		intake_decide(in, switch_index);
	}
	account(in, &o);
}

static void counter_sample(struct intake *in, uint32_t switch_index,
			   const struct sflow_counters *c, uint32_t uptime_ms)
{
	struct switch_state *s = &in->agents.switches[switch_index];
	uint32_t port = PORT_NONE;

	in->input.counter_samples++;
	s->counter_samples++;
	s->vlan_counters += c->has_vlan;
	if (c->has_processor) {
		s->processor = c->processor;
		s->has_processor = true;
	}
	if (c->has_interface && c->interface.ifindex)
		port = port_table_find(&in->ports, switch_index,
				       c->interface.ifindex);
	else if (c->source.class == SFLOW_SOURCE_IFINDEX)
		port =
		    port_table_find(&in->ports, switch_index, c->source.index);
	if (port != PORT_NONE)
		port_table_counters(&in->ports, port, c, in->time_us,
				    uptime_ms);
}

/* A discarded packet is no observation: what was not forwarded is no traffic
 * of anybody. */
static void discarded_packet(struct intake *in, uint32_t switch_index,
			     const struct sflow_discard *d)
{
	in->input.discarded_packets++;
	in->agents.switches[switch_index]
	    .discarded[sflow_discard_group(d->reason)]++;
}

/* Count a datagram to its switch; false if it came before already. */
static bool take_datagram(struct intake *in, uint32_t switch_index,
			  const struct sflow_head *head, const void *data,
			  size_t len)
{
	struct switch_state *s = &in->agents.switches[switch_index];
	struct stream_event event = streams_take(&s->streams, head, data, len);

	if (event.verdict == STREAM_DUPLICATE) {
		in->input.duplicates++;
		return false;
	}
	in->input.late += event.verdict == STREAM_LATE;
	intake_adjust(&s->lost_datagrams, event.lost);
	intake_adjust(&s->step_lost, event.lost);
	intake_adjust(&in->input.lost_datagrams, event.lost);
	s->datagrams++;
	s->step_datagrams++;
	if (in->first_us == 0)
		in->first_us = in->time_us;
	if (s->first_us == 0)
		s->first_us = in->time_us;
	s->last_us = in->time_us;
	return true;
}

/* NOLINTNEXTLINE(readability-function-size): a datagram, whence and when */
void intake_datagram(struct intake *in, const struct ipaddr *source,
		     const void *data, size_t len, int64_t time_us,
		     int64_t step)
{
	struct sflow_reader reader;
	struct sflow_head head;
	struct sflow_flow flow;
	struct sflow_counters counters;
	uint32_t switch_index;
	int item;
	int rc;

	in->time_us = time_us;
	in->step = step;
	in->input.datagrams++;
	rc = sflow_open(&reader, data, len, &head, &in->skipped);
	if (rc < 0 && !agents_know_source(&in->agents, source)) {
		in->input.foreign++;
		agents_refuse(&in->agents, source, NULL, time_us);
		return;
	}
	if (rc < 0) {
		if (rc == ERR_UNSUPPORTED)
			in->input.unsupported_version++;
		else
			in->input.malformed++;
		return;
	}
	switch_index = agents_find(&in->agents, source, &head);
	if (switch_index == SWITCH_NONE) {
		in->input.foreign++;
		agents_refuse(&in->agents, source, &head, time_us);
		return;
	}
	if (!take_datagram(in, switch_index, &head, data, len))
		return;
	in->sub_agent = head.sub_agent;
	while ((item = sflow_next(&reader, &flow, &counters)) > 0) {
		if (item == SFLOW_FLOW)
			flow_sample(in, switch_index, &flow);
		else if (item == SFLOW_COUNTERS)
			counter_sample(in, switch_index, &counters,
				       head.uptime_ms);
		else
			discarded_packet(in, switch_index, &reader.discard);
	}
	if (item < 0)
		in->input.malformed++;
	else
		in->input.accepted++;
}

void intake_waited(struct intake *in)
{
	in->input.datagrams++;
	in->input.waited++;
}

bool intake_judge(struct intake *in, const struct ipaddr *source,
		  const void *data, size_t len)
{
	const struct config *c = in->registry->config;
	struct sflow_skipped skipped = { 0 };
	struct sflow_reader reader;
	struct sflow_head head;
	struct sflow_flow flow;
	struct sflow_counters counters;
	struct switch_state *s;
	uint32_t found;
	int item;

	if (sflow_open(&reader, data, len, &head, &skipped) < 0)
		return false;
	found = agents_find(&in->agents, source, &head);
	if (found == SWITCH_NONE)
		return false;
	s = &in->agents.switches[found];
	if (s->sent_ingress && s->sent_egress)
		return false;
	while ((item = sflow_next(&reader, &flow, &counters)) > 0) {
		enum direction d = DIRECTION_UNKNOWN;

		if (item == SFLOW_FLOW)
			d = direction_of(&flow);
		s->sent_ingress |= d == DIRECTION_INGRESS;
		s->sent_egress |= d == DIRECTION_EGRESS;
	}
	for (size_t i = 0; i < c->switch_count; i++) {
		s = &in->agents.switches[i];
		if (c->switches[i].direction == CONFIG_DIRECTION_AUTO &&
		    !(s->sent_ingress && s->sent_egress))
			return false;
	}
	return true;
}
