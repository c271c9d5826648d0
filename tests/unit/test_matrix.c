/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

#include "store/daybook_file.h"
#include "store/journal.h"
#include "support/made_exchange.h"
#include "support/made_records.h"
#include "support/made_site.h"
#include "support/markup.h"
#include "support/tempdir.h"
#include "util/zone.h"
#include "web/heat.h"
#include "web/matrix.h"

enum { ASNS = 9, PAIRS_MAX = ASNS * ASNS * 2, HOURS = 2 };

/* Members in no order of their names, one without a name, two that are gone. */
static const uint32_t asns[ASNS] = { 64400, 64500, 64501, 64502, 64503,
				     64504, 64505, 64506, 64511 };

static char *dir;
static struct made_site made;
static struct call call;
static struct request request;
static struct daybook_pair pairs[PAIRS_MAX];
static size_t pair_count;
static struct date yesterday;
static struct matrix matrix;

static void store_book(struct date date)
{
	struct daybook_head head = {
		.kind = DAYBOOK_PAIRS,
		.date = date,
		.zone = "America/Marigot",
		.from_s = zone_day_start(date, DAYBOOK_SLOT_S),
		.to_s = zone_day_start(date_add_days(date, 1), DAYBOOK_SLOT_S),
		.row_s = DAYBOOK_SLOT_S,
	};
	struct daybook_writer w;

	daybook_begin(&w, &head);
	for (size_t i = 0; i < pair_count; i++)
		daybook_add_pair(&w, &pairs[i]);
	ck_assert_int_eq(daybook_finish(&w), 0);
	ck_assert_int_eq(daybook_store(dir, &w), DAYBOOK_STORED);
	daybook_writer_fini(&w);
}

/* What two members exchanged in a VLAN, if anything. */
static void make_pair(size_t a, size_t b, uint16_t vlan, uint64_t *seed)
{
	struct daybook_pair pair = { .vlan = vlan,
				     .asn = asns[a],
				     .other_asn = asns[b],
				     .known = { 288, 288 } };
	uint64_t sum = 0;

	if (made_number(seed) % 3 == 0)
		return;
	for (size_t i = 0; i < (a == b ? 2u : 4u); i++) {
		pair.bytes[i] =
		    made_number(seed) % 4 * (made_number(seed) % 1000000);
		sum += pair.bytes[i];
	}
	if (sum > 0)
		pairs[pair_count++] = pair;
}

static void make_pairs(uint64_t seed)
{
	pair_count = 0;
	for (size_t a = 0; a < ASNS; a++) {
		for (size_t b = a; b < ASNS; b++) {
			make_pair(a, b, 100, &seed);
			make_pair(a, b, 200, &seed);
		}
	}
}

static void setup(void)
{
	dir = tempdir_new();
	made_exchange_write(dir, MADE_SITE_END, MADE_SITE_END + 10, HOURS,
			    MADE_FLAT);
	made_site_open(&made, dir);
	yesterday = date_add_days(zone_date(MADE_SITE_END), -1);
	make_pairs(7);
	store_book(yesterday);
	ck_assert_int_eq(request_parse(&request, "/matrix"), 0);
	call = made_site_call(&made, &request);
}

static void teardown(void)
{
	matrix_fini(&matrix);
	made_site_close(&made);
	tempdir_remove(dir);
}

static void load(int vlan, enum matrix_family family, enum matrix_order order)
{
	const struct matrix_query query = { yesterday, vlan, family, order };

	matrix_fini(&matrix);
	ck_assert_int_eq(matrix_load(&matrix, &call, &query), 0);
}

/* What one member sent another, by the pairs alone. */
static uint64_t sent(uint32_t from, uint32_t to, int vlan,
		     enum matrix_family family)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < pair_count; i++) {
		const struct daybook_pair *p = &pairs[i];
		bool is_ab = p->asn == from && p->other_asn == to;
		bool is_ba = p->asn == to && p->other_asn == from;
		const uint64_t *bytes = &p->bytes[is_ab ? 0 : 2];

		if ((!is_ab && !is_ba) ||
		    (vlan != MATRIX_ALL_VLANS && p->vlan != vlan))
			continue;
		sum += family == MATRIX_IPV6 ? 0 : bytes[0];
		sum += family == MATRIX_IPV4 ? 0 : bytes[1];
	}
	return sum;
}

