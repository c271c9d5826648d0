/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_NET_PACKET_H
#define LANTERNE_NET_PACKET_H

/*
 * packet — from a captured packet to what its IP header carries.
 *
 * For reading captures of what was on its way to a collector: datagrams, and
 * tunnelled frames. Checksums are not verified; fragments are told, not
 * reassembled.
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

struct packet_ip {
	struct ipaddr source;
	struct ipaddr destination;
	uint8_t protocol;      /* behind the extension headers */
	bool is_fragment;      /* a part of a packet: the first or another */
	bool is_first;	       /* of its fragments, or the whole */
	struct cursor payload; /* as captured, without the link's padding */
	/* As the IP header has it, however much was captured; 0: it does not
	 * say (jumbograms, segmentation left to the sender's hardware). */
	size_t payload_bytes;
};

struct packet_udp {
	struct packet_ip ip;
	uint16_t source_port;
	uint16_t destination_port;
	const uint8_t *payload; /* borrowed from the packet */
	size_t payload_len;	/* as captured */
};

/** True for the link types that are understood here. */
bool packet_link_known(int link);

/**
 * Find the IP packet in a captured packet, and what it carries.
 *
 * @param c  the captured bytes
 * @return 0; ERR_NOT_FOUND (no IP), ERR_TRUNCATED (cut before the payload)
 */
MUST_CHECK int packet_read_ip(int link, struct cursor c, struct packet_ip *out);

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
