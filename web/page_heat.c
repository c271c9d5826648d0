/* SPDX-License-Identifier: GPL-2.0-or-later */

/* /heat — all ports over a day: a strip of colours each, and its figures. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "util/language.h"
#include "util/zone.h"
#include "web/dates.h"
#include "web/heat.h"
#include "web/html.h"
#include "web/page.h"
#include "web/port_day.h"
#include "web/ports.h"
#include "web/query.h"
#include "web/units.h"

enum {
	SLOT_S = 300,
	LONG_SLOT_S = 1800,
	MANY_PORTS = 100, /* from so many on slots are long by default */
	HOURS_MARKED = 4,
};

enum heat_sort { HEAT_PORT, HEAT_HIGHEST, HEAT_AVERAGE, HEAT_FULL, HEAT_SORTS };

static const char *const sort_names[HEAT_SORTS] = { "port", "highest",
						    "average", "full" };
static const char *const way_names[] = { "in", "out", "both" };
static const char *const slot_names[] = { "5", "30" };

/* What is asked for. */
struct asked {
	struct date date;
	enum heat_sort sort;
	enum port_day_way way;
	uint32_t slot_s; /* 0: as many ports want */
};

struct line {
	const struct port_row *row;
	struct port_day day;
	size_t place;
};

struct shown {
	const struct call *call;
	struct asked asked;
	struct port_day_slots slots;
	struct line *lines;
	size_t count;
};

static bool read_name(const struct call *call, const char *parameter,
		      const char *const *names, int count, int *out)
{
	const char *text = request_parameter(call->request, parameter);

	for (int i = 0; text && i < count; i++) {
		if (strcmp(names[i], text) == 0) {
			*out = i;
			return true;
		}
	}
	return !text || *text == '\0';
}

/* @return NULL, or what is wrong */
static const char *read_asked(struct asked *out, const struct call *call)
{
	int sort = HEAT_PORT;
	int way = PORT_DAY_BOTH;
	int slot = -1;

	out->date = zone_date(call->now_s);
	if (!query_date(call, &out->date))
		return TR("date is \"today\" or a day like 2026-03-29.");
	if (!read_name(call, "sort", sort_names, HEAT_SORTS, &sort))
		return TR("There is no such order.");
	if (!read_name(call, "way", way_names, 3, &way))
		return TR("way is one of in, out and both.");
	if (!read_name(call, "slot", slot_names, 2, &slot))
		return TR("slot is 5 or 30, in minutes.");
	out->sort = (enum heat_sort)sort;
	out->way = (enum port_day_way)way;
	out->slot_s = slot < 0 ? 0 : slot ? LONG_SLOT_S : SLOT_S;
	return NULL;
}

/* ---- order ---- */

static double key_of(const struct line *line, enum heat_sort sort)
{
	if (sort == HEAT_HIGHEST)
		return line->day.highest;
	if (sort == HEAT_AVERAGE)
		return line->day.average;
	return isnan(line->day.highest) ? NAN : line->day.full_s;
}

static int by_wanted(const void *left, const void *right, void *sort)
{
	const struct line *a = left;
	const struct line *b = right;
	enum heat_sort wanted = *(const enum heat_sort *)sort;

	if (wanted != HEAT_PORT) {
		double x = key_of(a, wanted);
		double y = key_of(b, wanted);

		if (isnan(x) != isnan(y))
			return isnan(x) ? 1 : -1;
		if (x != y && !isnan(x))
			return x < y ? 1 : -1;
	}
	return (a->place > b->place) - (a->place < b->place);
}

/* ---- the table ---- */

/* Nine classes of ten per cent each, and the tenth all that is above. */
static int class_of(double use)
{
	double class = floor(use * HEAT_CLASSES);

	if (!(class > 0))
		return 0;
	return class < HEAT_CLASSES ? (int)class : HEAT_CLASSES - 1;
}

