/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A view as JSON. Rates are whole bit/s, null where unknown; the time of a
 * row is its start. */

#include <math.h>
#include <stdlib.h>

#include "util/json_write.h"
#include "web/graph.h"

static void add_bits(struct json_writer *w, const char *key, double bytes)
{
	json_put_double(w, key, bytes * 8, 0);
}

static void add_figures(struct json_writer *w, const struct view *v,
			enum way way, enum band band)
{
	const struct statistics *s = &v->statistics[way][band];

	json_put_object(w, graph_band_key(band));
	add_bits(w, "current", v->current[way][band]);
	add_bits(w, "average", s->average);
	add_bits(w, "maximum", s->maximum);
	add_bits(w, "p95", v->p95[way][band]);
	if (v->p95_basis != PERCENTILE_MEASURED)
		json_put_double(w, "p95_bias", v->p95_bias[way][band], 4);
	json_put_double(w, "total_bytes", s->total, 0);
	json_put_u64(w, "rows", s->rows);
	json_put_u64(w, "known", s->known);
	json_end_object(w);
}

static void add_rows(struct json_writer *w, const struct traffic *t,
		     enum way way, enum band band)
{
	json_put_whole_array(w, graph_band_key(band),
			     traffic_column(t, way, band), t->rows, 8);
}

void graph_put_half_widths(struct json_writer *w, const struct traffic *t,
			   enum way way)
{
	const double *values = traffic_column(t, way, BAND_TOTAL);
	double *widths = calloc(t->rows + 1, sizeof(*widths));

	if (!widths) {
		w->out->failed = true;
		return;
	}
	for (size_t row = 0; row < t->rows; row++)
		widths[row] = statistics_ci95_mean(
		    values + row, t->variance[way] + row, 1, t->row_s);
	json_put_whole_array(w, "half_width", widths, t->rows, 8);
	free(widths);
}

/* Totals of the period before, row by row. */
static void add_previous(struct json_writer *w, const struct view *v,
			 enum way way)
{
	const double *values = traffic_column(&v->previous, way, BAND_TOTAL);

	json_put_whole_array(w, "previous", values, v->previous.rows, 8);
}

static void add_limit(struct json_writer *w, const char *key, double bps)
{
	if (bps > 0)
		json_put_double(w, key, bps, 0);
	else
		json_put_null(w, key);
}

static void add_way(struct json_writer *w, const struct subject *subject,
		    const struct view *v, enum way way)
{
	int first = v->traffic.has_bands ? 0 : BAND_TOTAL;

	json_put_object(w, graph_way_key(subject, way));
	json_put_string(w, "label", text_str(&subject->way[way]));
	for (int band = first; band < BAND_COUNT; band++)
		add_rows(w, &v->traffic, way, (enum band)band);
	if (view_has_interval(v))
		graph_put_half_widths(w, &v->traffic, way);
	json_put_object(w, "statistics");
	for (int band = first; band < BAND_COUNT; band++)
		add_figures(w, v, way, (enum band)band);
	if (isfinite(v->ci95_bytes[way]) && !v->is_exact)
		json_put_double(w, "ci95_bytes", v->ci95_bytes[way], 0);
	json_end_object(w);
	if (v->previous.rows > 0)
		add_previous(w, v, way);
	json_end_object(w);
}

void graph_add_json(struct text *out, const struct call *call,
		    const struct subject *subject, const struct view *view)
{
	struct json_writer w;

	json_start(&w, out);
	json_put_object(&w, NULL);
	json_put_string(&w, "exchange", call->config->exchange_name);
	json_put_string(&w, "title", text_str(&subject->title));
	json_put_string(&w, "range", period_name(view->period.range));
	json_put_i64(&w, "from", view->traffic.from_s);
	json_put_i64(&w, "to",
		     view->traffic.from_s +
			 (int64_t)view->traffic.rows * view->traffic.row_s);
	json_put_u64(&w, "step", view->traffic.row_s);
	json_put_u64(&w, "p95_step", view->p95_row_s);
	json_put_string(&w, "unit", "bit/s");
	json_put_string(&w, "basis", view->is_exact ? "counters" : "samples");
	add_limit(&w, "capacity", view->capacity_bps);
	add_limit(&w, "contracted", view->contracted_bps);
	json_put_string(&w, "style",
			view->look.is_mirrored ? "mirrored" : "overlaid");
	json_put_bool(&w, "replay", call->status && call->status->is_replay);
	add_way(&w, subject, view, WAY_FROM);
	if (!subject->one_way)
		add_way(&w, subject, view, WAY_TO);
	json_end_object(&w);
	text_add_char(out, '\n');
}
