/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>
#include <string.h>

#include "util/err.h"
#include "util/number.h"

static const struct {
	const char *text;
	uint64_t max;
	int rc;
	uint64_t value;
} integers[] = {
	{ "0", 9, 0, 0 },
	{ "007", 9, 0, 7 },
	{ "65535", 65535, 0, 65535 },
	{ "65536", 65535, ERR_RANGE, 0 },
	{ "18446744073709551615", UINT64_MAX, 0, UINT64_MAX },
	{ "18446744073709551616", UINT64_MAX, ERR_RANGE, 0 },
	{ "99999999999999999999999999", UINT64_MAX, ERR_RANGE, 0 },
	{ "99999999999999999999999999x", UINT64_MAX, ERR_SYNTAX, 0 },
	{ "", 9, ERR_SYNTAX, 0 },
	{ " 1", 9, ERR_SYNTAX, 0 },
	{ "1 ", 9, ERR_SYNTAX, 0 },
	{ "+1", 9, ERR_SYNTAX, 0 },
	{ "-1", 9, ERR_SYNTAX, 0 },
	{ "0x1", 9, ERR_SYNTAX, 0 },
	{ "1.0", 9, ERR_SYNTAX, 0 },
};

START_TEST(the_whole_text_is_the_integer_or_nothing_is)
{
	uint64_t value = 12345;
	int rc = number_u64(integers[_i].text, strlen(integers[_i].text),
			    integers[_i].max, &value);

	ck_assert_msg(rc == integers[_i].rc, "'%s': %d", integers[_i].text, rc);
	ck_assert_uint_eq(value, rc == 0 ? integers[_i].value : 12345);
}
END_TEST

START_TEST(only_the_slice_is_read)
{
	uint64_t value;

	ck_assert_int_eq(number_u64("1234", 2, UINT64_MAX, &value), 0);
	ck_assert_uint_eq(value, 12);
}
END_TEST

START_TEST(a_32_bit_number_keeps_to_its_maximum)
{
	uint32_t value = 7;

	ck_assert_int_eq(number_u32("4294967295", 10, UINT32_MAX, &value), 0);
	ck_assert_uint_eq(value, UINT32_MAX);
	ck_assert_int_eq(number_u32("4294967296", 10, UINT32_MAX, &value),
			 ERR_RANGE);
	ck_assert_int_eq(number_u32("x", 1, UINT32_MAX, &value), ERR_SYNTAX);
	ck_assert_uint_eq(value, UINT32_MAX);
}
END_TEST

static const struct {
	const char *text;
	int rc;
	uint64_t bps;
} speeds[] = {
	{ "1G", 0, 1000000000 },
	{ "2.5G", 0, 2500000000 },
	{ "0.5k", 0, 500 },
	{ "64K", 0, 64000 },
	{ "400G", 0, 400000000000 },
	{ "1T", 0, 1000000000000 },
	{ "100000000", 0, 100000000 },
	{ "9223372036854775807", 0, INT64_MAX },
	{ "9223372036854775808", ERR_RANGE, 0 },
	{ "99999999T", ERR_RANGE, 0 },
	{ "0", ERR_RANGE, 0 },
	{ "0.0G", ERR_RANGE, 0 },
	{ "1.5", ERR_RANGE, 0 },
	{ "1.0001K", ERR_RANGE, 0 },
	{ "", ERR_SYNTAX, 0 },
	{ "G", ERR_SYNTAX, 0 },
	{ ".5G", ERR_SYNTAX, 0 },
	{ "1.G", ERR_SYNTAX, 0 },
	{ "1..5G", ERR_SYNTAX, 0 },
	{ "1.2.3G", ERR_SYNTAX, 0 },
	{ "1.5x", ERR_SYNTAX, 0 },
	{ "-1G", ERR_SYNTAX, 0 },
	{ "1 G", ERR_SYNTAX, 0 },
	{ "1GG", ERR_SYNTAX, 0 },
	{ "1g", ERR_SYNTAX, 0 },
	{ "1Gbps", ERR_SYNTAX, 0 },
};

START_TEST(a_speed_is_digits_a_point_and_a_unit)
{
	uint64_t bps = 12345;
	int rc = number_speed(speeds[_i].text, strlen(speeds[_i].text), &bps);

	ck_assert_msg(rc == speeds[_i].rc, "'%s': %d", speeds[_i].text, rc);
	ck_assert_uint_eq(bps, rc == 0 ? speeds[_i].bps : 12345);
}
END_TEST

static const struct {
	const char *text;
	uint64_t max;
	int rc;
	uint64_t bytes;
} sizes[] = {
	{ "0", 0, 0, 0 },
	{ "1048576", UINT64_MAX, 0, 1048576 },
	{ "1K", UINT64_MAX, 0, 1024 },
	{ "1k", UINT64_MAX, 0, 1024 },
	{ "64M", UINT64_MAX, 0, 67108864 },
	{ "2G", UINT64_MAX, 0, 2147483648 },
	{ "0G", 0, 0, 0 },
	{ "2G", 2147483648, 0, 2147483648 },
	{ "2G", 2147483647, ERR_RANGE, 0 },
	{ "2147483648", 2147483647, ERR_RANGE, 0 },
	{ "1K", 1023, ERR_RANGE, 0 },
	{ "17179869183G", UINT64_MAX, 0, UINT64_MAX - (1 << 30) + 1 },
	{ "17179869184G", UINT64_MAX, ERR_RANGE, 0 },
	{ "99999999999999999999K", UINT64_MAX, ERR_RANGE, 0 },
	{ "", 9, ERR_SYNTAX, 0 },
	{ "K", UINT64_MAX, ERR_SYNTAX, 0 },
	{ "1T", UINT64_MAX, ERR_SYNTAX, 0 },
	{ "1m", UINT64_MAX, ERR_SYNTAX, 0 },
	{ "1.5M", UINT64_MAX, ERR_SYNTAX, 0 },
	{ "1 M", UINT64_MAX, ERR_SYNTAX, 0 },
	{ "-1M", UINT64_MAX, ERR_SYNTAX, 0 },
	{ "1MM", UINT64_MAX, ERR_SYNTAX, 0 },
	{ "1MiB", UINT64_MAX, ERR_SYNTAX, 0 },
};

START_TEST(a_size_is_digits_and_a_binary_unit)
{
	uint64_t bytes = 12345;
	int rc = number_bytes(sizes[_i].text, strlen(sizes[_i].text),
			      sizes[_i].max, &bytes);

	ck_assert_msg(rc == sizes[_i].rc, "'%s': %d", sizes[_i].text, rc);
	ck_assert_uint_eq(bytes, rc == 0 ? sizes[_i].bytes : 12345);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ the_whole_text_is_the_integer_or_nothing_is,
		  COUNT_OF(integers) },
		{ only_the_slice_is_read, 0 },
		{ a_32_bit_number_keeps_to_its_maximum, 0 },
		{ a_speed_is_digits_a_point_and_a_unit, COUNT_OF(speeds) },
		{ a_size_is_digits_and_a_binary_unit, COUNT_OF(sizes) },
	};

	return unit_run("number", tests, COUNT_OF(tests));
}
