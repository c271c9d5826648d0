/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What two switches both see, one of which may be silent or told otherwise. */

#include "support/unit.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* One switch is told to count what comes in, or what goes out; LOST is on it,
 * A on the other one. */
static void begin_mixed(const char *direction)
{
	char *text = exchange_config_text("both", NULL);
	char *second = strrchr(text, ':') + 2;
	char *mixed;

	heard_close(&h);
	ck_assert_int_ge(asprintf(&mixed, "%.*s%s }\n", (int)(second - text),
				  text, direction),
			 0);
	free(text);
	heard_open_text(&h, mixed);
	free(mixed);
}

static void cross(int64_t step, int as_first, int as_second)
{
	struct sent_flow first = {
		.src = A, .dst = LOST, .port = 1, .as = as_first, .rate = 100
	};
	struct sent_flow second = {
		.src = A, .dst = LOST, .port = 9, .as = as_second, .rate = 100
	};

	if (as_first == SENT_AS_EGRESS) {
		first.src = LOST;
		first.dst = A;
		second.src = LOST;
		second.dst = A;
	}
	heard_flow(&h, 1, step, first);
	heard_flow(&h, 2, step, second);
}

static const char *const seconds[] = { "ingress", "egress", "any", "both" };

START_TEST(switches_of_other_directions_do_not_double)
{
	begin_mixed(seconds[_i]);
	for (int i = 0; i < 5; i++) {
		cross(STEP + i, SENT_AS_INGRESS, SENT_AS_EGRESS);
		cross(STEP + i, SENT_AS_EGRESS, SENT_AS_INGRESS);
		heard_step(&h);
		/* "any" counts what goes out of its ports too, by request */
		if (i == 0 || strcmp(seconds[_i], "any") == 0)
			continue;
		ck_assert_msg(
		    heard_between(&h, 64500, 64507).bytes == 100 * BYTES,
		    "%s: %lu to it", seconds[_i],
		    (unsigned long)heard_between(&h, 64500, 64507).bytes);
		ck_assert_msg(
		    heard_between(&h, 64507, 64500).bytes == 100 * BYTES,
		    "%s: %lu from it", seconds[_i],
		    (unsigned long)heard_between(&h, 64507, 64500).bytes);
	}
}
END_TEST

START_TEST(a_strangers_frame_is_not_doubled)
{
	enum { STRANGER = 0x77 };

	/* The second switch samples nothing but what goes out. */
	for (int i = 0; i < 5; i++) {
		heard_flow(&h, 1, STEP + i, came_in(STRANGER, LOST, 1, 100));
		heard_flow(&h, 2, STEP + i, went_out(STRANGER, LOST, 9, 100));
		heard_step(&h);
		ck_assert_uint_eq(heard_between(&h, 0, 64507).bytes,
				  100 * BYTES);
	}
}
END_TEST

static void on_switch(uint8_t number, int64_t step, uint8_t src, uint8_t dst,
		      int as)
{
	heard_flow(&h, number, step,
		   (struct sent_flow){ .src = src,
				       .dst = dst,
				       .port = number == 1 ? 1 : 9,
				       .as = as,
				       .rate = 100 });
}

/* A step of A's on both switches, the second of which counts by itself: a frame
 * by either, in this order, and others from which it is known where they are.
 */
static void both_ways_in(int64_t step, uint8_t first)
{
	for (int k = 0; k < 2; k++) {
		on_switch(k == 0 ? first : 3 - first, step, A, B,
			  SENT_AS_INGRESS);
		heard_flow(&h, 1, step, went_out(A, B, 2, 100));
	}
	on_switch(1, step, B, A, SENT_AS_EGRESS);
	heard_flow(&h, 1, step, came_in(B, A, 2, 100));
}

static void both_ways_out(int64_t step, uint8_t first)
{
	for (int k = 0; k < 2; k++) {
		heard_flow(&h, 1, step, came_in(B, A, 2, 100));
		on_switch(k == 0 ? first : 3 - first, step, B, A,
			  SENT_AS_EGRESS);
	}
	on_switch(2, step, A, B, SENT_AS_INGRESS);
	heard_flow(&h, 1, step, came_in(A, B, 1, 100));
}

