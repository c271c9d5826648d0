/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/closed_step.h"

#include <errno.h>
#include <stdlib.h>

#include "collector/clock.h"
#include "collector/combine.h"
#include "collector/mirror_ports.h"
#include "collector/port_memory.h"
#include "collector/port_steps.h"

/* What all that was heard in a step says of a switch's drops. */
struct heard_drops {
	uint32_t sources;
	uint64_t sum;  /* of what each has grown by */
	uint32_t high; /* the highest counter */
	bool reached;  /* all lie at or above what the switch had reached */
};

enum { DROPS_MAX = 50, DROPS_TIMES = 20 };

/* More than so many in a step were not dropped: the counter was reset, or says
 * nonsense, and what it stands at is where it begins anew. */
static uint64_t most_drops(const struct switch_state *s)
{
	return DROPS_MAX + DROPS_TIMES * (s->flow_samples - s->samples_settled);
}

static struct heard_drops hear_drops(const struct intake *in,
				     uint32_t switch_index)
{
	const struct switch_state *s = &in->agents.switches[switch_index];
	struct heard_drops h = { .reached = true };
	uint64_t most = most_drops(s);

	for (uint32_t i = 0; i < in->ports.count; i++) {
		const struct port_samples *p = &in->ports.samples[i];

		if (in->ports.ports[i].switch_index != switch_index ||
		    !p->drops_heard || p->drops_grown > most)
			continue;
		h.sum += p->drops_grown;
		h.reached = h.reached && (int32_t)(p->drops - s->drops) >= 0;
		if (h.sources == 0 || (int32_t)(p->drops - h.high) > 0)
			h.high = p->drops;
		h.sources++;
	}
	return h;
}

/*
 * Whether drops are the box's. Some report one counter of the whole box with
 * every data source, others one for each. Where all that was heard in the step
 * lies at or above what the switch had reached before, it is the box's; one
 * source alone does not tell.
 */
static bool are_of_box(const struct switch_state *s, struct heard_drops h)
{
	uint32_t grown = h.high - s->drops;

	/* In a switch's first step each source may stand anywhere. */
	if (!s->drops_settled)
		return h.reached && grown < h.sum;
	if (h.sources == 1 || (h.reached && grown == 0))
		return s->drops_of_box;
	return h.reached;
}

/* Have what each source dropped in its window, and nothing heard. */
static void settle_sources(struct intake *in, uint32_t switch_index,
			   int64_t step, bool of_box)
{
	uint64_t most = most_drops(&in->agents.switches[switch_index]);

	for (uint32_t i = 0; i < in->ports.count; i++) {
		struct port_state *p = &in->ports.ports[i];
		struct port_samples *samples = &in->ports.samples[i];

		if (p->switch_index != switch_index)
			continue;
		if (samples->drops_grown > 0 && samples->drops_grown <= most &&
		    !of_box)
			rate_window_dropped(&p->window, step,
					    samples->drops_grown);
		samples->drops_grown = 0;
		samples->drops_heard = false;
	}
}

static void take_drops(struct intake *in, uint32_t switch_index,
		       struct heard_drops h, int64_t step)
{
	struct switch_state *s = &in->agents.switches[switch_index];
	uint32_t grown = h.high - s->drops;
	uint64_t dropped;

	if (grown > most_drops(s))
		grown = 0;
	s->drops_of_box = are_of_box(s, h);
	dropped =
	    s->drops_of_box || (h.reached && h.sources == 1) ? grown : h.sum;
	if (s->drops_of_box && grown > 0)
		rate_window_dropped(&s->box_drops, step, grown);
	settle_sources(in, switch_index, step, s->drops_of_box);
	s->drops = h.high;
	s->drops_settled = true;
	s->step_drops += dropped;
	s->drops_grown += dropped;
}

