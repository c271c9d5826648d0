/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * /health — whether what the other pages show can be believed: sources,
 * ledger, switches; and what the configuration does not know yet, each with
 * the line that would mend it.
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "web/html.h"
#include "web/page.h"
#include "web/paste.h"
#include "web/units.h"

/* What a key of the status file means, in the reader's words. */
struct wording {
	const char *key;
	const char *words;
};

static const struct wording wordings[] = {
	{ "datagrams", "datagrams received" },
	{ "accepted", "datagrams accepted" },
	{ "malformed", "malformed datagrams" },
	{ "unsupported_version", "datagrams of another sFlow version" },
	{ "foreign", "datagrams from unknown sources or agents" },
	{ "lost_datagrams", "datagrams lost on the way (sequence gaps)" },
	{ "duplicates", "duplicate datagrams" },
	{ "late", "late datagrams (counted and used)" },
	{ "flow_samples", "flow samples" },
	{ "counter_samples", "counter samples" },
	{ "discarded_packets", "discarded-packet samples" },
	{ "frames", "mirrored frames" },
	{ "other_packets", "captured packets that are not for the port" },
	{ "fragments", "captured fragments" },
	{ "socket_drops", "datagrams dropped by the kernel" },
	{ "samples", "samples of other kinds" },
	{ "flow_records", "flow records of other kinds" },
	{ "counter_records", "counter records of other kinds" },
	{ "broken_records", "records shorter than their kind" },
	{ "no_member", "neither end is a member" },
	{ "core_port", "seen at a core port" },
	{ "egress_not_counted", "egress samples, ingress is counted" },
	{ "ingress_not_counted", "ingress samples, egress is counted" },
	{ "wrong_port",
	  "a member\xe2\x80\x99s MAC on another\xe2\x80\x99s port" },
	{ "no_ethernet_header", "no Ethernet header in the sample" },
	{ "table_full", "no room left in a table" },
	{ "steps_written", "steps written" },
	{ "steps_lost", "steps lost" },
	{ "rows_written", "rows written" },
	{ "rows_failed", "rows that failed" },
	{ "rows_old", "rows that were stored already" },
	{ "files_failed", "files that failed" },
};

static const char *words_for(const char *key)
{
	for (size_t i = 0; i < sizeof(wordings) / sizeof(wordings[0]); i++) {
		if (strcmp(wordings[i].key, key) == 0)
			return wordings[i].words;
	}
	return key;
}

/* Text of several lines; each line escaped by itself. */
static void add_lines(struct text *out, const char *lines)
{
	struct text line;

	text_init(&line);
	while (*lines) {
		size_t len = strcspn(lines, "\n");

		text_clear(&line);
		text_add_bytes(&line, lines, len);
		html_escape(out, text_str(&line));
		text_add_char(out, '\n');
		lines += len + (lines[len] == '\n');
	}
	text_fini(&line);
}

static void table_begin(struct text *out, const char *caption,
			const char *const *columns)
{
	text_addf(out,
		  "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
		  "aria-label=\"%s\"><table>\n<caption>%s</caption>\n<thead>"
		  "<tr>",
		  caption, caption);
	for (; *columns; columns++) {
		bool is_number = **columns == '#';

		text_addf(out, "<th scope=\"col\"%s>%s</th>",
			  is_number ? " class=\"number\"" : "",
			  *columns + is_number);
	}
	text_add(out, "</tr></thead>\n<tbody>\n");
}

static void table_end(struct text *out)
{
	text_add(out, "</tbody></table></div>\n");
}

static void add_cell(struct text *out, const char *string)
{
	text_add(out, "<td>");
	html_name(out, string);
	text_add(out, "</td>");
}

static void add_number(struct text *out, double value)
{
	text_add(out, "<td class=\"number\">");
	units_count(out, value);
	text_add(out, "</td>");
}

static void add_age(const struct call *call, struct text *out, double at_s)
{
	const struct status *s = call->status;
	double now = s->is_replay ? s->now : call->wall_s;

	text_add(out, "<td class=\"number\">");
	units_duration(out, at_s > 0 ? fmax(0, now - at_s) : NAN);
	text_add(out, " ago</td>");
}

