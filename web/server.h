/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_SERVER_H
#define LANTERNE_WEB_SERVER_H

/*
 * server — HTTP/1.1 on loopback, around the route table.
 *
 * Two threads per listening address. Refuses what libmicrohttpd lets pass
 * and nobody honest sends: bodies, repeated Host, Content-Length or
 * Transfer-Encoding headers.
 */

#include "ixp/config.h"
#include "util/attr.h"
#include "util/text.h"
#include "web/site.h"

struct server;

/**
 * Start listening and answering.
 *
 * @param site       borrowed until server_stop
 * @param endpoints  count of them; port 0: any free one
 * @param urls       gets one line per endpoint, as it was bound
 * @return 0; -errno of what refused (logged with the address)
 */
MUST_CHECK int server_start(struct server **out, struct site *site,
			    const struct config_endpoint *endpoints,
			    size_t count, struct text *urls);

/**
 * Stop listening, finish what is being answered, free. NULL is fine. No
 * response may wait any more: what they wait for has to be stopped before.
 */
void server_stop(struct server *server);

#endif
