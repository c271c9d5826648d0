/* SPDX-License-Identifier: GPL-2.0-or-later */

/* /ports — how full each port is, and when it will be. */

#include <math.h>
#include <string.h>

#include "util/language.h"
#include "web/headline.h"
#include "web/html.h"
#include "web/page.h"
#include "web/paste.h"
#include "web/port_list.h"
#include "web/ports_forecast.h"
#include "web/query.h"
#include "web/units.h"

/* Stands before what is estimated. */
#define ABOUT "\xe2\x89\x88\xc2\xa0"

/* One figure of a port in both directions, each with its utilisation. */
static void add_use(struct text *out, const double bps[WAY_COUNT],
		    bool is_estimate, double speed_bps)
{
	for (int way = 0; way < WAY_COUNT; way++) {
		double ratio = bps[way] / speed_bps;

		text_addf(out, "<td class=\"number %s\">%s", ports_flag(ratio),
			  is_estimate && !isnan(bps[way]) ? ABOUT : "");
		units_rate(out, bps[way] / 8);
		if (isfinite(ratio)) {
			text_add(out, " <small>");
			units_percent(out, ratio);
			text_add(out, "</small>");
		}
		text_add(out, "</td>");
	}
}

static void add_counts(struct text *out, const double counts[WAY_COUNT],
		       double fcs_errors)
{
	bool some = counts[WAY_FROM] > 0 || counts[WAY_TO] > 0;

	text_addf(out, "<td class=\"number%s\">", some ? " some" : "");
	units_count(out, ceil(counts[WAY_FROM]));
	text_add(out, " / ");
	units_count(out, ceil(counts[WAY_TO]));
	if (fcs_errors > 0) {
		text_add(out, " <small class=\"some\">FCS ");
		units_count(out, fcs_errors);
		text_add(out, "</small>");
	}
	text_add(out, "</td>");
}

static void add_state(struct text *out, const struct status_port *s)
{
	text_add(out, "<td>");
	if (!s || s->up < 0) {
		tr_add(out, "unknown");
	} else if (!s->up) {
		text_addf(out, "<span class=\"flag bad\">%s</span>",
			  tr(out, "down"));
	} else {
		tr_add(out, "up");
		if (s->lag_forwards == 0)
			text_addf(out, ", <span class=\"flag bad\">%s</span>",
				  tr(out, "not forwarding (LACP)"));
	}
	text_add(out, "</td>");
}

static void add_lag(const struct call *call, uint32_t lag, struct text *out)
{
	const struct config_port *outer = call->registry->ports[lag].config;

	text_addf(out, "<div>%s ", tr(out, "in LAG"));
	if (outer->name)
		html_name(out, outer->name);
	else
		text_addf(out, "ifIndex %u", outer->ifindex);
	text_add(out, "</div>");
}

static void add_owner(const struct call *call, const struct port_row *row,
		      struct text *out)
{
	uint32_t lag = UINT32_MAX;

	if (row->port)
		lag = headline_lag_of(
		    call->registry,
		    (uint32_t)(row->port - call->registry->ports));
	text_add(out, "<td class=\"owner\">");
	if (!row->port)
		text_addf(out,
			  "<a class=\"flag warn\" href=\"/lan#ports\">%s"
			  "</a>",
			  tr(out, "not configured"));
	else if (lag != UINT32_MAX)
		add_lag(call, lag, out);
	else if (row->port->core)
		tr_add(out, "core: another switch");
	else if (row->port->member_count == 0)
		tr_add(out, "nobody\xe2\x80\x99s");
	for (uint32_t i = 0; row->port && i < row->port->member_count; i++) {
		const struct member *member =
		    &call->registry->members[row->port->members[i]];

		text_addf(out, "<div><a href=\"/members/AS%u\">AS%u</a> <bdi>",
			  member->asn, member->asn);
		html_name(out, member->name);
		text_add(out, "</bdi></div>");
	}
	text_add(out, "</td>");
}

