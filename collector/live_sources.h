/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_LIVE_SOURCES_H
#define LANTERNE_COLLECTOR_LIVE_SOURCES_H

/*
 * live_sources — where a live collector receives: sockets that sFlow or ERSPAN
 * come in by, and mirror ports.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/datagram_source.h"
#include "collector/interface_source.h"
#include "collector/mirror.h"
#include "ixp/config.h"
#include "util/attr.h"

struct live;
struct status_source;

enum { SOURCES_MAX = 16 };

/* One descriptor. */
struct live_source {
	enum config_source_kind kind;
	size_t index; /* of the configuration's source; several of one ERSPAN
		       * receiver, by the families of addresses */
	struct datagram_source *datagrams; /* NULL: a mirror port */
	struct interface_source *port;	   /* NULL: a socket */
	struct mirror mirror;		   /* not of sFlow */
	int watched; /* the descriptor that is waited for; -1: none */
	enum interface_state state; /* that was told last */
	bool told_offload;
	char told_problem[160]; /* as far as it goes */
	uint64_t drops;		/* by the kernel, as last looked at */
};

/**
 * Open all that the configuration has, and wait for them.
 * @return 0 or a negative code; what happened was logged
 */
MUST_CHECK int live_sources_open(struct live *l);

void live_sources_close(struct live *l);

/** Go on with another configuration, which has the same sources. */
void live_sources_continue(struct live *l);

/** Take in what a descriptor is ready for; others are nobody's here. */
void live_sources_attend(struct live *l, int fd);

/** Count drops, and look at the interfaces; to be called each second. */
void live_sources_tick(struct live *l);

/** What the status says of each source of the configuration: SOURCES_MAX of
 * them. */
void live_sources_tell(const struct live *l, struct status_source *to);

/** Count what a source gave at no known time: nothing of it is used. */
void live_sources_waited(struct live *l, const struct live_source *s,
			 int count);

/** Take what waits and use nothing of it: it came while the process stood
 * still. */
void live_sources_drop_waiting(struct live *l);

/** Take in what came before the end, for two seconds at most. */
void live_sources_drain(struct live *l);

#endif
