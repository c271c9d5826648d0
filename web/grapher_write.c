/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Grapher's log, description and image. */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "util/err.h"
#include "util/json_write.h"
#include "util/language.h"
#include "util/utc.h"
#include "web/grapher.h"
#include "web/png.h"
#include "web/units.h"

static uint64_t whole(double value)
{
	return value > 0 && value < 1e18 ? (uint64_t)llround(value) : 0;
}

void grapher_add_log(struct text *out, const struct grapher_graph *graph,
		     const struct grapher_rows *rows)
{
	enum way in = grapher_way(graph, true);
	enum way to = grapher_way(graph, false);
	bool is_first = true;

	text_add_char(out, '[');
	for (size_t row = 0; row < rows->count; row++) {
		int64_t end_s = rows->from_s + (int64_t)(row + 1) * rows->row_s;
		const double values[] = { rows->average[in][row],
					  rows->average[to][row],
					  rows->maximum[in][row],
					  rows->maximum[to][row] };

		if (isnan(values[0]) || isnan(values[1]))
			continue;
		text_add(out, is_first ? "\n    [" : ",\n    [");
		is_first = false;
		text_add_u64(out, (uint64_t)end_s);
		for (size_t i = 0; i < 4; i++) {
			text_add_char(out, ',');
			text_add_u64(out, whole(values[i]));
		}
		text_add_char(out, ']');
	}
	text_add(out, is_first ? "]\n" : "\n]\n");
}

static void add_address(struct text *out, const struct grapher_graph *graph,
			const struct grapher_query *query,
			enum grapher_type type)
{
	text_addf(out,
		  "/grapher/%s?%s&period=%s&type=%s&category=%s"
		  "&protocol=%s",
		  graph->name, text_str(&graph->ids), query->period->name,
		  grapher_type_name(type),
		  grapher_category_name(query->category),
		  grapher_protocol_name(query->protocol));
}

static void put_addresses(struct json_writer *w,
			  const struct grapher_graph *graph,
			  const struct grapher_query *query)
{
	static const enum grapher_type types[] = { GRAPHER_PNG, GRAPHER_LOG,
						   GRAPHER_RRD, GRAPHER_JSON };
	struct text address;

	text_init(&address);
	json_put_object(w, "urls");
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		text_clear(&address);
		add_address(&address, graph, query, types[i]);
		json_put_string(w, grapher_type_name(types[i]),
				text_str(&address));
	}
	json_end_object(w);
	text_clear(&address);
	text_addf(&address, "/grapher/%s", graph->name);
	json_put_string(w, "base_url", text_str(&address));
	text_fini(&address);
}

/* As PHP writes it: with an offset. */
static void put_moment(struct json_writer *w, const char *key, int64_t at_s)
{
	char text[UTC_TEXT_SIZE + 8];

	if (at_s == 0) {
		json_put_null(w, key);
		return;
	}
	(void)utc_format(at_s, text);
	(void)snprintf(text + strcspn(text, "Z"), 8, "+00:00");
	json_put_string(w, key, text);
}

static void put_statistics(struct json_writer *w,
			   const struct grapher_graph *graph,
			   const struct grapher_rows *rows)
{
	const struct grapher_statistics in =
	    grapher_statistics(rows, grapher_way(graph, true));
	const struct grapher_statistics out =
	    grapher_statistics(rows, grapher_way(graph, false));

	json_put_object(w, "statistics");
	json_put_double(w, "totalin", in.total, 0);
	json_put_double(w, "totalout", out.total, 0);
	json_put_double(w, "curin", in.current, 2);
	json_put_double(w, "curout", out.current, 2);
	json_put_double(w, "averagein", in.average, 2);
	json_put_double(w, "averageout", out.average, 2);
	json_put_double(w, "maxin", in.maximum, 2);
	json_put_double(w, "maxout", out.maximum, 2);
	put_moment(w, "maxinat", in.maximum_at_s);
	put_moment(w, "maxoutat", out.maximum_at_s);
	json_end_object(w);
}

/* Each id of "svli=7&dvli=8"; a number as one. */
static void put_ids(struct json_writer *w, const char *ids)
{
	while (*ids) {
		size_t name = strcspn(ids, "=");
		const char *value = ids + name + 1;
		size_t len = strcspn(value, "&");
		char key[16];

		(void)snprintf(key, sizeof(key), "%.*s", (int)name, ids);
		json_put_string_n(w, key, value, len);
		ids = value + len;
		ids += *ids == '&';
	}
}

static void put_params(struct json_writer *w, const struct grapher_graph *graph,
		       const struct grapher_query *query)
{
	json_put_object(w, "params");
	json_put_string(w, "type", grapher_type_name(query->type));
	json_put_string(w, "category", grapher_category_name(query->category));
	json_put_string(w, "period", query->period->name);
	json_put_string(w, "protocol", grapher_protocol_name(query->protocol));
	put_ids(w, text_str(&graph->ids));
	json_end_object(w);
}

/* A set of words, as PHP writes one: each is its own key. */
static void put_words(struct json_writer *w, const char *key,
		      const char *const *words, size_t count)
{
	json_put_object(w, key);
	for (size_t i = 0; i < count; i++)
		json_put_string(w, words[i], words[i]);
	json_end_object(w);
}

