/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_SANDBOX_SANDBOX_H
#define LANTERNE_SANDBOX_SANDBOX_H

/*
 * sandbox — what a process gives up once it has begun, for good: capabilities,
 * new privileges by exec, files (Landlock), system calls (seccomp).
 *
 * To be called when sockets are open and before the first thread is: Landlock
 * and capabilities are of a thread, and go on to those that it starts. A call
 * that is on no list kills the process at once, with SIGSYS.
 *
 * In a build with sanitizers, which need more than any list has, only
 * capabilities and new privileges are given up.
 */

#include <stdbool.h>
#include <stddef.h>

#include "util/attr.h"
#include "util/text.h"

enum sandbox_kind {
	SANDBOX_COLLECTOR,
	SANDBOX_REMOTE_COLLECTOR, /* whose files an rrdcached has */
	SANDBOX_WEB,
	SANDBOX_SPAWNER, /* starts render helpers, and nothing else */
	SANDBOX_RENDER_HELPER,
	SANDBOX_KIND_COUNT
};

enum sandbox_access {
	SANDBOX_READ,
	SANDBOX_CHANGE, /* also write, make, rename and remove */
	SANDBOX_RUN,	/* read, and run as a program */
};

/* A file, or a folder with all in it. */
struct sandbox_path {
	const char *path; /* one that is not there is left out */
	enum sandbox_access access;
};

struct sandbox_rules {
	enum sandbox_kind kind;
	const struct sandbox_path *paths; /* nothing else can be opened */
	size_t path_count;
	/* A collector: CAP_NET_RAW, if it is there, and what it takes to open a
	 * network interface again that was gone. */
	bool keeps_net_raw;
	bool hides_memory; /* no core, no tracer: secrets are in it */
};

/* What is in force. */
struct sandbox_state {
	const char *step; /* what failed, if something did */
	int landlock_abi; /* 0: this kernel has none that serves */
	unsigned calls;	  /* that the list allows; 0: no seccomp here */
	bool is_sanitized;
	bool keeps_net_raw;
};

/**
 * Give up all that the rules do not keep.
 *
 * @param state  filled in any case
 * @return 0, also where the kernel has no Landlock or no seccomp; -EBUSY:
 *         there are threads; -errno of what the kernel has and refused
 */
MUST_CHECK int sandbox_apply(const struct sandbox_rules *rules,
			     struct sandbox_state *state);

/** Append what is in force, and what this kernel lacks, in one line. */
void sandbox_describe(const struct sandbox_state *state, struct text *out);

#endif
