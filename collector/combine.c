/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/combine.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* What holds for all cells of a step. */
struct combining {
	struct intake *in;
	int64_t step; /* the last of them, if they are of several */
	int steps;
	double *corrections; /* per port; NULL: without memory none is */
};

/* What a box dropped in so many steps, and what its sources took. */
static struct rate_sum sum_of_box(const struct combining *c,
				  uint32_t switch_index, int steps)
{
	const struct intake *in = c->in;
	struct rate_sum sum = rate_window_of(
	    &in->agents.switches[switch_index].box_drops, c->step, steps);

	for (uint32_t i = 0; i < in->ports.count; i++) {
		const struct port_state *p = &in->ports.ports[i];

		if (p->switch_index == switch_index)
			sum.taken +=
			    rate_window_of(&p->window, c->step, steps).taken;
	}
	return sum;
}

/* By how much more it was to take, over all its sources. */
static double correction_of_box(const struct combining *c,
				uint32_t switch_index)
{
	int steps = c->steps > RATE_WINDOW_LEAST_STEPS
			? c->steps
			: RATE_WINDOW_LEAST_STEPS;
	struct rate_sum sum = sum_of_box(c, switch_index, steps);

	if (sum.taken < RATE_WINDOW_SAMPLES)
		sum = sum_of_box(c, switch_index, RATE_WINDOW_STEPS);
	return sum.taken > 0 ? 1 + (double)sum.dropped / (double)sum.taken : 1;
}

/* By how much a data source's own numbers say that samples are missing. */
static double correction_of_source(const struct combining *c,
				   const struct port_state *p,
				   bool drops_of_box)
{
	struct rate_sum sum =
	    c->steps > RATE_WINDOW_LEAST_STEPS
		? rate_window_of(&p->window, c->step, c->steps)
		: rate_window_sum(&p->window, c->step);
	uint64_t dropped = drops_of_box ? 0 : sum.dropped;

	if (sum.received == 0 || sum.taken + dropped == sum.received)
		return 1;
	return (double)(sum.taken + dropped) / (double)sum.received;
}

static bool is_corrected(const struct intake *in, uint32_t switch_index)
{
	return config_is_corrected(
	    &in->registry->config->switches[switch_index]);
}

/* Of all ports at once: a box is looked at but once. */
static void find_corrections(struct combining *c)
{
	const struct intake *in = c->in;
	size_t switches = in->registry->config->switch_count;
	double *boxes = calloc(switches + 1, sizeof(*boxes));

	c->corrections = calloc(in->ports.count + 1, sizeof(*c->corrections));
	if (!boxes || !c->corrections) {
		free(boxes);
		free(c->corrections);
		c->corrections = NULL;
		return;
	}
	for (uint32_t i = 0; i < switches; i++)
		boxes[i] = in->agents.switches[i].drops_of_box
			       ? correction_of_box(c, i)
			       : 1;
	for (uint32_t i = 0; i < in->ports.count; i++) {
		const struct port_state *p = &in->ports.ports[i];
		bool of_box = in->agents.switches[p->switch_index].drops_of_box;

		c->corrections[i] = is_corrected(in, p->switch_index)
					? correction_of_source(c, p, of_box) *
					      boxes[p->switch_index]
					: 1;
	}
	free(boxes);
}

static uint64_t scaled(uint64_t amount, double by)
{
	double out = (double)amount * by;

	return out >= 0x1p64 ? UINT64_MAX : (uint64_t)llround(out);
}

static void scale(struct tally *t, double by)
{
	if (by == 1)
		return;
	t->bytes = scaled(t->bytes, by);
	t->packets = scaled(t->packets, by);
	t->variance *= by * by;
}

/* Where the cell's other half would be counted. */
static uint32_t switch_of(const struct combining *c, const struct raw_ends *e)
{
	const struct port_table *ports = &c->in->ports;
	uint32_t home = PORT_NONE;

	if (e->egress)
		home = sides_home(&c->in->sides, e->from, c->step);
	if (home != PORT_NONE)
		return ports->ports[home].switch_index;
	return e->source < ports->capacity
		   ? ports->ports[e->source].switch_index
		   : e->source - ports->capacity;
}

static void combine(const struct combining *c, struct cell *cell)
{
	struct intake *in = c->in;
	struct raw_ends e = raw_ends(cell->key);
	double by = 1;

	if (!e.final && c->corrections && e.source < in->ports.capacity)
		by = c->corrections[e.source];
	if (!e.final && e.in_part)
		by *= sides_part(&in->sides, e.from, e.to, e.egress, c->step);
	scale(&cell->tally, by);
	cell->key = cell_key(e.from, e.to, switch_of(c, &e), e.family);
}

void combine_cells(struct intake *in, struct cell *cells, size_t count,
		   int64_t step)
{
	struct combining c = { .in = in,
			       .step = in->step > step ? in->step : step };

	c.steps = c.step - step < RATE_WINDOW_STEPS ? (int)(c.step - step) + 1
						    : RATE_WINDOW_STEPS;

	find_corrections(&c);
	for (size_t i = 0; i < count; i++)
		combine(&c, &cells[i]);
	free(c.corrections);
}
