/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/day_close.h"

#include <math.h>
#include <unistd.h>

#include "store/day_figures.h"
#include "store/daybook_file.h"
#include "store/rrd_read.h"
#include "support/day_rows.h"
#include "support/stored_rows.h"
#include "support/tempdir.h"
#include "support/unit.h"
#include "util/zone.h"

enum { HOUR_S = 3600, ALL = 1000000 };

static char *dir;
static struct day_close *job;

static void setup(void)
{
	dir = tempdir_new();
	ck_assert_int_eq(zone_use("UTC"), 0);
	ck_assert_int_eq(day_close_new(&job, dir, "UTC"), 0);
}

static void teardown(void)
{
	day_close_free(job);
	tempdir_remove(dir);
}

static void open_book(struct daybook *book, enum daybook_kind kind,
		      struct date date)
{
	ck_assert_int_eq(daybook_read(book, dir, kind, date), 0);
}

static bool has_book(enum daybook_kind kind, struct date date)
{
	char path[PATH_MAX];

	ck_assert_int_eq(daybook_path(path, dir, kind, date), 0);
	return access(path, F_OK) == 0;
}

static void find(struct daybook_entry *entry, struct daybook *book,
		 const struct series *series)
{
	ck_assert_int_eq(daybook_find(&book->reader, series, entry), 1);
}

static void close_until(int64_t stored_to_s)
{
	ck_assert_int_eq(day_close_until(job, stored_to_s), 0);
	ck_assert_int_eq(day_close_some(job, ALL), 0);
}

static const enum series_kind kinds[] = {
	SERIES_EXCHANGE, SERIES_MEMBER, SERIES_VLAN_INTERFACE, SERIES_VLAN,
	SERIES_SWITCH,	 SERIES_PORT,	SERIES_AGENT,
};

static const struct {
	const char *zone;
	struct date day;
	uint32_t slots;
} days[] = {
	{ "UTC", { 2026, 3, 29 }, 288 },
	{ "America/Marigot", { 2026, 3, 29 }, 288 },
	{ "Europe/Berlin", { 2026, 3, 29 }, 276 },
	{ "Europe/Berlin", { 2026, 10, 25 }, 300 },
	{ "Australia/Lord_Howe", { 2026, 4, 5 }, 294 },
	{ "Australia/Lord_Howe", { 2026, 10, 4 }, 282 },
	{ "America/Havana", { 2026, 3, 8 }, 276 },
	{ "America/Havana", { 2026, 11, 1 }, 300 },
	{ "Asia/Beirut", { 2026, 3, 29 }, 276 },
};

START_TEST(a_day_is_what_its_rows_come_to)
{
	struct daybook book;
	int64_t from_s;
	int64_t to_s;

	ck_assert_int_eq(zone_use(days[_i].zone), 0);
	from_s = zone_day_start(days[_i].day, DAYBOOK_SLOT_S);
	to_s = zone_day_start(date_add_days(days[_i].day, 1), DAYBOOK_SLOT_S);
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		struct series s = stored_series(kinds[i]);

		day_rows_write(dir, &s, from_s - 2 * HOUR_S, to_s + 2 * HOUR_S,
			       i + (uint64_t)_i);
	}
	close_until(to_s + 2 * HOUR_S);
	open_book(&book, DAYBOOK_DAY, days[_i].day);
	ck_assert_int_eq(book.reader.head.from_s, from_s);
	ck_assert_int_eq(book.reader.head.to_s, to_s);
	ck_assert_uint_eq(daybook_slots(&book.reader.head), days[_i].slots);
	ck_assert_uint_eq(book.reader.head.count, COUNT_OF(kinds));
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		struct series s = stored_series(kinds[i]);
		struct daybook_entry entry;
		struct series_data minutes =
		    stored_read(dir, &s, from_s, to_s, DAYBOOK_MINUTE_S);

		find(&entry, &book, &s);
		day_rows_check(dir, &entry, from_s, to_s);
		day_rows_check_minutes(&entry, &minutes);
		series_data_fini(&minutes);
	}
	daybook_fini(&book);
}
END_TEST

