/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_VIEW_H
#define LANTERNE_COLLECTOR_VIEW_H

/*
 * view — the RRD files as a view of the journal.
 *
 * Rows are gathered per track and written when the journal has them on the
 * disk. What a file does not take stays gathered and is tried again; when too
 * much is held, the rows of a track are let go and made again from the journal
 * once its file can be written. For the writer thread alone.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/track_set.h"
#include "ixp/config.h"
#include "util/attr.h"

struct view;

struct view_counters {
	uint64_t rows;	       /* written */
	uint64_t rows_failed;  /* of a replay: no file took them */
	uint64_t rows_old;     /* of a time that their file covers already */
	uint64_t rows_held;    /* gathered, at the moment */
	uint64_t rows_odd;     /* dropped: the clock was wrong */
	uint64_t files_behind; /* whose rows only the journal has */
	int error; /* of the last writing; 0: all files took their rows */
};

/**
 * @param set     the tracks; borrowed
 * @param target  an rrdcached that keeps the files; NULL: state_dir has them
 * @param batch  rows of a track that are written at once as soon as there are
 *               so many; 0: only by view_write
 */
MUST_CHECK int view_new(struct view **out, const char *state_dir,
			struct track_set *set,
			const struct config_rrdcached *target, uint32_t batch);

/** What was not written is forgotten. NULL is fine. */
void view_free(struct view *v);

/** Gather a row of a track. */
void view_row(struct view *v, uint32_t track, int64_t start_s,
	      const double *values);

/**
 * Where the rows of a track end, gathered ones too; TRACK_NO_FILE if it has
 * none; 0 if its file cannot be read: it is to be mended first.
 */
int64_t view_end(struct view *v, uint32_t track);

/** Write what is gathered, unless it is on hold. */
void view_write(struct view *v);

/**
 * From now on rows are gathered, and not written: their times may be wrong.
 * Ended by view_trust_held, when they are right and view_write may write them,
 * or by view_drop_held.
 *
 * @param may_write  what was gathered before is written now, for the journal
 *                   has it; else the files are to be mended by the journal
 */
void view_hold(struct view *v, bool may_write);
void view_trust_held(struct view *v);

/** Forget the rows gathered since view_hold; without it, nothing. */
void view_drop_held(struct view *v);

/**
 * A track's file was mended by all that the journal has: what was gathered for
 * it is there.
 */
void view_mended(struct view *v, uint32_t track);

/** It could not be, for this reason: only the journal has its rows. */
void view_not_mended(struct view *v, uint32_t track, int reason);

/** While files are looked at nothing is written. */
void view_block(struct view *v, bool blocked);
bool view_is_blocked(const struct view *v);

struct view_counters view_counters(const struct view *v);

#endif
