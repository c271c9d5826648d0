/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What forms change of users and of their own, by whom, and what that ends. */

#include "web/account_change.h"

#include <stdio.h>
#include <string.h>

#include "support/made_visit.h"
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
	ck_assert_uint_eq(made_visit_status(&made, cookie, MADE_ALICES), 200);
	ck_assert_uint_eq(made_visit_end(made_visit_post(
			      &made, ops, "/users/put", changes[_i])),
			  303);
	ck_assert_uint_eq(made_visit_status(&made, cookie, MADE_ALICES), 303);
	ck_assert_uint_eq(made_visit_status(&made, ops, "/users"), 200);
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
	ck_assert_uint_eq(made_visit_end(made_accounts_ask(&made, &by_token)),
			  200);
	ck_assert_uint_eq(made_visit_end(made_visit_post(
			      &made, ops, "/users/remove", "name=alice")),
			  303);
	ck_assert_uint_eq(made_visit_status(&made, cookie, MADE_ALICES), 303);
	ck_assert_uint_eq(made_visit_end(made_accounts_ask(&made, &by_token)),
			  401);
	ck_assert_uint_eq(made_visit_end(made_visit_post(
			      &made, ops, "/users/remove", "name=alice")),
			  404);
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
	{ "alice", "/account/password", "old=" MADE_FORM_PASSWORD "&new=short",
	  400 },
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
	    made_visit_end(made_visit_post(&made, cookie, refusals[_i].target,
					   refusals[_i].body)),
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
	ck_assert_uint_eq(made_visit_end(made_visit_post(
			      &made, ops, "/users/put",
			      "name=eve&role=member&asns=AS64505&new="
			      "another+horse+battery")),
			  303);
	ck_assert_uint_eq(made_visit_end(made_visit_log_in(
			      &made, "eve", "another+horse+battery", "")),
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
	ck_assert_uint_eq(made_visit_end(made_accounts_ask(&made, &ask)),
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
	    made_visit_end(made_accounts_ask(
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
	r = made_visit_post(&made, cookie, "/account/token",
			    "label=cron&days=7");
	ck_assert_uint_eq(r.status, 200);
	ck_assert_int_lt(r.max_age_s, 0);
	at = strstr(text_str(&r.body), "lan_");
	ck_assert_ptr_nonnull(at);
	(void)snprintf(token, sizeof(token), "Bearer %.47s", at);
	response_fini(&r);
	ck_assert_uint_eq(made_visit_end(made_accounts_ask(&made, &ask)), 200);
	ask.target = "/api/v1/members/AS64501";
	ck_assert_uint_eq(made_visit_end(made_accounts_ask(&made, &ask)), 404);
	ask.target = "/account";
	ck_assert_uint_eq(made_visit_end(made_accounts_ask(&made, &ask)), 404);
	ask.method = "POST";
	ask.target = "/account/optout";
	ask.body = "form=&asn=64500&out=1";
	ck_assert_uint_eq(made_visit_end(made_accounts_ask(&made, &ask)), 404);
	/* It is shown once. */
	r = made_accounts_ask(
	    &made, &(struct made_ask){ .target = "/account",
				       .headers = { { "Cookie", cookie } } });
	ck_assert_ptr_null(strstr(text_str(&r.body), token + 7));
	ck_assert_ptr_nonnull(strstr(text_str(&r.body), "cron"));
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
	r = made_visit_post(&made, one, "/account/password",
			    "old=" MADE_FORM_PASSWORD
			    "&new=another+horse+battery");
	ck_assert_uint_eq(r.status, 303);
	made_visit_cookie(&r, next);
	response_fini(&r);
	ck_assert_uint_eq(made_visit_status(&made, next, MADE_ALICES), 200);
	ck_assert_uint_eq(made_visit_end(made_accounts_ask(&made, &by_token)),
			  401);
	ck_assert_uint_eq(made_visit_status(&made, one, MADE_ALICES), 303);
	ck_assert_uint_eq(made_visit_status(&made, other, MADE_ALICES), 303);
	ck_assert_uint_eq(made_visit_end(made_visit_log_in(
			      &made, "alice", MADE_FORM_PASSWORD, "")),
			  403);
	ck_assert_uint_eq(made_visit_end(made_visit_log_in(
			      &made, "alice", "another+horse+battery", "")),
			  303);
}
END_TEST

static int run(void)
{
	const struct unit_test tests[] = {
		{ a_changed_user_is_logged_out, COUNT_OF(changes) },
		{ a_removed_user_is_gone_with_its_tokens, 0 },
		{ what_is_not_allowed_changes_nothing, COUNT_OF(refusals) },
		{ an_operator_adds_a_user_who_can_log_in, 0 },
		{ a_form_of_another_site_is_refused, COUNT_OF(origins) },
		{ a_form_of_another_session_is_refused, 0 },
		{ a_token_reads_and_does_nothing_else, 0 },
		{ a_new_password_ends_all_other_sessions, 0 },
	};

	return unit_run_with("account_change", setup, teardown, tests,
			     COUNT_OF(tests));
}

int main(void)
{
	return made_site_run(2, MADE_FLAT, run);
}
