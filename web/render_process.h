/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_RENDER_PROCESS_H
#define LANTERNE_WEB_RENDER_PROCESS_H

/* render_process — one process that draws, as its one user sees it. For
 * web/render_pool.c alone. */

#include <stdbool.h>
#include <stdint.h>

#include "store/render.h"
#include "util/attr.h"
#include "util/text.h"
#include "web/render_spawner.h"

struct render_process {
	struct render_spawner *spawner; /* NULL: there is no process */
	uint32_t number;
	int fd;
	unsigned images; /* drawn so far */
};

/** Start one. @return 0 or -errno */
MUST_CHECK int render_process_start(struct render_process *p,
				    struct render_spawner *spawner);

/** Whether there is one, and it has not ended by itself. */
bool render_process_lives(const struct render_process *p);

/** Kill it, if there is one. */
void render_process_end(struct render_process *p);

/**
 * Have an image drawn.
 *
 * @param stop_fd  when it can be read the work is given up
 * @return as render_done; after -EPIPE, -ETIMEDOUT and -ECANCELED it must be
 *         ended
 */
MUST_CHECK int render_process_draw(struct render_process *p,
				   const struct render_job *job,
				   unsigned deadline_ms, int stop_fd,
				   struct text *png);

#endif
