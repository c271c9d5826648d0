/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Samples that are missing, and what is made up for. */

#include "support/unit.h"

#include <stdint.h>

#include "collector/clock.h"
#include "collector/port_steps.h"
#include "support/heard_steps.h"

static struct heard h;

static void setup(void)
{
	heard_open(&h, "both");
}

static void teardown(void)
{
	heard_close(&h);
}

/* So many of each hundred samples come. */
static void lose(int64_t step, uint32_t came, uint32_t drops)
{
	static uint32_t number;

	for (uint32_t i = 0; i < 100; i++) {
		number++;
		if (i >= came)
			continue;
		heard_numbered(&h, 1, step,
			       (struct sent_flow){ .src = A,
						   .dst = B,
						   .port = 1,
						   .as = SENT_AS_INGRESS,
						   .rate = 100,
						   .drops = drops },
			       number);
	}
}

START_TEST(samples_that_are_missing_are_made_up_for)
{
	lose(STEP, 100, 0);
	heard_step(&h);
	ck_assert_uint_eq(heard_between(&h, 64500, 64501).bytes,
			  100 * 100 * BYTES);
	for (int i = 1; i < 30; i++) {
		lose(STEP + i, 80, 0);
		heard_step(&h);
	}
	ck_assert_uint_eq(heard_between(&h, 64500, 64501).samples, 80);
	/* half of the last gap will be known with the next sample */
	ck_assert_uint_eq(heard_between(&h, 64500, 64501).bytes,
			  98 * 100 * BYTES);
}
END_TEST

START_TEST(where_none_is_missing_scaling_is_plain)
{
	for (int i = 0; i < 30; i++) {
		lose(STEP + i, 100, 7);
		heard_step(&h);
		ck_assert_uint_eq(heard_between(&h, 64500, 64501).bytes,
				  100 * 100 * BYTES);
	}
}
END_TEST

START_TEST(samples_that_a_source_dropped_are_made_up_for)
{
	for (uint32_t i = 0; i < 30; i++) {
		lose(STEP + i, 100, 25 * (i + 1));
		/* another one that drops none: they are not the box's */
		heard_numbered(&h, 1, STEP + i, came_in(B, A, 2, 100), i);
		heard_step(&h);
	}
	ck_assert_uint_eq(heard_between(&h, 64500, 64501).bytes,
			  125 * 100 * BYTES);
	ck_assert_uint_eq(heard_between(&h, 64501, 64500).bytes, 100 * BYTES);
}
END_TEST

/* The one that drops is heard alone in two steps of three. */
START_TEST(one_source_alone_does_not_say_whose_drops_are)
{
	for (uint32_t i = 0; i < 30; i++) {
		lose(STEP + i, 100, 100 * (i + 1));
		if (i % 3 == 0)
			heard_numbered(&h, 1, STEP + i, came_in(B, A, 2, 100),
				       i);
		heard_step(&h);
		if (i > 5)
			ck_assert_uint_eq(heard_between(&h, 64500, 64501).bytes,
					  2 * 100 * 100 * BYTES);
	}
}
END_TEST

START_TEST(what_the_box_dropped_is_made_up_for_at_all_its_sources)
{
	for (uint32_t i = 0; i < 30; i++) {
		for (uint32_t k = 0; k < 50; k++) {
			for (uint8_t port = 1; port <= 2; port++)
				heard_numbered(&h, 1, STEP + i,
					       (struct sent_flow){
						   .src = port,
						   .dst = (uint8_t)(3 - port),
						   .port = port,
						   .as = SENT_AS_INGRESS,
						   .rate = 100,
						   .drops = 25 * i + k / 2 },
					       50 * i + k);
		}
		heard_step(&h);
	}
	ck_assert_double_eq_tol((double)heard_between(&h, 64500, 64501).bytes,
				1.25 * 50 * 100 * BYTES, BYTES * 25);
	ck_assert_double_eq_tol((double)heard_between(&h, 64501, 64500).bytes,
				1.25 * 50 * 100 * BYTES, BYTES * 25);
}
END_TEST

/* What a port was restored with says nothing of its drops. */
START_TEST(drops_from_before_a_restart_are_not_made_up_for)
{
	uint32_t port = port_table_find(&h.in.ports, 0, 1);
	const struct record_port pending = { .start_s = (STEP - 1) * STEP_S };

	port_steps_restore(&h.in.ports, port, &pending);
	for (int i = 0; i < 3; i++) {
		lose(STEP + i, 100, 467178);
		heard_step(&h);
		ck_assert_uint_eq(heard_between(&h, 64500, 64501).bytes,
				  100 * 100 * BYTES);
	}
}
END_TEST

START_TEST(drops_that_cannot_be_are_made_up_for_by_nothing)
{
	static const uint32_t counters[] = { 0,	      3000000000u, 0,
					     1000000, 5,	   0xfffffff0 };

	for (uint32_t i = 0; i < COUNT_OF(counters); i++) {
		lose(STEP + i, 100, counters[i]);
		heard_step(&h);
		ck_assert_uint_eq(heard_between(&h, 64500, 64501).bytes,
				  100 * 100 * BYTES);
	}
	ck_assert_uint_eq(h.in.agents.switches[0].drops_grown, 0);
}
END_TEST

START_TEST(other_directions_scale_by_the_samples_rate_alone)
{
	heard_close(&h);
	heard_open(&h, "ingress");
	for (int i = 0; i < 10; i++) {
		lose(STEP + i, 50, 0);
		heard_flow(&h, 1, STEP + i, went_out(A, B, 2, 100));
		heard_step(&h);
		ck_assert_uint_eq(heard_between(&h, 64500, 64501).bytes,
				  50 * 100 * BYTES);
	}
}
END_TEST

START_TEST(a_reload_to_plain_scaling_ends_all_correction)
{
	heard_close(&h);
	heard_open(&h, "ingress");
	heard_flow(&h, 1, STEP, came_in(A, B, 1, 100));
	h.in.agents.switches[0].correction = 1.4;
	h.in.ports.ports[port_table_find(&h.in.ports, 0, 1)].correction = 1.4;
	heard_step(&h);
	ck_assert_double_eq(h.in.agents.switches[0].correction, 1);
	ck_assert_uint_eq(heard_between(&h, 64500, 64501).bytes, 100 * BYTES);
	ck_assert_uint_eq(
	    h.in.ports.ports[port_table_find(&h.in.ports, 0, 1)].in_estimate,
	    100 * BYTES);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ samples_that_are_missing_are_made_up_for, 0 },
		{ where_none_is_missing_scaling_is_plain, 0 },
		{ samples_that_a_source_dropped_are_made_up_for, 0 },
		{ one_source_alone_does_not_say_whose_drops_are, 0 },
		{ what_the_box_dropped_is_made_up_for_at_all_its_sources, 0 },
		{ drops_from_before_a_restart_are_not_made_up_for, 0 },
		{ drops_that_cannot_be_are_made_up_for_by_nothing, 0 },
		{ other_directions_scale_by_the_samples_rate_alone, 0 },
		{ a_reload_to_plain_scaling_ends_all_correction, 0 },
	};

	return unit_run_with("combine_missing", setup, teardown, tests,
			     COUNT_OF(tests));
}
