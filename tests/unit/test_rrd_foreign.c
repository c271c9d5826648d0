/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/rrd_foreign.h"
#include "store/rrd_read.h"
#include "store/rrd_write.h"
#include "support/tempdir.h"
#include "util/err.h"
#include "util/file.h"

/* A file of ours is a foreign one as well as any. */
#define START INT64_C(1700006400)

static char *dir;
static char path[PATH_MAX];
static struct text bytes;
static struct rrd_foreign f;
static const struct series pair = {
	.kind = SERIES_PAIR, .asn = 64500, .other_asn = 64501, .vlan = 100
};

static void setup(void)
{
	struct series_row rows[24] = { 0 };

	dir = tempdir_new();
	text_init(&bytes);
	for (int i = 0; i < 24; i++) {
		rows[i].start_s = START + i * SERIES_PAIR_STEP_S;
		for (int c = 0; c < PAIR_COUNT; c++)
			rows[i].values[c] =
			    i == 2 ? (double)NAN : (double)(100 * i + c);
	}
	ck_assert_int_eq(rrd_write_rows(dir, &pair, rows, 24, NULL), 0);
	ck_assert_int_eq(series_path(path, sizeof(path), dir, &pair), 0);
	ck_assert_int_eq(file_read(path, RRD_FOREIGN_FILE_MAX, &bytes), 0);
}

static void teardown(void)
{
	text_fini(&bytes);
	tempdir_remove(dir);
}

START_TEST(archives_and_sources_are_as_they_were_defined)
{
	static const uint32_t rows_s[] = { 300, 1800, 7200, 86400 };

	ck_assert_ptr_null(rrd_foreign_look(&f, bytes.data, bytes.len));
	ck_assert_int_eq(f.last_s, START + 24 * 300);
	ck_assert_uint_eq(f.source_count, PAIR_COUNT);
	ck_assert_int_eq(rrd_foreign_source(&f, "ba_v4_bytes"),
			 PAIR_BA_V4_BYTES);
	ck_assert_int_eq(rrd_foreign_source(&f, "ds0"), -1);
	ck_assert_uint_eq(f.archive_count, 4);
	for (size_t i = 0; i < 4; i++) {
		ck_assert_uint_eq(f.archives[i].row_s, rows_s[i]);
		ck_assert_int_eq(f.archives[i].end_s % rows_s[i], 0);
	}
}
END_TEST

START_TEST(rows_are_those_that_were_written)
{
	ck_assert_ptr_null(rrd_foreign_look(&f, bytes.data, bytes.len));
	for (size_t i = 0; i < 24; i++) {
		double value = rrd_foreign_value(
		    &f, 0, f.archives[0].rows - 24 + i, PAIR_AB_V6_BYTES);

		if (i == 2)
			ck_assert(isnan(value));
		else
			ck_assert_double_eq(value, 100.0 * (double)i + 1);
	}
	ck_assert(isnan(rrd_foreign_value(&f, 0, 0, 0)));
}
END_TEST

START_TEST(rows_go_into_a_history)
{
	struct history h;
	struct history_row row = { CONSOLIDATION_AVERAGE, 1800, START };

	history_init(&h, series_layout(SERIES_PAIR));
	ck_assert_ptr_null(rrd_foreign_look(&f, bytes.data, bytes.len));
	ck_assert_int_eq(
	    rrd_foreign_add(&f, PAIR_AB_V4_BYTES, &h, PAIR_BA_V6_BYTES), 0);
	/* 0, 100, unknown, 300, 400, 500 */
	ck_assert_double_eq_tol(history_exact(&h, &row, PAIR_BA_V6_BYTES), 260,
				1e-9);
	ck_assert_int_eq(history_end(&h), START + 24 * 300);
	history_fini(&h);
}
END_TEST

START_TEST(no_prefix_is_a_file)
{
	for (size_t len = 0; len < bytes.len;
	     len += len < 4096 ? 1 : bytes.len / 64)
		ck_assert_msg(rrd_foreign_look(&f, bytes.data, len), "%zu",
			      len);
}
END_TEST

START_TEST(a_file_that_is_too_long_is_refused)
{
	text_add_char(&bytes, 'x');
	ck_assert_str_eq(rrd_foreign_look(&f, bytes.data, bytes.len),
			 "longer than its header says");
}
END_TEST

/* Whatever a byte of the header becomes, it is read within the file or not. */
START_TEST(no_byte_of_the_header_is_trusted)
{
	for (size_t at = 0; at < 3000; at++) {
		char kept = bytes.data[at];

		for (int bit = 0; bit < 8; bit++) {
			bytes.data[at] = (char)(kept ^ 1 << bit);
			if (rrd_foreign_look(&f, bytes.data, bytes.len))
				continue;
			for (size_t i = 0; i < f.archive_count; i++)
				(void)rrd_foreign_value(
				    &f, i, f.archives[i].rows - 1,
				    (int)f.source_count - 1);
		}
		bytes.data[at] = kept;
	}
}
END_TEST

static const struct {
	size_t at;
	const char *bytes;
	size_t len;
	const char *fault;
} damages[] = {
	{ 0, "GIF", 4, "no RRD file" },
	{ 4, "0001", 5, "of an RRDtool before 1.2" },
	{ 4, "0009", 5, "of an unknown version" },
	{ 16, "\1", 1, "of another kind of machine" },
	{ 24, "\377\377", 2, "too many data sources" },
	{ 32, "\0", 1, "too many archives" },
	{ 40, "\0\0", 2, "a step of no time" },
};

START_TEST(what_is_wrong_is_said)
{
	const char *fault;

	memcpy(bytes.data + damages[_i].at, damages[_i].bytes, damages[_i].len);
	fault = rrd_foreign_look(&f, bytes.data, bytes.len);
	ck_assert_ptr_nonnull(fault);
	ck_assert_msg(strstr(fault, damages[_i].fault) == fault, "%s", fault);
}
END_TEST

START_TEST(what_is_no_file_is_not_read)
{
	const char *fault;
	struct text out;

	text_init(&out);
	ck_assert_int_eq(rrd_foreign_read(&out, dir, &fault), ERR_STORE);
	ck_assert_str_eq(fault, "no regular file");
	ck_assert_int_eq(rrd_foreign_read(&out, "/nowhere", &fault),
			 ERR_NOT_FOUND);
	ck_assert_ptr_null(fault);
	ck_assert_int_eq(rrd_foreign_read(&out, path, &fault), 0);
	ck_assert_uint_eq(out.len, bytes.len);
	text_fini(&out);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ archives_and_sources_are_as_they_were_defined, 0 },
		{ rows_are_those_that_were_written, 0 },
		{ rows_go_into_a_history, 0 },
		{ no_prefix_is_a_file, 0 },
		{ a_file_that_is_too_long_is_refused, 0 },
		{ no_byte_of_the_header_is_trusted, 0 },
		{ what_is_wrong_is_said, COUNT_OF(damages) },
		{ what_is_no_file_is_not_read, 0 },
	};

	return unit_run_with("rrd_foreign", setup, teardown, tests,
			     COUNT_OF(tests));
}
