/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdio.h>

#include "store/journal.h"
#include "support/made_journal.h"
#include "support/tempdir.h"

enum { HOUR_S = 3600, FIRST_S = 480000 * HOUR_S, MONTH_S = 30 * 86400 };

static char *dir;
static struct journal *journal;
static struct seen seen;

static const struct journal_limits six_hours = {
	.keep_s = { 6 * HOUR_S, 2 * HOUR_S },
	.file_s = HOUR_S,
	.waiting_max_bytes = 1 << 20,
	.total_max_bytes = 1 << 20,
};

static void open_with(const struct journal_limits *limits)
{
	journal_close(journal);
	journal = NULL;
	ck_assert_int_eq(journal_open(&journal, dir, limits), 0);
}

static void setup(void)
{
	dir = tempdir_new();
	open_with(&six_hours);
}

static void teardown(void)
{
	journal_close(journal);
	journal = NULL;
	tempdir_remove(dir);
}

static void append(enum record_kind kind, int64_t start_s, bool odd_clock)
{
	(void)append_head(journal, (struct record_head){
				       .kind = kind,
				       .start_s = start_s,
				       .odd_clock = odd_clock,
				   });
	ck_assert_int_eq(journal_sync(journal), 0);
}

/* A step and a pair step in each of some hours. */
static void live(int from_hour, int to_hour)
{
	for (int hour = from_hour; hour < to_hour; hour++) {
		append(RECORD_STEP, FIRST_S + hour * HOUR_S, false);
		append(RECORD_PAIR_STEP, FIRST_S + hour * HOUR_S, false);
	}
}

static bool has_seen(int64_t start_s)
{
	for (size_t i = 0; i < seen.count; i++) {
		if (seen.start_s[i] == start_s)
			return true;
	}
	return false;
}

START_TEST(each_stream_is_kept_for_its_time)
{
	live(0, 30);
	ck_assert_uint_eq(count_files(dir, "steps-"), 7);
	ck_assert_uint_eq(count_files(dir, "pairs-"), 3);
	ck_assert_uint_eq(journal_counters(journal).files_removed, 23 + 27);
	see_all(&seen, dir);
	/* six hours back from the newest record, and no file is split */
	ck_assert_int_eq(seen.start_s[0], FIRST_S + 23 * HOUR_S);
}
END_TEST

START_TEST(it_does_so_after_a_restart)
{
	live(0, 5);
	open_with(&six_hours);
	live(5, 10);
	open_with(&six_hours);
	live(10, 12);
	ck_assert_uint_eq(count_files(dir, "steps-"), 7);
	ck_assert_uint_eq(count_files(dir, "pairs-"), 3);
}
END_TEST

START_TEST(a_clock_that_is_ahead_deletes_nothing)
{
	live(0, 4);
	append(RECORD_STEP, FIRST_S + MONTH_S, true);
	append(RECORD_PART, FIRST_S + MONTH_S, true);
	ck_assert_uint_eq(count_files(dir, "steps-"), 5);
	open_with(&six_hours);
	append(RECORD_PAIR_STEP, FIRST_S + MONTH_S, true);
	see_all(&seen, dir);
	ck_assert(has_seen(FIRST_S));
	ck_assert(has_seen(FIRST_S + MONTH_S));
	ck_assert_uint_eq(journal_counters(journal).files_removed, 0);
}
END_TEST

START_TEST(nothing_goes_for_its_age_while_that_is_not_allowed)
{
	journal_let_age(journal, false);
	live(0, 9);
	append(RECORD_STEP, FIRST_S + MONTH_S, false);
	see_all(&seen, dir);
	ck_assert(has_seen(FIRST_S));
	ck_assert_uint_eq(journal_counters(journal).files_removed, 0);
	journal_let_age(journal, true);
	append(RECORD_STEP, FIRST_S + MONTH_S + HOUR_S, false);
	see_all(&seen, dir);
	ck_assert(!has_seen(FIRST_S));
}
END_TEST

