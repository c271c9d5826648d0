/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/auth/credentials.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "support/tempdir.h"
#include "support/unit.h"
#include "util/err.h"
#include "util/file.h"

enum { NOW = 1700000000, IDLE = 1800, LONGEST = 43200 };

static char *dir;
static char path[200];
static struct credentials *all;

static void open_them(void)
{
	struct text problem;

	text_init(&problem);
	ck_assert_msg(
	    credentials_new(&all, path,
			    (struct credential_limits){
				.idle_s = IDLE, .per_user = 3, .in_all = 5 },
			    &problem) == 0,
	    "%s", text_str(&problem));
	text_fini(&problem);
}

static void setup(void)
{
	dir = tempdir_new();
	(void)snprintf(path, sizeof(path), "%s/sessions.json", dir);
	open_them();
}

static void teardown(void)
{
	credentials_free(all);
	tempdir_remove(dir);
}

static int add(const char *user, double at_s, char secret[SECRET_TEXT_SIZE])
{
	struct credential about = { .made_s = at_s,
				    .expires_s = at_s + LONGEST };

	(void)snprintf(about.user, sizeof(about.user), "%s", user);
	return credentials_add(all, &about, secret, NULL);
}

static bool holds(const char *secret, double now_s)
{
	struct credential found;

	return credentials_find(all, secret, now_s, &found);
}

START_TEST(a_secret_stands_for_its_user_and_no_other_does)
{
	char secret[SECRET_TEXT_SIZE];
	struct credential found;

	ck_assert_int_eq(add("alice", NOW, secret), 0);
	ck_assert(credentials_find(all, secret, NOW, &found));
	ck_assert_str_eq(found.user, "alice");
	for (size_t i = 0; i < SECRET_TEXT_SIZE - 1; i++) {
		secret[i] ^= 1;
		ck_assert(!holds(secret, NOW));
		secret[i] ^= 1;
	}
	ck_assert(!holds("", NOW));
	/* What is kept is no key itself. */
	ck_assert(!holds(found.digest, NOW));
}
END_TEST

START_TEST(it_ends_unused_and_in_any_case)
{
	char secret[SECRET_TEXT_SIZE];
	double at = NOW;

	ck_assert_int_eq(add("alice", NOW, secret), 0);
	ck_assert(holds(secret, NOW + IDLE - 1));
	ck_assert(!holds(secret, NOW + 2 * IDLE - 1));
	ck_assert_int_eq(add("alice", NOW, secret), 0);
	while (at < NOW + LONGEST) {
		ck_assert(holds(secret, at));
		at += IDLE - 100;
	}
	ck_assert(!holds(secret, at));
}
END_TEST

START_TEST(the_file_has_no_secret_and_is_for_nobody_else)
{
	char secret[SECRET_TEXT_SIZE];
	struct text content;
	struct stat status;

	ck_assert_int_eq(add("alice", NOW, secret), 0);
	text_init(&content);
	ck_assert_int_eq(file_read(path, 10000, &content), 0);
	ck_assert_ptr_null(strstr(text_str(&content), secret));
	ck_assert_ptr_nonnull(strstr(text_str(&content), "alice"));
	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert_uint_eq(status.st_mode & 0777, 0600);
	text_fini(&content);
}
END_TEST

START_TEST(they_outlive_the_program)
{
	char secret[SECRET_TEXT_SIZE];

	ck_assert_int_eq(add("alice", NOW, secret), 0);
	ck_assert(holds(secret, NOW + 1000));
	ck_assert_int_eq(credentials_tidy(all, NOW + 1000, NULL), 0);
	credentials_free(all);
	open_them();
	/* With when it was used. */
	ck_assert(holds(secret, NOW + 1000 + IDLE - 1));
}
END_TEST

