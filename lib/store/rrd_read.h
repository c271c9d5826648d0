/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_RRD_READ_H
#define LANTERNE_STORE_RRD_READ_H

/*
 * rrd_read — a range of a series as plain arrays.
 *
 * Safe to call from several threads and beside the writer. Reads only, takes
 * no lock, and needs no librrd.
 *
 * The function is not called rrd_read: librrd exports one of that name and
 * calls it through the dynamic linker, so ours would take its place.
 */

#include <stddef.h>
#include <stdint.h>

#include "store/series.h"
#include "util/attr.h"
#include "util/text.h"

struct series_data {
	int64_t from_s;		/* start of the first row */
	uint32_t row_s;		/* seconds per row, as the archive has it */
	uint32_t longest_row_s; /* row_s, or that of longer rows among them */
	size_t rows;
	size_t columns; /* as the layout of the kind */
	double *values; /* rows × columns, row by row; NaN unknown */
};

/* What to read of a series: [from_s, to_s) in rows of row_s seconds. */
struct series_range {
	enum consolidation consolidation;
	int64_t from_s;
	int64_t to_s;
	uint32_t row_s;
};

/**
 * Read a range of a series.
 *
 * Served by the archive with exactly that row length, or where there is none
 * or the range starts before it reaches back, by the next coarser one, at last
 * the coarsest: out->row_s tells. Rows start at multiples of out->row_s, UTC;
 * range ends are widened to whole rows. Rows that no archive has, those past
 * the last update among them, are NaN.
 *
 * History that was imported is known in long rows alone, for longer than the
 * collector has run. So where a day is known and no row of an hour or more in
 * it, these have the day's value: it is that of all of them together. What is
 * shorter stays unknown, for percentiles and peaks are made of it.
 *
 * @param out  on success values to be freed with series_data_fini
 * @return 0; ERR_NOT_FOUND (no such file), ERR_RANGE (from not before to,
 *         before 1970, more than 100,000 rows, or as series_path),
 *         ERR_UNSUPPORTED (a pair has no maximum), ERR_STORE (a damaged or
 *         foreign file; the reason was logged), -errno
 */
MUST_CHECK int series_read(struct series_data *out, const char *state_dir,
			   const struct series *series,
			   const struct series_range *range);

/**
 * As series_read, of a file of this layout anywhere. For lib/store alone.
 * @return as series_read
 */
MUST_CHECK int rrd_read_rows(struct series_data *out, const char *path,
			     const struct series_layout *layout,
			     const struct series_range *range);

/**
 * Append a whole file of this layout, as it was at one moment.
 *
 * @return 0; ERR_NOT_FOUND, ERR_STORE (a damaged or foreign file, the reason
 *         was logged), -ENOMEM, -errno
 */
MUST_CHECK int rrd_read_whole(struct text *out, const char *path,
			      const struct series_layout *layout);

/** Append the whole file of a series. @return as rrd_read_whole */
MUST_CHECK int series_read_whole(struct text *out, const char *state_dir,
				 const struct series *series);

/** Free the values. */
void series_data_fini(struct series_data *data);

/** One value; row and column must be in range. */
static inline double series_at(const struct series_data *data, size_t row,
			       size_t column)
{
	return data->values[row * data->columns + column];
}

#endif
