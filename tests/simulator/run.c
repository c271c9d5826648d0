/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "view.h"

enum {
	SECOND = 1000000,
	POLL_US = 20 * SECOND,
	SLICE_LEAST_US = 10000,
	SLICE_MOST_US = 60 * SECOND,
	SLICE_COPIES = 1000000, /* of a mirror, in memory at a time */
};

static int send_agent(struct run *r, uint32_t index, uint64_t us)
{
	struct agent *agent = &r->agents[index];
	struct packet packet = { .us = us, .from = agent->address };

	packet.len = agent_close(agent, us);
	packet.payload = agent->buffer;
	if (!packet.len)
		return 0;
	r->stats.datagrams++;
	return r->sink->send(r->sink, &packet);
}

/* A sample was written for this agent. */
static int add_sample(struct run *r, uint32_t index, const uint8_t *end,
		      uint64_t us)
{
	if (agent_add(&r->agents[index], end, us))
		return send_agent(r, index, us);
	if (r->agents[index].oldest_us + AGENT_HOLD_US < r->expiry_us)
		r->expiry_us = r->agents[index].oldest_us + AGENT_HOLD_US;
	return 0;
}

/* The agent whose oldest sample is the oldest one. */
static struct agent *oldest_agent(struct run *r, uint32_t *index)
{
	struct agent *oldest = NULL;

	for (uint32_t i = 0; i < r->model->switch_count; i++) {
		struct agent *agent = &r->agents[i];

		if (!agent->samples)
			continue;
		if (oldest && oldest->oldest_us <= agent->oldest_us)
			continue;
		oldest = agent;
		*index = i;
	}
	return oldest;
}

