/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>

#include "store/journal.h"
#include "store/journal_rows.h"
#include "support/stored_rows.h"
#include "support/tempdir.h"

enum { MINUTE_S = 60, MINUTE_US = 60000000, DAY_S = 86400, PAIR_S = 300 };

static const struct series series[] = {
	{ .kind = SERIES_MEMBER, .asn = 64500 },
	{ .kind = SERIES_PAIR, .asn = 64500, .other_asn = 64501, .vlan = 100 },
};

static char *dir;
static struct journal *journal;
static struct text record;
static struct journal_rows rows[COUNT_OF(series)];

static void open_journal(void)
{
	journal_close(journal);
	ck_assert_int_eq(journal_open(&journal, dir, &journal_default_limits),
			 0);
}

static void setup(void)
{
	dir = tempdir_new();
	text_init(&record);
	journal = NULL;
	open_journal();
}

static void teardown(void)
{
	journal_rows_fini(rows, COUNT_OF(series));
	journal_close(journal);
	text_fini(&record);
	tempdir_remove(dir);
}

/* A closed step in which the member, or the pair, had so many bytes. */
static void append(enum record_kind kind, int64_t at_s, uint64_t bytes,
		   bool odd)
{
	bool pairs = kind == RECORD_PAIR_STEP;
	struct record_head head = {
		.kind = kind,
		.start_s = STORED_START + at_s,
		.covered_us = (pairs ? 5 : 1) * (int64_t)MINUTE_US,
		.odd_clock = odd,
	};
	struct record_entry seen = { .series = series[0],
				     .known = true,
				     .seen_us = head.covered_us };
	struct record_entry entry = { .series = series[pairs], .known = true };

	entry.traffic.tallies[0][FAMILY_IPV4].bytes = bytes;
	record_begin(&record, &head);
	if (pairs) {
		record_add(&record, &seen);
		seen.series.asn = 64501;
		record_add(&record, &seen);
	}
	record_add(&record, &entry);
	ck_assert_int_eq(journal_append(journal, &head, &record), 0);
	ck_assert_int_eq(journal_sync(journal), 0);
}

static void minutes(int64_t from_s, int count, uint64_t bytes, bool odd)
{
	for (int i = 0; i < count; i++)
		append(RECORD_STEP, from_s + (int64_t)i * MINUTE_S, bytes, odd);
}

static void read_to(int64_t to_s)
{
	const struct journal_span span = { .to_s = STORED_START + to_s };

	journal_rows_fini(rows, COUNT_OF(series));
	ck_assert_int_eq(
	    journal_rows_read(rows, dir, series, COUNT_OF(series), span), 0);
}

/* The nth row starts then, and is of so many bytes. */
static void is_row(size_t of, size_t nth, int64_t at_s, uint64_t bytes)
{
	const struct series_row *row = &rows[of].rows[nth];

	ck_assert_uint_lt(nth, rows[of].count);
	ck_assert_int_eq(row->start_s, STORED_START + at_s);
	ck_assert_double_eq(row->values[0],
			    (double)bytes / (of ? PAIR_S : MINUTE_S));
}

START_TEST(a_step_back_of_some_minutes_leaves_rows_out)
{
	minutes(0, 10, 60, false);
	minutes(120, 10, 120, false);
	read_to(DAY_S);
	ck_assert_uint_eq(rows[0].count, 12);
	is_row(0, 9, 540, 60);
	is_row(0, 10, 600, 120);
}
END_TEST

START_TEST(what_a_clock_that_was_ahead_said_is_left_out)
{
	minutes(0, 3, 60, false);
	minutes(DAY_S, 10, 120, false); /* ahead, and confirmed */
	minutes(600, 3, 180, false);	/* confirmed too: it was ahead */
	minutes(DAY_S, 2, 240, false);	/* what was ahead then has come */
	read_to(3 * DAY_S);
	ck_assert_uint_eq(rows[0].count, 8);
	is_row(0, 2, 120, 60);
	is_row(0, 3, 600, 180);
	is_row(0, 5, 720, 180);
	is_row(0, 6, DAY_S, 240);
}
END_TEST

