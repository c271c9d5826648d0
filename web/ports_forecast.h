/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_PORTS_FORECAST_H
#define LANTERNE_WEB_PORTS_FORECAST_H

/* ports_forecast — what a port's trend says, for its pages. */

#include "util/text.h"
#include "web/port_trends.h"

/** Append when a port is full, last being the day that its trend ends with. */
void ports_add_forecast(struct text *out, const struct forecast *f,
			struct date last);

/** Append a section on the growth of a port. */
void ports_add_trend(struct text *out, const struct port_trend *trend,
		     double speed_bps, struct date last);

#endif
