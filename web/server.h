/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_SERVER_H
#define LANTERNE_WEB_SERVER_H

/*
 * server — HTTP/1.1 around the route table, in the clear or over TLS.
 *
 * Two threads per listening address, which never work anything out
 * (answering.h), and one that watches connections (connections.h). Refuses what
 * libmicrohttpd lets pass and nobody honest sends (framing.h).
 */

#include "ixp/config.h"
#include "util/attr.h"
#include "util/text.h"
#include "web/site.h"

struct server;

/**
 * Start listening and answering.
 *
 * @param site       borrowed until server_stop; its configuration says whether
 *                   and with what certificate TLS is spoken
 * @param endpoints  count of them; port 0: any free one
 * @param urls       gets one line per endpoint, as it was bound
 * @return 0; -errno of what refused (logged with the address)
 */
MUST_CHECK int server_start(struct server **out, struct site *site,
			    const struct config_endpoint *endpoints,
			    size_t count, struct text *urls);

/** Look whether certificate and key have changed; to be called now and then,
 * and when the configuration did. What is wrong is logged. */
void server_follow(struct server *server);

/**
 * Stop listening, finish what is being answered, free. NULL is fine. No
 * response may wait any more: what they wait for has to be stopped before.
 */
void server_stop(struct server *server);

#endif
