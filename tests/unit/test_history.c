/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <math.h>

#include "store/history.h"
#include "util/err.h"

#define DAY INT64_C(1699920000) /* midnight, UTC */

static struct history h;

static void setup(void)
{
	history_init(&h, series_layout(SERIES_MEMBER));
}

static void teardown(void)
{
	history_fini(&h);
}

static int add(enum consolidation c, uint32_t row_s, int64_t start_s,
	       double value)
{
	const struct history_row row = { c, row_s, start_s };

	return history_add(&h, &row, 0, value);
}

static double mean_at(uint32_t row_s, int64_t start_s)
{
	const struct history_row row = { CONSOLIDATION_AVERAGE, row_s,
					 start_s };

	return history_exact(&h, &row, 0);
}

static struct history_piece piece(enum consolidation c, uint32_t row_s,
				  int64_t start_s)
{
	const struct history_row row = { c, row_s, start_s };

	return history_piece(&h, &row, 0);
}

static const struct {
	enum series_kind kind;
	uint32_t row_s;
	bool taken;
} lengths[] = {
	{ SERIES_MEMBER, 60, true },	  { SERIES_MEMBER, 300, true },
	{ SERIES_MEMBER, 1800, true },	  { SERIES_MEMBER, 86400, true },
	{ SERIES_MEMBER, 0, false },	  { SERIES_MEMBER, 30, false },
	{ SERIES_MEMBER, 90, false },	  { SERIES_MEMBER, 420, false },
	{ SERIES_MEMBER, 172800, false }, { SERIES_PAIR, 60, false },
	{ SERIES_PAIR, 300, true },	  { SERIES_PAIR, 7200, true },
};

START_TEST(rows_are_of_steps_and_divide_a_day)
{
	ck_assert_int_eq(
	    history_takes(series_layout(lengths[_i].kind), lengths[_i].row_s),
	    lengths[_i].taken);
}
END_TEST

START_TEST(nothing_is_known_of_nothing)
{
	ck_assert(!history_knows(&h));
	ck_assert_int_eq(add(CONSOLIDATION_AVERAGE, 300, DAY, (double)NAN), 0);
	ck_assert_int_eq(add(CONSOLIDATION_AVERAGE, 300, DAY, -1), 0);
	ck_assert_int_eq(add(CONSOLIDATION_AVERAGE, 300, DAY, (double)INFINITY),
			 0);
	ck_assert(!history_knows(&h));
	ck_assert_int_eq(history_start(&h), 0);
	ck_assert(isnan(mean_at(300, DAY)));
}
END_TEST

START_TEST(rows_may_come_in_any_order)
{
	ck_assert_int_eq(add(CONSOLIDATION_AVERAGE, 300, DAY + 600, 3), 0);
	ck_assert_int_eq(add(CONSOLIDATION_AVERAGE, 300, DAY, 1), 0);
	ck_assert_int_eq(add(CONSOLIDATION_AVERAGE, 300, DAY + 3000, 9), 0);
	ck_assert_int_eq(add(CONSOLIDATION_AVERAGE, 300, DAY + 300, 2), 0);
	for (int i = 0; i < 3; i++)
		ck_assert_double_eq(mean_at(300, DAY + 300 * i), i + 1);
	ck_assert(isnan(mean_at(300, DAY + 900)));
	ck_assert_double_eq(mean_at(300, DAY + 3000), 9);
	ck_assert_int_eq(history_start(&h), DAY);
	ck_assert_int_eq(history_end(&h), DAY + 3300);
}
END_TEST

START_TEST(what_comes_twice_is_added_up)
{
	ck_assert_int_eq(add(CONSOLIDATION_AVERAGE, 300, DAY, 1.5), 0);
	ck_assert_int_eq(add(CONSOLIDATION_AVERAGE, 300, DAY, 2), 0);
	ck_assert_double_eq(mean_at(300, DAY), 3.5);
}
END_TEST

START_TEST(zero_is_known_and_no_traffic)
{
	ck_assert_int_eq(add(CONSOLIDATION_AVERAGE, 300, DAY, 0), 0);
	ck_assert(history_knows(&h));
	ck_assert(!history_has_traffic(&h));
	ck_assert_int_eq(add(CONSOLIDATION_MAXIMUM, 300, DAY, 1), 0);
	ck_assert(history_has_traffic(&h));
}
END_TEST

