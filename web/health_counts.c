/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The counters of the status file in plain words. Those that say that
 * something was refused, lost or left out are shown when they are not 0, and
 * one sentence stands for all the others.
 */

#include <math.h>
#include <string.h>

#include "util/language.h"
#include "web/health.h"
#include "web/html.h"
#include "web/said.h"
#include "web/units.h"

/* What a key of the status file means, in the reader's words. */
struct wording {
	const char *key;
	const char *words;
	bool is_plain; /* shown whatever it is */
};

/* What became of each datagram that was received. */
static const struct wording datagrams[] = {
	{ "accepted", TR("accepted"), true },
	{ "malformed", TR("malformed"), false },
	{ "unsupported_version", TR("of another sFlow version"), false },
	{ "foreign", TR("from unknown sources or agents"), false },
	{ "duplicates", TR("duplicates"), false },
	{ "waited", TR("waited while the collector stood still (not used)"),
	  false },
};

static const struct wording samples[] = {
	{ "flow_samples", TR("flow samples"), true },
	{ "counter_samples", TR("counter samples"), true },
	{ "discarded_packets", TR("discarded-packet samples"), false },
	{ "mirrored_packets", TR("packets of mirrors"), false },
	{ "frames", TR("mirrored frames"), false },
};

static const struct wording losses[] = {
	{ "lost_datagrams", TR("datagrams lost on the way (sequence gaps)"),
	  false },
	{ "socket_drops", TR("datagrams dropped by the kernel"), false },
	{ "ring_drops", TR("mirrored frames dropped by the kernel"), false },
	{ "frames_lost",
	  TR("mirrored frames lost on the way (gaps of ERSPAN\xe2\x80\x99s "
	     "numbers)"),
	  false },
	{ "frames_merged",
	  TR("mirrored frames merged by this machine (counted as they came)"),
	  false },
	{ "frame_lengths_unknown",
	  TR("mirrored frames cut by the switch, of unknown length"), false },
	{ "erspan_no_frame", TR("ERSPAN packets without a frame (markers)"),
	  false },
	{ "erspan_unknown", TR("ERSPAN packets of an unknown version"), false },
	{ "erspan_malformed", TR("ERSPAN packets cut before the frame"),
	  false },
	{ "erspan_fragments", TR("fragments of GRE packets (refused)"), false },
	{ "erspan_foreign", TR("GRE packets from unknown sources"), false },
	{ "gre_other", TR("GRE packets without ERSPAN"), false },
	{ "frames_waited",
	  TR("mirrored frames that waited while the collector stood still "
	     "(not used)"),
	  false },
	{ "late", TR("datagrams out of sequence (counted and used)"), false },
	{ "out_of_order", TR("captured packets earlier than the one before"),
	  false },
	{ "bad_times", TR("captured packets without a usable time"), false },
	{ "broken_captures", TR("captures that end in the middle of a packet"),
	  false },
	{ "other_packets", TR("captured packets that are not for the port"),
	  false },
	{ "fragments", TR("captured fragments"), false },
	{ "ports_refused", TR("samples of ports for which there was no room"),
	  false },
	{ "counter_restarts",
	  TR("times that a port\xe2\x80\x99s counters began anew"), false },
	{ "counter_repeats", TR("counter samples that cannot be right"),
	  false },
};

static const struct wording skipped[] = {
	{ "samples", TR("samples of other kinds"), false },
	{ "flow_records", TR("flow records of other kinds"), false },
	{ "counter_records", TR("counter records of other kinds"), false },
	{ "broken_records", TR("records shorter than their kind"), false },
};

static const struct wording reasons[] = {
	{ "no_member", TR("neither end is a member"), false },
	{ "core_port",
	  TR("seen at a core port, or mirrored by a switch that they "
	     "came to from another"),
	  false },
	{ "egress_not_counted", TR("egress samples where ingress alone counts"),
	  false },
	{ "ingress_not_counted",
	  TR("ingress samples where egress alone counts"), false },
	{ "wrong_port",
	  TR("a member\xe2\x80\x99s MAC on another\xe2\x80\x99s port"), false },
	{ "no_sampling_rate", TR("the sample says that it stands for no frame"),
	  false },
	{ "no_ethernet_header", TR("no Ethernet header in the sample"), false },
	{ "table_full", TR("no room left in a table"), false },
	{ "duplicate", TR("second copies of mirrored frames"), false },
	{ "mirrored_switch",
	  TR("samples of a switch that is counted by its mirror"), false },
};

static const struct wording store[] = {
	{ "steps_written", TR("minutes written"), true },
	{ "rows_written", TR("rows written"), true },
	{ "steps_lost", TR("minutes lost"), false },
	{ "rows_failed", TR("rows that failed"), false },
	{ "rows_held", TR("rows that wait for their files"), false },
	{ "files_behind",
	  TR("files that are to be made again from the journal"), false },
	{ "rows_odd", TR("rows dropped for a clock that was wrong"), false },
	{ "files_mended", TR("files that were made again"), false },
	{ "mendings_failed", TR("files that could not be made again"), false },
	{ "cells_failed", TR("sums that found no memory"), false },
	{ "pairs_left_out", TR("pairs beyond the million that are held"),
	  false },
	{ "rows_old", TR("rows that were stored already"), false },
	{ "files_failed", TR("files that failed"), false },
};

#define WORDS(table) (table), sizeof(table) / sizeof((table)[0])

double health_count(const struct status_counts *counts, const char *key)
{
	for (size_t i = 0; i < counts->count; i++) {
		if (strcmp(counts->items[i].name, key) == 0)
			return counts->items[i].value;
	}
	return NAN;
}

