/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/rrd_copy.h"
#include "store/rrd_file.h"
#include "store/rrd_mend.h"
#include "support/made_rows.h"
#include "support/stored_rows.h"
#include "support/tempdir.h"
#include "support/unit.h"
#include "util/err.h"
#include "util/file.h"
#include "util/log.h"

#define T0   (STORED_START + 420)
#define STEP INT64_C(60)
#define DAY  INT64_C(86400)

enum {
	SILENT = 2, /* below every level */
	ROWS = 3000,
};

static char *dir;
static char *reference; /* another state_dir, with a file that nobody harmed */
static char path[PATH_MAX];
static char copy[PATH_MAX];
static char whole[PATH_MAX]; /* that file */
static struct series agent;
static const struct series_layout *layout;
static struct made_rows made;
static int64_t end_s; /* of the rows */
static struct rrd_mend_outcome outcome;

static void setup(void)
{
	uint64_t seed = 7;

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
}

static void teardown(void)
{
	made_rows_free(&made);
	tempdir_remove(dir);
	tempdir_remove(reference);
}

static int mend_checking(int64_t check_s)
{
	struct rrd_source source = made_rows_source(&made);
	struct rrd_mend_options options = rrd_mend_options_at(end_s + 30);

	options.check_s = check_s;
	return rrd_mend(dir, &agent, &source, &options, &outcome);
}

static void mend(void)
{
	ck_assert_int_eq(mend_checking(RRD_MEND_CHECK_S), 0);
}

static void assert_whole_from(int64_t from_s)
{
	const char *difference =
	    made_rows_difference(path, whole, layout, from_s);

	ck_assert_msg(!difference, "differs: %s (%s)", difference,
		      outcome.fault);
}

static void assert_whole(void)
{
	assert_whole_from(0);
}

static ino_t inode_of(const char *name)
{
	struct stat status;

	ck_assert_int_eq(stat(name, &status), 0);
	return status.st_ino;
}

/* How many files there are below a folder. */
static unsigned long count_files(const char *folder)
{
	char command[PATH_MAX + 64];
	char line[64] = "";
	FILE *pipe;

	(void)snprintf(command, sizeof(command),
		       "find '%s' -not -type d 2>/dev/null | wc -l", folder);
	pipe = popen(command, "r");
	ck_assert_ptr_nonnull(pipe);
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), pipe));
	ck_assert_int_eq(pclose(pipe), 0);
	return strtoul(line, NULL, 10);
}

static unsigned long kept_aside(void)
{
	char folder[PATH_MAX];

	(void)snprintf(folder, sizeof(folder), "%s/corrupt", dir);
	return count_files(folder);
}

/* Copy the file as it is, whether it is sound or not. */
static void make_copy(void)
{
	int fd = open(path, O_RDONLY);
	struct stat status;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fstat(fd, &status), 0);
	ck_assert_int_eq(file_make_directory_of(copy), 0);
	ck_assert_int_eq(file_copy(fd, copy, (size_t)status.st_size), 0);
	ck_assert_int_eq(close(fd), 0);
}

static void put(const char *name, off_t offset, const void *bytes, size_t len)
{
	int fd = open(name, O_WRONLY);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pwrite(fd, bytes, len, offset), (ssize_t)len);
	ck_assert_int_eq(close(fd), 0);
}

/* Where in the file the value of a row stands. */
static off_t value_offset(size_t archive, int64_t start_s, size_t column)
{
	struct rrd_file f;
	const char *fault;
	off_t at = (off_t)rrd_header_size(layout);
	const struct series_archive *a = &layout->archives[archive];
	int64_t slot;

	ck_assert_int_eq(rrd_file_open(&f, path, layout, &fault), 0);
	for (size_t i = 0; i < archive; i++)
		at += (off_t)(layout->archives[i].rows * layout->column_count *
			      sizeof(double));
	slot = (int64_t)f.header.positions[archive] -
	       (rrd_file_archive_end(&f, archive) - start_s) / a->row_s + 1;
	slot = (slot % a->rows + a->rows) % a->rows;
	at += (off_t)(((size_t)slot * layout->column_count + column) *
		      sizeof(double));
	rrd_file_close(&f);
	return at;
}

START_TEST(a_sound_file_is_left_alone)
{
	ino_t inode;

	made_rows_write(&made, dir, &agent, INT64_MAX);
	inode = inode_of(path);
	mend();
	ck_assert_int_eq(outcome.what, RRD_SOUND);
	ck_assert_str_eq(outcome.fault, "");
	ck_assert_uint_eq(inode_of(path), inode);
	ck_assert_int_eq(outcome.known.last_s, end_s);
	ck_assert_uint_eq(outcome.known.inode, inode);
	ck_assert_uint_eq(kept_aside(), 0);
	assert_whole();
}
END_TEST

