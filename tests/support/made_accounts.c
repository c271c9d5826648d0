/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/made_accounts.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "support/tempdir.h"
#include "util/file.h"

static const struct {
	const char *name;
	const char *rest;
} users[] = {
	{ "ops", ":operator:" },
	{ "audit", ":auditor:" },
	{ "alice", ":member:64500" },
	{ "bob", ":member:64501" },
	{ "carol", ":member:64500,64504" },
};

static void write_users(const char *path)
{
	char hash[PASSWORD_HASH_SIZE];
	struct text lines;

	text_init(&lines);
	ck_assert_int_eq(password_hash(MADE_PASSWORD, hash), 0);
	for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++)
		text_addf(&lines, "%s:%s%s\n", users[i].name, hash,
			  users[i].rest);
	text_addf(&lines, "dave:!%s:member:64502\n", hash);
	ck_assert_int_eq(
	    file_replace_private(path, lines.data, lines.len, NULL), 0);
	text_fini(&lines);
}

void made_accounts_open(struct made_accounts *out)
{
	struct text path;
	struct text state;
	struct text problem;

	*out = (struct made_accounts){ .dir = tempdir_new() };
	text_init(&path);
	text_init(&state);
	text_init(&problem);
	text_addf(&path, "%s/users", out->dir);
	text_addf(&state, "%s/state", out->dir);
	write_users(text_str(&path));
	made_site_open(&out->site, made_site_directory());
	out->site.generation->config->web.access = CONFIG_ACCESS_ROLES;
	ck_assert_msg(accounts_open(&out->accounts, text_str(&path),
				    text_str(&state), &problem) == 0,
		      "%s", text_str(&problem));
	ck_assert_int_eq(accounts_start(out->accounts), 0);
	site_set_accounts(out->site.site, out->accounts);
	text_fini(&path);
	text_fini(&state);
	text_fini(&problem);
}

void made_accounts_close(struct made_accounts *made)
{
	made_site_close(&made->site);
	accounts_close(made->accounts);
	tempdir_remove(made->dir);
}

/* Of a user as it is now, from the site's time on. */
static struct credential credential_of(const struct made_accounts *made,
				       const char *name)
{
	struct credential made_one = { .made_s = site_time(made->site.site) };
	struct user_list *list = users_take(made->accounts->users);
	const struct user *user = user_find(list, name);

	ck_assert_ptr_nonnull(user);
	memcpy(made_one.user, user->name, sizeof(made_one.user));
	memcpy(made_one.stamp, user->stamp, sizeof(made_one.stamp));
	made_one.expires_s = made_one.made_s + SESSION_LONGEST_S;
	users_release(made->accounts->users, list);
	return made_one;
}

const char *made_accounts_cookie(const struct made_accounts *made,
				 const char *name, char to[MADE_COOKIE_SIZE])
{
	struct credential session = credential_of(made, name);
	char secret[SECRET_TEXT_SIZE];

	ck_assert_int_eq(
	    credentials_add(made->accounts->sessions, &session, secret, NULL),
	    0);
	(void)snprintf(to, MADE_COOKIE_SIZE, SESSION_COOKIE "=%s", secret);
	return to;
}

const char *made_accounts_token(const struct made_accounts *made,
				const char *name, char to[MADE_COOKIE_SIZE])
{
	struct credential token = credential_of(made, name);
	char secret[SECRET_TEXT_SIZE];

	ck_assert_int_eq(
	    credentials_add(made->accounts->tokens, &token, secret, NULL), 0);
	(void)snprintf(to, MADE_COOKIE_SIZE, "Bearer lan_%s", secret);
	return to;
}

static const char *find_header(const void *of, const char *name)
{
	const struct made_ask *ask = of;

	for (size_t i = 0; i < MADE_HEADERS_MAX && ask->headers[i][0]; i++) {
		if (strcasecmp(ask->headers[i][0], name) == 0)
			return ask->headers[i][1];
	}
	if (ask->body && strcasecmp(name, "Content-Type") == 0)
		return "application/x-www-form-urlencoded";
	return NULL;
}

static struct route_request request_of(const struct made_ask *ask)
{
	return (struct route_request){
		.method = ask->method ? ask->method : "GET",
		.target = ask->target,
		.host = "ix.example.net",
		.header = find_header,
		.headers = ask,
		.origin = { .peer = ask->peer },
		.body = ask->body,
		.body_len = ask->body ? strlen(ask->body) : 0,
	};
}

struct response made_accounts_ask(const struct made_accounts *made,
				  const struct made_ask *ask)
{
	const struct route_request request = request_of(ask);
	struct response r;

	response_init(&r);
	route_answer(made->site.site, &request, &r);
	made_site_await(&r);
	ck_assert(text_ok(&r.body));
	return r;
}

const char *made_accounts_key(const struct made_accounts *made,
			      const struct made_ask *ask,
			      char to[ROUTE_KEY_SIZE])
{
	const struct route_request request = request_of(ask);
	uint64_t serial;

	to[0] = 'p';
	ck_assert(route_key(to, made->site.site, &request, &serial));
	return to;
}

const char *made_accounts_form(const struct made_accounts *made,
			       const char *cookie, char to[DIGEST_TEXT_SIZE])
{
	const struct evidence evidence = { .cookie = cookie };
	struct principal who;

	ck_assert(accounts_identify(made->accounts, &evidence,
				    site_time(made->site.site), &who));
	accounts_form_token(made->accounts, &who, to);
	return to;
}
