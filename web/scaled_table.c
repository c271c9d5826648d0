/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The scaled table on the page of a member: a table for each direction. */

#include <math.h>

#include "util/language.h"
#include "web/html.h"
#include "web/said.h"
#include "web/scaled.h"
#include "web/units.h"

enum { PEERS_SHOWN = 20 };

/* The columns; the total first, where a phone shows it. */
static const struct {
	enum band band;
	const char *label;
} columns[BAND_COUNT] = {
	{ BAND_TOTAL, TR("Total") },
	{ BAND_V4, "IPv4" },
	{ BAND_V6, "IPv6" },
	{ BAND_OTHER, TR("Other, not attributed") },
};

static void add_factor(struct text *out, double factor)
{
	if (isfinite(factor)) {
		text_add(out, "\xc3\x97");
		language_add_decimal(out, factor, 3);
	} else {
		tr_add(out, "none, without samples,");
	}
}

static bool has_odd_factor(const struct scaled *s)
{
	return scaled_is_odd(s, WAY_FROM) || scaled_is_odd(s, WAY_TO);
}

/* How much of the period is in the table, where it is not all. */
static void add_covered(struct text *out, const struct scaled *s)
{
	double period_s = (double)(s->period.to_s - s->period.from_s);
	double least_s = fmin(s->known_s[WAY_FROM], s->known_s[WAY_TO]);
	double most_s = fmax(s->known_s[WAY_FROM], s->known_s[WAY_TO]);

	if (least_s >= period_s)
		return;
	if (most_s > least_s)
		tr_addf(out,
			" Of %s it holds the %s (one direction: %s) that "
			"counters and samples both know.",
			said(out, units_duration, period_s).text,
			said(out, units_duration, least_s).text,
			said(out, units_duration, most_s).text);
	else
		tr_addf(out,
			" Of %s it holds the %s that counters and samples both "
			"know.",
			said(out, units_duration, period_s).text,
			said(out, units_duration, least_s).text);
}

static void add_label(struct text *out, const struct scaled *s,
		      const struct scaled_place *place)
{
	uint32_t asn = place->member->asn;

	text_addf(out, "<p class=\"scaled\">%s ",
		  tr(out, "<strong>Scaled to interface counters:</strong> the "
			  "total is exact, the split is estimated from "
			  "samples."));
	tr_addf(out, "Factor: %s from AS%u, %s to AS%u.",
		said(out, add_factor, scaled_factor(s, WAY_FROM)).text, asn,
		said(out, add_factor, scaled_factor(s, WAY_TO)).text, asn);
	add_covered(out, s);
	text_add(out, "</p>\n");
	if (has_odd_factor(s))
		text_addf(out, "<p class=\"banner\">%s</p>\n",
			  tr(out,
			     "A factor is not within 0.9 and 1.1: counters "
			     "and samples do not tell the same, or these "
			     "are few. Sampling deserves a look."));
}

static void add_cells(struct text *out, const uint64_t bytes[BAND_COUNT])
{
	for (size_t i = 0; i < BAND_COUNT; i++) {
		unsigned long long exact = bytes[columns[i].band];

		text_addf(out,
			  "<td class=\"number\"><data value=\"%llu\" "
			  "title=\"",
			  exact);
		tr_addf(out, "Bytes: %llu", exact);
		text_add(out, "\">");
		units_bytes(out, (double)exact);
		text_add(out, "</data></td>");
	}
	text_add(out, "</tr>\n");
}

static void add_row(struct text *out, const struct scaled_row *row,
		    const struct period *period)
{
	char query[PERIOD_QUERY_SIZE];

	if (row->peer) {
		text_addf(out,
			  "<tr><th scope=\"row\"><bdi><a href=\"/members/"
			  "AS%u?%s\">",
			  row->peer->asn, period_query(query, period));
		html_name(out, row->peer->name);
		text_addf(out,
			  "</a></bdi> <span class=\"asn\">AS%u</span></th>",
			  row->peer->asn);
	} else {
		text_addf(out, "<tr><th scope=\"row\"><em>%s</em></th>",
			  tr(out, scaled_no_peer));
	}
	add_cells(out, row->bytes);
}

