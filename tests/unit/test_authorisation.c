/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Who sees what: every route of the table, as each kind of visitor, for what is
 * one's own, another's, not there, and no name at all, by each method.
 *
 * What is expected stands here, in a table of its own, and a route that is not
 * in it fails.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/made_accounts.h"
#include "support/unit.h"

enum { HOURS = 2, TARGET_SIZE = 200 };

enum sort {
	PUBLIC,	 /* to all, with whatever name */
	STAFF,	 /* auditors and operators */
	OWN,	 /* those whose it is */
	OWN_API, /* the same; staff are told what is wrong with a name */
	USER,	 /* logged in with a browser */
	SENT,	 /* only forms are sent there */
};

/* A target has one "*" where the object stands, or none. */
struct rule {
	const char *pattern;
	enum sort sort;
	const char *target;
	const char *own; /* AS64500's */
	const char *foreign;
	const char *absent;
	bool is_data; /* programs ask: no way to a form */
};

#define MEMBER "AS64500", "AS64502", "AS64599"
#define ASN    "64500", "64502", "64599"
/* AS64500 is on sw1; the second is AS64502's. */
#define PORT "436207616", "436208640", "436299999"

static const struct rule rules[] = {
	{ "", PUBLIC, "/", NULL, NULL, NULL, false },
	{ "members", PUBLIC, "/members", NULL, NULL, NULL, false },
	{ "members/*", OWN, "/members/*", MEMBER, false },
	{ "members/*/*", OWN, "/members/*/AS64503", MEMBER, false },
	{ "ports", STAFF, "/ports", NULL, NULL, NULL, false },
	{ "ports/*/*", OWN, "/ports/sw1/*", PORT, false },
	{ "heat", STAFF, "/heat", NULL, NULL, NULL, false },
	{ "links", STAFF, "/links", NULL, NULL, NULL, false },
	{ "switches", STAFF, "/switches", NULL, NULL, NULL, false },
	{ "lan", STAFF, "/lan", NULL, NULL, NULL, false },
	{ "league", STAFF, "/league", NULL, NULL, NULL, false },
	{ "matrix", STAFF, "/matrix", NULL, NULL, NULL, false },
	{ "health", STAFF, "/health", NULL, NULL, NULL, false },
	{ "traffic/infrastructure", PUBLIC, "/traffic/infrastructure?id=1",
	  NULL, NULL, NULL, false },
	{ "traffic/location", PUBLIC, "/traffic/location?name=Caf%C3%A9%20Bay",
	  NULL, NULL, NULL, false },
	{ "traffic/vlan", PUBLIC, "/traffic/vlan?vlan=100", NULL, NULL, NULL,
	  false },
	{ "embed/exchange", PUBLIC, "/embed/exchange", NULL, NULL, NULL, true },
	{ "embed/infrastructure", PUBLIC, "/embed/infrastructure?id=1", NULL,
	  NULL, NULL, true },
	{ "embed/location", PUBLIC, "/embed/location?name=Caf%C3%A9%20Bay",
	  NULL, NULL, NULL, true },
	{ "embed/vlan", PUBLIC, "/embed/vlan?vlan=100", NULL, NULL, NULL,
	  true },
	{ "traffic/switch", STAFF, "/traffic/switch?name=sw1", NULL, NULL, NULL,
	  false },
	{ "graph/scaled.*", OWN, "/graph/scaled.json?asn=*", ASN, true },
	{ "graph/matrix.json", STAFF, "/graph/matrix.json", NULL, NULL, NULL,
	  true },
	{ "graph/matrix.csv", STAFF, "/graph/matrix.csv", NULL, NULL, NULL,
	  true },
	{ "graph/league.csv", STAFF, "/graph/league.csv", NULL, NULL, NULL,
	  true },
	{ "graph/ports.csv", STAFF, "/graph/ports.csv", NULL, NULL, NULL,
	  true },
	{ "graph/*", OWN, "/graph/member.svg?asn=*", ASN, true },
	{ "graph/*", OWN, "/graph/member.csv?asn=*", ASN, true },
	{ "graph/*", OWN, "/graph/pair.json?a=*&b=64503", ASN, true },
	{ "graph/*", OWN, "/graph/pair.json?b=*&a=64503", ASN, true },
	{ "graph/*", OWN, "/graph/port.svg?switch=sw1&ifindex=*", PORT, true },
	{ "graph/*", STAFF, "/graph/switch.svg?name=sw1", NULL, NULL, NULL,
	  true },
	{ "graph/*", PUBLIC, "/graph/exchange.json", NULL, NULL, NULL, true },
	{ "graph/*", PUBLIC, "/graph/vlan.svg?vlan=100", NULL, NULL, NULL,
	  true },
	{ "api/v1/openapi.json", PUBLIC, "/api/v1/openapi.json", NULL, NULL,
	  NULL, true },
	{ "api/v1/version", PUBLIC, "/api/v1/version", NULL, NULL, NULL, true },
	{ "api/v1/health", PUBLIC, "/api/v1/health", NULL, NULL, NULL, true },
	{ "api/v1/members", PUBLIC, "/api/v1/members", NULL, NULL, NULL, true },
	{ "api/v1/members/*", OWN_API, "/api/v1/members/*", MEMBER, true },
	{ "api/v1/members/*/peers", OWN_API, "/api/v1/members/*/peers", MEMBER,
	  true },
	{ "api/v1/ports", STAFF, "/api/v1/ports", NULL, NULL, NULL, true },
	{ "api/v1/ports/*/*", OWN_API, "/api/v1/ports/sw1/*", PORT, true },
	{ "api/v1/vlans", PUBLIC, "/api/v1/vlans", NULL, NULL, NULL, true },
	{ "api/v1/infrastructures", PUBLIC, "/api/v1/infrastructures", NULL,
	  NULL, NULL, true },
	{ "api/v1/locations", PUBLIC, "/api/v1/locations", NULL, NULL, NULL,
	  true },
	{ "api/v1/switches", STAFF, "/api/v1/switches", NULL, NULL, NULL,
	  true },
	{ "api/v1/series/*", OWN_API, "/api/v1/series/member?asn=*", ASN,
	  true },
	{ "api/v1/series/*", OWN_API, "/api/v1/series/pair?a=*&b=64503", ASN,
	  true },
	{ "api/v1/series/*", PUBLIC, "/api/v1/series/exchange", NULL, NULL,
	  NULL, true },
	{ "api/v1/statistics/*", OWN_API, "/api/v1/statistics/member?asn=*",
	  ASN, true },
	{ "api/v1/pairs", STAFF, "/api/v1/pairs", NULL, NULL, NULL, true },
	{ "api/v1/matrix", STAFF, "/api/v1/matrix", NULL, NULL, NULL, true },
	{ "grapher/*", OWN, "/grapher/customer?type=json&id=*", ASN, true },
	{ "grapher/*", OWN, "/grapher/multip2p?type=json&scid=*&dcid=64503",
	  ASN, true },
	{ "grapher/*", PUBLIC, "/grapher/ixp?type=json&id=1", NULL, NULL, NULL,
	  true },
	{ "json-traffic/v1/timeseries.json", PUBLIC,
	  "/json-traffic/v1/timeseries.json", NULL, NULL, NULL, true },
	{ "json-traffic/v1/statistics.json", PUBLIC,
	  "/json-traffic/v1/statistics.json", NULL, NULL, NULL, true },
	/* By web.rrd_from and for staff; the made exchange writes no tree. */
	{ "grapher-sflow/*/*/*/*", PUBLIC, "/grapher-sflow/a/b/c/d", NULL, NULL,
	  NULL, true },
	{ "grapher-sflow/*/*/*/*/*", PUBLIC, "/grapher-sflow/a/b/c/d/e", NULL,
	  NULL, NULL, true },
	{ "login", PUBLIC, "/login", NULL, NULL, NULL, false },
	{ "logout", SENT, "/logout", NULL, NULL, NULL, false },
	{ "account", USER, "/account", NULL, NULL, NULL, false },
	{ "account/*", USER, "/account/token", NULL, NULL, NULL, false },
	{ "users", STAFF, "/users", NULL, NULL, NULL, false },
	{ "users/*", STAFF, "/users/put", NULL, NULL, NULL, false },
	{ "style.css", PUBLIC, "/style.css", NULL, NULL, NULL, true },
	{ "app.js", PUBLIC, "/app.js", NULL, NULL, NULL, true },
	{ "uplot.js", PUBLIC, "/uplot.js", NULL, NULL, NULL, true },
	{ "uplot.css", PUBLIC, "/uplot.css", NULL, NULL, NULL, true },
	{ "licenses.txt", PUBLIC, "/licenses.txt", NULL, NULL, NULL, true },
	{ "favicon.svg", PUBLIC, "/favicon.svg", NULL, NULL, NULL, true },
	{ "favicon.ico", PUBLIC, "/favicon.ico", NULL, NULL, NULL, true },
	/* By web.metrics_from and for staff; here there is no such address. */
	{ "metrics", STAFF, "/metrics", NULL, NULL, NULL, true },
	{ "livez", PUBLIC, "/livez", NULL, NULL, NULL, true },
	{ "readyz", PUBLIC, "/readyz", NULL, NULL, NULL, true },
};

