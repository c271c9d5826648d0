/* SPDX-License-Identifier: GPL-2.0-or-later */

/* /matrix — who exchanges how much with whom on a day, as a table that is a
 * heat map: a window of rows and columns, and one of each for all others. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/err.h"
#include "util/language.h"
#include "util/number.h"
#include "web/dates.h"
#include "web/heat.h"
#include "web/html.h"
#include "web/matrix_table.h"
#include "web/page.h"
#include "web/query.h"
#include "web/units.h"

enum {
	TOP_PAIRS = 20,
	NUMBER_SIZE = 24,
};

/* ---- where to go from here ---- */

static void add_window_link(const struct matrix_shown *s, struct text *out,
			    const struct matrix_window *w, const char *label)
{
	text_add(out, "<li><a href=\"");
	matrix_add_window(s, out, w);
	text_addf(out, "\">%s</a></li>", label);
}

static void add_zoom(const struct matrix_shown *s, struct text *out)
{
	size_t all = s->matrix->line_count;
	const struct matrix_window *w = &s->window;
	struct matrix_window other = { 0, MATRIX_SIDE, 0, MATRIX_SIDE };

	if (all <= MATRIX_SIDE)
		return;
	text_addf(out, "<nav class=\"ranges\" aria-label=\"%s\"><ul>",
		  tr(out, "Window"));
	add_window_link(s, out, &other, tr(out, "first ones"));
	other = (struct matrix_window){ 0, all, 0, all };
	add_window_link(s, out, &other, tr(out, "all"));
	other = *w;
	if (w->row > 0) {
		other.row = w->row > w->rows ? w->row - w->rows : 0;
		add_window_link(s, out, &other, tr(out, "rows before"));
	}
	other = *w;
	other.row = w->row + w->rows;
	if (other.row < all)
		add_window_link(s, out, &other, tr(out, "rows behind"));
	other = *w;
	if (w->column > 0) {
		other.column =
		    w->column > w->columns ? w->column - w->columns : 0;
		add_window_link(s, out, &other, tr(out, "columns before"));
	}
	other = *w;
	other.column = w->column + w->columns;
	if (other.column < all)
		add_window_link(s, out, &other, tr(out, "columns behind"));
	text_add(out, "</ul></nav>\n");
}

static void add_option(struct text *out, const char *value, const char *label,
		       bool selected)
{
	text_addf(out, "<option value=\"%s\"%s>", value,
		  selected ? " selected=\"selected\"" : "");
	html_name(out, label);
	text_add(out, "</option>");
}

static void add_vlans(const struct matrix_shown *s, struct text *out)
{
	const struct registry *registry = s->call->registry;
	char tag[NUMBER_SIZE];

	text_addf(out, "<label>%s <select name=\"vlan\">", tr(out, "VLAN"));
	add_option(out, "all", tr(out, "all"),
		   s->matrix->query.vlan == MATRIX_ALL_VLANS);
	for (uint32_t i = 0; i < registry->vlan_count; i++) {
		const struct vlan *vlan = &registry->vlans[i];

		(void)snprintf(tag, sizeof(tag), "%u", vlan->tag);
		add_option(out, tag, vlan->name,
			   s->matrix->query.vlan == vlan->tag);
	}
	add_option(out, "0", tr(out, "not told"), s->matrix->query.vlan == 0);
	text_add(out, "</select></label> ");
}

static void add_filter(const struct matrix_shown *s, struct text *out)
{
	static const char *const fields[] = { "vlan", "family", "order", NULL };
	static const char *const families[MATRIX_FAMILY_COUNT] = {
		TR("IPv4 and IPv6"), TR("IPv4"), TR("IPv6")
	};
	static const char *const orders[MATRIX_ORDER_COUNT] = {
		TR("by traffic"), TR("by AS number"), TR("by name")
	};

	query_form_begin(s->call, out, fields);
	add_vlans(s, out);
	text_addf(out, "<label>%s <select name=\"family\">",
		  tr(out, "Protocol"));
	for (int i = 0; i < MATRIX_FAMILY_COUNT; i++)
		add_option(out, matrix_family_name((enum matrix_family)i),
			   tr(out, families[i]),
			   (int)s->matrix->query.family == i);
	text_addf(out, "</select></label> <label>%s <select name=\"order\">",
		  tr(out, "Order"));
	for (int i = 0; i < MATRIX_ORDER_COUNT; i++)
		add_option(out, matrix_order_name((enum matrix_order)i),
			   tr(out, orders[i]),
			   (int)s->matrix->query.order == i);
	text_addf(out, "</select></label> <button>%s</button></form>\n",
		  tr(out, "Show"));
}

