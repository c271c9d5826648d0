/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_IXP_VIEW_H
#define LANTERNE_COLLECTOR_IXP_VIEW_H

/*
 * ixp_view — what Lanterne counts as the tree of IXP Manager, where ixp_manager
 * is configured; without, every function here does nothing.
 *
 * Runs in the writer thread, beside the flush, on the same cells. Rows are of
 * five minutes, the same windows as those of pairs. Nothing here fails the
 * flush: what cannot be written waits in memory for an hour, is written with
 * the rows that follow, and is counted when it is given up.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/aggregate.h"
#include "ixp/registry.h"
#include "util/attr.h"

struct ixp_view;

/* How much of a step was observed. */
struct ixp_step {
	int64_t start_s;
	int64_t covered_us;
	bool edge;  /* first or last one of a replay */
	bool alive; /* a switch was */
};

struct ixp_counters {
	bool on;
	uint64_t windows;	  /* closed, with rows */
	uint64_t windows_unknown; /* too little of them was observed */
	uint64_t
	    windows_dropped;   /* of a clock that was wrong, or held too long */
	uint64_t rows;	       /* written */
	uint64_t rows_old;     /* of a time that the file covers already */
	uint64_t rows_failed;  /* given up */
	uint64_t files_behind; /* lack rows that still wait */
	uint64_t pairs;	       /* ordered ones that get rows */
	uint64_t pairs_aged;   /* ordered ones that got silent */
	uint64_t samples_refused;    /* in no pair: there were pairs_max */
	uint64_t samples_without_id; /* an end has no vlaninterface.id */
	uint64_t interfaces_without_id;
};

/**
 * Prepare; touches no file.
 *
 * @param batch  as of flush_new: over 1, rows are held back and written an
 *               hour's at a time
 * @param out    on success to be freed with ixp_view_free
 * @return 0 or -ENOMEM
 */
MUST_CHECK int ixp_view_new(struct ixp_view **out,
			    const struct registry *registry, uint32_t batch);

/** Free; what was not written yet is lost. NULL is fine. */
void ixp_view_free(struct ixp_view *v);

/**
 * Go on with another configuration. Another tree, or none: the window at hand
 * is closed, and what waits is written or given up.
 *
 * @return 0 or -ENOMEM: then nothing has changed, or nothing is written until
 *         the next change
 */
MUST_CHECK int ixp_view_change(struct ixp_view *v,
			       const struct registry *registry);

/** Add cells of the step at hand, counted under this registry. */
void ixp_view_cells(struct ixp_view *v, const struct registry *registry,
		    const struct cell *cells, size_t count);

/** A member could be seen in the step at hand, which covers so much. */
void ixp_view_seen(struct ixp_view *v, const struct registry *registry,
		   uint32_t member, int64_t covered_us);

/** The step at hand is over; it belongs to the window that it starts in. */
void ixp_view_covered(struct ixp_view *v, const struct ixp_step *step);

/** The window is over: write its rows. Without a step, nothing. */
void ixp_view_close(struct ixp_view *v);

/**
 * From here on windows wait, as the time may be wrong; the oldest is given up
 * when there is more than an hour of them.
 */
void ixp_view_hold(struct ixp_view *v);

/** The time is right: write what waits, and no longer wait. */
void ixp_view_write_held(struct ixp_view *v);

/** The time was wrong: forget what waits, and no longer wait. */
void ixp_view_drop_held(struct ixp_view *v);

/** Write all that waits, but for what is held; no window follows. */
void ixp_view_finish(struct ixp_view *v);

/** What was done so far. */
struct ixp_counters ixp_view_counters(const struct ixp_view *v);

#endif