/* What an odd clock wrote goes when the files behind it go. */
START_TEST(records_of_an_odd_clock_grow_old_too)
{
	live(0, 1);
	append(RECORD_STEP, FIRST_S + MONTH_S, true);
	open_with(&six_hours);
	live(1, 6);
	see_all(&seen, dir);
	ck_assert(has_seen(FIRST_S + MONTH_S));
	live(6, 9);
	see_all(&seen, dir);
	ck_assert(!has_seen(FIRST_S + MONTH_S));
	ck_assert(!has_seen(FIRST_S + HOUR_S));
	ck_assert(has_seen(FIRST_S + 2 * HOUR_S));
}
END_TEST

START_TEST(a_clock_that_went_back_loses_nothing)
{
	live(3, 5);
	live(0, 2);
	see_all(&seen, dir);
	ck_assert(has_seen(FIRST_S));
	ck_assert(has_seen(FIRST_S + 4 * HOUR_S));
	ck_assert_uint_eq(count_files(dir, "steps-"), 4);
}
END_TEST

START_TEST(of_too_many_bytes_the_oldest_go)
{
	struct journal_limits limits = six_hours;
	uint64_t before;

	limits.keep_s[0] = limits.keep_s[1] = MONTH_S;
	limits.total_max_bytes = 20000;
	open_with(&limits);
	live(0, 100);
	before = journal_counters(journal).bytes;
	ck_assert_uint_le(before, 20000);
	ck_assert_uint_gt(before, 15000);
	ck_assert_uint_gt(journal_counters(journal).files_removed, 10);
	see_all(&seen, dir);
	ck_assert(!has_seen(FIRST_S));
	ck_assert(has_seen(FIRST_S + 99 * HOUR_S));
	ck_assert_uint_eq(seen.seq[seen.count - 1] - seen.seq[0],
			  seen.count - 1);
	open_with(&limits);
	ck_assert_uint_eq(journal_counters(journal).bytes, before);
}
END_TEST

START_TEST(the_files_being_written_stay)
{
	struct journal_limits limits = six_hours;

	limits.total_max_bytes = 1;
	open_with(&limits);
	live(0, 5);
	ck_assert_uint_eq(count_files(dir, ""), 2);
	see_all(&seen, dir);
	ck_assert_uint_eq(seen.count, 2);
}
END_TEST

START_TEST(a_file_is_not_removed_while_it_is_written)
{
	live(20, 21);
	append(RECORD_STEP, FIRST_S, false);
	append(RECORD_STEP, FIRST_S + 60, false);
	see_all(&seen, dir);
	ck_assert(has_seen(FIRST_S));
	ck_assert(has_seen(FIRST_S + 60));
}
END_TEST

/* Parts whose closed step was lost are of no step, and not for ever. */
START_TEST(parts_without_a_closed_step_grow_old)
{
	struct text failed;
	struct record_head head = { .kind = RECORD_STEP, .start_s = FIRST_S };

	append(RECORD_PART, FIRST_S, false);
	text_init(&failed);
	ck_assert_int_lt(journal_append(journal, &head, &failed), 0);
	live(1, 4);
	open_with(&six_hours);
	live(4, 6);
	see_all(&seen, dir);
	ck_assert_int_eq(seen.kind[0], RECORD_PART);
	live(6, 9);
	see_all(&seen, dir);
	ck_assert_int_eq(seen.kind[0], RECORD_STEP);
	ck_assert_uint_eq(count_files(dir, "parts-"), 0);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ each_stream_is_kept_for_its_time, 0 },
		{ it_does_so_after_a_restart, 0 },
		{ a_clock_that_is_ahead_deletes_nothing, 0 },
		{ nothing_goes_for_its_age_while_that_is_not_allowed, 0 },
		{ records_of_an_odd_clock_grow_old_too, 0 },
		{ a_clock_that_went_back_loses_nothing, 0 },
		{ of_too_many_bytes_the_oldest_go, 0 },
		{ the_files_being_written_stay, 0 },
		{ a_file_is_not_removed_while_it_is_written, 0 },
		{ parts_without_a_closed_step_grow_old, 0 },
	};

	return unit_run_with("journal_keep", setup, teardown, tests,
			     COUNT_OF(tests));
}
