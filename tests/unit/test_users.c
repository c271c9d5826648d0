/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/auth/users.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "support/tempdir.h"
#include "support/unit.h"
#include "util/err.h"
#include "util/file.h"
#include "web/auth/users_file.h"

#define HASH                                                                   \
	"$y$j9T$F5Jx5fExrKuPp53xLKQ..1$tnSYvahCwPBHKZUspmcxMfb0.WiB9W."        \
	"zEaKlOBL35rC"

static char *dir;
static char path[200];

static void setup(void)
{
	dir = tempdir_new();
	(void)snprintf(path, sizeof(path), "%s/users", dir);
}

static void teardown(void)
{
	tempdir_remove(dir);
}

static const struct {
	const char *text;
	const char *problem; /* behind the path; NULL: it is fine */
	size_t count;
} files[] = {
	{ "", NULL, 0 },
	{ "# nobody\n\n", NULL, 0 },
	{ "a:*:member:64500\n", NULL, 1 },
	{ "a:*:member:64500", NULL, 1 },
	{ "b:" HASH ":operator:\na:!" HASH ":member:64500,64501\n", NULL, 2 },
	{ "noc@example.net:*:auditor:\n", NULL, 1 },
	{ "a:*:member\n", ":1: expected name:hash:role:asns\n", 0 },
	{ "a:*:member:64500:x\n", ":1: expected name:hash:role:asns\n", 0 },
	{ "#\n:*:member:64500\n",
	  ":2: expected a name: 1 to 64 of letters, digits and . _ @ + -\n",
	  0 },
	{ "a b:*:member:64500\n",
	  ":1: expected a name: 1 to 64 of letters, digits and . _ @ + -\n",
	  0 },
	{ ".a:*:member:64500\n",
	  ":1: expected a name: 1 to 64 of letters, digits and . _ @ + -\n",
	  0 },
	{ "a:secret:member:64500\n", ":1: expected a hash of yescrypt, or *\n",
	  0 },
	{ "a::member:64500\n", ":1: expected a hash of yescrypt, or *\n", 0 },
	{ "a:*:root:\n", ":1: expected one of member, auditor, operator\n", 0 },
	{ "a:*:member:\n", ":1: expected a member's AS numbers\n", 0 },
	{ "a:*:member:0\n",
	  ":1: expected AS numbers, 32 at most, with commas between\n", 0 },
	{ "a:*:member:x\n",
	  ":1: expected AS numbers, 32 at most, with commas between\n", 0 },
	{ "a:*:auditor:\nA:*:operator:\n", ": the user a is there twice\n", 0 },
};

START_TEST(a_line_is_a_user_or_says_what_is_wrong)
{
	struct user_list *list = NULL;
	struct text problem;
	int rc;

	text_init(&problem);
	rc = user_list_parse(files[_i].text, "users", &list, &problem);
	if (files[_i].problem) {
		ck_assert_int_eq(rc, ERR_CONFIG);
		ck_assert_int_eq(strncmp(text_str(&problem), "users", 5), 0);
		if (files[_i].problem[1] != ' ')
			ck_assert_str_eq(text_str(&problem) + 5,
					 files[_i].problem);
		/* No hash, nor what may be a password, is said. */
		ck_assert_ptr_null(strstr(text_str(&problem), "secret"));
	} else {
		ck_assert_int_eq(rc, 0);
		ck_assert_uint_eq(list->count, files[_i].count);
	}
	user_list_free(rc == 0 ? list : NULL);
	text_fini(&problem);
}
END_TEST

static const struct {
	const char *text;
	int count;
} lists[] = {
	{ "", 0 },
	{ "64500", 1 },
	{ "AS64500", 1 },
	{ "64500,64501", 2 },
	{ " as64500 , 64501", 2 },
	{ "64500;1", -1 },
	{ "0", -1 },
	{ "4294967296", -1 },
	{ "x", -1 },
	{ "AS", -1 },
	{ "-1", -1 },
};

START_TEST(as_numbers_have_commas_between)
{
	uint32_t asns[USER_ASNS_MAX];

	ck_assert_int_eq(user_parse_asns(lists[_i].text, asns),
			 lists[_i].count);
}
END_TEST

