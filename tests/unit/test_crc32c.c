/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>
#include <string.h>

#include "util/crc32c.h"

enum { LONGEST = 300 };

/* RFC 3720, B.4 (the bytes of its CRCs are the least significant first). */
static const struct {
	uint8_t bytes[48];
	size_t len;
	uint32_t crc;
} known[] = {
	{ { 0 }, 32, 0x8a9136aa },
	{ { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
	  32,
	  0x62a8ab43 },
	{ { 0,	1,  2,	3,  4,	5,  6,	7,  8,	9,  10, 11, 12, 13, 14, 15,
	    16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31 },
	  32,
	  0x46dd794e },
	{ { 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16,
	    15, 14, 13, 12, 11, 10, 9,	8,  7,	6,  5,	4,  3,	2,  1,	0 },
	  32,
	  0x113fdb5c },
	{ { 0x01, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,	 0, 0, 0, 0,
	    0x14, 0,	0, 0, 0, 0, 4, 0, 0, 0, 0, 0x14, 0, 0, 0, 0x18,
	    0x28, 0,	0, 0, 0, 0, 0, 0, 2, 0, 0, 0,	 0, 0, 0, 0 },
	  48,
	  0xd9963a56 },
	{ "123456789", 9, 0xe3069283 },
	{ "", 0, 0 },
};

START_TEST(the_vectors_of_rfc_3720_come_out)
{
	ck_assert_uint_eq(crc32c(0, known[_i].bytes, known[_i].len),
			  known[_i].crc);
	ck_assert_uint_eq(crc32c_portable(0, known[_i].bytes, known[_i].len),
			  known[_i].crc);
}
END_TEST

/* Bit by bit, as the polynomial has it. */
static uint32_t slow_crc(const uint8_t *bytes, size_t len)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < len; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return ~crc;
}

START_TEST(any_length_and_alignment_comes_out)
{
	uint8_t bytes[LONGEST];

	for (size_t i = 0; i < LONGEST; i++)
		bytes[i] = (uint8_t)(i * i * 7 + i / 3);
	for (size_t from = 0; from < 16; from++) {
		for (size_t len = 0; from + len <= LONGEST; len++) {
			uint32_t want = slow_crc(bytes + from, len);

			ck_assert_uint_eq(crc32c(0, bytes + from, len), want);
			ck_assert_uint_eq(crc32c_portable(0, bytes + from, len),
					  want);
		}
	}
}
END_TEST

START_TEST(a_checksum_goes_on_where_it_stopped)
{
	static const char all[] = "a record in two pieces, or in three";
	size_t len = strlen(all);

	for (size_t cut = 0; cut <= len; cut++) {
		uint32_t first = crc32c(0, all, cut);

		ck_assert_uint_eq(crc32c(first, all + cut, len - cut),
				  crc32c(0, all, len));
		first = crc32c_portable(0, all, cut);
		ck_assert_uint_eq(crc32c_portable(first, all + cut, len - cut),
				  crc32c(0, all, len));
	}
	ck_assert_uint_eq(crc32c(77, NULL, 0), 77);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ the_vectors_of_rfc_3720_come_out, COUNT_OF(known) },
		{ any_length_and_alignment_comes_out, 0 },
		{ a_checksum_goes_on_where_it_stopped, 0 },
	};

	return unit_run("crc32c", tests, COUNT_OF(tests));
}
