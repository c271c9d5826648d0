/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_MIRROR_WORLD_H
#define LANTERNE_TESTS_MIRROR_WORLD_H

/*
 * mirror_world — an exchange that is mirrored, and what is counted of it. What
 * is wrong with it ends the test. Stations are named by their last octet, as in
 * mirror_builder and switch_builder.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/intake.h"
#include "collector/mirror.h"
#include "collector/reload.h"
#include "ixp/generation.h"
#include "support/mirror_builder.h"
#include "support/sflow_builder.h"

/* The step that it begins in. */
#define WORLD_STEP INT64_C(28333440)

struct mirror_world {
	struct generation *now;
	struct intake in;
	struct mirror m;
	struct made_packet p; /* what comes next */
	struct sflow_builder b;
	struct earlier_cells *earlier; /* of the last reload */
	int64_t time_us;
	int64_t step;
	int64_t pace_us;   /* from one packet to the next */
	uint32_t sequence; /* the last number that was given */
};

/**
 * One switch: sw1, which sends ERSPAN from 192.0.2.1 and 2001:db8::1.
 *
 * Station 1 is AS64500's, on port 1, in VLAN 100; station 2 is AS64501's, on
 * port 2, in VLANs 100 and 200; port 48 is a core port. The sessions 1, 2 and
 * 48 copy the ports of these numbers.
 *
 * @param keys  of the mirror, a comma before each
 */
void mirror_world_open(struct mirror_world *w, const char *keys,
		       bool believes_all);

/** Those of two_switches, of which sw1 counts this direction. */
void mirror_world_open_two(struct mirror_world *w, const char *direction);

void mirror_world_close(struct mirror_world *w);

/** Take in the packet: held up to so many bytes, of so many. */
void mirror_world_take_as(struct mirror_world *w, int link, size_t captured,
			  size_t wire);

/** Take in the packet, which is Ethernet and whole. */
void mirror_world_take(struct mirror_world *w);

/** What all cells have. */
struct tally mirror_world_counted(struct mirror_world *w);

/** Every sum has to add up, also when nothing is due any more.
 * @param name  of what was done */
void mirror_world_check(struct mirror_world *w, const char *name);

/* ---- of two switches, by SW1 and SW2 ---- */

/** Let time pass. */
void mirror_world_wait_s(struct mirror_world *w, int64_t seconds);

/** Send a sample of 10 frames of 100 bytes that came in by a port. */
void mirror_world_sample_ingress(struct mirror_world *w, int which, uint8_t src,
				 uint8_t dst, uint32_t port);

/** The same of frames that went out by it. */
void mirror_world_sample_egress(struct mirror_world *w, int which, uint8_t src,
				uint8_t dst, uint32_t port);

/** Send the counters of a port. */
void mirror_world_counters(struct mirror_world *w, int which, uint32_t port);

/** Mirror a frame of 100 bytes, which count as 104. */
void mirror_world_frame(struct mirror_world *w, uint8_t src, uint8_t dst);

/** The same by a session of sw2's. */
void mirror_world_frame_by(struct mirror_world *w, uint16_t session,
			   bool goes_out, uint8_t src, uint8_t dst);

/** Close the step; to be freed with closed_step_free. */
struct closed_step *mirror_world_close_step(struct mirror_world *w);

/** Go on with another generation, which is its own then. */
void mirror_world_become(struct mirror_world *w, struct generation *next);

/** The same configuration once more, or another direction of sw1. */
void mirror_world_reload(struct mirror_world *w, const char *direction);

/** Every sum adds up, and so many were dropped for this reason. */
void mirror_world_check_dropped(struct mirror_world *w, enum drop_reason reason,
				uint64_t dropped);

/** Every sum adds up, and so many were attributed. */
void mirror_world_check_attributed(struct mirror_world *w, uint64_t attributed);

#endif
