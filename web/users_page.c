/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/users_page.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/err.h"
#include "util/language.h"
#include "web/access.h"
#include "web/account.h"
#include "web/account_change.h"
#include "web/auth/accounts.h"
#include "web/change.h"
#include "web/dates.h"
#include "web/html.h"
#include "web/login.h"

/* What is shown of who is logged in. */
struct counts {
	size_t sessions;
	size_t tokens;
	double used_s; /* 0: there is nothing */
};

static void count(const struct credential *list, size_t n, const char *name,
		  size_t *to, double *used_s)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(list[i].user, name) != 0)
			continue;
		++*to;
		if (list[i].used_s > *used_s)
			*used_s = list[i].used_s;
	}
}

static void add_asns(struct text *out, const struct user *user)
{
	for (size_t i = 0; i < user->asn_count; i++)
		text_addf(out, "%s<a href=\"/members/AS%u\">AS%u</a>",
			  i ? ", " : "", user->asns[i], user->asns[i]);
}

static void add_user(const struct call *call, struct text *out,
		     const struct user *user, const struct counts *counts)
{
	text_add(out, "<tr><th scope=\"row\"><bdi>");
	if (call->principal->role == ROLE_OPERATOR) {
		text_add(out, "<a href=\"/users?user=");
		html_url(out, user->name);
		text_add(out, "#change\">");
	}
	html_name(out, user->name);
	text_addf(out, "%s</bdi></th><td>%s%s%s</td><td>",
		  call->principal->role == ROLE_OPERATOR ? "</a>" : "",
		  tr(out, account_role(user->role)),
		  user->is_disabled ? ", " : "",
		  user->is_disabled ? tr(out, "shut out") : "");
	add_asns(out, user);
	text_addf(out,
		  "</td><td>%s</td><td class=\"number\">%zu</td><td "
		  "class=\"number\">%zu</td><td>",
		  tr(out, user->hash[0] == '*' ? TR("no") : TR("yes")),
		  counts->sessions, counts->tokens);
	if (counts->used_s > 0)
		dates_add_time(out, counts->used_s);
	text_add(out, "</td></tr>\n");
}

static void add_table(const struct call *call, struct text *out,
		      const struct user_list *users)
{
	struct accounts *accounts = site_accounts(call->site);
	struct credential *sessions = NULL;
	struct credential *tokens = NULL;
	size_t session_count = 0;
	size_t token_count = 0;

	if (credentials_list(accounts->sessions, NULL, call->wall_s, &sessions,
			     &session_count) < 0 ||
	    credentials_list(accounts->tokens, NULL, call->wall_s, &tokens,
			     &token_count) < 0)
		out->failed = true;
	text_addf(out,
		  "<div class=\"scroll\"><table class=\"lines\"><thead><tr><th "
		  "scope=\"col\">%s</th><th scope=\"col\">%s</th><th "
		  "scope=\"col\">%s</th><th scope=\"col\">%s</th>",
		  tr(out, "Name"), tr(out, "Role"), tr(out, "Members"),
		  tr(out, "Password"));
	text_addf(out,
		  "<th scope=\"col\" class=\"number\">%s</th><th "
		  "scope=\"col\" class=\"number\">%s</th><th "
		  "scope=\"col\">%s</th></tr></thead><tbody>\n",
		  tr(out, "Sessions"), tr(out, "Tokens"), tr(out, "Last used"));
	for (size_t i = 0; i < users->count; i++) {
		const char *name = users->users[i].name;
		struct counts counts = { .used_s = 0 };

		count(sessions, session_count, name, &counts.sessions,
		      &counts.used_s);
		count(tokens, token_count, name, &counts.tokens,
		      &counts.used_s);
		add_user(call, out, &users->users[i], &counts);
	}
	text_add(out, "</tbody></table></div>\n");
	free(sessions);
	free(tokens);
}

static void add_role(struct text *out, const struct user *user)
{
	text_addf(out,
		  "<p><label for=\"role\">%s</label> <select id=\"role\" "
		  "name=\"role\">",
		  tr(out, "Role"));
	for (enum role r = ROLE_MEMBER; r <= ROLE_OPERATOR; r++)
		text_addf(
		    out, "<option value=\"%s\"%s>%s</option>", role_name(r),
		    user && user->role == r ? " selected=\"selected\"" : "",
		    tr(out, account_role(r)));
	text_add(out, "</select></p>\n");
}

