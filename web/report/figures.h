/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_REPORT_FIGURES_H
#define LANTERNE_WEB_REPORT_FIGURES_H

/*
 * figures — what one subject came to in a span. Of rows of five minutes they
 * are those of the pages, to the last digit; where these rows are not kept any
 * more, those of the books.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ixp/validity.h"
#include "util/attr.h"
#include "web/page.h"
#include "web/report/books.h"
#include "web/subject.h"
#include "web/view.h"

/* Rates in bytes/s; NaN where unknown. */
struct figures {
	double bytes[WAY_COUNT][BAND_COUNT];
	double average[WAY_COUNT]; /* over what is known */
	double peak[WAY_COUNT];	   /* of the means of row_s */
	int64_t peak_at_s[WAY_COUNT];
	double p95[WAY_COUNT]; /* of the means of row_s */
	double p95_sum;	       /* of both directions' sum, mean by mean */
	double ci95_bytes[WAY_COUNT]; /* half the interval; NaN: exact */
	/* by samples alone, whatever counters say */
	double sampled[WAY_COUNT][BAND_COUNT];
	size_t known[WAY_COUNT]; /* means of each direction */
	size_t rows;
	uint32_t row_s; /* SPAN_SLOT_S, or longer: provisional */
	bool is_exact;	/* by interface counters */
	bool is_booked; /* by the books: rows so fine are not kept any more */
	bool has_bands;
};

/** Under this share of known means a percentile is provisional. */
#define FIGURES_COMPLETE 0.99

/* What figures are wanted of. */
struct figures_request {
	const struct call *call;
	const struct subject *subject;
	const struct books *books; /* of the span */
	struct validity holds;	   /* what lies outside is another's: unknown */
};

/** The span as a period of rows of a slot. */
struct period figures_period(const struct span *span);

/**
 * Work a subject's figures out.
 *
 * @param view   NULL, or gets the rows, to be freed with view_fini
 * @return 0; ERR_STORE, ERR_RANGE or -ENOMEM
 */
MUST_CHECK int figures_load(struct figures *out,
			    const struct figures_request *request,
			    struct view *view);

/** The share of a direction that is known, of 1. */
double figures_known(const struct figures *f, enum way way);

/** Whether less is known than a bill can be made of, or of longer means. */
bool figures_are_provisional(const struct figures *f);

/** The share of IPv6 in a direction's IP bytes; NaN: unknown. */
double figures_v6_share(const struct figures *f, enum way way);

/** The larger 95th percentile of the two directions, and which one it is. */
double figures_larger_p95(const struct figures *f, enum way *way);

/** A stretch of which nothing is known. */
struct figures_gap {
	int64_t from_s;
	int64_t to_s;
};

/**
 * Find the stretches in which a view knows neither direction.
 * @param gaps  gets up to max of them, in order
 * @return how many there are
 */
size_t figures_gaps(struct figures_gap *gaps, size_t max,
		    const struct view *view);

#endif