/* ---- the largest pairs ---- */

static void add_end(struct text *out, const struct matrix_line *line)
{
	text_addf(out, "<td><a href=\"/members/AS%u\">AS%u</a>", line->asn,
		  line->asn);
	matrix_add_name(out, line);
	text_add(out, "</td>");
}

static void add_top(const struct matrix_shown *s, struct text *out)
{
	const struct matrix *m = s->matrix;
	struct matrix_top top[TOP_PAIRS];
	size_t count = matrix_top(m, top, TOP_PAIRS);

	text_addf(out,
		  "<section><h2>%s</h2>\n<div class=\"scroll\" tabindex=\"0\" "
		  "role=\"region\" aria-label=\"%s\"><table class=\"list\">\n"
		  "<caption>%s</caption>\n<thead><tr><th scope=\"col\">%s</th>"
		  "<th scope=\"col\">%s</th>",
		  tr(out, "Largest pairs"), tr(out, "Largest pairs"),
		  tr(out, "Largest pairs"), tr(out, "From"), tr(out, "To"));
	text_addf(out,
		  "<th scope=\"col\" class=\"number\">%s</th>"
		  "<th scope=\"col\" class=\"number\">%s</th>"
		  "<th scope=\"col\" class=\"number\">%s</th>"
		  "<th scope=\"col\">%s</th></tr></thead>\n<tbody>\n",
		  tr(out, "Average"), tr(out, "Total"), tr(out, "Share"),
		  tr(out, "Graph"));
	for (size_t i = 0; i < count; i++) {
		const struct matrix_cell *cell = &m->cells[top[i].cell];
		const struct matrix_line *from = &m->lines[cell->from];
		const struct matrix_line *to = &m->lines[cell->to];

		text_add(out, "<tr>");
		add_end(out, from);
		add_end(out, to);
		text_add(out, "<td class=\"number\">");
		matrix_add_rate(s, out, top[i].bytes);
		text_add(out, "</td><td class=\"number\">");
		units_bytes(out, (double)top[i].bytes);
		text_add(out, "</td><td class=\"number\">");
		units_percent(out, (double)top[i].bytes / (double)m->total);
		text_addf(out,
			  "</td><td><a href=\"/members/AS%u/AS%u\">AS%u "
			  "\xe2\x86\x92 AS%u</a></td></tr>\n",
			  from->asn, to->asn, from->asn, to->asn);
	}
	text_add(out, "</tbody></table></div></section>\n");
}

/* ---- the page ---- */

static void add_extent(const struct matrix_shown *s, struct text *out)
{
	const struct pair_book *book = &s->matrix->book;

	text_add(out, "<p class=\"lead\"><strong>");
	dates_add_day(out, book->from_s);
	text_add(out, "</strong>");
	if (!book->is_closed && book->first_s > 0) {
		dates_add(out, tr(out, ", so far: from %H:%M"), book->first_s);
		/* a replay's last step may reach beyond its end */
		dates_add(out, tr(out, " to %H:%M"),
			  book->to_s < s->call->now_s ? book->to_s
						      : s->call->now_s);
	}
	tr_add(out,
	       ". Averages over that time of what was sent by a row\xe2\x80"
	       "\x99s member to a column\xe2\x80\x99s, estimated from "
	       "samples. A cell leads to the pair\xe2\x80\x99s graph, or "
	       "closer to its members.");
	text_add(out, "</p>\n");
}

static void add_formats(const struct matrix_shown *s, struct text *out)
{
	static const char *const formats[] = { "json", "csv" };
	char date[DATE_TEXT_SIZE];
	char vlan[NUMBER_SIZE] = "all";

	if (s->matrix->query.vlan != MATRIX_ALL_VLANS)
		(void)snprintf(vlan, sizeof(vlan), "%d", s->matrix->query.vlan);
	text_addf(out, "<p class=\"links\">%s", tr(out, "All of it as"));
	for (size_t i = 0; i < 2; i++)
		text_addf(out,
			  " <a href=\"/graph/matrix.%s?date=%s&amp;vlan=%s"
			  "&amp;family=%s&amp;order=%s\">%s</a>",
			  formats[i], date_text(date, s->matrix->query.date),
			  vlan, matrix_family_name(s->matrix->query.family),
			  matrix_order_name(s->matrix->query.order),
			  i ? "CSV" : "JSON");
	text_add(out, "</p>\n");
}

