/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Every page from fixed data: what it says, and that it is well-formed. */

#include <jansson.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "support/made_site.h"
#include "support/unit.h"
#include "util/file.h"
#include "web/route.h"
#include "web/status.h"

enum { HOURS = 26 };

/* Targets and what must stand in each. The figures follow from the formula
 * of made_exchange: AS64500 sends 64 + 16 MB/s, its port counts 1.02 times
 * that, and 287 of the day's 288 means are complete. */
static const struct {
	const char *target;
	const char *wanted;
} sayings[] = {
	{ "/", "<h1>Traffic of the exchange</h1>" },
	{ "/", "<dt>Now</dt><dd>2.03 Gbit/s <small></small></dd>" },
	{ "/", "<td class=\"number\">21.8 TB" },
	{ "/", "<dt>IPv6 share</dt><dd>20.0 % <small>last 24 hours" },
	{ "/", "<dt>95th percentile, this month</dt><dd>2.03 Gbit/s" },
	{ "/", "<a href=\"/members\">Members: 7</a>" },
	{ "/", "Estimated from samples" },
	{ "/", "Data to 20:00:00 AST, 25 s ago" },
	{ "/", "America/Marigot (AST, UTC-04:00)" },
	{ "/", "<strong>access: open</strong>" },
	{ "/", "MAC addresses: 3</a>" },
	{ "/", "ports: 1</a>, " },
	/* Of each place and VLAN: now, and at most. */
	{ "/", "/traffic/infrastructure?id=1&amp;range=day\">Example-IX, all "
	       "switches</a></th><td class=\"number\">1.13 Gbit/s</td>" },
	{ "/",
	  "/traffic/location?name=Caf%C3%A9%20Bay&amp;range=day\">Location "
	  "Caf\xc3\xa9 Bay</a></th><td class=\"number\">490 Mbit/s</td>" },
	{ "/",
	  "/traffic/location?name=Quay%20%26%20%3CCo%3E%201&amp;range=day\">"
	  "Location Quay &amp; &lt;Co&gt; 1</a></th>"
	  "<td class=\"number\">640 Mbit/s</td>" },
	{ "/",
	  "/traffic/vlan?vlan=200&amp;range=day\">VLAN 200 Multicast</a></th>"
	  "<td class=\"number\">360 Mbit/s</td>" },
	{ "/members", "href=\"/members/AS64500\"" },
	{ "/members", "Members: 7." },
	{ "/members", "\">653 Mbit/s</td>" },
	{ "/members?sort=speed", "\">10 Gbit/s</td>" },
	{ "/traffic/vlan?vlan=200", "<h1>VLAN 200 Multicast</h1>" },
	{ "/traffic/location?name=Caf%C3%A9%20Bay", "/embed/location?name=" },
	{ "/traffic/switch?name=sw1", "<h1>Switch sw1</h1>" },
	{ "/embed/exchange", "<body class=\"embedded\">" },
	{ "/embed/vlan?vlan=100&range=week", "range=week" },
	/* Key figures: 64 + 16 MB/s, of which the port counts 1.02. */
	{ "/members/AS64500", "<dt>Peak today</dt><dd>653 Mbit/s <small>" },
	{ "/members/AS64500", "<dd>exact <small>interface counters" },
	{ "/members/AS64500", "<dt>Capacity</dt><dd>10 Gbit/s" },
	{ "/members/AS64500", "6.5 % of the capacity</small>" },
	{ "/members/AS64505", "<dt>Totals</dt><dd>\xc2\xb1" },
	{ "/members/AS64500?style=mirrored", "<path class=\"at\"" },
	{ "/members/AS64500?style=mirrored", "/graph/member.svg?asn=64500&amp;"
					     "range=day&amp;style=mirrored" },
	{ "/members/AS64500?previous=1", "dashed: the period before, " },
	{ "/graph/member.svg?asn=64500&scale=capacity", "capacity 10 Gbit/s" },
	{ "/graph/member.json?asn=64500", "\"capacity\":10000000000," },
	{ "/graph/member.json?asn=64500&range=hour&previous=1",
	  "\"previous\":[" },
	/* The two of a pair, from either end. */
	{ "/members/AS64500", "href=\"/members/AS64500/AS64501?range=day\"" },
	{ "/members/AS64500/AS64501", "AS64500 \xe2\x86\x92 AS64501" },
	{ "/members/AS64501/AS64500", "href=\"/members/AS64500/AS64501?" },
	{ "/graph/pair.svg?a=64501&b=64500", "<title>AS64501 and AS64500" },
	{ "/members/AS64500?q=cargo", "value=\"cargo\"" },
	{ "/members/AS64500?q=cargo", "AS64500/AS64501" },
	{ "/members/AS64500?sort=peer", "data-sort=\"peer\" "
					"aria-sort=\"ascending\"" },
	{ "/members/AS64500?sort=peer", "sort=peer&amp;order=desc#peers" },
	{ "/members/AS64500?from=2023-11-14T19:00&to=2023-11-14T20:00",
	  "14 Nov 2023 19:00 \xe2\x80\x93 14 Nov 2023 20:00" },
	{ "/members/AS64500?from=1700002800&to=1700006400",
	  "from=1700002800&amp;to=1700006400" },
	{ "/members?sort=asn", "aria-sort=\"ascending\"" },
	{ "/members/AS64500", "Totals from interface counters (exact)" },
	{ "/members/AS64500", "AS64500 \xe2\x86\x92 exchange" },
	{ "/members/AS64500", "exchange \xe2\x86\x92 AS64500" },
	{ "/members/AS64500", "<strong>653 Mbit/s</strong>" },
	{ "/members/AS64500", "<td class=\"number\">326 Mbit/s</td>" },
	{ "/members/AS64500", "<td class=\"number\">7.03 TB</td>" },
	{ "/members/AS64500", "<td class=\"number\">522 Mbit/s</td>" },
	{ "/members/AS64500", "Into the switch, now" },
	{ "/members/AS64500", "href=\"/members/AS64501?range=day\"" },
	{ "/members/64500?range=week", "last 7 days" },
	{ "/members/AS64500?range=week", "Data begins 14 Nov 2023 18:00:00" },
	{ "/members/AS64500?range=year", "95th percentile of 1-hour means" },
	/* A LAG counts once, its member ports not again. */
	{ "/members/AS64501", "<strong>500 Mbit/s</strong>" },
	{ "/members/AS64501", "Totals from interface counters (exact)" },
	/* A shared port says nothing about either of those on it. */
	{ "/members/AS64502", "<strong>360 Mbit/s</strong>" },
	{ "/members/AS64502", "Estimated from samples, \xc2\xb1" },
	/* 45 MB/s of frames of 800 bytes at 1 in 4096. */
	{ "/members/AS64502", "3.87 TB <small class=\"below\">\xc2\xb1"
			      "0.2 %</small>" },
	{ "/members/AS64502", "</svg> 95 % interval</li>" },
	{ "/members/AS64502", "shared; members on it: 2" },
	{ "/members/AS64504", "Multicast (VLAN 200)" },
	{ "/members/AS64505", "No port of the configuration" },
	{ "/ports", "aria-label=\"Ports of sw1\"" },
	{ "/ports", "not configured</a>" },
	{ "/ports", "- { ifindex: 436232192, name: Ethernet1/7, asn: <mark>" },
	{ "/ports", "<div>in LAG port-channel1</div>" },
	{ "/ports", "<td class=\"number u60\">" },
	{ "/ports/sw1/436207616", "into the switch (from AS64500)" },
	{ "/ports/sw1/436207616", "<strong>653 Mbit/s</strong>" },
	{ "/health", "The ledger balances." },
	{ "/health", "agent: \"192.0.2.9\"" },
	{ "/health", "- { asn: <mark>ASN</mark>, mac: "
		     "&quot;02:00:00:00:0f:01&quot; }" },
	{ "/health", "- { asn: 64503, vlan: 200, mac: "
		     "&quot;02:00:00:00:01:04&quot; }" },
	{ "/health", "asn: [ 64502, 64503, 64500 ] }" },
	{ "/health", "Datagrams dropped before receivers: " },
	{ "/health", "<td>192.0.2.50:6343</td><td>all, unchanged</td>" },
	{ "/health", "Connection refused, " },
	{ "/health", "dropped: neither end is a member" },
	{ "/health", "- { ifindex: 436236288, name: "
		     "&quot;&lt;script&gt;8&quot;, asn: 64505 } # 40 "
		     "samples\n" },
	/* What nobody has to do with has no line that was learned. */
	{ "/health", "- { ifindex: 436232192, name: Ethernet1/7, asn: <mark>" },
	{ "/health", "<li>sw1 Ethernet1/1: not its members by the "
		     "configuration, and seen: AS64501 (9 samples)</li>" },
	{ "/health", "<code>02:00:00:00:01:02</code></th><td>AS64501</td>" },
	{ "/health", "also enters at</td><td>&lt;script&gt;x</td>" },
	{ "/health", "Frames that left by another\xe2\x80\x99s port</h2>" },
	{ "/health", "no member has it, in passing</td>" },
	/* Four are listed, one of them in passing. */
	{ "/health", "<a href=\"#macs\">Unknown MAC addresses: 3</a>" },
	{ "/health", "<a href=\"#moved\">MAC addresses moved: 1</a>" },
	{ "/ports/sw1/436207616", "into the switch 1.004 \xc2\xb1"
				  "0.021; out of it 0.990" },
	{ "/ports/sw1/436400128", "<span class=\"flag bad\">too low for "
				  "long</span>" },
	{ "/health", "<a href=\"#sides\">Members sampled on one side only: 1" },
	{ "/health", "<a href=\"#losses\">Members whose frames are lost" },
	{ "/health", "<a href=\"#calibration\">Estimates that drift away" },
	{ "/health", "in effect, 5.0 % missing</small>" },
	{ "/health", "exchange \xe2\x86\x92 AS64501</th>" },
	{ "/health", "3.1 % \xc2\xb1"
		     "0.4 %</td>" },
	{ "/health", "AS64500 \xe2\x86\x92 AS64501</th>" },
	{ "/health", "what goes out to it</td>" },
	{ "/health", "out of the switch</td><td class=\"number\">0.470 "
		     "\xc2\xb1"
		     "0.030</td><td>too low</td>" },
	{ "/health", "<a href=\"#contradictions\">Ports that contradict" },
	{ "/health", "<a href=\"#misdelivered\">Members whose frames leave" },
	{ "/livez", "ok\n" },
	{ "/readyz", "ok\n" },
	{ "/graph/exchange.svg", "<title>Traffic of the exchange" },
	{ "/graph/member.svg?asn=64500", "95th 653 Mbit/s" },
	{ "/graph/port.svg?switch=sw1&ifindex=436207616", "sw1 Ethernet1/1" },
	{ "/graph/pair.svg?a=64501&b=64500&vlan=100",
	  "AS64500 \xe2\x86\x92 AS64501" },
	/* 1.9 MB/s at 4096 times 800 bytes are 178 samples in five minutes. */
	{ "/graph/pair.svg?a=64503&b=64505&vlan=100",
	  "95th \xe2\x89\x88\xc2\xa0"
	  "15.0 Mbit/s" },
	{ "/graph/pair.json?a=64503&b=64505&vlan=100", "\"p95_bias\":0.039" },
	{ "/graph/pair.json?a=64500&b=64501&vlan=100",
	  "\"p95\":87142857,\"p95_bias\":0.0070," },
	{ "/graph/interface.svg?asn=64504&vlan=200", "AS64504 in VLAN 200" },
	{ "/graph/infrastructure.svg", "Example-IX, all switches" },
	{ "/graph/infrastructure.json?id=1", "\"basis\":\"samples\"" },
	{ "/graph/location.svg?name=Quay%20%26%20%3CCo%3E%201",
	  "Location Quay &amp; &lt;Co&gt; 1" },
	{ "/graph/vlan.svg?vlan=100", "VLAN 100 Peering" },
	{ "/graph/switch.svg?name=sw2", "seen by sw2" },
	{ "/graph/member.json?asn=AS64500", "\"p95\":652800000," },
	{ "/graph/member.json?asn=AS64500", "\"basis\":\"counters\"" },
	{ "/graph/member.svg?asn=64502", ">95 % interval; estimated" },
	{ "/graph/member.json?asn=AS64502", "\"half_width\":[" },
	{ "/graph/member.json?asn=AS64502", "\"basis\":\"samples\"" },
	{ "/graph/exchange.json?range=hour", "\"step\":60," },
	{ "/graph/exchange.json?range=hour", "\"p95_step\":300," },
	{ "/graph/exchange.json", "null]" },
};

