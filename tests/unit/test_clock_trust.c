/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>

#include "collector/clock.h"
#include "collector/clock_trust.h"

enum { END = 1700000040, HOUR_S = 3600, MONTH_S = 30 * 86400 };

static struct clock_trust c;
static uint64_t jumps;

static void setup(void)
{
	clock_trust_init(&c, END);
	jumps = 0;
}

static void teardown(void)
{
}

static enum clock_trust_change step(int64_t start_s)
{
	return clock_trust_step(&c, start_s, false, jumps);
}

START_TEST(steps_that_follow_are_trusted)
{
	for (int i = 0; i < 20; i++)
		ck_assert_int_eq(step(END + i * STEP_S), CLOCK_TRUST_SAME);
	ck_assert(!c.odd);
}
END_TEST

START_TEST(a_short_outage_needs_no_confirmation)
{
	ck_assert_int_eq(step(END + 600), CLOCK_TRUST_SAME);
	ck_assert(!c.odd);
}
END_TEST

START_TEST(the_first_steps_ever_are_trusted)
{
	clock_trust_init(&c, -1);
	ck_assert_int_eq(step(END), CLOCK_TRUST_SAME);
	ck_assert(!c.odd);
}
END_TEST

START_TEST(a_synchronised_clock_is_right_after_any_outage)
{
	ck_assert_int_eq(clock_trust_step(&c, END + MONTH_S, true, jumps),
			 CLOCK_TRUST_SAME);
	ck_assert(!c.odd);
}
END_TEST

START_TEST(a_clock_far_ahead_is_odd_until_it_went_on_for_five_minutes)
{
	int64_t start = END + HOUR_S;

	ck_assert_int_eq(step(start), CLOCK_TRUST_LOST);
	for (int i = 1; i < 5; i++) {
		ck_assert_int_eq(step(start + i * STEP_S), CLOCK_TRUST_SAME);
		ck_assert(c.odd);
	}
	ck_assert_int_eq(step(start + 5 * STEP_S), CLOCK_TRUST_CONFIRMED);
	ck_assert(!c.odd);
	ck_assert_int_eq(step(start + 6 * STEP_S), CLOCK_TRUST_SAME);
}
END_TEST

START_TEST(parts_of_a_step_confirm_nothing)
{
	int64_t start = END + HOUR_S;

	ck_assert_int_eq(step(start), CLOCK_TRUST_LOST);
	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(step(start), CLOCK_TRUST_SAME);
	ck_assert(c.odd);
}
END_TEST

START_TEST(the_kernel_may_confirm_it_at_once)
{
	ck_assert_int_eq(step(END + HOUR_S), CLOCK_TRUST_LOST);
	ck_assert_int_eq(
	    clock_trust_step(&c, END + HOUR_S + STEP_S, true, jumps),
	    CLOCK_TRUST_CONFIRMED);
}
END_TEST

START_TEST(a_clock_that_comes_back_was_wrong)
{
	ck_assert_int_eq(step(END + MONTH_S), CLOCK_TRUST_LOST);
	ck_assert_int_eq(step(END + MONTH_S + STEP_S), CLOCK_TRUST_SAME);
	ck_assert_int_eq(step(END + 120), CLOCK_TRUST_REFUTED);
	ck_assert(!c.odd);
	ck_assert_int_eq(step(END + 180), CLOCK_TRUST_SAME);
}
END_TEST

START_TEST(a_silence_by_an_untouched_clock_is_one)
{
	ck_assert_int_eq(step(END), CLOCK_TRUST_SAME);
	ck_assert_int_eq(step(END + MONTH_S), CLOCK_TRUST_SAME);
	jumps++;
	ck_assert_int_eq(step(END + 2 * MONTH_S), CLOCK_TRUST_LOST);
}
END_TEST

START_TEST(a_clock_that_jumps_again_begins_its_trial_anew)
{
	ck_assert_int_eq(step(END + MONTH_S), CLOCK_TRUST_LOST);
	jumps++;
	ck_assert_int_eq(step(END + HOUR_S), CLOCK_TRUST_LOST);
	for (int i = 1; i < 5; i++)
		ck_assert_int_eq(step(END + HOUR_S + i * STEP_S),
				 CLOCK_TRUST_SAME);
	ck_assert_int_eq(step(END + HOUR_S + 5 * STEP_S),
			 CLOCK_TRUST_CONFIRMED);
}
END_TEST

START_TEST(a_clock_set_back_a_little_moves_no_end)
{
	ck_assert_int_eq(step(END - 300), CLOCK_TRUST_SAME);
	ck_assert_int_eq(c.end_s, END);
}
END_TEST

START_TEST(a_clock_that_was_ahead_is_found_out_after_an_hour)
{
	int64_t start = END - MONTH_S;

	for (int i = 0; i < 60; i++) {
		ck_assert_int_eq(step(start + i * STEP_S), CLOCK_TRUST_SAME);
		ck_assert_int_eq(c.end_s, END);
		ck_assert(clock_trust_is_odd(&c));
	}
	ck_assert_int_eq(step(start + HOUR_S), CLOCK_TRUST_WAS_AHEAD);
	ck_assert_int_eq(c.end_s, start + HOUR_S + STEP_S);
	ck_assert(!clock_trust_is_odd(&c));
	ck_assert_int_eq(step(start + HOUR_S + STEP_S), CLOCK_TRUST_SAME);
}
END_TEST

