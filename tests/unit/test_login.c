/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Logging in and out, the ways in without that, and what is logged of it. */

#include "web/login.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/made_visit.h"
#include "support/markup.h"
#include "support/unit.h"
#include "util/file.h"

static struct made_accounts made;

static void setup(void)
{
	made_accounts_open(&made);
}

static void teardown(void)
{
	made_accounts_close(&made);
}

START_TEST(the_right_password_gives_a_session)
{
	char cookie[MADE_COOKIE_SIZE];
	struct response r =
	    made_visit_log_in(&made, "alice", MADE_FORM_PASSWORD, "");

	ck_assert_uint_eq(r.status, 303);
	ck_assert_str_eq(r.location, MADE_ALICES);
	ck_assert_int_eq(strncmp(r.cookie, "__Host-lanterne=", 16), 0);
	ck_assert_ptr_nonnull(
	    strstr(r.cookie, "; Path=/; Secure; HttpOnly; SameSite=Lax"));
	made_visit_cookie(&r, cookie);
	response_fini(&r);
	ck_assert_uint_eq(made_visit_status(&made, cookie, MADE_ALICES), 200);
}
END_TEST

START_TEST(a_wrong_name_and_a_wrong_password_look_alike)
{
	static const char *const tries[][2] = {
		{ "alice", "wrong+horse+battery" },
		{ "nobody", "wrong+horse+battery" },
		{ "nobody", MADE_FORM_PASSWORD },
		{ "dave", MADE_FORM_PASSWORD }, /* shut out */
		{ "alice", "" },
		{ "", "" },
	};
	char *first = NULL;

	for (size_t i = 0; i < COUNT_OF(tries); i++) {
		struct response r =
		    made_visit_log_in(&made, tries[i][0], tries[i][1], "");

		ck_assert_uint_eq(r.status, 403);
		ck_assert_ptr_null(r.cookie);
		markup_check(text_str(&r.body), true);
		if (first)
			ck_assert_str_eq(text_str(&r.body), first);
		else
			first = text_steal(&r.body);
		response_fini(&r);
	}
	free(first);
}
END_TEST

START_TEST(tries_are_few_before_anything_is_hashed)
{
	unsigned right = 0;
	unsigned refused = 0;
	struct response r;

	for (int i = 0; i < 30; i++) {
		r = made_visit_log_in(&made, "alice", "wrong+horse+battery",
				      "");
		ck_assert(r.status == 403 || r.status == 429);
		right += r.status == 403;
		refused += r.status == 429;
		if (r.status == 429) {
			ck_assert_int_gt(r.retry_after_s, 0);
			ck_assert_ptr_null(r.wait);
		}
		response_fini(&r);
	}
	ck_assert_uint_eq(right, 10);
	ck_assert_uint_eq(refused, 20);
	/* The right one as well: else it would say which is right. */
	ck_assert_uint_eq(made_visit_end(made_visit_log_in(
			      &made, "alice", MADE_FORM_PASSWORD, "")),
			  429);
}
END_TEST

/* Ten tries at a name, from however many addresses. */
START_TEST(a_name_is_throttled_for_all_addresses)
{
	unsigned refused = 0;

	for (unsigned i = 0; i < 15; i++) {
		const struct made_ask ask = {
			.method = "POST",
			.target = "/login",
			.body = "name=alice&password=wrong+horse+battery",
			.peer = { .version = 4,
				  .bytes = { 192, 0, 2, (uint8_t)(i + 1) } },
		};

		refused +=
		    made_visit_end(made_accounts_ask(&made, &ask)) == 429;
	}
	ck_assert_uint_eq(refused, 5);
}
END_TEST

/* A right password is no guess, but costs as much: who sends nothing else is
 * held up in the end. */
START_TEST(right_passwords_without_end_are_counted)
{
	const struct ipaddr from = { .version = 4, .bytes = { 192, 0, 2, 1 } };
	int done = 0;

	while (done < 100 && accounts_may_try(made.accounts, "alice", NULL,
					      &from, 1000 + done) == 0)
		accounts_was_right(made.accounts, "alice", false, &from,
				   1000 + done++);
	ck_assert_int_ge(done, 20);
	ck_assert_int_lt(done, 60);
}
END_TEST

