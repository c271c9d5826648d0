/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_PORT_TRENDS_H
#define LANTERNE_WEB_PORT_TRENDS_H

/*
 * port_trends — where the daily 95th percentiles of ports are going, from the
 * books of the last TREND_DAYS_MAX closed days. By counters, or of a port that
 * has fewer than TREND_DAYS_LEAST days of these, by samples. A day of which
 * less than half is known does not count.
 *
 * Worked out once a day for all who ask.
 */

#include "util/attr.h"
#include "util/date.h"
#include "web/ports.h"
#include "web/trend.h"

struct port_trend {
	struct trend way[WAY_COUNT]; /* bit/s */
	bool is_estimate;
};

/**
 * The trends of all ports of a list.
 *
 * @param out   gets one a row, to be freed
 * @param last  gets the last day that there is a book of
 * @return 0 or -ENOMEM; a book that cannot be read is a day that is unknown
 */
MUST_CHECK int port_trends_load(struct port_trend **out, struct date *last,
				const struct call *call,
				const struct port_row *rows, size_t count);

/** When a port is full by its trend: the earlier direction. */
struct forecast port_trends_full(const struct port_trend *trend,
				 double speed_bps);

#endif
