/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/statistics.h"

#include <math.h>
#include <stdint.h>

#include "support/unit.h"

static uint32_t next_random(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)(*state >> 33);
}

/* The definition, word by word: the smallest of the known values that at
 * least 95 of 100 of them do not exceed. */
static double by_definition(const double *values, size_t count)
{
	double best = NAN;
	size_t known = 0;

	for (size_t i = 0; i < count; i++) {
		if (isfinite(values[i]))
			known++;
	}
	for (size_t i = 0; i < count; i++) {
		size_t below = 0;

		if (!isfinite(values[i]))
			continue;
		for (size_t j = 0; j < count; j++) {
			if (isfinite(values[j]) && values[j] <= values[i])
				below++;
		}
		if (below * 100 >= known * 95 &&
		    (isnan(best) || values[i] < best))
			best = values[i];
	}
	return best;
}

/* So many ascending values, and which of them (from 1) is the percentile. */
static const struct {
	size_t count;
	double place;
} places[] = {
	{ 1, 1 },   { 2, 2 },	{ 19, 19 },  { 20, 19 },     { 21, 20 },
	{ 40, 38 }, { 41, 39 }, { 100, 95 }, { 8928, 8482 },
};

START_TEST(the_percentile_is_the_nearest_rank)
{
	double *values = calloc(places[_i].count, sizeof(*values));
	struct statistics s;

	for (size_t i = 0; i < places[_i].count; i++)
		values[i] = (double)(places[_i].count - i); /* descending */
	ck_assert_int_eq(statistics_of(&s, values, places[_i].count, 300), 0);
	ck_assert_double_eq(s.p95, places[_i].place);
	free(values);
}
END_TEST

START_TEST(every_figure_equals_brute_force)
{
	enum { MOST = 400 };
	double values[MOST];
	uint64_t state = (uint64_t)_i + 1;
	size_t count = 1 + next_random(&state) % MOST;
	struct statistics s;
	double maximum = NAN;
	double sum = 0;
	size_t known = 0;

	for (size_t i = 0; i < count; i++) {
		values[i] = next_random(&state) % 1000;
		if (next_random(&state) % 5 == 0) {
			values[i] = NAN;
			continue;
		}
		known++;
		sum += values[i];
		maximum = fmax(maximum, values[i]);
	}
	ck_assert_int_eq(statistics_of(&s, values, count, 60), 0);
	ck_assert_uint_eq(s.rows, count);
	ck_assert_uint_eq(s.known, known);
	if (known == 0)
		return;
	ck_assert_double_eq(s.p95, by_definition(values, count));
	ck_assert_double_eq(s.maximum, maximum);
	ck_assert_double_eq(values[s.maximum_at], maximum);
	ck_assert_double_eq_tol(s.average, sum / (double)known, 1e-9);
	ck_assert_double_eq_tol(s.total, sum * 60, 1e-6);
}
END_TEST

/* Shapes that a careless selection is slow or wrong on. */
START_TEST(order_and_repetition_change_nothing)
{
	enum { N = 2000 };
	double values[N];
	struct statistics s;

	for (size_t i = 0; i < N; i++) {
		double shapes[] = { 5,
				    (double)i,
				    (double)(N - i),
				    (double)(i % 2),
				    (double)(i < N / 2),
				    (double)(i < N / 2 ? i : N - i),
				    i == 7 ? 1 : 0 };

		values[i] = shapes[_i];
	}
	ck_assert_int_eq(statistics_of(&s, values, N, 300), 0);
	ck_assert_double_eq(s.p95, by_definition(values, N));
}
END_TEST

START_TEST(unknown_rows_are_left_out_not_zero)
{
	const double values[] = { NAN, 10, NAN, 20, INFINITY };
	struct statistics s;

	ck_assert_int_eq(statistics_of(&s, values, COUNT_OF(values), 300), 0);
	ck_assert_uint_eq(s.known, 2);
	ck_assert_double_eq(s.average, 15);
	ck_assert_double_eq(s.total, 9000);
}
END_TEST

