/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>
#include <string.h>

#include "util/text.h"

static struct text text;

static void setup(void)
{
	text_init(&text);
}

static void teardown(void)
{
	text_fini(&text);
}

START_TEST(a_fresh_text_is_the_empty_string)
{
	ck_assert_str_eq(text_str(&text), "");
	ck_assert(text_ok(&text));
	text_add_bytes(&text, NULL, 0);
	ck_assert_uint_eq(text.len, 0);
	ck_assert(text_ok(&text));
}
END_TEST

START_TEST(what_is_added_stands_in_order)
{
	text_add(&text, "one ");
	text_addf(&text, "%d %s ", 2, "three");
	text_add_char(&text, '4');
	text_add_bytes(&text, "\0!", 2);
	ck_assert_uint_eq(text.len, 15);
	ck_assert_mem_eq(text_str(&text), "one 2 three 4\0!", 16);
}
END_TEST

START_TEST(a_long_text_is_kept_whole)
{
	for (int i = 0; i < 100000; i++) {
		text_addf(&text, "%05d", i);
		ck_assert_int_eq(text_str(&text)[text.len], 0);
	}
	ck_assert_uint_eq(text.len, 500000);
	ck_assert_mem_eq(text_str(&text) + 499990, "9999899999", 11);
}
END_TEST

static const struct {
	uint64_t number;
	const char *digits;
} numbers[] = {
	{ 0, "0" },
	{ 9, "9" },
	{ 10, "10" },
	{ 99, "99" },
	{ 100, "100" },
	{ 999, "999" },
	{ 1000, "1000" },
	{ 12345, "12345" },
	{ 9999999999999999999u, "9999999999999999999" },
	{ 10000000000000000000u, "10000000000000000000" },
	{ 4294967296, "4294967296" },
	{ UINT64_MAX, "18446744073709551615" },
};

START_TEST(a_number_is_written_in_decimal)
{
	text_add_u64(&text, numbers[_i].number);
	ck_assert_str_eq(text_str(&text), numbers[_i].digits);
}
END_TEST

static const struct {
	const char *bytes;
	size_t len;
	size_t limit;
	const char *quoted;
} strings[] = {
	{ "Ethernet1/1", 11, 64, "Ethernet1/1" },
	{ "a\nb\x7f\"\\", 6, 64, "a\\x0ab\\x7f\\x22\\x5c" },
	{ "a\0b", 3, 64, "a\\x00b" },
	{ "abcdef", 6, 6, "abcdef" },
	{ "abcdef", 6, 5, "abcde..." },
	{ "", 0, 5, "" },
	{ "caf\xc3\xa9!", 6, 64, "caf\xc3\xa9!" },
	{ "caf\xc3\xa9!", 6, 5, "caf\xc3\xa9..." },
	{ "caf\xc3\xa9!", 6, 4, "caf..." },
};

START_TEST(a_string_from_outside_stays_on_its_line)
{
	text_add_quoted(&text, strings[_i].bytes, strings[_i].len,
			strings[_i].limit);
	ck_assert_str_eq(text_str(&text), strings[_i].quoted);
}
END_TEST

START_TEST(running_out_of_memory_sticks_and_changes_nothing)
{
	text_add(&text, "kept");
	text_add_bytes(&text, "x", SIZE_MAX - 2);
	ck_assert(!text_ok(&text));
	text_add(&text, "lost");
	ck_assert_str_eq(text_str(&text), "kept");
	ck_assert_ptr_null(text_steal(&text));
	ck_assert(text_ok(&text));
}
END_TEST

START_TEST(a_cleared_text_begins_anew)
{
	text_add(&text, "old");
	text_add_bytes(&text, "x", SIZE_MAX - 2);
	text_clear(&text);
	ck_assert_str_eq(text_str(&text), "");
	text_add(&text, "new");
	ck_assert(text_ok(&text));
	ck_assert_str_eq(text_str(&text), "new");
}
END_TEST

START_TEST(a_stolen_text_leaves_an_empty_one)
{
	char *string;

	text_add(&text, "gone");
	string = text_steal(&text);
	ck_assert_str_eq(string, "gone");
	ck_assert_str_eq(text_str(&text), "");
	free(string);
	string = text_steal(&text);
	ck_assert_str_eq(string, "");
	free(string);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_fresh_text_is_the_empty_string, 0 },
		{ what_is_added_stands_in_order, 0 },
		{ a_long_text_is_kept_whole, 0 },
		{ a_number_is_written_in_decimal, COUNT_OF(numbers) },
		{ a_string_from_outside_stays_on_its_line, COUNT_OF(strings) },
		{ running_out_of_memory_sticks_and_changes_nothing, 0 },
		{ a_cleared_text_begins_anew, 0 },
		{ a_stolen_text_leaves_an_empty_one, 0 },
	};

	return unit_run_with("text", setup, teardown, tests, COUNT_OF(tests));
}
