/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_COLUMN_SUM_H
#define LANTERNE_WEB_COLUMN_SUM_H

/* column_sum — what a counter of a series came to. */

#include <stddef.h>
#include <stdint.h>

#include "store/rrd_read.h"
#include "web/page.h"

struct column_sum {
	double total;	/* NaN: unknown, as the others */
	double average; /* a second */
	double highest; /* mean of a row */
	int64_t highest_at_s;
};

/** Over the known rows; in a replay, what its capture covers of them. */
struct column_sum column_sum_of(const struct call *call,
				const struct series_data *data, size_t column);

#endif
