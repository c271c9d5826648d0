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

#include <stdbool.h>
#include <stddef.h>

#include "util/attr.h"
#include "util/text.h"
#include "web/listening.h"
#include "web/site.h"

struct server;

/**
 * Start listening and answering.
 *
 * @param site       borrowed until server_stop
 * @param sockets  taken over, on failure perhaps some of them only
 * @param urls     gets one line per socket, as it was bound
 * @return 0 or -errno (logged)
 */
MUST_CHECK int server_start(struct server **out, struct site *site,
			    struct listening_set *sockets, struct text *urls);

/** How many threads answer. */
size_t server_thread_count(const struct server *server);

/**
 * Give a thread a connection, beside those that come to its socket. Which
 * thread of an address it is hangs on the descriptor: thread and descriptor
 * modulo two are best the same.
 *
 * @param fd  owned by the server from here on, also on failure
 * @return false: it has as many connections as it may
 */
bool server_hand_over(struct server *server, size_t thread, int fd);

/**
 * Stop listening, finish what is being answered, free. NULL is fine. No
 * response may wait any more: what they wait for has to be stopped before.
 */
void server_stop(struct server *server);

#endif
