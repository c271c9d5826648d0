/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/graph.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "util/language.h"
#include "web/dates.h"
#include "web/graph_png.h"
#include "web/html.h"
#include "web/percentile.h"
#include "web/plot.h"
#include "web/said.h"
#include "web/units.h"

enum { SPARK_WIDTH = 120, SPARK_HEIGHT = 24, SPARK_POINTS = 96 };

static const char *const band_names[BAND_TOTAL] = { "IPv4", "IPv6",
						    TR("other") };

enum way graph_billed_way(const struct subject *subject,
			  const struct view *view)
{
	double from = view->p95[WAY_FROM][BAND_TOTAL];
	double to = view->p95[WAY_TO][BAND_TOTAL];

	if (subject->one_way || isnan(to))
		return WAY_FROM;
	return isnan(from) || to > from ? WAY_TO : WAY_FROM;
}

/* A percentile in a sentence, with what was done to it. */
static void add_p95_words(struct text *out, const struct view *v, enum way way)
{
	double bias = v->p95_bias[way][BAND_TOTAL];

	if (percentile_is_withheld(bias)) {
		tr_add(out, "withheld");
		return;
	}
	percentile_add(out, v, way, BAND_TOTAL);
	if (percentile_is_corrected(bias))
		tr_addf(out, " corrected for a bias of %s",
			said(out, percentile_add_bias, bias).text);
}

/* Figures of one direction as a sentence, for those who do not see. */
static void add_sentence(struct text *out, const struct subject *subject,
			 const struct view *v, enum way way)
{
	const struct statistics *s = &v->statistics[way][BAND_TOTAL];
	struct text p95;

	html_escape(out, text_str(&subject->way[way]));
	if (s->known == 0) {
		tr_add(out, ": no data. ");
		return;
	}
	text_init_like(&p95, out);
	add_p95_words(&p95, v, way);
	tr_addf(out, ": average %s, maximum %s, 95th percentile %s, total %s. ",
		said(out, units_rate, s->average).text,
		said(out, units_rate, s->maximum).text, text_str(&p95),
		said(out, units_bytes, s->total).text);
	text_fini(&p95);
}

static void add_description(struct text *out, const struct subject *subject,
			    const struct view *v)
{
	tr_add(out, "Traffic: ");
	period_add_label(out, &v->period);
	text_add(out, ". ");
	add_sentence(out, subject, v, WAY_FROM);
	if (!subject->one_way)
		add_sentence(out, subject, v, WAY_TO);
}

void graph_add_interval_swatch(struct text *out, const struct subject *subject,
			       int x, int y)
{
	int width = subject->one_way ? 18 : 9;

	text_addf(out,
		  "<rect class=\"bf\" x=\"%d\" y=\"%d\" width=\"%d\" "
		  "height=\"12\"/>",
		  x, y, width);
	if (!subject->one_way)
		text_addf(out,
			  "<rect class=\"bt\" x=\"%d\" y=\"%d\" "
			  "width=\"%d\" height=\"12\"/>",
			  x + width, y, width);
}

static void add_swatch(struct text *out, const char *class, bool is_line)
{
	text_add(out, "<svg class=\"swatch\" width=\"18\" height=\"12\" "
		      "aria-hidden=\"true\">");
	if (is_line)
		text_addf(out,
			  "<line class=\"%s\" x1=\"0\" x2=\"18\" y1=\"6\" "
			  "y2=\"6\"/>",
			  class);
	else
		text_addf(out,
			  "<rect class=\"%s\" width=\"18\" height=\"12\"/>",
			  class);
	text_add(out, "</svg>");
}

static void add_key(struct text *out, const char *class, bool is_line,
		    const char *label)
{
	text_add(out, "<li>");
	add_swatch(out, class, is_line);
	text_add_char(out, ' ');
	html_escape(out, label);
	text_add(out, "</li>");
}

static void add_area_keys(struct text *out, const struct subject *subject,
			  const struct view *v)
{
	static const char *const classes[] = { "a4", "a6", "ao" };
	const char *way = text_str(&subject->way[WAY_FROM]);
	struct text label;

	text_init_like(&label, out);
	if (!v->traffic.has_bands) {
		tr_addf(&label, "%s (area)", way);
		add_key(out, "a4", false, text_str(&label));
	}
	for (int band = 0; v->traffic.has_bands && band < BAND_TOTAL; band++) {
		if (band == BAND_OTHER &&
		    !(v->statistics[WAY_FROM][BAND_OTHER].maximum > 0))
			continue;
		text_clear(&label);
		if (band == 0)
			tr_addf(&label, "%s (area, from the bottom): ", way);
		tr_add(&label, band_names[band]);
		add_key(out, classes[band], false, text_str(&label));
	}
	text_fini(&label);
}