START_TEST(the_longest_piece_that_fits_is_taken)
{
	ck_assert_int_eq(add(CONSOLIDATION_AVERAGE, 300, DAY, 1), 0);
	ck_assert_int_eq(add(CONSOLIDATION_AVERAGE, 1800, DAY, 2), 0);
	ck_assert_int_eq(add(CONSOLIDATION_AVERAGE, 7200, DAY, 3), 0);
	ck_assert_uint_eq(piece(CONSOLIDATION_AVERAGE, 3600, DAY).row_s, 1800);
	ck_assert_uint_eq(piece(CONSOLIDATION_AVERAGE, 1800, DAY).row_s, 300);
	ck_assert_uint_eq(piece(CONSOLIDATION_AVERAGE, 86400, DAY).row_s, 7200);
	ck_assert_uint_eq(piece(CONSOLIDATION_AVERAGE, 300, DAY).row_s, 0);
	ck_assert_uint_eq(piece(CONSOLIDATION_AVERAGE, 3600, DAY + 300).row_s,
			  0);
}
END_TEST

START_TEST(maxima_are_of_maxima_or_of_minutes)
{
	ck_assert_int_eq(add(CONSOLIDATION_AVERAGE, 300, DAY, 1), 0);
	ck_assert_uint_eq(piece(CONSOLIDATION_MAXIMUM, 3600, DAY).row_s, 0);
	ck_assert_int_eq(add(CONSOLIDATION_AVERAGE, 60, DAY, 7), 0);
	ck_assert_double_eq(piece(CONSOLIDATION_MAXIMUM, 3600, DAY).value, 7);
	ck_assert_int_eq(add(CONSOLIDATION_MAXIMUM, 300, DAY, 9), 0);
	ck_assert_double_eq(piece(CONSOLIDATION_MAXIMUM, 3600, DAY).value, 9);
}
END_TEST

START_TEST(what_is_forgotten_ends_before)
{
	for (int i = 0; i < 10; i++)
		ck_assert_int_eq(
		    add(CONSOLIDATION_AVERAGE, 300, DAY + 300 * i, i), 0);
	history_forget(&h, DAY + 700);
	ck_assert(isnan(mean_at(300, DAY + 300)));
	ck_assert_double_eq(mean_at(300, DAY + 600), 2);
	history_forget(&h, INT64_MAX);
	ck_assert(!history_knows(&h));
	ck_assert_uint_eq(history_bytes(&h), 0);
	ck_assert_int_eq(add(CONSOLIDATION_AVERAGE, 300, DAY, 5), 0);
	ck_assert_double_eq(mean_at(300, DAY), 5);
}
END_TEST

START_TEST(rows_that_lie_too_far_apart_are_refused)
{
	ck_assert_int_eq(add(CONSOLIDATION_AVERAGE, 60, 60, 1), 0);
	ck_assert_int_eq(add(CONSOLIDATION_AVERAGE, 60,
			     60 + INT64_C(60) * HISTORY_ROWS_MAX, 1),
			 ERR_RANGE);
}
END_TEST

START_TEST(histories_add_up)
{
	struct history other;

	history_init(&other, h.layout);
	ck_assert_int_eq(add(CONSOLIDATION_AVERAGE, 300, DAY, 1), 0);
	ck_assert_int_eq(add(CONSOLIDATION_AVERAGE, 300, DAY + 600, 1), 0);
	ck_assert_int_eq(history_add_all(&other, &h), 0);
	ck_assert_int_eq(add(CONSOLIDATION_AVERAGE, 300, DAY + 300, 4), 0);
	ck_assert_int_eq(history_add_all(&h, &other), 0);
	ck_assert_double_eq(mean_at(300, DAY), 2);
	ck_assert_double_eq(mean_at(300, DAY + 300), 4);
	history_fini(&other);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ rows_are_of_steps_and_divide_a_day, COUNT_OF(lengths) },
		{ nothing_is_known_of_nothing, 0 },
		{ rows_may_come_in_any_order, 0 },
		{ what_comes_twice_is_added_up, 0 },
		{ zero_is_known_and_no_traffic, 0 },
		{ the_longest_piece_that_fits_is_taken, 0 },
		{ maxima_are_of_maxima_or_of_minutes, 0 },
		{ what_is_forgotten_ends_before, 0 },
		{ rows_that_lie_too_far_apart_are_refused, 0 },
		{ histories_add_up, 0 },
	};

	return unit_run_with("history", setup, teardown, tests,
			     COUNT_OF(tests));
}
