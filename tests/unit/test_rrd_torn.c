/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a power loss leaves: of the pages that some updates changed, any subset
 * has reached the disk. Whichever it is, the mended file is the one that all
 * pages would have made. LANTERNE_FAULT=long: every subset there is.
 */
#include <check.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
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
#include "util/file.h"
#include "util/log.h"

#define DAY INT64_C(86400)

enum {
	SILENT = 2, /* below every level */
	PAGE = 4096,
	PAGES_MAX = 4096,
	SUBSETS_MAX = 10000,
	ALL_BITS = 12, /* so many changed pages: every subset */
};

/* A file before and after some updates. */
struct images {
	size_t size;
	uint8_t *before;
	uint8_t *after;
	size_t changed[PAGES_MAX];
	size_t count;
};

static char *dir;
static char *reference;
static char path[PATH_MAX];
static char copy[PATH_MAX];
static char whole[PATH_MAX];
static struct series series;
static const struct series_layout *layout;
static struct made_rows made;
static int64_t end_s;
static int64_t lost_s; /* the updates of so long are not on the disk */

static void setup(void)
{
	log_set_level((enum log_level)SILENT);
	dir = tempdir_new();
	reference = tempdir_new();
}

static void teardown(void)
{
	made_rows_free(&made);
	tempdir_remove(dir);
	tempdir_remove(reference);
}

static bool is_long(void)
{
	const char *form = getenv("LANTERNE_FAULT");

	return form && strcmp(form, "long") == 0;
}

static uint8_t *read_image(const char *name, size_t size)
{
	uint8_t *bytes = malloc(size);
	int fd = open(name, O_RDONLY);

	ck_assert(bytes && fd >= 0);
	ck_assert_int_eq(read(fd, bytes, size), (ssize_t)size);
	ck_assert_int_eq(close(fd), 0);
	return bytes;
}

static void write_image(const char *name, const uint8_t *bytes, size_t size)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes, size), (ssize_t)size);
	ck_assert_int_eq(close(fd), 0);
}

/*
 * Fill every ring with rows of long ago, as an old file's are: a slot that
 * should have been written to and was not shows one of them.
 */
static void age(const char *name)
{
	size_t at = rrd_header_size(layout);
	size_t size = rrd_header_file_size(layout);
	uint8_t *bytes = read_image(name, size);

	for (; at < size; at += sizeof(double)) {
		double stale = 1e9 + (double)at;

		memcpy(bytes + at, &stale, sizeof(stale));
	}
	write_image(name, bytes, size);
	free(bytes);
}

/*
 * Rows until end_s, of which the last ones are not on the disk yet; the journal
 * begins before them.
 *
 * @param lost  rows that the updates of the last seconds wrote
 */
static struct images tear(enum series_kind kind, size_t rows, size_t lost)
{
	struct images images = { 0 };
	struct stat status;
	uint64_t seed = 23;
	int64_t step_s;
	int64_t start_s;

	series = stored_series(kind);
	layout = series_layout(kind);
	step_s = layout->step_s;
	lost_s = (int64_t)lost * step_s;
	/* a day ends within the lost rows */
	start_s = STORED_START + 9 * DAY - (int64_t)(rows - lost / 2) * step_s;
	made = made_rows_new(layout, start_s, rows, &seed);
	for (size_t i = 0; i < rows; i++)
		made.rows[i].start_s = start_s + (int64_t)i * step_s;
	end_s = made.rows[rows - 1].start_s + step_s;
	ck_assert_int_eq(series_path(path, sizeof(path), dir, &series), 0);
	ck_assert_int_eq(rrd_copy_path(copy, sizeof(copy), dir, &series), 0);
	ck_assert_int_eq(series_path(whole, sizeof(whole), reference, &series),
			 0);
	made_rows_write(&made, dir, &series, made.rows[1].start_s);
	age(path);
	made_rows_write(&made, dir, &series, made.rows[rows - lost].start_s);
	ck_assert_int_eq(stat(path, &status), 0);
	images.size = (size_t)status.st_size;
	images.before = read_image(path, images.size);
	made_rows_write(&made, dir, &series, INT64_MAX);
	images.after = read_image(path, images.size);
	ck_assert_int_eq(file_make_directory_of(whole), 0);
	write_image(whole, images.after, images.size);
	for (size_t i = 0; i * PAGE < images.size; i++) {
		size_t len = images.size - i * PAGE;

		if (memcmp(images.before + i * PAGE, images.after + i * PAGE,
			   len < PAGE ? len : PAGE) != 0)
			images.changed[images.count++] = i;
	}
	return images;
}

