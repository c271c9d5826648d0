/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/memo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/unit.h"

static const struct memo_epoch epoch = { 1, 1700000000, 28333333 };

static bool has(struct memo *memo, const char *name,
		const struct memo_epoch *at)
{
	size_t size;
	void *found;

	if (!memo_find(memo, name, at, &found, &size))
		return false;
	free(found);
	return true;
}

START_TEST(a_result_is_found_as_it_was_kept)
{
	struct memo *memo;
	size_t size;
	void *found;

	ck_assert_int_eq(memo_new(&memo), 0);
	ck_assert(!has(memo, "a", &epoch));
	memo_keep(memo, "a", &epoch, "one", 4);
	memo_keep(memo, "b", &epoch, "", 0);
	ck_assert(memo_find(memo, "a", &epoch, &found, &size));
	ck_assert_uint_eq(size, 4);
	ck_assert_str_eq(found, "one");
	free(found);
	ck_assert(memo_find(memo, "b", &epoch, &found, &size));
	ck_assert_uint_eq(size, 0);
	free(found);
	memo_keep(memo, "a", &epoch, "other", 6);
	ck_assert(memo_find(memo, "a", &epoch, &found, &size));
	ck_assert_str_eq(found, "other");
	free(found);
	memo_free(memo);
}
END_TEST

START_TEST(a_result_of_another_epoch_is_not_found)
{
	static const struct memo_epoch others[] = {
		{ 2, 1700000000, 28333333 },
		{ 1, 1700000060, 28333333 },
		{ 1, 1700000000, 28333334 },
	};
	struct memo *memo;

	ck_assert_int_eq(memo_new(&memo), 0);
	memo_keep(memo, "a", &epoch, "one", 4);
	for (size_t i = 0; i < COUNT_OF(others); i++)
		ck_assert(!has(memo, "a", &others[i]));
	ck_assert(has(memo, "a", &epoch));
	memo_keep(memo, "a", &others[0], "two", 4);
	ck_assert(!has(memo, "a", &epoch));
	ck_assert(has(memo, "a", &others[0]));
	memo_free(memo);
}
END_TEST

START_TEST(what_was_not_asked_for_the_longest_gives_way)
{
	enum { THIRD = MEMO_BYTES_MAX / 3 };
	unsigned char *large = calloc(1, THIRD);
	struct memo *memo;

	ck_assert_int_eq(memo_new(&memo), 0);
	memo_keep(memo, "a", &epoch, large, THIRD);
	memo_keep(memo, "b", &epoch, large, THIRD);
	memo_keep(memo, "c", &epoch, large, THIRD);
	ck_assert(has(memo, "a", &epoch));
	memo_keep(memo, "d", &epoch, large, THIRD);
	ck_assert(has(memo, "a", &epoch));
	ck_assert(!has(memo, "b", &epoch));
	ck_assert(has(memo, "c", &epoch));
	ck_assert(has(memo, "d", &epoch));
	memo_free(memo);
	free(large);
}
END_TEST

START_TEST(a_name_too_long_is_not_kept)
{
	char name[MEMO_NAME_SIZE + 1];
	struct memo *memo;

	memset(name, 'x', MEMO_NAME_SIZE);
	name[MEMO_NAME_SIZE] = '\0';
	ck_assert_int_eq(memo_new(&memo), 0);
	memo_keep(memo, name, &epoch, "one", 4);
	ck_assert(!has(memo, name, &epoch));
	memo_free(memo);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_result_is_found_as_it_was_kept, 0 },
		{ a_result_of_another_epoch_is_not_found, 0 },
		{ what_was_not_asked_for_the_longest_gives_way, 0 },
		{ a_name_too_long_is_not_kept, 0 },
	};

	return unit_run("memo", tests, COUNT_OF(tests));
}
