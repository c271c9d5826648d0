/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/port_counts.h"

#include <math.h>

#include "store/rrd_read.h"
#include "util/err.h"
#include "util/language.h"
#include "web/dates.h"
#include "web/traffic.h"
#include "web/units.h"

/* The rows of the table, with the counter of each direction. */
static const struct {
	const char *label;
	enum series_port in;
	enum series_port out;
	bool is_bad;
} lines[] = {
	{ TR("Unicast packets"), PORT_IN_UCAST, PORT_OUT_UCAST, false },
	{ TR("Multicast packets"), PORT_IN_MCAST, PORT_OUT_MCAST, false },
	{ TR("Broadcast packets"), PORT_IN_BCAST, PORT_OUT_BCAST, false },
	{ TR("Errors"), PORT_IN_ERRORS, PORT_OUT_ERRORS, true },
	{ TR("Discards"), PORT_IN_DISCARDS, PORT_OUT_DISCARDS, true },
};

int port_counts_load(struct port_counts *out, const struct call *call,
		     const struct series *port, const struct period *period)
{
	struct series_range range =
	    traffic_range(period->from_s, period->to_s, period->row_s);
	struct series_data data = { 0 };
	int rc = series_read(&data, call->config->state_dir, port, &range);

	if (rc < 0 && rc != ERR_NOT_FOUND)
		return rc;
	out->row_s = data.row_s ? data.row_s : period->row_s;
	for (size_t i = 0; i < PORT_COUNTS; i++)
		out->of[i] = column_sum_of(call, &data, i);
	series_data_fini(&data);
	return 0;
}

static void add_way(struct text *out, const struct column_sum *c, bool is_bad)
{
	text_addf(out, "<td class=\"number%s\">",
		  is_bad && c->total > 0 ? " some" : "");
	units_count(out, isnan(c->total) ? NAN : floor(c->total + 0.5));
	text_add(out, "</td><td class=\"number\">");
	units_packets(out, c->average);
	text_add(out, "</td><td class=\"number\">");
	units_packets(out, c->highest);
	if (c->highest > 0) {
		text_add(out, " <small class=\"below\">");
		dates_add_minute(out, c->highest_at_s);
		text_add(out, "</small>");
	}
	text_add(out, "</td>");
}

void port_counts_add_table(struct text *out, const struct port_counts *counts)
{
	const char *title = tr(out, "Packets, errors and discards");

	text_addf(out,
		  "<section><h2>%s</h2>\n<div class=\"scroll\" tabindex=\"0\" "
		  "role=\"region\" aria-label=\"%s\"><table>\n"
		  "<caption>%s</caption>\n<thead><tr><td rowspan=\"2\"></td>"
		  "<th scope=\"colgroup\" colspan=\"3\" class=\"group\">%s</th>"
		  "<th scope=\"colgroup\" colspan=\"3\" class=\"group\">%s</th>"
		  "</tr><tr>",
		  title, title, title, tr(out, "in"), tr(out, "out"));
	for (int way = 0; way < WAY_COUNT; way++)
		text_addf(out,
			  "<th scope=\"col\" class=\"number\">%s</th>"
			  "<th scope=\"col\" class=\"number\">%s</th>"
			  "<th scope=\"col\" class=\"number\">%s</th>",
			  tr(out, "Total"), tr(out, "Average"),
			  tr(out, "Highest"));
	text_add(out, "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		text_addf(out, "<tr><th scope=\"row\">%s</th>",
			  tr(out, lines[i].label));
		add_way(out, &counts->of[lines[i].in], lines[i].is_bad);
		add_way(out, &counts->of[lines[i].out], lines[i].is_bad);
		text_add(out, "</tr>\n");
	}
	text_add(out, "</tbody></table></div>\n<p class=\"note\">");
	tr_addf(out,
		"By the port\xe2\x80\x99s counters; the highest are %s means.",
		tr(out, units_row(counts->row_s)));
	text_add(out, "</p></section>\n");
}
