/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>

#include "collector/coverage.h"
#include "store/rrd_write.h"
#include "support/stored_rows.h"
#include "support/tempdir.h"

enum {
	FIRST = STORED_START / SERIES_PAIR_STEP_S,
	MINUTES = SERIES_PAIR_STEP_S / SERIES_STEP_S,
	MEMBER = 3, /* its number */
};

static char *dir;
static struct coverage c;

static void setup(void)
{
	dir = tempdir_new();
	c = (struct coverage){ 0 };
}

static void teardown(void)
{
	coverage_fini(&c);
	tempdir_remove(dir);
}

static void note(int64_t step, bool seen)
{
	coverage_step(&c, FIRST + step);
	if (seen)
		ck_assert_int_eq(coverage_note(&c, MEMBER, FIRST + step), 0);
}

static bool seen(int64_t step)
{
	const struct coverage_range range = { dir, 64500, MEMBER, FIRST + step,
					      1 };
	bool answer = false;

	ck_assert_int_eq(coverage_of(&c, &range, &answer), 0);
	return answer;
}

/* What an earlier process stored: the member was observed in [from, to). */
static void store(int64_t from, int64_t to)
{
	const struct series s = { .kind = SERIES_MEMBER, .asn = 64500 };
	const double rate = 1;

	for (int64_t i = from * MINUTES; i < to * MINUTES; i++)
		ck_assert_uint_eq(stored_write(dir, &s,
					       STORED_START + i * SERIES_STEP_S,
					       &rate, 1),
				  0);
}

START_TEST(a_step_is_seen_if_it_was_noted)
{
	note(0, true);
	note(1, false);
	note(2, true);
	ck_assert(seen(0));
	ck_assert(!seen(1));
	ck_assert(seen(2));
	ck_assert(!seen(3));
}
END_TEST

START_TEST(steps_that_were_left_out_are_not_seen)
{
	for (int64_t i = 0; i < COVERAGE_STEPS; i++)
		note(i, true);
	note(COVERAGE_STEPS + 99, true);
	ck_assert(seen(COVERAGE_STEPS - 1));
	for (int64_t i = COVERAGE_STEPS; i < COVERAGE_STEPS + 99; i++)
		ck_assert(!seen(i));
	ck_assert(seen(COVERAGE_STEPS + 99));
}
END_TEST

START_TEST(steps_of_an_earlier_process_are_in_the_file)
{
	store(0, 5);
	store(7, 9);
	note(9, true);
	for (int64_t i = 0; i < 10; i++)
		ck_assert_int_eq(seen(i), i < 5 || i >= 7);
}
END_TEST

START_TEST(steps_older_than_two_days_are_in_the_file)
{
	store(0, 3);
	for (int64_t i = 3; i < 1000; i++)
		note(i, false);
	for (int64_t i = 0; i < 6; i++)
		ck_assert_int_eq(seen(i), i < 3);
}
END_TEST

START_TEST(a_range_may_reach_over_both)
{
	const struct coverage_range range = { dir, 64500, MEMBER, FIRST, 700 };
	bool answers[700];

	store(0, 10);
	for (int64_t i = 10; i < 700; i++)
		note(i, i % 2 == 0);
	ck_assert_int_eq(coverage_of(&c, &range, answers), 0);
	for (int64_t i = 0; i < 10; i++)
		ck_assert(answers[i]);
	for (int64_t i = 700 - COVERAGE_STEPS; i < 700; i++)
		ck_assert_int_eq(answers[i], i % 2 == 0);
}
END_TEST

START_TEST(a_step_that_comes_again_forgets_nothing)
{
	note(0, true);
	note(1, true);
	coverage_step(&c, FIRST);
	ck_assert(seen(0));
	ck_assert(seen(1));
}
END_TEST

START_TEST(whoever_has_no_file_was_not_seen)
{
	note(10, true);
	ck_assert(!seen(5));
	ck_assert(!seen(-1000));
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_step_is_seen_if_it_was_noted, 0 },
		{ steps_that_were_left_out_are_not_seen, 0 },
		{ steps_of_an_earlier_process_are_in_the_file, 0 },
		{ steps_older_than_two_days_are_in_the_file, 0 },
		{ a_range_may_reach_over_both, 0 },
		{ a_step_that_comes_again_forgets_nothing, 0 },
		{ whoever_has_no_file_was_not_seen, 0 },
	};

	return unit_run_with("coverage", setup, teardown, tests,
			     COUNT_OF(tests));
}
