/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_IXP_TALLY_H
#define LANTERNE_IXP_TALLY_H

/*
 * tally — scaled bytes and packets, and how sure they are.
 *
 * A sample of s bytes taken at a rate of 1 in N stands for N packets and N·s
 * bytes. The variance of the byte estimate grows by N(N-1)s² (Duffield, Lund,
 * Thorup: Estimating flow distributions; Horvitz-Thompson), so tallies of any
 * mixture of rates add up. Byte and packet sums saturate instead of wrapping.
 */

#include <stdint.h>

struct tally {
	uint64_t bytes;
	uint64_t packets;
	uint64_t samples;
	double variance; /* of bytes, in bytes² */
};

/** What a sample adds to the variance of an estimate of bytes, in bytes²:
 * N(N−1)s² (Phaal and Panchen, Packet sampling basics). */
static inline double tally_variance(uint32_t wire_bytes, uint32_t rate)
{
	double size = wire_bytes;
	double n = rate;

	return n * (n - 1) * size * size;
}

/** Count one sample of wire_bytes taken at 1 in rate. */
static inline void tally_add_sample(struct tally *t, uint32_t wire_bytes,
				    uint32_t rate)
{
	if (__builtin_add_overflow(t->bytes, (uint64_t)wire_bytes * rate,
				   &t->bytes))
		t->bytes = UINT64_MAX;
	if (__builtin_add_overflow(t->packets, (uint64_t)rate, &t->packets))
		t->packets = UINT64_MAX;
	t->samples++;
	t->variance += tally_variance(wire_bytes, rate);
}

/** Add another tally. */
void tally_add(struct tally *t, const struct tally *other);

/** Half the width of the 95 % interval of bytes: 1.96·√variance, rounded. */
uint64_t tally_ci95_bytes(const struct tally *t);

#endif