/* Who guesses does not keep out the one whose name it is. */
START_TEST(a_browser_that_logged_in_is_not_kept_out)
{
	char browser[120];
	struct made_ask ask = { .method = "POST",
				.target = "/login",
				.headers = { { "Cookie", browser } },
				.body =
				    "name=alice&password=" MADE_FORM_PASSWORD };
	struct response r =
	    made_visit_log_in(&made, "alice", MADE_FORM_PASSWORD, "");

	ck_assert_ptr_nonnull(r.second_cookie);
	(void)snprintf(browser, sizeof(browser), "%.*s",
		       (int)strcspn(r.second_cookie, ";"), r.second_cookie);
	response_fini(&r);
	for (int i = 0; i < 12; i++)
		(void)made_visit_end(made_visit_log_in(
		    &made, "alice", "wrong+horse+battery", ""));
	ck_assert_uint_eq(made_visit_end(made_visit_log_in(
			      &made, "alice", MADE_FORM_PASSWORD, "")),
			  429);
	ck_assert_uint_eq(made_visit_end(made_accounts_ask(&made, &ask)), 303);
	/* It is good for that name alone, and no endless number of tries. */
	ask.body = "name=bob&password=" MADE_FORM_PASSWORD;
	ck_assert_uint_eq(made_visit_end(made_accounts_ask(&made, &ask)), 429);
	ask.body = "name=alice&password=wrong+horse+battery";
	for (int i = 0; i < 10; i++)
		(void)made_visit_end(made_accounts_ask(&made, &ask));
	ck_assert_uint_eq(made_visit_end(made_accounts_ask(&made, &ask)), 429);
	/* Nor is it a session. */
	ck_assert_uint_eq(made_visit_status(&made, browser, "/account"), 303);
}
END_TEST

static const struct {
	const char *next; /* as a form sends it */
	const char *location;
} nexts[] = {
	{ "", MADE_ALICES },
	{ "%2Fmembers", "/members" },
	{ "%2Fmembers%3Fsort%3Dasn", "/members?sort=asn" },
	{ "%2F%2Fevil.example", MADE_ALICES },
	{ "https%3A%2F%2Fevil.example%2F", MADE_ALICES },
	{ "http%3A%2F%2Fevil.example%2Fmembers", MADE_ALICES },
	{ "%2F%5Cevil.example", MADE_ALICES },
	{ "javascript%3Aalert(1)", MADE_ALICES },
	{ "%2Fmembers%C3%A9", MADE_ALICES },
	{ "%2Flogout", MADE_ALICES },
	{ "members", MADE_ALICES },
	{ "%2Fnothing", MADE_ALICES },
};

START_TEST(it_goes_on_to_a_page_of_this_server_alone)
{
	struct response r = made_visit_log_in(
	    &made, "alice", MADE_FORM_PASSWORD, nexts[_i].next);

	ck_assert_uint_eq(r.status, 303);
	ck_assert_str_eq(r.location, nexts[_i].location);
	response_fini(&r);
}
END_TEST

START_TEST(a_session_from_before_is_not_used)
{
	char planted[MADE_COOKIE_SIZE];
	char cookie[MADE_COOKIE_SIZE];
	struct response r;

	(void)made_accounts_cookie(&made, "bob", planted);
	r = made_visit_post(&made, planted, "/login",
			    "name=alice&password=" MADE_FORM_PASSWORD);
	ck_assert_uint_eq(r.status, 303);
	made_visit_cookie(&r, cookie);
	response_fini(&r);
	ck_assert_str_ne(cookie, planted);
	ck_assert_uint_eq(made_visit_status(&made, planted, "/account"), 303);
	ck_assert_uint_eq(made_visit_status(&made, cookie, "/account"), 200);
	/* Nor is one that nobody gave out. */
	ck_assert_uint_eq(
	    made_visit_status(&made,
			      SESSION_COOKIE
			      "=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
			      "/account"),
	    303);
}
END_TEST

START_TEST(two_cookies_are_none)
{
	char one[MADE_COOKIE_SIZE];
	char other[MADE_COOKIE_SIZE];
	char both[2 * MADE_COOKIE_SIZE + 8];

	(void)made_accounts_cookie(&made, "alice", one);
	(void)made_accounts_cookie(&made, "bob", other);
	(void)snprintf(both, sizeof(both), "%s; %s", one, other);
	ck_assert_uint_eq(made_visit_status(&made, both, "/account"), 303);
	(void)snprintf(both, sizeof(both), "a=b; %s; c=d", one);
	ck_assert_uint_eq(made_visit_status(&made, both, "/account"), 200);
}
END_TEST

START_TEST(logging_out_ends_the_session)
{
	char cookie[MADE_COOKIE_SIZE];
	struct response r;

	(void)made_accounts_cookie(&made, "alice", cookie);
	ck_assert_uint_eq(made_visit_status(&made, cookie, MADE_ALICES), 200);
	r = made_visit_post(&made, cookie, "/logout", "");
	ck_assert_uint_eq(r.status, 303);
	ck_assert_ptr_nonnull(strstr(r.cookie, "Max-Age=0"));
	response_fini(&r);
	ck_assert_uint_eq(made_visit_status(&made, cookie, MADE_ALICES), 303);
}
END_TEST

static const char *const authorizations[] = {
	"",
	"Bearer",
	"Bearer ",
	"Bearer lan_",
	"Basic YTpi",
	"Bearer x",
	"bearer lan_AAAA",
	"Bearer lan_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
};

START_TEST(a_token_that_is_none_is_refused)
{
	struct response r = made_accounts_ask(
	    &made, &(struct made_ask){ .target = "/",
				       .headers = { { "Authorization",
						      authorizations[_i] } } });

	ck_assert_uint_eq(r.status, 401);
	ck_assert_ptr_nonnull(strstr(r.challenge, "invalid_token"));
	response_fini(&r);
}
END_TEST

