/* SPDX-License-Identifier: GPL-2.0-or-later */

/* /links — the links between the switches, and how evenly the ports of LAGs
 * share their traffic. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "util/language.h"
#include "web/headline.h"
#include "web/html.h"
#include "web/lag_balance.h"
#include "web/page.h"
#include "web/port_list.h"
#include "web/ports_forecast.h"
#include "web/units.h"

/* Counters of the two ends of a link differ by so little, as a share, and by no
 * less from those of any other port. */
#define MATCH_WITHIN 0.01
#define MATCH_ALONE  0.05

/* ---- what is what ---- */

static bool is_lag(const struct port_line *line)
{
	const struct port *port = line->row->port;

	return port && port->config && port->config->lag_count > 0;
}

/* A core port that is no member of a LAG: one end of a link. */
static bool is_end(const struct call *call, const struct port_line *line)
{
	const struct port *port = line->row->port;

	return port && port->core &&
	       headline_lag_of(call->registry,
			       (uint32_t)(port - call->registry->ports)) ==
		   UINT32_MAX;
}

/* By how much the counters of two ports disagree that they are the ends of one
 * link: what either sends is what the other receives. */
static double disagreement(const struct port_line *a, const struct port_line *b)
{
	const double *x = a->figures->bytes;
	const double *y = b->figures->bytes;
	double off;

	if (a->row->switch_index == b->row->switch_index ||
	    a->figures->is_estimate || b->figures->is_estimate ||
	    (a->row->speed_bps != b->row->speed_bps &&
	     !isnan(a->row->speed_bps) && !isnan(b->row->speed_bps)))
		return INFINITY;
	off = fmax(fabs(y[WAY_FROM] / x[WAY_TO] - 1),
		   fabs(y[WAY_TO] / x[WAY_FROM] - 1));
	return isnan(off) ? INFINITY : off;
}

/* The port that agrees best with one, if no other comes near; else NULL. */
static const struct port_line *best_match(const struct call *call,
					  const struct port_list *list,
					  const struct port_line *line)
{
	const struct port_line *best = NULL;
	double off = MATCH_WITHIN;
	size_t near = 0;

	for (size_t i = 0; i < list->count; i++) {
		const struct port_line *one = &list->lines[i];
		double its;

		if (one == line || !is_end(call, one))
			continue;
		its = disagreement(line, one);
		near += its <= MATCH_ALONE;
		if (its <= off) {
			off = its;
			best = one;
		}
	}
	return near == 1 ? best : NULL;
}

/*
 * The other end of a link, which the configuration does not say: by counters,
 * where two ports agree within a per cent both ways and none else comes near.
 */
static const struct port_line *other_end(const struct call *call,
					 const struct port_list *list,
					 const struct port_line *line)
{
	const struct port_line *other = best_match(call, list, line);

	return other && best_match(call, list, other) == line ? other : NULL;
}

static void add_use(struct text *out, double bps, double speed_bps)
{
	double ratio = bps / speed_bps;

	text_addf(out, "<td class=\"number %s\">", ports_flag(ratio));
	units_rate(out, bps / 8);
	if (isfinite(ratio)) {
		text_add(out, " <small>");
		units_percent(out, ratio);
		text_add(out, "</small>");
	}
	text_add(out, "</td>");
}

static void begin_table(struct text *out, const char *title)
{
	text_addf(out,
		  "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
		  "aria-label=\"%s\"><table class=\"list ports\">\n"
		  "<caption>%s</caption>\n<thead><tr>",
		  title, title);
}

static void add_heads(struct text *out, const char *const *heads)
{
	for (; *heads; heads++) {
		bool is_number = **heads == '#';

		text_addf(out, "<th scope=\"col\"%s>%s</th>",
			  is_number ? " class=\"number\"" : "",
			  tr(out, *heads + is_number));
	}
	text_add(out, "</tr></thead>\n<tbody>\n");
}

/* ---- links between switches ---- */

/* By how much what one end sends differs from what the other receives. */
static void add_agreement(struct text *out, const struct port_line *line,
			  const struct port_line *other)
{
	double sent = line->figures->bytes[WAY_TO];
	double received = other->figures->bytes[WAY_FROM];
	double off = received / sent - 1;

	if (!isfinite(off))
		return;
	text_add(out, " <small class=\"below\">");
	tr_add(out, "receives of what is sent here: ");
	units_percent(out, 1 + off);
	text_add(out, "</small>");
}

