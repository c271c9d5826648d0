/* SPDX-License-Identifier: GPL-2.0-or-later */

/* IXP Manager's addresses: what a query means, and what rows come to. */

#include "web/grapher.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/made_exchange.h"
#include "support/made_site.h"
#include "support/unit.h"
#include "util/utc.h"

enum { HOURS = 50, ROWS = 50 };

static const struct {
	const char *target;
	enum grapher_type type;
	enum grapher_category category;
	enum grapher_protocol protocol;
	const char *period;
} queries[] = {
	{ "/grapher/ixp", GRAPHER_PNG, GRAPHER_BITS, GRAPHER_ALL, "day" },
	{ "/grapher/ixp?type=log&period=year&category=pkts&protocol=ipv6",
	  GRAPHER_LOG, GRAPHER_PKTS, GRAPHER_IPV6, "year" },
	{ "/grapher/ixp?type=LOG&period=&category=cats&protocol=4", GRAPHER_PNG,
	  GRAPHER_BITS, GRAPHER_ALL, "day" },
	{ "/grapher/ixp?type=rrd&period=month&category=discs&protocol=ipv4",
	  GRAPHER_RRD, GRAPHER_OTHERS, GRAPHER_IPV4, "month" },
	{ "/grapher/ixp?type=json&period=week&category=errs", GRAPHER_JSON,
	  GRAPHER_OTHERS, GRAPHER_ALL, "week" },
	{ "/grapher/ixp?period=custom", GRAPHER_PNG, GRAPHER_BITS, GRAPHER_ALL,
	  "day" },
};

START_TEST(what_is_not_valid_is_taken_as_not_said)
{
	struct request request;
	struct grapher_query query;

	ck_assert_int_eq(request_parse(&request, queries[_i].target), 0);
	query = grapher_query_of(&request);
	ck_assert_int_eq(query.type, queries[_i].type);
	ck_assert_int_eq(query.category, queries[_i].category);
	ck_assert_int_eq(query.protocol, queries[_i].protocol);
	ck_assert_str_eq(query.period->name, queries[_i].period);
}
END_TEST

/* Rows of a generator of numbers, with holes. */
static void make_rows(struct grapher_rows *rows, double storage[4 * ROWS],
		      uint32_t seed)
{
	*rows = (struct grapher_rows){ .from_s = 1700006400,
				       .row_s = 1800,
				       .count = ROWS };
	for (int i = 0; i < 4; i++) {
		double **to = i < 2 ? rows->average : rows->maximum;

		to[i % 2] = storage + (ptrdiff_t)i * ROWS;
	}
	for (int i = 0; i < 2 * ROWS; i++) {
		seed = seed * 1664525 + 1013904223;
		storage[i] = seed % 5 == 0 ? NAN : (double)(seed >> 8);
		storage[i + 2 * ROWS] = storage[i] * (1 + (seed % 7) / 10.0);
	}
}

START_TEST(statistics_are_those_of_the_known_rows)
{
	double storage[4 * ROWS];
	struct grapher_rows rows;
	struct grapher_statistics s;
	double sum = 0;
	double last = NAN;
	double top = 0;
	size_t known = 0;
	int64_t top_s = 0;

	make_rows(&rows, storage, (uint32_t)_i);
	s = grapher_statistics(&rows, WAY_TO);
	for (size_t i = 0; i < ROWS; i++) {
		if (isnan(storage[ROWS + i]))
			continue;
		known++;
		sum += storage[ROWS + i];
		last = storage[ROWS + i];
		if (storage[3 * ROWS + i] > top) {
			top = storage[3 * ROWS + i];
			top_s = 1700006400 + 1800 * ((int64_t)i + 1);
		}
	}
	ck_assert_uint_gt(known, 20);
	ck_assert_double_eq_tol(s.total, sum * 1800, 1);
	ck_assert_double_eq_tol(s.average, sum / (double)known, 1e-3);
	ck_assert_double_eq(s.current, last);
	ck_assert_double_eq(s.maximum, top);
	ck_assert_int_eq(s.maximum_at_s, top_s);
}
END_TEST

