/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What the configuration does not know yet, with the lines that mend it. */

#include <string.h>

#include "web/dates.h"
#include "web/health.h"
#include "web/html.h"
#include "web/paste.h"
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
	text_add(out, "<div class=\"finding\"><p>Agent <strong>");
	html_name(out, *refused->agent ? refused->agent : "not said");
	text_add(out, "</strong>, sent from ");
	html_name(out, refused->source);
	text_add(out, ": ");
	units_count(out, refused->datagrams);
	text_add(out, refused->datagrams == 1 ? " datagram, " : " datagrams, ");
	text_add(out, "the last ");
	dates_add_time(out, refused->last_seen);
	switch (paste_agent(&lines, s, index, call->config, &switch_name)) {
	case PASTE_NOTHING:
		text_add(out, *refused->agent ? ". The lines above let it in."
					      : ". It is no sFlow that can be "
						"read.");
		break;
	case PASTE_SWITCH:
		text_add(out, ". If it is yours, add under "
			      "<code>switches:</code>");
		break;
	case PASTE_FROM:
		text_add(out, ". If it is yours, replace the "
			      "<code>from:</code> of ");
		html_name(out, switch_name);
		text_add(out, " by");
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

	text_add(out, "<section id=\"refused\"><h2>Refused agents</h2>\n");
	if (s->refused_count == 0) {
		text_add(out, "<p class=\"flag good\">None.</p></section>\n");
		return;
	}
	text_add(out, "<p>Datagrams came from addresses or agents that no "
		      "switch of the configuration names.</p>\n");
	for (size_t i = 0; i < s->refused_count && i < AGENTS_SHOWN; i++)
		add_agent(call, i, out);
	if (s->refused_not_listed > 0) {
		text_add(out, "<p>and ");
		units_count(out, s->refused_not_listed);
		text_add(out,
			 " datagrams of others that are not listed.</p>\n");
	}
	text_add(out, "</section>\n");
}

static const char *explain(const char *reason)
{
	if (strcmp(reason, "wrong_vlan") == 0)
		return "a member\xe2\x80\x99s, in a VLAN that the member is "
		       "not in";
	if (strcmp(reason, "wrong_port") == 0)
		return "a member\xe2\x80\x99s, on a port that belongs to "
		       "another";
	return "no member has it";
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
		text_add(out, "not said");
	text_add(out, "</td>");
	text_add(out, "<td>");
	text_add(out, explain(mac->reason));
	text_add(out, mac->stays == 0 ? ", in passing</td>" : "</td>");
	text_add(out, "<td class=\"number\">");
	units_count(out, mac->samples);
	if (mac->missed > 0) {
		text_add(out, " <small>+ at most ");
		units_count(out, mac->missed);
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
				  introduction);
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
		"MAC address", "Switch",   "Port",  "#VLAN", "What is wrong",
		"#Samples",    "#Traffic", "#Seen", NULL
	};
	const struct status *s = call->status;

	text_add(out, "<section id=\"macs\"><h2>Unknown MAC addresses</h2>\n");
	if (s->mac_count == 0) {
		text_add(out, "<p class=\"flag good\">None.</p></section>\n");
		return;
	}
	health_table(out, "Unknown MAC addresses", columns);
	for (size_t i = 0; i < s->mac_count && i < MACS_SHOWN; i++)
		add_mac(call, &s->macs[i], out);
	health_table_end(out);
	if (s->macs_not_listed > 0) {
		text_add(out, "<p>and ");
		units_count(out, s->macs_not_listed);
		text_add(out, " samples of others that are not listed.</p>\n");
	}
	add_mac_lines(call, false,
		      "To give a station to a member, put its AS number in and "
		      "add under <code>macs:</code>",
		      out);
	add_mac_lines(call, true,
		      "Where members may be on that port as well, replace "
		      "the port\xe2\x80\x99s entry under <code>ports:</code> "
		      "by",
		      out);
	text_add(out, "</section>\n");
}

void health_add_unknowns(const struct call *call, struct text *out)
{
	add_refused(call, out);
	add_macs(call, out);
	health_add_learned(call, out);
}
