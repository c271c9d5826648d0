/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <string.h>

#include "util/language.h"
#include "web/health.h"
#include "web/html.h"
#include "web/said.h"
#include "web/units.h"

/*
 * A column of the table. One that most switches say nothing in is left out
 * where none does.
 */
struct column {
	const char *head; /* as health_table takes it */
	void (*add)(const struct call *call, const struct status_switch *w,
		    struct text *out);
	bool (*is_said)(const struct status_switch *w); /* NULL: always shown */
};

static void add_agent(const struct call *call, const struct status_switch *w,
		      struct text *out)
{
	(void)call;
	health_cell(out, w->agent);
}

static void add_heard(const struct call *call, const struct status_switch *w,
		      struct text *out)
{
	health_age(call, out, w->last_seen);
}

static void add_counted(const struct call *call, const struct status_switch *w,
			struct text *out)
{
	(void)call;
	text_add(out, "<td>");
	if (w->mirrored) {
		text_addf(out, "%s</td>", tr(out, "mirrored frames"));
		return;
	}
	html_name(out, w->counted);
	if (strcmp(w->counted, w->direction) != 0) {
		text_add(out, " (");
		html_name(out, w->direction);
		text_add(out, ")");
	}
	text_add(out, "</td>");
}

/* What is missing of the samples, and the rate that comes of it. */
static void add_correction(const struct status_switch *w, struct text *out)
{
	double effective = floor(w->sampling_rate * w->correction + 0.5);

	text_add(out, "<br><small>");
	tr_addf(out, "1 in %s in effect, %s missing",
		said(out, units_count, effective).text,
		said(out, units_percent, 1 - 1 / w->correction).text);
	text_add(out, "</small>");
}

static void add_rate(const struct call *call, const struct status_switch *w,
		     struct text *out)
{
	(void)call;
	text_add(out, "<td class=\"number\">");
	if (w->sampling_rate > 0) {
		tr_addf(out, "1 in %s",
			said(out, units_count, w->sampling_rate).text);
		if (w->correction > 1)
			add_correction(w, out);
	} else {
		units_count(out, NAN);
	}
	text_add(out, "</td>");
}

/* Columns that are a count and no more. */
#define COUNT_COLUMN(field)                                                    \
	static void add_##field(const struct call *call,                       \
				const struct status_switch *w,                 \
				struct text *out)                              \
	{                                                                      \
		(void)call;                                                    \
		health_number(out, w->field);                                  \
	}

COUNT_COLUMN(datagrams)
COUNT_COLUMN(lost_datagrams)
COUNT_COLUMN(ingress_samples)
COUNT_COLUMN(egress_samples)
COUNT_COLUMN(unknown_samples)
COUNT_COLUMN(counter_samples)
COUNT_COLUMN(vlan_counters)
COUNT_COLUMN(drops)
COUNT_COLUMN(frames)
COUNT_COLUMN(lost_frames)

static bool says_frames(const struct status_switch *w)
{
	return w->frames > 0;
}

static bool says_lost_frames(const struct status_switch *w)
{
	return w->lost_frames > 0;
}

static bool says_unknown(const struct status_switch *w)
{
	return w->unknown_samples > 0;
}

static bool says_vlan(const struct status_switch *w)
{
	return w->vlan_counters > 0;
}

static double sum_discarded(const struct status_switch *w)
{
	double sum = w->discarded.count ? 0 : NAN;

	for (size_t i = 0; i < w->discarded.count; i++) {
		if (!isnan(w->discarded.items[i].value))
			sum += w->discarded.items[i].value;
	}
	return sum;
}

static bool says_discarded(const struct status_switch *w)
{
	return sum_discarded(w) > 0;
}

/* "12 acl 9, ttl 3" */
static void add_discarded(const struct call *call,
			  const struct status_switch *w, struct text *out)
{
	const char *before = "<br><small>";

	(void)call;
	text_add(out, "<td class=\"number\">");
	units_count(out, sum_discarded(w));
	for (size_t i = 0; i < w->discarded.count; i++) {
		if (!(w->discarded.items[i].value > 0))
			continue;
		text_add(out, before);
		before = ", ";
		html_name(out, w->discarded.items[i].name);
		text_add(out, " ");
		units_count(out, w->discarded.items[i].value);
	}
	text_add(out, *before == '<' ? "</td>" : "</small></td>");
}