static struct user made(const char *name, enum role role, uint32_t asn)
{
	struct user user = { .role = role, .asn_count = asn ? 1 : 0 };

	(void)snprintf(user.name, sizeof(user.name), "%s", name);
	(void)snprintf(user.hash, sizeof(user.hash), "%s", HASH);
	user.asns[0] = asn;
	return user;
}

static void expect_file(const char *wanted)
{
	struct text content;
	struct stat status;

	text_init(&content);
	ck_assert_int_eq(file_read(path, 10000, &content), 0);
	ck_assert_str_eq(text_str(&content), wanted);
	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert_uint_eq(status.st_mode & 0007, 0);
	text_fini(&content);
}

START_TEST(one_line_changes_and_the_others_stay)
{
	struct user a = made("alice", ROLE_MEMBER, 64500);
	struct user b = made("bob", ROLE_OPERATOR, 0);

	ck_assert_int_eq(users_put(path, &a), 0);
	ck_assert_int_eq(users_put(path, &b), 0);
	expect_file("alice:" HASH ":member:64500\nbob:" HASH ":operator:\n");
	a.is_disabled = true;
	(void)snprintf(a.name, sizeof(a.name), "Alice");
	ck_assert_int_eq(users_put(path, &a), 0);
	expect_file("bob:" HASH ":operator:\nAlice:!" HASH ":member:64500\n");
	ck_assert_int_eq(users_remove(path, "carol"), ERR_NOT_FOUND);
	ck_assert_int_eq(users_remove(path, "al"), ERR_NOT_FOUND);
	ck_assert_int_eq(users_remove(path, "alice"), 0);
	expect_file("bob:" HASH ":operator:\n");
}
END_TEST

START_TEST(comments_and_rights_stay)
{
	struct user a = made("alice", ROLE_MEMBER, 64500);
	static const char before[] = "# ours\n\nops:*:operator:\n";

	ck_assert_int_eq(
	    file_replace_private(path, before, strlen(before), NULL), 0);
	ck_assert_int_eq(chmod(path, 0640), 0);
	ck_assert_int_eq(users_put(path, &a), 0);
	expect_file("# ours\n\nops:*:operator:\nalice:" HASH ":member:64500\n");
	{
		struct stat status;

		ck_assert_int_eq(stat(path, &status), 0);
		ck_assert_uint_eq(status.st_mode & 0777, 0640);
	}
}
END_TEST

/* What would make the file wrong is not written. */
START_TEST(a_wrong_user_is_not_written)
{
	struct user a = made("alice", ROLE_MEMBER, 0);
	struct user b = made("bob", ROLE_OPERATOR, 0);

	ck_assert_int_eq(users_put(path, &b), 0);
	ck_assert_int_eq(users_put(path, &a), ERR_CONFIG);
	expect_file("bob:" HASH ":operator:\n");
}
END_TEST

/* What was changed meanwhile is not changed back. */
START_TEST(a_change_of_an_old_state_is_refused)
{
	struct user a = made("alice", ROLE_MEMBER, 64500);
	struct users *users;
	struct user_list *list;
	struct user seen;
	struct text problem;

	text_init(&problem);
	ck_assert_int_eq(users_put(path, &a), 0);
	ck_assert_int_eq(users_new(&users, path, &problem), 0);
	list = users_take(users);
	seen = *user_find(list, "alice");
	users_release(users, list);
	a.is_disabled = true;
	ck_assert_int_eq(users_put(path, &a), 0);
	ck_assert_int_eq(users_replace(path, &seen), ERR_EXISTS);
	expect_file("alice:!" HASH ":member:64500\n");
	users_reload(users);
	list = users_take(users);
	seen = *user_find(list, "alice");
	users_release(users, list);
	seen.is_disabled = false;
	ck_assert_int_eq(users_replace(path, &seen), 0);
	/* Who is to be new must not be there. */
	memset(seen.stamp, 0, sizeof(seen.stamp));
	ck_assert_int_eq(users_replace(path, &seen), ERR_EXISTS);
	users_free(users);
	text_fini(&problem);
}
END_TEST

static bool has(struct users *users, const char *name)
{
	struct user_list *list = users_take(users);
	bool found = user_find(list, name) != NULL;

	users_release(users, list);
	return found;
}

