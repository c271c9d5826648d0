/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_HISTORY_FILL_H
#define LANTERNE_STORE_HISTORY_FILL_H

/*
 * history_fill — put what a history knows into a series' RRD file, where that
 * knows nothing.
 *
 * Each archive gets the rows of its length, or what shorter ones come to; none
 * gets rows shorter than the history's. What the file knows stays as it is,
 * so a second time changes nothing. The new file is whole and on the disk
 * before it takes the old one's place, and so is its copy, where it has one.
 *
 * What the journal covers is the journal's: rows from there on stay as they
 * are, or the next comparison would take the file for damaged.
 *
 * For the one process that writes (state_lock).
 */

#include <stdint.h>

#include "store/history.h"
#include "store/rrd_header.h"
#include "util/attr.h"

struct history_options {
	int64_t before_s; /* only rows that start before: where the journal
			   * begins, a multiple of the step */
	int64_t now_s;	  /* no file ends later */
};

struct history_outcome {
	uint64_t rows[SERIES_ARCHIVES_MAX]; /* that got a value, per archive */
	uint64_t rows_all;
	uint64_t rows_late; /* newer than may be written */
	/* The rows of a slot (five minutes; of pairs up to half an hour) that
	 * got values: from the first's start to the last's end; 0: none. */
	int64_t slots_from_s;
	int64_t slots_to_s;
	const char *fault; /* of our file, a static text */
};

/**
 * Fill the file of a series; it is made if there is none and anything is known.
 *
 * @return 0; ERR_STORE (our file is damaged: outcome->fault), ERR_RANGE as
 *         series_path, -ENOMEM, -errno: nothing was changed
 */
MUST_CHECK int history_fill(const char *state_dir, const struct series *series,
			    const struct history *history,
			    const struct history_options *options,
			    struct history_outcome *outcome);

#endif
