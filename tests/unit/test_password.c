/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/auth/password.h"

#include <string.h>

#include "support/unit.h"
#include "util/err.h"

static const char right[] = "correct horse battery";

START_TEST(the_right_password_matches_and_no_other)
{
	char hash[PASSWORD_HASH_SIZE];

	ck_assert_int_eq(password_hash(right, hash), 0);
	ck_assert_int_eq(strncmp(hash, "$y$", 3), 0);
	ck_assert(password_matches(right, hash));
	ck_assert(!password_matches("correct horse batterz", hash));
	ck_assert(!password_matches("correct horse batter", hash));
	ck_assert(!password_matches("", hash));
}
END_TEST

START_TEST(the_same_password_has_another_hash_each_time)
{
	char a[PASSWORD_HASH_SIZE];
	char b[PASSWORD_HASH_SIZE];

	ck_assert_int_eq(password_hash(right, a), 0);
	ck_assert_int_eq(password_hash(right, b), 0);
	ck_assert_str_ne(a, b);
}
END_TEST

START_TEST(no_password_is_right_where_there_is_none)
{
	static const char *const tries[] = { "", "*", right };

	for (size_t i = 0; i < COUNT_OF(tries); i++)
		ck_assert(!password_matches(tries[i], "*"));
}
END_TEST

START_TEST(too_short_and_too_long_is_refused)
{
	char hash[PASSWORD_HASH_SIZE];
	char text[PASSWORD_MAX + 2];

	memset(text, 'x', sizeof(text));
	text[PASSWORD_MIN - 1] = '\0';
	ck_assert_int_eq(password_hash(text, hash), ERR_RANGE);
	text[PASSWORD_MIN - 1] = 'x';
	text[PASSWORD_MIN] = '\0';
	ck_assert_int_eq(password_hash(text, hash), 0);
	text[PASSWORD_MIN] = 'x';
	text[PASSWORD_MAX] = '\0';
	ck_assert_int_eq(password_hash(text, hash), 0);
	ck_assert(password_matches(text, hash));
	text[PASSWORD_MAX] = 'x';
	text[PASSWORD_MAX + 1] = '\0';
	ck_assert_int_eq(password_hash(text, hash), ERR_RANGE);
	ck_assert(!password_matches(text, hash));
}
END_TEST

static const struct {
	const char *hash;
	bool is_valid;
} hashes[] = {
	{ "*", true },	    { "", false },	 { "!", false },
	{ "$", false },	    { "$y$", false },	 { "x", false },
	{ "$zz$a", false }, { "secret", false },
};

START_TEST(only_what_libcrypt_knows_is_a_hash)
{
	char good[PASSWORD_HASH_SIZE];

	ck_assert(password_hash_is_valid(hashes[_i].hash) ==
		  hashes[_i].is_valid);
	ck_assert_int_eq(password_hash(right, good), 0);
	ck_assert(password_hash_is_valid(good));
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ the_right_password_matches_and_no_other, 0 },
		{ the_same_password_has_another_hash_each_time, 0 },
		{ no_password_is_right_where_there_is_none, 0 },
		{ too_short_and_too_long_is_refused, 0 },
		{ only_what_libcrypt_knows_is_a_hash, COUNT_OF(hashes) },
	};

	return unit_run("password", tests, COUNT_OF(tests));
}
