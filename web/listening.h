/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_LISTENING_H
#define LANTERNE_WEB_LISTENING_H

/* listening — the sockets that requests come to. */

#include <stddef.h>

#include "ixp/config.h"
#include "util/attr.h"
#include "util/text.h"

struct listening {
	struct config_endpoint endpoint; /* as it was asked for */
	int fd;				 /* -1: it is another's now */
};

struct listening_set {
	struct listening *all;
	size_t count;
};

/**
 * Open sockets. What refuses is logged with its address.
 * @param set  on success to be given to listening_fini
 * @return 0 or -errno
 */
MUST_CHECK int listening_open(struct listening_set *set,
			      const struct config_endpoint *endpoints,
			      size_t count);

/**
 * Take over sockets that a service manager opened: of TCP, and listening.
 * @param first  the first of count descriptors in a row
 * @param set    as with listening_open
 * @return 0; -EINVAL (logged): one of them is something else
 */
MUST_CHECK int listening_adopt(struct listening_set *set, int first,
			       size_t count);

/** Close what nobody took. */
void listening_fini(struct listening_set *set);

/** Append its address as a line, with the port that it was bound to; scheme is
 * "http" or "https". */
void listening_add_url(struct text *urls, const char *scheme,
		       const struct listening *l);

#endif
