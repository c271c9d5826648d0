/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A view as an SVG file that stands alone: figures and legend are in it. */

#include <math.h>

#include "util/language.h"
#include "web/asset.h"
#include "web/dates.h"
#include "web/graph.h"
#include "web/html.h"
#include "web/percentile.h"
#include "web/plot.h"
#include "web/summary.h"
#include "web/units.h"

enum {
	WIDTH = 800,
	LEFT = 84,
	RIGHT = 16,
	TOP = 44,
	LEGEND_TOP = TOP + PLOT_HEIGHT + 46,
	LINE = 18,
};

static void add_title(struct text *out, const struct subject *subject,
		      const struct view *v)
{
	text_add(out, "<title>");
	html_name(out, text_str(&subject->title));
	text_add(out, ", ");
	period_add_label(out, &v->period);
	text_addf(out, "</title>\n<desc>%s</desc>\n",
		  tr(out, "Figures stand below the graph."));
}

static void add_heading(struct text *out, const struct call *call,
			const struct subject *subject, const struct view *v)
{
	text_addf(out, "<text class=\"gh\" x=\"%d\" y=\"24\">", LEFT);
	html_name(out, text_str(&subject->title));
	text_addf(out, "</text>\n<text class=\"gs\" x=\"%d\" y=\"24\">",
		  WIDTH - RIGHT);
	period_add_label(out, &v->period);
	if (v->period.range != RANGE_FREE) {
		tr_add(out, " to ");
		dates_add_minute(out, v->period.to_s < call->now_s
					  ? v->period.to_s
					  : call->now_s);
	}
	dates_add(out, " %Z", v->period.to_s);
	if (call->status && call->status->is_replay)
		tr_add(out, " (replay)");
	text_add(out, "</text>\n");
}

static void add_figures(struct text *out, const struct subject *subject,
			const struct view *v, enum way way, int y)
{
	int text_x = LEFT + 26;

	if (way == WAY_FROM)
		text_addf(out,
			  "<rect class=\"a4\" x=\"%d\" y=\"%d\" width=\"18\" "
			  "height=\"10\"/>",
			  LEFT, y - 9);
	else
		text_addf(out,
			  "<line class=\"lt\" x1=\"%d\" x2=\"%d\" y1=\"%d\" "
			  "y2=\"%d\"/>",
			  LEFT, LEFT + 18, y - 4, y - 4);
	text_addf(out, "<text class=\"gl\" x=\"%d\" y=\"%d\">", text_x, y);
	html_escape(out, text_str(&subject->way[way]));
	text_addf(out,
		  "</text><text class=\"gl\" x=\"%d\" y=\"%d\" "
		  "text-anchor=\"end\">",
		  WIDTH - RIGHT, y);
	summary_add(out, v, way);
	text_add(out, "</text>\n");
}

static void add_basis(struct text *out, const struct subject *subject,
		      const struct view *v, int y)
{
	int x = LEFT + 400;

	if (view_has_interval(v)) {
		graph_add_interval_swatch(out, subject, x, y - 10);
		x += 24;
	}
	text_addf(out, "<text class=\"gl\" x=\"%d\" y=\"%d\">", x, y);
	if (v->is_exact)
		tr_add(out, "totals from interface counters (exact)");
	else
		tr_add(out, view_has_interval(v)
				? TR("95 % interval; estimated from samples")
				: TR("estimated from samples"));
	text_add(out, "</text>\n");
}

static void add_bands(struct text *out, int y)
{
	static const char *const classes[] = { "a4", "a6", "ao" };
	static const char *const names[] = { "IPv4", "IPv6", TR("other") };

	text_addf(out, "<text class=\"gl\" x=\"%d\" y=\"%d\">%s</text>",
		  LEFT + 26, y, tr(out, "Area from the bottom:"));
	for (int band = 0; band < BAND_TOTAL; band++) {
		int x = LEFT + 170 + 70 * band;

		text_addf(out,
			  "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"14\" "
			  "height=\"10\"/><text class=\"gl\" x=\"%d\" "
			  "y=\"%d\">%s</text>",
			  classes[band], x, y - 9, x + 20, y,
			  tr(out, names[band]));
	}
	text_add_char(out, '\n');
}

/* What there is to say of the percentiles, if anything. */
static void add_note(struct text *out, const char *note, int y)
{
	text_addf(out, "<text class=\"gl\" x=\"%d\" y=\"%d\">%s</text>\n",
		  LEFT + 26, y, note);
}

void graph_add_svg(struct text *out, const struct call *call,
		   const struct subject *subject, const struct view *view)
{
	int lines = 1 + !subject->one_way + view->traffic.has_bands;
	int height;
	int y = LEGEND_TOP;
	struct text note;

	text_init_like(&note, out);
	percentile_add_note(&note, view, false);
	lines += *text_str(&note) != '\0';
	height = LEGEND_TOP + lines * LINE;
	text_addf(out,
		  "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
		  "height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\">\n<style>",
		  WIDTH, height, WIDTH, height);
	text_add_bytes(out, asset_graph_style.data, asset_graph_style.len);
	text_add(out, "</style>\n");
	add_title(out, subject, view);
	text_add(out,
		 "<rect class=\"back\" width=\"100%\" height=\"100%\"/>\n");
	add_heading(out, call, subject, view);
	text_addf(out,
		  "<svg class=\"inner\" x=\"%d\" y=\"%d\" width=\"%d\" "
		  "height=\"%d\" overflow=\"visible\">\n",
		  LEFT, TOP, WIDTH - LEFT - RIGHT, PLOT_HEIGHT);
	plot_add(out, subject, view);
	text_add(out, "</svg>\n");
	add_figures(out, subject, view, WAY_FROM, y);
	if (!subject->one_way)
		add_figures(out, subject, view, WAY_TO, y += LINE);
	if (view->traffic.has_bands) {
		add_bands(out, y += LINE);
		add_basis(out, subject, view, y);
	}
	if (*text_str(&note))
		add_note(out, text_str(&note), y + LINE);
	text_fini(&note);
	text_add(out, "</svg>\n");
}
