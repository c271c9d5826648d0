/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/response.h"

#include "support/unit.h"

static const struct {
	const char *header;
	bool matches;
} cases[] = {
	{ "\"0123456789abcdef\"", true },
	{ "W/\"0123456789abcdef\"", true },
	{ "\"x\", \"0123456789abcdef\"", true },
	{ "\"x\",W/\"0123456789abcdef\" ,\"y\"", true },
	{ "*", true },
	{ "", false },
	{ "\"0123456789abcdee\"", false },
	{ "0123456789abcdef", false },
	{ "\"0123456789abcdef\"x", false },
	{ ",,, ,", false },
};

START_TEST(a_tag_is_found_in_a_list)
{
	ck_assert_int_eq(
	    response_etag_matches(cases[_i].header, "\"0123456789abcdef\""),
	    cases[_i].matches);
}
END_TEST

static const struct {
	const char *accepted;
	bool has_gzip;
} encodings[] = {
	{ NULL, false },
	{ "", false },
	{ "identity", false },
	{ "br, deflate", false },
	{ "gzip", true },
	{ "gzip, deflate, br, zstd", true },
	{ "br;q=1.0, GZIP;q=0.8", true },
	{ "x-gzip", true },
	{ "gzip;q=0", false },
	{ "gzip;q=0.000", false },
	{ "gzip; q=0.001", true },
	{ "notgzip", false },
	{ "gzip2", false },
};

START_TEST(an_encoding_is_found_in_a_list)
{
	ck_assert_msg(response_accepts_gzip(encodings[_i].accepted) ==
			  encodings[_i].has_gzip,
		      "%s",
		      encodings[_i].accepted ? encodings[_i].accepted : "none");
}
END_TEST

START_TEST(the_tag_follows_the_body)
{
	char first[RESPONSE_ETAG_SIZE];
	char second[RESPONSE_ETAG_SIZE];
	struct response r;

	response_init(&r);
	text_add(&r.body, "a");
	response_etag(&r, first);
	response_etag(&r, second);
	ck_assert_str_eq(first, second);
	ck_assert_uint_eq(strlen(first), 18);
	text_add(&r.body, "b");
	ck_assert_str_ne(first, response_etag(&r, second));
	response_fini(&r);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_tag_is_found_in_a_list, COUNT_OF(cases) },
		{ an_encoding_is_found_in_a_list, COUNT_OF(encodings) },
		{ the_tag_follows_the_body, 0 },
	};

	return unit_run("response", tests, COUNT_OF(tests));
}
