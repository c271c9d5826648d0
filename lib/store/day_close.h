/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_DAY_CLOSE_H
#define LANTERNE_STORE_DAY_CLOSE_H

/*
 * day_close — make the books of closed days and months from stored rows.
 *
 * Series are those that have files; no registry is needed. The work is done a
 * few series at a time, by the thread that writes rows, between its steps.
 * Days are those of the process's time zone (util/zone.h).
 */

#include <stdint.h>

#include "util/attr.h"
#include "util/date.h"

struct day_close;

struct day_close_counters {
	uint64_t books_stored;
	uint64_t books_kept;	/* the file that was there knew as much */
	uint64_t books_empty;	/* no rows left that fit the day: no book */
	uint64_t books_removed; /* the oldest, beyond the number kept */
	uint64_t books_failed;	/* tries to write one */
	uint64_t trims_failed;	/* the oldest could not be removed */
	uint64_t series_read;
	uint64_t series_failed; /* damaged or unreadable: not in the book */
};

/**
 * Prepare.
 * @param zone  the name of the process's zone, to be kept in the books; cut
 *              to 64 bytes
 * @param out   on success to be freed with day_close_free
 * @return 0 or -ENOMEM
 */
MUST_CHECK int day_close_new(struct day_close **out, const char *state_dir,
			     const char *zone);

/** Free; what was begun is lost and found missing again. NULL is fine. */
void day_close_free(struct day_close *c);

/**
 * Say until when rows are stored: plans the books of all days that are over
 * and have none, the first time as far back as rows of five minutes exist.
 * Cheap while the day is the same; may be called with each step.
 *
 * @param stored_to_s  all series are stored and flushed up to it; rows of
 *                     ports come later than others, so leave them minutes
 * @return 0 or -errno: to be called again later
 */
MUST_CHECK int day_close_until(struct day_close *c, int64_t stored_to_s);

/**
 * Plan the books from first to last again, and those of their months, as when
 * rows have been mended. What knows no more replaces nothing.
 * @return 0 or -ENOMEM
 */
MUST_CHECK int day_close_again(struct day_close *c, struct date first,
			       struct date last, int64_t stored_to_s);

/**
 * Go on with what is planned.
 *
 * @param series_max  so many series are read, at most; a month's cost up to
 *                    10 ms each, others 0.2 ms
 * @return 1: there is more; 0: all is written; -errno: the same is tried at
 *         the next call. The log says when writing begins to fail, and when it
 *         succeeds again.
 */
MUST_CHECK int day_close_some(struct day_close *c, uint32_t series_max);

/** What was done so far. */
struct day_close_counters day_close_counters(const struct day_close *c);

#endif
