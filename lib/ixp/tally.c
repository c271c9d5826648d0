/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ixp/tally.h"

#include <math.h>

/* The two-sided 95 % quantile of the normal distribution. */
static const double quantile_95 = 1.96;

/* 2^64 as a double: what no longer fits into 64 bits. */
static const double two_to_64 = 18446744073709551616.0;

static uint64_t add_saturating(uint64_t a, uint64_t b)
{
	uint64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

void tally_add(struct tally *t, const struct tally *other)
{
	t->bytes = add_saturating(t->bytes, other->bytes);
	t->packets = add_saturating(t->packets, other->packets);
	t->samples = add_saturating(t->samples, other->samples);
	t->variance += other->variance;
}

uint64_t tally_ci95_bytes(const struct tally *t)
{
	double half_width = round(quantile_95 * sqrt(t->variance));

	if (half_width >= two_to_64)
		return UINT64_MAX;
	return (uint64_t)half_width;
}
