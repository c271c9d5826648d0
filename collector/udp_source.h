/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_UDP_SOURCE_H
#define LANTERNE_COLLECTOR_UDP_SOURCE_H

/*
 * udp_source — a UDP socket that sFlow datagrams come in by.
 *
 * Reads many datagrams per system call into buffers of its own; what the
 * kernel had to drop is counted.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ixp/config.h"
#include "net/ipaddr.h"
#include "util/attr.h"

enum { UDP_SOURCE_BATCH = 64 }; /* most datagrams of one receive */

struct udp_source;

struct udp_datagram {
	struct ipaddr source;
	const uint8_t *bytes; /* valid until the next receive */
	size_t len;
};

/**
 * Open and bind a socket, with as large a buffer as is granted.
 *
 * @param buffer_bytes  gets the size that the kernel granted
 * @return 0 or -errno
 */
MUST_CHECK int udp_source_open(struct udp_source **out,
			       const struct config_endpoint *listen,
			       int *buffer_bytes);

/** Close; NULL is fine. */
void udp_source_close(struct udp_source *s);

/** The descriptor to wait for. */
int udp_source_fd(const struct udp_source *s);

/**
 * Take what has come in, at most one batch.
 *
 * @param out  set to an array of the source's own
 * @return how many, 0: nothing there; or -errno
 */
MUST_CHECK int udp_source_receive(struct udp_source *s,
				  const struct udp_datagram **out);

/** Datagrams that the kernel dropped for want of buffer, since the start. */
uint64_t udp_source_drops(struct udp_source *s);

#endif
