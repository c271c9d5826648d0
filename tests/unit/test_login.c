/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Logging in and out, what a session may do, and what ends it. */

#include "web/login.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/made_accounts.h"
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

/* A form is sent; the fields that every one has stand before body. */
static struct response post_as(const char *cookie, const char *target,
			       const char *body)
{
	char token[DIGEST_TEXT_SIZE] = "";
	struct response r;
	struct text whole;

	text_init(&whole);
	if (cookie)
		text_addf(&whole, "form=%s&",
			  made_accounts_form(&made, cookie, token));
	text_add(&whole, body);
	r = made_accounts_ask(
	    &made, &(struct made_ask){
		       .method = "POST",
		       .target = target,
		       .headers = { { cookie ? "Cookie" : NULL, cookie } },
		       .body = text_str(&whole) });
	text_fini(&whole);
	return r;
}

static struct response log_in(const char *name, const char *password,
			      const char *next)
{
	struct response r;
	struct text body;

	text_init(&body);
	text_addf(&body, "name=%s&password=%s&next=%s", name, password, next);
	r = post_as(NULL, "/login", text_str(&body));
	text_fini(&body);
	return r;
}

/* What a browser sends back of Set-Cookie. */
static void take_cookie(const struct response *r, char to[MADE_COOKIE_SIZE])
{
	ck_assert_ptr_nonnull(r->cookie);
	(void)snprintf(to, MADE_COOKIE_SIZE, "%.*s",
		       (int)strcspn(r->cookie, ";"), r->cookie);
}

static unsigned status_with(const char *cookie, const char *target)
{
	struct response r = made_accounts_ask(
	    &made, &(struct made_ask){ .target = target,
				       .headers = { { "Cookie", cookie } } });
	unsigned status = r.status;

	response_fini(&r);
	return status;
}

static unsigned status_of(struct response r)
{
	unsigned status = r.status;

	response_fini(&r);
	return status;
}

#define PASSWORD "correct+horse+battery"
#define OWN	 "/members/AS64500"

START_TEST(the_right_password_gives_a_session)
{
	char cookie[MADE_COOKIE_SIZE];
	struct response r = log_in("alice", PASSWORD, "");

	ck_assert_uint_eq(r.status, 303);
	ck_assert_str_eq(r.location, OWN);
	ck_assert_int_eq(strncmp(r.cookie, "__Host-lanterne=", 16), 0);
	ck_assert_ptr_nonnull(
	    strstr(r.cookie, "; Path=/; Secure; HttpOnly; SameSite=Lax"));
	take_cookie(&r, cookie);
	response_fini(&r);
	ck_assert_uint_eq(status_with(cookie, OWN), 200);
}
END_TEST

START_TEST(a_wrong_name_and_a_wrong_password_look_alike)
{
	static const char *const tries[][2] = {
		{ "alice", "wrong+horse+battery" },
		{ "nobody", "wrong+horse+battery" },
		{ "nobody", PASSWORD },
		{ "dave", PASSWORD }, /* shut out */
		{ "alice", "" },
		{ "", "" },
	};
	char *first = NULL;

	for (size_t i = 0; i < COUNT_OF(tries); i++) {
		struct response r = log_in(tries[i][0], tries[i][1], "");

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
		r = log_in("alice", "wrong+horse+battery", "");
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
	ck_assert_uint_eq(status_of(log_in("alice", PASSWORD, "")), 429);
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

		refused += status_of(made_accounts_ask(&made, &ask)) == 429;
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
				.body = "name=alice&password=" PASSWORD };
	struct response r = log_in("alice", PASSWORD, "");

	ck_assert_ptr_nonnull(r.second_cookie);
	(void)snprintf(browser, sizeof(browser), "%.*s",
		       (int)strcspn(r.second_cookie, ";"), r.second_cookie);
	response_fini(&r);
	for (int i = 0; i < 12; i++)
		(void)status_of(log_in("alice", "wrong+horse+battery", ""));
	ck_assert_uint_eq(status_of(log_in("alice", PASSWORD, "")), 429);
	ck_assert_uint_eq(status_of(made_accounts_ask(&made, &ask)), 303);
	/* It is good for that name alone, and no endless number of tries. */
	ask.body = "name=bob&password=" PASSWORD;
	ck_assert_uint_eq(status_of(made_accounts_ask(&made, &ask)), 429);
	ask.body = "name=alice&password=wrong+horse+battery";
	for (int i = 0; i < 10; i++)
		(void)status_of(made_accounts_ask(&made, &ask));
	ck_assert_uint_eq(status_of(made_accounts_ask(&made, &ask)), 429);
	/* Nor is it a session. */
	ck_assert_uint_eq(status_with(browser, "/account"), 303);
}
END_TEST

