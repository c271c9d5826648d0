/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_SUMS_H
#define LANTERNE_COLLECTOR_SUMS_H

/*
 * sums — from cells to what each series got, in the open step and since its
 * last part.
 *
 * A part is journaled as it is and then joins the sums of the step, so that
 * what a crash leaves in the journal adds up to what was counted.
 */

#include <stdint.h>

#include "collector/aggregate.h"
#include "collector/flush_view.h"
#include "collector/track_set.h"
#include "store/record.h"
#include "util/attr.h"

struct track_list {
	uint32_t *tracks;
	uint32_t count;
	uint32_t room;
};

enum { SUMS_PAIRS_MAX = 1000000 };

struct sums {
	struct track_set set;
	struct track_list parts;	/* with something since the last part */
	struct record_traffic *amounts; /* of each of them */
	uint32_t amounts_room;
	struct track_list step;	 /* with something in the open step */
	struct track_list pairs; /* pairs, in the open pair step */
	uint32_t pair_count;	 /* pairs that were ever met */
	uint64_t failed;	 /* ends of cells that found no memory */
	uint64_t pairs_left_out; /* cells of pairs beyond SUMS_PAIRS_MAX */
};

MUST_CHECK int sums_init(struct sums *s);
void sums_fini(struct sums *s);

/** Add cells, as numbered by the view's registry. */
void sums_cells(struct sums *s, const struct flush_view *view,
		const struct cell *cells, size_t count);

/** Add amounts to a series; what finds no memory is counted. */
void sums_add(struct sums *s, const struct series *series,
	      const struct record_traffic *amounts);

/** The track of a pair; TRACK_NONE: too many, or no memory. */
uint32_t sums_pair(struct sums *s, const struct series *pair);

/** What came since the last part joins the open step. */
void sums_join(struct sums *s);

/** Note that an agent's track has sums. @return 0 or -ENOMEM */
MUST_CHECK int sums_note(struct sums *s, uint32_t track);

/** Make a track's sums zero, for the next step. */
void sums_forget(struct track *t);

#endif