START_TEST(odd_steps_that_came_before_its_confirmation_count_too)
{
	minutes(0, 3, 60, false);
	minutes(DAY_S, 10, 120, false);
	minutes(600, 3, 180, true);
	minutes(780, 2, 240, false);
	read_to(3 * DAY_S);
	ck_assert_uint_eq(rows[0].count, 8);
	is_row(0, 3, 600, 180);
	is_row(0, 6, 780, 240);
}
END_TEST

START_TEST(a_clock_that_was_behind_for_a_while_changes_nothing)
{
	minutes(0, 60, 60, false);
	minutes(600, 5, 180, true);
	minutes(3900, 2, 240, false);
	read_to(DAY_S);
	ck_assert_uint_eq(rows[0].count, 62);
	is_row(0, 10, 600, 60);
	is_row(0, 59, 3540, 60);
	is_row(0, 60, 3900, 240);
}
END_TEST

START_TEST(pairs_follow_the_clock_as_all_else_does)
{
	append(RECORD_PAIR_STEP, 0, 300, false);
	append(RECORD_PAIR_STEP, DAY_S, 600, false);
	append(RECORD_PAIR_STEP, 600, 900, false);
	append(RECORD_PAIR_STEP, 0, 1200, false); /* ten minutes back */
	read_to(3 * DAY_S);
	ck_assert_uint_eq(rows[1].count, 2);
	ck_assert_uint_eq(rows[1].used, 2);
	is_row(1, 0, 0, 300);
	is_row(1, 1, 600, 900);
}
END_TEST

START_TEST(the_newest_step_is_that_of_the_clock_that_is_right)
{
	minutes(0, 3, 60, false);
	minutes(DAY_S, 3, 120, false);
	append(RECORD_PAIR_STEP, DAY_S, 600, false);
	ck_assert_int_eq(journal_newest(journal), STORED_START + DAY_S + 120);
	minutes(600, 3, 180, false);
	ck_assert_int_eq(journal_newest(journal), STORED_START + 720);
	open_journal();
	ck_assert_int_eq(journal_newest(journal), STORED_START + 720);
	minutes(300, 1, 180, false);
	ck_assert_int_eq(journal_newest(journal), STORED_START + 720);
}
END_TEST

/* A clock that began in the past and was set, and one that was right. */
START_TEST(the_start_is_that_of_a_clock_that_went_on)
{
	int64_t from_s = 0;

	append(RECORD_STEP, -1000 * MINUTE_S, 1, true);
	minutes(0, 2, 1, true);
	minutes(2 * MINUTE_S, 2, 1, false);
	ck_assert_int_eq(journal_rows_start(dir, JOURNAL_STEPS, false, &from_s),
			 0);
	ck_assert_int_eq(from_s, STORED_START);
}
END_TEST

START_TEST(a_start_in_the_past_is_none)
{
	int64_t from_s = 0;

	append(RECORD_STEP, -1000 * MINUTE_S, 1, true);
	minutes(0, 2, 1, false);
	ck_assert_int_eq(journal_rows_start(dir, JOURNAL_STEPS, false, &from_s),
			 0);
	ck_assert_int_eq(from_s, STORED_START);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_step_back_of_some_minutes_leaves_rows_out, 0 },
		{ what_a_clock_that_was_ahead_said_is_left_out, 0 },
		{ odd_steps_that_came_before_its_confirmation_count_too, 0 },
		{ the_start_is_that_of_a_clock_that_went_on, 0 },
		{ a_start_in_the_past_is_none, 0 },
		{ a_clock_that_was_behind_for_a_while_changes_nothing, 0 },
		{ pairs_follow_the_clock_as_all_else_does, 0 },
		{ the_newest_step_is_that_of_the_clock_that_is_right, 0 },
	};

	return unit_run_with("journal_rows", setup, teardown, tests,
			     COUNT_OF(tests));
}
