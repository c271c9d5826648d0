/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A report as JSON. Bytes and bit/s are whole numbers, null where unknown;
 * times are seconds of the epoch. ARCHITECTURE.md has the format. */

#include <math.h>

#include "util/json_write.h"
#include "web/graph.h"
#include "web/report/report.h"

enum { VERSION = 1 };

static void put_bytes(struct json_writer *w, const char *key, double bytes)
{
	json_put_double(w, key, bytes, 0);
}

static void put_bps(struct json_writer *w, const char *key, double bytes_per_s)
{
	json_put_double(w, key, bytes_per_s * 8, 0);
}

static void put_time(struct json_writer *w, const char *key, int64_t at_s,
		     bool known)
{
	if (known)
		json_put_i64(w, key, at_s);
	else
		json_put_null(w, key);
}

static void put_bands(struct json_writer *w, const char *key,
		      const double of[BAND_COUNT])
{
	json_put_object(w, key);
	for (int band = 0; band < BAND_COUNT; band++)
		put_bytes(w, graph_band_key((enum band)band), of[band]);
	json_end_object(w);
}

static void put_way(struct json_writer *w, const struct subject *subject,
		    const struct figures *f, enum way way)
{
	json_put_object(w, graph_way_key(subject, way));
	json_put_u64(w, "known", f->known[way]);
	put_bands(w, "bytes", f->bytes[way]);
	put_bytes(w, "ci95_bytes", f->ci95_bytes[way]);
	put_bands(w, "bytes_by_samples", f->sampled[way]);
	put_bps(w, "average", f->average[way]);
	put_bps(w, "peak", f->peak[way]);
	put_time(w, "peak_at", f->peak_at_s[way], !isnan(f->peak[way]));
	put_bps(w, "p95", f->p95[way]);
	json_end_object(w);
}

static void put_figures(struct json_writer *w, const struct subject *subject,
			const struct figures *f)
{
	json_put_string(w, "basis", f->is_exact ? "counters" : "samples");
	json_put_u64(w, "rows", f->rows);
	json_put_u64(w, "row_seconds", f->row_s);
	json_put_bool(w, "provisional", figures_are_provisional(f));
	put_way(w, subject, f, WAY_FROM);
	if (!subject->one_way)
		put_way(w, subject, f, WAY_TO);
}

/* What a part is: its numbers, as far as it has them. */
static void put_subject(struct json_writer *w, const struct subject *subject)
{
	const struct series *s = &subject->series;

	json_put_string(w, "kind", subject->kind);
	json_put_string(w, "title", text_str(&subject->title));
	if (s->kind == SERIES_MEMBER || s->kind == SERIES_VLAN_INTERFACE)
		json_put_u64(w, "asn", s->asn);
	if (s->kind == SERIES_VLAN || s->kind == SERIES_VLAN_INTERFACE)
		json_put_u64(w, "vlan", s->vlan);
	if (s->kind == SERIES_VLAN_INTERFACE)
		json_put_u64(w, "ordinal", s->ordinal);
	if (series_names_a_switch(s->kind))
		json_put_string(w, "switch", s->switch_name);
	if (s->kind == SERIES_PORT)
		json_put_u64(w, "ifindex", s->ifindex);
}

static void put_usual(struct json_writer *w, const struct report *r)
{
	json_put_object(w, "usual");
	for (int way = 0; way < WAY_COUNT; way++) {
		const struct comparison *c = &r->usual[way];

		json_put_object(w, graph_way_key(&r->subject, (enum way)way));
		put_bps(w, "now", c->now);
		put_bps(w, "mean", c->mean);
		put_bps(w, "deviation", c->deviation);
		json_put_double(w, "change", c->change, 4);
		json_put_double(w, "deviations", c->score, 2);
		json_put_u64(w, "asked", c->asked);
		json_put_u64(w, "known", c->known);
		json_put_u64(w, "used", c->used);
		json_end_object(w);
	}
	json_end_object(w);
}

