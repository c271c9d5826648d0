/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <math.h>
#include <string.h>

#include "store/history_csv.h"
#include "store/history_fill.h"
#include "store/rrd_write.h"
#include "store/series_export.h"
#include "support/tempdir.h"
#include "util/err.h"

#define DAY  INT64_C(1699920000) /* 2023-11-14, midnight */
#define DAYS INT64_C(86400)

enum { ROWS_MAX = 20 };

static char *dir;
static char *other;
static struct text out;
static struct series_export request;
static const struct series agent = { .kind = SERIES_AGENT,
				     .switch_name = "sw1" };

static void setup(void)
{
	dir = tempdir_new();
	other = tempdir_new();
	text_init(&out);
	request = (struct series_export){ .to_s = INT64_MAX,
					  .kinds = 1u << SERIES_AGENT };
}

static void teardown(void)
{
	text_fini(&out);
	tempdir_remove(dir);
	tempdir_remove(other);
}

static int write_rows(int64_t start_s, size_t count, double value)
{
	struct series_row rows[ROWS_MAX];

	for (size_t i = 0; i < count; i++) {
		rows[i].start_s = start_s + (int64_t)i * SERIES_STEP_S;
		for (size_t c = 0; c < AGENT_COUNT; c++)
			rows[i].values[c] =
			    c == AGENT_LOST ? (double)NAN : value + (double)c;
	}
	return rrd_write_rows(dir, &agent, rows, count, NULL);
}

static const char *print(void)
{
	text_clear(&out);
	return series_export_rows(&out, dir, &agent, &request) == 0
		   ? text_str(&out)
		   : "failed";
}

static size_t count_lines(const char *text)
{
	size_t lines = 0;

	for (; (text = strchr(text, '\n')); text++)
		lines++;
	return lines;
}

START_TEST(a_row_is_a_line_and_unknown_is_empty)
{
	ck_assert_int_eq(write_rows(DAY, 2, 1.5), 0);
	ck_assert_str_eq(
	    print(),
	    "agent/sw1,2023-11-14T00:00:00Z,60,average,1.5,,3.5,4.5\r\n"
	    "agent/sw1,2023-11-14T00:01:00Z,60,average,1.5,,3.5,4.5"
	    "\r\n");
	text_clear(&out);
	series_export_head(&out, &request);
	ck_assert_str_eq(text_str(&out),
			 "series,time,seconds,consolidation,datagrams,lost,"
			 "samples,drops\r\n");
}
END_TEST

START_TEST(json_lines_have_null)
{
	request.format = SERIES_JSONL;
	ck_assert_int_eq(write_rows(DAY, 1, 0), 0);
	ck_assert_str_eq(
	    print(), "{\"series\":\"agent/sw1\",\"time\":\"2023-11-14T00:00:"
		     "00Z\",\"seconds\":60,\"consolidation\":\"average\","
		     "\"datagrams\":0,\"lost\":null,\"samples\":2,\"drops\":"
		     "3}\n");
	text_clear(&out);
	series_export_head(&out, &request);
	ck_assert_str_eq(text_str(&out), "");
}
END_TEST

START_TEST(a_range_has_the_rows_that_begin_in_it)
{
	ck_assert_int_eq(write_rows(DAY, 5, 1), 0);
	request.from_s = DAY + 61;
	request.to_s = DAY + 180;
	ck_assert_str_eq(print(), "agent/sw1,2023-11-14T00:02:00Z,60,average,1,"
				  ",3,4\r\n");
}
END_TEST

START_TEST(rows_of_one_length_can_be_had)
{
	ck_assert_int_eq(write_rows(DAY, 10, 1), 0);
	request.row_s = 300;
	ck_assert_str_eq(
	    print(), "agent/sw1,2023-11-14T00:00:00Z,300,average,1,,3,4\r\n"
		     "agent/sw1,2023-11-14T00:05:00Z,300,average,1,,3,4\r\n");
	request.row_s = 1800;
	ck_assert_int_eq(series_export_rows(&out, dir, &agent, &request),
			 ERR_UNSUPPORTED);
}
END_TEST

START_TEST(maxima_have_rows_of_an_hour_and_more)
{
	request.consolidation = CONSOLIDATION_MAXIMUM;
	ck_assert_int_eq(write_rows(DAY + 1800, 20, 1), 0);
	ck_assert_int_eq(write_rows(DAY + 3000, 10, 9), 0);
	ck_assert_str_eq(
	    print(),
	    "agent/sw1,2023-11-14T00:00:00Z,3600,maximum,9,,11,12\r\n");
}
END_TEST

/* Seven days apart: the fine rows of the first are gone, and what lies between
 * is unknown, in rows of a day. */
