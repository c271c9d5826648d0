/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/plot_columns.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "store/statistics.h"

/* Columns are of a length that divides a day, or whole days: others would
 * beat against the days and nights. */
size_t plot_rows_per_column(const struct traffic *t)
{
	static const uint32_t lengths_s[] = { 300,   600,   900,  1200,
					      1800,  3600,  7200, 10800,
					      14400, 21600, 43200 };
	size_t least = (t->rows + PLOT_COLUMNS_MAX - 1) / PLOT_COLUMNS_MAX;
	size_t day = (86400 + t->row_s - 1) / t->row_s;

	if (least <= 1)
		return 1;
	for (size_t i = 0; i < sizeof(lengths_s) / sizeof(*lengths_s); i++) {
		if (lengths_s[i] % t->row_s == 0 &&
		    lengths_s[i] / t->row_s >= least)
			return lengths_s[i] / t->row_s;
	}
	return (least + day - 1) / day * day;
}

static bool allocate(struct columns *c, const struct traffic *t)
{
	double **const of_ways[] = { c->mean, c->maximum, c->low, c->high };
	enum { OF_WAYS = sizeof(of_ways) / sizeof(*of_ways) };
	double *at;

	*c = (struct columns){ .rows_per_column = plot_rows_per_column(t) };
	c->count = (t->rows + c->rows_per_column - 1) / c->rows_per_column;
	c->storage =
	    calloc((c->count + 1) * (PLOT_LAYERS + OF_WAYS * WAY_COUNT),
		   sizeof(double));
	at = c->storage;
	if (!at)
		return false;
	for (int i = 0; i < PLOT_LAYERS; i++, at += c->count)
		c->layer[i] = at;
	for (int i = 0; i < OF_WAYS * WAY_COUNT; i++, at += c->count)
		of_ways[i / WAY_COUNT][i % WAY_COUNT] = at;
	return true;
}

/* Mean and maximum over the known ones of a few values; NaN if none is. */
static double reduce(const double *values, size_t count, double *maximum)
{
	double sum = 0;
	size_t known = 0;

	*maximum = NAN;
	for (size_t i = 0; i < count; i++) {
		if (isnan(values[i]))
			continue;
		sum += values[i];
		*maximum = known++ ? fmax(*maximum, values[i]) : values[i];
	}
	return known ? sum / (double)known : NAN;
}

/* Rows are independent samples: what is shared by a column is surer. */
static void fill_interval(struct columns *c, const struct traffic *t,
			  enum way way, size_t at, size_t n)
{
	size_t first = at * c->rows_per_column;
	double half =
	    statistics_ci95_mean(traffic_column(t, way, BAND_TOTAL) + first,
				 t->variance[way] + first, n, t->row_s);
	double mean = c->mean[way][at];

	c->high[way][at] = mean + half;
	c->low[way][at] = half > mean ? 0 : mean - half;
}

static void fill_column(struct columns *c, const struct traffic *t,
			bool has_interval, size_t at)
{
	size_t first = at * c->rows_per_column;
	size_t n = t->rows - first < c->rows_per_column ? t->rows - first
							: c->rows_per_column;
	double stacked = 0;
	double ignored;

	for (int way = 0; way < WAY_COUNT; way++)
		c->mean[way][at] =
		    reduce(traffic_column(t, (enum way)way, BAND_TOTAL) + first,
			   n, &c->maximum[way][at]);
	for (int way = 0; has_interval && way < WAY_COUNT; way++)
		fill_interval(c, t, (enum way)way, at, n);
	for (int band = 0; band < PLOT_LAYERS - 1; band++) {
		double value =
		    reduce(traffic_column(t, WAY_FROM, (enum band)band) + first,
			   n, &ignored);

		stacked += isnan(value) ? 0 : value;
		c->layer[band][at] = fmin(stacked, c->mean[WAY_FROM][at]);
		if (isnan(c->mean[WAY_FROM][at]))
			c->layer[band][at] = NAN;
	}
	c->layer[PLOT_LAYERS - 1][at] = c->mean[WAY_FROM][at];
}

int columns_of(struct columns *out, const struct traffic *t, bool has_interval)
{
	*out = (struct columns){ .count = 0 };
	if (t->rows == 0)
		return 0;
	if (!allocate(out, t))
		return -ENOMEM;
	for (size_t i = 0; i < out->count; i++)
		fill_column(out, t, has_interval, i);
	return 0;
}

void columns_fini(struct columns *columns)
{
	free(columns->storage);
	*columns = (struct columns){ .count = 0 };
}
