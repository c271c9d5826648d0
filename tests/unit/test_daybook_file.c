/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/daybook_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/daybook_format.h"
#include "support/made_book.h"
#include "support/tempdir.h"
#include "support/unit.h"
#include "util/crc32c.h"
#include "util/err.h"
#include "util/file.h"
#include "util/little_endian.h"

static char *dir;

static void setup(void)
{
	dir = tempdir_new();
}

static void teardown(void)
{
	tempdir_remove(dir);
}

/* A book of one member that knows so many slots. */
static void make(struct daybook_writer *w, const struct daybook_head *head,
		 uint32_t known)
{
	const struct series member = { .kind = SERIES_MEMBER, .asn = 64500 };
	struct daybook_entry entry;

	daybook_begin(w, head);
	daybook_entry_init(&entry, &member);
	entry.totals[0] = known;
	entry.measures[0].known = known;
	entry.measures[0].p95 = 1;
	entry.measures[0].peak = 1;
	entry.measures[0].peak_at_s = head->from_s;
	daybook_add(w, &entry);
	ck_assert_int_eq(daybook_finish(w), 0);
}

static int store(const struct daybook_head *head, uint32_t known)
{
	struct daybook_writer w;
	int rc;

	make(&w, head, known);
	rc = daybook_store(dir, &w);
	daybook_writer_fini(&w);
	return rc;
}

/* What the stored book knows. */
static uint64_t stored(const struct daybook_head *head)
{
	struct daybook book;
	uint64_t known;

	ck_assert_int_eq(daybook_read(&book, dir, head->kind, head->date), 0);
	known = book.reader.head.known;
	daybook_fini(&book);
	return known;
}

static const struct {
	enum daybook_kind kind;
	const char *path;
} paths[] = {
	{ DAYBOOK_DAY, "daybook/2026/2026-03-29.day" },
	{ DAYBOOK_PAIRS, "daybook/2026/2026-03-29.pairs" },
	{ DAYBOOK_MONTH, "daybook/2026/2026-03.month" },
};

START_TEST(a_book_has_its_file)
{
	char expected[PATH_MAX];
	char path[PATH_MAX];

	(void)snprintf(expected, sizeof(expected), "%s/%s", dir,
		       paths[_i].path);
	ck_assert_int_eq(daybook_path(path, dir, paths[_i].kind,
				      (struct date){ 2026, 3, 29 }),
			 0);
	ck_assert_str_eq(path, expected);
}
END_TEST

START_TEST(what_knows_more_replaces_what_knows_less)
{
	struct daybook_head head = made_book_head(DAYBOOK_DAY);

	ck_assert_int_eq(store(&head, 100), DAYBOOK_STORED);
	ck_assert_int_eq(store(&head, 99), DAYBOOK_KEPT);
	ck_assert_uint_eq(stored(&head), 100);
	ck_assert_int_eq(store(&head, 100), DAYBOOK_KEPT);
	ck_assert_int_eq(store(&head, 101), DAYBOOK_STORED);
	ck_assert_uint_eq(stored(&head), 101);
}
END_TEST

START_TEST(finer_rows_are_not_replaced_by_coarser_ones)
{
	struct daybook_head fine = made_book_head(DAYBOOK_DAY);
	struct daybook_head coarse = fine;

	coarse.row_s = 1800;
	ck_assert_int_eq(store(&coarse, 200), DAYBOOK_STORED);
	ck_assert_int_eq(store(&fine, 100), DAYBOOK_STORED);
	ck_assert_int_eq(store(&coarse, 200), DAYBOOK_KEPT);
	ck_assert_uint_eq(stored(&fine), 100);
}
END_TEST

START_TEST(a_day_of_other_hours_is_kept)
{
	struct daybook_head head = made_book_head(DAYBOOK_DAY);

	ck_assert_int_eq(store(&head, 100), DAYBOOK_STORED);
	head.from_s += DAYBOOK_SLOT_S;
	ck_assert_int_eq(store(&head, 200), DAYBOOK_KEPT);
	ck_assert_uint_eq(stored(&head), 100);
}
END_TEST

static void replace_bytes(const struct daybook_head *head,
			  const struct text *bytes)
{
	char path[PATH_MAX];

	ck_assert_int_eq(daybook_path(path, dir, head->kind, head->date), 0);
	ck_assert_int_eq(file_replace(path, bytes->data, bytes->len), 0);
}

START_TEST(a_damaged_book_is_refused_and_replaced)
{
	struct daybook_head head = made_book_head(DAYBOOK_DAY);
	struct daybook_writer w;
	struct daybook book;

	ck_assert_int_eq(store(&head, 100), DAYBOOK_STORED);
	make(&w, &head, 100);
	w.bytes.data[w.bytes.len - 1] ^= 1;
	replace_bytes(&head, &w.bytes);
	ck_assert_int_eq(daybook_read(&book, dir, head.kind, head.date),
			 ERR_MALFORMED);
	w.bytes.len = 3;
	replace_bytes(&head, &w.bytes);
	ck_assert_int_eq(daybook_read(&book, dir, head.kind, head.date),
			 ERR_TRUNCATED);
	daybook_writer_fini(&w);
	ck_assert_int_eq(store(&head, 7), DAYBOOK_STORED);
	ck_assert_uint_eq(stored(&head), 7);
}
END_TEST

