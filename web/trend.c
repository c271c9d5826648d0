/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/trend.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

static int rising(const void *left, const void *right)
{
	double a = *(const double *)left;
	double b = *(const double *)right;

	return (a > b) - (a < b);
}

/* The middle of ordered values, of an even number that of the middle two. */
static double median(const double *ordered, size_t count)
{
	return (ordered[(count - 1) / 2] + ordered[count / 2]) / 2;
}

/* The value at a place of ordered ones, counted from 1; the nearest there is.
 */
static double at_place(const double *ordered, size_t count, double place)
{
	double index = place - 1;

	if (!(index > 0))
		return ordered[0];
	return index < (double)count ? ordered[(size_t)index]
				     : ordered[count - 1];
}

/* All slopes between known days; how many. */
static size_t gather(double *slopes, const double *values, size_t count)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		for (size_t k = i + 1; k < count; k++) {
			double slope =
			    (values[k] - values[i]) / (double)(k - i);

			if (!isnan(slope))
				slopes[n++] = slope;
		}
	}
	return n;
}

static void fill(struct trend *t, double *slopes, const double *values,
		 size_t count)
{
	double n = (double)t->days;
	double spread = 1.96 * sqrt(n * (n - 1) * (2 * n + 5) / 18);
	size_t slope_count = gather(slopes, values, count);
	size_t last = count;
	size_t rest = 0;

	qsort(slopes, slope_count, sizeof(*slopes), rising);
	t->slope = median(slopes, slope_count);
	t->slope_low = at_place(slopes, slope_count,
				floor(((double)slope_count - spread) / 2));
	t->slope_high = at_place(slopes, slope_count,
				 ceil(((double)slope_count + spread) / 2) + 1);
	while (isnan(values[last - 1]))
		last--;
	for (size_t i = 0; i < last; i++) {
		if (!isnan(values[i]))
			slopes[rest++] =
			    values[i] + t->slope * (double)(last - 1 - i);
	}
	qsort(slopes, rest, sizeof(*slopes), rising);
	t->level = median(slopes, rest);
}

int trend_of(struct trend *out, const double *values, size_t count)
{
	struct trend trend = { 0, NAN, NAN, NAN, NAN };
	double *slopes;

	for (size_t i = 0; i < count; i++)
		trend.days += isnan(values[i]) ? 0 : 1;
	if (trend.days >= TREND_DAYS_LEAST) {
		slopes = calloc(count * count / 2 + count, sizeof(*slopes));
		if (!slopes)
			return -ENOMEM;
		fill(&trend, slopes, values, count);
		free(slopes);
	}
	*out = trend;
	return 0;
}

struct forecast trend_reaches(const struct trend *trend, double limit)
{
	const double days_max = TREND_YEARS_MAX * 365.25;
	double left = limit - trend->level;
	struct forecast f = { FORECAST_UNKNOWN, NAN, NAN, NAN };

	if (trend->days < TREND_DAYS_LEAST || !(limit > 0))
		return f;
	if (left <= 0) {
		f.kind = FORECAST_NOW;
		return f;
	}
	if (!(trend->slope_low > 0)) {
		f.kind = FORECAST_NO_GROWTH;
		return f;
	}
	f.days = left / trend->slope;
	f.days_early = left / trend->slope_high;
	f.days_late = left / trend->slope_low;
	if (f.days_late > days_max)
		f.days_late = INFINITY;
	f.kind = f.days > days_max ? FORECAST_FAR : FORECAST_AT;
	return f;
}
