/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_CAPTURE_H
#define LANTERNE_COLLECTOR_CAPTURE_H

/*
 * capture — packets from capture files, merged by their time stamps.
 *
 * pcap and pcapng, read by libpcap at the speed of the disk. The name "-" is
 * standard input. A file that ends in the middle of a packet, or turns into
 * something else, ends there; what came before counts.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/text.h"

struct captures;

struct capture_packet {
	int64_t time_us; /* of capture, UTC */
	bool has_time;	 /* time_us lies in 1970 to 9999 */
	int link;	 /* enum packet_link */
	const uint8_t *bytes;
	size_t captured_bytes; /* held; may even exceed wire_bytes */
	size_t wire_bytes;     /* as the capture claims */
};

/**
 * Open all files.
 *
 * @param stop_fd  standard input ends when this becomes readable; -1: only by
 *                 itself
 * @param problem  gets a line for whoever called the program, on failure
 * @return 0; -ENOENT and the like (cannot be opened), ERR_MALFORMED (no
 *         capture), ERR_UNSUPPORTED (a link type without IP)
 */
MUST_CHECK int captures_open(struct captures **out, const char *const *paths,
			     size_t count, int stop_fd, struct text *problem);

/** Close all; NULL is fine. */
void captures_close(struct captures *c);

/**
 * The next packet of all files by time; valid until the next call.
 * @return true, or false at the end of the last file
 */
bool captures_next(struct captures *c, struct capture_packet *packet);

/** How many files ended in the middle, so far. */
uint64_t captures_broken(const struct captures *c);

/** What broke off while reading, a line each; "" if nothing did. */
const char *captures_problems(const struct captures *c);

#endif