static bool says_processor(const struct status_switch *w)
{
	return !isnan(w->load_percent) || !isnan(w->memory_bytes);
}

static void add_percent(struct text *out, double ratio)
{
	text_add(out, "<td class=\"number\">");
	units_percent(out, ratio);
	text_add(out, "</td>");
}

static void add_load(const struct call *call, const struct status_switch *w,
		     struct text *out)
{
	(void)call;
	add_percent(out, w->load_percent / 100);
}

static void add_memory(const struct call *call, const struct status_switch *w,
		       struct text *out)
{
	(void)call;
	add_percent(out, 1 - w->memory_free_bytes / w->memory_bytes);
}

static const struct column columns[] = {
	{ TR("Agent"), add_agent, NULL },
	{ "#" TR("Last heard"), add_heard, NULL },
	{ TR("Counted"), add_counted, NULL },
	{ "#" TR("Sampling"), add_rate, NULL },
	{ "#" TR("Ingress"), add_ingress_samples, NULL },
	{ "#" TR("Egress"), add_egress_samples, NULL },
	{ "#" TR("Unknown"), add_unknown_samples, says_unknown },
	{ "#" TR("Counters"), add_counter_samples, NULL },
	{ "#" TR("VLAN counters"), add_vlan_counters, says_vlan },
	{ "#" TR("Datagrams"), add_datagrams, NULL },
	{ "#" TR("Lost"), add_lost_datagrams, NULL },
	{ "#" TR("Drops"), add_drops, NULL },
	{ "#" TR("Frames"), add_frames, says_frames },
	{ "#" TR("Frames lost"), add_lost_frames, says_lost_frames },
	{ "#" TR("Discarded"), add_discarded, says_discarded },
	{ "#" TR("Processor"), add_load, says_processor },
	{ "#" TR("Memory"), add_memory, says_processor },
};

enum { COLUMN_COUNT = sizeof(columns) / sizeof(columns[0]) };

static bool is_shown(const struct status *s, const struct column *column)
{
	bool shown = !column->is_said;

	for (size_t i = 0; !shown && i < s->switch_count; i++)
		shown = column->is_said(&s->switches[i]);
	return shown;
}

static void add_switch(const struct call *call, const struct status_switch *w,
		       struct text *out)
{
	text_add(out, "<tr><th scope=\"row\">");
	html_name(out, w->name);
	text_add(out, "</th>");
	for (size_t i = 0; i < COLUMN_COUNT; i++) {
		if (is_shown(call->status, &columns[i]))
			columns[i].add(call, w, out);
	}
	text_add(out, "</tr>\n");
}

void health_add_switches(const struct call *call, struct text *out)
{
	const char *heads[COLUMN_COUNT + 2] = { TR("Switch") };
	const struct status *s = call->status;
	size_t shown = 1;

	health_section(out, "switches", TR("Switches"));
	if (s->switch_count == 0) {
		text_addf(out, "<p>%s</p></section>\n",
			  tr(out, "None is configured, or none was heard of."));
		return;
	}
	for (size_t i = 0; i < COLUMN_COUNT; i++) {
		if (is_shown(s, &columns[i]))
			heads[shown++] = columns[i].head;
	}
	health_table(out, TR("Switches"), heads);
	for (size_t i = 0; i < s->switch_count; i++)
		add_switch(call, &s->switches[i], out);
	health_table_end(out);
	text_addf(
	    out, "<p class=\"note\">%s</p></section>\n",
	    tr(out, "Counted is which samples are used: those that entered the "
		    "switch (ingress), those that left it (egress), both in "
		    "part, or any. Ingress and egress are the flow samples "
		    "received. Drops are samples that the switch could not "
		    "send, discarded are packets that it says it did not "
		    "forward. Frames are mirrored ones; a switch that is "
		    "mirrored counts by them alone. Counts are since the "
		    "collector\xe2\x80\x99s "
		    "start."));
}
