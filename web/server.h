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

#include <stdbool.h>
#include <stddef.h>

#include "util/attr.h"
#include "util/text.h"
#include "web/listening.h"
#include "web/site.h"

struct server;

/** Ask the system for as many descriptors as connections want; before rights
 * are given up. */
void server_make_room(void);

/**
 * Start listening and answering.
 *
 * @param site     borrowed until server_stop; its configuration says whether
 *                 and with what certificate TLS is spoken
 * @param sockets  taken over, on failure perhaps some of them only
 * @param urls     gets one line per socket, as it was bound
 * @return 0 or -errno (logged)
 */
MUST_CHECK int server_start(struct server **out, struct site *site,
			    struct listening_set *sockets, struct text *urls);

/** For how long the longest of what is worked out now has been, in ms. */
int64_t server_longest_work_ms(struct server *server);

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

/** Look whether certificate and key have changed; to be called now and then,
 * and when the configuration did. What is wrong is logged. */
void server_follow(struct server *server);

/**
 * Stop listening, finish what is being answered, free. NULL is fine. No
 * response may wait any more: what they wait for has to be stopped before.
 */
void server_stop(struct server *server);

#endif
