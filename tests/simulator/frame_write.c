/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "frame_write.h"

#include <stdbool.h>

#include "put.h"

enum {
	PROTOCOL_TCP = 6,
	PROTOCOL_UDP = 17,
	PROTOCOL_ICMPV6 = 58,
	PROTOCOL_NONE = 59, /* IPv6: nothing that needs a header */
	IPV4_HEADER = 20,
	IPV6_HEADER = 40,
	TCP_HEADER = 20,
	UDP_HEADER = 8,
	SMALL_IP_BYTES = 82, /* below it is what a client sends back */
	ETHERNET_PAYLOAD_MIN = 46,
};

/* What both IP headers hold. */
struct ip {
	uint8_t protocol;
	bool back;
	uint32_t payload_bytes;
	uint64_t sum; /* of the pseudo header, in the machine's order */
};

static void store16(uint8_t *at, uint16_t value)
{
	memcpy(at, &value, sizeof(value));
}

/* A word as the checksum sees it on the wire. */
static uint64_t wire16(uint32_t value)
{
	return __builtin_bswap16((uint16_t)value);
}

static uint8_t *ethernet_write(uint8_t *at, const struct frame_spec *s)
{
	uint64_t dst = s->to->mac.bits;

	if (s->payload == PAYLOAD_ARP)
		dst = 0xffffffffffffu;
	else if (s->payload == PAYLOAD_ND) /* RFC 2464 section 7 */
		dst = 0x3333ff000000u | ((s->to_number + 1) & 0xffff);
	at = put_be48(at, dst);
	at = put_be48(at, s->from->mac.bits);
	if (s->vlan) {
		at = put_be16(at, 0x8100);
		at = put_be16(at, s->vlan);
	}
	return at;
}

/* RFC 826: who has the receiver's address? */
static void arp_write(uint8_t *at, const struct frame_spec *s)
{
	at = put_be16(at, 0x0806);
	at = put_be16(at, 1);
	at = put_be16(at, 0x0800);
	at = put_u8(at, 6);
	at = put_u8(at, 4);
	at = put_be16(at, 1);
	at = put_be48(at, s->from->mac.bits);
	at = put_be32(at, s->from->lan_ipv4);
	at = put_be48(at, 0);
	(void)put_be32(at, s->to->lan_ipv4);
}

/* RFC 4861 section 4.3: a neighbour solicitation. */
static void nd_write(uint8_t *at, const struct frame_spec *s)
{
	static const uint8_t group[16] = { 0xff, 0x02, 0, 0, 0, 0,   0,
					   0,	 0,    0, 0, 1, 0xff };
	struct ipaddr from = model_lan_ipv6(s->from_number);
	struct ipaddr target = model_lan_ipv6(s->to_number);
	uint8_t *address = at + 2 + 8;
	uint8_t *body = at + 2 + IPV6_HEADER;
	uint64_t sum = wire16(32) + wire16(PROTOCOL_ICMPV6);

	at = put_be16(at, 0x86dd);
	at = put_be32(at, 6u << 28);
	at = put_be16(at, 32);
	at = put_u8(at, PROTOCOL_ICMPV6);
	at = put_u8(at, 255);
	at = put_bytes(at, from.bytes, 16);
	at = put_bytes(at, group, 13);
	at = put_bytes(at, target.bytes + 13, 3);
	at = put_be32(at, 135u << 24);
	at = put_be32(at, 0);
	at = put_bytes(at, target.bytes, 16);
	at = put_be16(at, 0x0101); /* the sender's link-layer address */
	(void)put_be48(at, s->from->mac.bits);
	sum = checksum_add(sum, address, 32);
	sum = checksum_add(sum, body, 32);
	store16(body + 2, checksum_fold(sum));
}

/* One in four is UDP: QUIC. The smallest frames are bare acknowledgements. */
static struct ip choose(const struct frame_spec *s, uint32_t ip_bytes,
			uint32_t header)
{
	struct ip ip = {
		.back = ip_bytes < SMALL_IP_BYTES,
		.payload_bytes = ip_bytes - header,
	};

	ip.protocol = s->draw >> 62 ? PROTOCOL_TCP : PROTOCOL_UDP;
	if (s->payload == PAYLOAD_IPV4 && ip_bytes == ETHERNET_PAYLOAD_MIN) {
		ip.protocol = PROTOCOL_TCP;
		ip.payload_bytes = TCP_HEADER;
	}
	/* IPv6 in frames smaller than it has in reality */
	if (ip.payload_bytes < TCP_HEADER)
		ip.protocol = PROTOCOL_UDP;
	if (ip.payload_bytes < UDP_HEADER)
		ip.protocol = PROTOCOL_NONE;
	ip.sum = wire16(ip.protocol) + wire16(ip.payload_bytes);
	return ip;
}

