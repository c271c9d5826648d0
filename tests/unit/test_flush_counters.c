/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/clock.h"
#include "store/cumulative_file.h"
#include "store/journal.h"
#include "support/flushed_steps.h"
#include "util/crc32c.h"
#include "util/file.h"
#include "util/little_endian.h"

static struct flushed f;
static char path[1024]; /* of the counters */

static void setup(void)
{
	flushed_open(&f);
	f.synced = true;
	(void)snprintf(path, sizeof(path), "%s/counters", f.dir);
}

static void teardown(void)
{
	flushed_close(&f);
}

static void part(int64_t covered_s)
{
	struct step_span span = { .step = f.now,
				  .covered_us = covered_s * US_PER_S,
				  .synced = true };
	struct closed_step *step;

	ck_assert_int_eq(closed_step_part(&step, &f.in, span), 0);
	flushed_store(&f, step);
}

/* All that the journal has of closed steps. */
static void sum_journal(struct cumulative *sums)
{
	struct journal_reader *reader;
	struct record_reader record;

	cumulative_init(sums, CUMULATIVE_MAX);
	ck_assert_int_eq(
	    journal_read_all(&reader, f.dir, 1U << JOURNAL_STEPS, 0), 0);
	while (journal_read_next(reader, &record) == 1)
		ck_assert_int_eq(
		    cumulative_take(sums, &record, record.head.seq), 0);
	journal_read_close(reader);
}

/* The counters are the journal's sums, each of them. */
static void check_counters(size_t series)
{
	struct cumulative read;
	struct cumulative sums;

	cumulative_init(&read, CUMULATIVE_MAX);
	ck_assert_int_eq(cumulative_load(&read, f.dir), 0);
	sum_journal(&sums);
	ck_assert_uint_ge(read.count, series);
	ck_assert_uint_eq(read.count, sums.count);
	ck_assert_uint_eq(read.seq, sums.seq);
	for (size_t i = 0; i < read.count; i++) {
		const struct cumulative_item *a = &read.items[i];
		const struct cumulative_item *s = &sums.items[i];

		ck_assert_int_eq(series_compare(&a->series, &s->series), 0);
		ck_assert_int_eq(
		    memcmp(a->values, s->values, sizeof(a->values)), 0);
	}
	cumulative_fini(&read);
	cumulative_fini(&sums);
}

static uint64_t sent(uint32_t asn)
{
	const struct series series = { .kind = SERIES_MEMBER, .asn = asn };
	const struct cumulative_item *item;
	struct cumulative read;
	uint64_t bytes;

	cumulative_init(&read, CUMULATIVE_MAX);
	ck_assert_int_eq(cumulative_load(&read, f.dir), 0);
	item = cumulative_find(&read, &series);
	bytes = item ? item->values[TRAFFIC_FROM_V4_BYTES] : 0;
	cumulative_fini(&read);
	return bytes;
}

START_TEST(a_closed_step_is_counted)
{
	flushed_talk(&f, 1, 2, 600, SENT_IPV4);
	part(20);
	ck_assert_int_ne(access(path, F_OK), 0); /* only whole steps count */
	flushed_talk(&f, 1, 2, 700, SENT_IPV4);
	flushed_minute(&f);
	ck_assert_uint_eq(sent(64500), 13000);
	check_counters(5);
}
END_TEST

START_TEST(counters_are_the_sums_of_the_journal)
{
	for (uint32_t i = 0; i < 12; i++) {
		flushed_talk(&f, 1, 2, 100 + i, i % 3 ? SENT_IPV4 : SENT_IPV6);
		flushed_minute(&f);
	}
	check_counters(5);
}
END_TEST

START_TEST(they_go_on_after_a_restart)
{
	flushed_talk(&f, 1, 2, 600, SENT_IPV4);
	flushed_minute(&f);
	flush_finish(f.flush);
	flushed_reopen(&f, FLUSH_LIVE);
	flushed_talk(&f, 1, 2, 600, SENT_IPV4);
	flushed_minute(&f);
	ck_assert_uint_eq(sent(64500), 12000);
	check_counters(5);
}
END_TEST

/* Killed after the journal had the steps, and before the file said so. */
START_TEST(what_a_killed_process_left_out_comes_from_the_journal)
{
	char kept[1100];

	(void)snprintf(kept, sizeof(kept), "%s.kept", path);
	flushed_talk(&f, 1, 2, 600, SENT_IPV4);
	flushed_minute(&f);
	ck_assert_int_eq(rename(path, kept), 0);
	flushed_talk(&f, 1, 2, 600, SENT_IPV4);
	flushed_minute(&f);
	flushed_talk(&f, 1, 2, 600, SENT_IPV4);
	part(30);
	ck_assert_int_eq(rename(kept, path), 0);
	ck_assert_uint_eq(sent(64500), 6000);
	flushed_reopen(&f, FLUSH_LIVE);
	flushed_talk(&f, 1, 2, 600, SENT_IPV4);
	flushed_minute(&f);
	ck_assert_uint_eq(sent(64500), 24000);
	check_counters(5);
}
END_TEST

/* The journal was moved away: its seq begins anew, the counters go on. */
START_TEST(a_journal_that_begins_anew_is_added)
{
	char from[1100];
	char to[1100];

	(void)snprintf(from, sizeof(from), "%s/journal", f.dir);
	(void)snprintf(to, sizeof(to), "%s/away", f.dir);
	for (int i = 0; i < 5; i++) {
		flushed_talk(&f, 1, 2, 600, SENT_IPV4);
		flushed_minute(&f);
	}
	flush_free(f.flush);
	f.flush = NULL;
	ck_assert_int_eq(rename(from, to), 0);
	flushed_reopen(&f, FLUSH_LIVE);
	flushed_talk(&f, 1, 2, 600, SENT_IPV4);
	flushed_minute(&f);
	ck_assert_uint_eq(sent(64500), 36000);
	flushed_reopen(&f, FLUSH_LIVE);
	flushed_talk(&f, 1, 2, 600, SENT_IPV4);
	flushed_minute(&f);
	ck_assert_uint_eq(sent(64500), 42000);
}
END_TEST

