/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/utc.h"

#include <stdio.h>
#include <string.h>

#include "util/err.h"

enum {
	FIRST_YEAR = 1970,
	LAST_YEAR = 9999,
	MINUTE_S = 60,
	HOUR_S = 3600,
	DAY_S = 86400,
	MONTHS = 12,
};

static int days_of_year(int year)
{
	int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return 365 + leap;
}

static int days_of_month(int year, int month)
{
	static const int days[MONTHS] = { 31, 28, 31, 30, 31, 30,
					  31, 31, 30, 31, 30, 31 };

	if (month == 2)
		return days_of_year(year) - 337;
	return days[month - 1];
}

/* Two or four digits; the form says that they are some. */
static int digits(const char *text, int count)
{
	int value = 0;

	for (int i = 0; i < count; i++)
		value = value * 10 + (text[i] - '0');
	return value;
}

static int check_form(const char *text, size_t len)
{
	static const char form[] = "0000-00-00T00:00:00Z";

	if (len != sizeof(form) - 1)
		return ERR_SYNTAX;
	for (size_t i = 0; i < len; i++) {
		if (form[i] == '0' ? text[i] < '0' || text[i] > '9'
				   : text[i] != form[i])
			return ERR_SYNTAX;
	}
	return 0;
}

int utc_parse(const char *text, size_t len, int64_t *out)
{
	int64_t days = 0;
	int year;
	int month;
	int day;
	int hour;
	int minute;
	int second;

	if (check_form(text, len) < 0)
		return ERR_SYNTAX;
	year = digits(text, 4);
	month = digits(text + 5, 2);
	day = digits(text + 8, 2);
	hour = digits(text + 11, 2);
	minute = digits(text + 14, 2);
	second = digits(text + 17, 2);
	if (year < FIRST_YEAR || month < 1 || month > MONTHS || day < 1 ||
	    day > days_of_month(year, month) || hour > 23 || minute > 59 ||
	    second > 59)
		return ERR_RANGE;
	for (int y = FIRST_YEAR; y < year; y++)
		days += days_of_year(y);
	for (int m = 1; m < month; m++)
		days += days_of_month(year, m);
	*out = (days + day - 1) * DAY_S + hour * HOUR_S + minute * MINUTE_S +
	       second;
	return 0;
}

char *utc_format(int64_t at_s, char to[UTC_TEXT_SIZE])
{
	int64_t days = at_s / DAY_S;
	int rest = (int)(at_s % DAY_S);
	int year = FIRST_YEAR;
	int month = 1;

	while (at_s >= 0 && year <= LAST_YEAR && days >= days_of_year(year))
		days -= days_of_year(year++);
	if (at_s < 0 || year > LAST_YEAR) {
		memcpy(to, "-", sizeof("-"));
		return to;
	}
	while (days >= days_of_month(year, month))
		days -= days_of_month(year, month++);
	(void)snprintf(to, UTC_TEXT_SIZE, "%04u-%02u-%02uT%02u:%02u:%02uZ",
		       (unsigned)year % 10000u, (unsigned)month % 100u,
		       (unsigned)(days + 1) % 100u,
		       (unsigned)(rest / HOUR_S) % 100u,
		       (unsigned)(rest % HOUR_S / MINUTE_S) % 100u,
		       (unsigned)(rest % MINUTE_S) % 100u);
	return to;
}