START_TEST(of_nothing_known_there_are_no_figures)
{
	struct grapher_graph graph = { .name = "ixp", .class = "ixp" };
	double storage[4 * ROWS];
	struct grapher_rows rows;
	struct grapher_statistics s;
	struct text log;

	make_rows(&rows, storage, 1);
	for (int i = 0; i < 4 * ROWS; i++)
		storage[i] = NAN;
	s = grapher_statistics(&rows, WAY_FROM);
	ck_assert_double_eq(s.total, 0);
	ck_assert(isnan(s.average) && isnan(s.current) && isnan(s.maximum));
	ck_assert_int_eq(s.maximum_at_s, 0);
	text_init(&log);
	grapher_add_log(&log, &graph, &rows);
	ck_assert_str_eq(text_str(&log), "[]\n");
	text_fini(&log);
}
END_TEST

START_TEST(unknown_rows_are_left_out_and_none_is_zero)
{
	struct grapher_graph graph = { .name = "p2p",
				       .sense = GRAPHER_TO_IS_IN };
	double storage[4 * ROWS];
	struct grapher_rows rows;
	struct text log;
	json_t *json;
	size_t at = 0;

	make_rows(&rows, storage, 3);
	text_init(&log);
	grapher_add_log(&log, &graph, &rows);
	json = json_loads(text_str(&log), 0, NULL);
	ck_assert_ptr_nonnull(json);
	for (size_t i = 0; i < ROWS; i++) {
		const double wanted[] = { storage[ROWS + i], storage[i],
					  storage[3 * ROWS + i],
					  storage[2 * ROWS + i] };
		json_t *row;

		if (isnan(wanted[0]) || isnan(wanted[1]))
			continue;
		row = json_array_get(json, at++);
		ck_assert_int_eq(json_integer_value(json_array_get(row, 0)),
				 1700006400 + 1800 * ((int64_t)i + 1));
		for (size_t j = 0; j < 4; j++)
			ck_assert_int_eq(
			    json_integer_value(json_array_get(row, j + 1)),
			    llround(wanted[j]));
	}
	ck_assert_uint_eq(at, json_array_size(json));
	ck_assert_uint_lt(at, ROWS);
	json_decref(json);
	text_fini(&log);
}
END_TEST

/* The made exchange does not change: AS64500's ports count 1.02 times what it
 * sends, and half of that is what it gets. */
static const struct {
	const char *target;
	uint32_t asn; /* 0: all members */
	bool has_v4;
	bool has_v6;
	int64_t row_s;
} logs[] = {
	{ "/grapher/customer?id=64500&type=log", 64500, true, true, 300 },
	{ "/grapher/customer?id=AS64500&type=log&protocol=ipv4", 64500, true,
	  false, 300 },
	{ "/grapher/customer?id=64500&type=log&protocol=ipv6", 64500, false,
	  true, 300 },
	{ "/grapher/customer?id=64500&type=log&period=week", 64500, true, true,
	  1800 },
	{ "/grapher/customer?id=64500&type=log&period=month", 64500, true, true,
	  7200 },
};

START_TEST(a_log_has_the_rates_of_the_page)
{
	json_t *json = made_site_json(logs[_i].target);
	double rate = 0;
	int64_t before = 0;
	size_t count = json_array_size(json);

	rate += logs[_i].has_v4 ? made_exchange_rate(logs[_i].asn, 0) : 0;
	rate += logs[_i].has_v6 ? made_exchange_rate(logs[_i].asn, 1) : 0;
	rate *= MADE_OVERHEAD * 8;
	ck_assert_uint_gt(count, 10);
	for (size_t i = 0; i < count; i++) {
		json_t *row = json_array_get(json, i);
		int64_t end_s = json_integer_value(json_array_get(row, 0));
		double in = (double)json_integer_value(json_array_get(row, 1));
		double out = (double)json_integer_value(json_array_get(row, 2));

		ck_assert_int_eq(end_s % logs[_i].row_s, 0);
		ck_assert_int_gt(end_s, before);
		before = end_s;
		ck_assert_double_eq_tol(in, rate, rate * 0.01);
		ck_assert_double_eq_tol(out, rate / 2, rate * 0.01);
	}
	json_decref(json);
}
END_TEST

