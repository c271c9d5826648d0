/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "store/rrd_read.h"
#include "store/rrd_write.h"
#include "support/stored_rows.h"
#include "support/tempdir.h"
#include "util/err.h"
#include "util/log.h"
#include "util/text.h"

#define T0   STORED_START
#define STEP INT64_C(60)
#define DAY  INT64_C(86400)

enum {
	DAY_ROWS = 1440,
	TIMEOUT_S = 60, /* for valgrind on a busy machine */
	SILENT = 2,	/* below every level */
};

static char *dir;
static struct series member;

static void setup(void)
{
	dir = tempdir_new();
	member = stored_series(SERIES_MEMBER);
}

static void teardown(void)
{
	tempdir_remove(dir);
}

/* Assert what the first column of consecutive 60 s rows holds. */
static void assert_rates(int64_t from_s, const double *rates, size_t count)
{
	struct series_data data = stored_read(
	    dir, &member, from_s, from_s + (int64_t)count * STEP, STEP);

	ck_assert_uint_eq(data.rows, count);
	for (size_t i = 0; i < count; i++) {
		if (isnan(rates[i]))
			ck_assert_double_nan(series_at(&data, i, 0));
		else
			ck_assert_double_eq(series_at(&data, i, 0), rates[i]);
	}
	series_data_fini(&data);
}

/* The file of a series as rrdtool prints it. */
static struct text dump(const char *state_dir, const struct series *series)
{
	char path[PATH_MAX];
	char command[PATH_MAX + 64];
	char block[65536];
	struct text text;
	size_t got;
	FILE *pipe;

	text_init(&text);
	ck_assert_int_eq(series_path(path, sizeof(path), state_dir, series), 0);
	(void)snprintf(command, sizeof(command), "rrdtool dump '%s'", path);
	pipe = popen(command, "r");
	ck_assert_ptr_nonnull(pipe);
	while ((got = fread(block, 1, sizeof(block), pipe)) > 0)
		text_add_bytes(&text, block, got);
	ck_assert_int_eq(pclose(pipe), 0);
	ck_assert(text_ok(&text));
	return text;
}

START_TEST(a_row_reads_back_in_every_column)
{
	struct series series = stored_series((enum series_kind)_i);
	const struct series_layout *layout = series_layout(series.kind);
	double rate = 1000;
	struct series_data data;

	ck_assert_uint_eq(stored_write(dir, &series, T0, &rate, 1), 0);
	data =
	    stored_read(dir, &series, T0, T0 + layout->step_s, layout->step_s);
	ck_assert_uint_eq(data.rows, 1);
	ck_assert_uint_eq(data.columns, layout->column_count);
	for (size_t c = 0; c < data.columns; c++)
		ck_assert_double_eq(series_at(&data, 0, c), rate + (double)c);
	series_data_fini(&data);
}
END_TEST

START_TEST(a_gap_reads_as_unknown)
{
	const double before[] = { 10, 20 };
	const double after[] = { 60, 70 };
	const double all[] = { 10, 20, NAN, NAN, NAN, 60, 70 };

	stored_write(dir, &member, T0, before, 2);
	stored_write(dir, &member, T0 + 5 * STEP, after, 2);
	assert_rates(T0, all, 7);
}
END_TEST

START_TEST(a_left_out_step_is_not_smeared)
{
	struct series_row rows[] = { { .start_s = T0, .values = { 6 } },
				     { .start_s = T0 + 2 * STEP,
				       .values = { 12 } } };
	const double all[] = { NAN, 6, NAN, 12, NAN };

	ck_assert_int_eq(rrd_write_rows(dir, &member, rows, 2, NULL), 0);
	assert_rates(T0 - STEP, all, 5);
}
END_TEST

START_TEST(an_unknown_value_leaves_the_others_known)
{
	struct series_row row = { .start_s = T0, .values = { 1, NAN, 3 } };
	struct series_data data;

	ck_assert_int_eq(rrd_write_rows(dir, &member, &row, 1, NULL), 0);
	data = stored_read(dir, &member, T0, T0 + STEP, STEP);
	ck_assert_double_eq(series_at(&data, 0, 0), 1);
	ck_assert_double_nan(series_at(&data, 0, 1));
	ck_assert_double_eq(series_at(&data, 0, 2), 3);
	series_data_fini(&data);
}
END_TEST

