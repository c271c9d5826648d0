/* SPDX-License-Identifier: GPL-2.0-or-later */

/* /ports/SWITCH/IFINDEX — one port: traffic, packets, errors, growth. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "util/language.h"
#include "util/number.h"
#include "web/access.h"
#include "web/graph.h"
#include "web/health.h"
#include "web/html.h"
#include "web/page.h"
#include "web/period_nav.h"
#include "web/port_counts.h"
#include "web/ports.h"
#include "web/ports_forecast.h"
#include "web/units.h"
#include "web/view.h"

/* A port and what is shown of it. */
struct shown {
	const struct call *call;
	const struct port_row *row;
	struct subject subject;
	struct view view;
	struct port_counts counts;
	struct port_trend trend;
	struct date last_day;
};

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

static bool is_sampled(const struct status_calibration *c)
{
	return isfinite(c->ratio) && !c->exact;
}

static void add_ratio(struct text *out, const char *way,
		      const struct status_calibration *c)
{
	if (!is_sampled(c) || !isfinite(c->ci95))
		return;
	text_addf(out, " %s ", way);
	language_add_decimal(out, c->ratio, 3);
	text_add(out, " \xc2\xb1");
	language_add_decimal(out, c->ci95, 3);
	if (c->drift != 0)
		text_addf(out, ", <span class=\"flag bad\">%s</span>",
			  c->drift > 0 ? tr(out, "too high for long")
				       : tr(out, "too low for long"));
	tr_add(out, ";");
}

static bool is_mirrored(const struct status_calibration *c)
{
	return isfinite(c->ratio) && c->exact;
}

static void add_share(struct text *out, const char *way,
		      const struct status_calibration *c)
{
	if (!is_mirrored(c))
		return;
	text_addf(out, " %s ", way);
	health_add_coverage(out, c);
	tr_add(out, ";");
}

/* What share of the port's traffic a mirror sees. */
static void add_coverage(const struct status_port *s, struct text *out)
{
	if (!s || (!is_mirrored(&s->in_calibration) &&
		   !is_mirrored(&s->out_calibration)))
		return;
	text_add(out, "<p class=\"note\">");
	tr_add(out, "Of what the port's counters say, the mirror saw in the "
		    "last five minutes that have both:");
	add_share(out, tr(out, "into the switch"), &s->in_calibration);
	add_share(out, tr(out, "out of it"), &s->out_calibration);
	tr_add(out, " counters are read every 20 seconds or so, which leaves a "
		    "percent of doubt.");
	text_add(out, "</p>\n");
}

/* What the port's samples come to beside its counters. */
static void add_calibration(const struct status_port *s, struct text *out)
{
	const struct status_calibration *in = s ? &s->in_calibration : NULL;
	const struct status_calibration *to = s ? &s->out_calibration : NULL;

	if (!s || (!is_sampled(in) && !is_sampled(to)))
		return;
	text_add(out, "<p class=\"note\">");
	tr_add(out, "Samples \xc3\xb7 counters in the last five minutes that "
		    "have both:");
	add_ratio(out, tr(out, "into the switch"), in);
	add_ratio(out, tr(out, "out of it"), to);
	tr_add(out, " \xc2\xb1 is what chance explains (95 % interval). "
		    "Nothing is rescaled by it.");
	text_add(out, "</p>\n");
}

/* Speed, and what of it is contracted. */
static void add_speed(struct text *out, const struct port_row *row)
{
	const struct config_port *config = row->port ? row->port->config : NULL;

	tr_add(out, "Speed ");
	units_speed(out, row->speed_bps);
	if (config && config->contracted_bps > 0) {
		tr_add(out, ", contracted ");
		units_speed(out, (double)config->contracted_bps);
	}
	tr_add(out, ". Seen from the switch.");
}

static void add_all(const struct shown *s, struct text *out)
{
	text_add(out, "<h1>");
	html_name(out, text_str(&s->subject.title));
	text_add(out, "</h1>\n<p class=\"lead\">");
	add_speed(out, s->row);
	if (access_all(s->call))
		text_addf(out, " <a href=\"/ports\">%s</a>",
			  tr(out, "All ports"));
	text_add(out, "</p>\n");
	period_nav_add(out, s->call, &s->view.period);
	graph_add_figure(out, &s->subject, &s->view, "g");
	graph_add_table(out, &s->subject, &s->view);
	add_calibration(s->row->status, out);
	add_coverage(s->row->status, out);
	graph_add_links(out, s->call, &s->subject, &s->view);
	port_counts_add_table(out, &s->counts);
	ports_add_trend(out, &s->trend, s->row->speed_bps, s->last_day);
}

/* The trend of the one port, among those of all: these are at hand. */
static int load_trend(struct shown *s, const struct port_row *rows,
		      size_t count)
{
	struct port_trend *trends;
	int rc = port_trends_load(&trends, &s->last_day, s->call, rows, count);

	if (rc < 0)
		return rc;
	s->trend = trends[s->row - rows];
	free(trends);
	return 0;
}

static void answer_port(struct shown *s, const struct port_row *rows,
			size_t count, const struct period *period,
			struct response *r)
{
	struct series series = ports_series(s->call, s->row);
	struct text owner;

	text_init(&owner);
	ports_add_owner(&owner, s->call, s->row);
	subject_of_port(&s->subject, s->call->language, &series, s->row->name,
			text_str(&owner));
	if (load_trend(s, rows, count) < 0 ||
	    port_counts_load(&s->counts, s->call, &series, period) < 0 ||
	    view_load(&s->view, s->call, &s->subject, period) < 0) {
		page_refuse(s->call, r, 500,
			    TR("The store could not be read."));
	} else {
		page_begin(s->call, r, text_str(&s->subject.title));
		add_all(s, &r->body);
		page_end(s->call, r);
		view_fini(&s->view);
	}
	subject_fini(&s->subject);
	text_fini(&owner);
}

void page_port(const struct call *call, struct response *r)
{
	struct shown shown = { .call = call };
	struct port_row *rows;
	struct period period;
	size_t count;

	if (!page_period(call, r, &period))
		return;
	if (ports_list(&rows, &count, call) < 0) {
		page_refuse(call, r, 500, TR("Out of memory."));
		return;
	}
	shown.row = find(call, rows, count);
	if (shown.row)
		answer_port(&shown, rows, count, &period, r);
	else
		page_refuse(call, r, 404, TR("There is no such port."));
	free(rows);
}
