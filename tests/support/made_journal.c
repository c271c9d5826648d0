/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/made_journal.h"

#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "support/made_records.h"
#include "util/file.h"

enum { PATH_SIZE = 512, FILE_MAX = 1 << 24 };

static void make_content(struct text *out, const struct record_head *head)
{
	made_record(out, head, head->seq, 1 + (unsigned)(head->seq % 7),
		    head->kind == RECORD_PORTS ? 16 : 0);
}

struct record_head append_head(struct journal *j, struct record_head head)
{
	struct text bytes;
	uint64_t seq = journal_counters(j).records;

	/* The seq is known only afterwards; the first one of a journal that is
	 * opened again is not 1. So it is appended under a guess, which the
	 * head's from_us keeps. */
	head.seq = seq + 1;
	head.from_us = (int64_t)head.seq;
	text_init(&bytes);
	make_content(&bytes, &head);
	ck_assert_int_eq(journal_append(j, &head, &bytes), 0);
	text_fini(&bytes);
	return head;
}

struct record_head append_made(struct journal *j, enum record_kind kind,
			       int64_t start_s)
{
	return append_head(j, (struct record_head){
				  .kind = kind,
				  .start_s = start_s,
				  .covered_us = 60000000,
			      });
}

/* A record must be, byte for byte, what was appended. */
static void check_content(const struct record_reader *record)
{
	struct record_head head = record->head;
	struct record_reader made;
	struct text bytes;

	head.seq = (uint64_t)head.from_us;
	text_init(&bytes);
	make_content(&bytes, &head);
	ck_assert(record_open(&made, cursor_of(bytes.data, bytes.len)) == 0 &&
		  made.entries_left == record->entries_left &&
		  made.has_blob == record->has_blob &&
		  cursor_left(&made.at) == cursor_left(&record->at) &&
		  memcmp(made.at.at, record->at.at, cursor_left(&made.at)) ==
		      0);
	text_fini(&bytes);
}

void see(struct seen *seen, struct journal_reader *r)
{
	struct record_reader record;

	*seen = (struct seen){ 0 };
	while ((seen->rc = journal_read_next(r, &record)) == 1) {
		size_t i = seen->count++;

		ck_assert_uint_lt(i, SEEN_MAX);
		check_content(&record);
		seen->seq[i] = record.head.seq;
		seen->kind[i] = record.head.kind;
		seen->start_s[i] = record.head.start_s;
		seen->replaces[i] = record.head.replaces;
		ck_assert(i == 0 || seen->seq[i - 1] < seen->seq[i]);
	}
	seen->damaged = journal_read_damaged(r);
	(void)snprintf(seen->problem, sizeof(seen->problem), "%s",
		       journal_read_problem(r));
	journal_read_close(r);
}

void see_all(struct seen *seen, const char *state_dir)
{
	struct journal_reader *r = NULL;

	ck_assert_int_eq(journal_read_all(&r, state_dir, 3, 0), 0);
	see(seen, r);
	ck_assert_int_eq(seen->rc, 0);
}

void see_file(struct seen *seen, const char *path)
{
	struct journal_reader *r = NULL;

	ck_assert_int_eq(journal_read_file(&r, path), 0);
	see(seen, r);
	ck_assert_int_eq(seen->rc, 0);
}

static size_t find_files(const char *state_dir, const char *prefix, char *last,
			 size_t size)
{
	char folder[PATH_SIZE];
	const struct dirent *entry;
	size_t count = 0;
	DIR *dir;

	(void)snprintf(folder, sizeof(folder), "%s/journal", state_dir);
	dir = opendir(folder);
	ck_assert_ptr_nonnull(dir);
	last[0] = '\0';
	while ((entry = readdir(dir)) != NULL) {
		if (strncmp(entry->d_name, prefix, strlen(prefix)) != 0 ||
		    entry->d_name[0] == '.')
			continue;
		count++;
		if (strcmp(entry->d_name, last) > 0)
			(void)snprintf(last, size, "%s", entry->d_name);
	}
	(void)closedir(dir);
	return count;
}

size_t count_files(const char *state_dir, const char *prefix)
{
	char last[PATH_SIZE];

	return find_files(state_dir, prefix, last, sizeof(last));
}

const char *path_of(char to[MADE_PATH_SIZE], const char *state_dir,
		    const char *prefix)
{
	char last[PATH_SIZE];

	ck_assert_uint_gt(find_files(state_dir, prefix, last, sizeof(last)), 0);
	(void)snprintf(to, MADE_PATH_SIZE, "%s/journal/%s", state_dir, last);
	return to;
}

static void empty_folder(const char *folder)
{
	char path[2 * PATH_SIZE];
	const struct dirent *entry;
	DIR *dir = opendir(folder);

	ck_assert_ptr_nonnull(dir);
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", folder,
			       entry->d_name);
		ck_assert_int_eq(unlink(path), 0);
	}
	(void)closedir(dir);
}

/* Without waiting for the disk, as file_replace would. */
static void write_file(const char *path, const struct text *bytes)
{
	FILE *file = fopen(path, "wb");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(text_str(bytes), 1, bytes->len, file),
			  bytes->len);
	ck_assert_int_eq(fclose(file), 0);
}

void copy_journal(const char *from_dir, const char *to_dir)
{
	char from[PATH_SIZE];
	char to[PATH_SIZE];
	char path[2 * PATH_SIZE];
	const struct dirent *entry;
	struct text bytes;
	DIR *dir;

	(void)snprintf(from, sizeof(from), "%s/journal", from_dir);
	(void)snprintf(to, sizeof(to), "%s/journal", to_dir);
	ck_assert_int_eq(file_make_directories(to), 0);
	empty_folder(to);
	dir = opendir(from);
	ck_assert_ptr_nonnull(dir);
	text_init(&bytes);
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		text_clear(&bytes);
		(void)snprintf(path, sizeof(path), "%s/%s", from,
			       entry->d_name);
		ck_assert_int_eq(file_read(path, FILE_MAX, &bytes), 0);
		(void)snprintf(path, sizeof(path), "%s/%s", to, entry->d_name);
		write_file(path, &bytes);
	}
	text_fini(&bytes);
	(void)closedir(dir);
}
