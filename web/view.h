/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_VIEW_H
#define LANTERNE_WEB_VIEW_H

/*
 * view — one subject over one period: its rows and what they come to. Pages,
 * SVG and JSON all show a view, so they cannot disagree.
 */

#include <stdbool.h>
#include <stdint.h>

#include "store/statistics.h"
#include "util/attr.h"
#include "web/look.h"
#include "web/page.h"
#include "web/period.h"
#include "web/subject.h"
#include "web/traffic.h"

/* What the 95th percentiles of a view are. */
enum percentile_basis {
	PERCENTILE_MEASURED,
	PERCENTILE_ESTIMATED,	    /* of a pair: p95_bias tells */
	PERCENTILE_WITHOUT_SAMPLES, /* of a pair, and it cannot be told */
	PERCENTILE_OF_LONG_MEANS,   /* of a pair: not what it is defined as */
};

struct view {
	struct period period;
	struct traffic traffic;
	struct statistics statistics[WAY_COUNT][BAND_COUNT];
	double p95[WAY_COUNT][BAND_COUNT];	/* as shown; NaN: withheld */
	double p95_bias[WAY_COUNT][BAND_COUNT]; /* of what was measured */
	enum percentile_basis p95_basis;
	double current[WAY_COUNT][BAND_COUNT];
	double ci95_bytes[WAY_COUNT]; /* of the total; NaN: exact */
	uint32_t p95_row_s;	      /* means that the percentile is of */
	size_t unbegun;	       /* unknown rows before the first known one */
	size_t unfinished;     /* rows at the end that are still to come */
	int64_t current_end_s; /* of the current row; 0: none */
	bool is_exact;	       /* totals from interface counters */
	bool is_past;	       /* what is current is not asked for */
	/* what view_load_as adds */
	struct look look;
	double capacity_bps;	 /* of the ports; not above 0: unknown */
	double contracted_bps;	 /* not above 0: nothing is said of it */
	struct traffic previous; /* as many rows; none: not asked for */
	struct period previous_period;
};

/**
 * Read a subject's period and work it out.
 *
 * @return 0; ERR_STORE, ERR_RANGE or -ENOMEM; with 0 to be freed by view_fini
 */
MUST_CHECK int view_load(struct view *out, const struct call *call,
			 const struct subject *subject,
			 const struct period *period);

/**
 * The rows alone, by counters where these can say them.
 * @return as view_load; with 0 to be freed by traffic_fini
 */
MUST_CHECK int view_rows(struct traffic *out, bool *exact,
			 const struct call *call, const struct subject *subject,
			 const struct period *period);

/**
 * view_load, and what the look asks for: the period before; and capacities.
 */
MUST_CHECK int view_load_as(struct view *out, const struct call *call,
			    const struct subject *subject,
			    const struct period *period,
			    const struct look *look);

/**
 * Make unknown what does not lie within a stretch as a whole, as rows of
 * another time or of what was somebody else's then, and work out what is left.
 * @return 0 or -ENOMEM
 */
MUST_CHECK int view_limit(struct view *view, int64_t from_s, int64_t to_s);

/** Whether the totals of a view have a 95 % interval: they are estimates. */
bool view_has_interval(const struct view *view);

/** Free a view's rows. */
void view_fini(struct view *view);

#endif
