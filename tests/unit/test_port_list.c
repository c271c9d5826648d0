/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The list of ports: orders, filters, forecasts from books of days. */
#include "support/unit.h"

#include <math.h>
#include <string.h>

#include "store/daybook_file.h"
#include "support/made_exchange.h"
#include "support/made_site.h"
#include "support/markup.h"
#include "util/zone.h"
#include "web/port_list.h"

enum {
	HOURS = 26,
	BOOKS = 60,
	OWN_PORT = 436207616,  /* AS64500's on sw1: 10 Gbit/s */
	CORE_PORT = 436400128, /* on sw1, without figures */
	FULL_IN_DAYS = 50,
};

static struct made_site made;
static struct call call;
static struct request request;
static struct port_list list;

/* The entry of a day that begins then. Each day 20 Mbit/s more in, so that the
 * last one is FULL_IN_DAYS off; every sixth day is wild, and one way out
 * nothing grows. */
static struct daybook_entry entry_of(int day, int64_t from_s)
{
	const struct series port = { .kind = SERIES_PORT,
				     .switch_name = "sw1",
				     .ifindex = OWN_PORT };
	struct daybook_entry entry;
	double bps = 10e9 - 20e6 * (FULL_IN_DAYS + BOOKS - day);

	daybook_entry_init(&entry, &port);
	if (day % 6 == 0)
		bps = day % 4 ? 9.9e9 : 1e6;
	entry.totals[PORT_IN_OCTETS] = 1;
	entry.totals[PORT_OUT_OCTETS] = 1;
	for (int i = 0; i < 2; i++)
		entry.measures[i] = (struct daybook_measure){
			.known = day % 10 == 9 ? 100 : 288,
			.p95 = (i ? 1e9 : bps) / 8,
			.peak = 10e9 / 8,
			.peak_at_s = from_s,
			.minute_peak = (double)NAN,
		};
	return entry;
}

/* Before any test, so nothing is asserted. */
static bool write_books(void)
{
	bool is_fine = true;

	struct date last = date_add_days(zone_date(MADE_SITE_END), -1);

	for (int day = 1; day <= BOOKS; day++) {
		struct date date = date_add_days(last, day - BOOKS);
		struct daybook_head head = {
			.kind = DAYBOOK_DAY,
			.date = date,
			.zone = "America/Marigot",
			.from_s = zone_day_start(date, DAYBOOK_SLOT_S),
			.row_s = DAYBOOK_SLOT_S,
		};
		struct daybook_entry entry = entry_of(day, head.from_s);
		struct daybook_writer w;

		head.to_s =
		    zone_day_start(date_add_days(date, 1), DAYBOOK_SLOT_S);
		daybook_begin(&w, &head);
		daybook_add(&w, &entry);
		is_fine = daybook_finish(&w) == 0 &&
			  daybook_store(made_site_directory(), &w) ==
			      DAYBOOK_STORED &&
			  is_fine;
		daybook_writer_fini(&w);
	}
	return is_fine;
}

static void setup(void)
{
	made_site_open(&made, made_site_directory());
	call = made_site_call(&made, &request);
	call.status = site_take_status(made.site);
}

static void teardown(void)
{
	port_list_fini(&list);
	site_release_status(made.site, call.status);
	made_site_close(&made);
}

static void load(const char *target)
{
	struct port_query query;

	ck_assert_int_eq(request_parse(&request, target), 0);
	ck_assert_ptr_null(port_query_read(&query, &call));
	port_list_fini(&list);
	ck_assert_int_eq(port_list_load(&list, &call, &query), 0);
}

static const struct port_line *line_of(uint32_t ifindex)
{
	for (size_t i = 0; i < list.count; i++) {
		if (list.lines[i].row->ifindex == ifindex)
			return &list.lines[i];
	}
	ck_abort_msg("no port %u", ifindex);
	return NULL;
}

START_TEST(ports_stand_as_the_switches_have_them)
{
	load("/ports");
	ck_assert_uint_eq(list.count, list.row_count);
	for (size_t i = 0; i < list.count; i++)
		ck_assert_ptr_eq(list.lines[i].row, &list.rows[i]);
	ck_assert_str_eq(list.lines[0].row->name, "Ethernet1/1");
	ck_assert_str_eq(list.lines[1].row->name, "Ethernet1/2");
}
END_TEST

/* What a line is ordered by; unknown is -1, so that it comes last. */
static double key_of(const struct port_line *l, enum port_sort sort)
{
	const struct port_figures *f = l->figures;
	double value = (double)NAN;

	if (sort == PORT_SORT_SPEED)
		value = l->row->speed_bps;
	if (sort == PORT_SORT_NOW)
		value = fmax(l->now[0], l->now[1]) / l->row->speed_bps;
	if (sort == PORT_SORT_HIGHEST)
		value = fmax(f->highest[0], f->highest[1]) / l->row->speed_bps;
	if (sort == PORT_SORT_P95)
		value = fmax(f->p95[0], f->p95[1]) / l->row->speed_bps;
	if (sort == PORT_SORT_ERRORS)
		value = f->errors[0] + f->errors[1];
	if (sort == PORT_SORT_DISCARDS)
		value = f->discards[0] + f->discards[1];
	return isnan(value) ? -1 : value;
}

