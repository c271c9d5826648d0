/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/matrix_table.h"

#include <assert.h>
#include <stdio.h>

#include "util/language.h"
#include "web/heat.h"
#include "web/html.h"
#include "web/query.h"
#include "web/units.h"

enum {
	FEW_COLUMNS = 12, /* so few have room for their figures */
	NUMBER_SIZE = 24,
};

/* The address of another window of the same. */
void matrix_add_window(const struct matrix_shown *s, struct text *out,
		       const struct matrix_window *w)
{
	const size_t places[] = { w->row, w->rows, w->column, w->columns };
	static const char *const names[] = { "row", "rows", "column",
					     "columns" };
	char numbers[4][NUMBER_SIZE];
	struct query_change changes[4];

	for (size_t i = 0; i < 4; i++) {
		(void)snprintf(numbers[i], sizeof(numbers[i]), "%zu",
			       places[i]);
		changes[i] = (struct query_change){ names[i], numbers[i] };
	}
	query_add_target(s->call, out, changes, 4);
}

void matrix_add_rate(const struct matrix_shown *s, struct text *out,
		     uint64_t bytes)
{
	units_rate(out, (double)bytes / s->seconds);
}

/* The lines of a group, or if these are few, some around them as well. */
static void widen(const struct matrix_axis *axis, size_t group, size_t all,
		  size_t *first, size_t *lines)
{
	*first = matrix_axis_lines(axis, group, lines);
	if (*lines < MATRIX_SIDE) {
		size_t before = (MATRIX_SIDE - *lines) / 2;

		*first = *first > before ? *first - before : 0;
		*lines = MATRIX_SIDE;
	}
	if (*first + *lines > all)
		*first = all > *lines ? all - *lines : 0;
}

static const struct matrix_line *only_line(const struct matrix_shown *s,
					   int way, size_t group)
{
	const struct matrix_axis *axis = &s->grid->axis[way];
	size_t count;
	size_t first;

	if (group >= axis->groups)
		return NULL;
	first = matrix_axis_lines(axis, group, &count);
	return count == 1 ? &s->matrix->lines[first] : NULL;
}

/* "AS64500", "AS64500 … AS64533", "others" */
static void add_label(const struct matrix_shown *s, struct text *out, int way,
		      size_t group)
{
	const struct matrix_axis *axis = &s->grid->axis[way];
	const struct matrix_line *lines = s->matrix->lines;
	size_t count;
	size_t first;

	if (group >= axis->groups) {
		tr_add(out, "others");
		return;
	}
	assert(lines); /* where there is a group */
	first = matrix_axis_lines(axis, group, &count);
	text_addf(out, "AS%u", lines[first].asn);
	if (count > 1)
		text_addf(out, " \xe2\x80\xa6 AS%u",
			  lines[first + count - 1].asn);
}

/* The window that a cell stands for, or a row or column of it. */
static struct matrix_window window_of(const struct matrix_shown *s, size_t row,
				      size_t column)
{
	struct matrix_window w = s->window;
	size_t all = s->matrix->line_count;

	if (row < s->grid->axis[0].groups)
		widen(&s->grid->axis[0], row, all, &w.row, &w.rows);
	if (column < s->grid->axis[1].groups)
		widen(&s->grid->axis[1], column, all, &w.column, &w.columns);
	return w;
}

void matrix_add_name(struct text *out, const struct matrix_line *line)
{
	text_add(out, " <small><bdi>");
	if (line->member)
		html_name(out, line->member->name);
	else
		tr_add(out, "no member any more");
	text_add(out, "</bdi></small>");
}

/* "33–64" */
static void add_place(const struct matrix_shown *s, struct text *out, int way,
		      size_t group)
{
	size_t count;
	size_t first = matrix_axis_lines(&s->grid->axis[way], group, &count);

	text_addf(out, "%zu", first + 1);
	if (count > 1)
		text_addf(out, "\xe2\x80\x93%zu", first + count);
}

/* A row's or column's head: a member, some of them, or the others. */
static void add_head(const struct matrix_shown *s, struct text *out, int way,
		     size_t group)
{
	const struct matrix_line *line = only_line(s, way, group);

	text_addf(out, "<th scope=\"%s\">", way ? "col" : "row");
	if (group >= s->grid->axis[way].groups) {
		tr_add(out, "others");
	} else if (line) {
		text_addf(out, "<a href=\"/members/AS%u\">AS%u</a>", line->asn,
			  line->asn);
		if (!way)
			matrix_add_name(out, line);
	} else {
		struct matrix_window w = way ? window_of(s, SIZE_MAX, group)
					     : window_of(s, group, SIZE_MAX);

		text_add(out, "<a href=\"");
		matrix_add_window(s, out, &w);
		text_add(out, "\">");
		add_place(s, out, way, group);
		text_add(out, "</a>");
		if (!way) {
			text_add(out, " <small>");
			add_label(s, out, way, group);
			text_add(out, "</small>");
		}
	}
	text_add(out, "</th>");
}