static void cells_are_the_pairs(int vlan, enum matrix_family family)
{
	uint64_t total = 0;
	size_t some = 0;

	for (size_t i = 0; i < matrix.cell_count; i++) {
		const struct matrix_cell *cell = &matrix.cells[i];

		ck_assert_uint_eq(cell->bytes[0] + cell->bytes[1],
				  sent(matrix.lines[cell->from].asn,
				       matrix.lines[cell->to].asn, vlan,
				       family));
	}
	for (size_t i = 0; i < matrix.line_count; i++) {
		uint32_t asn = matrix.lines[i].asn;
		uint64_t from = 0;
		uint64_t to = 0;

		for (size_t k = 0; k < ASNS; k++) {
			uint64_t bytes = sent(asn, asns[k], vlan, family);

			from += bytes;
			some += bytes > 0;
			to += sent(asns[k], asn, vlan, family);
		}
		ck_assert_uint_eq(matrix.lines[i].bytes[WAY_FROM], from);
		ck_assert_uint_eq(matrix.lines[i].bytes[WAY_TO], to);
		total += from;
	}
	ck_assert_uint_eq(matrix.cell_count, some);
	ck_assert_uint_eq(matrix.total, total);
}

START_TEST(lines_and_cells_sum_the_pairs)
{
	static const int vlans[] = { MATRIX_ALL_VLANS, 100, 200 };

	for (size_t v = 0; v < COUNT_OF(vlans); v++) {
		for (int f = 0; f < MATRIX_FAMILY_COUNT; f++) {
			load(vlans[v], (enum matrix_family)f,
			     MATRIX_BY_TRAFFIC);
			ck_assert_uint_eq(matrix.line_count, ASNS);
			cells_are_the_pairs(vlans[v], (enum matrix_family)f);
		}
	}
	load(300, MATRIX_ALL, MATRIX_BY_ASN);
	ck_assert_uint_eq(matrix.cell_count, 0);
}
END_TEST

static uint64_t both(const struct matrix_line *line)
{
	return line->bytes[WAY_FROM] + line->bytes[WAY_TO];
}

START_TEST(lines_stand_in_the_order_that_is_asked_for)
{
	static const uint32_t by_name[ASNS] = { 64506, 64500, 64501,
						64502, 64503, 64504,
						64505, 64400, 64511 };

	load(MATRIX_ALL_VLANS, MATRIX_ALL, MATRIX_BY_TRAFFIC);
	for (size_t i = 1; i < matrix.line_count; i++)
		ck_assert_uint_ge(both(&matrix.lines[i - 1]),
				  both(&matrix.lines[i]));
	load(MATRIX_ALL_VLANS, MATRIX_ALL, MATRIX_BY_ASN);
	for (size_t i = 0; i < matrix.line_count; i++)
		ck_assert_uint_eq(matrix.lines[i].asn, asns[i]);
	load(MATRIX_ALL_VLANS, MATRIX_ALL, MATRIX_BY_NAME);
	for (size_t i = 0; i < matrix.line_count; i++)
		ck_assert_uint_eq(matrix.lines[i].asn, by_name[i]);
	ck_assert_ptr_null(matrix.lines[8].member);
	cells_are_the_pairs(MATRIX_ALL_VLANS, MATRIX_ALL);
}
END_TEST

static size_t group(const struct matrix_axis *axis, size_t line)
{
	for (size_t g = 0; g < axis->groups; g++) {
		size_t count;
		size_t first = matrix_axis_lines(axis, g, &count);

		if (line >= first && line < first + count)
			return g;
	}
	ck_assert(axis->has_others);
	return axis->groups;
}

/* What the cells of a group of rows and one of columns sum to. */
static uint64_t sum_of(const struct matrix_grid *grid, size_t row,
		       size_t column)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < matrix.cell_count; i++) {
		const struct matrix_cell *c = &matrix.cells[i];

		if (group(&grid->axis[0], c->from) == row &&
		    group(&grid->axis[1], c->to) == column)
			sum += c->bytes[0] + c->bytes[1];
	}
	return sum;
}

