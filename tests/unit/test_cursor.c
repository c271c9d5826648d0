/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>

#include "util/cursor.h"

static const uint8_t octets[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };

START_TEST(values_are_read_big_endian)
{
	struct cursor c = cursor_of(octets, sizeof(octets));

	ck_assert_uint_eq(cursor_u8(&c), 0x01);
	ck_assert_uint_eq(cursor_be16(&c), 0x0203);
	ck_assert_uint_eq(cursor_be32(&c), 0x04050607);
	ck_assert_uint_eq(cursor_left(&c), 2);
	c = cursor_of(octets + 1, 8);
	ck_assert_uint_eq(cursor_be64(&c), 0x0203040506070809);
	ck_assert(cursor_spent(&c));
}
END_TEST

START_TEST(values_are_read_little_endian)
{
	struct cursor c = cursor_of(octets, sizeof(octets));

	ck_assert_uint_eq(cursor_le16(&c), 0x0201);
	ck_assert_uint_eq(cursor_le32(&c), 0x06050403);
	ck_assert_uint_eq(cursor_left(&c), 3);
	ck_assert_uint_eq(cursor_le32(&c), 0);
	ck_assert(!cursor_ok(&c));
	c = cursor_of(octets + 1, 8);
	ck_assert_uint_eq(cursor_le64(&c), 0x0908070605040302);
	ck_assert(cursor_spent(&c));
}
END_TEST

static uint64_t read_size(struct cursor *c, size_t size)
{
	switch (size) {
	case 1:
		return cursor_u8(c);
	case 2:
		return cursor_be16(c);
	case 4:
		return cursor_be32(c);
	default:
		return cursor_be64(c);
	}
}

START_TEST(a_value_needs_all_of_its_bytes)
{
	static const size_t sizes[] = { 1, 2, 4, 8 };

	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		for (size_t left = 0; left <= sizes[i]; left++) {
			struct cursor c = cursor_of(octets, left);
			uint64_t value = read_size(&c, sizes[i]);

			ck_assert(cursor_ok(&c) == (left == sizes[i]));
			ck_assert((value != 0) == (left == sizes[i]));
		}
	}
}
END_TEST

START_TEST(a_short_read_sticks)
{
	struct cursor c = cursor_of(octets, 3);

	ck_assert_uint_eq(cursor_be32(&c), 0);
	ck_assert(!cursor_ok(&c));
	ck_assert_uint_eq(cursor_left(&c), 0);
	ck_assert_uint_eq(cursor_u8(&c), 0);
	ck_assert_ptr_null(cursor_take(&c, 1));
	ck_assert_ptr_null(cursor_take(&c, 0));
	ck_assert(!cursor_ok(&c));
	ck_assert(!cursor_spent(&c));
}
END_TEST

START_TEST(a_length_near_the_end_of_memory_is_refused)
{
	struct cursor c = cursor_of(octets, sizeof(octets));

	ck_assert_ptr_null(cursor_take(&c, SIZE_MAX));
	ck_assert(!cursor_ok(&c));
}
END_TEST

START_TEST(copied_bytes_are_zero_when_they_are_not_there)
{
	uint8_t to[4] = { 9, 9, 9, 9 };
	struct cursor c = cursor_of(octets, 6);

	cursor_bytes(&c, to, sizeof(to));
	ck_assert_mem_eq(to, octets, 4);
	cursor_bytes(&c, to, sizeof(to));
	ck_assert_mem_eq(to, "\0\0\0\0", 4);
	ck_assert(!cursor_ok(&c));
}
END_TEST

START_TEST(a_child_is_confined_and_the_parent_moves_past_it)
{
	struct cursor c = cursor_of(octets, sizeof(octets));
	struct cursor child = cursor_sub(&c, 3);

	ck_assert_uint_eq(cursor_be16(&child), 0x0102);
	ck_assert_uint_eq(cursor_be16(&child), 0);
	ck_assert(!cursor_ok(&child));
	ck_assert(cursor_ok(&c));
	ck_assert_uint_eq(cursor_u8(&c), 4);
}
END_TEST

START_TEST(a_child_longer_than_its_parent_fails_both)
{
	struct cursor c = cursor_of(octets, 3);
	struct cursor child = cursor_sub(&c, 4);

	ck_assert(!cursor_ok(&c));
	ck_assert(!cursor_ok(&child));
	ck_assert_uint_eq(cursor_left(&child), 0);
}
END_TEST

START_TEST(a_child_of_a_failed_parent_has_failed_even_if_empty)
{
	struct cursor c = cursor_of(octets, 1);
	struct cursor child;

	cursor_skip(&c, 2);
	child = cursor_sub(&c, 0);
	ck_assert(!cursor_ok(&child));
}
END_TEST

START_TEST(a_copy_peeks)
{
	struct cursor c = cursor_of(octets, 2);
	struct cursor copy = c;

	ck_assert_uint_eq(cursor_be16(&copy), 0x0102);
	ck_assert_uint_eq(cursor_be16(&c), 0x0102);
}
END_TEST

START_TEST(nothing_at_no_address_is_an_empty_cursor)
{
	struct cursor c = cursor_of(NULL, 0);
	struct cursor child = cursor_sub(&c, 0);

	ck_assert(cursor_spent(&c));
	ck_assert(cursor_spent(&child));
	ck_assert_uint_eq(cursor_u8(&c), 0);
	ck_assert(!cursor_ok(&c));
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ values_are_read_big_endian, 0 },
		{ values_are_read_little_endian, 0 },
		{ a_value_needs_all_of_its_bytes, 0 },
		{ a_short_read_sticks, 0 },
		{ a_length_near_the_end_of_memory_is_refused, 0 },
		{ copied_bytes_are_zero_when_they_are_not_there, 0 },
		{ a_child_is_confined_and_the_parent_moves_past_it, 0 },
		{ a_child_longer_than_its_parent_fails_both, 0 },
		{ a_child_of_a_failed_parent_has_failed_even_if_empty, 0 },
		{ a_copy_peeks, 0 },
		{ nothing_at_no_address_is_an_empty_cursor, 0 },
	};

	return unit_run("cursor", tests, COUNT_OF(tests));
}
