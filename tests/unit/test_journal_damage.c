/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/journal_format.h"
#include "support/made_journal.h"
#include "support/made_records.h"
#include "support/tempdir.h"
#include "util/err.h"
#include "util/file.h"
#include "util/little_endian.h"

enum {
	RECORDS = 48,
	CUT_BYTES = 64 * 1024,
	FLIP_BYTES = 4 * 1024,
	FILE_MAX = 1 << 20,
};

static char *dir;
static struct seen seen;
static char path[MADE_PATH_SIZE]; /* of a copy that stands by itself */
static struct text whole;
static size_t ends[RECORDS + 1]; /* of its records; [0]: of the header */

/* A file of steps, so long that the last 64 KiB are records. */
static void make_file(void)
{
	struct record_head head = { .kind = RECORD_STEP, .covered_us = 1 };
	struct journal *j = NULL;
	struct text record;

	ck_assert_int_eq(journal_open(&j, dir, &journal_default_limits), 0);
	text_init(&record);
	ends[0] = JOURNAL_HEADER_SIZE;
	for (unsigned i = 0; i < RECORDS; i++) {
		head.start_s = MADE_START_S + (int64_t)i;
		made_record(&record, &head, i + 1, 10 + i % 20, i % 3);
		ck_assert_int_eq(journal_append(j, &head, &record), 0);
		ends[i + 1] = ends[i] + JOURNAL_FRAME_HEAD + record.len;
	}
	journal_close(j);
	text_fini(&record);
	ck_assert_int_eq(
	    file_read(path_of(path, dir, "steps-"), FILE_MAX, &whole), 0);
	ck_assert_uint_eq(whole.len, ends[RECORDS]);
	ck_assert_uint_gt(whole.len, CUT_BYTES + JOURNAL_HEADER_SIZE);
	(void)snprintf(path, sizeof(path), "%s/alone.jnl", dir);
	ck_assert_int_eq(file_replace(path, whole.data, whole.len), 0);
}

static void setup(void)
{
	dir = tempdir_new();
	text_init(&whole);
	make_file();
}

static void teardown(void)
{
	text_fini(&whole);
	tempdir_remove(dir);
}

/* How many records a file yields: the first ones, in order. */
static unsigned count_records(uint64_t *damaged)
{
	struct journal_reader *r = NULL;
	struct record_reader record;
	unsigned count = 0;
	bool in_order = true;
	int rc;

	/* One assertion for all: each costs a system call. */
	ck_assert_int_eq(journal_read_file(&r, path), 0);
	while ((rc = journal_read_next(r, &record)) == 1)
		in_order = in_order && record.head.seq == ++count;
	*damaged = journal_read_damaged(r);
	ck_assert(rc == 0 && in_order && *damaged <= 1 &&
		  (*journal_read_problem(r) != '\0') == (*damaged == 1));
	journal_read_close(r);
	return count;
}

static unsigned complete_until(size_t len)
{
	unsigned count = 0;

	while (count < RECORDS && ends[count + 1] <= len)
		count++;
	return count;
}

START_TEST(cut_at_any_byte_all_before_is_read)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	for (size_t len = whole.len; len + CUT_BYTES >= whole.len; len--) {
		unsigned complete = complete_until(len);
		uint64_t damaged;

		ck_assert(ftruncate(fd, (off_t)len) == 0 &&
			  count_records(&damaged) == complete &&
			  damaged == (len != ends[complete]));
	}
	(void)close(fd);
}
END_TEST

START_TEST(with_any_bit_flipped_all_before_is_read)
{
	unsigned records = complete_until(2 * FLIP_BYTES);
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	/* The first few records: what stands before would be read as often. */
	whole.len = ends[records];
	ck_assert_uint_gt(whole.len, FLIP_BYTES + JOURNAL_HEADER_SIZE);
	ck_assert_int_eq(ftruncate(fd, (off_t)whole.len), 0);
	for (size_t bit = 0; bit < 8 * FLIP_BYTES; bit++) {
		size_t at = whole.len - 1 - bit / 8;
		char flipped = (char)(whole.data[at] ^ 1 << bit % 8);
		uint64_t damaged;

		ck_assert(pwrite(fd, &flipped, 1, (off_t)at) == 1 &&
			  count_records(&damaged) == complete_until(at) &&
			  damaged == 1 &&
			  pwrite(fd, &whole.data[at], 1, (off_t)at) == 1);
	}
	(void)close(fd);
}
END_TEST

