/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/login.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/language.h"
#include "web/access.h"
#include "web/account.h"
#include "web/auth/accounts.h"
#include "web/change.h"
#include "web/html.h"
#include "web/route_table.h"

void login_set_cookie(struct response *r, const char *secret)
{
	struct text cookie;

	text_init(&cookie);
	text_addf(&cookie,
		  SESSION_COOKIE
		  "=%s; Path=/; Secure; HttpOnly; SameSite=Lax%s",
		  secret, *secret ? "" : "; Max-Age=0");
	r->cookie = text_steal(&cookie);
	if (!r->cookie)
		r->body.failed = true;
}

void login_go_to(const struct call *call, struct response *r, const char *path)
{
	struct text target;

	text_init(&target);
	text_add(&target, path);
	if (request_parameter(call->request, "lang"))
		text_addf(&target, "%clang=%s", strchr(path, '?') ? '&' : '?',
			  call->language->code);
	response_go_to(r, text_str(&target));
	text_fini(&target);
}

/* A path of this server that can be read, in plain characters; NULL if it is
 * none. */
static const char *safe_path(const char *path)
{
	struct request request;
	const struct route *route;

	for (const char *c = path; *c; c++) {
		if (*c < 0x21 || *c > 0x7e)
			return NULL;
	}
	if (*path != '/' || request_parse(&request, path) < 0)
		return NULL;
	route = route_find(&request);
	return route && route->answer ? path : NULL;
}

static void add_language(const struct call *call, struct text *out)
{
	if (request_parameter(call->request, "lang"))
		text_addf(out, "?lang=%s", call->language->code);
}

/* The page with its form; why is what went wrong, to be translated. */
static void add_page(const struct call *call, struct response *r,
		     const char *next, const char *why)
{
	struct text *out = &r->body;

	page_begin(call, r, tr(out, "Log in"));
	text_addf(out, "<h1>%s</h1>\n", tr(out, "Log in"));
	if (why)
		text_addf(out,
			  "<p class=\"banner bad\" role=\"alert\">%s</p>\n",
			  tr(out, why));
	text_add(out,
		 "<form class=\"account\" method=\"post\" action=\"/login");
	add_language(call, out);
	text_add(out, "\">\n");
	if (safe_path(next))
		account_add_hidden(out, "next", next);
	text_addf(
	    out,
	    "<p><label for=\"name\">%s</label> <input id=\"name\" "
	    "name=\"name\" autocomplete=\"username\" required=\"required\" "
	    "maxlength=\"64\" autocapitalize=\"none\" "
	    "spellcheck=\"false\"></p>\n",
	    tr(out, "Name"));
	text_addf(out,
		  "<p><label for=\"password\">%s</label> <input "
		  "id=\"password\" name=\"password\" type=\"password\" "
		  "autocomplete=\"current-password\" required=\"required\" "
		  "maxlength=\"256\"></p>\n",
		  tr(out, "Password"));
	text_addf(out, "<p><button type=\"submit\">%s</button></p>\n</form>\n",
		  tr(out, "Log in"));
	page_end(call, r);
	r->max_age_s = -1;
	r->is_public = false;
}

void page_login(const struct call *call, struct response *r)
{
	const char *next = request_parameter(call->request, "next");

	if (!site_accounts(call->site)) {
		access_hide(call, r);
		return;
	}
	add_page(call, r, next ? next : "", NULL);
}

static void note(struct accounts *accounts, const struct change_context *c,
		 const char *what, const char *name)
{
	audit_add(accounts->audit, &(struct audit_event){ .at_s = c->now_s,
							  .what = what,
							  .user = name,
							  .from = &c->from });
}

/* A session that begins now, always a new one. */
static int begin_session(struct accounts *accounts, const struct user *user,
			 double now_s, char secret[SECRET_TEXT_SIZE])
{
	struct credential session = { .made_s = now_s,
				      .expires_s = now_s + SESSION_LONGEST_S };

	memcpy(session.user, user->name, sizeof(session.user));
	memcpy(session.stamp, user->stamp, sizeof(session.stamp));
	return credentials_add(accounts->sessions, &session, secret, NULL);
}

static void run_login(struct accounts *accounts, const struct form *form,
		      const struct change_context *context,
		      struct change_result *result)
{
	const char *name = form_field(form, "name");
	const struct principal *before = &context->principal;

