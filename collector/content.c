/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/content.h"

#include <string.h>

static uint64_t word(const uint8_t *p)
{
	uint64_t value;

	memcpy(&value, p, sizeof(value));
	return value;
}

/*
 * Both halves of the product of two words, in one. To be folded before it is
 * summed: sums of the halves themselves are as good as linear where the second
 * factors are equal, and blocks that change places cancel.
 */
static uint64_t folded(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/*
 * Four words at their place. A product for every two: what is added or turned
 * before it cancels where two fields go on together, as the numbers of samples
 * and their pools do.
 */
static uint64_t mix(const uint8_t *p, uint64_t place)
{
	return folded(word(p) ^ place, word(p + 8) ^ 0xd1b54a32d192ed03u) +
	       folded(word(p + 16) ^ ~place,
		      word(p + 24) ^ 0xa0761d6478bd642fu);
}

/* No product waits for another one: what makes the order count is the place
 * that goes into each. */
uint64_t content_of(const void *data, size_t len)
{
	const uint8_t *at = data;
	uint64_t sum = len;
	uint64_t place = 0x9e3779b97f4a7c15u;
	uint8_t tail[32] = { 0 };
	size_t left = len;

	for (; left >= sizeof(tail); left -= sizeof(tail)) {
		sum += mix(at, place);
		place += 0x9e3779b97f4a7c15u;
		at += sizeof(tail);
	}
	memcpy(tail, at, left);
	return sum + mix(tail, place);
}
