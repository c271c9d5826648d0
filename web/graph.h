/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_GRAPH_H
#define LANTERNE_WEB_GRAPH_H

/*
 * graph — a view drawn and in figures.
 *
 * One convention everywhere: what the members send into the exchange is the
 * area, stacked by protocol; what the exchange sends to the member is the
 * line. Unknown is a gap. Where several rows share a column of the drawing,
 * the area is their mean and a thin line their maximum, so peaks stay. Around
 * what is estimated lies a band, the 95 % interval of the mean drawn.
 */

#include "util/text.h"
#include "web/view.h"

/** A figure for a page: drawing, legend. id is unique in the page. */
void graph_add_figure(struct text *out, const struct subject *subject,
		      const struct view *view, const char *id);

/** The table that belongs to it: every figure for every direction. */
void graph_add_table(struct text *out, const struct subject *subject,
		     const struct view *view);

/** Links to the same graph in other forms. */
void graph_add_links(struct text *out, const struct subject *subject,
		     const struct period *period);

/** A file of its own, with its legend, figures and style. */
void graph_add_svg(struct text *out, const struct call *call,
		   const struct subject *subject, const struct view *view);

/** What a legend shows for the band, 18 wide and 12 high. */
void graph_add_interval_swatch(struct text *out, const struct subject *subject,
			       int x, int y);

/** The same rows and figures as JSON, rates in bit/s. */
void graph_add_json(struct text *out, const struct call *call,
		    const struct subject *subject, const struct view *view);

/** A very small drawing of one direction's totals, without axes. */
void graph_add_sparkline(struct text *out, const struct traffic *t,
			 enum way way);

/** Which is the larger 95th percentile; WAY_FROM where only it is shown. */
enum way graph_billed_way(const struct subject *subject,
			  const struct view *view);

#endif
