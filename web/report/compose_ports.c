/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>

#include "util/language.h"
#include "web/report/compose.h"
#include "web/said.h"
#include "web/units.h"

enum { PORTS_SHOWN = 50 };

static double sum_known(const double of[WAY_COUNT])
{
	double sum = NAN;

	for (int way = 0; way < WAY_COUNT; way++) {
		if (!isnan(of[way]))
			sum = isnan(sum) ? of[way] : sum + of[way];
	}
	return sum;
}

static bool has_faults(const struct report_port *port)
{
	return sum_known(port->errors) > 0 || sum_known(port->discards) > 0;
}

/* Of the exchange's report those that somebody should look at. */
static bool is_shown(const struct report *r, const struct report_port *port)
{
	return r->member || port->is_over || has_faults(port);
}

static void add_rate(struct document *d, const struct report_port *port,
		     double rate)
{
	compose_rate_of(document_text(d), rate, port->row->speed_bps);
	document_cell(d);
}

static void add_count(struct document *d, const double of[WAY_COUNT])
{
	units_count(document_text(d), sum_known(of));
	document_cell(d);
}

static void add_name(struct document *d, const struct report *r,
		     const struct report_port *port)
{
	struct text *out = document_text(d);

	text_addf(out, "%s %s",
		  r->call.config->switches[port->row->switch_index].name,
		  port->row->name);
	if (!r->member) {
		text_add_char(out, ' ');
		ports_add_owner(out, &r->call, port->row);
	}
	document_cell(d);
}

static void add_line(struct document *d, const struct report *r,
		     const struct report_port *port)
{
	add_name(d, r, port);
	units_speed(document_text(d), port->row->speed_bps);
	document_cell(d);
	for (int way = 0; way < WAY_COUNT; way++)
		add_rate(d, port, port->figures.peak[way]);
	for (int way = 0; way < WAY_COUNT; way++) {
		units_rate(document_text(d), port->figures.p95[way]);
		document_cell(d);
	}
	add_count(d, port->errors);
	add_count(d, port->discards);
}

static void add_heads(struct document *d)
{
	static const char *const heads[] = {
		TR("Port"),	   TR("Speed"),	   TR("Highest in"),
		TR("Highest out"), TR("95th in"),  TR("95th out"),
		TR("Errors"),	   TR("Discards"),
	};
	enum { COLUMNS = sizeof(heads) / sizeof(*heads) };

	document_table(d, COLUMNS);
	for (size_t i = 0; i < COLUMNS; i++)
		document_said(d, heads[i]);
}

static size_t count_shown(const struct report *r, size_t *over)
{
	size_t count = 0;

	*over = 0;
	for (size_t i = 0; i < r->port_count; i++) {
		count += is_shown(r, &r->ports[i]);
		*over += r->ports[i].is_over;
	}
	return count;
}

static void add_summary(struct document *d, const struct report *r, size_t over)
{
	struct text *out = document_text(d);

	tr_addf(out, "Ports with five minutes at %s of their speed or more: ",
		said(out, units_percent, r->basis->threshold).text);
	text_addf(out, "%zu", over);
	tr_addf(out, ", of %zu.", r->port_count);
	if (r->ports_hidden > 0)
		tr_addf(out, " Shared with other members and not shown: %zu.",
			r->ports_hidden);
	if (r->member)
		tr_add(out, " In and out are the switch's: what comes in is "
			    "what the member sends.");
	document_paragraph(d, over > 0);
}

static void add_table(struct document *d, const struct report *r, size_t count)
{
	size_t shown = 0;

	add_heads(d);
	for (size_t i = 0; i < r->port_count && shown < PORTS_SHOWN; i++) {
		if (!is_shown(r, &r->ports[i]))
			continue;
		add_line(d, r, &r->ports[i]);
		shown++;
	}
	document_more(d, count, shown);
}

void compose_ports(struct document *d, const struct report *report)
{
	size_t over;
	size_t count = count_shown(report, &over);

	if (report->port_count + report->ports_hidden == 0)
		return;
	tr_add(document_text(d), "Ports");
	document_heading(d);
	add_summary(d, report, over);
	if (count > 0)
		add_table(d, report, count);
	for (size_t i = 0; i < report->port_count; i++) {
		if (report->ports[i].has_view)
			document_graph(d, &report->ports[i].subject,
				       &report->ports[i].view);
	}
}
