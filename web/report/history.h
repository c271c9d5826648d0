/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_REPORT_HISTORY_H
#define LANTERNE_WEB_REPORT_HISTORY_H

/*
 * history — what is usual: the same weekday of past weeks, or the weeks or
 * months before. Outages and feasts do not count: a span of which less than
 * 90 % is known is left out, for the hours that are missing may be the
 * evening's; and so is one that lies further from the median than chance
 * explains.
 */

#include "util/attr.h"
#include "web/report/books.h"

enum {
	HISTORY_SPANS = 8,
	HISTORY_LEAST = 3, /* with fewer there is no saying what is usual */
};

struct history {
	struct books spans[HISTORY_SPANS]; /* the latest first */
	unsigned count;
};

/**
 * Read the spans before one.
 * @param out  on success to be freed with history_fini
 * @return 0 or -ENOMEM
 */
MUST_CHECK int history_load(struct history *out, const char *state_dir,
			    const struct span *span);

void history_fini(struct history *history);

/* Mean rates, per second of what is known. */
struct comparison {
	double now;  /* NaN: less than 90 % of it is known */
	double mean; /* of those that count; NaN: fewer than HISTORY_LEAST */
	double deviation; /* their standard deviation */
	double change;	  /* now over mean, less one */
	double score;	  /* how many deviations now is from the mean */
	unsigned used;	  /* spans that count */
	unsigned known;	  /* spans of which enough is known */
	unsigned asked;
};

/**
 * Compare what a measure of a series comes to with what is usual.
 * @param books  of the span that is compared
 */
void history_compare(struct comparison *out, const struct history *history,
		     const struct books *books, const struct series *series,
		     size_t measure);

/**
 * Of some values those that are not out of all proportion to the others: within
 * 3.5 deviations of the median, as the median absolute deviation estimates
 * these (Iglewicz and Hoaglin, How to Detect and Handle Outliers, 1993), which
 * is taken for at least 2 % of the median.
 *
 * @param values  count of them; those that stay are moved to the front
 * @return how many stay
 */
size_t history_keep(double *values, size_t count);

#endif