/* Send the datagrams that have waited a second by this time. */
static int send_expired(struct run *r, uint64_t us)
{
	while (r->expiry_us <= us) {
		uint32_t index = 0;
		const struct agent *agent = oldest_agent(r, &index);
		uint64_t due;
		int rc;

		r->expiry_us = UINT64_MAX;
		if (!agent)
			return 0;
		due = agent->oldest_us + AGENT_HOLD_US;
		r->expiry_us = due;
		if (due > us)
			return 0;
		rc = send_agent(r, index, due);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* What was counted by a time between the slice's ends: on the line. */
static uint64_t between(uint64_t before, uint64_t after, double part)
{
	return before + (uint64_t)((double)(after - before) * part);
}

static struct port_direction direction_at(const struct port_direction *before,
					  const struct port_direction *after,
					  const struct port_direction *offset,
					  double part)
{
	return (struct port_direction){
		.octets = offset->octets +
			  between(before->octets, after->octets, part),
		.ucast =
		    offset->ucast + between(before->ucast, after->ucast, part),
		.mcast =
		    offset->mcast + between(before->mcast, after->mcast, part),
		.bcast =
		    offset->bcast + between(before->bcast, after->bcast, part),
	};
}

static int send_counters(struct run *r, uint32_t index, uint64_t us)
{
	const struct port *port = &r->model->ports[index];
	const struct port_counters *before = &r->traffic.before[index];
	const struct port_counters *after = &r->traffic.after[index];
	struct source *source = &r->sources[index];
	double span = (double)(r->slice_to_us - r->slice_from_us);
	double part = span > 0 ? (double)(us - r->slice_from_us) / span : 1;
	char name[SFLOW_WRITE_NAME_MAX];
	struct sflow_write_counters c = {
		.sequence = source->counter_sequence++,
		.source = port->ifindex,
		.speed_bps = port->speed_bps,
		.name = name,
		.counters.in = direction_at(&before->in, &after->in,
					    &source->offset.in, part),
		.counters.out = direction_at(&before->out, &after->out,
					     &source->offset.out, part),
	};
	uint8_t *at = agent_room(&r->agents[port->switch_index]);

	model_port_name(port, name, sizeof(name));
	r->stats.counter_samples++;
	return add_sample(r, port->switch_index, sflow_write_counters(at, &c),
			  us);
}

/* Of every port that is a data source. */
static int send_all_counters(struct run *r, uint64_t us)
{
	for (uint32_t i = 0; i < r->model->port_count; i++) {
		int rc = 0;

		if (!r->model->ports[i].core || r->model->core_sources)
			rc = send_counters(r, i, us);
		if (rc < 0)
			return rc;
	}
	for (uint32_t i = 0; i < r->model->switch_count; i++) {
		int rc = send_agent(r, i, us);

		if (rc < 0)
			return rc;
	}
	return 0;
}

/* Ports are polled one after the other, each every 20 seconds. */
static uint64_t poll_time(const struct run *r, uint64_t poll)
{
	uint64_t ports = r->model->port_count;

	return r->from_us + poll / ports * POLL_US +
	       (poll % ports + 1) * POLL_US / (ports + 1);
}

/* Do what is due before this time: counters, datagrams held for a second. */
static int catch_up(struct run *r, uint64_t us)
{
	uint64_t due = poll_time(r, r->next_poll);

	for (; due < us; due = poll_time(r, ++r->next_poll)) {
		uint32_t port = (uint32_t)(r->next_poll % r->model->port_count);
		int rc = send_expired(r, due);

		if (r->model->ports[port].core && !r->model->core_sources)
			continue;
		if (rc == 0)
			rc = send_counters(r, port, due);
		if (rc < 0)
			return rc;
	}
	return send_expired(r, us);
}

static int send_event(struct run *r, const struct event *event, uint64_t us)
{
	const struct model *m = r->model;
	const struct flow *flow = &m->flows[event->flow];
	struct view view = view_of(m, flow, event->passage);
	const struct port *port = &m->ports[view.source];
	struct agent *agent = &r->agents[port->switch_index];
	struct source *source = &r->sources[view.source];
	uint64_t draw = prng_u64(&r->details);
	uint32_t wire_bytes = m->frame_bytes[flow->payload][event->size_class];
	struct sflow_write_flow sample;
	struct frame_spec frame;

	if (r->options->drops &&
	    prng_below(&r->details, 1000) < r->options->drops) {
		agent->drops++;
		r->stats.dropped++;
		return 0;
	}
	source->pool += (uint32_t)m->sampling_rate;
	sample = (struct sflow_write_flow){
		.sequence = source->sequence++,
		.source = port->ifindex,
		.rate = (uint32_t)m->sampling_rate,
		.pool = source->pool,
		.drops = agent->drops,
		.input = view.input,
		.output = view.output,
	};
	if (event->size_class == MODEL_CLASS_VARIABLE)
		wire_bytes = r->traffic.flows[event->flow].variable_bytes;
	frame = frame_of(m, event->flow, wire_bytes, draw);
	r->stats.samples[view.passage]++;
	r->stats.flow_samples++;
	return add_sample(r, port->switch_index,
			  sflow_write_flow(agent_room(agent), &sample, &frame),
			  us);
}

/* Send what a slice holds, its events evenly over its time. */
static int play_slice(struct run *r, uint64_t from, uint64_t to)
{
	size_t count = r->traffic.event_count;
	double step = (double)(to - from) / (double)(count ? count : 1);

	r->slice_from_us = from;
	r->slice_to_us = to;
	for (size_t i = 0; i < count; i++) {
		uint64_t us = from + (uint64_t)(step * ((double)i + 0.5));
		int rc = catch_up(r, us);

		if (rc == 0)
			rc = send_event(r, &r->traffic.events[i], us);
		if (rc < 0)
			return rc;
	}
	return catch_up(r, to);
}

/* Flow samples a second that are to be expected now. */
static double expected_samples(const struct run *r, uint64_t us)
{
	return r->model->peak_passages_per_s / (double)r->model->sampling_rate *
		   traffic_level(us) +
	       1;
}

/* Copies a second that are to be expected now. */
static double expected_copies(const struct run *r, uint64_t us)
{
	return mirror_peak_per_s(r->mirror) * traffic_level(us) + 1;
}

/* No more copies at a time than memory has room for. */
static uint64_t limit_slice(const struct run *r, uint64_t slice_us)
{
	double most;

	if (!r->mirror)
		return slice_us;
	most = SLICE_COPIES / expected_copies(r, r->from_us) * SECOND;
	if (most < SLICE_LEAST_US)
		most = SLICE_LEAST_US;
	if (most > SLICE_MOST_US)
		most = SLICE_MOST_US; /* times in it are 32 bits */
	return most < (double)slice_us ? (uint64_t)most : slice_us;
}

/* Fine where that is cheap: the work of a slice goes with its flows. */
static uint64_t choose_slice(const struct run *r)
{
	static const uint64_t seconds[] = { 1, 2, 5, 10, 20, 30 };
	double per_second = expected_samples(r, r->from_us);
	double flows = (double)r->model->flow_count;

	if (r->options->datagrams_per_second)
		/* so much that it lasts for a twentieth of a second */
		return (uint64_t)((double)r->options->datagrams_per_second * 6 /
				  20 / per_second * SECOND) +
		       1;
	if (r->options->live)
		return SECOND;
	for (size_t i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++)
		if ((double)seconds[i] * per_second > 8 * flows)
			return seconds[i] * SECOND;
	return SLICE_MOST_US;
}

/* How long a slice must be for the samples that are still wanted. */
static uint64_t slice_for_samples(const struct run *r)
{
	uint64_t wanted = r->options->samples - r->stats.flow_samples;
	double rate = expected_samples(r, r->to_us);
	double us;

	if (r->to_us > r->from_us)
		rate = (double)r->stats.flow_samples * SECOND /
		       (double)(r->to_us - r->from_us);
	us = (double)wanted / (rate + 1) * SECOND;
	if (us < SLICE_LEAST_US)
		return SLICE_LEAST_US;
	return us > (double)r->slice_us ? r->slice_us : (uint64_t)us + 1;
}

/* How long one must be for the copies that are still wanted; 0: it is over. */
static uint64_t slice_for_copies(const struct run *r)
{
	uint64_t wanted = r->traffic.mirrored.budget;
	double us = (double)wanted / expected_copies(r, r->to_us) * SECOND + 1;

	if (wanted < mirror_copies_least(r->mirror))
		return 0;
	if (us < SLICE_LEAST_US)
		return SLICE_LEAST_US;
	return us > (double)r->slice_us ? r->slice_us : (uint64_t)us;
}

/* Where the slice that begins now ends; here: it is over. */
static uint64_t slice_end(const struct run *r)
{
	const struct options *o = r->options;
	uint64_t end = r->from_us + o->seconds * SECOND;
	uint64_t to = r->to_us - r->to_us % r->slice_us + r->slice_us;

	if (r->sink && r->sink->stopped)
		return r->to_us;
	if (o->mirror_frames)
		return r->to_us + slice_for_copies(r);
	if (o->samples)
		return r->stats.flow_samples >= o->samples
			   ? r->to_us
			   : r->to_us + slice_for_samples(r);
	if (o->datagrams_per_second)
		return r->stats.datagrams >=
			       o->datagrams_per_second * o->seconds
			   ? r->to_us
			   : r->to_us + r->slice_us;
	return o->seconds && to > end ? end : to;
}

/* What happens between the start and the end of the counters. */
static int run_slices(struct run *r)
{
	uint64_t to;
	int rc = 0;

	for (to = slice_end(r); rc == 0 && to > r->to_us; to = slice_end(r)) {
		rc = traffic_slice(&r->traffic, r->to_us, to);
		if (rc == 0 && r->mirror)
			rc = mirror_slice(r->mirror, &r->traffic, r->to_us, to);
		if (rc == 0 && r->sink)
			rc = play_slice(r, r->to_us, to);
		r->to_us = to;
	}
	return rc == 0 && r->mirror ? mirror_finish(r->mirror) : rc;
}

int run_all(struct run *r)
{
	int rc = 0;

	if (!r->sink)
		return run_slices(r);
	rc = send_all_counters(r, r->from_us);
	if (rc == 0)
		rc = run_slices(r);
	for (uint32_t i = 0; rc == 0 && i < r->model->switch_count; i++)
		rc = send_agent(r, i, r->to_us - 1);
	if (rc == 0)
		rc = send_all_counters(r, r->to_us);
	return rc;
}

static struct port_direction earlier(struct prng *p)
{
	uint64_t ucast = prng_below(p, 1u << 31);

	return (struct port_direction){
		.octets = ucast * (700 + prng_below(p, 300)),
		.ucast = ucast,
		.mcast = prng_below(p, 1u << 20),
		.bcast = prng_below(p, 1u << 20),
	};
}

int run_init(struct run *r, const struct options *o, const struct model *m,
	     struct sink *sink, struct mirror *mirror)
{
	struct prng p = prng_of(o->seed, 20);
	struct timespec now;
	int rc;

	*r = (struct run){
		.options = o,
		.model = m,
		.sink = sink,
		.mirror = mirror,
		.details = prng_of(o->seed, 21),
		.from_us = o->start * SECOND,
		.expiry_us = UINT64_MAX,
	};
	if (o->live) {
		(void)clock_gettime(CLOCK_REALTIME, &now);
		r->from_us = (uint64_t)now.tv_sec * SECOND +
			     (uint64_t)now.tv_nsec / 1000;
	}
	r->to_us = r->from_us;
	r->slice_from_us = r->from_us;
	r->slice_to_us = r->from_us;
	r->slice_us =
	    o->slice ? o->slice * SECOND : limit_slice(r, choose_slice(r));
	rc = traffic_init(&r->traffic, m, o->seed);
	r->agents = calloc(m->switch_count, sizeof(*r->agents));
	r->sources = calloc(m->port_count, sizeof(*r->sources));
	if (mirror)
		traffic_mirror(&r->traffic, mirror_copies(mirror),
			       o->mirror_frames);
	if (rc < 0 || !r->agents || !r->sources)
		return -ENOMEM;
	for (uint32_t i = 0; i < m->switch_count; i++)
		agent_init(&r->agents[i], model_agent(m, i), r->from_us,
			   prng_u64(&p));
	for (size_t i = 0; i < m->port_count; i++) {
		r->sources[i].offset.in = earlier(&p);
		r->sources[i].offset.out = earlier(&p);
	}
	return 0;
}

int run_close(struct run *r)
{
	int rc = r->sink ? r->sink->close(r->sink) : 0;
	int mirror_rc = mirror_close(r->mirror);

	r->sink = NULL;
	r->mirror = NULL;
	traffic_free(&r->traffic);
	free(r->agents);
	free(r->sources);
	r->agents = NULL;
	r->sources = NULL;
	return rc < 0 ? rc : mirror_rc;
}
