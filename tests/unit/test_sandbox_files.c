/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What Landlock leaves of the file system. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sandbox/paths.h"
#include "sandbox/sandbox.h"
#include "support/confined_child.h"
#include "support/tempdir.h"
#include "support/unit.h"

enum { PATH_SIZE = 4096 };

static char *dir;

static void setup(void)
{
	dir = tempdir_new();
}

static void teardown(void)
{
	tempdir_remove(dir);
}

static void path_of(char to[PATH_SIZE], const char *name)
{
	(void)snprintf(to, PATH_SIZE, "%s/%s", dir, name);
}

static void make_file(const char *name)
{
	char path[PATH_SIZE];
	int fd;

	path_of(path, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ck_assert_int_ge(fd, 0);
	(void)close(fd);
}

static void make_folder(const char *name)
{
	char path[PATH_SIZE];

	path_of(path, name);
	ck_assert_int_eq(mkdir(path, 0700), 0);
}

/* An attempt at a file; 0 or -errno. */
struct file_attempt {
	const char *what;
	int (*attempt)(const char *path);
	const char *name;
	int rc;
};

static int read_it(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	(void)close(fd);
	return 0;
}

static int write_it(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	(void)close(fd);
	return 0;
}

static int remove_it(const char *path)
{
	return unlink(path) < 0 ? -errno : 0;
}

static int move_it(const char *path)
{
	char to[PATH_SIZE];

	path_of(to, "state/sub/moved");
	return rename(path, to) < 0 ? -errno : 0;
}

static int make_it(const char *path)
{
	return mkdir(path, 0700) < 0 ? -errno : 0;
}

static const struct file_attempt file_attempts[] = {
	{ "read what is ours", read_it, "state/one", 0 },
	{ "write what is ours", write_it, "state/one", 0 },
	{ "make a file", write_it, "state/new", 0 },
	{ "make a folder", make_it, "state/folder", 0 },
	{ "remove a file", remove_it, "state/one", 0 },
	{ "move a file to another folder", move_it, "state/one", 0 },
	{ "read the configuration", read_it, "config/lanterne.yaml", 0 },
	{ "read what a link led to", read_it, "elsewhere/roster.json", 0 },
	{ "write the configuration", write_it, "config/lanterne.yaml",
	  -EACCES },
	{ "make a file beside it", write_it, "config/new", -EACCES },
	{ "remove it", remove_it, "config/lanterne.yaml", -EACCES },
	{ "move it", move_it, "config/lanterne.yaml", -EACCES },
	{ "read what is another's", read_it, "other/secret", -EACCES },
	{ "write what is another's", write_it, "other/secret", -EACCES },
	{ "read the password file", read_it, "../../../../../etc/passwd",
	  -EACCES },
};

static void make_files(void)
{
	char target[PATH_SIZE];
	char link[PATH_SIZE];

	make_folder("state");
	make_folder("state/sub");
	make_folder("config");
	make_folder("elsewhere");
	make_folder("other");
	make_file("state/one");
	make_file("config/lanterne.yaml");
	make_file("elsewhere/roster.json");
	make_file("other/secret");
	path_of(target, "elsewhere/roster.json");
	path_of(link, "config/members.json");
	ck_assert_int_eq(symlink(target, link), 0);
}

/* In a child. */
static void attempt_file(const struct file_attempt *a)
{
	struct sandbox_rules rules = { .kind = SANDBOX_COLLECTOR };
	struct sandbox_state state;
	struct paths paths;
	char path[PATH_SIZE];

	paths_init(&paths);
	path_of(path, "state");
	paths_add(&paths, path, SANDBOX_CHANGE);
	path_of(path, "config/members.json");
	paths_add_replaced(&paths, path);
	paths_add(&paths, "/there/is/no/such/file", SANDBOX_READ);
	rules.paths = paths.all;
	rules.path_count = paths.count;
	path_of(path, a->name);
	if (paths.failed || sandbox_apply(&rules, &state) < 0)
		_exit(NOT_APPLIED);
	if (state.landlock_abi == 0)
		_exit(UNCONFINED);
	_exit(a->attempt(path) == a->rc ? GOES_ON : 1);
}

START_TEST(files_are_for_what_they_are_named_for)
{
	const struct file_attempt *a = &file_attempts[_i];
	pid_t child;
	int got;

	make_files();
	child = fork();
	if (child == 0)
		attempt_file(a);
	got = confined_outcome(child);
	ck_assert_msg(got == GOES_ON || got == UNCONFINED, "%s: %d", a->what,
		      got);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ files_are_for_what_they_are_named_for,
		  COUNT_OF(file_attempts) },
	};

	return unit_run_with("sandbox_files", setup, teardown, tests,
			     COUNT_OF(tests));
}
