/* SPDX-License-Identifier: GPL-2.0-or-later */

/* /ports and /ports/SWITCH/IFINDEX — how full each port is. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "util/number.h"
#include "web/graph.h"
#include "web/headline.h"
#include "web/html.h"
#include "web/page.h"
#include "web/paste.h"
#include "web/period_nav.h"
#include "web/ports.h"
#include "web/units.h"
#include "web/view.h"

/* Stands before what is estimated. */
#define ABOUT "\xe2\x89\x88\xc2\xa0"

static const char *const way_words[WAY_COUNT] = { "in", "out" };

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

static void add_errors(struct text *out, const struct status_port *s)
{
	double counts[] = { s ? s->in_errors : NAN, s ? s->out_errors : NAN,
			    s ? s->in_discards : NAN,
			    s ? s->out_discards : NAN };

	for (int i = 0; i < 4; i += 2) {
		bool some = counts[i] > 0 || counts[i + 1] > 0;

		text_addf(out, "<td class=\"number%s\">", some ? " some" : "");
		units_count(out, counts[i]);
		text_add(out, " / ");
		units_count(out, counts[i + 1]);
		if (i == 0 && s && s->fcs_errors > 0) {
			text_add(out, " <small class=\"some\">FCS ");
			units_count(out, s->fcs_errors);
			text_add(out, "</small>");
		}
		text_add(out, "</td>");
	}
}

static void add_state(struct text *out, const struct status_port *s)
{
	if (!s || s->up < 0)
		text_add(out, "<td>unknown</td>");
	else if (s->up)
		text_add(out, s->lag_forwards == 0
				  ? "<td>up, <span class=\"flag bad\">not "
				    "forwarding (LACP)</span></td>"
				  : "<td>up</td>");
	else
		text_add(out, "<td><span class=\"flag bad\">down</span></td>");
}

static void add_lag(const struct call *call, uint32_t lag, struct text *out)
{
	const struct config_port *outer = call->registry->ports[lag].config;

	text_add(out, "<div>in ");
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
		text_add(out, "<a class=\"flag warn\" href=\"/health#ports\">"
			      "not configured</a>");
	else if (lag != UINT32_MAX)
		add_lag(call, lag, out);
	else if (row->port->core)
		text_add(out, "core: another switch");
	else if (row->port->member_count == 0)
		text_add(out, "nobody\xe2\x80\x99s");
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

/* What to write into the configuration for a port that it does not name. */
static void add_paste(const struct port_row *row, struct text *out)
{
	text_add(out, "<tr class=\"paste\"><td></td><td colspan=\"11\">paste "
		      "under its <code>ports:</code> <code>");
	paste_port(out, row->status);
	text_add(out, "</code></td></tr>\n");
}

static void add_port(const struct call *call, const struct port_row *row,
		     const struct port_figures *figures, struct text *out)
{
	bool is_estimate = false;
	double now[WAY_COUNT];

	ports_now(row, now, &is_estimate);
	text_add(out, "<tr><th scope=\"row\"><a href=\"");
	ports_add_path(out, call, row);
	text_add(out, "\">");
	html_name(out, row->name);
	text_add(out, "</a></th>");
	add_owner(call, row, out);
	text_add(out, "<td class=\"number\">");
	units_speed(out, row->speed_bps);
	text_add(out, "</td>");
	add_state(out, row->status);
	add_use(out, now, is_estimate, row->speed_bps);
	add_use(out, figures->highest, figures->is_estimate, row->speed_bps);
	add_use(out, figures->p95, figures->is_estimate, row->speed_bps);
	add_errors(out, row->status);
	text_add(out, "</tr>\n");
	if (!row->port && row->status)
		add_paste(row, out);
}

static void add_table_head(struct text *out, const char *switch_name,
			   enum range range)
{
	static const char *const figures[] = { "Now", "Highest",
					       "95th percentile" };

	text_add(out, "<section><h2>");
	html_name(out, switch_name);
	text_add(out, "</h2>\n<div class=\"scroll\" tabindex=\"0\" "
		      "role=\"region\" aria-label=\"Ports of ");
	html_name(out, switch_name);
	text_add(out, "\"><table class=\"list ports\"><caption>Ports of ");
	html_name(out, switch_name);
	text_add(out, "</caption><thead><tr>"
		      "<th scope=\"col\" rowspan=\"2\">Port</th>"
		      "<th scope=\"col\" rowspan=\"2\">Other end</th>"
		      "<th scope=\"col\" rowspan=\"2\" class=\"number\">Speed"
		      "</th><th scope=\"col\" rowspan=\"2\">State</th>");
	for (int i = 0; i < 3; i++) {
		text_addf(out,
			  "<th scope=\"colgroup\" colspan=\"2\" "
			  "class=\"group\">%s%s",
			  figures[i], i ? ", " : "");
		if (i)
			period_add_short(out, range);
		text_add(out, "</th>");
	}
	text_add(out, "<th scope=\"col\" rowspan=\"2\" class=\"number\">"
		      "Errors<br><small>in / out</small></th>"
		      "<th scope=\"col\" rowspan=\"2\" class=\"number\">"
		      "Discards<br><small>in / out</small></th></tr><tr>");
	for (int i = 0; i < 6; i++)
		text_addf(out, "<th scope=\"col\" class=\"number\">%s</th>",
			  way_words[i % 2]);
	text_add(out, "</tr></thead><tbody>\n");
}

static void add_switches(const struct call *call, const struct port_row *rows,
			 const struct port_figures *figures, size_t count,
			 struct text *out)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t index = rows[i].switch_index;

		if (i == 0 || rows[i - 1].switch_index != index)
			add_table_head(out, call->config->switches[index].name,
				       page_default_range(call));
		add_port(call, &rows[i], &figures[i], out);
		if (i + 1 == count || rows[i + 1].switch_index != index)
			text_add(out, "</tbody></table></div></section>\n");
	}
}

