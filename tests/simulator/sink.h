/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_SIMULATOR_SINK_H
#define LANTERNE_SIMULATOR_SINK_H

/* sink — where the datagrams go: into a capture or onto a socket. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/ipaddr.h"
#include "util/attr.h"

enum { SINK_DATAGRAM_MAX = 1472 };

struct packet {
	uint64_t us; /* when it is sent, microseconds of the epoch */
	struct ipaddr from;
	const uint8_t *payload;
	size_t len; /* at most SINK_DATAGRAM_MAX */
};

struct sink {
	int (*send)(struct sink *sink, const struct packet *packet);
	int (*close)(struct sink *sink); /* sends what is held, frees */
	bool stopped;			 /* somebody asked for the end */
};

/**
 * A capture file, or standard output for "-", of datagrams to a UDP port.
 * @return 0 or -errno
 */
MUST_CHECK int sink_open_pcap(struct sink **out, const char *path,
			      uint16_t port);

/**
 * A UDP socket to an endpoint. Each datagram waits for its time; with a rate
 * the n-th one waits for n / rate instead. SIGTERM and SIGINT set stopped,
 * and nothing waits any more.
 *
 * @param per_second  datagrams a second; 0: by their times
 * @return 0, ERR_SYNTAX or -errno
 */
MUST_CHECK int sink_open_live(struct sink **out, const char *endpoint,
			      uint64_t per_second);

#endif
