/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_NET_PACKET_H
#define LANTERNE_NET_PACKET_H

/*
 * packet — from a captured packet to the UDP payload in it.
 *
 * For reading captures of datagrams that were on their way to a collector.
 * Checksums are not verified; fragments are refused, not reassembled.
 * References: tcpdump.org link-layer header types; RFC 791, 8200, 768.
 */

#include <stdbool.h>
#include <stdint.h>

#include "net/ipaddr.h"
#include "util/attr.h"
#include "util/cursor.h"

/* LINKTYPE_ values, as they stand in capture files. */
enum packet_link {
	PACKET_LINK_NULL = 0,
	PACKET_LINK_ETHERNET = 1,
	PACKET_LINK_RAW = 101,
	PACKET_LINK_LOOP = 108,
	PACKET_LINK_LINUX_SLL = 113,
	PACKET_LINK_IPV4 = 228,
	PACKET_LINK_IPV6 = 229,
	PACKET_LINK_LINUX_SLL2 = 276,
};

struct packet_udp {
	struct ipaddr source;
	uint16_t source_port;
	uint16_t destination_port;
	const uint8_t *payload; /* borrowed from the packet */
	size_t payload_len;	/* as captured */
};

/** True for the link types that packet_read_udp understands. */
bool packet_link_known(int link);

/**
 * Find the UDP datagram in a captured packet.
 *
 * @param c  the captured bytes
 * @return 0; ERR_NOT_FOUND (no UDP over IP), ERR_UNSUPPORTED (a fragment),
 *         ERR_TRUNCATED (cut before the payload). A payload that was cut by
 *         the capture is given as far as it is there.
 */
MUST_CHECK int packet_read_udp(int link, struct cursor c,
			       struct packet_udp *out);

#endif