static void put_records(struct json_writer *w, const struct report *r)
{
	const struct broken *b = &r->broken;
	char day[DATE_TEXT_SIZE];

	json_put_array(w, "records");
	for (int i = 0; i < RECORDS_WAYS * 2; i++) {
		int way = i / 2;
		bool is_day = i % 2;

		if (!(is_day ? b->day[way] : b->peak[way]))
			continue;
		json_put_object(w, NULL);
		json_put_string(w, "what", is_day ? "day_bytes" : "peak");
		json_put_string(w, "way",
				graph_way_key(&r->subject, (enum way)way));
		if (is_day) {
			put_bytes(w, "now", b->now->of[way].day);
			put_bytes(w, "before", b->before->of[way].day);
			json_put_string(w, "on",
					date_text(day, b->now->of[way].day_on));
		} else {
			put_bps(w, "now", b->now->of[way].peak);
			put_bps(w, "before", b->before->of[way].peak);
			json_put_i64(w, "at", b->now->of[way].peak_at_s);
		}
		json_end_object(w);
	}
	json_end_array(w);
}

static void put_lines(struct json_writer *w, const char *key,
		      const struct report_line *lines, size_t count)
{
	json_put_array(w, key);
	for (size_t i = 0; i < count; i++) {
		json_put_object(w, NULL);
		put_subject(w, &lines[i].subject);
		put_figures(w, &lines[i].subject, &lines[i].figures);
		json_end_object(w);
	}
	json_end_array(w);
}

static void put_ports(struct json_writer *w, const struct report *r)
{
	json_put_array(w, "ports");
	for (size_t i = 0; i < r->port_count; i++) {
		const struct report_port *p = &r->ports[i];

		json_put_object(w, NULL);
		put_subject(w, &p->subject);
		json_put_string(w, "name", p->row->name);
		json_put_double(w, "speed", p->row->speed_bps, 0);
		json_put_bool(w, "over_threshold", p->is_over);
		json_put_double(w, "in_errors", p->errors[WAY_FROM], 0);
		json_put_double(w, "out_errors", p->errors[WAY_TO], 0);
		json_put_double(w, "in_discards", p->discards[WAY_FROM], 0);
		json_put_double(w, "out_discards", p->discards[WAY_TO], 0);
		put_figures(w, &p->subject, &p->figures);
		json_end_object(w);
	}
	json_end_array(w);
}

static void put_peers(struct json_writer *w, const struct report *r)
{
	json_put_array(w, "peers");
	for (size_t i = 0; i < r->peer_count; i++) {
		const struct peer_sum *p = &r->peers[i];

		json_put_object(w, NULL);
		json_put_u64(w, "asn", p->peer);
		json_put_u64(w, "sent_ipv4_bytes", p->sent[0]);
		json_put_u64(w, "sent_ipv6_bytes", p->sent[1]);
		json_put_u64(w, "received_ipv4_bytes", p->received[0]);
		json_put_u64(w, "received_ipv6_bytes", p->received[1]);
		json_end_object(w);
	}
	json_end_array(w);
}

static void put_span(struct json_writer *w, const struct report *r)
{
	const struct span *span = &r->basis->span;
	char day[DATE_TEXT_SIZE];

	json_put_string(w, "exchange", r->call.config->exchange_name);
	json_put_string(w, "report", span_kind_name(span->kind));
	json_put_string(w, "date", span->name);
	json_put_string(w, "timezone", r->call.config->timezone);
	json_put_i64(w, "from", span->from_s);
	json_put_i64(w, "to", span->to_s);
	json_put_bool(w, "replay", r->call.status && r->call.status->is_replay);
	json_put_array(w, "missing_days");
	for (unsigned i = 0; i < r->missing_count; i++)
		json_put_string(w, NULL, date_text(day, r->missing[i]));
	json_end_array(w);
	json_put_array(w, "gaps");
	for (size_t i = 0; i < r->gap_count && i < REPORT_GAPS_MAX; i++) {
		json_put_object(w, NULL);
		json_put_i64(w, "from", r->gaps[i].from_s);
		json_put_i64(w, "to", r->gaps[i].to_s);
		json_end_object(w);
	}
	json_end_array(w);
}

void report_add_json(struct text *out, const struct report *report)
{
	struct json_writer w;

	json_start(&w, out);
	json_put_object(&w, NULL);
	json_put_u64(&w, "version", VERSION);
	put_span(&w, report);
	put_subject(&w, &report->subject);
	put_figures(&w, &report->subject, &report->total);
	put_usual(&w, report);
	put_records(&w, report);
	put_lines(&w, report->member ? "interfaces" : "members", report->lines,
		  report->line_count);
	if (!report->member)
		put_lines(&w, "groups", report->groups, report->group_count);
	put_ports(&w, report);
	if (report->member)
		put_peers(&w, report);
	report_put_findings(&w, report);
	json_end_object(&w);
	text_add_char(out, '\n');
}
