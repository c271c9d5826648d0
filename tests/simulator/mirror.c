/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a frame passes says view_of, of the model as the mirror has it: with
 * the ports inwards, outwards or both, with core ports or without. Copies are
 * sorted by radix: there are about a million a slice, and their times are
 * numbers below some millions.
 */
#include "mirror.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture_write.h"
#include "erspan_write.h"
#include "frame_write.h"
#include "outer_write.h"
#include "put.h"
#include "util/err.h"
#include "view.h"

enum {
	SECOND = 1000000,
	DIGIT_BITS = 11,
	DIGITS = 1 << DIGIT_BITS,
	TAG_BYTES = 4,
	EGRESS_LEAST_US = 20, /* how much later a frame leaves */
	EGRESS_SPAN_US = 381,
};

_Static_assert(OUTER_HEAD_MAX + ERSPAN_HEAD_MAX + OPTIONS_FRAME_MAX +
		       TAG_BYTES <=
		   CAPTURE_PACKET_MAX,
	       "a copy must fit");

/* One copy of a frame, or a marker. */
struct copy {
	uint32_t us;	/* from the slice's start */
	uint32_t flow;	/* of a marker: its port */
	uint32_t frame; /* its number, among all frames */
	uint16_t passage;
	uint16_t wire_bytes; /* at the sender, with FCS; 0: a marker */
};

/* Of a mirrored port. */
struct session {
	uint32_t sequence;
	uint16_t number;
};

struct mirror {
	const struct options *options; /* borrowed */
	struct model view;	       /* a copy, what it owns is borrowed */
	struct capture *capture;
	struct session *sessions; /* per port */
	uint16_t *copies_of;	  /* per flow */
	uint16_t copies_least;
	uint16_t ip_id;
	bool rx;
	bool tx;
	uint64_t frame_seed;
	uint64_t time_seed;
	uint64_t from_us; /* of the slice */
	uint64_t next_marker_us;
	double peak_per_s;
	struct prng losses;
	struct copy *copies;
	struct copy *sorted; /* room for as many */
	size_t count;
	size_t capacity;
	struct mirror_stats stats;
};

bool mirror_has_port(const struct options *o, const struct port *port)
{
	return (!port->core || o->mirror_core) &&
	       (!o->mirror_switch ||
		o->mirror_switch == port->switch_index + 1u);
}

uint16_t mirror_session(const struct model *m, uint32_t port)
{
	uint32_t known = (uint32_t)m->known_station_count;
	uint32_t box = m->ports[port].switch_index;
	uint32_t links = m->switch_count - 1;

	/* members' ports lie in turn on each switch, core ports by switch */
	if (port < known)
		return (uint16_t)(1 + port / m->switch_count);
	return (uint16_t)(1 + (known + links - box) / m->switch_count +
			  (port - known) % links);
}

static bool is_egress(enum passage passage)
{
	return passage == PASSAGE_EDGE_EGRESS || passage == PASSAGE_CORE_EGRESS;
}

static bool copies_passage(const struct mirror *m, const struct view *view)
{
	return (is_egress(view->passage) ? m->tx : m->rx) &&
	       mirror_has_port(m->options, &m->view.ports[view->source]);
}

/* How many copies each flow's frames have, and how many that makes. */
static void count_copies(struct mirror *m)
{
	const struct model *model = &m->view;

	for (size_t i = 0; i < model->flow_count; i++) {
		const struct flow *flow = &model->flows[i];
		const double *per_byte =
		    model->frames_per_byte[flow->payload][flow->profile];
		uint32_t passages = model_passages(model, flow);
		uint16_t copies = 0;

		for (uint32_t n = 0; n < passages; n++) {
			struct view view = view_of(model, flow, n);

			copies += copies_passage(m, &view);
		}
		m->copies_of[i] = copies;
		if (copies && (!m->copies_least || copies < m->copies_least))
			m->copies_least = copies;
		for (int c = 0; c < MODEL_CLASSES; c++)
			m->peak_per_s +=
			    (double)flow->bytes_per_s * per_byte[c] * copies;
	}
}

