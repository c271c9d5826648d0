/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files with any bytes in them: nothing crashes, and after it the file is what
 * the rows say. LANTERNE_FAULT=long: ten thousand headers, all lengths.
 */
#include <check.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/rrd_file.h"
#include "store/rrd_mend.h"
#include "support/made_rows.h"
#include "support/stored_rows.h"
#include "support/tempdir.h"
#include "support/unit.h"
#include "util/log.h"

enum {
	SILENT = 2, /* below every level */
	ROWS = 900,
	LENGTH_STEP = 97,
	SHORT_HEADERS = 200,
	LONG_HEADERS = 10000,
	SHORT_FILES = 60,
	LONG_FILES = 2000,
	SHORT_PART = 13, /* of the lengths, in the short form */
};

static char *dir;
static char *reference;
static char path[PATH_MAX];
static char whole[PATH_MAX];
static struct series pair;
static const struct series_layout *layout;
static struct made_rows made;
static int64_t end_s;
static uint8_t *image; /* of the whole file */
static size_t size;

static void put_file(const uint8_t *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
	ck_assert_int_eq(close(fd), 0);
}

static void setup(void)
{
	uint64_t seed = 31;
	int fd;

	log_set_level((enum log_level)SILENT);
	dir = tempdir_new();
	reference = tempdir_new();
	pair = stored_series(SERIES_PAIR);
	layout = series_layout(pair.kind);
	size = rrd_header_file_size(layout);
	made = made_rows_new(layout, STORED_START + 900, ROWS, &seed);
	end_s = made.rows[ROWS - 1].start_s + layout->step_s;
	ck_assert_int_eq(series_path(path, sizeof(path), dir, &pair), 0);
	ck_assert_int_eq(series_path(whole, sizeof(whole), reference, &pair),
			 0);
	made_rows_write(&made, dir, &pair, INT64_MAX);
	made_rows_write(&made, reference, &pair, INT64_MAX);
	image = malloc(size);
	ck_assert_ptr_nonnull(image);
	fd = open(whole, O_RDONLY);
	ck_assert_int_eq(read(fd, image, size), (ssize_t)size);
	ck_assert_int_eq(close(fd), 0);
}

static void teardown(void)
{
	free(image);
	made_rows_free(&made);
	tempdir_remove(dir);
	tempdir_remove(reference);
}

static bool is_long(void)
{
	const char *form = getenv("LANTERNE_FAULT");

	return form && strcmp(form, "long") == 0;
}

/*
 * Mend, and see that all the journal covers is right. @return whether the file
 * was wrong
 */
static bool mend(int64_t check_s)
{
	struct rrd_source source = made_rows_source(&made);
	struct rrd_mend_options options = rrd_mend_options_at(end_s + 30);
	struct rrd_mend_outcome outcome;
	const char *difference;

	options.check_s = check_s;
	ck_assert_int_eq(rrd_mend(dir, &pair, &source, &options, &outcome), 0);
	difference = made_rows_difference(path, whole, layout, made.from_s);
	ck_assert_msg(!difference, "differs: %s; %d, %s", difference,
		      (int)outcome.what, outcome.fault);
	return outcome.what != RRD_SOUND;
}

/* Change some bytes of a header in one of the ways that things go wrong. */
static void mutate(uint8_t *bytes, size_t len, uint64_t *seed)
{
	static const uint64_t words[] = {
		0, 1, 0x7fffffff, 0x80000000, 0xffffffff, INT64_MAX, UINT64_MAX,
	};
	size_t at = stored_random(seed) % len;
	size_t n = 1 + stored_random(seed) % 8;
	size_t from = stored_random(seed) % len;

	switch (stored_random(seed) % 5) {
	case 0:
		bytes[at] ^= (uint8_t)(1u << stored_random(seed) % 8);
		break;
	case 1:
		for (size_t i = 0; i < n; i++)
			bytes[stored_random(seed) % len] =
			    (uint8_t)stored_random(seed);
		break;
	case 2:
		at -= at % 8;
		memcpy(bytes + at, &words[stored_random(seed) % 7], 8);
		break;
	case 3:
		n = 8 * n < len - at ? 8 * n : len - at;
		n = n < len - from ? n : len - from;
		memmove(bytes + at, bytes + from, n);
		break;
	default:
		n = 512 < len - at ? 512 : len - at;
		memset(bytes + at, (int)(stored_random(seed) % 2 * 255), n);
		break;
	}
}

START_TEST(any_header_is_mended)
{
	size_t header_size = rrd_header_size(layout);
	uint8_t *bytes = malloc(size);
	int wanted = is_long() ? LONG_HEADERS : SHORT_HEADERS;
	int anew = 0;
	uint64_t seed = 37;

	ck_assert_ptr_nonnull(bytes);
	for (int i = 0; i < wanted; i++) {
		memcpy(bytes, image, size);
		for (uint32_t n = 1 + stored_random(&seed) % 3; n > 0; n--)
			mutate(bytes, header_size, &seed);
		put_file(bytes, size);
		anew += mend(RRD_MEND_ALL);
		ck_assert_msg(!made_rows_is_lie(path, whole, layout),
			      "header %d has become a lie", i);
	}
	free(bytes);
	(void)printf("%d headers: %d files made anew or appended to\n", wanted,
		     anew);
	ck_assert_int_gt(anew, wanted / 4);
	ck_assert_int_lt(anew, wanted);
}
END_TEST

START_TEST(any_length_is_mended)
{
	size_t step = is_long() ? LENGTH_STEP : LENGTH_STEP * SHORT_PART;

	for (size_t len = 0; len < size; len += step) {
		put_file(image, len);
		ck_assert(mend(RRD_MEND_CHECK_S));
		ck_assert_ptr_null(
		    made_rows_difference(path, whole, layout, 0));
	}
}
END_TEST

/* Anywhere in the rows, and everything is looked at. */
START_TEST(any_content_is_mended)
{
	size_t header_size = rrd_header_size(layout);
	uint8_t *bytes = malloc(size);
	int wanted = is_long() ? LONG_FILES : SHORT_FILES;
	int anew = 0;
	uint64_t seed = 41;

	ck_assert_ptr_nonnull(bytes);
	for (int i = 0; i < wanted; i++) {
		memcpy(bytes, image, size);
		for (uint32_t n = 1 + stored_random(&seed) % 40; n > 0; n--)
			mutate(bytes + header_size, size - header_size, &seed);
		put_file(bytes, size);
		anew += mend(RRD_MEND_ALL);
	}
	free(bytes);
	(void)printf("%d contents: %d files made anew\n", wanted, anew);
	ck_assert_int_gt(anew, wanted / 4);
}
END_TEST

START_TEST(random_bytes_are_mended)
{
	uint8_t *bytes = malloc(size + 1000);
	uint64_t seed = 43;

	ck_assert_ptr_nonnull(bytes);
	for (int i = 0; i < 20; i++) {
		size_t len = stored_random(&seed) % (size + 1000);

		for (size_t k = 0; k < len; k++)
			bytes[k] = (uint8_t)stored_random(&seed);
		/* now and then with a sound header */
		if (i % 2 == 0 && len > rrd_header_size(layout)) {
			memcpy(bytes, image, rrd_header_size(layout));
			len = size;
		}
		put_file(bytes, len);
		(void)mend(RRD_MEND_ALL);
	}
	free(bytes);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ any_header_is_mended, 0 },
		{ any_length_is_mended, 0 },
		{ any_content_is_mended, 0 },
		{ random_bytes_are_mended, 0 },
	};

	return unit_run_with("rrd_damage", setup, teardown, tests,
			     COUNT_OF(tests));
}
