/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_NET_HEADERS_H
#define LANTERNE_NET_HEADERS_H

/*
 * headers — how much of a packet is headers, and where its payload begins.
 *
 * Ethernet with tags, LLC and SNAP; IPv4 with options, IPv6 with extension
 * headers; TCP, UDP, UDP-Lite, ICMP, SCTP. Behind a header that is none of
 * these, or that contradicts itself, everything is payload: so is the data of a
 * fragment that is not the first, and a packet within a packet.
 * References: IEEE 802.3, 802.1Q, RFC 791, 8200, 4302, 9293, 768, 792, 9260.
 */

#include <stddef.h>

#include "util/cursor.h"

/*
 * Each gives the number of bytes before the payload, at most those that are
 * there: a header that was cut is kept as far as it goes.
 */

/** Of an Ethernet frame without its check sequence. */
size_t headers_of_frame(struct cursor c);

size_t headers_of_ipv4(struct cursor c);
size_t headers_of_ipv6(struct cursor c);

/**
 * How long an Ethernet frame is without its check sequence, by the length in
 * the IP header that it carries: at least 60 bytes. 0: it carries none, or that
 * does not say.
 */
size_t headers_frame_bytes(struct cursor c);

#endif
