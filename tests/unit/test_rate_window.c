/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>

#include "collector/rate_window.h"

enum { STEP = 28333334, AGENT = 0 };

static struct rate_window w;

static void setup(void)
{
	w = (struct rate_window){ 0 };
}

static void teardown(void)
{
}

/* Samples of these numbers, in this order. */
static void hear(int64_t step, uint32_t first, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		rate_window_sample(&w, step, AGENT, first + i);
}

static void check(int64_t step, uint64_t taken, uint64_t received)
{
	struct rate_sum sum = rate_window_sum(&w, step);

	ck_assert_uint_eq(sum.taken, taken);
	ck_assert_uint_eq(sum.received, received);
}

START_TEST(nothing_is_missing_where_the_numbers_follow)
{
	hear(STEP, 77, 500);
	check(STEP, 500, 500);
}
END_TEST

START_TEST(a_gap_is_what_is_missing)
{
	hear(STEP, 1, 10);
	hear(STEP, 16, 5);
	check(STEP, 20, 15);
}
END_TEST

START_TEST(numbers_wrap)
{
	hear(STEP, UINT32_MAX - 4, 10);
	hear(STEP, 10, 1);
	check(STEP, 16, 11);
}
END_TEST

START_TEST(what_was_overtaken_is_not_missing)
{
	hear(STEP, 1, 10);
	hear(STEP, 13, 1);
	hear(STEP, 11, 2);
	check(STEP, 13, 13);
}
END_TEST

START_TEST(a_source_that_begins_anew_lost_nothing)
{
	hear(STEP, 5000000, 10);
	hear(STEP, 1, 10);
	check(STEP, 20, 20);
}
END_TEST

START_TEST(a_gap_that_cannot_be_is_none)
{
	hear(STEP, 1, 10);
	hear(STEP, 3000000000u, 10);
	check(STEP, 20, 20);
}
END_TEST

START_TEST(sub_agents_count_for_themselves)
{
	for (uint32_t i = 0; i < 10; i++) {
		rate_window_sample(&w, STEP, 1, 100 + i);
		rate_window_sample(&w, STEP, 2, 600 + i);
		rate_window_sample(&w, STEP, 3, i * 50);
	}
	check(STEP, 30, 30);
}
END_TEST

START_TEST(few_samples_are_looked_at_for_longer)
{
	for (int i = 0; i < RATE_WINDOW_STEPS + 4; i++)
		hear(STEP + i, (uint32_t)i * 20, 10);
	/* ten of each twenty; of the last ten nothing is known yet, and half of
	 * the first gap is of the step before */
	check(STEP + RATE_WINDOW_STEPS + 3, RATE_WINDOW_STEPS * 20 - 5,
	      RATE_WINDOW_STEPS * 10);
}
END_TEST

/* What a step before lost is not made up for in one that lost nothing. */
START_TEST(many_samples_are_of_the_step_alone)
{
	hear(STEP, 0, 250);
	hear(STEP, 750, 250);
	check(STEP, 1000, 500);
	hear(STEP + 1, 1000, 500);
	check(STEP + 1, 500, 500);
}
END_TEST

START_TEST(a_gap_is_of_all_the_steps_that_it_spans)
{
	hear(STEP, 0, 500);
	hear(STEP + 1, 900, 500);
	ck_assert_uint_eq(rate_window_of(&w, STEP + 1, 1).taken, 700);
	ck_assert_uint_eq(rate_window_of(&w, STEP + 1, 2).taken, 1400);
}
END_TEST

START_TEST(a_jump_is_no_loss_unless_it_fits_the_time)
{
	hear(STEP, 0, 10);
	hear(STEP, 140, 10); /* 131 taken: 50 and four times 10 at most */
	check(STEP, 20, 20);
	hear(STEP, 199, 1);
	check(STEP, 70, 21);
}
END_TEST

START_TEST(a_longer_time_explains_a_larger_gap)
{
	hear(STEP, 0, 100);
	hear(STEP + 1, 600, 1); /* 501 taken in two steps of 100 usually */
	ck_assert_uint_eq(rate_window_of(&w, STEP + 1, 2).taken, 601);
	setup();
	hear(STEP, 0, 100);
	hear(STEP, 600, 1);
	ck_assert_uint_eq(rate_window_of(&w, STEP, 1).taken, 101);
}
END_TEST

START_TEST(what_came_before_a_silence_is_forgotten)
{
	hear(STEP, 1, 100);
	check(STEP + RATE_WINDOW_STEPS, 0, 0);
	hear(STEP + 1000, 101, 5);
	check(STEP + 1000, 5, 5);
}
END_TEST

/* Of the time in between nothing is counted, so nothing is made up for. */
START_TEST(numbers_begin_anew_after_a_silence)
{
	hear(STEP, 1, 10);
	hear(STEP + 2, 31, 10); /* one step without a sample */
	check(STEP + 2, 40, 20);
	hear(STEP + 5, 641, 10);
	check(STEP + 5, 50, 30);
}
END_TEST

START_TEST(several_sequences_under_one_source_tell_nothing)
{
	for (uint32_t i = 0; i < 50; i++) {
		hear(STEP, 100 + i, 1);
		hear(STEP, 2100 + i, 1);
	}
	check(STEP, 100, 100);
}
END_TEST

START_TEST(drops_are_summed)
{
	rate_window_dropped(&w, STEP, 3);
	rate_window_dropped(&w, STEP + 1, 4);
	ck_assert_uint_eq(rate_window_sum(&w, STEP + 1).dropped, 7);
	ck_assert_uint_eq(rate_window_of(&w, STEP + 1, 1).dropped, 4);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ nothing_is_missing_where_the_numbers_follow, 0 },
		{ a_gap_is_what_is_missing, 0 },
		{ numbers_wrap, 0 },
		{ what_was_overtaken_is_not_missing, 0 },
		{ a_source_that_begins_anew_lost_nothing, 0 },
		{ a_gap_that_cannot_be_is_none, 0 },
		{ sub_agents_count_for_themselves, 0 },
		{ few_samples_are_looked_at_for_longer, 0 },
		{ many_samples_are_of_the_step_alone, 0 },
		{ a_gap_is_of_all_the_steps_that_it_spans, 0 },
		{ a_jump_is_no_loss_unless_it_fits_the_time, 0 },
		{ a_longer_time_explains_a_larger_gap, 0 },
		{ what_came_before_a_silence_is_forgotten, 0 },
		{ numbers_begin_anew_after_a_silence, 0 },
		{ several_sequences_under_one_source_tell_nothing, 0 },
		{ drops_are_summed, 0 },
	};

	return unit_run_with("rate_window", setup, teardown, tests,
			     COUNT_OF(tests));
}