static void add_link(const struct call *call, const struct port_list *list,
		     const struct port_line *line, struct text *out)
{
	const struct port_line *other = other_end(call, list, line);
	const struct port_figures *f = line->figures;

	text_add(out, "<tr><th scope=\"row\">");
	ports_add_link(out, call, line->row, true);
	text_add(out, "</th><td>");
	if (other) {
		ports_add_link(out, call, other->row, true);
		add_agreement(out, line, other);
	} else {
		tr_add(out, "another switch");
	}
	text_add(out, "</td><td class=\"number\">");
	units_speed(out, line->row->speed_bps);
	text_add(out, "</td>");
	for (int way = 0; way < WAY_COUNT; way++)
		add_use(out, line->now[way], line->row->speed_bps);
	for (int way = 0; way < WAY_COUNT; way++)
		add_use(out, f->highest[way], line->row->speed_bps);
	for (int way = 0; way < WAY_COUNT; way++)
		add_use(out, f->p95[way], line->row->speed_bps);
	text_add(out, "<td>");
	ports_add_forecast(out, &line->full, list->last_day);
	text_add(out, "</td></tr>\n");
}

static void add_links(const struct call *call, const struct port_list *list,
		      struct text *out)
{
	static const char *const heads[] = { TR("Port"),
					     TR("Other end"),
					     "#" TR("Speed"),
					     "#" TR("In, now"),
					     "#" TR("Out, now"),
					     "#" TR("In, highest"),
					     "#" TR("Out, highest"),
					     "#" TR("In, 95th"),
					     "#" TR("Out, 95th"),
					     TR("Full"),
					     NULL };
	size_t shown = 0;

	text_addf(out, "<section id=\"core\"><h2>%s</h2>\n",
		  tr(out, "Links between switches"));
	for (size_t i = 0; i < list->count; i++) {
		if (!is_end(call, &list->lines[i]))
			continue;
		if (shown++ == 0) {
			begin_table(out, tr(out, "Links between switches"));
			add_heads(out, heads);
		}
		add_link(call, list, &list->lines[i], out);
	}
	if (shown > 0) {
		text_add(out, "</tbody></table></div>\n<p class=\"note\">");
		tr_add(out, "The other end is told by the counters: what one "
			    "sends is what the other receives, within 1 %, and "
			    "no other port comes near.");
		text_add(out, "</p></section>\n");
	} else {
		text_addf(out, "<p>%s</p></section>\n",
			  tr(out, "No port of the configuration has the role "
				  "core."));
	}
}

/* ---- LAGs ---- */

/* The lines of a LAG's member ports; how many. */
static size_t find_members(const struct port_list *list,
			   const struct port_line *lag,
			   const struct port_line *found[LAG_PORTS_MAX])
{
	const struct config_port *config = lag->row->port->config;
	size_t n = 0;

	for (size_t i = 0; i < config->lag_count && n < LAG_PORTS_MAX; i++) {
		for (size_t k = 0; k < list->count; k++) {
			const struct port_row *row = list->lines[k].row;

			if (row->switch_index != lag->row->switch_index ||
			    strcmp(row->name, config->lag[i]) != 0)
				continue;
			found[n++] = &list->lines[k];
			break;
		}
	}
	return n;
}

static void add_share(struct text *out, const struct lag_port *port, int way)
{
	bool odd = lag_is_odd(port->load[way]);

	text_addf(out, "<td class=\"number%s\">", odd ? " u80" : "");
	units_bytes(out, port->bytes[way]);
	text_add(out, "</td>");
	text_addf(out, "<td class=\"number%s\">", odd ? " u80" : "");
	units_percent(out, port->share[way]);
	if (isfinite(port->load[way])) {
		text_add(out, " <small>\xc3\x97\xc2\xa0");
		language_add_decimal(out, port->load[way], 2);
		text_add(out, "</small>");
	}
	text_add(out, "</td>");
}

static void add_state(struct text *out, const struct status_port *s)
{
	text_add(out, "<td>");
	if (!s || s->up < 0)
		tr_add(out, "unknown");
	else if (!s->up)
		text_addf(out, "<span class=\"flag bad\">%s</span>",
			  tr(out, "down"));
	else if (s->lag_forwards == 0)
		text_addf(out, "<span class=\"flag bad\">%s</span>",
			  tr(out, "not forwarding (LACP)"));
	else
		tr_add(out, "up");
	text_add(out, "</td>");
}

