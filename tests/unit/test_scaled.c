/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A member's table scaled to its counters: that every sum holds to the byte,
 * on the page, as JSON and as CSV, and that it says what it is. */

#include "web/scaled.h"

#include <jansson.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "store/rrd_write.h"
#include "support/made_exchange.h"
#include "support/made_site.h"
#include "support/unit.h"

enum { HOURS = 26, LATER_HOURS = 6, PORT = 436207616 };

static const char *const ways[] = { "from_member", "to_member" };
static const char *const bands[] = { "ipv4_bytes", "ipv6_bytes", "other_bytes",
				     "total_bytes" };

static json_int_t amount(json_t *row, const char *key)
{
	json_t *value = json_object_get(row, key);

	ck_assert(json_is_integer(value));
	return json_integer_value(value);
}

static void check_row(json_t *row)
{
	ck_assert_int_eq(amount(row, bands[0]) + amount(row, bands[1]) +
			     amount(row, bands[2]),
			 amount(row, bands[3]));
}

static void check_sums(json_t *way)
{
	json_t *total = json_object_get(way, "total");
	json_int_t sums[COUNT_OF(bands)] = { 0 };
	json_int_t before = INT64_MAX;
	size_t index;
	json_t *row;

	json_array_foreach(json_object_get(way, "rows"), index, row)
	{
		check_row(row);
		ck_assert(json_is_null(json_object_get(row, "asn")) ||
			  amount(row, "total_bytes") <= before);
		before = amount(row, "total_bytes");
		for (size_t i = 0; i < COUNT_OF(bands); i++)
			sums[i] += amount(row, bands[i]);
	}
	check_row(total);
	for (size_t i = 0; i < COUNT_OF(bands); i++)
		ck_assert_int_eq(sums[i], amount(total, bands[i]));
}

static const char *const tables[] = {
	"/graph/scaled.json?asn=64500&range=hour",
	"/graph/scaled.json?asn=64500",
	"/graph/scaled.json?asn=AS64500&range=week",
	"/graph/scaled.json?asn=64500&range=month",
	"/graph/scaled.json?asn=64500&range=year",
	"/graph/scaled.json?asn=64501&range=day",
	"/graph/scaled.json?asn=64504&range=day",
	"/graph/scaled.json?asn=64506&range=day",
};

START_TEST(every_row_and_column_adds_up)
{
	json_t *json = made_site_json(tables[_i]);

	ck_assert(json_is_true(json_object_get(json, "available")));
	for (size_t i = 0; i < COUNT_OF(ways); i++)
		check_sums(json_object_get(json, ways[i]));
	json_decref(json);
}
END_TEST

static double number(json_t *object, const char *key)
{
	return json_number_value(json_object_get(object, key));
}

/* Within a byte for rounding, and what doubles lose. */
static void expect_bytes(json_t *row, const char *key, double wanted)
{
	ck_assert_double_eq_tol((double)amount(row, key), wanted,
				2 + wanted * 1e-9);
}

START_TEST(a_total_is_the_counters_and_its_split_the_samples)
{
	json_t *json = made_site_json("/graph/scaled.json?asn=64500&range=day");
	json_t *from = json_object_get(json, "from_member");
	json_t *rows = json_object_get(from, "rows");
	double v4 = made_exchange_rate(64500, 0);
	double v6 = made_exchange_rate(64500, 1);
	double counted_s = number(from, "known_s") * MADE_OVERHEAD;
	json_t *first = json_array_get(rows, 0);
	json_t *last = json_array_get(rows, json_array_size(rows) - 1);

	/* A day of 288 rows, the last of them not over. */
	ck_assert_double_eq(number(from, "known_s"), 287 * 300);
	ck_assert_double_eq_tol(number(from, "factor"), MADE_OVERHEAD, 1e-6);
	expect_bytes(json_object_get(from, "total"), "total_bytes",
		     (v4 + v6) * counted_s);
	ck_assert_uint_eq(json_array_size(rows), 6);
	ck_assert_int_eq(amount(first, "asn"), 64501);
	expect_bytes(first, "ipv4_bytes", v4 / 7 * counted_s);
	expect_bytes(first, "ipv6_bytes",
		     made_exchange_rate(64501, 1) / 7 * counted_s);
	ck_assert(json_is_null(json_object_get(last, "asn")));
	ck_assert_str_eq(json_string_value(json_object_get(last, "name")),
			 "flooded or not attributed");
	expect_bytes(last, "ipv4_bytes", v4 * 2 / 7 * counted_s);
	json_decref(json);
}
END_TEST

