/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What the configuration does not know yet, with the lines that mend it. */

#include <string.h>

#include "util/language.h"
#include "web/dates.h"
#include "web/health.h"
#include "web/html.h"
#include "web/paste.h"
#include "web/said.h"
#include "web/units.h"

/* More are not written by the collector; a file may say what it likes. */
enum { AGENTS_SHOWN = 64, MACS_SHOWN = 256 };

static void add_agent(const struct call *call, size_t index, struct text *out)
{
	const struct status *s = call->status;
	const struct status_refused *refused = &s->refused[index];
	const char *switch_name = "";
	struct text lines;

	text_init(&lines);
	text_add(out, "<div class=\"finding\"><p>");
	tr_addf(
	    out,
	    "Agent <strong>%s</strong>, sent from %s. Datagrams: %s, the "
	    "last %s.",
	    said_name(*refused->agent ? refused->agent : tr(out, "not said"))
		.text,
	    said_name(refused->source).text,
	    said(out, units_count, refused->datagrams).text,
	    said(out, dates_add_time, refused->last_seen).text);
	text_add_char(out, ' ');
	switch (paste_agent(&lines, s, index, call->config, &switch_name)) {
	case PASTE_NOTHING:
		tr_add(out, *refused->agent
				? TR("The lines above let it in.")
				: TR("It is no sFlow that can be read."));
		break;
	case PASTE_SWITCH:
		tr_add(out, "If it is yours, add under <code>switches:</code>");
		break;
	case PASTE_FROM:
		tr_addf(out,
			"If it is yours, replace the <code>from:</code> of %s "
			"by",
			said_name(switch_name).text);
		break;
	}
	text_add(out, "</p>\n");
	if (lines.len > 0)
		text_addf(out, "<pre tabindex=\"0\">%s</pre>",
			  text_str(&lines));
	text_add(out, "</div>\n");
	text_fini(&lines);
}

static void add_refused(const struct call *call, struct text *out)
{
	const struct status *s = call->status;

	health_section(out, "refused", TR("Refused agents"));
	if (s->refused_count == 0) {
		health_flag(out, "good", TR("None."));
		text_add(out, "</section>\n");
		return;
	}
	text_addf(out, "<p>%s</p>\n",
		  tr(out, "Datagrams came from addresses or agents that no "
			  "switch of the configuration names."));
	for (size_t i = 0; i < s->refused_count && i < AGENTS_SHOWN; i++)
		add_agent(call, i, out);
	if (s->refused_not_listed > 0) {
		text_add(out, "<p>");
		tr_addf(out, "Datagrams of others that are not listed: %s.",
			said(out, units_count, s->refused_not_listed).text);
		text_add(out, "</p>\n");
	}
	text_add(out, "</section>\n");
}

static const char *explain(const char *reason)
{
	if (strcmp(reason, "wrong_vlan") == 0)
		return TR("a member\xe2\x80\x99s, in a VLAN that the member "
			  "is not in");
	if (strcmp(reason, "wrong_port") == 0)
		return TR("a member\xe2\x80\x99s, on a port that belongs to "
			  "another");
	return TR("no member has it");
}

static void add_mac(const struct call *call, const struct status_mac *mac,
		    struct text *out)
{
	text_add(out, "<tr><th scope=\"row\"><code>");
	html_name(out, mac->mac);
	text_add(out, "</code></th>");
	health_cell(out, mac->switch_name);
	health_cell(out, mac->port);
	text_add(out, "<td class=\"number\">");
	if (mac->vlan > 0)
		units_count(out, mac->vlan);
	else
		tr_add(out, "not said");
	text_add(out, "</td>");
	text_add(out, "<td>");
	tr_add(out, explain(mac->reason));
	if (mac->stays == 0)
		tr_add(out, ", in passing");
	text_add(out, "</td><td class=\"number\">");
	units_count(out, mac->samples);
	if (mac->missed > 0) {
		text_add(out, " <small>");
		tr_addf(out, "+ at most %s",
			said(out, units_count, mac->missed).text);
		text_add(out, "</small>");
	}
	text_add(out, "</td>");
	text_add(out, "<td class=\"number\">");
	units_bytes(out, mac->bytes);
	text_add(out, "</td>");
	health_age(call, out, mac->last_seen);
	text_add(out, "</tr>\n");
}

/* Whether the line of an earlier entry is the same: seen at two places. */
static bool is_repeated(const struct status *s, size_t index)
{
	const struct status_mac *mac = &s->macs[index];

	for (size_t i = 0; i < index; i++) {
		const struct status_mac *other = &s->macs[i];

		if (strcmp(other->mac, mac->mac) == 0 &&
		    other->vlan == mac->vlan &&
		    strcmp(other->reason, "wrong_port") != 0)
			return true;
	}
	return false;
}

/* The lines for stations of one kind, under what introduces them. */
static void add_mac_lines(const struct call *call, bool wrong_port,
			  const char *introduction, struct text *out)
{
	const struct status *s = call->status;
	size_t n = 0;

	for (size_t i = 0; i < s->mac_count && i < MACS_SHOWN; i++) {
		const struct status_mac *mac = &s->macs[i];

		if ((strcmp(mac->reason, "wrong_port") == 0) != wrong_port ||
		    mac->stays == 0)
			continue;
		if (n++ == 0)
			text_addf(out, "<p>%s</p>\n<pre tabindex=\"0\">",
				  tr(out, introduction));
		if (wrong_port)
			paste_port_of_mac(out, s, i, call->registry);
		else if (!is_repeated(s, i))
			paste_mac(out, mac, call->registry);
	}
	if (n > 0)
		text_add(out, "</pre>\n");
}

static void add_macs(const struct call *call, struct text *out)
{
	static const char *const columns[] = {
		TR("MAC address"), TR("Switch"),	TR("Port"),
		"#" TR("VLAN"),	   TR("What is wrong"), "#" TR("Samples"),
		"#" TR("Traffic"), "#" TR("Seen"),	NULL
	};
	const struct status *s = call->status;

	health_section(out, "macs", TR("Unknown MAC addresses"));
	if (s->mac_count == 0) {
		health_flag(out, "good", TR("None."));
		text_add(out, "</section>\n");
		return;
	}
	health_table(out, TR("Unknown MAC addresses"), columns);
	for (size_t i = 0; i < s->mac_count && i < MACS_SHOWN; i++)
		add_mac(call, &s->macs[i], out);
	health_table_end(out);
	if (s->macs_not_listed > 0) {
		text_add(out, "<p>");
		tr_addf(out, "Samples of others that are not listed: %s.",
			said(out, units_count, s->macs_not_listed).text);
		text_add(out, "</p>\n");
	}
	add_mac_lines(call, false,
		      TR("To give a station to a member, put its AS number in "
			 "and add under <code>macs:</code>"),
		      out);
	add_mac_lines(call, true,
		      TR("Where members may be on that port as well, replace "
			 "the port\xe2\x80\x99s entry under "
			 "<code>ports:</code> by"),
		      out);
	text_add(out, "</section>\n");
}

void health_add_unknowns(const struct call *call, struct text *out)
{
	add_refused(call, out);
	add_macs(call, out);
	health_add_learned(call, out);
}
