/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A port's day slot by slot, beside the rows; and the page of all. */
#include "support/unit.h"

#include <math.h>
#include <string.h>

#include "support/made_exchange.h"
#include "support/made_site.h"
#include "support/markup.h"
#include "util/zone.h"
#include "web/port_day.h"

enum { HOURS = 60, ROWS = 288 };

static struct made_site made;
static struct call call;
static struct request request;
static struct port_row *rows;
static size_t row_count;
static struct date yesterday;

static void setup(void)
{
	made_site_open(&made, made_site_directory());
	yesterday = date_add_days(zone_date(MADE_SITE_END), -1);
	ck_assert_int_eq(request_parse(&request, "/heat"), 0);
	call = made_site_call(&made, &request);
	call.status = site_take_status(made.site);
	ck_assert_int_eq(ports_list(&rows, &row_count, &call), 0);
}

static void teardown(void)
{
	free(rows);
	site_release_status(made.site, call.status);
	made_site_close(&made);
}

/* The utilisation of each five minutes of the day, by its rows. */
static void uses(double to[ROWS], const struct port_row *row,
		 enum port_day_way way)
{
	int64_t from_s = zone_day_start(yesterday, 300);
	const struct series series = ports_series(&call, row);
	const struct series_range range =
	    traffic_range(from_s, from_s + 86400, 300);
	struct traffic t;

	ck_assert_int_eq(
	    traffic_read(&t, made_site_directory(), &series, &range), 0);
	ck_assert_uint_eq(t.rows, ROWS);
	for (size_t i = 0; i < ROWS; i++) {
		double in = traffic_column(&t, WAY_FROM, BAND_TOTAL)[i];
		double out = traffic_column(&t, WAY_TO, BAND_TOTAL)[i];

		double bytes = way == PORT_DAY_IN    ? in
			       : way == PORT_DAY_OUT ? out
						     : fmax(in, out);

		to[i] = bytes * 8 / row->speed_bps;
	}
	traffic_fini(&t);
}

static void is_by_rows(const struct port_row *row, uint32_t slot_s,
		       enum port_day_way way)
{
	struct port_day_slots slots;
	struct port_day day;
	double use[ROWS];
	double sum = 0;
	double highest = -1;
	double full_s = 0;
	size_t known = 0;
	size_t each = slot_s / 300;

	uses(use, row, way);
	ck_assert_int_eq(port_day_slots(&slots, &call, yesterday, slot_s), 0);
	ck_assert_uint_eq(slots.count, ROWS / each);
	ck_assert_int_eq(port_day_load(&day, &call, row, &slots, way), 0);
	for (size_t i = 0; i < ROWS; i++) {
		if (isnan(use[i]))
			continue;
		ck_assert_double_ge(day.use[i / each], use[i]);
		sum += use[i];
		known++;
		highest = fmax(highest, use[i]);
		full_s += use[i] >= 0.8 ? 300 : 0;
	}
	if (known == 0) {
		ck_assert(isnan(day.highest));
	} else {
		size_t at = (size_t)(day.highest_at_s - slots.from_s) / 300;

		ck_assert_double_eq(day.highest, highest);
		ck_assert_double_eq(use[at], highest);
		ck_assert_double_eq_tol(day.average, sum / (double)known,
					1e-12);
		ck_assert_double_eq(day.full_s, full_s);
	}
	for (size_t slot = 0; slot < slots.count; slot++) {
		double of_slot = (double)NAN;

		for (size_t i = 0; i < each; i++)
			of_slot = fmax(of_slot, use[slot * each + i]);
		ck_assert(isnan(of_slot) ? isnan(day.use[slot])
					 : day.use[slot] == of_slot);
	}
	port_day_fini(&day);
}

START_TEST(slots_are_the_highest_of_their_rows)
{
	for (size_t i = 0; i < row_count; i++) {
		for (int way = 0; way < 3; way++) {
			is_by_rows(&rows[i], 300, (enum port_day_way)way);
			is_by_rows(&rows[i], 1800, (enum port_day_way)way);
		}
	}
}
END_TEST

START_TEST(old_days_have_longer_slots)
{
	struct port_day_slots slots;

	ck_assert_int_eq(
	    port_day_slots(&slots, &call, date_add_days(yesterday, -100), 300),
	    0);
	ck_assert_uint_eq(slots.row_s, 3600);
	ck_assert_uint_eq(slots.slot_s, 3600);
	ck_assert_uint_eq(slots.count, 24);
}
END_TEST

static const struct {
	const char *target;
	const char *wanted;
} sayings[] = {
	{ "/heat?date=2023-11-14", "<strong>14 Nov 2023</strong>" },
	{ "/heat?date=2023-11-14",
	  "<svg class=\"strip\" viewBox=\"0 0 288 1\"" },
	{ "/heat?date=2023-11-14&slot=30", "viewBox=\"0 0 48 1\"" },
	{ "/heat?date=2023-11-14&slot=30",
	  "href=\"/heat?slot=30&amp;date=2023-11-13\"" },
	{ "/heat?date=2023-11-14", "<path class=\"h0\" d=\"M0 0h" },
	{ "/heat?date=2023-11-14&sort=highest&way=in",
	  "aria-sort=\"descending\"><a href=\"/heat?date=2023-11-14&amp;"
	  "way=in&amp;sort=highest\">Highest</a>" },
	{ "/heat", "<a href=\"/ports/sw1/436207616\">Ethernet1/1</a>" },
	{ "/heat?date=2001-01-01", "<td class=\"number \">\xe2\x80\x93</td>" },
};

START_TEST(pages_say_what_they_should)
{
	struct response r = made_site_get(&made, sayings[_i].target);

	ck_assert_uint_eq(r.status, 200);
	markup_check(text_str(&r.body), true);
	ck_assert_msg(strstr(text_str(&r.body), sayings[_i].wanted) != NULL,
		      "%s: not found: %s", sayings[_i].target,
		      sayings[_i].wanted);
	response_fini(&r);
}
END_TEST

/* The fullest first: AS64506's is a port of 60 Mbit/s. */
START_TEST(the_fullest_port_can_stand_first)
{
	struct response r =
	    made_site_get(&made, "/heat?date=2023-11-14&sort=highest");
	static const char fullest[] =
	    "<th scope=\"row\">sw2 <a href=\"/ports/sw2/436224000\">";
	const char *first = strstr(text_str(&r.body), "<th scope=\"row\">");

	ck_assert_ptr_nonnull(first);
	ck_assert_int_eq(strncmp(first, fullest, strlen(fullest)), 0);
	response_fini(&r);
}
END_TEST

START_TEST(what_there_is_not_is_refused)
{
	static const char *const wrong[] = { "/heat?date=2023-13-01",
					     "/heat?slot=7", "/heat?way=up",
					     "/heat?sort=speed" };

	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		struct response r = made_site_get(&made, wrong[i]);

		ck_assert_uint_eq(r.status, 400);
		response_fini(&r);
	}
}
END_TEST

static int run(void)
{
	const struct unit_test tests[] = {
		{ slots_are_the_highest_of_their_rows, 0 },
		{ old_days_have_longer_slots, 0 },
		{ pages_say_what_they_should, COUNT_OF(sayings) },
		{ the_fullest_port_can_stand_first, 0 },
		{ what_there_is_not_is_refused, 0 },
	};

	return unit_run_with("port_day", setup, teardown, tests,
			     COUNT_OF(tests));
}

int main(void)
{
	return made_site_run(HOURS, MADE_DAILY, run);
}
