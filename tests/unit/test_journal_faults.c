/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "store/journal_disk.h"
#include "support/made_journal.h"
#include "support/made_records.h"
#include "support/tempdir.h"

enum operation {
	MAKE_FOLDER = 1,
	CREATE = 2,
	WRITE = 4,
	SYNC = 8,
	SYNC_FOLDER = 16,
	CUT = 32,
	REMOVE = 64,
	ALL = 127,
};

enum { RECORDS_MAX = 512, ROUNDS = 14 };

/* Which calls of the disk fail. */
static struct {
	unsigned operations;
	int error;
	int from; /* the first call of these operations that fails */
	int to;	  /* the first one that does not */
	int calls;
	bool half;	    /* a failing write has written half of it */
	void (*look)(void); /* called ahead of each operation */
} fault;

static char *dir;
static struct journal *journal;
static struct seen seen;

/* What was appended, and whether a sync said that it is there. */
static struct {
	struct record_head heads[RECORDS_MAX];
	bool acknowledged[RECORDS_MAX];
	size_t count;
	/* Another process goes on, and numbers as if what was not yet
	 * acknowledged had never been. */
	bool by_others;
} books;

static bool fails(enum operation operation)
{
	if (fault.look)
		fault.look();
	if (!(fault.operations & operation))
		return false;
	fault.calls++;
	return fault.calls >= fault.from && fault.calls < fault.to;
}

static int make_folder(const char *path)
{
	return fails(MAKE_FOLDER) ? -fault.error
				  : journal_system_disk.make_folder(path);
}

static int create(const char *path)
{
	return fails(CREATE) ? -fault.error : journal_system_disk.create(path);
}

static ssize_t write_some(int fd, const struct iovec *pieces, int count)
{
	struct iovec half = *pieces;

	if (!fails(WRITE))
		return journal_system_disk.write(fd, pieces, count);
	half.iov_len /= 2;
	if (fault.half)
		return journal_system_disk.write(fd, &half, 1);
	return -fault.error;
}

/* No power fails here: to wait for the disk would only take time. */
static int sync_file(int fd)
{
	(void)fd;
	return fails(SYNC) ? -fault.error : 0;
}

static int sync_folder(const char *path)
{
	(void)path;
	return fails(SYNC_FOLDER) ? -fault.error : 0;
}

static int cut(int fd, uint64_t size)
{
	return fails(CUT) ? -fault.error : journal_system_disk.cut(fd, size);
}

static int remove_file(const char *path)
{
	return fails(REMOVE) ? -fault.error : journal_system_disk.remove(path);
}

static const struct journal_disk faulty_disk = {
	.make_folder = make_folder,
	.create = create,
	.write = write_some,
	.sync = sync_file,
	.sync_folder = sync_folder,
	.cut = cut,
	.remove = remove_file,
};

static void open_journal(void)
{
	ck_assert_int_eq(journal_open_on(&journal, dir, &journal_default_limits,
					 &faulty_disk),
			 0);
}

static void setup(void)
{
	memset(&fault, 0, sizeof(fault));
	memset(&books, 0, sizeof(books));
	dir = tempdir_new();
	open_journal();
}

static void teardown(void)
{
	journal_close(journal);
	journal = NULL;
	tempdir_remove(dir);
}

static void again(void)
{
	teardown();
	setup();
}

static void append(enum record_kind kind, int64_t start_s)
{
	ck_assert_uint_lt(books.count, RECORDS_MAX);
	books.heads[books.count++] = append_made(journal, kind, start_s);
}

static bool is_closed(enum record_kind kind)
{
	return kind == RECORD_STEP || kind == RECORD_PAIR_STEP;
}

static bool same_stream(enum record_kind a, enum record_kind b)
{
	bool a_pairs = a == RECORD_PAIR_PART || a == RECORD_PAIR_STEP;
	bool b_pairs = b == RECORD_PAIR_PART || b == RECORD_PAIR_STEP;

	return a_pairs == b_pairs;
}

