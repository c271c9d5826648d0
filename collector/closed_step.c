/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/closed_step.h"

#include <errno.h>
#include <stdlib.h>

#include "collector/clock.h"

/*
 * Drops of a switch. Some report one counter of the whole box with every data
 * source, others one for each. Where all that was heard in the step lies at or
 * above what the switch had reached before, it is the box's.
 */
static uint64_t drops_of(const struct port_table *t, uint32_t switch_index,
			 struct switch_state *s)
{
	uint64_t sum = 0;
	uint32_t high = 0;
	bool heard = false;
	bool of_box = true;
	uint32_t grown;

	for (uint32_t i = 0; i < t->count; i++) {
		const struct port_state *p = &t->ports[i];

		if (p->switch_index != switch_index || !p->drops_heard)
			continue;
		sum += p->drops_grown;
		of_box = of_box && (int32_t)(p->drops - s->drops) >= 0;
		if (!heard || (int32_t)(p->drops - high) > 0)
			high = p->drops;
		heard = true;
	}
	if (!heard)
		return 0;
	grown = high - s->drops;
	s->drops = high;
	/* In a switch's first step each source may stand anywhere. */
	if (!s->drops_settled)
		of_box = of_box && grown < sum;
	s->drops_settled = true;
	return of_box ? grown : sum;
}

static void take_agents(struct closed_step *step, struct intake *in,
			bool *alive)
{
	for (size_t i = 0; i < in->registry->config->switch_count; i++) {
		struct switch_state *s = &in->agents.switches[i];
		struct agent_row *row = &step->agents[i];

		*row = (struct agent_row){
			.alive = s->step_datagrams > 0,
			.datagrams = s->step_datagrams,
			.lost = s->step_lost,
			.samples = s->step_samples,
			.drops = drops_of(&in->ports, (uint32_t)i, s),
		};
		alive[i] = row->alive;
		s->drops_grown += row->drops;
		s->step_datagrams = 0;
		s->step_lost = 0;
		s->step_samples = 0;
	}
}

int closed_step_take(struct closed_step **out, struct intake *in,
		     struct step_span span, bool last)
{
	size_t switches = in->registry->config->switch_count;
	struct closed_step *step = calloc(1, sizeof(*step));
	bool *alive = calloc(switches + 1, sizeof(*alive));
	int rc = -ENOMEM;

	if (!step || !alive)
		goto out;
	step->start_s = span.step * STEP_S;
	step->covered_us = span.covered_us;
	step->edge = span.edge;
	step->agents = calloc(switches + 1, sizeof(*step->agents));
	if (!step->agents)
		goto out;
	rc = aggregate_take(&in->open, &step->cells, &step->cell_count);
	if (rc < 0)
		goto out;
	take_agents(step, in, alive);
	rc = port_table_close(&in->ports, span, alive, last, &step->ports,
			      &step->port_count);
	if (rc < 0)
		rc = 0; /* the ports' steps stay pending and come later */
	*out = step;
	step = NULL;
out:
	free(alive);
	closed_step_free(step);
	return rc;
}

void earlier_cells_free(struct earlier_cells *list)
{
	while (list) {
		struct earlier_cells *next = list->next;

		generation_unref(list->generation);
		free(list->cells);
		free(list);
		list = next;
	}
}

void closed_step_free(struct closed_step *step)
{
	if (!step)
		return;
	generation_unref(step->generation);
	earlier_cells_free(step->earlier);
	free(step->cells);
	free(step->ports);
	free(step->agents);
	free(step);
}
