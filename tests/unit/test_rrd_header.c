/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that are not what they should be. Every test asks all three: the
 * reader, the writer and rrd_last_end.
 */
#include <check.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/rrd_header.h"
#include "store/rrd_read.h"
#include "store/rrd_write.h"
#include "support/stored_rows.h"
#include "support/tempdir.h"
#include "util/err.h"
#include "util/log.h"

#define T0 STORED_START

enum {
	SILENT = 2, /* below every level */
	ROWS = 700,
	END_S = ROWS * SERIES_PAIR_STEP_S,
	/* Of a pair: 4 data sources, 4 archives. */
	HEADER_SIZE = 128 + 4 * 120 + 4 * 120 + 16 + 4 * 112 + 16 * 80 + 4 * 8,
	FILE_SIZE = HEADER_SIZE + (576 + 672 + 744 + 488) * 4 * 8,
	MUTATIONS = 10000,
	TIMEOUT_S = 60, /* for valgrind on a busy machine */
};

static char *dir;
static char path[PATH_MAX];
static struct series pair;
static uint8_t whole[FILE_SIZE];

/* A pair's file, its bytes also in whole. */
static void setup(void)
{
	double rates[ROWS];
	int fd;

	log_set_level((enum log_level)SILENT);
	dir = tempdir_new();
	pair = stored_series(SERIES_PAIR);
	for (size_t i = 0; i < ROWS; i++)
		rates[i] = (double)i;
	stored_write(dir, &pair, T0, rates, ROWS);
	ck_assert_int_eq(series_path(path, sizeof(path), dir, &pair), 0);
	fd = open(path, O_RDONLY);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(read(fd, whole, FILE_SIZE), FILE_SIZE);
	ck_assert_int_eq(close(fd), 0);
}

static void teardown(void)
{
	tempdir_remove(dir);
}

static void put_bytes(size_t offset, const void *bytes, size_t len)
{
	int fd = open(path, O_WRONLY);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pwrite(fd, bytes, len, (off_t)offset), (ssize_t)len);
	ck_assert_int_eq(close(fd), 0);
}

static int try_read(void)
{
	struct series_data data = { 0 };
	struct series_range range = { CONSOLIDATION_AVERAGE, T0, T0 + 86400,
				      300 };
	int rc = series_read(&data, dir, &pair, &range);

	series_data_fini(&data);
	return rc;
}

static int try_write(void)
{
	struct series_row row = { .start_s = T0 + END_S };

	return rrd_write_rows(dir, &pair, &row, 1, NULL);
}

static void assert_refused(void)
{
	int64_t end_s;

	ck_assert_int_eq(try_read(), ERR_STORE);
	ck_assert_int_eq(try_write(), ERR_STORE);
	ck_assert_int_eq(rrd_last_end(dir, &pair, &end_s), ERR_STORE);
}

START_TEST(a_whole_file_is_accepted)
{
	ck_assert_int_eq(try_read(), 0);
	ck_assert_int_eq(try_write(), 0);
}
END_TEST

START_TEST(a_truncated_file_is_refused)
{
	int64_t end_s;

	for (off_t size = FILE_SIZE - 1; size >= 0;
	     size -= size < HEADER_SIZE ? 1 : 97) {
		ck_assert_int_eq(truncate(path, size), 0);
		ck_assert_int_eq(rrd_last_end(dir, &pair, &end_s), ERR_STORE);
	}
	ck_assert_int_eq(truncate(path, FILE_SIZE / 2), 0);
	assert_refused();
	ck_assert_int_eq(truncate(path, 0), 0);
	assert_refused();
}
END_TEST

START_TEST(a_longer_file_is_refused)
{
	ck_assert_int_eq(truncate(path, FILE_SIZE + 1), 0);
	assert_refused();
}
END_TEST

START_TEST(a_zeroed_file_is_refused)
{
	ck_assert_int_eq(truncate(path, 0), 0);
	ck_assert_int_eq(truncate(path, FILE_SIZE), 0);
	assert_refused();
}
END_TEST

START_TEST(what_is_no_regular_file_is_refused)
{
	ck_assert_int_eq(unlink(path), 0);
	if (_i == 0)
		ck_assert_int_eq(mkdir(path, 0755), 0);
	else
		ck_assert_int_eq(mkfifo(path, 0644), 0);
	assert_refused();
}
END_TEST

START_TEST(a_file_of_another_kind_is_refused)
{
	struct series other = stored_series((enum series_kind)_i);
	char other_path[PATH_MAX];
	double rate = 1;

	stored_write(dir, &other, T0, &rate, 1);
	ck_assert_int_eq(
	    series_path(other_path, sizeof(other_path), dir, &other), 0);
	ck_assert_int_eq(rename(other_path, path), 0);
	assert_refused();
}
END_TEST

