/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "util/json_write.h"

static struct text text;
static struct json_writer w;

static void setup(void)
{
	text_init(&text);
	json_start(&w, &text);
}

static void teardown(void)
{
	text_fini(&text);
}

START_TEST(commas_stand_between_items_only)
{
	json_put_object(&w, NULL);
	json_put_array(&w, "empty");
	json_end_array(&w);
	json_put_object(&w, "nothing");
	json_end_object(&w);
	json_put_array(&w, "list");
	json_put_u64(&w, NULL, 1);
	json_put_object(&w, NULL);
	json_put_bool(&w, "yes", true);
	json_end_object(&w);
	json_put_null(&w, NULL);
	json_end_array(&w);
	json_put_bool(&w, "no", false);
	json_end_object(&w);
	ck_assert_str_eq(text_str(&text),
			 "{\"empty\":[],\"nothing\":{},"
			 "\"list\":[1,{\"yes\":true},null],\"no\":false}");
}
END_TEST

START_TEST(integers_are_written_in_full)
{
	json_put_array(&w, NULL);
	json_put_u64(&w, NULL, UINT64_MAX);
	json_put_i64(&w, NULL, INT64_MIN);
	json_end_array(&w);
	ck_assert_str_eq(text_str(&text),
			 "[18446744073709551615,-9223372036854775808]");
}
END_TEST

START_TEST(a_number_that_is_not_finite_is_null)
{
	json_put_array(&w, NULL);
	json_put_double(&w, NULL, 1.25, 1);
	json_put_double(&w, NULL, -3, 0);
	json_put_double(&w, NULL, (double)NAN, 3);
	json_put_double(&w, NULL, (double)INFINITY, 3);
	json_end_array(&w);
	ck_assert_str_eq(text_str(&text), "[1.2,-3,null,null]");
}
END_TEST

/* As the arrays have it: two ways to the same number must not differ by one. */
START_TEST(halves_of_whole_numbers_go_up)
{
	static const double values[] = { 0.5, 1.5, 2.5, 5458677593410.5 };

	json_put_array(&w, NULL);
	for (int i = 0; i < 4; i++)
		json_put_double(&w, NULL, values[i], 0);
	json_put_whole_array(&w, NULL, values, 4, 1);
	json_end_array(&w);
	ck_assert_str_eq(text_str(&text),
			 "[1,2,3,5458677593411,[1,2,3,5458677593411]]");
}
END_TEST

#define BAD "\xef\xbf\xbd"

static const struct {
	const char *bytes;
	const char *written;
} strings[] = {
	{ "plain / 'text' <b>", "plain / 'text' <b>" },
	{ "\"\\", "\\\"\\\\" },
	{ "\n\t\x01\x1f\x7f", "\\u000a\\u0009\\u0001\\u001f\\u007f" },
	{ "caf\xc3\xa9", "caf\xc3\xa9" },
	{ "\xe2\x82\xac \xf0\x9f\x98\x80", "\xe2\x82\xac \xf0\x9f\x98\x80" },
	{ "\xf4\x8f\xbf\xbf \xee\x80\x80", "\xf4\x8f\xbf\xbf \xee\x80\x80" },
	{ "\xed\x9f\xbf \xe0\xa0\x80", "\xed\x9f\xbf \xe0\xa0\x80" },
	/* a lone byte, a cut sequence, an overlong one, a surrogate, too high
	 */
	{ "\x80", BAD },
	{ "a\xc3", "a" BAD },
	{ "\xc3(", BAD "(" },
	{ "\xe2\x82", BAD BAD },
	{ "\xc0\xaf", BAD BAD },
	{ "\xe0\x9f\xbf", BAD BAD BAD },
	{ "\xed\xa0\x80", BAD BAD BAD },
	{ "\xf0\x8f\xbf\xbf", BAD BAD BAD BAD },
	{ "\xf4\x90\x80\x80", BAD BAD BAD BAD },
	{ "\xff", BAD },
};

START_TEST(any_bytes_become_a_valid_string)
{
	json_put_object(&w, NULL);
	json_put_string(&w, "k", strings[_i].bytes);
	json_end_object(&w);
	text.data[text.len - 2] = '\0'; /* the closing "} */
	ck_assert_str_eq(text_str(&text) + strlen("{\"k\":\""),
			 strings[_i].written);
}
END_TEST

START_TEST(a_string_of_given_length_may_hold_a_nul)
{
	json_put_string_n(&w, NULL, "a\0b", 3);
	json_put_string_n(&w, NULL, NULL, 0);
	ck_assert_str_eq(text_str(&text), "\"a\\u0000b\",\"\"");
}
END_TEST

START_TEST(a_key_is_escaped_as_well)
{
	json_put_object(&w, NULL);
	json_put_null(&w, "a\"b");
	json_end_object(&w);
	ck_assert_str_eq(text_str(&text), "{\"a\\\"b\":null}");
}
END_TEST

START_TEST(an_array_of_values_is_whole_or_null)
{
	const double values[] = { 0,	   0.0624, 0.0625,   1.5,
				  -1e-9,   NAN,	   INFINITY, 1e17,
				  1.25e17, 1e300,  12345678 };

	json_put_object(&w, NULL);
	json_put_whole_array(&w, "a", values, COUNT_OF(values), 8);
	json_put_whole_array(&w, "b", values, 1, 1);
	json_put_whole_array(&w, "c", NULL, 0, 1);
	json_put_u64(&w, "d", 1);
	json_end_object(&w);
	ck_assert_str_eq(text_str(&text),
			 "{\"a\":[0,0,1,12,null,null,null,"
			 "800000000000000000,null,null,98765424],"
			 "\"b\":[0],\"c\":[],\"d\":1}");
}
END_TEST

/* Longer than the blocks in which it is written. */
START_TEST(a_long_array_is_that_of_its_items)
{
	enum { COUNT = 3000 };
	static double values[COUNT];
	struct json_writer other;
	struct text wanted;

	text_init(&wanted);
	json_start(&other, &wanted);
	json_put_array(&other, NULL);
	for (int i = 0; i < COUNT; i++) {
		values[i] = (double)i * i * i * 1009;
		json_put_u64(&other, NULL, (uint64_t)values[i]);
	}
	json_end_array(&other);
	json_put_whole_array(&w, NULL, values, COUNT, 1);
	ck_assert_str_eq(text_str(&text), text_str(&wanted));
	text_fini(&wanted);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ commas_stand_between_items_only, 0 },
		{ integers_are_written_in_full, 0 },
		{ a_number_that_is_not_finite_is_null, 0 },
		{ halves_of_whole_numbers_go_up, 0 },
		{ any_bytes_become_a_valid_string, COUNT_OF(strings) },
		{ a_string_of_given_length_may_hold_a_nul, 0 },
		{ a_key_is_escaped_as_well, 0 },
		{ an_array_of_values_is_whole_or_null, 0 },
		{ a_long_array_is_that_of_its_items, 0 },
	};

	return unit_run_with("json_write", setup, teardown, tests,
			     COUNT_OF(tests));
}
