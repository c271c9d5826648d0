/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What is refused, to whom it is not shown, and that names stay names. */

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "support/made_site.h"
#include "support/unit.h"
#include "web/route.h"

enum { HOURS = 26 };

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
	{ "/graph/infrastructure.svg?id=2", 404 },
	{ "/graph/infrastructure.svg?id=x", 404 },
	{ "/graph/location.svg", 404 },
	{ "/graph/location.svg?name=Nowhere", 404 },
	{ "/graph/switch.svg?name=sw9", 404 },
	{ "/graph/vlan.svg?vlan=300", 404 },
	{ "/graph/member.gif?asn=64500", 404 },
	{ "/graph/nothing.svg", 404 },
	{ "/graph/pair.svg?a=64500&b=64501&vlan=4095", 404 },
	{ "/graph/interface.svg?asn=64504&vlan=300", 404 },
	{ "/?range=decade", 400 },
	{ "/members?sort=height", 400 },
	{ "/graph/exchange.svg?range=", 400 },
	{ "/?from=yesterday", 400 },
	{ "/?from=2023-11-14T20:00&to=2023-11-14T19:00", 400 },
	{ "/?from=2033-01-01", 400 },
	{ "/?from=1999-12-31", 400 },
	{ "/members/AS64500/AS64599", 404 },
	{ "/members/AS64500/none", 404 },
	{ "/traffic/vlan?vlan=300", 404 },
	{ "/traffic/nothing", 404 },
	{ "/embed/member?asn=64500", 404 },
	{ "/embed/location?name=nowhere", 404 },
	{ "/%00", 400 },
	{ "nothing", 400 },
};

START_TEST(what_is_not_there_is_refused_with_a_page)
{
	char *page = made_site_text(refusals[_i].target, refusals[_i].status);

	made_site_expect(page, "<h1>");
	made_site_expect(page, "</html>");
	free(page);
}
END_TEST

/* Wherever the member with the hostile name is shown. */
static const char *const hostile_places[] = {
	"/members",
	"/members/AS64506",
	"/ports",
	"/health",
	"/graph/member.svg?asn=64506",
};

START_TEST(a_hostile_name_stays_text)
{
	char *page = made_site_text(hostile_places[_i], 200);

	made_site_expect_none(page, "<script>");
	made_site_expect_none(page, "\xe2\x80\xae");
	made_site_expect(page, "&lt;script&gt;");
	free(page);
}
END_TEST

START_TEST(a_hostile_name_is_one_string_of_json)
{
	char *text = made_site_text("/graph/member.json?asn=64506", 200);
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
	char *page = made_site_text("/members/AS64506", 200);

	ck_assert_uint_lt(strlen(page), 60000);
	free(page);
}
END_TEST

START_TEST(only_reading_is_allowed)
{
	static const char *const methods[] = { "POST",	  "PUT",  "DELETE",
					       "OPTIONS", "BREW", "get" };
	struct made_site made;

	made_site_open(&made, made_site_directory());
	for (size_t i = 0; i < COUNT_OF(methods); i++) {
		struct response r;

		response_init(&r);
		route_answer(made.site,
			     &(struct route_request){ .method = methods[i],
						      .target = "/",
						      .host = "localhost" },
			     &r);
		ck_assert_uint_eq(r.status, 405);
		ck_assert_str_eq(r.allow, "GET, HEAD");
		response_fini(&r);
	}
	made_site_close(&made);
}
END_TEST

START_TEST(what_was_kept_is_not_shown_to_those_who_may_not_see_it)
{
	struct made_site made;
	struct response r;

	made_site_open(&made, made_site_directory());
	r = made_site_get(&made, "/members");
	made_site_expect(text_str(&r.body), "653 Mbit/s</td>");
	response_fini(&r);
	made.generation->config->web.access = CONFIG_ACCESS_ROLES;
	r = made_site_get(&made, "/members");
	ck_assert_uint_eq(r.status, 200);
	made_site_expect_none(text_str(&r.body), "Mbit/s</td>");
	made_site_expect_none(text_str(&r.body), "<svg");
	ck_assert(r.is_public);
	response_fini(&r);
	r = made_site_get(&made, "/ports");
	ck_assert_uint_eq(r.status, 403);
	response_fini(&r);
	made_site_close(&made);
}
END_TEST

START_TEST(only_a_public_graph_may_be_framed)
{
	struct made_site made;
	struct response r;

	made_site_open(&made, made_site_directory());
	r = made_site_get(&made, "/embed/exchange");
	ck_assert(r.is_framed && r.is_public);
	response_fini(&r);
	r = made_site_get(&made, "/");
	ck_assert(!r.is_framed);
	response_fini(&r);
	made_site_close(&made);
}
END_TEST

static int run(void)
{
	const struct unit_test tests[] = {
		{ what_is_not_there_is_refused_with_a_page,
		  COUNT_OF(refusals) },
		{ a_hostile_name_stays_text, COUNT_OF(hostile_places) },
		{ a_hostile_name_is_one_string_of_json, 0 },
		{ a_long_name_does_not_fill_the_page, 0 },
		{ only_reading_is_allowed, 0 },
		{ what_was_kept_is_not_shown_to_those_who_may_not_see_it, 0 },
		{ only_a_public_graph_may_be_framed, 0 },
	};

	return unit_run("refusals", tests, COUNT_OF(tests));
}

int main(void)
{
	return made_site_run(HOURS, MADE_FLAT, run);
}