START_TEST(a_file_that_is_behind_gets_its_rows)
{
	static const int64_t behind[] = { 1, 2, 100, 2000 };
	size_t n = ROWS - (size_t)behind[_i];
	ino_t inode;

	made_rows_write(&made, dir, &agent, made.rows[n].start_s);
	inode = inode_of(path);
	mend();
	ck_assert_int_eq(outcome.what, RRD_APPENDED);
	ck_assert_uint_eq(outcome.rows, (size_t)behind[_i]);
	ck_assert_uint_eq(inode_of(path), inode);
	ck_assert_int_eq(outcome.known.last_s, end_s);
	assert_whole();
}
END_TEST

/* Killed between the unknown step and the row that follows it. */
START_TEST(a_file_that_ends_in_a_gap_is_sound)
{
	struct series_row gap = { .start_s = 0 };
	size_t n = ROWS - 100;

	while (made.rows[n].start_s + STEP == made.rows[n + 1].start_s)
		n++;
	made_rows_write(&made, dir, &agent, made.rows[n + 1].start_s);
	gap.start_s = made.rows[n].start_s + STEP;
	for (size_t c = 0; c < SERIES_COLUMNS_MAX; c++)
		gap.values[c] = (double)NAN;
	ck_assert_int_eq(rrd_write_rows(dir, &agent, &gap, 1, NULL), 0);
	mend();
	ck_assert_int_eq(outcome.what, RRD_APPENDED);
	assert_whole();
}
END_TEST

START_TEST(a_missing_file_is_made_of_the_rows)
{
	mend();
	ck_assert_int_eq(outcome.what, RRD_APPENDED);
	ck_assert_uint_eq(outcome.rows, ROWS);
	ck_assert_uint_eq(kept_aside(), 0);
	assert_whole();
}
END_TEST

START_TEST(a_missing_file_is_made_of_its_copy)
{
	made_rows_write(&made, dir, &agent, made.rows[1000].start_s);
	make_copy();
	ck_assert_int_eq(unlink(path), 0);
	made.from_s = made.rows[900].start_s;
	mend();
	ck_assert_int_eq(outcome.what, RRD_FROM_COPY);
	ck_assert_uint_eq(outcome.rows, ROWS - 1000);
	ck_assert_int_eq(outcome.lost_s, 0);
	assert_whole();
}
END_TEST

START_TEST(nothing_is_made_of_nothing)
{
	made.count = 0;
	mend();
	ck_assert_int_eq(outcome.what, RRD_NONE);
	ck_assert_int_eq(access(path, F_OK), -1);
}
END_TEST

/* What may stand in the place of a file. */
static void make_empty(void)
{
	ck_assert_int_eq(truncate(path, 0), 0);
}

static void make_short(void)
{
	ck_assert_int_eq(truncate(path, 100000), 0);
}

static void make_zeros(void)
{
	struct stat status;

	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert_int_eq(truncate(path, 0), 0);
	ck_assert_int_eq(truncate(path, status.st_size), 0);
}

static void make_random(void)
{
	uint64_t seed = 3;
	uint32_t word;

	for (off_t at = 0; at < 100000; at += 4) {
		word = stored_random(&seed);
		put(path, at, &word, sizeof(word));
	}
}

static void make_foreign(void)
{
	struct series pair = stored_series(SERIES_PAIR);
	char other[PATH_MAX];
	double rate = 1;

	stored_write(dir, &pair, STORED_START, &rate, 1);
	ck_assert_int_eq(series_path(other, sizeof(other), dir, &pair), 0);
	ck_assert_int_eq(rename(other, path), 0);
}

static void make_fifo(void)
{
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(mkfifo(path, 0644), 0);
}

static void make_folder(void)
{
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(mkdir(path, 0755), 0);
}

static void make_loop(void)
{
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(symlink("sw1.rrd", path), 0);
}

static void (*const harms[])(void) = {
	make_empty,   make_short, make_zeros,  make_random,
	make_foreign, make_fifo,  make_folder, make_loop,
};

START_TEST(what_is_no_such_file_is_made_anew)
{
	made_rows_write(&made, dir, &agent, INT64_MAX);
	harms[_i]();
	mend();
	ck_assert_int_eq(outcome.what, RRD_FROM_ROWS);
	ck_assert_str_ne(outcome.fault, "");
	assert_whole();
	if (harms[_i] != make_folder)
		ck_assert_uint_eq(kept_aside(), 1);
	mend();
	ck_assert_int_eq(outcome.what, RRD_SOUND);
}
END_TEST