/* How often the journal tells of what a record of these books said. */
static unsigned times_told(const struct record_head *head)
{
	unsigned times = 0;

	for (size_t i = 0; i < seen.count; i++) {
		bool over = is_closed(seen.kind[i]) &&
			    same_stream(seen.kind[i], head->kind) &&
			    seen.replaces[i] && seen.replaces[i] <= head->seq &&
			    head->seq < seen.seq[i] &&
			    head->start_s == seen.start_s[i];

		times += seen.seq[i] == head->seq || over;
	}
	return times;
}

static unsigned ports_seen(void)
{
	unsigned count = 0;

	for (size_t i = 0; i < seen.count; i++)
		count += seen.kind[i] == RECORD_PORTS;
	return count;
}

/* Nothing acknowledged is missing, nothing is told twice. */
static void check_books(void)
{
	bool any_ports = false;

	see_all(&seen, dir);
	for (size_t i = 0; i < books.count; i++) {
		unsigned times = times_told(&books.heads[i]);

		if (books.heads[i].kind == RECORD_PORTS) {
			any_ports |= books.acknowledged[i];
			continue; /* a state: the last one is enough */
		}
		if (!books.by_others)
			ck_assert_uint_le(times, 1);
		if (books.acknowledged[i])
			ck_assert_uint_eq(times, 1);
	}
	ck_assert_uint_le(ports_seen(), 1);
	if (any_ports)
		ck_assert_uint_eq(ports_seen(), 1);
}

static int sync_books(void)
{
	int rc = journal_sync(journal);
	struct journal_counters c = journal_counters(journal);

	ck_assert_uint_eq(c.records, c.synced + c.lost + c.waiting);
	ck_assert_int_eq(c.error, rc);
	ck_assert((c.waiting == 0) == (rc == 0));
	for (size_t i = 0; rc == 0 && i < books.count; i++)
		books.acknowledged[i] = true;
	return rc;
}

/* Ten seconds after ten seconds, as a collector does. */
static void live_round(int64_t round)
{
	int64_t minute = MADE_START_S + round / 6 * 60;
	int64_t pairs = MADE_START_S + round / 12 * 120;

	append(RECORD_PART, minute);
	if (round % 3 == 0)
		append(RECORD_PAIR_PART, pairs);
	if (round % 6 == 5)
		append(RECORD_STEP, minute);
	if (round % 12 == 11)
		append(RECORD_PAIR_STEP, pairs);
	append(RECORD_PORTS, round % 6 == 5 ? minute + 60 : minute);
}

/* Live with a fault; returns how many calls it could have hit. */
static int live(void)
{
	for (int64_t round = 0; round < ROUNDS; round++) {
		live_round(round);
		if (sync_books() < 0 && !fault.look)
			check_books();
	}
	fault.operations = 0;
	ck_assert_int_eq(sync_books(), 0);
	ck_assert_uint_eq(journal_counters(journal).lost, 0);
	check_books();
	return fault.calls;
}

/* operations, error, how many calls in a row, half written */
static const struct {
	unsigned operations;
	int error;
	int calls;
	bool half;
} faults[] = {
	{ ALL & ~MAKE_FOLDER, EIO, 1, false },
	{ ALL & ~MAKE_FOLDER, EIO, 7, false },
	{ WRITE | CREATE, ENOSPC, 1, true },
	{ WRITE | CREATE, ENOSPC, 12, false },
	{ ALL, EROFS, 25, false },
	{ SYNC, EIO, 1, false },
	{ SYNC | CUT, EIO, 4, false },
	{ SYNC | CUT | REMOVE, EIO, 9, false },
	{ SYNC_FOLDER, EIO, 2, false },
	{ REMOVE, EACCES, 1000, false },
	{ CUT | WRITE, EIO, 3, false },
};

static void set_fault(size_t row, int from)
{
	fault.operations = faults[row].operations;
	fault.error = faults[row].error;
	fault.half = faults[row].half;
	fault.from = from;
	fault.to = from + faults[row].calls;
}

/* Row _i: for every n, the n-th call fails, and some more. */
START_TEST(a_failing_disk_loses_and_doubles_nothing)
{
	int calls = 1;

	for (int n = 1; n <= calls; n++) {
		set_fault((size_t)_i, n);
		calls = live();
		again();
	}
	ck_assert_int_ge(calls, 3);
}
END_TEST

