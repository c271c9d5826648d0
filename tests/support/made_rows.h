/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_SUPPORT_MADE_ROWS_H
#define LANTERNE_TESTS_SUPPORT_MADE_ROWS_H

/*
 * made_rows — rows of a series with gaps and unknown values, as a journal has
 * them, and files compared by what they hold. Every failure fails the test that
 * called.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/rrd_mend.h"
#include "store/rrd_write.h"
#include "store/series.h"

struct made_rows {
	struct series_row *rows;
	size_t count;
	int64_t from_s;	 /* the source begins here */
	int64_t asked_s; /* the earliest that it was asked for */
};

/** Make count rows from start_s on, some left out, some unknown. */
struct made_rows made_rows_new(const struct series_layout *layout,
			       int64_t start_s, size_t count, uint64_t *seed);

void made_rows_free(struct made_rows *made);

/** A source that has the rows from made->from_s on. */
struct rrd_source made_rows_source(struct made_rows *made);

/** Write the rows that start before end_s. */
void made_rows_write(const struct made_rows *made, const char *dir,
		     const struct series *series, int64_t end_s);

/**
 * Where two files differ in any row of any archive that starts at from_s or
 * later, in what is in progress, or in their end. NULL: nowhere.
 */
const char *made_rows_difference(const char *path, const char *other,
				 const struct series_layout *layout,
				 int64_t from_s);

/** Does a file have a known value where the other has another, or none? */
bool made_rows_is_lie(const char *path, const char *truth,
		      const struct series_layout *layout);

#endif