START_TEST(what_is_no_such_file_is_made_anew_of_its_copy)
{
	made_rows_write(&made, dir, &agent, made.rows[2000].start_s);
	make_copy();
	made_rows_write(&made, dir, &agent, INT64_MAX);
	harms[_i]();
	made.from_s = made.rows[1990].start_s;
	mend();
	ck_assert_int_eq(outcome.what, RRD_FROM_COPY);
	ck_assert_uint_eq(outcome.rows, 1000);
	ck_assert_int_eq(outcome.lost_s, 0);
	assert_whole();
}
END_TEST

START_TEST(what_lies_between_copy_and_rows_is_lost_and_told)
{
	made_rows_write(&made, dir, &agent, made.rows[1000].start_s);
	make_copy();
	made_rows_write(&made, dir, &agent, INT64_MAX);
	make_random();
	made.from_s = made.rows[2000].start_s;
	mend();
	ck_assert_int_eq(outcome.what, RRD_FROM_COPY);
	ck_assert_int_eq(outcome.lost_s, made.rows[2000].start_s -
					     made.rows[999].start_s - STEP);
	assert_whole_from(made.rows[2000].start_s + DAY);
}
END_TEST

START_TEST(what_cannot_be_made_anew_is_put_aside)
{
	made_rows_write(&made, dir, &agent, INT64_MAX);
	make_random();
	made.count = 0;
	mend();
	ck_assert_int_eq(outcome.what, RRD_GONE);
	ck_assert_int_eq(outcome.lost_s, -1);
	ck_assert_int_eq(access(path, F_OK), -1);
	ck_assert_uint_eq(kept_aside(), 1);
}
END_TEST

START_TEST(a_copy_that_is_no_such_file_is_dropped)
{
	made_rows_write(&made, dir, &agent, INT64_MAX);
	make_random();
	make_copy();
	mend();
	ck_assert_int_eq(outcome.what, RRD_FROM_ROWS);
	ck_assert_uint_eq(outcome.copies_dropped, 1);
	ck_assert_int_eq(access(copy, F_OK), -1);
	assert_whole();
}
END_TEST

/* One row of each archive, in another column each time. */
START_TEST(a_wrong_row_is_seen)
{
	size_t archive = (size_t)_i % 6;
	uint32_t row_s = layout->archives[archive].row_s;
	int64_t start_s;
	double wrong = 12345;

	/* a day must have ended within the last two hours */
	while (end_s % DAY > 7000)
		end_s = made.rows[--made.count - 1].start_s + STEP;
	start_s = end_s - end_s % row_s - row_s;
	made_rows_write(&made, dir, &agent, end_s);
	ck_assert_int_eq(unlink(whole), 0);
	made_rows_write(&made, reference, &agent, end_s);
	put(path, value_offset(archive, start_s, (size_t)_i % 4), &wrong,
	    sizeof(wrong));
	mend();
	ck_assert_int_ne(outcome.what, RRD_SOUND);
	ck_assert_str_ne(outcome.fault, "");
	ck_assert_uint_eq(kept_aside(), 1);
	assert_whole();
}
END_TEST

/* The sum or the number of unknown steps of each archive but the finest. */
START_TEST(what_is_wrong_in_progress_is_seen)
{
	size_t archive = 1 + (size_t)_i % 5;
	/* behind data sources, archives, last update and their states */
	off_t at =
	    128 + 4 * 120 + 6 * 120 + 16 + 4 * 112 + (off_t)archive * 4 * 80;
	double sum = 7;
	uint64_t unknown = 1000;

	while (end_s % 300 == 0)
		end_s = made.rows[--made.count - 1].start_s + STEP;
	made_rows_write(&made, dir, &agent, end_s);
	if (_i < 5)
		put(path, at, &sum, sizeof(sum));
	else
		put(path, at + 8, &unknown, sizeof(unknown));
	mend();
	ck_assert_msg(strstr(outcome.fault, "in progress"), "%s",
		      outcome.fault);
	mend();
	ck_assert_int_eq(outcome.what, RRD_SOUND);
}
END_TEST

START_TEST(a_step_that_has_begun_is_seen)
{
	char command[PATH_MAX + 64];

	made_rows_write(&made, dir, &agent, INT64_MAX);
	(void)snprintf(command, sizeof(command),
		       "rrdtool update '%s' %lld:1:2:3:4", path,
		       (long long)end_s + 10);
	ck_assert_int_eq(system(command), 0);
	mend();
	ck_assert_str_ne(outcome.fault, "");
	assert_whole();
}
END_TEST

