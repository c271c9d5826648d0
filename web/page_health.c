/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * /health — whether what the other pages show can be believed: sources,
 * ledger, switches, relays; and what the configuration does not know yet, each
 * with the line that would mend it.
 */

#include <errno.h>
#include <math.h>
#include <string.h>

#include "util/err.h"
#include "util/language.h"
#include "web/dates.h"
#include "web/health.h"
#include "web/html.h"
#include "web/said.h"
#include "web/units.h"

void health_section(struct text *out, const char *id, const char *heading)
{
	text_addf(out, "<section id=\"%s\"><h2>%s</h2>\n", id,
		  tr(out, heading));
}

void health_flag(struct text *out, const char *kind, const char *words)
{
	text_addf(out, "<p class=\"flag %s\">%s</p>\n", kind, tr(out, words));
}

void health_banner(struct text *out, const char *words)
{
	text_addf(out, "<p class=\"banner bad\">%s</p>\n", tr(out, words));
}

void health_table(struct text *out, const char *caption,
		  const char *const *columns)
{
	text_addf(out,
		  "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
		  "aria-label=\"%s\"><table>\n<caption>%s</caption>\n<thead>"
		  "<tr>",
		  tr(out, caption), tr(out, caption));
	for (; *columns; columns++) {
		bool is_number = **columns == '#';

		text_addf(out, "<th scope=\"col\"%s>%s</th>",
			  is_number ? " class=\"number\"" : "",
			  tr(out, *columns + is_number));
	}
	text_add(out, "</tr></thead>\n<tbody>\n");
}

void health_table_end(struct text *out)
{
	text_add(out, "</tbody></table></div>\n");
}

void health_cell(struct text *out, const char *string)
{
	text_add(out, "<td>");
	html_name(out, string);
	text_add(out, "</td>");
}

void health_number(struct text *out, double value)
{
	text_add(out, "<td class=\"number\">");
	units_count(out, value);
	text_add(out, "</td>");
}

