/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/state_lock.h"
#include "support/tempdir.h"

enum { NOBODY = 65534, PATH_SIZE = 4096 };

static char *dir;

static void setup(void)
{
	dir = tempdir_new();
}

static void teardown(void)
{
	tempdir_remove(dir);
}

START_TEST(a_state_dir_has_one_writer)
{
	int first = -1;
	int second = -1;

	ck_assert_int_eq(state_lock(dir, &first), 0);
	ck_assert_int_eq(state_lock(dir, &second), -EADDRINUSE);
	ck_assert_int_eq(close(first), 0);
	ck_assert_int_eq(state_lock(dir, &second), 0);
	ck_assert_int_eq(close(second), 0);
}
END_TEST

START_TEST(it_is_made_if_need_be)
{
	char path[PATH_SIZE];
	struct stat st;
	int lock = -1;

	(void)snprintf(path, sizeof(path), "%s/a/b", dir);
	ck_assert_int_eq(state_lock(path, &lock), 0);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert(S_ISDIR(st.st_mode));
	ck_assert_int_eq(close(lock), 0);
}
END_TEST

/* Files of root would stay behind, and the collector could not write them. */
START_TEST(root_leaves_a_state_dir_of_somebody_else_alone)
{
	char path[PATH_SIZE];
	int lock = -1;

	if (geteuid() != 0)
		return;
	ck_assert_int_eq(chown(dir, NOBODY, NOBODY), 0);
	ck_assert_int_eq(state_lock(dir, &lock), -EPERM);
	(void)snprintf(path, sizeof(path), "%s/lock", dir);
	ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_state_dir_has_one_writer, 0 },
		{ it_is_made_if_need_be, 0 },
		{ root_leaves_a_state_dir_of_somebody_else_alone, 0 },
	};

	return unit_run_with("state_lock", setup, teardown, tests,
			     COUNT_OF(tests));
}
