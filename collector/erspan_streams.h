/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_ERSPAN_STREAMS_H
#define LANTERNE_COLLECTOR_ERSPAN_STREAMS_H

/*
 * erspan_streams — what of each ERSPAN session was lost on the way, by the
 * sequence numbers of GRE (RFC 2890).
 *
 * A switch numbers the packets of each session by themselves. A number that is
 * missing is lost until it comes, overtaken, within 64. A sender that gives all
 * of them the same number does not number, and loses nothing; one whose number
 * jumps by a million began anew.
 */

#include <stdbool.h>
#include <stdint.h>

#include "net/erspan.h"
#include "net/ipaddr.h"

/* The one longest silent gives way, of those that share a place with it. */
enum { ERSPAN_STREAMS_MAX = 512 };

struct erspan_stream {
	struct ipaddr source;
	uint16_t session;
	uint8_t type;
	uint32_t newest; /* the highest number that came */
	uint64_t seen;	 /* bit n: newest - n has come */
	uint64_t used;	 /* 0: free; for finding the one longest silent */
};

struct erspan_streams {
	struct erspan_stream list[ERSPAN_STREAMS_MAX];
	uint64_t clock;
};

/**
 * Take a packet in.
 *
 * @param source  who sent it
 * @return how many are found missing; -1: one that was missing has come
 */
int64_t erspan_streams_take(struct erspan_streams *s,
			    const struct ipaddr *source,
			    const struct erspan *e);

#endif