/* A reload that was refused: the collector goes on with what it had. */
static void add_refusal(const struct status *s, struct text *out)
{
	if (!(s->config_refused > 0))
		return;
	text_add(out, "<div class=\"banner bad\">A new configuration was "
		      "refused, ");
	page_add_time(out, s->config_refused);
	text_add(out, "; the old one stays in force.<pre tabindex=\"0\">");
	add_lines(out, s->config_problem);
	text_add(out, "</pre></div>\n");
}

static void add_freshness(const struct call *call, struct text *out)
{
	const struct status *s = call->status;

	text_add(out, "<section><h2>Freshness</h2>\n<dl class=\"facts\">"
		      "<div><dt>Status written</dt><dd>");
	page_add_time(out, s->written);
	text_add(out, "</dd></div><div><dt>Last stored minute ends</dt><dd>");
	page_add_time(out, s->last_step_end);
	text_add(out, "</dd></div><div><dt>Collector started</dt><dd>");
	page_add_time(out, s->started);
	if (s->config_loaded > 0) {
		text_add(out, "</dd></div><div><dt>Configuration read</dt>"
			      "<dd>");
		page_add_time(out, s->config_loaded);
	}
	text_add(out, "</dd></div></dl>\n");
	add_refusal(s, out);
	if (*s->last_error) {
		text_add(out, "<p class=\"banner bad\">Last store error: ");
		html_escape(out, s->last_error);
		text_add(out, "</p>\n");
	}
	text_add(out, "</section>\n");
}

static void add_sources(const struct status *s, struct text *out)
{
	static const char *const columns[] = { "Kind", "Listens on",
					       "#Dropped by the kernel", NULL };

	text_add(out, "<section><h2>Sources</h2>\n");
	if (s->source_count == 0) {
		text_add(out, "<p>None is open.</p></section>\n");
		return;
	}
	table_begin(out, "Sources", columns);
	for (size_t i = 0; i < s->source_count; i++) {
		text_add(out, "<tr>");
		add_cell(out, s->sources[i].kind);
		add_cell(out, s->sources[i].listen);
		add_number(out, s->sources[i].socket_drops);
		text_add(out, "</tr>\n");
	}
	table_end(out);
	text_add(out, "</section>\n");
}

/* What is listed under "Read past" as well is not listed twice. */
static void add_counts(const struct status_counts *counts, struct text *out)
{
	for (size_t i = 0; i < counts->count; i++) {
		if (strncmp(counts->items[i].name, "skipped_", 8) == 0 ||
		    isnan(counts->items[i].value))
			continue;
		page_add_count_row(out, words_for(counts->items[i].name),
				   counts->items[i].value);
	}
}

static void add_store(const struct status *s, struct text *out)
{
	static const char *const columns[] = { "What", "#Count", NULL };

	if (s->store.count == 0)
		return;
	text_add(out, "<section><h2>Store</h2>\n");
	table_begin(out, "Store", columns);
	add_counts(&s->store, out);
	table_end(out);
	text_add(out, "</section>\n");
}

static void add_input(const struct status *s, struct text *out)
{
	static const char *const columns[] = { "What", "#Count", NULL };
	static const char *const skipped[] = { "Read past", "#Count", NULL };

	text_add(out, "<section><h2>Input</h2>\n");
	table_begin(out, "Input counters", columns);
	add_counts(&s->input, out);
	table_end(out);
	if (s->skipped.count) {
		table_begin(out, "Read past, by length", skipped);
		add_counts(&s->skipped, out);
		table_end(out);
	}
	text_add(out, "</section>\n");
}

/* Observations = attributed + all that was dropped, or it says so. */
static void add_ledger(const struct status *s, struct text *out)
{
	static const char *const columns[] = { "What", "#Count", NULL };
	double accounted = s->attributed;

	for (size_t i = 0; i < s->dropped.count; i++)
		accounted += s->dropped.items[i].value;
	text_add(out, "<section><h2>Ledger</h2>\n<p>Every observation is "
		      "attributed to a member or dropped for a named "
		      "reason.</p>\n");
	table_begin(out, "Ledger", columns);
	page_add_count_row(out, "attributed", s->attributed);
	for (size_t i = 0; i < s->dropped.count; i++) {
		text_add(out, "<tr><th scope=\"row\">dropped: ");
		html_name(out, words_for(s->dropped.items[i].name));
		text_add(out, "</th>");
		add_number(out, s->dropped.items[i].value);
		text_add(out, "</tr>\n");
	}
	text_add(out, "</tbody>\n<tbody class=\"sum\">\n");
	page_add_count_row(out, "sum", accounted);
	page_add_count_row(out, "observations", s->observations);
	table_end(out);
	if (isnan(s->observations))
		text_add(out, "<p class=\"flag warn\">The collector has not "
			      "said.</p>\n");
	else if (accounted == s->observations)
		text_add(out, "<p class=\"flag good\">The ledger "
			      "balances.</p>\n");
	else
		text_add(out, "<p class=\"banner bad\">The ledger does not "
			      "balance: sum and observations differ.</p>\n");
	text_add(out, "</section>\n");
}

