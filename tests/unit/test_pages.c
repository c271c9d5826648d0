/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Every page from fixed data: what it says, and that it is well-formed. */

#include <jansson.h>
#include <string.h>

#include "support/made_exchange.h"
#include "support/made_site.h"
#include "support/markup.h"
#include "support/tempdir.h"
#include "support/unit.h"
#include "web/route.h"

enum { HOURS = 26 };

/* Made once, by main; the tests, each a process of its own, only read it. */
static const char *directory(void)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): a test has one thread */
	return getenv("MADE_EXCHANGE");
}

/* A page as text, checked; the caller frees it. */
static char *get(const char *target, unsigned status)
{
	struct made_site made;
	struct response r;
	char *text;

	made_site_open(&made, directory());
	r = made_site_get(&made, target);
	ck_assert_msg(r.status == status, "%s: status %u", target, r.status);
	if (strncmp(r.content_type, "text/html", 9) == 0)
		markup_check(text_str(&r.body), true);
	if (strcmp(r.content_type, "image/svg+xml") == 0)
		markup_check(text_str(&r.body), false);
	text = text_steal(&r.body);
	response_fini(&r);
	made_site_close(&made);
	return text;
}

static void expect(const char *page, const char *wanted)
{
	ck_assert_msg(strstr(page, wanted) != NULL, "not found: %s", wanted);
}

static void expect_none(const char *page, const char *unwanted)
{
	ck_assert_msg(strstr(page, unwanted) == NULL, "found: %s", unwanted);
}

/* Targets and what must stand in each. The figures follow from the formula
 * of made_exchange: AS64500 sends 64 + 16 MB/s, its port counts 1.02 times
 * that, and 287 of the day's 288 means are complete. */
static const struct {
	const char *target;
	const char *wanted;
} sayings[] = {
	{ "/", "<h1>Traffic of the exchange</h1>" },
	{ "/", "<dt>Now</dt><dd>2.03 Gbit/s</dd>" },
	{ "/", "<dt>Total</dt><dd>21.8 TB</dd>" },
	{ "/", "<dt>IPv6 share</dt><dd>20.0 %</dd>" },
	{ "/", "<dt>Members</dt><dd>7</dd>" },
	{ "/", "Estimated from samples" },
	{ "/", "Data to 20:00:00 AST, 25 s ago" },
	{ "/", "America/Marigot (AST, UTC-04:00)" },
	{ "/", "<strong>access: open</strong>" },
	{ "/", "3 MAC addresses</a>" },
	{ "/", "1 port</a>, " },
	{ "/members", "href=\"/members/AS64500\"" },
	{ "/members", "7 members." },
	{ "/members", "<td class=\"number\">653 Mbit/s</td>" },
	{ "/members?sort=asn", "aria-sort=\"ascending\"" },
	{ "/members/AS64500", "Totals from interface counters (exact)" },
	{ "/members/AS64500", "AS64500 \xe2\x86\x92 exchange" },
	{ "/members/AS64500", "exchange \xe2\x86\x92 AS64500" },
	{ "/members/AS64500", "<strong>653 Mbit/s</strong>" },
	{ "/members/AS64500", "<td class=\"number\">326 Mbit/s</td>" },
	{ "/members/AS64500", "<td class=\"number\">7.03 TB</td>" },
	{ "/members/AS64500", "<td class=\"number\">522 Mbit/s</td>" },
	{ "/members/AS64500", "Into the switch (from AS64500), now" },
	{ "/members/AS64500", "href=\"/members/AS64501?range=day\"" },
	{ "/members/64500?range=week", "last 7 days" },
	{ "/members/AS64500?range=week", "Data begins 2023-11-14 18:00:00" },
	{ "/members/AS64500?range=year", "95th percentile of 1-hour means" },
	/* A LAG counts once, its member ports not again. */
	{ "/members/AS64501", "<strong>500 Mbit/s</strong>" },
	{ "/members/AS64501", "Totals from interface counters (exact)" },
	/* A shared port says nothing about either of those on it. */
	{ "/members/AS64502", "<strong>360 Mbit/s</strong>" },
	{ "/members/AS64502", "Estimated from samples, \xc2\xb1" },
	{ "/members/AS64502", "shared by 2 members" },
	{ "/members/AS64504", "Multicast (VLAN 200)" },
	{ "/members/AS64505", "No port of the configuration" },
	{ "/ports", "aria-label=\"Ports of sw1\"" },
	{ "/ports", "not configured</a>" },
	{ "/ports", "- { ifindex: 436232192, name: Ethernet1/7, asn: <mark>" },
	{ "/ports", "<div>in port-channel1</div>" },
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
	{ "/health", "dropped: neither end is a member" },
	{ "/livez", "ok\n" },
	{ "/readyz", "ok\n" },
	{ "/graph/exchange.svg", "<title>Traffic of the exchange" },
	{ "/graph/member.svg?asn=64500", "95th 653 Mbit/s" },
	{ "/graph/port.svg?switch=sw1&ifindex=436207616", "sw1 Ethernet1/1" },
	{ "/graph/pair.svg?a=64501&b=64500&vlan=100",
	  "AS64500 \xe2\x86\x92 AS64501" },
	{ "/graph/interface.svg?asn=64504&vlan=200", "AS64504 in VLAN 200" },
	{ "/graph/member.json?asn=AS64500", "\"p95\":652800000," },
	{ "/graph/member.json?asn=AS64500", "\"basis\":\"counters\"" },
	{ "/graph/member.json?asn=AS64502", "\"basis\":\"samples\"" },
	{ "/graph/exchange.json?range=hour", "\"step\":60," },
	{ "/graph/exchange.json?range=hour", "\"p95_step\":300," },
	{ "/graph/exchange.json", "null]" },
};

