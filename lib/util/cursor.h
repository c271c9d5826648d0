/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_UTIL_CURSOR_H
#define LANTERNE_UTIL_CURSOR_H

/*
 * cursor — bounds-checked reading of untrusted bytes.
 *
 * The only place where a pointer into received bytes is moved. A read past
 * the end yields zero, empties the cursor and sets its failed flag, which
 * stays: a parser reads all fields of a record and checks once, before any of
 * them is used as a length, index, count or key. Every length field opens a
 * cursor_sub, so a lying record hurts itself alone.
 *
 * The functions are inline because they stand on the packet path: out of line
 * they cost about a third of the whole decode.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A value: copying a cursor is peeking. */
struct cursor {
	const uint8_t *at;
	size_t left;
	bool failed;
};

/** A cursor over len bytes at data, which stay the caller's; NULL if none. */
static inline struct cursor cursor_of(const void *data, size_t len)
{
	static const uint8_t nothing;

	return (struct cursor){ .at = data ? data : &nothing, .left = len };
}

/** False once any read went past the end. */
static inline bool cursor_ok(const struct cursor *c)
{
	return !c->failed;
}

/** Bytes not yet read; 0 once failed. */
static inline size_t cursor_left(const struct cursor *c)
{
	return c->left;
}

/** True when all was read and nothing failed. */
static inline bool cursor_spent(const struct cursor *c)
{
	return !c->failed && c->left == 0;
}

/**
 * Take len bytes: their address, or NULL (and failed) if fewer are left. From
 * a failed cursor not even 0 bytes can be taken.
 */
static inline const uint8_t *cursor_take(struct cursor *c, size_t len)
{
	const uint8_t *from = c->at;

	if (c->left < len || (len == 0 && c->failed)) {
		c->left = 0;
		c->failed = true;
		return NULL;
	}
	c->at += len;
	c->left -= len;
	return from;
}

/** Move past len bytes. */
static inline void cursor_skip(struct cursor *c, size_t len)
{
	(void)cursor_take(c, len);
}

/** The next byte; 0 once failed. */
static inline uint8_t cursor_u8(struct cursor *c)
{
	const uint8_t *p = cursor_take(c, 1);

	return p ? *p : 0;
}

/** The next two bytes, big endian; 0 once failed. */
static inline uint16_t cursor_be16(struct cursor *c)
{
	const uint8_t *p = cursor_take(c, sizeof(uint16_t));
	uint16_t value;

	if (!p)
		return 0;
	memcpy(&value, p, sizeof(value));
	return __builtin_bswap16(value);
}

/** The next four bytes, big endian; 0 once failed. */
static inline uint32_t cursor_be32(struct cursor *c)
{
	const uint8_t *p = cursor_take(c, sizeof(uint32_t));
	uint32_t value;

	if (!p)
		return 0;
	memcpy(&value, p, sizeof(value));
	return __builtin_bswap32(value);
}

/** The next eight bytes, big endian; 0 once failed. */
static inline uint64_t cursor_be64(struct cursor *c)
{
	const uint8_t *p = cursor_take(c, sizeof(uint64_t));
	uint64_t value;

	if (!p)
		return 0;
	memcpy(&value, p, sizeof(value));
	return __builtin_bswap64(value);
}

/** The next two bytes, little endian; 0 once failed. */
static inline uint16_t cursor_le16(struct cursor *c)
{
	return __builtin_bswap16(cursor_be16(c));
}

/** The next four bytes, little endian; 0 once failed. */
static inline uint32_t cursor_le32(struct cursor *c)
{
	return __builtin_bswap32(cursor_be32(c));
}

/** The next eight bytes, little endian; 0 once failed. */
static inline uint64_t cursor_le64(struct cursor *c)
{
	return __builtin_bswap64(cursor_be64(c));
}

/** Copy the next len bytes; zero-fills the target on failure. */
static inline void cursor_bytes(struct cursor *c, void *to, size_t len)
{
	const uint8_t *p = cursor_take(c, len);

	if (p)
		memcpy(to, p, len);
	else
		memset(to, 0, len);
}

/**
 * A child confined to the next len bytes; the parent moves past them.
 * When fewer are left both have failed.
 */
static inline struct cursor cursor_sub(struct cursor *c, size_t len)
{
	const uint8_t *p = cursor_take(c, len);

	return (struct cursor){ .at = p, .left = p ? len : 0, .failed = !p };
}

#endif
