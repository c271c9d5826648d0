/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "outer_write.h"

#include <stdbool.h>

#include "put.h"

enum {
	ETHERNET_HEAD = 14,
	IPV4_HEAD = 20,
	IPV6_HEAD = 40,
	HOPS = 64,
	DO_NOT_FRAGMENT = 0x4000,
};

size_t outer_head_bytes(const struct ipaddr *from)
{
	return ETHERNET_HEAD + (from->version == 4 ? IPV4_HEAD : IPV6_HEAD);
}

static uint8_t *put_ipv4(uint8_t *at, const struct outer *o)
{
	const uint8_t collector[4] = { 192, 0, 2, 200 };
	uint8_t *start = at;
	uint16_t checksum;

	at = put_be16(at, 0x4500);
	at = put_be16(at, (uint32_t)(IPV4_HEAD + o->payload_bytes));
	at = put_be16(at, o->ip_id);
	at = put_be16(at, DO_NOT_FRAGMENT);
	at = put_be32(at, HOPS << 24 | (uint32_t)o->protocol << 16);
	at = put_bytes(at, o->from.bytes, 4);
	at = put_bytes(at, collector, 4);
	checksum = checksum_fold(checksum_add(0, start, IPV4_HEAD));
	memcpy(start + 10, &checksum, sizeof(checksum));
	return at;
}

static uint8_t *put_ipv6(uint8_t *at, const struct outer *o)
{
	const uint8_t collector[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 0xc8 };

	at = put_be32(at, 6u << 28);
	at = put_be16(at, (uint32_t)o->payload_bytes);
	at = put_be16(at, (uint32_t)o->protocol << 8 | HOPS);
	at = put_bytes(at, o->from.bytes, 16);
	return put_bytes(at, collector, 16);
}

uint8_t *outer_write(uint8_t *at, const struct outer *o)
{
	bool ipv4 = o->from.version == 4;

	at = put_be48(at, 0x020000ff00c8); /* the collector */
	at = put_be48(at, 0x020000ff0000 + o->from.bytes[ipv4 ? 3 : 15]);
	at = put_be16(at, ipv4 ? 0x0800 : 0x86dd);
	return ipv4 ? put_ipv4(at, o) : put_ipv6(at, o);
}