static void put_supports(struct json_writer *w)
{
	static const char *const protocols[] = { "all", "ipv4", "ipv6" };
	static const char *const categories[] = { "bits", "pkts" };
	static const char *const periods[] = { "day", "week", "month", "year" };
	static const char *const types[] = { "png", "log", "rrd", "json" };
	static const char *const backends[] = { "lanterne" };

	json_put_object(w, "supports");
	put_words(w, "protocols", protocols, 3);
	put_words(w, "categories", categories, 2);
	put_words(w, "periods", periods, 4);
	put_words(w, "types", types, 4);
	json_end_object(w);
	put_words(w, "backends", backends, 1);
	json_put_string(w, "backend", backends[0]);
}

void grapher_add_json(struct text *out, const struct grapher_graph *graph,
		      const struct grapher_query *query,
		      const struct grapher_rows *rows)
{
	struct json_writer w;

	json_start(&w, out);
	json_put_object(&w, NULL);
	json_put_string(&w, "class", graph->class);
	put_addresses(&w, graph, query);
	put_statistics(&w, graph, rows);
	put_params(&w, graph, query);
	put_supports(&w);
	json_end_object(&w);
	text_add_char(out, '\n');
}

/* Those of the site's other graphs. */
enum colour {
	COLOUR_AREA = 0x5fb37fff,
	COLOUR_FROM_PEAK = 0x1e7a4cb3,
	COLOUR_LINE = 0x1857c4ff,
	COLOUR_TO_PEAK = 0x1857c4b3,
};

static void add_curve(struct render_job *job, const struct render_curve *like,
		      const double *values, const char *legend)
{
	struct render_curve *c = &job->curves[job->curve_count++];

	c->shape = like->shape;
	c->rgba = like->rgba;
	c->line_tenths = like->line_tenths;
	c->ends_line = *legend != '\0';
	(void)snprintf(c->legend, sizeof(c->legend), "%s", legend);
	for (uint32_t i = 0; i < job->rows; i++)
		c->values[i] = values[i];
}

static void add_value(struct text *out, const struct grapher_query *query,
		      double value)
{
	if (query->category == GRAPHER_BITS) {
		units_rate(out, value / 8);
		return;
	}
	units_count(out, value);
	tr_add(out, " packets/s");
}

static void add_figures(struct render_job *job, const struct call *call,
			const struct grapher_query *query,
			const struct grapher_statistics *s, const char *way)
{
	struct text note;

	text_init(&note);
	note.language = call->language;
	text_add(&note, way);
	tr_add(&note, ": ");
	tr_add(&note, "now ");
	add_value(&note, query, s->current);
	tr_add(&note, " \xc2\xb7 avg ");
	add_value(&note, query, s->average);
	tr_add(&note, " \xc2\xb7 max ");
	add_value(&note, query, s->maximum);
	png_put(job->notes[job->note_count++], &note);
	text_fini(&note);
}

static void add_way(struct render_job *job, const struct call *call,
		    const struct grapher_graph *graph,
		    const struct grapher_rows *rows, enum way way)
{
	static const struct render_curve looks[WAY_COUNT][2] = {
		{ { .shape = RENDER_AREA, .rgba = COLOUR_AREA },
		  { .shape = RENDER_LINE,
		    .rgba = COLOUR_FROM_PEAK,
		    .line_tenths = 8 } },
		{ { .shape = RENDER_LINE,
		    .rgba = COLOUR_LINE,
		    .line_tenths = 18 },
		  { .shape = RENDER_LINE,
		    .rgba = COLOUR_TO_PEAK,
		    .line_tenths = 8 } },
	};

	(void)call;
	add_curve(job, &looks[way][0], rows->average[way],
		  text_str(&graph->subject.way[way]));
	if (rows->row_s > 300)
		add_curve(job, &looks[way][1], rows->maximum[way], "");
}

static void add_title(struct render_job *job, const struct call *call,
		      const struct grapher_graph *graph,
		      const struct grapher_query *query)
{
	struct text title;

	text_init(&title);
	title.language = call->language;
	text_addf(&title, "%s, ", text_str(&graph->subject.title));
	tr_add(&title, query->period->name);
	if (query->protocol != GRAPHER_ALL)
		text_add(&title,
			 query->protocol == GRAPHER_IPV4 ? ", IPv4" : ", IPv6");
	png_put(job->title, &title);
	text_fini(&title);
}

int grapher_fill_png(struct render_job *job, const struct call *call,
		     const struct grapher_graph *graph,
		     const struct grapher_query *query,
		     const struct grapher_rows *rows)
{
	bool both = graph->sense != GRAPHER_BOTH_ARE_FROM;

	if (rows->count == 0 || rows->count > RENDER_ROWS_MAX)
		return ERR_RANGE;
	job->from_s = rows->from_s;
	job->row_s = rows->row_s;
	job->rows = (uint32_t)rows->count;
	(void)snprintf(job->unit, sizeof(job->unit), "%s",
		       query->category == GRAPHER_BITS ? "bit/s" : "packets/s");
	(void)snprintf(
	    job->time_marks, sizeof(job->time_marks), "%s",
	    png_time_marks(call->language, (int64_t)rows->count * rows->row_s));
	add_title(job, call, graph, query);
	for (int way = 0; way < (both ? WAY_COUNT : 1); way++) {
		struct grapher_statistics s =
		    grapher_statistics(rows, (enum way)way);

		add_way(job, call, graph, rows, (enum way)way);
		add_figures(job, call, query, &s,
			    text_str(&graph->subject.way[way]));
	}
	return 0;
}
