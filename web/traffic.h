/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_TRAFFIC_H
#define LANTERNE_WEB_TRAFFIC_H

/*
 * traffic — stored series as two directions of a few bands, in bytes/s.
 *
 * What is not stored is unknown (NaN), a series without a file as well.
 * Where interface counters tell the totals exactly, the samples' share of
 * each protocol is applied to them, so that bands always add up to totals.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/rrd_read.h"
#include "util/attr.h"

enum way {
	WAY_FROM, /* member to exchange; into the switch; pair: a to b */
	WAY_TO,
	WAY_COUNT,
};

enum band { BAND_V4, BAND_V6, BAND_OTHER, BAND_TOTAL, BAND_COUNT };

struct traffic {
	int64_t from_s; /* start of the first row */
	uint32_t row_s;
	uint32_t longest_row_s; /* as struct series_data has it */
	size_t rows;
	bool has_bands;	   /* else only totals, as of a port */
	bool is_estimate;  /* of a port: from samples, without counters */
	bool has_variance; /* estimated from samples, with their variance */
	double *values;	   /* traffic_column picks */
	double *variance[WAY_COUNT]; /* bytes²/s */
};

/** The rows of one direction and band. Borrowed. */
double *traffic_column(const struct traffic *t, enum way way, enum band band);

/** The averages of whole rows from from_s to to_s, both widened to rows. */
struct series_range traffic_range(int64_t from_s, int64_t to_s, uint32_t row_s);

/**
 * Read a series. One without a file gives rows of unknown.
 *
 * @param range  of whole rows
 * @return 0, or what series_read refused with, or -ENOMEM
 */
MUST_CHECK int traffic_read(struct traffic *out, const char *state_dir,
			    const struct series *series,
			    const struct series_range *range);

/** The same of a port's estimates, also where it has counters. */
MUST_CHECK int traffic_read_samples(struct traffic *out, const char *state_dir,
				    const struct series *port,
				    const struct series_range *range);

/** Whether a series has a file that can be read. */
bool traffic_has_file(const char *state_dir, const struct series *series);

/** How many bytes the rows take up. */
size_t traffic_rows_size(const struct traffic *t);

/**
 * Give t rows of its own: as many as it says, copied from traffic_rows_size
 * bytes at rows. @return 0 or -ENOMEM
 */
MUST_CHECK int traffic_copy_rows(struct traffic *t, const void *rows);

/** Free the rows. */
void traffic_fini(struct traffic *t);

/** Whether any row of a direction is known. */
bool traffic_has_data(const struct traffic *t);

/**
 * Add another series to t, band by band; a row that either does not know
 * becomes unknown. @return 0 or ERR_RANGE (other rows)
 */
MUST_CHECK int traffic_add(struct traffic *t, const struct traffic *other);

/** Add another series, of which what is unknown is nothing: rows become unknown
 * only where both are. @return 0 or ERR_RANGE (other rows) */
MUST_CHECK int traffic_add_known(struct traffic *t,
				 const struct traffic *other);

/** Exchange the two directions. */
void traffic_swap(struct traffic *t);

/**
 * Take totals of counters, a value for each row, for those of t, keeping t's
 * shares, where the counters know (nearly) all that t knows.
 * @return whether they did
 */
bool traffic_take_counters(struct traffic *t, const double *from,
			   const double *to);

#endif
