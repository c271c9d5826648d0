/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_SIMULATOR_AGENT_H
#define LANTERNE_SIMULATOR_AGENT_H

/*
 * agent — a switch's sFlow agent: gathers samples into datagrams.
 *
 * A datagram leaves when it has eight samples, when no other one would fit
 * into 1400 bytes, and a second after its first sample at the latest.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/ipaddr.h"
#include "sflow_write.h"

enum {
	AGENT_DATAGRAM_MAX = 1400,
	AGENT_SAMPLES_MAX = 8,
	AGENT_HOLD_US = 1000000,
	AGENT_SUB_AGENT = 100,
};

struct agent {
	struct ipaddr address;
	uint32_t sequence; /* of the next datagram */
	uint32_t drops;	   /* of the whole box */
	uint64_t booted_us;
	uint64_t oldest_us; /* valid if samples > 0 */
	uint32_t samples;
	size_t len;
	uint8_t buffer[AGENT_DATAGRAM_MAX + SFLOW_WRITE_FLOW_MAX];
};

/** An agent that has been running for some days; the draw says how many. */
void agent_init(struct agent *a, struct ipaddr address, uint64_t now_us,
		uint64_t draw);

/** Where to write the next sample. */
uint8_t *agent_room(struct agent *a);

/** A sample was written up to here. @return true when it must be sent */
bool agent_add(struct agent *a, const uint8_t *end, uint64_t now_us);

/** Complete the datagram in buffer. @return its length; 0: no samples */
size_t agent_close(struct agent *a, uint64_t now_us);

#endif
