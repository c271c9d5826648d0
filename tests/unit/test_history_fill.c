/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/history_fill.h"
#include "store/rrd_copy.h"
#include "store/rrd_mend.h"
#include "store/rrd_read.h"
#include "store/rrd_write.h"
#include "support/made_rows.h"
#include "support/tempdir.h"
#include "util/err.h"
#include "util/file.h"
#include "util/log.h"

#define DAY  INT64_C(1699920000) /* 2023-11-14, midnight */
#define DAYS INT64_C(86400)
#define HOUR INT64_C(3600)

enum { SILENT = 2, ROWS_MAX = 1440 };

static char *dir;
static char *other;
static struct history h;
static struct history_outcome done;
static struct history_options options;
static const struct series member = { .kind = SERIES_MEMBER, .asn = 64500 };

static void setup(void)
{
	log_set_level((enum log_level)SILENT);
	dir = tempdir_new();
	other = tempdir_new();
	history_init(&h, series_layout(SERIES_MEMBER));
	options = (struct history_options){ .before_s = INT64_MAX,
					    .now_s = DAY + 10 * DAYS };
}

static void teardown(void)
{
	history_fini(&h);
	tempdir_remove(dir);
	tempdir_remove(other);
}

/* Rows of one length and value from from_s to to_s, means and maxima. */
static void know(uint32_t row_s, int64_t from_s, int64_t to_s, double value)
{
	for (int64_t at = from_s; at < to_s; at += row_s) {
		struct history_row row = { CONSOLIDATION_AVERAGE, row_s, at };

		(void)!history_add(&h, &row, TRAFFIC_FROM_V4_BYTES, value);
		row.consolidation = CONSOLIDATION_MAXIMUM;
		(void)!history_add(&h, &row, TRAFFIC_FROM_V4_BYTES, 2 * value);
	}
}

static int fill(void)
{
	return history_fill(dir, &member, &h, &options, &done);
}

/* The collector's own rows of a minute each. */
static int write_own(int64_t from_s, int64_t to_s, double value)
{
	static struct series_row rows[ROWS_MAX];
	size_t count = 0;

	for (int64_t at = from_s; at < to_s; at += SERIES_STEP_S) {
		rows[count].start_s = at;
		for (int c = 0; c < TRAFFIC_COUNT; c++)
			rows[count].values[c] = value;
		count++;
	}
	return rrd_write_rows(dir, &member, rows, count, NULL);
}

static double value_at(enum consolidation c, uint32_t row_s, int64_t at_s)
{
	const struct series_range range = { c, at_s, at_s + row_s, row_s };
	struct series_data data;
	double value;

	if (series_read(&data, dir, &member, &range) < 0)
		return -1;
	value = data.row_s == row_s ? data.values[0] : -2;
	series_data_fini(&data);
	return value;
}

static double mean_at(uint32_t row_s, int64_t at_s)
{
	return value_at(CONSOLIDATION_AVERAGE, row_s, at_s);
}

static struct text bytes_of_file(void)
{
	struct text bytes;

	text_init(&bytes);
	(void)!series_read_whole(&bytes, dir, &member);
	return bytes;
}

START_TEST(each_archive_gets_the_rows_of_its_length)
{
	know(300, DAY + 2 * DAYS, DAY + 3 * DAYS, 10);
	know(1800, DAY + 1 * DAYS, DAY + 3 * DAYS, 20);
	know(86400, DAY, DAY + 3 * DAYS, 30);
	ck_assert_int_eq(fill(), 0);
	ck_assert_double_eq(mean_at(300, DAY + 2 * DAYS + 600), 10);
	ck_assert(isnan(mean_at(300, DAY + 1 * DAYS)));
	ck_assert_double_eq(mean_at(3600, DAY + 1 * DAYS), 20);
	ck_assert_double_eq(mean_at(86400, DAY), 30);
	ck_assert(isnan(mean_at(60, DAY + 3 * DAYS - 60)));
	ck_assert_uint_eq(done.rows[0], 0);
	ck_assert_uint_eq(done.rows[1], 288);
	ck_assert_uint_eq(done.rows[2], 48);
	ck_assert_uint_eq(done.rows[4], 3);
	ck_assert_int_eq(done.slots_from_s, DAY + 2 * DAYS);
	ck_assert_int_eq(done.slots_to_s, DAY + 3 * DAYS);
}
END_TEST