/* One key for both directions: the band of each has its colour. */
static void add_interval_key(struct text *out, const struct subject *subject)
{
	text_add(out, "<li><svg class=\"swatch\" width=\"18\" height=\"12\" "
		      "aria-hidden=\"true\">");
	graph_add_interval_swatch(out, subject, 0, 0);
	text_addf(out, "</svg> %s</li>", tr(out, "95 % interval"));
}

/* What the lines of the period before are of. */
static void add_previous_key(struct text *out, const struct view *v)
{
	struct text label;

	text_init_like(&label, out);
	tr_add(&label, "dashed: the period before, ");
	period_add_label(&label, &v->previous_period);
	add_key(out, "pf", true, text_str(&label));
	text_fini(&label);
}

static void add_legend(struct text *out, const struct subject *subject,
		       const struct view *v)
{
	size_t rows = plot_rows_per_column(&v->traffic);
	struct text label;

	text_init_like(&label, out);
	text_add(out, "<ul class=\"legend\">");
	add_area_keys(out, subject, v);
	if (!subject->one_way) {
		text_addf(
		    &label, "%s (%s)", text_str(&subject->way[WAY_TO]),
		    tr(out, v->look.is_mirrored ? TR("below") : TR("line")));
		add_key(out, "lt", true, text_str(&label));
	}
	if (view_has_interval(v))
		add_interval_key(out, subject);
	if (v->previous.rows > 0)
		add_previous_key(out, v);
	if (rows > 1) {
		text_clear(&label);
		tr_addf(&label, "thin lines: highest %s mean within %s",
			tr(out, units_row(v->traffic.row_s)),
			said(out, units_duration,
			     (double)rows * (double)v->traffic.row_s)
			    .text);
		add_key(out, "mf", true, text_str(&label));
	}
	if (v->p95[graph_billed_way(subject, v)][BAND_TOTAL] > 0)
		add_key(out, "p95", true, tr(out, "95th percentile"));
	text_add(out, "</ul>\n");
	text_fini(&label);
}

void graph_add_figure(struct text *out, const struct subject *subject,
		      const struct view *view, const char *id)
{
	text_add(out, "<figure class=\"graph\" data-json=\"");
	subject_add_url(out, subject, "json", &view->period);
	look_add_query(out, &view->look);
	text_addf(out,
		  "\">\n<svg class=\"plot\" "
		  "height=\"%d\" role=\"img\" aria-labelledby=\"%s-t %s-d\">"
		  "<title id=\"%s-t\">",
		  PLOT_HEIGHT, id, id, id);
	html_name(out, text_str(&subject->title));
	text_add(out, ", ");
	period_add_label(out, &view->period);
	text_addf(out, "</title><desc id=\"%s-d\">", id);
	add_description(out, subject, view);
	text_add(out, "</desc>\n");
	plot_add(out, subject, view);
	text_add(out, "</svg>\n<figcaption>");
	add_legend(out, subject, view);
	text_add(out, "</figcaption></figure>\n");
}

static void add_rate(struct text *out, double bytes_per_s)
{
	text_add(out, "<td class=\"number\">");
	units_rate(out, bytes_per_s);
	text_add(out, "</td>");
}

/* Rounded up to what is printed: what is not quite exact is not "0.0 %". */
static void add_plus_minus(struct text *out, double ratio)
{
	text_add(out, "\xc2\xb1");
	units_percent(out, ratio > 0 ? fmax(ratio, 0.001) : ratio);
}

/* How far an estimated total may be off, and its average with it. */
static void add_error(struct text *out, const struct view *v, enum way way,
		      enum band band)
{
	double total = v->statistics[way][band].total;

	if (band != BAND_TOTAL || !view_has_interval(v) || !(total > 0) ||
	    !isfinite(v->ci95_bytes[way]))
		return;
	text_add(out, " <small class=\"below\">");
	add_plus_minus(out, v->ci95_bytes[way] / total);
	text_add(out, "</small>");
}

static void add_row(struct text *out, const struct view *v, enum way way,
		    enum band band)
{
	const struct statistics *s = &v->statistics[way][band];
	double bias = v->p95_bias[way][band];