static void add_fields(struct text *out, const struct user *user)
{
	text_addf(out,
		  "<p><label for=\"name\">%s</label> <input id=\"name\" "
		  "name=\"name\" required=\"required\" maxlength=\"64\" "
		  "autocomplete=\"off\" value=\"",
		  tr(out, "Name"));
	html_escape(out, user ? user->name : "");
	text_add(out, "\"></p>\n");
	add_role(out, user);
	text_addf(out,
		  "<p><label for=\"asns\">%s</label> <input id=\"asns\" "
		  "name=\"asns\" placeholder=\"64500, 64501\" value=\"",
		  tr(out, "AS numbers of its members"));
	for (size_t i = 0; user && i < user->asn_count; i++)
		text_addf(out, "%s%u", i ? ", " : "", user->asns[i]);
	text_addf(out,
		  "\"></p>\n<p><label for=\"new\">%s</label> <input "
		  "id=\"new\" name=\"new\" type=\"password\" minlength=\"%d\" "
		  "maxlength=\"256\" autocomplete=\"new-password\"></p>\n",
		  tr(out, user ? TR("New password; empty: the one it has")
			       : TR("Password; empty: none, for who comes "
				    "through a proxy")),
		  PASSWORD_MIN);
	text_addf(out,
		  "<p><label><input type=\"checkbox\" name=\"disabled\" "
		  "value=\"1\"%s> %s</label></p>\n",
		  user && user->is_disabled ? " checked=\"checked\"" : "",
		  tr(out, "shut out"));
}

/* Forms for what else can be done to a user. */
static void add_ends(const struct call *call, struct text *out,
		     const struct user *user)
{
	account_begin_form(call, out, "/users/end");
	account_add_hidden(out, "name", user->name);
	text_addf(out, "<p><button type=\"submit\">%s</button></p></form>\n",
		  tr(out, "End its sessions and revoke its tokens"));
	account_begin_form(call, out, "/users/remove");
	account_add_hidden(out, "name", user->name);
	text_addf(out, "<p><button type=\"submit\">%s</button></p></form>\n",
		  tr(out, "Remove this user"));
}

static void add_forms(const struct call *call, struct text *out,
		      const struct user_list *users)
{
	struct accounts *accounts = site_accounts(call->site);
	const char *name = request_parameter(call->request, "user");
	const struct user *user = name ? user_find(users, name) : NULL;

	if (call->principal->role != ROLE_OPERATOR ||
	    !*call->principal->form_secret)
		return;
	text_addf(out, "<section id=\"change\"><h2>%s</h2>\n",
		  tr(out, user ? TR("Change a user") : TR("A new user")));
	if (!users_can_change(accounts->users)) {
		text_add(out, "<p>");
		tr_addf(out,
			"This program may not write beside %s. On the server: "
			"<code>lanterne-web --add-user NAME --role ROLE --asn "
			"ASN</code>",
			users_path(accounts->users));
		text_add(out, "</p></section>\n");
		return;
	}
	account_begin_form(call, out, "/users/put");
	add_fields(out, user);
	text_addf(out, "<p><button type=\"submit\">%s</button></p></form>\n",
		  tr(out, user ? TR("Save") : TR("Add")));
	if (user)
		add_ends(call, out, user);
	text_add(out, "</section>\n");
}

void page_users(const struct call *call, struct response *r)
{
	struct accounts *accounts = site_accounts(call->site);
	struct text *out = &r->body;
	struct user_list *users;

	if (!accounts) {
		access_hide(call, r);
		return;
	}
	users = users_take(accounts->users);
	page_begin(call, r, tr(out, "Users"));
	text_addf(out, "<h1>%s</h1>\n", tr(out, "Users"));
	add_table(call, out, users);
	add_forms(call, out, users);
	page_end(call, r);
	users_release(accounts->users, users);
	r->max_age_s = -1;
}

static void note(struct accounts *accounts, const struct change_context *c,
		 const char *what, const struct user *user)
{
	struct text detail;

	text_init(&detail);
	text_addf(&detail, "%s%s", role_name(user->role),
		  user->is_disabled ? ", shut out" : "");
	for (size_t i = 0; i < user->asn_count; i++)
		text_addf(&detail, " AS%u", user->asns[i]);
	audit_add(accounts->audit,
		  &(struct audit_event){
		      .at_s = c->now_s,
		      .what = what,
		      .user = c->principal.name,
		      .subject = user->name,
		      .detail = user->role ? text_str(&detail) : NULL,
		      .from = &c->from });
	text_fini(&detail);
}

/* A user as the form has it. @return 0, ERR_SYNTAX, ERR_RANGE or -errno */
static int read_user(struct accounts *accounts, const struct form *form,
		     struct user *user)
{
	const char *name = form_field(form, "name");
	const char *password = form_field(form, "new");
	struct user_list *list;
	const struct user *old;
	int asns;