START_TEST(what_is_no_rate_is_unknown)
{
	const double rates[] = { -1, INFINITY, -INFINITY, NAN, 5 };
	const double all[] = { NAN, NAN, NAN, NAN, 5 };

	stored_write(dir, &member, T0, rates, 5);
	assert_rates(T0, all, 5);
}
END_TEST

START_TEST(rows_already_stored_are_left_out)
{
	const double first[] = { 1, 2, 3 };
	const double second[] = { 70, 80, 90, 4, 5 };
	const double all[] = { 1, 2, 3, 4, 5 };

	ck_assert_uint_eq(stored_write(dir, &member, T0, first, 3), 0);
	ck_assert_uint_eq(stored_write(dir, &member, T0, second, 5), 3);
	ck_assert_uint_eq(stored_write(dir, &member, T0, second, 5), 5);
	assert_rates(T0, all, 5);
}
END_TEST

START_TEST(no_rows_make_no_file)
{
	int64_t end_s;
	size_t skipped = 9;

	ck_assert_int_eq(rrd_write_rows(dir, &member, NULL, 0, &skipped), 0);
	ck_assert_uint_eq(skipped, 0);
	ck_assert_int_eq(rrd_last_end(dir, &member, &end_s), ERR_NOT_FOUND);
}
END_TEST

START_TEST(the_last_end_is_that_of_the_newest_row)
{
	const double rates[] = { 1, 2, NAN };
	int64_t end_s = 0;

	stored_write(dir, &member, T0, rates, 3);
	ck_assert_int_eq(rrd_last_end(dir, &member, &end_s), 0);
	ck_assert_int_eq(end_s, T0 + 3 * STEP);
}
END_TEST

static const double values[] = {
	0,
	1,
	0.1,
	1.0 / 3,
	123456789.0 / 7,
	1e-9,
	1e-300,
	1e15 / 7,
	9007199254740991.0,
	1e18,
	1.5e300,
	4294967296,
	0.99999999,
	1e22 / 3,
	12500000000.0,
};

enum { VALUES = sizeof(values) / sizeof(values[0]) };

START_TEST(a_rate_keeps_its_digits)
{
	struct series_row row = { .start_s = T0, .values = { values[_i] } };
	struct series_data data;

	ck_assert_int_eq(rrd_write_rows(dir, &member, &row, 1, NULL), 0);
	data = stored_read(dir, &member, T0, T0 + STEP, STEP);
	ck_assert_double_eq_tol(series_at(&data, 0, 0), values[_i],
				values[_i] * 1e-15 + 1e-290);
	series_data_fini(&data);
}
END_TEST

START_TEST(the_locale_does_not_matter)
{
	const double rates[] = { 0.5, 1234567.25 };

	char half[8];
	locale_t locale = newlocale(LC_ALL_MASK, "fr_FR.UTF-8", (locale_t)0);

	if (!locale) {
		(void)printf("skipped: no locale with a decimal comma\n");
		return;
	}
	(void)uselocale(locale);
	(void)snprintf(half, sizeof(half), "%.1f", 0.5);
	ck_assert_str_eq(half, "0,5");
	stored_write(dir, &member, T0, rates, 2);
	assert_rates(T0, rates, 2);
	(void)uselocale(LC_GLOBAL_LOCALE);
	freelocale(locale);
}
END_TEST

static const uint32_t row_lengths[] = { 60, 300, 3600, 86400 };

START_TEST(total_is_kept_by_every_consolidation)
{
	double rates[DAY_ROWS];
	uint64_t seed = 1;
	double bytes = 0;
	double stored = 0;
	struct series_data data;

	for (size_t i = 0; i < DAY_ROWS; i++) {
		rates[i] = stored_random(&seed);
		bytes += rates[i] * (double)STEP;
	}
	stored_write(dir, &member, T0, rates, DAY_ROWS);
	data = stored_read(dir, &member, T0, T0 + DAY, row_lengths[_i]);
	ck_assert_uint_eq(data.row_s, row_lengths[_i]);
	ck_assert_uint_eq(data.rows, 86400 / row_lengths[_i]);
	for (size_t i = 0; i < data.rows; i++)
		stored += series_at(&data, i, 0) * data.row_s;
	ck_assert_double_eq_tol(stored, bytes, bytes * 1e-13);
	series_data_fini(&data);
}
END_TEST