START_TEST(a_member_on_a_switch_of_ingress_too_is_not_doubled)
{
	begin_mixed("ingress");
	for (int i = 0; i < 6; i++) {
		both_ways_in(STEP + i, (uint8_t)(_i + 1));
		heard_step(&h);
		if (i >= 2)
			ck_assert_uint_eq(heard_between(&h, 64500, 64501).bytes,
					  200 * BYTES);
	}
}
END_TEST

START_TEST(a_member_on_a_switch_of_egress_too_is_not_doubled)
{
	begin_mixed("egress");
	for (int i = 0; i < 6; i++) {
		both_ways_out(STEP + i, (uint8_t)(_i + 1));
		heard_step(&h);
		if (i >= 2)
			ck_assert_uint_eq(heard_between(&h, 64501, 64500).bytes,
					  200 * BYTES);
	}
}
END_TEST

START_TEST(a_frame_that_crosses_two_switches_is_of_the_one_where_it_came_in)
{
	static const uint32_t port = 2;

	heard_flow(&h, 1, STEP, came_in(A, LOST, 1, 100));
	for (int i = 0; i < 2; i++) {
		heard_flow(&h, 2, STEP + i, came_in(LOST, A, port, 300));
		heard_flow(&h, 2, STEP + i, went_out(A, LOST, port, 300));
		heard_step(&h);
	}
	ck_assert_uint_eq(heard_between(&h, 64500, 64507).bytes, 75 * BYTES);
	for (size_t i = 0; i < h.cell_count; i++) {
		struct cell_ends ends = cell_ends(h.cells[i].key);

		ck_assert_uint_eq(ends.switch_index,
				  exchange_asn(&h.e, ends.from) == 64500 ? 0
									 : 1);
	}
}
END_TEST

/* sw2 is heard of no more, for less than three steps. */
START_TEST(a_switch_that_is_silent_is_missing_at_once)
{
	for (int64_t i = 0; i < 12; i++) {
		for (int k = 0; k < 20; k++) {
			heard_flow(&h, 1, STEP + i, came_in(A, LOST, 1, 100));
			if (i == 10)
				continue;
			heard_flow(&h, 2, STEP + i, came_in(LOST, A, 9, 100));
			heard_flow(&h, 2, STEP + i, went_out(A, LOST, 9, 100));
		}
		heard_step(&h);
		ck_assert_uint_eq(heard_between(&h, 64500, 64507).bytes,
				  20 * 100 * BYTES);
	}
	ck_assert(!balance_was_shut(
	    &h.in.sides.places[h.in.registry->interface_count - 1].got,
	    h.in.step));
}
END_TEST

/* So many samples of a step come of sw2, of 300 on either side. */
static void cross_often(int64_t step, int of_second)
{
	for (int k = 0; k < 300; k++) {
		heard_flow(&h, 1, step, came_in(A, LOST, 1, 100));
		if (k < of_second)
			on_switch(2, step, A, LOST, SENT_AS_EGRESS);
	}
	on_switch(2, step, LOST, A, SENT_AS_INGRESS);
}

/* Half a minute of sw2 is lost, and its numbers do not say so. */
START_TEST(a_switch_of_which_little_comes_is_missing)
{
	const struct side_place *lost =
	    &h.in.sides.places[h.in.registry->interface_count - 1];
	struct balance_loss loss;

	for (int64_t i = 0; i < 12; i++) {
		cross_often(STEP + i, i >= 8 && i <= 10 ? 60 : 300);
		heard_step(&h);
		ck_assert_uint_eq(heard_between(&h, 64500, 64507).bytes,
				  300 * 100 * BYTES);
	}
	/* and said nothing of the other side */
	ck_assert_uint_eq(heard_between(&h, 64500, 64507).samples, 600);
	ck_assert_double_gt(lost->got.past.packets[BALANCE_IN], 0);
	ck_assert(!balance_loss(&lost->got, h.in.step, &loss));
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ switches_of_other_directions_do_not_double,
		  COUNT_OF(seconds) },
		{ a_strangers_frame_is_not_doubled, 0 },
		{ a_member_on_a_switch_of_ingress_too_is_not_doubled, 2 },
		{ a_member_on_a_switch_of_egress_too_is_not_doubled, 2 },
		{ a_frame_that_crosses_two_switches_is_of_the_one_where_it_came_in,
		  0 },
		{ a_switch_that_is_silent_is_missing_at_once, 0 },
		{ a_switch_of_which_little_comes_is_missing, 0 },
	};

	return unit_run_with("combine_switches", setup, teardown, tests,
			     COUNT_OF(tests));
}
