/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The counters of the status file in plain words. Those that say that
 * something was refused, lost or left out are shown when they are not 0, and
 * one sentence stands for all the others.
 */

#include <math.h>
#include <string.h>

#include "web/health.h"
#include "web/html.h"
#include "web/units.h"

/* What a key of the status file means, in the reader's words. */
struct wording {
	const char *key;
	const char *words;
	bool is_plain; /* shown whatever it is */
};

/* What became of each datagram that was received. */
static const struct wording datagrams[] = {
	{ "accepted", "accepted", true },
	{ "malformed", "malformed", false },
	{ "unsupported_version", "of another sFlow version", false },
	{ "foreign", "from unknown sources or agents", false },
	{ "duplicates", "duplicates", false },
	{ "waited", "waited while the collector stood still (not used)",
	  false },
};

static const struct wording samples[] = {
	{ "flow_samples", "flow samples", true },
	{ "counter_samples", "counter samples", true },
	{ "discarded_packets", "discarded-packet samples", false },
	{ "frames", "mirrored frames", false },
};

static const struct wording losses[] = {
	{ "lost_datagrams", "datagrams lost on the way (sequence gaps)",
	  false },
	{ "socket_drops", "datagrams dropped by the kernel", false },
	{ "late", "datagrams out of sequence (counted and used)", false },
	{ "out_of_order", "captured packets earlier than the one before",
	  false },
	{ "bad_times", "captured packets without a usable time", false },
	{ "broken_captures", "captures that end in the middle of a packet",
	  false },
	{ "other_packets", "captured packets that are not for the port",
	  false },
	{ "fragments", "captured fragments", false },
	{ "ports_refused", "samples of ports for which there was no room",
	  false },
	{ "counter_restarts",
	  "times that a port\xe2\x80\x99s counters began anew", false },
	{ "counter_repeats", "counter samples that cannot be right", false },
};

static const struct wording skipped[] = {
	{ "samples", "samples of other kinds", false },
	{ "flow_records", "flow records of other kinds", false },
	{ "counter_records", "counter records of other kinds", false },
	{ "broken_records", "records shorter than their kind", false },
};

static const struct wording reasons[] = {
	{ "no_member", "neither end is a member", false },
	{ "core_port", "seen at a core port", false },
	{ "egress_not_counted", "egress samples where ingress alone counts",
	  false },
	{ "ingress_not_counted", "ingress samples where egress alone counts",
	  false },
	{ "wrong_port",
	  "a member\xe2\x80\x99s MAC on another\xe2\x80\x99s port", false },
	{ "no_sampling_rate", "the sample says that it stands for no frame",
	  false },
	{ "no_ethernet_header", "no Ethernet header in the sample", false },
	{ "table_full", "no room left in a table", false },
};

static const struct wording store[] = {
	{ "steps_written", "minutes written", true },
	{ "rows_written", "rows written", true },
	{ "steps_lost", "minutes lost", false },
	{ "rows_failed", "rows that failed", false },
	{ "rows_held", "rows that wait for their files", false },
	{ "files_behind", "files that are to be made again from the journal",
	  false },
	{ "rows_odd", "rows dropped for a clock that was wrong", false },
	{ "files_mended", "files that were made again", false },
	{ "mendings_failed", "files that could not be made again", false },
	{ "cells_failed", "sums that found no memory", false },
	{ "pairs_left_out", "pairs beyond the million that are held", false },
	{ "rows_old", "rows that were stored already", false },
	{ "files_failed", "files that failed", false },
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
		page_add_count_row(out, words[i].words, value);
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
	static const char *const columns[] = { "Datagrams", "#Count", NULL };
	size_t findings;

	text_add(out, "<section id=\"input\"><h2>Input</h2>\n");
	health_table(out, "Datagrams", columns);
	findings = add_rows(out, &s->input, WORDS(datagrams));
	text_add(out, "</tbody>\n<tbody class=\"sum\">\n");
	page_add_count_row(out, "received",
			   health_count(&s->input, "datagrams"));
	text_add(out, "</tbody>\n<tbody>\n");
	(void)add_rows(out, &s->input, WORDS(samples));
	findings += add_rows(out, &s->input, WORDS(losses));
	findings += add_rows(out, &s->skipped, WORDS(skipped));
	add_other_input(out, &s->input);
	health_table_end(out);
	if (!health_datagrams_add_up(s))
		text_add(out, "<p class=\"banner bad\">Received datagrams are "
			      "not the sum of what became of them.</p>\n");
	text_addf(out,
		  "<p class=\"flag %s\">Nothing %swas refused, lost or read "
		  "past.</p>\n</section>\n",
		  findings ? "" : "good", findings ? "else " : "");
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

static const char *reason_for(const char *key)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (strcmp(reasons[i].key, key) == 0)
			return reasons[i].words;
	}
	return key;
}

/* Observations = attributed + all that was dropped, or it says so. */
void health_add_ledger(const struct status *s, struct text *out)
{
	static const char *const columns[] = { "Observations", "#Count", NULL };

	text_add(out, "<section id=\"ledger\"><h2>Ledger</h2>\n");
	health_table(out, "Ledger", columns);
	page_add_count_row(out, "attributed to a member", s->attributed);
	for (size_t i = 0; i < s->dropped.count; i++) {
		if (s->dropped.items[i].value == 0)
			continue;
		text_add(out, "<tr><th scope=\"row\">dropped: ");
		html_name(out, reason_for(s->dropped.items[i].name));
		text_add(out, "</th>");
		health_number(out, s->dropped.items[i].value);
		text_add(out, "</tr>\n");
	}
	text_add(out, "</tbody>\n<tbody class=\"sum\">\n");
	page_add_count_row(out, "sum", accounted(s));
	page_add_count_row(out, "observations", s->observations);
	health_table_end(out);
	if (isnan(s->observations))
		text_add(out, "<p class=\"flag warn\">The collector has not "
			      "said.</p>\n");
	else if (health_ledger_balances(s))
		text_add(out, "<p class=\"flag good\">The ledger balances. "
			      "Nothing else was dropped.</p>\n");
	else
		text_add(out, "<p class=\"banner bad\">The ledger does not "
			      "balance: sum and observations differ.</p>\n");
	text_add(out, "<p class=\"note\">An observation is a sampled frame: "
		      "attributed to a member, or dropped for a named "
		      "reason. A frame is sampled at each port that it "
		      "passes and counts at one, so what is dropped here is "
		      "mostly what counts elsewhere.</p>\n</section>\n");
}

void health_add_store(const struct status *s, struct text *out)
{
	static const char *const columns[] = { "Store", "#Count", NULL };
	size_t findings;

	if (s->store.count == 0)
		return;
	text_add(out, "<section id=\"store\"><h2>Store</h2>\n");
	health_table(out, "Store", columns);
	findings = add_rows(out, &s->store, WORDS(store));
	health_table_end(out);
	if (findings == 0)
		text_add(out, "<p class=\"flag good\">Nothing was lost or "
			      "failed.</p>\n");
	text_add(out, "</section>\n");
}
