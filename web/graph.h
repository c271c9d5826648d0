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

#include <stdbool.h>

#include "util/json_write.h"
#include "util/text.h"
#include "web/view.h"

/** A figure for a page: drawing, legend. id is unique in the page. */
void graph_add_figure(struct text *out, const struct subject *subject,
		      const struct view *view, const char *id);

/** The table that belongs to it: every figure for every direction. */
void graph_add_table(struct text *out, const struct subject *subject,
		     const struct view *view);

/** Links to the same graph in other forms. */
void graph_add_links(struct text *out, const struct call *call,
		     const struct subject *subject, const struct view *view);

struct render_job;

/* One way of writing a view down as a file. */
struct graph_format {
	const char *suffix; /* of its address: "svg" */
	const char *name;   /* for people: "SVG" */
	const char *content_type;
	void (*add)(struct text *out, const struct call *call,
		    const struct subject *subject, const struct view *view);
	/* instead of add: say what another process is to draw; returns 0 or a
	 * negative code */
	int (*fill)(struct render_job *job, const struct call *call,
		    const struct subject *subject, const struct view *view);
	bool has_style; /* of its own, in it */
	bool has_words; /* in the language of its reader */
};

/** The format of a suffix, or NULL. */
const struct graph_format *graph_format(const char *suffix);

/** Put half the 95 % interval of each row of the total, in bit/s. */
void graph_put_half_widths(struct json_writer *w, const struct traffic *t,
			   enum way way);

/** The keys of figures for programs: "from_member", of a port "in", of a pair
 * "a_to_b"; "ipv4". */
const char *graph_way_key(const struct subject *subject, enum way way);
const char *graph_band_key(enum band band);

/** A file of its own, with its legend, figures and style. */
void graph_add_svg(struct text *out, const struct call *call,
		   const struct subject *subject, const struct view *view);

/** What a legend shows for the band, 18 wide and 12 high. */
void graph_add_interval_swatch(struct text *out, const struct subject *subject,
			       int x, int y);

/** The same rows and figures as JSON, rates in bit/s. */
void graph_add_json(struct text *out, const struct call *call,
		    const struct subject *subject, const struct view *view);

/**
 * The same rows as CSV (RFC 4180), a line each: when it begins (UTC), how many
 * seconds it is of, bit/s by direction and protocol, half the 95 % interval.
 * What is unknown is empty.
 */
void graph_add_csv(struct text *out, const struct call *call,
		   const struct subject *subject, const struct view *view);

/** A very small drawing of one direction's totals, without axes. */
void graph_add_sparkline(struct text *out, const struct traffic *t,
			 enum way way);

/** Which is the larger 95th percentile; WAY_FROM where only it is shown. */
enum way graph_billed_way(const struct subject *subject,
			  const struct view *view);

#endif
