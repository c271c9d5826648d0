/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Damaged files of which most is right: what no row covers must be kept. */
#include <check.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/rrd_copy.h"
#include "store/rrd_file.h"
#include "store/rrd_header.h"
#include "store/rrd_mend.h"
#include "support/made_rows.h"
#include "support/stored_rows.h"
#include "support/tempdir.h"
#include "support/unit.h"
#include "util/file.h"
#include "util/log.h"

#define T0   (STORED_START + 420)
#define STEP INT64_C(60)
#define DAY  INT64_C(86400)

enum {
	SILENT = 2,  /* below every level */
	ROWS = 9000, /* more than the finest archive holds */
	LATE = 7000, /* where the journal begins */
};

static char *dir;
static char *reference;
static char path[PATH_MAX];
static char copy[PATH_MAX];
static char whole[PATH_MAX]; /* what nobody harmed */
static struct series agent;
static const struct series_layout *layout;
static struct made_rows made;
static int64_t end_s;
static struct rrd_mend_outcome outcome;

/* A file of all rows, of which the journal has but the last ones. */
static void setup(void)
{
	uint64_t seed = 17;

	log_set_level((enum log_level)SILENT);
	dir = tempdir_new();
	reference = tempdir_new();
	agent = stored_series(SERIES_AGENT);
	layout = series_layout(agent.kind);
	made = made_rows_new(layout, T0, ROWS, &seed);
	end_s = made.rows[ROWS - 1].start_s + STEP;
	ck_assert_int_eq(series_path(path, sizeof(path), dir, &agent), 0);
	ck_assert_int_eq(rrd_copy_path(copy, sizeof(copy), dir, &agent), 0);
	ck_assert_int_eq(series_path(whole, sizeof(whole), reference, &agent),
			 0);
	made_rows_write(&made, reference, &agent, INT64_MAX);
	made_rows_write(&made, dir, &agent, INT64_MAX);
	made.from_s = made.rows[LATE].start_s;
}

static void teardown(void)
{
	made_rows_free(&made);
	tempdir_remove(dir);
	tempdir_remove(reference);
}

static void mend(void)
{
	struct rrd_source source = made_rows_source(&made);
	struct rrd_mend_options options = rrd_mend_options_at(end_s + 30);

	ck_assert_int_eq(rrd_mend(dir, &agent, &source, &options, &outcome), 0);
}

static void assert_whole(void)
{
	const char *difference = made_rows_difference(path, whole, layout, 0);

	ck_assert_msg(!difference, "differs: %s (%s)", difference,
		      outcome.fault);
}

static void put(off_t offset, const void *bytes, size_t len)
{
	int fd = open(path, O_WRONLY);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pwrite(fd, bytes, len, offset), (ssize_t)len);
	ck_assert_int_eq(close(fd), 0);
}

static struct rrd_header header_of(const char *name)
{
	struct rrd_file f;
	const char *fault;

	ck_assert_int_eq(rrd_file_open(&f, name, layout, &fault), 0);
	rrd_file_close(&f);
	return f.header;
}

/* Where in the file the newest row of an archive stands. */
static off_t newest_row(size_t archive)
{
	struct rrd_header header = header_of(path);

	return (off_t)(rrd_file_archive_offset(layout, archive) +
		       header.positions[archive] * layout->column_count *
			   sizeof(double));
}

static void make_copy(size_t rows)
{
	int fd;

	ck_assert_int_eq(unlink(path), 0);
	made_rows_write(&made, dir, &agent, made.rows[rows].start_s);
	fd = open(path, O_RDONLY);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(file_make_directory_of(copy), 0);
	ck_assert_int_eq(file_copy(fd, copy, rrd_header_file_size(layout)), 0);
	ck_assert_int_eq(close(fd), 0);
	made_rows_write(&made, dir, &agent, INT64_MAX);
}