/* A day is all that is known; but what is shorter than an hour is not made up,
 * and a day of which an hour is known has its gaps. */
START_TEST(hours_of_a_day_that_is_known_alone_read_as_the_day)
{
	const struct series_range range = { CONSOLIDATION_AVERAGE,
					    DAY + 2 * HOUR, DAY + 30 * HOUR,
					    3600 };
	struct series_data data;

	know(1800, DAY + DAYS, DAY + DAYS + HOUR, 20);
	know(86400, DAY, DAY + 2 * DAYS, 30);
	ck_assert_int_eq(fill(), 0);
	ck_assert_uint_eq(done.rows[2], 1);
	ck_assert_int_eq(series_read(&data, dir, &member, &range), 0);
	ck_assert_uint_eq(data.row_s, 3600);
	ck_assert_uint_eq(data.longest_row_s, 86400);
	ck_assert_uint_eq(data.rows, 28);
	for (size_t i = 0; i < 22; i++)
		ck_assert_double_eq(series_at(&data, i, 0), 30);
	ck_assert_double_eq(series_at(&data, 22, 0), 20);
	for (size_t i = 23; i < 28; i++)
		ck_assert(isnan(series_at(&data, i, 0)));
	series_data_fini(&data);
	ck_assert_double_eq(value_at(CONSOLIDATION_MAXIMUM, 3600, DAY + HOUR),
			    60);
	ck_assert(isnan(mean_at(300, DAY + HOUR)));
}
END_TEST

START_TEST(maxima_come_of_maxima)
{
	know(300, DAY, DAY + DAYS, 10);
	ck_assert_int_eq(fill(), 0);
	ck_assert_double_eq(value_at(CONSOLIDATION_MAXIMUM, 3600, DAY), 20);
	ck_assert_double_eq(value_at(CONSOLIDATION_MAXIMUM, 86400, DAY), 20);
}
END_TEST

START_TEST(totals_are_kept)
{
	/* 100 for 6 hours, 20 for 18: 40 on the mean */
	know(1800, DAY, DAY + 6 * HOUR, 100);
	know(1800, DAY + 6 * HOUR, DAY + DAYS, 20);
	ck_assert_int_eq(fill(), 0);
	ck_assert_double_eq_tol(mean_at(86400, DAY), 40, 1e-9);
}
END_TEST

START_TEST(less_than_half_of_a_row_is_not_enough)
{
	know(1800, DAY, DAY + 11 * HOUR, 100);
	know(1800, DAY + DAYS, DAY + DAYS + 12 * HOUR, 100);
	know(1800, DAY + 2 * DAYS, DAY + 2 * DAYS + 1800, 1);
	ck_assert_int_eq(fill(), 0);
	ck_assert(isnan(mean_at(86400, DAY)));
	ck_assert_double_eq(mean_at(86400, DAY + DAYS), 100);
}
END_TEST

START_TEST(known_values_stay)
{
	struct text before;
	struct text after;

	ck_assert_int_eq(write_own(DAY, DAY + DAYS, 7), 0);
	know(300, DAY - DAYS, DAY + DAYS, 99);
	ck_assert_int_eq(fill(), 0);
	ck_assert_double_eq(mean_at(300, DAY + HOUR), 7);
	ck_assert_double_eq(mean_at(86400, DAY), 7);
	ck_assert_double_eq(mean_at(300, DAY - HOUR), 99);
	ck_assert_double_eq(mean_at(86400, DAY - DAYS), 99);
	before = bytes_of_file();
	ck_assert_int_eq(fill(), 0);
	ck_assert_uint_eq(done.rows_all, 0);
	after = bytes_of_file();
	ck_assert_uint_eq(before.len, after.len);
	ck_assert_int_eq(memcmp(before.data, after.data, after.len), 0);
	text_fini(&before);
	text_fini(&after);
}
END_TEST

