/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_PAIR_DAY_H
#define LANTERNE_STORE_PAIR_DAY_H

/*
 * pair_day — what all pairs exchanged in a day that has no book yet, summed
 * from the journal: today so far, or yesterday in the first minutes of a day.
 *
 * It follows the journal: each call takes only the records that came since, so
 * that a step of 150,000 pairs costs some milliseconds and never a day's worth.
 * Bytes are rates × seconds over the known steps, as the book will have them.
 * Reads only. For one thread at a time.
 */

#include <stddef.h>
#include <stdint.h>

#include "store/daybook.h"
#include "util/attr.h"

struct pair_day;

/* What of a day is there. */
struct pair_day_extent {
	int64_t from_s;	 /* the day's */
	int64_t first_s; /* start of the first step that counts; 0: none does */
	int64_t to_s;	 /* end of the last one; from_s if none counts */
	uint32_t steps;	 /* that count, of DAYBOOK_SLOT_S each */
};

/**
 * Begin; reads nothing yet.
 *
 * @param from_s  the day's begin, and to_s its end: whole steps, UTC
 * @param out     on success to be freed with pair_day_free
 * @return 0 or -ENOMEM
 */
MUST_CHECK int pair_day_new(struct pair_day **out, const char *state_dir,
			    int64_t from_s, int64_t to_s);

/** Free; NULL is fine. */
void pair_day_free(struct pair_day *d);

/**
 * Take what the journal has got since.
 *
 * @param steps_max  so many of its steps, at most; the next call goes on
 * @return 1: there is more than before; 0: all is as it was, also without a
 *         journal; ERR_UNSUPPORTED, -ENOMEM, -errno: the sums may lack some of
 *         it, and the next call tries again
 */
MUST_CHECK int pair_day_follow(struct pair_day *d, size_t steps_max);

struct pair_day_extent pair_day_extent(const struct pair_day *d);

/** How many pairs had traffic. */
size_t pair_day_count(const struct pair_day *d);

/**
 * Copy all pairs, in the order of a book of pairs.
 * @param out  room for pair_day_count of them
 */
void pair_day_copy(const struct pair_day *d, struct daybook_pair *out);

#endif
