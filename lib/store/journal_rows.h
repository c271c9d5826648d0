/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_JOURNAL_ROWS_H
#define LANTERNE_STORE_JOURNAL_ROWS_H

/*
 * journal_rows — the rows of some series, made of the journal's closed steps:
 * what their RRD files must hold.
 *
 * A row that starts before the end of an earlier one is left out, as the
 * collector left it out. So are those of a clock that was not to be trusted,
 * unless what follows goes on from there, and those that are later than a
 * trusted clock far behind them: it was ahead. An idle pair has rows of zero as
 * far as its senders were observed.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/journal.h"
#include "store/rrd_write.h"
#include "util/attr.h"

/* Of one series. */
struct journal_rows {
	struct series_row *rows; /* in rising order of time */
	size_t count;
	size_t room;
	size_t
	    used; /* of a pair: up to the last one with traffic; else count */
};

struct journal_holes;

struct journal_span {
	int64_t from_s;
	int64_t to_s;
	struct journal_holes *holes; /* per stream, gets where it cannot be
				      * read; NULL: not wanted */
};

/**
 * Read the rows of series.
 *
 * @param series  count of them, in the order of series_compare, none twice
 * @param span    steps that end before it may be left out; those that start
 *                behind it are, for a clock was wrong then
 * @param out     count of them, all zero; to be freed with journal_rows_fini,
 *                also on failure
 * @return 0, -ENOMEM, or as journal_read_all; no journal is no rows
 */
MUST_CHECK int journal_rows_read(struct journal_rows *out,
				 const char *state_dir,
				 const struct series *series, size_t count,
				 struct journal_span span);

/**
 * When what the journal has of a stream begins: its first closed step, from
 * where on it lacks no row. Those of an odd clock count where the clock went on
 * from them, as for rows.
 *
 * @param parts   a part of an open step counts as well
 * @param from_s  in: what to say where the journal has nothing; out: the start
 * @return 0, also without a journal; or as journal_read_all
 */
MUST_CHECK int journal_rows_start(const char *state_dir,
				  enum journal_stream stream, bool parts,
				  int64_t *from_s);

/** Free the rows of count series. */
void journal_rows_fini(struct journal_rows *rows, size_t count);

#endif