static void add_places(const struct matrix_shown *s, struct text *out)
{
	const struct matrix_window *w = &s->window;

	if (s->matrix->line_count <= MATRIX_SIDE)
		return;
	text_add(out, "<p class=\"note\">");
	tr_addf(out, "Rows: %zu to %zu of %zu members; columns: %zu to %zu.",
		w->row + 1, w->row + w->rows, s->matrix->line_count,
		w->column + 1, w->column + w->columns);
	text_add(out, "</p>\n");
}

static void add_matrix(const struct matrix_shown *s, struct response *r)
{
	struct text *out = &r->body;

	page_begin(s->call, r, tr(out, "Traffic matrix"));
	text_addf(out, "<h1>%s</h1>\n", tr(out, "Traffic matrix"));
	add_extent(s, out);
	query_add_days(s->call, out, s->matrix->query.date);
	add_filter(s, out);
	if (s->matrix->cell_count == 0) {
		text_addf(out, "<p>%s</p>\n",
			  tr(out, "Nothing is known of pairs that exchanged "
				  "traffic then."));
	} else {
		add_zoom(s, out);
		add_places(s, out);
		matrix_add_table(s, out);
		heat_add_legend(out, (double)s->grid->highest / s->seconds);
		add_top(s, out);
		add_formats(s, out);
	}
	page_end(s->call, r);
}

/* A number of the query; what is none, or too large, is left. */
static bool read_place(const struct call *call, const char *name, size_t *out)
{
	const char *text = request_parameter(call->request, name);
	uint32_t number;

	if (!text)
		return true;
	if (number_u32(text, strlen(text), UINT32_MAX, &number) < 0)
		return false;
	*out = number;
	return true;
}

static const char *read_window(const struct call *call,
			       struct matrix_window *out)
{
	*out = (struct matrix_window){ 0, MATRIX_SIDE, 0, MATRIX_SIDE };
	if (read_place(call, "row", &out->row) &&
	    read_place(call, "rows", &out->rows) &&
	    read_place(call, "column", &out->column) &&
	    read_place(call, "columns", &out->columns))
		return NULL;
	return TR("row, rows, column and columns are numbers of members.");
}

static void answer_page(const struct call *call, struct response *r,
			const struct matrix *matrix,
			struct matrix_window window)
{
	struct matrix_grid grid;
	struct matrix_shown shown = {
		.call = call, .matrix = matrix, .grid = &grid, .window = window
	};

	shown.seconds = (double)matrix->book.slots * DAYBOOK_SLOT_S;
	if (matrix_fold(&grid, matrix, &shown.window, MATRIX_SIDE) < 0) {
		page_refuse(call, r, 500, TR("Out of memory."));
		return;
	}
	add_matrix(&shown, r);
	matrix_grid_fini(&grid);
}

/* @return false: r says why there is none */
static bool load(struct matrix *out, const struct call *call,
		 struct response *r)
{
	struct matrix_query query;
	const char *wrong = matrix_query_read(&query, call);

	if (wrong) {
		page_refuse(call, r, 400, wrong);
		return false;
	}
	switch (matrix_load(out, call, &query)) {
	case 0:
		return true;
	case ERR_RANGE:
		page_refuse(call, r, 400, TR("There is no such day here."));
		return false;
	default:
		page_refuse(call, r, 500, TR("The store could not be read."));
		return false;
	}
}

void page_matrix(const struct call *call, struct response *r)
{
	struct matrix_window window;
	const char *wrong = read_window(call, &window);
	struct matrix matrix;

	if (wrong) {
		page_refuse(call, r, 400, wrong);
	} else if (load(&matrix, call, r)) {
		answer_page(call, r, &matrix, window);
		matrix_fini(&matrix);
	}
}

static void answer_export(const struct call *call, struct response *r,
			  bool as_csv)
{
	enum { MAX_AGE_S = 20, CLOSED_MAX_AGE_S = 3600 };
	struct matrix matrix;

	if (!load(&matrix, call, r))
		return;
	if (as_csv) {
		r->content_type = "text/csv; charset=utf-8; header=present";
		matrix_add_csv(&r->body, &matrix);
	} else {
		r->content_type = "application/json";
		matrix_add_json(&r->body, call, &matrix);
	}
	r->max_age_s = matrix.book.is_closed ? CLOSED_MAX_AGE_S : MAX_AGE_S;
	matrix_fini(&matrix);
}

void page_matrix_json(const struct call *call, struct response *r)
{
	answer_export(call, r, false);
}

void page_matrix_csv(const struct call *call, struct response *r)
{
	answer_export(call, r, true);
}
