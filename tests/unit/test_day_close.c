/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/day_close.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "store/daybook_file.h"
#include "store/rrd_write.h"
#include "support/day_rows.h"
#include "support/stored_rows.h"
#include "support/tempdir.h"
#include "support/unit.h"
#include "util/file.h"
#include "util/zone.h"

enum { HOUR_S = 3600, DAY_S = 86400, ALL = 1000000 };

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

/* As if the collector was started anew. */
static void restart(void)
{
	day_close_free(job);
	ck_assert_int_eq(day_close_new(&job, dir, "UTC"), 0);
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

#define T0 STORED_START /* 2023-11-15 */

static const struct date t0_day = { 2023, 11, 15 };

static void write_exchange(int64_t from_s, int64_t to_s, uint64_t seed)
{
	struct series s = stored_series(SERIES_EXCHANGE);

	day_rows_write(dir, &s, from_s, to_s, seed);
}

START_TEST(a_day_is_closed_when_it_is_over)
{
	write_exchange(T0, T0 + DAY_S, 1);
	close_until(T0 + DAY_S - 1);
	ck_assert(!has_book(DAYBOOK_DAY, t0_day));
	close_until(T0 + DAY_S);
	ck_assert(has_book(DAYBOOK_DAY, t0_day));
	ck_assert_uint_eq(day_close_counters(job).books_stored, 2);
}
END_TEST

START_TEST(days_that_were_missed_are_caught_up)
{
	static const int gap = 3; /* a day without any row */
	struct date first = date_add_days(t0_day, -10);

	for (int i = 0; i < 10; i++) {
		if (i != gap)
			write_exchange(T0 + (i - 10) * DAY_S,
				       T0 + (i - 9) * DAY_S, (uint64_t)i);
	}
	close_until(T0 + HOUR_S);
	for (int i = 0; i < 10; i++)
		ck_assert(has_book(DAYBOOK_DAY, date_add_days(first, i)) ==
			  (i != gap));
	ck_assert(!has_book(DAYBOOK_DAY, date_add_days(first, -1)));
	ck_assert(!has_book(DAYBOOK_DAY, t0_day));
	restart();
	close_until(T0 + HOUR_S);
	ck_assert_uint_eq(day_close_counters(job).books_stored, 0);
	ck_assert_uint_eq(day_close_counters(job).series_read, 0);
}
END_TEST

/* Down over the end of a month, and for weeks. */
START_TEST(a_month_that_was_missed_is_caught_up)
{
	struct date november = { 2023, 11, 1 };
	struct daybook_entry entry;
	struct daybook book;
	struct series exchange = stored_series(SERIES_EXCHANGE);
	int64_t from_s = zone_day_start(november, DAYBOOK_SLOT_S);
	int64_t to_s = from_s + INT64_C(30) * DAY_S;

	write_exchange(T0, T0 + 3 * DAY_S, 1);
	close_until(T0 + 2 * DAY_S);
	restart();
	close_until(T0 + INT64_C(40) * DAY_S);
	ck_assert(has_book(DAYBOOK_DAY, date_add_days(t0_day, 2)));
	ck_assert(!has_book(DAYBOOK_DAY, date_add_days(t0_day, 3)));
	open_book(&book, DAYBOOK_MONTH, november);
	ck_assert_int_eq(book.reader.head.from_s, from_s);
	find(&entry, &book, &exchange);
	day_rows_check(dir, &entry, from_s, to_s);
	daybook_fini(&book);
	ck_assert(!has_book(DAYBOOK_MONTH, (struct date){ 2023, 12, 1 }));
}
END_TEST

/* The rows of the first days of the month are gone from the archive. */
START_TEST(a_month_is_made_of_the_rows_that_are_left)
{
	struct date november = { 2023, 11, 1 };
	struct series agent = stored_series(SERIES_AGENT);
	int64_t from_s = zone_day_start(november, DAYBOOK_SLOT_S);
	int64_t now_s = from_s + INT64_C(72) * DAY_S;
	int64_t reach_s = now_s - INT64_C(62) * DAY_S;
	struct daybook_entry entry;
	struct daybook book;

	day_rows_write(dir, &agent, from_s, now_s, 1);
	close_until(now_s);
	ck_assert(!has_book(DAYBOOK_DAY, (struct date){ 2023, 11, 10 }));
	ck_assert(has_book(DAYBOOK_DAY, (struct date){ 2023, 11, 11 }));
	open_book(&book, DAYBOOK_MONTH, november);
	ck_assert_int_eq(book.reader.head.from_s, from_s);
	find(&entry, &book, &agent);
	day_rows_check(dir, &entry, reach_s, from_s + INT64_C(30) * DAY_S);
	daybook_fini(&book);
}
END_TEST

static void read_file(enum daybook_kind kind, struct text *out)
{
	char path[PATH_MAX];

	text_init(out);
	ck_assert_int_eq(daybook_path(path, dir, kind, t0_day), 0);
	ck_assert_int_eq(file_read(path, 1 << 20, out), 0);
}

static void check_same_again(enum daybook_kind kind, int64_t stored_to_s,
			     uint32_t pace)
{
	char path[PATH_MAX];
	struct text before;
	struct text after;
	uint32_t calls = 0;
	int rc;

	read_file(kind, &before);
	ck_assert_int_eq(daybook_path(path, dir, kind, t0_day), 0);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(day_close_again(job, t0_day, t0_day, stored_to_s), 0);
	while ((rc = day_close_some(job, pace)) == 1)
		calls++;
	ck_assert_int_eq(rc, 0);
	if (pace == 1)
		ck_assert_uint_gt(calls, 0);
	read_file(kind, &after);
	ck_assert_uint_eq(before.len, after.len);
	ck_assert_mem_eq(before.data, after.data, before.len);
	text_fini(&before);
	text_fini(&after);
}

START_TEST(closing_again_gives_the_same_bytes)
{
	struct series pair = stored_series(SERIES_PAIR);
	struct series port = stored_series(SERIES_PORT);

	write_exchange(T0, T0 + DAY_S, 1);
	day_rows_write(dir, &port, T0, T0 + DAY_S, 2);
	day_rows_write(dir, &pair, T0, T0 + DAY_S, 3);
	close_until(T0 + DAY_S);
	close_until(T0 + 20 * DAY_S);
	check_same_again(DAYBOOK_DAY, T0 + DAY_S, ALL);
	check_same_again(DAYBOOK_DAY, T0 + DAY_S, 1);
	check_same_again(DAYBOOK_PAIRS, T0 + DAY_S, 1);
	check_same_again(DAYBOOK_MONTH, T0 + 20 * DAY_S, 1);
}
END_TEST

START_TEST(a_day_of_which_more_becomes_known_is_closed_again)
{
	struct series exchange = stored_series(SERIES_EXCHANGE);
	struct daybook_entry entry;
	struct daybook book;

	write_exchange(T0, T0 + 6 * HOUR_S, 1);
	close_until(T0 + DAY_S);
	ck_assert_uint_eq(day_close_counters(job).books_stored, 2);
	write_exchange(T0 + 12 * HOUR_S, T0 + DAY_S, 2);
	restart();
	close_until(T0 + DAY_S);
	ck_assert_uint_eq(day_close_counters(job).books_stored, 1);
	open_book(&book, DAYBOOK_DAY, t0_day);
	find(&entry, &book, &exchange);
	day_rows_check(dir, &entry, T0, T0 + DAY_S);
	daybook_fini(&book);
}
END_TEST

START_TEST(what_becomes_less_known_does_not_replace)
{
	struct series exchange = stored_series(SERIES_EXCHANGE);
	char path[PATH_MAX];
	struct text before;
	struct text after;

	write_exchange(T0, T0 + DAY_S, 1);
	close_until(T0 + DAY_S);
	read_file(DAYBOOK_DAY, &before);
	ck_assert_int_eq(series_path(path, sizeof(path), dir, &exchange), 0);
	ck_assert_int_eq(unlink(path), 0);
	write_exchange(T0 + HOUR_S, T0 + DAY_S, 1);
	ck_assert_int_eq(day_close_again(job, t0_day, t0_day, T0 + DAY_S), 0);
	ck_assert_int_eq(day_close_some(job, ALL), 0);
	ck_assert_uint_gt(day_close_counters(job).books_kept, 0);
	read_file(DAYBOOK_DAY, &after);
	ck_assert_mem_eq(before.data, after.data, before.len);
	text_fini(&before);
	text_fini(&after);
}
END_TEST

START_TEST(a_clock_that_was_ahead_does_not_close_a_day_too_early)
{
	struct series exchange = stored_series(SERIES_EXCHANGE);
	struct daybook_entry entry;
	struct daybook book;

	write_exchange(T0, T0 + 6 * HOUR_S, 1);
	close_until(T0 + DAY_S + HOUR_S);
	ck_assert(has_book(DAYBOOK_DAY, t0_day));
	close_until(T0 + 6 * HOUR_S);
	write_exchange(T0 + 6 * HOUR_S, T0 + DAY_S, 2);
	close_until(T0 + DAY_S);
	open_book(&book, DAYBOOK_DAY, t0_day);
	find(&entry, &book, &exchange);
	day_rows_check(dir, &entry, T0, T0 + DAY_S);
	daybook_fini(&book);
}
END_TEST

START_TEST(a_series_of_which_nothing_is_known_is_left_out)
{
	struct series gone = stored_series(SERIES_MEMBER);
	struct series exchange = stored_series(SERIES_EXCHANGE);
	struct daybook_entry entry;
	struct daybook book;

	day_rows_write(dir, &gone, T0 - DAY_S, T0, 1);
	write_exchange(T0 - DAY_S, T0 + DAY_S, 2);
	close_until(T0 + DAY_S);
	open_book(&book, DAYBOOK_DAY, t0_day);
	ck_assert_int_eq(daybook_next(&book.reader, &entry), 1);
	ck_assert_int_eq(series_compare(&entry.series, &exchange), 0);
	ck_assert_int_eq(daybook_next(&book.reader, &entry), 0);
	daybook_fini(&book);
}
END_TEST

START_TEST(a_day_closed_late_knows_no_minutes)
{
	struct series exchange = stored_series(SERIES_EXCHANGE);
	struct daybook_entry entry;
	struct daybook book;

	write_exchange(T0, T0 + 5 * DAY_S, 1);
	close_until(T0 + 5 * DAY_S);
	open_book(&book, DAYBOOK_DAY, t0_day);
	find(&entry, &book, &exchange);
	day_rows_check(dir, &entry, T0, T0 + DAY_S);
	ck_assert_double_nan(entry.measures[0].minute_peak);
	daybook_fini(&book);
}
END_TEST

static void write_pair(const struct series *pair, int64_t from_s, size_t count,
		       double rate)
{
	struct series_row row = { .start_s = from_s };

	for (size_t i = 0; i < count; i++, row.start_s += SERIES_PAIR_STEP_S) {
		for (size_t c = 0; c < PAIR_COUNT; c++)
			row.values[c] = rate > 0 ? rate + (double)c : rate;
		ck_assert_int_eq(rrd_write_rows(dir, pair, &row, 1, NULL), 0);
	}
}

START_TEST(only_pairs_with_traffic_have_a_line)
{
	struct series busy = stored_series(SERIES_PAIR);
	struct series idle = busy;
	struct series unknown = busy;
	struct daybook_pair pair;
	struct daybook book;

	idle.other_asn = 64502;
	unknown.other_asn = 64503;
	write_exchange(T0, T0 + DAY_S, 1);
	write_pair(&busy, T0 + HOUR_S, 12, 100);
	write_pair(&idle, T0, 288, 0);
	write_pair(&unknown, T0 - DAY_S, 12, 100);
	close_until(T0 + DAY_S);
	open_book(&book, DAYBOOK_PAIRS, t0_day);
	ck_assert_uint_eq(book.reader.head.row_s, DAYBOOK_SLOT_S);
	ck_assert_int_eq(daybook_next_pair(&book.reader, &pair), 1);
	ck_assert_uint_eq(pair.asn, busy.asn);
	ck_assert_uint_eq(pair.other_asn, busy.other_asn);
	ck_assert_uint_eq(pair.vlan, busy.vlan);
	for (uint32_t c = 0; c < PAIR_COUNT; c++)
		ck_assert_uint_eq(pair.bytes[c], (100 + c) * HOUR_S);
	ck_assert_uint_eq(pair.known[0], 12);
	ck_assert_uint_eq(pair.known[1], 12);
	ck_assert_int_eq(daybook_next_pair(&book.reader, &pair), 0);
	daybook_fini(&book);
}
END_TEST

START_TEST(pairs_closed_late_are_made_of_longer_rows)
{
	struct series busy = stored_series(SERIES_PAIR);
	struct daybook_pair pair;
	struct daybook book;

	write_exchange(T0, T0 + 4 * DAY_S, 1);
	write_pair(&busy, T0, 288 * 4, 100);
	close_until(T0 + 4 * DAY_S);
	open_book(&book, DAYBOOK_PAIRS, t0_day);
	ck_assert_uint_eq(book.reader.head.row_s, 1800);
	ck_assert_int_eq(daybook_next_pair(&book.reader, &pair), 1);
	for (uint32_t c = 0; c < PAIR_COUNT; c++)
		ck_assert_uint_eq(pair.bytes[c], (100 + c) * DAY_S);
	ck_assert_uint_eq(pair.known[0], 288);
	daybook_fini(&book);
}
END_TEST

/* "No traffic" would be wrong, so there is no book: days are at odds with
 * half hours in one zone, and rows of half hours gone in the other. */
static const struct {
	const char *zone;
	int days;
} too_late[] = {
	{ "Asia/Kathmandu", 4 },
	{ "UTC", 20 },
};

START_TEST(pairs_closed_too_late_have_no_book)
{
	struct series busy = stored_series(SERIES_PAIR);
	struct date day = date_add_days(t0_day, 1);
	int days = too_late[_i].days;

	ck_assert_int_eq(zone_use(too_late[_i].zone), 0);
	write_exchange(T0, T0 + days * DAY_S, 1);
	write_pair(&busy, T0, 288 * (size_t)days, 100);
	close_until(T0 + days * DAY_S);
	ck_assert(has_book(DAYBOOK_DAY, day));
	ck_assert(!has_book(DAYBOOK_PAIRS, day));
	ck_assert(has_book(DAYBOOK_PAIRS, date_add_days(t0_day, days - 1)));
}
END_TEST

START_TEST(a_damaged_file_costs_its_series_alone)
{
	struct series member = stored_series(SERIES_MEMBER);
	struct series exchange = stored_series(SERIES_EXCHANGE);
	struct daybook_entry entry;
	struct daybook book;
	char path[PATH_MAX];

	write_exchange(T0, T0 + DAY_S, 1);
	day_rows_write(dir, &member, T0, T0 + DAY_S, 2);
	ck_assert_int_eq(series_path(path, sizeof(path), dir, &member), 0);
	ck_assert_int_eq(truncate(path, 5000), 0);
	close_until(T0 + DAY_S);
	ck_assert_uint_eq(day_close_counters(job).series_failed, 1);
	open_book(&book, DAYBOOK_DAY, t0_day);
	find(&entry, &book, &exchange);
	ck_assert_int_eq(daybook_next(&book.reader, &entry), 0);
	daybook_fini(&book);
}
END_TEST

/* A damaged exchange file does not hide the day: a switch was seen. */
START_TEST(a_damaged_exchange_does_not_hide_a_day)
{
	struct series w = stored_series(SERIES_SWITCH);
	struct series exchange = stored_series(SERIES_EXCHANGE);
	char path[PATH_MAX];

	write_exchange(T0, T0 + DAY_S, 1);
	day_rows_write(dir, &w, T0, T0 + DAY_S, 2);
	ck_assert_int_eq(series_path(path, sizeof(path), dir, &exchange), 0);
	ck_assert_int_eq(truncate(path, 5000), 0);
	close_until(T0 + DAY_S);
	ck_assert(has_book(DAYBOOK_DAY, t0_day));
}
END_TEST

START_TEST(a_book_that_cannot_be_written_is_tried_again)
{
	char path[PATH_MAX];

	write_exchange(T0, T0 + DAY_S, 1);
	(void)snprintf(path, sizeof(path), "%s/daybook", dir);
	ck_assert_int_eq(file_replace(path, "", 0), 0);
	ck_assert_int_eq(day_close_until(job, T0 + DAY_S), 0);
	ck_assert_int_eq(day_close_some(job, ALL), -ENOTDIR);
	ck_assert_int_eq(day_close_some(job, ALL), -ENOTDIR);
	ck_assert_uint_eq(day_close_counters(job).books_failed, 2);
	ck_assert_uint_eq(day_close_counters(job).series_read, 1);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(day_close_some(job, ALL), 0);
	ck_assert(has_book(DAYBOOK_DAY, t0_day));
	ck_assert(has_book(DAYBOOK_PAIRS, t0_day));
}
END_TEST

/* A disk that fills up in the middle of the file. */
START_TEST(a_full_disk_leaves_the_book_to_be_written_later)
{
	struct rlimit limit;
	struct rlimit small;
	char path[PATH_MAX];

	write_exchange(T0, T0 + DAY_S, 1);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	small = limit;
	small.rlim_cur = 100;
	(void)signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
	ck_assert_int_eq(day_close_until(job, T0 + DAY_S), 0);
	ck_assert_int_eq(day_close_some(job, ALL), -EFBIG);
	ck_assert(!has_book(DAYBOOK_DAY, t0_day));
	ck_assert_int_eq(daybook_path(path, dir, DAYBOOK_DAY, t0_day), 0);
	(void)strcat(path, ".new");
	ck_assert_int_ne(access(path, F_OK), 0);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_int_eq(day_close_some(job, ALL), 0);
	ck_assert(has_book(DAYBOOK_DAY, t0_day));
	ck_assert_uint_eq(day_close_counters(job).books_failed, 1);
	ck_assert_uint_eq(day_close_counters(job).books_stored, 2);
}
END_TEST

/* No file can be opened for a while: nothing is left out of the book. */
START_TEST(a_want_of_descriptors_leaves_nothing_out)
{
	struct rlimit limit;
	struct rlimit none;
	struct daybook book;

	write_exchange(T0, T0 + DAY_S, 1);
	ck_assert_int_eq(day_close_until(job, T0 + DAY_S), 0);
	ck_assert_int_eq(day_close_some(job, 0), 1); /* series are listed */
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = 0;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	ck_assert_int_eq(day_close_some(job, ALL), -EMFILE);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_int_eq(day_close_some(job, ALL), 0);
	ck_assert_uint_eq(day_close_counters(job).series_failed, 0);
	open_book(&book, DAYBOOK_DAY, t0_day);
	ck_assert_uint_eq(book.reader.head.count, 1);
	daybook_fini(&book);
}
END_TEST

START_TEST(an_empty_state_has_nothing_to_close)
{
	close_until(T0);
	close_until(T0 + DAY_S);
	ck_assert_int_eq(day_close_again(job, t0_day, t0_day, T0 + DAY_S), 0);
	ck_assert_int_eq(day_close_some(job, ALL), 0);
	ck_assert(!has_book(DAYBOOK_DAY, t0_day));
	ck_assert_uint_eq(day_close_counters(job).books_empty, 1);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_day_is_closed_when_it_is_over, 0 },
		{ days_that_were_missed_are_caught_up, 0 },
		{ a_month_that_was_missed_is_caught_up, 0 },
		{ a_month_is_made_of_the_rows_that_are_left, 0 },
		{ closing_again_gives_the_same_bytes, 0 },
		{ a_day_of_which_more_becomes_known_is_closed_again, 0 },
		{ what_becomes_less_known_does_not_replace, 0 },
		{ a_clock_that_was_ahead_does_not_close_a_day_too_early, 0 },
		{ a_series_of_which_nothing_is_known_is_left_out, 0 },
		{ a_day_closed_late_knows_no_minutes, 0 },
		{ only_pairs_with_traffic_have_a_line, 0 },
		{ pairs_closed_late_are_made_of_longer_rows, 0 },
		{ pairs_closed_too_late_have_no_book, COUNT_OF(too_late) },
		{ a_damaged_file_costs_its_series_alone, 0 },
		{ a_damaged_exchange_does_not_hide_a_day, 0 },
		{ a_book_that_cannot_be_written_is_tried_again, 0 },
		{ a_full_disk_leaves_the_book_to_be_written_later, 0 },
		{ a_want_of_descriptors_leaves_nothing_out, 0 },
		{ an_empty_state_has_nothing_to_close, 0 },
	};

	return unit_run_with("day_close", setup, teardown, tests,
			     COUNT_OF(tests));
}