enum who { NOBODY, ALICE, BOB, CAROL, TOKEN, AUDITOR, OPERATOR, WHO_COUNT };

static const char *const names[WHO_COUNT] = {
	[NOBODY] = NULL,    [ALICE] = "alice", [BOB] = "bob",
	[CAROL] = "carol",  [TOKEN] = "alice", [AUDITOR] = "audit",
	[OPERATOR] = "ops",
};

static const char *const methods[] = { "GET",	 "HEAD",    "POST", "PUT",
				       "DELETE", "OPTIONS", "PATCH" };

/* Names that are none: nothing of them may be taken for one's own. */
static const char *const odd[] = {
	"0",
	"-1",
	"AS-64500",
	"AS0",
	"2147483648",
	"1e3",
	"1e9",
	"4294967296",
	"0x1f944",
	"64500.0",
	"+64500",
	"%2064500",
	"64500%20",
	"AS",
	"AS64500AS64500",
	"%D9%A6%D9%A4%D9%A5%D9%A0%D9%A0",
	"64500,64502",
	"18446744073709616116",
};

static void fill(char to[TARGET_SIZE], const char *target, const char *object)
{
	size_t len = strcspn(target, "*");

	(void)snprintf(to, TARGET_SIZE, "%.*s%s%s", (int)len, target,
		       object && target[len] ? object : "",
		       target[len] ? target + len + 1 : "");
}