START_TEST(a_description_says_what_its_log_comes_to)
{
	static const char *const ids[] = { "ixp?id=1",
					   "infrastructure?id=1",
					   "switch?id=1",
					   "vlan?id=1",
					   "location?id=Caf%C3%A9%20Bay",
					   "customer?id=64504",
					   "multip2p?scid=64501&dcid=64500" };

	for (size_t i = 0; i < COUNT_OF(ids); i++) {
		char target[96];
		json_t *log;
		json_t *json;
		json_t *statistics;
		double sum = 0;

		(void)snprintf(target, sizeof(target), "/grapher/%s&type=log",
			       ids[i]);
		log = made_site_json(target);
		(void)snprintf(target, sizeof(target), "/grapher/%s&type=json",
			       ids[i]);
		json = made_site_json(target);
		statistics = json_object_get(json, "statistics");
		for (size_t row = 0; row < json_array_size(log); row++)
			sum += (double)json_integer_value(json_array_get(
				   json_array_get(log, row), 1)) *
			       300;
		ck_assert_msg(sum > 0, "%s: nothing", ids[i]);
		ck_assert_double_eq_tol(
		    json_number_value(json_object_get(statistics, "totalin")),
		    sum, sum * 1e-6);
		ck_assert_double_eq_tol(json_number_value(json_object_get(
					    statistics, "averagein")) *
					    300 * (double)json_array_size(log),
					sum, sum * 1e-6);
		json_decref(log);
		json_decref(json);
	}
}
END_TEST

START_TEST(a_pair_is_seen_from_its_first_member)
{
	json_t *one =
	    made_site_json("/grapher/multip2p?scid=64500&dcid=64501&type=log");
	json_t *other =
	    made_site_json("/grapher/multip2p?scid=64501&dcid=64500&type=log");
	json_t *a = json_array_get(one, 5);
	json_t *b = json_array_get(other, 5);

	ck_assert_int_gt(json_integer_value(json_array_get(a, 1)), 0);
	ck_assert_int_eq(json_integer_value(json_array_get(a, 1)),
			 json_integer_value(json_array_get(b, 2)));
	ck_assert_int_eq(json_integer_value(json_array_get(a, 2)),
			 json_integer_value(json_array_get(b, 1)));
	json_decref(one);
	json_decref(other);
}
END_TEST

static double number_in(json_t *object, const char *key)
{
	json_t *number = json_object_get(object, key);

	ck_assert_msg(json_is_integer(number), "%s is no integer", key);
	return (double)json_integer_value(number);
}

/* What both documents have in common; the made exchange is 64 at the IX-F. */
static json_t *inside(json_t *document, const char *key)
{
	json_t *sources = json_object_get(document, "sources");
	json_t *source = json_object_get(sources, "64");

	ck_assert_str_eq(
	    json_string_value(json_object_get(document, "version")), "1.0");
	ck_assert_str_eq(
	    json_string_value(json_object_get(document, "created_at")),
	    "2023-11-16T00:00:25Z");
	ck_assert_str_eq(
	    json_string_value(json_object_get(document, "next_update_at")),
	    "2023-11-16T00:01:00Z");
	ck_assert_double_eq(number_in(source, "aggregate_interval"), 300);
	ck_assert(json_is_string(json_object_get(source, "url")));
	ck_assert_str_eq(json_string_value(json_object_get(source, "title")),
			 "Example-IX");
	return json_object_get(json_object_get(document, key), "64");
}

START_TEST(json_traffic_has_the_amounts_of_the_log)
{
	json_t *document = made_site_json("/json-traffic/v1/timeseries.json");
	json_t *log = made_site_json("/grapher/ixp?type=log");
	json_t *packets = made_site_json("/grapher/ixp?type=log&category=pkts");
	json_t *samples = inside(document, "samples");

	ck_assert_uint_gt(json_array_size(log), 100);
	ck_assert_uint_eq(json_array_size(samples), json_array_size(log));
	for (size_t i = 0; i < json_array_size(log); i++) {
		json_t *sample = json_array_get(samples, i);
		char end[UTC_TEXT_SIZE];

		ck_assert_uint_eq(json_array_size(sample), 5);
		(void)utc_format(json_integer_value(
				     json_array_get(json_array_get(log, i), 0)),
				 end);
		ck_assert_str_eq(json_string_value(json_array_get(sample, 0)),
				 end);
		for (size_t way = 0; way < 2; way++) {
			double bits = (double)json_integer_value(
			    json_array_get(json_array_get(log, i), 1 + way));
			double count =
			    (double)json_integer_value(json_array_get(
				json_array_get(packets, i), 1 + way));

			ck_assert_double_eq_tol(
			    (double)json_integer_value(
				json_array_get(sample, 3 + way)),
			    bits / 8 * 300, 300);
			ck_assert_double_eq_tol(
			    (double)json_integer_value(
				json_array_get(sample, 1 + way)),
			    count * 300, 300);
		}
	}
	json_decref(document);
	json_decref(packets);
	json_decref(log);
}
END_TEST