/* Steps alone: then what is read is what was synced, to the record. */
START_TEST(what_is_read_is_what_was_synced)
{
	static const unsigned operations[] = { WRITE, SYNC, CREATE,
					       SYNC_FOLDER };

	for (int n = 1; n <= 30; n++) {
		fault.operations = operations[_i];
		fault.error = ENOSPC;
		fault.half = n % 2;
		fault.from = n;
		fault.to = n + n % 5;
		for (int64_t i = 0; i < 12; i++) {
			append(i % 3 ? RECORD_STEP : RECORD_PAIR_STEP,
			       MADE_START_S + i * 1200);
			(void)sync_books();
			see_all(&seen, dir);
			ck_assert_uint_eq(seen.count,
					  journal_counters(journal).synced);
		}
		again();
	}
}
END_TEST

/* Killed before any call of the disk: what is there then is whole. */
START_TEST(a_kill_at_any_call_loses_and_doubles_nothing)
{
	fault.look = check_books;
	(void)live();
}
END_TEST

static char *copies;
static unsigned looks;

/* The step of the last part of a kind. */
static int64_t last_start(enum record_kind kind)
{
	for (size_t i = books.count; i > 0; i--) {
		if (books.heads[i - 1].kind == kind)
			return books.heads[i - 1].start_s;
	}
	return MADE_START_S;
}

/* What a new process makes of the folder as it is now. */
static void open_a_copy(void)
{
	struct journal *other = NULL;
	struct journal *kept = journal;
	char *kept_dir = dir;
	size_t count = books.count;
	int64_t step_s;
	int64_t pairs_s;

	if (looks++ % 3)
		return;
	copy_journal(dir, copies);
	dir = copies;
	fault.look = NULL;
	ck_assert_int_eq(
	    journal_open_on(&other, dir, &journal_default_limits, &faulty_disk),
	    0);
	check_books();
	journal = other;
	step_s = last_start(RECORD_PART);
	pairs_s = last_start(RECORD_PAIR_PART);
	append(RECORD_STEP, step_s);
	append(RECORD_PORTS, step_s + 60);
	append(RECORD_PAIR_STEP, pairs_s);
	ck_assert_int_eq(journal_sync(other), 0);
	books.count = count;
	books.by_others = true;
	check_books();
	books.by_others = false;
	for (size_t i = 0; i < seen.count; i++)
		ck_assert(seen.kind[i] != RECORD_PART &&
			  seen.kind[i] != RECORD_PAIR_PART);
	journal_close(other);
	journal = kept;
	dir = kept_dir;
	fault.look = open_a_copy;
}

START_TEST(whoever_comes_after_a_kill_goes_on)
{
	copies = tempdir_new();
	looks = 0;
	fault.look = open_a_copy;
	(void)live();
	ck_assert_uint_gt(looks, 40);
	tempdir_remove(copies);
}
END_TEST

START_TEST(a_sync_that_failed_is_not_tried_again_on_the_file)
{
	append(RECORD_STEP, MADE_START_S);
	ck_assert_int_eq(sync_books(), 0);
	fault.operations = SYNC;
	fault.error = EIO;
	fault.from = 1;
	fault.to = 2;
	append(RECORD_STEP, MADE_START_S + 60);
	ck_assert_int_eq(sync_books(), -EIO);
	ck_assert_uint_eq(count_files(dir, "steps-"), 1);
	ck_assert_int_eq(sync_books(), 0);
	ck_assert_uint_eq(count_files(dir, "steps-"), 2);
	append(RECORD_STEP, MADE_START_S + 120);
	ck_assert_int_eq(sync_books(), 0);
	ck_assert_uint_eq(count_files(dir, "steps-"), 2);
	check_books();
	ck_assert_uint_eq(journal_counters(journal).syncs_failed, 1);
}
END_TEST

/* What an abandoned file still holds stands in the next one as well: also
 * where each is read by itself. */
