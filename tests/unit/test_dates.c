/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/dates.h"

#include <math.h>
#include <string.h>

#include "support/unit.h"
#include "util/zone.h"
#include "web/languages.h"

#define NOON_S INT64_C(1518460320) /* Mon 12 Feb 2018 18:32:00 UTC */

static void setup(void)
{
	ck_assert_int_eq(zone_use("America/Marigot"), 0);
}

static const struct {
	const char *code;
	const char *format;
	int64_t at_s;
	const char *out;
} cases[] = {
	{ "en", "%a %e %b %Y %H:%M:%S %Z", NOON_S,
	  "Mon 12 Feb 2018 14:32:00 AST" },
	{ "fr", "%a %e %b %Y %H:%M:%S %Z", NOON_S,
	  "lun. 12 f\xc3\xa9vr. 2018 14:32:00 AST" },
	/* The local day, where the one in UTC is the next. */
	{ "fr", "%a %e %b %H:%M", INT64_C(1785556799), "ven. 31 juil. 23:59" },
	{ "fr", "%a %e %b %H:%M", INT64_C(1785556800),
	  "sam. 1 ao\xc3\xbbt 00:00" },
	{ "en", "%e|%d|%m", INT64_C(1785556800), "1|01|08" },
	/* No names, and what is no conversion. */
	{ "fr", "%H:%M %Z", NOON_S, "14:32 AST" },
	{ "fr", "", NOON_S, "" },
	{ "fr", "100 %", NOON_S, "100 %" },
	{ "fr", "\xc3\xa0 %H h", NOON_S, "\xc3\xa0 14 h" },
};

START_TEST(a_time_is_written_as_its_reader_writes_it)
{
	struct text out;

	text_init(&out);
	out.language = languages_of(cases[_i].code);
	dates_add(&out, cases[_i].format, cases[_i].at_s);
	ck_assert_str_eq(text_str(&out), cases[_i].out);
	text_fini(&out);
}
END_TEST

static const char *const french_months[] = { "janv.",
					     "f\xc3\xa9vr.",
					     "mars",
					     "avr.",
					     "mai",
					     "juin",
					     "juil.",
					     "ao\xc3\xbbt",
					     "sept.",
					     "oct.",
					     "nov.",
					     ("d\xc3\xa9"
					      "c.") };
static const char *const english_months[] = { "Jan", "Feb", "Mar", "Apr",
					      "May", "Jun", "Jul", "Aug",
					      "Sep", "Oct", "Nov", "Dec" };
static const char *const french_days[] = { "dim.", "lun.", "mar.", "mer.",
					   "jeu.", "ven.", "sam." };
static const char *const english_days[] = { "Sun", "Mon", "Tue", "Wed",
					    "Thu", "Fri", "Sat" };

static void expect(const char *code, const char *format, int64_t at_s,
		   const char *wanted)
{
	struct text out;

	text_init(&out);
	out.language = languages_of(code);
	dates_add(&out, format, at_s);
	ck_assert_str_eq(text_str(&out), wanted);
	text_fini(&out);
}

START_TEST(every_month_and_day_has_its_name)
{
	for (unsigned month = 0; month < 12; month++) {
		int64_t at_s = zone_at((struct date){ .year = 2026,
						      .month = (int)month + 1,
						      .day = 15 },
				       0, false);

		expect("fr", "%b", at_s, french_months[month]);
		expect("en", "%b", at_s, english_months[month]);
	}
	/* 2026-03-01 is a Sunday. */
	for (unsigned day = 0; day < 7; day++) {
		int64_t at_s = zone_at((struct date){ .year = 2026,
						      .month = 3,
						      .day = (int)day + 1 },
				       0, false);

		expect("fr", "%a", at_s, french_days[day]);
		expect("en", "%a", at_s, english_days[day]);
	}
}
END_TEST

START_TEST(times_minutes_and_days)
{
	struct text out;

	text_init(&out);
	out.language = languages_of("fr");
	dates_add_time(&out, (double)NOON_S + 0.9);
	text_add_char(&out, '|');
	dates_add_minute(&out, NOON_S);
	text_add_char(&out, '|');
	dates_add_day(&out, NOON_S);
	ck_assert_str_eq(text_str(&out),
			 "12 f\xc3\xa9vr. 2018 14:32:00 AST|12 f\xc3\xa9vr. "
			 "2018 14:32|12 f\xc3\xa9vr. 2018");
	text_fini(&out);
}
END_TEST

static const double no_times[] = {
	NAN, INFINITY, -INFINITY, 1e11, -1e11, 1e300
};

START_TEST(a_time_that_cannot_be_is_said_to_be_unknown)
{
	struct text out;

	text_init(&out);
	dates_add_time(&out, no_times[_i]);
	ck_assert_str_eq(text_str(&out), "an unknown time");
	text_clear(&out);
	out.language = languages_of("fr");
	dates_add_time(&out, no_times[_i]);
	ck_assert_str_eq(text_str(&out), "un moment inconnu");
	text_fini(&out);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_time_is_written_as_its_reader_writes_it, COUNT_OF(cases) },
		{ every_month_and_day_has_its_name, 0 },
		{ times_minutes_and_days, 0 },
		{ a_time_that_cannot_be_is_said_to_be_unknown,
		  COUNT_OF(no_times) },
	};

	return unit_run_with("dates", setup, NULL, tests, COUNT_OF(tests));
}
