/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/port_steps.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "collector/clock.h"

enum { NEARLY_ALL_US = STEP_US - STEP_US / 60 };

/*
 * The pending step of this number. NULL if it was given out already, or lies
 * so far behind that its place is taken, or before the epoch.
 */
static struct port_step *pending_step(struct port_state *p, int64_t step)
{
	struct port_step *s;

	if (step <= p->given_out || step < 0)
		return NULL;
	s = &p->pending[step % PORT_PENDING_STEPS];
	/* A place that was never given out has been passed by. */
	if (s->step <= step - PORT_PENDING_STEPS)
		*s = (struct port_step){ .step = step };
	return s->step == step ? s : NULL;
}

/* An accepted delta that lies within one step. */
static void add_whole(struct port_step *s, const struct counter_delta *delta,
		      int64_t covered_us)
{
	s->covered_us += covered_us;
	s->unknown |= delta->unknown;
	for (int i = 0; i < COUNTER_COUNT; i++)
		s->grown[i] += delta->grown[i];
}

/* Spread an accepted delta over the steps it covers. */
void port_steps_spread(struct port_state *p, const struct counter_delta *delta,
		       int64_t from_us, int64_t to_us)
{
	int64_t first = step_of_us(from_us);
	int64_t last = step_of_us(to_us - 1);

	/* Older ones were given out long ago; the open step, which may be the
	 * one behind the last, needs its place too. */
	if (last - first >= PORT_PENDING_STEPS - 1)
		first = last - PORT_PENDING_STEPS + 2;
	for (int64_t step = first; step <= last; step++) {
		struct port_step *s = pending_step(p, step);
		int64_t start = step * STEP_US;
		int64_t end = start + STEP_US;

		if (!s)
			continue;
		if (start <= from_us && end >= to_us) {
			add_whole(s, delta, to_us - from_us);
			continue;
		}
		if (start < from_us)
			start = from_us;
		if (end > to_us)
			end = to_us;
		s->covered_us += end - start;
		s->unknown |= delta->unknown;
		for (int i = 0; i < COUNTER_COUNT; i++)
			s->grown[i] += counter_share(delta->grown[i], from_us,
						     to_us, end) -
				       counter_share(delta->grown[i], from_us,
						     to_us, start);
	}
}

static void add_saturating(uint64_t *sum, uint64_t bytes)
{
	if (__builtin_add_overflow(*sum, bytes, sum))
		*sum = UINT64_MAX;
}

void port_steps_add(struct port_state *p, int64_t step,
		    const uint64_t estimate[2], const double variance[2])
{
	struct port_step *s = pending_step(p, step);

	add_saturating(&p->in_estimate, estimate[0]);
	add_saturating(&p->out_estimate, estimate[1]);
	if (!s)
		return;
	add_saturating(&s->in_estimate, estimate[0]);
	add_saturating(&s->out_estimate, estimate[1]);
	s->variance[0] += variance[0];
	s->variance[1] += variance[1];
}

static void fill_row(struct port_row *row, const struct port_step *s)
{
	row->amounts = (struct record_port){
		.start_s = s->step * STEP_S,
		.unknown = s->unknown,
		.covered_us = s->covered_us,
		.estimate = { s->in_estimate, s->out_estimate },
		.observed_us = s->observed_us,
		.estimate_known = s->estimate_known,
		.edge = s->edge,
	};
	memcpy(row->amounts.grown, s->grown, sizeof(s->grown));
}

/* By how much an estimate grows for samples that are missing. */
static uint64_t missing_of(uint64_t estimate, uint64_t restored, double by)
{
	double more = (double)(estimate - restored) * (by - 1);

	return (uint64_t)llround(fmin(fmax(more, 0), 0x1p62));
}

/* Make up for them, in a step and in the sum of all. */
static void correct(uint64_t *estimate, uint64_t *all, uint64_t restored,
		    double by)
{
	uint64_t more = missing_of(*estimate, restored, by);

	add_saturating(estimate, more);
	add_saturating(all, more);
}

/* All steps so far that were not corrected yet: several may be closed as one.
 */
static void correct_steps(struct port_state *p)
{
	for (int i = 0; i < PORT_PENDING_STEPS; i++) {
		struct port_step *s = &p->pending[i];

		if (s->step == 0 || s->corrected)
			continue;
		s->corrected = true;
		if (p->correction == 1)
			continue;
		correct(&s->in_estimate, &p->in_estimate, s->restored[0],
			p->correction);
		correct(&s->out_estimate, &p->out_estimate, s->restored[1],
			p->correction);
		s->variance[0] *= p->correction * p->correction;
		s->variance[1] *= p->correction * p->correction;
	}
}

/* Note that a step is over: no more samples come for it. */
static void close_step(struct port_state *p, struct step_span span, bool alive)
{
	struct port_step *s = pending_step(p, span.step);

	correct_steps(p);
	if (!s)
		return;
	s->edge = span.edge;
	/* An earlier process may have observed some of it. */
	alive = alive || s->observed_us > 0;
	s->observed_us += span.covered_us;
	s->estimate_known = alive;
	p->in_estimate_bps = NAN;
	p->out_estimate_bps = NAN;
	if (alive && record_rate_known(span.covered_us, STEP_US, span.edge)) {
		double seconds = (double)span.covered_us / US_PER_S;

		p->in_estimate_bps = 8 * (double)s->in_estimate / seconds;
		p->out_estimate_bps = 8 * (double)s->out_estimate / seconds;
	}
}

