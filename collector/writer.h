/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_WRITER_H
#define LANTERNE_COLLECTOR_WRITER_H

/*
 * writer — the thread that touches the disk.
 *
 * Takes steps, their parts and small files from a bounded queue, so that a slow
 * or full disk never stops receiving. Owns the flush.
 */

#include <stdbool.h>
#include <stdint.h>

#include "collector/closed_step.h"
#include "collector/flush.h"
#include "util/attr.h"
#include "util/text.h"

enum {
	WRITER_QUEUE_MAX = 256, /* parts of steps: 42 minutes live */
	WRITER_QUEUE_MAX_BYTES = 512 << 20,
};

struct writer;

struct writer_counters {
	struct flush_counters flush;
	uint64_t steps_lost;   /* steps and parts: the queue was full */
	uint64_t steps_queued; /* at the moment */
	uint64_t files_failed;
	uint64_t turns; /* steps, files and rests of work that were done */
	bool is_idle;	/* at the moment: it waits for something to do */
};

/**
 * Start the thread.
 *
 * @param flush  owned by the writer from here on, also on failure
 * @param waits  true: a full queue makes the caller wait (replay); false: the
 *               new step is lost and counted (live)
 */
MUST_CHECK int writer_start(struct writer **out, struct flush *flush,
			    bool waits);

/** Hand over a step; the writer frees it. */
void writer_step(struct writer *w, struct closed_step *step);

/**
 * Hand over the content of a file that is to be replaced. An older content
 * of the same file that still waits is dropped. Its folder is made. At most six
 * different files wait.
 *
 * @param path     borrowed during the call
 * @param content  emptied
 */
void writer_file(struct writer *w, const char *path, struct text *content);

/** What was done so far. */
struct writer_counters writer_counters(struct writer *w);

/** Write all that is queued and gathered, end the thread, free. NULL fine. */
struct writer_counters writer_stop(struct writer *w);

#endif