static int prepare(struct mirror *m, const struct model *model,
		   const struct options *o)
{
	struct prng p = prng_of(o->seed, 30);

	m->options = o;
	m->rx = strcmp(o->mirror_direction, "tx") != 0;
	m->tx = strcmp(o->mirror_direction, "rx") != 0;
	m->view = *model;
	m->view.egress = m->tx;
	m->view.core_sources = o->mirror_core;
	m->frame_seed = prng_u64(&p);
	m->time_seed = prng_u64(&p);
	m->losses = prng_of(o->seed, 31);
	m->sessions = calloc(model->port_count, sizeof(*m->sessions));
	m->copies_of = calloc(model->flow_count, sizeof(*m->copies_of));
	if (!m->sessions || !m->copies_of)
		return -ENOMEM;
	for (uint32_t i = 0; i < model->port_count; i++)
		m->sessions[i] = (struct session){
			.sequence = (uint32_t)prng_u64(&p),
			.number = mirror_session(model, i),
		};
	count_copies(m);
	return m->copies_least ? 0 : ERR_NOT_FOUND;
}

/* All but the capture. */
static void mirror_free(struct mirror *m)
{
	if (!m)
		return;
	free(m->sessions);
	free(m->copies_of);
	free(m->copies);
	free(m->sorted);
	free(m);
}

int mirror_open(struct mirror **out, const struct model *model,
		const struct options *o)
{
	struct mirror *m = calloc(1, sizeof(*m));
	int rc;

	if (!m)
		return -ENOMEM;
	rc = prepare(m, model, o);
	if (rc == 0)
		rc = capture_open(&m->capture, o->mirror);
	if (rc < 0) {
		mirror_free(m);
		return rc;
	}
	*out = m;
	return 0;
}

const uint16_t *mirror_copies(const struct mirror *m)
{
	return m->copies_of;
}

uint16_t mirror_copies_least(const struct mirror *m)
{
	return m->copies_least;
}

double mirror_peak_per_s(const struct mirror *m)
{
	return m->peak_per_s;
}

