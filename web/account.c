/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/account.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/language.h"
#include "web/access.h"
#include "web/account_change.h"
#include "web/auth/accounts.h"
#include "web/change.h"
#include "web/dates.h"
#include "web/html.h"
#include "web/login.h"

void account_add_hidden(struct text *out, const char *name, const char *value)
{
	text_addf(out, "<input type=\"hidden\" name=\"%s\" value=\"", name);
	html_escape(out, value);
	text_add(out, "\">");
}

void account_begin_form(const struct call *call, struct text *out,
			const char *action)
{
	char token[DIGEST_TEXT_SIZE];

	accounts_form_token(site_accounts(call->site), call->principal, token);
	text_addf(out, "<form class=\"account\" method=\"post\" action=\"%s",
		  action);
	if (request_parameter(call->request, "lang"))
		text_addf(out, "?lang=%s", call->language->code);
	text_add(out, "\">");
	account_add_hidden(out, "form", token);
	text_add_char(out, '\n');
}

bool account_is_own_form(const struct call *call, const struct form *form,
			 struct response *r)
{
	char token[DIGEST_TEXT_SIZE];

	if (*call->principal->form_secret) {
		accounts_form_token(site_accounts(call->site), call->principal,
				    token);
		if (secret_equal(form_field(form, "form"), token))
			return true;
	}
	page_refuse(call, r, 403,
		    TR("The form is too old or from another session; go back, "
		       "load the page again and send it again."));
	return false;
}

bool account_may_change(const struct call *call, struct response *r)
{
	double wait_s = throttle_try(site_accounts(call->site)->forms_of_user,
				     call->principal->name, change_clock());

	if (wait_s == 0)
		return true;
	page_refuse(call, r, 429, TR("Too many tries; wait a while."));
	r->retry_after_s = (int)ceil(wait_s);
	return false;
}

static void add_who(const struct call *call, struct text *out)
{
	const struct principal *who = call->principal;

	text_add(out, "<p class=\"lead\">");
	tr_addf(out, "Role: %s.", tr(out, account_role(who->role)));
	for (size_t i = 0; i < who->asn_count; i++)
		text_addf(out, "%s<a href=\"/members/AS%u\">AS%u</a>",
			  i ? ", " : " ", who->asns[i], who->asns[i]);
	text_add(out, "</p>\n");
}

static void add_password(const struct call *call, struct text *out)
{
	text_addf(out, "<section id=\"password\"><h2>%s</h2>\n",
		  tr(out, "Password"));
	if (!users_can_change(site_accounts(call->site)->users)) {
		text_addf(out, "<p>%s</p></section>\n",
			  tr(out, "Passwords are set by the operators."));
		return;
	}
	account_begin_form(call, out, "/account/password");
	text_addf(out,
		  "<p><label for=\"old\">%s</label> <input id=\"old\" "
		  "name=\"old\" type=\"password\" required=\"required\" "
		  "autocomplete=\"current-password\" maxlength=\"256\"></p>\n",
		  tr(out, "Password now"));
	text_addf(out,
		  "<p><label for=\"new\">%s</label> <input id=\"new\" "
		  "name=\"new\" type=\"password\" required=\"required\" "
		  "minlength=\"%d\" "
		  "maxlength=\"256\" autocomplete=\"new-password\"></p>\n",
		  tr(out, "New password, 12 characters or more"), PASSWORD_MIN);
	text_addf(out,
		  "<p><button type=\"submit\">%s</button></p></form>"
		  "</section>\n",
		  tr(out, "Save"));
}

static void add_moment(struct text *out, double at_s)
{
	text_add(out, "<td>");
	dates_add_time(out, at_s);
	text_add(out, "</td>");
}

/* A button that ends one thing. */
static void add_end(const struct call *call, struct text *out,
		    const char *action, const char *id, const char *label)
{
	text_add(out, "<td>");
	account_begin_form(call, out, action);
	account_add_hidden(out, "id", id);
	text_addf(out, "<button type=\"submit\">%s</button></form></td></tr>\n",
		  tr(out, label));
}

static void add_heads(struct text *out, const char *const *heads)
{
	text_add(out,
		 "<div class=\"scroll\"><table class=\"lines\"><thead><tr>");
	for (; *heads; heads++)
		text_addf(out, "<th scope=\"col\">%s</th>", tr(out, *heads));
	text_addf(out,
		  "<th scope=\"col\"><span class=\"unseen\">%s</span></th>"
		  "</tr></thead><tbody>\n",
		  tr(out, "End"));
}

static void add_token_form(const struct call *call, struct text *out)
{
	account_begin_form(call, out, "/account/token");
	text_addf(
	    out,
	    "<p><label for=\"label\">%s</label> <input id=\"label\" "
	    "name=\"label\" required=\"required\" maxlength=\"40\"></p>\n",
	    tr(out, "What it is for"));
	text_addf(out,
		  "<p><label for=\"days\">%s</label> <input id=\"days\" "
		  "name=\"days\" type=\"number\" min=\"1\" max=\"%d\" "
		  "value=\"90\" required=\"required\"></p>\n",
		  tr(out, "Days until it ends"), TOKEN_DAYS_MAX);
	text_addf(out, "<p><button type=\"submit\">%s</button></p></form>\n",
		  tr(out, "Make a token"));
}

