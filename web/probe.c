/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/probe.h"

void probe_live(const struct call *call, struct response *r)
{
	(void)call;
	r->content_type = "text/plain; charset=utf-8";
	text_add(&r->body, "ok\n");
}

void probe_ready(const struct call *call, struct response *r)
{
	const char *problem = "";

	if (!call->status)
		problem = "no status file of the collector";
	else if (page_is_stale(call))
		problem = "data is stale";
	else if (*call->status->last_error)
		problem = "the collector cannot store";
	r->content_type = "text/plain; charset=utf-8";
	r->status = *problem ? 503 : 200;
	text_addf(&r->body, "%s\n", *problem ? problem : "ok");
}
