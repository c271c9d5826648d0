/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_PERIOD_H
#define LANTERNE_WEB_PERIOD_H

/* period — the stretches of time that pages and graphs show. */

#include <stdint.h>

#include "util/attr.h"

enum range {
	RANGE_HOUR,
	RANGE_DAY,
	RANGE_WEEK,
	RANGE_MONTH,
	RANGE_YEAR,
	RANGE_COUNT,
};

struct period {
	enum range range;
	int64_t from_s;	     /* whole rows, UTC */
	int64_t to_s;	     /* behind the last row */
	uint32_t row_s;	     /* means that are drawn and counted */
	uint32_t pair_row_s; /* the same of pairs */
};

/** The period of a range that ends now, its last row perhaps unfinished. */
struct period period_of(enum range range, int64_t now_s);

/** "day", as in a query. */
const char *period_name(enum range range);

/** "last 24 hours", as on a page. */
const char *period_label(enum range range);

/** "24 h", for the head of a column; HTML. */
const char *period_short(enum range range);

/** Read "day". @return 0 or ERR_SYNTAX */
MUST_CHECK int period_parse(const char *text, enum range *out);

#endif