/* Days of a week with a change of the clock, each slot counted once. */
static const struct {
	const char *zone;
	struct date first;
} weeks[] = {
	{ "Europe/Berlin", { 2026, 3, 26 } },
	{ "Europe/Berlin", { 2026, 10, 22 } },
	{ "Australia/Lord_Howe", { 2026, 4, 2 } },
	{ "Asia/Beirut", { 2026, 10, 22 } },
	{ "America/Havana", { 2026, 3, 5 } },
};

START_TEST(days_add_up_to_all_rows)
{
	enum { WEEK = 7 };
	struct series agent = stored_series(SERIES_AGENT);
	struct series_data rows;
	int64_t from_s;
	int64_t to_s;
	double booked = 0;
	double total = 0;

	ck_assert_int_eq(zone_use(weeks[_i].zone), 0);
	from_s = zone_day_start(weeks[_i].first, DAYBOOK_SLOT_S);
	to_s = zone_day_start(date_add_days(weeks[_i].first, WEEK),
			      DAYBOOK_SLOT_S);
	day_rows_write(dir, &agent, from_s, to_s, 1);
	close_until(to_s);
	for (int i = 0; i < WEEK; i++) {
		struct daybook_entry entry;
		struct daybook book;

		open_book(&book, DAYBOOK_DAY,
			  date_add_days(weeks[_i].first, i));
		find(&entry, &book, &agent);
		booked += entry.totals[AGENT_LOST];
		daybook_fini(&book);
	}
	rows = stored_read(dir, &agent, from_s, to_s, DAYBOOK_SLOT_S);
	for (size_t row = 0; row < rows.rows; row++) {
		double value = series_at(&rows, row, AGENT_LOST);

		total += isnan(value) ? 0 : value * DAYBOOK_SLOT_S;
	}
	series_data_fini(&rows);
	ck_assert_double_eq_tol(booked, total, WEEK * 0.51);
}
END_TEST

/* Months as a zone has them; America/Marigot knows no summer time. */
static const struct {
	const char *zone;
	struct date month;
	uint32_t slots;
} months[] = {
	{ "Europe/Berlin", { 2026, 3, 1 }, 31 * 288 - 12 },
	{ "Europe/Berlin", { 2026, 10, 1 }, 31 * 288 + 12 },
	{ "America/Marigot", { 2026, 2, 1 }, 28 * 288 },
};

START_TEST(a_month_is_what_its_rows_come_to)
{
	struct series port = stored_series(SERIES_PORT);
	struct series agent = stored_series(SERIES_AGENT);
	struct date next = date_next_month(months[_i].month);
	struct daybook_entry entry;
	struct daybook book;
	double minute_peak = -1;
	int64_t from_s;
	int64_t to_s;

	ck_assert_int_eq(zone_use(months[_i].zone), 0);
	from_s = zone_day_start(months[_i].month, DAYBOOK_SLOT_S);
	to_s = zone_day_start(next, DAYBOOK_SLOT_S);
	/* day by day, so that rows of a minute are there at each midnight */
	for (struct date d = months[_i].month; date_compare(d, next) < 0;
	     d = date_add_days(d, 1)) {
		int64_t start_s = zone_day_start(d, DAYBOOK_SLOT_S);
		int64_t end_s =
		    zone_day_start(date_add_days(d, 1), DAYBOOK_SLOT_S);

		ck_assert(!has_book(DAYBOOK_MONTH, d));
		day_rows_write(dir, &agent, start_s, end_s, (uint64_t)d.day);
		day_rows_write(dir, &port, start_s, end_s,
			       100 + (uint64_t)d.day);
		close_until(end_s);
		open_book(&book, DAYBOOK_DAY, d);
		find(&entry, &book, &port);
		minute_peak = fmax(minute_peak, entry.measures[1].minute_peak);
		daybook_fini(&book);
	}
	open_book(&book, DAYBOOK_MONTH, months[_i].month);
	ck_assert_int_eq(book.reader.head.from_s, from_s);
	ck_assert_int_eq(book.reader.head.to_s, to_s);
	ck_assert_uint_eq(daybook_slots(&book.reader.head), months[_i].slots);
	find(&entry, &book, &port);
	day_rows_check(dir, &entry, from_s, to_s);
	ck_assert_double_eq(entry.measures[1].minute_peak, minute_peak);
	find(&entry, &book, &agent);
	day_rows_check(dir, &entry, from_s, to_s);
	daybook_fini(&book);
}
END_TEST

