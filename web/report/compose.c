/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/report/compose.h"

#include <math.h>
#include <string.h>

#include "util/language.h"
#include "util/zone.h"
#include "web/dates.h"
#include "web/html.h"
#include "web/said.h"
#include "web/units.h"

/* Whether local clocks are set within it: a time may come twice then. */
static bool has_change(const struct span *span)
{
	struct text offsets;
	size_t half;
	bool differs;

	text_init(&offsets);
	zone_add(&offsets, "%z", span->from_s);
	half = offsets.len;
	zone_add(&offsets, "%z", span->to_s - 1);
	differs =
	    offsets.len != 2 * half ||
	    memcmp(text_str(&offsets), text_str(&offsets) + half, half) != 0;
	text_fini(&offsets);
	return differs;
}

void compose_time(struct text *out, const struct span *span, int64_t at_s)
{
	if (span->kind == SPAN_DAY)
		dates_add(out, "%H:%M", at_s);
	else
		dates_add_minute(out, at_s);
	if (has_change(span))
		dates_add(out, "\xc2\xa0%Z", at_s);
}

void compose_rate_of(struct text *out, double bytes_per_s, double speed_bps)
{
	units_rate(out, bytes_per_s);
	if (!isfinite(bytes_per_s / speed_bps) || !(speed_bps > 0))
		return;
	text_add(out, " (");
	units_percent(out, bytes_per_s * 8 / speed_bps);
	text_add_char(out, ')');
}

static void add_title(struct document *d, const struct report *r)
{
	struct text *out = document_text(d);
	struct text label;

	text_init_like(&label, out);
	span_add_label(&label, &r->basis->span);
	text_add(out, r->call.config->exchange_name);
	if (r->member) {
		text_addf(out, ", AS%u ", r->member->asn);
		html_plain(out, r->member->name, HTML_NAME_MAX);
	}
	tr_add(out, ": ");
	text_add(out, text_str(&label));
	text_fini(&label);
	document_title(d);
}

static void add_minute(struct text *out, double at_s)
{
	dates_add_minute(out, (int64_t)at_s);
}

/* A day by its hours, which may be 23 or 25; what is longer by its days. */
static double length_of(const struct span *span)
{
	return span->kind == SPAN_DAY ? (double)(span->to_s - span->from_s)
				      : 86400.0 * span_days(span);
}

static double start_of(struct date day)
{
	return (double)zone_day_start(day, SPAN_SLOT_S);
}

static void add_day(struct text *out, double at_s)
{
	dates_add_day(out, (int64_t)at_s);
}

static void add_what_it_is_of(struct document *d, const struct report *r)
{
	const struct span *span = &r->basis->span;
	struct text *out = document_text(d);

	tr_addf(out, "From %s to %s, %s: %s.",
		said(out, add_minute, (double)span->from_s).text,
		said(out, add_minute, (double)span->to_s).text,
		r->call.config->timezone,
		said(out, units_duration, length_of(span)).text);
	if (r->call.status && r->call.status->is_replay)
		tr_add(out,
		       " These are figures of a capture that was replayed.");
	document_paragraph(d, false);
}

/* Days in a row as the first and the last of them. */
static void add_missing_days(struct document *d, const struct report *r)
{
	struct text *out = document_text(d);
	unsigned first = 0;

	if (r->missing_count == 0 || r->basis->span.kind == SPAN_DAY)
		return;
	tr_add(out, "Days that are missing:");
	for (unsigned i = 0; i < r->missing_count; i++) {
		if (i + 1 < r->missing_count &&
		    date_number(r->missing[i + 1]) ==
			date_number(r->missing[i]) + 1)
			continue;
		text_add(out, first ? ", " : " ");
		add_day(out, start_of(r->missing[first]));
		if (i > first) {
			text_add(out, " \xe2\x80\x93 ");
			add_day(out, start_of(r->missing[i]));
		}
		first = i + 1;
	}
	text_add_char(out, '.');
	document_paragraph(d, true);
}

static void add_gaps(struct document *d, const struct report *r)
{
	const struct span *span = &r->basis->span;
	struct text *out = document_text(d);

	if (r->gap_count == 0)
		return;
	tr_add(out, "No data:");
	for (size_t i = 0; i < r->gap_count && i < REPORT_GAPS_MAX; i++) {
		text_add(out, i ? ", " : " ");
		compose_time(out, span, r->gaps[i].from_s);
		text_add(out, "\xe2\x80\x93");
		compose_time(out, span, r->gaps[i].to_s);
	}
	if (r->gap_count > REPORT_GAPS_MAX)
		tr_addf(out, " and %zu more", r->gap_count - REPORT_GAPS_MAX);
	text_add_char(out, '.');
	document_paragraph(d, true);
}

static void add_record(struct document *d, const struct report *r, enum way way)
{
	const struct broken *b = &r->broken;
	struct text *out = document_text(d);

	if (b->peak[way]) {
		tr_addf(out, "A record of a minute, by samples, %s: %s at %s;",
			text_str(&r->subject.way[way]),
			said(out, units_rate, b->now->of[way].peak).text,
			said(out, add_minute, (double)b->now->of[way].peak_at_s)
			    .text);
		tr_addf(
		    out, " the highest before was %s, %s.",
		    said(out, units_rate, b->before->of[way].peak).text,
		    said(out, add_minute, (double)b->before->of[way].peak_at_s)
			.text);
		document_paragraph(d, false);
	}
	if (b->day[way]) {
		tr_addf(
		    out, "A record of a day, by samples, %s: %s on %s;",
		    text_str(&r->subject.way[way]),
		    said(out, units_bytes, b->now->of[way].day).text,
		    said(out, add_day, start_of(b->now->of[way].day_on)).text);
		tr_addf(out, " the most in a day before was %s, %s.",
			said(out, units_bytes, b->before->of[way].day).text,
			said(out, add_day, start_of(b->before->of[way].day_on))
			    .text);
		document_paragraph(d, false);
	}
}

static void add_link(struct document *d, const struct report *r)
{
	const char *url = r->call.config->reports.url;
	const struct span *span = &r->basis->span;
	struct text *out = document_text(d);
	size_t len = url ? strlen(url) : 0;

	if (!url)
		return;
	while (len > 0 && url[len - 1] == '/')
		len--;
	tr_add(out, "On the site:");
	text_addf(out, " %.*s/", (int)len, url);
	if (r->member)
		text_addf(out, "members/AS%u", r->member->asn);
	text_addf(out, "?from=%lld&to=%lld", (long long)span->from_s,
		  (long long)span->to_s);
	document_paragraph(d, false);
}

void compose(struct document *d, const struct report *report)
{
	add_title(d, report);
	add_what_it_is_of(d, report);
	add_missing_days(d, report);
	add_gaps(d, report);
	document_graph(d, &report->subject, &report->view);
	compose_totals(d, report);
	for (int way = 0; way <= (report->subject.one_way ? WAY_FROM : WAY_TO);
	     way++)
		add_record(d, report, (enum way)way);
	compose_ports(d, report);
	compose_parts(d, report);
	compose_findings(d, report);
	add_link(d, report);
}
