/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/tempdir.h"
#include "util/err.h"
#include "util/file.h"

static char *dir;
static struct text text;

static void setup(void)
{
	dir = tempdir_new();
	text_init(&text);
}

static void teardown(void)
{
	text_fini(&text);
	tempdir_remove(dir);
}

/* A path below the test's directory; good until the next call. */
static const char *below(const char *name)
{
	static char path[PATH_MAX];
	int len = snprintf(path, sizeof(path), "%s/%s", dir, name);

	ck_assert_int_lt(len, (int)sizeof(path));
	return path;
}

static void put(const char *name, const char *content)
{
	ck_assert_int_eq(file_replace(below(name), content, strlen(content)),
			 0);
}

START_TEST(what_was_written_is_read)
{
	put("a", "first\n");
	text_add(&text, "before ");
	ck_assert_int_eq(file_read(below("a"), 6, &text), 0);
	ck_assert_str_eq(text_str(&text), "before first\n");
}
END_TEST

START_TEST(an_empty_file_is_a_file)
{
	ck_assert_int_eq(file_replace(below("a"), NULL, 0), 0);
	ck_assert_int_eq(file_read(below("a"), 0, &text), 0);
	ck_assert_uint_eq(text.len, 0);
}
END_TEST

START_TEST(a_file_over_the_bound_is_refused)
{
	char *large = malloc(200000);

	ck_assert_ptr_nonnull(large);
	memset(large, 'x', 200000);
	ck_assert_int_eq(file_replace(below("a"), large, 200000), 0);
	free(large);
	ck_assert_int_eq(file_read(below("a"), 199999, &text), ERR_RANGE);
	text_clear(&text);
	ck_assert_int_eq(file_read(below("a"), 200000, &text), 0);
	ck_assert_uint_eq(text.len, 200000);
}
END_TEST

START_TEST(only_regular_files_are_read)
{
	ck_assert_int_eq(file_read(dir, 100, &text), ERR_UNSUPPORTED);
	ck_assert_int_eq(mkfifo(below("fifo"), 0600), 0);
	ck_assert_int_eq(file_read(below("fifo"), 100, &text), ERR_UNSUPPORTED);
	ck_assert_int_eq(file_read("/dev/zero", 100, &text), ERR_UNSUPPORTED);
	ck_assert_int_eq(file_read(below("none"), 100, &text), -ENOENT);
}
END_TEST

START_TEST(a_replaced_file_leaves_nothing_beside_it)
{
	put("a", "a long first content");
	put("a", "second");
	ck_assert_int_eq(file_read(below("a"), 100, &text), 0);
	ck_assert_str_eq(text_str(&text), "second");
	ck_assert_int_eq(access(below("a.new"), F_OK), -1);
}
END_TEST

START_TEST(a_failed_replacement_leaves_the_old_file)
{
	put("a", "old");
	/* the temporary file's name is taken by a directory */
	ck_assert_int_eq(mkdir(below("a.new"), 0700), 0);
	ck_assert_int_eq(file_replace(below("a"), "new", 3), -EISDIR);
	ck_assert_int_eq(file_read(below("a"), 100, &text), 0);
	ck_assert_str_eq(text_str(&text), "old");
	ck_assert_int_eq(file_replace(below("no/such"), "x", 1), -ENOENT);
}
END_TEST

START_TEST(a_planted_link_is_not_written_through)
{
	char target[PATH_MAX];

	put("target", "precious");
	(void)snprintf(target, sizeof(target), "%s", below("target"));
	ck_assert_int_eq(symlink(target, below("a.new")), 0);
	ck_assert_int_eq(file_replace(below("a"), "new", 3), -ELOOP);
	ck_assert_int_eq(file_read(target, 100, &text), 0);
	ck_assert_str_eq(text_str(&text), "precious");
}
END_TEST

START_TEST(a_path_that_is_too_long_is_refused)
{
	char path[PATH_MAX + 2];

	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	ck_assert_int_eq(file_replace(path, "x", 1), -ENAMETOOLONG);
	ck_assert_int_eq(file_make_directories(path), -ENAMETOOLONG);
	ck_assert_int_eq(file_make_directories(""), -ENOENT);
}
END_TEST

START_TEST(missing_parents_are_made)
{
	struct stat status;

	ck_assert_int_eq(file_make_directories(below("x/y//z/")), 0);
	ck_assert_int_eq(stat(below("x/y/z"), &status), 0);
	ck_assert(S_ISDIR(status.st_mode));
	ck_assert_int_eq(file_make_directories(below("x/y/z")), 0);
	ck_assert_int_eq(file_make_directories("/"), 0);
}
END_TEST

START_TEST(a_file_is_no_directory)
{
	put("file", "x");
	ck_assert_int_eq(file_make_directories(below("file")), -ENOTDIR);
	ck_assert_int_eq(file_make_directories(below("file/x")), -ENOTDIR);
}
END_TEST

START_TEST(a_copy_has_the_first_bytes_and_all_its_blocks)
{
	struct stat status;
	char from[PATH_MAX];
	int fd;

	put("a", "first and second");
	(void)snprintf(from, sizeof(from), "%s", below("a"));
	fd = open(from, O_RDONLY);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(file_copy(fd, below("b"), 5), 0);
	ck_assert_int_eq(file_read(below("b"), 100, &text), 0);
	ck_assert_str_eq(text_str(&text), "first");
	ck_assert_int_eq(stat(below("b"), &status), 0);
	ck_assert_int_ge(status.st_blocks, 1);
	ck_assert_int_eq(file_copy(fd, below("c"), 100), -ENODATA);
	ck_assert_int_eq(access(below("c"), F_OK), -1);
	ck_assert_int_eq(file_copy(fd, below("no/folder"), 5), -ENOENT);
	ck_assert_int_eq(close(fd), 0);
}
END_TEST

START_TEST(the_directory_of_a_path_is_made_and_synced)
{
	struct stat status;

	ck_assert_int_eq(file_sync_directory_of(below("x/y/z")), -ENOENT);
	ck_assert_int_eq(file_make_directory_of(below("x/y/z")), 0);
	ck_assert_int_eq(stat(below("x/y"), &status), 0);
	ck_assert(S_ISDIR(status.st_mode));
	ck_assert_int_eq(access(below("x/y/z"), F_OK), -1);
	ck_assert_int_eq(file_sync_directory_of(below("x/y/z")), 0);
	ck_assert_int_eq(file_sync_directory_of("plain"), 0);
	ck_assert_int_eq(file_sync_directory_of("/plain"), 0);
	ck_assert_int_eq(file_make_directory_of("plain"), 0);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ what_was_written_is_read, 0 },
		{ an_empty_file_is_a_file, 0 },
		{ a_file_over_the_bound_is_refused, 0 },
		{ only_regular_files_are_read, 0 },
		{ a_replaced_file_leaves_nothing_beside_it, 0 },
		{ a_failed_replacement_leaves_the_old_file, 0 },
		{ a_planted_link_is_not_written_through, 0 },
		{ a_path_that_is_too_long_is_refused, 0 },
		{ missing_parents_are_made, 0 },
		{ a_file_is_no_directory, 0 },
		{ a_copy_has_the_first_bytes_and_all_its_blocks, 0 },
		{ the_directory_of_a_path_is_made_and_synced, 0 },
	};

	return unit_run_with("file", setup, teardown, tests, COUNT_OF(tests));
}
