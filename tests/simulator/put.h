/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_SIMULATOR_PUT_H
#define LANTERNE_SIMULATOR_PUT_H

/*
 * put — write big-endian fields one after the other.
 *
 * Each returns the place behind what it wrote. The caller has made room: the
 * simulator writes messages of a known greatest size only.
 */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint8_t *put_bytes(uint8_t *at, const void *bytes, size_t len)
{
	memcpy(at, bytes, len);
	return at + len;
}

static inline uint8_t *put_zero(uint8_t *at, size_t len)
{
	memset(at, 0, len);
	return at + len;
}

static inline uint8_t *put_u8(uint8_t *at, uint32_t value)
{
	*at = (uint8_t)value;
	return at + 1;
}

static inline uint8_t *put_be16(uint8_t *at, uint32_t value)
{
	uint16_t wire = __builtin_bswap16((uint16_t)value);

	return put_bytes(at, &wire, sizeof(wire));
}

static inline uint8_t *put_be32(uint8_t *at, uint32_t value)
{
	uint32_t wire = __builtin_bswap32(value);

	return put_bytes(at, &wire, sizeof(wire));
}

static inline uint8_t *put_be64(uint8_t *at, uint64_t value)
{
	uint64_t wire = __builtin_bswap64(value);

	return put_bytes(at, &wire, sizeof(wire));
}

/** The low 48 bits. */
static inline uint8_t *put_be48(uint8_t *at, uint64_t value)
{
	at = put_be16(at, (uint32_t)(value >> 32));
	return put_be32(at, (uint32_t)value);
}

/**
 * Add bytes to an Internet checksum (RFC 1071), as 16-bit words in the
 * machine's order: fold and store it without swapping. len is even, and a
 * packet's at most: the sum of 32-bit halves then needs no carry.
 */
static inline uint64_t checksum_add(uint64_t sum, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;
	uint64_t high = 0;
	uint64_t word;
	uint16_t half;

	for (; len >= sizeof(word); at += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		sum += word & 0xffffffff;
		high += word >> 32;
	}
	for (; len >= sizeof(half); at += sizeof(half), len -= sizeof(half)) {
		memcpy(&half, at, sizeof(half));
		sum += half;
	}
	return sum + high;
}

/** The complement of the folded sum, to be stored as it is. */
static inline uint16_t checksum_fold(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

#endif
