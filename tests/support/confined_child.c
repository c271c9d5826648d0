/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/confined_child.h"

#include <check.h>
#include <sys/wait.h>
#include <unistd.h>

void confined_give_up(const struct sandbox_rules *rules)
{
	struct sandbox_state state;

	if (sandbox_apply(rules, &state) < 0)
		_exit(NOT_APPLIED);
	if (state.calls == 0)
		_exit(UNCONFINED);
}

int confined_outcome(pid_t child)
{
	int status = 0;

	ck_assert_int_gt(child, 0);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}
