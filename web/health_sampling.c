/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * How good the samples are: sides of members' traffic that do not count, frames
 * that came in and did not go out, and ports whose estimates are off their
 * counters.
 */

#include <math.h>
#include <string.h>

#include "util/language.h"
#include "web/dates.h"
#include "web/health.h"
#include "web/html.h"
#include "web/units.h"

/* More are not written by the collector; a file may say what it likes. */
enum { ROWS_SHOWN = 400 };

/* "AS64500"; nothing if it is no number of one. */
static void add_as(struct text *out, double asn)
{
	if (!(asn >= 0 && asn <= 4294967295.0))
		return;
	text_addf(out, "AS%.0f", asn);
}

static void add_place(struct text *out, const char *switch_name,
		      const char *port)
{
	health_cell(out, switch_name);
	health_cell(out, port);
}

static void add_share(struct text *out, double share, double ci95)
{
	text_add(out, "<td class=\"number\">");
	units_percent(out, share);
	text_add(out, " \xc2\xb1");
	units_percent(out, ci95);
	text_add(out, "</td>");
}

static void add_sides(const struct status *s, struct text *out)
{
	static const char *const columns[] = { TR("Member"), "#" TR("VLAN"),
					       TR("Switch"), TR("Port"),
					       TR("What"),   "#" TR("Until"),
					       NULL };

	health_section(out, "sides", TR("Members sampled on one side only"));
	text_addf(out, "<p>%s</p>\n",
		  tr(out,
		     "Their traffic is sampled where it comes in and where "
		     "it goes out, and one of the two sees far less than "
		     "the other: a port of theirs is not sampled. That "
		     "side does not count for a while, so that no traffic "
		     "is missing."));
	health_table(out, TR("Members sampled on one side only"), columns);
	for (size_t i = 0; i < s->side_count && i < ROWS_SHOWN; i++) {
		const struct status_side *side = &s->sides[i];

		text_add(out, "<tr><th scope=\"row\">");
		add_as(out, side->asn);
		text_add(out, "</th>");
		health_number(out, side->vlan);
		add_place(out, side->switch_name, side->port);
		text_addf(out, "<td>%s</td><td class=\"number\">",
			  tr(out, strcmp(side->side, "egress") == 0
				      ? TR("what goes out to it")
				      : TR("what comes in from it")));
		if (isfinite(side->until) && fabs(side->until) < 1e12)
			dates_add(out, "%H:%M %Z", (int64_t)side->until);
		text_add(out, "</td></tr>\n");
	}
	health_table_end(out);
	text_add(out, "</section>\n");
}

static void add_loss(struct text *out, const struct status_loss *loss)
{
	bool to = strcmp(loss->way, "to_member") == 0;

	text_add(out, "<tr><th scope=\"row\">");
	if (loss->asn >= 0 && loss->asn <= 4294967295.0)
		tr_addf(out,
			to ? TR("exchange \xe2\x86\x92 AS%u")
			   : TR("AS%u \xe2\x86\x92 exchange"),
			(unsigned)loss->asn);
	text_add(out, "</th>");
	health_number(out, loss->vlan);
	add_place(out, loss->switch_name, loss->port);
	add_share(out, loss->share, loss->ci95);
	text_add(out, "</tr>\n");
}

static void add_pair_loss(struct text *out, const struct status_loss *loss)
{
	text_add(out, "<tr><th scope=\"row\">");
	add_as(out, loss->asn);
	text_add(out, " \xe2\x86\x92 ");
	add_as(out, loss->to_asn);
	text_add(out, "</th>");
	health_number(out, loss->vlan);
	add_share(out, loss->share, loss->ci95);
	text_add(out, "</tr>\n");
}

static void add_losses(const struct status *s, struct text *out)
{
	static const char *const columns[] = {
		TR("Way"),  "#" TR("VLAN"),	   TR("Switch"),
		TR("Port"), "#" TR("Frames lost"), NULL
	};
	static const char *const pair_columns[] = { TR("Pair"), "#" TR("VLAN"),
						    "#" TR("Frames lost"),
						    NULL };

	health_section(out, "losses", TR("Lost between the ports"));
	text_addf(out, "<p>%s</p>\n",
		  tr(out,
		     "Fewer frames went out than came in, more than chance "
		     "explains: a port is full, or something drops frames "
		     "on the way. Of the last half hour, with the "
		     "95\xc2\xa0% interval."));
	if (s->loss_count > 0) {
		health_table(out, TR("Lost between the ports, by member"),
			     columns);
		for (size_t i = 0; i < s->loss_count && i < ROWS_SHOWN; i++)
			add_loss(out, &s->losses[i]);
		health_table_end(out);
	}
	if (s->pair_loss_count > 0) {
		health_table(out, TR("Lost between the ports, by pair"),
			     pair_columns);
		for (size_t i = 0; i < s->pair_loss_count && i < ROWS_SHOWN;
		     i++)
			add_pair_loss(out, &s->pair_losses[i]);
		health_table_end(out);
	}
	text_add(out, "</section>\n");
}