/* A row's cells and their sum. */
static uint64_t is_row(const struct matrix_grid *grid, size_t row)
{
	size_t width = matrix_axis_size(&grid->axis[1]);
	uint64_t sum = 0;

	for (size_t column = 0; column < width; column++) {
		uint64_t wanted = sum_of(grid, row, column);

		ck_assert_uint_eq(grid->bytes[row * width + column], wanted);
		sum += wanted;
		if (row < grid->axis[0].groups && column < grid->axis[1].groups)
			ck_assert_uint_ge(grid->highest, wanted);
	}
	ck_assert_uint_eq(grid->sums[0][row], sum);
	return sum;
}

static void is_folded(struct matrix_window window, size_t groups_max)
{
	struct matrix_grid grid;
	uint64_t total = 0;

	ck_assert_int_eq(matrix_fold(&grid, &matrix, &window, groups_max), 0);
	ck_assert_uint_le(grid.axis[0].groups, groups_max);
	ck_assert_uint_le(grid.axis[1].groups, groups_max);
	for (size_t row = 0; row < matrix_axis_size(&grid.axis[0]); row++)
		total += is_row(&grid, row);
	ck_assert_uint_eq(total, matrix.total);
	matrix_grid_fini(&grid);
}

START_TEST(a_window_holds_its_lines_and_all_others_in_one)
{
	load(MATRIX_ALL_VLANS, MATRIX_ALL, MATRIX_BY_TRAFFIC);
	is_folded((struct matrix_window){ 0, 3, 0, 3 }, 30);
	is_folded((struct matrix_window){ 2, 4, 5, 1 }, 30);
	is_folded((struct matrix_window){ 0, 9, 0, 9 }, 30);
	is_folded((struct matrix_window){ 0, 9, 0, 9 }, 2);
	is_folded((struct matrix_window){ 1, 7, 3, 5 }, 3);
	is_folded((struct matrix_window){ 99999, 0, 5, SIZE_MAX }, 4);
}
END_TEST

START_TEST(the_largest_cells_come_first)
{
	struct matrix_top top[5];
	size_t count;
	size_t larger = 0;

	load(MATRIX_ALL_VLANS, MATRIX_ALL, MATRIX_BY_TRAFFIC);
	count = matrix_top(&matrix, top, COUNT_OF(top));
	ck_assert_uint_eq(count, COUNT_OF(top));
	for (size_t i = 1; i < count; i++)
		ck_assert_uint_ge(top[i - 1].bytes, top[i].bytes);
	for (size_t i = 0; i < matrix.cell_count; i++) {
		const struct matrix_cell *cell = &matrix.cells[i];

		larger += cell->bytes[0] + cell->bytes[1] >= top[4].bytes;
	}
	ck_assert_uint_eq(larger, COUNT_OF(top));
}
END_TEST

START_TEST(json_and_csv_hold_every_cell)
{
	struct text json;
	struct text csv;
	char wanted[96];
	size_t lines = 0;

	load(MATRIX_ALL_VLANS, MATRIX_ALL, MATRIX_BY_ASN);
	text_init(&json);
	text_init(&csv);
	matrix_add_json(&json, &call, &matrix);
	matrix_add_csv(&csv, &matrix);
	for (size_t i = 0; i < matrix.cell_count; i++) {
		const struct matrix_cell *cell = &matrix.cells[i];

		(void)snprintf(wanted, sizeof(wanted), "[%u,%u,%llu,%llu]",
			       cell->from, cell->to,
			       (unsigned long long)cell->bytes[0],
			       (unsigned long long)cell->bytes[1]);
		ck_assert_ptr_nonnull(strstr(text_str(&json), wanted));
		(void)snprintf(wanted, sizeof(wanted),
			       "\r\n2023-11-14,%u,%u,%llu,%llu\r\n",
			       asns[cell->from], asns[cell->to],
			       (unsigned long long)cell->bytes[0],
			       (unsigned long long)cell->bytes[1]);
		ck_assert_ptr_nonnull(strstr(text_str(&csv), wanted));
	}
	for (const char *at = text_str(&csv); (at = strchr(at, '\n')); at++)
		lines++;
	ck_assert_uint_eq(lines, matrix.cell_count + 1);
	text_fini(&json);
	text_fini(&csv);
}
END_TEST

