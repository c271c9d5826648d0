/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "net/packet.h"

#include "util/err.h"

enum {
	TYPE_IPV4 = 0x0800,
	TYPE_IPV6 = 0x86dd,
	TYPE_VLAN = 0x8100,
	TYPE_QINQ = 0x88a8,
	PROTOCOL_HOP_OPTIONS = 0,
	PROTOCOL_UDP = 17,
	PROTOCOL_ROUTING = 43,
	PROTOCOL_FRAGMENT = 44,
	PROTOCOL_OPTIONS = 60,
	UDP_HEADER = 8,
	ETHERNET_HEADER = 14,
	IPV4_PLAIN = 0x45, /* version 4, and no options */
	IPV4_HEADER = 20,
	IPV4_FRAGMENT = 0x3fff, /* more of them, or not the first */
	IPV4_OFFSET = 0x1fff,
	IPV6_OFFSET = 0xfff8,
	IPV6_FRAGMENT = 0xfff9,
	TAGS_AT_MOST = 4,
	EXTENSIONS_AT_MOST = 8,
};

bool packet_link_known(int link)
{
	switch (link) {
	case PACKET_LINK_NULL:
	case PACKET_LINK_ETHERNET:
	case PACKET_LINK_RAW:
	case PACKET_LINK_LOOP:
	case PACKET_LINK_LINUX_SLL:
	case PACKET_LINK_IPV4:
	case PACKET_LINK_IPV6:
	case PACKET_LINK_LINUX_SLL2:
		return true;
	default:
		return false;
	}
}

/* RFC 791 section 3.1 */
static int read_ipv4(struct cursor c, struct packet_ip *out)
{
	uint8_t first = cursor_u8(&c);
	size_t header = (size_t)(first & 0x0f) * 4;
	size_t total;
	uint16_t fragment;

	cursor_skip(&c, 1); /* type of service */
	total = cursor_be16(&c);
	cursor_skip(&c, 2); /* identification */
	fragment = cursor_be16(&c);
	out->is_fragment = (fragment & IPV4_FRAGMENT) != 0;
	out->is_first = (fragment & IPV4_OFFSET) == 0;
	cursor_skip(&c, 1); /* time to live */
	out->protocol = cursor_u8(&c);
	cursor_skip(&c, 2); /* checksum */
	ipaddr_read(&out->source, &c, 4);
	ipaddr_read(&out->destination, &c, 4);
	if (!cursor_ok(&c))
		return ERR_TRUNCATED;
	if (header < IPV4_HEADER)
		return ERR_NOT_FOUND;
	cursor_skip(&c, header - IPV4_HEADER);
	if (!cursor_ok(&c))
		return ERR_TRUNCATED;
	out->payload_bytes = total > header ? total - header : 0;
	/* Behind the packet stands the link's padding. */
	if (total >= header && total - header < cursor_left(&c))
		c = cursor_sub(&c, total - header);
	out->payload = c;
	return 0;
}

/* RFC 8200 section 4: the extension headers that may stand before a payload */
static bool is_extension(uint8_t next)
{
	return next == PROTOCOL_HOP_OPTIONS || next == PROTOCOL_ROUTING ||
	       next == PROTOCOL_FRAGMENT || next == PROTOCOL_OPTIONS;
}

/* One extension header; c stands behind it then. */
static void skip_extension(struct cursor *c, struct packet_ip *out)
{
	uint8_t type = out->protocol;
	uint8_t words;

	out->protocol = cursor_u8(c);
	words = cursor_u8(c);
	if (type == PROTOCOL_FRAGMENT) {
		uint16_t fragment = cursor_be16(c);

		out->is_fragment |= (fragment & IPV6_FRAGMENT) != 0;
		out->is_first &= (fragment & IPV6_OFFSET) == 0;
		cursor_skip(c, 4); /* identification */
	} else {
		cursor_skip(c, (size_t)words * 8 + 6);
	}
}

/* RFC 8200 section 3 */
static int read_ipv6(struct cursor c, struct packet_ip *out)
{
	size_t payload;
	size_t before;

	cursor_skip(&c, 4); /* version, traffic class, flow label */
	payload = cursor_be16(&c);
	out->protocol = cursor_u8(&c);
	cursor_skip(&c, 1); /* hop limit */
	ipaddr_read(&out->source, &c, 16);
	ipaddr_read(&out->destination, &c, 16);
	if (!cursor_ok(&c))
		return ERR_TRUNCATED;
	if (payload && payload < cursor_left(&c))
		c = cursor_sub(&c, payload);
	before = cursor_left(&c);
	for (int i = 0; i < EXTENSIONS_AT_MOST && !out->is_fragment &&
			is_extension(out->protocol);
	     i++) {
		skip_extension(&c, out);
		if (!cursor_ok(&c))
			return ERR_TRUNCATED;
	}
	before -= cursor_left(&c); /* bytes of extension headers */
	out->payload_bytes = payload > before ? payload - before : 0;
	out->payload = c;
	return 0;
}