START_TEST(every_page_says_what_it_should)
{
	char *page = get(sayings[_i].target, 200);

	expect(page, sayings[_i].wanted);
	free(page);
}
END_TEST

static const struct {
	const char *target;
	unsigned status;
} refusals[] = {
	{ "/nothing", 404 },
	{ "/members/", 404 },
	{ "/members/AS1", 404 },
	{ "/members/x", 404 },
	{ "/members/AS64500/more", 404 },
	{ "/ports/sw1", 404 },
	{ "/ports/sw1/1", 404 },
	{ "/ports/sw9/436207616", 404 },
	{ "/graph/member.svg", 404 },
	{ "/graph/member.svg?asn=1", 404 },
	{ "/graph/member.png?asn=64500", 404 },
	{ "/graph/nothing.svg", 404 },
	{ "/graph/pair.svg?a=64500&b=64501", 404 },
	{ "/graph/interface.svg?asn=64504&vlan=300", 404 },
	{ "/?range=decade", 400 },
	{ "/members?sort=height", 400 },
	{ "/graph/exchange.svg?range=", 400 },
	{ "/%00", 400 },
	{ "nothing", 400 },
};

START_TEST(what_is_not_there_is_refused_with_a_page)
{
	char *page = get(refusals[_i].target, refusals[_i].status);

	expect(page, "<h1>");
	expect(page, "</html>");
	free(page);
}
END_TEST

/* Wherever the member with the hostile name is shown. */
static const char *const hostile_places[] = {
	"/members",
	"/members/AS64506",
	"/ports",
	"/graph/member.svg?asn=64506",
};

START_TEST(a_hostile_name_stays_text)
{
	char *page = get(hostile_places[_i], 200);

	expect_none(page, "<script");
	expect_none(page, "\xe2\x80\xae");
	expect(page, "&lt;script&gt;");
	free(page);
}
END_TEST

START_TEST(a_hostile_name_is_one_string_of_json)
{
	char *text = get("/graph/member.json?asn=64506", 200);
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	const char *title = json_string_value(json_object_get(root, "title"));

	ck_assert_ptr_nonnull(title);
	ck_assert_ptr_nonnull(strstr(title, "<script>alert(\"x\")</script>'&"));
	json_decref(root);
	free(text);
}
END_TEST

START_TEST(a_long_name_does_not_fill_the_page)
{
	char *page = get("/members/AS64506", 200);

	ck_assert_uint_lt(strlen(page), 60000);
	free(page);
}
END_TEST

START_TEST(only_reading_is_allowed)
{
	static const char *const methods[] = { "POST",	  "PUT",  "DELETE",
					       "OPTIONS", "BREW", "get" };
	struct made_site made;

	made_site_open(&made, directory());
	for (size_t i = 0; i < COUNT_OF(methods); i++) {
		struct response r;

		response_init(&r);
		route_answer(made.site, methods[i], "/", "localhost", &r);
		ck_assert_uint_eq(r.status, 405);
		ck_assert_str_eq(r.allow, "GET, HEAD");
		response_fini(&r);
	}
	made_site_close(&made);
}
END_TEST

START_TEST(what_was_kept_is_what_was_worked_out)
{
	static const char *const targets[] = { "/", "/?range=week", "/members",
					       "/ports",
					       "/graph/exchange.json" };
	double last_step_end = 0;
	struct made_site made;

	made_site_open(&made, directory());
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

START_TEST(what_was_kept_is_not_shown_to_those_who_may_not_see_it)
{
	struct made_site made;
	struct response r;

	made_site_open(&made, directory());
	r = made_site_get(&made, "/members");
	expect(text_str(&r.body), "bit/s</td>");
	response_fini(&r);
	made.generation->config->web.access = CONFIG_ACCESS_ROLES;
	r = made_site_get(&made, "/members");
	ck_assert_uint_eq(r.status, 200);
	expect_none(text_str(&r.body), "bit/s</td>");
	expect_none(text_str(&r.body), "<svg");
	ck_assert(r.is_public);
	response_fini(&r);
	r = made_site_get(&made, "/ports");
	ck_assert_uint_eq(r.status, 403);
	response_fini(&r);
	made_site_close(&made);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ every_page_says_what_it_should, COUNT_OF(sayings) },
		{ what_is_not_there_is_refused_with_a_page,
		  COUNT_OF(refusals) },
		{ a_hostile_name_stays_text, COUNT_OF(hostile_places) },
		{ a_hostile_name_is_one_string_of_json, 0 },
		{ a_long_name_does_not_fill_the_page, 0 },
		{ only_reading_is_allowed, 0 },
		{ what_was_kept_is_what_was_worked_out, 0 },
		{ what_was_kept_is_not_shown_to_those_who_may_not_see_it, 0 },
	};
	char *dir = tempdir_new();
	int rc;

	made_exchange_write(dir, MADE_SITE_END, HOURS, MADE_FLAT);
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): a test has one thread */
	if (setenv("MADE_EXCHANGE", dir, 1) < 0)
		return EXIT_FAILURE;
	rc = unit_run("pages", tests, COUNT_OF(tests));
	tempdir_remove(dir);
	return rc;
}