static void harm_newest_row(void)
{
	double wrong = 12345;

	put(newest_row(0), &wrong, sizeof(wrong));
}

START_TEST(what_no_row_covers_is_kept)
{
	harm_newest_row();
	mend();
	ck_assert_int_eq(outcome.what, RRD_FROM_ITSELF);
	ck_assert_uint_eq(outcome.pages_dropped, 0);
	ck_assert_int_eq(outcome.lost_s, 0);
	assert_whole();
}
END_TEST

START_TEST(a_copy_that_the_rows_reach_is_better)
{
	make_copy(LATE + 100);
	harm_newest_row();
	mend();
	ck_assert_int_eq(outcome.what, RRD_FROM_COPY);
	assert_whole();
}
END_TEST

START_TEST(a_copy_that_the_rows_do_not_reach_is_not)
{
	make_copy(LATE - 100);
	harm_newest_row();
	mend();
	ck_assert_int_eq(outcome.what, RRD_FROM_ITSELF);
	assert_whole();
}
END_TEST

START_TEST(a_copy_that_differs_from_the_rows_is_corrected)
{
	double wrong = 12345;

	make_copy(LATE + 100);
	harm_newest_row();
	put(0, "no RRD file", 11);
	/* the newest row of the copy is among those that are compared */
	{
		struct rrd_header header = header_of(copy);
		int fd = open(copy, O_WRONLY);
		off_t at = (off_t)(rrd_file_archive_offset(layout, 0) +
				   header.positions[0] * 4 * sizeof(double));

		ck_assert_int_eq(pwrite(fd, &wrong, sizeof(wrong), at),
				 (ssize_t)sizeof(wrong));
		ck_assert_int_eq(close(fd), 0);
	}
	mend();
	ck_assert_int_eq(outcome.what, RRD_FROM_COPY);
	ck_assert_uint_eq(outcome.copies_dropped, 0);
	ck_assert_int_eq(access(copy, F_OK), 0);
	assert_whole();
}
END_TEST

/* As a page of the header from before or after some updates has them. */
START_TEST(positions_some_rows_off_are_put_right)
{
	static const int off[] = { 1, -1, 3, -5, 8 };
	struct rrd_header header = header_of(path);

	for (size_t i = 0; i < layout->archive_count; i++) {
		uint64_t rows = layout->archives[i].rows;
		/* days and their maxima: too few rows to tell */
		uint64_t moved =
		    (header.positions[i] + rows + (uint64_t)off[_i]) % rows;

		if (i < 4)
			put((off_t)(rrd_header_size(layout) -
				    (layout->archive_count - i) * 8),
			    &moved, sizeof(moved));
	}
	mend();
	ck_assert_int_eq(outcome.what, RRD_FROM_ITSELF);
	assert_whole();
}
END_TEST

/* The time of the last update stands behind data sources and archives. */
enum { LAST_UPDATE = 128 + 4 * 120 + 6 * 120 };

START_TEST(a_time_that_is_wrong_moves_no_rows)
{
	static const int64_t off_s[] = { 60,	-60,	    300,	-300,
					 86400, 30 * 86400, 400 * 86400 };
	int64_t wrong_s = end_s + off_s[_i];

	put(LAST_UPDATE, &wrong_s, sizeof(wrong_s));
	mend();
	ck_assert_int_eq(outcome.what, RRD_FROM_ITSELF);
	assert_whole();
}
END_TEST

/* It lies before the journal, where no row could put it right. */
START_TEST(a_time_that_cannot_be_put_right_is_not_believed)
{
	int64_t wrong_s = made.rows[LATE].start_s - 86400 + 7;

	put(LAST_UPDATE, &wrong_s, sizeof(wrong_s));
	mend();
	ck_assert_int_eq(outcome.what, RRD_FROM_ROWS);
	ck_assert_int_eq(outcome.lost_s, -1);
	ck_assert_ptr_null(
	    made_rows_difference(path, whole, layout, end_s - 86400));
}
END_TEST