static void images_free(struct images *images)
{
	free(images->before);
	free(images->after);
}

/* What the disk has if the pages of this subset were written. */
static void put_subset(const struct images *images, const bool *written)
{
	uint8_t *bytes = malloc(images->size);

	ck_assert_ptr_nonnull(bytes);
	memcpy(bytes, images->before, images->size);
	for (size_t i = 0; i < images->count; i++) {
		size_t at = images->changed[i] * PAGE;
		size_t len = images->size - at;

		if (written[i])
			memcpy(bytes + at, images->after + at,
			       len < PAGE ? len : PAGE);
	}
	write_image(path, bytes, images->size);
	free(bytes);
}

struct tally {
	size_t subsets;
	size_t torn; /* showed something wrong before they were mended */
	size_t mended;
	size_t appended;
};

static void try_subset(const struct images *images, const bool *written,
		       struct tally *t)
{
	struct rrd_source source = made_rows_source(&made);
	struct rrd_mend_options options = rrd_mend_options_at(end_s + 30);
	struct rrd_mend_outcome outcome;
	const char *difference;

	if (lost_s > options.check_s)
		options.check_s = lost_s;
	put_subset(images, written);
	t->subsets++;
	if (made_rows_difference(path, whole, layout, 0))
		t->torn++;
	ck_assert_int_eq(rrd_mend(dir, &series, &source, &options, &outcome),
			 0);
	t->mended += outcome.what > RRD_APPENDED;
	t->appended += outcome.what == RRD_APPENDED;
	difference = made_rows_difference(path, whole, layout, 0);
	ck_assert_msg(!difference, "subset %zu: %s; %d, %s", t->subsets,
		      difference, (int)outcome.what, outcome.fault);
}

/* Every subset where there are few enough, else as many as wanted. */
static struct tally try_subsets(const struct images *images, size_t wanted)
{
	size_t all = images->count <= ALL_BITS ? (size_t)1 << images->count
					       : SUBSETS_MAX;
	struct tally t = { 0 };
	uint64_t seed = 29;
	bool written[PAGES_MAX] = { false };

	if (is_long())
		wanted = all;
	for (size_t n = 0; n < wanted; n++) {
		for (size_t i = 0; i < images->count; i++)
			written[i] = wanted == all && images->count <= ALL_BITS
					 ? (n >> i & 1) != 0
					 : stored_random(&seed) % 2 == 0;
		try_subset(images, written, &t);
	}
	return t;
}

static const struct {
	const char *what;
	enum series_kind kind;
	size_t rows;
	size_t lost;
	size_t known; /* rows that the journal has */
	bool has_copy;
	size_t wanted; /* subsets, in the short form */
} cases[] = {
	{ "pair, one update", SERIES_PAIR, 700, 1, 576, false, 32 },
	{ "pair, half an hour", SERIES_PAIR, 700, 6, 576, false, 32 },
	{ "pair, three days", SERIES_PAIR, 2000, 864, 1900, false, 24 },
	{ "pair with copy", SERIES_PAIR, 700, 6, 576, true, 32 },
	{ "member, one update", SERIES_MEMBER, 3000, 1, 2900, false, 10 },
	{ "member, five updates", SERIES_MEMBER, 3000, 5, 2900, false, 10 },
	{ "member, an hour", SERIES_MEMBER, 6000, 60, 3000, false, 10 },
	{ "member with copy", SERIES_MEMBER, 3000, 5, 2900, true, 6 },
	{ "port, five updates", SERIES_PORT, 3000, 5, 2900, false, 8 },
	{ "agent, five updates", SERIES_AGENT, 3000, 5, 2900, false, 10 },
};

