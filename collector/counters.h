/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_COUNTERS_H
#define LANTERNE_COLLECTOR_COUNTERS_H

/*
 * counters — what a port's interface counters grew by between two samples.
 *
 * A function of the two samples alone. Counters wrap, agents restart, and
 * some agents do not support some counters; none of that may become traffic.
 */

#include <stdbool.h>
#include <stdint.h>

#include "net/sflow.h"
#include "store/series.h"
#include "util/attr.h"

/* The counters kept, in the order of the port's data sources. */
enum { COUNTER_COUNT = PORT_OUT_DISCARDS + 1 };

/* A counter sample as it came in. */
struct counter_reading {
	int64_t time_us;    /* of receipt, UTC */
	uint32_t uptime_ms; /* of the agent */
	struct sflow_if_counters raw;
};

struct counter_delta {
	uint64_t grown[COUNTER_COUNT];
	uint32_t unknown; /* bit n: counter n is not known over this time */
};

enum counter_verdict {
	COUNTER_ACCEPTED,
	COUNTER_NO_TIME,   /* not later than the one before */
	COUNTER_RESTARTED, /* the agent restarted in between */
};

/**
 * The growth from one reading to the next.
 *
 * A counter that fell wrapped, if what it then grew by is possible: octets by
 * 1.1 × the link's speed, frames by the octets they were in. If it is not, the
 * port's counters were cleared and its growth is unknown. Errors and discards
 * that fell were cleared. No link carries more than twice its speed either.
 *
 * @param speed_bps  the link's speed; 0: unknown, then no octet wrap is
 *                   believed
 * @param out        filled if COUNTER_ACCEPTED is returned
 */
enum counter_verdict counter_difference(const struct counter_reading *before,
					const struct counter_reading *after,
					uint64_t speed_bps,
					struct counter_delta *out);

/**
 * The part of a growth over [from, to) that falls before a moment, spread
 * linearly and rounded down: the parts of consecutive intervals, taken as
 * differences, sum up exactly.
 */
uint64_t counter_share(uint64_t grown, int64_t from_us, int64_t to_us,
		       int64_t until_us);

#endif
