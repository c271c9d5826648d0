/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_NET_MAC_H
#define LANTERNE_NET_MAC_H

/* mac — a 48-bit MAC address as a value (IEEE 802, clause 8). */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "util/attr.h"
#include "util/cursor.h"

/* The first octet on the wire is the most significant one of 48 bits. */
struct mac {
	uint64_t bits;
};

enum {
	MAC_SIZE = 6,
	MAC_TEXT_SIZE = 18, /* "02:00:00:00:00:01" and the NUL */
};

/** The next six bytes; all zero once the cursor failed. */
static inline struct mac mac_read(struct cursor *c)
{
	const uint8_t *p = cursor_take(c, MAC_SIZE);
	uint16_t high;
	uint32_t low;

	if (!p)
		return (struct mac){ 0 };
	memcpy(&high, p, sizeof(high));
	memcpy(&low, p + sizeof(high), sizeof(low));
	return (struct mac){ .bits = (uint64_t)__builtin_bswap16(high) << 32 |
				     __builtin_bswap32(low) };
}

/** True for group addresses: multicast and broadcast. */
static inline bool mac_is_group(struct mac mac)
{
	return mac.bits >> 40 & 1;
}

static inline bool mac_equal(struct mac a, struct mac b)
{
	return a.bits == b.bits;
}

/**
 * Read an address as people and switches write it: 02:00:00:00:00:01,
 * 02-00-00-00-00-01, 0200.0000.0001 or 020000000001, any case.
 * @return 0 or ERR_SYNTAX
 */
MUST_CHECK int mac_parse(const char *text, size_t len, struct mac *out);

/** Write 02:00:00:00:00:01. @return to */
char *mac_format(struct mac mac, char to[MAC_TEXT_SIZE]);

#endif
