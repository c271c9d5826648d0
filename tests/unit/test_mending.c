/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "collector/mending.h"
#include "store/journal.h"
#include "support/stored_rows.h"
#include "support/tempdir.h"
#include "support/unread_journal.h"

enum {
	MEMBERS = 90, /* more than are read at once from the journal's start */
	DAY_S = 86400,
	DAYS = 4, /* a step each, in a file of its own */
	MINUTE_US = 60000000,
	PATH_SIZE = 4096,
};

static char *dir;
static struct journal *journal;
static struct text record;
static struct track_set set;
static struct view *view;
static struct mending *mending;

static void setup(void)
{
	dir = tempdir_new();
	text_init(&record);
	ck_assert_int_eq(journal_open(&journal, dir, &journal_default_limits),
			 0);
	ck_assert_int_eq(track_set_init(&set), 0);
	ck_assert_int_eq(view_new(&view, dir, &set, NULL, 0), 0);
	ck_assert_int_eq(mending_new(&mending, dir, &set, view), 0);
}

static void teardown(void)
{
	mending_free(mending);
	view_free(view);
	track_set_fini(&set);
	journal_close(journal);
	text_fini(&record);
	tempdir_remove(dir);
}

static struct series member(uint32_t number)
{
	return (struct series){ .kind = SERIES_MEMBER,
				.asn = 4200000000u + number };
}

/* A member has number + day bytes a second. */
static uint64_t rate_of(uint32_t number, int day)
{
	return number + (uint64_t)day;
}

static void append_day(int day)
{
	const struct record_head head = {
		.kind = RECORD_STEP,
		.start_s = STORED_START + (int64_t)day * DAY_S,
		.covered_us = MINUTE_US,
	};
	struct record_head appended = head;

	record_begin(&record, &head);
	for (uint32_t i = 0; i < MEMBERS; i++) {
		struct record_entry entry = { .series = member(i),
					      .known = true };

		entry.traffic.tallies[0][FAMILY_IPV4].bytes =
		    60 * rate_of(i, day);
		record_add(&record, &entry);
	}
	ck_assert_int_eq(journal_append(journal, &appended, &record), 0);
	ck_assert_int_eq(journal_sync(journal), 0);
}

static void mend(void)
{
	int64_t now_s = STORED_START + DAYS * DAY_S;
	int rc = mending_plan(mending, MENDING_TAIL, now_s);

	while (rc == 0 && (rc = mending_some(mending, now_s, 7)) == 1)
		rc = 0;
	ck_assert_int_eq(rc, 0);
}

static double stored(uint32_t number, int day)
{
	const struct series s = member(number);
	int64_t at_s = STORED_START + (int64_t)day * DAY_S;
	struct series_range range = { CONSOLIDATION_AVERAGE, at_s, at_s + 60,
				      60 };
	struct series_data data;
	double value;

	ck_assert_int_eq(series_read(&data, dir, &s, &range), 0);
	ck_assert_uint_eq(data.row_s, 60);
	value = series_at(&data, 0, TRAFFIC_FROM_V4_BYTES);
	series_data_fini(&data);
	return value;
}

static void store_days(void)
{
	for (uint32_t i = 0; i < MEMBERS; i++) {
		const struct series s = member(i);

		(void)track_set_find(&set, &s);
	}
	for (int day = 0; day < DAYS; day++)
		append_day(day);
}

/* Files are missing here and there, in a slice that is read in part first. */
START_TEST(each_file_gets_its_own_rows_however_far_back)
{
	store_days();
	mend();
	ck_assert_uint_eq(mending_counters(mending).looked_at, MEMBERS);
	ck_assert_uint_eq(mending_counters(mending).appended, MEMBERS);
	for (uint32_t i = 0; i < MEMBERS; i += 3) {
		const struct series s = member(i);
		char path[PATH_SIZE];

		ck_assert_int_eq(series_path(path, sizeof(path), dir, &s), 0);
		ck_assert_int_eq(unlink(path), 0);
	}
	mend();
	ck_assert_uint_eq(mending_counters(mending).failed, 0);
	for (uint32_t i = 0; i < MEMBERS; i++) {
		for (int day = DAYS - 2; day < DAYS; day++)
			ck_assert_double_eq(stored(i, day),
					    (double)rate_of(i, day));
	}
}
END_TEST

/* A file of the journal that cannot be read for a while. */
START_TEST(what_the_disk_does_not_give_at_once_is_not_lost)
{
	int64_t now_s = STORED_START + DAYS * DAY_S;
	int rc;

	store_days();
	ck_assert(unread_journal_begin(dir));
	ck_assert_int_eq(mending_plan(mending, MENDING_TAIL, now_s), 0);
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(mending_some(mending, now_s, 7), -EIO);
	ck_assert(unread_journal_end(dir));
	while ((rc = mending_some(mending, now_s, 7)) == 1)
		continue;
	ck_assert_int_eq(rc, 0);
	for (uint32_t i = 0; i < MEMBERS; i++)
		ck_assert_double_eq(stored(i, DAYS - 1),
				    (double)rate_of(i, DAYS - 1));
}
END_TEST

START_TEST(what_the_disk_never_gives_does_not_keep_the_rest_off)
{
	int64_t now_s = STORED_START + DAYS * DAY_S;
	int failed = 0;
	int rc;

	store_days();
	ck_assert(unread_journal_begin(dir));
	ck_assert_int_eq(mending_plan(mending, MENDING_TAIL, now_s), 0);
	while ((rc = mending_some(mending, now_s, 7)) != 0 && failed < 10)
		failed += rc < 0;
	ck_assert_int_eq(rc, 0);
	ck_assert_int_eq(failed, 3);
	ck_assert_double_eq(stored(5, DAYS - 2), (double)rate_of(5, DAYS - 2));
}
END_TEST