/* Slots of one class as runs of one path. */
static void add_class(struct text *out, const struct shown *s,
		      const struct line *line, int class)
{
	bool open = false;
	size_t i = 0;

	while (i < s->slots.count) {
		size_t run = 0;

		while (i + run < s->slots.count &&
		       !isnan(line->day.use[i + run]) &&
		       class_of(line->day.use[i + run]) == class)
			run++;
		if (run == 0) {
			i++;
			continue;
		}
		if (!open)
			text_addf(out, "<path class=\"h%d\" d=\"", class);
		open = true;
		text_addf(out, "M%zu 0h%zuv1h-%zuz", i, run, run);
		i += run;
	}
	if (open)
		text_add(out, "\"/>");
}

static void add_strip(struct text *out, const struct shown *s,
		      const struct line *line)
{
	text_addf(
	    out,
	    "<td class=\"day\"><svg class=\"strip\" viewBox=\"0 0 %zu 1\" "
	    "preserveAspectRatio=\"none\" aria-hidden=\"true\" "
	    "focusable=\"false\">",
	    s->slots.count);
	for (int class = 0; class < HEAT_CLASSES; class ++)
		add_class(out, s, line, class);
	text_add(out, "</svg></td>");
}

static void add_figures(struct text *out, const struct port_day *day)
{
	text_addf(out, "<td class=\"number %s\">", ports_flag(day->highest));
	units_percent(out, day->highest);
	if (!isnan(day->highest)) {
		text_add(out, " <small>");
		dates_add(out, "%H:%M", day->highest_at_s);
		text_add(out, "</small>");
	}
	text_add(out, "</td><td class=\"number\">");
	units_percent(out, day->average);
	text_add(out, "</td><td class=\"number\">");
	if (day->full_s > 0)
		units_duration(out, day->full_s);
	else
		text_add(out, isnan(day->highest) ? "\xe2\x80\x93" : "0");
	text_add(out, "</td>");
}

static void add_line(struct text *out, const struct shown *s,
		     const struct line *line)
{
	const struct call *call = s->call;
	const struct port_row *row = line->row;

	text_add(out, "<tr><th scope=\"row\">");
	ports_add_link(out, call, row, true);
	text_add(out, " <small>");
	ports_add_owner(out, call, row);
	text_add(out, "</small></th>");
	add_strip(out, s, line);
	add_figures(out, &line->day);
	text_add(out, "</tr>\n");
}

/* Times of the day over the strips, each at its place. */
static void add_marks(struct text *out, const struct shown *s)
{
	int64_t length_s = s->slots.to_s - s->slots.from_s;

	text_addf(out,
		  "<th scope=\"col\" class=\"day\">%s<span class=\"marks\" "
		  "aria-hidden=\"true\">",
		  tr(out, "Over the day"));
	for (int i = 0; i < HOURS_MARKED; i++) {
		text_add(out, "<span>");
		dates_add(out, "%H:%M",
			  s->slots.from_s + length_s * i / HOURS_MARKED);
		text_add(out, "</span>");
	}
	text_add(out, "</span></th>");
}