	add_rate(out, v->current[way][band]);
	text_add(out, "<td class=\"number\">");
	units_rate(out, s->average);
	add_error(out, v, way, band);
	text_add(out, "</td>");
	add_rate(out, s->maximum);
	text_add(out, "<td class=\"number\">");
	percentile_add(out, v, way, band);
	if (percentile_is_corrected(bias)) {
		text_add(out, " <small class=\"below\">(");
		tr_addf(out, "bias %s",
			said(out, percentile_add_bias, bias).text);
		text_add(out, ")</small>");
	}
	text_add(out, "</td><td class=\"number\">");
	units_bytes(out, s->total);
	add_error(out, v, way, band);
	text_add(out, "</td></tr>\n");
}

static void add_way(struct text *out, const struct subject *subject,
		    const struct view *v, enum way way)
{
	text_add(out, "<tbody><tr class=\"sum\"><th scope=\"row\">");
	html_escape(out, text_str(&subject->way[way]));
	text_add(out, "</th>");
	add_row(out, v, way, BAND_TOTAL);
	for (int band = 0; v->traffic.has_bands && band < BAND_TOTAL; band++) {
		if (!(v->statistics[way][band].maximum > 0) &&
		    band == BAND_OTHER)
			continue;
		text_addf(out, "<tr><th scope=\"row\" class=\"part\">%s</th>",
			  tr(out, band_names[band]));
		add_row(out, v, way, (enum band)band);
	}
	text_add(out, "</tbody>\n");
}

/* Where the totals come from and how sure they are. */
static void add_basis(struct text *out, const struct subject *subject,
		      const struct view *v)
{
	double total = v->statistics[WAY_FROM][BAND_TOTAL].total;
	double error = v->ci95_bytes[WAY_FROM];

	if (!subject->one_way && !(total > 0)) {
		total = v->statistics[WAY_TO][BAND_TOTAL].total;
		error = v->ci95_bytes[WAY_TO];
	}
	if (v->is_exact)
		tr_add(out, v->traffic.has_bands
				? TR("Totals from interface counters (exact); "
				     "the split by protocol from samples.")
				: TR("Totals from interface counters "
				     "(exact)."));
	else if (total > 0 && isfinite(error))
		tr_addf(out,
			"Estimated from samples, %s of the total (95 %% "
			"interval).",
			said(out, add_plus_minus, error / total).text);
	else
		tr_add(out, "Estimated from samples.");
	text_add_char(out, ' ');
}

static void add_coverage(struct text *out, const struct subject *subject,
			 const struct view *v)
{
	const struct statistics *s = &v->statistics[WAY_FROM][BAND_TOTAL];
	size_t rows = s->rows - v->unfinished - v->unbegun;
	int64_t begun_s =
	    v->traffic.from_s + (int64_t)v->unbegun * v->traffic.row_s;

	tr_addf(out,
		v->p95_row_s == 300 || subject->series.kind == SERIES_PAIR
		    ? TR("Average and maximum of %s means; 95th percentile of "
			 "%s means. ")
		    : TR("Average and maximum of %s means; 95th percentile of "
			 "%s means (5-minute means are kept for 62 days). "),
		tr(out, units_row(v->traffic.row_s)),
		tr(out, units_row(v->p95_row_s)));
	percentile_add_note(out, v, true);
	if (v->unbegun > 0)
		tr_addf(out, "Data begins %s. ",
			said(out, dates_add_time, (double)begun_s).text);
	if (s->known < rows)
		tr_addf(out,
			"Means that are unknown and left out: %zu of %zu. ",
			rows - s->known, rows);
	if (v->current_end_s)
		dates_add(out,
			  tr(out, subject->series.kind == SERIES_PAIR
				      ? TR("Current is the mean of the five "
					   "minutes to %H:%M %Z.")
				      : TR("Current is the minute to %H:%M "
					   "%Z.")),
			  v->current_end_s);
}

static void add_billed(struct text *out, const struct subject *subject,
		       const struct view *v)
{
	enum way way = graph_billed_way(subject, v);
	double bias = v->p95_bias[way][BAND_TOTAL];

	if (subject->one_way || !(v->p95[way][BAND_TOTAL] > 0))
		return;
	text_add(out, "<p class=\"billed\">");
	tr_add(out, "95th percentile, the larger direction: ");
	text_add(out, "<strong>");
	percentile_add(out, v, way, BAND_TOTAL);
	text_add(out, "</strong> (");
	if (percentile_is_corrected(bias))
		tr_addf(out, "bias %s, corrected; ",
			said(out, percentile_add_bias, bias).text);
	html_escape(out, text_str(&subject->way[way]));
	text_add(out, ")</p>\n");
}