START_TEST(a_changed_file_is_read_again_and_a_wrong_one_is_not)
{
	struct user a = made("alice", ROLE_MEMBER, 64500);
	struct user b = made("bob", ROLE_OPERATOR, 0);
	struct users *users;
	struct user_list *held;
	struct text problem;

	text_init(&problem);
	ck_assert_int_eq(users_put(path, &a), 0);
	ck_assert_int_eq(users_new(&users, path, &problem), 0);
	ck_assert(has(users, "ALICE") && !has(users, "bob"));
	held = users_take(users);
	ck_assert_int_eq(users_put(path, &b), 0);
	users_reload(users);
	ck_assert(has(users, "alice") && has(users, "bob"));
	/* Who took the old ones still has them. */
	ck_assert_ptr_null(user_find(held, "bob"));
	users_release(users, held);
	ck_assert_int_eq(file_replace_private(path, "x\n", 2, NULL), 0);
	users_reload(users);
	ck_assert(has(users, "alice") && has(users, "bob"));
	ck_assert_int_eq(remove(path), 0);
	users_reload(users);
	ck_assert(has(users, "alice"));
	users_free(users);
	text_fini(&problem);
}
END_TEST

/* The program can be started before there is anybody. */
START_TEST(without_a_file_there_is_nobody_yet)
{
	struct user a = made("alice", ROLE_MEMBER, 64500);
	struct users *users;
	struct text problem;

	text_init(&problem);
	ck_assert_int_eq(users_new(&users, path, &problem), 0);
	ck_assert(!has(users, "alice"));
	ck_assert_int_eq(users_put(path, &a), 0);
	users_reload(users);
	ck_assert(has(users, "alice"));
	/* Rights that were wrong and are mended are looked at again. */
	ck_assert_int_eq(users_remove(path, "alice"), 0);
	ck_assert_int_eq(chmod(path, 0644), 0);
	users_reload(users);
	ck_assert(has(users, "alice"));
	ck_assert_int_eq(chmod(path, 0600), 0);
	users_reload(users);
	ck_assert(!has(users, "alice"));
	users_free(users);
	text_fini(&problem);
}
END_TEST

START_TEST(a_file_for_all_to_read_is_refused)
{
	struct users *users;
	struct text problem;

	text_init(&problem);
	ck_assert_int_eq(file_replace(path, "ops:*:operator:\n", 16), 0);
	ck_assert_int_eq(chmod(path, 0644), 0);
	ck_assert_int_eq(users_new(&users, path, &problem), ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(text_str(&problem), "chmod o-rwx"));
	text_fini(&problem);
}
END_TEST

START_TEST(any_change_of_a_user_changes_its_stamp)
{
	static const char *const lines[] = {
		"a:" HASH ":member:64500", "a:!" HASH ":member:64500",
		"a:*:member:64500",	   "a:" HASH ":auditor:64500",
		"a:" HASH ":member:64501", "a:" HASH ":member:64500,64501",
	};
	char stamps[COUNT_OF(lines)][DIGEST_TEXT_SIZE];
	struct text problem;

	text_init(&problem);
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		struct user_list *list;

		ck_assert_int_eq(
		    user_list_parse(lines[i], "users", &list, &problem), 0);
		memcpy(stamps[i], list->users[0].stamp, DIGEST_TEXT_SIZE);
		user_list_free(list);
		for (size_t j = 0; j < i; j++)
			ck_assert_str_ne(stamps[i], stamps[j]);
	}
	text_fini(&problem);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_line_is_a_user_or_says_what_is_wrong, COUNT_OF(files) },
		{ as_numbers_have_commas_between, COUNT_OF(lists) },
		{ one_line_changes_and_the_others_stay, 0 },
		{ comments_and_rights_stay, 0 },
		{ a_wrong_user_is_not_written, 0 },
		{ a_change_of_an_old_state_is_refused, 0 },
		{ a_changed_file_is_read_again_and_a_wrong_one_is_not, 0 },
		{ without_a_file_there_is_nobody_yet, 0 },
		{ a_file_for_all_to_read_is_refused, 0 },
		{ any_change_of_a_user_changes_its_stamp, 0 },
	};

	return unit_run_with("users", setup, teardown, tests, COUNT_OF(tests));
}
