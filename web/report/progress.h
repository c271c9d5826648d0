/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_REPORT_PROGRESS_H
#define LANTERNE_WEB_REPORT_PROGRESS_H

/* progress — how far something long has come, on a terminal alone. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
	bool shown;
	size_t of;
	size_t done;
	unsigned percent; /* that was said last */
};

/** Begin to count to a number; says nothing unless standard error is a
 * terminal. */
void progress_begin(struct progress *p, size_t of);

/** One more is done. */
void progress_step(struct progress *p);

/** Take the line away again. */
void progress_end(struct progress *p);

#endif
