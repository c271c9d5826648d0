/* SPDX-License-Identifier: GPL-2.0-or-later */

/* /members — who is here, and with open access how much they exchange. */

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "web/access.h"
#include "web/html.h"
#include "web/member_list.h"
#include "web/order.h"
#include "web/page.h"
#include "web/units.h"

struct line {
	const struct member *member;
	const struct member_figures *figures; /* NULL: not shown */
};

enum order {
	ORDER_TRAFFIC,
	ORDER_NAME,
	ORDER_ASN,
	ORDER_SPEED,
	ORDER_FROM,
	ORDER_TO,
	ORDER_PEAK,
	ORDER_COUNT
};

static const struct {
	const char *name;
	const char *label;
	bool is_number;
	bool needs_access;
} orders[ORDER_COUNT] = {
	[ORDER_TRAFFIC] = { "traffic", TR("Total"), true, true },
	[ORDER_NAME] = { "name", TR("Member"), false, false },
	[ORDER_ASN] = { "asn", TR("ASN"), true, false },
	[ORDER_SPEED] = { "speed", TR("Speed"), true, false },
	[ORDER_FROM] = { "from", TR("Member \xe2\x86\x92 exchange, now"), true,
			 true },
	[ORDER_TO] = { "to", TR("Exchange \xe2\x86\x92 member, now"), true,
		       true },
	[ORDER_PEAK] = { "peak", TR("Highest"), true, true },
};

static double current(const struct line *l, enum way way)
{
	return l->figures ? l->figures->current[way] : NAN;
}

static double total(const struct line *l)
{
	return l->figures ? l->figures->total_bytes : NAN;
}

static double peak(const struct line *l)
{
	return l->figures ? l->figures->highest : NAN;
}

/* Larger first, unknown last, equal ones by ASN. */
static int falling(const struct line *a, const struct line *b, double x,
		   double y)
{
	int order = order_falling(x, y);

	if (order != 0)
		return order;
	return (a->member->asn > b->member->asn) -
	       (a->member->asn < b->member->asn);
}

static int by_name(const void *a, const void *b)
{
	const struct line *x = a;
	const struct line *y = b;
	int order = strcasecmp(x->member->name, y->member->name);

	return order ? order : falling(x, y, 0, 0);
}

static int by_asn(const void *a, const void *b)
{
	return falling(a, b, 0, 0);
}

static double speed(const struct line *l)
{
	return l->member->speed_bps > 0 ? (double)l->member->speed_bps
					: (double)NAN;
}

static int by_speed(const void *a, const void *b)
{
	return falling(a, b, speed(a), speed(b));
}

static int by_traffic(const void *a, const void *b)
{
	return falling(a, b, total(a), total(b));
}

static int by_from(const void *a, const void *b)
{
	return falling(a, b, current(a, WAY_FROM), current(b, WAY_FROM));
}

static int by_to(const void *a, const void *b)
{
	return falling(a, b, current(a, WAY_TO), current(b, WAY_TO));
}

static int by_peak(const void *a, const void *b)
{
	return falling(a, b, peak(a), peak(b));
}

static int (*const comparisons[ORDER_COUNT])(const void *, const void *) = {
	[ORDER_SPEED] = by_speed, [ORDER_TRAFFIC] = by_traffic,
	[ORDER_NAME] = by_name,	  [ORDER_ASN] = by_asn,
	[ORDER_FROM] = by_from,	  [ORDER_TO] = by_to,
	[ORDER_PEAK] = by_peak,
};

static bool wanted_order(const struct call *call, enum order *out)
{
	const char *name = request_parameter(call->request, "sort");

	*out = access_all(call) ? ORDER_TRAFFIC : ORDER_NAME;
	for (int i = 0; name && i < ORDER_COUNT; i++) {
		if (strcmp(orders[i].name, name) == 0 &&
		    (access_all(call) || !orders[i].needs_access)) {
			*out = (enum order)i;
			return true;
		}
	}
	return name == NULL;
}

static void add_head(const struct call *call, enum order order,
		     struct text *out)
{
	static const enum order shown[] = { ORDER_NAME,	  ORDER_ASN,
					    ORDER_SPEED,  ORDER_FROM,
					    ORDER_TO,	  ORDER_PEAK,
					    ORDER_TRAFFIC };
	enum range range = page_default_range(call);

	text_add(out, "<thead><tr>");
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		enum order o = shown[i];
		bool of_period = o == ORDER_TRAFFIC || o == ORDER_PEAK;

		if (orders[o].needs_access && !access_all(call))
			continue;
		text_addf(out,
			  "<th scope=\"col\"%s%s><a href=\"?sort=%s\">%s%s",
			  orders[o].is_number ? " class=\"number\"" : "",
			  o != order ? ""
			  : o == ORDER_NAME || o == ORDER_ASN
			      ? " aria-sort=\"ascending\""
			      : " aria-sort=\"descending\"",
			  orders[o].name, tr(out, orders[o].label),
			  of_period ? ", " : "");
		if (of_period)
			period_add_short(out, range);
		text_add(out, "</a></th>");
	}
	if (access_all(call)) {
		text_add(out, "<th scope=\"col\">");
		tr_add(out, "Member \xe2\x86\x92 exchange, own scale, ");
		period_add_short(out, range);
		text_add(out, "</th>");
	}
	text_add(out, "</tr></thead>\n<tbody>\n");
}

