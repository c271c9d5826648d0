/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/rrd_copy.h"
#include "store/rrd_mend.h"
#include "support/made_rows.h"
#include "support/stored_rows.h"
#include "support/tempdir.h"
#include "support/unit.h"
#include "util/err.h"
#include "util/file.h"
#include "util/log.h"

#define T0 STORED_START

enum {
	SILENT = 2, /* below every level */
	ROWS = 500,
	PAIR_BYTES = 82224,
};

static char *dir;
static char path[PATH_MAX];
static char copy[PATH_MAX];
static struct series pair;
static const struct series_layout *layout;
static struct made_rows made;
static struct rrd_known known;

/* Write the rows before end_s, and learn what the file is. */
static void write_until(int64_t end_s)
{
	struct rrd_source source = made_rows_source(&made);
	struct rrd_mend_options options = rrd_mend_options_at(T0 + (1 << 20));
	struct rrd_mend_outcome outcome;

	made_rows_write(&made, dir, &pair, end_s);
	source.from_s = T0 + (1 << 20);
	ck_assert_int_eq(rrd_mend(dir, &pair, &source, &options, &outcome), 0);
	known = outcome.known;
}

static void setup(void)
{
	uint64_t seed = 11;

	log_set_level((enum log_level)SILENT);
	dir = tempdir_new();
	pair = stored_series(SERIES_PAIR);
	layout = series_layout(pair.kind);
	made = made_rows_new(layout, T0, ROWS, &seed);
	ck_assert_int_eq(series_path(path, sizeof(path), dir, &pair), 0);
	ck_assert_int_eq(rrd_copy_path(copy, sizeof(copy), dir, &pair), 0);
	write_until(made.rows[400].start_s);
}

static void teardown(void)
{
	made_rows_free(&made);
	tempdir_remove(dir);
}

static struct stat status_of(const char *name)
{
	struct stat status;

	ck_assert_int_eq(stat(name, &status), 0);
	return status;
}

static void copy_it(uint64_t wanted)
{
	uint64_t bytes = 1;

	ck_assert_int_eq(rrd_copy(dir, &pair, &known, &bytes), 0);
	ck_assert_uint_eq(bytes, wanted);
}

START_TEST(a_copy_holds_what_the_file_does)
{
	struct stat status;
	char expected[PATH_MAX];

	copy_it(PAIR_BYTES);
	ck_assert_ptr_null(made_rows_difference(path, copy, layout, 0));
	status = status_of(copy);
	ck_assert_int_eq(status.st_size, PAIR_BYTES);
	ck_assert_int_ge(status.st_blocks * 512, status.st_size);
	ck_assert_uint_ne(status.st_ino, known.inode);
	(void)snprintf(expected, sizeof(expected),
		       "%s/copies/rrd/pair/v100/as64500/as64501.rrd", dir);
	ck_assert_str_eq(copy, expected);
}
END_TEST

START_TEST(what_did_not_change_is_not_copied_again)
{
	ino_t inode;

	copy_it(PAIR_BYTES);
	inode = status_of(copy).st_ino;
	copy_it(0);
	ck_assert_uint_eq(status_of(copy).st_ino, inode);
	write_until(made.rows[401].start_s);
	copy_it(PAIR_BYTES);
	ck_assert_uint_ne(status_of(copy).st_ino, inode);
	ck_assert_ptr_null(made_rows_difference(path, copy, layout, 0));
}
END_TEST

START_TEST(a_damaged_copy_is_made_anew)
{
	copy_it(PAIR_BYTES);
	ck_assert_int_eq(truncate(copy, 10000), 0);
	copy_it(PAIR_BYTES);
	ck_assert_ptr_null(made_rows_difference(path, copy, layout, 0));
}
END_TEST

START_TEST(only_what_was_verified_is_copied)
{
	uint64_t bytes;
	struct rrd_known other = known;

	other.last_s -= 300;
	ck_assert_int_eq(rrd_copy(dir, &pair, &other, &bytes), -EAGAIN);
	other = known;
	other.inode++;
	ck_assert_int_eq(rrd_copy(dir, &pair, &other, &bytes), -EAGAIN);
	ck_assert_int_eq(truncate(path, 10000), 0);
	ck_assert_int_eq(rrd_copy(dir, &pair, &known, &bytes), ERR_STORE);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(rrd_copy(dir, &pair, &known, &bytes), ERR_NOT_FOUND);
	ck_assert_int_eq(access(copy, F_OK), -1);
}
END_TEST

