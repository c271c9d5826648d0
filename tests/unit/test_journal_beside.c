/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/journal_disk.h"
#include "support/made_journal.h"
#include "support/tempdir.h"

/* A writer in a process of its own, as fast as it can, and a reader. */
enum {
	ROUNDS = 6000,
	ROUNDS_A_STEP = 2,
	SEQ_MAX = 5 * ROUNDS,
	KEPT = 200, /* what is newer has not been removed for its age */
	START_S = 1700000040,
};

static char *dir;
static struct seen seen;

/* How far the writer is: told from one process to the other. */
static struct {
	_Atomic uint64_t acknowledged; /* the last seq */
	_Atomic int over;
	uint8_t kinds[SEQ_MAX]; /* of the records, by seq */
} * shared;

static int no_sync(int fd)
{
	(void)fd;
	return 0;
}

static int no_folder_sync(const char *path)
{
	(void)path;
	return 0;
}

static void setup(void)
{
	dir = tempdir_new();
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert(shared != MAP_FAILED);
}

static void teardown(void)
{
	(void)munmap((void *)shared, sizeof(*shared));
	tempdir_remove(dir);
}

static uint64_t append(struct journal *j, enum record_kind kind,
		       int64_t start_s)
{
	struct record_head head = append_made(j, kind, start_s);

	shared->kinds[head.seq] = (uint8_t)kind;
	return head.seq;
}

static bool append_round(struct journal *j, int64_t round)
{
	int64_t start_s = START_S + round / ROUNDS_A_STEP * 60;
	/* The first one is short. */
	int64_t pairs_s =
	    START_S + (round + 2 * ROUNDS_A_STEP) / (3 * ROUNDS_A_STEP) * 180;
	bool closes = round % ROUNDS_A_STEP == ROUNDS_A_STEP - 1;
	uint64_t ports;

	(void)append(j, RECORD_PART, start_s);
	(void)append(j, RECORD_PAIR_PART, pairs_s);
	if (closes)
		(void)append(j, RECORD_STEP, start_s);
	if (closes && round % (3 * ROUNDS_A_STEP) == ROUNDS_A_STEP - 1)
		(void)append(j, RECORD_PAIR_STEP, pairs_s);
	ports = append(j, RECORD_PORTS, closes ? start_s + 60 : start_s);
	if (journal_sync(j) < 0)
		return false;
	atomic_store(&shared->acknowledged, ports);
	return true;
}

/* In a process that ends without a word of check's. */
static void write_rounds(void)
{
	struct journal_disk disk = journal_system_disk;
	struct journal_limits limits = journal_default_limits;
	struct journal *j = NULL;
	bool good;

	disk.sync = no_sync;
	disk.sync_folder = no_folder_sync;
	/* Few files, so that there are many readings. */
	limits.file_s = 1800;
	limits.keep_s[0] = limits.keep_s[1] = 7200;
	good = journal_open_on(&j, dir, &limits, &disk) == 0;
	for (int64_t round = 0; good && round < ROUNDS; round++)
		good = append_round(j, round);
	journal_close(j);
	atomic_store(&shared->over, good ? 1 : 2);
	_exit(good ? 0 : 1);
}

static bool is_pairs(enum record_kind kind)
{
	return kind == RECORD_PAIR_PART || kind == RECORD_PAIR_STEP;
}

/* Mark each seq that a record stands for; count those told twice. A step tells
 * of the ports of its time, too. */
static unsigned mark(uint8_t *told, size_t i)
{
	bool closed =
	    seen.kind[i] == RECORD_STEP || seen.kind[i] == RECORD_PAIR_STEP;
	uint8_t bit = is_pairs(seen.kind[i]) ? 2 : 1;
	uint64_t seq =
	    closed && seen.replaces[i] ? seen.replaces[i] : seen.seq[i];
	unsigned twice = 0;

	for (; seq <= seen.seq[i]; seq++) {
		twice += (told[seq] & bit) != 0;
		told[seq] |= bit;
	}
	return twice;
}

/*
 * What was acknowledged before the reading began is told, and nothing is told
 * twice.
 */
static void check_once(uint64_t acknowledged)
{
	static uint8_t told[SEQ_MAX];
	uint64_t last = 0;
	uint64_t kept;
	unsigned twice = 0;
	unsigned missing = 0;
	unsigned ports = 0;

	memset(told, 0, sizeof(told));
	see_all(&seen, dir);
	for (size_t i = 0; i < seen.count; i++) {
		twice += mark(told, i);
		last = seen.seq[i];
		ports += seen.kind[i] == RECORD_PORTS;
	}
	/* The writer may have been far ahead before the reading was over. */
	kept = atomic_load(&shared->acknowledged);
	for (uint64_t seq = kept > KEPT ? kept - KEPT : 1; seq <= acknowledged;
	     seq++) {
		enum record_kind kind = (enum record_kind)shared->kinds[seq];

		missing += kind != RECORD_PORTS &&
			   !(told[seq] & (is_pairs(kind) ? 2 : 1));
	}
	ck_assert_uint_eq(twice, 0);
	ck_assert_uint_eq(missing, 0);
	ck_assert_uint_le(ports, 1);
	ck_assert_uint_eq(seen.damaged, 0);
	ck_assert_uint_ge(last, acknowledged);
}

START_TEST(beside_a_writer_all_is_read_once)
{
	pid_t writer;
	unsigned readings = 0;
	int status;

	writer = fork();
	ck_assert_int_ge(writer, 0);
	if (writer == 0)
		write_rounds();
	while (!atomic_load(&shared->over)) {
		uint64_t acknowledged = atomic_load(&shared->acknowledged);

		if (acknowledged == 0)
			continue;
		check_once(acknowledged);
		readings++;
	}
	ck_assert_int_eq(waitpid(writer, &status, 0), writer);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	check_once(atomic_load(&shared->acknowledged));
	ck_assert_uint_gt(readings, 0);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ beside_a_writer_all_is_read_once, 0 },
	};

	return unit_run_with("journal_beside", setup, teardown, tests,
			     COUNT_OF(tests));
}
