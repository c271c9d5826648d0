/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_DAYBOOK_FILE_H
#define LANTERNE_STORE_DAYBOOK_FILE_H

/*
 * daybook_file — the books of days and months as files:
 * STATE_DIR/daybook/2026/2026-03-29.day, 2026-03-29.pairs, 2026-03.month.
 *
 * A file is written once, whole, and replaced only by one that knows more.
 */

#include <limits.h>

#include "store/daybook.h"
#include "util/attr.h"
#include "util/date.h"
#include "util/text.h"

/* How many files of a kind are kept. By number and not by age: a clock that
 * is years ahead for a day costs a few of the oldest, not all. */
enum {
	DAYBOOK_DAYS_KEPT = 3660,   /* ten years */
	DAYBOOK_MONTHS_KEPT = 1200, /* records outlive the archives */
	DAYBOOK_PAIR_DAYS_KEPT = 400,
};

/* A book that was read. */
struct daybook {
	struct text bytes;
	struct daybook_reader reader; /* stands before the first entry */
};

/** The file of a date, or of a date's month. @return 0 or -ENAMETOOLONG */
MUST_CHECK int daybook_path(char to[PATH_MAX], const char *state_dir,
			    enum daybook_kind kind, struct date date);

/**
 * Read the book of a date, or of a date's month, and check it.
 *
 * @param out  on success to be freed with daybook_fini
 * @return 0; ERR_NOT_FOUND (not closed); ERR_MALFORMED, ERR_TRUNCATED (a
 *         damaged file) or ERR_UNSUPPORTED (of a later version): the reason was
 *         logged; -errno
 */
MUST_CHECK int daybook_read(struct daybook *out, const char *state_dir,
			    enum daybook_kind kind, struct date date);

/** Free a book that was read. */
void daybook_fini(struct daybook *book);

enum daybook_stored {
	DAYBOOK_STORED = 0,
	DAYBOOK_KEPT = 1, /* the file that is there knows as much or more, is
			   * made of finer rows, is of other hours (the zone
			   * was another), or of a later version */
};

/**
 * Store a finished book, unless the file there is one to keep. A damaged file
 * is replaced.
 *
 * @return an enum daybook_stored, or -errno: the old file stands
 */
MUST_CHECK int daybook_store(const char *state_dir,
			     const struct daybook_writer *w);

/**
 * Remove the oldest files of a kind, those beyond the number that is kept.
 *
 * @param keep     that number, over 0: DAYBOOK_DAYS_KEPT for days
 * @param removed  gets how many; may be NULL
 * @return 0 or -errno; some may be removed then
 */
MUST_CHECK int daybook_trim(const char *state_dir, enum daybook_kind kind,
			    size_t keep, size_t *removed);

#endif
