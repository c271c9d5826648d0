/* SPDX-License-Identifier: GPL-2.0-or-later */

/* /api/v1/series/KIND and /api/v1/statistics/KIND: the view of a graph, with
 * its rows or without. */

#include <math.h>
#include <string.h>

#include "util/number.h"
#include "web/api.h"
#include "web/graph.h"
#include "web/problem.h"
#include "web/subject_find.h"
#include "web/view.h"

enum { ROWS_MAX = 20000, PARAMETERS_MAX = 4, VLAN_MAX = 4094 };

enum type { TYPE_ASN, TYPE_VLAN, TYPE_NUMBER, TYPE_TEXT };

struct parameter {
	const char *name; /* NULL behind the last */
	enum type type;
	bool is_needed;
};

static const struct kind {
	const char *name;
	struct parameter parameters[PARAMETERS_MAX];
} kinds[] = {
	{ "exchange", { { NULL, TYPE_TEXT, false } } },
	{ "infrastructure", { { "id", TYPE_NUMBER, false } } },
	{ "location", { { "name", TYPE_TEXT, true } } },
	{ "vlan", { { "vlan", TYPE_VLAN, true } } },
	{ "switch", { { "name", TYPE_TEXT, true } } },
	{ "member", { { "asn", TYPE_ASN, true } } },
	{ "interface",
	  { { "asn", TYPE_ASN, true },
	    { "vlan", TYPE_VLAN, true },
	    { "ordinal", TYPE_NUMBER, false } } },
	{ "port",
	  { { "switch", TYPE_TEXT, true }, { "ifindex", TYPE_NUMBER, true } } },
	/* without vlan: in all of them together */
	{ "pair",
	  { { "a", TYPE_ASN, true },
	    { "b", TYPE_ASN, true },
	    { "vlan", TYPE_VLAN, false } } },
};

static bool is_valid(const struct parameter *p, const char *text)
{
	uint32_t number;

	switch (p->type) {
	case TYPE_ASN:
		return request_asn(text, &number) == 0;
	case TYPE_VLAN:
		return number_u32(text, strlen(text), VLAN_MAX, &number) == 0;
	case TYPE_NUMBER:
		return number_u32(text, strlen(text), UINT32_MAX, &number) == 0;
	default:
		return *text != '\0';
	}
}

/* Whether all that names the subject is there, and nothing else is. */
static bool check(const struct call *call, struct response *r,
		  const struct kind *kind)
{
	const char *known[PARAMETERS_MAX + 5] = { "range", "from", "to",
						  "step" };
	size_t count = 4;

	for (size_t i = 0; i < PARAMETERS_MAX; i++) {
		const struct parameter *p = &kind->parameters[i];
		const char *text;

		if (!p->name)
			break;
		known[count++] = p->name;
		text = request_parameter(call->request, p->name);
		if (text ? !is_valid(p, text) : p->is_needed) {
			api_refuse(call, r, p->name);
			return false;
		}
	}
	return api_knows(call, r, known);
}

/* The shortest rows that are kept at all and no shorter than step_s; 0: there
 * are none. */
static uint32_t row_of(uint32_t step_s, const uint32_t rows[4])
{
	for (size_t i = 0; i < 4; i++) {
		if (rows[i] >= step_s)
			return rows[i];
	}
	return 0;
}

/* Read step=: whole rows of so many seconds, or of the next longer ones. */
static bool take_step(const struct call *call, struct response *r,
		      const struct kind *kind, struct period *period)
{
	static const uint32_t traffic_rows[4] = { 60, 300, 3600, 86400 };
	static const uint32_t pair_rows[4] = { 300, 1800, 7200, 86400 };
	bool is_pair = strcmp(kind->name, "pair") == 0;
	const char *text = request_parameter(call->request, "step");
	uint32_t step_s;
	uint32_t row_s;

	if (!text)
		return true;
	if (number_u32(text, strlen(text), UINT32_MAX, &step_s) < 0)
		step_s = 0;
	row_s = row_of(step_s, is_pair ? pair_rows : traffic_rows);
	if (step_s == 0 || row_s == 0 ||
	    period_length(period) / row_s > ROWS_MAX) {
		api_refuse(call, r, "step");
		return false;
	}
	period->range = RANGE_FREE;
	period->row_s = row_s;
	period->pair_row_s = row_s;
	period->from_s -= period->from_s % row_s;
	period->to_s += row_s - 1;
	period->to_s -= period->to_s % row_s;
	return true;
}

static void put_rate(struct json_writer *w, const char *key, double bytes_per_s)
{
	api_put_bps(w, key, bytes_per_s * 8);
}

static void put_aggregate(struct json_writer *w, const struct view *v,
			  enum way way, enum band band)
{
	const struct statistics *s = &v->statistics[way][band];
	bool is_sure = v->is_exact || band != BAND_TOTAL;

