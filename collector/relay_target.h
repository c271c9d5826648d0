/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_RELAY_TARGET_H
#define LANTERNE_COLLECTOR_RELAY_TARGET_H

/*
 * relay_target — one receiver of relayed datagrams: its socket and its books.
 *
 * Sending never waits: what the kernel does not take at once is dropped and
 * counted. The socket is connected, so that what comes back from a receiver
 * that is not there becomes known; it is connected anew once it failed, for
 * addresses and routes change.
 */

#include <stdbool.h>
#include <stdint.h>

#include "ixp/config.h"
#include "util/attr.h"
#include "util/text.h"

struct mmsghdr;
struct relay_streams; /* relay_members.h */

/* Datagrams: received = sent + dropped + left_out, at all times. */
struct relay_counters {
	uint64_t received;	  /* that were there to be relayed */
	uint64_t sent;		  /* that the kernel took */
	uint64_t dropped;	  /* that it did not */
	uint64_t left_out;	  /* without anything of the member */
	uint64_t bytes;		  /* of those sent, without UDP's header */
	uint64_t samples_dropped; /* that had no room when written anew */
	int error;		  /* the last one, -errno; 0: none yet */
	int64_t error_us;	  /* when it was */
};

struct relay_target {
	struct config_endpoint to;
	uint32_t asn;		       /* 0: it gets all, unchanged */
	struct relay_streams *streams; /* owned; NULL without asn */
	struct relay_counters counters;
	int fd; /* -1: none */
	bool connected;
	bool suspect;		/* the last error may be the socket's */
	uint64_t dropped_told;	/* as of the last tick */
	int64_t quiet_since_us; /* of a receiver that fails; 0: it does not */
};

/**
 * Open a target whose to and asn are set. A receiver that cannot be reached is
 * no error: that is tried again.
 *
 * @return 0; ERR_CONFIG: the config's own sources listen there, and problem
 *         says so
 */
MUST_CHECK int relay_target_open(struct relay_target *t,
				 const struct config *config,
				 struct text *problem);

/** Close the socket; streams stay. */
void relay_target_close(struct relay_target *t);

/** Send messages, or drop them; each is counted as one or the other. */
void relay_target_send(struct relay_target *t, struct mmsghdr *messages,
		       unsigned count, int64_t time_us);

/** To be called each second or so: connects anew where that may help, and logs
 * who begins to fail, and who no longer does. */
void relay_target_tick(struct relay_target *t, int64_t time_us);

/** The same receiver, getting the same. */
bool relay_target_is(const struct relay_target *t,
		     const struct config_relay *config);

#endif