START_TEST(every_page_says_what_it_should)
{
	char *page = made_site_text(sayings[_i].target, 200);

	made_site_expect(page, sayings[_i].wanted);
	free(page);
}
END_TEST

/* The bit/s of a graph's rows. */
static json_t *rows_of(json_t *graph)
{
	json_t *rows =
	    json_object_get(json_object_get(graph, "from_member"), "total");

	ck_assert_uint_gt(json_array_size(rows), 200);
	return rows;
}

static json_t *get_json(const char *target)
{
	char *text = made_site_text(target, 200);
	json_t *graph = json_loads(text, 0, NULL);

	ck_assert_ptr_nonnull(graph);
	free(text);
	return graph;
}

START_TEST(a_sum_of_switches_is_unknown_where_one_of_them_is)
{
	json_t *one = get_json("/graph/switch.json?name=sw1");
	json_t *two = get_json("/graph/location.json?name=Caf%C3%A9%20Bay");
	json_t *all = get_json("/graph/infrastructure.json?id=1");
	size_t silent = 0;
	size_t index;
	json_t *sum;

	ck_assert(!json_object_get(all, "to_member"));
	json_array_foreach(rows_of(all), index, sum)
	{
		json_t *a = json_array_get(rows_of(one), index);
		json_t *b = json_array_get(rows_of(two), index);

		silent += json_is_null(b) && !json_is_null(a);
		ck_assert_int_eq(json_is_null(sum),
				 json_is_null(a) || json_is_null(b));
		ck_assert_int_eq(json_integer_value(sum),
				 json_is_null(sum) ? 0
						   : json_integer_value(a) +
							 json_integer_value(b));
	}
	ck_assert_uint_eq(silent, 12);
	json_decref(one);
	json_decref(two);
	json_decref(all);
}
END_TEST

