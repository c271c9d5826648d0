/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_ZONE_H
#define LANTERNE_WEB_ZONE_H

/*
 * zone — the exchange's local time.
 *
 * libc knows one zone per process; it is set once at the start, before any
 * thread, and only read afterwards.
 */

#include <stdint.h>

#include "util/attr.h"
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

#endif