/* True if nothing can be added any more to a step that is over. */
static bool complete(const struct port_state *p, const struct port_step *s,
		     int64_t now_us)
{
	int64_t end_us = (s->step + 1) * STEP_US;

	if (!p->counted || p->last.time_us >= end_us)
		return true;
	return now_us - end_us > 2 * p->interval_us + STEP_US;
}

/* Compare the estimates of a step with its counters, if both are of all of it
 * and the port samples that direction at all, or is mirrored. */
static void calibrate(struct port_state *p, const struct port_step *s)
{
	static const int octets[2] = { PORT_IN_OCTETS, PORT_OUT_OCTETS };
	const uint64_t estimates[2] = { s->in_estimate, s->out_estimate };
	const uint64_t all[2] = { p->in_estimate, p->out_estimate };

	if (!s->estimate_known || s->covered_us < NEARLY_ALL_US ||
	    s->observed_us < NEARLY_ALL_US)
		return;
	for (int i = 0; i < 2; i++) {
		if (s->unknown >> octets[i] & 1 || s->restored[i] > 0 ||
		    (all[i] == 0 && !p->mirrored[i]))
			continue;
		calibration_add(&p->calibration[i],
				(struct calibration_step){
				    .step = s->step,
				    .counted = (double)s->grown[octets[i]],
				    .estimated = (double)estimates[i],
				    .variance = s->variance[i],
				    .exact = p->mirrored[i] });
	}
}

/* Give out what is complete of one port; returns how many rows. */
static size_t give_out(struct port_table *t, uint32_t port, int64_t now_step,
		       bool all, struct port_row *rows)
{
	struct port_state *p = &t->ports[port];
	int64_t now_us = (now_step + 1) * STEP_US;
	int64_t oldest = now_step - PORT_PENDING_STEPS + 1;
	size_t count = 0;

	for (int64_t step = oldest > 0 ? oldest : 1; step <= now_step; step++) {
		struct port_step *s = &p->pending[step % PORT_PENDING_STEPS];
		bool last_chance = all || step == oldest;

		if (s->step != step)
			continue;
		if (!last_chance && !complete(p, s, now_us))
			break;
		fill_row(&rows[count], s);
		calibrate(p, s);
		rows[count].port = port;
		rows[count].switch_index = p->switch_index;
		rows[count++].ifindex = p->ifindex;
		p->given_out = step;
		*s = (struct port_step){ 0 };
	}
	return count;
}

/* NOLINTNEXTLINE(readability-function-size): a step, and an array to fill */
int port_steps_close(struct port_table *t, struct step_span span,
		     const bool *alive, bool last, struct port_row **rows,
		     size_t *count)
{
	size_t n = 0;
	size_t room = (size_t)t->count * PORT_PENDING_STEPS;
	struct port_row *out;

	*rows = NULL;
	*count = 0;
	if (t->count == 0)
		return 0;
	port_table_settle(t);
	out = malloc(room * sizeof(*out));
	if (!out)
		return -ENOMEM;
	for (uint32_t i = 0; i < t->count; i++) {
		struct port_state *p = &t->ports[i];

		if (!p->counted && !p->sampled)
			continue; /* never heard of */
		close_step(p, span, alive[p->switch_index]);
		n += give_out(t, i, span.step, last, out + n);
	}
	*rows = out;
	*count = n;
	return 0;
}

int port_steps_pending(const struct port_table *t, struct step_span span,
		       struct port_row **rows, size_t *count)
{
	size_t n = 0;
	struct port_row *out;

	*rows = NULL;
	*count = 0;
	if (t->count == 0)
		return 0;
	out = malloc((size_t)t->count * PORT_PENDING_STEPS * sizeof(*out));
	if (!out)
		return -ENOMEM;
	for (uint32_t i = 0; i < t->count * PORT_PENDING_STEPS; i++) {
		const struct port_state *p = &t->ports[i / PORT_PENDING_STEPS];
		const struct port_step *s = &p->pending[i % PORT_PENDING_STEPS];
		struct record_port *amounts = &out[n].amounts;

		if (s->step <= p->given_out || s->step == 0)
			continue;
		fill_row(&out[n], s);
		if (!s->corrected) {
			amounts->estimate[0] += missing_of(
			    s->in_estimate, s->restored[0], p->correction);
			amounts->estimate[1] += missing_of(
			    s->out_estimate, s->restored[1], p->correction);
		}
		if (s->step == span.step && !s->estimate_known) {
			amounts->observed_us += span.covered_us;
			amounts->estimate_known = true;
		}
		out[n].port = i / PORT_PENDING_STEPS;
		out[n].switch_index = p->switch_index;
		out[n++].ifindex = p->ifindex;
	}
	*rows = out;
	*count = n;
	return 0;
}

void port_steps_restore(struct port_table *t, uint32_t port,
			const struct record_port *step)
{
	struct port_state *p = &t->ports[port];
	struct port_step *s = pending_step(p, step->start_s / STEP_S);

	if (!s)
		return;
	s->covered_us = step->covered_us;
	memcpy(s->grown, step->grown, sizeof(s->grown));
	s->unknown = step->unknown;
	s->in_estimate = step->estimate[0];
	s->out_estimate = step->estimate[1];
	s->restored[0] = step->estimate[0];
	s->restored[1] = step->estimate[1];
	s->observed_us = step->observed_us;
	s->estimate_known = step->estimate_known;
	s->edge = step->edge;
	p->sampled = true; /* it was heard of: its steps are given out */
}
