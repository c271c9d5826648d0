/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What the journal makes good, and when it ages. */

#include "support/unit.h"

#include <dirent.h>
#include <glob.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/clock.h"
#include "store/journal.h"
#include "support/flushed_steps.h"

static struct flushed f;

static void setup(void)
{
	flushed_open(&f);
}

static void teardown(void)
{
	flushed_close(&f);
}

/* What was let go, or never written, is made again from the journal. */
START_TEST(a_file_that_is_lost_comes_back_from_the_journal)
{
	struct series a = flushed_member(64500);
	struct series both = flushed_pair(64500, 64501, 100);
	char path[4096];

	for (int i = 0; i < 7; i++) {
		flushed_talk(&f, 1, 2, 600, SENT_IPV4);
		flushed_minute(&f);
	}
	flush_finish(f.flush);
	ck_assert_int_eq(series_path(path, sizeof(path), f.dir, &a), 0);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(series_path(path, sizeof(path), f.dir, &both), 0);
	ck_assert_int_eq(truncate(path, 1000), 0);
	flushed_reopen(&f, FLUSH_LIVE);
	flushed_alive(&f, 1);
	flushed_minute(&f);
	while (flush_idle(f.flush))
		continue;
	for (int i = 0; i < 7; i++)
		ck_assert_double_eq(
		    flushed_rate(&f, &a, i, TRAFFIC_FROM_V4_BYTES), 100);
	ck_assert_double_eq(flushed_rate(&f, &a, 7, TRAFFIC_FROM_V4_BYTES), 0);
	ck_assert_double_eq(flushed_rate(&f, &both, 0, PAIR_AB_V4_BYTES), 100);
	ck_assert_uint_eq(flush_counters(f.flush).upkeep.mending.mended, 1);
}
END_TEST

/* A process that is killed leaves its journal; what is left out here is that
 * the files lack what the view held. */
START_TEST(parts_of_a_step_count_once_over_a_restart)
{
	struct series a = flushed_member(64500);
	struct step_span span = { .step = FLUSHED_FIRST, .synced = true };
	struct closed_step *part;

	for (int i = 1; i <= 3; i++) {
		if (i > 1)
			flushed_reopen(&f, FLUSH_LIVE);
		flushed_talk(&f, 1, 2, 600, SENT_IPV4);
		span.covered_us = i == 1 ? 20 * US_PER_S : 10 * US_PER_S;
		ck_assert_int_eq(closed_step_part(&part, &f.in, span), 0);
		flushed_store(&f, part);
	}
	flushed_talk(&f, 1, 2, 600, SENT_IPV4);
	flushed_covering(&f, 30, false);
	ck_assert_double_eq(flushed_rate(&f, &a, 0, TRAFFIC_FROM_V4_BYTES),
			    400);
}
END_TEST

static size_t journal_files(void)
{
	char path[1024];
	DIR *folder;
	size_t count = 0;

	(void)snprintf(path, sizeof(path), "%s/journal", f.dir);
	folder = opendir(path);
	ck_assert_ptr_nonnull(folder);
	for (const struct dirent *i = readdir(folder); i; i = readdir(folder))
		count += strncmp(i->d_name, "steps-", 6) == 0;
	(void)closedir(folder);
	return count;
}

/* A counter sample is what makes the ports' state be journaled. */
static void take_part_at(int64_t step)
{
	struct step_span span = { .step = step,
				  .covered_us = 10 * US_PER_S,
				  .jumps = 1 };
	struct closed_step *part;

	ck_assert_int_eq(closed_step_part(&part, &f.in, span), 0);
	closed_step_remember(part, &f.in);
	ck_assert_uint_gt(part->readings.len, 0);
	flushed_store(&f, part);
}

START_TEST(a_clock_that_is_ahead_takes_nothing_from_the_journal)
{
	for (int i = 0; i < 3; i++) {
		flushed_talk(&f, 1, 2, 600, SENT_IPV4);
		flushed_minute(&f);
		f.now += 60;
	}
	ck_assert_uint_eq(journal_files(), 3);
	take_part_at(f.now + 30 * 1440);
	take_part_at(f.now + 30 * 1440 + 1);
	ck_assert_uint_ge(journal_files(), 3);
}
END_TEST

/* Every closed record of then or later says that the clock was odd. */
static void is_marked_from(int64_t from_s)
{
	struct journal_reader *reader;
	struct record_reader read;
	int found = 0;

	ck_assert_int_eq(journal_read_all(&reader, f.dir, ~0u, 0), 0);
	while (journal_read_next(reader, &read) == 1) {
		if (read.head.start_s < from_s)
			continue;
		ck_assert(read.head.odd_clock);
		found++;
	}
	ck_assert_int_ge(found, 5); /* four steps, and one of pairs */
	journal_read_close(reader);
}

/* Killed while the clock was far ahead, and started when it was right again:
 * a row of then would have librrd wipe all that is stored, and a record of then
 * that is trusted makes all others old. */
