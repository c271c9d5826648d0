/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "traffic.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	MOOD_SECONDS = 900,    /* a member's traffic drifts over such times */
	UTC_OFFSET_HOURS = -4, /* America/Marigot, all year round */
};

/* How much of each curve's peak flows now. */
struct levels {
	double of[CURVE_COUNT];
};

int traffic_init(struct traffic *t, const struct model *m, uint64_t seed)
{
	*t = (struct traffic){
		.model = m,
		.seed = seed,
		.amounts = prng_of(seed, 10),
		.sampling = prng_of(seed, 11),
		.per_log_keep = 1 / log1p(-1.0 / (double)m->sampling_rate),
		.mirrored.budget = UINT64_MAX,
	};
	t->flows = calloc(m->flow_count, sizeof(*t->flows));
	t->before = calloc(m->port_count, sizeof(*t->before));
	t->after = calloc(m->port_count, sizeof(*t->after));
	t->mood = calloc(m->station_count, sizeof(*t->mood));
	if (!t->flows || !t->before || !t->after || !t->mood)
		return -ENOMEM;
	t->skip =
	    (uint64_t)(log(1 - prng_unit(&t->sampling)) * t->per_log_keep);
	return 0;
}

void traffic_free(struct traffic *t)
{
	free(t->flows);
	free(t->before);
	free(t->after);
	free(t->mood);
	free(t->events);
	free(t->mirrored.batches);
	*t = (struct traffic){ 0 };
}

void traffic_mirror(struct traffic *t, const uint16_t *copies, uint64_t budget)
{
	t->mirrored.copies = copies;
	t->mirrored.budget = budget ? budget : UINT64_MAX;
}

/* 1 at the hour of the peak, about 0.37 twelve hours from it. */
static double day_curve(double hour, double peak)
{
	double angle = 2 * M_PI * (hour - peak) / 24;

	return 0.25 + 0.75 * (0.5 + 0.42 * cos(angle) + 0.08 * cos(2 * angle));
}

static struct levels levels_at(uint64_t us)
{
	double hours = (double)us / 3.6e9 + UTC_OFFSET_HOURS;
	double hour = fmod(hours, 24);
	uint64_t day = (uint64_t)(hours / 24) % 7; /* 0: a Thursday */
	bool weekend = day == 2 || day == 3;

	return (struct levels){ {
	    [CURVE_EVENING] = day_curve(hour, 21) * (weekend ? 1 : 0.95),
	    [CURVE_DAYTIME] = day_curve(hour, 14.5) * (weekend ? 0.5 : 1),
	    [CURVE_EVEN] = 0.9 + 0.1 * day_curve(hour, 12),
	} };
}

double traffic_level(uint64_t us)
{
	return levels_at(us).of[CURVE_EVENING];
}

/* A slow drift of each sender around 1, the same whenever it is asked. */
static void set_moods(struct traffic *t, uint64_t us)
{
	double at = (double)us / 1e6 / MOOD_SECONDS;
	uint64_t knot = (uint64_t)at;
	double part = at - (double)knot;

	for (size_t i = 0; i < t->model->station_count; i++) {
		uint64_t key = prng_mix(t->seed + 1000003 * i);
		double a = prng_unit_of(prng_mix(key + knot));
		double b = prng_unit_of(prng_mix(key + knot + 1));

		t->mood[i] = 0.82 + 0.36 * (a + (b - a) * part);
	}
}