static uint8_t *ipv4_write(uint8_t *at, const struct frame_spec *s,
			   struct ip *ip)
{
	const uint8_t from[4] = { 203, 0, 113,
				  (uint8_t)(1 + (s->draw & 0x7f) % 126) };
	const uint8_t to[4] = { 203, 0, 113,
				(uint8_t)(129 + (s->draw >> 8 & 0x7f) % 126) };
	uint8_t *header;

	at = put_be16(at, 0x0800);
	header = at;
	at = put_be16(at, 0x4500);
	at = put_be16(at, IPV4_HEADER + ip->payload_bytes);
	at = put_be16(at, (uint32_t)(s->draw >> 16));
	at = put_be16(at, 0x4000);
	at = put_u8(at, 60);
	at = put_u8(at, ip->protocol);
	at = put_be16(at, 0);
	at = put_bytes(at, from, 4);
	at = put_bytes(at, to, 4);
	store16(header + 10,
		checksum_fold(checksum_add(0, header, IPV4_HEADER)));
	ip->sum = checksum_add(ip->sum, header + 12, 8);
	return at;
}

static uint8_t *ipv6_write(uint8_t *at, const struct frame_spec *s,
			   struct ip *ip)
{
	uint8_t *addresses;

	at = put_be16(at, 0x86dd);
	at = put_be32(at, 6u << 28 | (uint32_t)(s->draw >> 44));
	at = put_be16(at, ip->payload_bytes);
	at = put_u8(at, ip->protocol);
	at = put_u8(at, 60);
	addresses = at;
	at = put_be32(at, 0x20010db8);
	at = put_be32(at, 0x10000 + s->from_number);
	at = put_be64(at, 1 + (s->draw & 0xff));
	at = put_be32(at, 0x20010db8);
	at = put_be32(at, 0x10000 + s->to_number);
	at = put_be64(at, 1 + (s->draw >> 8 & 0xff));
	ip->sum = checksum_add(ip->sum, addresses, 32);
	return at;
}

static uint8_t *transport_write(uint8_t *at, const struct frame_spec *s,
				const struct ip *ip)
{
	uint32_t client = 49152 + (uint32_t)(s->draw >> 32 & 0x3fff);
	uint8_t *start = at;
	uint8_t *checksum;

	if (ip->protocol == PROTOCOL_NONE)
		return at;
	at = put_be16(at, ip->back ? client : 443);
	at = put_be16(at, ip->back ? 443 : client);
	if (ip->protocol == PROTOCOL_UDP) {
		at = put_be16(at, ip->payload_bytes);
		checksum = at;
		at = put_be16(at, 0);
	} else {
		at = put_be32(at, (uint32_t)(s->draw >> 20));
		at = put_be32(at, (uint32_t)(s->draw >> 12));
		at = put_be16(at, 0x5010); /* 20 bytes, ACK */
		at = put_be16(at, 501);
		checksum = at;
		at = put_be32(at, 0);
	}
	store16(checksum, checksum_fold(checksum_add(ip->sum, start,
						     (size_t)(at - start))));
	return at;
}

struct frame_spec frame_of(const struct model *m, uint32_t flow,
			   uint32_t wire_bytes, uint64_t draw)
{
	const struct flow *f = &m->flows[flow];
	uint32_t to = flow_to_group(f)
			  ? (uint32_t)(draw % m->known_station_count)
			  : f->to;

	return (struct frame_spec){
		.from = &m->stations[f->from],
		.to = &m->stations[to],
		.from_number = f->from,
		.to_number = to,
		.payload = f->payload,
		.vlan = m->vlan_tagged ? MODEL_VLAN_TAG : 0,
		.wire_bytes = wire_bytes,
		.draw = draw,
	};
}

size_t frame_write(uint8_t *to, const struct frame_spec *s)
{
	uint32_t len = s->wire_bytes - FRAME_FCS;
	uint8_t *at = ethernet_write(to, s);
	uint32_t ip_bytes = len - 2 - (uint32_t)(at - to);
	struct ip ip;

	/* heads are shorter than 128 bytes; what follows them is zero */
	memset(at, 0, FRAME_HEADER_MAX - (size_t)(at - to));
	switch (s->payload) {
	case PAYLOAD_IPV4:
		ip = choose(s, ip_bytes, IPV4_HEADER);
		at = ipv4_write(at, s, &ip);
		(void)transport_write(at, s, &ip);
		break;
	case PAYLOAD_IPV6:
		ip = choose(s, ip_bytes, IPV6_HEADER);
		at = ipv6_write(at, s, &ip);
		(void)transport_write(at, s, &ip);
		break;
	case PAYLOAD_ND:
		nd_write(at, s);
		break;
	default:
		arp_write(at, s);
		break;
	}
	return len < FRAME_HEADER_MAX ? len : FRAME_HEADER_MAX;
}