enum { FEW = 4 };

/* A few rows of an agent, the same in all columns. */
static struct series_data rows_of(double values[FEW * AGENT_COUNT],
				  const double rates[FEW], uint32_t row_s)
{
	for (size_t i = 0; i < (size_t)FEW * AGENT_COUNT; i++)
		values[i] = rates[i / AGENT_COUNT];
	return (struct series_data){ .from_s = STORED_START,
				     .row_s = row_s,
				     .rows = FEW,
				     .columns = AGENT_COUNT,
				     .values = values };
}

START_TEST(a_rate_that_cannot_be_is_unknown)
{
	const double rates[FEW] = { -5, 7, INFINITY, NAN };
	const struct series agent = stored_series(SERIES_AGENT);
	double values[FEW * AGENT_COUNT];
	struct series_data rows = rows_of(values, rates, DAYBOOK_SLOT_S);
	struct daybook_entry entry;

	daybook_entry_init(&entry, &agent);
	ck_assert_int_eq(day_figures_fill(&entry, &rows), 0);
	ck_assert_double_eq(entry.totals[AGENT_LOST], 7 * DAYBOOK_SLOT_S);
	ck_assert_uint_eq(entry.measures[0].known, 1);
	ck_assert_double_eq(entry.measures[0].p95, 7);
}
END_TEST

START_TEST(the_first_of_equal_peaks_counts)
{
	const double rates[FEW] = { 1, 9, 9, 2 };
	const struct series agent = stored_series(SERIES_AGENT);
	double values[FEW * AGENT_COUNT];
	struct series_data rows = rows_of(values, rates, DAYBOOK_SLOT_S);
	struct series_data minutes = rows;
	struct daybook_measure month = { .minute_peak = (double)NAN };
	struct daybook_entry entry;

	minutes.row_s = DAYBOOK_MINUTE_S;
	daybook_entry_init(&entry, &agent);
	ck_assert_int_eq(day_figures_fill(&entry, &rows), 0);
	day_figures_minutes(&entry, &minutes);
	ck_assert_int_eq(entry.measures[0].peak_at_s,
			 STORED_START + DAYBOOK_SLOT_S);
	ck_assert_int_eq(entry.measures[0].minute_peak_at_s,
			 STORED_START + DAYBOOK_MINUTE_S);
	day_figures_take_minutes(&month, &entry);
	entry.measures[0].minute_peak_at_s += DAYBOOK_SLOT_S;
	day_figures_take_minutes(&month, &entry);
	ck_assert_int_eq(month.minute_peak_at_s,
			 STORED_START + DAYBOOK_MINUTE_S);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_rate_that_cannot_be_is_unknown, 0 },
		{ the_first_of_equal_peaks_counts, 0 },
		{ a_day_is_what_its_rows_come_to, COUNT_OF(days) },
		{ days_add_up_to_all_rows, COUNT_OF(weeks) },
		{ a_month_is_what_its_rows_come_to, COUNT_OF(months) },
	};

	return unit_run_with("day_figures", setup, teardown, tests,
			     COUNT_OF(tests));
}
