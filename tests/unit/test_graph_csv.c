/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The CSV of a graph says what its JSON says, row by row. */

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "support/made_site.h"
#include "support/unit.h"
#include "util/utc.h"

enum { HOURS = 26, COLUMNS_MAX = 16 };

static char *get(const struct made_site *made, const char *kind,
		 const char *format, const char *query)
{
	struct text target;
	struct response r;
	char *body;

	text_init(&target);
	text_addf(&target, "/graph/%s.%s?%s", kind, format, query);
	r = made_site_get(made, text_str(&target));
	ck_assert_msg(r.status == 200, "%s: %u", text_str(&target), r.status);
	ck_assert_int_eq(r.max_age_s >= 0, 1);
	if (strcmp(format, "csv") == 0)
		ck_assert_str_eq(r.content_type,
				 "text/csv; charset=utf-8; header=present");
	body = text_steal(&r.body);
	response_fini(&r);
	text_fini(&target);
	return body;
}

static const struct {
	const char *kind;
	const char *query;
	const char *columns; /* without the first two */
} graphs[] = {
#define FROM                                                                   \
	"from_member_ipv4_bps,from_member_ipv6_bps,from_member_other_bps,"     \
	"from_member_total_bps"
#define TO                                                                     \
	"to_member_ipv4_bps,to_member_ipv6_bps,to_member_other_bps,"           \
	"to_member_total_bps"
#define FROM_HALF FROM ",from_member_half_width_bps"
#define TO_HALF	  TO ",to_member_half_width_bps"
	{ "exchange", "range=day", FROM_HALF },
	{ "infrastructure", "", FROM_HALF },
	{ "location", "name=Caf%C3%A9%20Bay", FROM_HALF },
	{ "vlan", "vlan=200", FROM_HALF },
	{ "switch", "name=sw1", FROM_HALF },
	{ "member", "asn=64502&range=week", FROM_HALF "," TO_HALF },
	{ "member", "asn=64500&range=hour", FROM "," TO },
	{ "member", "asn=64500&from=1700000000&to=1700086400", FROM "," TO },
	{ "interface", "asn=64504&vlan=200", FROM_HALF "," TO_HALF },
	{ "port", "switch=sw1&ifindex=436207616",
	  "in_total_bps,out_total_bps" },
	{ "pair", "a=64500&b=64501&vlan=100",
	  "a_to_b_ipv4_bps,a_to_b_ipv6_bps,a_to_b_other_bps,a_to_b_total_bps,"
	  "b_to_a_ipv4_bps,b_to_a_ipv6_bps,b_to_a_other_bps,b_to_a_total_bps" },
};

START_TEST(every_kind_has_its_columns)
{
	struct made_site made;
	struct text wanted;
	char *csv;

	made_site_open(&made, made_site_directory());
	text_init(&wanted);
	text_addf(&wanted, "time,seconds,%s\r\n", graphs[_i].columns);
	csv = get(&made, graphs[_i].kind, "csv", graphs[_i].query);
	ck_assert_msg(strncmp(csv, text_str(&wanted), wanted.len) == 0,
		      "%s: %.300s", graphs[_i].kind, csv);
	free(csv);
	text_fini(&wanted);
	made_site_close(&made);
}
END_TEST

/* The columns of JSON's rows in the order of those of CSV. */
static size_t find_columns(const json_t *graph, json_t *columns[COLUMNS_MAX])
{
	static const char *const ways[] = {
		"from_member", "to_member", "in", "out", "a_to_b", "b_to_a"
	};
	static const char *const names[] = { "ipv4", "ipv6", "other", "total",
					     "half_width" };
	size_t n = 0;

	for (size_t way = 0; way < COUNT_OF(ways); way++) {
		const json_t *object = json_object_get(graph, ways[way]);

		for (size_t i = 0; object && i < COUNT_OF(names); i++) {
			json_t *column = json_object_get(object, names[i]);

			if (column)
				columns[n++] = column;
		}
	}
	return n;
}

static void add_line(struct text *out, const json_t *graph,
		     json_t *const columns[COLUMNS_MAX], size_t count,
		     size_t row)
{
	int64_t step = json_integer_value(json_object_get(graph, "step"));
	int64_t from = json_integer_value(json_object_get(graph, "from"));
	char when[UTC_TEXT_SIZE];

	text_addf(out, "%s,%d", utc_format(from + (int64_t)row * step, when),
		  (int)step);
	for (size_t i = 0; i < count; i++) {
		const json_t *value = json_array_get(columns[i], row);

		text_add_char(out, ',');
		if (json_is_integer(value))
			text_add_u64(out, (uint64_t)json_integer_value(value));
		else
			ck_assert(json_is_null(value));
	}
	text_add(out, "\r\n");
}

START_TEST(its_lines_are_the_rows_of_the_json)
{
	json_t *columns[COLUMNS_MAX];
	struct made_site made;
	struct text wanted;
	size_t count;
	json_t *graph;
	char *json;
	char *csv;

	made_site_open(&made, made_site_directory());
	text_init(&wanted);
	csv = get(&made, graphs[_i].kind, "csv", graphs[_i].query);
	json = get(&made, graphs[_i].kind, "json", graphs[_i].query);
	graph = json_loads(json, 0, NULL);
	ck_assert_ptr_nonnull(graph);
	count = find_columns(graph, columns);
	ck_assert_uint_gt(count, 0);
	ck_assert_uint_gt(json_array_size(columns[0]), 0);
	for (size_t row = 0; row < json_array_size(columns[0]); row++)
		add_line(&wanted, graph, columns, count, row);
	ck_assert_str_eq(strstr(csv, "\r\n") + 2, text_str(&wanted));
	ck_assert_ptr_nonnull(strpbrk(text_str(&wanted), "123456789"));
	json_decref(graph);
	text_fini(&wanted);
	free(json);
	free(csv);
	made_site_close(&made);
}
END_TEST

static const char *const missing[] = {
	"/graph/exchange.cs",	 "/graph/exchange.csvx",
	"/graph/exchange.",	 "/graph/exchange",
	"/graph/.csv",		 "/graph/scaled.txt?asn=64500",
	"/graph/exchange.csv/x", "/graph/nothing.csv",
	"/graph/exchangex.csv",
};

START_TEST(what_is_no_format_is_not_found)
{
	struct made_site made;
	struct response r;

	made_site_open(&made, made_site_directory());
	r = made_site_get(&made, missing[_i]);
	ck_assert_msg(r.status == 404, "%s: %u", missing[_i], r.status);
	response_fini(&r);
	made_site_close(&made);
}
END_TEST

static int run(void)
{
	const struct unit_test tests[] = {
		{ every_kind_has_its_columns, COUNT_OF(graphs) },
		{ its_lines_are_the_rows_of_the_json, COUNT_OF(graphs) },
		{ what_is_no_format_is_not_found, COUNT_OF(missing) },
	};

	return unit_run("graph_csv", tests, COUNT_OF(tests));
}

int main(void)
{
	return made_site_run(HOURS, MADE_FLAT, run);
}