START_TEST(a_row_is_as_unsure_as_its_samples)
{
	json_t *graph = get_json("/graph/member.json?asn=64502");
	json_t *widths = json_object_get(json_object_get(graph, "from_member"),
					 "half_width");
	/* 45 MB/s of frames of 800 bytes at 1 in 4096, for 5 minutes. */
	double half = 1.96 * sqrt(45e6 * 800 * 4096 * 300) / 300;
	size_t index;
	json_t *row;

	ck_assert_uint_eq(json_array_size(widths),
			  json_array_size(rows_of(graph)));
	json_array_foreach(widths, index, row)
	{
		ck_assert_int_eq(
		    json_is_null(row),
		    json_is_null(json_array_get(rows_of(graph), index)));
		if (!json_is_null(row))
			ck_assert_int_eq(json_integer_value(row),
					 llround(half * 8));
	}
	json_decref(graph);
}
END_TEST

/* Put another text for one of the status file's; the caller frees what it was,
 * with which its name is kept. */
static void replace_status(struct text *path, struct text *was,
			   const char *from, const char *to)
{
	struct text now;
	const char *at;

	text_init(path);
	text_init(was);
	text_init(&now);
	text_addf(path, "%s/status.json", made_site_directory());
	ck_assert_int_eq(file_read(text_str(path), STATUS_FILE_MAX, was), 0);
	at = strstr(text_str(was), from);
	ck_assert_ptr_nonnull(at);
	text_add_bytes(&now, text_str(was), (size_t)(at - text_str(was)));
	text_add(&now, to);
	text_add(&now, at + strlen(from));
	ck_assert_int_eq(file_replace(text_str(path), now.data, now.len), 0);
	text_fini(&now);
}