START_TEST(a_broken_header_is_no_journal)
{
	struct journal_reader *r;

	for (size_t bit = 0; bit < 8 * JOURNAL_HEADER_SIZE; bit++) {
		whole.data[bit / 8] ^= (char)(1 << bit % 8);
		ck_assert_int_eq(file_replace(path, whole.data, 2000), 0);
		ck_assert_int_eq(journal_read_file(&r, path), ERR_MALFORMED);
		whole.data[bit / 8] ^= (char)(1 << bit % 8);
	}
	for (size_t len = 0; len < JOURNAL_HEADER_SIZE; len++) {
		ck_assert_int_eq(file_replace(path, whole.data, len), 0);
		ck_assert_int_eq(journal_read_file(&r, path), ERR_MALFORMED);
	}
}
END_TEST

START_TEST(zeros_at_the_end_are_damage)
{
	static const char zeros[4096];
	uint64_t damaged;

	text_add_bytes(&whole, zeros, sizeof(zeros));
	ck_assert_int_eq(file_replace(path, whole.data, whole.len), 0);
	ck_assert_uint_eq(count_records(&damaged), RECORDS);
	ck_assert_uint_eq(damaged, 1);
}
END_TEST

/* Lengths that lie: longer than the file, than any record, shorter than one. */
static const uint32_t lengths[] = {
	0, 1, 16, 67, 0x7fffffff, 0x80000000, UINT32_MAX,
};

START_TEST(a_length_that_lies_ends_the_file)
{
	uint64_t damaged;

	put_le32((uint8_t *)whole.data + ends[5], lengths[_i]);
	ck_assert_int_eq(file_replace(path, whole.data, whole.len), 0);
	ck_assert_uint_eq(count_records(&damaged), 5);
	ck_assert_uint_eq(damaged, 1);
}
END_TEST

/* A frame that is whole, of something that is no record. */
START_TEST(what_is_whole_and_no_record_ends_the_file)
{
	uint8_t *frame = (uint8_t *)whole.data + ends[7];
	uint64_t damaged;

	frame[JOURNAL_FRAME_HEAD] = RECORD_PORTS + 1;
	journal_frame_write(frame, ends[8] - ends[7], 8, 0);
	ck_assert_int_eq(file_replace(path, whole.data, whole.len), 0);
	ck_assert_uint_eq(count_records(&damaged), 7);
	ck_assert_uint_eq(damaged, 1);
}
END_TEST

static void write_version(const char *to, uint16_t version)
{
	const struct journal_header header = {
		.version = version,
		.kind = JOURNAL_CLOSED_STEPS,
		.file_s = 3600,
	};
	uint8_t bytes[JOURNAL_HEADER_SIZE];

	journal_header_write(bytes, &header);
	ck_assert_int_eq(file_replace(to, bytes, sizeof(bytes)), 0);
}

START_TEST(a_later_version_is_refused)
{
	struct journal_reader *r;
	struct journal *j;

	write_version(path, JOURNAL_VERSION + 1);
	ck_assert_int_eq(journal_read_file(&r, path), ERR_UNSUPPORTED);
	write_version(path, 0);
	ck_assert_int_eq(journal_read_file(&r, path), ERR_MALFORMED);
	write_version(path_of(path, dir, "steps-"), JOURNAL_VERSION + 1);
	ck_assert_int_eq(journal_read_all(&r, dir, 3, 0), ERR_UNSUPPORTED);
	ck_assert_int_eq(journal_open(&j, dir, &journal_default_limits),
			 ERR_UNSUPPORTED);
}
END_TEST

/* The middle one of three files; what is damaged stays as it is. */
START_TEST(the_files_behind_a_damaged_one_are_read)
{
	struct journal *j;
	char first[MADE_PATH_SIZE];
	struct stat before;
	struct stat after;

	(void)path_of(first, dir, "steps-");
	ck_assert_int_eq(truncate(first, (off_t)ends[9] + 5), 0);
	ck_assert_int_eq(stat(first, &before), 0);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(journal_open(&j, dir, &journal_default_limits),
				 0);
		(void)append_made(j, RECORD_STEP, MADE_START_S + 7200 * i);
		journal_close(j);
	}
	ck_assert_int_eq(stat(first, &after), 0);
	ck_assert_int_eq(after.st_size, before.st_size);
	ck_assert_int_eq(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
	ck_assert_int_eq(unlink(path), 0);
	{
		struct journal_reader *r = NULL;
		struct record_reader record;
		unsigned count = 0;

		ck_assert_int_eq(journal_read_all(&r, dir, 3, 0), 0);
		while (journal_read_next(r, &record) == 1)
			ck_assert_uint_eq(record.head.seq, ++count);
		ck_assert_uint_eq(count, 11);
		ck_assert_uint_eq(journal_read_damaged(r), 1);
		ck_assert_ptr_nonnull(
		    strstr(journal_read_problem(r), "steps-0000"));
		journal_read_close(r);
	}
}
END_TEST

