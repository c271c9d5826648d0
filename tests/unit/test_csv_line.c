/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

#include "util/csv_line.h"

static char shown[512];

/* "[a][b]", or what is wrong and where. */
static const char *split(const char *text)
{
	char line[256];
	struct csv_line out;
	size_t column = 0;
	const char *fault;

	(void)snprintf(line, sizeof(line), "%s", text);
	fault = csv_line_split(&out, line, strlen(line), &column);
	if (fault) {
		(void)snprintf(shown, sizeof(shown), "%zu: %s", column, fault);
		return shown;
	}
	shown[0] = '\0';
	for (size_t i = 0; i < out.count; i++) {
		size_t at = strlen(shown);

		(void)snprintf(shown + at, sizeof(shown) - at, "[%.*s]",
			       (int)out.fields[i].len, out.fields[i].text);
	}
	return shown;
}

static const struct {
	const char *line;
	const char *fields;
} lines[] = {
	{ "", "[]" },
	{ "\r\n", "[]" },
	{ "a", "[a]" },
	{ "a,b\r\n", "[a][b]" },
	{ "a,b\n", "[a][b]" },
	{ ",", "[][]" },
	{ "a,,c", "[a][][c]" },
	{ "\"a,b\",c", "[a,b][c]" },
	{ "\"\",c", "[][c]" },
	{ "\"say \"\"no\"\"\",c", "[say \"no\"][c]" },
	{ "a b, c", "[a b][ c]" },
	{ "a\"b", "2: a quote inside a field that does not begin with one" },
	{ "x,\"a", "5: a quoted field without end on its line" },
	{ "x,\"a\"b", "6: text behind a quoted field" },
	{ "\"", "2: a quoted field without end on its line" },
	{ "\"\"\"", "4: a quoted field without end on its line" },
};

START_TEST(a_line_is_its_fields)
{
	ck_assert_str_eq(split(lines[_i].line), lines[_i].fields);
}
END_TEST

START_TEST(there_are_no_more_than_64_fields)
{
	char line[CSV_FIELDS_MAX + 1];
	struct csv_line out;
	size_t column;

	memset(line, ',', sizeof(line));
	ck_assert_ptr_null(
	    csv_line_split(&out, line, CSV_FIELDS_MAX - 1, &column));
	ck_assert_uint_eq(out.count, CSV_FIELDS_MAX);
	ck_assert_ptr_nonnull(
	    csv_line_split(&out, line, CSV_FIELDS_MAX, &column));
}
END_TEST

START_TEST(a_field_knows_its_column)
{
	char line[] = "ab,\"c\"\"d\",e";
	struct csv_line out;
	size_t column;

	ck_assert_ptr_null(csv_line_split(&out, line, strlen(line), &column));
	ck_assert_uint_eq(out.fields[0].column, 1);
	ck_assert_uint_eq(out.fields[1].column, 4);
	ck_assert_uint_eq(out.fields[2].column, 11);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_line_is_its_fields, COUNT_OF(lines) },
		{ there_are_no_more_than_64_fields, 0 },
		{ a_field_knows_its_column, 0 },
	};

	return unit_run("csv_line", tests, COUNT_OF(tests));
}