static bool sees_all(enum who who)
{
	return who == AUDITOR || who == OPERATOR;
}

static bool has_as64500(enum who who)
{
	return who == ALICE || who == CAROL || who == TOKEN;
}

struct visitors {
	struct made_accounts made;
	char shown[WHO_COUNT][MADE_COOKIE_SIZE];
};

static void open_all(struct visitors *v)
{
	made_accounts_open(&v->made);
	for (enum who w = ALICE; w < WHO_COUNT; w++) {
		if (w == TOKEN)
			(void)made_accounts_token(&v->made, names[w],
						  v->shown[w]);
		else
			(void)made_accounts_cookie(&v->made, names[w],
						   v->shown[w]);
	}
}

static struct made_ask as(const struct visitors *v, enum who who,
			  const char *method, const char *target)
{
	return (struct made_ask){
		.method = method,
		.target = target,
		.headers = { { who == NOBODY  ? NULL
			       : who == TOKEN ? "Authorization"
					      : "Cookie",
			       v->shown[who] } },
	};
}

static struct response ask(const struct visitors *v, enum who who,
			   const char *method, const char *target)
{
	const struct made_ask request = as(v, who, method, target);

	return made_accounts_ask(&v->made, &request);
}

static bool is_read(const char *method)
{
	return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
}

