/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/upkeep.h"
#include "support/stored_rows.h"
#include "support/tempdir.h"

enum { PATH_SIZE = 4096, LOOKS_MAX = 1000, HOUR_S = 3600, DAY_S = 86400 };

static const struct series series = { .kind = SERIES_MEMBER, .asn = 64500 };

static char *dir;
static struct track_set set;
static struct view *view;
static struct upkeep *upkeep;
static bool clock_synced;
static bool clock_leapt;

static void setup(void)
{
	dir = tempdir_new();
	ck_assert_int_eq(track_set_init(&set), 0);
	ck_assert_int_eq(view_new(&view, dir, &set, NULL, 0), 0);
	(void)track_set_find(&set, &series);
	upkeep = NULL;
	clock_synced = true;
	clock_leapt = false;
}

static void teardown(void)
{
	upkeep_free(upkeep, true);
	view_free(view);
	track_set_fini(&set);
	tempdir_remove(dir);
}

static void open_upkeep(void)
{
	ck_assert_int_eq(upkeep_new(&upkeep, dir, "UTC", &set, view), 0);
}

/* All that is due at some time. */
static void keep_up(int64_t now_s)
{
	const struct upkeep_moment moment = { .now_s = now_s,
					      .clock_synced = clock_synced,
					      .clock_leapt = clock_leapt,
					      .all_stored = true,
					      .journal_synced = true };

	for (int i = 0; i < LOOKS_MAX; i++) {
		if (!upkeep_some(upkeep, &moment))
			return;
	}
	ck_abort_msg("never done");
}

