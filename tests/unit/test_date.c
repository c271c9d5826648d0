/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/date.h"

#include <string.h>
#include <time.h>

#include "support/unit.h"
#include "util/err.h"

START_TEST(numbers_and_dates_agree_with_libc)
{
	for (int32_t number = -120000; number < 120000; number++) {
		time_t at = (time_t)number * 86400;
		struct date d = date_of_number(number);
		struct tm expected;

		ck_assert_ptr_nonnull(gmtime_r(&at, &expected));
		if (d.year != expected.tm_year + 1900 ||
		    d.month != expected.tm_mon + 1 ||
		    d.day != expected.tm_mday || !date_is_valid(d) ||
		    date_number(d) != number)
			ck_abort_msg("day %d is %d-%d-%d", number, d.year,
				     d.month, d.day);
	}
}
END_TEST

static const struct {
	struct date date;
	bool valid;
} days[] = {
	{ { 2024, 2, 29 }, true },  { { 2026, 2, 29 }, false },
	{ { 2000, 2, 29 }, true },  { { 2100, 2, 29 }, false },
	{ { 2026, 4, 30 }, true },  { { 2026, 4, 31 }, false },
	{ { 2026, 12, 31 }, true }, { { 2026, 13, 1 }, false },
	{ { 2026, 0, 1 }, false },  { { 2026, 1, 0 }, false },
	{ { 0, 1, 1 }, false },	    { { 10000, 1, 1 }, false },
	{ { 9999, 12, 31 }, true }, { { 1, 1, 1 }, true },
};

START_TEST(only_days_of_the_calendar_are_valid)
{
	ck_assert(date_is_valid(days[_i].date) == days[_i].valid);
}
END_TEST

START_TEST(months_begin_and_end)
{
	struct date d = { 2026, 12, 31 };

	ck_assert_int_eq(
	    date_compare(date_month_start(d), (struct date){ 2026, 12, 1 }), 0);
	ck_assert_int_eq(
	    date_compare(date_next_month(d), (struct date){ 2027, 1, 1 }), 0);
	ck_assert_int_eq(
	    date_compare(date_add_days(d, 1), (struct date){ 2027, 1, 1 }), 0);
	ck_assert_int_eq(
	    date_compare(date_add_days(d, -31), (struct date){ 2026, 11, 30 }),
	    0);
	ck_assert_int_lt(date_compare((struct date){ 2026, 3, 9 },
				      (struct date){ 2026, 3, 10 }),
			 0);
	ck_assert_int_gt(date_compare((struct date){ 2026, 4, 1 },
				      (struct date){ 2026, 3, 10 }),
			 0);
	ck_assert_int_lt(date_compare((struct date){ 2025, 12, 1 },
				      (struct date){ 2026, 3, 10 }),
			 0);
}
END_TEST

START_TEST(text_reads_back)
{
	char text[DATE_TEXT_SIZE];
	struct date d = { 0 };

	ck_assert_str_eq(date_text(text, (struct date){ 2026, 3, 9 }),
			 "2026-03-09");
	ck_assert_int_eq(date_parse(text, strlen(text), &d), 0);
	ck_assert_int_eq(date_compare(d, (struct date){ 2026, 3, 9 }), 0);
}
END_TEST

static const struct {
	const char *text;
	int rc;
} wrong[] = {
	{ "", ERR_SYNTAX },	      { "2026-3-9", ERR_SYNTAX },
	{ "2026-03-9 ", ERR_SYNTAX }, { "2026-03-090", ERR_SYNTAX },
	{ "2026/03/09", ERR_SYNTAX }, { "+026-03-09", ERR_SYNTAX },
	{ "2026-02-29", ERR_RANGE },  { "2026-13-01", ERR_RANGE },
	{ "0000-01-01", ERR_RANGE },
};

START_TEST(other_text_is_no_date)
{
	struct date d = { 0 };

	ck_assert_int_eq(date_parse(wrong[_i].text, strlen(wrong[_i].text), &d),
			 wrong[_i].rc);
	ck_assert_int_eq(d.year, 0);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ numbers_and_dates_agree_with_libc, 0 },
		{ only_days_of_the_calendar_are_valid, COUNT_OF(days) },
		{ months_begin_and_end, 0 },
		{ text_reads_back, 0 },
		{ other_text_is_no_date, COUNT_OF(wrong) },
	};

	return unit_run("date", tests, COUNT_OF(tests));
}
