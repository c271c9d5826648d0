/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_RRD_WRITE_H
#define LANTERNE_STORE_RRD_WRITE_H

/*
 * rrd_write — append closed steps to a series' RRD file.
 *
 * The file is made when its first row comes. Rows carry rates; a step that is
 * left out between two rows reads as unknown, never as a mean over the gap.
 * For one thread: librrd locks against other processes, not threads.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/series.h"
#include "util/attr.h"

/* One closed step. */
struct series_row {
	int64_t start_s; /* a multiple of the series' step, UTC; over 0 */
	double values[SERIES_COLUMNS_MAX]; /* rates per second; NaN unknown */
};

/**
 * Append rows, in rising order of time.
 *
 * Rows that the file already covers are left out and counted.
 *
 * @param rows     count of them, borrowed
 * @param skipped  gets how many were left out; may be NULL
 * @return 0; ERR_STORE (a damaged or foreign file, or librrd refused; the
 *         reason was logged), ERR_RANGE (a time before the second step of 1970
 *         or after the year 30000, or as series_path), -errno: -ENOSPC, -EROFS,
 *         -EIO and others say that it is not the file's fault. On failure the
 *         rows of the first part may be stored.
 */
MUST_CHECK int rrd_write_rows(const char *state_dir,
			      const struct series *series,
			      const struct series_row *rows, size_t count,
			      size_t *skipped);

/*
 * What a writer knows of a series' file from its last call; all zero: nothing.
 * With it a call looks at the file's size, blocks and identity only, and not
 * into its header, as long as nobody else writes to it.
 */
struct rrd_known {
	int64_t last_s; /* where the file ends */
	uint64_t device;
	uint64_t inode;
	bool filled;	 /* it had holes, and all was done against them */
	size_t left_out; /* rows of this call that the file already covered */
};

/**
 * As rrd_write_rows, for one who calls again and again. A file that was
 * replaced, cut or removed since the last call is looked at anew.
 *
 * @param known  of this series; brought up to date, on failure zero
 */
MUST_CHECK int rrd_write_more(const char *state_dir,
			      const struct series *series,
			      const struct series_row *rows, size_t count,
			      struct rrd_known *known);

/** As rrd_write_more, to a file anywhere. For lib/store alone. */
MUST_CHECK int rrd_write_path(const char *path,
			      const struct series_layout *layout,
			      const struct series_row *rows, size_t count,
			      struct rrd_known *known);

/**
 * rrd_write_rows of a file by its path, for layouts that are no series'.
 *
 * @param skipped  gets how many rows were left out; not NULL
 * @return as rrd_write_rows
 */
MUST_CHECK int rrd_write_file(const char *path,
			      const struct series_layout *layout,
			      const struct series_row *rows, size_t count,
			      size_t *skipped);

/**
 * When the last stored step of a series ends.
 * @return 0; ERR_NOT_FOUND (no such file), ERR_STORE (it is damaged or
 *         foreign; the reason was logged), ERR_RANGE as series_path, -errno
 */
MUST_CHECK int rrd_last_end(const char *state_dir, const struct series *series,
			    int64_t *end_s);

#endif
