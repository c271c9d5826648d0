/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What each of the two sides that a frame passes has a part in. */

#include "support/unit.h"

#include <stdint.h>

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

/* A step in which A and B are heard from both sides, at these rates. */
static void learn(uint32_t in_rate, uint32_t out_rate)
{
	heard_flow(&h, 1, STEP, came_in(A, B, 1, in_rate));
	heard_flow(&h, 1, STEP, came_in(B, A, 2, in_rate));
	heard_flow(&h, 1, STEP, went_out(A, B, 2, out_rate));
	heard_flow(&h, 1, STEP, went_out(B, A, 1, out_rate));
	heard_step(&h);
}

START_TEST(the_first_step_counts_what_comes_in)
{
	learn(100, 100);
	ck_assert_uint_eq(heard_between(&h, 64500, 64501).bytes, 100 * BYTES);
	ck_assert_uint_eq(heard_between(&h, 64501, 64500).bytes, 100 * BYTES);
	ck_assert_uint_eq(h.in.ledger.attributed, 2);
	ck_assert_uint_eq(h.in.ledger.dropped[DROP_EGRESS_NOT_COUNTED], 2);
}
END_TEST

START_TEST(then_each_side_counts_half)
{
	struct tally t;

	learn(100, 100);
	for (int i = 0; i < 10; i++) {
		heard_flow(&h, 1, STEP + 1, came_in(A, B, 1, 100));
		heard_flow(&h, 1, STEP + 1, went_out(A, B, 2, 100));
	}
	heard_step(&h);
	t = heard_between(&h, 64500, 64501);
	ck_assert_uint_eq(t.bytes, 10 * 100 * BYTES);
	ck_assert_uint_eq(t.packets, 10 * 100);
	ck_assert_uint_eq(t.samples, 20);
	/* that of 20 samples at 1 in 50, but for the rate's own part */
	ck_assert_double_eq_tol(t.variance, 20.0 * 50 * 49.5 * BYTES * BYTES,
				1);
}
END_TEST

START_TEST(unequal_rates_weigh_by_the_others)
{
	learn(100, 300);
	heard_flow(&h, 1, STEP + 1, came_in(A, B, 1, 100));
	heard_step(&h);
	ck_assert_uint_eq(heard_between(&h, 64500, 64501).bytes, 75 * BYTES);
	heard_flow(&h, 1, STEP + 1, went_out(A, B, 2, 300));
	heard_step(&h);
	ck_assert_uint_eq(heard_between(&h, 64500, 64501).bytes, 75 * BYTES);
}
END_TEST

/* Whether a side counts must not hang on what it says in that step. */
START_TEST(a_side_that_is_first_seen_does_not_count_yet)
{
	heard_flow(&h, 1, STEP, came_in(A, B, 1, 100));
	heard_flow(&h, 1, STEP, came_in(B, A, 2, 100));
	heard_step(&h);
	heard_flow(&h, 1, STEP + 1, came_in(A, B, 1, 100));
	heard_flow(&h, 1, STEP + 1, went_out(A, B, 2, 100));
	heard_step(&h);
	ck_assert_uint_eq(heard_between(&h, 64500, 64501).bytes, 100 * BYTES);
	heard_flow(&h, 1, STEP + 2, came_in(A, B, 1, 100));
	heard_step(&h);
	ck_assert_uint_eq(heard_between(&h, 64500, 64501).bytes, 50 * BYTES);
}
END_TEST

/* Both directions are sampled, though at other ports. */
static void others_talk(int64_t step)
{
	heard_flow(&h, 1, step, came_in(C, A, 3, 100));
	heard_flow(&h, 1, step, went_out(B, A, 1, 100));
}

START_TEST(a_side_that_is_not_seen_for_an_hour_counts_no_more)
{
	learn(100, 100);
	for (int i = 1; i < SIDE_STEPS; i++)
		others_talk(STEP + i);
	heard_flow(&h, 1, STEP + SIDE_STEPS, came_in(A, B, 1, 100));
	heard_flow(&h, 1, STEP + SIDE_STEPS, came_in(B, A, 2, 100));
	heard_step(&h);
	ck_assert_uint_eq(heard_between(&h, 64500, 64501).bytes, 50 * BYTES);
	others_talk(STEP + SIDE_STEPS);
	heard_flow(&h, 1, STEP + SIDE_STEPS + 1, came_in(A, B, 1, 100));
	heard_step(&h);
	ck_assert_uint_eq(heard_between(&h, 64500, 64501).bytes, 100 * BYTES);
}
END_TEST

