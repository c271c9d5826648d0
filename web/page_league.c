/* SPDX-License-Identifier: GPL-2.0-or-later */

/* /league — the members by what they exchanged in a period. */

#include <math.h>
#include <stdlib.h>

#include "util/language.h"
#include "web/dates.h"
#include "web/html.h"
#include "web/league.h"
#include "web/page.h"
#include "web/period_nav.h"
#include "web/query.h"
#include "web/units.h"

static const char *const figure_labels[LEAGUE_FIGURE_COUNT] = {
	TR("Average"), TR("Highest"), TR("95th percentile"), TR("Total")
};

static void add_figure(struct text *out, const struct league_figures *f,
		       enum league_way way, enum league_figure figure)
{
	double value = f->of[way][figure];

	if (figure == LEAGUE_TOTAL)
		units_bytes(out, value);
	else
		units_rate(out, value);
}

/* "▲ 3", "▼ 2", "=", "new"; in words for those who do not see the arrows. */
static void add_move(struct text *out, const struct league_line *line)
{
	text_add(out, "<td class=\"number\">");
	if (!line->place) {
		text_add(out, "\xe2\x80\x93");
	} else if (!line->place_before) {
		tr_add(out, "new");
	} else if (line->place == line->place_before) {
		text_add(out, "=");
	} else {
		bool up = line->place < line->place_before;
		unsigned by = up ? line->place_before - line->place
				 : line->place - line->place_before;

		text_addf(out,
			  "<span aria-hidden=\"true\">%s</span><span "
			  "class=\"hidden\">%s</span> %u",
			  up ? "\xe2\x96\xb2" : "\xe2\x96\xbc",
			  up ? tr(out, "up") : tr(out, "down"), by);
	}
	text_add(out, "</td>");
}

/* By how much the figure grew. */
static void add_growth(struct text *out, const struct league *league,
		       const struct league_line *line)
{
	const struct league_query *q = &league->query;
	double growth = line->now->of[q->way][q->figure] /
			    line->before->of[q->way][q->figure] -
			1;

	text_add(out, "<td class=\"number\">");
	units_change(out, growth);
	text_add(out, "</td>");
}

static void add_line(const struct league *league,
		     const struct league_line *line, double sum,
		     struct text *out)
{
	enum league_way way = league->query.way;

	text_add(out, "<tr><td class=\"number\">");
	if (line->place)
		text_add_u64(out, line->place);
	else
		text_add(out, "\xe2\x80\x93");
	text_add(out, "</td>");
	add_move(out, line);
	text_addf(out,
		  "<th scope=\"row\"><a href=\"/members/AS%u\">AS%u</a> <bdi>",
		  line->member->asn, line->member->asn);
	html_name(out, line->member->name);
	text_add(out, "</bdi></th>");
	for (int figure = 0; figure < LEAGUE_FIGURE_COUNT; figure++) {
		text_addf(out, "<td class=\"number\">%s",
			  line->now->is_exact ||
				  isnan(line->now->of[way][figure])
			      ? ""
			      : "\xe2\x89\x88\xc2\xa0");
		add_figure(out, line->now, way, (enum league_figure)figure);
		text_add(out, "</td>");
	}
	text_add(out, "<td class=\"number\">");
	units_percent(out, line->now->of[way][LEAGUE_TOTAL] / sum);
	text_add(out, "</td>");
	add_growth(out, league, line);
	text_add(out, "</tr>\n");
}

static double sum_of(const struct league *league)
{
	double sum = 0;

	for (size_t i = 0; i < league->count; i++) {
		double total =
		    league->lines[i].now->of[league->query.way][LEAGUE_TOTAL];

		sum += isnan(total) ? 0 : total;
	}
	return sum;
}

static void add_table(const struct call *call, const struct league *league,
		      struct text *out)
{
	double sum = sum_of(league);