/* The speed, and below it what is contracted and how the billed figure stands
 * to it. */
static void add_speed(struct text *out, const struct port_line *line)
{
	const struct port_row *row = line->row;
	const struct config_port *config = row->port ? row->port->config : NULL;
	double use;

	text_add(out, "<td class=\"number\">");
	units_speed(out, row->speed_bps);
	if (config && config->contracted_bps > 0) {
		use = port_list_use(line->figures->p95,
				    (double)config->contracted_bps);
		text_addf(out, " <small class=\"below%s\">%s ",
			  use > 1 ? " some" : "", tr(out, "contracted"));
		units_speed(out, (double)config->contracted_bps);
		if (isfinite(use)) {
			text_add(out, ", ");
			units_percent(out, use);
		}
		text_add(out, "</small>");
	}
	text_add(out, "</td>");
}

/* What to write into the configuration for a port that it does not name. */
static void add_paste(const struct port_row *row, struct text *out)
{
	text_addf(out,
		  "<tr class=\"paste\"><td></td><td colspan=\"12\">%s "
		  "<code>",
		  tr(out, "paste under its <code>ports:</code>"));
	paste_port(out, row->status);
	text_add(out, "</code></td></tr>\n");
}

static void add_port(const struct call *call, const struct port_list *list,
		     const struct port_line *line, bool with_switch,
		     struct text *out)
{
	const struct port_row *row = line->row;
	const struct port_figures *f = line->figures;

	text_add(out, "<tr><th scope=\"row\">");
	ports_add_link(out, call, row, with_switch);
	text_add(out, "</th>");
	add_owner(call, row, out);
	add_speed(out, line);
	add_state(out, row->status);
	add_use(out, line->now, line->now_is_estimate, row->speed_bps);
	add_use(out, f->highest, f->is_estimate, row->speed_bps);
	add_use(out, f->p95, f->is_estimate, row->speed_bps);
	add_counts(out, f->errors, row->status ? row->status->fcs_errors : NAN);
	add_counts(out, f->discards, NAN);
	text_addf(out, "<td>%s",
		  line->trend->is_estimate && line->full.kind == FORECAST_AT
		      ? ABOUT
		      : "");
	ports_add_forecast(out, &line->full, list->last_day);
	text_add(out, "</td></tr>\n");
	if (!row->port && row->status)
		add_paste(row, out);
}

/* ---- the head ---- */

/* A heading that orders by its column; rest are its attributes. */
static void add_heading(const struct call *call, struct text *out,
			enum port_sort sort, enum port_sort shown,
			const char *rest)
{
	const struct query_change change = {
		"sort", sort == PORT_SORT_PORT ? NULL : port_sort_name(sort)
	};
	bool is_rising = sort <= PORT_SORT_OWNER || sort == PORT_SORT_FULL;

	text_addf(out, "<th %s%s><a href=\"", rest,
		  sort != shown ? ""
		  : is_rising	? " aria-sort=\"ascending\""
				: " aria-sort=\"descending\"");
	query_add_target(call, out, &change, 1);
	text_add(out, "\">");
}

static void add_group(const struct call *call, struct text *out,
		      enum port_sort sort, enum port_sort shown)
{
	add_heading(call, out, sort, shown,
		    "scope=\"colgroup\" colspan=\"2\" class=\"group\"");
	switch (sort) {
	case PORT_SORT_NOW:
		tr_add(out, "Now");
		break;
	case PORT_SORT_HIGHEST:
		tr_add(out, "Highest");
		break;
	default:
		tr_add(out, "95th percentile");
		break;
	}
	if (sort != PORT_SORT_NOW) {
		text_add(out, ", ");
		period_add_short(out, page_default_range(call));
	}
	text_add(out, "</a></th>");
}