START_TEST(every_column_orders)
{
	for (int i = PORT_SORT_SPEED; i < PORT_SORT_FULL; i++) {
		enum port_sort sort = (enum port_sort)i;
		char target[64] = "/ports?sort=";

		strcat(target, port_sort_name(sort));
		load(target);
		ck_assert_uint_eq(list.count, list.row_count);
		for (size_t n = 1; n < list.count; n++)
			ck_assert_double_ge(key_of(&list.lines[n - 1], sort),
					    key_of(&list.lines[n], sort));
	}
	load("/ports?sort=full");
	ck_assert_uint_eq(list.lines[0].row->ifindex, OWN_PORT);
	load("/ports?sort=owner");
	ck_assert_uint_eq(list.lines[0].row->port->members[0], 0);
}
END_TEST

START_TEST(filters_leave_what_is_asked_for)
{
	size_t all;
	size_t on_sw1;

	load("/ports");
	all = list.count;
	load("/ports?switch=sw1");
	on_sw1 = list.count;
	load("/ports?switch=sw2");
	ck_assert_uint_eq(on_sw1 + list.count, all);
	for (size_t i = 0; i < list.count; i++)
		ck_assert_uint_eq(list.lines[i].row->switch_index, 1);
	load("/ports?flag=60");
	ck_assert_uint_gt(list.count, 0);
	ck_assert_uint_lt(list.count, all);
	for (size_t i = 0; i < list.count; i++)
		ck_assert_double_ge(key_of(&list.lines[i], PORT_SORT_HIGHEST),
				    0.6);
	load("/ports?flag=unconfigured");
	ck_assert_uint_gt(list.count, 0);
	for (size_t i = 0; i < list.count; i++)
		ck_assert_ptr_null(list.lines[i].row->port);
	load("/ports?flag=down");
	ck_assert_uint_eq(list.count, 0);
}
END_TEST

START_TEST(what_there_is_not_is_refused)
{
	static const char *const wrong[] = { "/ports?sort=size",
					     "/ports?flag=70",
					     "/ports?switch=sw9" };
	struct port_query query;

	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		ck_assert_int_eq(request_parse(&request, wrong[i]), 0);
		ck_assert_ptr_nonnull(port_query_read(&query, &call));
	}
}
END_TEST

START_TEST(a_port_is_full_when_its_trend_is)
{
	const struct port_line *line;

	load("/ports");
	line = line_of(OWN_PORT);
	/* Those known in part, and none before the first book. */
	ck_assert_uint_eq(line->trend->way[WAY_FROM].days, BOOKS - BOOKS / 10);
	ck_assert(!line->trend->is_estimate);
	ck_assert_double_eq_tol(line->trend->way[WAY_FROM].slope, 20e6, 1);
	ck_assert_double_eq_tol(line->trend->way[WAY_TO].slope, 0, 1e-6);
	ck_assert_int_eq(line->full.kind, FORECAST_AT);
	ck_assert_double_eq_tol(line->full.days, FULL_IN_DAYS, 1e-6);
	ck_assert_int_eq(line_of(CORE_PORT)->full.kind, FORECAST_UNKNOWN);
	/* What is kept is the same. */
	load("/ports");
	ck_assert_double_eq_tol(line_of(OWN_PORT)->full.days, FULL_IN_DAYS,
				1e-6);
}
END_TEST

/* A page, checked; the caller frees it. */
static char *get(const char *target)
{
	struct response r = made_site_get(&made, target);
	char *text;

	ck_assert_msg(r.status == 200, "%s: status %u", target, r.status);
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
	/* 50 days behind 14 November 2023 */
	{ "/ports", "<td>3 Jan 2024 <small class=\"below\">" },
	{ "/ports?sort=p95&flag=60", "<th scope=\"col\" rowspan=\"2\"><a "
				     "href=\"/ports?flag=60\">Port</a>" },
	{ "/ports?sort=p95", "class=\"group\" aria-sort=\"descending\">" },
	{ "/ports?sort=full", "<th scope=\"row\">sw1 <a href=\"/ports/sw1/" },
	{ "/ports?switch=sw2&sort=now",
	  "href=\"/graph/ports.csv?switch=sw2&amp;sort=now\"" },
	{ "/graph/ports.csv",
	  "\"sw1\",436207616,\"Ethernet1/1\",member,64500,10000000000,," },
	{ "/graph/ports.csv", ",at,2024-01-03," },
	{ "/ports/sw1/436207616", "Packets, errors and discards" },
	{ "/ports/sw1/436207616", "<dd>+20.0 Mbit/s <small>a day" },
	{ "/ports/sw2/436224000", "known days: 0 of 28" },
};

START_TEST(pages_say_what_they_should)
{
	char *page = get(sayings[_i].target);

	ck_assert_msg(strstr(page, sayings[_i].wanted) != NULL,
		      "%s: not found: %s", sayings[_i].target,
		      sayings[_i].wanted);
	free(page);
}
END_TEST

static int run(void)
{
	const struct unit_test tests[] = {
		{ ports_stand_as_the_switches_have_them, 0 },
		{ every_column_orders, 0 },
		{ filters_leave_what_is_asked_for, 0 },
		{ what_there_is_not_is_refused, 0 },
		{ a_port_is_full_when_its_trend_is, 0 },
		{ pages_say_what_they_should, COUNT_OF(sayings) },
	};

	/* By the zone of the exchange, as its sites set it. */
	if (zone_use("America/Marigot") < 0 || !write_books())
		return EXIT_FAILURE;
	return unit_run_with("port_list", setup, teardown, tests,
			     COUNT_OF(tests));
}

int main(void)
{
	return made_site_run(HOURS, MADE_FLAT, run);
}
