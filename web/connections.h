/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_CONNECTIONS_H
#define LANTERNE_WEB_CONNECTIONS_H

/*
 * connections — how many there may be, and how long each may take.
 *
 * A connection is in one of four phases, and each phase has an end that no
 * byte which trickles in can put off. Where there are as many connections as
 * there may be, one of those that are there goes, never the one that comes.
 *
 * Ending one means to shut its socket down, so that whoever owns it sees that
 * it is over and closes it. That happens under the same lock under which
 * connections_remove takes it out, and the owner calls that before it closes
 * the socket: a descriptor that was closed, and is perhaps another's by now,
 * is never touched.
 *
 * Knows nothing of HTTP and reads no clock; times are milliseconds of a clock
 * that never goes back. All calls from any thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/ipaddr.h"
#include "util/attr.h"

struct connections;
struct connection; /* one that is there */

enum connection_phase {
	CONNECTION_HEADER, /* a header section is awaited, or comes */
	CONNECTION_BODY,   /* of a request, comes */
	CONNECTION_ANSWER, /* is made, and read by who asked */
	CONNECTION_PHASES
};

struct connections_limits {
	unsigned total;			    /* connections in all */
	int64_t most_ms[CONNECTION_PHASES]; /* of a phase */
	int64_t idle_ms;     /* more, for the header of a later request */
	void (*end)(int fd); /* how one is ended; NULL: shutdown(2) */
};

/* 1,500 in all; 10 s, 10 s and 60 s; 15 s idle. */
extern const struct connections_limits connections_usual;

struct connections_counters {
	uint64_t accepted;
	uint64_t late[CONNECTION_PHASES]; /* ended for the time they took */
	uint64_t over_address; /* gone for another of the same address */
	uint64_t over_total;   /* gone for another of any address */
	unsigned open;	       /* now, without those that were ended */
	unsigned most;	       /* ever open */
};

/** @param limits  copied. @return 0 or -ENOMEM */
MUST_CHECK int connections_new(struct connections **out,
			       const struct connections_limits *limits);

/** Free it; none may be there any more. NULL is fine. */
void connections_free(struct connections *all);

/* Who connects. */
struct connection_peer {
	int fd;
	struct ipaddr addr;   /* version 0: counted with all such */
	unsigned per_address; /* how many it may have; 0: any number */
};

/**
 * A connection has come; its header is awaited. If there are too many of its
 * address now (IPv4: of the address; IPv6: of its /64), or too many in all, one
 * goes: the oldest of those whose header is awaited, else the one whose request
 * takes the longest; of that address, or of all.
 *
 * @return for connections_remove; NULL without memory: not watched
 */
struct connection *connections_add(struct connections *all,
				   const struct connection_peer *peer,
				   int64_t now_ms);

/** Another phase begins; CONNECTION_HEADER: of a later request. NULL is fine.
 */
void connections_enter(struct connections *all, struct connection *one,
		       enum connection_phase phase, int64_t now_ms);

/** Forget one. Its descriptor is not touched once this returns, so it has to
 * be called before that is closed. NULL is fine. */
void connections_remove(struct connections *all, struct connection *one);

/**
 * End all whose phase takes too long.
 * @return when to look again, a second from now at the latest
 */
int64_t connections_expire(struct connections *all, int64_t now_ms);

struct connections_counters connections_counters(struct connections *all);

#endif