	json_put_object(w, graph_band_key(band));
	put_rate(w, "now_bps", v->current[way][band]);
	put_rate(w, "average_bps", s->average);
	put_rate(w, "maximum_bps", s->maximum);
	put_rate(w, "p95_bps", v->p95[way][band]);
	json_put_double(
	    w, "p95_bias",
	    v->p95_basis == PERCENTILE_MEASURED ? 0 : v->p95_bias[way][band],
	    4);
	api_put_whole(w, "total_bytes", s->known ? s->total : NAN);
	api_put_whole(w, "ci95_bytes", is_sure ? NAN : v->ci95_bytes[way]);
	json_put_u64(w, "rows", s->rows);
	json_put_u64(w, "known", s->known);
	json_end_object(w);
}

static void put_rows(struct json_writer *w, const struct view *v, enum way way,
		     enum band band)
{
	json_put_whole_array(w, graph_band_key(band),
			     traffic_column(&v->traffic, way, band),
			     v->traffic.rows, 8);
}

static void put_way(struct json_writer *w, const struct subject *subject,
		    const struct view *v, enum way way, bool with_rows)
{
	int first = v->traffic.has_bands ? 0 : BAND_TOTAL;

	json_put_object(w, graph_way_key(subject, way));
	json_put_string(w, "label", text_str(&subject->way[way]));
	json_put_object(w, "aggregates");
	for (int band = first; band < BAND_COUNT; band++)
		put_aggregate(w, v, way, (enum band)band);
	json_end_object(w);
	if (with_rows) {
		json_put_object(w, "rows");
		for (int band = first; band < BAND_COUNT; band++)
			put_rows(w, v, way, (enum band)band);
		if (view_has_interval(v))
			graph_put_half_widths(w, &v->traffic, way);
		json_end_object(w);
	}
	json_end_object(w);
}

/* How sure the total is, as a share of it: 1 is exact. */
static double accuracy(const struct subject *subject, const struct view *v)
{
	double total = v->statistics[WAY_FROM][BAND_TOTAL].total;
	double error = v->ci95_bytes[WAY_FROM];

	if (v->is_exact)
		return 1;
	if (!subject->one_way && !(total > 0)) {
		total = v->statistics[WAY_TO][BAND_TOTAL].total;
		error = v->ci95_bytes[WAY_TO];
	}
	return total > 0 && isfinite(error) ? fmax(0, 1 - error / total) : NAN;
}

static void add_view(const struct call *call, struct response *r,
		     const struct subject *subject, const struct view *v)
{
	bool with_rows = strcmp(call->request->segments[2], "series") == 0;
	const struct traffic *t = &v->traffic;
	double updated = call->status ? call->status->last_step_end : NAN;
	bool is_live =
	    call->status && !page_is_stale(call) && !call->status->is_replay;
	struct json_writer w;

	json_start(&w, &r->body);
	json_put_object(&w, NULL);
	json_put_string(&w, "kind", subject->kind);
	json_put_string(&w, "title", text_str(&subject->title));
	api_put_span(&w, t->from_s, t->from_s + (int64_t)t->rows * t->row_s);
	json_put_u64(&w, "step", t->row_s);
	json_put_u64(&w, "p95_step", v->p95_row_s);
	api_put_time(&w, "updated_at", updated);
	api_put_time(&w, "next_update_at",
		     is_live ? updated + SERIES_STEP_S : NAN);
	json_put_string(&w, "unit", "bit/s");
	json_put_string(&w, "basis", v->is_exact ? "counters" : "samples");
	json_put_double(&w, "accuracy", accuracy(subject, v), 4);
	json_put_bool(&w, "replay", call->status && call->status->is_replay);
	json_put_object(&w, "directions");
	put_way(&w, subject, v, WAY_FROM, with_rows);
	if (!subject->one_way)
		put_way(&w, subject, v, WAY_TO, with_rows);
	json_end_object(&w);
	r->is_translated = true;
	api_finish(&w, call, r);
}

static void answer(const struct call *call, struct response *r,
		   const struct kind *kind)
{
	struct subject subject;
	struct period period;
	struct view view;

	if (!check(call, r, kind) || !api_period(call, r, &period) ||
	    !take_step(call, r, kind, &period))
		return;
	if (!subject_find(&subject, call, kind->name, strlen(kind->name))) {
		problem_refuse(call, r, 404,
			       TR("There is nothing of that name or number "
				  "here."),
			       NULL);
		return;
	}
	if (view_load(&view, call, &subject, &period) < 0) {
		problem_refuse(call, r, 503, TR("The store could not be read."),
			       NULL);
	} else {
		add_view(call, r, &subject, &view);
		view_fini(&view);
	}
	subject_fini(&subject);
}

void api_series(const struct call *call, struct response *r)
{
	const char *name = call->request->segments[3];

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (strcmp(kinds[i].name, name) == 0) {
			answer(call, r, &kinds[i]);
			return;
		}
	}
	problem_refuse(call, r, 404, TR("There is no such kind of series."),
		       NULL);
}

void api_statistics(const struct call *call, struct response *r)
{
	api_series(call, r);
}
