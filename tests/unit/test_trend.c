/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <math.h>
#include <stdint.h>

#include "support/made_records.h"
#include "web/trend.h"

enum { DAYS = 84 };

static double values[TREND_DAYS_MAX];

static void line(size_t count, double level, double slope)
{
	for (size_t i = 0; i < count; i++)
		values[i] = level + slope * (double)i;
}

static struct trend trend(size_t count)
{
	struct trend t;

	ck_assert_int_eq(trend_of(&t, values, count), 0);
	return t;
}

START_TEST(a_line_is_found_exactly)
{
	struct trend t;

	line(DAYS, 1000, 4);
	t = trend(DAYS);
	ck_assert_uint_eq(t.days, DAYS);
	ck_assert_double_eq(t.slope, 4);
	ck_assert_double_eq(t.slope_low, 4);
	ck_assert_double_eq(t.slope_high, 4);
	ck_assert_double_eq(t.level, 1000 + 4 * (DAYS - 1));
}
END_TEST

/* Every fifth day is wild, high and low, and some are not known. */
START_TEST(wild_and_missing_days_do_not_move_it)
{
	struct trend t;
	size_t unknown = 0;

	line(DAYS, 1000, 4);
	for (size_t i = 0; i < DAYS; i += 5)
		values[i] = i % 2 ? 0 : 1e6;
	for (size_t i = 3; i < DAYS; i += 11) {
		values[i] = NAN;
		unknown++;
	}
	values[DAYS - 1] = NAN;
	t = trend(DAYS);
	ck_assert_uint_eq(t.days, DAYS - unknown - 1);
	ck_assert_double_eq_tol(t.slope, 4, 1e-9);
	ck_assert_double_eq_tol(t.level, 1000 + 4 * (DAYS - 2), 1e-9);
	ck_assert_double_le(t.slope_low, 4);
	ck_assert_double_ge(t.slope_high, 4);
}
END_TEST

START_TEST(four_weeks_are_needed)
{
	struct trend t;

	line(DAYS, 1000, 4);
	t = trend(TREND_DAYS_LEAST - 1);
	ck_assert_uint_eq(t.days, TREND_DAYS_LEAST - 1);
	ck_assert_int_eq(trend_reaches(&t, 2000).kind, FORECAST_UNKNOWN);
	t = trend(TREND_DAYS_LEAST);
	ck_assert_int_eq(trend_reaches(&t, 2000).kind, FORECAST_AT);
	ck_assert_int_eq(trend_reaches(&t, 0).kind, FORECAST_UNKNOWN);
	ck_assert_int_eq(trend_reaches(&t, (double)NAN).kind, FORECAST_UNKNOWN);
}
END_TEST

START_TEST(the_limit_is_reached_when_the_line_is_there)
{
	struct forecast f;
	struct trend t;

	line(DAYS, 1000, 4);
	t = trend(DAYS);
	f = trend_reaches(&t, t.level + 400);
	ck_assert_int_eq(f.kind, FORECAST_AT);
	ck_assert_double_eq_tol(f.days, 100, 1e-9);
	ck_assert_double_eq_tol(f.days_early, 100, 1e-9);
	ck_assert_double_eq_tol(f.days_late, 100, 1e-9);
	ck_assert_int_eq(trend_reaches(&t, t.level).kind, FORECAST_NOW);
	ck_assert_int_eq(trend_reaches(&t, 1e6).kind, FORECAST_FAR);
	line(DAYS, 1000, 0);
	t = trend(DAYS);
	ck_assert_int_eq(trend_reaches(&t, 2000).kind, FORECAST_NO_GROWTH);
	line(DAYS, 1000, -4);
	t = trend(DAYS);
	ck_assert_int_eq(trend_reaches(&t, 2000).kind, FORECAST_NO_GROWTH);
}
END_TEST

/* A number of mean 0 and about the spread of 1: twelve dice. */
static double noise(uint64_t *seed)
{
	double sum = -6;

	for (int i = 0; i < 12; i++)
		sum += (double)(made_number(seed) % 100000) / 100000;
	return sum;
}

/* Of 400 noisy lines the interval holds the slope in 95 of 100, within three
 * deviations of that; and noise alone is growth in one of forty. */
START_TEST(the_interval_holds_what_it_says)
{
	enum { LINES = 400 };
	uint64_t seed = 5;
	int held = 0;
	int grown = 0;

	for (int i = 0; i < LINES; i++) {
		struct trend t;

		for (size_t day = 0; day < DAYS; day++)
			values[day] =
			    1000 + 2 * (double)day + 100 * noise(&seed);
		t = trend(DAYS);
		held += t.slope_low <= 2 && 2 <= t.slope_high;
		for (size_t day = 0; day < DAYS; day++)
			values[day] -= 2 * (double)day;
		t = trend(DAYS);
		grown += trend_reaches(&t, 1e4).kind != FORECAST_NO_GROWTH;
	}
	ck_assert_int_ge(held, 367);
	ck_assert_int_le(held, 393);
	ck_assert_int_le(grown, 20);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_line_is_found_exactly, 0 },
		{ wild_and_missing_days_do_not_move_it, 0 },
		{ four_weeks_are_needed, 0 },
		{ the_limit_is_reached_when_the_line_is_there, 0 },
		{ the_interval_holds_what_it_says, 0 },
	};

	return unit_run("trend", tests, COUNT_OF(tests));
}
