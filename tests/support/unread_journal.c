/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unread_journal.h"

#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

/* Of what was taken away: the name ends so. */
#define ASIDE ".aside"

/* A regular file, at whose start there is no address. */
#define UNREADABLE "/proc/self/mem"

/* The last of the names that match; false: none does. */
static bool find_last(char path[PATH_MAX], const char *state_dir,
		      const char *pattern)
{
	char full[PATH_MAX];
	glob_t found;
	bool any;

	(void)snprintf(full, sizeof(full), "%s/journal/%s", state_dir, pattern);
	if (glob(full, 0, NULL, &found) != 0)
		return false;
	any = found.gl_pathc > 0;
	if (any)
		(void)snprintf(path, PATH_MAX, "%s",
			       found.gl_pathv[found.gl_pathc - 1]);
	globfree(&found);
	return any;
}

bool unread_journal_begin(const char *state_dir)
{
	char path[PATH_MAX];
	char aside[PATH_MAX + sizeof(ASIDE)];

	if (!find_last(path, state_dir, "steps-*.jnl"))
		return false;
	(void)snprintf(aside, sizeof(aside), "%s" ASIDE, path);
	return rename(path, aside) == 0 && symlink(UNREADABLE, path) == 0;
}

bool unread_journal_end(const char *state_dir)
{
	char path[PATH_MAX];
	char aside[PATH_MAX];

	if (!find_last(aside, state_dir, "steps-*.jnl" ASIDE))
		return false;
	(void)snprintf(path, sizeof(path), "%s", aside);
	path[snprintf(NULL, 0, "%s", aside) - (int)sizeof(ASIDE) + 1] = '\0';
	return rename(aside, path) == 0;
}