/* Find out what a switch dropped in a step, and where that was missing. */
static void find_drops(struct intake *in, uint32_t switch_index, int64_t step)
{
	struct switch_state *s = &in->agents.switches[switch_index];
	struct heard_drops h = hear_drops(in, switch_index);

	if (h.sources > 0)
		take_drops(in, switch_index, h, step);
	else
		settle_sources(in, switch_index, step, s->drops_of_box);
	s->samples_settled = s->flow_samples;
}

/* Move the counts of a switch since the last part into a row. */
static void take_agent(struct agent_row *row, struct switch_state *s)
{
	s->step_alive =
	    s->step_alive || s->step_datagrams > 0 || s->step_frames;
	*row = (struct agent_row){
		.alive = s->step_alive,
		.datagrams = s->step_datagrams,
		.lost = s->step_lost,
		.samples = s->step_samples,
	};
	s->step_datagrams = 0;
	s->step_frames = false;
	s->step_lost = 0;
	s->step_samples = 0;
}

/* The cells and the agents' counts; ports come on top when a step is over. */
static int take_counts(struct closed_step **out, struct intake *in,
		       struct step_span span)
{
	size_t switches = in->registry->config->switch_count;
	struct closed_step *step = calloc(1, sizeof(*step));
	int rc = -ENOMEM;

	if (!step)
		return rc;
	step->is_part = true;
	step->span = span;
	step->start_s = span.step * STEP_S;
	step->agents = calloc(switches + 1, sizeof(*step->agents));
	step->agent_count = switches;
	if (step->agents)
		rc = aggregate_take(&in->open, &step->cells, &step->cell_count);
	if (rc < 0) {
		closed_step_free(step);
		return rc;
	}
	mirror_ports_note(in, step->cells, step->cell_count, span.step);
	combine_cells(in, step->cells, step->cell_count, span.step);
	for (size_t i = 0; i < switches; i++)
		take_agent(&step->agents[i], &in->agents.switches[i]);
	*out = step;
	return 0;
}

int closed_step_part(struct closed_step **out, struct intake *in,
		     struct step_span span)
{
	intake_settle(in);
	return take_counts(out, in, span);
}

int closed_step_take(struct closed_step **out, struct intake *in,
		     struct step_span span, bool last)
{
	size_t switches = in->registry->config->switch_count;
	bool *alive;
	struct closed_step *step;
	int rc;

	/* Also without memory: the ledger is read next. */
	intake_settle(in);
	alive = calloc(switches + 1, sizeof(*alive));
	/* First, for what was dropped is missing in the cells. */
	for (size_t i = 0; i < switches; i++)
		find_drops(in, (uint32_t)i, span.step);
	rc = alive ? take_counts(&step, in, span) : -ENOMEM;
	if (rc < 0)
		goto out;
	step->is_part = false;
	for (size_t i = 0; i < switches; i++) {
		struct switch_state *s = &in->agents.switches[i];

		alive[i] = s->step_alive;
		s->step_alive = false;
		step->agents[i].drops = s->step_drops;
		s->step_drops = 0;
	}
	mirror_ports_mark(in);
	/* Without memory the ports' steps stay pending and come later. */
	if (port_steps_close(&in->ports, span, alive, last, &step->ports,
			     &step->port_count) < 0)
		step->port_count = 0;
	*out = step;
out:
	free(alive);
	return rc;
}

void closed_step_remember(struct closed_step *step, const struct intake *in)
{
	if (port_steps_pending(&in->ports, step->span, &step->pending,
			       &step->pending_count) < 0)
		return;
	port_memory_write(&step->readings, &in->ports);
}

size_t closed_step_bytes(const struct closed_step *step)
{
	size_t bytes = sizeof(*step) + step->cell_count * sizeof(*step->cells) +
		       step->port_count * sizeof(*step->ports) +
		       step->pending_count * sizeof(*step->pending) +
		       step->readings.capacity +
		       step->agent_count * sizeof(*step->agents);

	for (const struct earlier_cells *e = step->earlier; e; e = e->next)
		bytes += sizeof(*e) + e->count * sizeof(*e->cells);
	return bytes;
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
	free(step->pending);
	text_fini(&step->readings);
	free(step->agents);
	free(step);
}