START_TEST(an_unknown_column_is_filled_beside_known_ones)
{
	struct series_row row = { .start_s = DAY };

	for (int c = 0; c < TRAFFIC_COUNT; c++)
		row.values[c] = c == TRAFFIC_FROM_V4_BYTES ? (double)NAN : 5;
	ck_assert_int_eq(rrd_write_rows(dir, &member, &row, 1, NULL), 0);
	know(60, DAY, DAY + 60, 3);
	ck_assert_int_eq(fill(), 0);
	ck_assert_double_eq(mean_at(60, DAY), 3);
}
END_TEST

/* What librrd makes of the same rows is the oracle: files are the same. */
START_TEST(minutes_make_the_file_that_librrd_makes)
{
	uint64_t seed = 7;
	struct made_rows made = made_rows_new(h.layout, DAY + 420, 9000, &seed);
	char path[PATH_MAX];
	char wanted[PATH_MAX];
	const char *difference;

	made.rows[made.count - 1].values[0] = 1; /* its end is known */
	made_rows_write(&made, other, &member, INT64_MAX);
	for (size_t i = 0; i < made.count; i++) {
		const struct history_row row = { CONSOLIDATION_AVERAGE, 60,
						 made.rows[i].start_s };

		for (size_t c = 0; c < TRAFFIC_COUNT; c++)
			ck_assert_int_eq(
			    history_add(&h, &row, c, made.rows[i].values[c]),
			    0);
	}
	ck_assert_int_eq(fill(), 0);
	ck_assert_int_eq(series_path(path, sizeof(path), dir, &member), 0);
	ck_assert_int_eq(series_path(wanted, sizeof(wanted), other, &member),
			 0);
	difference = made_rows_difference(path, wanted, h.layout, 0);
	ck_assert_msg(!difference, "%s", difference);
	made_rows_free(&made);
}
END_TEST

/* Noon is the change-over: 12 hours of 10 here, 12 hours of 30 there. */
START_TEST(the_day_of_a_change_over_is_of_both)
{
	ck_assert_int_eq(write_own(DAY + 12 * HOUR, DAY + 13 * HOUR, 30), 0);
	options.before_s = DAY + 12 * HOUR;
	know(300, DAY, DAY + 14 * HOUR, 10);
	ck_assert_int_eq(fill(), 0);
	ck_assert_int_eq(fill(), 0); /* a second time adds nothing */
	ck_assert_uint_eq(done.rows_all, 0);
	ck_assert_int_eq(write_own(DAY + 13 * HOUR, DAY + DAYS, 30), 0);
	ck_assert_double_eq_tol(mean_at(86400, DAY), 20, 1e-9);
	ck_assert_double_eq(value_at(CONSOLIDATION_MAXIMUM, 86400, DAY), 30);
}
END_TEST

START_TEST(a_day_that_is_over_is_of_both_as_well)
{
	ck_assert_int_eq(write_own(DAY + 13 * HOUR, DAY + DAYS, 30), 0);
	ck_assert_int_eq(write_own(DAY + DAYS, DAY + DAYS + HOUR, 30), 0);
	options.before_s = DAY + 13 * HOUR;
	know(300, DAY, DAY + 13 * HOUR, 6);
	know(86400, DAY, DAY + DAYS, 1);
	ck_assert(isnan(mean_at(86400, DAY)));
	ck_assert_int_eq(fill(), 0);
	ck_assert_double_eq_tol(mean_at(86400, DAY), (13 * 6 + 11 * 30) / 24.0,
				1e-9);
}
END_TEST