START_TEST(a_row_that_a_capture_cuts_is_less_sure)
{
	json_t *widths;
	json_t *graph;
	struct text path;
	struct text was;
	char replay[128];
	size_t last;

	(void)snprintf(replay, sizeof(replay),
		       "\"replay\": { \"captures\": [ \"x\" ], \"from\": %.1f, "
		       "\"to\": %.1f }",
		       MADE_SITE_END - 7200.0, MADE_SITE_END - 15.0);
	replace_status(&path, &was, "\"replay\": null", replay);
	graph = get_json("/graph/member.json?asn=64502&range=hour");
	widths = json_object_get(json_object_get(graph, "from_member"),
				 "half_width");
	last = json_array_size(widths) - 1;
	while (last > 0 && json_is_null(json_array_get(widths, last)))
		last--;
	/* 45 of its 60 seconds are covered. */
	ck_assert_double_eq_tol(
	    (double)json_integer_value(json_array_get(widths, last)),
	    (double)json_integer_value(json_array_get(widths, last - 1)) *
		sqrt(60.0 / 45),
	    2);
	json_decref(graph);
	ck_assert_int_eq(file_replace(text_str(&path), was.data, was.len), 0);
	text_fini(&path);
	text_fini(&was);
}
END_TEST

START_TEST(what_is_exact_has_no_half_widths)
{
	char *text = made_site_text("/graph/member.json?asn=64500", 200);

	made_site_expect_none(text, "half_width");
	made_site_expect_none(text, "p95_bias");
	free(text);
}
END_TEST

