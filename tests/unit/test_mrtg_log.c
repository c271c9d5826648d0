/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <math.h>
#include <string.h>

#include "store/mrtg_log.h"
#include "util/err.h"

static const size_t columns[2] = { PORT_IN_OCTETS, PORT_OUT_OCTETS };
static struct history h;
static const char *fault;

static void setup(void)
{
	history_init(&h, series_layout(SERIES_PORT));
}

static void teardown(void)
{
	history_fini(&h);
}

static double at(enum consolidation c, uint32_t row_s, int64_t start_s,
		 size_t column)
{
	const struct history_row row = { c, row_s, start_s };

	return history_exact(&h, &row, column);
}

/* 1700000400 is a multiple of 300, of half an hour 1699999200. */
static const char log_text[] = "1700000523 123456789 987654321\n"
			       "1700000523 70 80 71 81\n"
			       "1700000400 30 40 31 41\n"
			       "1700000100 50 60 51 61\n"
			       "1699999200 5 6 7 8\n"
			       "1699997400 0 0 0 0\n"
			       "1699995600 1 0 2 0\n"
			       "1699993800 0 0 0 0\n"
			       "1699992000 0 0 0 0\n"
			       "1699990200 0 0 0 0\n";

/* rateup writes a rate at the moment up to which it measured it. */
START_TEST(a_line_is_of_the_time_since_the_older_line)
{
	ck_assert_int_eq(
	    mrtg_log_add(log_text, strlen(log_text), &h, columns, &fault), 0);
	ck_assert_double_eq(at(CONSOLIDATION_AVERAGE, 300, 1700000100, 0), 30);
	ck_assert_double_eq(
	    at(CONSOLIDATION_AVERAGE, 300, 1700000100, PORT_OUT_OCTETS), 40);
	ck_assert_double_eq(at(CONSOLIDATION_MAXIMUM, 300, 1700000100, 0), 31);
	ck_assert_double_eq(
	    at(CONSOLIDATION_MAXIMUM, 1800, 1699997400, PORT_OUT_OCTETS), 8);
	ck_assert_double_eq(at(CONSOLIDATION_AVERAGE, 1800, 1699997400, 0), 5);
}
END_TEST

START_TEST(rows_of_odd_lengths_are_left_out)
{
	ck_assert_int_eq(
	    mrtg_log_add(log_text, strlen(log_text), &h, columns, &fault), 0);
	/* the 123 s that are under way */
	ck_assert_int_eq(history_end(&h), 1700000400);
	ck_assert_double_eq(at(CONSOLIDATION_AVERAGE, 900, 1699999200, 0), 50);
}
END_TEST

START_TEST(zeros_before_the_first_traffic_are_unknown)
{
	ck_assert_int_eq(
	    mrtg_log_add(log_text, strlen(log_text), &h, columns, &fault), 0);
	ck_assert_double_eq(at(CONSOLIDATION_AVERAGE, 1800, 1699995600, 0), 0);
	ck_assert_double_eq(at(CONSOLIDATION_AVERAGE, 1800, 1699993800, 0), 1);
	ck_assert(isnan(at(CONSOLIDATION_AVERAGE, 1800, 1699992000, 0)));
	ck_assert(isnan(at(CONSOLIDATION_AVERAGE, 1800, 1699990200, 0)));
	ck_assert_int_eq(history_start(&h), 1699993800);
}
END_TEST

static const char *const wrong[] = {
	"hello\n",
	"1700000523 1\n",
	"1700000523 1 2\n1700000523 1 2\n1700000400 1 2 3 4\n",
	"1700000523 1 2\n1700000523 1 2 3 4\n1700000800 1 2 3 4\n",
	"1700000523 1 2\n1700000800 1 2 3 4\n1700000400 1 2 3 4\n",
	"1700000523 1 2\n1700000523 1 2 3 4\n1700000400 0 0 0 x\n",
	"1700000523 1 2\n1700000523 1 2 3 4\n1700000400 1 2 3 45",
	"1700000523 1 2\n1700000523 1 2 3 4 5\n1700000400 1 2 3 4\n",
	"1700000523 1 2\n1700000523 1 2 3 -4\n1700000400 1 2 3 4\n",
	"99999999999999999999 1 2\n1700000400 1 2 3 4\n",
};

START_TEST(what_is_no_log_is_refused)
{
	ck_assert_int_eq(
	    mrtg_log_add(wrong[_i], strlen(wrong[_i]), &h, columns, &fault),
	    ERR_MALFORMED);
	ck_assert_ptr_nonnull(fault);
}
END_TEST

START_TEST(a_log_without_traffic_knows_nothing)
{
	static const char text[] = "1700000523 1 2\n1700000523 0 0 0 0\n"
				   "1700000400 0 0 0 0\n";

	ck_assert_int_eq(mrtg_log_add(text, strlen(text), &h, columns, &fault),
			 0);
	ck_assert(!history_knows(&h));
	ck_assert_int_eq(mrtg_log_add("", 0, &h, columns, &fault), 0);
}
END_TEST

/* A prefix that ends with a line is an older log as well as any. */
START_TEST(a_log_that_ends_within_a_line_is_refused)
{
	for (size_t len = 1; len < strlen(log_text); len++) {
		int rc;
		char prefix[sizeof(log_text)];
		bool is_cut = log_text[len - 1] != '\n';

		memcpy(prefix, log_text, len);
		prefix[len] = '\0';
		rc = mrtg_log_add(prefix, len, &h, columns, &fault);
		ck_assert_int_eq(rc, is_cut ? ERR_MALFORMED : 0);
		history_fini(&h);
	}
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_line_is_of_the_time_since_the_older_line, 0 },
		{ rows_of_odd_lengths_are_left_out, 0 },
		{ zeros_before_the_first_traffic_are_unknown, 0 },
		{ what_is_no_log_is_refused, COUNT_OF(wrong) },
		{ a_log_without_traffic_knows_nothing, 0 },
		{ a_log_that_ends_within_a_line_is_refused, 0 },
	};

	return unit_run_with("mrtg_log", setup, teardown, tests,
			     COUNT_OF(tests));
}