START_TEST(what_the_journal_covers_stays_unknown)
{
	ck_assert_int_eq(write_own(DAY + HOUR, DAY + 2 * HOUR, 7), 0);
	ck_assert_int_eq(write_own(DAY + 3 * HOUR, DAY + 4 * HOUR, 7), 0);
	options.before_s = DAY + HOUR;
	know(300, DAY, DAY + 6 * HOUR, 99);
	ck_assert_int_eq(fill(), 0);
	ck_assert_double_eq(mean_at(300, DAY), 99);
	ck_assert(isnan(mean_at(300, DAY + 2 * HOUR)));
	ck_assert(isnan(mean_at(300, DAY + 5 * HOUR)));
	ck_assert_uint_gt(done.rows_late, 0);
}
END_TEST

/* The collector compares files with its journal at each start. */
START_TEST(a_filled_file_is_sound_by_the_journal)
{
	uint64_t seed = 3;
	struct made_rows made =
	    made_rows_new(h.layout, DAY + 2 * DAYS + 420, 2000, &seed);
	struct rrd_source source = made_rows_source(&made);
	struct rrd_mend_options mend =
	    rrd_mend_options_at(made.rows[1999].start_s + 90);
	struct rrd_mend_outcome outcome;
	struct text before;
	struct text after;

	mend.check_s = RRD_MEND_ALL;
	made_rows_write(&made, dir, &member, INT64_MAX);
	options.before_s = made.from_s;
	know(300, DAY, DAY + 5 * DAYS, 50);
	know(86400, DAY - 90 * DAYS, DAY + 2 * DAYS, 40);
	ck_assert_int_eq(fill(), 0);
	ck_assert_uint_gt(done.rows_all, 0);
	before = bytes_of_file();
	ck_assert_int_eq(rrd_mend(dir, &member, &source, &mend, &outcome), 0);
	ck_assert_msg(outcome.what == RRD_SOUND, "%s", outcome.fault);
	after = bytes_of_file();
	ck_assert_int_eq(memcmp(before.data, after.data, after.len), 0);
	text_fini(&before);
	text_fini(&after);
	made_rows_free(&made);
}
END_TEST

START_TEST(the_copy_is_made_anew)
{
	struct rrd_known known = { 0 };
	const struct series_row row = { .start_s = DAY + DAYS };
	char path[PATH_MAX];
	char copy[PATH_MAX];
	uint64_t bytes;

	ck_assert_int_eq(rrd_write_more(dir, &member, &row, 1, &known), 0);
	ck_assert_int_eq(rrd_copy(dir, &member, &known, &bytes), 0);
	know(300, DAY, DAY + DAYS, 5);
	ck_assert_int_eq(fill(), 0);
	ck_assert_int_eq(series_path(path, sizeof(path), dir, &member), 0);
	ck_assert_int_eq(rrd_copy_path(copy, sizeof(copy), dir, &member), 0);
	ck_assert_ptr_null(made_rows_difference(path, copy, h.layout, 0));
}
END_TEST

/* Else a kill between the two would leave a copy that knows less. */
START_TEST(the_old_copy_goes_first)
{
	const struct series_row row = { .start_s = DAY + DAYS };
	struct rrd_known known = { 0 };
	struct text before;
	struct text after;
	char path[PATH_MAX];
	char copy[PATH_MAX];

	text_init(&before);
	text_init(&after);
	ck_assert_int_eq(rrd_write_more(dir, &member, &row, 1, &known), 0);
	ck_assert_int_eq(series_path(path, sizeof(path), dir, &member), 0);
	ck_assert_int_eq(file_read(path, 64 << 20, &before), 0);
	ck_assert_int_eq(rrd_copy_path(copy, sizeof(copy), dir, &member), 0);
	/* a copy that cannot be removed */
	ck_assert_int_eq(file_make_directories(copy), 0);
	know(300, DAY, DAY + DAYS, 5);
	ck_assert_int_lt(fill(), 0);
	ck_assert_int_eq(file_read(path, 64 << 20, &after), 0);
	ck_assert_uint_eq(before.len, after.len);
	ck_assert_int_eq(memcmp(before.data, after.data, after.len), 0);
	text_fini(&before);
	text_fini(&after);
}
END_TEST

