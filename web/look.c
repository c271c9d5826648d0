/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/look.h"

#include <string.h>

#include "util/language.h"

static bool says(const struct request *request, const char *name,
		 const char *value)
{
	const char *said = request_parameter(request, name);

	return said && strcmp(said, value) == 0;
}

struct look look_of(const struct request *request)
{
	return (struct look){
		.is_mirrored = says(request, "style", "mirrored"),
		.has_previous = says(request, "previous", "1"),
		.to_capacity = says(request, "scale", "capacity"),
	};
}

void look_add_query(struct text *out, const struct look *look)
{
	if (look->is_mirrored)
		text_add(out, "&amp;style=mirrored");
	if (look->has_previous)
		text_add(out, "&amp;previous=1");
	if (look->to_capacity)
		text_add(out, "&amp;scale=capacity");
}

/* A switch that is on or off: the link turns it. */
static void add_switch(struct text *out, const struct call *call,
		       const struct request_parameter *on, const char *label)
{
	bool is_on = says(call->request, on->name, on->value);

	text_add(out, "<li><a href=\"");
	page_add_target(call, out, on->name, is_on ? NULL : on->value);
	text_addf(out, "\"%s>%s", is_on ? " class=\"on\"" : "", tr(out, label));
	if (is_on)
		text_addf(out, "<span class=\"unseen\"> (%s)</span>",
			  tr(out, "on; a click ends it"));
	text_add(out, "</a></li>");
}

void look_add_nav(struct text *out, const struct call *call, bool has_ways,
		  bool has_capacity)
{
	static const struct request_parameter mirrored = { "style",
							   "mirrored" };
	static const struct request_parameter previous = { "previous", "1" };
	static const struct request_parameter capacity = { "scale",
							   "capacity" };

	text_addf(out, "<nav class=\"looks\" aria-label=\"%s\"><ul>",
		  tr(out, "Drawing"));
	if (has_ways)
		add_switch(out, call, &mirrored, TR("mirrored"));
	add_switch(out, call, &previous, TR("with the period before"));
	if (has_capacity)
		add_switch(out, call, &capacity, TR("up to the capacity"));
	text_add(out, "</ul></nav>\n");
}
