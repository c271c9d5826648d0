/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_PAIR_DAYS_H
#define LANTERNE_WEB_PAIR_DAYS_H

/*
 * pair_days — what all pairs exchanged on a day: from its book, or where there
 * is none yet from the journal, whose sums are kept and go on with each step.
 *
 * The first look at a day without a book reads all that the journal has of it
 * (at 150,000 pairs some 10 ms for each five minutes); later ones what came
 * since. All calls from any thread; one at a time reads the journal.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/daybook.h"
#include "util/attr.h"
#include "util/date.h"

struct pair_days;

/* A day of all pairs. */
struct pair_book {
	struct date date;
	int64_t from_s; /* the day's */
	int64_t to_s;	/* its end; of an open one as far as there is data */
	bool is_closed; /* it is a book: the figures will not change */
	/* of an open one what the journal has of it: when that begins (0: it
	 * has nothing), and its steps of five minutes */
	int64_t first_s;
	uint32_t slots;
	struct daybook_pair *pairs; /* in the order of a book; owned */
	size_t count;
};

/** Make one that knows no day yet. @return 0 or -ENOMEM */
MUST_CHECK int pair_days_new(struct pair_days **out);

/** Free; NULL is fine. */
void pair_days_free(struct pair_days *days);

/**
 * Take a day.
 *
 * @param out  on success to be freed with pair_book_fini; empty where nothing
 *             is known
 * @return 0; ERR_RANGE (no such day); ERR_MALFORMED, ERR_TRUNCATED,
 *         ERR_UNSUPPORTED (the book; the log says why); -ENOMEM, -errno
 */
MUST_CHECK int pair_days_take(struct pair_days *days, struct pair_book *out,
			      const char *state_dir, struct date date);

/**
 * Work ahead of those who will ask: take some of what the journal has of a day
 * without a book.
 *
 * @param is_new  there is a step that was not there at the last call; without
 *                it only what is left from calls before is done
 */
void pair_days_follow(struct pair_days *days, const char *state_dir,
		      struct date date, bool is_new);

/** Free the pairs. */
void pair_book_fini(struct pair_book *book);

/** Whether there is a book of a day's pairs. */
bool pair_days_is_closed(const char *state_dir, struct date date);

#endif
