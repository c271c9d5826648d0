/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/line.h"

#include <string.h>

#include "support/unit.h"

static struct line line_of(const char *text)
{
	return (struct line){ .at = text, .left = strlen(text) };
}

START_TEST(lines_end_with_a_line_feed)
{
	const char *at = "one\n\ntwo";
	size_t left = strlen(at);
	struct line l;

	ck_assert(line_next(&l, &at, &left));
	ck_assert_uint_eq(l.left, 3);
	ck_assert(line_next(&l, &at, &left));
	ck_assert_uint_eq(l.left, 0);
	ck_assert(!line_next(&l, &at, &left));
	ck_assert_uint_eq(left, 3);
	left = 0;
	ck_assert(!line_next(&l, &at, &left));
}
END_TEST

START_TEST(a_line_is_read_word_by_word)
{
	struct line l = line_of("port 7 4294967295 a name of words");
	char rest[16];

	ck_assert(line_is(&l, "port"));
	ck_assert_uint_eq(line_u64(&l, 7), 7);
	ck_assert_uint_eq(line_u32(&l), UINT32_MAX);
	line_rest(&l, rest, sizeof(rest));
	ck_assert_str_eq(rest, "a name of words");
	ck_assert(!l.bad);
	ck_assert_uint_eq(l.left, 0);
	line_rest(&l, rest, sizeof(rest));
	ck_assert_str_eq(rest, "");
	ck_assert(!l.bad);
}
END_TEST

/* The second word is to be a number up to 7. */
static const char *const bad[] = {
	"x", "x ", "x  7", "x 8", "x -1", "x 7x", "x 99999999999999999999",
};

START_TEST(what_is_wrong_stays_so)
{
	struct line l = line_of(bad[_i]);
	size_t len;

	(void)line_word(&l, &len);
	ck_assert(!l.bad);
	ck_assert_uint_eq(line_u64(&l, 7) > 7, 0);
	ck_assert(l.bad);
	(void)line_word(&l, &len);
	ck_assert(l.bad);
}
END_TEST

static const char *const rests[] = {
	"sixteen letters.",
	"a tab\t",
	"\x7f",
	"an end\n",
};

START_TEST(a_rest_is_short_and_printable)
{
	struct line l = line_of(rests[_i]);
	char rest[16];

	line_rest(&l, rest, sizeof(rest));
	ck_assert(l.bad);
}
END_TEST

START_TEST(a_rest_may_be_a_name_of_any_language)
{
	struct line l = line_of("R\xc3\xa9seau 1");
	char rest[16];

	line_rest(&l, rest, sizeof(rest));
	ck_assert(!l.bad);
	ck_assert_str_eq(rest, "R\xc3\xa9seau 1");
}
END_TEST

START_TEST(another_word_is_not_this_one)
{
	struct line l = line_of("por ports port");

	ck_assert(!line_is(&l, "port"));
	ck_assert(!line_is(&l, "port"));
	ck_assert(line_is(&l, "port"));
	ck_assert(!l.bad);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ lines_end_with_a_line_feed, 0 },
		{ a_line_is_read_word_by_word, 0 },
		{ what_is_wrong_stays_so, COUNT_OF(bad) },
		{ a_rest_is_short_and_printable, COUNT_OF(rests) },
		{ a_rest_may_be_a_name_of_any_language, 0 },
		{ another_word_is_not_this_one, 0 },
	};

	return unit_run("line", tests, COUNT_OF(tests));
}
