/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <math.h>
#include <stdint.h>

#include "store/pair_read.h"
#include "store/rrd_write.h"
#include "support/stored_rows.h"
#include "support/tempdir.h"
#include "util/err.h"

enum {
	PAIR_STEP_S = SERIES_PAIR_STEP_S,
	MINUTES = SERIES_PAIR_STEP_S / SERIES_STEP_S,
	HALF_HOUR_S = 1800,
	DAY_S = 86400,
};

static char *dir;

static const struct series both = {
	.kind = SERIES_PAIR, .asn = 64500, .other_asn = 64501, .vlan = 100
};

static void setup(void)
{
	dir = tempdir_new();
}

static void teardown(void)
{
	tempdir_remove(dir);
}

/* A member was observed in pair steps [from, to), counted from the start. */
static void see(uint32_t asn, int from, int to)
{
	const struct series s = { .kind = SERIES_MEMBER, .asn = asn };

	for (int i = from * MINUTES; i < to * MINUTES; i++) {
		const double rate = 1;

		ck_assert_uint_eq(
		    stored_write(dir, &s,
				 STORED_START + (int64_t)i * SERIES_STEP_S,
				 &rate, 1),
		    0);
	}
}

/* The pair's rates in a pair step. */
static void carry(int step, double ab, double ba)
{
	const struct series_row row = {
		.start_s = STORED_START + (int64_t)step * PAIR_STEP_S,
		.values = { ab, 0, ba, 0 },
	};

	ck_assert_int_eq(rrd_write_rows(dir, &both, &row, 1, NULL), 0);
}

static double rate(size_t column, int64_t at_s, uint32_t row_s)
{
	const struct series_range range = { CONSOLIDATION_AVERAGE, at_s,
					    at_s + row_s, row_s };
	struct series_data data;
	double value;

	ck_assert_int_eq(pair_read(&data, dir, &both, &range), 0);
	ck_assert_uint_eq(data.rows, 1);
	ck_assert_uint_eq(data.row_s, row_s);
	value = series_at(&data, 0, column);
	series_data_fini(&data);
	return value;
}

static double in_step(size_t column, int step)
{
	return rate(column, STORED_START + (int64_t)step * PAIR_STEP_S,
		    PAIR_STEP_S);
}

START_TEST(what_the_file_has_is_read_as_it_is)
{
	see(64500, 0, 2);
	see(64501, 0, 2);
	carry(0, 100, 7);
	ck_assert_double_eq(in_step(PAIR_AB_V4_BYTES, 0), 100);
	ck_assert_double_eq(in_step(PAIR_BA_V4_BYTES, 0), 7);
}
END_TEST

START_TEST(an_idle_pair_is_zero_as_far_as_the_sender_was_observed)
{
	see(64500, 0, 4);
	see(64501, 0, 2);
	see(64501, 3, 4);
	carry(0, 100, 7);
	for (int i = 1; i < 4; i++)
		ck_assert_double_eq(in_step(PAIR_AB_V4_BYTES, i), 0);
	ck_assert_double_eq(in_step(PAIR_BA_V6_BYTES, 1), 0);
	ck_assert(isnan(in_step(PAIR_BA_V6_BYTES, 2)));
	ck_assert_double_eq(in_step(PAIR_BA_V6_BYTES, 3), 0);
	ck_assert(isnan(in_step(PAIR_AB_V4_BYTES, 4)));
}
END_TEST

START_TEST(a_sender_without_a_file_was_never_observed)
{
	see(64500, 0, 3);
	carry(0, 100, 7);
	ck_assert_double_eq(in_step(PAIR_AB_V4_BYTES, 2), 0);
	ck_assert(isnan(in_step(PAIR_BA_V4_BYTES, 2)));
}
END_TEST

START_TEST(a_longer_row_in_which_the_file_ends_is_made_of_both)
{
	see(64500, 0, 6);
	see(64501, 0, 6);
	carry(0, 60, 0);
	carry(1, 60, 12);
	ck_assert_double_eq_tol(
	    rate(PAIR_AB_V4_BYTES, STORED_START, HALF_HOUR_S), 20, 1e-9);
	ck_assert_double_eq_tol(
	    rate(PAIR_BA_V4_BYTES, STORED_START, HALF_HOUR_S), 2, 1e-9);
}
END_TEST

START_TEST(a_longer_row_that_is_not_over_is_unknown)
{
	see(64500, 0, 5);
	see(64501, 0, 5);
	carry(0, 60, 0);
	ck_assert(isnan(rate(PAIR_AB_V4_BYTES, STORED_START, HALF_HOUR_S)));
}
END_TEST

START_TEST(half_of_a_longer_row_must_be_known)
{
	see(64500, 0, 2);
	see(64501, 0, 3);
	see(64500, 6, 7);
	see(64501, 6, 7);
	carry(0, 60, 0);
	ck_assert(isnan(rate(PAIR_AB_V4_BYTES, STORED_START, HALF_HOUR_S)));
	ck_assert_double_eq(rate(PAIR_BA_V4_BYTES, STORED_START, HALF_HOUR_S),
			    0);
}
END_TEST

START_TEST(days_after_the_last_traffic_are_zero_too)
{
	see(64500, 0, 2 * DAY_S / PAIR_STEP_S);
	see(64501, 0, 2 * DAY_S / PAIR_STEP_S);
	carry(0, 288, 0);
	ck_assert_double_eq_tol(rate(PAIR_AB_V4_BYTES, STORED_START, DAY_S), 1,
				1e-9);
	ck_assert_double_eq(rate(PAIR_AB_V4_BYTES, STORED_START + DAY_S, DAY_S),
			    0);
}
END_TEST

START_TEST(a_pair_without_a_file_is_not_found)
{
	const struct series_range range = { CONSOLIDATION_AVERAGE, STORED_START,
					    STORED_START + 300, 300 };
	struct series_data data;

	see(64500, 0, 1);
	ck_assert_int_eq(pair_read(&data, dir, &both, &range), ERR_NOT_FOUND);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ what_the_file_has_is_read_as_it_is, 0 },
		{ an_idle_pair_is_zero_as_far_as_the_sender_was_observed, 0 },
		{ a_sender_without_a_file_was_never_observed, 0 },
		{ a_longer_row_in_which_the_file_ends_is_made_of_both, 0 },
		{ a_longer_row_that_is_not_over_is_unknown, 0 },
		{ half_of_a_longer_row_must_be_known, 0 },
		{ days_after_the_last_traffic_are_zero_too, 0 },
		{ a_pair_without_a_file_is_not_found, 0 },
	};

	return unit_run_with("pair_read", setup, teardown, tests,
			     COUNT_OF(tests));
}
