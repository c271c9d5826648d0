/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_OPTIONS_H
#define LANTERNE_WEB_OPTIONS_H

/* options — the command line of lanterne-web. */

#include <stdbool.h>

#include "ixp/config.h"
#include "util/attr.h"
#include "web/user_command.h"

struct options {
	const char *config_path;
	struct config_endpoint listen; /* version 0: as configured */
	bool check_only;
	struct user_command users;
};

/**
 * Read the command line; what is wrong is said.
 * @return an exit code, or -1 to go on
 */
MUST_CHECK int options_read(struct options *o, int argc, char **argv);

/** Print to standard output. @return an exit code */
MUST_CHECK int options_print(const char *text);

#endif