static int read_ip(struct cursor c, struct packet_ip *out)
{
	struct cursor peek = c;
	uint8_t version = cursor_u8(&peek) >> 4;

	*out = (struct packet_ip){ .is_first = true };
	if (!cursor_ok(&peek))
		return ERR_TRUNCATED;
	if (version == 4)
		return read_ipv4(c, out);
	if (version == 6)
		return read_ipv6(c, out);
	return ERR_NOT_FOUND;
}

/* What follows an EtherType, VLAN tags included. */
static int read_typed(uint16_t type, struct cursor c, struct packet_ip *out)
{
	for (int i = 0; i < TAGS_AT_MOST; i++) {
		if (type != TYPE_VLAN && type != TYPE_QINQ)
			break;
		cursor_skip(&c, 2); /* tag control information */
		type = cursor_be16(&c);
	}
	if (!cursor_ok(&c))
		return ERR_TRUNCATED;
	if (type != TYPE_IPV4 && type != TYPE_IPV6)
		return ERR_NOT_FOUND;
	return read_ip(c, out);
}

int packet_read_ip(int link, struct cursor c, struct packet_ip *out)
{
	uint16_t type;

	switch (link) {
	case PACKET_LINK_RAW:
	case PACKET_LINK_IPV4:
	case PACKET_LINK_IPV6:
		return read_ip(c, out);
	case PACKET_LINK_NULL:
	case PACKET_LINK_LOOP:
		cursor_skip(&c, 4); /* the family, in somebody's byte order */
		return read_ip(c, out);
	case PACKET_LINK_ETHERNET:
		cursor_skip(&c, 12);
		type = cursor_be16(&c);
		return read_typed(type, c, out);
	case PACKET_LINK_LINUX_SLL:
		cursor_skip(&c, 14);
		type = cursor_be16(&c);
		return read_typed(type, c, out);
	case PACKET_LINK_LINUX_SLL2:
		type = cursor_be16(&c);
		cursor_skip(&c, 18);
		return read_typed(type, c, out);
	default:
		return ERR_NOT_FOUND;
	}
}

/* RFC 768. The length field may say less than what is there, not more. */
static int read_udp(struct cursor c, struct packet_udp *out)
{
	size_t len;

	out->source_port = cursor_be16(&c);
	out->destination_port = cursor_be16(&c);
	len = cursor_be16(&c);
	cursor_skip(&c, 2); /* checksum */
	if (!cursor_ok(&c))
		return ERR_TRUNCATED;
	out->payload_len = cursor_left(&c);
	/* 0: longer than 65,535 bytes, or left to the sender's hardware */
	if (len >= UDP_HEADER && len - UDP_HEADER < out->payload_len)
		out->payload_len = len - UDP_HEADER;
	out->payload = cursor_take(&c, out->payload_len);
	return 0;
}

/*
 * A whole datagram over IPv4 without options and Ethernet without tags, as
 * nearly all are, in one go. False: it is another one, or cut.
 */
static bool read_plain_ip(struct cursor c, struct packet_ip *out)
{
	struct cursor head = cursor_sub(&c, ETHERNET_HEADER + IPV4_HEADER);
	uint16_t type;
	uint8_t first;
	size_t total;
	uint16_t fragment;

	if (!cursor_ok(&head))
		return false;
	cursor_skip(&head, 12);
	type = cursor_be16(&head);
	first = cursor_u8(&head);
	cursor_skip(&head, 1);
	total = cursor_be16(&head);
	cursor_skip(&head, 2);
	fragment = cursor_be16(&head);
	cursor_skip(&head, 1);
	out->protocol = cursor_u8(&head);
	cursor_skip(&head, 2);
	if (type != TYPE_IPV4 || first != IPV4_PLAIN ||
	    (fragment & IPV4_FRAGMENT) || out->protocol != PROTOCOL_UDP ||
	    total < IPV4_HEADER || total - IPV4_HEADER > cursor_left(&c))
		return false;
	out->is_fragment = false;
	out->is_first = true;
	ipaddr_read(&out->source, &head, 4);
	ipaddr_read(&out->destination, &head, 4);
	out->payload_bytes = total - IPV4_HEADER;
	out->payload = cursor_sub(&c, out->payload_bytes);
	return true;
}

int packet_read_udp(int link, struct cursor c, struct packet_udp *out)
{
	int rc;

	if (link == PACKET_LINK_ETHERNET && read_plain_ip(c, &out->ip))
		return read_udp(out->ip.payload, out);
	rc = packet_read_ip(link, c, &out->ip);
	if (rc < 0)
		return rc;
	if (out->ip.protocol != PROTOCOL_UDP)
		return ERR_NOT_FOUND;
	if (out->ip.is_fragment)
		return ERR_UNSUPPORTED;
	return read_udp(out->ip.payload, out);
}