START_TEST(nothing_known_gives_nothing)
{
	const double values[] = { NAN, NAN };
	struct statistics s;

	for (size_t count = 0; count <= COUNT_OF(values); count++) {
		ck_assert_int_eq(statistics_of(&s, values, count, 300), 0);
		ck_assert_uint_eq(s.known, 0);
		ck_assert_double_nan(s.average);
		ck_assert_double_nan(s.maximum);
		ck_assert_double_nan(s.p95);
		ck_assert_double_nan(s.total);
	}
}
END_TEST

START_TEST(the_first_of_equal_maxima_counts)
{
	const double values[] = { 1, 7, 7, 2 };
	struct statistics s;

	ck_assert_int_eq(statistics_of(&s, values, COUNT_OF(values), 300), 0);
	ck_assert_uint_eq(s.maximum_at, 1);
}
END_TEST

START_TEST(the_interval_adds_variances_over_seconds)
{
	const double variance[] = { 100, NAN, 300 };

	ck_assert_double_eq_tol(statistics_ci95(variance, 3, 60),
				1.96 * sqrt(400 * 60), 1e-9);
	ck_assert_double_eq(statistics_ci95(variance, 0, 60), 0);
}
END_TEST

START_TEST(the_interval_of_a_mean_shrinks_with_its_rows)
{
	const double values[] = { 10, NAN, 30, 20 };
	const double variance[] = { 100, 900, 300, 200 };
	double one = statistics_ci95_mean(values, variance, 1, 60);

	ck_assert_double_eq_tol(one, 1.96 * sqrt(100 * 60) / 60, 1e-9);
	ck_assert_double_eq_tol(statistics_ci95_mean(values, variance, 4, 60),
				1.96 * sqrt(600 * 60) / 180, 1e-9);
	/* A total's, over its seconds. */
	ck_assert_double_eq_tol(one * 60, statistics_ci95(variance, 1, 60),
				1e-9);
}
END_TEST

START_TEST(an_interval_is_of_known_rows_that_have_a_variance)
{
	const double values[] = { NAN, 10, 20 };
	const double variance[] = { 100, 100, NAN };

	ck_assert_double_nan(statistics_ci95_mean(values, variance, 0, 60));
	ck_assert_double_nan(statistics_ci95_mean(values, variance, 1, 60));
	ck_assert(isfinite(statistics_ci95_mean(values, variance, 2, 60)));
	ck_assert_double_nan(statistics_ci95_mean(values, variance, 3, 60));
}
END_TEST

START_TEST(a_row_in_part_stands_for_its_own_seconds)
{
	static const double values[] = { NAN, 10, 40 };
	static const double seconds[] = { 60, 60, 15 };
	struct statistics s;

	ck_assert_int_eq(statistics_of(&s, values, COUNT_OF(values), 60), 0);
	statistics_cover(&s, values, seconds);
	ck_assert_double_eq(s.total, 10 * 60 + 40 * 15);
	ck_assert_double_eq(s.average, 16);
	ck_assert_double_eq(s.maximum, 40);
	ck_assert_double_eq_tol(statistics_ci95_covered(values, 3, seconds),
				1.96 * sqrt(1200), 1e-9);
	ck_assert_int_eq(statistics_of(&s, values, 1, 60), 0);
	statistics_cover(&s, values, seconds);
	ck_assert_double_nan(s.total);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ the_percentile_is_the_nearest_rank, COUNT_OF(places) },
		{ every_figure_equals_brute_force, 60 },
		{ order_and_repetition_change_nothing, 7 },
		{ unknown_rows_are_left_out_not_zero, 0 },
		{ nothing_known_gives_nothing, 0 },
		{ the_first_of_equal_maxima_counts, 0 },
		{ the_interval_adds_variances_over_seconds, 0 },
		{ the_interval_of_a_mean_shrinks_with_its_rows, 0 },
		{ an_interval_is_of_known_rows_that_have_a_variance, 0 },
		{ a_row_in_part_stands_for_its_own_seconds, 0 },
	};

	return unit_run("statistics", tests, COUNT_OF(tests));
}