START_TEST(a_direction_that_a_switch_sends_no_more_counts_no_more)
{
	for (int egress = 0; egress < 2; egress++) {
		learn(100, 100);
		for (int i = 1; i < 2 * SIDE_SWITCH_STEPS; i++) {
			uint64_t whole = 100 * BYTES;

			if (egress)
				heard_flow(&h, 1, STEP + i,
					   went_out(A, B, 2, 100));
			else
				heard_flow(&h, 1, STEP + i,
					   came_in(A, B, 1, 100));
			heard_step(&h);
			ck_assert_uint_eq(heard_between(&h, 64500, 64501).bytes,
					  i > SIDE_SWITCH_STEPS ? whole
								: whole / 2);
		}
		heard_close(&h);
		heard_open(&h, "both");
	}
}
END_TEST

/* One port's sampler ends, the switch's goes on. */
START_TEST(a_side_that_lacks_too_much_counts_no_more)
{
	learn(100, 100);
	for (int i = 0; i < 80; i++)
		heard_flow(&h, 1, STEP + 1, came_in(A, B, 1, 100));
	others_talk(STEP + 1);
	heard_step(&h);
	ck_assert_uint_eq(heard_between(&h, 64500, 64501).bytes,
			  80 * 100 * BYTES);
	/* nor does it when it is back, for now */
	heard_flow(&h, 1, STEP + 2, went_out(A, B, 2, 100));
	heard_flow(&h, 1, STEP + 2, came_in(A, B, 1, 100));
	others_talk(STEP + 2);
	heard_step(&h);
	ck_assert_uint_eq(heard_between(&h, 64500, 64501).bytes, 100 * BYTES);
	ck_assert_uint_eq(heard_between(&h, 64500, 64501).samples, 1);
}
END_TEST

/* As a replay closes them whose totals alone are wanted. */
START_TEST(a_side_that_ended_within_steps_closed_as_one_does_not_count)
{
	for (int egress = 0; egress < 2; egress++) {
		learn(100, 100);
		for (int i = 1; i < 9; i++) {
			if (egress || i == 1)
				heard_flow(&h, 1, STEP + i,
					   went_out(A, B, 2, 100));
			if (!egress || i == 1)
				heard_flow(&h, 1, STEP + i,
					   came_in(A, B, 1, 100));
		}
		heard_steps_from(&h, STEP + 1);
		ck_assert_uint_eq(heard_between(&h, 64500, 64501).bytes,
				  8 * 100 * BYTES);
		heard_close(&h);
		heard_open(&h, "both");
	}
}
END_TEST

START_TEST(a_sender_that_is_sampled_in_part_counts_where_it_leaves)
{
	learn(100, 100);
	heard_flow(&h, 1, STEP + 1, came_in(A, B, 1, 100));
	for (int i = 0; i < 90; i++)
		heard_flow(&h, 1, STEP + 1, went_out(A, B, 2, 100));
	heard_step(&h);
	ck_assert_uint_eq(heard_between(&h, 64500, 64501).bytes,
			  90 * 100 * BYTES);
}
END_TEST

/* LOST is on a port that nobody said, and so is its peer. */
START_TEST(learned_ports_that_sample_what_goes_out_count_at_once)
{
	enum { PEER = 0x0b };

	for (int i = 0; i < 4; i++) {
		for (int k = 0; k < 5; k++) {
			heard_flow(&h, 1, STEP + i, went_out(A, PEER, 9, 100));
			heard_flow(&h, 1, STEP + i, went_out(PEER, A, 8, 100));
		}
		heard_step(&h);
		ck_assert_uint_eq(heard_between(&h, 64500, 64507).bytes,
				  500 * BYTES);
		ck_assert_uint_eq(heard_between(&h, 64507, 64500).bytes,
				  500 * BYTES);
	}
}
END_TEST

/* By the ingress sample the sender is nobody, by the egress one it is A. */
START_TEST(a_frame_by_a_wrong_port_counts_once)
{
	learn(100, 100);
	for (int i = 0; i < 10; i++) {
		heard_flow(&h, 1, STEP + 1, came_in(A, B, 3, 100));
		heard_flow(&h, 1, STEP + 1, went_out(A, B, 2, 100));
	}
	heard_step(&h);
	ck_assert_uint_eq(heard_between(&h, 64500, 64501).bytes +
			      heard_between(&h, 0, 64501).bytes,
			  1000 * BYTES);
	ck_assert_uint_eq(heard_between(&h, 0, 64501).bytes, 500 * BYTES);
}
END_TEST

