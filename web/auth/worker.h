/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_AUTH_WORKER_H
#define LANTERNE_WEB_AUTH_WORKER_H

/*
 * worker — one thread for what takes long, with a queue of bounded length:
 * passwords are hashed one at a time, whatever comes, and what changes accounts
 * waits for the disk there and not in a thread that answers.
 */

#include <stddef.h>

#include "util/attr.h"

struct worker;

/* A piece of work, embedded in what it is about. */
struct work {
	void (*run)(struct work *work); /* in the worker's thread */
	struct work *next;		/* the worker's */
};

/** Start a thread, with a queue of that length. @return 0 or -errno */
MUST_CHECK int worker_new(struct worker **out, size_t room);

/** Have the thread do what is in the queue, and end it; more is refused then.
 * NULL is fine. */
void worker_stop(struct worker *worker);

/** The same, and free it. NULL is fine. */
void worker_free(struct worker *worker);

/**
 * Have some work done. Never waits.
 * @return 0, or ERR_FULL: it will not be done
 */
MUST_CHECK int worker_do(struct worker *worker, struct work *work);

#endif
