/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_PORT_LINK_H
#define LANTERNE_COLLECTOR_PORT_LINK_H

/*
 * port_link — the state of a port's link, beside its traffic: errors of the
 * line and its part in a LAG, as the port's counter samples tell it.
 */

#include <stdbool.h>
#include <stdint.h>

#include "net/sflow.h"

/* A counter of the agent's and what it grew by since the start. */
struct link_counter {
	uint32_t last; /* valid if known */
	bool known;    /* supported by the agent */
	uint64_t grown;
};

struct port_link {
	struct link_counter fcs_errors;
	struct link_counter alignment_errors;
	bool has_lag;
	struct sflow_lag_counters lag; /* as last said; valid if has_lag */
};

/** Take in what a counter sample says of the link, if anything. */
void port_link_take(struct port_link *link,
		    const struct sflow_counters *counters);

/** True if the port takes part in its LAG's traffic, both ways. */
bool port_link_forwards(const struct port_link *link);

#endif
