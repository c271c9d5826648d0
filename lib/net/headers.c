/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "net/headers.h"

#include <string.h>

#include "net/frame.h"

enum {
	ADDRESSES_SIZE = 12, /* of an Ethernet header */
	SMALLEST_FRAME = 60,
	TAGS_AT_MOST = 6, /* one more than a frame is read with */
	TYPE_IPV4 = 0x0800,
	TYPE_IPV6 = 0x86dd,
	IPV4_SMALLEST = 20,
	IPV6_SIZE = 40,
	EXTENSIONS_AT_MOST = 8,
	FRAGMENT_OFFSET = 0x1fff, /* of IPv4 */
	FRAGMENT_OFFSET_IPV6 = 0xfff8,
	TCP_SMALLEST = 20,
};

/* What follows an IP header, by its number. */
enum protocol {
	PROTOCOL_HOP_OPTIONS = 0,
	PROTOCOL_ICMP = 1,
	PROTOCOL_TCP = 6,
	PROTOCOL_UDP = 17,
	PROTOCOL_ROUTING = 43,
	PROTOCOL_FRAGMENT = 44,
	PROTOCOL_AUTHENTICATION = 51,
	PROTOCOL_ICMPV6 = 58,
	PROTOCOL_OPTIONS = 60,
	PROTOCOL_SCTP = 132,
	PROTOCOL_UDP_LITE = 136,
};

/* What a TCP header says of its length; 0: there can be none. */
static size_t tcp_len(struct cursor c)
{
	size_t len;

	cursor_skip(&c, 12);
	len = (size_t)(cursor_u8(&c) >> 4) * 4;
	if (!cursor_ok(&c))
		return TCP_SMALLEST;
	return len < TCP_SMALLEST ? 0 : len;
}

static size_t headers_of_transport(struct cursor c, uint8_t protocol)
{
	size_t len = 0;

	switch (protocol) {
	case PROTOCOL_ICMP:
	case PROTOCOL_ICMPV6:
	case PROTOCOL_UDP:
	case PROTOCOL_UDP_LITE:
		len = 8;
		break;
	case PROTOCOL_SCTP:
		len = 12;
		break;
	case PROTOCOL_TCP:
		len = tcp_len(c);
		break;
	default:
		break;
	}
	return len < cursor_left(&c) ? len : cursor_left(&c);
}

size_t headers_of_ipv4(struct cursor c)
{
	const size_t all = cursor_left(&c);
	uint8_t first = cursor_u8(&c);
	size_t len = (size_t)(first & 15) * 4;
	uint16_t fragment;
	uint8_t protocol;

	if (first >> 4 != 4 || len < IPV4_SMALLEST)
		return 0;
	cursor_skip(&c, 5);
	fragment = cursor_be16(&c);
	cursor_skip(&c, 1);
	protocol = cursor_u8(&c);
	cursor_skip(&c, len - 10);
	if (!cursor_ok(&c))
		return all;
	if (fragment & FRAGMENT_OFFSET)
		return len;
	return len + headers_of_transport(c, protocol);
}

/*
 * Move past an extension header, and to what follows it; false: this is none,
 * or nothing more that is a header follows it.
 */
static bool skip_extension(struct cursor *c, uint8_t *protocol)
{
	uint8_t type = *protocol;
	uint8_t words;
	uint16_t fragment;

	if (type != PROTOCOL_HOP_OPTIONS && type != PROTOCOL_ROUTING &&
	    type != PROTOCOL_FRAGMENT && type != PROTOCOL_AUTHENTICATION &&
	    type != PROTOCOL_OPTIONS)
		return false;
	*protocol = cursor_u8(c);
	words = cursor_u8(c);
	fragment = cursor_be16(c);
	cursor_skip(c, 4);
	if (type == PROTOCOL_FRAGMENT)
		return (fragment & FRAGMENT_OFFSET_IPV6) == 0;
	if (type == PROTOCOL_AUTHENTICATION)
		cursor_skip(c, (size_t)words * 4);
	else
		cursor_skip(c, (size_t)words * 8);
	return true;
}

size_t headers_of_ipv6(struct cursor c)
{
	const size_t all = cursor_left(&c);
	uint8_t first = cursor_u8(&c);
	bool more = true;
	uint8_t protocol;

	if (first >> 4 != 6)
		return 0;
	cursor_skip(&c, 5);
	protocol = cursor_u8(&c);
	cursor_skip(&c, IPV6_SIZE - 7);
	for (int i = 0; more && i < EXTENSIONS_AT_MOST; i++) {
		uint8_t before = protocol;

		more = skip_extension(&c, &protocol);
		if (!more && before == PROTOCOL_FRAGMENT)
			return all - cursor_left(&c);
	}
	return all - cursor_left(&c) + headers_of_transport(c, protocol);
}

/* Behind a length stands LLC; the type that SNAP gives, else 0. */
static uint16_t skip_llc(struct cursor *c)
{
	static const uint8_t snap[3] = { 0xaa, 0xaa, 0x03 };
	uint8_t llc[3];
	uint8_t organisation[3];
	uint16_t type;

	cursor_bytes(c, llc, sizeof(llc));
	if (memcmp(llc, snap, sizeof(snap)) != 0)
		return 0;
	cursor_bytes(c, organisation, sizeof(organisation));
	type = cursor_be16(c);
	return organisation[0] || organisation[1] || organisation[2] ? 0 : type;
}

/* Move to what a frame carries. @return its type; 0: none is said */
static uint16_t skip_to_payload(struct cursor *c)
{
	uint16_t type;

	cursor_skip(c, ADDRESSES_SIZE);
	type = cursor_be16(c);
	for (int i = 0; i < TAGS_AT_MOST && frame_tag_len(type) > 0; i++) {
		cursor_skip(c, frame_tag_len(type));
		type = cursor_be16(c);
	}
	return type < FRAME_SMALLEST_TYPE ? skip_llc(c) : type;
}

size_t headers_of_frame(struct cursor c)
{
	const size_t all = cursor_left(&c);
	uint16_t type = skip_to_payload(&c);
	size_t behind = 0;

	if (type == TYPE_IPV4)
		behind = headers_of_ipv4(c);
	else if (type == TYPE_IPV6)
		behind = headers_of_ipv6(c);
	return all - cursor_left(&c) + behind;
}

size_t headers_frame_bytes(struct cursor c)
{
	const size_t all = cursor_left(&c);
	uint16_t type = skip_to_payload(&c);
	size_t bytes = all - cursor_left(&c);
	size_t said = 0;

	if (type == TYPE_IPV4) {
		cursor_skip(&c, 2);
		said = cursor_be16(&c);
	} else if (type == TYPE_IPV6) {
		cursor_skip(&c, 4);
		said = cursor_be16(&c);
		bytes += IPV6_SIZE;
	}
	if (said == 0)
		return 0;
	bytes += said;
	return bytes < SMALLEST_FRAME ? SMALLEST_FRAME : bytes;
}
