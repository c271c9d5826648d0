/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/journal.h"
#include "support/made_journal.h"
#include "support/made_records.h"
#include "support/tempdir.h"
#include "util/err.h"
#include "util/file.h"

static char *dir;
static struct journal *journal;
static struct seen seen;

static void setup(void)
{
	dir = tempdir_new();
	ck_assert_int_eq(journal_open(&journal, dir, &journal_default_limits),
			 0);
}

static void teardown(void)
{
	journal_close(journal);
	journal = NULL;
	tempdir_remove(dir);
}

static void sync_all(void)
{
	ck_assert_int_eq(journal_sync(journal), 0);
}

static void open_with(const struct journal_limits *limits)
{
	journal_close(journal);
	journal = NULL;
	ck_assert_int_eq(journal_open(&journal, dir, limits), 0);
}

static void open_again(void)
{
	open_with(&journal_default_limits);
}

/* Whether exactly these records are seen; 0 ends the list. */
static void check_seen(const uint64_t *seqs)
{
	size_t i = 0;

	for (; seqs[i]; i++) {
		ck_assert_uint_lt(i, seen.count);
		ck_assert_uint_eq(seen.seq[i], seqs[i]);
	}
	ck_assert_uint_eq(seen.count, i);
	ck_assert_uint_eq(seen.damaged, 0);
}

#define CHECK_SEEN(...) check_seen((const uint64_t[]){ __VA_ARGS__, 0 })

START_TEST(an_empty_journal_yields_nothing)
{
	see_all(&seen, dir);
	ck_assert_uint_eq(seen.count, 0);
	ck_assert_uint_eq(seen.damaged, 0);
	ck_assert_int_eq(journal_sync(journal), 0);
	ck_assert_uint_eq(count_files(dir, ""), 0);
}
END_TEST

