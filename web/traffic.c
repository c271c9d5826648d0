/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/traffic.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/pair_read.h"
#include "util/err.h"

/* Which column of which kind is which band; -1: it has none. */
static const int traffic_columns[WAY_COUNT][BAND_TOTAL] = {
	{ TRAFFIC_FROM_V4_BYTES, TRAFFIC_FROM_V6_BYTES,
	  TRAFFIC_FROM_OTHER_BYTES },
	{ TRAFFIC_TO_V4_BYTES, TRAFFIC_TO_V6_BYTES, TRAFFIC_TO_OTHER_BYTES },
};
static const int pair_columns[WAY_COUNT][BAND_TOTAL] = {
	{ PAIR_AB_V4_BYTES, PAIR_AB_V6_BYTES, -1 },
	{ PAIR_BA_V4_BYTES, PAIR_BA_V6_BYTES, -1 },
};

double *traffic_column(const struct traffic *t, enum way way, enum band band)
{
	return t->values + ((size_t)way * BAND_COUNT + band) * t->rows;
}

bool traffic_has_data(const struct traffic *t)
{
	for (size_t row = 0; row < t->rows; row++) {
		if (!isnan(traffic_column(t, WAY_FROM, BAND_TOTAL)[row]) ||
		    !isnan(traffic_column(t, WAY_TO, BAND_TOTAL)[row]))
			return true;
	}
	return false;
}

enum { COLUMNS = WAY_COUNT * BAND_COUNT + WAY_COUNT };

static int allocate(struct traffic *t, size_t rows)
{
	t->rows = rows;
	if (rows > SIZE_MAX / sizeof(double) / COLUMNS)
		return -ENOMEM;
	t->values = malloc(rows ? rows * COLUMNS * sizeof(double) : 1);
	if (!t->values)
		return -ENOMEM;
	for (size_t i = 0; i < rows * COLUMNS; i++)
		t->values[i] = NAN;
	for (size_t way = 0; way < WAY_COUNT; way++)
		t->variance[way] =
		    t->values + (WAY_COUNT * BAND_COUNT + way) * rows;
	return 0;
}

/* A total is known when any of its bands is: a family that was never seen
 * may be missing. */
static void fill_band(struct traffic *t, const struct series_data *data,
		      enum way way, enum band band, int column)
{
	double *to = traffic_column(t, way, band);
	double *total = traffic_column(t, way, BAND_TOTAL);

	for (size_t row = 0; row < t->rows; row++) {
		double value = series_at(data, row, (size_t)column);

		to[row] = value;
		if (!isnan(value))
			total[row] =
			    isnan(total[row]) ? value : total[row] + value;
	}
}

static void fill_bands(struct traffic *t, const struct series_data *data,
		       const int columns[WAY_COUNT][BAND_TOTAL])
{
	for (int way = 0; way < WAY_COUNT; way++) {
		for (int band = 0; band < BAND_TOTAL; band++) {
			if (columns[way][band] >= 0)
				fill_band(t, data, (enum way)way,
					  (enum band)band, columns[way][band]);
		}
	}
	t->has_bands = true;
}

static void fill_variance(struct traffic *t, const struct series_data *data)
{
	for (size_t row = 0; row < t->rows; row++) {
		t->variance[WAY_FROM][row] =
		    series_at(data, row, TRAFFIC_FROM_VAR);
		t->variance[WAY_TO][row] = series_at(data, row, TRAFFIC_TO_VAR);
	}
	t->has_variance = true;
}

static void fill_totals(struct traffic *t, const struct series_data *data,
			enum series_port in, enum series_port out)
{
	for (size_t row = 0; row < t->rows; row++) {
		traffic_column(t, WAY_FROM, BAND_TOTAL)[row] =
		    series_at(data, row, in);
		traffic_column(t, WAY_TO, BAND_TOTAL)[row] =
		    series_at(data, row, out);
	}
}

/* By its counters; a port that never sent any, by its samples. */
static void fill_port(struct traffic *t, const struct series_data *data)
{
	fill_totals(t, data, PORT_IN_OCTETS, PORT_OUT_OCTETS);
	if (traffic_has_data(t))
		return;
	fill_totals(t, data, PORT_IN_ESTIMATE, PORT_OUT_ESTIMATE);
	t->is_estimate = traffic_has_data(t);
}

struct series_range traffic_range(int64_t from_s, int64_t to_s, uint32_t row_s)
{
	int64_t row = row_s;

	return (struct series_range){
		.consolidation = CONSOLIDATION_AVERAGE,
		.from_s = from_s / row * row,
		.to_s = (to_s + row - 1) / row * row,
		.row_s = row_s,
	};
}

int traffic_read_samples(struct traffic *out, const char *state_dir,
			 const struct series *port,
			 const struct series_range *range)
{
	struct series_data data = { 0 };
	struct traffic t = { .is_estimate = true };
	int rc = series_read(&data, state_dir, port, range);

	if (rc < 0)
		return rc;
	t.from_s = data.from_s;
	t.row_s = data.row_s;
	t.longest_row_s = data.longest_row_s;
	rc = allocate(&t, data.rows);
	if (rc == 0) {
		fill_totals(&t, &data, PORT_IN_ESTIMATE, PORT_OUT_ESTIMATE);
		*out = t;
	}
	series_data_fini(&data);
	return rc;
}

