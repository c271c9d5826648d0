/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_UTIL_PROCESS_H
#define LANTERNE_UTIL_PROCESS_H

/*
 * process — what this process takes of the machine: processor time, memory,
 * descriptors.
 *
 * What is to be read is opened at the start: a process that has confined itself
 * opens nothing below /proc any more.
 */

#include <stdint.h>

#include "util/attr.h"

struct process;

/* UINT64_MAX: not known. */
struct process_figures {
	double cpu_s; /* of all its threads */
	uint64_t resident_bytes;
	uint64_t virtual_bytes;
	uint64_t open_fds;
	uint64_t max_fds;
};

/** Open what tells; to be freed with process_close. What cannot be opened is
 * not known later. @return 0 or -ENOMEM */
MUST_CHECK int process_open(struct process **out);

/** NULL is fine. */
void process_close(struct process *process);

/** How things are now; process may be NULL. From any thread. */
struct process_figures process_read(struct process *process);

#endif