START_TEST(what_was_kept_is_what_was_worked_out)
{
	static const char *const targets[] = { "/", "/?range=week", "/members",
					       "/ports",
					       "/graph/exchange.json" };
	double last_step_end = 0;
	struct made_site made;

	made_site_open(&made, made_site_directory());
	for (size_t i = 0; i < COUNT_OF(targets); i++) {
		struct response first = made_site_get(&made, targets[i]);
		struct response second = made_site_get(&made, targets[i]);

		ck_assert_str_eq(text_str(&first.body), text_str(&second.body));
		response_fini(&second);
		route_prepare(made.site, &last_step_end);
		second = made_site_get(&made, targets[i]);
		ck_assert_str_eq(text_str(&first.body), text_str(&second.body));
		response_fini(&first);
		response_fini(&second);
	}
	ck_assert_double_gt(last_step_end, 0);
	made_site_close(&made);
}
END_TEST

START_TEST(who_left_can_be_looked_up_by_those_who_see_everything)
{
	struct made_site made;
	struct response r;
	struct text old;
	struct text new;
	char *page;

	text_init(&old);
	text_init(&new);
	text_addf(&old, "%s/rrd/member/as64500.rrd", made_site_directory());
	text_addf(&new, "%s/rrd/member/as64511.rrd", made_site_directory());
	ck_assert_int_eq(link(text_str(&old), text_str(&new)), 0);
	page = made_site_text("/members/AS64511", 200);
	made_site_expect(
	    page, "<h1>AS64511 <span class=\"asn\">former member</span>");
	made_site_expect(page, "AS64511 \xe2\x86\x92 exchange");
	made_site_expect(page, "Traffic: last 365 days");
	made_site_expect(page, "/graph/member.svg?asn=64511&amp;range=year");
	free(page);
	page = made_site_text("/members/AS64511?range=day", 200);
	made_site_expect(page, "6.89 TB");
	made_site_expect(page, "Estimated from samples");
	free(page);
	free(made_site_text("/members/AS64511?range=never", 400));
	free(made_site_text("/graph/member.svg?asn=64511", 200));
	page = made_site_text("/graph/member.json?asn=64511", 200);
	made_site_expect(page, "AS64511, former member");
	free(page);
	made_site_open(&made, made_site_directory());
	made.generation->config->web.access = CONFIG_ACCESS_ROLES;
	r = made_site_get(&made, "/members/AS64511");
	ck_assert_uint_eq(r.status, 403);
	response_fini(&r);
	made_site_close(&made);
	ck_assert_int_eq(unlink(text_str(&new)), 0);
	free(made_site_text("/members/AS64511", 404));
	text_fini(&old);
	text_fini(&new);
}
END_TEST

