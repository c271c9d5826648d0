/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Which rights are left, and what is said of that. */

#include "sandbox/sandbox.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "support/confined_child.h"
#include "support/unit.h"

/* The value of a line of /proc/self/status, or -1. */
static int64_t status_value(const char *name)
{
	FILE *file = fopen("/proc/self/status", "re");
	char line[256];
	int64_t value = -1;

	while (file && fgets(line, sizeof(line), file)) {
		if (strncmp(line, name, strlen(name)) == 0)
			value =
			    (int64_t)strtoull(line + strlen(name), NULL, 16);
	}
	if (file)
		(void)fclose(file);
	return value;
}

/* In a child, with /proc to read: whether all that is left is this. */
static void check_rights(bool keeps_net_raw)
{
	const struct sandbox_path proc = { "/proc/self", SANDBOX_READ };
	const struct sandbox_rules rules = { .kind = SANDBOX_COLLECTOR,
					     .paths = &proc,
					     .path_count = 1,
					     .keeps_net_raw = keeps_net_raw };
	int64_t net_raw = INT64_C(1) << 13;
	int64_t wanted = keeps_net_raw ? status_value("CapPrm:") & net_raw : 0;
	struct sandbox_state state;

	if (sandbox_apply(&rules, &state) < 0)
		_exit(NOT_APPLIED);
	if (status_value("CapEff:") != wanted ||
	    status_value("CapPrm:") != wanted || status_value("CapInh:") != 0 ||
	    status_value("CapAmb:") != 0)
		_exit(1);
	if (state.keeps_net_raw != (wanted != 0))
		_exit(2);
	_exit(status_value("NoNewPrivs:") == 1 ? GOES_ON : 3);
}

START_TEST(no_capability_is_left_but_that_of_mirrors)
{
	pid_t child = fork();

	if (child == 0)
		check_rights(_i == 1);
	ck_assert_int_eq(confined_outcome(child), GOES_ON);
}
END_TEST

START_TEST(memory_is_hidden_where_that_is_asked_for)
{
	const struct sandbox_rules rules = { .kind = SANDBOX_SPAWNER,
					     .hides_memory = _i == 1 };
	pid_t child = fork();
	int got;

	if (child == 0) {
		confined_give_up(&rules);
		_exit(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 1 ? 1 : GOES_ON);
	}
	got = confined_outcome(child);
	ck_assert(got == (_i == 1 ? GOES_ON : 1) || got == UNCONFINED);
}
END_TEST

static void *wait_for_end(void *fd)
{
	char byte;

	(void)!read(*(int *)fd, &byte, 1);
	return NULL;
}

START_TEST(threads_that_would_keep_their_rights_are_refused)
{
	const struct sandbox_rules rules = { .kind = SANDBOX_WEB };
	struct sandbox_state state;
	pthread_t thread;
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, wait_for_end, &ends[0]),
			 0);
	ck_assert_int_eq(sandbox_apply(&rules, &state), -EBUSY);
	ck_assert_str_eq(state.step, "threads");
	(void)close(ends[1]);
	(void)pthread_join(thread, NULL);
	(void)close(ends[0]);
}
END_TEST

START_TEST(what_is_in_force_is_said)
{
	static const struct sandbox_state bare = { .step = "seccomp" };
	static const struct sandbox_state full = { .landlock_abi = 2,
						   .calls = 50,
						   .keeps_net_raw = true };
	struct text said;

	text_init(&said);
	sandbox_describe(&full, &said);
	ck_assert_str_eq(text_str(&said),
			 "capabilities CAP_NET_RAW alone, no new privileges, "
			 "files by Landlock (ABI 2), 50 system calls by "
			 "seccomp");
	text_clear(&said);
	sandbox_describe(&bare, &said);
	ck_assert_ptr_nonnull(strstr(text_str(&said), "no Landlock"));
	ck_assert_ptr_nonnull(strstr(text_str(&said), "no seccomp"));
	text_fini(&said);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ no_capability_is_left_but_that_of_mirrors, 2 },
		{ memory_is_hidden_where_that_is_asked_for, 2 },
		{ threads_that_would_keep_their_rights_are_refused, 0 },
		{ what_is_in_force_is_said, 0 },
	};

	return unit_run("sandbox", tests, COUNT_OF(tests));
}
