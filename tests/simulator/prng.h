/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_SIMULATOR_PRNG_H
#define LANTERNE_SIMULATOR_PRNG_H

/*
 * prng — random numbers that a seed decides: xoshiro256** filled by
 * splitmix64 (Blackman and Vigna). Same seed, same exchange, same bytes.
 */

#include <stdint.h>

struct prng {
	uint64_t state[4];
};

/** One step of splitmix64: a good hash of 64 bits. */
static inline uint64_t prng_mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

/** A generator of its own for each (seed, stream). */
static inline struct prng prng_of(uint64_t seed, uint64_t stream)
{
	struct prng p;
	uint64_t x = prng_mix(seed) ^ prng_mix(~stream);

	for (int i = 0; i < 4; i++)
		p.state[i] = prng_mix(x + (uint64_t)i * 0x9e3779b97f4a7c15u);
	return p;
}

static inline uint64_t prng_rotate(uint64_t x, int by)
{
	return x << by | x >> (64 - by);
}

/** The next 64 bits. */
static inline uint64_t prng_u64(struct prng *p)
{
	uint64_t *s = p->state;
	uint64_t result = prng_rotate(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = prng_rotate(s[3], 45);
	return result;
}

/** 64 bits as a number in [0, 1). */
static inline double prng_unit_of(uint64_t bits)
{
	return (double)(bits >> 11) * 0x1p-53;
}

/** The next number in [0, 1). */
static inline double prng_unit(struct prng *p)
{
	return prng_unit_of(prng_u64(p));
}

/** A whole number in [0, limit). */
static inline uint64_t prng_below(struct prng *p, uint64_t limit)
{
	return (uint64_t)((unsigned __int128)prng_u64(p) * limit >> 64);
}

#endif