START_TEST(a_file_that_was_only_made_is_no_damage)
{
	char path[256];
	int fd;

	append_made(journal, RECORD_STEP, MADE_START_S);
	sync_all();
	(void)snprintf(path, sizeof(path),
		       "%s/journal/parts-00000000000000000002.jnl", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	ck_assert_int_ge(fd, 0);
	(void)close(fd);
	see_all(&seen, dir);
	CHECK_SEEN(1);
	journal_close(journal);
	ck_assert_int_eq(journal_open(&journal, dir, &journal_default_limits),
			 0);
	ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

START_TEST(no_journal_is_told)
{
	struct journal_reader *r;

	ck_assert_int_eq(journal_read_all(&r, "/nonexistent", 3, 0), -ENOENT);
	ck_assert_int_eq(journal_read_file(&r, "/nonexistent"), -ENOENT);
}
END_TEST

START_TEST(what_was_synced_is_read_in_order)
{
	append_made(journal, RECORD_STEP, MADE_START_S);
	append_made(journal, RECORD_PAIR_STEP, MADE_START_S - 240);
	append_made(journal, RECORD_STEP, MADE_START_S + 60);
	append_made(journal, RECORD_PART, MADE_START_S + 120);
	append_made(journal, RECORD_PAIR_PART, MADE_START_S + 60);
	append_made(journal, RECORD_PART, MADE_START_S + 120);
	sync_all();
	see_all(&seen, dir);
	CHECK_SEEN(1, 2, 3, 4, 5, 6);
	ck_assert_int_eq(seen.kind[1], RECORD_PAIR_STEP);
	ck_assert_int_eq(seen.start_s[1], MADE_START_S - 240);
	ck_assert_int_eq(seen.kind[4], RECORD_PAIR_PART);
}
END_TEST

START_TEST(nothing_is_on_the_disk_before_it_is_synced)
{
	struct journal_counters c;

	append_made(journal, RECORD_STEP, MADE_START_S);
	append_made(journal, RECORD_PART, MADE_START_S + 60);
	see_all(&seen, dir);
	ck_assert_uint_eq(seen.count, 0);
	c = journal_counters(journal);
	ck_assert_uint_eq(c.records, 2);
	ck_assert_uint_eq(c.waiting, 2);
	ck_assert_uint_gt(c.waiting_bytes, 0);
	sync_all();
	c = journal_counters(journal);
	ck_assert_uint_eq(c.synced, 2);
	ck_assert_uint_eq(c.waiting, 0);
	ck_assert_uint_eq(c.waiting_bytes, 0);
	ck_assert_uint_gt(c.bytes, 0);
}
END_TEST

START_TEST(closing_syncs)
{
	append_made(journal, RECORD_STEP, MADE_START_S);
	journal_close(journal);
	journal = NULL;
	see_all(&seen, dir);
	CHECK_SEEN(1);
}
END_TEST

START_TEST(the_sequence_goes_on_over_restarts)
{
	for (uint64_t i = 1; i <= 8; i++) {
		struct record_head head =
		    append_made(journal, i % 2 ? RECORD_STEP : RECORD_PAIR_PART,
				MADE_START_S + (int64_t)i * 60);

		ck_assert_uint_eq(head.seq, i);
		open_again();
	}
	see_all(&seen, dir);
	CHECK_SEEN(1, 2, 3, 4, 5, 6, 7, 8);
}
END_TEST

START_TEST(a_closed_step_replaces_its_parts)
{
	struct record_head closed;

	append_made(journal, RECORD_STEP, MADE_START_S - 60);
	append_made(journal, RECORD_PART, MADE_START_S);
	append_made(journal, RECORD_PAIR_PART, MADE_START_S);
	sync_all();
	append_made(journal, RECORD_PART, MADE_START_S);
	sync_all();
	see_all(&seen, dir);
	CHECK_SEEN(1, 2, 3, 4);
	closed = append_made(journal, RECORD_STEP, MADE_START_S);
	ck_assert_uint_eq(closed.replaces, 2);
	append_made(journal, RECORD_PART, MADE_START_S + 60);
	sync_all();
	see_all(&seen, dir);
	CHECK_SEEN(1, 3, 5, 6);
	ck_assert_uint_eq(count_files(dir, "parts-"), 1);
	closed = append_made(journal, RECORD_PAIR_STEP, MADE_START_S);
	ck_assert_uint_eq(closed.replaces, 3);
	sync_all();
	see_all(&seen, dir);
	CHECK_SEEN(1, 5, 6, 7);
	ck_assert_uint_eq(count_files(dir, "pair-parts-"), 0);
}
END_TEST

START_TEST(a_closed_step_without_parts_replaces_none)
{
	struct record_head closed =
	    append_made(journal, RECORD_STEP, MADE_START_S);

	ck_assert_uint_eq(closed.replaces, 0);
	append_made(journal, RECORD_PAIR_PART, MADE_START_S);
	closed = append_made(journal, RECORD_STEP, MADE_START_S + 60);
	ck_assert_uint_eq(closed.replaces, 0);
}
END_TEST

START_TEST(parts_of_before_a_restart_are_replaced_too)
{
	struct record_head closed;

	append_made(journal, RECORD_STEP, MADE_START_S);
	append_made(journal, RECORD_PART, MADE_START_S + 60);
	append_made(journal, RECORD_PART, MADE_START_S + 60);
	open_again();
	append_made(journal, RECORD_PART, MADE_START_S + 60);
	sync_all();
	see_all(&seen, dir);
	CHECK_SEEN(1, 2, 3, 4);
	closed = append_made(journal, RECORD_STEP, MADE_START_S + 60);
	ck_assert_uint_eq(closed.replaces, 2);
	sync_all();
	see_all(&seen, dir);
	CHECK_SEEN(1, 5);
	ck_assert_uint_eq(count_files(dir, "parts-"), 0);
}
END_TEST

START_TEST(parts_left_over_by_a_crash_count_no_more)
{
	char *other = tempdir_new();
	char saved[MADE_PATH_SIZE];
	struct text bytes;
	char path[2 * MADE_PATH_SIZE];

	append_made(journal, RECORD_PART, MADE_START_S);
	append_made(journal, RECORD_PART, MADE_START_S);
	sync_all();
	(void)path_of(saved, dir, "parts-");
	text_init(&bytes);
	ck_assert_int_eq(file_read(saved, 1 << 20, &bytes), 0);
	append_made(journal, RECORD_STEP, MADE_START_S);
	sync_all();
	ck_assert_uint_eq(count_files(dir, "parts-"), 0);
	copy_journal(dir, other);
	(void)snprintf(path, sizeof(path), "%s/journal/%s", other,
		       strrchr(saved, '/') + 1);
	ck_assert_int_eq(file_replace(path, bytes.data, bytes.len), 0);
	see_all(&seen, other);
	CHECK_SEEN(3);
	see_file(&seen, path);
	ck_assert_uint_eq(seen.count, 0);
	/* and are removed when it is next opened */
	journal_close(journal);
	journal = NULL;
	ck_assert_int_eq(journal_open(&journal, other, &journal_default_limits),
			 0);
	ck_assert_uint_eq(count_files(other, "parts-"), 0);
	ck_assert_uint_eq(append_made(journal, RECORD_PART, 0).seq, 4);
	text_fini(&bytes);
	tempdir_remove(other);
}
END_TEST

/* The second step's parts reached the disk, the first one's record did not. */
static void lose_the_record(int64_t a, int64_t b)
{
	char parts[MADE_PATH_SIZE];
	char kept[MADE_PATH_SIZE];
	char steps[MADE_PATH_SIZE];

	(void)append_made(journal, RECORD_PART, a);
	(void)append_made(journal, RECORD_PART, a);
	sync_all();
	(void)path_of(parts, dir, "parts-");
	ck_assert_int_lt(snprintf(kept, sizeof(kept), "%.900s/kept", dir),
			 (int)sizeof(kept));
	ck_assert_int_eq(link(parts, kept), 0);
	(void)append_made(journal, RECORD_STEP, a);
	(void)append_made(journal, RECORD_PART, b);
	sync_all();
	ck_assert_int_eq(unlink(path_of(steps, dir, "steps-")), 0);
	ck_assert_int_eq(rename(kept, parts), 0);
}

START_TEST(of_two_open_steps_each_record_replaces_its_own_parts)
{
	const int64_t a = MADE_START_S;
	const int64_t b = MADE_START_S + 60;
	struct record_head head = { .kind = RECORD_STEP,
				    .start_s = b,
				    .replaces = 4 };

	lose_the_record(a, b);
	open_again();
	see_all(&seen, dir);
	check_seen((uint64_t[]){ 1, 2, 4, 0 });
	(void)append_made(journal, RECORD_STEP, a);
	sync_all();
	see_all(&seen, dir);
	check_seen((uint64_t[]){ 4, 5, 0 });
	open_again();
	(void)append_made(journal, RECORD_PART, b);
	sync_all();
	see_all(&seen, dir);
	check_seen((uint64_t[]){ 4, 5, 6, 0 });
	(void)append_head(journal, head);
	sync_all();
	see_all(&seen, dir);
	check_seen((uint64_t[]){ 5, 7, 0 });
}
END_TEST

START_TEST(of_ports_only_the_last_record_counts)
{
	char path[MADE_PATH_SIZE];

	append_made(journal, RECORD_PORTS, MADE_START_S);
	append_made(journal, RECORD_PART, MADE_START_S);
	sync_all();
	append_made(journal, RECORD_PORTS, MADE_START_S);
	sync_all();
	see_all(&seen, dir);
	CHECK_SEEN(2, 3);
	see_file(&seen, path_of(path, dir, "parts-"));
	CHECK_SEEN(2, 3);
	append_made(journal, RECORD_STEP, MADE_START_S);
	sync_all();
	see_all(&seen, dir);
	CHECK_SEEN(4);
	append_made(journal, RECORD_PORTS, MADE_START_S + 60);
	open_again();
	see_all(&seen, dir);
	CHECK_SEEN(4, 5);
}
END_TEST

/* A step that is lost, as if there had been no memory for it. */
static void lose_a_step(void)
{
	struct record_head head = { .kind = RECORD_STEP,
				    .start_s = MADE_START_S };
	struct text none;

	text_init(&none);
	ck_assert_int_eq(journal_append(journal, &head, &none), -ENOMEM);
}

START_TEST(ports_of_before_a_closed_step_count_no_more)
{
	append_made(journal, RECORD_PORTS, MADE_START_S);
	append_made(journal, RECORD_PART, MADE_START_S);
	sync_all();
	lose_a_step();
	see_all(&seen, dir);
	CHECK_SEEN(1, 2);
	/* it replaces no part of the step before */
	append_made(journal, RECORD_STEP, MADE_START_S + 60);
	sync_all();
	see_all(&seen, dir);
	CHECK_SEEN(2, 4);
}
END_TEST

START_TEST(ports_count_behind_a_step_that_is_lost)
{
	struct journal_limits limits = journal_default_limits;

	append_made(journal, RECORD_STEP, MADE_START_S);
	lose_a_step();
	append_made(journal, RECORD_PORTS, MADE_START_S);
	sync_all();
	see_all(&seen, dir);
	CHECK_SEEN(1, 3);
	limits.waiting_max_bytes = 5000;
	open_with(&limits);
	append_made(journal, RECORD_STEP, MADE_START_S);
	append_made(journal, RECORD_PORTS, MADE_START_S);
	while (journal_counters(journal).lost == 0)
		append_made(journal, RECORD_PAIR_PART, MADE_START_S);
	ck_assert_uint_eq(journal_counters(journal).lost, 1);
	sync_all();
	see_all(&seen, dir);
	ck_assert_uint_eq(seen.seq[1], 5);
	ck_assert_int_eq(seen.kind[1], RECORD_PORTS);
	append_made(journal, RECORD_PORTS, MADE_START_S);
	sync_all();
	see_all(&seen, dir);
	ck_assert_int_eq(seen.kind[1], RECORD_PAIR_PART);
	ck_assert_int_eq(seen.kind[seen.count - 1], RECORD_PORTS);
}
END_TEST

/* As after a kill between the two files of a sync. */
START_TEST(ports_wait_for_the_step_that_they_follow)
{
	char path[MADE_PATH_SIZE];
	struct text parts;

	text_init(&parts);
	append_made(journal, RECORD_STEP, MADE_START_S);
	append_made(journal, RECORD_PORTS, MADE_START_S);
	sync_all();
	ck_assert_int_eq(
	    file_read(path_of(path, dir, "parts-"), 1 << 20, &parts), 0);
	append_made(journal, RECORD_STEP, MADE_START_S + 3600);
	append_made(journal, RECORD_PORTS, MADE_START_S + 3600);
	sync_all();
	ck_assert_int_eq(file_replace(path, parts.data, parts.len), 0);
	text_fini(&parts);
	see_all(&seen, dir);
	CHECK_SEEN(1, 3, 4);
	(void)path_of(path, dir, "steps-");
	ck_assert_int_eq(unlink(path), 0);
	see_all(&seen, dir);
	CHECK_SEEN(1, 2);
}
END_TEST

START_TEST(parts_that_wait_with_their_closed_step_are_not_written)
{
	struct journal_counters c;

	append_made(journal, RECORD_PART, MADE_START_S);
	append_made(journal, RECORD_PART, MADE_START_S);
	append_made(journal, RECORD_STEP, MADE_START_S);
	append_made(journal, RECORD_PART, MADE_START_S + 60);
	c = journal_counters(journal);
	ck_assert_uint_eq(c.waiting, 4);
	sync_all();
	c = journal_counters(journal);
	ck_assert_uint_eq(c.synced, 4);
	ck_assert_uint_eq(c.waiting, 0);
	see_all(&seen, dir);
	CHECK_SEEN(3, 4);
}
END_TEST

START_TEST(each_hour_of_steps_has_a_file)
{
	char path[MADE_PATH_SIZE];

	for (int64_t i = 0; i < 4; i++) {
		append_made(journal, RECORD_STEP, 3600 * 100 + i * 1800);
		sync_all();
	}
	ck_assert_uint_eq(count_files(dir, "steps-"), 2);
	append_made(journal, RECORD_STEP, 3600 * 105);
	append_made(journal, RECORD_STEP, 3600 * 106);
	sync_all();
	ck_assert_uint_eq(count_files(dir, "steps-"), 4);
	see_all(&seen, dir);
	CHECK_SEEN(1, 2, 3, 4, 5, 6);
	see_file(&seen, path_of(path, dir, "steps-"));
	CHECK_SEEN(6);
}
END_TEST

START_TEST(one_stream_can_be_read_by_itself)
{
	struct journal_reader *r;

	append_made(journal, RECORD_STEP, MADE_START_S);
	append_made(journal, RECORD_PAIR_STEP, MADE_START_S);
	append_made(journal, RECORD_PART, MADE_START_S + 60);
	append_made(journal, RECORD_PAIR_PART, MADE_START_S + 60);
	sync_all();
	ck_assert_int_eq(journal_read_all(&r, dir, 1u << JOURNAL_STEPS, 0), 0);
	see(&seen, r);
	CHECK_SEEN(1, 3);
	ck_assert_int_eq(journal_read_all(&r, dir, 1u << JOURNAL_PAIRS, 0), 0);
	see(&seen, r);
	CHECK_SEEN(2, 4);
}
END_TEST

START_TEST(files_of_long_ago_may_be_left_out)
{
	struct journal_reader *r;

	for (int64_t hour = 100; hour < 110; hour++) {
		append_made(journal, RECORD_STEP, hour * 3600);
		append_made(journal, RECORD_STEP, hour * 3600 + 3540);
	}
	sync_all();
	ck_assert_int_eq(journal_read_all(&r, dir, 3, 108 * 3600), 0);
	see(&seen, r);
	ck_assert_uint_le(seen.count, 6);
	ck_assert_uint_ge(seen.count, 4);
	ck_assert_int_eq(seen.start_s[seen.count - 4], 108 * 3600);
}
END_TEST

START_TEST(a_file_that_is_no_journal_is_refused)
{
	struct journal_reader *r;
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/x", dir);
	ck_assert_int_eq(file_replace(path, "", 0), 0);
	ck_assert_int_eq(journal_read_file(&r, path), ERR_MALFORMED);
	ck_assert_int_eq(file_replace(path, "exchange:\n", 10), 0);
	ck_assert_int_eq(journal_read_file(&r, path), ERR_MALFORMED);
	ck_assert_int_eq(journal_read_file(&r, dir), ERR_MALFORMED);
}
END_TEST

/* More than waiting_max_bytes: the oldest go, and are counted. */
START_TEST(what_has_no_room_to_wait_is_lost_and_counted)
{
	struct journal_limits limits = journal_default_limits;
	struct journal_counters c;

	limits.waiting_max_bytes = 8192;
	open_with(&limits);
	for (int64_t i = 0; i < 200; i++)
		append_made(journal, RECORD_STEP, MADE_START_S + i * 60);
	c = journal_counters(journal);
	ck_assert_uint_le(c.waiting_bytes, 8192);
	ck_assert_uint_gt(c.lost, 0);
	ck_assert_uint_gt(c.waiting, 0);
	ck_assert_uint_eq(c.lost + c.waiting, 200);
	sync_all();
	see_all(&seen, dir);
	ck_assert_uint_eq(seen.count, c.waiting);
	ck_assert_uint_eq(seen.seq[0], c.lost + 1);
	ck_assert_uint_eq(seen.seq[seen.count - 1], 200);
}
END_TEST

START_TEST(a_record_that_failed_is_counted_as_lost)
{
	struct record_head head = { .kind = RECORD_STEP };
	struct text failed;

	text_init(&failed);
	record_begin(&failed, &head);
	failed.failed = true;
	ck_assert_int_eq(journal_append(journal, &head, &failed), -ENOMEM);
	ck_assert_uint_eq(journal_counters(journal).records, 1);
	ck_assert_uint_eq(journal_counters(journal).lost, 1);
	text_fini(&failed);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ an_empty_journal_yields_nothing, 0 },
		{ a_file_that_was_only_made_is_no_damage, 0 },
		{ no_journal_is_told, 0 },
		{ what_was_synced_is_read_in_order, 0 },
		{ nothing_is_on_the_disk_before_it_is_synced, 0 },
		{ closing_syncs, 0 },
		{ the_sequence_goes_on_over_restarts, 0 },
		{ a_closed_step_replaces_its_parts, 0 },
		{ a_closed_step_without_parts_replaces_none, 0 },
		{ parts_of_before_a_restart_are_replaced_too, 0 },
		{ parts_left_over_by_a_crash_count_no_more, 0 },
		{ of_two_open_steps_each_record_replaces_its_own_parts, 0 },
		{ of_ports_only_the_last_record_counts, 0 },
		{ ports_of_before_a_closed_step_count_no_more, 0 },
		{ ports_count_behind_a_step_that_is_lost, 0 },
		{ ports_wait_for_the_step_that_they_follow, 0 },
		{ parts_that_wait_with_their_closed_step_are_not_written, 0 },
		{ each_hour_of_steps_has_a_file, 0 },
		{ one_stream_can_be_read_by_itself, 0 },
		{ files_of_long_ago_may_be_left_out, 0 },
		{ a_file_that_is_no_journal_is_refused, 0 },
		{ what_has_no_room_to_wait_is_lost_and_counted, 0 },
		{ a_record_that_failed_is_counted_as_lost, 0 },
	};

	return unit_run_with("journal", setup, teardown, tests,
			     COUNT_OF(tests));
}