void health_age(const struct call *call, struct text *out, double at_s)
{
	const struct status *s = call->status;
	double now = s->is_replay ? s->now : call->wall_s;

	text_add(out, "<td class=\"number\">");
	tr_addf(out, "%s ago",
		said(out, units_duration, at_s > 0 ? fmax(0, now - at_s) : NAN)
		    .text);
	text_add(out, "</td>");
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

/* A reload that was refused: what was in force before goes on. */
static void add_refusal(struct text *out, bool by_collector, double at_s,
			const char *problem)
{
	struct said when = said(out, dates_add_time, at_s);

	if (!(at_s > 0))
		return;
	text_add(out, "<div class=\"banner bad\" id=\"refusal\">");
	if (by_collector)
		tr_addf(out,
			"The collector refused a new configuration, %s; the "
			"old one stays in force.",
			when.text);
	else
		tr_addf(out,
			"This server refused a new configuration, %s; the old "
			"one stays in force.",
			when.text);
	text_add(out, "<pre tabindex=\"0\">");
	add_lines(out, problem);
	text_add(out, "</pre></div>\n");
}

static void add_fact(struct text *out, const char *label, double at_s)
{
	if (!(at_s > 0))
		return;
	text_addf(out, "<div><dt>%s</dt><dd>", tr(out, label));
	dates_add_time(out, at_s);
	text_add(out, "</dd></div>");
}

static void add_freshness(const struct status *s,
			  const struct site_reading *web, struct text *out)
{
	health_section(out, "freshness", TR("Freshness"));
	text_add(out, "<dl class=\"facts\">");
	add_fact(out, TR("Status written"), s->written);
	add_fact(out, TR("Last stored minute ends"),
		 s->is_replay ? fmin(s->last_step_end, s->now)
			      : s->last_step_end);
	add_fact(out,
		 s->is_replay ? TR("Capture begins") : TR("Collector started"),
		 s->started);
	add_fact(out, TR("Configuration read by the collector"),
		 s->config_loaded);
	add_fact(out, TR("Configuration read by this server"), web->loaded_s);
	text_add(out, "</dl>\n");
	if (s->clock_jumps > 0) {
		text_add(out, "<p class=\"flag warn\">");
		tr_addf(out,
			"Times that the collector\xe2\x80\x99s clock was set "
			"since its start: %s. Minutes around such a jump are "
			"unknown.",
			said(out, units_count, s->clock_jumps).text);
		text_add(out, "</p>\n");
	}
	if (s->pauses > 0) {
		text_add(out, "<p class=\"flag warn\">");
		tr_addf(out,
			"Times that the collector stood still since its start: "
			"%s. Those minutes are unknown.",
			said(out, units_count, s->pauses).text);
		text_add(out, "</p>\n");
	}
	text_add(out, "</section>\n");
}

static void add_sources(const struct status *s, struct text *out)
{
	static const char *const columns[] = { TR("Kind"), TR("Listens on"),
					       "#" TR("Dropped by the kernel"),
					       NULL };

	health_section(out, "sources", TR("Sources"));
	if (s->source_count == 0) {
		text_addf(out, "<p>%s</p></section>\n",
			  tr(out, "None is open."));
		return;
	}
	health_table(out, TR("Sources"), columns);
	for (size_t i = 0; i < s->source_count; i++) {
		text_add(out, "<tr>");
		health_cell(out, s->sources[i].kind);
		health_cell(out, s->sources[i].listen);
		health_number(out, s->sources[i].drops);
		text_add(out, "</tr>\n");
	}
	health_table_end(out);
	text_add(out, "</section>\n");
}

/* What stands before everything else, whether there is a status or not. */
static void add_banners(const struct call *call, const struct site_reading *web,
			const char *problem, struct text *out)
{
	const struct status *s = call->status;

	add_refusal(out, false, web->refused_s, problem);
	if (!s) {
		struct text path;

		text_init(&path);
		html_escape(&path, call->config->state_dir);
		text_add(out, "<p class=\"banner bad\">");
		tr_addf(out,
			"The collector has not written "
			"<code>%s/status.json</code>, or it cannot be read. Is "
			"lanterne-collector running with this configuration?",
			text_str(&path));
		text_add(out, "</p>\n");
		text_fini(&path);
	} else {
		add_refusal(out, true, s->config_refused, s->config_problem);
	}
	if (web->status_error < 0 && (s || web->status_error != -ENOENT)) {
		text_add(out, "<p class=\"banner bad\">");
		tr_addf(out, "The status file cannot be read now: %s.",
			err_str(web->status_error));
		if (s)
			tr_add(out, " What follows is from before.");
		text_add(out, "</p>\n");
	}
	if (s && !isnan(s->version) && s->version != STATUS_VERSION)
		text_addf(out, "<p class=\"banner\">%s</p>\n",
			  tr(out,
			     "The collector writes another version of the "
			     "status file than this server reads: what follows "
			     "may be incomplete. Are both from the same "
			     "release?"));
	if (s && *s->last_error) {
		text_add(out, "<p class=\"banner bad\">");
		tr_add(out, "Last store error: ");
		html_escape(out, s->last_error);
		text_add(out, "</p>\n");
	}
}

void page_health(const struct call *call, struct response *r)
{
	struct text *out = &r->body;
	struct site_reading web;
	struct text problem;

	text_init(&problem);
	web = site_reading(call->site, &problem);
	page_begin(call, r, tr(out, "Health"));
	text_addf(out, "<h1>%s</h1>\n", tr(out, "Health"));
	add_banners(call, &web, text_str(&problem), out);
	text_fini(&problem);
	if (!call->status) {
		health_add_requests(call, out);
		page_end(call, r);
		return;
	}
	health_add_verdict(call, out);
	text_add(out, "<div class=\"columns\">\n");
	health_add_ledger(call->status, out);
	health_add_input(call->status, out);
	text_add(out, "<div>\n");
	add_freshness(call->status, &web, out);
	add_sources(call->status, out);
	health_add_mirrors(call, out);
	health_add_store(call->status, out);
	text_add(out, "</div>\n</div>\n");
	health_add_switches(call, out);
	health_add_sampling(call, out);
	health_add_relays(call->status, out);
	health_add_unknowns(call, out);
	health_add_requests(call, out);
	page_end(call, r);
}