START_TEST(any_subset_of_pages_is_mended)
{
	struct images images =
	    tear(cases[_i].kind, cases[_i].rows, cases[_i].lost);
	struct tally t;

	made.from_s = made.rows[cases[_i].rows - cases[_i].known].start_s;
	if (cases[_i].has_copy) {
		ck_assert_int_eq(file_make_directory_of(copy), 0);
		write_image(copy, images.before, images.size);
	}
	t = try_subsets(&images, cases[_i].wanted);
	(void)printf("%s: %zu pages changed, %zu subsets: %zu torn, of these "
		     "%zu made anew, %zu appended to\n",
		     cases[_i].what, images.count, t.subsets, t.torn, t.mended,
		     t.appended);
	ck_assert_uint_gt(t.torn, 0);
	ck_assert_uint_gt(t.mended, 0);
	images_free(&images);
}
END_TEST

/*
 * One archive's page is from before: the file says what was long ago, or a
 * ring ago, and nothing else is wrong.
 */
START_TEST(a_stale_page_of_one_archive_is_mended)
{
	struct images images = tear(SERIES_MEMBER, 3000, 5);
	size_t at = rrd_file_archive_offset(layout, (size_t)_i);
	size_t end = _i < 5 ? rrd_file_archive_offset(layout, (size_t)_i + 1)
			    : images.size;
	bool written[PAGES_MAX];
	size_t stale = 0;
	struct tally t = { 0 };

	for (size_t i = 0; i < images.count; i++) {
		size_t page = images.changed[i] * PAGE;

		written[i] = page + PAGE <= at || page >= end;
		stale += !written[i];
	}
	ck_assert_uint_ge(stale, 1);
	try_subset(&images, written, &t);
	ck_assert_uint_eq(t.torn, 1);
	ck_assert_uint_eq(t.mended, 1);
	images_free(&images);
}
END_TEST

/* All rows of the last hours are alike: one place off they would be, too. */
START_TEST(where_rows_are_alike_more_of_them_are_compared)
{
	struct images images;
	uint64_t position;
	size_t at;
	struct rrd_source source;
	struct rrd_mend_options options;
	struct rrd_mend_outcome outcome;

	images = tear(SERIES_MEMBER, 3000, 1);
	images_free(&images);
	for (size_t i = 2500; i < 3000; i++)
		memset(made.rows[i].values, 0, sizeof(made.rows[i].values));
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(unlink(whole), 0);
	made_rows_write(&made, dir, &series, INT64_MAX);
	made_rows_write(&made, reference, &series, INT64_MAX);
	images.size = rrd_header_file_size(layout);
	images.after = read_image(path, images.size);
	at = rrd_header_size(layout) - layout->archive_count * sizeof(position);
	memcpy(&position, images.after + at, sizeof(position));
	position = (position + 1) % layout->archives[0].rows;
	memcpy(images.after + at, &position, sizeof(position));
	write_image(path, images.after, images.size);
	free(images.after);
	source = made_rows_source(&made);
	options = rrd_mend_options_at(end_s);
	ck_assert_int_eq(rrd_mend(dir, &series, &source, &options, &outcome),
			 0);
	ck_assert_int_eq(outcome.what, RRD_FROM_ITSELF);
	/* but for its oldest row, which was where the new ones went */
	ck_assert_ptr_null(
	    made_rows_difference(path, whole, layout, end_s - 2 * DAY + 60));
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ any_subset_of_pages_is_mended, COUNT_OF(cases) },
		{ a_stale_page_of_one_archive_is_mended, 6 },
		{ where_rows_are_alike_more_of_them_are_compared, 0 },
	};

	return unit_run_with("rrd_torn", setup, teardown, tests,
			     COUNT_OF(tests));
}