int traffic_read(struct traffic *out, const char *state_dir,
		 const struct series *series, const struct series_range *range)
{
	struct series_data data = { 0 };
	struct traffic t = { .from_s = range->from_s,
			     .row_s = range->row_s,
			     .longest_row_s = range->row_s };
	int rc = series->kind == SERIES_PAIR
		     ? pair_read(&data, state_dir, series, range)
		     : series_read(&data, state_dir, series, range);

	if (rc == ERR_NOT_FOUND) {
		rc = allocate(
		    &t, (size_t)((range->to_s - range->from_s) / range->row_s));
		t.has_bands = series->kind != SERIES_PORT;
		if (rc == 0)
			*out = t;
		return rc;
	}
	if (rc < 0)
		return rc;
	t.from_s = data.from_s;
	t.row_s = data.row_s;
	t.longest_row_s = data.longest_row_s;
	rc = allocate(&t, data.rows);
	if (rc == 0 && series->kind == SERIES_PORT) {
		fill_port(&t, &data);
	} else if (rc == 0 && series->kind == SERIES_PAIR) {
		fill_bands(&t, &data, pair_columns);
	} else if (rc == 0) {
		fill_bands(&t, &data, traffic_columns);
		fill_variance(&t, &data);
	}
	series_data_fini(&data);
	if (rc == 0)
		*out = t;
	return rc;
}

bool traffic_has_file(const char *state_dir, const struct series *series)
{
	char path[PATH_MAX];

	return series_path(path, sizeof(path), state_dir, series) == 0 &&
	       access(path, R_OK) == 0;
}

size_t traffic_rows_size(const struct traffic *t)
{
	return t->rows * COLUMNS * sizeof(double);
}

int traffic_copy_rows(struct traffic *t, const void *rows)
{
	int rc = allocate(t, t->rows);

	if (rc == 0)
		memcpy(t->values, rows, traffic_rows_size(t));
	return rc;
}

void traffic_fini(struct traffic *t)
{
	free(t->values);
	*t = (struct traffic){ 0 };
}

/* Sums are of rows as long as the longest among them. */
static void take_length(struct traffic *t, const struct traffic *other)
{
	if (other->longest_row_s > t->longest_row_s)
		t->longest_row_s = other->longest_row_s;
}

int traffic_add(struct traffic *t, const struct traffic *other)
{
	if (t->from_s != other->from_s || t->row_s != other->row_s ||
	    t->rows != other->rows || t->has_bands != other->has_bands)
		return ERR_RANGE;
	/* variances of independent samples add up as the sums do */
	for (size_t i = 0; i < t->rows * COLUMNS; i++)
		t->values[i] += other->values[i];
	t->has_variance = t->has_variance || other->has_variance;
	take_length(t, other);
	return 0;
}

int traffic_add_known(struct traffic *t, const struct traffic *other)
{
	if (t->from_s != other->from_s || t->row_s != other->row_s ||
	    t->rows != other->rows || t->has_bands != other->has_bands)
		return ERR_RANGE;
	for (size_t i = 0; i < t->rows * COLUMNS; i++) {
		if (isnan(t->values[i]))
			t->values[i] = other->values[i];
		else if (!isnan(other->values[i]))
			t->values[i] += other->values[i];
	}
	take_length(t, other);
	return 0;
}

void traffic_swap(struct traffic *t)
{
	for (int band = 0; band < BAND_COUNT; band++) {
		double *from = traffic_column(t, WAY_FROM, (enum band)band);
		double *to = traffic_column(t, WAY_TO, (enum band)band);

		for (size_t row = 0; row < t->rows; row++) {
			double held = from[row];

			from[row] = to[row];
			to[row] = held;
		}
	}
}

/* A few rows may be missing: counters start a little later than samples, and
 * the last ones are still on their way. */
static bool covers(const struct traffic *t, const double *theirs, enum way way)
{
	const double *ours = traffic_column(t, way, BAND_TOTAL);
	size_t missing = 0;
	size_t known = 0;

	for (size_t row = 0; row < t->rows; row++) {
		if (!isnan(theirs[row]))
			known++;
		else if (!isnan(ours[row]))
			missing++;
	}
	return known > 0 && missing <= 2 + known / 100;
}

static void take_row(struct traffic *t, enum way way, size_t row, double exact)
{
	double *total = &traffic_column(t, way, BAND_TOTAL)[row];
	double estimate = *total;

	*total = exact;
	for (int band = 0; band < BAND_TOTAL; band++) {
		double *value = &traffic_column(t, way, (enum band)band)[row];
		double share = estimate > 0 ? *value / estimate : 0;

		if (isnan(exact) || isnan(share))
			*value = NAN;
		else if (estimate > 0)
			*value = share * exact;
		else
			*value = band == BAND_OTHER ? exact : 0;
	}
}

bool traffic_take_counters(struct traffic *t, const double *from,
			   const double *to)
{
	if (!covers(t, from, WAY_FROM) || !covers(t, to, WAY_TO))
		return false;
	for (size_t row = 0; row < t->rows; row++) {
		take_row(t, WAY_FROM, row, from[row]);
		take_row(t, WAY_TO, row, to[row]);
	}
	t->has_variance = false;
	return true;
}
