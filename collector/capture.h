/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_CAPTURE_H
#define LANTERNE_COLLECTOR_CAPTURE_H

/*
 * capture — packets from capture files, merged by their time stamps.
 *
 * pcap, read by libpcap, and pcapng, at the speed of the disk. The name "-" is
 * standard input. A file that ends in the middle of a packet, or turns into
 * something else, ends there; what came before counts. Interfaces of one
 * pcapng file may differ in link type; packets of those without IP come with
 * the link type that they have.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/text.h"

enum { CAPTURE_NO_LINK = -1 }; /* of an interface that was not described */

struct captures;

struct capture_packet {
	int64_t time_us; /* of capture, UTC */
	bool has_time;	 /* time_us lies in 1970 to 9999 */
	int link;	 /* LINKTYPE_, enum packet_link */
	const uint8_t *bytes;
	size_t captured_bytes; /* held; may even exceed wire_bytes */
	size_t wire_bytes;     /* as the capture claims */
	size_t file;	       /* number of the capture that it is from */
};

/**
 * Open all files.
 *
 * @param stop_fd  standard input ends when this becomes readable; -1: only by
 *                 itself
 * @param problem  gets a line for whoever called the program, on failure
 * @return 0; -ENOENT and the like (cannot be opened), ERR_MALFORMED (no
 *         capture), ERR_UNSUPPORTED (link types without IP alone)
 */
MUST_CHECK int captures_open(struct captures **out, const char *const *paths,
			     size_t count, int stop_fd, struct text *problem);

/** Close all; NULL is fine. */
void captures_close(struct captures *c);

/**
 * The next packet of all files by time, whose time the caller may change; valid
 * until the next call. @return NULL at the end of the last file
 */
struct capture_packet *captures_next(struct captures *c);

/**
 * How far the files were read.
 *
 * @param size  bytes of all; 0: not known, for one is a pipe
 * @return bytes that were read
 */
uint64_t captures_position(const struct captures *c, uint64_t *size);

/** How many files ended in the middle, so far. */
uint64_t captures_broken(const struct captures *c);

/** What broke off or is passed over, a line each; "" if nothing did. */
const char *captures_problems(const struct captures *c);

#endif
