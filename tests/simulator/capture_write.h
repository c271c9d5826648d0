/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_SIMULATOR_CAPTURE_WRITE_H
#define LANTERNE_SIMULATOR_CAPTURE_WRITE_H

/* capture_write — a capture file of libpcap, of Ethernet, in microseconds. */

#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"

enum {
	CAPTURE_BUFFER = 1 << 20,
	CAPTURE_PACKET_MAX = 2048, /* bytes of a packet that are written */
};

struct capture {
	int fd;
	size_t used;
	uint8_t buffer[CAPTURE_BUFFER];
};

/**
 * Make a file, or take standard output for "-".
 * @param out  owned by the caller; on success only
 * @return 0 or -errno
 */
MUST_CHECK int capture_open(struct capture **out, const char *path);

/**
 * Where to write the next packet; writes to the file what is in the way.
 * @param at  room for CAPTURE_PACKET_MAX bytes, borrowed until the next call
 * @return 0 or -errno
 */
MUST_CHECK int capture_room(struct capture *c, uint8_t **at);

/**
 * A packet was written into the room.
 * @param us             when it came, microseconds of the epoch
 * @param captured_bytes how much of it was written
 * @param wire_bytes     how long it is
 */
void capture_add(struct capture *c, uint64_t us, size_t captured_bytes,
		 size_t wire_bytes);

/** Write what is held, close, free; NULL is fine. @return 0 or -errno */
MUST_CHECK int capture_close(struct capture *c);

#endif