START_TEST(what_stands_in_two_files_counts_once)
{
	char first[MADE_PATH_SIZE];
	char second[MADE_PATH_SIZE];

	append(RECORD_STEP, MADE_START_S);
	ck_assert_int_eq(sync_books(), 0);
	(void)path_of(first, dir, "steps-");
	append(RECORD_STEP, MADE_START_S + 60);
	append(RECORD_STEP, MADE_START_S + 120);
	fault.operations = SYNC | CUT;
	fault.error = EIO;
	fault.from = 1;
	fault.to = 3;
	ck_assert_int_eq(sync_books(), -EIO);
	see_file(&seen, first);
	ck_assert_uint_eq(seen.count, 3);
	ck_assert_int_eq(sync_books(), 0);
	(void)path_of(second, dir, "steps-");
	ck_assert_str_ne(first, second);
	see_file(&seen, first);
	ck_assert_uint_eq(seen.count, 1);
	see_file(&seen, second);
	ck_assert_uint_eq(seen.count, 2);
	see_all(&seen, dir);
	ck_assert_uint_eq(seen.count, 3);
}
END_TEST

/* Names that cannot be removed are not in the way for ever. */
START_TEST(a_long_outage_ends_as_it_should)
{
	fault.operations = SYNC | REMOVE;
	fault.error = EIO;
	fault.from = 1;
	fault.to = 1000000;
	append(RECORD_STEP, MADE_START_S);
	for (int i = 0; i < 150; i++)
		ck_assert_int_lt(sync_books(), 0);
	fault.operations = 0;
	ck_assert_int_eq(sync_books(), 0);
	check_books();
	ck_assert_uint_eq(count_files(dir, ""), 1);
}
END_TEST

START_TEST(an_outage_that_overflows_leaves_the_newest)
{
	struct journal_limits limits = journal_default_limits;
	struct journal_counters c;

	journal_close(journal);
	limits.waiting_max_bytes = 4096;
	ck_assert_int_eq(journal_open_on(&journal, dir, &limits, &faulty_disk),
			 0);
	for (int64_t i = 0; i < 12; i++)
		live_round(i);
	ck_assert_int_eq(sync_books(), 0);
	fault.operations = WRITE | CREATE;
	fault.error = ENOSPC;
	fault.from = 1;
	fault.to = 1000000;
	for (int64_t i = 12; i < 140; i++) {
		live_round(i);
		c = journal_counters(journal);
		ck_assert_uint_eq(c.records, c.synced + c.lost + c.waiting);
		ck_assert_uint_le(c.waiting_bytes, 4096);
		if (i % 4 == 0)
			ck_assert_int_lt(journal_sync(journal), 0);
	}
	ck_assert_uint_gt(c.lost, 0);
	fault.operations = 0;
	ck_assert_int_eq(journal_sync(journal), 0);
	check_books();
	c = journal_counters(journal);
	ck_assert_uint_eq(c.records, c.synced + c.lost);
	ck_assert_uint_eq(seen.seq[seen.count - 1],
			  books.heads[books.count - 1].seq);
	ck_assert_uint_eq(ports_seen(), 1);
}
END_TEST

START_TEST(a_folder_that_went_away_is_made_again)
{
	char path[MADE_PATH_SIZE];

	append(RECORD_STEP, MADE_START_S);
	ck_assert_int_eq(sync_books(), 0);
	(void)path_of(path, dir, "steps-");
	ck_assert_int_eq(journal_system_disk.remove(path), 0);
	*strrchr(path, '/') = '\0';
	ck_assert_int_eq(rmdir(path), 0);
	append(RECORD_PART, MADE_START_S + 60);
	ck_assert_int_eq(journal_sync(journal), 0);
	see_all(&seen, dir);
	ck_assert_uint_eq(seen.count, 1);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_failing_disk_loses_and_doubles_nothing, COUNT_OF(faults) },
		{ what_is_read_is_what_was_synced, 4 },
		{ a_kill_at_any_call_loses_and_doubles_nothing, 0 },
		{ whoever_comes_after_a_kill_goes_on, 0 },
		{ a_sync_that_failed_is_not_tried_again_on_the_file, 0 },
		{ what_stands_in_two_files_counts_once, 0 },
		{ a_long_outage_ends_as_it_should, 0 },
		{ an_outage_that_overflows_leaves_the_newest, 0 },
		{ a_folder_that_went_away_is_made_again, 0 },
	};

	return unit_run_with("journal_faults", setup, teardown, tests,
			     COUNT_OF(tests));
}
