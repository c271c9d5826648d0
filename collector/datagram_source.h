/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_DATAGRAM_SOURCE_H
#define LANTERNE_COLLECTOR_DATAGRAM_SOURCE_H

/*
 * datagram_source — a socket that sFlow datagrams (UDP) or mirrored frames
 * (GRE) come in by.
 *
 * Reads many datagrams per system call into buffers of its own; what the
 * kernel had to drop is counted. Fragments are put together by the kernel.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ixp/config.h"
#include "net/ipaddr.h"
#include "util/attr.h"

enum { DATAGRAM_BATCH = 64 }; /* most datagrams of one receive */

struct datagram_source;

enum datagram_kind {
	DATAGRAM_UDP, /* what is in them */
	DATAGRAM_GRE, /* from the GRE header on; wants CAP_NET_RAW to be opened,
		       * and none later. No port unreachable is sent back */
};

struct datagram {
	struct ipaddr source;
	const uint8_t *bytes; /* valid until the next receive */
	size_t len;
};

/**
 * Open and bind a socket, with as large a buffer as is granted.
 *
 * @param listen        of GRE the address alone: "::" has IPv6 only
 * @param buffer_bytes  gets the size that the kernel granted
 * @return 0 or -errno
 */
MUST_CHECK int datagram_source_open(struct datagram_source **out,
				    enum datagram_kind kind,
				    const struct config_endpoint *listen,
				    int *buffer_bytes);

/** Close; NULL is fine. */
void datagram_source_close(struct datagram_source *s);

/** The descriptor to wait for. */
int datagram_source_fd(const struct datagram_source *s);

/**
 * Take what has come in, at most one batch.
 *
 * @param out  set to an array of the source's own
 * @return how many, 0: nothing there; or -errno
 */
MUST_CHECK int datagram_source_receive(struct datagram_source *s,
				       const struct datagram **out);

/** Datagrams that the kernel dropped for want of buffer, since the start. */
uint64_t datagram_source_drops(struct datagram_source *s);

#endif
