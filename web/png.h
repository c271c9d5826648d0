/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_PNG_H
#define LANTERNE_WEB_PNG_H

/*
 * png — responses that are drawn by another process: asked for, waited for,
 * and kept until the data has changed.
 */

#include <stdint.h>

#include "store/render.h"
#include "util/text.h"
#include "web/page.h"

enum { PNG_WIDTH = 800, PNG_HEIGHT = 400, PNG_KEY_SIZE = 512 };

/**
 * Answer with an image that is at hand, or with 503 if too many are asked for.
 *
 * @param key      what tells this image from others of the same data; all that
 *                 it is made of
 * @param max_age  of the response, in seconds
 * @return what is to be drawn, all zero but for the size of the image as the
 *         query wants it: for the caller to fill, or to give up by png_drop;
 *         NULL: r is answered
 */
struct render_job *png_prepare(const struct call *call, struct response *r,
			       const char *key, int max_age_s);

/** Draw nothing after all. */
void png_drop(struct response *r);

/** Put a text into a job: what of it there is room for, whole characters. */
void png_put(char to[RENDER_TEXT_SIZE], const struct text *from);

/** How a time axis of this length is marked in a language, for a job. */
const char *png_time_marks(const struct language *language, int64_t length_s);

#endif