static void add_two_way(const struct call *call, struct text *out,
			enum port_sort sort, enum port_sort shown)
{
	add_heading(call, out, sort, shown,
		    "scope=\"col\" rowspan=\"2\" class=\"number\"");
	text_addf(out, "%s</a><br><small>%s / %s, ",
		  sort == PORT_SORT_ERRORS ? tr(out, "Errors")
					   : tr(out, "Discards"),
		  tr(out, "in"), tr(out, "out"));
	period_add_short(out, page_default_range(call));
	text_add(out, "</small></th>");
}

static void add_headings(const struct call *call, struct text *out,
			 enum port_sort shown)
{
	static const char plain[] = "scope=\"col\" rowspan=\"2\"";
	static const char number[] =
	    "scope=\"col\" rowspan=\"2\" class=\"number\"";

	text_add(out, "<thead><tr>");
	add_heading(call, out, PORT_SORT_PORT, shown, plain);
	text_addf(out, "%s</a></th>", tr(out, "Port"));
	add_heading(call, out, PORT_SORT_OWNER, shown, plain);
	text_addf(out, "%s</a></th>", tr(out, "Other end"));
	add_heading(call, out, PORT_SORT_SPEED, shown, number);
	text_addf(out, "%s</a></th><th %s>%s</th>", tr(out, "Speed"), plain,
		  tr(out, "State"));
	add_group(call, out, PORT_SORT_NOW, shown);
	add_group(call, out, PORT_SORT_HIGHEST, shown);
	add_group(call, out, PORT_SORT_P95, shown);
	add_two_way(call, out, PORT_SORT_ERRORS, shown);
	add_two_way(call, out, PORT_SORT_DISCARDS, shown);
	add_heading(call, out, PORT_SORT_FULL, shown, plain);
	text_addf(out, "%s</a></th></tr><tr>", tr(out, "Full"));
	for (int i = 0; i < 6; i++)
		text_addf(out, "<th scope=\"col\" class=\"number\">%s</th>",
			  i % 2 ? tr(out, "out") : tr(out, "in"));
	text_add(out, "</tr></thead><tbody>\n");
}

static void begin_table(const struct call *call, struct text *out,
			const char *switch_name, enum port_sort shown)
{
	struct text title;

	text_init_like(&title, out);
	if (switch_name) {
		tr_add(&title, "Ports of ");
		html_name(&title, switch_name);
		text_add(out, "<section><h2>");
		html_name(out, switch_name);
		text_add(out, "</h2>\n");
	} else {
		tr_add(&title, "Ports");
		text_add(out, "<section>\n");
	}
	text_addf(out,
		  "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
		  "aria-label=\"%s\"><table class=\"list ports\">"
		  "<caption>%s</caption>",
		  text_str(&title), text_str(&title));
	text_fini(&title);
	add_headings(call, out, shown);
}

/* ---- the page ---- */

static void add_option(struct text *out, const char *value, const char *label,
		       bool selected)
{
	text_addf(out, "<option value=\"%s\"%s>", value,
		  selected ? " selected=\"selected\"" : "");
	html_name(out, label);
	text_add(out, "</option>");
}

static void add_filter(const struct call *call, const struct port_query *query,
		       struct text *out)
{
	static const char *const fields[] = { "switch", "flag", NULL };
	static const char *const labels[PORT_FILTER_COUNT] = {
		TR("all"),
		TR("from 60 %"),
		TR("from 80 %"),
		TR("from 95 %"),
		TR("with errors or discards"),
		TR("down"),
		TR("not configured"),
	};

	query_form_begin(call, out, fields);
	text_addf(out, "<label>%s <select name=\"switch\">", tr(out, "Switch"));
	add_option(out, "", tr(out, "all"), query->switch_index == UINT32_MAX);
	for (size_t i = 0; i < call->config->switch_count; i++)
		add_option(out, call->config->switches[i].name,
			   call->config->switches[i].name,
			   query->switch_index == i);
	text_addf(out, "</select></label> <label>%s <select name=\"flag\">",
		  tr(out, "Flag"));
	for (int i = 0; i < PORT_FILTER_COUNT; i++)
		add_option(out, port_filter_name((enum port_filter)i),
			   tr(out, labels[i]), (int)query->filter == i);
	text_addf(out, "</select></label> <button>%s</button></form>\n",
		  tr(out, "Show"));
}