static void add_tokens(const struct call *call, struct text *out)
{
	static const char *const heads[] = { TR("Token"), TR("Made"),
					     TR("Last used"), TR("Ends"),
					     NULL };
	struct credential *list;
	size_t count;

	if (credentials_list(site_accounts(call->site)->tokens,
			     call->principal->name, call->wall_s, &list,
			     &count) < 0)
		return;
	text_addf(out, "<section id=\"tokens\"><h2>%s</h2>\n<p>",
		  tr(out, "Tokens for programs"));
	tr_add(out, "A token reads what you may see: send it as "
		    "<code>Authorization: Bearer \xe2\x80\xa6</code>.");
	text_add(out, "</p>\n");
	if (count > 0)
		add_heads(out, heads);
	for (size_t i = 0; i < count; i++) {
		text_add(out, "<tr><th scope=\"row\"><bdi>");
		html_name(out, list[i].label);
		text_add(out, "</bdi></th>");
		add_moment(out, list[i].made_s);
		add_moment(out, list[i].used_s);
		add_moment(out, list[i].expires_s);
		add_end(call, out, "/account/end-token", list[i].id,
			TR("Revoke"));
	}
	if (count > 0)
		text_add(out, "</tbody></table></div>\n");
	free(list);
	add_token_form(call, out);
	text_add(out, "</section>\n");
}

static void add_sessions(const struct call *call, struct text *out)
{
	static const char *const heads[] = { TR("Session"), TR("Begun"),
					     TR("Last used"), TR("Ends"),
					     NULL };
	struct credential *list;
	size_t count;

	if (call->principal->by != BY_SESSION ||
	    credentials_list(site_accounts(call->site)->sessions,
			     call->principal->name, call->wall_s, &list,
			     &count) < 0)
		return;
	text_addf(out, "<section id=\"sessions\"><h2>%s</h2>\n",
		  tr(out, "Where you are logged in"));
	add_heads(out, heads);
	for (size_t i = 0; i < count; i++) {
		bool is_this =
		    strcmp(list[i].id, call->principal->session_id) == 0;

		text_addf(out, "<tr><th scope=\"row\">%s</th>",
			  is_this ? tr(out, "this one") : list[i].id);
		add_moment(out, list[i].made_s);
		add_moment(out, list[i].used_s);
		add_moment(out, list[i].expires_s);
		add_end(call, out, "/account/end-session", list[i].id,
			TR("End"));
	}
	text_add(out, "</tbody></table></div>\n");
	free(list);
	account_begin_form(call, out, "/account/end-others");
	text_addf(out,
		  "<p><button type=\"submit\">%s</button></p></form>"
		  "</section>\n",
		  tr(out, "End all others"));
}

/* Whether the configuration shows members to others at all. */
static bool is_shown_to_others(const struct config_web *web)
{
	for (enum config_shown k = CONFIG_SHOWN_MEMBER; k < CONFIG_SHOWN_COUNT;
	     k++) {
		if (web->show[k] < CONFIG_SHOW_OWN)
			return true;
	}
	return false;
}

static void add_optout(const struct call *call, struct text *out, uint32_t asn)
{
	bool is_out = optouts_has(site_accounts(call->site)->optouts, asn);
	char number[16];

	(void)snprintf(number, sizeof(number), "%u", asn);
	account_begin_form(call, out, "/account/optout");
	account_add_hidden(out, "asn", number);
	account_add_hidden(out, "out", is_out ? "0" : "1");
	text_add(out, "<p>");
	tr_addf(out,
		is_out ? TR("AS%u: its graphs are shown to nobody else.")
		       : TR("AS%u: its graphs are shown as the exchange "
			    "decided."),
		asn);
	text_addf(out, " <button type=\"submit\">%s</button></p></form>\n",
		  tr(out, is_out ? TR("Show them") : TR("Opt out")));
}

static void add_optouts(const struct call *call, struct text *out)
{
	const struct principal *who = call->principal;

	if (who->role != ROLE_MEMBER)
		return;
	text_addf(out, "<section id=\"optout\"><h2>%s</h2>\n<p>",
		  tr(out, "Who sees your members\xe2\x80\x99 graphs"));
	tr_add(out,
	       is_shown_to_others(&call->config->web)
		   ? TR("This exchange shows members\xe2\x80\x99 graphs to "
			"others, too.")
		   : TR("This exchange shows them to you and the "
			"operators alone. Who opts out stays hidden if "
			"that changes."));
	text_add(out, "</p>\n");
	for (size_t i = 0; i < who->asn_count; i++)
		add_optout(call, out, who->asns[i]);
	text_add(out, "</section>\n");
}

static void add_share(const struct call *call, struct text *out)
{
	const char *target = request_parameter(call->request, "graph");

	if (!target)
		return;
	text_addf(out, "<section id=\"share\"><h2>%s</h2>\n<p>",
		  tr(out, "Share a graph"));
	tr_add(out, "Whoever has the link sees this graph as you see it, and "
		    "nothing else, until it ends or you may no longer see it "
		    "yourself.");
	text_add(out, "</p>\n<p><code>");
	html_escape(out, target);
	text_add(out, "</code></p>\n");
	account_begin_form(call, out, "/account/share");
	account_add_hidden(out, "target", target);
	text_addf(out,
		  "<p><label for=\"until\">%s</label> <input id=\"until\" "
		  "name=\"days\" type=\"number\" min=\"1\" max=\"%d\" "
		  "value=\"30\" required=\"required\"></p>\n"
		  "<p><button type=\"submit\">%s</button></p></form>"
		  "</section>\n",
		  tr(out, "Days until it ends"), SHARE_DAYS_MAX,
		  tr(out, "Make a link"));
}

void page_account(const struct call *call, struct response *r)
{
	struct text *out = &r->body;

	page_begin(call, r, tr(out, "Your account"));
	text_add(out, "<h1><bdi>");
	html_name(out, call->principal->name);
	text_add(out, "</bdi></h1>\n");
	add_who(call, out);
	add_share(call, out);
	add_optouts(call, out);
	add_tokens(call, out);
	add_sessions(call, out);
	if (call->principal->by == BY_SESSION)
		add_password(call, out);
	page_end(call, r);
	r->max_age_s = -1;
}