static const struct {
	const char *next; /* as a form sends it */
	const char *location;
} nexts[] = {
	{ "", OWN },
	{ "%2Fmembers", "/members" },
	{ "%2Fmembers%3Fsort%3Dasn", "/members?sort=asn" },
	{ "%2F%2Fevil.example", OWN },
	{ "https%3A%2F%2Fevil.example%2F", OWN },
	{ "http%3A%2F%2Fevil.example%2Fmembers", OWN },
	{ "%2F%5Cevil.example", OWN },
	{ "javascript%3Aalert(1)", OWN },
	{ "%2Fmembers%C3%A9", OWN },
	{ "%2Flogout", OWN },
	{ "members", OWN },
	{ "%2Fnothing", OWN },
};

START_TEST(it_goes_on_to_a_page_of_this_server_alone)
{
	struct response r = log_in("alice", PASSWORD, nexts[_i].next);

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
	r = post_as(planted, "/login", "name=alice&password=" PASSWORD);
	ck_assert_uint_eq(r.status, 303);
	take_cookie(&r, cookie);
	response_fini(&r);
	ck_assert_str_ne(cookie, planted);
	ck_assert_uint_eq(status_with(planted, "/account"), 303);
	ck_assert_uint_eq(status_with(cookie, "/account"), 200);
	/* Nor is one that nobody gave out. */
	ck_assert_uint_eq(
	    status_with(SESSION_COOKIE
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
	ck_assert_uint_eq(status_with(both, "/account"), 303);
	(void)snprintf(both, sizeof(both), "a=b; %s; c=d", one);
	ck_assert_uint_eq(status_with(both, "/account"), 200);
}
END_TEST

START_TEST(logging_out_ends_the_session)
{
	char cookie[MADE_COOKIE_SIZE];
	struct response r;

	(void)made_accounts_cookie(&made, "alice", cookie);
	ck_assert_uint_eq(status_with(cookie, OWN), 200);
	r = post_as(cookie, "/logout", "");
	ck_assert_uint_eq(r.status, 303);
	ck_assert_ptr_nonnull(strstr(r.cookie, "Max-Age=0"));
	response_fini(&r);
	ck_assert_uint_eq(status_with(cookie, OWN), 303);
}
END_TEST

/* Whatever is changed of a user by whoever. */
static const char *const changes[] = {
	"name=alice&role=auditor&asns=",
	"name=alice&role=member&asns=64501",
	"name=alice&role=member&asns=64500&disabled=1",
	"name=alice&role=member&asns=64500&new=another+horse+battery",
};

START_TEST(a_changed_user_is_logged_out)
{
	char cookie[MADE_COOKIE_SIZE];
	char ops[MADE_COOKIE_SIZE];

	(void)made_accounts_cookie(&made, "alice", cookie);
	(void)made_accounts_cookie(&made, "ops", ops);
	ck_assert_uint_eq(status_with(cookie, OWN), 200);
	ck_assert_uint_eq(status_of(post_as(ops, "/users/put", changes[_i])),
			  303);
	ck_assert_uint_eq(status_with(cookie, OWN), 303);
	ck_assert_uint_eq(status_with(ops, "/users"), 200);
}
END_TEST

START_TEST(a_removed_user_is_gone_with_its_tokens)
{
	char cookie[MADE_COOKIE_SIZE];
	char token[MADE_COOKIE_SIZE];
	char ops[MADE_COOKIE_SIZE];
	const struct made_ask by_token = {
		.target = "/api/v1/members/AS64500",
		.headers = { { "Authorization", token } },
	};

	(void)made_accounts_cookie(&made, "alice", cookie);
	(void)made_accounts_token(&made, "alice", token);
	(void)made_accounts_cookie(&made, "ops", ops);
	ck_assert_uint_eq(status_of(made_accounts_ask(&made, &by_token)), 200);
	ck_assert_uint_eq(
	    status_of(post_as(ops, "/users/remove", "name=alice")), 303);
	ck_assert_uint_eq(status_with(cookie, OWN), 303);
	ck_assert_uint_eq(status_of(made_accounts_ask(&made, &by_token)), 401);
	ck_assert_uint_eq(
	    status_of(post_as(ops, "/users/remove", "name=alice")), 404);
}
END_TEST

static const struct {
	const char *who;
	const char *target;
	const char *body;
	unsigned status;
} refusals[] = {
	{ "ops", "/users/remove", "name=ops", 400 },
	{ "ops", "/users/put", "name=ops&role=auditor&asns=", 400 },
	{ "ops", "/users/put", "name=ops&role=operator&asns=&disabled=1", 400 },
	{ "ops", "/users/put", "name=a+b&role=operator&asns=", 400 },
	{ "ops", "/users/put", "name=eve&role=root&asns=", 400 },
	{ "ops", "/users/put", "name=eve&role=member&asns=", 400 },
	{ "ops", "/users/put", "name=eve&role=auditor&asns=&new=short", 400 },
	{ "ops", "/users/nothing", "name=eve", 404 },
	{ "audit", "/users/put", "name=eve&role=operator&asns=", 404 },
	{ "audit", "/users/remove", "name=alice", 404 },
	{ "alice", "/users/put", "name=alice&role=operator&asns=", 404 },
	{ "alice", "/account/nothing", "", 404 },
	{ "alice", "/account/optout", "asn=64501&out=1", 404 },
	{ "alice", "/account/token", "label=x&days=0", 400 },
	{ "alice", "/account/token", "label=x&days=367", 400 },
	{ "alice", "/account/token", "label=&days=1", 400 },
	{ "alice", "/account/share", "days=1&target=%2Fusers", 400 },
	{ "alice", "/account/share",
	  "days=1&target=%2Fgraph%2Fmember.svg%3Fasn%3D64502", 400 },
	{ "alice", "/account/password", "old=wrong&new=another+horse+battery",
	  403 },
	{ "alice", "/account/password", "old=" PASSWORD "&new=short", 400 },
};

START_TEST(what_is_not_allowed_changes_nothing)
{
	char cookie[MADE_COOKIE_SIZE];
	struct text before;
	struct text after;

	text_init(&before);
	text_init(&after);
	(void)made_accounts_cookie(&made, refusals[_i].who, cookie);
	ck_assert_int_eq(
	    file_read(users_path(made.accounts->users), 10000, &before), 0);
	ck_assert_uint_eq(
	    status_of(post_as(cookie, refusals[_i].target, refusals[_i].body)),
	    refusals[_i].status);
	ck_assert_int_eq(
	    file_read(users_path(made.accounts->users), 10000, &after), 0);
	ck_assert_str_eq(text_str(&before), text_str(&after));
	ck_assert(!optouts_has(made.accounts->optouts, 64501));
	text_fini(&before);
	text_fini(&after);
}
END_TEST

START_TEST(an_operator_adds_a_user_who_can_log_in)
{
	char ops[MADE_COOKIE_SIZE];

	(void)made_accounts_cookie(&made, "ops", ops);
	ck_assert_uint_eq(
	    status_of(post_as(ops, "/users/put",
			      "name=eve&role=member&asns=AS64505&new="
			      "another+horse+battery")),
	    303);
	ck_assert_uint_eq(status_of(log_in("eve", "another+horse+battery", "")),
			  303);
}
END_TEST

/* What another site can have a browser send. */
static const struct {
	const char *headers[3][2];
	const char *field; /* of the form that is sent; NULL: the right one */
	unsigned status;
} origins[] = {
	{ { { "Sec-Fetch-Site", "same-origin" },
	    { "Origin", "https://ix.example.net" } },
	  NULL,
	  303 },
	{ { { "Sec-Fetch-Site", "same-origin" }, { "Origin", "null" } },
	  NULL,
	  303 },
	{ { { "Origin", "https://IX.example.net" } }, NULL, 303 },
	{ { { NULL, NULL } }, NULL, 303 },
	{ { { "Sec-Fetch-Site", "cross-site" } }, NULL, 403 },
	{ { { "Sec-Fetch-Site", "same-site" } }, NULL, 403 },
	{ { { "Sec-Fetch-Site", "none" } }, NULL, 403 },
	{ { { "Origin", "https://evil.example" } }, NULL, 403 },
	{ { { "Origin", "null" } }, NULL, 403 },
	{ { { "Origin", "https://ix.example.net.evil.example" } }, NULL, 403 },
	{ { { "Content-Type", "text/plain" } }, NULL, 415 },
	{ { { NULL, NULL } }, "", 403 },
	{ { { NULL, NULL } }, "0", 403 },
};

START_TEST(a_form_of_another_site_is_refused)
{
	char cookie[MADE_COOKIE_SIZE];
	char token[DIGEST_TEXT_SIZE];
	char body[200];
	struct made_ask ask = { .method = "POST",
				.target = "/account/optout",
				.body = body };
	size_t n = 0;

	(void)made_accounts_cookie(&made, "alice", cookie);
	for (; n < 3 && origins[_i].headers[n][0]; n++) {
		ask.headers[n][0] = origins[_i].headers[n][0];
		ask.headers[n][1] = origins[_i].headers[n][1];
	}
	ask.headers[n][0] = "Cookie";
	ask.headers[n][1] = cookie;
	(void)snprintf(body, sizeof(body), "form=%s&asn=64500&out=1",
		       origins[_i].field
			   ? origins[_i].field
			   : made_accounts_form(&made, cookie, token));
	ck_assert_uint_eq(status_of(made_accounts_ask(&made, &ask)),
			  origins[_i].status);
	ck_assert(optouts_has(made.accounts->optouts, 64500) ==
		  (origins[_i].status == 303));
}
END_TEST

START_TEST(a_form_of_another_session_is_refused)
{
	char alice[MADE_COOKIE_SIZE];
	char bob[MADE_COOKIE_SIZE];
	char token[DIGEST_TEXT_SIZE];
	char body[200];

	(void)made_accounts_cookie(&made, "alice", alice);
	(void)made_accounts_cookie(&made, "bob", bob);
	(void)snprintf(body, sizeof(body), "form=%s&asn=64500&out=1",
		       made_accounts_form(&made, bob, token));
	ck_assert_uint_eq(
	    status_of(made_accounts_ask(
		&made, &(struct made_ask){ .method = "POST",
					   .target = "/account/optout",
					   .headers = { { "Cookie", alice } },
					   .body = body })),
	    403);
}
END_TEST

START_TEST(a_token_reads_and_does_nothing_else)
{
	char cookie[MADE_COOKIE_SIZE];
	char token[MADE_COOKIE_SIZE];
	struct response r;
	const char *at;
	struct made_ask ask = { .target = "/api/v1/members/AS64500",
				.headers = { { "Authorization", token } } };

	(void)made_accounts_cookie(&made, "alice", cookie);
	r = post_as(cookie, "/account/token", "label=cron&days=7");
	ck_assert_uint_eq(r.status, 200);
	ck_assert_int_lt(r.max_age_s, 0);
	at = strstr(text_str(&r.body), "lan_");
	ck_assert_ptr_nonnull(at);
	(void)snprintf(token, sizeof(token), "Bearer %.47s", at);
	response_fini(&r);
	ck_assert_uint_eq(status_of(made_accounts_ask(&made, &ask)), 200);
	ask.target = "/api/v1/members/AS64501";
	ck_assert_uint_eq(status_of(made_accounts_ask(&made, &ask)), 404);
	ask.target = "/account";
	ck_assert_uint_eq(status_of(made_accounts_ask(&made, &ask)), 404);
	ask.method = "POST";
	ask.target = "/account/optout";
	ask.body = "form=&asn=64500&out=1";
	ck_assert_uint_eq(status_of(made_accounts_ask(&made, &ask)), 404);
	/* It is shown once. */
	r = made_accounts_ask(
	    &made, &(struct made_ask){ .target = "/account",
				       .headers = { { "Cookie", cookie } } });
	ck_assert_ptr_null(strstr(text_str(&r.body), token + 7));
	ck_assert_ptr_nonnull(strstr(text_str(&r.body), "cron"));
	response_fini(&r);
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

START_TEST(a_new_password_ends_all_other_sessions)
{
	char one[MADE_COOKIE_SIZE];
	char other[MADE_COOKIE_SIZE];
	char next[MADE_COOKIE_SIZE];
	char token[MADE_COOKIE_SIZE];
	const struct made_ask by_token = {
		.target = "/api/v1/members/AS64500",
		.headers = { { "Authorization", token } },
	};
	struct response r;

	(void)made_accounts_token(&made, "alice", token);
	(void)made_accounts_cookie(&made, "alice", one);
	(void)made_accounts_cookie(&made, "alice", other);
	r = post_as(one, "/account/password",
		    "old=" PASSWORD "&new=another+horse+battery");
	ck_assert_uint_eq(r.status, 303);
	take_cookie(&r, next);
	response_fini(&r);
	ck_assert_uint_eq(status_with(next, OWN), 200);
	ck_assert_uint_eq(status_of(made_accounts_ask(&made, &by_token)), 401);
	ck_assert_uint_eq(status_with(one, OWN), 303);
	ck_assert_uint_eq(status_with(other, OWN), 303);
	ck_assert_uint_eq(status_of(log_in("alice", PASSWORD, "")), 403);
	ck_assert_uint_eq(
	    status_of(log_in("alice", "another+horse+battery", "")), 303);
}
END_TEST

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
		ck_assert_uint_eq(status_of(post_as(own, "/account/optout",
						    "asn=64500&out=1")),
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
		    status_of(made_accounts_ask(
			&made, &(struct made_ask){ .target = lists[i] })),
		    401);
	r = made_accounts_ask(&made, &(struct made_ask){ .target = OWN });
	ck_assert_uint_eq(r.status, 200);
	ck_assert_ptr_null(strstr(text_str(&r.body), "id=\"peers\""));
	ck_assert_ptr_null(strstr(text_str(&r.body), "/ports/sw"));
	response_fini(&r);
}
END_TEST

/* The headers of oauth2-proxy, which asks PeeringDB who somebody is. */
static const struct {
	bool is_configured;
	bool is_trusted;
	const char *name;
	const char *value;
	unsigned status; /* of OWN */
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
		.target = OWN,
		.headers = { { proxied[_i].name, proxied[_i].value } },
		.peer = trusted,
	};

	web->proxy_user = proxied[_i].is_configured ? header : NULL;
	web->trusted_proxies = &trusted;
	web->trusted_proxy_count = 1;
	if (!proxied[_i].is_trusted)
		ask.peer.bytes[3] = 10;
	ck_assert_uint_eq(status_of(made_accounts_ask(&made, &ask)),
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
	struct response r = log_in("alice", PASSWORD, "");
	uint64_t lines;

	take_cookie(&r, cookie);
	response_fini(&r);
	(void)status_of(log_in("mallory", PASSWORD, ""));
	(void)status_of(post_as(cookie, "/logout", ""));
	(void)made_accounts_cookie(&made, "ops", ops);
	(void)status_of(
	    post_as(ops, "/users/put", "name=eve&role=auditor&asns="));
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
		{ a_changed_user_is_logged_out, COUNT_OF(changes) },
		{ a_removed_user_is_gone_with_its_tokens, 0 },
		{ what_is_not_allowed_changes_nothing, COUNT_OF(refusals) },
		{ an_operator_adds_a_user_who_can_log_in, 0 },
		{ a_form_of_another_site_is_refused, COUNT_OF(origins) },
		{ a_form_of_another_session_is_refused, 0 },
		{ a_token_reads_and_does_nothing_else, 0 },
		{ a_token_that_is_none_is_refused, COUNT_OF(authorizations) },
		{ a_new_password_ends_all_other_sessions, 0 },
		{ the_exchange_says_what_is_shown_and_a_member_opts_out,
		  COUNT_OF(shows) },
		{ a_public_page_shows_no_pairs, 0 },
		{ a_proxy_is_believed_where_it_is_trusted, COUNT_OF(proxied) },
		{ what_is_done_is_in_the_audit_log, 0 },
	};

	return unit_run_with("login", setup, teardown, tests, COUNT_OF(tests));
}

int main(void)
{
	return made_site_run(2, MADE_FLAT, run);
}
