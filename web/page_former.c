/* SPDX-License-Identifier: GPL-2.0-or-later */

/* /members/AS64500 of one who is no member any more: the total that is kept. */

#include <stdio.h>

#include "web/graph.h"
#include "web/page.h"
#include "web/view.h"

enum { PATH_SIZE = 64 };

static void add_total(const struct call *call, const struct subject *subject,
		      enum range range, struct text *out)
{
	struct view view;

	if (view_load(&view, call, subject, range) < 0) {
		text_add(out, "<p class=\"banner bad\">The store could not be "
			      "read.</p>\n");
		return;
	}
	graph_add_figure(out, subject, &view, "g");
	graph_add_table(out, subject, &view);
	text_addf(
	    out,
	    "<p class=\"links\">This graph as "
	    "<a href=\"/graph/member.svg?asn=%u&amp;range=%s\">SVG</a> or "
	    "<a href=\"/graph/member.json?asn=%u&amp;range=%s\">JSON</a>"
	    "</p>\n",
	    subject->series.asn, period_name(range), subject->series.asn,
	    period_name(range));
	view_fini(&view);
}

bool page_former(const struct call *call, struct response *r, uint32_t asn)
{
	/* Who left is looked up for what was, not for today. */
	enum range range = RANGE_YEAR;
	struct subject subject;
	char path[PATH_SIZE];

	if (!subject_of_former(&subject, call, asn))
		return false;
	if (!request_parameter(call->request, "range") ||
	    page_range(call, r, &range)) {
		(void)snprintf(path, sizeof(path), "/members/AS%u", asn);
		page_begin(call, r, text_str(&subject.title));
		text_addf(&r->body,
			  "<h1>AS%u <span class=\"asn\">former member</span>"
			  "</h1>\n<p class=\"lead\">Neither the roster nor the "
			  "configuration has AS%u now. This is what was "
			  "stored while they did, estimated from samples; what "
			  "ports counted is shown with the ports.</p>\n",
			  asn, asn);
		page_add_ranges(&r->body, path, range);
		add_total(call, &subject, range, &r->body);
		page_end(call, r);
	}
	subject_fini(&subject);
	return true;
}
