/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_RRDCACHED_LINK_H
#define LANTERNE_STORE_RRDCACHED_LINK_H

/*
 * rrdcached_link — a connection to an rrdcached: requests out, answers in.
 *
 * Waits, but never beyond a deadline; a server that is gone costs no signal.
 * Knows nothing of series. For lib/store alone, and for one thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ixp/config.h"
#include "store/rrdcached_answer.h"
#include "util/attr.h"
#include "util/text.h"

struct rrdcached_link {
	int fd; /* -1: not open */
	uint8_t *bytes;
	size_t len;
	size_t capacity;
};

/**
 * Called for each answer, in order, which is valid during the call.
 * @return 0, or a negative code that ends the exchange
 */
typedef int rrdcached_answer_fn(void *context, size_t number,
				const struct rrdcached_answer *answer);

/* What is to come of a request. */
struct rrdcached_wanted {
	size_t answers;
	rrdcached_answer_fn *each;
	void *context;
};

/** Microseconds of the monotonic clock: what deadlines are given in. */
int64_t rrdcached_now_us(void);

/** Wait so long, at most to the deadline. */
void rrdcached_pause(int64_t pause_us, int64_t deadline_us);

/** A link that is not open. */
void rrdcached_link_init(struct rrdcached_link *link);

/** Connect. @return 0; -ETIMEDOUT and other system errors */
MUST_CHECK int rrdcached_link_open(struct rrdcached_link *link,
				   const struct config_rrdcached *to,
				   int64_t deadline_us);

/** Whether it is open and the other end has not closed or spoken since. */
bool rrdcached_link_is_idle(const struct rrdcached_link *link);

/**
 * Send a request and read all answers to it. Both at once: the server does
 * not go on reading while nobody reads its answers.
 *
 * @return 0; -ETIMEDOUT, -ECONNRESET and other system errors, ERR_MALFORMED
 *         (no answer, or one too many), or what wanted->each returned. On
 *         failure nothing is known of what the server did, and the link is
 *         good for closing only.
 */
MUST_CHECK int rrdcached_link_exchange(struct rrdcached_link *link,
				       const struct text *request,
				       const struct rrdcached_wanted *wanted,
				       int64_t deadline_us);

/** Take leave, without waiting, and close. */
void rrdcached_link_close(struct rrdcached_link *link);

/** Close, and give the memory back. */
void rrdcached_link_fini(struct rrdcached_link *link);

#endif