/* The peers that are not shown one by one, in one row. */
static void add_others(struct text *out, const struct scaled *s, enum way way,
		       size_t shown)
{
	uint64_t bytes[BAND_COUNT] = { 0 };

	for (size_t i = shown; i + 1 < s->count; i++) {
		for (int band = 0; band < BAND_COUNT; band++)
			bytes[band] += s->rows[way][i].bytes[band];
	}
	text_add(out, "<tr><th scope=\"row\">");
	tr_addf(out, "Other peers: %zu", s->count - 1 - shown);
	text_add(out, "</th>");
	add_cells(out, bytes);
}

static void add_table_head(struct text *out, enum way way,
			   const struct scaled_place *place)
{
	uint32_t asn = place->member->asn;

	text_add(out, "<div><h3>");
	tr_addf(out, way == WAY_FROM ? TR("From AS%u") : TR("To AS%u"), asn);
	text_add(out, "</h3>\n<div class=\"scroll\" tabindex=\"0\" "
		      "role=\"region\" aria-label=\"");
	tr_addf(out,
		way == WAY_FROM ? TR("From AS%u, scaled to counters")
				: TR("To AS%u, scaled to counters"),
		asn);
	text_add(out, "\"><table><caption>");
	tr_addf(out,
		way == WAY_FROM ? TR("From AS%u by peer, scaled to counters")
				: TR("To AS%u by peer, scaled to counters"),
		asn);
	text_addf(out, "</caption><thead><tr><th scope=\"col\">%s</th>",
		  tr(out, "Peer"));
	for (size_t i = 0; i < BAND_COUNT; i++)
		text_addf(out, "<th scope=\"col\" class=\"number\">%s</th>",
			  tr(out, columns[i].label));
	text_add(out, "</tr></thead><tbody>\n");
}

static void add_table(struct text *out, const struct scaled *s, enum way way,
		      const struct scaled_place *place)
{
	size_t peers = s->count - 1;
	size_t shown = place->all || peers <= PEERS_SHOWN ? peers : PEERS_SHOWN;

	add_table_head(out, way, place);
	for (size_t i = 0; i < shown; i++)
		add_row(out, &s->rows[way][i], &s->period);
	if (shown < peers)
		add_others(out, s, way, shown);
	add_row(out, &s->rows[way][peers], &s->period);
	text_addf(out,
		  "</tbody><tbody><tr class=\"sum\"><th scope=\"row\">%s"
		  "</th>",
		  tr(out, "Total"));
	add_cells(out, s->total[way]);
	text_add(out, "</tbody></table></div></div>\n");
}

static void add_links(struct text *out, const struct scaled *s,
		      const struct scaled_place *place)
{
	char range[PERIOD_QUERY_SIZE];
	uint32_t asn = place->member->asn;

	period_query(range, &s->period);
	text_add(out, "<p class=\"links\">");
	if (!place->all && s->count - 1 > PEERS_SHOWN) {
		text_addf(out,
			  "<a href=\"%s?%s&amp;scaled=1&amp;peers=all"
			  "#peers\">",
			  place->path, range);
		tr_addf(out, "All peers (%zu)", s->count - 1);
		text_add(out, "</a> ");
	}
	text_addf(out,
		  "%s <a href=\"/graph/scaled.csv?asn=%u&amp;%s\">CSV</a>, "
		  "<a href=\"/graph/scaled.json?asn=%u&amp;%s\">JSON</a></p>\n",
		  tr(out, "To the byte as"), asn, range, asn, range);
}

void scaled_add_tables(struct text *out, const struct scaled *s,
		       const struct scaled_place *place)
{
	add_label(out, s, place);
	text_add(out, "<div class=\"pairs\">\n");
	add_table(out, s, WAY_FROM, place);
	add_table(out, s, WAY_TO, place);
	text_add(out, "</div>\n");
	add_links(out, s, place);
	text_add(out, "<p class=\"note\">");
	tr_addf(out,
		"Split by %s means. \xe2\x80\x9c%s\xe2\x80\x9d is what samples "
		"saw of the member and of no pair: what it floods, unknown MAC "
		"addresses, protocols beside IP; and, as other, what else was "
		"sampled at its ports: floods that reach it, frames of others.",
		tr(out, units_row(s->period.pair_row_s)),
		tr(out, scaled_no_peer));
	text_add(out, "</p>\n");
}
