/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One file, several processes: a reader beside the writer, and locks that
 * other programs hold.
 */
#include <check.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/rrd_read.h"
#include "store/rrd_write.h"
#include "support/stored_rows.h"
#include "support/tempdir.h"
#include "util/attr.h"

#define T0   STORED_START
#define STEP INT64_C(60)

enum {
	PAUSE_US = 300,
	UNTIL_KILLED = 0,
	TIMEOUT_S = 60, /* for valgrind on a busy machine */
};

static char *dir;
static struct series agent;

/* A file with one row of 0. */
static void setup(void)
{
	double rate = 0;

	dir = tempdir_new();
	agent = stored_series(SERIES_AGENT);
	stored_write(dir, &agent, T0, &rate, 1);
}

static void teardown(void)
{
	tempdir_remove(dir);
}

/* Row i of the writer below holds i in every column. */
static NORETURN void write_one_by_one(size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct series_row row = { .start_s = T0 + (int64_t)i * STEP };

		for (size_t c = 0; c < SERIES_COLUMNS_MAX; c++)
			row.values[c] = (double)i;
		if (rrd_write_rows(dir, &agent, &row, 1, NULL) != 0)
			_exit(1);
		(void)usleep(PAUSE_US);
	}
	_exit(0);
}

static void assert_nothing_torn(size_t count)
{
	struct series_data data =
	    stored_read(dir, &agent, T0 + STEP, T0 + (int64_t)count * STEP, 60);

	for (size_t i = 0; i < data.rows; i++) {
		for (size_t c = 0; c < data.columns; c++) {
			double value = series_at(&data, i, c);

			ck_assert(isnan(value) || value == (double)(i + 1));
		}
	}
	series_data_fini(&data);
}

START_TEST(a_reader_beside_the_writer_sees_whole_rows)
{
	enum { ROWS = 2800 };
	pid_t writer;
	int status;

	writer = fork();
	ck_assert_int_ge(writer, 0);
	if (writer == 0)
		write_one_by_one(ROWS);
	while (waitpid(writer, &status, WNOHANG) == 0)
		assert_nothing_torn(ROWS);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
END_TEST

/* As rrdtool does while it prints the file. */
static NORETURN void hold_lock(const char *path, short type, unsigned us,
			       int told)
{
	struct flock lock = { .l_type = type, .l_whence = SEEK_SET };
	int fd = open(path, O_RDWR);

	if (fd < 0 || fcntl(fd, F_SETLK, &lock) != 0)
		_exit(1);
	if (write(told, "", 1) != 1)
		_exit(1);
	if (us == UNTIL_KILLED)
		(void)pause();
	(void)usleep(us);
	_exit(0);
}

/* Start a process that holds a lock for a while; back once it had it. */
static pid_t lock_for_a_while(short type, unsigned us)
{
	char path[PATH_MAX];
	pid_t holder;
	int told[2];
	char byte;

	ck_assert_int_eq(series_path(path, sizeof(path), dir, &agent), 0);
	ck_assert_int_eq(pipe(told), 0);
	holder = fork();
	ck_assert_int_ge(holder, 0);
	if (holder == 0)
		hold_lock(path, type, us, told[1]);
	ck_assert_int_eq(close(told[1]), 0);
	ck_assert_int_eq(read(told[0], &byte, 1), 1);
	ck_assert_int_eq(close(told[0]), 0);
	return holder;
}

START_TEST(the_writer_waits_for_a_lock)
{
	double rate = 5;
	pid_t holder;
	int status;

	holder = lock_for_a_while(F_RDLCK, 100000);
	ck_assert_uint_eq(stored_write(dir, &agent, T0 + STEP, &rate, 1), 0);
	ck_assert_int_eq(waitpid(holder, &status, 0), holder);
	ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(a_reader_waits_for_the_writer)
{
	struct series_data data;
	pid_t holder;
	int status;

	holder = lock_for_a_while(F_WRLCK, 10000);
	data = stored_read(dir, &agent, T0, T0 + STEP, STEP);
	ck_assert_double_eq(series_at(&data, 0, 0), 0);
	series_data_fini(&data);
	ck_assert_int_eq(waitpid(holder, &status, 0), holder);
	ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(other_readers_do_not_delay_a_reader)
{
	struct series_data data;
	pid_t holder;
	int status;

	holder = lock_for_a_while(F_RDLCK, UNTIL_KILLED);
	data = stored_read(dir, &agent, T0, T0 + STEP, STEP);
	ck_assert_double_eq(series_at(&data, 0, 0), 0);
	series_data_fini(&data);
	ck_assert_int_eq(kill(holder, SIGKILL), 0);
	ck_assert_int_eq(waitpid(holder, &status, 0), holder);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("rrd_sharing");
	TCase *tcase = tcase_create("sharing");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, TIMEOUT_S);
	tcase_add_test(tcase, a_reader_beside_the_writer_sees_whole_rows);
	tcase_add_test(tcase, the_writer_waits_for_a_lock);
	tcase_add_test(tcase, a_reader_waits_for_the_writer);
	tcase_add_test(tcase, other_readers_do_not_delay_a_reader);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
