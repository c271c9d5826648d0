/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/period_nav.h"

#include <inttypes.h>
#include <string.h>

#include "util/zone.h"
#include "web/dates.h"
#include "web/html.h"

static bool says_period(const char *name)
{
	return strcmp(name, "range") == 0 || strcmp(name, "from") == 0 ||
	       strcmp(name, "to") == 0;
}

/* What the query says of other things, behind what says the period. */
static void add_rest(struct text *out, const struct request *request)
{
	for (size_t i = 0; i < request->parameter_count; i++) {
		if (says_period(request->parameters[i].name))
			continue;
		text_add(out, "&amp;");
		html_url(out, request->parameters[i].name);
		text_add_char(out, '=');
		html_url(out, request->parameters[i].value);
	}
}

static void add_link(struct text *out, const struct call *call,
		     const struct period *period)
{
	char query[PERIOD_QUERY_SIZE];

	text_add(out, "<li><a href=\"");
	page_add_path(call, out);
	text_addf(out, "?%s", period_query(query, period));
	add_rest(out, call->request);
	text_add_char(out, '"');
}

static void add_ranges(struct text *out, const struct call *call,
		       const struct period *shown)
{
	for (int i = 0; i < RANGE_COUNT; i++) {
		struct period period = period_of((enum range)i, call->now_s);

		add_link(out, call, &period);
		text_addf(out, "%s>%s</a></li>",
			  period.range == shown->range
			      ? " aria-current=\"true\""
			      : "",
			  tr(out, period_name(period.range)));
	}
}

/* As long a period before, and behind where there is any yet. */
static void add_neighbours(struct text *out, const struct call *call,
			   const struct period *shown)
{
	int64_t length_s = period_length(shown);
	struct period neighbour;

	if (period_between(&neighbour, shown->from_s - length_s, shown->from_s,
			   call->now_s) == 0) {
		add_link(out, call, &neighbour);
		text_addf(
		    out,
		    " rel=\"prev\" aria-label=\"%s\">\xe2\x80\xb9</a></li>",
		    tr(out, "earlier"));
	}
	if (shown->to_s < call->now_s &&
	    period_between(&neighbour, shown->to_s, shown->to_s + length_s,
			   call->now_s) == 0) {
		add_link(out, call, &neighbour);
		text_addf(
		    out,
		    " rel=\"next\" aria-label=\"%s\">\xe2\x80\xba</a></li>",
		    tr(out, "later"));
	}
}

static void add_moment(struct text *out, const char *name, const char *label,
		       int64_t at_s)
{
	text_addf(out,
		  "<label>%s <input type=\"datetime-local\" name=\"%s\" "
		  "value=\"",
		  label, name);
	zone_add(out, "%Y-%m-%dT%H:%M", at_s);
	text_add(out, "\" required=\"required\"></label> ");
}

static void add_form(struct text *out, const struct call *call,
		     const struct period *shown)
{
	static const char *const but[] = { "range", "from", "to", NULL };

	text_addf(out,
		  "<details class=\"picker\"%s><summary>%s</summary>"
		  "<form method=\"get\" action=\"",
		  shown->range == RANGE_FREE ? " open=\"open\"" : "",
		  tr(out, "any period"));
	page_add_path(call, out);
	text_add(out, "\">");
	page_add_hidden(call, out, but);
	add_moment(out, "from", tr(out, "from"), shown->from_s);
	add_moment(out, "to", tr(out, "to"),
		   shown->to_s < call->now_s ? shown->to_s : call->now_s);
	dates_add(out, "<span class=\"note\">%Z</span> ", shown->to_s);
	text_addf(out, "<button>%s</button></form></details>\n",
		  tr(out, "Show"));
}

void period_nav_add(struct text *out, const struct call *call,
		    const struct period *shown)
{
	text_addf(out,
		  "<div class=\"periods\"><nav class=\"ranges\" "
		  "aria-label=\"%s\"><ul>",
		  tr(out, "Period"));
	add_ranges(out, call, shown);
	add_neighbours(out, call, shown);
	text_add(out, "</ul></nav>\n");
	add_form(out, call, shown);
	text_add(out, "</div>\n");
}
