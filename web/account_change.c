/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/account_change.h"

#include <stdio.h>
#include <string.h>

#include "util/err.h"
#include "util/language.h"
#include "util/number.h"
#include "web/access.h"
#include "web/account.h"
#include "web/change.h"
#include "web/html.h"
#include "web/login.h"
#include "web/route_table.h"
#include "web/share.h"

enum { DAY_S = 86400 };

const char *account_role(enum role role)
{
	switch (role) {
	case ROLE_MEMBER:
		return TR("member");
	case ROLE_AUDITOR:
		return TR("auditor");
	case ROLE_OPERATOR:
		return TR("operator");
	case ROLE_NOBODY:
		break;
	}
	return TR("public");
}

static void note(struct accounts *accounts, const struct change_context *c,
		 const char *what, const char *subject)
{
	audit_add(accounts->audit,
		  &(struct audit_event){ .at_s = c->now_s,
					 .what = what,
					 .user = c->principal.name,
					 .subject = subject,
					 .from = &c->from });
}

/* Days of a form as seconds; 0: they are not right. */
static double days_of(const struct form *form, uint32_t most)
{
	const char *text = form_field(form, "days");
	uint32_t days;

	if (number_u32(text, strlen(text), most, &days) < 0)
		return 0;
	return (double)days * DAY_S;
}

/* How a change without more to say is answered. */
static void answer_done(const struct call *call, const struct form *form,
			const struct change_result *result, struct response *r)
{
	(void)form;
	if (result->rc == ERR_NOT_FOUND)
		access_hide(call, r);
	else if (result->rc == ERR_RANGE || result->rc == ERR_SYNTAX)
		page_refuse(call, r, 400, TR("The form is not valid."));
	else if (result->rc == ERR_EXISTS)
		page_refuse(call, r, 409,
			    TR("Somebody else changed this user meanwhile; "
			       "look again."));
	else if (result->rc < 0)
		page_refuse(call, r, 503, TR("That could not be stored."));
	else
		login_go_to(call, r, "/account");
}

/* A page with a secret that is shown once. */
static void add_secret(const struct call *call, struct response *r,
		       const char *title, const char *words, const char *secret)
{
	struct text *out = &r->body;

	page_begin(call, r, tr(out, title));
	text_addf(out, "<h1>%s</h1>\n<p>%s</p>\n<p><code class=\"secret\">",
		  tr(out, title), tr(out, words));
	html_escape(out, secret);
	text_addf(out,
		  "</code></p>\n<p class=\"links\"><a "
		  "href=\"/account\">%s</a></p>\n",
		  tr(out, "Your account"));
	page_end(call, r);
	r->max_age_s = -1;
}

static void run_token(struct accounts *accounts, const struct form *form,
		      const struct change_context *c,
		      struct change_result *result)
{
	struct credential token = { .made_s = c->now_s };
	const char *label = form_field(form, "label");
	double length_s = days_of(form, TOKEN_DAYS_MAX);
	char secret[SECRET_TEXT_SIZE];

	if (length_s <= 0 || *label == '\0' ||
	    strlen(label) >= CREDENTIAL_LABEL_SIZE) {
		result->rc = ERR_RANGE;
		return;
	}
	token.expires_s = c->now_s + length_s;
	memcpy(token.label, label, strlen(label) + 1);
	memcpy(token.user, c->principal.name, sizeof(token.user));
	result->rc = credentials_add(accounts->tokens, &token, secret, NULL);
	if (result->rc < 0)
		return;
	(void)snprintf(result->secret, sizeof(result->secret), "lan_%s",
		       secret);
	explicit_bzero(secret, sizeof(secret));
	note(accounts, c, "token_made", label);
}

static void answer_token(const struct call *call, const struct form *form,
			 const struct change_result *result, struct response *r)
{
	if (result->rc < 0)
		answer_done(call, form, result, r);
	else
		add_secret(call, r, TR("A new token"),
			   TR("It is shown here once: keep it now."),
			   result->secret);
}

static void run_end_token(struct accounts *accounts, const struct form *form,
			  const struct change_context *c,
			  struct change_result *result)
{
	const char *id = form_field(form, "id");

	result->rc = credentials_end(accounts->tokens, c->principal.name, id);
	if (result->rc == 0)
		note(accounts, c, "token_revoked", id);
}

static void run_end_session(struct accounts *accounts, const struct form *form,
			    const struct change_context *c,
			    struct change_result *result)
{
	const char *id = form_field(form, "id");

	result->rc = credentials_end(accounts->sessions, c->principal.name, id);
	if (result->rc == 0)
		note(accounts, c, "session_ended", id);
}

static void run_end_others(struct accounts *accounts, const struct form *form,
			   const struct change_context *c,
			   struct change_result *result)
{
	(void)form;
	result->rc =
	    credentials_end_all(accounts->sessions, c->principal.name,
				c->principal.session_id, &result->count);
	if (result->count > 0)
		note(accounts, c, "sessions_ended", NULL);
}

static void run_optout(struct accounts *accounts, const struct form *form,
		       const struct change_context *c,
		       struct change_result *result)
{
	const char *text = form_field(form, "asn");
	bool is_out = strcmp(form_field(form, "out"), "1") == 0;
	uint32_t asn;