static void add_switch(const struct call *call, const struct status_switch *w,
		       struct text *out)
{
	text_add(out, "<tr><th scope=\"row\">");
	html_name(out, w->name);
	text_add(out, "</th>");
	add_cell(out, w->agent);
	add_age(call, out, w->last_seen);
	text_add(out, "<td>");
	html_name(out, w->counted);
	if (strcmp(w->counted, w->direction) != 0) {
		text_add(out, " (");
		html_name(out, w->direction);
		text_add(out, ")");
	}
	text_add(out, "</td>");
	add_number(out, w->ingress_samples);
	add_number(out, w->egress_samples);
	add_number(out, w->unknown_samples);
	add_number(out, w->counter_samples);
	add_number(out, w->datagrams);
	add_number(out, w->lost_datagrams);
	add_number(out, w->drops);
	add_number(out, w->discarded_packets);
	text_add(out, "<td class=\"number\">");
	if (w->sampling_rate > 0) {
		text_add(out, "1 in ");
		units_count(out, w->sampling_rate);
	} else {
		units_count(out, NAN);
	}
	text_add(out, "</td><td class=\"number\">");
	units_percent(out, w->load_percent / 100);
	text_add(out, "</td><td class=\"number\">");
	units_percent(out, 1 - w->memory_free_bytes / w->memory_bytes);
	text_add(out, "</td></tr>\n");
}

static void add_switches(const struct call *call, struct text *out)
{
	static const char *const columns[] = {
		"Switch",     "Agent",	    "#Last heard", "Counted",
		"#Ingress",   "#Egress",    "#Unknown",	   "#Counters",
		"#Datagrams", "#Lost",	    "#Drops",	   "#Discarded",
		"#Sampling",  "#Processor", "#Memory",	   NULL
	};
	const struct status *s = call->status;

	text_add(out, "<section><h2>Switches</h2>\n");
	if (s->switch_count == 0) {
		text_add(out, "<p>None is configured, or none was heard "
			      "of.</p></section>\n");
		return;
	}
	table_begin(out, "Switches", columns);
	for (size_t i = 0; i < s->switch_count; i++)
		add_switch(call, &s->switches[i], out);
	table_end(out);
	text_add(out, "<p class=\"note\">Counted is which samples are used: "
		      "those that entered the switch (ingress), those that "
		      "left it (egress), or any. Ingress, egress and unknown "
		      "are flow samples received. Drops are samples that the "
		      "switch could not send, discarded are packets that it "
		      "says it did not forward.</p></section>\n");
}