static int add_event(struct traffic *t, struct event event)
{
	if (t->event_count == t->event_capacity) {
		size_t capacity =
		    t->event_capacity ? t->event_capacity * 2 : 4096;
		struct event *grown =
		    reallocarray(t->events, capacity, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		t->events = grown;
		t->event_capacity = capacity;
	}
	t->events[t->event_count++] = event;
	return 0;
}

static int add_batch(struct mirrored *m, struct batch batch)
{
	if (m->batch_count == m->batch_capacity) {
		size_t capacity =
		    m->batch_capacity ? m->batch_capacity * 2 : 4096;
		struct batch *grown =
		    reallocarray(m->batches, capacity, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		m->batches = grown;
		m->batch_capacity = capacity;
	}
	m->batches[m->batch_count++] = batch;
	return 0;
}

/* Keep what the mirror copies; fewer frames are left where its budget ends. */
static int mirror_frames(struct traffic *t, struct batch batch,
			 uint64_t *frames)
{
	struct mirrored *m = &t->mirrored;
	uint64_t copies = m->copies ? m->copies[batch.flow] : 0;

	if (copies > 0 && m->budget != UINT64_MAX) {
		if (*frames > m->budget / copies)
			*frames = m->budget / copies;
		m->budget -= *frames * copies;
	}
	batch.frames = *frames;
	batch.first = m->frames;
	m->frames += *frames;
	return copies > 0 && *frames > 0 ? add_batch(m, batch) : 0;
}

/* Sample so many frames of one flow and size, at each of their passages. */
static int sample_frames(struct traffic *t, struct event event, uint64_t frames,
			 uint32_t passages)
{
	uint64_t chances = frames * passages;

	while (t->skip < chances) {
		int rc;

		event.passage = (uint16_t)(t->skip / frames);
		rc = add_event(t, event);
		if (rc < 0)
			return rc;
		t->skip += 1 + (uint64_t)(log(1 - prng_unit(&t->sampling)) *
					  t->per_log_keep);
	}
	t->skip -= chances;
	return 0;
}

static void count_unicast(struct traffic *t, const struct flow *flow,
			  uint64_t bytes, uint64_t packets)
{
	const struct model *m = t->model;
	uint32_t a = model_switch_of(m, flow->from);
	uint32_t b = model_switch_of(m, flow->to);
	struct port_counters *ports = t->after;
	uint32_t in = m->stations[flow->from].port;
	uint32_t out = m->stations[flow->to].port;

	ports[in].in.octets += bytes;
	ports[in].in.ucast += packets;
	ports[out].out.octets += bytes;
	ports[out].out.ucast += packets;
	if (a == b)
		return;
	out = model_core_port(m, a, b);
	in = model_core_port(m, b, a);
	ports[out].out.octets += bytes;
	ports[out].out.ucast += packets;
	ports[in].in.octets += bytes;
	ports[in].in.ucast += packets;
}

static void add_group(struct port_direction *d, const struct flow *flow,
		      uint64_t bytes, uint64_t packets)
{
	d->octets += bytes;
	if (flow->payload == PAYLOAD_ARP)
		d->bcast += packets;
	else
		d->mcast += packets;
}

/* Flooded: out of every port but its own, and over every core link. */
static void count_group(struct traffic *t, const struct flow *flow,
			uint64_t bytes, uint64_t packets)
{
	const struct model *m = t->model;
	uint32_t a = model_switch_of(m, flow->from);
	uint32_t own = m->stations[flow->from].port;

	add_group(&t->after[own].in, flow, bytes, packets);
	for (size_t i = 0; i < m->known_station_count; i++)
		if (i != own)
			add_group(&t->after[i].out, flow, bytes, packets);
	for (uint32_t b = 0; b < m->switch_count; b++) {
		if (b == a)
			continue;
		add_group(&t->after[model_core_port(m, a, b)].out, flow, bytes,
			  packets);
		add_group(&t->after[model_core_port(m, b, a)].in, flow, bytes,
			  packets);
	}
}

/* Decide, count and sample one flow's frames of a slice. */
static int run_flow(struct traffic *t, uint32_t index, double share)
{
	const struct flow *flow = &t->model->flows[index];
	const double *per_byte =
	    t->model->frames_per_byte[flow->payload][flow->profile];
	const uint32_t *sizes = t->model->frame_bytes[flow->payload];
	struct flow_state *state = &t->flows[index];
	uint64_t noise = prng_u64(&t->amounts);
	uint64_t rounding = prng_u64(&t->amounts);
	double wanted = (double)flow->bytes_per_s * share *
			t->mood[flow->from] *
			(0.75 + 0.5 * prng_unit_of(noise));
	uint32_t passages = model_passages(t->model, flow);
	uint64_t bytes = 0;
	uint64_t packets = 0;

	state->variable_bytes = sizes[MODEL_CLASS_VARIABLE];
	if (!t->model->frame_size)
		state->variable_bytes +=
		    MODEL_VARIABLE_MIN +
		    (uint32_t)((noise & 0x7ff) * MODEL_VARIABLE_SPAN >> 11);
	for (uint8_t c = 0; c < MODEL_CLASSES; c++, rounding >>= 10) {
		/* rounded up or down at random, right on average */
		double odd = (double)(rounding & 0x3ff) / 0x400;
		uint64_t frames = (uint64_t)(wanted * per_byte[c] + odd);
		struct batch batch = {
			.flow = index,
			.wire_bytes = c == MODEL_CLASS_VARIABLE
					  ? state->variable_bytes
					  : sizes[c],
		};
		int rc = mirror_frames(t, batch, &frames);

		if (rc == 0 && frames > 0) {
			packets += frames;
			bytes += frames * batch.wire_bytes;
			rc = sample_frames(
			    t, (struct event){ .flow = index, .size_class = c },
			    frames, passages);
		}
		if (rc < 0)
			return rc;
	}
	if (!packets)
		return 0;
	state->bytes += bytes;
	state->packets += packets;
	if (flow_to_group(flow))
		count_group(t, flow, bytes, packets);
	else
		count_unicast(t, flow, bytes, packets);
	return 0;
}

/* The events came flow by flow; in time any order is as likely. */
static void shuffle(struct traffic *t)
{
	for (size_t i = t->event_count; i > 1; i--) {
		size_t other = prng_below(&t->sampling, i);
		struct event event = t->events[i - 1];

		t->events[i - 1] = t->events[other];
		t->events[other] = event;
	}
}

int traffic_slice(struct traffic *t, uint64_t from, uint64_t to)
{
	uint64_t middle = from + (to - from) / 2;
	struct levels levels = levels_at(middle);
	double seconds = (double)(to - from) / 1e6;

	memcpy(t->before, t->after, t->model->port_count * sizeof(*t->before));
	set_moods(t, middle);
	t->event_count = 0;
	t->mirrored.batch_count = 0;
	for (size_t i = 0; i < t->model->flow_count; i++) {
		double level = levels.of[t->model->flows[i].curve];
		int rc = run_flow(t, (uint32_t)i, level * seconds);

		if (rc < 0)
			return rc;
	}
	shuffle(t);
	return 0;
}
