/* SPDX-License-Identifier: GPL-2.0-or-later */

/* /lan — what does not belong on the peering LAN, or is not known: agents and
 * stations of nobody, ports that are not configured, stations that moved; each
 * with the line that would mend the configuration. */

#include "util/language.h"
#include "web/health.h"
#include "web/page.h"

void page_lan(const struct call *call, struct response *r)
{
	struct text *out = &r->body;

	page_begin(call, r, tr(out, "LAN"));
	text_addf(out, "<h1>%s</h1>\n<p class=\"lead\">", tr(out, "LAN"));
	tr_add(out,
	       "What is on the peering LAN and not in the configuration, or "
	       "otherwise than it says.");
	text_add(out, "</p>\n");
	if (call->status)
		health_add_unknowns(call, out);
	else
		text_addf(out, "<p>%s</p>\n",
			  tr(out, "The collector has not written its status "
				  "file."));
	page_end(call, r);
}
