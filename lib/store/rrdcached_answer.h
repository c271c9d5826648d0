/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_RRDCACHED_ANSWER_H
#define LANTERNE_STORE_RRDCACHED_ANSWER_H

/*
 * rrdcached_answer — what an rrdcached says, read as untrusted bytes.
 *
 * An answer is a status line, a number and words; a number over zero says how
 * many lines follow, one below zero that the command was refused. Allocates
 * nothing, keeps nothing. rrdcached(1), "PROTOCOL". For lib/store alone.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/cursor.h"

enum {
	RRDCACHED_LINE_MAX = 8192, /* rrdcached's own have less than 4096 */
	RRDCACHED_LINES_MAX = 100000,
	RRDCACHED_ANSWER_MAX = 16 << 20,
};

struct rrdcached_answer {
	bool refused;	       /* the command; message says why */
	struct cursor message; /* of the status line, without its number */
	struct cursor lines;   /* those that followed */
	size_t size;	       /* bytes of it all */
};

/**
 * Read the answer that the bytes begin with.
 * @return 1; 0: not all of it is there yet; ERR_MALFORMED: this is none, or
 *         one that is too long
 */
MUST_CHECK int rrdcached_answer_read(struct cursor bytes,
				     struct rrdcached_answer *out);

/** Take the next of an answer's lines. @return false at the end */
bool rrdcached_line_next(struct cursor *lines, struct cursor *line);

/** A message that is a time and nothing else. @return 0 or ERR_MALFORMED */
MUST_CHECK int rrdcached_time_read(struct cursor message, int64_t *at_s);

/**
 * A line of the answer to a batch: which command was refused, and why.
 *
 * @param line      left at the reason
 * @param commands  how many the batch had
 * @param number    gets the command's, from 1 on
 * @return 1; 0: the line goes on with the reason before it; ERR_MALFORMED
 */
MUST_CHECK int rrdcached_refusal_read(struct cursor *line, size_t commands,
				      size_t *number);

/**
 * A line of the answer to PENDING: an update as it was sent.
 *
 * @param unknown  gets whether it tells no value
 * @return 0 or ERR_MALFORMED
 */
MUST_CHECK int rrdcached_pending_read(struct cursor line, int64_t *at_s,
				      bool *unknown);

#endif
