/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A view as CSV: the rows of the JSON, one a line. */

#include <math.h>

#include "util/utc.h"
#include "web/graph.h"

/* The bands that a view has: all of them, or the total alone. */
static int first_band(const struct view *v)
{
	return v->traffic.has_bands ? 0 : BAND_TOTAL;
}

static void add_head(struct text *out, const struct subject *subject,
		     const struct view *v, enum way way)
{
	const char *key = graph_way_key(subject, way);

	for (int band = first_band(v); band < BAND_COUNT; band++)
		text_addf(out, ",%s_%s_bps", key,
			  graph_band_key((enum band)band));
	if (view_has_interval(v))
		text_addf(out, ",%s_half_width_bps", key);
}

static void add_value(struct text *out, double bytes_per_s)
{
	text_add_char(out, ',');
	if (isfinite(bytes_per_s) && bytes_per_s >= 0 && bytes_per_s < 1e18)
		text_add_u64(out, (uint64_t)llround(bytes_per_s * 8));
}

static void add_way(struct text *out, const struct view *v, enum way way,
		    size_t row)
{
	const struct traffic *t = &v->traffic;

	for (int band = first_band(v); band < BAND_COUNT; band++)
		add_value(out, traffic_column(t, way, (enum band)band)[row]);
	if (view_has_interval(v))
		add_value(out, statistics_ci95_mean(
				   traffic_column(t, way, BAND_TOTAL) + row,
				   t->variance[way] + row, 1, t->row_s));
}

void graph_add_csv(struct text *out, const struct call *call,
		   const struct subject *subject, const struct view *view)
{
	const struct traffic *t = &view->traffic;
	char when[UTC_TEXT_SIZE];

	(void)call;
	text_add(out, "time,seconds");
	add_head(out, subject, view, WAY_FROM);
	if (!subject->one_way)
		add_head(out, subject, view, WAY_TO);
	text_add(out, "\r\n");
	for (size_t row = 0; row < t->rows; row++) {
		text_add(out,
			 utc_format(t->from_s + (int64_t)row * t->row_s, when));
		text_add_char(out, ',');
		text_add_u64(out, t->row_s);
		add_way(out, view, WAY_FROM, row);
		if (!subject->one_way)
			add_way(out, view, WAY_TO, row);
		text_add(out, "\r\n");
	}
}
