/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_RENDER_POOL_H
#define LANTERNE_WEB_RENDER_POOL_H

/*
 * render_pool — a few processes that draw PNGs, and the queue before them.
 *
 * librrd draws in processes of their own (store/render.h says why). Each is
 * started when it is needed, ended after so many images, since it leaks, and
 * killed when one takes too long. One that dies costs the image it was at. A
 * thread for each process talks to it, so nobody else waits.
 *
 * All calls from any thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/render.h"
#include "util/attr.h"
#include "util/text.h"

struct render_pool;
struct render_ticket;

struct render_pool_options {
	const char *program; /* a path; started as PROGRAM --render-helper */
	unsigned processes;
	unsigned queue_max;   /* images asked for and not drawn yet */
	unsigned images_max;  /* of one process */
	unsigned deadline_ms; /* of one image */
};

/* Two processes of this program, 32 images, 1,000, 5 s. */
extern const struct render_pool_options render_pool_defaults;

struct render_pool_counters {
	uint64_t drawn;
	uint64_t refused;  /* the queue was full */
	uint64_t failed;   /* librrd did not draw it */
	uint64_t died;	   /* processes, in the middle of an image */
	uint64_t late;	   /* processes that were killed for it */
	uint64_t recycled; /* processes that had drawn enough */
	uint64_t started;
};

/**
 * Called once for each image that was begun, in a thread of the pool or that
 * of render_ticket_begin.
 *
 * @param rc   0; ERR_RANGE, ERR_STORE or -ENOMEM as render_png; -EPIPE (the
 *             process died), -ETIMEDOUT, -ECANCELED (the pool stops)
 * @param png  the image; may be taken with text_steal
 */
typedef void (*render_done)(void *context, int rc, struct text *png);

/**
 * Make one that admits, and draws once it is started. Forks the process that
 * starts others (web/render_spawner.h): to be called before any thread is.
 *
 * @param options  copied
 * @return 0 or -errno
 */
MUST_CHECK int render_pool_new(struct render_pool **out,
			       const struct render_pool_options *options);

/** Start its threads. @return 0, -ENOMEM or -EAGAIN (no thread) */
MUST_CHECK int render_pool_start(struct render_pool *pool);

/** False: it will never draw again, for what starts processes has died. */
bool render_pool_lives(const struct render_pool *pool);

/** Give up all that is not drawn and end the processes. NULL is fine. */
void render_pool_stop(struct render_pool *pool);

/** Stop, and free; no ticket may be left. NULL is fine. */
void render_pool_free(struct render_pool *pool);

/**
 * Take a place in the queue.
 * @param out  to be given back by render_ticket_begin or render_ticket_drop
 * @return 0; ERR_FULL; -ENOMEM; -ECANCELED (the pool stops)
 */
MUST_CHECK int render_pool_admit(struct render_pool *pool,
				 struct render_ticket **out);

/** What is to be drawn, all zero at first: for the holder to fill. */
struct render_job *render_ticket_job(struct render_ticket *ticket);

/** Have it drawn. Never waits. */
void render_ticket_begin(struct render_ticket *ticket, render_done done,
			 void *context);

/** Have nothing drawn. */
void render_ticket_drop(struct render_ticket *ticket);

struct render_pool_counters render_pool_counters(struct render_pool *pool);

#endif
