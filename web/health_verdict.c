/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The first lines of /health: what an operator has to look after. */

#include <math.h>
#include <string.h>

#include "web/dates.h"
#include "web/health.h"
#include "web/html.h"
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

/* "3 MAC addresses are unknown" */
static void add_counted(struct text *out, size_t *shown, const char *anchor,
			double count, const char *const words[2])
{
	if (!(count > 0))
		return;
	add_item(out, shown, anchor);
	units_count(out, count);
	text_addf(out, " %s", words[count > 1]);
	end_item(out);
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
		html_name(out, w->name);
		if (w->last_seen > 0) {
			text_add(out, " is silent since ");
			dates_add_time(out, w->last_seen);
		} else {
			text_add(out, " has sent nothing yet");
		}
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
	const struct {
		const char *anchor;
		double count;
		const char *words[2];
	} lines[] = {
		{ "moved",
		  (double)s->move_count,
		  { "MAC address moved", "MAC addresses moved" } },
		{ "misdelivered",
		  misdelivered,
		  { "member\xe2\x80\x99s frames leave by another\xe2\x80\x99s "
		    "port",
		    "members\xe2\x80\x99 frames leave by others\xe2\x80\x99 "
		    "ports" } },
		{ "sides",
		  (double)s->side_count,
		  { "member is sampled on one side only",
		    "members are sampled on one side only" } },
		{ "losses",
		  (double)s->loss_count,
		  { "member\xe2\x80\x99s frames are lost between the ports",
		    "members\xe2\x80\x99 frames are lost between the ports" } },
		{ "calibration",
		  (double)health_drifts(s),
		  { "estimate drifts away from its port\xe2\x80\x99s counters",
		    "estimates drift away from their ports\xe2\x80\x99 "
		    "counters" } },
		{ "contradictions",
		  count_contradictions(s),
		  { "port contradicts the configuration",
		    "ports contradict the configuration" } },
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		add_counted(out, shown, lines[i].anchor, lines[i].count,
			    lines[i].words);
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
	const struct {
		const char *anchor;
		double count;
		const char *words[2];
	} lines[] = {
		{ "store",
		  health_count(&s->store, "rows_failed"),
		  { "row could not be stored", "rows could not be stored" } },
		{ "store",
		  health_count(&s->store, "steps_lost"),
		  { "minute was lost", "minutes were lost" } },
		{ "input",
		  health_count(&s->input, "socket_drops"),
		  { "datagram was dropped by the kernel",
		    "datagrams were dropped by the kernel" } },
		{ "input",
		  health_count(&s->input, "lost_datagrams"),
		  { "datagram was lost on the way",
		    "datagrams were lost on the way" } },
		{ "switches",
		  count_drops(s),
		  { "sample was dropped by a switch",
		    "samples were dropped by switches" } },
		{ "relays",
		  count_relay_drops(s),
		  { "datagram was dropped before a receiver",
		    "datagrams were dropped before receivers" } },
		{ "refused",
		  (double)s->refused_count,
		  { "agent is refused", "agents are refused" } },
		{ "macs",
		  (double)status_staying(s->macs, s->mac_count),
		  { "MAC address is unknown", "MAC addresses are unknown" } },
		{ "ports",
		  (double)count_unconfigured(s),
		  { "port is not in the configuration",
		    "ports are not in the configuration" } },
	};
	size_t shown = 0;

	if (!health_ledger_balances(s)) {
		add_item(out, &shown, "ledger");
		text_add(out, "The ledger does not balance");
		end_item(out);
	}
	add_silent_switches(call, out, &shown);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		add_counted(out, &shown, lines[i].anchor, lines[i].count,
			    lines[i].words);
	add_learned(s, out, &shown);
	if (shown > 0)
		text_add(out, "</ul>\n");
	else if (page_is_stale(call))
		text_add(out, "<p class=\"flag bad\">No new data comes.</p>\n");
	else
		text_add(out, "<p class=\"flag good\">Nothing needs "
			      "attention.</p>\n");
}
