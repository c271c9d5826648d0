/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "collector/view.h"
#include "support/stored_rows.h"
#include "support/tempdir.h"

enum { BATCH = 3, PATH_SIZE = 4096 };

static const struct series series = { .kind = SERIES_MEMBER, .asn = 64500 };
static const double values[SERIES_COLUMNS_MAX] = { 1 };

static char *dir;
static char path[PATH_SIZE];
static struct track_set set;
static struct view *view;
static uint32_t track;

static void open_view(uint32_t batch)
{
	view_free(view);
	ck_assert_int_eq(view_new(&view, dir, &set, NULL, batch), 0);
}

static void setup(void)
{
	dir = tempdir_new();
	ck_assert_int_eq(series_path(path, sizeof(path), dir, &series), 0);
	ck_assert_int_eq(track_set_init(&set), 0);
	track = track_set_find(&set, &series);
	view = NULL;
	open_view(0);
}

static void teardown(void)
{
	view_free(view);
	track_set_fini(&set);
	tempdir_remove(dir);
}

/* The rows of so many steps from one on. */
static void gather(int64_t step, int64_t count)
{
	for (int64_t i = step; i < step + count; i++)
		view_row(view, track, STORED_START + i * SERIES_STEP_S, values);
}

static void damage(void)
{
	ck_assert_int_eq(truncate(path, 1000), 0);
}

static bool exists(void)
{
	return access(path, F_OK) == 0;
}

START_TEST(what_the_journal_lacks_is_not_written_because_of_the_clock)
{
	gather(0, 2);
	view_hold(view, false);
	ck_assert(!exists());
	ck_assert_uint_eq(view_counters(view).files_behind, 1);
	ck_assert_uint_eq(view_counters(view).rows_held, 0);
}
END_TEST

START_TEST(what_it_has_is_written_before_rows_are_held)
{
	gather(0, 2);
	view_hold(view, true);
	ck_assert_uint_eq(view_counters(view).rows, 2);
	gather(2, 1);
	view_write(view);
	ck_assert_uint_eq(view_counters(view).rows, 2);
	ck_assert_uint_eq(view_counters(view).files_behind, 0);
}
END_TEST

START_TEST(trusted_rows_wait_for_the_next_writing)
{
	view_hold(view, true);
	gather(0, 2);
	view_trust_held(view);
	ck_assert(!exists());
	view_write(view);
	ck_assert_uint_eq(view_counters(view).rows, 2);
}
END_TEST

START_TEST(a_replay_counts_the_rows_that_no_file_takes)
{
	open_view(BATCH);
	gather(0, BATCH);
	damage();
	gather(BATCH, 2 * BATCH);
	view_write(view);
	ck_assert_uint_eq(view_counters(view).rows, BATCH);
	ck_assert_uint_eq(view_counters(view).rows_failed, 2 * BATCH);
	ck_assert_uint_eq(view_counters(view).rows_held, 0);
}
END_TEST

START_TEST(a_file_that_is_behind_is_not_asked_again)
{
	gather(0, 1);
	view_write(view);
	view_mended(view, track); /* not asked yet */
	damage();
	ck_assert_int_eq(view_end(view, track), 0);
	ck_assert_uint_eq(view_counters(view).files_behind, 1);
	ck_assert_int_eq(unlink(path), 0);
	gather(1, 1);
	view_write(view);
	ck_assert(!exists());
}
END_TEST

START_TEST(nothing_stores_again_while_a_file_that_failed_is_behind)
{
	gather(0, 1);
	view_write(view);
	damage();
	gather(1, 1);
	view_write(view);
	ck_assert_int_ne(view_counters(view).error, 0);
	view_write(view);
	ck_assert_int_ne(view_counters(view).error, 0);
	view_mended(view, track);
	view_write(view);
	ck_assert_int_eq(view_counters(view).error, 0);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ what_the_journal_lacks_is_not_written_because_of_the_clock,
		  0 },
		{ what_it_has_is_written_before_rows_are_held, 0 },
		{ trusted_rows_wait_for_the_next_writing, 0 },
		{ a_replay_counts_the_rows_that_no_file_takes, 0 },
		{ a_file_that_is_behind_is_not_asked_again, 0 },
		{ nothing_stores_again_while_a_file_that_failed_is_behind, 0 },
	};

	return unit_run_with("view", setup, teardown, tests, COUNT_OF(tests));
}
