/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_MIRROR_H
#define LANTERNE_COLLECTOR_MIRROR_H

/*
 * mirror — from a mirrored packet to an observation: the packet path of the
 * second kind of source.
 *
 * A packet is a frame of the LAN, or an ERSPAN packet with one in it. A frame
 * stands for itself: rate 1, no error. What it is made of is told by the frame,
 * then by the session it came in, then by the configuration of its source.
 *
 * packets = frames + those with no frame, unknown, malformed, fragments,
 * foreign, other and waited, exactly: struct mirror_counters.
 *
 * As intake (intake.h) it allocates nothing and reads no clock.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/duplicates.h"
#include "collector/erspan_streams.h"
#include "collector/intake.h"
#include "ixp/config.h"
#include "util/attr.h"

/* As it was captured. */
struct mirror_packet {
	int link; /* enum packet_link */
	const uint8_t *bytes;
	size_t captured_bytes; /* held; may even exceed wire_bytes */
	size_t wire_bytes;     /* on the wire, as the capture claims */
	int64_t time_us;       /* that it counts in */
	int64_t copied_us;     /* when it came, for telling copies of one frame;
				* 0: time_us */
};

/* Whether frames come twice, or cut, by looking at some of them. */
struct doubling {
	int64_t step;	    /* that is looked at */
	uint32_t looked_at; /* frames, in this step */
	uint32_t doubled;   /* of these */
	uint32_t cut;	    /* of these; their IP headers say more */
	bool known;	    /* of a step before this one */
	double share;	    /* of frames that are copies; if known */
	double cut_share;   /* of frames that are shorter than they say */
};

/* One interface, receiver or capture. */
struct mirror {
	const struct config_source *config; /* borrowed; of now */
	bool believes_all;		    /* ERSPAN by whomever: a replay */
	/* Without check sequence and tags; a longer frame was merged by the
	 * receiving machine. */
	size_t longest_bytes;
	uint64_t frames;
	uint64_t merged;
	struct doubling doubling;
	struct duplicates *duplicates;
	struct erspan_streams streams;
};

enum { MIRROR_LONGEST_FRAME = 9216 + 14 }; /* of any LAN */

/** Prepare. @return 0 or -ENOMEM */
MUST_CHECK int mirror_init(struct mirror *m, const struct config_source *config,
			   bool believes_all);
void mirror_fini(struct mirror *m);

/**
 * Take in a packet of a capture or an interface. What it counts is in the
 * tallies once intake_settle was called.
 *
 * @param step  the open step's number
 */
void mirror_take(struct mirror *m, struct intake *in,
		 const struct mirror_packet *packet, int64_t step);

/**
 * Take in what IP carried to a receiver of GRE.
 *
 * @param source  who sent it
 * @param packet  from the GRE header on; its link type is not looked at
 */
void mirror_take_gre(struct mirror *m, struct intake *in,
		     const struct ipaddr *source,
		     const struct mirror_packet *packet, int64_t step);

/** Judge the last step too, after the last packet of a capture, which may have
 * no other one. */
void mirror_conclude(struct mirror *m);

/** Count one that waited while the process stood still: nothing of it is
 * used, for it is of no known time. */
void mirror_waited(struct intake *in);

#endif
