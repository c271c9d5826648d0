/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Killed at any moment. A mending is stopped before each of its system calls in
 * turn: the file is the old one or the new one, never neither. An update is
 * stopped at some instruction: whatever it left is mended. LANTERNE_FAULT=long:
 * every call, a thousand instructions.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/rrd_copy.h"
#include "store/rrd_file.h"
#include "store/rrd_mend.h"
#include "support/made_rows.h"
#include "support/map_hook.h"
#include "support/stored_rows.h"
#include "support/tempdir.h"
#include "support/unit.h"
#include "util/file.h"
#include "util/log.h"

enum {
	SILENT = 2, /* below every level */
	ROWS = 800,
	CALLS_MAX = 5000,
	SHORT_CALLS = 7, /* every seventh call, in the short form */
	SHORT_KILLS = 12,
	LONG_KILLS = 1000,
	NOT_ALLOWED = 77,
};

static char *dir;
static char *reference;
static char path[PATH_MAX];
static char copy[PATH_MAX];
static char whole[PATH_MAX];
static struct series pair;
static const struct series_layout *layout;
static struct made_rows made;
static int64_t end_s;
static size_t size;
static uint8_t *damaged; /* bytes of a file that needs mending */
static bool has_copy;

/* After the third call of an update librrd looks into the file. */
static void stand_still(void)
{
	static int calls;

	if (++calls == 3)
		(void)raise(SIGSTOP);
}

static uint8_t *read_image(const char *name)
{
	uint8_t *bytes = malloc(size);
	int fd = open(name, O_RDONLY);

	ck_assert(bytes && fd >= 0);
	ck_assert_int_eq(read(fd, bytes, size), (ssize_t)size);
	ck_assert_int_eq(close(fd), 0);
	return bytes;
}

static void write_image(const char *name, const uint8_t *bytes)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes, size), (ssize_t)size);
	ck_assert_int_eq(close(fd), 0);
}

static void setup(void)
{
	uint64_t seed = 47;

	log_set_level((enum log_level)SILENT);
	dir = tempdir_new();
	reference = tempdir_new();
	pair = stored_series(SERIES_PAIR);
	layout = series_layout(pair.kind);
	size = rrd_header_file_size(layout);
	made = made_rows_new(layout, STORED_START + 900, ROWS, &seed);
	end_s = made.rows[ROWS - 1].start_s + layout->step_s;
	ck_assert_int_eq(series_path(path, sizeof(path), dir, &pair), 0);
	ck_assert_int_eq(rrd_copy_path(copy, sizeof(copy), dir, &pair), 0);
	ck_assert_int_eq(series_path(whole, sizeof(whole), reference, &pair),
			 0);
	made_rows_write(&made, dir, &pair, INT64_MAX);
	made_rows_write(&made, reference, &pair, INT64_MAX);
	damaged = read_image(path);
	/* within the finest archive, which the rows cover */
	memset(damaged + rrd_header_size(layout), 0, 18000);
	ck_assert_int_eq(file_make_directory_of(copy), 0);
}

static void teardown(void)
{
	free(damaged);
	made_rows_free(&made);
	tempdir_remove(dir);
	tempdir_remove(reference);
}

static bool is_long(void)
{
	const char *form = getenv("LANTERNE_FAULT");

	return form && strcmp(form, "long") == 0;
}

static int mend(struct rrd_mend_outcome *outcome)
{
	struct rrd_source source = made_rows_source(&made);
	struct rrd_mend_options options = rrd_mend_options_at(end_s + 30);

	options.check_s = RRD_MEND_ALL;
	return rrd_mend(dir, &pair, &source, &options, outcome);
}

static int mend_in_child(void)
{
	struct rrd_mend_outcome outcome;

	return mend(&outcome) == 0 ? 0 : 1;
}

static int write_in_child(void)
{
	map_hook_set(stand_still);
	return rrd_write_rows(dir, &pair, &made.rows[ROWS - 1], 1, NULL) == 0
		   ? 0
		   : 1;
}

/* Start work in a child that is traced and stands still before it. */
static pid_t start(int (*work)(void))
{
	int status;
	pid_t child = fork();

	ck_assert_int_ge(child, 0);
	if (child == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
			_exit(NOT_ALLOWED);
		(void)raise(SIGSTOP);
		_exit(work());
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	if (WIFSTOPPED(status))
		return child;
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == NOT_ALLOWED);
	return -1;
}

/* Let the child go on by a call or instruction. @return false: it has ended */
static bool step(pid_t child, enum __ptrace_request by)
{
	int status;

	ck_assert_int_eq(ptrace(by, child, NULL, NULL), 0);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	if (WIFSTOPPED(status))
		return true;
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	return false;
}

/*
 * Let the child go on by so many calls or instructions, and kill it there.
 * @return false: it ended by itself before
 */