START_TEST(what_was_open_while_the_clock_was_ahead_makes_no_rows)
{
	struct series a = flushed_member(64500);
	struct series both = flushed_pair(64500, 64501, 100);
	struct step_span ahead = { .jumps = 1 };
	struct closed_step *part;

	for (int i = 0; i < 5; i++) {
		flushed_talk(&f, 1, 2, 600, SENT_IPV4);
		flushed_minute(&f);
	}
	for (int i = 0; i < 20; i++) {
		ahead.step = f.now + 30 * 1440 + i / 5;
		ahead.covered_us = (i % 5 + 1) * 10 * US_PER_S;
		flushed_talk(&f, 1, 2, 600, SENT_IPV4);
		ck_assert_int_eq(closed_step_part(&part, &f.in, ahead), 0);
		flushed_store(&f, part);
	}
	flushed_reopen(&f, FLUSH_LIVE); /* killed */
	for (int i = 0; i < 6; i++) {
		flushed_alive(&f, 1);
		flushed_minute(&f);
	}
	for (int i = 0; i < 5; i++)
		ck_assert_double_eq(
		    flushed_rate(&f, &a, i, TRAFFIC_FROM_V4_BYTES), 100);
	ck_assert_double_eq(flushed_rate(&f, &a, 5, TRAFFIC_FROM_V4_BYTES), 0);
	ck_assert_double_eq(flushed_rate(&f, &both, 0, PAIR_AB_V4_BYTES), 100);
	ck_assert_double_eq(flushed_rate(&f, &both, 1, PAIR_AB_V4_BYTES), 0);
	is_marked_from((f.now + 1440) * STEP_S);
}
END_TEST

/* Flip a bit in the middle of the only file of closed steps. */
static void damage_journal(void)
{
	char pattern[1024];
	glob_t found;
	const char *path;
	struct stat status;
	FILE *file;
	int byte;

	(void)snprintf(pattern, sizeof(pattern), "%s/journal/steps-*", f.dir);
	ck_assert_int_eq(glob(pattern, 0, NULL, &found), 0);
	ck_assert_uint_eq(found.gl_pathc, 1);
	path = found.gl_pathv[0];
	file = fopen(path, "r+");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fstat(fileno(file), &status), 0);
	ck_assert_int_eq(fseek(file, status.st_size / 2, SEEK_SET), 0);
	byte = fgetc(file);
	ck_assert_int_eq(fseek(file, status.st_size / 2, SEEK_SET), 0);
	ck_assert_int_eq(fputc(byte ^ 1, file), byte ^ 1);
	(void)fclose(file);
	globfree(&found);
}

/* The files have what the journal had on the disk before them. */
START_TEST(a_damaged_journal_damages_no_file)
{
	struct series a = flushed_member(64500);

	for (int i = 0; i < 8; i++) {
		flushed_talk(&f, 1, 2, 600, SENT_IPV4);
		flushed_minute(&f);
	}
	flush_finish(f.flush);
	damage_journal();
	for (int restart = 0; restart < 2; restart++) {
		flushed_reopen(&f, FLUSH_LIVE);
		flushed_alive(&f, 1);
		flushed_minute(&f);
		while (flush_idle(f.flush))
			continue;
		flush_finish(f.flush);
		for (int i = 0; i < 8; i++)
			ck_assert_double_eq(
			    flushed_rate(&f, &a, i, TRAFFIC_FROM_V4_BYTES),
			    100);
		ck_assert_double_eq(
		    flushed_rate(&f, &a, 8, TRAFFIC_FROM_V4_BYTES), 0);
		ck_assert_uint_eq(flush_counters(f.flush).upkeep.mending.mended,
				  0);
	}
}
END_TEST

/* A clock that was set a month ahead and is believed for its steadiness. */
START_TEST(the_journal_ages_by_a_clock_that_is_sure_alone)
{
	flushed_alive(&f, 1);
	flushed_minute(&f);
	f.jumps++;
	f.now += 30 * 24 * 60;
	for (int i = 0; i < 10; i++) {
		flushed_alive(&f, 1);
		flushed_minute(&f);
	}
	ck_assert_uint_eq(flush_counters(f.flush).view.rows_held, 0);
	ck_assert_uint_eq(flush_counters(f.flush).journal.files_removed, 0);
	f.synced = true;
	flushed_alive(&f, 1);
	flushed_minute(&f);
	ck_assert_uint_gt(flush_counters(f.flush).journal.files_removed, 0);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_file_that_is_lost_comes_back_from_the_journal, 0 },
		{ parts_of_a_step_count_once_over_a_restart, 0 },
		{ a_clock_that_is_ahead_takes_nothing_from_the_journal, 0 },
		{ what_was_open_while_the_clock_was_ahead_makes_no_rows, 0 },
		{ a_damaged_journal_damages_no_file, 0 },
		{ the_journal_ages_by_a_clock_that_is_sure_alone, 0 },
	};

	return unit_run_with("flush_journal", setup, teardown, tests,
			     COUNT_OF(tests));
}
