/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/report/span.h"

#include <string.h>

#include "support/unit.h"
#include "util/err.h"
#include "util/zone.h"

static const struct {
	const char *zone;
	enum span_kind kind;
	struct date day;
	const char *name;
	unsigned days;
	uint32_t slots;
	int64_t from_s;
} spans[] = {
	{ "America/Marigot",
	  SPAN_DAY,
	  { 2026, 11, 25 },
	  "2026-11-25",
	  1,
	  288,
	  1795579200 },
	{ "Europe/Paris",
	  SPAN_DAY,
	  { 2026, 3, 29 },
	  "2026-03-29",
	  1,
	  276,
	  1774738800 },
	{ "Europe/Paris",
	  SPAN_DAY,
	  { 2026, 10, 25 },
	  "2026-10-25",
	  1,
	  300,
	  1792879200 },
	{ "Australia/Lord_Howe",
	  SPAN_DAY,
	  { 2026, 4, 5 },
	  "2026-04-05",
	  1,
	  294,
	  1775307600 },
	{ "Europe/Paris",
	  SPAN_WEEK,
	  { 2026, 3, 29 },
	  "2026-W13",
	  7,
	  2004,
	  1774220400 },
	{ "Europe/Paris",
	  SPAN_WEEK,
	  { 2026, 3, 23 },
	  "2026-W13",
	  7,
	  2004,
	  1774220400 },
	{ "UTC", SPAN_WEEK, { 2027, 1, 1 }, "2026-W53", 7, 2016, 1798416000 },
	{ "UTC", SPAN_WEEK, { 2025, 12, 29 }, "2026-W01", 7, 2016, 1766966400 },
	{ "UTC", SPAN_WEEK, { 2024, 12, 30 }, "2025-W01", 7, 2016, 1735516800 },
	{ "Europe/Paris",
	  SPAN_MONTH,
	  { 2026, 3, 17 },
	  "2026-03",
	  31,
	  8916,
	  1772319600 },
	{ "Europe/Paris",
	  SPAN_MONTH,
	  { 2026, 10, 31 },
	  "2026-10",
	  31,
	  8940,
	  1790805600 },
	{ "America/Marigot",
	  SPAN_MONTH,
	  { 2024, 2, 29 },
	  "2024-02",
	  29,
	  8352,
	  1706760000 },
};

START_TEST(a_span_has_the_slots_of_its_local_days)
{
	struct span s;

	ck_assert_int_eq(zone_use(spans[_i].zone), 0);
	ck_assert_int_eq(span_of(&s, spans[_i].kind, spans[_i].day), 0);
	ck_assert_str_eq(s.name, spans[_i].name);
	ck_assert_uint_eq(span_days(&s), spans[_i].days);
	ck_assert_uint_eq(span_slots(&s), spans[_i].slots);
	ck_assert_int_eq(s.from_s, spans[_i].from_s);
}
END_TEST

START_TEST(spans_follow_each_other_without_gap_or_overlap)
{
	struct span s;
	struct span before;

	ck_assert_int_eq(zone_use("Europe/Paris"), 0);
	for (enum span_kind kind = SPAN_DAY; kind <= SPAN_MONTH; kind++) {
		struct date day = { 2024, 1, 1 };

		ck_assert_int_eq(span_of(&before, kind, day), 0);
		while (before.first.year < 2027) {
			ck_assert_int_eq(span_of(&s, kind, before.end), 0);
			ck_assert_int_eq(s.from_s, before.to_s);
			before = s;
		}
	}
}
END_TEST

START_TEST(the_last_one_is_over)
{
	int64_t midnight = 1795665600; /* 2026-11-26 in America/Marigot */
	struct span s;

	ck_assert_int_eq(zone_use("America/Marigot"), 0);
	ck_assert_int_eq(span_last(&s, SPAN_DAY, midnight), 0);
	ck_assert_str_eq(s.name, "2026-11-25");
	ck_assert_int_eq(span_last(&s, SPAN_DAY, midnight - 1), 0);
	ck_assert_str_eq(s.name, "2026-11-24");
	ck_assert_int_eq(span_last(&s, SPAN_WEEK, midnight), 0);
	ck_assert_str_eq(s.name, "2026-W47");
	ck_assert_int_eq(span_last(&s, SPAN_MONTH, midnight), 0);
	ck_assert_str_eq(s.name, "2026-10");
}
END_TEST

START_TEST(earlier_ones_are_the_same_weekday_week_or_month)
{
	struct span s;
	struct span earlier;

	ck_assert_int_eq(zone_use("Europe/Paris"), 0);
	ck_assert_int_eq(span_of(&s, SPAN_DAY, (struct date){ 2026, 4, 5 }), 0);
	ck_assert_int_eq(span_earlier(&earlier, &s, 1), 0);
	ck_assert_str_eq(earlier.name, "2026-03-29");
	ck_assert_int_eq(span_earlier(&earlier, &s, 8), 0);
	ck_assert_str_eq(earlier.name, "2026-02-08");
	ck_assert_int_eq(span_of(&s, SPAN_WEEK, (struct date){ 2026, 1, 1 }),
			 0);
	ck_assert_int_eq(span_earlier(&earlier, &s, 1), 0);
	ck_assert_str_eq(earlier.name, "2025-W52");
	ck_assert_int_eq(span_of(&s, SPAN_MONTH, (struct date){ 2026, 3, 31 }),
			 0);
	ck_assert_int_eq(span_earlier(&earlier, &s, 1), 0);
	ck_assert_str_eq(earlier.name, "2026-02");
	ck_assert_int_eq(span_earlier(&earlier, &s, 3), 0);
	ck_assert_str_eq(earlier.name, "2025-12");
}
END_TEST

START_TEST(a_day_that_the_zone_left_out_is_none)
{
	struct span s;

	ck_assert_int_eq(zone_use("Pacific/Apia"), 0);
	ck_assert_int_eq(span_of(&s, SPAN_DAY, (struct date){ 2011, 12, 30 }),
			 ERR_RANGE);
	/* The day before the last of that year was the 29th. */
	ck_assert_int_eq(span_last(&s, SPAN_DAY, 1325239200), 0);
	ck_assert_str_eq(s.name, "2011-12-29");
	ck_assert_int_eq(span_of(&s, SPAN_DAY, (struct date){ 2026, 2, 30 }),
			 ERR_RANGE);
	ck_assert_int_eq(span_of(&s, SPAN_DAY, (struct date){ 1969, 12, 1 }),
			 ERR_RANGE);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_span_has_the_slots_of_its_local_days, COUNT_OF(spans) },
		{ spans_follow_each_other_without_gap_or_overlap, 0 },
		{ the_last_one_is_over, 0 },
		{ earlier_ones_are_the_same_weekday_week_or_month, 0 },
		{ a_day_that_the_zone_left_out_is_none, 0 },
	};

	return unit_run("span", tests, COUNT_OF(tests));
}
