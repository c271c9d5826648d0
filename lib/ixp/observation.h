/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_IXP_OBSERVATION_H
#define LANTERNE_IXP_OBSERVATION_H

/*
 * observation — one frame that was seen, sampled or mirrored.
 *
 * The seam between reading and accounting: behind it nothing knows whether
 * the frame came as a flow sample or from a mirror port.
 */

#include <stdbool.h>
#include <stdint.h>

#include "net/frame.h"
#include "net/mac.h"

/* How the frame crossed the port that is the data source. */
enum direction {
	DIRECTION_UNKNOWN,
	DIRECTION_INGRESS,
	DIRECTION_EGRESS,
};

struct observation {
	struct mac src;		/* valid if has_macs */
	struct mac dst;		/* valid if has_macs */
	uint32_t switch_index;	/* in the configuration's switches */
	uint32_t port;		/* the data source, in the port table;
				 * PORT_NONE if it is no known port */
	uint32_t entered;	/* ifIndex it came in by; 0: not known */
	uint32_t wire_bytes;	/* layer 2 with FCS, as accounted */
	uint32_t sampling_rate; /* frames that this one stands for; 1: mirror */
	uint16_t vlan;		/* outermost tag; 0: the frame says none */
	enum direction direction;
	enum family family;
	bool has_macs; /* both addresses were seen */
};

#endif