START_TEST(the_last_closed_day_is_shown_unless_another_is_asked_for)
{
	struct matrix_query query;

	ck_assert_ptr_null(matrix_query_read(&query, &call));
	ck_assert_int_eq(date_compare(query.date, yesterday), 0);
	ck_assert_int_eq(query.vlan, MATRIX_ALL_VLANS);
	ck_assert_int_eq(
	    request_parse(&request,
			  "/matrix?date=today&vlan=0&family=ipv6&order=name"),
	    0);
	ck_assert_ptr_null(matrix_query_read(&query, &call));
	ck_assert_int_eq(date_compare(query.date, zone_date(MADE_SITE_END)), 0);
	ck_assert_int_eq(query.vlan, 0);
	ck_assert_int_eq(query.family, MATRIX_IPV6);
	ck_assert_int_eq(query.order, MATRIX_BY_NAME);
}
END_TEST

START_TEST(what_cannot_be_asked_for_is_said)
{
	static const char *const wrong[] = {
		"/matrix?date=2023-02-30", "/matrix?date=20",
		"/matrix?vlan=x",	   "/matrix?vlan=70000",
		"/matrix?family=ipx",	   "/matrix?order=size",
	};
	struct matrix_query query;

	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		ck_assert_int_eq(request_parse(&request, wrong[i]), 0);
		ck_assert_ptr_nonnull(matrix_query_read(&query, &call));
	}
}
END_TEST

/* Five minutes of the journal in which AS64500 sent AS64501 so much. */
static void append_step(struct journal *journal, int64_t start_s,
			uint64_t bytes)
{
	struct record_head head = { .kind = RECORD_PAIR_STEP,
				    .start_s = start_s,
				    .covered_us = INT64_C(300000000) };
	struct record_entry seen = {
		.series = { .kind = SERIES_MEMBER, .asn = 64500 },
		.known = true,
		.seen_us = head.covered_us,
	};
	struct record_entry pair = { .series = { .kind = SERIES_PAIR,
						 .asn = 64500,
						 .other_asn = 64501,
						 .vlan = 100 },
				     .known = true };
	struct text record;

	text_init(&record);
	pair.traffic.tallies[0][FAMILY_IPV4].bytes = bytes;
	record_begin(&record, &head);
	record_add(&record, &seen);
	record_add(&record, &pair);
	ck_assert_int_eq(journal_append(journal, &head, &record), 0);
	ck_assert_int_eq(journal_sync(journal), 0);
	text_fini(&record);
}

START_TEST(today_grows_with_the_journal)
{
	const struct matrix_query query = { zone_date(MADE_SITE_END),
					    MATRIX_ALL_VLANS, MATRIX_ALL,
					    MATRIX_BY_ASN };
	struct pair_days *days = site_pair_days(made.site);
	struct journal *journal;

	ck_assert_int_eq(journal_open(&journal, dir, &journal_default_limits),
			 0);
	append_step(journal, MADE_SITE_END - 900, 1000);
	ck_assert_int_eq(matrix_load(&matrix, &call, &query), 0);
	ck_assert(!matrix.book.is_closed);
	ck_assert_uint_eq(matrix.total, 1000);
	ck_assert_int_eq(matrix.book.first_s, MADE_SITE_END - 900);
	ck_assert_int_eq(matrix.book.to_s, MADE_SITE_END - 600);
	append_step(journal, MADE_SITE_END - 600, 20);
	pair_days_follow(days, dir, query.date, true);
	append_step(journal, MADE_SITE_END - 300, 3);
	matrix_fini(&matrix);
	ck_assert_int_eq(matrix_load(&matrix, &call, &query), 0);
	ck_assert_uint_eq(matrix.total, 1023);
	ck_assert_uint_eq(matrix.book.slots, 3);
	ck_assert_uint_eq(matrix.cell_count, 1);
	ck_assert_uint_eq(matrix.lines[matrix.cells[0].from].asn, 64500);
	journal_close(journal);
}
END_TEST

START_TEST(a_day_of_which_nothing_is_known_has_no_cells)
{
	const struct matrix_query query = {
		{ 2023, 1, 1 }, MATRIX_ALL_VLANS, MATRIX_ALL, MATRIX_BY_ASN
	};

	ck_assert_int_eq(matrix_load(&matrix, &call, &query), 0);
	ck_assert(!matrix.book.is_closed);
	ck_assert_uint_eq(matrix.cell_count, 0);
	ck_assert_uint_eq(matrix.line_count, 7);
	ck_assert_int_eq(matrix.book.first_s, 0);
}
END_TEST

