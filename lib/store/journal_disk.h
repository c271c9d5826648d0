/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_JOURNAL_DISK_H
#define LANTERNE_STORE_JOURNAL_DISK_H

/*
 * journal_disk — what the journal's writer asks of the system, so that a test
 * can have any call of it fail. For lib/store alone.
 */

#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "store/journal.h"

/* Each returns -errno on failure. */
struct journal_disk {
	int (*make_folder)(const char *path);
	/* A new file for writing: a descriptor; -EEXIST: there is one. */
	int (*create)(const char *path);
	/* How many bytes were taken, as writev. */
	ssize_t (*write)(int fd, const struct iovec *pieces, int count);
	int (*sync)(int fd);		      /* what was written is durable */
	int (*sync_folder)(const char *path); /* and so are its names */
	int (*cut)(int fd, uint64_t size);
	int (*remove)(const char *path);
};

/* The system itself. */
extern const struct journal_disk journal_system_disk;

/** As journal_open, on another disk than the system's. */
MUST_CHECK int journal_open_on(struct journal **out, const char *state_dir,
			       const struct journal_limits *limits,
			       const struct journal_disk *disk);

#endif
