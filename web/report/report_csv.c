/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A report as CSV (RFC 4180): a line for what it is of, then for each of its
 * parts. Bytes and bit/s are whole numbers, times are UTC, what is unknown is
 * empty. */

#include <math.h>

#include "util/utc.h"
#include "web/csv.h"
#include "web/report/report.h"

static const char head[] =
    "kind,name,asn,vlan,switch,ifindex,peer_asn,from,to,basis,rows,row_seconds,"
    "from_member_known,to_member_known,from_member_bytes,to_member_bytes,"
    "from_member_ipv4_bytes,from_member_ipv6_bytes,from_member_other_bytes,"
    "to_member_ipv4_bytes,to_member_ipv6_bytes,to_member_other_bytes,"
    "from_member_ci95_bytes,to_member_ci95_bytes,"
    "from_member_average_bps,to_member_average_bps,"
    "from_member_peak_bps,from_member_peak_at,to_member_peak_bps,"
    "to_member_peak_at,from_member_p95_bps,to_member_p95_bps,speed_bps,"
    "in_errors,out_errors,in_discards,out_discards\r\n";

enum { BEHIND = 5 }; /* fields that ports alone have */

static void add_text(struct text *out, const char *string)
{
	text_add_char(out, ',');
	if (*string)
		csv_add_name(out, string);
}

static void add_id(struct text *out, bool said, uint64_t number)
{
	text_add_char(out, ',');
	if (said)
		text_add_u64(out, number);
}

static void add_time(struct text *out, int64_t at_s)
{
	char time[UTC_TEXT_SIZE];

	text_addf(out, ",%s", utc_format(at_s, time));
}

static void add_bps(struct text *out, double bytes_per_s)
{
	csv_add_number(out, bytes_per_s * 8);
}

/* What a line is of. */
static void add_subject(struct text *out, const struct report *r,
			const struct subject *subject)
{
	const struct series *s = &subject->series;
	bool of_member = s->kind == SERIES_MEMBER ||
			 s->kind == SERIES_VLAN_INTERFACE ||
			 s->kind == SERIES_PAIR;
	bool of_vlan =
	    s->kind == SERIES_VLAN || s->kind == SERIES_VLAN_INTERFACE;

	text_add(out, subject->kind);
	add_text(out, text_str(&subject->title));
	add_id(out, of_member, s->asn);
	add_id(out, of_vlan, s->vlan);
	add_text(out, series_names_a_switch(s->kind) ? s->switch_name : "");
	add_id(out, s->kind == SERIES_PORT, s->ifindex);
	add_id(out, false, 0);
	add_time(out, r->basis->span.from_s);
	add_time(out, r->basis->span.to_s);
}

static void add_figures(struct text *out, const struct figures *f)
{
	text_addf(out, ",%s,%zu,%u", f->is_exact ? "counters" : "samples",
		  f->rows, f->row_s);
	for (int way = 0; way < WAY_COUNT; way++)
		text_addf(out, ",%zu", f->known[way]);
	for (int way = 0; way < WAY_COUNT; way++)
		csv_add_number(out, f->bytes[way][BAND_TOTAL]);
	for (int way = 0; way < WAY_COUNT; way++) {
		for (int band = 0; band < BAND_TOTAL; band++)
			csv_add_number(out, f->has_bands ? f->bytes[way][band]
							 : NAN);
	}
	for (int way = 0; way < WAY_COUNT; way++)
		csv_add_number(out, f->ci95_bytes[way]);
	for (int way = 0; way < WAY_COUNT; way++)
		add_bps(out, f->average[way]);
	for (int way = 0; way < WAY_COUNT; way++) {
		add_bps(out, f->peak[way]);
		if (isnan(f->peak[way]))
			text_add_char(out, ',');
		else
			add_time(out, f->peak_at_s[way]);
	}
	for (int way = 0; way < WAY_COUNT; way++)
		add_bps(out, f->p95[way]);
}

static void add_commas(struct text *out, size_t count)
{
	while (count-- > 0)
		text_add_char(out, ',');
}

static void add_line(struct text *out, const struct report *r,
		     const struct report_line *line)
{
	add_subject(out, r, &line->subject);
	add_figures(out, &line->figures);
	add_commas(out, BEHIND);
	text_add(out, "\r\n");
}

/* Of a port what comes in is what its member sends. */
static void add_port(struct text *out, const struct report *r,
		     const struct report_port *port)
{
	add_subject(out, r, &port->subject);
	add_figures(out, &port->figures);
	csv_add_number(out, port->row->speed_bps);
	for (int way = 0; way < WAY_COUNT; way++)
		csv_add_number(out, port->errors[way]);
	for (int way = 0; way < WAY_COUNT; way++)
		csv_add_number(out, port->discards[way]);
	text_add(out, "\r\n");
}

static void add_peer(struct text *out, const struct report *r,
		     const struct peer_sum *sum)
{
	const struct member *peer =
	    registry_member(r->call.registry, sum->peer);

	text_add(out, "peer");
	add_text(out, peer ? peer->name : "");
	add_id(out, true, sum->asn);
	add_commas(out, 3);
	add_id(out, true, sum->peer);
	add_time(out, r->basis->span.from_s);
	add_time(out, r->basis->span.to_s);
	text_add(out, ",samples,,,,");
	csv_add_number(out, (double)sum->sent[0] + (double)sum->sent[1]);
	csv_add_number(out,
		       (double)sum->received[0] + (double)sum->received[1]);
	csv_add_number(out, (double)sum->sent[0]);
	csv_add_number(out, (double)sum->sent[1]);
	text_add_char(out, ',');
	csv_add_number(out, (double)sum->received[0]);
	csv_add_number(out, (double)sum->received[1]);
	add_commas(out, 1 + 2 + 2 + 4 + 2 + BEHIND);
	text_add(out, "\r\n");
}

void report_add_csv(struct text *out, const struct report *report)
{
	const struct report_line whole = { .subject = report->subject,
					   .figures = report->total };

	text_add(out, head);
	add_line(out, report, &whole);
	for (size_t i = 0; i < report->line_count; i++)
		add_line(out, report, &report->lines[i]);
	for (size_t i = 0; i < report->group_count; i++)
		add_line(out, report, &report->groups[i]);
	for (size_t i = 0; i < report->port_count; i++)
		add_port(out, report, &report->ports[i]);
	for (size_t i = 0; i < report->peer_count; i++)
		add_peer(out, report, &report->peers[i]);
}