	if (!user_name_is_valid(name))
		return ERR_SYNTAX;
	list = users_take(accounts->users);
	old = user_find(list, name);
	if (old)
		*user = *old;
	else
		memcpy(user->hash, "*", 2);
	users_release(accounts->users, list);
	memcpy(user->name, name, strlen(name) + 1);
	user->role = role_of(form_field(form, "role"));
	user->is_disabled = strcmp(form_field(form, "disabled"), "1") == 0;
	asns = user_parse_asns(form_field(form, "asns"), user->asns);
	if (asns < 0 || user->role == ROLE_NOBODY ||
	    (user->role == ROLE_MEMBER && asns == 0))
		return ERR_SYNTAX;
	user->asn_count = (size_t)asns;
	return *password ? password_hash(password, user->hash) : 0;
}

/* Who locks itself out has to ask someone who may not be there. */
static bool is_lockout(const struct change_context *c, const struct user *user)
{
	return strcasecmp(c->principal.name, user->name) == 0 &&
	       (user->role != ROLE_OPERATOR || user->is_disabled);
}

static void run_put(struct accounts *accounts, const struct form *form,
		    const struct change_context *c,
		    struct change_result *result)
{
	struct user *user = &result->user;

	result->rc = read_user(accounts, form, user);
	if (result->rc == 0 && is_lockout(c, user))
		result->rc = ERR_UNSUPPORTED;
	if (result->rc == 0)
		result->rc = users_replace(users_path(accounts->users), user);
	if (result->rc == 0) {
		users_reload(accounts->users);
		note(accounts, c, "user_put", user);
	}
}

static void run_remove(struct accounts *accounts, const struct form *form,
		       const struct change_context *c,
		       struct change_result *result)
{
	const char *name = form_field(form, "name");
	struct user *user = &result->user;
	size_t ended;

	if (!user_name_is_valid(name)) {
		result->rc = ERR_SYNTAX;
		return;
	}
	memcpy(user->name, name, strlen(name) + 1);
	result->rc = is_lockout(c, user)
			 ? ERR_UNSUPPORTED
			 : users_remove(users_path(accounts->users), name);
	if (result->rc < 0)
		return;
	users_reload(accounts->users);
	(void)!credentials_end_all(accounts->sessions, name, NULL, &ended);
	(void)!credentials_end_all(accounts->tokens, name, NULL, &ended);
	note(accounts, c, "user_removed", user);
}

static void run_end(struct accounts *accounts, const struct form *form,
		    const struct change_context *c,
		    struct change_result *result)
{
	const char *name = form_field(form, "name");
	size_t ended;
	int also;

	if (!user_name_is_valid(name)) {
		result->rc = ERR_SYNTAX;
		return;
	}
	memcpy(result->user.name, name, strlen(name) + 1);
	result->rc =
	    credentials_end_all(accounts->sessions, name, NULL, &ended);
	also = credentials_end_all(accounts->tokens, name, NULL, &ended);
	if (result->rc == 0)
		result->rc = also;
	note(accounts, c, "user_sessions_ended", &result->user);
}

static void answer(const struct call *call, const struct form *form,
		   const struct change_result *result, struct response *r)
{
	(void)form;
	if (result->rc == ERR_EXISTS)
		page_refuse(call, r, 409,
			    TR("Somebody else changed this user meanwhile; "
			       "look again."));
	else if (result->rc == ERR_UNSUPPORTED)
		page_refuse(call, r, 400,
			    TR("You would lock yourself out; have another "
			       "operator do that."));
	else if (result->rc == ERR_RANGE)
		page_refuse(call, r, 400,
			    TR("A password has 12 to 256 characters."));
	else if (result->rc == ERR_SYNTAX)
		page_refuse(call, r, 400,
			    TR("A name has 1 to 64 letters, digits and . _ @ + "
			       "-, and a member its AS numbers."));
	else if (result->rc == ERR_NOT_FOUND)
		page_refuse(call, r, 404, TR("There is no such user."));
	else if (result->rc < 0)
		page_refuse(call, r, 503, TR("That could not be stored."));
	else
		login_go_to(call, r, "/users");
}

void users_post(const struct call *call, const struct form *form,
		struct response *r)
{
	static const struct change_form forms[] = {
		{ "put", { run_put, answer } },
		{ "remove", { run_remove, answer } },
		{ "end", { run_end, answer } },
	};

	if (call->principal->role != ROLE_OPERATOR) {
		access_hide(call, r);
		return;
	}
	if (!site_accounts(call->site) || !account_is_own_form(call, form, r) ||
	    !account_may_change(call, r))
		return;
	change_start_named(call, form, forms, sizeof(forms) / sizeof(forms[0]),
			   r);
}
