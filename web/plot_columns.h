/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_PLOT_COLUMNS_H
#define LANTERNE_WEB_PLOT_COLUMNS_H

/* plot_columns — rows as the columns of a drawing, several to one where there
 * are more than it has room for. */

#include <stdbool.h>
#include <stddef.h>

#include "util/attr.h"
#include "web/traffic.h"

enum { PLOT_COLUMNS_MAX = 480, PLOT_LAYERS = BAND_TOTAL };

/* Per column: tops of the stacked layers, means and maxima of the totals. */
struct columns {
	size_t count;
	size_t rows_per_column;
	double *layer[PLOT_LAYERS]; /* the last one is the total of WAY_FROM */
	double *mean[WAY_COUNT];
	double *maximum[WAY_COUNT];
	double *low[WAY_COUNT]; /* of the 95 % interval of the mean */
	double *high[WAY_COUNT];
	double *storage;
};

/** How many rows share a column of the drawing. */
size_t plot_rows_per_column(const struct traffic *t);

/**
 * Make the columns of rows.
 *
 * @param has_interval  low and high are filled
 * @return 0 or -ENOMEM; with 0 to be freed by columns_fini
 */
MUST_CHECK int columns_of(struct columns *out, const struct traffic *t,
			  bool has_interval);

/** Free them. */
void columns_fini(struct columns *columns);

#endif
