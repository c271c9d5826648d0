/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/query.h"

#include <string.h>

#include "util/language.h"
#include "util/zone.h"
#include "web/dates.h"
#include "web/html.h"

static void add_path(struct text *out, const struct request *request)
{
	if (request->segment_count == 0)
		text_add_char(out, '/');
	for (size_t i = 0; i < request->segment_count; i++) {
		text_add_char(out, '/');
		html_url(out, request->segments[i]);
	}
}

static void add_parameter(struct text *out, const char **before,
			  const char *name, const char *value)
{
	text_add(out, *before);
	html_url(out, name);
	text_add_char(out, '=');
	html_url(out, value);
	*before = "&amp;";
}

static bool is_changed(const struct query_change *changes, size_t count,
		       const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(changes[i].name, name) == 0)
			return true;
	}
	return false;
}

void query_add_target(const struct call *call, struct text *out,
		      const struct query_change *changes, size_t count)
{
	const struct request *request = call->request;
	const char *before = "?";

	add_path(out, request);
	for (size_t i = 0; i < request->parameter_count; i++) {
		const struct request_parameter *p = &request->parameters[i];

		if (!is_changed(changes, count, p->name))
			add_parameter(out, &before, p->name, p->value);
	}
	for (size_t i = 0; i < count; i++) {
		if (changes[i].value)
			add_parameter(out, &before, changes[i].name,
				      changes[i].value);
	}
}

void query_form_begin(const struct call *call, struct text *out,
		      const char *const *fields)
{
	const struct request *request = call->request;

	text_add(out, "<form class=\"filter\" method=\"get\" action=\"");
	add_path(out, request);
	text_add(out, "\">");
	for (size_t i = 0; i < request->parameter_count; i++) {
		const struct request_parameter *p = &request->parameters[i];
		bool is_field = false;

		for (const char *const *f = fields; *f; f++)
			is_field = is_field || strcmp(*f, p->name) == 0;
		if (is_field)
			continue;
		text_add(out, "<input type=\"hidden\" name=\"");
		html_escape(out, p->name);
		text_add(out, "\" value=\"");
		html_escape(out, p->value);
		text_add(out, "\">");
	}
}

void query_add_column(const struct call *call, struct text *out,
		      const struct query_column *column, bool sorted)
{
	const struct query_change change = { "sort", column->name };

	text_addf(out, "<th scope=\"col\"%s%s><a href=\"",
		  column->is_number ? " class=\"number\"" : "",
		  !sorted	      ? ""
		  : column->is_rising ? " aria-sort=\"ascending\""
				      : " aria-sort=\"descending\"");
	query_add_target(call, out, &change, 1);
	text_addf(out, "\">%s</a></th>", tr(out, column->label));
}

bool query_date(const struct call *call, struct date *out)
{
	const char *text = request_parameter(call->request, "date");

	if (!text || *text == '\0')
		return true;
	if (strcmp(text, "today") == 0) {
		*out = zone_date(call->now_s);
		return true;
	}
	return date_parse(text, strlen(text), out) == 0;
}

static void add_day(const struct call *call, struct text *out, struct date day,
		    const char *rest)
{
	char date[DATE_TEXT_SIZE];
	const struct query_change change = { "date", date_text(date, day) };

	text_add(out, "<li><a href=\"");
	query_add_target(call, out, &change, 1);
	text_addf(out, "\"%s</a></li>", rest);
}

void query_add_days(const struct call *call, struct text *out,
		    struct date shown)
{
	static const char *const fields[] = { "date", NULL };
	struct date today = zone_date(call->now_s);
	struct date yesterday = date_add_days(today, -1);
	char date[DATE_TEXT_SIZE];
	struct text rest;

	text_init_like(&rest, out);
	text_addf(out,
		  "<div class=\"periods\"><nav class=\"ranges\" "
		  "aria-label=\"%s\"><ul>",
		  tr(out, "Day"));
	text_addf(&rest, " rel=\"prev\" aria-label=\"%s\">\xe2\x80\xb9",
		  tr(out, "the day before"));
	add_day(call, out, date_add_days(shown, -1), text_str(&rest));
	for (int i = 0; i < 2; i++) {
		struct date day = i ? today : yesterday;

		text_clear(&rest);
		text_addf(&rest, "%s>%s",
			  date_compare(day, shown) == 0
			      ? " aria-current=\"true\""
			      : "",
			  i ? tr(out, "today") : tr(out, "yesterday"));
		add_day(call, out, day, text_str(&rest));
	}
	text_clear(&rest);
	text_addf(&rest, " rel=\"next\" aria-label=\"%s\">\xe2\x80\xba",
		  tr(out, "the day behind"));
	if (date_compare(shown, today) < 0)
		add_day(call, out, date_add_days(shown, 1), text_str(&rest));
	text_add(out, "</ul></nav>\n");
	query_form_begin(call, out, fields);
	text_addf(out,
		  "<label>%s <input type=\"date\" name=\"date\" value=\"%s\" "
		  "required=\"required\"></label> <button>%s</button></form>"
		  "</div>\n",
		  tr(out, "Day"), date_text(date, shown), tr(out, "Show"));
	text_fini(&rest);
}
