/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_WORK_QUEUE_H
#define LANTERNE_WEB_WORK_QUEUE_H

/*
 * work_queue — a few threads that work out what takes long, and the bounded
 * queue before them.
 *
 * Those that talk HTTP never do such work, so that what is at hand is given out
 * at once, however much is asked for that is not. Of two kinds of work the dear
 * one never has all threads, and comes after the other. A source of requests
 * has so many places; where there is no place at all, the newest item of the
 * source that has the most makes room for one of a source that has fewer.
 *
 * All calls from any thread.
 */

#include <stdbool.h>
#include <stdint.h>

#include "net/ipaddr.h"
#include "util/attr.h"

struct work_queue;

enum work_end {
	WORK_RUN,      /* now, in a thread of the queue */
	WORK_GIVEN_UP, /* there is no place for it, or the queue stops */
};

/* Something to do. The caller's; not to be moved from work_queue_add until run
 * is called, which may free it. */
struct work_item {
	void (*run)(struct work_item *item, enum work_end end);
	struct ipaddr source; /* version 0: not counted by its source */
	bool is_dear;
	struct work_item *next; /* of the queue */
};

struct work_queue_options {
	unsigned threads;
	unsigned dear_max;   /* of them at dear work at once; 1 at least */
	unsigned queue_max;  /* items that wait */
	unsigned source_max; /* of them from one source */
};

/* Two threads, of which one does dear work; 64 items, 16 of a source. */
extern const struct work_queue_options work_queue_usual;

struct work_queue_counters {
	uint64_t done;
	uint64_t refused_source; /* the source had its places */
	uint64_t refused_full;
	unsigned waiting;   /* now */
	unsigned most;	    /* ever waiting */
	int64_t longest_ms; /* for how long one is at work now; 0: none is */
};

/** @param options  copied. @return 0, -ENOMEM or -EAGAIN (no thread) */
MUST_CHECK int work_queue_new(struct work_queue **out,
			      const struct work_queue_options *options);

/** Give up what waits, and end the threads when they are done with what they
 * are at. What is added later is given up. NULL is fine. */
void work_queue_stop(struct work_queue *queue);

/** Stop, and free. NULL is fine. */
void work_queue_free(struct work_queue *queue);

/** Have it run; exactly once, perhaps given up before this returns. Never
 * waits. */
void work_queue_add(struct work_queue *queue, struct work_item *item);

struct work_queue_counters work_queue_counters(struct work_queue *queue);

#endif
