/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/closed_step.h"

#include <errno.h>
#include <stdlib.h>

#include "collector/clock.h"

/*
 * Drops of a switch: where all its data sources report the same counter it is
 * the box's, and the largest growth counts; else each source has its own.
 */
static uint64_t drops_of(const struct port_table *t, uint32_t switch_index)
{
	uint64_t sum = 0;
	uint64_t most = 0;
	uint32_t sources = 0;
	uint32_t value = 0;
	bool same = true;

	for (uint32_t i = 0; i < t->count; i++) {
		const struct port_state *p = &t->ports[i];

		if (p->switch_index != switch_index || !p->sampled)
			continue;
		if (sources++ > 0 && p->drops_grown && p->drops != value)
			same = false;
		if (p->drops_grown || sources == 1)
			value = p->drops;
		sum += p->drops_grown;
		if (p->drops_grown > most)
			most = p->drops_grown;
	}
	return same && sources > 1 ? most : sum;
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
			.drops = drops_of(&in->ports, (uint32_t)i),
		};
		alive[i] = row->alive;
		s->drops += row->drops;
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

void closed_step_free(struct closed_step *step)
{
	if (!step)
		return;
	free(step->cells);
	free(step->ports);
	free(step->agents);
	free(step);
}