START_TEST(the_future_is_not_known)
{
	options.now_s = DAY + HOUR + 30;
	know(300, DAY, DAY + DAYS, 5);
	ck_assert_int_eq(fill(), 0);
	ck_assert_double_eq(mean_at(300, DAY + HOUR - 300), 5);
	ck_assert_int_eq(write_own(DAY + HOUR, DAY + HOUR + 60, 7), 0);
	ck_assert_double_eq(mean_at(60, DAY + HOUR), 7);
}
END_TEST

START_TEST(nothing_known_makes_no_file)
{
	char path[PATH_MAX];

	ck_assert_int_eq(series_path(path, sizeof(path), dir, &member), 0);
	ck_assert_int_eq(fill(), 0);
	ck_assert_int_ne(access(path, F_OK), 0);
	options.before_s = DAY;
	know(300, DAY, DAY + DAYS, 5);
	ck_assert_int_eq(fill(), 0);
	ck_assert_uint_eq(done.rows_all, 0);
	ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

START_TEST(a_damaged_file_of_ours_is_left_alone)
{
	char path[PATH_MAX];

	ck_assert_int_eq(series_path(path, sizeof(path), dir, &member), 0);
	ck_assert_int_eq(file_make_directory_of(path), 0);
	ck_assert_int_eq(file_replace(path, "x", 1), 0);
	know(300, DAY, DAY + DAYS, 5);
	ck_assert_int_eq(fill(), ERR_STORE);
	ck_assert_ptr_nonnull(done.fault);
	ck_assert_uint_eq(done.rows_all, 0);
}
END_TEST

/* A month later, by the same tree: the file grows at its end. */
START_TEST(a_later_time_goes_on)
{
	know(300, DAY, DAY + DAYS, 5);
	ck_assert_int_eq(fill(), 0);
	know(300, DAY + 3 * DAYS, DAY + 4 * DAYS, 6);
	ck_assert_int_eq(fill(), 0);
	ck_assert_double_eq(mean_at(300, DAY), 5);
	ck_assert(isnan(mean_at(300, DAY + 2 * DAYS)));
	ck_assert_double_eq(mean_at(300, DAY + 3 * DAYS), 6);
	ck_assert_double_eq(mean_at(86400, DAY + 3 * DAYS), 6);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ each_archive_gets_the_rows_of_its_length, 0 },
		{ hours_of_a_day_that_is_known_alone_read_as_the_day, 0 },
		{ maxima_come_of_maxima, 0 },
		{ totals_are_kept, 0 },
		{ less_than_half_of_a_row_is_not_enough, 0 },
		{ known_values_stay, 0 },
		{ an_unknown_column_is_filled_beside_known_ones, 0 },
		{ minutes_make_the_file_that_librrd_makes, 0 },
		{ the_day_of_a_change_over_is_of_both, 0 },
		{ a_day_that_is_over_is_of_both_as_well, 0 },
		{ what_the_journal_covers_stays_unknown, 0 },
		{ a_filled_file_is_sound_by_the_journal, 0 },
		{ the_copy_is_made_anew, 0 },
		{ the_old_copy_goes_first, 0 },
		{ the_future_is_not_known, 0 },
		{ nothing_known_makes_no_file, 0 },
		{ a_damaged_file_of_ours_is_left_alone, 0 },
		{ a_later_time_goes_on, 0 },
	};

	return unit_run_with("history_fill", setup, teardown, tests,
			     COUNT_OF(tests));
}
