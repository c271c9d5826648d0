/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * /traffic/KIND — what a part of the exchange carries: infrastructure,
 * location, vlan, switch, as subject_find reads them from the query.
 */

#include <string.h>

#include "util/language.h"
#include "web/embed.h"
#include "web/figure.h"
#include "web/html.h"
#include "web/page.h"
#include "web/period_nav.h"
#include "web/subject_find.h"

static void add_page(const struct call *call, const struct subject *subject,
		     const struct period *period, struct response *r)
{
	struct text *out = &r->body;

	page_begin(call, r, text_str(&subject->title));
	text_add(out, "<h1>");
	html_name(out, text_str(&subject->title));
	text_addf(out, "</h1>\n<p class=\"lead\">%s</p>\n",
		  tr(out, "What members send there; unknown while one of its "
			  "switches is silent."));
	period_nav_add(out, call, period);
	figure_add(out, call, subject,
		   &(struct figure){ .period = period,
				     .id = "g",
				     .has_tiles = true,
				     .has_switches = true });
	if (r->is_public)
		embed_add_help(out, call, subject, period);
	page_end(call, r);
}

void page_traffic(const struct call *call, struct response *r)
{
	const char *kind = call->request->segments[1];
	struct subject subject;
	struct period period;

	if (!page_period(call, r, &period))
		return;
	if (subject_find(&subject, call, kind, strlen(kind))) {
		add_page(call, &subject, &period, r);
		subject_fini(&subject);
	} else {
		page_refuse(call, r, 404,
			    TR("There is no such part of the exchange."));
	}
}
