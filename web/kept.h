/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_KEPT_H
#define LANTERNE_WEB_KEPT_H

/*
 * kept — answers that are still good, to be given out again.
 *
 * An answer is kept under a key that says all that it hangs on: what was asked
 * for, by whom, in which language and encoding. It is good as long as it says
 * itself, of one configuration alone. All calls from any thread.
 */

#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "web/representation.h"

enum { KEPT_BYTES_MAX = 32 << 20, KEPT_KEY_MAX = 2900 };

struct kept;

/** Make an empty one. @return 0 or -ENOMEM */
MUST_CHECK int kept_new(struct kept **out);

/** Free it and what it keeps; NULL is fine. */
void kept_free(struct kept *kept);

/**
 * Find an answer.
 *
 * @param serial  of the configuration
 * @param now_s   seconds of the epoch
 * @return with a reference for the caller; NULL: there is no good one
 */
struct representation *kept_find(struct kept *kept, const char *key,
				 uint64_t serial, int64_t now_s);

/**
 * Keep an answer, instead of an older one of that key, if it keeps at all.
 * Past KEPT_BYTES_MAX those that were not asked for the longest go.
 *
 * @param it  gets a reference more
 */
void kept_add(struct kept *kept, const char *key, uint64_t serial,
	      struct representation *it);

/** How many bytes it keeps now. */
size_t kept_bytes(struct kept *kept);

#endif
