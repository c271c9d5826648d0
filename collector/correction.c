/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/correction.h"

#include <stdbool.h>

/* What a box dropped in so many steps, and what its sources took. */
static struct rate_sum sum_of_box(const struct intake *in,
				  uint32_t switch_index, int64_t step,
				  int steps)
{
	struct rate_sum sum = rate_window_of(
	    &in->agents.switches[switch_index].box_drops, step, steps);

	for (uint32_t i = 0; i < in->ports.count; i++) {
		const struct port_state *p = &in->ports.ports[i];

		if (p->switch_index == switch_index)
			sum.taken +=
			    rate_window_of(&p->window, step, steps).taken;
	}
	return sum;
}

/* By how much more it was to take, over all its sources. */
static double correction_of_box(const struct intake *in, uint32_t switch_index,
				int64_t step, int steps)
{
	struct rate_sum sum = sum_of_box(in, switch_index, step, steps);

	if (sum.taken < RATE_WINDOW_SAMPLES)
		sum = sum_of_box(in, switch_index, step, RATE_WINDOW_STEPS);
	return sum.taken > 0 ? 1 + (double)sum.dropped / (double)sum.taken : 1;
}

static double correction_of(struct rate_sum sum)
{
	if (sum.received == 0 || sum.taken + sum.dropped == sum.received)
		return 1;
	return (double)(sum.taken + sum.dropped) / (double)sum.received;
}

/* Of a data source, and what it adds to its switch's. */
static void correct_port(struct switch_state *s, struct port_state *p,
			 int64_t step, int steps)
{
	struct rate_sum sum = steps > 1
				  ? rate_window_of(&p->window, step, steps)
				  : rate_window_sum(&p->window, step);

	p->correction = correction_of(sum) * s->correction_of_box;
	s->received += (double)sum.received;
	s->taken += (double)sum.received * p->correction;
}

void corrections_find(struct intake *in, int64_t step, int steps)
{
	const struct config *config = in->registry->config;

	for (uint32_t i = 0; i < config->switch_count; i++) {
		struct switch_state *s = &in->agents.switches[i];
		bool of_box = config_is_corrected(&config->switches[i]) &&
			      s->drops_of_box;

		s->taken = 0;
		s->received = 0;
		s->correction_of_box =
		    of_box ? correction_of_box(in, i, step, steps) : 1;
	}
	for (uint32_t i = 0; i < in->ports.count; i++) {
		struct port_state *p = &in->ports.ports[i];

		p->correction = 1;
		if (config_is_corrected(&config->switches[p->switch_index]))
			correct_port(&in->agents.switches[p->switch_index], p,
				     step, steps);
	}
	for (uint32_t i = 0; i < config->switch_count; i++) {
		struct switch_state *s = &in->agents.switches[i];

		s->correction = s->received > 0 ? s->taken / s->received : 1;
	}
}
