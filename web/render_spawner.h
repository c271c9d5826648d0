/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_RENDER_SPAWNER_H
#define LANTERNE_WEB_RENDER_SPAWNER_H

/*
 * render_spawner — a process that starts and ends those that draw.
 *
 * The web itself may start nothing: whoever got hold of it could run programs.
 * Render helpers come and go all the same, so a process is forked for that
 * before there are threads, secrets or connections. It hears a few numbers
 * from the web and nothing from anybody else, runs one program, and may open
 * what that needs. It ends, with all that it started, when the web does.
 */

#include <stdbool.h>
#include <stdint.h>

#include "util/attr.h"

struct render_spawner;

/**
 * Fork it. To be called before any thread is started.
 *
 * @param program  a path; started as PROGRAM --render-helper
 * @return 0 or -errno
 */
MUST_CHECK int render_spawner_new(struct render_spawner **out,
				  const char *program);

/** End it, and what it started. NULL is fine. */
void render_spawner_free(struct render_spawner *s);

/** Whether it is still there. From any thread. */
bool render_spawner_lives(const struct render_spawner *s);

/**
 * Have a process started. From any thread.
 *
 * @param fd      the process's standard input: a socket, owned by the caller
 * @param number  what the process is called here
 * @return 0 or -errno; -EPIPE: the spawner is gone
 */
MUST_CHECK int render_spawner_start(struct render_spawner *s, int *fd,
				    uint32_t *number);

/** Have a process killed, and wait until it is gone. From any thread. */
void render_spawner_end(struct render_spawner *s, uint32_t number);

#endif