static void damage(void)
{
	FILE *file = fopen(path, "r+");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fseek(file, 20, SEEK_SET), 0);
	ck_assert_int_eq(fputc('?', file), '?');
	ck_assert_int_eq(fclose(file), 0);
}

/* Not from what the journal still has: that would be a leap. */
START_TEST(damaged_ones_begin_anew)
{
	char aside[1100];

	flushed_talk(&f, 1, 2, 600, SENT_IPV4);
	flushed_minute(&f);
	damage();
	flushed_reopen(&f, FLUSH_LIVE);
	flushed_talk(&f, 1, 2, 700, SENT_IPV4);
	flushed_minute(&f);
	ck_assert_uint_eq(sent(64500), 7000);
	(void)snprintf(aside, sizeof(aside), "%s.damaged", path);
	ck_assert_int_eq(access(aside, F_OK), 0);
}
END_TEST

/* Give the file a version that is none yet, whole otherwise. */
static void make_later(struct text *bytes)
{
	enum { CHECKSUM_AT = 8, VERSION_AT = 12 };
	uint8_t *data;

	ck_assert_int_eq(file_read(path, CUMULATIVE_FILE_MAX, bytes), 0);
	data = (uint8_t *)bytes->data;
	put_le32(data + VERSION_AT, CUMULATIVE_VERSION + 1);
	put_le32(data + CHECKSUM_AT,
		 crc32c(0, data + VERSION_AT, bytes->len - (size_t)VERSION_AT));
	ck_assert_int_eq(file_replace(path, bytes->data, bytes->len), 0);
}

/* Whoever goes back to this version for a day loses nothing. */
START_TEST(a_later_version_is_left_alone)
{
	struct text before;
	struct text after;

	text_init(&before);
	text_init(&after);
	flushed_talk(&f, 1, 2, 600, SENT_IPV4);
	flushed_minute(&f);
	make_later(&before);
	flushed_reopen(&f, FLUSH_LIVE);
	flushed_talk(&f, 1, 2, 700, SENT_IPV4);
	flushed_minute(&f);
	flush_finish(f.flush);
	ck_assert_int_eq(file_read(path, CUMULATIVE_FILE_MAX, &after), 0);
	ck_assert_uint_eq(after.len, before.len);
	ck_assert_int_eq(memcmp(after.data, before.data, after.len), 0);
	text_fini(&before);
	text_fini(&after);
}
END_TEST

/* It is no file for a while: reading fails, and might not another time. */
START_TEST(one_that_cannot_be_read_is_tried_again)
{
	char kept[1100];

	(void)snprintf(kept, sizeof(kept), "%s.kept", path);
	flushed_talk(&f, 1, 2, 600, SENT_IPV4);
	flushed_minute(&f);
	ck_assert_int_eq(rename(path, kept), 0);
	ck_assert_int_eq(symlink("counters", path), 0); /* ELOOP */
	flushed_reopen(&f, FLUSH_LIVE);
	flushed_talk(&f, 1, 2, 600, SENT_IPV4);
	flushed_minute(&f);
	ck_assert_int_ne(access(path, F_OK), 0);
	ck_assert_int_eq(rename(kept, path), 0);
	ck_assert_uint_eq(sent(64500), 6000);
	flushed_talk(&f, 1, 2, 600, SENT_IPV4);
	flushed_minute(&f);
	ck_assert_uint_eq(sent(64500), 18000);
	check_counters(5);
}
END_TEST

START_TEST(a_replay_writes_them_at_its_end)
{
	flushed_reopen(&f, FLUSH_REPLAY);
	for (int i = 0; i < 3; i++) {
		flushed_talk(&f, 1, 2, 600, SENT_IPV4);
		flushed_minute(&f);
	}
	ck_assert_int_ne(access(path, F_OK), 0);
	flush_finish(f.flush);
	ck_assert_uint_eq(sent(64500), 18000);
	check_counters(5);
}
END_TEST

/* The folder of the new file is none: it cannot be written. */
START_TEST(a_file_that_cannot_be_written_is_tried_again)
{
	char beside[1100];

	(void)snprintf(beside, sizeof(beside), "%s.new", path);
	ck_assert_int_eq(mkdir(beside, 0700), 0);
	flushed_talk(&f, 1, 2, 600, SENT_IPV4);
	flushed_minute(&f);
	ck_assert_int_ne(access(path, F_OK), 0);
	ck_assert_int_eq(rmdir(beside), 0);
	flush_settle(f.flush);
	ck_assert_uint_eq(sent(64500), 6000);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_closed_step_is_counted, 0 },
		{ counters_are_the_sums_of_the_journal, 0 },
		{ they_go_on_after_a_restart, 0 },
		{ what_a_killed_process_left_out_comes_from_the_journal, 0 },
		{ a_journal_that_begins_anew_is_added, 0 },
		{ damaged_ones_begin_anew, 0 },
		{ a_later_version_is_left_alone, 0 },
		{ one_that_cannot_be_read_is_tried_again, 0 },
		{ a_replay_writes_them_at_its_end, 0 },
		{ a_file_that_cannot_be_written_is_tried_again, 0 },
	};

	return unit_run_with("flush_counters", setup, teardown, tests,
			     COUNT_OF(tests));
}
