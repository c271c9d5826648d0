/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/rrd_read.h"
#include "store/rrd_write.h"
#include "support/stored_rows.h"
#include "support/tempdir.h"
#include "util/err.h"

#define T0   STORED_START
#define STEP INT64_C(60)
#define HOUR INT64_C(3600)
#define DAY  INT64_C(86400)

enum {
	DAY_ROWS = 1440,
	THREE_DAYS_ROWS = 3 * DAY_ROWS,
	TIMEOUT_S = 60, /* for valgrind on a busy machine */
};

static char *dir;
static struct series agent;

static void setup(void)
{
	dir = tempdir_new();
	agent = stored_series(SERIES_AGENT);
}

static void teardown(void)
{
	tempdir_remove(dir);
}

static int read_as(struct series_data *data, const struct series *series,
		   struct series_range range)
{
	return series_read(data, dir, series, &range);
}

/* Store rows of rates 0, 1, 2, ... from start_s on. */
static void write_counting(int64_t start_s, size_t count)
{
	double *rates = calloc(count, sizeof(*rates));

	ck_assert_ptr_nonnull(rates);
	for (size_t i = 0; i < count; i++)
		rates[i] = (double)i;
	stored_write(dir, &agent, start_s, rates, count);
	free(rates);
}

static const uint32_t lengths[] = { 60, 300, 3600, 86400 };

START_TEST(the_archive_asked_for_is_served)
{
	uint32_t row_s = lengths[_i];
	struct series_data data;

	write_counting(T0, DAY_ROWS);
	data = stored_read(dir, &agent, T0, T0 + DAY, row_s);
	ck_assert_int_eq(data.from_s, T0);
	ck_assert_uint_eq(data.row_s, row_s);
	ck_assert_uint_eq(data.rows, 86400 / row_s);
	ck_assert_uint_eq(data.columns, AGENT_COUNT);
	for (size_t i = 0; i < data.rows; i++) {
		size_t steps = row_s / STEP;
		double mean = (double)(i * steps) + (double)(steps - 1) / 2.0;

		ck_assert_double_eq_tol(series_at(&data, i, AGENT_LOST),
					mean + AGENT_LOST, 1e-9);
	}
	series_data_fini(&data);
}
END_TEST

START_TEST(a_length_between_archives_is_served_by_the_next)
{
	static const uint32_t pairs[][2] = {
		{ 0, 60 },     { 59, 60 },	{ 61, 300 },
		{ 301, 3600 }, { 7200, 86400 }, { 99999, 86400 }
	};
	struct series_data data;

	write_counting(T0, 5);
	data = stored_read(dir, &agent, T0, T0 + DAY, pairs[_i][0]);
	ck_assert_uint_eq(data.row_s, pairs[_i][1]);
	series_data_fini(&data);
}
END_TEST

/* After three days 60 s rows reach back two days, to the step. */
static const struct {
	int64_t before_reach_s;
	uint32_t row_s;
} reach[] = {
	{ -STEP, 60 }, { 0, 60 }, { 1, 300 }, { STEP, 300 }, { DAY, 300 },
};

START_TEST(a_start_beyond_the_reach_is_served_by_the_next)
{
	int64_t end_s = T0 + 3 * DAY;
	int64_t from_s = end_s - 2 * DAY - reach[_i].before_reach_s;
	struct series_data data;

	write_counting(T0, THREE_DAYS_ROWS);
	data = stored_read(dir, &agent, from_s, end_s, 60);
	ck_assert_uint_eq(data.row_s, reach[_i].row_s);
	ck_assert_int_eq(data.from_s, from_s - from_s % reach[_i].row_s);
	for (size_t i = 0; i < data.rows; i++)
		ck_assert(!isnan(series_at(&data, i, 0)));
	series_data_fini(&data);
}
END_TEST

START_TEST(a_start_beyond_every_reach_is_unknown_there)
{
	struct series_data data;
	int64_t from_s = T0 - INT64_C(5000) * DAY;

	write_counting(T0, DAY_ROWS);
	data = stored_read(dir, &agent, from_s, T0 + DAY, 60);
	ck_assert_uint_eq(data.row_s, 86400);
	ck_assert_uint_eq(data.rows, 5001);
	for (size_t i = 0; i < 5000; i++)
		ck_assert_double_nan(series_at(&data, i, 0));
	ck_assert_double_eq_tol(series_at(&data, 5000, 0), 719.5, 1e-9);
	series_data_fini(&data);
}
END_TEST

