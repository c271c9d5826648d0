/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "ixp/json_path.h"
#include "support/unit.h"

static const char sample[] = "{ \"a\": 1,\n"
			     "  \"b\": [ 10, { \"c\\\"]\": [], \"d\": \"}\" }, "
			     "\"é\", true ],\n"
			     "  \"b2\" : { \"b\": -1.5e3 } }";

struct row {
	const char *name;
	struct json_path path;
	size_t line;
	size_t column;
};

#define KEY(k)                                                                 \
	{                                                                      \
		.key = (k)                                                     \
	}
#define INDEX(i)                                                               \
	{                                                                      \
		.index = (i)                                                   \
	}

static const struct row rows[] = {
	{ "the top", { { { 0 } }, 0 }, 1, 1 },
	{ "first key", { { KEY("a") }, 1 }, 1, 8 },
	{ "array", { { KEY("b") }, 1 }, 2, 8 },
	{ "first item", { { KEY("b"), INDEX(0) }, 2 }, 2, 10 },
	{ "object in it", { { KEY("b"), INDEX(1) }, 2 }, 2, 14 },
	{ "behind a quote", { { KEY("b"), INDEX(1), KEY("d") }, 3 }, 2, 33 },
	{ "accents count once", { { KEY("b"), INDEX(3) }, 2 }, 2, 45 },
	{ "key that starts alike", { { KEY("b2") }, 1 }, 3, 10 },
	{ "same key deeper", { { KEY("b2"), KEY("b") }, 2 }, 3, 17 },
	{ "no such key: its parent", { { KEY("b2"), KEY("x") }, 2 }, 3, 10 },
	{ "no such index: its parent", { { KEY("b"), INDEX(9) }, 2 }, 2, 8 },
	{ "index into an object", { { INDEX(0) }, 1 }, 1, 1 },
};

START_TEST(a_value_is_found_by_its_path)
{
	const struct row *row = &rows[_i];
	struct place place =
	    json_path_place(&row->path, "f", sample, sizeof(sample) - 1);

	ck_assert_str_eq(place.path, "f");
	ck_assert_msg(place.line == row->line && place.column == row->column,
		      "%s: expected %zu:%zu, found %zu:%zu", row->name,
		      row->line, row->column, place.line, place.column);
}
END_TEST

START_TEST(of_a_key_given_twice_it_is_the_last)
{
	static const char text[] = "{\"k\":[1],\n\"k\":[2,\"bad\"]}";
	struct json_path path = { 0 };
	struct place place;

	json_path_key(&path, "k");
	json_path_index(&path, 1);
	place = json_path_place(&path, "f", text, strlen(text));
	ck_assert_uint_eq(place.line, 2);
	ck_assert_uint_eq(place.column, 8);
}
END_TEST

START_TEST(a_text_cut_anywhere_stays_inside)
{
	for (size_t len = 0; len < sizeof(sample); len++) {
		char *copy = malloc(len + 1); /* for the address sanitizer */

		memcpy(copy, sample, len);
		for (size_t i = 0; i < COUNT_OF(rows); i++) {
			struct place place =
			    json_path_place(&rows[i].path, "f", copy, len);

			ck_assert_uint_ge(place.line, 1);
			ck_assert_uint_le(place.line, 3);
		}
		free(copy);
	}
}
END_TEST

START_TEST(text_that_is_no_json_stays_inside)
{
	static const char *const texts[] = { "}}}]",	"\"\\", "{\"b\"",
					     "{\"b\":", "[[[[", "{{{{\"b\":1" };

	for (size_t i = 0; i < COUNT_OF(texts) * COUNT_OF(rows); i++) {
		const char *text = texts[i % COUNT_OF(texts)];
		struct place place = json_path_place(
		    &rows[i / COUNT_OF(texts)].path, "f", text, strlen(text));

		ck_assert_uint_eq(place.line, 1);
	}
}
END_TEST

START_TEST(a_path_reads_like_an_expression)
{
	struct json_path path = { 0 };
	struct text text;

	text_init(&text);
	json_path_key(&path, "member_list");
	json_path_index(&path, 3);
	json_path_key(&path, "name");
	json_path_print(&path, &text);
	ck_assert_str_eq(text_str(&text), "member_list[3].name");
	json_path_up(&path);
	json_path_up(&path);
	text_clear(&text);
	json_path_print(&path, &text);
	ck_assert_str_eq(text_str(&text), "member_list");
	text_fini(&text);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_value_is_found_by_its_path, COUNT_OF(rows) },
		{ of_a_key_given_twice_it_is_the_last, 0 },
		{ a_text_cut_anywhere_stays_inside, 0 },
		{ text_that_is_no_json_stays_inside, 0 },
		{ a_path_reads_like_an_expression, 0 },
	};

	return unit_run("json_path", tests, COUNT_OF(tests));
}
