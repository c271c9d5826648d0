/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/route.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "net/ipaddr.h"
#include "util/err.h"
#include "util/zone.h"
#include "web/access.h"
#include "web/auth/accounts.h"
#include "web/frame.h"
#include "web/html.h"
#include "web/languages.h"
#include "web/route_table.h"

enum { PREPARE_WITHIN_S = 900 }; /* of the last visit */

const char *route_pattern(size_t index)
{
	const struct route *route = route_at(index);

	return route ? route->pattern : NULL;
}

static bool ends_with(const char *text, size_t len, const char *tail)
{
	size_t n = strlen(tail);

	return len >= n && strncasecmp(text + len - n, tail, n) == 0;
}

bool route_host_is_local(const char *host)
{
	size_t len = strcspn(host, ":");
	struct ipaddr addr;

	if (*host == '[') {
		len = strcspn(host, "]");
		return host[len] == ']' &&
		       ipaddr_parse(host + 1, len - 1, &addr) == 0;
	}
	return ipaddr_parse(host, len, &addr) == 0 ||
	       (len == 9 && ends_with(host, len, "localhost")) ||
	       ends_with(host, len, ".localhost");
}

/* Whether a refusal is for a person, who can log in. */
static bool is_page(const struct call *call)
{
	const char *first =
	    call->request->segment_count ? call->request->segments[0] : "";

	return !call->is_api && strcmp(first, "graph") != 0 &&
	       strcmp(first, "grapher") != 0 && strcmp(first, "embed") != 0 &&
	       strcmp(first, "metrics") != 0;
}

/* Who is not known has to say who it is, whatever there is. */
static void ask_to_log_in(const struct call *call,
			  const struct route_request *from, struct response *r)
{
	struct text path;

	if (!site_accounts(call->site)) {
		page_refuse(call, r, 403,
			    TR("This is not public, and this server has no "
			       "users who could log in (web.users)."));
		return;
	}
	if (!is_page(call) || strcmp(from->method, "POST") == 0) {
		page_refuse(call, r, 401, TR("This is not public: log in."));
		r->challenge = "Bearer realm=\"lanterne\"";
		return;
	}
	text_init(&path);
	text_add(&path, "/login?next=");
	html_url(&path, from->target);
	if (path.len > REQUEST_TARGET_MAX) {
		text_clear(&path);
		text_add(&path, "/login");
	}
	response_go_to(r, text_str(&path));
	text_fini(&path);
}

/* A form comes from a page of this server: browsers say so (Fetch Metadata, and
 * Origin, RFC 6454), and programs have no forms of others to send. */
static bool is_from_here(const struct route_request *from)
{
	const char *site = frame_header(from, "Sec-Fetch-Site");
	const char *origin = frame_header(from, "Origin");
	const char *host;

	if (site)
		return strcmp(site, "same-origin") == 0;
	if (!origin)
		return true;
	host = strstr(origin, "://");
	return host && strcasecmp(host + 3, from->host) == 0;
}

static void take_form(const struct call *call, const struct route *route,
		      const struct route_request *from, struct response *r)
{
	static const char wanted[] = "application/x-www-form-urlencoded";
	const char *type = frame_header(from, "Content-Type");
	struct form form;

	if (!is_from_here(from)) {
		page_refuse(call, r, 403,
			    TR("The form was sent from another site."));
		return;
	}
	if (!type || strncasecmp(type, wanted, sizeof(wanted) - 1) != 0)
		page_refuse(call, r, 415, TR("Only forms are taken here."));
	else if (form_parse(&form, from->body, from->body_len) < 0)
		page_refuse(call, r, 400, TR("The form is not valid."));
	else
		route->post(call, &form, r);
	form_fini(&form);
}

/* Read, or have a form taken, by who may see it. */
static void answer_shown(const struct call *call, const struct route *route,
			 const struct route_request *from, struct response *r)
{
	const char *method = from->method;
	bool is_read =
	    strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;

	if (is_read && route->answer) {
		if (call->is_visited && route->dear != SITE_DEAR_NONE)
			site_note(call->site, route->dear);
		route->answer(call, r);
	} else if (route->post && strcmp(method, "POST") == 0) {
		take_form(call, route, from, r);
	} else {
		page_refuse(call, r, 405, TR("This page can only be read."));
		r->allow = !route->post	    ? "GET, HEAD"
			   : !route->answer ? "POST"
					    : "GET, HEAD, POST";
	}
}

/* A shared link is good for graphs. */
static bool is_beyond_link(const struct call *call)
{
	return call->principal->by == BY_LINK &&
	       (call->request->segment_count == 0 ||
		strcmp(call->request->segments[0], "graph") != 0);
}

/* Whether everyone gets the same: what is shown to all, to nobody in
 * particular. */
static bool is_for_public(const struct call *call, const struct route *route)
{
	static const struct principal public = { .role = ROLE_NOBODY };
	struct call other = *call;

	other.principal = &public;
	return (call->is_open || !access_is_known(call)) &&
	       access_check(&other, route->of) == ACCESS_SHOWN;
}

