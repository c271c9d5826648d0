/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_UTIL_DATE_H
#define LANTERNE_UTIL_DATE_H

/*
 * date — days of the calendar (Gregorian, also before it was in use). Pure;
 * which day an instant falls on is a matter of util/zone.h.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"

enum { DATE_TEXT_SIZE = 11 }; /* "2026-03-29" and its NUL */

struct date {
	int year;  /* 1 to 9999 */
	int month; /* 1 to 12 */
	int day;   /* 1 to 31 */
};

/** Whether the calendar has this day. */
bool date_is_valid(struct date d);

/** Days since 1970-01-01; of a valid date. */
int32_t date_number(struct date d);

/** The date so many days after 1970-01-01. */
struct date date_of_number(int32_t number);

/** The date so many days later, or earlier. */
struct date date_add_days(struct date d, int32_t days);

/** The first day of a date's month. */
struct date date_month_start(struct date d);

/** The first day of the month after a date's. */
struct date date_next_month(struct date d);

/** Negative, 0 or positive: a lies before, is, or lies behind b. */
int date_compare(struct date a, struct date b);

/**
 * Write "2026-03-29"; of a valid date.
 * @param to  DATE_TEXT_SIZE bytes
 * @return to
 */
char *date_text(char *to, struct date d);

/** Read "2026-03-29", exactly. @return 0, ERR_SYNTAX or ERR_RANGE (no day) */
MUST_CHECK int date_parse(const char *text, size_t len, struct date *out);

#endif
