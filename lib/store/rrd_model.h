/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_RRD_MODEL_H
#define LANTERNE_STORE_RRD_MODEL_H

/*
 * rrd_model — what librrd makes of a series' rows, without librrd and a file.
 *
 * Rows go in, in rising order; out come the rows of every archive as they are
 * completed, and what each archive has gathered for the row still in progress.
 * That is what the file of a series must hold (librrd 1.7.2; GAUGE, updates on
 * step boundaries, xff 0.5). What lies before the start and between rows is
 * unknown. Allocates nothing.
 */

#include <stdbool.h>
#include <stdint.h>

#include "store/rrd_header.h"
#include "store/rrd_write.h"

/* A row that an archive completed. */
struct rrd_model_row {
	size_t archive; /* its place in the layout */
	int64_t start_s;
	const double *values; /* as the layout has columns; NaN unknown */
};

/** Called for each row; row is valid during the call. */
typedef void rrd_model_visitor(void *context, const struct rrd_model_row *row);

struct rrd_model {
	const struct series_layout *layout;
	int64_t end_s; /* of what went in */
	struct rrd_progress progress;
	rrd_model_visitor *visit; /* NULL: nobody is told */
	void *context;
};

/** Begin at start_s, a multiple of the step. Nothing before it is known. */
void rrd_model_init(struct rrd_model *m, const struct series_layout *layout,
		    int64_t start_s, rrd_model_visitor *visit, void *context);

/** Add a row; it must not start before the end of what went in. */
void rrd_model_add(struct rrd_model *m, const struct series_row *row);

/**
 * Go on to to_s, a multiple of the step; what lies between is unknown. Rows of
 * an archive that it could not keep, for all that come after, are left out.
 */
void rrd_model_skip(struct rrd_model *m, int64_t to_s);

/** What a value is once it is stored: NaN unless finite and not negative. */
double rrd_model_value(double value);

/**
 * Are these two the same but for rounding? librrd reads digits and sums in its
 * own way, so the last places of a stored value differ from ours.
 */
bool rrd_model_same_value(double a, double b);

/** Have two files the same of an archive's row in progress? */
bool rrd_model_same_progress(const struct series_layout *layout, size_t archive,
			     const struct rrd_progress *a,
			     const struct rrd_progress *b);

#endif