/* The fields of a line, which it is cut into. */
static size_t cut(char *line, char **fields, size_t most)
{
	size_t count = 0;

	for (char *at = line; at && count < most; count++) {
		fields[count] = at;
		if (*at == '"')
			at = strchr(at + 1, '"');
		at = at ? strchr(at, ',') : NULL;
		if (at)
			*at++ = '\0';
	}
	return count;
}

START_TEST(the_lines_of_csv_add_up_to_their_total)
{
	char *text =
	    made_site_text("/graph/scaled.csv?asn=64501&range=week", 200);
	unsigned long long sums[4] = { 0 };
	size_t totals = 0;
	char *end;

	for (char *line = text; *line; line = end + 2) {
		char *f[8];

		end = strstr(line, "\r\n");
		ck_assert_ptr_nonnull(end);
		*end = '\0';
		ck_assert_uint_eq(cut(line, f, COUNT_OF(f)), 7);
		if (line == text)
			ck_assert_str_eq(f[6], "total_bytes");
		for (size_t i = 0; line != text && i < 4; i++) {
			unsigned long long bytes = strtoull(f[3 + i], NULL, 10);

			if (strcmp(f[2], "total") == 0)
				ck_assert_uint_eq(bytes, sums[i]);
			sums[i] =
			    strcmp(f[2], "total") == 0 ? 0 : sums[i] + bytes;
		}
		totals += strcmp(f[2], "total") == 0;
	}
	ck_assert_uint_eq(totals, 2);
	free(text);
}
END_TEST

static const struct {
	const char *query;
	const char *why;
} refusals[] = {
	{ "64502", "shares a port with another" },
	{ "64505", "No port of the configuration" },
};

START_TEST(what_cannot_be_scaled_says_why)
{
	char target[64];
	json_t *json;
	char *page;

	(void)snprintf(target, sizeof(target), "/graph/scaled.json?asn=%s",
		       refusals[_i].query);
	json = made_site_json(target);
	ck_assert(json_is_false(json_object_get(json, "available")));
	ck_assert_ptr_nonnull(
	    strstr(json_string_value(json_object_get(json, "reason")),
		   refusals[_i].why));
	ck_assert(!json_object_get(json, "from_member"));
	json_decref(json);
	(void)snprintf(target, sizeof(target), "/graph/scaled.csv?asn=%s",
		       refusals[_i].query);
	page = made_site_text(target, 404);
	ck_assert_ptr_nonnull(strstr(page, refusals[_i].why));
	free(page);
	(void)snprintf(target, sizeof(target), "/members/AS%s?scaled=1",
		       refusals[_i].query);
	page = made_site_text(target, 200);
	ck_assert_ptr_nonnull(strstr(page, "cannot be scaled to counters"));
	ck_assert_ptr_nonnull(strstr(page, refusals[_i].why));
	ck_assert_ptr_null(strstr(page, "class=\"scaled\""));
	free(page);
}
END_TEST

