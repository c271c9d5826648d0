/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_CUMULATIVE_FILE_H
#define LANTERNE_STORE_CUMULATIVE_FILE_H

/*
 * cumulative_file — the counters as STATE_DIR/counters, replaced whole each
 * minute, and what the journal has of later steps.
 */

#include <stddef.h>
#include <stdint.h>

#include "store/cumulative.h"
#include "store/journal.h"
#include "util/attr.h"

enum { CUMULATIVE_FILE_MAX = 16 << 20 }; /* bytes; a larger one is refused */

/**
 * Read the file.
 *
 * @param c  initialised and empty; on failure it is so again
 * @return as cumulative_read; -ENOENT, -errno; ERR_RANGE: too large
 */
MUST_CHECK int cumulative_load(struct cumulative *c, const char *state_dir);

/** Replace the file. @return 0, -ENOMEM or -errno: the old one stands */
MUST_CHECK int cumulative_store(const struct cumulative *c,
				const char *state_dir);

/**
 * Add the closed steps that the journal has behind c->seq, in their order.
 * Damage in it is passed over, and who is gone is forgotten.
 *
 * @param most  steps to add; what is behind them is there for the next call
 * @return as journal_read_all; no journal is no steps: 0. -ESTALE: the
 * journal's last step is one before c->seq, so it is another journal, or there
 * is none any more; nothing was added
 */
MUST_CHECK int cumulative_follow(struct cumulative *c, const char *state_dir,
				 enum journal_stream stream, size_t most);

/**
 * Begin at the journal's end, however old that is: nothing is counted of what
 * it has so far. Reads its newest file alone.
 *
 * @param c  empty
 * @return as journal_read_all; no journal has its end where it begins: 0
 */
MUST_CHECK int cumulative_begin(struct cumulative *c, const char *state_dir,
				enum journal_stream stream);

#endif
