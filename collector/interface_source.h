/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_INTERFACE_SOURCE_H
#define LANTERNE_COLLECTOR_INTERFACE_SOURCE_H

/*
 * interface_source — the frames that a switch mirrors to a network interface.
 *
 * Through libpcap, which on Linux reads a ring that the kernel fills
 * (TPACKET_V3): blocks of frames come when they are full, or after
 * INTERFACE_WAIT_MS. Tags that the kernel took off are back in the frame.
 * Frames that this host sends are left out. Nothing here waits for frames or
 * logs; opening takes as long as the kernel needs for a ring of that size.
 *
 * An interface may go down, be deleted and come back as another one of its
 * name; the source goes on. While there is none nothing is to be waited for:
 * each second is enough to look.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/text.h"

enum {
	INTERFACE_WAIT_MS = 100, /* of a frame in a block that is not full */
};

struct interface_source;

struct interface_options {
	const char *interface;
	const char *filter;    /* pcap-filter(7), without names; NULL: none */
	uint32_t buffer_bytes; /* of the ring; the kernel may grant less */
	uint32_t snap_bytes;   /* of a frame, tags that are put back included */
};

struct interface_frame {
	const uint8_t *bytes; /* valid during the call */
	size_t captured_bytes;
	size_t wire_bytes; /* without frame check sequence */
	int64_t time_us;   /* when the kernel got it, by the wall clock */
};

enum interface_state {
	INTERFACE_UP,
	INTERFACE_DOWN, /* set down, without a link, or it cannot be read */
	INTERFACE_GONE, /* there is none of that name */
};

/** Takes one frame in. */
typedef void (*interface_sink)(void *context,
			       const struct interface_frame *frame);

/**
 * Whether a filter can be used: names of hosts, ports and protocols would have
 * to be looked up and cannot.
 *
 * @param problem  gets what is wrong, in words without a line's end
 * @return 0, ERR_SYNTAX or -ENOMEM
 */
MUST_CHECK int interface_filter_check(const char *filter, uint32_t snap_bytes,
				      struct text *problem);

/**
 * Begin to receive. An interface that is not there or is down is no error: it
 * is looked for by interface_source_tick.
 *
 * @param options  copied
 * @param problem  gets what is wrong, in words without a line's end
 * @return 0; ERR_SYNTAX (the filter), -EPERM (wants CAP_NET_RAW),
 *         ERR_UNSUPPORTED (no Ethernet), -ENOMEM, -EIO (what libpcap says)
 */
MUST_CHECK int interface_source_open(struct interface_source **out,
				     const struct interface_options *options,
				     struct text *problem);

/** Close; NULL is fine. */
void interface_source_close(struct interface_source *s);

/** The descriptor to wait for; -1 while there is none. It changes in a tick,
 * and when receiving fails. */
int interface_source_fd(const struct interface_source *s);

/**
 * Take what has come in, at most so many frames.
 *
 * @return how many; less than most: no more is there; or -EIO: it is not to be
 *         waited for until a tick says so
 */
MUST_CHECK int interface_source_receive(struct interface_source *s,
					interface_sink sink, void *context,
					int most);

/**
 * Look at the interface, and open it again if it came back. To be called each
 * second, after all was received.
 *
 * @return whether the descriptor changed
 */
bool interface_source_tick(struct interface_source *s);

/** Frames that found no room in the ring, since the start. */
uint64_t interface_source_drops(struct interface_source *s);

/** As of the last tick. */
enum interface_state interface_source_state(const struct interface_source *s);

/** Why an interface that is there is not read; "" if nothing keeps it. */
const char *interface_source_problem(const struct interface_source *s);

/** Largest packet, without Ethernet header; 0: not known. */
uint32_t interface_source_mtu(const struct interface_source *s);

/** Whether the host may join frames before they are seen here (GRO, LRO): those
 * have lost the headers in between. */
bool interface_source_has_offload(const struct interface_source *s);

#endif
