/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_RRD_COMPARE_H
#define LANTERNE_STORE_RRD_COMPARE_H

/*
 * rrd_compare — does a file hold what its series' rows make of it?
 *
 * A crash of the machine can leave any mixture of old and new pages: rows that
 * say what was long ago, rows one place off, sums that lack a step. None of it
 * can be seen in the file alone. For lib/store alone.
 */

#include <stddef.h>
#include <stdint.h>

#include "store/rrd_file.h"
#include "store/rrd_write.h"
#include "util/attr.h"

/* The rows of a series: all there are that start at from_s or later. */
struct rrd_truth {
	const struct series_row *rows; /* in rising order */
	size_t count;
	int64_t from_s; /* a multiple of the step */
};

enum rrd_verdict {
	RRD_SAME,
	/* the same, but of some archive all rows that were looked at are alike,
	 * so that they would also be if it were one place off */
	RRD_SAME_AS_FAR_AS_SEEN,
	RRD_DIFFERS,
};

/**
 * From when on rows are needed to compare what a file has of its last check_s
 * seconds: the row of an archive is made of all that lie in it.
 *
 * @param end_s  of the file
 */
int64_t rrd_compare_from(const struct series_layout *layout, int64_t end_s,
			 int64_t check_s);

/**
 * Compare the rows of each archive that end within the last check_s seconds of
 * the file, and what is in progress, as far as the truth reaches back.
 *
 * @param fault  where it differs, for people; size bytes
 * @return an enum rrd_verdict, -ENOMEM, -errno
 */
MUST_CHECK int rrd_compare(const struct rrd_file *f,
			   const struct rrd_truth *truth, int64_t check_s,
			   char *fault, size_t size);

#endif
