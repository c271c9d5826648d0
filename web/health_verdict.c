/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The first lines of /health: what an operator has to look after. */

#include <math.h>
#include <string.h>

#include "util/language.h"
#include "web/dates.h"
#include "web/health.h"
#include "web/html.h"
#include "web/said.h"
#include "web/units.h"

enum { SILENT_AFTER_S = 120 }; /* a switch sends counters each 20 s or so */

/* One line; the first one opens the list. */
static void add_item(struct text *out, size_t *shown, const char *anchor)
{
	if ((*shown)++ == 0)
		text_add(out, "<ul class=\"verdict\">\n");
	text_addf(out, "<li><a href=\"#%s\">", anchor);
}

static void end_item(struct text *out)
{
	text_add(out, "</a></li>\n");
}

/* A finding, and how often; shown where it is at all. */
struct finding {
	const char *anchor;
	double count;
	const char *words;
};

/* "Unknown MAC addresses: 3" */
static void add_findings(struct text *out, size_t *shown,
			 const struct finding *findings, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct finding *f = &findings[i];

		if (!(f->count > 0))
			continue;
		add_item(out, shown, f->anchor);
		tr_addf(out, "%s: %s", tr(out, f->words),
			said(out, units_count, f->count).text);
		end_item(out);
	}
}

static void add_silent_switches(const struct call *call, struct text *out,
				size_t *shown)
{
	const struct status *s = call->status;
	double now_s = s->is_replay ? s->now : s->written;

	for (size_t i = 0; i < s->switch_count; i++) {
		const struct status_switch *w = &s->switches[i];

		if (w->last_seen > 0 && now_s - w->last_seen < SILENT_AFTER_S)
			continue;
		add_item(out, shown, "switches");
		if (w->last_seen > 0)
			tr_addf(out, "%s is silent since %s",
				said_name(w->name).text,
				said(out, dates_add_time, w->last_seen).text);
		else
			tr_addf(out, "%s has sent nothing yet",
				said_name(w->name).text);
		end_item(out);
	}
}

static size_t count_unconfigured(const struct status *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->port_count; i++)
		n += !s->ports[i].configured;
	return n;
}

static double count_contradictions(const struct status *s)
{
	double count = 0;

	for (size_t i = 0; i < s->learned_count; i++)
		count += s->learned[i].configured;
	return count;
}

static double count_drops(const struct status *s)
{
	double sum = 0;

	for (size_t i = 0; i < s->switch_count; i++) {
		if (s->switches[i].drops > 0)
			sum += s->switches[i].drops;
	}
	return sum;
}

/* What was learned of the ports, and is not as it should be. */
static void add_learned(const struct status *s, struct text *out, size_t *shown)
{
	const double misdelivered =
	    (double)status_staying(s->misdelivered, s->misdelivered_count);
	const struct finding findings[] = {
		{ "moved", (double)s->move_count, TR("MAC addresses moved") },
		{ "misdelivered", misdelivered,
		  TR("Members whose frames leave by others\xe2\x80\x99 "
		     "ports") },
		{ "sides", (double)s->side_count,
		  TR("Members sampled on one side only") },
		{ "losses", (double)s->loss_count,
		  TR("Members whose frames are lost between the ports") },
		{ "mirrors", (double)health_doubled(s),
		  TR("Mirrors that copy frames twice") },
		{ "mirrors", (double)health_cut(s),
		  TR("Mirrors that cut frames") },
		{ "mirrors", (double)health_uncovered(s),
		  TR("Directions of ports of which a mirror does not see what "
		     "the counters say") },
		{ "calibration", (double)health_drifts(s),
		  TR("Estimates that drift away from their ports\xe2\x80\x99 "
		     "counters") },
		{ "contradictions", count_contradictions(s),
		  TR("Ports that contradict the configuration") },
	};

	add_findings(out, shown, findings,
		     sizeof(findings) / sizeof(findings[0]));
}

static double count_relay_drops(const struct status *s)
{
	double sum = 0;

	for (size_t i = 0; i < s->relay_count; i++) {
		if (s->relays[i].dropped > 0)
			sum += s->relays[i].dropped;
	}
	return sum;
}

void health_add_verdict(const struct call *call, struct text *out)
{
	const struct status *s = call->status;
	const struct finding findings[] = {
		{ "store", health_count(&s->store, "rows_failed"),
		  TR("Rows that could not be stored") },
		{ "store", health_count(&s->store, "steps_lost"),
		  TR("Minutes lost") },
		{ "input", health_count(&s->input, "socket_drops"),
		  TR("Datagrams dropped by the kernel") },
		{ "mirrors", (double)health_mirrors_down(s),
		  TR("Mirror ports that are not read") },
		{ "mirrors", health_count(&s->input, "ring_drops"),
		  TR("Frames dropped by the kernel") },
		{ "mirrors", health_count(&s->input, "frames_lost"),
		  TR("Mirrored frames lost on the way") },
		{ "mirrors", health_count(&s->input, "frames_merged"),
		  TR("Mirrored frames merged by this machine") },
		{ "input", health_count(&s->input, "lost_datagrams"),
		  TR("Datagrams lost on the way") },
		{ "switches", count_drops(s),
		  TR("Samples dropped by switches") },
		{ "relays", count_relay_drops(s),
		  TR("Datagrams dropped before receivers") },
		{ "refused", (double)s->refused_count, TR("Refused agents") },
		{ "macs", (double)status_staying(s->macs, s->mac_count),
		  TR("Unknown MAC addresses") },
		{ "ports", (double)count_unconfigured(s),
		  TR("Ports that are not in the configuration") },
	};
	size_t shown = 0;

	if (!health_ledger_balances(s)) {
		add_item(out, &shown, "ledger");
		tr_add(out, "The ledger does not balance");
		end_item(out);
	}
	add_silent_switches(call, out, &shown);
	add_findings(out, &shown, findings,
		     sizeof(findings) / sizeof(findings[0]));
	add_learned(s, out, &shown);
	if (shown > 0)
		text_add(out, "</ul>\n");
	else if (page_is_stale(call))
		health_flag(out, "bad", TR("No new data comes."));
	else
		health_flag(out, "good", TR("Nothing needs attention."));
}
