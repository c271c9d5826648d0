/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_AXIS_H
#define LANTERNE_WEB_AXIS_H

/* axis — round numbers for rates, calendar marks for time. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/text.h"

/* Marks at 0, step, 2·step, ... top, all in bit/s. */
struct axis {
	double step;
	double top;
};

/* A mark of time. */
struct axis_mark {
	int64_t at_s;
	bool is_labelled;
	bool is_minor; /* its label only where there is room */
};

/** Four to six round steps that reach max_bps; 1 kbit/s for nothing. */
struct axis axis_of(double max_bps);

/** Append the label of a mark, with the prefix of the whole axis: "2.5 G". */
void axis_add_label(struct text *out, const struct axis *axis, double bps);

/**
 * The first mark after at_s of an axis that is so many seconds long; at_s of
 * the result is INT64_MAX for none.
 */
struct axis_mark axis_next_mark(int64_t length_s, int64_t at_s);

/** Append the label of a time mark: "14:00", "Mon 12". */
void axis_add_time_label(struct text *out, int64_t length_s, int64_t at_s);

#endif
