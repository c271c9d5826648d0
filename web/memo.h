/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_MEMO_H
#define LANTERNE_WEB_MEMO_H

/*
 * memo — results that are dear to work out, kept until the data has changed.
 *
 * A result is kept under a name for one epoch: a configuration, a last stored
 * step, a while of the clock. Figures are kept, never pages, so what a
 * visitor may see is decided anew for each request. All calls from any
 * thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"

enum { MEMO_BYTES_MAX = 48 << 20, MEMO_NAME_SIZE = 96 };

struct memo;

/* When a result holds: any difference makes it another one. */
struct memo_epoch {
	uint64_t generation; /* of the configuration */
	int64_t step_end_s;  /* of the last stored step */
	int64_t period;	     /* of "now", in seconds */
};

/** Make an empty one. @return 0 or -ENOMEM */
MUST_CHECK int memo_new(struct memo **out);

/** Free it; NULL is fine. */
void memo_free(struct memo *memo);

/**
 * Find a result.
 *
 * @param out  gets a copy, to be freed
 * @return whether there is one for this epoch
 */
MUST_CHECK bool memo_find(struct memo *memo, const char *name,
			  const struct memo_epoch *epoch, void **out,
			  size_t *size);

/**
 * Keep a copy of a result, instead of an older one of that name. Past
 * MEMO_BYTES_MAX those that were not asked for the longest go. Without memory
 * nothing is kept.
 */
void memo_keep(struct memo *memo, const char *name,
	       const struct memo_epoch *epoch, const void *data, size_t size);

#endif
