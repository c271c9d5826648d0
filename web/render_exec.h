/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_RENDER_EXEC_H
#define LANTERNE_WEB_RENDER_EXEC_H

/* render_exec — a program as a render helper: for web/render_spawner.c alone.
 */

#include <sys/types.h>

#include "util/attr.h"

/**
 * Start it anew from its file, with a socket as its standard input and nothing
 * else that is open here, no environment but the time zone, and a process
 * group of its own.
 *
 * @param fd  borrowed
 * @return 0 or -errno
 */
MUST_CHECK int render_exec(pid_t *pid, const char *program, int fd);

#endif
