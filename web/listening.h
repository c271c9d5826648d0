/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_LISTENING_H
#define LANTERNE_WEB_LISTENING_H

/* listening — the sockets that requests come to. */

#include "ixp/config.h"
#include "util/attr.h"
#include "util/text.h"

/** Open one, for the caller to close. @return it, or -errno */
MUST_CHECK int listening_open(const struct config_endpoint *endpoint);

/** Append its address as a line, with the port that it was bound to; scheme is
 * "http" or "https". */
void listening_add_url(struct text *urls, const char *scheme, int fd,
		       const struct config_endpoint *endpoint);

#endif