/* What a full disk does, done by a limit on the size of files. */
START_TEST(the_old_copy_stands_where_there_is_no_room)
{
	struct rlimit limit;
	uint64_t bytes;
	ino_t inode;
	char fresh[PATH_MAX + 8];

	copy_it(PAIR_BYTES);
	inode = status_of(copy).st_ino;
	write_until(made.rows[402].start_s);
	ck_assert(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = PAIR_BYTES - 1;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_int_eq(rrd_copy(dir, &pair, &known, &bytes), -EFBIG);
	ck_assert_uint_eq(status_of(copy).st_ino, inode);
	(void)snprintf(fresh, sizeof(fresh), "%s.new", copy);
	ck_assert_int_eq(access(fresh, F_OK), -1);
}
END_TEST

START_TEST(a_copy_is_removed)
{
	copy_it(PAIR_BYTES);
	ck_assert_int_eq(rrd_copy_remove(dir, &pair), 0);
	ck_assert_int_eq(access(copy, F_OK), -1);
	ck_assert_int_eq(rrd_copy_remove(dir, &pair), 0);
	ck_assert_int_eq(access(path, F_OK), 0);
}
END_TEST

static void touch(const char *beside, const char *behind)
{
	char name[PATH_MAX + 32];

	(void)snprintf(name, sizeof(name), "%s%s", beside, behind);
	ck_assert_int_eq(file_make_directory_of(name), 0);
	ck_assert_int_eq(file_replace(name, "x", 1), 0);
}

START_TEST(the_sweep_removes_what_was_half_written)
{
	struct rrd_sweep sweep;
	struct series odd = { .kind = SERIES_SWITCH,
			      .switch_name = "sw1.rrd.new" };
	double rate = 1;
	int64_t end_s;

	stored_write(dir, &odd, T0, &rate, 1);
	copy_it(PAIR_BYTES);
	touch(path, ".new");
	touch(path, ".newAbC123");
	touch(path, ".mend");
	touch(path, ".mend.new");
	touch(copy, ".new");
	touch(path, ".keep");
	ck_assert_int_eq(rrd_copy_sweep(dir, INT64_MAX, &sweep), 0);
	ck_assert_uint_eq(sweep.temporaries, 5);
	ck_assert_uint_eq(sweep.copies, 0);
	ck_assert_uint_eq(sweep.failed, 0);
	ck_assert_int_eq(access(path, F_OK), 0);
	ck_assert_int_eq(access(copy, F_OK), 0);
	ck_assert_int_eq(rrd_last_end(dir, &odd, &end_s), 0);
}
END_TEST

START_TEST(the_sweep_removes_old_copies_of_what_is_gone)
{
	struct rrd_sweep sweep;
	int64_t made_s;

	copy_it(PAIR_BYTES);
	made_s = status_of(copy).st_mtim.tv_sec;
	ck_assert_int_eq(rrd_copy_sweep(dir, made_s + 1, &sweep), 0);
	ck_assert_uint_eq(sweep.copies, 0);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(rrd_copy_sweep(dir, made_s, &sweep), 0);
	ck_assert_uint_eq(sweep.copies, 0);
	ck_assert_int_eq(rrd_copy_sweep(dir, made_s + 1, &sweep), 0);
	ck_assert_uint_eq(sweep.copies, 1);
	ck_assert_int_eq(access(copy, F_OK), -1);
}
END_TEST

START_TEST(a_sweep_of_nothing_is_fine)
{
	struct rrd_sweep sweep;
	char *empty = tempdir_new();

	ck_assert_int_eq(rrd_copy_sweep(empty, INT64_MAX, &sweep), 0);
	ck_assert_uint_eq(sweep.failed, 0);
	tempdir_remove(empty);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_copy_holds_what_the_file_does, 0 },
		{ what_did_not_change_is_not_copied_again, 0 },
		{ a_damaged_copy_is_made_anew, 0 },
		{ only_what_was_verified_is_copied, 0 },
		{ the_old_copy_stands_where_there_is_no_room, 0 },
		{ a_copy_is_removed, 0 },
		{ the_sweep_removes_what_was_half_written, 0 },
		{ the_sweep_removes_old_copies_of_what_is_gone, 0 },
		{ a_sweep_of_nothing_is_fine, 0 },
	};

	return unit_run_with("rrd_copy", setup, teardown, tests,
			     COUNT_OF(tests));
}
