/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_STATISTICS_H
#define LANTERNE_STORE_STATISTICS_H

/*
 * statistics — what a row of rates comes to. Pure.
 *
 * The 95th percentile is the one that transit is billed by: the known means
 * in ascending order, the one at place ceil(0.95 n). Nothing is interpolated
 * and unknown rows are left out, never taken as zero.
 */

#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"

struct statistics {
	size_t rows;	/* of the range */
	size_t known;	/* of them, the others are gaps */
	double average; /* all rates per second; NaN with nothing known */
	double maximum;
	double p95;
	double total;	   /* rate × seconds over the known rows */
	size_t maximum_at; /* row of the maximum; the first of equals */
};

/**
 * Work out a column of means.
 *
 * @param values  count of them, NaN where unknown; borrowed
 * @param row_s   seconds that each stands for
 * @return 0 or -ENOMEM
 */
MUST_CHECK int statistics_of(struct statistics *out, const double *values,
			     size_t count, uint32_t row_s);

/** The total alone: rate × seconds over the known rows; NaN if none is. */
double statistics_total(const double *values, size_t count, uint32_t row_s);

/**
 * Take for total and average that each row stands for its own seconds: those
 * that a capture covers of it.
 */
void statistics_cover(struct statistics *s, const double *values,
		      const double *seconds);

/** Half the width of the 95 % interval of a total: 1.96·√(Σ variance·s). */
double statistics_ci95(const double *variance, size_t count, uint32_t row_s);

/** The same, each row with its own seconds. */
double statistics_ci95_covered(const double *variance, size_t count,
			       const double *seconds);

/**
 * The same of a mean rate over the known ones of a few values, each of row_s
 * seconds. NaN where none is known, or one of them without its variance.
 */
double statistics_ci95_mean(const double *values, const double *variance,
			    size_t count, uint32_t row_s);

#endif
