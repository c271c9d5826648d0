/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "store/update_text.h"
#include "support/unit.h"

/* A rate, and how librrd is told of it. */
static const struct {
	double value;
	const char *text;
} values[] = {
	{ 0, "0" },
	{ 7, "7" },
	{ 9007199254740992.0, "9007199254740992" },
	{ 0.5, "0.5" },
	{ 1.0 / 3, "0.33333333333333331" },
	{ 1e300, "1.0000000000000001e+300" },
	{ 1e-290, "0" }, /* below what librrd reads */
	{ -1, "U" },
	{ INFINITY, "U" },
	{ NAN, "U" },
};

START_TEST(a_rate_is_told_exactly_or_as_unknown)
{
	const struct series_layout *layout = series_layout(SERIES_AGENT);
	const double row[] = { values[_i].value, 1, 2, 3 };
	char got[UPDATE_TEXT_SIZE];
	char wanted[128];
	size_t len = update_print(got, layout, 1700000040, row);

	(void)snprintf(wanted, sizeof(wanted), "1700000040:%s:1:2:3",
		       values[_i].text);
	ck_assert_str_eq(got, wanted);
	ck_assert_uint_eq(len, strlen(wanted));
}
END_TEST

START_TEST(no_values_are_all_unknown)
{
	char got[UPDATE_TEXT_SIZE];

	(void)update_print(got, series_layout(SERIES_PAIR), 300, NULL);
	ck_assert_str_eq(got, "300:U:U:U:U");
}
END_TEST

START_TEST(the_longest_update_has_room)
{
	double row[SERIES_COLUMNS_MAX];
	char got[UPDATE_TEXT_SIZE];

	for (size_t i = 0; i < COUNT_OF(row); i++)
		row[i] = 1.7976931348623157e+308;
	ck_assert_uint_lt(
	    update_print(got, series_layout(SERIES_MEMBER), INT64_MAX, row),
	    sizeof(got));
}
END_TEST

START_TEST(a_layout_is_told_whole)
{
	const struct series_layout *layout = series_layout(SERIES_PAIR);
	char got[DEFINITIONS_MAX][DEFINITION_SIZE];
	size_t count = definitions_print(got, layout);

	ck_assert_uint_eq(count, layout->column_count + layout->archive_count);
	ck_assert_str_eq(got[0], "DS:ab_v4_bytes:GAUGE:300:0:U");
	ck_assert_str_eq(got[4], "RRA:AVERAGE:0.5:1:576");
	ck_assert_str_eq(got[7], "RRA:AVERAGE:0.5:288:488");
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_rate_is_told_exactly_or_as_unknown, COUNT_OF(values) },
		{ no_values_are_all_unknown, 0 },
		{ the_longest_update_has_room, 0 },
		{ a_layout_is_told_whole, 0 },
	};

	return unit_run("update_text", tests, COUNT_OF(tests));
}
