/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "util/err.h"

START_TEST(each_code_has_a_phrase_of_its_own)
{
	for (int code = ERR_STORE; code <= ERR_TRUNCATED; code++) {
		const char *phrase = err_str(code);

		ck_assert_str_ne(phrase, "unknown error");
		ck_assert(islower((unsigned char)phrase[0]));
		ck_assert(phrase[strlen(phrase) - 1] != '.');
		for (int other = code + 1; other <= ERR_TRUNCATED; other++)
			ck_assert_str_ne(phrase, err_str(other));
	}
}
END_TEST

START_TEST(a_system_error_is_told_in_the_systems_words)
{
	ck_assert_str_eq(err_str(-ENOENT), "No such file or directory");
	ck_assert_str_eq(err_str(0), "no error");
}
END_TEST

START_TEST(any_other_number_is_an_unknown_error)
{
	static const int codes[] = {
		1, -999, -1000, ERR_STORE - 1, INT_MIN + 1, INT_MIN, INT_MAX
	};

	for (size_t i = 0; i < COUNT_OF(codes); i++)
		ck_assert_str_eq(err_str(codes[i]), "unknown error");
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ each_code_has_a_phrase_of_its_own, 0 },
		{ a_system_error_is_told_in_the_systems_words, 0 },
		{ any_other_number_is_an_unknown_error, 0 },
	};

	return unit_run("err", tests, COUNT_OF(tests));
}
