/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_USER_COMMAND_H
#define LANTERNE_WEB_USER_COMMAND_H

/* user_command — users from the command line: added, changed, removed; and the
 * audit log checked. Each returns an exit code of sysexits.h. */

#include <stdbool.h>

#include "util/attr.h"

/* What the command line says. */
struct user_command {
	const char *config_path;
	const char *add;    /* a user's name; NULL: not asked */
	const char *remove; /* the same */
	const char *role;   /* NULL: not said */
	const char *asns;   /* NULL: not said */
	bool no_password;   /* for who comes through a proxy */
	bool check_audit;
};

/** Do what is asked. A password is asked for twice on a terminal, else it is
 * the first line of standard input. */
MUST_CHECK int user_command_run(const struct user_command *command);

#endif
