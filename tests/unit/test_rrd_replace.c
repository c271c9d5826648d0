/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a new file takes the old one's place, and what becomes of that. */
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

#include "store/rrd_aside.h"
#include "store/rrd_copy.h"
#include "store/rrd_mend.h"
#include "support/made_rows.h"
#include "support/stored_rows.h"
#include "support/tempdir.h"
#include "support/unit.h"
#include "util/file.h"
#include "util/log.h"

#define T0   (STORED_START + 420)
#define STEP INT64_C(60)

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

static int try_to_mend(void)
{
	struct rrd_source source = made_rows_source(&made);
	struct rrd_mend_options options = rrd_mend_options_at(end_s + 30);

	return rrd_mend(dir, &agent, &source, &options, &outcome);
}

static void mend(void)
{
	ck_assert_int_eq(try_to_mend(), 0);
}

static void assert_whole(void)
{
	const char *difference = made_rows_difference(path, whole, layout, 0);

	ck_assert_msg(!difference, "differs: %s", difference);
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

static void make_short(void)
{
	ck_assert_int_eq(truncate(path, 100000), 0);
}

START_TEST(the_old_file_is_kept_by_a_second_name)
{
	char kept[PATH_MAX];
	ino_t inode;

	made_rows_write(&made, dir, &agent, INT64_MAX);
	inode = inode_of(path);
	/* 2023-11-14T22:13:20Z, twice within a second */
	ck_assert_int_eq(rrd_aside_keep(dir, "agent/sw1.rrd", 1700000000), 0);
	ck_assert_int_eq(rrd_aside_keep(dir, "agent/sw1.rrd", 1700000000), 0);
	ck_assert_uint_eq(inode_of(path), inode);
	(void)snprintf(kept, sizeof(kept),
		       "%s/corrupt/agent/sw1.rrd.20231114T221320Z", dir);
	ck_assert_uint_eq(inode_of(kept), inode);
	(void)snprintf(kept, sizeof(kept),
		       "%s/corrupt/agent/sw1.rrd.20231114T221320Z-01", dir);
	ck_assert_uint_eq(inode_of(kept), inode);
	ck_assert_int_eq(rrd_aside_keep(dir, "agent/sw2.rrd", 1700000000),
			 -ENOENT);
}
END_TEST

START_TEST(nothing_is_trimmed_of_nothing)
{
	uint64_t removed = 0;

	ck_assert_int_eq(rrd_aside_trim(dir, 0, 0, &removed), 0);
	ck_assert_uint_eq(removed, 0);
}
END_TEST

START_TEST(what_is_put_aside_is_bounded)
{
	struct rrd_source source = made_rows_source(&made);
	struct rrd_mend_options options = rrd_mend_options_at(end_s);
	uint64_t removed = 0;
	char oldest[PATH_MAX];

	options.keep_files = 3;
	for (int i = 0; i < 6; i++) {
		options.now_s = end_s + i / 2;
		ck_assert_int_eq(
		    rrd_mend(dir, &agent, &source, &options, &outcome), 0);
		removed += outcome.aside_removed;
		make_short();
	}
	ck_assert_uint_eq(kept_aside(), 3);
	ck_assert_uint_eq(removed, 2);
	(void)snprintf(oldest, sizeof(oldest), "%s/corrupt/agent", dir);
	ck_assert_uint_eq(count_files(oldest), 3);
	options.keep_bytes = 150000;
	ck_assert_int_eq(rrd_mend(dir, &agent, &source, &options, &outcome), 0);
	ck_assert_uint_eq(outcome.aside_removed, 3);
	ck_assert_uint_eq(kept_aside(), 1);
}
END_TEST

/* What a full disk does, done by a limit on the size of files. */
START_TEST(the_old_file_stands_until_the_new_one_is_whole)
{
	struct rlimit limit;
	ino_t inode;

	made_rows_write(&made, dir, &agent, made.rows[2000].start_s);
	if (_i == 1)
		make_copy();
	make_short();
	inode = inode_of(path);
	ck_assert(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = 1000000;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_int_eq(try_to_mend(), -EFBIG);
	ck_assert_uint_eq(inode_of(path), inode);
	ck_assert_uint_eq(count_files(dir), 1 + (unsigned long)_i);
	limit.rlim_cur = limit.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	mend();
	assert_whole();
}
END_TEST

START_TEST(a_stale_new_file_is_no_hindrance)
{
	char stale[PATH_MAX + 8];

	made_rows_write(&made, dir, &agent, INT64_MAX);
	(void)snprintf(stale, sizeof(stale), "%s.mend", path);
	ck_assert_int_eq(link(path, stale), 0);
	make_short();
	mend();
	assert_whole();
	ck_assert_int_eq(access(stale, F_OK), -1);
}
END_TEST

/* What this process logs from here on. */
static void log_to(const char *name)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_APPEND, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_ge(dup2(fd, STDERR_FILENO), 0);
	ck_assert_int_eq(close(fd), 0);
	log_set_level(LOG_LEVEL_DEBUG);
}

START_TEST(what_was_mended_is_told_in_one_line)
{
	char name[PATH_MAX];
	struct text text;

	(void)snprintf(name, sizeof(name), "%s/log", reference);
	made_rows_write(&made, dir, &agent, made.rows[2000].start_s);
	log_to(name);
	mend();
	mend();
	text_init(&text);
	ck_assert_int_eq(file_read(name, 10000, &text), 0);
	ck_assert_str_eq(text_str(&text), "");
	make_short();
	mend();
	ck_assert_int_eq(file_read(name, 10000, &text), 0);
	ck_assert_msg(strstr(text_str(&text),
			     "agent/sw1.rrd: wrong size: made anew and 3000 "
			     "rows of the journal; what was before"),
		      "%s", text_str(&text));
	ck_assert_ptr_eq(strchr(text_str(&text), '\n'),
			 text_str(&text) + text.len - 1);
	text_fini(&text);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ the_old_file_is_kept_by_a_second_name, 0 },
		{ nothing_is_trimmed_of_nothing, 0 },
		{ what_is_put_aside_is_bounded, 0 },
		{ the_old_file_stands_until_the_new_one_is_whole, 2 },
		{ a_stale_new_file_is_no_hindrance, 0 },
		{ what_was_mended_is_told_in_one_line, 0 },
	};

	return unit_run_with("rrd_replace", setup, teardown, tests,
			     COUNT_OF(tests));
}
