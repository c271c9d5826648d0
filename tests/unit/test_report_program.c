/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/report/program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "support/tempdir.h"
#include "support/unit.h"

enum { LONG_MS = 60000, SHORT_MS = 100, LOCK_TRIES = 3000 };

static const struct {
	const char *script;
	int limit_ms;
	int rc;
} programs[] = {
	{ "test \"$(cat)\" = told", LONG_MS, 0 },
	{ "exit 7", LONG_MS, -ECHILD },
	{ "kill $$", LONG_MS, -ECHILD },
	{ "sleep 1000", SHORT_MS, -ETIMEDOUT },
	{ "trap '' TERM HUP INT; while :; do sleep 1000; done", SHORT_MS,
	  -ETIMEDOUT },
};

static int feed(const char *name, const char *script, int limit_ms)
{
	char sh_option[] = "-c";
	char program[32];
	char what[200];
	char *command[] = { program, sh_option, what, NULL };
	struct text text;
	int rc;

	(void)snprintf(program, sizeof(program), "%s", name);
	(void)snprintf(what, sizeof(what), "%s", script);
	text_init(&text);
	text_add(&text, "told\n");
	rc = program_feed(command, &text, limit_ms);
	text_fini(&text);
	return rc;
}

START_TEST(a_program_ends_well_or_has_failed)
{
	ck_assert_int_eq(feed("sh", programs[_i].script, programs[_i].limit_ms),
			 programs[_i].rc);
}
END_TEST

START_TEST(a_program_that_is_not_there_has_failed)
{
	ck_assert_int_eq(feed("nonesuch-program", "", LONG_MS), -ENOENT);
}
END_TEST

/* Whether nobody holds a lock any more; waits for it. */
static bool is_released(int fd)
{
	for (int i = 0; i < LOCK_TRIES; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return true;
		(void)usleep(10000);
	}
	return false;
}

START_TEST(what_a_program_started_ends_with_it)
{
	char *dir = tempdir_new();
	char path[256];
	char script[400];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/lock", dir);
	(void)snprintf(script, sizeof(script),
		       "exec 9>%s; flock 9; sleep 1000 & sleep 1000", path);
	ck_assert_int_eq(feed("sh", script, 500), -ETIMEDOUT);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	ck_assert_int_ge(fd, 0);
	/* The second of them held it too. */
	ck_assert(is_released(fd));
	(void)close(fd);
	tempdir_remove(dir);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_program_ends_well_or_has_failed, COUNT_OF(programs) },
		{ a_program_that_is_not_there_has_failed, 0 },
		{ what_a_program_started_ends_with_it, 0 },
	};

	return unit_run("report_program", tests, COUNT_OF(tests));
}