static void add_verdict(struct text *out, const double highest[WAY_COUNT])
{
	double worst = fmax(highest[WAY_FROM], highest[WAY_TO]);

	text_add(out, "<p>");
	if (isnan(worst)) {
		tr_add(out, "What its ports carry is not known.");
	} else if (lag_is_odd(worst)) {
		text_add(out, "<span class=\"flag warn\">");
		tr_add(out, "Uneven");
		text_add(out, "</span>: ");
		tr_add(out,
		       "one port carries more than its even share, times ");
		language_add_decimal(out, worst, 2);
	} else {
		text_add(out, "<span class=\"flag good\">");
		tr_add(out, "Even");
		text_add(out, "</span>");
	}
	text_add(out, "</p>\n");
}

static void add_lag(const struct call *call, const struct port_list *list,
		    const struct port_line *lag, struct text *out)
{
	static const char *const heads[] = { TR("Port"),	  TR("State"),
					     "#" TR("Speed"),	  "#" TR("In"),
					     "#" TR("Share in"),  "#" TR("Out"),
					     "#" TR("Share out"), NULL };
	const struct port_line *members[LAG_PORTS_MAX];
	struct lag_port ports[LAG_PORTS_MAX];
	size_t count = find_members(list, lag, members);
	double highest[WAY_COUNT];
	struct text title;

	for (size_t i = 0; i < count; i++)
		ports[i] = (struct lag_port){
			.speed_bps = members[i]->row->speed_bps,
			.bytes = { members[i]->figures->bytes[WAY_FROM],
				   members[i]->figures->bytes[WAY_TO] },
		};
	lag_balance(ports, count, highest);
	text_init_like(&title, out);
	html_name(&title, call->config->switches[lag->row->switch_index].name);
	text_add_char(&title, ' ');
	html_name(&title, lag->row->name);
	text_add(out, "<h3>");
	ports_add_link(out, call, lag->row, true);
	text_add(out, " <small>");
	ports_add_owner(out, call, lag->row);
	text_add(out, "</small></h3>\n");
	add_verdict(out, highest);
	begin_table(out, text_str(&title));
	add_heads(out, heads);
	for (size_t i = 0; i < count; i++) {
		text_add(out, "<tr><th scope=\"row\">");
		ports_add_link(out, call, members[i]->row, false);
		text_add(out, "</th>");
		add_state(out, members[i]->row->status);
		text_add(out, "<td class=\"number\">");
		units_speed(out, ports[i].speed_bps);
		text_add(out, "</td>");
		add_share(out, &ports[i], WAY_FROM);
		add_share(out, &ports[i], WAY_TO);
		text_add(out, "</tr>\n");
	}
	text_add(out, "</tbody></table></div>\n");
	text_fini(&title);
}

static void add_lags(const struct call *call, const struct port_list *list,
		     struct text *out)
{
	size_t shown = 0;

	text_addf(out, "<section id=\"lags\"><h2>%s</h2>\n", tr(out, "LAGs"));
	for (size_t i = 0; i < list->count; i++) {
		if (!is_lag(&list->lines[i]))
			continue;
		if (shown++ == 0) {
			text_add(out, "<p class=\"note\">");
			tr_add(out,
			       "Shares of what the ports of a LAG carried in "
			       "the period; \xc3\x97 is the share by the even "
			       "one, which goes by speed. From 1.25 on a port "
			       "is marked.");
			text_add(out, "</p>\n");
		}
		add_lag(call, list, &list->lines[i], out);
	}
	if (shown == 0)
		text_addf(out, "<p>%s</p>\n",
			  tr(out, "The configuration has no LAG."));
	text_add(out, "</section>\n");
}

void page_links(const struct call *call, struct response *r)
{
	const struct port_query query = { PORT_SORT_PORT, PORT_FILTER_ALL,
					  UINT32_MAX };
	struct period period = page_default_period(call);
	struct text *out = &r->body;
	struct port_list list;

	if (port_list_load(&list, call, &query) < 0) {
		page_refuse(call, r, 500, TR("Out of memory."));
		return;
	}
	page_begin(call, r, tr(out, "Links"));
	text_addf(out, "<h1>%s</h1>\n<p class=\"lead\">", tr(out, "Links"));
	tr_add(out, "Between the switches, and within LAGs. Figures are of: ");
	period_add_label(out, &period);
	tr_add(out, ". Seen from the switch.");
	text_add(out, "</p>\n");
	add_links(call, &list, out);
	add_lags(call, &list, out);
	page_end(call, r);
	port_list_fini(&list);
}
