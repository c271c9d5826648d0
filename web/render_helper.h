/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_RENDER_HELPER_H
#define LANTERNE_WEB_RENDER_HELPER_H

/*
 * render_helper — the process that draws, and what goes between it and the
 * pool that started it: a job as it is in memory, then an answer and as many
 * bytes of an image as that says. Both ends are the same program.
 *
 * A helper holds nothing but its socket, may not open many files nor write any,
 * and has as much memory and CPU as drawing can need. It ends when the socket
 * does.
 */

#include <stdint.h>

#include "store/render.h"
#include "util/text.h"

enum { RENDER_ANSWER_MAGIC = 0x4c6e5047 };

struct render_answer {
	uint32_t magic;
	int32_t rc;    /* of the drawing */
	uint32_t size; /* bytes that follow; 0 unless rc is 0 */
};

/* Draws a job: render_png. */
typedef int (*render_draw)(const struct render_job *job, struct text *png);

/* The only argument that makes the program a helper, on standard input. */
#define RENDER_HELPER_OPTION "--render-helper"

/**
 * Draw what comes in by a socket, until it is closed.
 * @return the process's exit code
 */
int render_helper_run(int fd, render_draw draw);

#endif