START_TEST(maximum_is_kept_from_one_hour_on)
{
	double rates[DAY_ROWS];
	struct series_data data;
	struct series_range range = { CONSOLIDATION_MAXIMUM, T0, T0 + DAY, 60 };

	for (size_t i = 0; i < DAY_ROWS; i++)
		rates[i] = i == 1000 ? 5000 : (double)(i % 7);
	stored_write(dir, &member, T0, rates, DAY_ROWS);
	ck_assert_int_eq(series_read(&data, dir, &member, &range), 0);
	ck_assert_uint_eq(data.row_s, 3600);
	ck_assert_uint_eq(data.rows, 24);
	for (size_t i = 0; i < data.rows; i++)
		ck_assert_double_eq(series_at(&data, i, 0),
				    i == 1000 / 60 ? 5000 : 6);
	series_data_fini(&data);
	range.row_s = 86400;
	ck_assert_int_eq(series_read(&data, dir, &member, &range), 0);
	ck_assert_uint_eq(data.rows, 1);
	ck_assert_double_eq(series_at(&data, 0, 0), 5000);
	series_data_fini(&data);
}
END_TEST

/* However the rows are cut into calls. */
START_TEST(the_same_rows_give_the_same_dump)
{
	static const size_t cuts[] = { 1, 7, 120, 1000 };
	enum { ROWS = 1000 };
	double rates[ROWS];
	uint64_t seed = 2;
	char *other = tempdir_new();
	struct text first;
	struct text second;

	for (size_t i = 0; i < ROWS; i++)
		rates[i] = stored_random(&seed) % 9 == 0
			       ? (double)NAN
			       : stored_random(&seed) / 7.0;
	stored_write(dir, &member, T0 + 420, rates, ROWS);
	for (size_t i = 0; i < ROWS; i += cuts[_i]) {
		size_t n = ROWS - i < cuts[_i] ? ROWS - i : cuts[_i];

		stored_write(other, &member, T0 + 420 + (int64_t)i * STEP,
			     rates + i, n);
	}
	first = dump(dir, &member);
	second = dump(other, &member);
	ck_assert_uint_gt(first.len, 100000);
	ck_assert_uint_eq(first.len, second.len);
	ck_assert(memcmp(first.data, second.data, first.len) == 0);
	text_fini(&first);
	text_fini(&second);
	tempdir_remove(other);
}
END_TEST

START_TEST(a_gap_of_years_is_bridged)
{
	const double rates[] = { 3, 4 };
	int64_t later_s = T0 + INT64_C(12) * 365 * DAY;
	struct series_data data;

	stored_write(dir, &member, T0, rates, 2);
	stored_write(dir, &member, later_s, rates, 2);
	assert_rates(later_s, rates, 2);
	data = stored_read(dir, &member, later_s - INT64_C(3650) * DAY,
			   later_s + DAY, DAY);
	for (size_t i = 0; i < data.rows; i++)
		ck_assert_double_nan(series_at(&data, i, 0));
	series_data_fini(&data);
}
END_TEST

START_TEST(times_near_the_epoch_are_times)
{
	const double rates[] = { 3, 4 };

	stored_write(dir, &member, (int64_t)_i * STEP, rates, 2);
	assert_rates((int64_t)_i * STEP, rates, 2);
}
END_TEST

START_TEST(a_time_that_cannot_be_is_refused)
{
	static const int64_t times[] = { 0, -STEP, INT64_C(1) << 40,
					 INT64_MAX - INT64_MAX % STEP };
	struct series_row rows[] = { { .start_s = T0 },
				     { .start_s = times[_i] } };
	int64_t end_s;

	ck_assert_int_eq(rrd_write_rows(dir, &member, rows, 2, NULL),
			 ERR_RANGE);
	ck_assert_int_eq(rrd_last_end(dir, &member, &end_s), ERR_NOT_FOUND);
}
END_TEST

START_TEST(a_switch_name_never_leads_elsewhere)
{
	struct series series = { .kind = SERIES_SWITCH,
				 .switch_name = "../../x" };
	struct series_row row = { .start_s = T0 };
	int64_t end_s;

	ck_assert_int_eq(rrd_write_rows(dir, &series, &row, 1, NULL),
			 ERR_RANGE);
	ck_assert_int_eq(rrd_last_end(dir, &series, &end_s), ERR_RANGE);
}
END_TEST

