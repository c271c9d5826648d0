/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/hash.h"

#include <string.h>

#define FACTOR UINT64_C(0x9e3779b97f4a7c15)

/* Eight bytes at a time: pages are hashed each time they are made. */
static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * FACTOR;
	return hash ^ hash >> 32;
}

uint64_t hash_bytes(const void *bytes, size_t len, uint64_t seed)
{
	const unsigned char *at = bytes;
	uint64_t hash = mix(seed ^ FACTOR, len);
	uint64_t word;

	for (; len >= sizeof(word); len -= sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		hash = mix(hash, word);
		at += sizeof(word);
	}
	word = 0;
	if (len > 0)
		memcpy(&word, at, len);
	return mix(mix(hash, word), FACTOR);
}
