/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_MENDING_STATE_H
#define LANTERNE_COLLECTOR_MENDING_STATE_H

/*
 * mending_state — the inside of a mending. mending_plan.c finds the series that
 * are to be looked at, mending.c looks at them.
 */

#include "collector/mending.h"
#include "store/journal.h"
#include "store/journal_holes.h"
#include "store/journal_rows.h"

enum {
	SLICE_MAX = 4096, /* of pairs that are copied: a dozen rows each */
	FUTURE_S = 600,	  /* as rrd_mend has it */
};

struct mending {
	char *state_dir;
	struct track_set *set;
	struct view *view;
	uint32_t *plan; /* tracks */
	uint32_t count;
	uint32_t room;
	uint32_t done;
	enum mending_reach reach;
	bool copies;
	int64_t from_s[JOURNAL_STREAM_COUNT]; /* where the journal begins */
	/* the slice at hand: tracks from `done` on */
	uint32_t slice_end;	   /* in the plan; done: there is none */
	uint32_t slice_from;	   /* in the plan: where it began */
	struct series *series;	   /* SLICE_MAX */
	struct journal_rows *rows; /* the same */
	int64_t rows_from_s;	   /* what is read of them */
	struct journal_holes holes[JOURNAL_STREAM_COUNT]; /* in what is read */
	int unread; /* how often the disk did not give all of the journal */
	int64_t now_s;
	bool ages_out; /* pairs may */
	struct mending_counters counters;
};

/* mending_plan.c */

/** Nothing is to be looked at any more. */
void mending_forget_plan(struct mending *m);

/* mending.c */

/** Give back the rows of the slice at hand; the next series begins another. */
void mending_drop_slice(struct mending *m);

#endif
