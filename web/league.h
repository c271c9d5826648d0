/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_LEAGUE_H
#define LANTERNE_WEB_LEAGUE_H

/*
 * league — all members by what they exchanged in a period, with their place in
 * it and in the period before, which is as long.
 *
 * Figures are those of the members' pages: by counters where these can say
 * them, of five-minute means, or where there are none any more of longer ones.
 * Kept for all who ask until there is another such mean.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/text.h"
#include "web/page.h"
#include "web/traffic.h"

/* What counts: what a member sends, receives, or both together. */
enum league_way { LEAGUE_FROM, LEAGUE_TO, LEAGUE_BOTH, LEAGUE_WAY_COUNT };

enum league_figure {
	LEAGUE_AVERAGE,
	LEAGUE_HIGHEST,
	LEAGUE_P95,
	LEAGUE_TOTAL,
	LEAGUE_FIGURE_COUNT,
};

struct league_figures {
	/* bytes/s, totals in bytes; NaN: unknown */
	double of[LEAGUE_WAY_COUNT][LEAGUE_FIGURE_COUNT];
	bool is_exact; /* by counters */
};

struct league_query {
	struct period period;
	enum league_way way;
	enum league_figure figure;
};

struct league_line {
	const struct member *member;
	const struct league_figures *now;
	const struct league_figures *before;
	uint32_t place; /* 1 is first; 0: none, nothing is known */
	uint32_t place_before;
};

struct league {
	struct league_query query;
	struct period before;
	uint32_t row_s[2]; /* means that the figures are of, now and before */
	struct league_figures *figures; /* both periods' one after the other */
	struct league_line *lines; /* first place first; owned, as figures */
	size_t count;
};

/**
 * Read what counts: ?way= and ?sort=.
 * @return NULL, or what is wrong with it, to be translated
 */
MUST_CHECK const char *league_query_read(struct league_query *out,
					 const struct call *call);

/** Names as in a query: "total"; "p95". */
const char *league_way_name(enum league_way way);
const char *league_figure_name(enum league_figure figure);

/**
 * Work a league out.
 * @param out  on success to be freed with league_fini
 * @return 0 or -ENOMEM; a member that cannot be read is unknown
 */
MUST_CHECK int league_load(struct league *out, const struct call *call,
			   const struct league_query *query);

void league_fini(struct league *league);

/** Append it as CSV (RFC 4180), bit/s and bytes as whole numbers. */
void league_add_csv(struct text *out, const struct league *league);

#endif