/* What one who may see a thing gets: whatever is there to read, but no other
 * status. */
static bool is_shown(const struct rule *rule, enum who who, const char *method,
		     unsigned status)
{
	bool is_read_only_of_forms = rule->sort == SENT ||
				     strcmp(rule->pattern, "account/*") == 0 ||
				     strcmp(rule->pattern, "users/*") == 0;
	bool takes_forms =
	    is_read_only_of_forms || strcmp(rule->pattern, "login") == 0;

	if (strcmp(method, "POST") == 0 && takes_forms)
		return status == 415 || status == 404; /* no form was sent */
	if (!is_read(method) || is_read_only_of_forms)
		return status == 405;
	return status == 200 ||
	       /* what the made exchange lacks, or an address that is not known
		* may not have, said in words of its own */
	       (strncmp(rule->pattern, "json-", 5) == 0 && status == 404) ||
	       (strncmp(rule->pattern, "grapher-", 8) == 0 &&
		status == (sees_all(who) ? 404 : 403)) ||
	       (strncmp(rule->pattern, "uplot", 5) == 0 && status == 404) ||
	       (strcmp(rule->pattern, "licenses.txt") == 0 && status == 404);
}

/* What one who is not known gets where there is something to log in for. */
static bool asks_to_log_in(const struct rule *rule, const char *method,
			   const struct response *r)
{
	if (rule->is_data || strcmp(method, "POST") == 0)
		return r->status == 401 && r->challenge;
	return r->status == 303 && r->location &&
	       strncmp(r->location, "/login", 6) == 0;
}

static bool may(const struct rule *rule, enum who who)
{
	switch (rule->sort) {
	case PUBLIC:
	case SENT:
		return true;
	case STAFF:
		return sees_all(who);
	case OWN:
	case OWN_API:
		return sees_all(who) || has_as64500(who);
	case USER:
		return who != NOBODY && who != TOKEN;
	}
	return false;
}

START_TEST(each_sees_what_is_for_it)
{
	const struct rule *rule = &rules[_i];
	char target[TARGET_SIZE];
	struct visitors v;

	open_all(&v);
	fill(target, rule->target, rule->own);
	for (enum who w = NOBODY; w < WHO_COUNT; w++) {
		for (size_t m = 0; m < COUNT_OF(methods); m++) {
			struct response r = ask(&v, w, methods[m], target);
			bool fine =
			    may(rule, w)
				? is_shown(rule, w, methods[m], r.status)
			    : w == NOBODY ? asks_to_log_in(rule, methods[m], &r)
					  : r.status == 404;

			ck_assert_msg(fine, "%s %s as %s: %u", methods[m],
				      target, w ? names[w] : "nobody",
				      r.status);
			response_fini(&r);
		}
	}
	made_accounts_close(&v.made);
}
END_TEST

/* A body without the address that was asked for. */
static char *without(const struct response *r, const char *object)
{
	char *text = strdup(text_str(&r->body));
	size_t len = strlen(object);
	char *at = text;

	ck_assert_ptr_nonnull(text);
	while ((at = strstr(at, object)) != NULL) {
		memmove(at, at + len, strlen(at + len) + 1);
	}
	return text;
}

static void same_answer(const struct response *a, const char *a_object,
			const struct response *b, const char *b_object)
{
	char *x = without(a, a_object);
	char *y = without(b, b_object);

	ck_assert_str_eq(x, y);
	ck_assert_uint_eq(a->status, b->status);
	ck_assert_str_eq(a->content_type, b->content_type);
	ck_assert_int_eq(a->max_age_s, b->max_age_s);
	ck_assert_int_eq(a->is_public, b->is_public);
	ck_assert_int_eq(a->is_personal, b->is_personal);
	ck_assert_int_eq(a->is_data, b->is_data);
	ck_assert_int_eq(a->is_translated, b->is_translated);
	ck_assert_ptr_eq(a->allow, b->allow);
	ck_assert_ptr_eq(a->challenge, b->challenge);
	ck_assert_ptr_null(a->filename);
	ck_assert_ptr_null(b->filename);
	free(x);
	free(y);
}

