/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/share.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/made_accounts.h"
#include "support/unit.h"

static const char graph[] = "/graph/member.svg?asn=64500&range=day";

static char *link_of(const struct made_accounts *made, const char *target,
		     const char *user, double length_s)
{
	struct user_list *list = users_take(made->accounts->users);
	const struct user *found = user_find(list, user);
	struct user nobody = { .role = ROLE_OPERATOR };
	struct text link;
	char *text;

	(void)snprintf(nobody.name, sizeof(nobody.name), "%s", user);
	text_init(&link);
	share_add(&link, made->accounts, target, found ? found : &nobody,
		  (int64_t)(site_time(made->site.site) + length_s));
	users_release(made->accounts->users, list);
	text = text_steal(&link);
	ck_assert_ptr_nonnull(text);
	return text;
}

static unsigned status_of(const struct made_accounts *made, const char *target)
{
	struct response r =
	    made_accounts_ask(made, &(struct made_ask){ .target = target });
	unsigned status = r.status;

	response_fini(&r);
	return status;
}

START_TEST(a_link_shows_its_graph_to_anyone)
{
	struct made_accounts made;
	struct response r;
	char *link;

	made_accounts_open(&made);
	ck_assert_uint_eq(status_of(&made, graph), 401);
	link = link_of(&made, graph, "alice", 86400);
	r = made_accounts_ask(&made, &(struct made_ask){ .target = link });
	ck_assert_uint_eq(r.status, 200);
	/* For who has it, not for caches between. */
	ck_assert(!r.is_public && r.is_personal);
	response_fini(&r);
	free(link);
	made_accounts_close(&made);
}
END_TEST

/* The way of a person: from the graph's page by its link to the form. */
START_TEST(the_link_of_a_page_leads_to_the_form)
{
	char cookie[MADE_COOKIE_SIZE];
	struct made_accounts made;
	struct made_ask ask = { .target = "/members/AS64500",
				.headers = { { "Cookie", cookie } } };
	struct response r;
	char path[300];
	const char *at;

	made_accounts_open(&made);
	(void)made_accounts_cookie(&made, "alice", cookie);
	r = made_accounts_ask(&made, &ask);
	at = strstr(text_str(&r.body), "/account?graph=");
	ck_assert_ptr_nonnull(at);
	(void)snprintf(path, sizeof(path), "%.*s", (int)strcspn(at, "#\""), at);
	response_fini(&r);
	ask.target = path;
	r = made_accounts_ask(&made, &ask);
	ck_assert_uint_eq(r.status, 200);
	ck_assert_ptr_nonnull(
	    strstr(text_str(&r.body), "name=\"target\" value=\"/graph/"));
	response_fini(&r);
	made_accounts_close(&made);
}
END_TEST

START_TEST(no_byte_of_a_link_can_be_another)
{
	struct made_accounts made;
	char *link;

	made_accounts_open(&made);
	link = link_of(&made, graph, "alice", 86400);
	for (size_t i = 1; link[i]; i++) {
		char was = link[i];

		link[i] = was == '1' ? '2' : '1';
		ck_assert_msg(status_of(&made, link) != 200, "%s", link);
		link[i] = was;
	}
	link[strlen(link) - 1] = '\0';
	ck_assert_uint_eq(status_of(&made, link), 401);
	free(link);
	made_accounts_close(&made);
}
END_TEST

START_TEST(nothing_can_be_put_behind_a_link)
{
	struct made_accounts made;
	struct text more;
	char *link;

	made_accounts_open(&made);
	link = link_of(&made, graph, "alice", 86400);
	text_init(&more);
	text_addf(&more, "%s&asn=64502", link);
	ck_assert_uint_ne(status_of(&made, text_str(&more)), 200);
	text_clear(&more);
	text_addf(&more, "%s&range=year", link);
	ck_assert_uint_ne(status_of(&made, text_str(&more)), 200);
	text_fini(&more);
	free(link);
	made_accounts_close(&made);
}
END_TEST

START_TEST(a_link_ends)
{
	struct made_accounts made;
	char *link;

	made_accounts_open(&made);
	link = link_of(&made, graph, "alice", 1);
	ck_assert_uint_eq(status_of(&made, link), 200);
	free(link);
	link = link_of(&made, graph, "alice", 0);
	ck_assert_uint_eq(status_of(&made, link), 401);
	free(link);
	made_accounts_close(&made);
}
END_TEST

/* It is worth what its maker may see, and no more than graphs. */
static const struct {
	const char *target;
	const char *user;
	unsigned status;
} worths[] = {
	{ "/graph/member.svg?asn=64502", "alice", 404 },
	{ "/graph/member.svg?asn=64502", "ops", 200 },
	{ "/graph/member.svg?asn=64500", "bob", 404 },
	{ "/graph/member.svg?asn=64502", "dave", 401 },
	{ "/graph/member.svg?asn=64502", "nobody", 401 },
	{ "/members/AS64500", "ops", 303 },
	{ "/users", "ops", 303 },
	{ "/account", "ops", 303 },
	{ "/health", "ops", 303 },
	{ "/api/v1/members/AS64500", "ops", 401 },
};

START_TEST(a_link_is_worth_what_its_maker_sees)
{
	struct made_accounts made;
	char *link;

	made_accounts_open(&made);
	link = link_of(&made, worths[_i].target, worths[_i].user, 100);
	ck_assert_uint_eq(status_of(&made, link), worths[_i].status);
	free(link);
	made_accounts_close(&made);
}
END_TEST

static int run(void)
{
	const struct unit_test tests[] = {
		{ a_link_shows_its_graph_to_anyone, 0 },
		{ the_link_of_a_page_leads_to_the_form, 0 },
		{ no_byte_of_a_link_can_be_another, 0 },
		{ nothing_can_be_put_behind_a_link, 0 },
		{ a_link_ends, 0 },
		{ a_link_is_worth_what_its_maker_sees, COUNT_OF(worths) },
	};

	return unit_run("share", tests, COUNT_OF(tests));
}

int main(void)
{
	return made_site_run(2, MADE_FLAT, run);
}