static const struct {
	const char *target;
	const char *wanted;
} sayings[] = {
	{ "/members/AS64500", "?scaled=1#peers\">Scaled to" },
	{ "/members/AS64500?scaled=1", "<strong>Scaled to interface counters:"
				       "</strong> the total is exact" },
	{ "/members/AS64500?scaled=1", "\xc3\x97"
				       "1.020 from AS64500" },
	{ "/members/AS64500?scaled=1", "23 h 55 min that counters and" },
	{ "/members/AS64500?scaled=1", "<em>flooded or not attributed</em>" },
	{ "/members/AS64500?scaled=1", "\">7.03 TB</data>" },
	{ "/members/AS64500?scaled=1", "scaled.csv?asn=64500&amp;range=day" },
	{ "/members/AS64500?scaled=1&range=week", "Split by 30-minute means" },
	{ "/members/AS64506?scaled=1", "<strong>Scaled to interface" },
};

START_TEST(the_page_says_what_it_shows)
{
	char *page = made_site_text(sayings[_i].target, 200);

	ck_assert_msg(strstr(page, sayings[_i].wanted) != NULL, "not found: %s",
		      sayings[_i].wanted);
	free(page);
}
END_TEST

static const char *const missing[] = {
	"/graph/scaled.json",
	"/graph/scaled.json?asn=1",
	"/graph/scaled.csv?asn=x",
	"/graph/scaled.svg?asn=64500",
};

START_TEST(what_there_is_not_is_not_found)
{
	free(made_site_text(missing[_i], 404));
}
END_TEST

START_TEST(it_is_shown_to_those_who_may_see_the_member)
{
	struct made_site made;

	made_site_open(&made, made_site_directory());
	made.generation->config->web.access = CONFIG_ACCESS_ROLES;
	for (size_t i = 0; i < 2; i++) {
		struct response r =
		    made_site_get(&made, i ? "/graph/scaled.csv?asn=64500"
					   : "/graph/scaled.json?asn=64500");

		ck_assert_uint_eq(r.status, 403);
		response_fini(&r);
	}
	made_site_close(&made);
}
END_TEST

/* 30 peers, of whom each has one byte more than the next. */
START_TEST(peers_that_are_not_shown_are_summed_up)
{
	struct member members[30] = { 0 };
	struct scaled_row rows[31] = { 0 };
	struct scaled s = { .rows = { rows, rows }, .count = COUNT_OF(rows) };
	struct scaled_place place = { .member = members, .path = "/m" };
	static char name[] = "Peer";
	struct text out;

	text_init(&out);
	for (size_t i = 0; i < COUNT_OF(members); i++) {
		members[i].name = name;
		rows[i].peer = &members[i];
		rows[i].bytes[BAND_TOTAL] = 30 - i;
	}
	scaled_add_tables(&out, &s, &place);
	ck_assert_ptr_nonnull(
	    strstr(text_str(&out),
		   "Other peers: 10</th><td class=\"number\">"
		   "<data value=\"55\" title=\"Bytes: 55\">55 B</data>"));
	ck_assert_ptr_nonnull(strstr(text_str(&out), ">All peers (30)</a>"));
	text_clear(&out);
	place.all = true;
	scaled_add_tables(&out, &s, &place);
	ck_assert_ptr_null(strstr(text_str(&out), "Other peers"));
	text_fini(&out);
}
END_TEST

START_TEST(nothing_sampled_of_what_was_counted_is_odd)
{
	struct scaled s = { .estimate = { 0 } };

	ck_assert(!scaled_is_odd(&s, WAY_FROM));
	s.total[WAY_FROM][BAND_TOTAL] = 1000;
	ck_assert(scaled_is_odd(&s, WAY_FROM));
	s.estimate[WAY_FROM] = 1050;
	ck_assert(!scaled_is_odd(&s, WAY_FROM));
	s.estimate[WAY_FROM] = 800;
	ck_assert(scaled_is_odd(&s, WAY_FROM));
}
END_TEST

/* Let a port have counted for the last hours only, and so much per second; and
 * its samples said so much of what came in. */