	result->is_right = accounts_check(
	    accounts, name, form_field(form, "password"), &result->user);
	note(accounts, context, result->is_right ? "login" : "login_failed",
	     name);
	if (!result->is_right)
		return;
	accounts_was_right(accounts, name, context->by_browser, &context->from,
			   context->clock_s);
	/* The one that the browser had ends. */
	if (before->by == BY_SESSION)
		(void)!credentials_end(accounts->sessions, before->name,
				       before->session_id);
	result->rc = begin_session(accounts, &result->user, context->now_s,
				   result->secret);
}

/* Whoever guesses at this name elsewhere does not keep it out. */
static void know_browser(struct response *r, const struct accounts *accounts,
			 const char *name)
{
	char value[BROWSER_TEXT_SIZE];
	struct text cookie;

	accounts_browser(accounts, name, value);
	text_init(&cookie);
	text_addf(&cookie,
		  BROWSER_COOKIE "=%s; Path=/; Secure; HttpOnly; "
				 "SameSite=Strict; Max-Age=31536000",
		  value);
	r->second_cookie = text_steal(&cookie);
}

static void answer_login(const struct call *call, const struct form *form,
			 const struct change_result *result, struct response *r)
{
	const char *next = safe_path(form_field(form, "next"));
	const struct user *user = &result->user;
	char own[32];

	if (!result->is_right || result->rc < 0) {
		add_page(call, r, form_field(form, "next"),
			 result->is_right
			     ? TR("The session could not be stored.")
			     : TR("Name or password is wrong."));
		r->status = result->is_right ? 503 : 403;
		return;
	}
	login_set_cookie(r, result->secret);
	know_browser(r, site_accounts(call->site), user->name);
	if (!next && user->role == ROLE_MEMBER && user->asn_count == 1) {
		(void)snprintf(own, sizeof(own), "/members/AS%u",
			       user->asns[0]);
		next = own;
	}
	login_go_to(call, r, next ? next : "/");
}

void login_post(const struct call *call, const struct form *form,
		struct response *r)
{
	static const struct change_kind kind = { run_login, answer_login };
	struct accounts *accounts = site_accounts(call->site);
	struct ipaddr from;
	double wait_s;

	if (!accounts) {
		access_hide(call, r);
		return;
	}
	from = client_source(call->origin, &call->config->web);
	wait_s = accounts_may_try(accounts, form_field(form, "name"),
				  call->cookie, &from, change_clock());
	if (wait_s > 0) {
		add_page(call, r, form_field(form, "next"),
			 TR("Too many tries; wait a while."));
		r->status = 429;
		r->retry_after_s = (int)ceil(wait_s);
		return;
	}
	change_start(call, form, &kind, r);
}

static void run_logout(struct accounts *accounts, const struct form *form,
		       const struct change_context *context,
		       struct change_result *result)
{
	const struct principal *who = &context->principal;

	(void)form;
	if (who->by != BY_SESSION)
		return;
	result->rc =
	    credentials_end(accounts->sessions, who->name, who->session_id);
	note(accounts, context, "logout", who->name);
}

static void answer_logout(const struct call *call, const struct form *form,
			  const struct change_result *result,
			  struct response *r)
{
	(void)form;
	(void)result;
	login_set_cookie(r, "");
	login_go_to(call, r, "/");
}

void logout_post(const struct call *call, const struct form *form,
		 struct response *r)
{
	static const struct change_kind kind = { run_logout, answer_logout };

	if (site_accounts(call->site))
		change_start(call, form, &kind, r);
	else
		access_hide(call, r);
}

void login_add_state(const struct call *call, struct text *out)
{
	const struct principal *who = call->principal;

	if (!site_accounts(call->site) || call->is_open)
		return;
	text_add(out, "<div class=\"who\">");
	if (!principal_is_user(who)) {
		text_add(out, "<a href=\"/login\">");
		tr_add(out, "Log in");
		text_add(out, "</a></div>\n");
		return;
	}
	text_add(out, "<a href=\"/account\"><bdi>");
	html_name(out, who->name);
	text_add(out, "</bdi></a>");
	if (who->by == BY_SESSION) {
		text_add(out,
			 " <form method=\"post\" action=\"/logout\"><button "
			 "type=\"submit\">");
		tr_add(out, "Log out");
		text_add(out, "</button></form>");
	}
	text_add(out, "</div>\n");
}
