/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_JOURNAL_SCAN_H
#define LANTERNE_STORE_JOURNAL_SCAN_H

/*
 * journal_scan — the frames of one journal file, from its start on.
 *
 * Reads in blocks with pread: a file that is cut meanwhile is a short read,
 * where a mapping would be a signal. The first frame that is incomplete or
 * whose checksum is wrong ends the file. For lib/store alone.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/journal_format.h"
#include "util/attr.h"

struct journal_scan {
	int fd; /* owned */
	uint64_t size;
	uint64_t at;
	uint8_t *block;
	size_t block_capacity;
	uint64_t block_from; /* where in the file the block stands */
	size_t block_len;
	struct journal_header header;
	bool damaged; /* at `at`; valid once a scan has ended */
};

/* The first frame of a file, and its header, by one read. */
struct journal_peek {
	struct journal_header header;
	bool has_record; /* what follows is valid; no checksum was looked at */
	uint64_t seq;
	int64_t start_s;
	bool odd_clock;
};

/**
 * Open a file for journal_scan_start.
 * @return a descriptor; -errno; ERR_MALFORMED: no regular file
 */
MUST_CHECK int journal_scan_open(const char *path);

/** @return 0, -errno, or as journal_header_read */
MUST_CHECK int journal_scan_peek(struct journal_peek *out, int fd);

/**
 * Begin with a file's header.
 *
 * @param fd     is the scan's, whatever is returned
 * @param limit  of the file's size, to see it as it was at some time
 * @return 0, -errno, or as journal_header_read; with ERR_TRUNCATED damaged
 *         says whether it will stay so. journal_scan_fini is due in any case
 */
MUST_CHECK int journal_scan_start(struct journal_scan *s, int fd,
				  uint64_t limit);

/**
 * The next frame; its payload is valid until the next call. An incomplete one
 * at the end of a file that is being written is not there yet.
 * @return 1; 0 at the end; -errno
 */
MUST_CHECK int journal_scan_next(struct journal_scan *s,
				 struct journal_frame *frame);

/**
 * Move to the next frame without reading what is between: seq and replaces of
 * a file that may be damaged. The payload is empty.
 * @return 1; 0 at the end; -errno
 */
MUST_CHECK int journal_scan_hop(struct journal_scan *s,
				struct journal_frame *frame);

/** Whether a failure says that the file has damage, or is gone. */
bool journal_scan_is_damage(int rc);

/** Close the file and free the block. */
void journal_scan_fini(struct journal_scan *s);

/** Mark a file as being written, as long as fd is open. */
void journal_scan_mark_written(int fd);

#endif
