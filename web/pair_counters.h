/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_PAIR_COUNTERS_H
#define LANTERNE_WEB_PAIR_COUNTERS_H

/*
 * pair_counters — what each pair exchanged since somebody first asked, summed
 * from the journal as it grows: nobody who does not ask pays for it.
 *
 * All calls from any thread; one at a time reads the journal.
 */

#include <stdint.h>

#include "store/cumulative.h"
#include "util/attr.h"

/* Pairs that are held; an answer has METRICS_SAMPLES_MAX samples, up to
 * PAIR_COUNT of each pair. */
enum { PAIR_COUNTERS_MAX = 150000 };

struct pair_counters;

/** @return 0 or -ENOMEM */
MUST_CHECK int pair_counters_new(struct pair_counters **out);

/** NULL is fine. */
void pair_counters_free(struct pair_counters *pairs);

/* Gets the counters, borrowed for the call. */
typedef void (*pair_counters_visit)(void *context, const struct cumulative *c);

/**
 * Take what the journal has got since the last call, two hours of it at most,
 * and look at it. The first call begins to count; so does one that finds
 * another journal.
 *
 * @return as cumulative_follow, visit was called; -EBUSY: another thread is at
 *         it, visit was not
 */
MUST_CHECK int pair_counters_look(struct pair_counters *pairs,
				  const char *state_dir,
				  pair_counters_visit visit, void *context);

#endif
