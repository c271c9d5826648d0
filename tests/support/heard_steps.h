/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_SUPPORT_HEARD_STEPS_H
#define LANTERNE_TESTS_SUPPORT_HEARD_STEPS_H

/*
 * heard_steps — what an intake hears of registry_builder's exchange, in frames
 * of one length, and the cells of the steps that are closed of it. Every
 * failure fails the test that called.
 */

#include <stddef.h>
#include <stdint.h>

#include "collector/intake.h"
#include "support/registry_builder.h"
#include "support/switch_builder.h"

/* A and B are on ports 1 and 2 of sw1, C is on port 3; nothing is said of where
 * LOST is. Each frame has so many BYTES; STEP is the first. */
enum { A = 1, B = 2, C = 3, LOST = 0x0b, BYTES = 1000, STEP = 28333334 };

struct heard {
	struct exchange e;
	struct intake in;
	uint32_t sequence;  /* of the datagrams */
	struct cell *cells; /* of what was closed last */
	size_t cell_count;
};

/** Open one whose switches both count in this direction. */
void heard_open(struct heard *h, const char *direction);

/** The same of a whole configuration. */
void heard_open_text(struct heard *h, const char *config);
void heard_close(struct heard *h);

/* A sample where a frame comes in, or where it goes out. */
struct sent_flow came_in(uint8_t src, uint8_t dst, uint32_t port,
			 uint32_t rate);
struct sent_flow went_out(uint8_t src, uint8_t dst, uint32_t port,
			  uint32_t rate);

/** Have switch 1 or 2 send a sample. */
void heard_flow(struct heard *h, uint8_t switch_number, int64_t step,
		struct sent_flow flow);

/** The same, with its number among those of its source. */
void heard_numbered(struct heard *h, uint8_t switch_number, int64_t step,
		    struct sent_flow flow, uint32_t number);

/** Close the step that the last datagram came in. */
void heard_step(struct heard *h);

/** Close all steps from one to that of the last datagram together. */
void heard_steps_from(struct heard *h, int64_t first);

/** What the cells have from one AS to another; 0: nobody's. */
struct tally heard_between(const struct heard *h, uint32_t from, uint32_t to);

#endif
