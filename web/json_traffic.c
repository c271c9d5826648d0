/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * /json-traffic/v1/timeseries.json and statistics.json: the exchange's total
 * as Euro-IX's json-traffic has it (github.com/euro-ix/json-traffic), for its
 * day. A sample is what went in and out in five minutes, as amounts; its time
 * is the end, as in Grapher's log.
 */

#include <math.h>
#include <stdio.h>

#include "util/json_write.h"
#include "util/utc.h"
#include "web/grapher.h"

enum {
	INTERVAL_S = 300,
	LATE_S = 60, /* rows come so long after their end */
	BITS_PER_OCTET = 8,
};

/* The same rows, in bits and in packets. */
struct exchange_rows {
	struct grapher_graph graph;
	struct grapher_rows bits;
	struct grapher_rows packets;
};

static int load(struct exchange_rows *out, const struct call *call)
{
	struct grapher_query query = { .type = GRAPHER_JSON,
				       .category = GRAPHER_BITS,
				       .protocol = GRAPHER_ALL,
				       .period = grapher_period_at(0) };
	int rc;

	*out = (struct exchange_rows){ .graph = { .name = "ixp" } };
	subject_of_exchange(&out->graph.subject, call->language);
	rc = grapher_rows(&out->bits, call, &out->graph, &query);
	if (rc < 0)
		return rc;
	query.category = GRAPHER_PKTS;
	rc = grapher_rows(&out->packets, call, &out->graph, &query);
	if (rc < 0)
		grapher_rows_fini(&out->bits);
	return rc;
}

static void unload(struct exchange_rows *rows)
{
	grapher_rows_fini(&rows->bits);
	grapher_rows_fini(&rows->packets);
	grapher_fini(&rows->graph);
}

/* A rate as what it comes to in one interval. */
static uint64_t amount(double per_second)
{
	double value = per_second * INTERVAL_S;

	return value > 0 && value < 1e18 ? (uint64_t)llround(value) : 0;
}

static void put_moment(struct json_writer *w, const char *key, int64_t at_s)
{
	char text[UTC_TEXT_SIZE];

	json_put_string(w, key, utc_format(at_s, text));
}

/* When the next sample is there. */
static int64_t next_update_s(int64_t now_s)
{
	return (now_s - LATE_S) / INTERVAL_S * INTERVAL_S + INTERVAL_S + LATE_S;
}

static void put_head(struct json_writer *w, const struct call *call,
		     const char *id)
{
	json_put_string(w, "version", "1.0");
	put_moment(w, "created_at", call->now_s);
	put_moment(w, "next_update_at", next_update_s(call->now_s));
	json_put_object(w, "sources");
	json_put_object(w, id);
	json_put_string(w, "url", "/");
	json_put_string(w, "title", call->config->exchange_name);
	json_put_u64(w, "aggregate_interval", INTERVAL_S);
	json_end_object(w);
	json_end_object(w);
}

static bool is_known(const struct exchange_rows *rows, size_t row)
{
	for (int way = 0; way < WAY_COUNT; way++) {
		if (isnan(rows->bits.average[way][row]) ||
		    isnan(rows->packets.average[way][row]))
			return false;
	}
	return true;
}

static void put_samples(struct json_writer *w, const struct exchange_rows *rows,
			const char *id)
{
	const struct grapher_rows *bits = &rows->bits;

	json_put_object(w, "samples");
	json_put_array(w, id);
	for (size_t row = 0; row < bits->count; row++) {
		if (!is_known(rows, row))
			continue;
		json_put_array(w, NULL);
		put_moment(w, NULL,
			   bits->from_s + (int64_t)(row + 1) * bits->row_s);
		for (int way = 0; way < WAY_COUNT; way++)
			json_put_u64(w, NULL,
				     amount(rows->packets.average[way][row]));
		for (int way = 0; way < WAY_COUNT; way++)
			json_put_u64(
			    w, NULL,
			    amount(bits->average[way][row] / BITS_PER_OCTET));
		json_end_array(w);
	}
	json_end_array(w);
	json_end_object(w);
}

static void put_amount(struct json_writer *w, const char *what,
		       const char *unit, const char *way, double per_second)
{
	char key[40];

	(void)snprintf(key, sizeof(key), "%s_%s_%s", what, unit, way);
	if (isnan(per_second))
		json_put_null(w, key);
	else
		json_put_u64(w, key, amount(per_second));
}

static void put_figures(struct json_writer *w, const char *unit,
			const struct grapher_rows *rows, double factor)
{
	static const char *const ways[WAY_COUNT] = { "in", "out" };

	for (int way = 0; way < WAY_COUNT; way++) {
		const struct grapher_statistics s =
		    grapher_statistics(rows, (enum way)way);

		put_amount(w, "current", unit, ways[way], s.current * factor);
		put_amount(w, "average", unit, ways[way], s.average * factor);
		put_amount(w, "maximum", unit, ways[way], s.maximum * factor);
	}
}

static void put_statistics(struct json_writer *w,
			   const struct exchange_rows *rows, const char *id)
{
	static const char *const keys[WAY_COUNT] = { "maximum_in_at",
						     "maximum_out_at" };

	json_put_object(w, "statistics");
	json_put_object(w, id);
	put_figures(w, "packets", &rows->packets, 1);
	put_figures(w, "octets", &rows->bits, 1.0 / BITS_PER_OCTET);
	for (int way = 0; way < WAY_COUNT; way++) {
		int64_t at_s =
		    grapher_statistics(&rows->bits, (enum way)way).maximum_at_s;

		if (at_s)
			put_moment(w, keys[way], at_s);
		else
			json_put_null(w, keys[way]);
	}
	json_end_object(w);
	json_end_object(w);
}

static void refuse(struct response *r, unsigned status, const char *why)
{
	r->status = status;
	r->content_type = "text/plain; charset=utf-8";
	text_addf(&r->body, "%s\n", why);
}

/* What a document has after its head. */
typedef void (*put_rest)(struct json_writer *w,
			 const struct exchange_rows *rows, const char *id);

static void answer(const struct call *call, struct response *r, put_rest rest)
{
	struct exchange_rows rows;
	struct json_writer w;
	char id[16];

	if (call->registry->ixf_id == 0) {
		refuse(r, 404,
		       "The roster says no ixf_id of the exchange, by which "
		       "json-traffic names it.");
		return;
	}
	if (load(&rows, call) < 0) {
		grapher_fini(&rows.graph);
		refuse(r, 500, "The store could not be read.");
		return;
	}
	(void)snprintf(id, sizeof(id), "%u", call->registry->ixf_id);
	json_start(&w, &r->body);
	json_put_object(&w, NULL);
	put_head(&w, call, id);
	rest(&w, &rows, id);
	json_end_object(&w);
	text_add_char(&r->body, '\n');
	r->content_type = "application/json";
	r->is_data = true;
	r->max_age_s = INTERVAL_S / 5;
	unload(&rows);
}

void page_json_traffic_series(const struct call *call, struct response *r)
{
	answer(call, r, put_samples);
}

void page_json_traffic_statistics(const struct call *call, struct response *r)
{
	answer(call, r, put_statistics);
}
