/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/member_ports.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "util/language.h"
#include "web/access.h"
#include "web/capacity.h"
#include "web/figure.h"
#include "web/html.h"
#include "web/ports.h"
#include "web/units.h"

enum { DRAWN_MAX = 16 }; /* ports; all are in the table */

/* The ports of one member. */
struct mine {
	const struct call *call;
	const struct member *member;
	const struct period *period;
	struct port_row *rows;
	size_t count;
	size_t hidden; /* shared with others */
};

static int find(struct mine *m)
{
	const struct registry *registry = m->call->registry;
	uint32_t member = (uint32_t)(m->member - registry->members);
	size_t all;
	int rc = ports_list(&m->rows, &all, m->call);

	for (size_t i = 0; rc == 0 && i < all; i++) {
		if (!m->rows[i].port ||
		    !port_has_member(m->rows[i].port, member))
			continue;
		if (access_port(m->call, &m->rows[i]))
			m->rows[m->count++] = m->rows[i];
		else
			m->hidden++;
	}
	return rc;
}

static void add_rate(struct text *out, double bps, double speed_bps,
		     bool is_estimate)
{
	text_addf(out, "<td class=\"number %s\">%s",
		  ports_flag(bps / speed_bps),
		  is_estimate && !isnan(bps) ? "\xe2\x89\x88\xc2\xa0" : "");
	units_rate(out, bps / 8);
	if (isfinite(bps / speed_bps)) {
		text_add(out, " <small>");
		units_percent(out, bps / speed_bps);
		text_add(out, "</small>");
	}
	text_add(out, "</td>");
}

static void add_state(struct text *out, const struct status_port *s)
{
	text_add(out, "<td>");
	if (!s || s->up < 0)
		tr_add(out, "unknown");
	else if (s->up)
		tr_add(out, "up");
	else
		text_addf(out, "<span class=\"flag bad\">%s</span>",
			  tr(out, "down"));
	text_add(out, "</td>");
}

static void add_name(struct text *out, const struct mine *m,
		     const struct port_row *row)
{
	char query[PERIOD_QUERY_SIZE];

	text_add(out, "<a href=\"");
	ports_add_path(out, m->call, row);
	text_addf(out, "?%s\">", period_query(query, m->period));
	html_name(out, m->call->config->switches[row->switch_index].name);
	text_add(out, " ");
	html_name(out, row->name);
	text_add(out, "</a>");
}

static void add_speed(struct text *out, const struct port_row *row)
{
	double contracted = capacity_contracted(row);

	text_add(out, "<td class=\"number\">");
	units_speed(out, row->speed_bps);
	if (!isnan(contracted)) {
		text_addf(out, " <small class=\"below\">%s",
			  tr(out, "contracted "));
		units_speed(out, contracted);
		text_add(out, "</small>");
	}
	text_add(out, "</td>");
}

static void add_row(struct text *out, const struct mine *m,
		    const struct port_row *row)
{
	double bps[WAY_COUNT];
	bool is_estimate;

	ports_now(row, bps, &is_estimate);
	text_add(out, "<tr><th scope=\"row\">");
	add_name(out, m, row);
	text_add(out, "</th>");
	add_speed(out, row);
	add_state(out, row->status);
	add_rate(out, bps[WAY_FROM], row->speed_bps, is_estimate);
	add_rate(out, bps[WAY_TO], row->speed_bps, is_estimate);
	text_add(out, "<td>");
	if (row->port->member_count > 1)
		tr_addf(out, "shared; members on it: %u",
			row->port->member_count);
	text_add(out, "</td></tr>\n");
}

static void add_table(struct text *out, const struct mine *m)
{
	text_addf(out,
		  "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
		  "aria-label=\"%s\"><table><caption>%s</caption><thead><tr>"
		  "<th scope=\"col\">%s</th>"
		  "<th scope=\"col\" class=\"number\">%s</th>"
		  "<th scope=\"col\">%s</th><th scope=\"col\" "
		  "class=\"number\">",
		  tr(out, "Ports"), tr(out, "Ports"), tr(out, "Port"),
		  tr(out, "Speed"), tr(out, "State"));
	tr_add(out, "Into the switch, now");
	text_add(out, "</th><th scope=\"col\" class=\"number\">");
	tr_add(out, "Out of the switch, now");
	text_addf(out, "</th><th scope=\"col\">%s</th></tr></thead><tbody>\n",
		  tr(out, "Remark"));
	for (size_t i = 0; i < m->count; i++)
		add_row(out, m, &m->rows[i]);
	text_add(out, "</tbody></table></div>\n");
}

/* One port of its own is the total. */
static bool is_total(const struct mine *m)
{
	return m->count == 1 && m->rows[0].port->member_count == 1;
}

/* Ports of which nothing is stored, as of many in a LAG, are left out. */
static void add_figures(struct text *out, const struct mine *m)
{
	size_t drawn = 0;

	text_add(out, "<div class=\"pairs\">\n");
	for (size_t i = 0; i < m->count && drawn < DRAWN_MAX; i++) {
		const struct port_row *row = &m->rows[i];
		struct series series = ports_series(m->call, row);
		struct subject subject;
		struct text owner;
		char id[24];

		if (!traffic_has_file(m->call->config->state_dir, &series))
			continue;
		text_init(&owner);
		ports_add_owner(&owner, m->call, row);
		subject_of_port(&subject, out->language, &series, row->name,
				text_str(&owner));
		(void)snprintf(id, sizeof(id), "p%zu", drawn++);
		text_add(out, "<div><h3>");
		add_name(out, m, row);
		text_add(out, "</h3>\n");
		figure_add(out, m->call, &subject,
			   &(struct figure){ .period = m->period,
					     .id = id,
					     .is_small = true });
		text_add(out, "</div>\n");
		subject_fini(&subject);
		text_fini(&owner);
	}
	text_add(out, "</div>\n");
	if (drawn == DRAWN_MAX)
		text_addf(out, "<p class=\"note\">%s</p>\n",
			  tr(out, "More are there than are drawn."));
}

void member_ports_add(struct text *out, const struct call *call,
		      const struct member *member, const struct period *period)
{
	struct mine m = { .call = call, .member = member, .period = period };

	if (find(&m) < 0) {
		out->failed = true;
		return;
	}
	text_addf(out, "<section><h2>%s</h2>\n", tr(out, "Ports"));
	if (m.count > 0)
		add_table(out, &m);
	else if (m.hidden > 0)
		text_addf(out, "<p>%s</p>\n",
			  tr(out, "What the ports of this member carry is not "
				  "shown here."));
	else
		text_addf(out, "<p>%s</p>\n",
			  tr(out,
			     "No port of the configuration is this "
			     "member\xe2\x80\x99s, so totals are estimated "
			     "from samples."));
	if (m.count > 0 && !is_total(&m))
		add_figures(out, &m);
	text_add(out, "</section>\n");
	free(m.rows);
}