/* How many comparisons there are, and lie where chance alone puts 95 of 100. */
struct compared {
	size_t all;
	size_t inside;
};

static void count_one(struct compared *c, const struct status_calibration *k)
{
	if (!isfinite(k->ratio) || !isfinite(k->ci95) || k->exact)
		return;
	c->all++;
	c->inside += fabs(k->ratio - 1) <= k->ci95;
}

static struct compared count_compared(const struct status *s)
{
	struct compared c = { 0 };

	for (size_t i = 0; i < s->port_count; i++) {
		count_one(&c, &s->ports[i].in_calibration);
		count_one(&c, &s->ports[i].out_calibration);
	}
	return c;
}

/* What a mirror sees is told of its own (health_mirrors.c). */
static bool drifts(const struct status_calibration *c)
{
	return c->drift != 0 && !c->exact;
}

size_t health_drifts(const struct status *status)
{
	size_t n = 0;

	for (size_t i = 0; i < status->port_count; i++) {
		n += drifts(&status->ports[i].in_calibration);
		n += drifts(&status->ports[i].out_calibration);
	}
	return n;
}

static size_t add_drift(const struct call *call, const struct status_port *p,
			const struct status_calibration *c, const char *what,
			struct text *out)
{
	if (!drifts(c))
		return 0;
	text_add(out, "<tr><th scope=\"row\">");
	html_name(out, p->switch_name);
	text_add(out, " ");
	html_name(out, p->name);
	text_addf(out, "</th><td>%s</td><td class=\"number\">", tr(out, what));
	language_add_decimal(out, c->ratio, 3);
	text_add(out, " \xc2\xb1");
	language_add_decimal(out, c->ci95, 3);
	text_addf(out, "</td><td>%s</td>",
		  tr(out, c->drift > 0 ? TR("too high") : TR("too low")));
	health_age(call, out, c->at);
	text_add(out, "</tr>\n");
	return 1;
}

static void add_calibration(const struct call *call, struct text *out)
{
	static const char *const columns[] = {
		TR("Port"),
		TR("Direction"),
		"#" TR("Estimate \xc3\xb7 counters"),
		TR("Estimates are"),
		"#" TR("Compared"),
		NULL
	};
	const struct status *s = call->status;
	struct compared c = count_compared(s);
	size_t rows = 0;

	if (c.all == 0)
		return;
	health_section(out, "calibration",
		       TR("Samples against interface counters"));
	text_add(out, "<p>");
	tr_addf(out,
		"In their last five minutes %zu of %zu estimates were within "
		"what chance explains (95 of 100 are to be).",
		c.inside, c.all);
	text_addf(
	    out, " %s</p>\n",
	    tr(out, health_drifts(s) == 0
			? TR("No port drifts away from its counters.")
			: TR("These do not by chance: the sampling rate "
			     "is not the one that the switch says, or "
			     "frames are not sampled. Nothing is rescaled "
			     "for it.")));
	if (health_drifts(s) > 0) {
		health_table(out, TR("Ports that drift"), columns);
		for (size_t i = 0; i < s->port_count && rows < ROWS_SHOWN;
		     i++) {
			rows += add_drift(call, &s->ports[i],
					  &s->ports[i].in_calibration,
					  TR("into the switch"), out);
			rows += add_drift(call, &s->ports[i],
					  &s->ports[i].out_calibration,
					  TR("out of the switch"), out);
		}
		health_table_end(out);
	}
	text_add(out, "</section>\n");
}

void health_add_sampling(const struct call *call, struct text *out)
{
	const struct status *s = call->status;

	if (s->side_count > 0)
		add_sides(s, out);
	if (s->loss_count > 0 || s->pair_loss_count > 0)
		add_losses(s, out);
	add_calibration(call, out);
}
