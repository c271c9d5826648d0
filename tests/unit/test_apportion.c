/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ixp/apportion.h"

#include <math.h>
#include <stdbool.h>

#include "support/unit.h"
#include "util/err.h"

enum { PARTS_MAX = 64, ROUNDS = 20000 };

static const struct {
	const char *rule;
	uint64_t total;
	size_t count;
	double weights[4];
	uint64_t parts[4];
} cases[] = {
	{ "one part is all", 17, 1, { 0.1 }, { 17 } },
	{ "what divides is divided", 10, 2, { 2, 3 }, { 4, 6 } },
	{ "equal remainders: the first", 10, 3, { 1, 1, 1 }, { 4, 3, 3 } },
	{ "two of them", 11, 3, { 1, 1, 1 }, { 4, 4, 3 } },
	{ "the largest remainder, wherever it is",
	  10,
	  3,
	  { 1.24, 3.35, 5.41 },
	  { 1, 3, 6 } },
	{ "the largest before the first",
	  3,
	  3,
	  { 0.9, 0.95, 1.15 },
	  { 1, 1, 1 } },
	{ "no weight, no part", 5, 3, { 0, 2, 0 }, { 0, 5, 0 } },
	{ "not even of the rest", 1, 3, { 0, 1, 1 }, { 0, 1, 0 } },
	{ "nothing is nothing for all", 0, 2, { 1, 2 }, { 0, 0 } },
	{ "the largest number there is",
	  UINT64_MAX,
	  2,
	  { 1, 1 },
	  { (uint64_t)1 << 63, ((uint64_t)1 << 63) - 1 } },
	{ "all of it", UINT64_MAX, 2, { 5, 0 }, { UINT64_MAX, 0 } },
	{ "by thirds of it",
	  UINT64_MAX,
	  3,
	  { 1e300, 1e300, 1e300 },
	  { UINT64_MAX / 3, UINT64_MAX / 3, UINT64_MAX / 3 } },
	{ "small weights as well",
	  9,
	  3,
	  { 1e-310, 1e-310, 1e-310 },
	  { 3, 3, 3 } },
	{ "beside the very largest nothing is left",
	  1000,
	  2,
	  { 1e300, 1 },
	  { 1000, 0 } },
};

START_TEST(a_total_is_divided_in_proportion)
{
	uint64_t parts[4] = { 0 };

	ck_assert_int_eq(apportion(parts, cases[_i].total, cases[_i].weights,
				   cases[_i].count),
			 0);
	for (size_t i = 0; i < 4; i++)
		ck_assert_msg(parts[i] == cases[_i].parts[i],
			      "%s: part %zu is %llu", cases[_i].rule, i,
			      (unsigned long long)parts[i]);
}
END_TEST

static const struct {
	const char *rule;
	size_t count;
	double weights[3];
} refused[] = {
	{ "no weights", 0, { 0 } },
	{ "nothing but zeros", 3, { 0, 0, 0 } },
	{ "a negative weight", 2, { 1, -1 } },
	{ "a negative weight at first", 2, { -1, 1 } },
	{ "not a number", 3, { 1, NAN, 1 } },
	{ "without end", 2, { INFINITY, 1 } },
};

START_TEST(what_is_no_proportion_is_refused)
{
	uint64_t parts[3] = { 7, 7, 7 };

	ck_assert_msg(apportion(parts, 10, refused[_i].weights,
				refused[_i].count) == ERR_RANGE,
		      "%s", refused[_i].rule);
	for (size_t i = 0; i < 3; i++)
		ck_assert_uint_eq(parts[i], 7);
}
END_TEST

static uint64_t state = 1;

static uint64_t draw(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state * UINT64_C(0x2545f4914f6cdd1d);
}