START_TEST(rows_past_the_last_update_are_unknown)
{
	struct series_data data;

	write_counting(T0, 7);
	data = stored_read(dir, &agent, T0, T0 + HOUR, 60);
	ck_assert_uint_eq(data.rows, 60);
	for (size_t i = 0; i < data.rows; i++)
		ck_assert(isnan(series_at(&data, i, 0)) == (i >= 7));
	series_data_fini(&data);
	data = stored_read(dir, &agent, T0, T0 + HOUR, 300);
	ck_assert_double_eq(series_at(&data, 0, 0), 2);
	ck_assert_double_nan(series_at(&data, 1, 0));
	series_data_fini(&data);
	data = stored_read(dir, &agent, T0 + DAY, T0 + DAY + HOUR, 60);
	ck_assert_uint_eq(data.rows, 60);
	for (size_t i = 0; i < data.rows; i++)
		ck_assert_double_nan(series_at(&data, i, 0));
	series_data_fini(&data);
}
END_TEST

START_TEST(range_ends_are_widened_to_whole_rows)
{
	struct series_data data;

	write_counting(T0, 60);
	data = stored_read(dir, &agent, T0 + 299, T0 + 301, 300);
	ck_assert_int_eq(data.from_s, T0);
	ck_assert_uint_eq(data.rows, 2);
	series_data_fini(&data);
	data = stored_read(dir, &agent, T0 + 300, T0 + 600, 300);
	ck_assert_int_eq(data.from_s, T0 + 300);
	ck_assert_uint_eq(data.rows, 1);
	ck_assert_double_eq(series_at(&data, 0, 0), 7);
	series_data_fini(&data);
}
END_TEST

/* Two hours whose five minutes are known by hand: the percentile's input. */
START_TEST(five_minute_rows_are_the_means_of_their_minutes)
{
	const double rates[] = {
		10,  20,  30, 40, 50, 100, 100, 100, 100, 101, NAN, 6, 6, 9, 9,
		NAN, NAN, 1,  2,  3,  NAN, NAN, 7,   NAN, 8,   0,   0, 0, 0, 0,
	};
	const double means[] = { 30, 100.2, 7.5, 2, NAN, 0 };
	struct series_data data;

	stored_write(dir, &agent, T0, rates, 30);
	data = stored_read(dir, &agent, T0, T0 + 1800, 300);
	ck_assert_uint_eq(data.rows, 6);
	for (size_t i = 0; i < 6; i++) {
		if (isnan(means[i]))
			ck_assert_double_nan(series_at(&data, i, 0));
		else
			ck_assert_double_eq_tol(series_at(&data, i, 0),
						means[i], 1e-12);
	}
	series_data_fini(&data);
}
END_TEST

static const struct {
	int64_t from_s;
	int64_t to_s;
	int rc;
} ranges[] = {
	{ T0, T0, ERR_RANGE },
	{ T0 + 1, T0, ERR_RANGE },
	{ -1, T0, ERR_RANGE },
	{ INT64_MIN, T0, ERR_RANGE },
	{ T0, INT64_MAX, ERR_RANGE },
	{ T0, T0 + INT64_C(100000) * STEP, 0 },
	{ T0, T0 + INT64_C(100000) * STEP + 1, ERR_RANGE },
	{ 0, T0, 0 },
};

enum { RANGES = sizeof(ranges) / sizeof(ranges[0]) };

START_TEST(a_range_that_is_none_is_refused)
{
	struct series_data data = { 0 };

	write_counting(T0, 1);
	ck_assert_int_eq(read_as(&data, &agent,
				 (struct series_range){ CONSOLIDATION_AVERAGE,
							ranges[_i].from_s,
							ranges[_i].to_s, 60 }),
			 ranges[_i].rc);
	ck_assert(ranges[_i].rc == 0 || !data.values);
	series_data_fini(&data);
}
END_TEST

START_TEST(what_is_not_stored_is_not_found)
{
	struct series_data data;

	ck_assert_int_eq(read_as(&data, &agent,
				 (struct series_range){ CONSOLIDATION_AVERAGE,
							T0, T0 + DAY, 60 }),
			 ERR_NOT_FOUND);
}
END_TEST

