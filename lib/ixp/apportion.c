/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Weights become integers of 63 bits, so a quota is a product of 127 bits
 * divided by their sum, and its remainder is exact. Remainders are not kept:
 * it takes no memory to work them out again, and the smallest one that still
 * gets one more is found by halving the interval that it lies in.
 */
#include "ixp/apportion.h"

#include <math.h>
#include <stdbool.h>

#include "util/err.h"

__extension__ typedef unsigned __int128 wide;

enum { WEIGHT_BITS = 63 };

/* What is divided and how. */
struct division {
	uint64_t total;
	const double *weights;
	size_t count;
	int shift; /* a weight × 2^shift is its integer */
	wide sum;  /* of the integers */
};

static uint64_t weight_of(const struct division *d, size_t i)
{
	return (uint64_t)ldexp(d->weights[i], d->shift);
}

static uint64_t quota_of(const struct division *d, size_t i)
{
	return (uint64_t)((wide)d->total * weight_of(d, i) / d->sum);
}

static wide remainder_of(const struct division *d, size_t i)
{
	return (wide)d->total * weight_of(d, i) % d->sum;
}

static bool begin(struct division *d)
{
	double largest = 0;
	int exponent;

	for (size_t i = 0; i < d->count; i++) {
		if (!isfinite(d->weights[i]) || d->weights[i] < 0)
			return false;
		if (d->weights[i] > largest)
			largest = d->weights[i];
	}
	if (largest <= 0)
		return false;
	(void)frexp(largest, &exponent); /* largest < 2^exponent */
	d->shift = WEIGHT_BITS - exponent;
	for (size_t i = 0; i < d->count; i++)
		d->sum += weight_of(d, i);
	return true;
}

static size_t count_above(const struct division *d, wide remainder)
{
	size_t n = 0;

	for (size_t i = 0; i < d->count; i++)
		n += remainder_of(d, i) > remainder;
	return n;
}

/* The smallest remainder that fewer than so many are above. */
static wide find_limit(const struct division *d, uint64_t left)
{
	wide low = 0;
	wide high = d->sum - 1;

	while (low < high) {
		wide middle = low + (high - low) / 2;

		if (count_above(d, middle) < left)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* One more for the largest remainders, of equal ones for the first. */
static void give_rest(uint64_t *parts, const struct division *d, uint64_t left)
{
	wide limit = find_limit(d, left);
	uint64_t equal = left - count_above(d, limit);

	for (size_t i = 0; i < d->count; i++) {
		wide remainder = remainder_of(d, i);

		if (remainder > limit) {
			parts[i]++;
		} else if (remainder == limit && equal > 0) {
			parts[i]++;
			equal--;
		}
	}
}

int apportion(uint64_t *parts, uint64_t total, const double *weights,
	      size_t count)
{
	struct division d = { .total = total,
			      .weights = weights,
			      .count = count };
	uint64_t left = total;

	if (!begin(&d))
		return ERR_RANGE;
	for (size_t i = 0; i < count; i++) {
		parts[i] = quota_of(&d, i);
		left -= parts[i];
	}
	if (left > 0)
		give_rest(parts, &d, left);
	return 0;
}
