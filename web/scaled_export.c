/* SPDX-License-Identifier: GPL-2.0-or-later */

/* /graph/scaled.json and .csv?asn=&range= — the scaled table of a member for
 * programs: whole bytes, every row and column adds up. */

#include <math.h>
#include <string.h>

#include "util/json_write.h"
#include "web/csv.h"
#include "web/scaled.h"

enum { MAX_AGE_S = 20 };

static const char label[] =
    "scaled to interface counters: the total is exact, the split is estimated "
    "from samples";

static const char *const way_keys[WAY_COUNT] = { "from_member", "to_member" };
static const char *const byte_keys[BAND_COUNT] = { "ipv4_bytes", "ipv6_bytes",
						   "other_bytes",
						   "total_bytes" };

static void put_bytes(struct json_writer *w, const uint64_t bytes[BAND_COUNT])
{
	for (int band = 0; band < BAND_COUNT; band++)
		json_put_u64(w, byte_keys[band], bytes[band]);
	json_end_object(w);
}

static void put_row(struct json_writer *w, const struct scaled_row *row)
{
	json_put_object(w, NULL);
	if (row->peer)
		json_put_u64(w, "asn", row->peer->asn);
	else
		json_put_null(w, "asn");
	json_put_string(w, "name",
			row->peer ? row->peer->name : scaled_no_peer);
	put_bytes(w, row->bytes);
}

static void put_way(struct json_writer *w, const struct scaled *s, enum way way)
{
	json_put_object(w, way_keys[way]);
	json_put_double(w, "factor", scaled_factor(s, way), 6);
	json_put_bool(w, "factor_is_odd", scaled_is_odd(s, way));
	json_put_double(w, "estimate_bytes", s->estimate[way], 0);
	json_put_double(w, "known_s", s->known_s[way], 0);
	json_put_array(w, "rows");
	for (size_t i = 0; i < s->count; i++)
		put_row(w, &s->rows[way][i]);
	json_end_array(w);
	json_put_object(w, "total");
	put_bytes(w, s->total[way]);
	json_end_object(w);
}

void scaled_add_json(struct text *out, const struct scaled *s,
		     const struct call *call, const struct member *member)
{
	bool is_counted = s->verdict == HEADLINE_COUNTED;
	struct json_writer w;

	json_start(&w, out);
	json_put_object(&w, NULL);
	json_put_string(&w, "exchange", call->config->exchange_name);
	json_put_u64(&w, "asn", member->asn);
	json_put_string(&w, "name", member->name);
	json_put_string(&w, "range", period_name(s->period.range));
	json_put_i64(&w, "from", s->period.from_s);
	json_put_i64(&w, "to", s->period.to_s);
	json_put_bool(&w, "replay", call->status && call->status->is_replay);
	json_put_bool(&w, "available", is_counted);
	if (is_counted) {
		json_put_string(&w, "basis", label);
		put_way(&w, s, WAY_FROM);
		put_way(&w, s, WAY_TO);
	} else {
		json_put_string(&w, "reason", scaled_refusal(s->verdict));
	}
	json_end_object(&w);
	text_add_char(out, '\n');
}

static void add_line(struct text *out, const uint64_t bytes[BAND_COUNT])
{
	for (int band = 0; band < BAND_COUNT; band++) {
		text_add_char(out, ',');
		text_add_u64(out, bytes[band]);
	}
	text_add(out, "\r\n");
}

static void add_lines(struct text *out, const struct scaled *s, enum way way)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct member *peer = s->rows[way][i].peer;

		text_addf(out, "%s,", way_keys[way]);
		if (peer)
			text_add_u64(out, peer->asn);
		text_add_char(out, ',');
		csv_add_field(out, peer ? peer->name : scaled_no_peer);
		add_line(out, s->rows[way][i].bytes);
	}
	text_addf(out, "%s,,total", way_keys[way]);
	add_line(out, s->total[way]);
}

void scaled_add_csv(struct text *out, const struct scaled *s)
{
	text_add(out, "direction,peer_asn,peer_name");
	for (int band = 0; band < BAND_COUNT; band++)
		text_addf(out, ",%s", byte_keys[band]);
	text_add(out, "\r\n");
	add_lines(out, s, WAY_FROM);
	add_lines(out, s, WAY_TO);
}

static void answer(const struct call *call, const struct member *member,
		   const struct scaled *s, struct response *r)
{
	const char *name = call->request->segments[1];

	if (strcmp(name, "scaled.json") == 0) {
		r->content_type = "application/json";
		scaled_add_json(&r->body, s, call, member);
	} else if (strcmp(name, "scaled.csv") != 0) {
		page_refuse(call, r, 404, TR("There is no such graph."));
		return;
	} else if (s->verdict == HEADLINE_COUNTED) {
		r->content_type = "text/csv; charset=utf-8; header=present";
		scaled_add_csv(&r->body, s);
	} else {
		page_refuse(call, r, 404, scaled_refusal(s->verdict));
		return;
	}
	r->max_age_s = page_max_age(call, MAX_AGE_S);
}

void page_scaled(const struct call *call, struct response *r)
{
	const char *asn_text = request_parameter(call->request, "asn");
	const struct member *member = NULL;
	struct scaled s;
	struct period period;
	uint32_t asn;

	if (!page_period(call, r, &period))
		return;
	if (asn_text && request_asn(asn_text, &asn) == 0)
		member = registry_member(call->registry, asn);
	if (!member) {
		page_refuse(call, r, 404, TR("There is no such member."));
		return;
	}
	if (scaled_load(&s, call, member, &period) < 0) {
		page_refuse(call, r, 500, TR("The store could not be read."));
		return;
	}
	answer(call, member, &s, r);
	scaled_fini(&s);
}
