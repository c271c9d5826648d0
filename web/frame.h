/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_FRAME_H
#define LANTERNE_WEB_FRAME_H

/* frame — a request as its pages see it: what it asks for, who asks, and the
 * state of things that holds while it is answered. */

#include <stdbool.h>

#include "web/page.h"
#include "web/route.h"

enum frame_who {
	FRAME_KNOWN,	    /* or the public */
	FRAME_WRONG_TOKEN,  /* a token or link was shown that does not hold */
	FRAME_UNKNOWN_USER, /* a proxy names somebody who is not there */
};

struct frame {
	struct call call;
	struct request request;
	struct principal principal;
	struct generation *generation;
	uint64_t serial;
	enum frame_who who;
	int parsed; /* as request_parse says */
};

/**
 * Take what is needed to answer.
 *
 * @param out   points into itself and to the request, so must not be copied
 * @param from  borrowed until frame_close
 */
void frame_open(struct frame *out, struct site *site,
		const struct route_request *from);

/** Give it back. */
void frame_close(struct frame *frame);

/** A header of the request, or NULL. */
const char *frame_header(const struct route_request *from, const char *name);

/**
 * Who asks.
 *
 * @param out  the public, if it is not FRAME_KNOWN
 */
enum frame_who frame_identify(struct principal *out, struct site *site,
			      const struct config *config,
			      const struct route_request *from);

#endif