/* Where the fields of a pair's file stand. */
enum {
	SOURCES = 128,
	ARCHIVES = SOURCES + 4 * 120,
	UPDATED = ARCHIVES + 4 * 120,
	SOURCE_STATES = UPDATED + 16,
	POSITIONS = HEADER_SIZE - 4 * 8,
};

static const struct {
	const char *what;
	size_t offset;
	size_t len;
	uint8_t bytes[8];
} lies[] = {
	{ "cookie", 0, 1, { 'X' } },
	{ "version", 7, 1, { '2' } },
	{ "newer version", 7, 1, { '9' } },
	{ "version without end", 8, 1, { '0' } },
	{ "float cookie", 16, 1, { 0 } },
	{ "no data sources", 24, 1, { 0 } },
	{ "one data source more", 24, 1, { 5 } },
	{ "2^60 data sources", 31, 1, { 0x10 } },
	{ "no archives", 32, 1, { 0 } },
	{ "2^63 archives", 39, 1, { 0x80 } },
	{ "no step", 40, 2, { 0, 0 } },
	{ "name without end", SOURCES, 8, { "abcdefgh" } },
	{ "type", SOURCES + 20, 8, { "COMPUTE" } },
	{ "heartbeat", SOURCES + 40, 1, { 1 } },
	{ "minimum", SOURCES + 55, 1, { 0xc0 } },
	{ "maximum", SOURCES + 56, 8, { 0 } },
	{ "consolidation", ARCHIVES, 8, { "SEASONA" } },
	{ "no rows", ARCHIVES + 24, 8, { 0 } },
	{ "one row more", ARCHIVES + 24, 1, { 65 } },
	{ "2^63 rows", ARCHIVES + 31, 1, { 0x80 } },
	{ "no steps per row", ARCHIVES + 32, 8, { 0 } },
	{ "xff", ARCHIVES + 40, 8, { 0 } },
	{ "far future", UPDATED + 7, 1, { 0x7f } },
	{ "negative time", UPDATED + 7, 1, { 0xff } },
	{ "negative microseconds", UPDATED + 15, 1, { 0xff } },
	{ "position at the end", POSITIONS, 2, { 0x40, 0x02 } },
	{ "position far out", POSITIONS + 7, 1, { 0x7f } },
	{ "last archive's position", POSITIONS + 24 + 7, 1, { 0xff } },
};

enum { LIES = sizeof(lies) / sizeof(lies[0]) };

START_TEST(a_header_that_lies_is_refused)
{
	put_bytes(lies[_i].offset, lies[_i].bytes, lies[_i].len);
	assert_refused();
}
END_TEST

START_TEST(a_last_reading_without_end_is_refused)
{
	char reading[30];

	memset(reading, '1', sizeof(reading));
	put_bytes(SOURCE_STATES, reading, sizeof(reading));
	assert_refused();
}
END_TEST

/* Change up to four bytes of the header, then use the file. */
START_TEST(a_mutated_header_is_refused_or_harmless)
{
	uint64_t seed = (uint64_t)_i;
	size_t refused = 0;

	for (int i = 0; i < MUTATIONS / 10; i++) {
		unsigned changes = stored_random(&seed) % 4 + 1;
		int rc;

		for (unsigned n = 0; n < changes; n++) {
			uint8_t byte = (uint8_t)stored_random(&seed);

			put_bytes(stored_random(&seed) % HEADER_SIZE, &byte, 1);
		}
		rc = try_read();
		ck_assert(rc == 0 || rc == ERR_STORE);
		refused += rc != 0;
		rc = try_write();
		ck_assert(rc == 0 || rc == ERR_STORE);
		put_bytes(0, whole, HEADER_SIZE);
	}
	ck_assert_uint_gt(refused, MUTATIONS / 100);
	ck_assert_int_eq(try_read(), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("rrd_header");
	TCase *tcase = tcase_create("damage");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, TIMEOUT_S);
	tcase_add_test(tcase, a_whole_file_is_accepted);
	tcase_add_test(tcase, a_truncated_file_is_refused);
	tcase_add_test(tcase, a_longer_file_is_refused);
	tcase_add_test(tcase, a_zeroed_file_is_refused);
	tcase_add_loop_test(tcase, what_is_no_regular_file_is_refused, 0, 2);
	tcase_add_loop_test(tcase, a_file_of_another_kind_is_refused, 0,
			    SERIES_PAIR);
	tcase_add_loop_test(tcase, a_header_that_lies_is_refused, 0, LIES);
	tcase_add_test(tcase, a_last_reading_without_end_is_refused);
	tcase_add_loop_test(tcase, a_mutated_header_is_refused_or_harmless, 0,
			    10);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