/* The headers of oauth2-proxy, which asks PeeringDB who somebody is. */
static const struct {
	bool is_configured;
	bool is_trusted;
	const char *name;
	const char *value;
	unsigned status; /* of MADE_ALICES */
} proxied[] = {
	{ true, true, "X-Forwarded-User", "alice", 200 },
	{ true, true, "x-forwarded-user", "Alice", 200 },
	{ true, true, "X-Forwarded-User", "bob", 404 },
	{ true, true, "X-Forwarded-User", "dave", 403 },
	{ true, true, "X-Forwarded-User", "mallory", 403 },
	{ true, true, "X-Forwarded-User", "", 403 },
	{ true, true, "X-Forwarded-Email", "alice", 303 },
	{ true, true, "X-Auth-Request-User", "alice", 303 },
	{ true, false, "X-Forwarded-User", "alice", 303 },
	{ false, true, "X-Forwarded-User", "alice", 303 },
};

START_TEST(a_proxy_is_believed_where_it_is_trusted)
{
	static char header[] = "X-Forwarded-User";
	static struct ipaddr trusted = { .version = 4,
					 .bytes = { 192, 0, 2, 9 } };
	struct config_web *web = &made.site.generation->config->web;
	struct made_ask ask = {
		.target = MADE_ALICES,
		.headers = { { proxied[_i].name, proxied[_i].value } },
		.peer = trusted,
	};

	web->proxy_user = proxied[_i].is_configured ? header : NULL;
	web->trusted_proxies = &trusted;
	web->trusted_proxy_count = 1;
	if (!proxied[_i].is_trusted)
		ask.peer.bytes[3] = 10;
	ck_assert_uint_eq(made_visit_end(made_accounts_ask(&made, &ask)),
			  proxied[_i].status);
	web->proxy_user = NULL;
	web->trusted_proxies = NULL;
	web->trusted_proxy_count = 0;
}
END_TEST

START_TEST(what_is_done_is_in_the_audit_log)
{
	static const char *const wanted[] = {
		"\"what\":\"login\",\"user\":\"alice\"",
		"\"what\":\"login_failed\",\"user\":\"mallory\"",
		"\"what\":\"logout\",\"user\":\"alice\"",
		"\"what\":\"user_put\",\"user\":\"ops\",\"subject\":\"eve\"",
	};
	char cookie[MADE_COOKIE_SIZE];
	char ops[MADE_COOKIE_SIZE];
	struct text path;
	struct text log;
	struct text problem;
	struct response r =
	    made_visit_log_in(&made, "alice", MADE_FORM_PASSWORD, "");
	uint64_t lines;

	made_visit_cookie(&r, cookie);
	response_fini(&r);
	(void)made_visit_end(
	    made_visit_log_in(&made, "mallory", MADE_FORM_PASSWORD, ""));
	(void)made_visit_end(made_visit_post(&made, cookie, "/logout", ""));
	(void)made_accounts_cookie(&made, "ops", ops);
	(void)made_visit_end(made_visit_post(&made, ops, "/users/put",
					     "name=eve&role=auditor&asns="));
	text_init(&path);
	text_init(&log);
	text_init(&problem);
	text_addf(&path, "%s/state/audit.log", made.dir);
	ck_assert_int_eq(file_read(text_str(&path), 100000, &log), 0);
	for (size_t i = 0; i < COUNT_OF(wanted); i++)
		ck_assert_msg(strstr(text_str(&log), wanted[i]) != NULL, "%s",
			      wanted[i]);
	ck_assert_int_eq(
	    audit_check(text_str(&path), made.accounts->key, &lines, &problem),
	    0);
	ck_assert_uint_eq(lines, 5);
	text_fini(&path);
	text_fini(&log);
	text_fini(&problem);
}
END_TEST

static int run(void)
{
	const struct unit_test tests[] = {
		{ the_right_password_gives_a_session, 0 },
		{ a_wrong_name_and_a_wrong_password_look_alike, 0 },
		{ tries_are_few_before_anything_is_hashed, 0 },
		{ a_name_is_throttled_for_all_addresses, 0 },
		{ right_passwords_without_end_are_counted, 0 },
		{ a_browser_that_logged_in_is_not_kept_out, 0 },
		{ it_goes_on_to_a_page_of_this_server_alone, COUNT_OF(nexts) },
		{ a_session_from_before_is_not_used, 0 },
		{ two_cookies_are_none, 0 },
		{ logging_out_ends_the_session, 0 },
		{ a_token_that_is_none_is_refused, COUNT_OF(authorizations) },
		{ a_proxy_is_believed_where_it_is_trusted, COUNT_OF(proxied) },
		{ what_is_done_is_in_the_audit_log, 0 },
	};

	return unit_run_with("login", setup, teardown, tests, COUNT_OF(tests));
}

int main(void)
{
	return made_site_run(2, MADE_FLAT, run);
}
