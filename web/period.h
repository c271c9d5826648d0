/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_PERIOD_H
#define LANTERNE_WEB_PERIOD_H

/*
 * period — the stretches of time that pages and graphs show: one of a few
 * that end now, or any from one moment to another.
 */

#include <stdbool.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/text.h"

enum range {
	RANGE_HOUR,
	RANGE_DAY,
	RANGE_WEEK,
	RANGE_MONTH,
	RANGE_YEAR,
	RANGE_COUNT,
	RANGE_FREE = RANGE_COUNT, /* from and to as somebody said */
};

enum { PERIOD_QUERY_SIZE = 64, PERIOD_YEARS_MAX = 10 };

struct period {
	enum range range;
	int64_t from_s;	     /* whole rows, UTC */
	int64_t to_s;	     /* behind the last row */
	uint32_t row_s;	     /* means that are drawn and counted */
	uint32_t pair_row_s; /* the same of pairs */
};

/** The period of a range that ends now, its last row perhaps unfinished. */
struct period period_of(enum range range, int64_t now_s);

/**
 * A period from one moment to another, widened to whole rows: the finest that
 * are still kept of its beginning, and not too many.
 *
 * @return 0, or ERR_RANGE: it does not begin before it ends, begins in the
 *         future or before 2000, or is longer than PERIOD_YEARS_MAX
 */
MUST_CHECK int period_between(struct period *out, int64_t from_s, int64_t to_s,
			      int64_t now_s);

/** As long a period, with as long rows, that ends so much earlier. */
struct period period_earlier(const struct period *period, int64_t by_s);

/** How long a period is, in seconds. */
int64_t period_length(const struct period *period);

/** "day", as in a query; "free". */
const char *period_name(enum range range);

/** Append "last 24 hours", or from when to when. */
void period_add_label(struct text *out, const struct period *period);

/** Append "24 h", or "period" for a free one, for the head of a column; HTML.
 */
void period_add_short(struct text *out, enum range range);

/** What says a period in a URL: "range=day", "from=1&amp;to=2"; HTML.
 * @return to */
char *period_query(char to[PERIOD_QUERY_SIZE], const struct period *period);

/** Read "day". @return 0 or ERR_SYNTAX */
MUST_CHECK int period_parse(const char *text, enum range *out);

/**
 * Read a moment: seconds of the epoch, or "2026-11-20", "2026-11-20T14:00",
 * "2026-11-20T14:00:30", local, with "Z" behind a time UTC.
 *
 * @param is_end  of a local time that comes twice, the second is meant
 * @return 0 or ERR_SYNTAX
 */
MUST_CHECK int period_parse_time(const char *text, bool is_end, int64_t *out);

#endif
