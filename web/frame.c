/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/frame.h"

#include <math.h>
#include <string.h>

#include "web/auth/accounts.h"
#include "web/languages.h"
#include "web/share.h"

const char *frame_header(const struct route_request *from, const char *name)
{
	return from->header ? from->header(from->headers, name) : NULL;
}

enum frame_who frame_identify(struct principal *out, struct site *site,
			      const struct config *config,
			      const struct route_request *from)
{
	const struct config_web *web = &config->web;
	struct accounts *accounts = site_accounts(site);
	double now_s = site_time(site);
	struct evidence shown = { .cookie = NULL };

	*out = (struct principal){ .role = ROLE_NOBODY };
	if (web->access == CONFIG_ACCESS_OPEN) {
		/* A foreign name that resolves to this address is how a web
		 * page elsewhere would read an open site through its visitor's
		 * browser. */
		if (route_host_is_local(from->host))
			*out = (struct principal){ .role = ROLE_AUDITOR,
						   .by = BY_OPEN };
		return FRAME_KNOWN;
	}
	if (!accounts)
		return FRAME_KNOWN;
	if (share_is_asked(from->target))
		return share_check(accounts, from->target, now_s, out)
			   ? FRAME_KNOWN
			   : FRAME_WRONG_TOKEN;
	shown.cookie = frame_header(from, "Cookie");
	shown.authorization = frame_header(from, "Authorization");
	if (web->proxy_user && client_is_trusted(&from->origin, web))
		shown.proxy_user = frame_header(from, web->proxy_user);
	if (accounts_identify(accounts, &shown, now_s, out))
		return FRAME_KNOWN;
	return shown.authorization ? FRAME_WRONG_TOKEN : FRAME_UNKNOWN_USER;
}

static void set_now(struct call *call, uint64_t serial)
{
	const struct status *s = call->status;

	call->now_s = (int64_t)call->wall_s;
	if (s && s->is_replay && fabs(s->now) < 1e11)
		call->now_s = (int64_t)s->now;
	call->epoch = (struct memo_epoch){ .generation = serial };
	if (s && fabs(s->last_step_end) < 1e11)
		call->epoch.step_end_s = (int64_t)s->last_step_end;
	/* Steps that come tell a minute from the next; where none does, the
	 * clock has to. Periods end at multiples of five minutes. */
	call->epoch.period = call->now_s / (page_is_stale(call) ? 60 : 300);
}

void frame_open(struct frame *out, struct site *site,
		const struct route_request *from)
{
	struct call *call = &out->call;
	const char *asked = NULL;

	out->generation = site_take_generation(site, &out->serial);
	out->request.segment_count = 0;
	out->request.parameter_count = 0;
	*call = (struct call){
		.site = site,
		.registry = out->generation->registry,
		.config = out->generation->config,
		.status = site_take_status(site),
		.origin = &from->origin,
		.cookie = frame_header(from, "Cookie"),
		.accept = frame_header(from, "Accept"),
		.principal = &out->principal,
		.wall_s = site_time(site),
	};
	out->parsed = request_parse(&out->request, from->target);
	call->is_api = strncmp(from->target, "/api/", 5) == 0 ||
		       (out->parsed >= 0 && out->request.segment_count > 0 &&
			strcmp(out->request.segments[0], "api") == 0);
	out->who = frame_identify(&out->principal, site, call->config, from);
	call->is_open = out->principal.by == BY_OPEN;
	set_now(call, out->serial);
	if (out->parsed >= 0) {
		call->request = &out->request;
		asked = request_parameter(call->request, "lang");
	}
	call->language =
	    languages_choose(call->config, asked, from->accept_language);
}

void frame_close(struct frame *frame)
{
	site_release_status(frame->call.site, frame->call.status);
	generation_unref(frame->generation);
}