static void add_table(struct text *out, const struct shown *s)
{
	static const struct query_column columns[HEAT_SORTS] = {
		{ "port", TR("Port"), false, true },
		{ "highest", TR("Highest"), true, false },
		{ "average", TR("Average"), true, false },
		{ "full", TR("At 80 % or more"), true, false },
	};

	text_addf(out,
		  "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
		  "aria-label=\"%s\"><table class=\"list strips\">\n"
		  "<caption>%s</caption>\n<thead><tr>",
		  tr(out, "Utilisation over the day"),
		  tr(out, "Utilisation over the day"));
	query_add_column(s->call, out, &columns[0], s->asked.sort == HEAT_PORT);
	add_marks(out, s);
	for (int i = 1; i < HEAT_SORTS; i++)
		query_add_column(s->call, out, &columns[i],
				 (int)s->asked.sort == i);
	text_add(out, "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < s->count; i++)
		add_line(out, s, &s->lines[i]);
	text_add(out, "</tbody></table></div>\n");
}

/* ---- the page ---- */

static void add_choice(const struct shown *s, struct text *out,
		       const struct query_change *change, const char *label,
		       bool is_chosen)
{
	text_add(out, "<li><a href=\"");
	query_add_target(s->call, out, change, 1);
	text_addf(out, "\"%s>%s</a></li>",
		  is_chosen ? " aria-current=\"true\"" : "", label);
}

static void add_choices(const struct shown *s, struct text *out)
{
	static const char *const labels[] = { TR("in"), TR("out"),
					      TR("the higher") };

	text_addf(out, "<nav class=\"ranges\" aria-label=\"%s\"><ul>",
		  tr(out, "Direction"));
	for (int i = 0; i < 3; i++) {
		const struct query_change change = { "way", way_names[i] };

		add_choice(s, out, &change, tr(out, labels[i]),
			   (int)s->asked.way == i);
	}
	text_addf(out,
		  "</ul></nav>\n<nav class=\"ranges\" aria-label=\"%s\">"
		  "<ul>",
		  tr(out, "Slot"));
	for (int i = 0; i < 2; i++) {
		const struct query_change change = { "slot", slot_names[i] };
		uint32_t slot_s = i ? LONG_SLOT_S : SLOT_S;
		struct text label;

		text_init_like(&label, out);
		units_duration(&label, slot_s);
		add_choice(s, out, &change, text_str(&label),
			   s->slots.slot_s == slot_s);
		text_fini(&label);
	}
	text_add(out, "</ul></nav>\n");
}

static void add_legend(struct text *out)
{
	text_addf(out, "<ul class=\"legend heat\" aria-label=\"%s\">",
		  tr(out, "Colours"));
	for (int class = 0; class < HEAT_CLASSES; class ++) {
		text_addf(out, "<li><span class=\"swatch h%d\"></span> %s",
			  class, class ? "\xe2\x89\xa5 " : "&lt; ");
		units_percent(out, (double)(class ? class : 1) / HEAT_CLASSES);
		text_add(out, "</li>");
	}
	text_add(out, "</ul>\n");
}

static void add_page(const struct shown *s, struct response *r)
{
	struct text *out = &r->body;

	page_begin(s->call, r, tr(out, "Utilisation over the day"));
	text_addf(out, "<h1>%s</h1>\n<p class=\"lead\"><strong>",
		  tr(out, "Utilisation over the day"));
	dates_add_day(out, s->slots.from_s);
	text_add(out, "</strong>");
	tr_addf(out,
		". Every port, each slot coloured by the highest of its %s "
		"means, in per cent of the speed. Seen from the switch.",
		tr(out, units_row(s->slots.row_s)));
	text_add(out, "</p>\n");
	query_add_days(s->call, out, s->asked.date);
	add_choices(s, out);
	add_legend(out);
	if (s->count == 0)
		text_addf(out, "<p>%s</p>\n",
			  tr(out, "No port is configured, and no counter "
				  "sample was received."));
	else
		add_table(out, s);
	page_end(s->call, r);
}

static int load(struct shown *s, const struct port_row *rows, size_t count)
{
	enum heat_sort sort = s->asked.sort;
	int rc = 0;

	s->lines = calloc(count + 1, sizeof(*s->lines));
	if (!s->lines)
		return -1;
	for (; rc == 0 && s->count < count; s->count++) {
		struct line *line = &s->lines[s->count];

		line->row = &rows[s->count];
		line->place = s->count;
		rc = port_day_load(&line->day, s->call, line->row, &s->slots,
				   s->asked.way);
	}
	qsort_r(s->lines, s->count, sizeof(*s->lines), by_wanted, &sort);
	return rc;
}

void page_heat(const struct call *call, struct response *r)
{
	struct shown shown = { .call = call };
	const char *wrong = read_asked(&shown.asked, call);
	struct port_row *rows;
	size_t count;

	if (wrong) {
		page_refuse(call, r, 400, wrong);
		return;
	}
	if (ports_list(&rows, &count, call) < 0) {
		page_refuse(call, r, 500, TR("Out of memory."));
		return;
	}
	if (shown.asked.slot_s == 0)
		shown.asked.slot_s = count < MANY_PORTS ? SLOT_S : LONG_SLOT_S;
	if (port_day_slots(&shown.slots, call, shown.asked.date,
			   shown.asked.slot_s) < 0)
		page_refuse(call, r, 400, TR("There is no such day here."));
	else if (load(&shown, rows, count) < 0)
		page_refuse(call, r, 500, TR("Out of memory."));
	else
		add_page(&shown, r);
	for (size_t i = 0; i < shown.count; i++)
		port_day_fini(&shown.lines[i].day);
	free(shown.lines);
	free(rows);
}