START_TEST(a_pair_has_no_maximum)
{
	struct series pair = stored_series(SERIES_PAIR);
	struct series_data data;
	double rate = 1;

	stored_write(dir, &pair, T0, &rate, 1);
	ck_assert_int_eq(read_as(&data, &pair,
				 (struct series_range){ CONSOLIDATION_MAXIMUM,
							T0, T0 + DAY, 300 }),
			 ERR_UNSUPPORTED);
}
END_TEST

/* Four days of minutes, known and unknown ones in runs. */
enum { MODEL_ROWS = 4 * DAY_ROWS };

static void make_rates(double *rates, uint64_t seed)
{
	size_t i = 0;

	while (i < MODEL_ROWS) {
		bool known = stored_random(&seed) % 3 != 0;
		size_t run = stored_random(&seed) % (known ? 40 : 25) + 1;

		for (; run > 0 && i < MODEL_ROWS; run--, i++)
			rates[i] =
			    known ? stored_random(&seed) / 60.0 : (double)NAN;
	}
}

/* What a row must be: unknown if more than half of its steps are, else the
 * mean of the known ones, or the highest. */
static double model_row(const double *rates, size_t steps,
			enum consolidation cf)
{
	double sum = 0;
	double highest = 0;
	size_t known = 0;

	for (size_t i = 0; i < steps; i++) {
		if (isnan(rates[i]))
			continue;
		known++;
		sum += rates[i];
		highest = fmax(highest, rates[i]);
	}
	if ((steps - known) * 2 > steps)
		return (double)NAN;
	return cf == CONSOLIDATION_AVERAGE ? sum / (double)known : highest;
}

/* Write the rows in random portions, unknown ones partly left out. */
static void write_portions(const double *rates, uint64_t seed)
{
	struct series_row rows[400];
	size_t i = 0;

	while (i < MODEL_ROWS) {
		size_t portion = stored_random(&seed) % 400 + 1;
		size_t n = 0;

		for (; portion > 0 && i < MODEL_ROWS; portion--, i++) {
			if (isnan(rates[i]) && stored_random(&seed) % 2 == 0)
				continue;
			rows[n].start_s = T0 + (int64_t)i * STEP;
			for (size_t c = 0; c < SERIES_COLUMNS_MAX; c++)
				rows[n].values[c] = rates[i];
			n++;
		}
		ck_assert_int_eq(rrd_write_rows(dir, &agent, rows, n, NULL), 0);
	}
}

/* Compare the rows that are complete. */
static void assert_model(const double *rates, enum consolidation cf,
			 uint32_t row_s, int64_t from_s)
{
	struct series_data data;
	size_t steps = row_s / STEP;
	int64_t end_s;

	ck_assert_int_eq(rrd_last_end(dir, &agent, &end_s), 0);
	ck_assert_int_eq(
	    read_as(&data, &agent,
		    (struct series_range){ cf, from_s, end_s - end_s % row_s,
					   row_s }),
	    0);
	ck_assert_uint_eq(data.row_s, row_s);
	for (size_t i = 0; i < data.rows; i++) {
		size_t first = (size_t)(from_s - T0) / STEP + i * steps;
		double expected = model_row(rates + first, steps, cf);
		double stored = series_at(&data, i, AGENT_SAMPLES);

		ck_assert(isnan(stored) == isnan(expected));
		ck_assert(isnan(stored) ||
			  fabs(stored - expected) <= expected * 1e-12);
	}
	series_data_fini(&data);
}

START_TEST(random_rows_read_as_a_model_says)
{
	double rates[MODEL_ROWS];

	make_rates(rates, (uint64_t)_i);
	rates[0] = 1; /* the file starts with its first row */
	write_portions(rates, (uint64_t)_i + 100);
	assert_model(rates, CONSOLIDATION_AVERAGE, 60, T0 + 2 * DAY);
	assert_model(rates, CONSOLIDATION_AVERAGE, 300, T0);
	assert_model(rates, CONSOLIDATION_AVERAGE, HOUR, T0);
	assert_model(rates, CONSOLIDATION_MAXIMUM, HOUR, T0);
	assert_model(rates, CONSOLIDATION_AVERAGE, DAY, T0);
	assert_model(rates, CONSOLIDATION_MAXIMUM, DAY, T0);
}
END_TEST