/* The figure of a cell, with whose it is: what a pointer or key shows, and
 * what is read aloud. */
static void add_figure(const struct matrix_shown *s, struct text *out,
		       const size_t at[2], uint64_t bytes)
{
	text_add(out, "<span>");
	add_label(s, out, 0, at[0]);
	text_add(out, " \xe2\x86\x92 ");
	add_label(s, out, 1, at[1]);
	text_add(out, ":</span> ");
	matrix_add_rate(s, out, bytes);
}

static void add_cell(const struct matrix_shown *s, struct text *out,
		     const size_t at[2])
{
	const struct matrix_grid *grid = s->grid;
	size_t width = matrix_axis_size(&grid->axis[1]);
	uint64_t bytes = grid->bytes[at[0] * width + at[1]];
	const struct matrix_line *from = only_line(s, 0, at[0]);
	const struct matrix_line *to = only_line(s, 1, at[1]);
	bool is_inner =
	    at[0] < grid->axis[0].groups && at[1] < grid->axis[1].groups;

	if (bytes == 0) {
		text_add(out, "<td></td>");
		return;
	}
	if (is_inner)
		text_addf(out, "<td class=\"h%d\"><a href=\"",
			  heat_class((double)bytes, (double)grid->highest));
	else
		text_add(out, "<td><a href=\"");
	if (from && to) {
		text_addf(out, "/members/AS%u/AS%u", from->asn, to->asn);
	} else {
		struct matrix_window w = window_of(s, at[0], at[1]);

		matrix_add_window(s, out, &w);
	}
	text_add(out, "\"><span class=\"v\">");
	add_figure(s, out, at, bytes);
	text_add(out, "</span></a></td>");
}

static void add_columns(const struct matrix_shown *s, struct text *out)
{
	size_t width = matrix_axis_size(&s->grid->axis[1]);

	text_addf(out, "<thead><tr><th scope=\"col\">%s</th>",
		  tr(out, "from \xe2\x86\x93 to \xe2\x86\x92"));
	for (size_t column = 0; column < width; column++)
		add_head(s, out, 1, column);
	text_addf(out,
		  "<th scope=\"col\" class=\"number\">%s</th></tr></thead>"
		  "\n<tbody>\n",
		  tr(out, "all"));
}

static void add_sums(const struct matrix_shown *s, struct text *out)
{
	size_t width = matrix_axis_size(&s->grid->axis[1]);

	text_addf(out, "<tr class=\"sum\"><th scope=\"row\">%s</th>",
		  tr(out, "all"));
	for (size_t column = 0; column < width; column++) {
		text_add(out, "<td class=\"number\">");
		matrix_add_rate(s, out, s->grid->sums[1][column]);
		text_add(out, "</td>");
	}
	text_add(out, "<td class=\"number\">");
	matrix_add_rate(s, out, s->matrix->total);
	text_add(out, "</td></tr>\n");
}

void matrix_add_table(const struct matrix_shown *s, struct text *out)
{
	size_t height = matrix_axis_size(&s->grid->axis[0]);
	size_t width = matrix_axis_size(&s->grid->axis[1]);
	size_t at[2];

	text_addf(out,
		  "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
		  "aria-label=\"%s\"><table class=\"matrix%s\">\n"
		  "<caption>%s</caption>\n",
		  tr(out, "Traffic matrix"), width <= FEW_COLUMNS ? " few" : "",
		  tr(out, "Traffic matrix"));
	add_columns(s, out);
	for (at[0] = 0; at[0] < height; at[0]++) {
		text_add(out, "<tr>");
		add_head(s, out, 0, at[0]);
		for (at[1] = 0; at[1] < width; at[1]++)
			add_cell(s, out, at);
		text_add(out, "<td class=\"number\">");
		matrix_add_rate(s, out, s->grid->sums[0][at[0]]);
		text_add(out, "</td></tr>\n");
	}
	add_sums(s, out);
	text_add(out, "</tbody></table></div>\n");
}