static void add_refused(const struct call *call, struct text *out)
{
	const struct status *s = call->status;

	text_add(out, "<section id=\"refused\"><h2>Refused agents</h2>\n");
	if (s->refused_count == 0) {
		text_add(out, "<p class=\"flag good\">None.</p></section>\n");
		return;
	}
	text_add(out, "<p>Datagrams came from addresses that no switch of the "
		      "configuration names. If they are yours, add under "
		      "<code>switches:</code></p>\n");
	for (size_t i = 0; i < s->refused_count; i++) {
		const struct status_refused *refused = &s->refused[i];

		text_add(out, "<div class=\"finding\"><p>Agent <strong>");
		html_name(out, refused->agent);
		text_add(out, "</strong>, sent from ");
		html_name(out, refused->source);
		text_add(out, ": ");
		units_count(out, refused->datagrams);
		text_add(out, " datagrams, the last ");
		page_add_time(out, refused->last_seen);
		text_add(out, "</p>\n<pre tabindex=\"0\">");
		paste_switch(out, refused, i + 1);
		text_add(out, "</pre></div>\n");
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
	add_cell(out, mac->switch_name);
	add_cell(out, mac->port);
	text_add(out, "<td class=\"number\">");
	if (mac->vlan > 0)
		units_count(out, mac->vlan);
	else
		text_add(out, "not said");
	text_add(out, "</td>");
	add_cell(out, explain(mac->reason));
	add_number(out, mac->samples);
	text_add(out, "<td class=\"number\">");
	units_bytes(out, mac->bytes);
	text_add(out, "</td>");
	add_age(call, out, mac->last_seen);
	text_add(out, "</tr>\n");
}

/* The lines for stations of one kind, under what introduces them. */
static void add_mac_lines(const struct call *call, bool wrong_port,
			  const char *introduction, struct text *out)
{
	const struct status *s = call->status;
	size_t n = 0;

	for (size_t i = 0; i < s->mac_count; i++) {
		const struct status_mac *mac = &s->macs[i];

		if ((strcmp(mac->reason, "wrong_port") == 0) != wrong_port)
			continue;
		if (n++ == 0)
			text_addf(out, "<p>%s</p>\n<pre tabindex=\"0\">",
				  introduction);
		if (wrong_port)
			paste_port_of_mac(out, mac, call->registry);
		else
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
	table_begin(out, "Unknown MAC addresses", columns);
	for (size_t i = 0; i < s->mac_count; i++)
		add_mac(call, &s->macs[i], out);
	table_end(out);
	if (s->macs_not_listed > 0) {
		text_add(out, "<p>and ");
		units_count(out, s->macs_not_listed);
		text_add(out, " more that are not listed.</p>\n");
	}
	add_mac_lines(call, false,
		      "To give a station to a member, put its AS number in and "
		      "add under <code>macs:</code>",
		      out);
	add_mac_lines(call, true,
		      "Where a member may be on that port as well, let the "
		      "port\xe2\x80\x99s entry under <code>ports:</code> say",
		      out);
	text_add(out, "</section>\n");
}

static int by_switch(const void *a, const void *b)
{
	const struct status_port *const *x = a;
	const struct status_port *const *y = b;
	int order = strcmp((*x)->switch_name, (*y)->switch_name);

	if (order == 0)
		order = strverscmp((*x)->name, (*y)->name);
	return order;
}

static void add_ports(const struct call *call, struct text *out)
{
	const struct status *s = call->status;
	const struct status_port **ports =
	    calloc(s->port_count + 1, sizeof(struct status_port *));
	size_t count = 0;

	for (size_t i = 0; ports && i < s->port_count; i++) {
		if (!s->ports[i].configured)
			ports[count++] = &s->ports[i];
	}
	text_add(out, "<section id=\"ports\"><h2>Ports without "
		      "configuration</h2>\n");
	if (count == 0) {
		text_add(out, "<p class=\"flag good\">None.</p></section>\n");
		free(ports);
		return;
	}
	qsort(ports, count, sizeof(struct status_port *), by_switch);
	text_add(out, "<p>These report counters. To show whose they are, put "
		      "the AS number in and add under the switch\xe2\x80\x99s "
		      "<code>ports:</code> (<code>role: core</code> instead of "
		      "<code>asn:</code> for a link between switches)</p>\n");
	for (size_t i = 0; i < count; i++) {
		bool first = i == 0 || strcmp(ports[i - 1]->switch_name,
					      ports[i]->switch_name) != 0;

		if (first) {
			text_add(out, i ? "</pre>\n<h3>" : "<h3>");
			html_name(out, ports[i]->switch_name);
			text_add(out, "</h3>\n<pre tabindex=\"0\">");
		}
		paste_port(out, ports[i]);
	}
	text_add(out, "</pre></section>\n");
	free(ports);
}

void page_health(const struct call *call, struct response *r)
{
	struct text *out = &r->body;

	page_begin(call, r, "Health");
	text_add(out, "<h1>Health</h1>\n");
	if (!call->status) {
		text_add(out, "<p class=\"banner bad\">The collector has not "
			      "written <code>");
		html_escape(out, call->config->state_dir);
		text_add(out, "/status.json</code>, or it cannot be read. Is "
			      "lanterne-collector running with this "
			      "configuration?</p>\n");
		page_end(call, r);
		return;
	}
	text_add(out, "<div class=\"columns\">\n<div>\n");
	add_freshness(call, out);
	add_sources(call->status, out);
	add_store(call->status, out);
	text_add(out, "</div>\n");
	add_ledger(call->status, out);
	add_input(call->status, out);
	text_add(out, "</div>\n");
	add_switches(call, out);
	add_refused(call, out);
	add_macs(call, out);
	add_ports(call, out);
	page_end(call, r);
}