/* A page, checked; the caller frees it. */
static char *get(const char *target, unsigned status)
{
	struct response r = made_site_get(&made, target);
	char *text;

	ck_assert_msg(r.status == status, "%s: status %u", target, r.status);
	if (strncmp(r.content_type, "text/html", 9) == 0)
		markup_check(text_str(&r.body), true);
	text = text_steal(&r.body);
	response_fini(&r);
	ck_assert_ptr_nonnull(text);
	return text;
}

static const struct {
	const char *target;
	const char *wanted;
} sayings[] = {
	{ "/matrix", "<strong>14 Nov 2023</strong>" },
	{ "/matrix", "<a href=\"/members/AS64500/AS64501\"><span class=\"v\">"
		     "<span>AS64500 \xe2\x86\x92 AS64501:</span> " },
	{ "/matrix", "no member any more" },
	{ "/matrix", "&lt;script&gt;alert(" },
	{ "/matrix", "aria-current=\"page\">Matrix</a>" },
	{ "/matrix", "href=\"/graph/matrix.csv?date=2023-11-14&amp;vlan=all"
		     "&amp;family=all&amp;order=traffic\"" },
	{ "/matrix", "href=\"/matrix?date=2023-11-13\"" },
	{ "/matrix?order=asn&family=ipv6&vlan=200",
	  "href=\"/matrix?order=asn&amp;family=ipv6&amp;vlan=200&amp;"
	  "date=2023-11-13\"" },
	{ "/matrix?order=asn&family=ipv6&vlan=200",
	  "<option value=\"ipv6\" selected=\"selected\">" },
	{ "/matrix?order=asn&rows=2&columns=2", "<th scope=\"row\">others" },
	{ "/matrix?date=2023-01-01", "Nothing is known of pairs" },
};

START_TEST(a_page_says_what_it_should)
{
	char *page = get(sayings[_i].target, 200);

	ck_assert_msg(strstr(page, sayings[_i].wanted) != NULL,
		      "%s: not found: %s", sayings[_i].target,
		      sayings[_i].wanted);
	ck_assert_ptr_null(strstr(page, "<script>alert"));
	free(page);
}
END_TEST

START_TEST(what_is_wrong_is_refused)
{
	static const char *const targets[] = {
		"/matrix?rows=x",	 "/matrix?row=-1",
		"/matrix?date=tomorrow", "/graph/matrix.json?vlan=-1",
		"/matrix?columns=",
	};

	for (size_t i = 0; i < COUNT_OF(targets); i++)
		free(get(targets[i], 400));
}
END_TEST

START_TEST(a_class_is_half_a_decade)
{
	ck_assert_int_eq(heat_class(1000, 1000), 9);
	ck_assert_int_eq(heat_class(317, 1000), 9);
	ck_assert_int_eq(heat_class(316, 1000), 8);
	ck_assert_int_eq(heat_class(101, 1000), 8);
	ck_assert_int_eq(heat_class(99, 1000), 7);
	ck_assert_int_eq(heat_class(0.001, 1000), 0);
	for (int class = 1; class < HEAT_CLASSES; class ++) {
		double above = heat_above(class, 1000);

		ck_assert_int_eq(heat_class(above * 1.001, 1000), class);
		ck_assert_int_eq(heat_class(above * 0.999, 1000), class - 1);
	}
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ lines_and_cells_sum_the_pairs, 0 },
		{ lines_stand_in_the_order_that_is_asked_for, 0 },
		{ a_window_holds_its_lines_and_all_others_in_one, 0 },
		{ the_largest_cells_come_first, 0 },
		{ json_and_csv_hold_every_cell, 0 },
		{ the_last_closed_day_is_shown_unless_another_is_asked_for, 0 },
		{ what_cannot_be_asked_for_is_said, 0 },
		{ today_grows_with_the_journal, 0 },
		{ a_day_of_which_nothing_is_known_has_no_cells, 0 },
		{ a_page_says_what_it_should, COUNT_OF(sayings) },
		{ what_is_wrong_is_refused, 0 },
		{ a_class_is_half_a_decade, 0 },
	};

	return unit_run_with("matrix", setup, teardown, tests, COUNT_OF(tests));
}