START_TEST(a_state_directory_that_is_a_file_is_an_error)
{
	struct series_row row = { .start_s = T0 };

	log_set_level((enum log_level)SILENT);
	ck_assert_int_eq(rrd_write_rows("/dev/null", &member, &row, 1, NULL),
			 -ENOTDIR);
}
END_TEST

/* What a full disk does, done by a limit on the size of files. */
START_TEST(a_file_that_cannot_be_completed_is_an_error)
{
	static const rlim_t limits[] = { 0, 100, 4096, 100000, 8000000 };
	struct series_row row = { .start_s = T0 };
	struct rlimit limit;
	int64_t end_s;

	log_set_level((enum log_level)SILENT);
	ck_assert(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = limits[_i];
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_int_eq(rrd_write_rows(dir, &member, &row, 1, NULL), -EFBIG);
	ck_assert_int_eq(rrd_last_end(dir, &member, &end_s), ERR_NOT_FOUND);
	limit.rlim_cur = limit.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_int_eq(rrd_write_rows(dir, &member, &row, 1, NULL), 0);
}
END_TEST

START_TEST(every_block_of_a_file_is_there)
{
	struct series series = stored_series((enum series_kind)_i);
	char path[PATH_MAX];
	struct stat status;
	double rate = 1;

	stored_write(dir, &series, T0, &rate, 1);
	ck_assert_int_eq(series_path(path, sizeof(path), dir, &series), 0);
	ck_assert_int_eq(stat(path, &status), 0);
	(void)printf("%s: %lld bytes, %lld on disk\n", path + strlen(dir),
		     (long long)status.st_size,
		     (long long)status.st_blocks * 512);
	ck_assert_uint_eq(status.st_mode & 0777, 0640);
}
END_TEST

static TCase *of_rows(void)
{
	TCase *tcase = tcase_create("rows");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, TIMEOUT_S);
	tcase_add_loop_test(tcase, a_row_reads_back_in_every_column, 0,
			    SERIES_KIND_COUNT);
	tcase_add_test(tcase, a_gap_reads_as_unknown);
	tcase_add_test(tcase, a_left_out_step_is_not_smeared);
	tcase_add_test(tcase, an_unknown_value_leaves_the_others_known);
	tcase_add_test(tcase, what_is_no_rate_is_unknown);
	tcase_add_test(tcase, rows_already_stored_are_left_out);
	tcase_add_test(tcase, no_rows_make_no_file);
	tcase_add_test(tcase, the_last_end_is_that_of_the_newest_row);
	tcase_add_loop_test(tcase, a_rate_keeps_its_digits, 0, VALUES);
	tcase_add_test(tcase, the_locale_does_not_matter);
	tcase_add_test(tcase, a_gap_of_years_is_bridged);
	tcase_add_loop_test(tcase, times_near_the_epoch_are_times, 1, 3);
	tcase_add_loop_test(tcase, a_time_that_cannot_be_is_refused, 0, 4);
	return tcase;
}

static TCase *of_archives(void)
{
	TCase *tcase = tcase_create("archives");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, TIMEOUT_S);
	tcase_add_loop_test(tcase, total_is_kept_by_every_consolidation, 0, 4);
	tcase_add_test(tcase, maximum_is_kept_from_one_hour_on);
	tcase_add_loop_test(tcase, the_same_rows_give_the_same_dump, 0, 4);
	return tcase;
}

static TCase *of_files(void)
{
	TCase *tcase = tcase_create("files");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, TIMEOUT_S);
	tcase_add_test(tcase, a_switch_name_never_leads_elsewhere);
	tcase_add_test(tcase, a_state_directory_that_is_a_file_is_an_error);
	tcase_add_loop_test(tcase, a_file_that_cannot_be_completed_is_an_error,
			    0, 5);
	tcase_add_loop_test(tcase, every_block_of_a_file_is_there, 0,
			    SERIES_KIND_COUNT);
	return tcase;
}

int main(void)
{
	Suite *suite = suite_create("rrd_write");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, of_rows());
	suite_add_tcase(suite, of_archives());
	suite_add_tcase(suite, of_files());
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