static void add_lead(struct text *out)
{
	text_addf(out, "<h1>%s</h1>\n<p class=\"lead\">", tr(out, "Ports"));
	tr_add(out,
	       "Seen from the switch: <em>in</em> is what a port receives from "
	       "its other end, <em>out</em> what it sends there. From "
	       "60&nbsp;%, 80&nbsp;% and 95&nbsp;% of the speed a figure is "
	       "marked <span class=\"u60\">so</span>, "
	       "<span class=\"u80\">so</span> and "
	       "<span class=\"u95\">so</span>. \xe2\x89\x88 is estimated from "
	       "samples, for want of counters. Full is when the trend of the "
	       "daily 95th percentiles reaches the speed, with its interval. A "
	       "heading sorts by its column.");
	text_add(out, "</p>\n");
}

static void add_ports(const struct call *call, const struct port_list *list,
		      enum port_sort sort, struct text *out)
{
	bool by_switch = sort == PORT_SORT_PORT;

	for (size_t i = 0; i < list->count; i++) {
		const struct port_line *line = &list->lines[i];
		uint32_t index = line->row->switch_index;
		bool is_first = i == 0 || (by_switch &&
					   line[-1].row->switch_index != index);
		bool is_last =
		    i + 1 == list->count ||
		    (by_switch && line[1].row->switch_index != index);

		if (is_first)
			begin_table(call, out,
				    by_switch
					? call->config->switches[index].name
					: NULL,
				    sort);
		add_port(call, list, line, !by_switch, out);
		if (is_last)
			text_add(out, "</tbody></table></div></section>\n");
	}
}

static void add_links(const struct call *call, struct text *out)
{
	const struct request *request = call->request;
	const char *before = "?";

	text_addf(out, "<p class=\"links\">%s <a href=\"/graph/ports.csv",
		  tr(out, "This list as"));
	for (size_t i = 0; i < request->parameter_count; i++) {
		text_add(out, before);
		html_url(out, request->parameters[i].name);
		text_add_char(out, '=');
		html_url(out, request->parameters[i].value);
		before = "&amp;";
	}
	text_add(out, "\">CSV</a></p>\n");
}

/* @return false: r says why there is none */
static bool load(struct port_list *out, struct port_query *query,
		 const struct call *call, struct response *r)
{
	const char *wrong = port_query_read(query, call);

	if (wrong) {
		page_refuse(call, r, 400, wrong);
		return false;
	}
	if (port_list_load(out, call, query) < 0) {
		page_refuse(call, r, 500, TR("Out of memory."));
		return false;
	}
	return true;
}

void page_ports(const struct call *call, struct response *r)
{
	struct text *out = &r->body;
	struct port_query query;
	struct port_list list;

	if (!load(&list, &query, call, r))
		return;
	page_begin(call, r, tr(out, "Ports"));
	add_lead(out);
	add_filter(call, &query, out);
	if (list.row_count == 0)
		text_addf(out, "<p>%s</p>\n",
			  tr(out, "No port is configured, and no counter "
				  "sample was received."));
	else if (list.count == 0)
		text_addf(out, "<p>%s</p>\n", tr(out, "No port is like that."));
	add_ports(call, &list, query.sort, out);
	add_links(call, out);
	page_end(call, r);
	port_list_fini(&list);
}

void page_ports_csv(const struct call *call, struct response *r)
{
	enum { MAX_AGE_S = 20 };
	struct port_query query;
	struct port_list list;

	if (!load(&list, &query, call, r))
		return;
	r->content_type = "text/csv; charset=utf-8; header=present";
	r->max_age_s = MAX_AGE_S;
	port_list_add_csv(&r->body, call, &list);
	port_list_fini(&list);
}
