/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/statistics.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

static void swap(double *a, double *b)
{
	double kept = *a;

	*a = *b;
	*b = kept;
}

/* The middle one of three, as pivot: sorted input splits in half. */
static double middle(double a, double b, double c)
{
	return fmax(fmin(a, b), fmin(fmax(a, b), c));
}

/*
 * The value that sorting would put at place k (from 0), by selection (Hoare,
 * Algorithm 65): linear in n, where sorting the month of a page with eight
 * columns took most of the page's time.
 */
static double select_place(double *values, size_t n, size_t k)
{
	size_t low = 0;
	size_t high = n - 1;

	while (low < high) {
		double pivot = middle(
		    values[low], values[low + (high - low) / 2], values[high]);
		size_t i = low;
		size_t j = high;

		for (;;) {
			while (values[i] < pivot)
				i++;
			while (values[j] > pivot)
				j--;
			if (i >= j)
				break;
			swap(&values[i++], &values[j--]);
		}
		/* Now none of [low, j] is above the pivot and none of
		 * [j + 1, high] below it; j is less than high, as not both of
		 * the other two that the pivot was taken from are below it. */
		if (k <= j)
			high = j;
		else
			low = j + 1;
	}
	return values[k];
}

/* Nearest rank; 95 n / 100 rounded up in integers, so that no rounding of
 * 0.95 moves it. */
static double percentile_95(double *values, size_t n)
{
	return select_place(values, n, (95 * n + 99) / 100 - 1);
}

int statistics_of(struct statistics *out, const double *values, size_t count,
		  uint32_t row_s)
{
	struct statistics s = {
		.rows = count, .average = NAN, .maximum = NAN, .p95 = NAN
	};
	double *known;
	double sum = 0;

	known = calloc(count ? count : 1, sizeof(*known));
	if (!known)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		if (!isfinite(values[i]))
			continue;
		if (s.known == 0 || values[i] > s.maximum) {
			s.maximum = values[i];
			s.maximum_at = i;
		}
		sum += values[i];
		known[s.known++] = values[i];
	}
	if (s.known > 0) {
		s.average = sum / (double)s.known;
		s.p95 = percentile_95(known, s.known);
		s.total = sum * row_s;
	} else {
		s.total = NAN;
	}
	free(known);
	*out = s;
	return 0;
}

double statistics_total(const double *values, size_t count, uint32_t row_s)
{
	double sum = 0;
	size_t known = 0;

	for (size_t i = 0; i < count; i++) {
		if (!isfinite(values[i]))
			continue;
		sum += values[i];
		known++;
	}
	return known > 0 ? sum * row_s : (double)NAN;
}

void statistics_cover(struct statistics *s, const double *values,
		      const double *seconds)
{
	double covered = 0;
	double sum = 0;

	for (size_t i = 0; i < s->rows; i++) {
		if (!isfinite(values[i]))
			continue;
		sum += values[i] * seconds[i];
		covered += seconds[i];
	}
	if (covered > 0) {
		s->total = sum;
		s->average = sum / covered;
	}
}

double statistics_ci95_covered(const double *variance, size_t count,
			       const double *seconds)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++) {
		if (isfinite(variance[i]) && variance[i] > 0)
			sum += variance[i] * seconds[i];
	}
	return 1.96 * sqrt(sum);
}

double statistics_ci95(const double *variance, size_t count, uint32_t row_s)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++) {
		if (isfinite(variance[i]) && variance[i] > 0)
			sum += variance[i] * row_s;
	}
	return 1.96 * sqrt(sum);
}

double statistics_ci95_mean(const double *values, const double *variance,
			    size_t count, uint32_t row_s)
{
	double sum = 0;
	size_t known = 0;

	for (size_t i = 0; i < count; i++) {
		if (!isfinite(values[i]))
			continue;
		sum += variance[i] * row_s;
		known++;
	}
	if (known == 0 || !isfinite(sum) || sum < 0)
		return (double)NAN;
	return 1.96 * sqrt(sum) / ((double)known * row_s);
}
