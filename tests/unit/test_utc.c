/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "util/err.h"
#include "util/utc.h"

static const struct {
	const char *text;
	int rc;
	int64_t at_s;
} moments[] = {
	{ "1970-01-01T00:00:00Z", 0, 0 },
	{ "2026-03-01T00:00:00Z", 0, 1772323200 },
	{ "2000-02-29T23:59:59Z", 0, 951868799 },
	{ "2038-01-19T03:14:08Z", 0, INT64_C(2147483648) },
	{ "2106-02-07T06:28:16Z", 0, INT64_C(4294967296) },
	{ "9999-12-31T23:59:59Z", 0, INT64_C(253402300799) },
	{ "1969-12-31T23:59:59Z", ERR_RANGE, 0 },
	{ "0000-01-01T00:00:00Z", ERR_RANGE, 0 },
	{ "2026-00-01T00:00:00Z", ERR_RANGE, 0 },
	{ "2026-13-01T00:00:00Z", ERR_RANGE, 0 },
	{ "2026-03-00T00:00:00Z", ERR_RANGE, 0 },
	{ "2026-04-31T00:00:00Z", ERR_RANGE, 0 },
	{ "2026-02-29T00:00:00Z", ERR_RANGE, 0 },
	{ "2100-02-29T00:00:00Z", ERR_RANGE, 0 },
	{ "2026-03-01T24:00:00Z", ERR_RANGE, 0 },
	{ "2026-03-01T00:60:00Z", ERR_RANGE, 0 },
	{ "2026-03-01T23:59:60Z", ERR_RANGE, 0 },
	{ "2026-03-01T00:00:00", ERR_SYNTAX, 0 },
	{ "2026-03-01T00:00:00z", ERR_SYNTAX, 0 },
	{ "2026-03-01t00:00:00Z", ERR_SYNTAX, 0 },
	{ "2026-03-01 00:00:00Z", ERR_SYNTAX, 0 },
	{ "2026-03-01T00:00:00+00:00", ERR_SYNTAX, 0 },
	{ "2026-03-01T00:00:00.0Z", ERR_SYNTAX, 0 },
	{ "2026-03-01T00:00Z", ERR_SYNTAX, 0 },
	{ "2026-03-01", ERR_SYNTAX, 0 },
	{ "20260301T000000Z", ERR_SYNTAX, 0 },
	{ "2026-3-1T00:00:00Z  ", ERR_SYNTAX, 0 },
	{ "+026-03-01T00:00:00Z", ERR_SYNTAX, 0 },
	{ "2026-03-01T-1:00:00Z", ERR_SYNTAX, 0 },
	{ "now", ERR_SYNTAX, 0 },
	{ "", ERR_SYNTAX, 0 },
};

START_TEST(the_whole_text_is_a_moment_or_nothing_is)
{
	const char *text = moments[_i].text;
	int64_t at_s = 12345;
	int rc = utc_parse(text, strlen(text), &at_s);

	ck_assert_msg(rc == moments[_i].rc, "'%s': %d", text, rc);
	ck_assert_int_eq(at_s, rc == 0 ? moments[_i].at_s : 12345);
}
END_TEST

START_TEST(what_is_written_reads_back)
{
	char text[UTC_TEXT_SIZE];

	if (moments[_i].rc == 0)
		ck_assert_str_eq(utc_format(moments[_i].at_s, text),
				 moments[_i].text);
}
END_TEST

START_TEST(no_prefix_is_a_moment)
{
	static const char whole[] = "2026-03-01T00:00:00Z";
	int64_t at_s;

	for (size_t len = 0; len < sizeof(whole) - 1; len++)
		ck_assert_int_eq(utc_parse(whole, len, &at_s), ERR_SYNTAX);
}
END_TEST

START_TEST(what_cannot_be_written_is_a_dash)
{
	char text[UTC_TEXT_SIZE];

	ck_assert_str_eq(utc_format(-1, text), "-");
	ck_assert_str_eq(utc_format(INT64_MIN, text), "-");
	ck_assert_str_eq(utc_format(INT64_C(253402300800), text), "-");
	ck_assert_str_eq(utc_format(INT64_MAX, text), "-");
}
END_TEST

START_TEST(it_agrees_with_libc)
{
	uint64_t state = 20260301;

	for (int i = 0; i < 20000; i++) {
		char text[UTC_TEXT_SIZE];
		char expected[UTC_TEXT_SIZE];
		struct tm tm;
		time_t at;
		int64_t back;

		state = state * 6364136223846793005u + 1442695040888963407u;
		at = (time_t)((state >> 16) % 253402300800u);
		ck_assert_ptr_nonnull(gmtime_r(&at, &tm));
		ck_assert_uint_gt(strftime(expected, sizeof(expected),
					   "%Y-%m-%dT%H:%M:%SZ", &tm),
				  0);
		ck_assert_str_eq(utc_format(at, text), expected);
		ck_assert_int_eq(utc_parse(text, strlen(text), &back), 0);
		ck_assert_int_eq(back, at);
	}
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ the_whole_text_is_a_moment_or_nothing_is, COUNT_OF(moments) },
		{ what_is_written_reads_back, COUNT_OF(moments) },
		{ no_prefix_is_a_moment, 0 },
		{ what_cannot_be_written_is_a_dash, 0 },
		{ it_agrees_with_libc, 0 },
	};

	return unit_run("utc", tests, COUNT_OF(tests));
}