START_TEST(a_row_of_which_the_journal_knows_nothing_is_seen)
{
	struct series_row row = { .start_s = end_s, .values = { 1 } };

	made_rows_write(&made, dir, &agent, INT64_MAX);
	ck_assert_int_eq(rrd_write_rows(dir, &agent, &row, 1, NULL), 0);
	mend();
	ck_assert_str_eq(outcome.fault, "ends later than the journal");
	assert_whole();
}
END_TEST

START_TEST(a_file_from_the_future_is_made_anew)
{
	struct series_row row = { .start_s = end_s + 30 * DAY,
				  .values = { 1 } };

	row.start_s -= row.start_s % STEP;
	made_rows_write(&made, dir, &agent, INT64_MAX);
	ck_assert_int_eq(rrd_write_rows(dir, &agent, &row, 1, NULL), 0);
	mend();
	ck_assert_str_eq(outcome.fault, "ends in the future");
	assert_whole_from(end_s - DAY);
}
END_TEST

START_TEST(rows_from_the_future_are_left_out)
{
	made.rows[ROWS - 1].start_s += 30 * DAY;
	made_rows_write(&made, dir, &agent, end_s);
	end_s = made.rows[ROWS - 2].start_s + STEP;
	mend();
	ck_assert_int_eq(outcome.what, RRD_SOUND);
	ck_assert_int_eq(outcome.known.last_s, end_s);
}
END_TEST

START_TEST(a_file_older_than_the_rows_is_not_judged)
{
	double wrong = 12345;

	made_rows_write(&made, dir, &agent, made.rows[1000].start_s);
	made.from_s = made.rows[1100].start_s;
	put(path, value_offset(0, made.rows[990].start_s, 0), &wrong,
	    sizeof(wrong));
	mend();
	ck_assert_int_eq(outcome.what, RRD_APPENDED);
	ck_assert_uint_eq(outcome.rows, ROWS - 1100);
}
END_TEST

START_TEST(only_the_end_is_looked_at_unless_all_is_wanted)
{
	double wrong = 12345;

	made_rows_write(&made, dir, &agent, INT64_MAX);
	put(path, value_offset(0, made.rows[1000].start_s, 0), &wrong,
	    sizeof(wrong));
	mend();
	ck_assert_int_eq(outcome.what, RRD_SOUND);
	ck_assert_int_ge(made.asked_s, end_s - 7200 - DAY);
	ck_assert_int_eq(mend_checking(RRD_MEND_ALL), 0);
	ck_assert_int_ne(outcome.what, RRD_SOUND);
	ck_assert_int_eq(made.asked_s, T0);
	assert_whole();
}
END_TEST

START_TEST(rows_out_of_order_are_refused)
{
	struct series_row row = made.rows[2000];

	made.rows[2000] = made.rows[2001];
	made.rows[2001] = row;
	ck_assert_int_eq(mend_checking(RRD_MEND_ALL), ERR_RANGE);
	ck_assert_int_eq(access(path, F_OK), -1);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_sound_file_is_left_alone, 0 },
		{ a_file_that_is_behind_gets_its_rows, 4 },
		{ a_file_that_ends_in_a_gap_is_sound, 0 },
		{ a_missing_file_is_made_of_the_rows, 0 },
		{ a_missing_file_is_made_of_its_copy, 0 },
		{ nothing_is_made_of_nothing, 0 },
		{ what_is_no_such_file_is_made_anew, COUNT_OF(harms) },
		{ what_is_no_such_file_is_made_anew_of_its_copy,
		  COUNT_OF(harms) },
		{ what_lies_between_copy_and_rows_is_lost_and_told, 0 },
		{ what_cannot_be_made_anew_is_put_aside, 0 },
		{ a_copy_that_is_no_such_file_is_dropped, 0 },
		{ a_wrong_row_is_seen, 12 },
		{ what_is_wrong_in_progress_is_seen, 10 },
		{ a_step_that_has_begun_is_seen, 0 },
		{ a_row_of_which_the_journal_knows_nothing_is_seen, 0 },
		{ a_file_from_the_future_is_made_anew, 0 },
		{ rows_from_the_future_are_left_out, 0 },
		{ a_file_older_than_the_rows_is_not_judged, 0 },
		{ only_the_end_is_looked_at_unless_all_is_wanted, 0 },
		{ rows_out_of_order_are_refused, 0 },
	};

	return unit_run_with("rrd_mend", setup, teardown, tests,
			     COUNT_OF(tests));
}