START_TEST(a_file_that_is_none_is_refused)
{
	static const char *const bad[] = { "x",
					   "{}",
					   "[]",
					   "",
					   "{\"credentials\":[{}]}",
					   "{\"credentials\":[{\"id\":1}]}" };
	struct credentials *none;
	struct text problem;

	text_init(&problem);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		ck_assert_int_eq(file_replace(path, bad[i], strlen(bad[i])), 0);
		ck_assert_int_eq(
		    credentials_new(&none, path,
				    (struct credential_limits){ .per_user = 1 },
				    &problem),
		    ERR_CONFIG);
	}
	ck_assert_ptr_nonnull(strstr(text_str(&problem), path));
	text_fini(&problem);
}
END_TEST

START_TEST(a_user_has_so_many_and_the_oldest_goes)
{
	char secrets[4][SECRET_TEXT_SIZE];

	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(add("alice", NOW + i, secrets[i]), 0);
	ck_assert(!holds(secrets[0], NOW + 5));
	for (int i = 1; i < 4; i++)
		ck_assert(holds(secrets[i], NOW + 5));
}
END_TEST

START_TEST(there_are_so_many_in_all)
{
	char secret[SECRET_TEXT_SIZE];
	char user[16];

	for (int i = 0; i < 5; i++) {
		(void)snprintf(user, sizeof(user), "u%d", i);
		ck_assert_int_eq(add(user, NOW, secret), 0);
	}
	ck_assert_int_eq(add("late", NOW, secret), ERR_FULL);
	/* What has ended makes room. */
	ck_assert_int_eq(add("late", NOW + LONGEST, secret), 0);
}
END_TEST

START_TEST(one_can_end_ones_own_alone)
{
	char a[2][SECRET_TEXT_SIZE];
	char b[SECRET_TEXT_SIZE];
	struct credential *list;
	size_t count;
	size_t ended;

	ck_assert_int_eq(add("alice", NOW, a[0]), 0);
	ck_assert_int_eq(add("alice", NOW + 1, a[1]), 0);
	ck_assert_int_eq(add("bob", NOW, b), 0);
	ck_assert_int_eq(credentials_list(all, "alice", NOW, &list, &count), 0);
	ck_assert_uint_eq(count, 2);
	ck_assert(list[0].made_s > list[1].made_s);
	ck_assert_int_eq(credentials_end(all, "bob", list[0].id),
			 ERR_NOT_FOUND);
	ck_assert_int_eq(credentials_end(all, "alice", list[0].id), 0);
	ck_assert(holds(a[0], NOW) && !holds(a[1], NOW) && holds(b, NOW));
	ck_assert_int_eq(add("alice", NOW + 2, a[1]), 0);
	ck_assert_int_eq(credentials_end_all(all, "alice", list[1].id, &ended),
			 0);
	ck_assert_uint_eq(ended, 1);
	ck_assert(holds(a[0], NOW) && !holds(a[1], NOW) && holds(b, NOW));
	free(list);
}
END_TEST

/* What could not be written is not there: it would be gone at the next start.
 */
START_TEST(what_cannot_be_written_is_not_given_out)
{
	char secret[SECRET_TEXT_SIZE];
	char kept[SECRET_TEXT_SIZE];

	ck_assert_int_eq(add("alice", NOW, kept), 0);
	tempdir_remove(dir);
	ck_assert_int_lt(add("bob", NOW, secret), 0);
	ck_assert(!holds(secret, NOW) && holds(kept, NOW));
	dir = tempdir_new();
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_secret_stands_for_its_user_and_no_other_does, 0 },
		{ it_ends_unused_and_in_any_case, 0 },
		{ the_file_has_no_secret_and_is_for_nobody_else, 0 },
		{ they_outlive_the_program, 0 },
		{ a_file_that_is_none_is_refused, 0 },
		{ a_user_has_so_many_and_the_oldest_goes, 0 },
		{ there_are_so_many_in_all, 0 },
		{ one_can_end_ones_own_alone, 0 },
		{ what_cannot_be_written_is_not_given_out, 0 },
	};

	return unit_run_with("credentials", setup, teardown, tests,
			     COUNT_OF(tests));
}
