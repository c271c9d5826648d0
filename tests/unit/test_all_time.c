/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The highest ever is found in whatever book has it. */

#include "web/all_time.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/daybook_file.h"
#include "support/made_exchange.h"
#include "support/made_site.h"
#include "support/tempdir.h"
#include "support/unit.h"
#include "util/zone.h"

/* Store a book in which the exchange had a peak; 0: a book without it. */
static void store(const char *dir, enum daybook_kind kind, struct date date,
		  double peak)
{
	struct date end = kind == DAYBOOK_MONTH ? date_next_month(date)
						: date_add_days(date, 1);
	struct daybook_head head = { .kind = kind,
				     .date = date,
				     .zone = "America/Marigot",
				     .from_s = zone_day_start(date, 300),
				     .to_s = zone_day_start(end, 300),
				     .row_s = 300 };
	const struct series series = { .kind = SERIES_EXCHANGE };
	struct daybook_entry entry;
	struct daybook_writer w;

	daybook_begin(&w, &head);
	daybook_entry_init(&entry, &series);
	for (size_t i = 0; i < TRAFFIC_COUNT; i++)
		entry.totals[i] = 1;
	entry.measures[0] =
	    (struct daybook_measure){ .known = 10,
				      .p95 = peak / 2,
				      .peak = peak,
				      .peak_at_s = head.from_s + 600,
				      .minute_peak = peak,
				      .minute_peak_at_s = head.from_s + 660 };
	entry.measures[1] = entry.measures[0];
	if (peak > 0)
		daybook_add(&w, &entry);
	ck_assert_int_eq(daybook_finish(&w), 0);
	ck_assert_int_eq(daybook_store(dir, &w), DAYBOOK_STORED);
	daybook_writer_fini(&w);
}

static struct all_time load(const char *dir)
{
	struct made_site made;
	struct call call = { .now_s = MADE_SITE_END + MADE_SITE_AGE_S };
	struct all_time found;

	made_site_open(&made, dir);
	call.site = made.site;
	call.config = made.generation->config;
	ck_assert_int_eq(all_time_load(&found, &call), 0);
	made_site_close(&made);
	return found;
}

static char *make(void)
{
	char *dir = tempdir_new();

	made_exchange_write(dir, MADE_SITE_END, MADE_SITE_END + 10, 1,
			    MADE_FLAT);
	ck_assert_int_eq(zone_use("America/Marigot"), 0);
	return dir;
}

START_TEST(without_a_book_nothing_is_known)
{
	char *dir = make();

	ck_assert(isnan(load(dir).peak));
	tempdir_remove(dir);
}
END_TEST

/* The site's time is the 15th of November 2023. */
static const struct {
	const char *rule;
	struct date at;
	enum daybook_kind kind;
} places[] = {
	{ "a month years ago", { 2009, 3, 1 }, DAYBOOK_MONTH },
	{ "the month before", { 2023, 10, 1 }, DAYBOOK_MONTH },
	{ "a day of this month", { 2023, 11, 14 }, DAYBOOK_DAY },
	{ "a day of a month that is not closed", { 2023, 9, 30 }, DAYBOOK_DAY },
};

START_TEST(the_highest_is_found_wherever_it_is)
{
	char *dir = make();
	struct all_time found;

	for (size_t i = 0; i < COUNT_OF(places); i++)
		store(dir, places[i].kind, places[i].at,
		      i == (size_t)_i ? 9e9 : 1e9 + (double)i);
	found = load(dir);
	ck_assert_msg(found.peak == 9e9, "%s: %f", places[_i].rule, found.peak);
	ck_assert_int_eq(found.at_s, zone_day_start(places[_i].at, 300) + 660);
	tempdir_remove(dir);
}
END_TEST

START_TEST(a_book_that_does_not_know_the_exchange_is_no_record)
{
	char *dir = make();

	store(dir, DAYBOOK_MONTH, (struct date){ 2023, 10, 1 }, 0);
	ck_assert(isnan(load(dir).peak));
	store(dir, DAYBOOK_MONTH, (struct date){ 2023, 9, 1 }, 5e9);
	ck_assert_double_eq(load(dir).peak, 5e9);
	tempdir_remove(dir);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ without_a_book_nothing_is_known, 0 },
		{ the_highest_is_found_wherever_it_is, COUNT_OF(places) },
		{ a_book_that_does_not_know_the_exchange_is_no_record, 0 },
	};

	return unit_run("all_time", tests, COUNT_OF(tests));
}
