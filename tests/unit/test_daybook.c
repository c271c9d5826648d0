/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/daybook.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/daybook_format.h"
#include "support/made_book.h"
#include "support/unit.h"
#include "util/crc32c.h"
#include "util/err.h"
#include "util/little_endian.h"

enum { ENTRIES = 9, PAIRS = 40, SEEDS = 50 };

static const enum daybook_kind kinds[] = { DAYBOOK_DAY, DAYBOOK_MONTH,
					   DAYBOOK_PAIRS };

static void check_double(double a, double b)
{
	ck_assert_int_eq(isnan(a), isnan(b));
	if (!isnan(a))
		ck_assert_double_eq(a, b);
}

static void check_entry(const struct daybook_entry *a,
			const struct daybook_entry *b)
{
	ck_assert_int_eq(series_compare(&a->series, &b->series), 0);
	for (size_t c = 0; c < SERIES_COLUMNS_MAX; c++)
		check_double(a->totals[c], b->totals[c]);
	for (size_t i = 0; i < DAYBOOK_MEASURES_MAX; i++) {
		const struct daybook_measure *m = &a->measures[i];
		const struct daybook_measure *n = &b->measures[i];

		ck_assert_uint_eq(m->known, n->known);
		check_double(m->p95, n->p95);
		check_double(m->peak, n->peak);
		ck_assert_int_eq(m->peak_at_s, n->peak_at_s);
		check_double(m->minute_peak, n->minute_peak);
		ck_assert_int_eq(m->minute_peak_at_s, n->minute_peak_at_s);
	}
}

static void check_head(const struct daybook_head *a,
		       const struct daybook_head *b)
{
	ck_assert_int_eq(a->kind, b->kind);
	ck_assert_int_eq(date_compare(a->date, b->date), 0);
	ck_assert_str_eq(a->zone, b->zone);
	ck_assert_int_eq(a->from_s, b->from_s);
	ck_assert_int_eq(a->to_s, b->to_s);
	ck_assert_uint_eq(a->row_s, b->row_s);
}

START_TEST(what_is_written_reads_back)
{
	enum daybook_kind kind = _i % 2 ? DAYBOOK_MONTH : DAYBOOK_DAY;
	struct daybook_head head = made_book_head(kind);
	uint64_t seed = (uint64_t)_i;
	struct daybook_reader r;
	struct daybook_entry entry;
	uint64_t known = 0;
	struct text book;

	made_book(&book, kind, ENTRIES, seed);
	ck_assert_int_eq(daybook_open(&r, book.data, book.len), 0);
	check_head(&r.head, &head);
	ck_assert_uint_eq(r.head.count, ENTRIES);
	for (size_t i = 0; i < ENTRIES; i++) {
		struct daybook_entry expected =
		    made_book_entry(&head, i, &seed);

		ck_assert_int_eq(daybook_next(&r, &entry), 1);
		check_entry(&entry, &expected);
		for (size_t m = 0; m < DAYBOOK_MEASURES_MAX; m++)
			known += entry.measures[m].known;
	}
	ck_assert_uint_eq(r.head.known, known);
	ck_assert_int_eq(daybook_next(&r, &entry), 0);
	ck_assert_int_eq(daybook_next(&r, &entry), 0);
	text_fini(&book);
}
END_TEST

START_TEST(pairs_read_back)
{
	struct daybook_head head = made_book_head(DAYBOOK_PAIRS);
	uint64_t seed = (uint64_t)_i;
	struct daybook_reader r;
	struct daybook_pair pair;
	struct text book;

	made_book(&book, DAYBOOK_PAIRS, PAIRS, seed);
	ck_assert_int_eq(daybook_open(&r, book.data, book.len), 0);
	check_head(&r.head, &head);
	for (size_t i = 0; i < PAIRS; i++) {
		struct daybook_pair expected = made_book_pair(&head, i, &seed);

		ck_assert_int_eq(daybook_next_pair(&r, &pair), 1);
		ck_assert_uint_eq(pair.vlan, expected.vlan);
		ck_assert_uint_eq(pair.asn, expected.asn);
		ck_assert_uint_eq(pair.other_asn, expected.other_asn);
		for (size_t c = 0; c < PAIR_COUNT; c++)
			ck_assert_uint_eq(pair.bytes[c], expected.bytes[c]);
		ck_assert_uint_eq(pair.known[0], expected.known[0]);
		ck_assert_uint_eq(pair.known[1], expected.known[1]);
	}
	ck_assert_int_eq(daybook_next_pair(&r, &pair), 0);
	text_fini(&book);
}
END_TEST

START_TEST(the_same_gives_the_same_bytes)
{
	struct text first;
	struct text second;

	made_book(&first, kinds[_i], ENTRIES, 7);
	made_book(&second, kinds[_i], ENTRIES, 7);
	ck_assert_uint_eq(first.len, second.len);
	ck_assert_mem_eq(first.data, second.data, first.len);
	text_fini(&first);
	text_fini(&second);
}
END_TEST

