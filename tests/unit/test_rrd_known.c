/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A writer that calls again and again, and what happens to files meanwhile. */
#include <check.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/rrd_read.h"
#include "store/rrd_write.h"
#include "support/stored_rows.h"
#include "support/tempdir.h"
#include "support/unit.h"
#include "util/err.h"
#include "util/log.h"

#define T0   STORED_START
#define STEP INT64_C(60)

enum { SILENT = 2 /* below every level */ };

static char *dir;
static struct series member;

static void setup(void)
{
	dir = tempdir_new();
	member = stored_series(SERIES_MEMBER);
}

static void teardown(void)
{
	tempdir_remove(dir);
}

/* Assert what the first column of consecutive rows holds. */
static void assert_rates(int64_t from_s, const double *rates, size_t count)
{
	struct series_data data = stored_read(
	    dir, &member, from_s, from_s + (int64_t)count * STEP, STEP);

	ck_assert_uint_eq(data.rows, count);
	for (size_t i = 0; i < count; i++) {
		if (isnan(rates[i]))
			ck_assert_double_nan(series_at(&data, i, 0));
		else
			ck_assert_double_eq(series_at(&data, i, 0), rates[i]);
	}
	series_data_fini(&data);
}

/* The path of the member's file; good until the next call. */
static const char *member_path(void)
{
	static char path[PATH_MAX];

	ck_assert_int_eq(series_path(path, sizeof(path), dir, &member), 0);
	return path;
}

/* Write a row by what is known. @return as rrd_write_more */
static int write_more(struct rrd_known *known, int64_t start_s, double rate)
{
	struct series_row row = { .start_s = start_s, .values = { rate } };

	return rrd_write_more(dir, &member, &row, 1, known);
}

START_TEST(a_known_file_goes_on_where_it_ended)
{
	const double all[] = { 1, 2, NAN, 4 };
	struct rrd_known known = { 0 };

	ck_assert_int_eq(write_more(&known, T0, 1), 0);
	ck_assert_int_eq(known.last_s, T0 + STEP);
	ck_assert_int_eq(write_more(&known, T0 + STEP, 2), 0);
	ck_assert_int_eq(write_more(&known, T0 + 3 * STEP, 4), 0);
	ck_assert_int_eq(known.last_s, T0 + 4 * STEP);
	ck_assert_int_eq(write_more(&known, T0 + 3 * STEP, 9), 0);
	ck_assert_uint_eq(known.left_out, 1);
	assert_rates(T0, all, 4);
}
END_TEST

START_TEST(a_known_file_that_was_replaced_is_looked_at_again)
{
	struct rrd_known known = { 0 };
	char *other = tempdir_new();
	char path[PATH_MAX];
	const double rates[] = { 7, 8, 9 };

	ck_assert_int_eq(write_more(&known, T0, 1), 0);
	stored_write(other, &member, T0, rates, 3);
	ck_assert_int_eq(series_path(path, sizeof(path), other, &member), 0);
	ck_assert_int_eq(rename(path, member_path()), 0);
	ck_assert_int_eq(write_more(&known, T0 + STEP, 2), 0);
	ck_assert_uint_eq(known.left_out, 1);
	ck_assert_int_eq(known.last_s, T0 + 3 * STEP);
	assert_rates(T0, rates, 3);
	tempdir_remove(other);
}
END_TEST

START_TEST(a_known_file_that_was_removed_is_made_again)
{
	const double all[] = { NAN, 2 };
	struct rrd_known known = { 0 };

	ck_assert_int_eq(write_more(&known, T0, 1), 0);
	ck_assert_int_eq(unlink(member_path()), 0);
	ck_assert_int_eq(write_more(&known, T0 + STEP, 2), 0);
	assert_rates(T0, all, 2);
}
END_TEST

START_TEST(a_known_file_that_was_cut_is_refused)
{
	struct rrd_known known = { 0 };

	log_set_level((enum log_level)SILENT);
	ck_assert_int_eq(write_more(&known, T0, 1), 0);
	ck_assert_int_eq(truncate(member_path(), 100000), 0);
	ck_assert_int_eq(write_more(&known, T0 + STEP, 2), ERR_STORE);
	ck_assert_int_eq(known.last_s, 0);
}
END_TEST

START_TEST(a_known_file_that_another_wrote_to_is_looked_at_again)
{
	struct rrd_known known = { 0 };
	const double rates[] = { 1, 2, 3 };

	log_set_level((enum log_level)SILENT);
	ck_assert_int_eq(write_more(&known, T0, 1), 0);
	stored_write(dir, &member, T0 + STEP, rates + 1, 2);
	ck_assert_int_eq(write_more(&known, T0 + STEP, 9), ERR_STORE);
	ck_assert_int_eq(write_more(&known, T0 + STEP, 9), 0);
	ck_assert_uint_eq(known.left_out, 1);
	assert_rates(T0, rates, 3);
}
END_TEST

START_TEST(a_file_with_holes_gets_its_blocks)
{
	struct rrd_known known = { 0 };
	struct stat status;
	const char *path = member_path();
	const double all[] = { 1, 2 };
	int fd;

	ck_assert_int_eq(write_more(&known, T0, 1), 0);
	fd = open(path, O_WRONLY);
	ck_assert_int_ge(fd, 0);
	if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 4000000,
		      2000000) < 0) {
		(void)printf("skipped: no holes on this file system\n");
		(void)close(fd);
		return;
	}
	ck_assert_int_eq(close(fd), 0);
	ck_assert_int_eq(write_more(&known, T0 + STEP, 2), 0);
	ck_assert(known.filled);
	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert_int_ge(status.st_blocks * 512, status.st_size);
	assert_rates(T0, all, 2);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_known_file_goes_on_where_it_ended, 0 },
		{ a_known_file_that_was_replaced_is_looked_at_again, 0 },
		{ a_known_file_that_was_removed_is_made_again, 0 },
		{ a_known_file_that_was_cut_is_refused, 0 },
		{ a_known_file_that_another_wrote_to_is_looked_at_again, 0 },
		{ a_file_with_holes_gets_its_blocks, 0 },
	};

	return unit_run_with("rrd_known", setup, teardown, tests,
			     COUNT_OF(tests));
}
