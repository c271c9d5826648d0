/* SPDX-License-Identifier: GPL-2.0-or-later */

/* /switches — what each switch sends, what of it is missing, and how good its
 * samples are. */

#include <math.h>
#include <stdlib.h>

#include "store/rrd_read.h"
#include "util/err.h"
#include "util/language.h"
#include "web/column_sum.h"
#include "web/dates.h"
#include "web/health.h"
#include "web/html.h"
#include "web/page.h"
#include "web/period_nav.h"
#include "web/plot.h"
#include "web/traffic.h"
#include "web/units.h"

enum { SPARK_POINTS = 240, SPARK_HEIGHT = 30 };

/* The highest rates of each so many rows, on their own scale. */
static void add_spark(struct text *out, const struct series_data *data,
		      size_t column)
{
	double points[SPARK_POINTS];
	size_t each = (data->rows + SPARK_POINTS - 1) / SPARK_POINTS;
	size_t count = each ? data->rows / each : 0;
	double top = 0;

	for (size_t i = 0; i < count; i++) {
		points[i] = NAN;
		for (size_t k = 0; k < each; k++)
			points[i] = fmax(points[i],
					 series_at(data, i * each + k, column));
		top = fmax(top, points[i]);
	}
	text_addf(
	    out,
	    "<td class=\"day\"><svg class=\"strip\" viewBox=\"0 0 %zu %d\" "
	    "preserveAspectRatio=\"none\" aria-hidden=\"true\" "
	    "focusable=\"false\"><path class=\"h6\" d=\"",
	    count > 1 ? count - 1 : 1, SPARK_HEIGHT);
	plot_add_area(out, points, count, top > 0 ? top : 1, SPARK_HEIGHT);
	text_add(out, "\"/></svg></td>");
}

/* A rate a second of what are no bits: "12.3/s" */
static void add_rate(struct text *out, double rate)
{
	if (isnan(rate)) {
		text_add(out, "\xe2\x80\x93");
		return;
	}
	if (rate >= 100)
		units_count(out, floor(rate + 0.5));
	else
		language_add_decimal(out, rate, rate < 10 ? 2 : 1);
	text_add(out, "/s");
}

static void add_row(struct text *out, const struct call *call,
		    const struct series_data *data, size_t column)
{
	static const char *const labels[AGENT_COUNT] = {
		[AGENT_DATAGRAMS] = TR("Datagrams"),
		[AGENT_LOST] = TR("Lost datagrams"),
		[AGENT_SAMPLES] = TR("Samples"),
		[AGENT_DROPS] = TR("Dropped samples"),
	};
	bool is_bad = column == AGENT_LOST || column == AGENT_DROPS;
	struct column_sum sum = column_sum_of(call, data, column);

	text_addf(out, "<tr><th scope=\"row\">%s</th>",
		  tr(out, labels[column]));
	add_spark(out, data, column);
	text_addf(out, "<td class=\"number%s\">",
		  is_bad && sum.total > 0 ? " some" : "");
	units_count(out, isnan(sum.total) ? NAN : floor(sum.total + 0.5));
	if (column == AGENT_LOST) {
		double sent = sum.total +
			      column_sum_of(call, data, AGENT_DATAGRAMS).total;

		text_add(out, " <small>");
		units_percent(out, sent > 0 ? sum.total / sent : NAN);
		text_add(out, "</small>");
	}
	text_add(out, "</td><td class=\"number\">");
	add_rate(out, sum.average);
	text_add(out, "</td><td class=\"number\">");
	add_rate(out, sum.highest);
	if (sum.highest > 0) {
		text_add(out, " <small>");
		dates_add_minute(out, sum.highest_at_s);
		text_add(out, "</small>");
	}
	text_add(out, "</td></tr>\n");
}

static void add_table(struct text *out, const struct call *call,
		      const char *switch_name, const struct series_data *data)
{
	struct text title;

	text_init_like(&title, out);
	html_name(&title, switch_name);
	tr_add(&title, ": datagrams and samples");
	text_addf(out,
		  "<h3>%s</h3>\n<div class=\"scroll\" tabindex=\"0\" "
		  "role=\"region\" aria-label=\"%s\"><table class=\"strips\">\n"
		  "<caption>%s</caption>\n<thead><tr><td></td>"
		  "<th scope=\"col\" class=\"day\">%s</th>"
		  "<th scope=\"col\" class=\"number\">%s</th>"
		  "<th scope=\"col\" class=\"number\">%s</th>"
		  "<th scope=\"col\" class=\"number\">%s</th></tr></thead>\n"
		  "<tbody>\n",
		  text_str(&title), text_str(&title), text_str(&title),
		  tr(out, "Over the period"), tr(out, "Total"),
		  tr(out, "Average"), tr(out, "Highest"));
	for (size_t column = 0; column < AGENT_COUNT; column++)
		add_row(out, call, data, column);
	text_add(out, "</tbody></table></div>\n");
	text_fini(&title);
}

static void add_switch(struct text *out, const struct call *call,
		       const char *name, const struct period *period)
{
	const struct series series = { .kind = SERIES_AGENT,
				       .switch_name = name };
	const struct series_range range =
	    traffic_range(period->from_s, period->to_s, period->row_s);
	struct series_data data;

	if (series_read(&data, call->config->state_dir, &series, &range) < 0) {
		text_add(out, "<h3>");
		html_name(out, name);
		text_addf(out, "</h3>\n<p>%s</p>\n",
			  tr(out, "Nothing was stored of it."));
		return;
	}
	add_table(out, call, name, &data);
	series_data_fini(&data);
}

void page_switches(const struct call *call, struct response *r)
{
	struct text *out = &r->body;
	struct period period;

	if (!page_period(call, r, &period))
		return;
	page_begin(call, r, tr(out, "Switches"));
	text_addf(out, "<h1>%s</h1>\n", tr(out, "Switches"));
	if (call->status)
		health_add_switches(call, out);
	text_addf(out, "<section id=\"agents\"><h2>%s</h2>\n",
		  tr(out, "What they sent"));
	period_nav_add(out, call, &period);
	for (size_t i = 0; i < call->config->switch_count; i++)
		add_switch(out, call, call->config->switches[i].name, &period);
	text_add(out, "</section>\n");
	if (call->status)
		health_add_sampling(call, out);
	page_end(call, r);
}
