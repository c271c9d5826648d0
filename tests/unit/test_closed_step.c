/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>
#include <stdlib.h>

#include "collector/clock.h"
#include "collector/closed_step.h"
#include "support/registry_builder.h"
#include "support/switch_builder.h"

#define STEP INT64_C(28333440)

static struct exchange e;
static struct intake in;
static struct sflow_builder b;
static struct closed_step *step;
static uint32_t sequence;
static int64_t now;

static void setup(void)
{
	exchange_build(&e, NULL, NULL);
	ck_assert_int_eq(intake_init(&in, e.registry), 0);
	sequence = 0;
	now = STEP;
}

static void teardown(void)
{
	closed_step_free(step);
	step = NULL;
	intake_fini(&in);
	exchange_free(&e);
}

static void send(uint32_t port, uint32_t drops)
{
	struct ipaddr source = switch_address(1);

	sequence++;
	switch_starts(&b, 1, sequence, 1000);
	switch_adds_flow(&b, &(struct sent_flow){ .src = 1,
						  .dst = 2,
						  .port = port,
						  .rate = 10,
						  .bytes = 100,
						  .drops = drops });
	intake_datagram(&in, &source, b.data, b.len, now * STEP_US, now);
}

static void take(void)
{
	struct step_span span = { .step = now++, .covered_us = STEP_US };

	closed_step_free(step);
	step = NULL;
	ck_assert_int_eq(closed_step_take(&step, &in, span, false), 0);
}

START_TEST(a_step_holds_what_came_in_it)
{
	send(1, 0);
	send(1, 0);
	take();
	ck_assert_int_eq(step->start_s, STEP * 60);
	ck_assert_uint_eq(step->cell_count, 1);
	ck_assert_uint_eq(step->cells[0].tally.samples, 2);
	ck_assert(step->agents[0].alive);
	ck_assert_uint_eq(step->agents[0].datagrams, 2);
	ck_assert_uint_eq(step->agents[0].samples, 2);
	ck_assert(!step->agents[1].alive);
	take();
	ck_assert_uint_eq(step->cell_count, 0);
	ck_assert(!step->agents[0].alive);
	ck_assert_uint_eq(step->agents[0].datagrams, 0);
}
END_TEST

/* What the switch's ports report, and what it dropped in all. */
struct report {
	uint32_t port; /* 0: the step is over */
	uint32_t drops;
	uint64_t expected; /* if the step is over */
};

enum { REPORTS_MAX = 12 };

static const struct {
	const char *name;
	struct report reports[REPORTS_MAX];
} histories[] = {
	{ "the first value is where counting begins",
	  { { 1, 1000, 0 }, { 2, 1000, 0 }, { 0, 0, 0 } } },
	{ "one counter of the box, heard from several ports",
	  { { 1, 1000, 0 },
	    { 2, 1003, 0 },
	    { 3, 1007, 0 },
	    { 1, 1010, 0 },
	    { 0, 0, 10 },
	    { 2, 1020, 0 },
	    { 0, 0, 10 },
	    { 3, 1020, 0 },
	    { 0, 0, 0 } } },
	{ "a counter for each port",
	  { { 1, 10, 0 },
	    { 2, 5000, 0 },
	    { 0, 0, 0 },
	    { 1, 13, 0 },
	    { 2, 5004, 0 },
	    { 0, 0, 7 },
	    { 1, 20, 0 },
	    { 2, 5004, 0 },
	    { 0, 0, 7 } } },
	{ "one port alone",
	  { { 1, 7, 0 },
	    { 1, 9, 0 },
	    { 0, 0, 2 },
	    { 1, 19, 0 },
	    { 0, 0, 10 } } },
	{ "the agent restarted",
	  { { 1, 1000, 0 },
	    { 2, 1000, 0 },
	    { 0, 0, 0 },
	    { 1, 2, 0 },
	    { 2, 2, 0 },
	    { 0, 0, 0 },
	    { 2, 5, 0 },
	    { 1, 6, 0 },
	    { 0, 0, 4 } } },
	{ "over 2^32",
	  { { 1, UINT32_MAX - 1, 0 },
	    { 1, 3, 0 },
	    { 0, 0, 5 },
	    { 1, 4, 0 },
	    { 0, 0, 1 } } },
};

/* More than may be on the way, and the last of them still are. */
START_TEST(what_is_on_the_way_is_of_the_step)
{
	enum { SENT = 2 * DUE_MAX + DUE_MAX / 2 };

	for (int i = 0; i < SENT; i++)
		send(1, 0);
	ck_assert_uint_gt(in.due_count, 0);
	take();
	ck_assert_uint_eq(in.due_count, 0);
	ck_assert_uint_eq(in.ledger.attributed, SENT);
	ck_assert_uint_eq(step->cell_count, 1);
	ck_assert_uint_eq(step->cells[0].tally.samples, SENT);
}
END_TEST

START_TEST(drops_are_counted_once)
{
	for (size_t i = 0; i < REPORTS_MAX; i++) {
		const struct report *r = &histories[_i].reports[i];

		if (r->port) {
			send(r->port, r->drops);
			continue;
		}
		if (i > 0 && histories[_i].reports[i - 1].port == 0)
			break;
		take();
		ck_assert_msg(step->agents[0].drops == r->expected,
			      "%s: report %zu: %llu", histories[_i].name, i,
			      (unsigned long long)step->agents[0].drops);
	}
}
END_TEST

START_TEST(a_step_owns_what_it_holds)
{
	send(1, 0);
	take();
	intake_fini(&in);
	ck_assert_int_eq(intake_init(&in, e.registry), 0);
	ck_assert_uint_eq(step->cells[0].tally.bytes, 1000);
	closed_step_free(NULL);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_step_holds_what_came_in_it, 0 },
		{ what_is_on_the_way_is_of_the_step, 0 },
		{ drops_are_counted_once, COUNT_OF(histories) },
		{ a_step_owns_what_it_holds, 0 },
	};

	return unit_run_with("closed_step", setup, teardown, tests,
			     COUNT_OF(tests));
}
