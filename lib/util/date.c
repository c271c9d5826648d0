/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/date.h"

#include <assert.h>
#include <stdio.h>

#include "util/err.h"
#include "util/number.h"

enum {
	YEAR_MAX = 9999,
	MONTHS = 12,
	MARCH = 3,
	ERA_YEARS = 400,
	ERA_DAYS = 146097,
	EPOCH_DAYS = 719468, /* from 0000-03-01 to 1970-01-01 */
};

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % ERA_YEARS == 0;
}

static int month_days(int year, int month)
{
	static const int days[MONTHS] = { 31, 28, 31, 30, 31, 30,
					  31, 31, 30, 31, 30, 31 };

	return days[month - 1] + (month == 2 && is_leap(year));
}

bool date_is_valid(struct date d)
{
	return d.year >= 1 && d.year <= YEAR_MAX && d.month >= 1 &&
	       d.month <= MONTHS && d.day >= 1 &&
	       d.day <= month_days(d.year, d.month);
}

/* Years begin in March here, so that a leap day is the last day of one; 153
 * days are five months of 31, 30, 31, 30, 31. */
int32_t date_number(struct date d)
{
	int year = d.year - (d.month < MARCH);
	int month = (d.month + MONTHS - MARCH) % MONTHS;
	int era = year / ERA_YEARS;
	int of_era = year - era * ERA_YEARS;
	int of_year = (153 * month + 2) / 5 + d.day - 1;

	return era * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 +
	       of_year - EPOCH_DAYS;
}

struct date date_of_number(int32_t number)
{
	int64_t days = (int64_t)number + EPOCH_DAYS;
	int64_t era = (days >= 0 ? days : days - (ERA_DAYS - 1)) / ERA_DAYS;
	int of_era = (int)(days - era * ERA_DAYS);
	int year =
	    (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int of_year = of_era - (365 * year + year / 4 - year / 100);
	int month = (5 * of_year + 2) / 153;
	struct date d = {
		.year = (int)(year + era * ERA_YEARS),
		.month = month < 10 ? month + MARCH : month + MARCH - MONTHS,
		.day = of_year - (153 * month + 2) / 5 + 1,
	};

	d.year += d.month < MARCH;
	return d;
}

struct date date_add_days(struct date d, int32_t days)
{
	return date_of_number(date_number(d) + days);
}

struct date date_month_start(struct date d)
{
	d.day = 1;
	return d;
}

struct date date_next_month(struct date d)
{
	d.day = 1;
	if (d.month++ == MONTHS) {
		d.month = 1;
		d.year++;
	}
	return d;
}

int date_compare(struct date a, struct date b)
{
	if (a.year != b.year)
		return a.year < b.year ? -1 : 1;
	if (a.month != b.month)
		return a.month < b.month ? -1 : 1;
	return (a.day > b.day) - (a.day < b.day);
}

char *date_text(char *to, struct date d)
{
	assert(date_is_valid(d));
	(void)snprintf(to, DATE_TEXT_SIZE, "%04u-%02u-%02u",
		       (unsigned)d.year % (YEAR_MAX + 1),
		       (unsigned)d.month % 100, (unsigned)d.day % 100);
	return to;
}

int date_parse(const char *text, size_t len, struct date *out)
{
	enum { YEAR_DIGITS = 4, MONTH_AT = 5, DAY_AT = 8, DIGITS = 2 };
	uint32_t year;
	uint32_t month;
	uint32_t day;
	struct date d;

	if (len != DATE_TEXT_SIZE - 1 || text[MONTH_AT - 1] != '-' ||
	    text[DAY_AT - 1] != '-' ||
	    number_u32(text, YEAR_DIGITS, YEAR_MAX, &year) < 0 ||
	    number_u32(text + MONTH_AT, DIGITS, 99, &month) < 0 ||
	    number_u32(text + DAY_AT, DIGITS, 99, &day) < 0)
		return ERR_SYNTAX;
	d = (struct date){ (int)year, (int)month, (int)day };
	if (!date_is_valid(d))
		return ERR_RANGE;
	*out = d;
	return 0;
}