/* Rows as rrdtool fetch prints them, by the start of each. */
static void assert_as_rrdtool(const char *cf, uint32_t row_s, int64_t from_s,
			      const struct series_data *data)
{
	char path[PATH_MAX];
	char command[PATH_MAX + 128];
	char line[512];
	size_t row = 0;
	FILE *pipe;

	ck_assert_int_eq(series_path(path, sizeof(path), dir, &agent), 0);
	(void)snprintf(command, sizeof(command),
		       "rrdtool fetch '%s' %s -r %u -s %lld -e %lld", path, cf,
		       row_s, (long long)from_s,
		       (long long)(from_s + (int64_t)data->rows * row_s - 1));
	pipe = popen(command, "r");
	ck_assert_ptr_nonnull(pipe);
	while (fgets(line, sizeof(line), pipe)) {
		char *colon;
		long long end_s;
		double value;

		end_s = strtoll(line, &colon, 10);
		if (colon == line || *colon != ':')
			continue; /* the headings */
		value = strtod(colon + 1, NULL);
		ck_assert_int_eq(end_s - row_s, from_s + (int64_t)row * row_s);
		ck_assert(isnan(value) == isnan(series_at(data, row, 0)));
		ck_assert(isnan(value) ||
			  fabs(value - series_at(data, row, 0)) <=
			      value * 1e-9);
		row++;
	}
	ck_assert_int_eq(pclose(pipe), 0);
	ck_assert_uint_eq(row, data->rows);
}

static const struct {
	const char *name;
	enum consolidation cf;
	uint32_t row_s;
	int64_t from_s;
} archives[] = {
	{ "AVERAGE", CONSOLIDATION_AVERAGE, 60, T0 + 2 * DAY + HOUR },
	{ "AVERAGE", CONSOLIDATION_AVERAGE, 300, T0 + DAY },
	{ "AVERAGE", CONSOLIDATION_AVERAGE, HOUR, T0 },
	{ "MAX", CONSOLIDATION_MAXIMUM, HOUR, T0 },
	{ "AVERAGE", CONSOLIDATION_AVERAGE, DAY, T0 - 9 * DAY },
	{ "MAX", CONSOLIDATION_MAXIMUM, DAY, T0 - 9 * DAY },
};

START_TEST(every_row_reads_as_rrdtool_fetches_it)
{
	double rates[MODEL_ROWS];
	struct series_data data;

	make_rates(rates, 77);
	write_portions(rates, 78);
	ck_assert_int_eq(
	    read_as(&data, &agent,
		    (struct series_range){ archives[_i].cf, archives[_i].from_s,
					   T0 + 5 * DAY, archives[_i].row_s }),
	    0);
	ck_assert_uint_eq(data.row_s, archives[_i].row_s);
	assert_as_rrdtool(archives[_i].name, data.row_s, data.from_s, &data);
	series_data_fini(&data);
}
END_TEST

static TCase *of_ranges(void)
{
	TCase *tcase = tcase_create("ranges");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, TIMEOUT_S);
	tcase_add_loop_test(tcase, the_archive_asked_for_is_served, 0, 4);
	tcase_add_loop_test(
	    tcase, a_length_between_archives_is_served_by_the_next, 0, 6);
	tcase_add_loop_test(
	    tcase, a_start_beyond_the_reach_is_served_by_the_next, 0, 5);
	tcase_add_test(tcase, a_start_beyond_every_reach_is_unknown_there);
	tcase_add_test(tcase, rows_past_the_last_update_are_unknown);
	tcase_add_test(tcase, range_ends_are_widened_to_whole_rows);
	tcase_add_test(tcase, five_minute_rows_are_the_means_of_their_minutes);
	tcase_add_loop_test(tcase, a_range_that_is_none_is_refused, 0, RANGES);
	tcase_add_test(tcase, what_is_not_stored_is_not_found);
	tcase_add_test(tcase, a_pair_has_no_maximum);
	return tcase;
}

static TCase *of_contents(void)
{
	TCase *tcase = tcase_create("contents");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, TIMEOUT_S);
	tcase_add_loop_test(tcase, random_rows_read_as_a_model_says, 0, 10);
	tcase_add_loop_test(tcase, every_row_reads_as_rrdtool_fetches_it, 0, 6);
	return tcase;
}

int main(void)
{
	Suite *suite = suite_create("rrd_read");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, of_ranges());
	suite_add_tcase(suite, of_contents());
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
