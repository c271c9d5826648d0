/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_STREAM_H
#define LANTERNE_COLLECTOR_STREAM_H

/*
 * stream — the order of an agent's datagrams: lost, doubled, overtaken, late.
 *
 * A stream is one sequence of datagrams. Some agents send several under one
 * identity (agent, sub-agent), and a restarted one begins another, so streams
 * are told apart by their numbers: a datagram belongs to the stream whose
 * newest number it is near to. The last 64 numbers of a stream are remembered
 * with the content that came under them.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/sflow.h"

enum {
	STREAM_WINDOW = 64,
	STREAMS_MAX = 16, /* per switch; the one longest silent gives way */
};

struct stream {
	uint32_t sub_agent;
	uint32_t newest;    /* the highest number seen */
	uint32_t uptime_ms; /* of the newest */
	uint32_t first_uptime_ms;
	uint64_t datagrams; /* taken in; 0: the stream is free */
	uint64_t missing;   /* counted as lost, and not come since */
	uint64_t used;	    /* for finding the one longest silent */
	uint64_t seen;	    /* bit n: newest - n has come */
	uint64_t content[STREAM_WINDOW]; /* hash of what came, by number */
};

struct streams {
	struct stream list[STREAMS_MAX];
	uint64_t clock; /* counts datagrams */
};

enum stream_verdict {
	STREAM_IN_ORDER,
	STREAM_OVERTAKEN, /* fills a gap within the window */
	STREAM_LATE,	  /* older than the window: counted and used */
	STREAM_DUPLICATE, /* same number, uptime and content: not used */
};

struct stream_event {
	enum stream_verdict verdict;
	int64_t lost; /* found missing; -1: one that was missing has come */
};

/**
 * Take a datagram in.
 *
 * A gap is loss if it is plausible: up to 1000, or what the stream would have
 * sent four times over in the agent's own time that has passed. A larger one
 * begins another stream, and nothing was lost.
 *
 * @param data, len  the whole UDP payload
 */
struct stream_event streams_take(struct streams *s,
				 const struct sflow_head *head,
				 const void *data, size_t len);

#endif
