/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_REPORT_PROGRAM_H
#define LANTERNE_WEB_REPORT_PROGRAM_H

/* program — another program that gets a text on its standard input. */

#include "util/attr.h"
#include "util/text.h"

/**
 * Start a program, in a process group of its own, and wait for its end. One
 * that takes too long is killed with all of that group. What is wrong is
 * logged.
 *
 * @param command   its name and arguments, then NULL; looked for as a shell
 *                  does
 * @param limit_ms  how long it may take
 * @return 0: it ended with status 0; -ETIMEDOUT; -ECHILD: it ended otherwise;
 *         -errno: it was not started
 */
MUST_CHECK int program_feed(char *const *command, const struct text *text,
			    int limit_ms);

#endif
