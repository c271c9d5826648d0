/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_UPKEEP_H
#define LANTERNE_COLLECTOR_UPKEEP_H

/*
 * upkeep — what the writer thread does between steps: files are compared with
 * the journal at the start, those that fell behind are mended, all are copied
 * once a day (pairs once a week), days that are over get their book.
 */

#include <stdbool.h>
#include <stdint.h>

#include "collector/mending.h"
#include "collector/track_set.h"
#include "collector/view.h"
#include "store/day_close.h"
#include "util/attr.h"

struct upkeep;

struct upkeep_counters {
	struct mending_counters mending;
	struct day_close_counters days;
	uint64_t failed; /* pieces of work that will be tried again */
	int error;	 /* why nothing is written before that; 0: it is */
};

/* As of when upkeep is done. */
struct upkeep_moment {
	int64_t now_s;	     /* by the time of what comes in; 0: not known */
	bool clock_synced;   /* says the kernel */
	bool clock_leapt;    /* and was believed without proof */
	bool all_stored;     /* all rows that end before are in the files */
	bool journal_synced; /* so the files may be made to say what it says */
};

/**
 * Prepare. The view is blocked until upkeep_some has looked at the files for
 * the first time; here none of them is read, for nothing is received yet.
 *
 * @param zone      the exchange's time zone, which is the process's
 * @param set, view  borrowed
 */
MUST_CHECK int upkeep_new(struct upkeep **out, const char *state_dir,
			  const char *zone, struct track_set *set,
			  struct view *view);

/** ended_well: the next start need not suspect anything. NULL is fine. */
void upkeep_free(struct upkeep *u, bool ended_well);

/** The clock was ahead: look at all files, which end in the future, again. */
void upkeep_look_again(struct upkeep *u);

/** Do some work, of a fraction of a second. @return true: there is more */
bool upkeep_some(struct upkeep *u, const struct upkeep_moment *moment);

struct upkeep_counters upkeep_counters(const struct upkeep *u);

#endif
