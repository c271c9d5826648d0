/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_RRD_JUDGE_H
#define LANTERNE_STORE_RRD_JUDGE_H

/*
 * rrd_judge — is a file what the journal says that it must be?
 *
 * Asks the source of the truth for no more than it needs. For lib/store alone.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/rrd_compare.h"
#include "store/rrd_mend.h"
#include "util/attr.h"

struct rrd_judge {
	const struct series_layout *layout;
	const struct rrd_source *source;
	const struct rrd_mend_options *options;
};

struct rrd_finding {
	struct rrd_known known; /* zero: no such file, by its header */
	struct rrd_truth
	    truth;	 /* what it was compared with, and all later
			  * rows; valid until the source is asked again */
	char fault[160]; /* "": none */
	bool unread;	 /* which is that the disk did not give it */
};

/** The first whole step that the source has all of. */
int64_t rrd_judge_start(const struct rrd_judge *j);

/**
 * Get the rows that start at from_s or later, but none from the future.
 * @return 0, ERR_RANGE (rows that overlap or are out of order), -errno
 */
MUST_CHECK int rrd_judge_rows(const struct rrd_judge *j, int64_t from_s,
			      struct rrd_truth *truth);

/** When what the source has ends. */
int64_t rrd_judge_end(const struct rrd_judge *j, const struct rrd_truth *truth);

/** The rows of the truth that start at from_s or later. */
struct rrd_truth rrd_judge_rest(const struct rrd_truth *truth, int64_t from_s);

/**
 * Look at a file.
 * @return 0: out tells; ERR_NOT_FOUND, ERR_RANGE as rrd_judge_rows, -errno
 */
MUST_CHECK int rrd_judge_file(const struct rrd_judge *j, const char *path,
			      struct rrd_finding *out);

#endif