static void count_later(double bytes_per_s, double sampled)
{
	const struct series port = { .kind = SERIES_PORT,
				     .switch_name = "sw1",
				     .ifindex = PORT };
	struct series_row *rows = calloc(LATER_HOURS * 60, sizeof(*rows));
	struct text path;

	text_init(&path);
	text_addf(&path, "%s/rrd/port/sw1/%d.rrd", made_site_directory(), PORT);
	ck_assert_int_eq(unlink(text_str(&path)), 0);
	text_fini(&path);
	for (int i = 0; i < LATER_HOURS * 60; i++) {
		rows[i].start_s = MADE_SITE_END - LATER_HOURS * 3600 + i * 60;
		rows[i].values[PORT_IN_OCTETS] = bytes_per_s;
		rows[i].values[PORT_OUT_OCTETS] = bytes_per_s;
		rows[i].values[PORT_IN_ESTIMATE] = sampled;
	}
	ck_assert_int_eq(rrd_write_rows(made_site_directory(), &port, rows,
					LATER_HOURS * 60, NULL),
			 0);
	free(rows);
}

/* Last of all: it changes the exchange's files. */
START_TEST(a_table_is_of_what_counters_and_samples_both_know)
{
	json_t *json;
	json_t *to;
	char *page;

	count_later(100e6, 0);
	json = made_site_json("/graph/scaled.json?asn=64500&range=day");
	to = json_object_get(json, "to_member");
	ck_assert_double_eq(number(to, "known_s"), LATER_HOURS * 3600);
	expect_bytes(json_object_get(to, "total"), "total_bytes",
		     100e6 * LATER_HOURS * 3600);
	ck_assert_double_eq_tol(number(to, "factor"), 2.5, 1e-6);
	ck_assert(json_is_true(json_object_get(to, "factor_is_odd")));
	json_decref(json);
	page = made_site_text("/members/AS64500?scaled=1", 200);
	ck_assert_ptr_nonnull(strstr(page, "Of 24 h it holds the 6 h that"));
	ck_assert_ptr_nonnull(strstr(page, "Sampling deserves a look"));
	free(page);
}
END_TEST

/* The same: a fifth of what came in was of unknown stations. */
START_TEST(what_strangers_send_is_nothing_of_the_peers)
{
	double own =
	    made_exchange_rate(64500, 0) + made_exchange_rate(64500, 1);
	double seconds = LATER_HOURS * 3600;
	json_t *json;
	json_t *from;
	json_t *rows;

	count_later(own * 1.25, own * 1.25);
	json = made_site_json("/graph/scaled.json?asn=64500&range=day");
	from = json_object_get(json, "from_member");
	rows = json_object_get(from, "rows");
	ck_assert_double_eq_tol(number(from, "factor"), 1, 1e-6);
	expect_bytes(json_object_get(from, "total"), "total_bytes",
		     own * 1.25 * seconds);
	expect_bytes(json_array_get(rows, json_array_size(rows) - 1),
		     "other_bytes", own * 0.25 * seconds);
	expect_bytes(json_array_get(rows, 0), "ipv4_bytes",
		     made_exchange_rate(64500, 0) / 7 * seconds);
	json_decref(json);
}
END_TEST

static int run(void)
{
	const struct unit_test tests[] = {
		{ every_row_and_column_adds_up, COUNT_OF(tables) },
		{ a_total_is_the_counters_and_its_split_the_samples, 0 },
		{ the_lines_of_csv_add_up_to_their_total, 0 },
		{ what_cannot_be_scaled_says_why, COUNT_OF(refusals) },
		{ the_page_says_what_it_shows, COUNT_OF(sayings) },
		{ what_there_is_not_is_not_found, COUNT_OF(missing) },
		{ it_is_shown_to_those_who_may_see_the_member, 0 },
		{ peers_that_are_not_shown_are_summed_up, 0 },
		{ nothing_sampled_of_what_was_counted_is_odd, 0 },
		{ a_table_is_of_what_counters_and_samples_both_know, 0 },
		{ what_strangers_send_is_nothing_of_the_peers, 0 },
	};

	return unit_run("scaled", tests, COUNT_OF(tests));
}

int main(void)
{
	return made_site_run(HOURS, MADE_FLAT, run);
}