/* Nothing but names and rubbish: opened, and gone on with. */
START_TEST(a_folder_of_rubbish_can_be_opened)
{
	static const char *const names[] = {
		"steps-00000000000000000900.jnl",
		"pairs-00000000000000000901.jnl",
		"parts-00000000000000000902.jnl",
		"parts-00000000000000000902-1.jnl",
		"pair-parts-00000000000000000903.jnl",
		"steps-904.jnl",
		"steps-99999999999999999999.jnl",
		"steps-18446744073709551615.jnl",
		"steps-00000000000000000905.jnl.new",
		"notes.txt",
	};
	struct journal *j;
	char to[2 * MADE_PATH_SIZE];

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		(void)snprintf(to, sizeof(to), "%s/journal/%s", dir, names[i]);
		ck_assert_int_eq(file_replace(to, "rubbish", i % 8), 0);
	}
	(void)snprintf(to, sizeof(to), "%s/journal/%s", dir,
		       "steps-00000000000000000906.jnl");
	ck_assert_int_eq(mkdir(to, 0755), 0);
	ck_assert_int_eq(journal_open(&j, dir, &journal_default_limits), 0);
	ck_assert_uint_eq(append_made(j, RECORD_STEP, MADE_START_S).seq, 907);
	ck_assert_int_eq(journal_sync(j), 0);
	journal_close(j);
}
END_TEST

/* A half-written end is not there yet while its writer runs. */
START_TEST(beside_a_writer_half_a_record_is_no_damage)
{
	struct journal *j;
	char live[MADE_PATH_SIZE];
	struct journal_reader *r;
	struct record_reader record;
	FILE *file;

	ck_assert_int_eq(journal_open(&j, dir, &journal_default_limits), 0);
	(void)append_made(j, RECORD_STEP, MADE_START_S + 7200);
	ck_assert_int_eq(journal_sync(j), 0);
	file = fopen(path_of(live, dir, "steps-"), "ab");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(whole.data + ends[0], 1, 40, file), 40);
	ck_assert_int_eq(fclose(file), 0);
	for (uint64_t damaged = 0; damaged < 2; damaged++) {
		ck_assert_int_eq(journal_read_file(&r, live), 0);
		ck_assert_int_eq(journal_read_next(r, &record), 1);
		ck_assert_int_eq(journal_read_next(r, &record), 0);
		ck_assert_uint_eq(journal_read_damaged(r), damaged);
		journal_read_close(r);
		if (damaged == 0)
			journal_close(j);
	}
}
END_TEST

/* A closed step that cannot be read does not take its parts along. */
START_TEST(parts_of_a_damaged_closed_step_still_count)
{
	char *other = tempdir_new();
	char parts[MADE_PATH_SIZE];
	char steps[MADE_PATH_SIZE];
	struct text saved;
	struct stat status;
	struct journal *j;

	text_init(&saved);
	ck_assert_int_eq(journal_open(&j, other, &journal_default_limits), 0);
	(void)append_made(j, RECORD_STEP, MADE_START_S);
	(void)append_made(j, RECORD_PART, MADE_START_S + 60);
	(void)append_made(j, RECORD_PORTS, MADE_START_S + 60);
	ck_assert_int_eq(journal_sync(j), 0);
	ck_assert_int_eq(
	    file_read(path_of(parts, other, "parts-"), FILE_MAX, &saved), 0);
	(void)append_made(j, RECORD_STEP, MADE_START_S + 60);
	journal_close(j);
	ck_assert_int_eq(file_replace(parts, saved.data, saved.len), 0);
	see_all(&seen, other);
	ck_assert_uint_eq(seen.count, 2);
	ck_assert_int_eq(stat(path_of(steps, other, "steps-"), &status), 0);
	ck_assert_int_eq(truncate(steps, status.st_size - 1), 0);
	see_all(&seen, other);
	ck_assert_uint_eq(seen.count, 3);
	ck_assert_uint_eq(seen.seq[2], 3);
	ck_assert_int_eq(seen.kind[2], RECORD_PORTS);
	see_file(&seen, parts);
	ck_assert_uint_eq(seen.count, 2);
	text_fini(&saved);
	tempdir_remove(other);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ cut_at_any_byte_all_before_is_read, 0 },
		{ with_any_bit_flipped_all_before_is_read, 0 },
		{ a_broken_header_is_no_journal, 0 },
		{ zeros_at_the_end_are_damage, 0 },
		{ a_length_that_lies_ends_the_file, COUNT_OF(lengths) },
		{ what_is_whole_and_no_record_ends_the_file, 0 },
		{ a_later_version_is_refused, 0 },
		{ the_files_behind_a_damaged_one_are_read, 0 },
		{ a_folder_of_rubbish_can_be_opened, 0 },
		{ beside_a_writer_half_a_record_is_no_damage, 0 },
		{ parts_of_a_damaged_closed_step_still_count, 0 },
	};

	return unit_run_with("journal_damage", setup, teardown, tests,
			     COUNT_OF(tests));
}