START_TEST(what_is_anothers_is_as_if_it_were_not_there)
{
	const struct rule *rule = &rules[_i];
	struct visitors v;

	if (!rule->foreign)
		return;
	open_all(&v);
	for (enum who w = NOBODY; w <= TOKEN; w++) {
		for (size_t m = 0; m < COUNT_OF(methods); m++) {
			char target[2][TARGET_SIZE];
			struct response r[2];

			fill(target[0], rule->target, rule->foreign);
			fill(target[1], rule->target, rule->absent);
			for (size_t i = 0; i < 2; i++)
				r[i] = ask(&v, w, methods[m], target[i]);
			ck_assert_msg(w == NOBODY ? asks_to_log_in(
							rule, methods[m], &r[0])
						  : r[0].status == 404,
				      "%s as %s: %u", target[0],
				      w ? names[w] : "nobody", r[0].status);
			same_answer(&r[0], rule->foreign, &r[1], rule->absent);
			response_fini(&r[0]);
			response_fini(&r[1]);
		}
	}
	made_accounts_close(&v.made);
}
END_TEST

START_TEST(an_odd_name_is_nobodys)
{
	const struct rule *rule = &rules[_i];
	struct visitors v;

	if (!rule->own)
		return;
	open_all(&v);
	for (size_t o = 0; o < COUNT_OF(odd); o++) {
		char target[TARGET_SIZE];

		fill(target, rule->target, odd[o]);
		for (enum who w = NOBODY; w < WHO_COUNT; w++) {
			struct response r = ask(&v, w, "GET", target);
			bool fine =
			    w == NOBODY	  ? asks_to_log_in(rule, "GET", &r)
			    : sees_all(w) ? r.status == 404 || r.status == 400
					  : r.status == 404;

			ck_assert_msg(fine, "%s as %s: %u", target,
				      w ? names[w] : "nobody", r.status);
			response_fini(&r);
		}
	}
	made_accounts_close(&v.made);
}
END_TEST

START_TEST(every_route_has_a_rule)
{
	const char *pattern;

	for (size_t i = 0; (pattern = route_pattern(i)) != NULL; i++) {
		bool found = false;

		for (size_t j = 0; !found && j < COUNT_OF(rules); j++)
			found = strcmp(rules[j].pattern, pattern) == 0;
		ck_assert_msg(found, "no rule for \"%s\"", pattern);
	}
}
END_TEST

/* What is kept for one is not given to another. */
START_TEST(no_two_share_what_is_kept)
{
	char keys[WHO_COUNT][ROUTE_KEY_SIZE];
	struct visitors v;

	open_all(&v);
	for (enum who w = NOBODY; w < WHO_COUNT; w++) {
		const struct made_ask request =
		    as(&v, w, "GET", "/members/AS64500");
		struct response r = made_accounts_ask(&v.made, &request);

		/* Nobody but one's own browser keeps it. */
		ck_assert(!r.is_public);
		response_fini(&r);
		(void)made_accounts_key(&v.made, &request, keys[w]);
		for (enum who o = NOBODY; o < w; o++)
			ck_assert_str_ne(keys[o] + 1, keys[w] + 1);
	}
	made_accounts_close(&v.made);
}
END_TEST

static int run(void)
{
	const struct unit_test tests[] = {
		{ every_route_has_a_rule, 0 },
		{ each_sees_what_is_for_it, COUNT_OF(rules) },
		{ what_is_anothers_is_as_if_it_were_not_there,
		  COUNT_OF(rules) },
		{ an_odd_name_is_nobodys, COUNT_OF(rules) },
		{ no_two_share_what_is_kept, 0 },
	};

	return unit_run("authorisation", tests, COUNT_OF(tests));
}

int main(void)
{
	return made_site_run(HOURS, MADE_FLAT, run);
}