/* Read all of a book. @return 0 or the error */
static int read_all(const void *bytes, size_t len)
{
	struct daybook_reader r;
	struct daybook_entry entry;
	struct daybook_pair pair;
	int rc = daybook_open(&r, bytes, len);

	if (rc < 0)
		return rc;
	do {
		rc = r.head.kind == DAYBOOK_PAIRS ? daybook_next_pair(&r, &pair)
						  : daybook_next(&r, &entry);
	} while (rc == 1);
	return rc;
}

/* A copy at the end of its own memory, so that the sanitizer sees a read
 * past it. */
static int read_copy(const void *bytes, size_t len)
{
	void *copy = malloc(len ? len : 1);
	int rc;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, bytes, len);
	rc = read_all(copy, len);
	free(copy);
	return rc;
}

static void seal(struct text *book, size_t len)
{
	uint8_t *bytes = (uint8_t *)book->data;

	put_le32(bytes + CHECKSUM_AT,
		 crc32c(0, bytes + VERSION_AT, len - VERSION_AT));
}

START_TEST(a_book_cut_short_is_refused)
{
	struct text book;

	made_book(&book, kinds[_i], ENTRIES, 3);
	ck_assert_int_eq(read_copy(book.data, book.len), 0);
	for (size_t len = 0; len < book.len; len++)
		ck_assert_int_lt(read_copy(book.data, len), 0);
	text_fini(&book);
}
END_TEST

/* So the parser itself holds where the checksum lies. */
START_TEST(a_book_cut_short_under_its_checksum_is_refused)
{
	struct text book;

	for (size_t len = VERSION_AT + 4;; len++) {
		made_book(&book, kinds[_i], ENTRIES, 3);
		if (len >= book.len)
			break;
		seal(&book, len);
		ck_assert_int_lt(read_copy(book.data, len), 0);
		text_fini(&book);
	}
	text_fini(&book);
}
END_TEST

START_TEST(any_bit_that_flips_is_found)
{
	struct text book;

	made_book(&book, kinds[_i], ENTRIES, 5);
	for (size_t bit = 0; bit < book.len * 8; bit++) {
		book.data[bit / 8] = (char)(book.data[bit / 8] ^ 1 << bit % 8);
		ck_assert_int_eq(read_all(book.data, book.len), ERR_MALFORMED);
		book.data[bit / 8] = (char)(book.data[bit / 8] ^ 1 << bit % 8);
	}
	ck_assert_int_eq(read_all(book.data, book.len), 0);
	text_fini(&book);
}
END_TEST

START_TEST(bytes_behind_the_last_entry_are_refused)
{
	struct text book;

	made_book(&book, kinds[_i], ENTRIES, 5);
	text_add_char(&book, '\0');
	seal(&book, book.len);
	ck_assert_int_eq(read_all(book.data, book.len), ERR_MALFORMED);
	text_fini(&book);
}
END_TEST

START_TEST(a_later_version_is_told_from_damage)
{
	struct text book;

	made_book(&book, DAYBOOK_DAY, ENTRIES, 5);
	put_le32((uint8_t *)book.data + VERSION_AT, DAYBOOK_VERSION + 1);
	ck_assert_int_eq(read_all(book.data, book.len), ERR_MALFORMED);
	seal(&book, book.len);
	ck_assert_int_eq(read_all(book.data, book.len), ERR_UNSUPPORTED);
	put_le32((uint8_t *)book.data + VERSION_AT, 0);
	seal(&book, book.len);
	ck_assert_int_eq(read_all(book.data, book.len), ERR_MALFORMED);
	text_fini(&book);
}
END_TEST

/* Heads that contradict themselves, under a good checksum. */
static const struct {
	size_t at;
	uint8_t byte;
} lies[] = {
	{ KIND_AT, 0 },
	{ KIND_AT, DAYBOOK_KIND_COUNT },
	{ MONTH_AT, 13 },
	{ MONTH_AT, 2 }, /* February has no 29 in 2026 */
	{ DAY_AT, 0 },
	{ DAY_AT, 32 },
	{ ZONE_LENGTH_AT, 65 },
	{ ROW_AT, 0 },
	{ FROM_AT, 1 },
	{ TO_AT, 1 },
	{ TO_AT + 3, 0 },
	{ TO_AT + 7, 0xff },
	{ FROM_AT + 3, 0 },
	{ COUNT_AT + 3, 1 },
	{ HEAD_SIZE, '\n' },
};

START_TEST(a_head_that_lies_is_refused)
{
	struct text book;

	made_book(&book, DAYBOOK_DAY, ENTRIES, 5);
	book.data[lies[_i].at] = (char)lies[_i].byte;
	seal(&book, book.len);
	ck_assert_int_eq(read_all(book.data, book.len), ERR_MALFORMED);
	text_fini(&book);
}
END_TEST

