/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_UTIL_ZONE_H
#define LANTERNE_UTIL_ZONE_H

/*
 * zone — the exchange's local time.
 *
 * libc knows one zone per process; it is set once at the start, before any
 * thread, and only read afterwards.
 */

#include <stdbool.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/date.h"
#include "util/text.h"

/* A step on the calendar. */
enum zone_unit { ZONE_MINUTE, ZONE_HOUR, ZONE_DAY, ZONE_MONTH };

/**
 * Make this the process's time zone.
 * @return 0; ERR_NOT_FOUND when the system has no zone of that name
 */
MUST_CHECK int zone_use(const char *name);

/** Append an instant in local time, as strftime formats it. */
void zone_add(struct text *out, const char *format, int64_t at_s);

/**
 * The first instant after at_s at which the local calendar shows a multiple
 * of count units: minutes of the hour, hours of the day, days, months.
 */
int64_t zone_next(int64_t at_s, enum zone_unit unit, int count);

/** The local date of an instant; of one before year 1 or after 9999 that of
 * 1970-01-01. */
struct date zone_date(int64_t at_s);

/**
 * When local clocks show a time of a day: seconds from 0 to 86399. One that the
 * clocks skip is taken as that of the hour before.
 *
 * @param is_later  of one that comes twice, the second
 */
int64_t zone_at(struct date day, unsigned second, bool is_later);

/**
 * When a local day begins: the first multiple of slot_s, UTC, at which the
 * local date is that day or a later one. So days divide time without gap or
 * overlap, whatever the clock does at midnight: a day that has no 00:00
 * begins when the clock jumps into it, one that has 00:00 twice at the first,
 * one that the zone left out is empty.
 *
 * @param day     valid
 * @param slot_s  seconds, a divisor of a day
 */
int64_t zone_day_start(struct date day, int64_t slot_s);

/** The local day that an instant is in, as zone_day_start divides time. */
struct date zone_day_of(int64_t at_s, int64_t slot_s);

#endif