	if (number_u32(text, strlen(text), UINT32_MAX, &asn) < 0 ||
	    !principal_has_asn(&c->principal, asn)) {
		result->rc = ERR_NOT_FOUND;
		return;
	}
	if (optouts_has(accounts->optouts, asn) == is_out)
		return;
	result->rc = optouts_set(accounts->optouts, asn, is_out);
	if (result->rc == 0)
		note(accounts, c, is_out ? "opted_out" : "opted_in", text);
}

/* With the new password all sessions end; this one goes on as a new one. */
static void change_password(struct accounts *accounts, const struct form *form,
			    const struct change_context *c,
			    struct change_result *result)
{
	struct credential session = { .made_s = c->now_s };
	const char *path = users_path(accounts->users);
	struct user_list *list;
	const struct user *now;
	size_t ended;

	result->rc = password_hash(form_field(form, "new"), result->user.hash);
	if (result->rc == 0)
		result->rc = users_replace(path, &result->user);
	note(accounts, c,
	     result->rc == 0 ? "password_changed" : "password_not_changed",
	     NULL);
	if (result->rc < 0)
		return;
	users_reload(accounts->users);
	list = users_take(accounts->users);
	now = user_find(list, c->principal.name);
	session.expires_s = c->now_s + SESSION_LONGEST_S;
	if (now) {
		memcpy(session.user, now->name, sizeof(session.user));
		memcpy(session.stamp, now->stamp, sizeof(session.stamp));
	}
	users_release(accounts->users, list);
	/* Who knew the old one may have made tokens. */
	(void)!credentials_end_all(accounts->tokens, c->principal.name, NULL,
				   &ended);
	result->rc =
	    credentials_add(accounts->sessions, &session, result->secret, NULL);
}

static void run_password(struct accounts *accounts, const struct form *form,
			 const struct change_context *c,
			 struct change_result *result)
{
	const char *name = c->principal.name;

	/* Whoever found a session open may not guess without end either. */
	if (accounts_may_try(accounts, name, NULL, &c->from, c->clock_s) > 0)
		return;
	result->is_right = accounts_check(
	    accounts, name, form_field(form, "old"), &result->user);
	if (!result->is_right) {
		note(accounts, c, "password_not_changed", NULL);
		return;
	}
	accounts_was_right(accounts, name, false, &c->from, c->clock_s);
	change_password(accounts, form, c, result);
}

static void answer_password(const struct call *call, const struct form *form,
			    const struct change_result *result,
			    struct response *r)
{
	if (!result->is_right) {
		page_refuse(call, r, 403,
			    TR("The password now is wrong, or was tried too "
			       "often."));
	} else if (result->rc == ERR_RANGE) {
		page_refuse(call, r, 400,
			    TR("A password has 12 to 256 characters."));
	} else if (result->rc < 0) {
		answer_done(call, form, result, r);
	} else {
		login_set_cookie(r, result->secret);
		login_go_to(call, r, "/account");
	}
}

static void run_share(struct accounts *accounts, const struct form *form,
		      const struct change_context *c,
		      struct change_result *result)
{
	struct user_list *list = users_take(accounts->users);
	const struct user *user = user_find(list, c->principal.name);

	if (user)
		result->user = *user;
	else
		result->rc = ERR_NOT_FOUND;
	users_release(accounts->users, list);
	note(accounts, c, "link_made", form_field(form, "target"));
}

static void answer_share(const struct call *call, const struct form *form,
			 const struct change_result *result, struct response *r)
{
	double length_s = days_of(form, SHARE_DAYS_MAX);
	struct text link;

	if (result->rc < 0) {
		answer_done(call, form, result, r);
		return;
	}
	text_init(&link);
	share_add(&link, site_accounts(call->site), form_field(form, "target"),
		  &result->user, (int64_t)(call->wall_s + length_s));
	add_secret(call, r, TR("A link to a graph"),
		   TR("Put this server\xe2\x80\x99s address before it."),
		   text_str(&link));
	text_fini(&link);
}

/* Whether a target is a graph that one sees. */
static bool is_own_graph(const struct call *call, const char *target)
{
	struct request request;
	struct call other = *call;
	const struct route *route;

	for (const char *c = target; *c; c++) {
		if (*c < 0x21 || *c > 0x7e)
			return false;
	}
	if (*target != '/' || request_parse(&request, target) < 0 ||
	    request_parameter(&request, "share") ||
	    request.segment_count != 2 ||
	    strcmp(request.segments[0], "graph") != 0)
		return false;
	route = route_find(&request);
	other.request = &request;
	other.is_api = false;
	return route && access_check(&other, route->of) == ACCESS_SHOWN;
}

void account_post(const struct call *call, const struct form *form,
		  struct response *r)
{
	static const struct change_form forms[] = {
		{ "token", { run_token, answer_token } },
		{ "end-token", { run_end_token, answer_done } },
		{ "end-session", { run_end_session, answer_done } },
		{ "end-others", { run_end_others, answer_done } },
		{ "optout", { run_optout, answer_done } },
		{ "password", { run_password, answer_password } },
		{ "share", { run_share, answer_share } },
	};
	const char *name = call->request->segments[1];

	if (!account_is_own_form(call, form, r) || !account_may_change(call, r))
		return;
	if (strcmp(name, "share") == 0 &&
	    (days_of(form, SHARE_DAYS_MAX) <= 0 ||
	     !is_own_graph(call, form_field(form, "target")))) {
		page_refuse(call, r, 400,
			    TR("Only a graph that you see can be shared."));
		return;
	}
	change_start_named(call, form, forms, sizeof(forms) / sizeof(forms[0]),
			   r);
}
