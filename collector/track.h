/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_TRACK_H
#define LANTERNE_COLLECTOR_TRACK_H

/*
 * track — the rows of one series on their way to its file.
 *
 * Sums what a step brings, turns the sums into rates and gathers the rows of
 * some steps, so that one call to the store writes several.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/series.h"
#include "util/attr.h"

struct track {
	struct series series;
	double sums[SERIES_COLUMNS_MAX]; /* of the step at hand */
	uint32_t batch;			 /* rows gathered before writing */
	uint32_t count;			 /* gathered */
	int64_t *starts;		 /* batch of them; NULL: none yet */
	double *values;			 /* batch × columns */
};

/* What became of rows. */
struct track_result {
	uint64_t written;
	uint64_t failed;
	uint64_t old;
	int reason; /* of the first failure; 0: none since it was cleared */
	char series[64]; /* whose it was */
};

/** Make a track without rows; allocates nothing. */
void track_init(struct track *t, const struct series *series, uint32_t batch);
void track_fini(struct track *t);

/**
 * Gather a row of values, rates per second, and write when the batch is
 * full. A row that finds no memory is counted as failed.
 */
void track_row(struct track *t, const char *state_dir, int64_t start_s,
	       const double *values, struct track_result *result);

/**
 * Gather a row from the sums, and clear them.
 *
 * @param seconds  that the sums cover; 0: the step is unknown and makes no row,
 *                 which reads the same
 */
void track_close(struct track *t, const char *state_dir, int64_t start_s,
		 double seconds, struct track_result *result);

/** Write what was gathered; on failure these rows are counted and dropped. */
void track_write(struct track *t, const char *state_dir,
		 struct track_result *result);

#endif
