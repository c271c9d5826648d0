/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What is shown of a member to others and to the public. */

#include "web/access.h"

#include <string.h>

#include "support/made_visit.h"
#include "support/unit.h"

static struct made_accounts made;

static void setup(void)
{
	made_accounts_open(&made);
}

static void teardown(void)
{
	made_accounts_close(&made);
}

/* What the exchange shows of members to others, and who opted out of that. */
static const struct {
	enum config_show show;
	const char *who; /* NULL: the public */
	bool is_out;
	unsigned status; /* of AS64500's graph */
} shows[] = {
	{ CONFIG_SHOW_PUBLIC, NULL, false, 200 },
	{ CONFIG_SHOW_PUBLIC, NULL, true, 404 },
	{ CONFIG_SHOW_PUBLIC, "bob", false, 200 },
	{ CONFIG_SHOW_PUBLIC, "bob", true, 404 },
	{ CONFIG_SHOW_PUBLIC, "alice", true, 200 },
	{ CONFIG_SHOW_PUBLIC, "audit", true, 200 },
	{ CONFIG_SHOW_LOGGED_IN, NULL, false, 401 },
	{ CONFIG_SHOW_LOGGED_IN, NULL, true, 401 },
	{ CONFIG_SHOW_LOGGED_IN, "bob", false, 200 },
	{ CONFIG_SHOW_LOGGED_IN, "bob", true, 404 },
	{ CONFIG_SHOW_LOGGED_IN, "alice", true, 200 },
	{ CONFIG_SHOW_OWN, "bob", false, 404 },
	{ CONFIG_SHOW_OWN, "alice", false, 200 },
	{ CONFIG_SHOW_STAFF, NULL, false, 401 },
	{ CONFIG_SHOW_STAFF, "alice", false, 404 },
	{ CONFIG_SHOW_STAFF, "audit", false, 200 },
};

START_TEST(the_exchange_says_what_is_shown_and_a_member_opts_out)
{
	char cookie[MADE_COOKIE_SIZE] = "";
	char own[MADE_COOKIE_SIZE];
	struct response r;

	made.site.generation->config->web.show[CONFIG_SHOWN_MEMBER] =
	    shows[_i].show;
	(void)made_accounts_cookie(&made, "carol", own);
	if (shows[_i].is_out)
		ck_assert_uint_eq(
		    made_visit_end(made_visit_post(
			&made, own, "/account/optout", "asn=64500&out=1")),
		    303);
	if (shows[_i].who)
		(void)made_accounts_cookie(&made, shows[_i].who, cookie);
	r = made_accounts_ask(
	    &made,
	    &(struct made_ask){
		.target = "/graph/member.svg?asn=64500",
		.headers = { { shows[_i].who ? "Cookie" : NULL, cookie } } });
	ck_assert_uint_eq(r.status, shows[_i].status);
	ck_assert(r.is_public == (!shows[_i].who && r.status == 200));
	response_fini(&r);
	/* As if it were not there. */
	if (shows[_i].status == 404) {
		r = made_accounts_ask(
		    &made, &(struct made_ask){
			       .target = "/graph/member.svg?asn=64599",
			       .headers = { { shows[_i].who ? "Cookie" : NULL,
					      cookie } } });
		ck_assert_uint_eq(r.status, 404);
		response_fini(&r);
	}
}
END_TEST

/* Pairs stay hidden on a page that all may see: among the peers may be some who
 * opted out. */
START_TEST(a_public_page_shows_no_pairs)
{
	static const char *const lists[] = {
		"/api/v1/members/AS64500/peers",
		"/graph/scaled.json?asn=64500",
		"/graph/scaled.csv?asn=64500",
	};
	struct response r;

	made.site.generation->config->web.show[CONFIG_SHOWN_MEMBER] =
	    CONFIG_SHOW_PUBLIC;
	made.site.generation->config->web.show[CONFIG_SHOWN_PAIR] =
	    CONFIG_SHOW_PUBLIC;
	for (size_t i = 0; i < COUNT_OF(lists); i++)
		ck_assert_uint_eq(
		    made_visit_end(made_accounts_ask(
			&made, &(struct made_ask){ .target = lists[i] })),
		    401);
	r = made_accounts_ask(&made,
			      &(struct made_ask){ .target = MADE_ALICES });
	ck_assert_uint_eq(r.status, 200);
	ck_assert_ptr_null(strstr(text_str(&r.body), "id=\"peers\""));
	ck_assert_ptr_null(strstr(text_str(&r.body), "/ports/sw"));
	response_fini(&r);
}
END_TEST

static int run(void)
{
	const struct unit_test tests[] = {
		{ the_exchange_says_what_is_shown_and_a_member_opts_out,
		  COUNT_OF(shows) },
		{ a_public_page_shows_no_pairs, 0 },
	};

	return unit_run_with("access", setup, teardown, tests, COUNT_OF(tests));
}

int main(void)
{
	return made_site_run(2, MADE_FLAT, run);
}
