/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_PLOT_H
#define LANTERNE_WEB_PLOT_H

/*
 * plot — the inside of a drawing: grid, labels, areas and lines.
 *
 * Positions along the time axis are percentages and the shapes stretch to
 * the width they get, so one text serves a phone and a wide screen while the
 * labels keep their size. Labels stand outside the plot's box, to its left
 * and below: whoever places it leaves room for them.
 */

#include "util/text.h"
#include "web/plot_columns.h"
#include "web/view.h"

enum { PLOT_HEIGHT = 220 };

/** Append the inside of an svg element of PLOT_HEIGHT. */
void plot_add(struct text *out, const struct subject *subject,
	      const struct view *view);

/** Runs of known values as shapes of one path, a gap between them. */
void plot_add_area(struct text *out, const double *values, size_t count,
		   double top, unsigned height);

#endif
