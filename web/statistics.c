/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/statistics.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Nearest rank; 95 n / 100 rounded up in integers, so that no rounding of
 * 0.95 moves it. */
static double percentile_95(double *values, size_t n)
{
	size_t place = (95 * n + 99) / 100;

	qsort(values, n, sizeof(*values), ascending);
	return values[place - 1];
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

double statistics_ci95(const double *variance, size_t count, uint32_t row_s)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++) {
		if (isfinite(variance[i]) && variance[i] > 0)
			sum += variance[i] * row_s;
	}
	return 1.96 * sqrt(sum);
}