START_TEST(a_book_of_a_later_version_is_kept)
{
	struct daybook_head head = made_book_head(DAYBOOK_DAY);
	struct daybook_writer w;
	struct daybook book;
	uint8_t *bytes;

	ck_assert_int_eq(store(&head, 1), DAYBOOK_STORED);
	make(&w, &head, 1);
	bytes = (uint8_t *)w.bytes.data;
	put_le32(bytes + VERSION_AT, DAYBOOK_VERSION + 1);
	put_le32(bytes + CHECKSUM_AT,
		 crc32c(0, bytes + VERSION_AT, w.bytes.len - VERSION_AT));
	replace_bytes(&head, &w.bytes);
	daybook_writer_fini(&w);
	ck_assert_int_eq(daybook_read(&book, dir, head.kind, head.date),
			 ERR_UNSUPPORTED);
	ck_assert_int_eq(store(&head, 100), DAYBOOK_KEPT);
}
END_TEST

START_TEST(a_book_under_anothers_name_is_refused)
{
	struct daybook_head head = made_book_head(DAYBOOK_DAY);
	struct daybook_writer w;
	struct daybook book;

	ck_assert_int_eq(store(&head, 1), DAYBOOK_STORED);
	make(&w, &head, 1);
	head.date.day = 28;
	replace_bytes(&head, &w.bytes);
	head.kind = DAYBOOK_PAIRS;
	replace_bytes(&head, &w.bytes);
	daybook_writer_fini(&w);
	ck_assert_int_eq(daybook_read(&book, dir, DAYBOOK_DAY, head.date),
			 ERR_MALFORMED);
	ck_assert_int_eq(daybook_read(&book, dir, DAYBOOK_PAIRS, head.date),
			 ERR_MALFORMED);
}
END_TEST

START_TEST(a_day_without_a_book_is_not_found)
{
	struct daybook book;
	struct date day = { 2026, 3, 29 };
	char path[PATH_MAX];

	ck_assert_int_eq(daybook_read(&book, dir, DAYBOOK_DAY, day),
			 ERR_NOT_FOUND);
	ck_assert_int_eq(daybook_path(path, dir, DAYBOOK_DAY, day), 0);
	ck_assert_int_eq(file_make_directories(path), 0);
	ck_assert_int_eq(daybook_read(&book, dir, DAYBOOK_DAY, day),
			 ERR_MALFORMED);
}
END_TEST

START_TEST(what_cannot_be_written_leaves_the_old)
{
	struct daybook_head head = made_book_head(DAYBOOK_DAY);
	char path[PATH_MAX];

	ck_assert_int_eq(store(&head, 1), DAYBOOK_STORED);
	/* where the temporary file would be: opening it for writing fails */
	ck_assert_int_eq(daybook_path(path, dir, head.kind, head.date), 0);
	(void)strcat(path, ".new");
	ck_assert_int_eq(mkdir(path, 0755), 0);
	ck_assert_int_eq(store(&head, 2), -EISDIR);
	ck_assert_uint_eq(stored(&head), 1);
}
END_TEST

static void make_file(const char *year, const char *name)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/daybook/%s", dir, year);
	ck_assert_int_eq(file_make_directories(path), 0);
	(void)snprintf(path, sizeof(path), "%s/daybook/%s/%s", dir, year, name);
	ck_assert_int_eq(file_replace(path, "", 0), 0);
}

static bool is_there(const char *name)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/daybook/%s", dir, name);
	return access(path, F_OK) == 0;
}

START_TEST(the_oldest_beyond_the_number_go)
{
	size_t removed = 7;

	ck_assert_int_eq(daybook_trim(dir, DAYBOOK_DAY, 2, &removed), 0);
	ck_assert_uint_eq(removed, 0);
	make_file("2025", "2025-12-30.day");
	make_file("2025", "2025-12-31.day");
	make_file("2025", "2025-12-30.pairs");
	make_file("2025", "2025-11.month");
	make_file("2025", "2025-11-01.month");
	make_file("2025", "2025-12-29.day.bak");
	make_file("2026", "2026-01-01.day");
	make_file("2026", "2026-02-30.day");
	make_file("old", "2000-01-01.day");
	ck_assert_int_eq(daybook_trim(dir, DAYBOOK_DAY, 3, &removed), 0);
	ck_assert_uint_eq(removed, 0);
	ck_assert_int_eq(daybook_trim(dir, DAYBOOK_DAY, 1, &removed), 0);
	ck_assert_uint_eq(removed, 2);
	ck_assert(!is_there("2025/2025-12-30.day"));
	ck_assert(!is_there("2025/2025-12-31.day"));
	ck_assert(is_there("2025/2025-12-30.pairs"));
	ck_assert(is_there("2025/2025-11.month"));
	ck_assert(is_there("2025/2025-12-29.day.bak"));
	ck_assert(is_there("2026/2026-01-01.day"));
	ck_assert(is_there("2026/2026-02-30.day"));
	ck_assert(is_there("old/2000-01-01.day"));
	ck_assert_int_eq(daybook_trim(dir, DAYBOOK_MONTH, 1, &removed), 0);
	ck_assert_uint_eq(removed, 0);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_book_has_its_file, COUNT_OF(paths) },
		{ what_knows_more_replaces_what_knows_less, 0 },
		{ finer_rows_are_not_replaced_by_coarser_ones, 0 },
		{ a_day_of_other_hours_is_kept, 0 },
		{ a_damaged_book_is_refused_and_replaced, 0 },
		{ a_book_of_a_later_version_is_kept, 0 },
		{ a_book_under_anothers_name_is_refused, 0 },
		{ a_day_without_a_book_is_not_found, 0 },
		{ what_cannot_be_written_leaves_the_old, 0 },
		{ the_oldest_beyond_the_number_go, 0 },
	};

	return unit_run_with("daybook_file", setup, teardown, tests,
			     COUNT_OF(tests));
}