START_TEST(a_clock_that_starts_behind_and_is_then_set_right_changes_nothing)
{
	for (int i = 0; i < 20; i++)
		ck_assert_int_eq(step(END - MONTH_S + i * STEP_S),
				 CLOCK_TRUST_SAME);
	jumps++;
	ck_assert_int_eq(step(END + 300), CLOCK_TRUST_SAME);
	ck_assert(!clock_trust_is_odd(&c));
	ck_assert_int_eq(c.end_s, END + 300 + STEP_S);
}
END_TEST

START_TEST(from_far_ahead_to_far_behind_is_odd_still)
{
	ck_assert_int_eq(step(END + MONTH_S), CLOCK_TRUST_LOST);
	jumps++;
	ck_assert_int_eq(step(END - MONTH_S), CLOCK_TRUST_REFUTED);
	ck_assert(clock_trust_is_odd(&c));
	ck_assert_int_eq(clock_trust_step(&c, END - MONTH_S, true, jumps),
			 CLOCK_TRUST_WAS_AHEAD);
}
END_TEST

START_TEST(or_at_once_by_a_synchronised_clock)
{
	ck_assert_int_eq(clock_trust_step(&c, END - MONTH_S, true, jumps),
			 CLOCK_TRUST_WAS_AHEAD);
}
END_TEST

START_TEST(nothing_ages_by_a_clock_of_which_nobody_is_sure)
{
	ck_assert(!clock_trust_may_age(&c));
	for (int i = 0; i < 7 * 86400 / STEP_S; i++) {
		ck_assert_int_eq(step(END + i * STEP_S), CLOCK_TRUST_SAME);
		ck_assert_int_eq(clock_trust_may_age(&c),
				 i == 7 * 86400 / STEP_S - 1);
		ck_assert(!clock_trust_leapt(&c));
	}
}
END_TEST

START_TEST(a_synchronised_clock_is_sure_and_stays_so)
{
	(void)clock_trust_step(&c, END, true, jumps);
	ck_assert(clock_trust_may_age(&c));
	(void)step(END + STEP_S);
	ck_assert(clock_trust_may_age(&c));
}
END_TEST

START_TEST(nothing_ages_once_the_clock_leapt_and_was_believed)
{
	int64_t at = END + MONTH_S;

	(void)clock_trust_step(&c, END, true, jumps);
	jumps++;
	(void)step(at);
	ck_assert(!clock_trust_may_age(&c));
	while (step(at) != CLOCK_TRUST_CONFIRMED)
		at += STEP_S;
	ck_assert(!clock_trust_may_age(&c));
	ck_assert(clock_trust_leapt(&c));
	(void)step(at + STEP_S);
	ck_assert(clock_trust_leapt(&c));
	(void)clock_trust_step(&c, at + 2 * STEP_S, true, jumps);
	ck_assert(clock_trust_may_age(&c));
	ck_assert(!clock_trust_leapt(&c));
}
END_TEST

START_TEST(a_clock_that_leapt_and_came_back_is_no_more_in_doubt)
{
	int64_t at = END + MONTH_S;

	(void)step(END);
	jumps++;
	while (step(at) != CLOCK_TRUST_CONFIRMED)
		at += STEP_S;
	jumps++;
	ck_assert_int_eq(clock_trust_step(&c, END + STEP_S, true, jumps),
			 CLOCK_TRUST_WAS_AHEAD);
	ck_assert(clock_trust_may_age(&c));
	ck_assert(!clock_trust_leapt(&c));
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ steps_that_follow_are_trusted, 0 },
		{ a_short_outage_needs_no_confirmation, 0 },
		{ the_first_steps_ever_are_trusted, 0 },
		{ a_synchronised_clock_is_right_after_any_outage, 0 },
		{ a_clock_far_ahead_is_odd_until_it_went_on_for_five_minutes,
		  0 },
		{ parts_of_a_step_confirm_nothing, 0 },
		{ the_kernel_may_confirm_it_at_once, 0 },
		{ a_clock_that_comes_back_was_wrong, 0 },
		{ a_silence_by_an_untouched_clock_is_one, 0 },
		{ a_clock_that_jumps_again_begins_its_trial_anew, 0 },
		{ a_clock_set_back_a_little_moves_no_end, 0 },
		{ a_clock_that_was_ahead_is_found_out_after_an_hour, 0 },
		{ a_clock_that_starts_behind_and_is_then_set_right_changes_nothing,
		  0 },
		{ from_far_ahead_to_far_behind_is_odd_still, 0 },
		{ or_at_once_by_a_synchronised_clock, 0 },
		{ nothing_ages_by_a_clock_of_which_nobody_is_sure, 0 },
		{ a_synchronised_clock_is_sure_and_stays_so, 0 },
		{ nothing_ages_once_the_clock_leapt_and_was_believed, 0 },
		{ a_clock_that_leapt_and_came_back_is_no_more_in_doubt, 0 },
	};

	return unit_run_with("clock_trust", setup, teardown, tests,
			     COUNT_OF(tests));
}
