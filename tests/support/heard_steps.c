/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/heard_steps.h"

#include <check.h>
#include <stdlib.h>

#include "collector/clock.h"
#include "collector/closed_step.h"
#include "support/intake_check.h"

void heard_open_text(struct heard *h, const char *config)
{
	*h = (struct heard){ 0 };
	exchange_build(&h->e, config, NULL);
	ck_assert_int_eq(intake_init(&h->in, h->e.registry), 0);
}

void heard_open(struct heard *h, const char *direction)
{
	char *text = exchange_config_text(direction, NULL);

	heard_open_text(h, text);
	free(text);
}

void heard_close(struct heard *h)
{
	free(h->cells);
	h->cells = NULL;
	intake_fini(&h->in);
	exchange_free(&h->e);
}

struct sent_flow came_in(uint8_t src, uint8_t dst, uint32_t port, uint32_t rate)
{
	return (struct sent_flow){ .src = src,
				   .dst = dst,
				   .port = port,
				   .as = SENT_AS_INGRESS,
				   .rate = rate };
}

struct sent_flow went_out(uint8_t src, uint8_t dst, uint32_t port,
			  uint32_t rate)
{
	struct sent_flow flow = came_in(src, dst, port, rate);

	flow.as = SENT_AS_EGRESS;
	return flow;
}

void heard_numbered(struct heard *h, uint8_t switch_number, int64_t step,
		    struct sent_flow flow, uint32_t number)
{
	struct ipaddr source = switch_address(switch_number);
	struct sflow_builder b;

	h->sequence++;
	flow.bytes = BYTES;
	switch_starts(&b, switch_number, h->sequence, h->sequence);
	switch_adds_numbered(&b, &flow, number);
	intake_datagram(&h->in, &source, b.data, b.len, step * STEP_US, step);
}

void heard_flow(struct heard *h, uint8_t switch_number, int64_t step,
		struct sent_flow flow)
{
	heard_numbered(h, switch_number, step, flow, 0);
}

void heard_steps_from(struct heard *h, int64_t first)
{
	const struct step_span span = { .step = first, .covered_us = STEP_US };
	struct closed_step *step;

	free(h->cells);
	ck_assert_int_eq(closed_step_take(&step, &h->in, span, false), 0);
	h->cells = step->cells;
	h->cell_count = step->cell_count;
	step->cells = NULL;
	closed_step_free(step);
	ck_assert_msg(!intake_fault(&h->in), "%s", intake_fault(&h->in));
}

void heard_step(struct heard *h)
{
	heard_steps_from(h, h->in.step);
}

struct tally heard_between(const struct heard *h, uint32_t from, uint32_t to)
{
	struct tally sum = { 0 };

	for (size_t i = 0; i < h->cell_count; i++) {
		struct cell_ends ends = cell_ends(h->cells[i].key);

		if (exchange_asn(&h->e, ends.from) == from &&
		    exchange_asn(&h->e, ends.to) == to)
			tally_add(&sum, &h->cells[i].tally);
	}
	return sum;
}
