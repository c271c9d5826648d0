/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_TREND_H
#define LANTERNE_WEB_TREND_H

/*
 * trend — where daily figures are going, and when they reach a limit. Pure.
 *
 * The slope is Theil's and Sen's: the median of the slopes between any two
 * days, which a quarter of wild days does not move. Its 95 % interval is
 * Sen's, from Kendall's variance: with N = n(n-1)/2 slopes in order and
 * C = 1.96·√(n(n-1)(2n+5)/18) those at places (N-C)/2 and (N+C)/2. The level is
 * the median of what is left of the days, on the last of them.
 *
 * Reference: P. K. Sen, Estimates of the Regression Coefficient Based on
 * Kendall's Tau, Journal of the American Statistical Association 63 (1968).
 */

#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"

enum {
	TREND_DAYS_LEAST = 28, /* fewer known days, or a shorter time, say
				* nothing: that is four weeks */
	TREND_DAYS_MAX = 92,
	TREND_YEARS_MAX = 5, /* what is further off is not said */
};

struct trend {
	size_t days;  /* known; under TREND_DAYS_LEAST all else is unknown */
	double level; /* on the last known day */
	double slope; /* a day */
	double slope_low; /* its 95 % interval */
	double slope_high;
};

/**
 * Work a trend out.
 *
 * @param values  of one day after the other, NaN where unknown
 * @param count   TREND_DAYS_MAX at most
 * @return 0 or -ENOMEM
 */
MUST_CHECK int trend_of(struct trend *out, const double *values, size_t count);

enum forecast_kind {
	FORECAST_UNKNOWN,   /* not enough days, or no limit */
	FORECAST_NO_GROWTH, /* or none that is sure: the interval of the slope
			     * holds 0 */
	FORECAST_FAR,	    /* more than TREND_YEARS_MAX off */
	FORECAST_AT,
	FORECAST_NOW, /* the level is there */
};

struct forecast {
	enum forecast_kind kind;
	double days;	   /* from the last known day on, with FORECAST_AT */
	double days_early; /* by the interval of the slope */
	double days_late;  /* infinite: further than TREND_YEARS_MAX */
};

/** When a trend reaches a limit; NaN or 0 is none. */
struct forecast trend_reaches(const struct trend *trend, double limit);

#endif
