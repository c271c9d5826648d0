/* SPDX-License-Identifier: GPL-2.0-or-later */

/* /members/AS64500 of one who is no member any more: the total that is kept. */

#include "web/graph.h"
#include "web/page.h"
#include "web/period_nav.h"
#include "web/view.h"

static void add_total(const struct call *call, const struct subject *subject,
		      const struct period *period, struct text *out)
{
	struct view view;

	if (view_load(&view, call, subject, period) < 0) {
		text_addf(out, "<p class=\"banner bad\">%s</p>\n",
			  tr(out, "The store could not be read."));
		return;
	}
	graph_add_figure(out, subject, &view, "g");
	graph_add_table(out, subject, &view);
	graph_add_links(out, call, subject, &view);
	view_fini(&view);
}

static bool says_period(const struct request *request)
{
	return request_parameter(request, "range") ||
	       request_parameter(request, "from") ||
	       request_parameter(request, "to");
}

bool page_former(const struct call *call, struct response *r, uint32_t asn)
{
	/* Who left is looked up for what was, not for today. */
	struct period period = period_of(RANGE_YEAR, call->now_s);
	struct subject subject;

	if (!subject_of_former(&subject, call, asn))
		return false;
	if (!says_period(call->request) || page_period(call, r, &period)) {
		page_begin(call, r, text_str(&subject.title));
		text_addf(&r->body,
			  "<h1>AS%u <span class=\"asn\">%s</span></h1>\n"
			  "<p class=\"lead\">",
			  asn, tr(&r->body, "former member"));
		tr_addf(&r->body,
			"Neither the roster nor the configuration has AS%u "
			"now. This is what was stored while they did, "
			"estimated from samples; what ports counted is shown "
			"with the ports.",
			asn);
		text_add(&r->body, "</p>\n");
		period_nav_add(&r->body, call, &period);
		add_total(call, &subject, &period, &r->body);
		page_end(call, r);
	}
	subject_fini(&subject);
	return true;
}
