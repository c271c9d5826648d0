/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <string.h>

#include "util/diagnostics.h"

static struct diagnostics d;

static void setup(void)
{
	diagnostics_init(&d);
}

static void teardown(void)
{
	diagnostics_fini(&d);
}

static const struct {
	struct place place;
	const char *line;
} places[] = {
	{ { "f.yaml", 3, 7 }, "f.yaml:3:7: error: found 1\n" },
	{ { "f.yaml", 3, 0 }, "f.yaml:3: error: found 1\n" },
	{ { "f.yaml", 0, 0 }, "f.yaml: error: found 1\n" },
	{ { "f.yaml", 0, 7 }, "f.yaml: error: found 1\n" },
};

START_TEST(a_line_begins_with_its_place)
{
	diagnostics_error(&d, places[_i].place, "found %d", 1);
	ck_assert_str_eq(text_str(&d.text), places[_i].line);
	ck_assert_uint_eq(d.errors, 1);
}
END_TEST

static const struct {
	size_t offset;
	size_t line;
	size_t column;
} bytes[] = {
	{ 0, 1, 1 }, { 1, 1, 2 }, { 2, 1, 3 }, { 3, 2, 1 },
	{ 4, 3, 1 }, { 6, 3, 2 }, { 7, 3, 3 }, { 99, 3, 3 },
};

START_TEST(a_byte_has_a_line_and_a_column)
{
	static const char text[] = "ab\n\n\xc3\xa9!";
	struct place place =
	    place_of_byte("f", text, sizeof(text) - 1, bytes[_i].offset);

	ck_assert_str_eq(place.path, "f");
	ck_assert_uint_eq(place.line, bytes[_i].line);
	ck_assert_uint_eq(place.column, bytes[_i].column);
}
END_TEST

START_TEST(a_warning_is_no_error)
{
	diagnostics_warning(&d, (struct place){ "f", 1, 1 }, "odd");
	ck_assert_str_eq(text_str(&d.text), "f:1:1: warning: odd\n");
	ck_assert_uint_eq(d.errors, 0);
	ck_assert_uint_eq(d.warnings, 1);
}
END_TEST

START_TEST(a_message_can_not_forge_a_line)
{
	diagnostics_error(&d, (struct place){ "f", 1, 1 }, "'%s'",
			  "x\nf:2:1: error: forged\x1b[31m\x7f");
	ck_assert_str_eq(text_str(&d.text), "f:1:1: error: 'x?f:2:1: error: "
					    "forged?[31m?'\n");
}
END_TEST

START_TEST(a_message_does_not_reorder_what_stands_beside_it)
{
	diagnostics_error(
	    &d, (struct place){ "f", 1, 1 },
	    "\u202e\u05d0\u2066x\u2069\u2028\u200f\u2030\xe2\x80");
	ck_assert_str_eq(text_str(&d.text),
			 "f:1:1: error: ?\u05d0?x???\u2030\xe2\x80\n");
}
END_TEST

START_TEST(past_fifty_they_are_counted_only)
{
	size_t lines = 0;

	for (size_t i = 0; i < 1000; i++) {
		diagnostics_error(&d, (struct place){ "f", i + 1, 1 }, "bad");
		diagnostics_warning(&d, (struct place){ "f", 1, 1 }, "odd");
	}
	for (const char *c = text_str(&d.text); *c; c++)
		lines += *c == '\n';
	ck_assert_uint_eq(lines, 100);
	ck_assert_uint_eq(d.errors, 1000);
	ck_assert_uint_eq(d.warnings, 1000);
	ck_assert_ptr_nonnull(strstr(text_str(&d.text), "f:50:1: error"));
	ck_assert_ptr_null(strstr(text_str(&d.text), "f:51:1: error"));
}
END_TEST

START_TEST(the_end_says_how_many_more_there_were)
{
	for (size_t i = 0; i < 52; i++) {
		diagnostics_error(&d, (struct place){ "f", i + 1, 1 }, "bad");
		if (i < 51)
			diagnostics_warning(&d, (struct place){ "f", 1, 1 },
					    "odd");
	}
	diagnostics_end(&d);
	ck_assert_ptr_nonnull(
	    strstr(text_str(&d.text), "\n2 more errors\n1 more warning\n"));
}
END_TEST

START_TEST(the_end_is_silent_where_all_was_said)
{
	for (size_t i = 0; i < 50; i++)
		diagnostics_error(&d, (struct place){ "f", i + 1, 1 }, "bad");
	diagnostics_end(&d);
	ck_assert_ptr_null(strstr(text_str(&d.text), "more"));
}
END_TEST

START_TEST(an_endless_message_is_cut)
{
	char endless[5000];

	memset(endless, 'x', sizeof(endless) - 1);
	endless[sizeof(endless) - 1] = '\0';
	diagnostics_error(&d, (struct place){ "f", 1, 1 }, "%s", endless);
	ck_assert_uint_lt(d.text.len, 1000);
	ck_assert_int_eq(text_str(&d.text)[d.text.len - 1], '\n');
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_line_begins_with_its_place, COUNT_OF(places) },
		{ a_byte_has_a_line_and_a_column, COUNT_OF(bytes) },
		{ a_warning_is_no_error, 0 },
		{ a_message_can_not_forge_a_line, 0 },
		{ a_message_does_not_reorder_what_stands_beside_it, 0 },
		{ past_fifty_they_are_counted_only, 0 },
		{ the_end_says_how_many_more_there_were, 0 },
		{ the_end_is_silent_where_all_was_said, 0 },
		{ an_endless_message_is_cut, 0 },
	};

	return unit_run_with("diagnostics", setup, teardown, tests,
			     COUNT_OF(tests));
}