/* Rows of those that are to be shown. @return how many of them are findings */
static size_t add_rows(struct text *out, const struct status_counts *counts,
		       const struct wording *words, size_t count)
{
	size_t findings = 0;

	for (size_t i = 0; i < count; i++) {
		double value = health_count(counts, words[i].key);

		if (isnan(value) || (!words[i].is_plain && value == 0))
			continue;
		page_add_count_row(out, tr(out, words[i].words), value);
		findings += !words[i].is_plain;
	}
	return findings;
}

static bool is_known(const char *key, const struct wording *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(words[i].key, key) == 0)
			return true;
	}
	return false;
}

/* Counters of a later collector, by the names that it gives them. */
static void add_other_input(struct text *out, const struct status_counts *input)
{
	for (size_t i = 0; i < input->count; i++) {
		const char *key = input->items[i].name;

		if (strcmp(key, "datagrams") == 0 ||
		    strncmp(key, "skipped_", 8) == 0 ||
		    is_known(key, WORDS(datagrams)) ||
		    is_known(key, WORDS(samples)) ||
		    is_known(key, WORDS(losses)) ||
		    !(input->items[i].value > 0))
			continue;
		page_add_count_row(out, key, input->items[i].value);
	}
}

/* NaN if the file does not say. */
static double sum_of(const struct status_counts *counts,
		     const struct wording *words, size_t count)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += health_count(counts, words[i].key);
	return sum;
}

bool health_datagrams_add_up(const struct status *s)
{
	double received = health_count(&s->input, "datagrams");
	double sum = sum_of(&s->input, WORDS(datagrams));

	return isnan(received) || isnan(sum) || received == sum;
}

void health_add_input(const struct status *s, struct text *out)
{
	static const char *const columns[] = { TR("Datagrams"), "#" TR("Count"),
					       NULL };
	size_t findings;

	health_section(out, "input", TR("Input"));
	health_table(out, TR("Datagrams"), columns);
	findings = add_rows(out, &s->input, WORDS(datagrams));
	text_add(out, "</tbody>\n<tbody class=\"sum\">\n");
	page_add_count_row(out, tr(out, "received"),
			   health_count(&s->input, "datagrams"));
	text_add(out, "</tbody>\n<tbody>\n");
	(void)add_rows(out, &s->input, WORDS(samples));
	findings += add_rows(out, &s->input, WORDS(losses));
	findings += add_rows(out, &s->skipped, WORDS(skipped));
	add_other_input(out, &s->input);
	health_table_end(out);
	if (!health_datagrams_add_up(s))
		health_banner(out, TR("Received datagrams are not the sum of "
				      "what became of them."));
	text_addf(out, "<p class=\"flag %s\">%s</p>\n</section>\n",
		  findings ? "" : "good",
		  tr(out, findings ? TR("Nothing else was refused, lost or "
					"read past.")
				   : TR("Nothing was refused, lost or read "
					"past.")));
}

static double accounted(const struct status *s)
{
	double sum = s->attributed;

	for (size_t i = 0; i < s->dropped.count; i++)
		sum += s->dropped.items[i].value;
	return sum;
}

bool health_ledger_balances(const struct status *s)
{
	return isnan(s->observations) || accounted(s) == s->observations;
}

/* What a reason means; one of a later collector by its own name. */
static struct said reason_for(const struct text *out, const char *key)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (strcmp(reasons[i].key, key) == 0)
			return said_name(tr(out, reasons[i].words));
	}
	return said_name(key);
}

/* Observations = attributed + all that was dropped, or it says so. */
void health_add_ledger(const struct status *s, struct text *out)
{
	static const char *const columns[] = { TR("Observations"),
					       "#" TR("Count"), NULL };

	health_section(out, "ledger", TR("Ledger"));
	health_table(out, TR("Ledger"), columns);
	page_add_count_row(out, tr(out, "attributed to a member"),
			   s->attributed);
	for (size_t i = 0; i < s->dropped.count; i++) {
		if (s->dropped.items[i].value == 0)
			continue;
		text_add(out, "<tr><th scope=\"row\">");
		tr_addf(out, "dropped: %s",
			reason_for(out, s->dropped.items[i].name).text);
		text_add(out, "</th>");
		health_number(out, s->dropped.items[i].value);
		text_add(out, "</tr>\n");
	}
	text_add(out, "</tbody>\n<tbody class=\"sum\">\n");
	page_add_count_row(out, tr(out, "sum"), accounted(s));
	page_add_count_row(out, tr(out, "observations"), s->observations);
	health_table_end(out);
	if (isnan(s->observations))
		health_flag(out, "warn", TR("The collector has not said."));
	else if (health_ledger_balances(s))
		health_flag(out, "good",
			    TR("The ledger balances. Nothing else was "
			       "dropped."));
	else
		health_banner(out, TR("The ledger does not balance: sum and "
				      "observations differ."));
	text_addf(
	    out, "<p class=\"note\">%s</p>\n</section>\n",
	    tr(out,
	       "An observation is a sampled or mirrored frame: attributed to a "
	       "member, or dropped for a named reason. A frame is "
	       "sampled at each port that it passes and counts at "
	       "one, so what is dropped here is mostly what counts "
	       "elsewhere."));
}

void health_add_store(const struct status *s, struct text *out)
{
	static const char *const columns[] = { TR("Store"), "#" TR("Count"),
					       NULL };
	size_t findings;

	if (s->store.count == 0)
		return;
	health_section(out, "store", TR("Store"));
	health_table(out, TR("Store"), columns);
	findings = add_rows(out, &s->store, WORDS(store));
	health_table_end(out);
	if (findings == 0)
		health_flag(out, "good", TR("Nothing was lost or failed."));
	text_add(out, "</section>\n");
}