/* Twice the same: a sum over the book would count it twice. */
START_TEST(an_entry_out_of_order_is_refused)
{
	struct daybook_head head = made_book_head(DAYBOOK_DAY);
	struct daybook_writer w;
	struct daybook_reader r;
	struct daybook_entry entry;
	uint64_t seed = 1;

	daybook_begin(&w, &head);
	entry = made_book_entry(&head, 1 + (size_t)_i, &seed);
	daybook_add(&w, &entry);
	w.head.count = 0; /* as if it was the first */
	entry = made_book_entry(&head, 1, &seed);
	daybook_add(&w, &entry);
	w.head.count = 2;
	ck_assert_int_eq(daybook_finish(&w), 0);
	ck_assert_int_eq(daybook_open(&r, w.bytes.data, w.bytes.len), 0);
	ck_assert_int_eq(daybook_next(&r, &entry), 1);
	ck_assert_int_eq(daybook_next(&r, &entry), ERR_MALFORMED);
	ck_assert_int_eq(daybook_next(&r, &entry), ERR_MALFORMED);
	daybook_writer_fini(&w);
}
END_TEST

START_TEST(a_series_is_found_in_rising_order)
{
	struct daybook_head head = made_book_head(DAYBOOK_DAY);
	const struct series absent[] = {
		{ .kind = SERIES_MEMBER, .asn = 64499 },
		{ .kind = SERIES_MEMBER, .asn = 64501 },
		{ .kind = SERIES_AGENT, .switch_name = "sw2" },
	};
	struct daybook_reader r;
	struct daybook_entry entry;
	struct text book;
	uint64_t seed = 9;

	made_book(&book, DAYBOOK_DAY, ENTRIES, seed);
	ck_assert_int_eq(daybook_open(&r, book.data, book.len), 0);
	for (size_t i = 0; i < ENTRIES; i++) {
		struct daybook_entry expected =
		    made_book_entry(&head, i, &seed);

		if (i == 1)
			ck_assert_int_eq(daybook_find(&r, &absent[0], &entry),
					 0);
		if (i == 2)
			ck_assert_int_eq(daybook_find(&r, &absent[1], &entry),
					 0);
		ck_assert_int_eq(daybook_find(&r, &expected.series, &entry), 1);
		check_entry(&entry, &expected);
	}
	ck_assert_int_eq(daybook_find(&r, &absent[2], &entry), 0);
	text_fini(&book);
}
END_TEST

START_TEST(a_book_of_the_other_kind_has_no_such_entries)
{
	struct daybook_reader r;
	struct daybook_entry entry;
	struct daybook_pair pair;
	struct text book;

	made_book(&book, DAYBOOK_DAY, ENTRIES, 1);
	ck_assert_int_eq(daybook_open(&r, book.data, book.len), 0);
	ck_assert_int_eq(daybook_next_pair(&r, &pair), ERR_MALFORMED);
	text_fini(&book);
	made_book(&book, DAYBOOK_PAIRS, ENTRIES, 1);
	ck_assert_int_eq(daybook_open(&r, book.data, book.len), 0);
	ck_assert_int_eq(daybook_next(&r, &entry), ERR_MALFORMED);
	text_fini(&book);
}
END_TEST

static const struct {
	double total;
	uint64_t stored;
} wholes[] = {
	{ NAN, 0 },
	{ -1, 0 },
	{ 0, 0 },
	{ 0.49, 0 },
	{ 0.5, 1 },
	{ 1e15, UINT64_C(1000000000000000) },
	{ 1e30, UINT64_C(1) << 63 },
};

START_TEST(a_total_is_stored_whole)
{
	ck_assert_uint_eq(daybook_whole(wholes[_i].total), wholes[_i].stored);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ what_is_written_reads_back, SEEDS },
		{ pairs_read_back, SEEDS },
		{ the_same_gives_the_same_bytes, COUNT_OF(kinds) },
		{ a_book_cut_short_is_refused, COUNT_OF(kinds) },
		{ a_book_cut_short_under_its_checksum_is_refused,
		  COUNT_OF(kinds) },
		{ any_bit_that_flips_is_found, COUNT_OF(kinds) },
		{ bytes_behind_the_last_entry_are_refused, COUNT_OF(kinds) },
		{ a_later_version_is_told_from_damage, 0 },
		{ a_head_that_lies_is_refused, COUNT_OF(lies) },
		{ an_entry_out_of_order_is_refused, 2 },
		{ a_series_is_found_in_rising_order, 0 },
		{ a_book_of_the_other_kind_has_no_such_entries, 0 },
		{ a_total_is_stored_whole, COUNT_OF(wholes) },
	};

	return unit_run("daybook", tests, COUNT_OF(tests));
}
