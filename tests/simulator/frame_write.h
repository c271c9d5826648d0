/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_SIMULATOR_FRAME_WRITE_H
#define LANTERNE_SIMULATOR_FRAME_WRITE_H

/*
 * frame_write — the first bytes of a simulated frame.
 *
 * Well formed, with right checksums; the payload is all zeros. Customers'
 * addresses are documentation addresses.
 */

#include <stddef.h>
#include <stdint.h>

#include "model.h"

enum {
	FRAME_HEADER_MAX = 128, /* what a Nexus samples of a frame */
	FRAME_FCS = 4,
};

struct frame_spec {
	const struct station *from;
	const struct station *to; /* of a group frame: who is looked for */
	uint32_t from_number;
	uint32_t to_number;
	enum payload payload;
	uint16_t vlan;	     /* 0: untagged */
	uint32_t wire_bytes; /* with FCS */
	uint64_t draw;	     /* decides hosts and ports */
};

/**
 * A frame of one of the model's flows.
 * @param wire_bytes  its length, with FCS
 * @param draw        decides what the flow does not; same draw, same frame
 */
struct frame_spec frame_of(const struct model *m, uint32_t flow,
			   uint32_t wire_bytes, uint64_t draw);

/**
 * Write the head of a frame, without FCS.
 * @param to  room for FRAME_HEADER_MAX bytes
 * @return how many were written
 */
size_t frame_write(uint8_t *to, const struct frame_spec *spec);

#endif