static void dispatch(const struct frame *frame,
		     const struct route_request *from, struct response *r)
{
	const struct call *call = &frame->call;
	const struct route *route = route_find(call->request);
	enum access_verdict verdict = ACCESS_HIDDEN;

	if (route && !is_beyond_link(call))
		verdict = access_check(call, route->of);
	if (call->config->web.access == CONFIG_ACCESS_OPEN && !call->is_open) {
		page_refuse(
		    call, r, 421,
		    TR("With access: open this server answers only to "
		       "localhost and to addresses. A proxy in front of "
		       "it has to send Host: localhost."));
	} else if (frame->who == FRAME_WRONG_TOKEN) {
		page_refuse(call, r, 401,
			    TR("The token or link does not hold, or no "
			       "longer."));
		r->challenge = "Bearer realm=\"lanterne\", "
			       "error=\"invalid_token\"";
	} else if (frame->who == FRAME_UNKNOWN_USER) {
		page_refuse(call, r, 403,
			    TR("The proxy in front of this server names a user "
			       "who is not known here."));
	} else if (verdict == ACCESS_LOGIN) {
		ask_to_log_in(call, from, r);
	} else if (verdict == ACCESS_HIDDEN) {
		access_hide(call, r);
	} else {
		r->is_public = is_for_public(call, route);
		answer_shown(call, route, from, r);
	}
}

static void answer(struct site *site, const struct route_request *from,
		   bool is_visited, struct response *r)
{
	struct frame frame;

	frame_open(&frame, site, from);
	frame.call.is_visited = is_visited;
	r->body.language = frame.call.language;
	r->varies_by_user = site_accounts(site) != NULL;
	r->is_personal = principal_is_user(&frame.principal) ||
			 frame.principal.by == BY_LINK;
	if (frame.parsed < 0)
		page_refuse(&frame.call, r,
			    frame.parsed == ERR_RANGE ? 414 : 400,
			    frame.parsed == ERR_RANGE
				? TR("The address is too long.")
				: TR("The address is not valid."));
	else
		dispatch(&frame, from, r);
	frame_close(&frame);
}

void route_answer(struct site *site, const struct route_request *request,
		  struct response *r)
{
	answer(site, request, true, r);
}

/* What of an answer hangs on who asks: what is seen, and whose name stands on
 * it. */
static void add_who(struct text *key, struct site *site,
		    const struct principal *who, const char *host)
{
	struct accounts *accounts = site_accounts(site);

	if (who->by == BY_OPEN || !accounts)
		text_addf(key, "?%c",
			  who->by != BY_OPEN	      ? 'p'
			  : route_host_is_local(host) ? 'a'
						      : 'n');
	else
		text_addf(
		    key, "?%d%d.%s.%s.%llu.", who->role, who->by, who->name,
		    who->session_id,
		    (unsigned long long)optouts_serial(accounts->optouts));
	for (size_t i = 0; i < who->asn_count; i++)
		text_addf(key, "%u,", who->asns[i]);
}

bool route_key(char key[ROUTE_KEY_SIZE], struct site *site,
	       const struct route_request *request, uint64_t *serial)
{
	bool is_read = strcmp(request->method, "GET") == 0 ||
		       strcmp(request->method, "HEAD") == 0;
	struct generation *generation;
	const struct language *language;
	struct principal who;
	struct text text;
	bool fits;

	if (!is_read)
		return false;
	generation = site_take_generation(site, serial);
	text_init(&text);
	fits = frame_identify(&who, site, generation->config, request) ==
	       FRAME_KNOWN;
	add_who(&text, site, &who, request->host);
	/* A language that the address asks for is in the target. */
	language = languages_choose(generation->config, NULL,
				    request->accept_language);
	text_addf(&text, " %s %s", language->code, request->target);
	fits = fits && text_ok(&text) && text.len < ROUTE_KEY_SIZE;
	if (fits)
		memcpy(key, text_str(&text), text.len + 1);
	text_fini(&text);
	generation_unref(generation);
	return fits;
}

/* Whether there is a step that was not there at the last look. */
static bool has_new_step(struct site *site, double *last_step_end)
{
	const struct status *s = site_take_status(site);
	bool is_new = s && s->last_step_end != *last_step_end;

	if (is_new)
		*last_step_end = s->last_step_end;
	site_release_status(site, s);
	return is_new;
}

/* Sum today's pairs as they come: the first visitor would wait for it. */
static void follow_pairs(struct site *site, bool is_new)
{
	uint64_t serial;
	struct generation *generation = site_take_generation(site, &serial);

	pair_days_follow(site_pair_days(site), generation->config->state_dir,
			 zone_date(site_data_time(site)), is_new);
	generation_unref(generation);
}

void route_prepare(struct site *site, double *last_step_end)
{
	bool is_new = has_new_step(site, last_step_end);
	const struct route *route;

	follow_pairs(site, is_new);
	if (!is_new)
		return;
	for (size_t i = 0; (route = route_at(i)) != NULL; i++) {
		char target[32];
		const struct route_request request = { .method = "GET",
						       .target = target,
						       .host = "localhost" };
		struct response r;

		if (route->dear == SITE_DEAR_NONE ||
		    site_time(site) - site_noted(site, route->dear) >
			PREPARE_WITHIN_S)
			continue;
		(void)snprintf(target, sizeof(target), "/%s", route->pattern);
		response_init(&r);
		answer(site, &request, false, &r);
		response_fini(&r);
	}
}
