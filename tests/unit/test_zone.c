/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/zone.h"

#include <time.h>

#include "support/unit.h"

enum { SLOT_S = 300, HOUR_S = 3600, DAY_S = 86400 };

/* Days that a change of the clock makes longer or shorter, and when they
 * begin. */
static const struct {
	const char *zone;
	struct date day;
	int64_t start_s;
	int64_t length_s;
} changes[] = {
	{ "UTC", { 2026, 3, 29 }, 1774742400, 24 * HOUR_S },
	{ "America/Marigot", { 2026, 3, 29 }, 1774756800, 24 * HOUR_S },
	{ "Europe/Berlin", { 2026, 3, 29 }, 1774738800, 23 * HOUR_S },
	{ "Europe/Berlin", { 2026, 10, 25 }, 1792879200, 25 * HOUR_S },
	{ "Australia/Lord_Howe", { 2026, 4, 5 }, 1775307600, 88200 },
	{ "Australia/Lord_Howe", { 2026, 10, 4 }, 1791034200, 84600 },
	/* 00:00 to 01:00 is left out: the day begins at 01:00 */
	{ "America/Havana", { 2026, 3, 8 }, 1772946000, 23 * HOUR_S },
	{ "Asia/Beirut", { 2026, 3, 29 }, 1774735200, 23 * HOUR_S },
	/* 01:00 is set back to 00:00: the day has two midnights */
	{ "America/Havana", { 2026, 11, 1 }, 1793505600, 25 * HOUR_S },
	/* 00:00 is set back to 23:00: the day before is the long one */
	{ "Asia/Beirut", { 2026, 10, 24 }, 1792789200, 25 * HOUR_S },
	{ "Asia/Beirut", { 2026, 10, 25 }, 1792879200, 24 * HOUR_S },
	{ "Asia/Kathmandu", { 2026, 1, 1 }, 1767204900, 24 * HOUR_S },
	/* the zone went over the date line and left a day out */
	{ "Pacific/Apia", { 2011, 12, 29 }, 1325152800, 24 * HOUR_S },
	{ "Pacific/Apia", { 2011, 12, 30 }, 1325239200, 0 },
	{ "Pacific/Apia", { 2011, 12, 31 }, 1325239200, 24 * HOUR_S },
};

START_TEST(a_day_begins_when_its_date_does)
{
	struct date day = changes[_i].day;
	int64_t start_s;

	ck_assert_int_eq(zone_use(changes[_i].zone), 0);
	start_s = zone_day_start(day, SLOT_S);
	ck_assert_int_eq(start_s, changes[_i].start_s);
	ck_assert_int_eq(zone_day_start(date_add_days(day, 1), SLOT_S) -
			     start_s,
			 changes[_i].length_s);
}
END_TEST

/* From its first second to its last one. */
START_TEST(an_instant_is_of_the_day_that_began)
{
	struct date day = changes[_i].day;
	int64_t start_s = changes[_i].start_s;
	int64_t length_s = changes[_i].length_s;

	ck_assert_int_eq(zone_use(changes[_i].zone), 0);
	for (int64_t at_s = start_s; at_s < start_s + length_s; at_s += 599) {
		if (date_compare(zone_day_of(at_s, SLOT_S), day) != 0)
			ck_abort_msg("%ld is of another day", (long)at_s);
	}
	ck_assert_int_lt(date_compare(zone_day_of(start_s - 1, SLOT_S), day),
			 0);
	ck_assert_int_gt(
	    date_compare(zone_day_of(start_s + length_s, SLOT_S), day),
	    length_s ? 0 : -1);
}
END_TEST

static const char *const zones[] = {
	"UTC",
	"America/Marigot",
	"Europe/Berlin",
	"Australia/Lord_Howe",
	"America/Havana",
	"Asia/Beirut",
	"America/St_Johns",
	"Asia/Kathmandu",
	"Africa/Casablanca",
	"America/Asuncion",
	"Pacific/Apia",
	"Pacific/Chatham",
	"Antarctica/Troll",
};

/* Every slot of two years is of one day: the one that its date says. */
START_TEST(days_divide_time)
{
	struct date day = { 2025, 12, 31 };
	struct date end = { 2028, 1, 2 };
	int64_t at_s;

	ck_assert_int_eq(zone_use(zones[_i]), 0);
	at_s = zone_day_start(day, SLOT_S);
	while (date_compare(day, end) < 0) {
		struct date next = date_add_days(day, 1);
		int64_t next_s = zone_day_start(next, SLOT_S);

		ck_assert_int_ge(next_s, at_s);
		ck_assert_int_eq(next_s % SLOT_S, 0);
		for (; at_s < next_s; at_s += SLOT_S) {
			if (date_compare(zone_date(at_s), day) != 0)
				ck_abort_msg("%ld is of another day",
					     (long)at_s);
		}
		day = next;
	}
}
END_TEST

START_TEST(a_date_is_what_libc_shows)
{
	ck_assert_int_eq(zone_use(zones[_i]), 0);
	for (int64_t at_s = -5000; at_s < INT64_C(2000000000);
	     at_s += 1234567) {
		time_t at = (time_t)at_s;
		struct date d;
		struct tm local;

		d = zone_date(at_s);
		ck_assert_ptr_nonnull(localtime_r(&at, &local));
		ck_assert_int_eq(d.year, local.tm_year + 1900);
		ck_assert_int_eq(d.month, local.tm_mon + 1);
		ck_assert_int_eq(d.day, local.tm_mday);
	}
}
END_TEST

START_TEST(an_instant_off_the_calendar_has_some_date)
{
	ck_assert(date_is_valid(zone_date(INT64_MAX)));
	ck_assert(date_is_valid(zone_date(INT64_MIN)));
	ck_assert(date_is_valid(zone_date(INT64_C(400000000000))));
}
END_TEST

static const struct {
	const char *rule;
	const char *zone;
	struct date day;
	unsigned second;
	bool is_later;
	int64_t at_s;
} moments[] = {
	{ "without changes",
	  "America/Marigot",
	  { 2026, 11, 20 },
	  50400,
	  false,
	  1795197600 },
	{ "the first of two",
	  "Europe/Berlin",
	  { 2026, 10, 25 },
	  9000,
	  false,
	  1792888200 },
	{ "the second of two",
	  "Europe/Berlin",
	  { 2026, 10, 25 },
	  9000,
	  true,
	  1792891800 },
	{ "by half an hour, the first",
	  "Australia/Lord_Howe",
	  { 2026, 4, 5 },
	  6300,
	  false,
	  1775313900 },
	{ "by half an hour, the second",
	  "Australia/Lord_Howe",
	  { 2026, 4, 5 },
	  6300,
	  true,
	  1775315700 },
};

START_TEST(a_local_time_is_a_moment)
{
	ck_assert_int_eq(zone_use(moments[_i].zone), 0);
	ck_assert_msg(zone_at(moments[_i].day, moments[_i].second,
			      moments[_i].is_later) == moments[_i].at_s,
		      "%s: %lld", moments[_i].rule,
		      (long long)zone_at(moments[_i].day, moments[_i].second,
					 moments[_i].is_later));
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_local_time_is_a_moment, COUNT_OF(moments) },
		{ a_day_begins_when_its_date_does, COUNT_OF(changes) },
		{ an_instant_is_of_the_day_that_began, COUNT_OF(changes) },
		{ days_divide_time, COUNT_OF(zones) },
		{ a_date_is_what_libc_shows, COUNT_OF(zones) },
		{ an_instant_off_the_calendar_has_some_date, 0 },
	};

	return unit_run("zone", tests, COUNT_OF(tests));
}