/* Last of all: it spoils the exchange's files. */
START_TEST(a_damaged_port_file_costs_its_counters_only)
{
	struct text path;
	char *page;

	text_init(&path);
	text_addf(&path, "%s/rrd/port/sw1/436207616.rrd",
		  made_site_directory());
	page = made_site_text("/members/AS64500", 200);
	made_site_expect(page, "Totals from interface counters");
	free(page);
	ck_assert_int_eq(truncate(text_str(&path), 1000), 0);
	page = made_site_text("/members/AS64500", 200);
	made_site_expect(page, "Estimated from samples");
	free(page);
	page = made_site_text("/", 200);
	made_site_expect(page, "Estimated from samples");
	free(page);
	text_fini(&path);
}
END_TEST

/* Whether a place in a page stands before another. */
static bool stands_before(const char *page, const char *first,
			  const char *second)
{
	const char *a = strstr(page, first);
	const char *b = strstr(page, second);

	ck_assert_msg(a != NULL, "not found: %s", first);
	ck_assert_msg(b != NULL, "not found: %s", second);
	return a < b;
}

#define PEER(asn) "/members/AS64500/AS" #asn "?"

START_TEST(peers_stand_as_the_query_says)
{
	static const struct {
		const char *target;
		bool cargo_first; /* AS64501, which has more than AS64504 */
	} orders[] = {
		{ "/members/AS64500", true },
		{ "/members/AS64500?sort=share&order=asc", false },
		{ "/members/AS64500?sort=peer", true },
		{ "/members/AS64500?sort=peer&order=desc", false },
		{ "/members/AS64500?sort=asn&order=desc", false },
		{ "/members/AS64500?sort=from", true },
		{ "/members/AS64500?sort=nonsense", true },
	};
	char *page = made_site_text(orders[_i].target, 200);

	ck_assert_msg(stands_before(page, PEER(64501), PEER(64504)) ==
			  orders[_i].cargo_first,
		      "%s", orders[_i].target);
	free(page);
}
END_TEST

START_TEST(a_search_shows_the_peers_that_match)
{
	char *page = made_site_text("/members/AS64500?q=64504", 200);

	made_site_expect(page, PEER(64504));
	made_site_expect_none(page, PEER(64501));
	free(page);
	page = made_site_text("/members/AS64500?q=%3Cscript%3E", 200);
	made_site_expect(page, "value=\"&lt;script&gt;\"");
	free(page);
}
END_TEST

START_TEST(who_chose_a_language_keeps_it)
{
	char *page = made_site_text("/members/AS64500?lang=fr&range=week", 200);

	made_site_expect(page, "<html lang=\"fr\">");
	made_site_expect(page, "href=\"/members?lang=fr\"");
	made_site_expect(page, "range=day&amp;lang=fr");
	made_site_expect_none(page, "lang=fr&amp;lang=fr");
	free(page);
}
END_TEST

static int run(void)
{
	const struct unit_test tests[] = {
		{ peers_stand_as_the_query_says, 7 },
		{ a_search_shows_the_peers_that_match, 0 },
		{ who_chose_a_language_keeps_it, 0 },
		{ every_page_says_what_it_should, COUNT_OF(sayings) },
		{ a_sum_of_switches_is_unknown_where_one_of_them_is, 0 },
		{ a_row_is_as_unsure_as_its_samples, 0 },
		{ a_row_that_a_capture_cuts_is_less_sure, 0 },
		{ what_is_exact_has_no_half_widths, 0 },
		{ what_was_kept_is_what_was_worked_out, 0 },
		{ who_left_can_be_looked_up_by_those_who_see_everything, 0 },
		{ a_damaged_port_file_costs_its_counters_only, 0 },
	};

	return unit_run("pages", tests, COUNT_OF(tests));
}

int main(void)
{
	return made_site_run(HOURS, MADE_FLAT, run);
}