START_TEST(json_traffic_statistics_are_of_its_samples)
{
	static const char *const names[] = { "packets_in", "packets_out",
					     "octets_in", "octets_out" };
	json_t *series = made_site_json("/json-traffic/v1/timeseries.json");
	json_t *document = made_site_json("/json-traffic/v1/statistics.json");
	json_t *samples = inside(series, "samples");
	json_t *figures = inside(document, "statistics");
	size_t count = json_array_size(samples);

	ck_assert_uint_eq(json_object_size(figures), 14);
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		double sum = 0;
		double top = 0;
		double last = 0;
		char key[40];

		for (size_t row = 0; row < count; row++) {
			last = (double)json_integer_value(json_array_get(
			    json_array_get(samples, row), i + 1));
			sum += last;
			top = fmax(top, last);
		}
		(void)snprintf(key, sizeof(key), "average_%s", names[i]);
		ck_assert_double_eq_tol(number_in(figures, key),
					sum / (double)count, 1);
		(void)snprintf(key, sizeof(key), "maximum_%s", names[i]);
		ck_assert_double_eq_tol(number_in(figures, key), top, 1);
		(void)snprintf(key, sizeof(key), "current_%s", names[i]);
		ck_assert_double_eq_tol(number_in(figures, key), last, 1);
	}
	ck_assert(json_is_string(json_object_get(figures, "maximum_in_at")));
	json_decref(series);
	json_decref(document);
}
END_TEST

static const struct {
	const char *target;
	const char *reason;
} refusals[] = {
	{ "/grapher/nothing?id=1", "no such graph" },
	{ "/grapher/physicalinterface?id=1", "physical interfaces" },
	{ "/grapher/latency?id=1", "latency" },
	{ "/grapher/infrastructure?id=2", "ixp_id" },
	{ "/grapher/infrastructure", "ixp_id" },
	{ "/grapher/vlan?id=100", "not the tag" },
	{ "/grapher/switch?id=9", "roster_switch" },
	{ "/grapher/customer?id=0", "AS number" },
	{ "/grapher/vlaninterface?id=7", "vlaninterface.id" },
	{ "/grapher/p2p?svli=7&dvli=8", "vlaninterface.id" },
	{ "/grapher/multip2p?scid=64500", "AS numbers" },
	{ "/grapher/customer?id=64500&category=errs", "bits or pkts" },
	{ "/grapher/infrastructure?id=1&type=rrd", "no file of its own" },
	{ "/grapher/multip2p?scid=64500&dcid=64501&category=pkts&type=log",
	  "bits" },
	{ "/grapher-sflow/ipv4/bytes/aggregate/x.rrd", "" },
};

START_TEST(what_is_not_served_says_why)
{
	bool is_tree = strncmp(refusals[_i].target, "/grapher-", 9) == 0;
	/* Made by hand, a request comes from nowhere. */
	char *text = made_site_text(refusals[_i].target, is_tree ? 403 : 404);

	ck_assert_msg(strstr(text, refusals[_i].reason) != NULL, "%s: %s",
		      refusals[_i].target, text);
	ck_assert_ptr_null(strchr(text, '<'));
	free(text);
}
END_TEST

static int run(void)
{
	const struct unit_test tests[] = {
		{ what_is_not_valid_is_taken_as_not_said, COUNT_OF(queries) },
		{ statistics_are_those_of_the_known_rows, 20 },
		{ of_nothing_known_there_are_no_figures, 0 },
		{ unknown_rows_are_left_out_and_none_is_zero, 0 },
		{ a_log_has_the_rates_of_the_page, COUNT_OF(logs) },
		{ a_description_says_what_its_log_comes_to, 0 },
		{ a_pair_is_seen_from_its_first_member, 0 },
		{ json_traffic_has_the_amounts_of_the_log, 0 },
		{ json_traffic_statistics_are_of_its_samples, 0 },
		{ what_is_not_served_says_why, COUNT_OF(refusals) },
	};

	return unit_run("grapher", tests, COUNT_OF(tests));
}

int main(void)
{
	return made_site_run(HOURS, MADE_FLAT, run);
}