void graph_add_table(struct text *out, const struct subject *subject,
		     const struct view *view)
{
	static const char *const heads[] = {
		TR("Direction"), TR("Current"),		TR("Average"),
		TR("Maximum"),	 TR("95th percentile"), TR("Total")
	};

	text_addf(out,
		  "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
		  "aria-label=\"%s",
		  tr(out, "Figures"));
	tr_add(out, ": ");
	html_name(out, text_str(&subject->title));
	text_add(out, ", ");
	period_add_label(out, &view->period);
	text_addf(out, "\"><table class=\"figures\">\n<caption>%s",
		  tr(out, "Figures"));
	tr_add(out, ": ");
	period_add_label(out, &view->period);
	text_add(out, "</caption>\n<thead><tr>");
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		text_addf(out, "<th scope=\"col\"%s>%s</th>",
			  i ? " class=\"number\"" : "", tr(out, heads[i]));
	text_add(out, "</tr></thead>\n");
	add_way(out, subject, view, WAY_FROM);
	if (!subject->one_way)
		add_way(out, subject, view, WAY_TO);
	text_add(out, "</table></div>\n");
	add_billed(out, subject, view);
	text_add(out, "<p class=\"note\">");
	add_basis(out, subject, view);
	add_coverage(out, subject, view);
	text_add(out, "</p>\n");
}

static const struct graph_format formats[] = {
	{ "svg", "SVG", "image/svg+xml", graph_add_svg, NULL, true, true },
	{ "png", "PNG", "image/png", NULL, graph_fill_png, false, true },
	{ "json", "JSON", "application/json", graph_add_json, NULL, false,
	  true },
	{ "csv", "CSV", "text/csv; charset=utf-8; header=present",
	  graph_add_csv, NULL, false, false },
};

const struct graph_format *graph_format(const char *suffix)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (strcmp(formats[i].suffix, suffix) == 0)
			return &formats[i];
	}
	return NULL;
}

const char *graph_way_key(const struct subject *subject, enum way way)
{
	if (subject->series.kind == SERIES_PORT)
		return way == WAY_FROM ? "in" : "out";
	if (subject->series.kind == SERIES_PAIR)
		return way == WAY_FROM ? "a_to_b" : "b_to_a";
	return way == WAY_FROM ? "from_member" : "to_member";
}

const char *graph_band_key(enum band band)
{
	static const char *const keys[BAND_COUNT] = { "ipv4", "ipv6", "other",
						      "total" };

	return keys[band];
}

/* Where a user makes a link of this graph for others. */
static void add_share(struct text *out, const struct call *call,
		      const struct subject *subject, const struct view *view)
{
	struct text url;

	if (!*call->principal->form_secret)
		return;
	text_init(&url);
	subject_add_url(&url, subject, "svg", &view->period);
	look_add_query(&url, &view->look);
	text_add(out, " \xc2\xb7 <a href=\"/account?graph=");
	html_url_of(out, text_str(&url));
	text_addf(out, "#share\">%s</a>", tr(out, "share"));
	text_fini(&url);
}

void graph_add_links(struct text *out, const struct call *call,
		     const struct subject *subject, const struct view *view)
{
	text_addf(out, "<p class=\"links\">%s",
		  tr(out, "This graph and its figures as"));
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		text_add(out, i ? ", <a href=\"" : " <a href=\"");
		subject_add_url(out, subject, formats[i].suffix, &view->period);
		look_add_query(out, &view->look);
		text_addf(out, "\">%s</a>", formats[i].name);
	}
	add_share(out, call, subject, view);
	text_add(out, "</p>\n");
}

void graph_add_sparkline(struct text *out, const struct traffic *t,
			 enum way way)
{
	const double *values = traffic_column(t, way, BAND_TOTAL);
	double points[SPARK_POINTS];
	double top = 0;
	size_t per_point = (t->rows + SPARK_POINTS - 1) / SPARK_POINTS;
	size_t count = per_point ? t->rows / per_point : 0;

	for (size_t i = 0; i < count; i++) {
		points[i] = NAN;
		for (size_t j = 0; j < per_point; j++)
			points[i] = fmax(points[i], values[i * per_point + j]);
		top = fmax(top, points[i]);
	}
	text_addf(out,
		  "<svg class=\"spark\" width=\"%d\" height=\"%d\" "
		  "viewBox=\"0 0 %zu %d\" preserveAspectRatio=\"none\" "
		  "aria-hidden=\"true\"><path class=\"a4\" d=\"",
		  SPARK_WIDTH, SPARK_HEIGHT, count > 1 ? count - 1 : 1,
		  SPARK_HEIGHT);
	plot_add_area(out, points, count, top, SPARK_HEIGHT);
	text_add(out, "\"/></svg>");
}