static const char *path_of(const char *name)
{
	static char path[PATH_SIZE];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static bool exists(const char *name)
{
	return access(path_of(name), F_OK) == 0;
}

/* A folder where the journal's folder is looked for cannot be listed. */
static void break_journal(void)
{
	FILE *file = fopen(path_of("journal"), "w");

	ck_assert_ptr_nonnull(file);
	(void)fclose(file);
}

START_TEST(the_first_look_is_not_made_before_anything_is_received)
{
	break_journal();
	open_upkeep();
	ck_assert(view_is_blocked(view));
	ck_assert_uint_eq(upkeep_counters(upkeep).failed, 0);
}
END_TEST

START_TEST(files_are_not_written_before_they_were_looked_at)
{
	break_journal();
	open_upkeep();
	keep_up(STORED_START);
	ck_assert(view_is_blocked(view));
	ck_assert_int_ne(upkeep_counters(upkeep).error, 0);
	ck_assert_int_eq(unlink(path_of("journal")), 0);
	keep_up(STORED_START + 1);
	ck_assert(view_is_blocked(view)); /* tried again after a while */
	keep_up(STORED_START + 60);
	ck_assert(!view_is_blocked(view));
	ck_assert_int_eq(upkeep_counters(upkeep).error, 0);
}
END_TEST

static void store_rows(void)
{
	const double rates[] = { 1, 2, 3 };

	(void)stored_write(dir, &series, STORED_START, rates, 3);
}

START_TEST(a_file_that_cannot_be_mended_keeps_no_copies_off)
{
	const struct series other = { .kind = SERIES_MEMBER, .asn = 64501 };
	uint32_t track = track_set_find(&set, &other);

	store_rows();
	open_upkeep();
	keep_up(STORED_START + HOUR_S);
	for (int i = 1; i <= 300; i++) {
		view_not_mended(view, track, -EACCES);
		keep_up(STORED_START + HOUR_S + i * 20);
	}
	ck_assert(exists("copies/made"));
	ck_assert(exists("copies/rrd/member/as64500.rrd"));
}
END_TEST

START_TEST(copies_that_could_not_be_made_are_not_said_to_be)
{
	store_rows();
	open_upkeep();
	keep_up(STORED_START + HOUR_S);
	break_journal();
	keep_up(STORED_START + 3 * HOUR_S);
	ck_assert(!exists("copies/made"));
	ck_assert_uint_gt(upkeep_counters(upkeep).failed, 0);
}
END_TEST

START_TEST(a_clock_that_was_ahead_puts_nothing_off)
{
	store_rows();
	open_upkeep();
	keep_up(STORED_START + HOUR_S);
	break_journal();
	keep_up(STORED_START + 20 * DAY_S); /* fails */
	ck_assert_int_eq(unlink(path_of("journal")), 0);
	upkeep_look_again(upkeep);
	keep_up(STORED_START + 2 * HOUR_S);
	ck_assert(!view_is_blocked(view));
}
END_TEST

START_TEST(copies_that_another_look_interrupts_are_made_after_it)
{
	const struct upkeep_moment due = { .now_s = STORED_START + 3 * HOUR_S,
					   .clock_synced = true,
					   .all_stored = true,
					   .journal_synced = true };

	const struct series other = { .kind = SERIES_MEMBER, .asn = 64501 };
	const double rates[] = { 1, 2, 3 };

	store_rows();
	(void)stored_write(dir, &other, STORED_START, rates, 3);
	open_upkeep();
	keep_up(STORED_START + HOUR_S);
	ck_assert(upkeep_some(upkeep, &due)); /* they begin */
	ck_assert(!exists("copies/made"));
	upkeep_look_again(upkeep);
	keep_up(STORED_START + 3 * HOUR_S);
	ck_assert(exists("copies/made"));
}
END_TEST

START_TEST(no_copy_is_replaced_by_a_clock_that_leapt)
{
	store_rows();
	open_upkeep();
	keep_up(STORED_START + HOUR_S);
	clock_leapt = true;
	keep_up(STORED_START + 30 * DAY_S);
	ck_assert(!exists("copies/made"));
	clock_leapt = false;
	keep_up(STORED_START + 3 * HOUR_S);
	ck_assert(exists("copies/made"));
}
END_TEST

static void store_pair(uint32_t b, int64_t at_s)
{
	const struct series pair = {
		.kind = SERIES_PAIR, .asn = 64500, .other_asn = b, .vlan = 10
	};
	const double rate = 1;

	(void)stored_write(dir, &pair, at_s, &rate, 1);
}

START_TEST(a_pair_without_traffic_for_longer_than_rows_are_kept_ages_out)
{
	int64_t now_s = STORED_START + 500 * DAY_S;

	store_pair(64501, STORED_START);
	store_pair(64502, STORED_START + 400 * DAY_S);
	store_rows();
	open_upkeep();
	keep_up(now_s);
	keep_up(now_s + 2 * HOUR_S);
	ck_assert(!exists("rrd/pair/v10/as64500/as64501.rrd"));
	ck_assert(exists("rrd/pair/v10/as64500/as64502.rrd"));
	ck_assert(exists("copies/rrd/pair/v10/as64500/as64502.rrd"));
	ck_assert_uint_eq(upkeep_counters(upkeep).mending.aged_out, 1);
}
END_TEST

START_TEST(no_pair_ages_out_by_a_clock_that_nobody_vouches_for)
{
	int64_t now_s = STORED_START + 500 * DAY_S;

	clock_synced = false;
	store_pair(64501, STORED_START);
	open_upkeep();
	keep_up(now_s);
	keep_up(now_s + 2 * HOUR_S);
	ck_assert(exists("rrd/pair/v10/as64500/as64501.rrd"));
	ck_assert(exists("copies/made-pairs"));
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ the_first_look_is_not_made_before_anything_is_received, 0 },
		{ files_are_not_written_before_they_were_looked_at, 0 },
		{ a_file_that_cannot_be_mended_keeps_no_copies_off, 0 },
		{ copies_that_could_not_be_made_are_not_said_to_be, 0 },
		{ copies_that_another_look_interrupts_are_made_after_it, 0 },
		{ no_copy_is_replaced_by_a_clock_that_leapt, 0 },
		{ a_clock_that_was_ahead_puts_nothing_off, 0 },
		{ a_pair_without_traffic_for_longer_than_rows_are_kept_ages_out,
		  0 },
		{ no_pair_ages_out_by_a_clock_that_nobody_vouches_for, 0 },
	};

	return unit_run_with("upkeep", setup, teardown, tests, COUNT_OF(tests));
}