static bool kill_after(pid_t child, enum __ptrace_request by, long count)
{
	int status;

	for (long i = 0; i < count; i++) {
		if (!step(child, by))
			return false;
	}
	ck_assert_int_eq(kill(child, SIGKILL), 0);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFSIGNALED(status));
	return true;
}

static bool has_bytes(const char *name, const uint8_t *bytes)
{
	uint8_t *there = read_image(name);
	bool same = memcmp(there, bytes, size) == 0;

	free(there);
	return same;
}

/* Nothing but files that are in use, and what was put aside. */
static void assert_no_litter(void)
{
	char command[PATH_MAX + 128];
	struct rrd_sweep sweep;

	ck_assert_int_eq(rrd_copy_sweep(dir, 0, &sweep), 0);
	ck_assert_uint_eq(sweep.failed, 0);
	(void)snprintf(command, sizeof(command),
		       "test -z \"$(find '%s/rrd' '%s/copies' -type f "
		       "-not -name '*.rrd')\"",
		       dir, dir);
	ck_assert_int_eq(system(command), 0);
}

/* One mending, killed before its nth system call. @return as kill_after */
static bool kill_a_mending(long n)
{
	struct rrd_mend_outcome outcome;
	const char *difference;
	bool killed;
	pid_t child;

	write_image(path, damaged);
	child = start(mend_in_child);
	if (child < 0) {
		(void)printf("skipped: no right to trace\n");
		return false;
	}
	killed = kill_after(child, PTRACE_SYSCALL, n);
	if (!has_bytes(path, damaged)) {
		difference = made_rows_difference(path, whole, layout, 0);
		ck_assert_msg(!difference, "call %ld: neither: %s", n,
			      difference);
	}
	assert_no_litter();
	ck_assert_int_eq(mend(&outcome), 0);
	difference = made_rows_difference(path, whole, layout, 0);
	ck_assert_msg(!difference, "call %ld: %s", n, difference);
	if (has_copy)
		ck_assert_int_eq(access(copy, F_OK), 0);
	return killed;
}

/* 0: of the rows alone, from a file that is none; 1: of its copy; 2: of
 * itself. Two stops a call, before and after it. */
START_TEST(a_mending_that_is_killed_leaves_the_old_or_the_new)
{
	long step = is_long() ? 2 : 2 * SHORT_CALLS;
	long n = 1;

	if (_i == 0)
		memset(damaged, 0, 4096);
	if (_i == 1) {
		uint8_t *bytes = read_image(whole);

		write_image(copy, bytes);
		free(bytes);
	}
	has_copy = _i == 1;
	while (n < CALLS_MAX && kill_a_mending(n))
		n += step;
	ck_assert_int_lt(n, CALLS_MAX);
	(void)printf("killed before every %ld. of %ld calls\n", step / 2,
		     n / 2);
}
END_TEST

/* An update in a child, which stands still where librrd begins with it. */
static pid_t start_update(void)
{
	int status;
	pid_t child = start(write_in_child);

	if (child < 0)
		return child;
	ck_assert_int_eq(ptrace(PTRACE_CONT, child, NULL, NULL), 0);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
	return child;
}

/* How many instructions there are from there on. */
static long count_instructions(void)
{
	pid_t child = start_update();
	long n = 0;

	while (child >= 0 && step(child, PTRACE_SINGLESTEP))
		n++;
	return n;
}

START_TEST(an_update_that_is_killed_is_mended)
{
	uint8_t *before;
	uint64_t seed = 53;
	long instructions;
	int kills = is_long() ? LONG_KILLS : SHORT_KILLS;
	int mended = 0;
	struct rrd_mend_outcome outcome = { 0 };

	ck_assert_int_eq(unlink(path), 0);
	made_rows_write(&made, dir, &pair, made.rows[ROWS - 1].start_s);
	before = read_image(path);
	instructions = count_instructions();
	if (instructions == 0) {
		(void)printf("skipped: no right to trace\n");
		free(before);
		return;
	}
	for (int i = 0; i < kills; i++) {
		const char *difference;
		long n;

		n = (long)stored_random(&seed) % instructions;
		write_image(path, before);
		(void)kill_after(start_update(), PTRACE_SINGLESTEP, n);
		ck_assert_int_eq(mend(&outcome), 0);
		mended += outcome.what > RRD_APPENDED;
		difference = made_rows_difference(path, whole, layout, 0);
		ck_assert_msg(!difference, "instruction %ld: %s", n,
			      difference);
	}
	(void)printf(
	    "killed at %d of %ld instructions: %d times half written\n", kills,
	    instructions, mended);
	free(before);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_mending_that_is_killed_leaves_the_old_or_the_new, 3 },
		{ an_update_that_is_killed_is_mended, 0 },
	};

	return unit_run_with("rrd_kill", setup, teardown, tests,
			     COUNT_OF(tests));
}