START_TEST(each_time_has_its_shortest_rows_once)
{
	ck_assert_int_eq(write_rows(DAY, 10, 1), 0);
	ck_assert_int_eq(write_rows(DAY + 7 * DAYS, 1, 2), 0);
	/* 12 of five minutes, 23 of an hour, six of a day, one of a minute */
	ck_assert_uint_eq(count_lines(print()), 12 + 23 + 6 + 1);
	ck_assert_ptr_nonnull(strstr(
	    print(), "T00:05:00Z,300,average,1,,3,4\r\n"
		     "agent/sw1,2023-11-14T00:10:00Z,300,average,,,,\r\n"));
	ck_assert_ptr_nonnull(strstr(
	    print(), "agent/sw1,2023-11-14T00:55:00Z,300,average,,,,\r\n"
		     "agent/sw1,2023-11-14T01:00:00Z,3600,average,,,,\r\n"));
	ck_assert_ptr_nonnull(strstr(
	    print(), "agent/sw1,2023-11-20T00:00:00Z,86400,average,,,,\r\n"
		     "agent/sw1,2023-11-21T00:00:00Z,60,average,2,,4,5\r\n"));
}
END_TEST

/* Of an hour half an hour is known by minutes, and the hour: what it came to
 * is more than that. */
START_TEST(a_longer_row_that_knows_more_is_printed_too)
{
	ck_assert_int_eq(write_rows(DAY, 20, 10), 0);
	ck_assert_int_eq(write_rows(DAY + 1200, 20, 10), 0);
	ck_assert_int_eq(write_rows(DAY + 3600, 1, 10), 0);
	ck_assert_ptr_nonnull(
	    strstr(print(), "agent/sw1,2023-11-14T00:00:00Z,3600,average,10,,"
			    "12,13\r\n"
			    "agent/sw1,2023-11-14T00:00:00Z,60,average,10,"));
	/* of what shorter ones cover nothing is said twice */
	ck_assert_ptr_null(strstr(text_str(&out), "T00:00:00Z,300,"));
	ck_assert_ptr_null(strstr(text_str(&out), ",86400,"));
}
END_TEST

START_TEST(all_kinds_have_their_own_columns)
{
	struct series pair = { .kind = SERIES_PAIR,
			       .asn = 64500,
			       .other_asn = 64501,
			       .vlan = 100 };
	const struct series_row row = { .start_s = DAY,
					.values = { 1, 2, 3, 4 } };

	request.kinds = 1u << SERIES_AGENT | 1u << SERIES_PAIR;
	series_export_head(&out, &request);
	ck_assert_int_eq(rrd_write_rows(dir, &pair, &row, 1, NULL), 0);
	ck_assert_int_eq(series_export_rows(&out, dir, &pair, &request), 0);
	ck_assert_str_eq(
	    text_str(&out),
	    "series,time,seconds,consolidation,datagrams,lost,samples,drops,"
	    "ab_v4_bytes,ab_v6_bytes,ba_v4_bytes,ba_v6_bytes\r\n"
	    "pair/v100/as64500/as64501,2023-11-14T00:00:00Z,300,average,,,,,1,"
	    "2,3,4\r\n");
	request.consolidation = CONSOLIDATION_MAXIMUM;
	ck_assert_int_eq(series_export_rows(&out, dir, &pair, &request),
			 ERR_UNSUPPORTED);
}
END_TEST

static const double numbers[] = { 0,	   1,	       0.1,
				  1.0 / 3, 1e-9,       9007199254740993.0,
				  1e18,	   123456.789, 6.02e23 };

START_TEST(numbers_read_back_to_the_same)
{
	static const char head[] = "series,time,seconds,consolidation,"
				   "datagrams,lost,samples,drops";
	char line[sizeof(head)];
	struct history_csv csv;
	struct history_csv_row row;
	struct history_fault fault;

	memcpy(line, head, sizeof(head));
	ck_assert(history_csv_head(&csv, line, strlen(line), &fault));
	ck_assert_int_eq(write_rows(DAY, 1, numbers[_i]), 0);
	(void)print();
	ck_assert(history_csv_line(&csv, out.data, out.len, &row, &fault));
	ck_assert(fabs(row.values[0] - numbers[_i]) <= 1e-15 * numbers[_i]);
}
END_TEST

START_TEST(there_is_no_such_file)
{
	ck_assert_int_eq(series_export_rows(&out, dir, &agent, &request),
			 ERR_NOT_FOUND);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_row_is_a_line_and_unknown_is_empty, 0 },
		{ json_lines_have_null, 0 },
		{ a_range_has_the_rows_that_begin_in_it, 0 },
		{ rows_of_one_length_can_be_had, 0 },
		{ maxima_have_rows_of_an_hour_and_more, 0 },
		{ each_time_has_its_shortest_rows_once, 0 },
		{ a_longer_row_that_knows_more_is_printed_too, 0 },
		{ all_kinds_have_their_own_columns, 0 },
		{ numbers_read_back_to_the_same, COUNT_OF(numbers) },
		{ there_is_no_such_file, 0 },
	};

	return unit_run_with("series_export", setup, teardown, tests,
			     COUNT_OF(tests));
}
