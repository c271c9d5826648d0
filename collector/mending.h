/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_MENDING_H
#define LANTERNE_COLLECTOR_MENDING_H

/*
 * mending — series' files are compared with the journal, some at a time, and
 * mended; and copied, if that is wanted.
 *
 * What a crash of the process can leave is one file that was being written,
 * and files that lack rows; what a crash of the machine can leave is anything
 * in files written shortly before.
 */

#include <stdbool.h>
#include <stdint.h>

#include "collector/track_set.h"
#include "collector/view.h"
#include "store/rrd_mend.h"
#include "util/attr.h"

struct mending;

enum mending_reach {
	MENDING_TAIL, /* compare the rows of the last half hour */
	MENDING_DAY,  /* of the last day: the machine may have crashed */
	MENDING_ALL,  /* all that the journal has */
};

struct mending_counters {
	uint64_t looked_at;
	uint64_t appended; /* files that lacked rows */
	uint64_t mended;   /* made anew */
	uint64_t failed;
	uint64_t copied;
	uint64_t copied_bytes;
	uint64_t aged_out; /* pairs' files that were removed */
};

/** @param set, view  borrowed */
MUST_CHECK int mending_new(struct mending **out, const char *state_dir,
			   struct track_set *set, struct view *view);
void mending_free(struct mending *m);

/**
 * Plan to look at the files of all series but pairs, of those pairs that lack
 * rows or end in the future, and of all pairs where there are few of them or
 * reach is MENDING_ALL. Reads all that the journal has of pairs.
 *
 * @param now_s  as in mending_some
 * @return 0; -errno: nothing is planned
 */
MUST_CHECK int mending_plan(struct mending *m, enum mending_reach reach,
			    int64_t now_s);

/** Plan to look at one series more. @return 0 or -ENOMEM */
MUST_CHECK int mending_add(struct mending *m, const struct series *series);

/** Whether pairs may age out: the clock is known to be right. Else not. */
void mending_age_out(struct mending *m, bool allowed);

/** Plan to look at the tracks whose rows only the journal has. */
MUST_CHECK int mending_plan_behind(struct mending *m);

/**
 * Plan to copy all files, of pairs or of all else, once they are sound. A
 * pair's file without a row for so long that none of its archives holds one is
 * removed instead, and its copy, if mending_age_out allows it; with traffic it
 * is made anew.
 */
MUST_CHECK int mending_plan_copies(struct mending *m, bool pairs);

/**
 * Go on.
 *
 * @param now_s  UTC: rows of more than ten minutes later are wrong
 * @param most   so many files at most
 * @return 1: there is more to do; 0: all is done; -errno: the journal cannot
 *         be read, the plan stays
 */
MUST_CHECK int mending_some(struct mending *m, int64_t now_s, uint32_t most);

/** How many files the plan has, and how many of them are done. */
void mending_progress(const struct mending *m, uint32_t *planned,
		      uint32_t *done);

struct mending_counters mending_counters(const struct mending *m);

#endif