/* Frames to a LAG go out by ports that none comes in by. */
START_TEST(a_port_without_senders_is_no_place_for_copies)
{
	learn(100, 100);
	heard_flow(&h, 1, STEP, went_out(A, B, 9, 100));
	heard_step(&h);
	heard_flow(&h, 1, STEP + 1, came_in(A, B, 1, 100));
	heard_flow(&h, 1, STEP + 1, came_in(A, B, 1, 100));
	heard_flow(&h, 1, STEP + 1, went_out(A, B, 2, 100));
	heard_flow(&h, 1, STEP + 1, went_out(A, B, 9, 100));
	heard_step(&h);
	ck_assert_uint_eq(heard_between(&h, 64500, 64501).bytes, 200 * BYTES);
	ck_assert_uint_eq(heard_between(&h, 64500, 64501).samples, 4);
}
END_TEST

START_TEST(what_is_flooded_counts_where_it_comes_in)
{
	learn(100, 100);
	heard_flow(&h, 1, STEP, came_in(C, A, 3, 100));
	heard_flow(&h, 1, STEP, went_out(A, C, 3, 100));
	heard_step(&h);
	/* a copy of what A sends to B, and a broadcast */
	heard_flow(&h, 1, STEP + 1, went_out(A, B, 3, 100));
	heard_flow(&h, 1, STEP + 1, went_out(A, STATION_BROADCAST, 2, 100));
	heard_step(&h);
	ck_assert_uint_eq(h.cell_count, 0);
	heard_flow(&h, 1, STEP + 1, came_in(A, STATION_BROADCAST, 1, 100));
	heard_step(&h);
	ck_assert_uint_eq(heard_between(&h, 64500, 0).bytes, 100 * BYTES);
}
END_TEST

START_TEST(a_sender_that_is_not_sampled_counts_where_it_leaves)
{
	learn(100, 100);
	for (int i = 1; i < 3; i++) {
		heard_flow(&h, 1, STEP + i, went_out(LOST, B, 2, 100));
		heard_step(&h);
		ck_assert_uint_eq(heard_between(&h, 64507, 64501).bytes,
				  100 * BYTES);
	}
}
END_TEST

START_TEST(a_sender_that_appears_is_not_doubled)
{
	learn(100, 100);
	heard_flow(&h, 1, STEP + 1, came_in(LOST, B, 9, 100));
	heard_flow(&h, 1, STEP + 1, went_out(LOST, B, 2, 100));
	heard_step(&h);
	ck_assert_uint_eq(heard_between(&h, 64507, 64501).bytes, 100 * BYTES);
	ck_assert_uint_eq(h.in.ledger.dropped[DROP_INGRESS_NOT_COUNTED], 1);
	heard_flow(&h, 1, STEP + 2, came_in(LOST, B, 9, 100));
	heard_flow(&h, 1, STEP + 2, went_out(LOST, B, 2, 100));
	heard_step(&h);
	ck_assert_uint_eq(heard_between(&h, 64507, 64501).bytes, 100 * BYTES);
}
END_TEST

START_TEST(who_sends_nothing_is_on_the_port_of_the_configuration)
{
	heard_flow(&h, 1, STEP, came_in(A, B, 1, 100));
	heard_flow(&h, 1, STEP, went_out(A, B, 2, 100));
	heard_step(&h);
	heard_flow(&h, 1, STEP + 1, came_in(A, B, 1, 100));
	heard_flow(&h, 1, STEP + 1, went_out(A, B, 2, 100));
	heard_step(&h);
	ck_assert_uint_eq(heard_between(&h, 64500, 64501).bytes, 100 * BYTES);
	ck_assert_uint_eq(heard_between(&h, 64500, 64501).samples, 2);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ the_first_step_counts_what_comes_in, 0 },
		{ then_each_side_counts_half, 0 },
		{ unequal_rates_weigh_by_the_others, 0 },
		{ a_side_that_is_first_seen_does_not_count_yet, 0 },
		{ a_side_that_is_not_seen_for_an_hour_counts_no_more, 0 },
		{ a_direction_that_a_switch_sends_no_more_counts_no_more, 0 },
		{ a_side_that_lacks_too_much_counts_no_more, 0 },
		{ a_side_that_ended_within_steps_closed_as_one_does_not_count,
		  0 },
		{ a_sender_that_is_sampled_in_part_counts_where_it_leaves, 0 },
		{ learned_ports_that_sample_what_goes_out_count_at_once, 0 },
		{ a_frame_by_a_wrong_port_counts_once, 0 },
		{ a_port_without_senders_is_no_place_for_copies, 0 },
		{ what_is_flooded_counts_where_it_comes_in, 0 },
		{ a_sender_that_is_not_sampled_counts_where_it_leaves, 0 },
		{ a_sender_that_appears_is_not_doubled, 0 },
		{ who_sends_nothing_is_on_the_port_of_the_configuration, 0 },
	};

	return unit_run_with("combine", setup, teardown, tests,
			     COUNT_OF(tests));
}