/* Room for so many copies more. */
static int reserve(struct mirror *m, uint64_t more)
{
	size_t capacity = m->capacity ? m->capacity : 4096;
	struct copy *grown;

	if (m->count + more <= m->capacity)
		return 0;
	while (capacity < m->count + more)
		capacity *= 2;
	grown = reallocarray(m->copies, capacity, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	m->copies = grown;
	free(m->sorted);
	m->capacity = 0;
	m->sorted = calloc(capacity, sizeof(*m->sorted));
	if (!m->sorted)
		return -ENOMEM;
	m->capacity = capacity;
	return 0;
}

/* What decides the frame that has this number, whoever mirrors it. */
static uint64_t draw_of(const struct mirror *m, uint32_t frame)
{
	return prng_mix(m->frame_seed + frame);
}

/* When the sender sends it, from the slice's start. */
static uint32_t time_of(const struct mirror *m, uint32_t frame, uint64_t span)
{
	return (uint32_t)((prng_mix(m->time_seed + frame) >> 32) * span >> 32);
}

/* How much later than at its sender's port a frame passes another one. */
static uint32_t delay_of(const struct mirror *m, uint32_t frame,
			 enum passage passage)
{
	uint32_t leaves =
	    EGRESS_LEAST_US +
	    (uint32_t)(prng_mix(m->time_seed - frame) % EGRESS_SPAN_US);

	switch (passage) {
	case PASSAGE_EDGE_EGRESS:
		return leaves;
	case PASSAGE_CORE_INGRESS:
		return leaves * 2 / 3;
	case PASSAGE_CORE_EGRESS:
		return leaves / 3;
	default:
		return 0;
	}
}

/* There is room. */
static void add_frame(struct mirror *m, struct copy copy, uint32_t passages)
{
	const struct flow *flow = &m->view.flows[copy.flow];
	uint32_t us = copy.us;

	for (uint32_t n = 0; n < passages; n++) {
		struct view view = view_of(&m->view, flow, n);

		if (!copies_passage(m, &view))
			continue;
		copy.passage = (uint16_t)n;
		copy.us = us + delay_of(m, copy.frame, view.passage);
		m->copies[m->count++] = copy;
	}
}

static int add_batch(struct mirror *m, const struct batch *batch, uint64_t span)
{
	uint32_t passages =
	    model_passages(&m->view, &m->view.flows[batch->flow]);
	struct copy copy = {
		.flow = batch->flow,
		.wire_bytes = (uint16_t)batch->wire_bytes,
	};
	int rc = reserve(m, batch->frames * m->copies_of[batch->flow]);

	for (uint64_t i = 0; rc == 0 && i < batch->frames; i++) {
		copy.frame = (uint32_t)(batch->first + i);
		copy.us = time_of(m, copy.frame, span);
		if (passages == 1) /* at the sender's, and it is copied */
			m->copies[m->count++] = copy;
		else
			add_frame(m, copy, passages);
	}
	return rc;
}

/* One a second in each session. */
static int add_markers(struct mirror *m, uint64_t to)
{
	int rc = 0;

	for (; rc == 0 && m->next_marker_us < to; m->next_marker_us += SECOND) {
		rc = reserve(m, m->view.port_count);
		for (uint32_t i = 0; rc == 0 && i < m->view.port_count; i++)
			if (mirror_has_port(m->options, &m->view.ports[i]))
				m->copies[m->count++] = (struct copy){
					.us = (uint32_t)(m->next_marker_us -
							 m->from_us),
					.flow = i,
				};
	}
	return rc;
}

/* By time; what has the same time stays in order. */
static void sort(struct mirror *m)
{
	uint32_t most = 0;

	for (size_t i = 0; i < m->count; i++)
		if (m->copies[i].us > most)
			most = m->copies[i].us;
	for (int shift = 0; shift < 32 && most >> shift; shift += DIGIT_BITS) {
		size_t places[DIGITS] = { 0 };
		struct copy *other = m->sorted;
		size_t place = 0;

		for (size_t i = 0; i < m->count; i++)
			places[m->copies[i].us >> shift & (DIGITS - 1)]++;
		for (size_t i = 0; i < DIGITS; i++) {
			size_t here = places[i];

			places[i] = place;
			place += here;
		}
		for (size_t i = 0; i < m->count; i++) {
			size_t digit = m->copies[i].us >> shift & (DIGITS - 1);

			other[places[digit]++] = m->copies[i];
		}
		m->sorted = m->copies;
		m->copies = other;
	}
}

/* Write what stands before a copy of so many bytes. */
static uint8_t *put_heads(struct mirror *m, uint8_t *at,
			  struct erspan_write *erspan, uint32_t port,
			  size_t payload_bytes)
{
	const struct port *p = &m->view.ports[port];
	struct session *session = &m->sessions[port];

	if (erspan->type == ERSPAN_OFF)
		return at;
	erspan->session = session->number;
	erspan->sequence = session->sequence;
	erspan->vlan = MODEL_VLAN_TAG;
	erspan->switch_number = p->switch_index + 1u;
	erspan->port_number = (uint16_t)((p->slot - 1) * 128 + p->number);
	at = outer_write(at,
			 &(struct outer){
			     .from = model_agent(&m->view, p->switch_index),
			     .protocol = OUTER_GRE,
			     .ip_id = m->ip_id++,
			     .payload_bytes = erspan_head_bytes(erspan->type) +
					      payload_bytes,
			 });
	return erspan_write(at, erspan);
}

static int write_marker(struct mirror *m, const struct copy *copy)
{
	struct erspan_write erspan = {
		.type = ERSPAN_III,
		.marker = true,
		.us = m->from_us + copy->us,
	};
	size_t captured;
	uint8_t *start;
	uint8_t *at;
	int rc = capture_room(m->capture, &start);

	if (rc < 0)
		return rc;
	at = put_heads(m, start, &erspan, copy->flow, ERSPAN_MARKER_BYTES);
	at = erspan_write_marker(at, erspan.us);
	m->sessions[copy->flow].sequence++;
	m->stats.markers++;
	captured = (size_t)(at - start);
	if (captured > m->options->mirror_snap)
		captured = (size_t)m->options->mirror_snap;
	capture_add(m->capture, erspan.us, captured, (size_t)(at - start));
	return 0;
}

/* The frame as it passes the port, and what the session keeps of it. */
static int write_frame(struct mirror *m, struct erspan_write *erspan,
		       const struct frame_spec *frame, uint32_t port)
{
	size_t kept = frame->wire_bytes - FRAME_FCS;
	size_t captured = (size_t)m->options->mirror_snap;
	uint8_t *start;
	uint8_t *at;
	int rc = capture_room(m->capture, &start);

	if (rc < 0)
		return rc;
	if (m->options->mirror_truncate && kept > m->options->mirror_truncate) {
		kept = (size_t)m->options->mirror_truncate;
		erspan->truncated = true;
	}
	at = put_heads(m, start, erspan, port, kept);
	if (captured > (size_t)(at - start) + kept)
		captured = (size_t)(at - start) + kept;
	(void)frame_write(at, frame);
	if (captured > (size_t)(at - start) + FRAME_HEADER_MAX)
		(void)put_zero(at + FRAME_HEADER_MAX, captured -
							  (size_t)(at - start) -
							  FRAME_HEADER_MAX);
	capture_add(m->capture, erspan->us, captured,
		    (size_t)(at - start) + kept);
	m->stats.copies++;
	m->stats.bytes += frame->wire_bytes;
	return 0;
}

static int write_copy(struct mirror *m, const struct copy *copy)
{
	const struct flow *flow = &m->view.flows[copy->flow];
	struct erspan_write erspan = {
		.type = (enum erspan_type)m->options->mirror_type,
		.us = m->from_us + copy->us,
	};
	struct frame_spec frame;
	struct view view;
	int rc = 0;

	view = view_of(&m->view, flow, copy->passage);
	frame = frame_of(&m->view, copy->flow, copy->wire_bytes,
			 draw_of(m, copy->frame));
	erspan.egress = is_egress(view.passage);
	if (erspan.egress && !frame.vlan) {
		/* a Nexus tags what leaves an access port, in the copy only */
		frame.vlan = MODEL_VLAN_TAG;
		frame.wire_bytes += TAG_BYTES;
	}
	erspan.tagged = frame.vlan != 0;
	if (m->options->mirror_lose &&
	    prng_below(&m->losses, 1000) < m->options->mirror_lose)
		m->stats.lost++;
	else
		rc = write_frame(m, &erspan, &frame, view.source);
	m->sessions[view.source].sequence++;
	return rc;
}

/* Write what passed before a time from the slice's start; keep the rest. */
static int write_until(struct mirror *m, uint64_t span)
{
	size_t done = 0;
	int rc = 0;

	sort(m);
	for (; rc == 0 && done < m->count && m->copies[done].us < span; done++)
		rc = m->copies[done].wire_bytes
			 ? write_copy(m, &m->copies[done])
			 : write_marker(m, &m->copies[done]);
	m->count -= done;
	memmove(m->copies, m->copies + done, m->count * sizeof(*m->copies));
	for (size_t i = 0; i < m->count; i++)
		m->copies[i].us -= (uint32_t)span;
	return rc;
}

int mirror_slice(struct mirror *m, const struct traffic *t, uint64_t from,
		 uint64_t to)
{
	int rc = 0;

	m->from_us = from;
	if (!m->next_marker_us)
		m->next_marker_us = from;
	if (m->options->mirror_type == ERSPAN_III_LONG)
		rc = add_markers(m, to);
	for (size_t i = 0; rc == 0 && i < t->mirrored.batch_count; i++)
		rc = add_batch(m, &t->mirrored.batches[i], to - from);
	if (rc == 0 && m->count > 0)
		rc = write_until(m, to - from);
	m->from_us = to;
	return rc;
}

int mirror_finish(struct mirror *m)
{
	return m->count > 0 ? write_until(m, UINT32_MAX) : 0;
}

struct mirror_stats mirror_stats(const struct mirror *m)
{
	return m->stats;
}

int mirror_close(struct mirror *m)
{
	int rc = m ? capture_close(m->capture) : 0;

	mirror_free(m);
	return rc;
}