static struct series pair(uint32_t number)
{
	return (struct series){ .kind = SERIES_PAIR,
				.asn = 64500,
				.other_asn = 4200000000u + number,
				.vlan = 10 };
}

/* The member's sending was observed for a whole step. */
static void add_seen(uint32_t asn)
{
	const struct record_entry entry = {
		.series = { .kind = SERIES_MEMBER, .asn = asn },
		.known = true,
		.seen_us = 5 * (int64_t)MINUTE_US,
	};

	record_add(&record, &entry);
}

/* Each of PAIRS has number + 1 bytes a second in a step of five minutes. */
static void append_pairs(int64_t start_s, uint32_t first, uint32_t end)
{
	struct record_head head = {
		.kind = RECORD_PAIR_STEP,
		.start_s = start_s,
		.covered_us = 5 * (int64_t)MINUTE_US,
	};

	record_begin(&record, &head);
	add_seen(64500);
	for (uint32_t i = first; i < end; i++)
		add_seen(pair(i).other_asn);
	for (uint32_t i = first; i < end; i++) {
		struct record_entry entry = { .series = pair(i),
					      .known = true };

		entry.traffic.tallies[0][FAMILY_IPV4] =
		    (struct tally){ .bytes = 300 * ((uint64_t)i + 1),
				    .samples = 1 };
		record_add(&record, &entry);
	}
	ck_assert_int_eq(journal_append(journal, &head, &record), 0);
	ck_assert_int_eq(journal_sync(journal), 0);
}

static double stored_of_pair(uint32_t number, int64_t at_s)
{
	const struct series s = pair(number);
	struct series_range range = { CONSOLIDATION_AVERAGE, at_s, at_s + 300,
				      300 };
	struct series_data data;
	double value;

	ck_assert_int_eq(series_read(&data, dir, &s, &range), 0);
	value = series_at(&data, 0, PAIR_AB_V4_BYTES);
	series_data_fini(&data);
	return value;
}

static void mend_all(int64_t now_s)
{
	int rc = mending_plan(mending, MENDING_ALL, now_s);

	while (rc == 0 && (rc = mending_some(mending, now_s, 100)) == 1)
		rc = 0;
	ck_assert_int_eq(rc, 0);
}

static void copy_pairs(int64_t now_s)
{
	int rc = mending_plan_copies(mending, true);

	while (rc == 0 && (rc = mending_some(mending, now_s, 1)) == 1)
		rc = 0;
	ck_assert_int_eq(rc, 0);
}

/* Many pairs, most of them idle for a day, in one large slice. */
START_TEST(
    a_pair_that_is_copied_is_compared_with_the_last_hour_and_mended_with_all)
{
	enum { PAIRS = 300, DAMAGED = 5, TALKING = 290, LACKING, WRONG };
	const int64_t begin_s = STORED_START - STORED_START % 300;
	const int64_t end_s = begin_s + DAY_S;
	const double wrong[] = { 1e6 };
	struct series s;
	char path[PATH_SIZE];
	char aside[PATH_SIZE + 8];

	append_pairs(begin_s, 0, PAIRS);
	mend_all(begin_s + 300);
	ck_assert_uint_eq(mending_counters(mending).appended, PAIRS);
	s = pair(LACKING);
	ck_assert_int_eq(series_path(path, sizeof(path), dir, &s), 0);
	(void)snprintf(aside, sizeof(aside), "%s.aside", path);
	ck_assert_int_eq(rename(path, aside), 0);
	append_pairs(end_s, TALKING, PAIRS);
	mend_all(end_s + 300);
	ck_assert_int_eq(rename(aside, path), 0);
	s = pair(DAMAGED);
	ck_assert_int_eq(series_path(path, sizeof(path), dir, &s), 0);
	ck_assert_int_eq(truncate(path, 1000), 0);
	s = pair(WRONG);
	ck_assert_int_eq(series_path(path, sizeof(path), dir, &s), 0);
	ck_assert_int_eq(unlink(path), 0);
	(void)stored_write(dir, &s, end_s, wrong, 1);
	copy_pairs(end_s + 300);
	ck_assert_double_eq(stored_of_pair(LACKING, end_s), LACKING + 1);
	ck_assert_uint_eq(mending_counters(mending).copied, PAIRS);
	ck_assert_uint_eq(mending_counters(mending).mended, 2);
	ck_assert_uint_eq(mending_counters(mending).failed, 0);
	ck_assert_double_eq(stored_of_pair(DAMAGED, begin_s), DAMAGED + 1);
	ck_assert_double_eq(stored_of_pair(WRONG, end_s), WRONG + 1);
	ck_assert_double_eq(stored_of_pair(WRONG, begin_s), WRONG + 1);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ each_file_gets_its_own_rows_however_far_back, 0 },
		{ what_the_disk_does_not_give_at_once_is_not_lost, 0 },
		{ what_the_disk_never_gives_does_not_keep_the_rest_off, 0 },
		{ a_pair_that_is_copied_is_compared_with_the_last_hour_and_mended_with_all,
		  0 },
	};

	return unit_run_with("mending", setup, teardown, tests,
			     COUNT_OF(tests));
}