	text_addf(out,
		  "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
		  "aria-label=\"%s\"><table class=\"list\">\n"
		  "<caption>%s</caption>\n<thead><tr>"
		  "<th scope=\"col\" class=\"number\">%s</th>"
		  "<th scope=\"col\" class=\"number\">%s</th>"
		  "<th scope=\"col\">%s</th>",
		  tr(out, "League table"), tr(out, "League table"),
		  tr(out, "Place"), tr(out, "Before"), tr(out, "Member"));
	for (int i = 0; i < LEAGUE_FIGURE_COUNT; i++) {
		const struct query_column column = {
			league_figure_name((enum league_figure)i),
			figure_labels[i], true, false
		};

		query_add_column(call, out, &column,
				 (int)league->query.figure == i);
	}
	text_addf(out,
		  "<th scope=\"col\" class=\"number\">%s</th>"
		  "<th scope=\"col\" class=\"number\">%s</th></tr></thead>\n"
		  "<tbody>\n",
		  tr(out, "Share"), tr(out, "Growth"));
	for (size_t i = 0; i < league->count; i++)
		add_line(league, &league->lines[i], sum, out);
	text_add(out, "</tbody></table></div>\n");
}

static void add_ways(const struct call *call, const struct league *league,
		     struct text *out)
{
	static const char *const labels[LEAGUE_WAY_COUNT] = {
		TR("member \xe2\x86\x92 exchange"),
		TR("exchange \xe2\x86\x92 member"), TR("both together")
	};

	text_addf(out, "<nav class=\"ranges\" aria-label=\"%s\"><ul>",
		  tr(out, "Direction"));
	for (int i = LEAGUE_WAY_COUNT - 1; i >= 0; i--) {
		const struct query_change change = {
			"way", league_way_name((enum league_way)i)
		};

		text_add(out, "<li><a href=\"");
		query_add_target(call, out, &change, 1);
		text_addf(out, "\"%s>%s</a></li>",
			  (int)league->query.way == i ? " aria-current=\"true\""
						      : "",
			  tr(out, labels[i]));
	}
	text_add(out, "</ul></nav>\n");
}

static void add_notes(const struct league *league, struct text *out)
{
	text_add(out, "<p class=\"note\">");
	tr_addf(out, "Highest and 95th percentile are of %s means",
		tr(out, units_row(league->row_s[0])));
	if (league->row_s[1] != league->row_s[0])
		tr_addf(out, ", in the period before of %s means",
			tr(out, units_row(league->row_s[1])));
	tr_add(out, ". \xe2\x89\x88 is estimated from samples, for want of "
		    "counters of ports of its own. Before and growth compare "
		    "with the period before, which is as long: ");
	period_add_label(out, &league->before);
	text_add(out, ".</p>\n");
}

static void add_links(const struct call *call, const struct league *league,
		      struct text *out)
{
	char query[PERIOD_QUERY_SIZE];

	(void)call;
	text_addf(out,
		  "<p class=\"links\">%s <a href=\"/graph/league.csv?%s&amp;"
		  "way=%s&amp;sort=%s\">CSV</a></p>\n",
		  tr(out, "This list as"),
		  period_query(query, &league->query.period),
		  league_way_name(league->query.way),
		  league_figure_name(league->query.figure));
}

/* @return false: r says why there is none */
static bool load(struct league *out, const struct call *call,
		 struct response *r)
{
	struct league_query query;
	const char *wrong = league_query_read(&query, call);

	if (wrong) {
		page_refuse(call, r, 400, wrong);
		return false;
	}
	if (!page_period(call, r, &query.period))
		return false;
	if (league_load(out, call, &query) < 0) {
		page_refuse(call, r, 500, TR("Out of memory."));
		return false;
	}
	return true;
}

void page_league(const struct call *call, struct response *r)
{
	struct text *out = &r->body;
	struct league league;

	if (!load(&league, call, r))
		return;
	page_begin(call, r, tr(out, "League table"));
	text_addf(out, "<h1>%s</h1>\n<p class=\"lead\">",
		  tr(out, "League table"));
	tr_add(out, "Members by what they exchanged: ");
	period_add_label(out, &league.query.period);
	tr_add(out, ". A heading sorts by its column.");
	text_add(out, "</p>\n");
	period_nav_add(out, call, &league.query.period);
	add_ways(call, &league, out);
	add_table(call, &league, out);
	add_notes(&league, out);
	add_links(call, &league, out);
	page_end(call, r);
	league_fini(&league);
}

void page_league_csv(const struct call *call, struct response *r)
{
	enum { MAX_AGE_S = 20 };
	struct league league;

	if (!load(&league, call, r))
		return;
	r->content_type = "text/csv; charset=utf-8; header=present";
	r->max_age_s = MAX_AGE_S;
	league_add_csv(&r->body, &league);
	league_fini(&league);
}
