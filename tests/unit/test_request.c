/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/request.h"

#include <string.h>

#include "support/unit.h"
#include "util/err.h"

static const struct {
	const char *target;
	int result;
	size_t segments;
	size_t parameters;
} cases[] = {
	{ "/", 0, 0, 0 },
	{ "/members", 0, 1, 0 },
	{ "/members/", 0, 2, 0 },
	{ "/members/AS64500?range=week", 0, 2, 1 },
	{ "/a/b/c/d/e/f", 0, 6, 0 },
	{ "/a/b/c/d/e/f/g", ERR_RANGE, 0, 0 },
	{ "/?", 0, 0, 0 },
	{ "/?a&b=&&c=1", 0, 0, 3 },
	{ "/?a=%41%2f%3D", 0, 0, 1 },
	{ "/%41", 0, 1, 0 },
	{ "http://localhost:8080/members?x=1", 0, 1, 1 },
	{ "http://localhost", 0, 0, 0 },
	{ "", ERR_MALFORMED, 0, 0 },
	{ "*", ERR_MALFORMED, 0, 0 },
	{ "members", ERR_MALFORMED, 0, 0 },
	{ "/a#b", ERR_MALFORMED, 0, 0 },
	{ "/%00", ERR_MALFORMED, 0, 0 },
	{ "/a%00b", ERR_MALFORMED, 0, 0 },
	{ "/%0a", ERR_MALFORMED, 0, 0 },
	{ "/%7f", ERR_MALFORMED, 0, 0 },
	{ "/a\x01", ERR_MALFORMED, 0, 0 },
	{ "/%", ERR_MALFORMED, 0, 0 },
	{ "/%4", ERR_MALFORMED, 0, 0 },
	{ "/%zz", ERR_MALFORMED, 0, 0 },
	{ "/a%2fb", ERR_MALFORMED, 0, 0 },
	{ "/?a=1&a=2", ERR_MALFORMED, 0, 0 },
	{ "/?a=%00", ERR_MALFORMED, 0, 0 },
	{ "/?0&1&2&3&4&5&6&7&8&9&a&b&c&d&e&f", 0, 0, 16 },
	{ "/?0&1&2&3&4&5&6&7&8&9&a&b&c&d&e&f&g", ERR_MALFORMED, 0, 0 },
};

START_TEST(a_target_is_split_or_refused)
{
	struct request r;
	int rc = request_parse(&r, cases[_i].target);

	ck_assert_msg(rc == cases[_i].result, "%s: got %d", cases[_i].target,
		      rc);
	if (rc < 0)
		return;
	ck_assert_uint_eq(r.segment_count, cases[_i].segments);
	ck_assert_uint_eq(r.parameter_count, cases[_i].parameters);
}
END_TEST

START_TEST(components_are_decoded_after_splitting)
{
	struct request r;

	ck_assert_int_eq(
	    request_parse(&r, "/a%3fb/c+d?x%26=1%263+4&y=%C3%A9&z"), 0);
	ck_assert_str_eq(r.segments[0], "a?b");
	ck_assert_str_eq(r.segments[1], "c+d");
	ck_assert_str_eq(request_parameter(&r, "x&"), "1&3 4");
	ck_assert_str_eq(request_parameter(&r, "y"), "\xc3\xa9");
	ck_assert_str_eq(request_parameter(&r, "z"), "");
	ck_assert_ptr_null(request_parameter(&r, "w"));
}
END_TEST

START_TEST(a_target_has_its_longest)
{
	char target[REQUEST_TARGET_MAX + 2];
	struct request r;

	memset(target, 'a', sizeof(target));
	target[0] = '/';
	target[REQUEST_TARGET_MAX + 1] = '\0';
	ck_assert_int_eq(request_parse(&r, target), ERR_RANGE);
	target[REQUEST_TARGET_MAX] = '\0';
	ck_assert_int_eq(request_parse(&r, target), 0);
	ck_assert_uint_eq(strlen(r.segments[0]), REQUEST_TARGET_MAX - 1);
}
END_TEST

START_TEST(every_prefix_of_a_target_is_safe)
{
	static const char whole[] =
	    "http://h/a%41/b+?c=%C3%A9&d=e%20f&g&&h=i#j";
	char part[sizeof(whole)];
	struct request r;

	for (size_t len = 0; len < sizeof(whole); len++) {
		memcpy(part, whole, len);
		part[len] = '\0';
		if (request_parse(&r, part) == 0)
			ck_assert_uint_le(r.segment_count,
					  REQUEST_SEGMENTS_MAX);
	}
}
END_TEST

START_TEST(an_asn_is_a_number_perhaps_behind_as)
{
	uint32_t asn = 0;

	ck_assert_int_eq(request_asn("AS64500", &asn), 0);
	ck_assert_uint_eq(asn, 64500);
	ck_assert_int_eq(request_asn("as4294967295", &asn), 0);
	ck_assert_uint_eq(asn, UINT32_MAX);
	ck_assert_int_eq(request_asn("64501", &asn), 0);
	ck_assert_uint_eq(asn, 64501);
	ck_assert_int_ne(request_asn("AS", &asn), 0);
	ck_assert_int_ne(request_asn("AS-1", &asn), 0);
	ck_assert_int_ne(request_asn("AS4294967296", &asn), 0);
	ck_assert_int_ne(request_asn("ASAS1", &asn), 0);
	ck_assert_int_ne(request_asn("", &asn), 0);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_target_is_split_or_refused, COUNT_OF(cases) },
		{ components_are_decoded_after_splitting, 0 },
		{ a_target_has_its_longest, 0 },
		{ every_prefix_of_a_target_is_safe, 0 },
		{ an_asn_is_a_number_perhaps_behind_as, 0 },
	};

	return unit_run("request", tests, COUNT_OF(tests));
}