/* Amounts of all sizes, some of them nothing, some of them alike. */
static size_t draw_weights(double *weights)
{
	size_t count = 1 + draw() % PARTS_MAX;
	int spread = 1 + (int)(draw() % 40);

	for (size_t i = 0; i < count; i++) {
		uint64_t kind = draw() % 8;

		weights[i] = ldexp((double)(draw() >> 11),
				   -(int)(draw() % (unsigned)spread));
		if (kind == 0)
			weights[i] = 0;
		if (kind == 1 && i > 0)
			weights[i] = weights[i - 1];
	}
	weights[draw() % count] = 1 + (double)(draw() >> 20);
	return count;
}

static void check_parts(const uint64_t *parts, uint64_t total,
			const double *weights, size_t count)
{
	/* Weights are cut at 2^-63 of the largest. */
	long double most = 1 + (long double)total * count * 0x1p-62L;
	long double all = 0;
	uint64_t sum = 0;
	bool sound = true;

	for (size_t i = 0; i < count; i++)
		all += weights[i];
	for (size_t i = 0; i < count; i++) {
		long double quota = (long double)total * weights[i] / all;

		sound = sound && !(fabsl((long double)parts[i] - quota) > most);
		sound = sound && (weights[i] > 0 || parts[i] == 0);
		sound = sound && !__builtin_add_overflow(sum, parts[i], &sum);
	}
	ck_assert(sound);
	ck_assert_uint_eq(sum, total);
}

/* A larger weight has no smaller part. */
static void check_order(const uint64_t *parts, const double *weights,
			size_t count)
{
	bool kept = true;

	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < count; j++)
			kept = kept && (weights[i] <= weights[j] ||
					parts[i] >= parts[j]);
	}
	ck_assert(kept);
}

START_TEST(the_parts_of_anything_add_up)
{
	double weights[PARTS_MAX];
	uint64_t parts[PARTS_MAX];

	for (int round = 0; round < ROUNDS; round++) {
		size_t count = draw_weights(weights);
		uint64_t total = draw() >> draw() % 64;

		ck_assert_int_eq(apportion(parts, total, weights, count), 0);
		check_parts(parts, total, weights, count);
		check_order(parts, weights, count);
	}
}
END_TEST

START_TEST(an_odd_number_of_parts_up_to_the_last_byte)
{
	enum { COUNT = 100000 };
	double *weights = calloc(COUNT, sizeof(*weights));
	uint64_t *parts = calloc(COUNT, sizeof(*parts));

	ck_assert(weights && parts);
	for (size_t i = 0; i < COUNT; i++)
		weights[i] = (double)(draw() >> 12);
	ck_assert_int_eq(apportion(parts, UINT64_MAX, weights, COUNT), 0);
	check_parts(parts, UINT64_MAX, weights, COUNT);
	free(weights);
	free(parts);
}
END_TEST

START_TEST(a_table_by_rows_and_then_by_columns_adds_up_both_ways)
{
	double rows[8];
	double columns[8][3];
	uint64_t sums[8];
	uint64_t all = 0;

	for (size_t i = 0; i < 8; i++) {
		rows[i] = 0;
		for (size_t j = 0; j < 3; j++)
			rows[i] += columns[i][j] = (double)(draw() >> 20);
	}
	ck_assert_int_eq(apportion(sums, 123456789123, rows, 8), 0);
	for (size_t i = 0; i < 8; i++) {
		uint64_t parts[3];

		ck_assert_int_eq(apportion(parts, sums[i], columns[i], 3), 0);
		all += parts[0] + parts[1] + parts[2];
	}
	ck_assert_uint_eq(all, 123456789123);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_total_is_divided_in_proportion, COUNT_OF(cases) },
		{ what_is_no_proportion_is_refused, COUNT_OF(refused) },
		{ the_parts_of_anything_add_up, 0 },
		{ an_odd_number_of_parts_up_to_the_last_byte, 0 },
		{ a_table_by_rows_and_then_by_columns_adds_up_both_ways, 0 },
	};

	return unit_run("apportion", tests, COUNT_OF(tests));
}
