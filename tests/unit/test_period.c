/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/period.h"

#include <inttypes.h>
#include <string.h>

#include "support/unit.h"
#include "util/err.h"
#include "util/zone.h"
#include "web/languages.h"

enum { MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400 };

#define NOW_S INT64_C(1774800000) /* 2026-03-29 16:00:00 UTC */

static void setup(void)
{
	ck_assert_int_eq(zone_use("Europe/Berlin"), 0);
}

/* How long and how old a period is, and the rows that it gets. */
static const struct {
	int64_t length_s;
	int64_t age_s; /* of its beginning */
	uint32_t row_s;
	uint32_t pair_row_s;
} rows[] = {
	{ HOUR_S, HOUR_S, 60, 300 },
	{ 6 * HOUR_S, 6 * HOUR_S, 60, 300 },
	/* No more rows than a graph needs. */
	{ 6 * HOUR_S + 1, 6 * HOUR_S + 1, 300, 300 },
	{ 40 * DAY_S, 40 * DAY_S, 300, 7200 },
	{ 40 * DAY_S + 1, 40 * DAY_S + 1, 3600, 7200 },
	/* Nor finer ones than are kept of its beginning. */
	{ HOUR_S, 47 * HOUR_S, 60, 300 },
	{ HOUR_S, 47 * HOUR_S + 1, 300, 1800 },
	{ HOUR_S, 61 * DAY_S, 300, 7200 },
	{ HOUR_S, 61 * DAY_S + 1, 3600, 86400 },
	{ HOUR_S, 729 * DAY_S, 3600, 86400 },
	{ HOUR_S, 729 * DAY_S + 1, 86400, 86400 },
	{ 365 * DAY_S, 365 * DAY_S, 3600, 86400 },
	{ 3660 * INT64_C(86400), 3660 * INT64_C(86400), 86400, 86400 },
};

START_TEST(a_period_has_rows_that_are_kept)
{
	int64_t from_s = NOW_S - rows[_i].age_s;
	int64_t to_s = from_s + rows[_i].length_s;
	struct period p;

	ck_assert_int_eq(period_between(&p, from_s, to_s, NOW_S), 0);
	ck_assert_int_eq(p.range, RANGE_FREE);
	ck_assert_uint_eq(p.row_s, rows[_i].row_s);
	ck_assert_uint_eq(p.pair_row_s, rows[_i].pair_row_s);
	/* Whole rows, and no more of them than hold it. */
	ck_assert_int_eq(p.from_s % p.row_s, 0);
	ck_assert_int_eq(p.to_s % p.row_s, 0);
	ck_assert(p.from_s <= from_s && from_s - p.from_s < p.row_s);
	ck_assert(p.to_s >= to_s && p.to_s - to_s < p.row_s);
}
END_TEST

static const struct {
	const char *why;
	int64_t from_s;
	int64_t to_s;
} refused[] = {
	{ "it has no length", NOW_S - HOUR_S, NOW_S - HOUR_S },
	{ "it ends before it begins", NOW_S - HOUR_S, NOW_S - DAY_S },
	{ "it begins now", NOW_S, NOW_S + HOUR_S },
	{ "it begins in the future", NOW_S + 1, NOW_S + HOUR_S },
	{ "it begins before 2000", INT64_C(946684799), INT64_C(946688400) },
	{ "it is older than the epoch", -HOUR_S, HOUR_S },
	{ "it is too long", NOW_S - 3661 * INT64_C(86400), NOW_S },
};

START_TEST(a_period_that_cannot_be_is_refused)
{
	struct period p;

	ck_assert_msg(period_between(&p, refused[_i].from_s, refused[_i].to_s,
				     NOW_S) == ERR_RANGE,
		      "%s", refused[_i].why);
}
END_TEST

START_TEST(a_period_ends_now_at_the_latest)
{
	struct period p;

	ck_assert_int_eq(
	    period_between(&p, NOW_S - HOUR_S + 30, NOW_S + DAY_S, NOW_S + 1),
	    0);
	ck_assert_int_eq(p.from_s, NOW_S - HOUR_S);
	ck_assert_int_eq(p.to_s, NOW_S + MINUTE_S);
}
END_TEST

START_TEST(the_period_before_is_as_long)
{
	struct period p = period_of(RANGE_DAY, NOW_S + 1);
	struct period before = period_earlier(&p, period_length(&p));

	ck_assert_int_eq(period_length(&p), DAY_S);
	ck_assert_int_eq(p.to_s, NOW_S + 300);
	ck_assert_int_eq(before.to_s, p.from_s);
	ck_assert_int_eq(period_length(&before), DAY_S);
	ck_assert_int_eq(before.range, RANGE_FREE);
	ck_assert_uint_eq(before.row_s, p.row_s);
	/* By whole rows. */
	before = period_earlier(&p, 299);
	ck_assert_int_eq(before.to_s, p.to_s);
}
END_TEST