void page_ports(const struct call *call, struct response *r)
{
	struct port_figures *figures = NULL;
	struct text *out = &r->body;
	struct port_row *rows;
	size_t count;

	if (ports_list(&rows, &count, call) < 0) {
		page_refuse(call, r, 500, "Out of memory.");
		return;
	}
	if (ports_figures(&figures, call, rows, count) < 0) {
		page_refuse(call, r, 500, "Out of memory.");
		free(rows);
		return;
	}
	page_begin(call, r, "Ports");
	text_add(out,
		 "<h1>Ports</h1>\n<p class=\"lead\">Seen from the switch: "
		 "<em>in</em> is what a port receives from its other end, "
		 "<em>out</em> what it sends there. From 60&nbsp;%, 80&nbsp;% "
		 "and 95&nbsp;% "
		 "of the speed a figure is marked "
		 "<span class=\"u60\">so</span>, "
		 "<span class=\"u80\">so</span> and "
		 "<span class=\"u95\">so</span>. \xe2\x89\x88 is estimated "
		 "from samples, for want of counters.</p>\n");
	if (count == 0)
		text_add(out, "<p>No port is configured, and no counter "
			      "sample was received.</p>\n");
	add_switches(call, rows, figures, count, out);
	page_end(call, r);
	free(figures);
	free(rows);
}

static const struct port_row *find(const struct call *call,
				   const struct port_row *rows, size_t count)
{
	const char *name = call->request->segments[1];
	const char *digits = call->request->segments[2];
	uint32_t ifindex;

	if (number_u32(digits, strlen(digits), UINT32_MAX, &ifindex) < 0)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		const struct config_switch *w =
		    &call->config->switches[rows[i].switch_index];

		if (rows[i].ifindex == ifindex && strcmp(w->name, name) == 0)
			return &rows[i];
	}
	return NULL;
}

static void add_ratio(struct text *out, const char *way,
		      const struct status_calibration *c)
{
	if (!isfinite(c->ratio) || !isfinite(c->ci95))
		return;
	text_addf(out, " %s %.3f \xc2\xb1%.3f", way, c->ratio, c->ci95);
	if (c->drift != 0)
		text_addf(out,
			  ", <span class=\"flag bad\">too %s for long</span>",
			  c->drift > 0 ? "high" : "low");
	text_add(out, ";");
}

/* What the port's samples come to beside its counters. */
static void add_calibration(const struct status_port *s, struct text *out)
{
	const struct status_calibration *in = s ? &s->in_calibration : NULL;
	const struct status_calibration *to = s ? &s->out_calibration : NULL;

	if (!s || (!isfinite(in->ratio) && !isfinite(to->ratio)))
		return;
	text_add(out, "<p class=\"note\">Samples \xc3\xb7 counters in the "
		      "last five minutes that have both:");
	add_ratio(out, "into the switch", in);
	add_ratio(out, "out of it", to);
	text_add(out, " \xc2\xb1 is what chance explains (95 % interval). "
		      "Nothing is rescaled by it.</p>\n");
}

static void add_one(const struct call *call, const struct port_row *row,
		    const struct subject *subject, const struct view *v,
		    struct text *out)
{
	text_add(out, "<h1>");
	html_name(out, text_str(&subject->title));
	text_add(out, "</h1>\n<p class=\"lead\">Speed ");
	units_speed(out, row->speed_bps);
	text_add(out, ". Seen from the switch. <a href=\"/ports\">All "
		      "ports</a></p>\n");
	period_nav_add(out, call, &v->period);
	graph_add_figure(out, subject, v, "g");
	graph_add_table(out, subject, v);
	add_calibration(row->status, out);
	graph_add_links(out, subject, v);
}

static void answer_port(const struct call *call, const struct port_row *row,
			const struct period *period, struct response *r)
{
	struct series series = ports_series(call, row);
	struct subject subject;
	struct text owner;
	struct view view;

	text_init(&owner);
	ports_add_owner(&owner, call, row);
	subject_of_port(&subject, call->language, &series, row->name,
			text_str(&owner));
	if (view_load(&view, call, &subject, period) < 0) {
		page_refuse(call, r, 500, "The store could not be read.");
	} else {
		page_begin(call, r, text_str(&subject.title));
		add_one(call, row, &subject, &view, &r->body);
		page_end(call, r);
		view_fini(&view);
	}
	subject_fini(&subject);
	text_fini(&owner);
}

void page_port(const struct call *call, struct response *r)
{
	const struct port_row *row;
	struct port_row *rows;
	struct period period;
	size_t count;

	if (!page_period(call, r, &period))
		return;
	if (ports_list(&rows, &count, call) < 0) {
		page_refuse(call, r, 500, "Out of memory.");
		return;
	}
	row = find(call, rows, count);
	if (row)
		answer_port(call, row, &period, r);
	else
		page_refuse(call, r, 404, "There is no such port.");
	free(rows);
}