/* A cell with its number for who sorts in the page; NaN: unknown. */
static void add_cell(struct text *out, double value,
		     void (*add)(struct text *out, double value))
{
	text_addf(out, "<td class=\"number\" data-v=\"%.9g\">", value);
	add(out, value);
	text_add(out, "</td>");
}

static void add_line(const struct call *call, const struct line *l,
		     const char *sparks, struct text *out)
{
	bool is_link = access_member(call, l->member->asn);

	text_add(out, "<tr><th scope=\"row\"><bdi>");
	if (is_link)
		text_addf(out, "<a href=\"/members/AS%u\">", l->member->asn);
	html_name(out, l->member->name);
	text_addf(out,
		  "%s</bdi></th><td class=\"number\" data-v=\"%u\">%u</td>",
		  is_link ? "</a>" : "", l->member->asn, l->member->asn);
	add_cell(out, speed(l), units_speed);
	if (access_all(call)) {
		add_cell(out, current(l, WAY_FROM), units_rate);
		add_cell(out, current(l, WAY_TO), units_rate);
		add_cell(out, peak(l), units_rate);
		add_cell(out, total(l), units_bytes);
		text_add(out, "<td>");
		if (l->figures)
			text_add_bytes(out, sparks + l->figures->spark_at,
				       l->figures->spark_len);
		text_add(out, "</td>");
	}
	text_add(out, "</tr>\n");
}

/* What is searched for: a part of a name, or of AS64500. "": all. */
static const char *wanted(const struct call *call)
{
	const char *said = request_parameter(call->request, "q");

	return said ? said : "";
}

static bool is_wanted(const struct call *call, const struct member *member)
{
	char asn[16];

	(void)snprintf(asn, sizeof(asn), "AS%u", member->asn);
	return strcasestr(member->name, wanted(call)) ||
	       strcasestr(asn, wanted(call));
}

static void add_search(const struct call *call, struct text *out)
{
	static const char *const but[] = { "q", NULL };

	text_add(out, "<form class=\"search\" role=\"search\" method=\"get\" "
		      "action=\"/members\">");
	page_add_hidden(call, out, but);
	text_addf(out,
		  "<label>%s <input type=\"search\" name=\"q\" "
		  "data-filter=\"members-table\" data-counted=\"",
		  tr(out, "Search members"));
	html_escape(out, tr(out, "Shown: {shown} of {all}"));
	text_add(out, "\" value=\"");
	html_escape(out, wanted(call));
	text_addf(out, "\"></label> <button>%s</button></form>\n",
		  tr(out, "Search"));
}

static void add_members(const struct call *call, enum order order,
			struct response *r)
{
	uint32_t count = call->registry->member_count;
	struct line *lines = calloc(count + 1, sizeof(*lines));
	struct member_list list = { 0 };
	struct text *out = &r->body;

	if (!lines || (access_all(call) && member_list_load(&list, call) < 0)) {
		out->failed = true;
		free(lines);
		return;
	}
	for (uint32_t i = 0; i < count; i++) {
		lines[i].member = &call->registry->members[i];
		lines[i].figures = list.figures ? &list.figures[i] : NULL;
	}
	qsort(lines, count, sizeof(*lines), comparisons[order]);
	text_addf(out,
		  "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
		  "aria-label=\"%s\"><table id=\"members-table\" "
		  "class=\"list sortable\">\n"
		  "<caption>%s</caption>\n",
		  tr(out, "Members"), tr(out, "Members"));
	add_head(call, order, out);
	for (uint32_t i = 0; i < count; i++) {
		if (is_wanted(call, lines[i].member))
			add_line(call, &lines[i], list.sparks, out);
	}
	text_add(out, "</tbody></table></div>\n");
	member_list_fini(&list);
	free(lines);
}

void page_members(const struct call *call, struct response *r)
{
	enum order order;

	if (!wanted_order(call, &order)) {
		page_refuse(call, r, 400, TR("There is no such order."));
		return;
	}
	page_begin(call, r, tr(&r->body, "Members"));
	text_addf(&r->body, "<h1>%s</h1>\n<p class=\"lead\">",
		  tr(&r->body, "Members"));
	tr_addf(&r->body, "Members: %u.", call->registry->member_count);
	text_addf(&r->body, " %s</p>\n",
		  tr(&r->body, access_all(call)
				   ? TR("A heading sorts by its column.")
				   : TR("Their traffic is not public.")));
	add_search(call, &r->body);
	add_members(call, order, r);
	page_end(call, r);
}