static const struct {
	const char *text;
	int64_t at_s;
} moments[] = {
	{ "0", 0 },
	{ "1774800000", NOW_S },
	{ "100000000000", INT64_C(100000000000) },
	/* Local: Berlin is an hour before UTC in winter, two in summer. */
	{ "2026-03-28", INT64_C(1774652400) },
	{ "2026-03-28T14:00", INT64_C(1774702800) },
	{ "2026-03-28 14:00", INT64_C(1774702800) },
	{ "2026-03-28T14:00:30", INT64_C(1774702830) },
	{ "2026-03-29T14:00", INT64_C(1774785600) },
	{ "2026-03-28T14:00Z", INT64_C(1774706400) },
	{ "2026-03-28T14:00:30Z", INT64_C(1774706430) },
	{ "2026-03-28T00:00Z", INT64_C(1774656000) },
	{ "2026-03-28T23:59:59Z", INT64_C(1774742399) },
	{ "2024-02-29T00:00Z", INT64_C(1709164800) },
	/* The clock goes from 02:00 to 03:00: what is left out is as far
	 * behind midnight as it says, by the clock of before. */
	{ "2026-03-29T01:59:59", INT64_C(1774745999) },
	{ "2026-03-29T03:00", INT64_C(1774746000) },
	{ "2026-03-29T02:30", INT64_C(1774747800) },
	/* And from 03:00 back to 02:00. */
	{ "2026-10-25T01:00", INT64_C(1792882800) },
	{ "2026-10-25T04:00", INT64_C(1792897200) },
};

START_TEST(a_moment_is_read)
{
	int64_t at_s = -1;

	ck_assert_msg(period_parse_time(moments[_i].text, false, &at_s) == 0,
		      "%s", moments[_i].text);
	ck_assert_msg(at_s == moments[_i].at_s, "%s: %" PRId64,
		      moments[_i].text, at_s);
}
END_TEST

static const char *const no_moments[] = {
	"x",
	"-1",
	"+1",
	"1.5",
	"1 ",
	" 1",
	"0x10",
	"100000000001",
	"99999999999999999999999999",
	"2026-03-28Z",
	"2026-03",
	"2026-3-28",
	"2026-02-29",
	"2026-13-01",
	"2026-00-10",
	"2026-03-28T",
	"2026-03-28T14",
	"2026-03-28T14:0",
	"2026-03-28T24:00",
	"2026-03-28T14:60",
	"2026-03-28T14:00:60",
	"2026-03-28T14:00:",
	"2026-03-28T14:00z",
	"2026-03-28T14:00ZZ",
	"2026-03-28T14:00+01:00",
	"2026-03-28T14:00 ",
	"2026-03-28x14:00",
	"2026-03-28  14:00",
	"2026-03-28T-1:00",
};

START_TEST(what_is_no_moment_is_refused)
{
	int64_t at_s = -1;

	ck_assert_msg(period_parse_time(no_moments[_i], false, &at_s) ==
			  ERR_SYNTAX,
		      "%s", no_moments[_i]);
	ck_assert_int_eq(at_s, -1);
}
END_TEST

START_TEST(ranges_have_names_and_labels)
{
	char query[PERIOD_QUERY_SIZE];
	struct period p;
	struct text out;

	text_init(&out);
	for (int i = 0; i < RANGE_COUNT; i++) {
		enum range range = RANGE_FREE;

		p = period_of((enum range)i, NOW_S);
		ck_assert_int_eq(period_parse(period_name(p.range), &range), 0);
		ck_assert_int_eq((int)range, i);
		text_clear(&out);
		text_addf(&out, "range=%s", period_name(p.range));
		ck_assert_str_eq(period_query(query, &p), text_str(&out));
	}
	text_clear(&out);
	ck_assert_int_eq(period_between(&p, NOW_S - HOUR_S, NOW_S, NOW_S), 0);
	ck_assert_str_eq(period_query(query, &p),
			 "from=1774796400&amp;to=1774800000");
	period_add_label(&out, &p);
	ck_assert_str_eq(text_str(&out), "29 Mar 2026 17:00 \xe2\x80\x93 29 "
					 "Mar 2026 18:00");
	text_clear(&out);
	out.language = languages_of("fr");
	period_add_label(&out, &p);
	ck_assert_str_eq(text_str(&out), "29 mars 2026 17:00 \xe2\x80\x93 29 "
					 "mars 2026 18:00");
	text_clear(&out);
	p = period_of(RANGE_WEEK, NOW_S);
	period_add_label(&out, &p);
	ck_assert_str_eq(text_str(&out), "7 derniers jours");
	text_fini(&out);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_period_has_rows_that_are_kept, COUNT_OF(rows) },
		{ a_period_that_cannot_be_is_refused, COUNT_OF(refused) },
		{ a_period_ends_now_at_the_latest, 0 },
		{ the_period_before_is_as_long, 0 },
		{ a_moment_is_read, COUNT_OF(moments) },
		{ what_is_no_moment_is_refused, COUNT_OF(no_moments) },
		{ ranges_have_names_and_labels, 0 },
	};

	return unit_run_with("period", setup, NULL, tests, COUNT_OF(tests));
}