START_TEST(rows_that_were_written_to_the_future_are_dropped)
{
	static const int64_t off_s[] = { 60, 1800, 86400, 40 * 86400 };
	struct series_row row = { .start_s = end_s + off_s[_i],
				  .values = { 1, 2, 3, 4 } };
	struct rrd_file f;
	const char *fault;
	struct rrd_span span = { .archive = 2 };
	double days[20 * 24 * 4];

	ck_assert_int_eq(rrd_write_rows(dir, &agent, &row, 1, NULL), 0);
	mend();
	ck_assert_int_eq(outcome.what, RRD_FROM_ITSELF);
	ck_assert_int_eq(outcome.known.last_s, end_s);
	ck_assert_ptr_null(
	    made_rows_difference(path, whole, layout, made.from_s));
	/* the hours, of which no row was overwritten, are all there */
	ck_assert_int_eq(rrd_file_open(&f, path, layout, &fault), 0);
	span.from_s = rrd_file_archive_start(&f, 2);
	span.count = COUNT_OF(days) / 4;
	ck_assert_int_eq(rrd_file_read(&f, &span, days), 0);
	for (size_t i = 0; i < COUNT_OF(days); i++)
		ck_assert_double_nan(days[i]);
	rrd_file_close(&f);
}
END_TEST

START_TEST(pages_that_hold_no_rows_are_dropped)
{
	uint64_t seed = 5;
	off_t at = (off_t)rrd_file_archive_offset(layout, 1);
	uint32_t word;

	at += 4096 - at % 4096;
	for (off_t i = 0; i < 3 * 4096; i += 4) {
		word = stored_random(&seed) * 2 + (uint32_t)(i / 4 % 2);
		put(at + i, &word, sizeof(word));
	}
	harm_newest_row();
	mend();
	ck_assert_int_eq(outcome.what, RRD_FROM_ITSELF);
	ck_assert_uint_eq(outcome.pages_dropped, 3);
	ck_assert_ptr_null(
	    made_rows_difference(path, whole, layout, made.from_s));
	mend();
	ck_assert_int_eq(outcome.what, RRD_SOUND);
}
END_TEST

START_TEST(a_file_that_was_marked_is_not_lost)
{
	ck_assert_int_eq(rrd_header_mark(path), 0);
	mend();
	ck_assert_int_eq(outcome.what, RRD_FROM_ITSELF);
	ck_assert_str_eq(outcome.fault, rrd_header_mark_fault);
	assert_whole();
}
END_TEST

START_TEST(of_a_step_that_has_begun_nothing_is_kept)
{
	char command[PATH_MAX + 64];

	(void)snprintf(command, sizeof(command),
		       "rrdtool update '%s' %lld:1:2:3:4", path,
		       (long long)end_s + 10);
	ck_assert_int_eq(system(command), 0);
	mend();
	ck_assert_int_eq(outcome.what, RRD_FROM_ITSELF);
	assert_whole();
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ what_no_row_covers_is_kept, 0 },
		{ a_copy_that_the_rows_reach_is_better, 0 },
		{ a_copy_that_the_rows_do_not_reach_is_not, 0 },
		{ a_copy_that_differs_from_the_rows_is_corrected, 0 },
		{ positions_some_rows_off_are_put_right, 5 },
		{ a_time_that_is_wrong_moves_no_rows, 7 },
		{ a_time_that_cannot_be_put_right_is_not_believed, 0 },
		{ rows_that_were_written_to_the_future_are_dropped, 4 },
		{ pages_that_hold_no_rows_are_dropped, 0 },
		{ a_file_that_was_marked_is_not_lost, 0 },
		{ of_a_step_that_has_begun_nothing_is_kept, 0 },
	};

	return unit_run_with("rrd_correct", setup, teardown, tests,
			     COUNT_OF(tests));
}
