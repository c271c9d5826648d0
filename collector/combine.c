/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/combine.h"

#include <math.h>

#include "collector/correction.h"

/* What holds for all cells of a step. */
struct combining {
	struct intake *in;
	int64_t step; /* the last of them, if they are of several */
};

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

	if (e->egress && e->in_part)
		home = sides_home(&c->in->sides, e->from, c->step);
	if (home != PORT_NONE)
		return ports->ports[home].switch_index;
	return e->source < ports->capacity
		   ? ports->ports[e->source].switch_index
		   : e->source - ports->capacity;
}

static struct side_pair pair_of(const struct raw_ends *e)
{
	return (struct side_pair){ e->from, e->to, e->source };
}

/* What a side says of its interfaces, and of their pair. */
static void note_sides(const struct combining *c, const struct raw_ends *e,
		       const struct tally *tally)
{
	struct intake *in = c->in;
	const struct side_pair pair = pair_of(e);
	struct balance_part part = {
		.side = e->egress ? BALANCE_OUT : BALANCE_IN,
		.packets = (double)tally->packets,
		.samples = (double)tally->samples,
	};
	double rates[2];

	if (!sides_weigh(&in->sides, &pair, e->egress, c->step, tally) ||
	    e->from == REGISTRY_NOBODY)
		return;
	sides_rates(&in->sides, &pair, c->step, rates);
	part.other_rate = rates[!part.side];
	losses_add(&in->losses, e->from, e->to, c->step, &part);
}

/* Make up for what is missing in a cell, and note what its side says. */
static void correct(const struct combining *c, struct cell *cell)
{
	struct intake *in = c->in;
	struct raw_ends e = raw_ends(cell->key);

	if (e.final)
		return;
	if (e.source < in->ports.capacity)
		scale(&cell->tally, in->ports.ports[e.source].correction);
	if (e.in_part)
		note_sides(c, &e, &cell->tally);
}

static void combine(const struct combining *c, struct cell *cell)
{
	struct intake *in = c->in;
	struct raw_ends e = raw_ends(cell->key);
	const struct side_pair pair = pair_of(&e);

	if (!e.final && e.in_part)
		scale(&cell->tally,
		      sides_part(&in->sides, &pair, e.egress, c->step));
	cell->key = cell_key(e.from, e.to, switch_of(c, &e), e.family);
}

/* How many samples each switch sent of each direction since the last time. */
static void note_batch(struct intake *in)
{
	for (uint32_t i = 0; i < in->registry->config->switch_count; i++) {
		const struct switch_state *s = &in->agents.switches[i];
		const uint64_t *sent = s->by_direction;
		const uint64_t samples[2] = { sent[DIRECTION_INGRESS],
					      sent[DIRECTION_EGRESS] };

		sides_note_batch(&in->sides, i, s->first_us, in->time_us,
				 samples);
	}
}

void combine_cells(struct intake *in, struct cell *cells, size_t count,
		   int64_t step)
{
	struct combining c = { .in = in,
			       .step = in->step > step ? in->step : step };
	int steps = c.step - step < RATE_WINDOW_STEPS ? (int)(c.step - step) + 1
						      : RATE_WINDOW_STEPS;

	port_table_settle(&in->ports);
	note_batch(in);
	corrections_find(in, c.step, steps);
	for (size_t i = 0; i < count; i++)
		correct(&c, &cells[i]);
	for (size_t i = 0; i < count; i++)
		combine(&c, &cells[i]);
}
