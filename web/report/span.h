/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_REPORT_SPAN_H
#define LANTERNE_WEB_REPORT_SPAN_H

/*
 * span — the local day, ISO week or calendar month that a report is of, in the
 * process's time zone (util/zone.h). A day has 23, 24 or 25 hours, or whatever
 * its zone gives it.
 */

#include <stdint.h>

#include "util/attr.h"
#include "util/date.h"
#include "util/text.h"

enum span_kind { SPAN_DAY, SPAN_WEEK, SPAN_MONTH };

enum {
	SPAN_NAME_SIZE = 16,
	SPAN_SLOT_S = 300,
	SPAN_DAYS_MAX = 31,
};

struct span {
	enum span_kind kind;
	struct date first; /* its first day */
	struct date end;   /* the day behind its last */
	int64_t from_s;	   /* whole slots, UTC */
	int64_t to_s;
	char name[SPAN_NAME_SIZE]; /* "2026-11-25", "2026-W48", "2026-11" */
};

/**
 * The span of a kind that a day lies in.
 * @return 0; ERR_RANGE: the zone has no such day, or it is before 1970 or
 *         after 9998
 */
MUST_CHECK int span_of(struct span *out, enum span_kind kind, struct date day);

/** The last span of a kind that is over at now_s. @return as span_of */
MUST_CHECK int span_last(struct span *out, enum span_kind kind, int64_t now_s);

/**
 * The span of the same kind so many earlier; of a day, so many weeks: the same
 * weekday. @return as span_of
 */
MUST_CHECK int span_earlier(struct span *out, const struct span *span,
			    unsigned count);

/** How many days it has on the calendar. */
unsigned span_days(const struct span *span);

/** How many slots it has. */
uint32_t span_slots(const struct span *span);

/** "daily", "weekly", "monthly": in names of files and commands. */
const char *span_kind_name(enum span_kind kind);

/** Append "Wed 25 Nov 2026", "week 48 of 2026, 23 Nov 2026 to 29 Nov 2026",
 * "Nov 2026". */
void span_add_label(struct text *out, const struct span *span);

#endif
