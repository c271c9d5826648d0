/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_CLOCK_H
#define LANTERNE_COLLECTOR_CLOCK_H

/*
 * clock — steps: 60 s on multiples of UTC minutes.
 *
 * Times are microseconds since the epoch, UTC. They enter from outside, with
 * each batch of datagrams; nothing behind reads a clock.
 */

#include <stdint.h>

#include "store/series.h"

enum { STEP_S = SERIES_STEP_S, US_PER_S = 1000000 };

/* Now, by both clocks: the wall clock is only a label. */
struct moment {
	int64_t wall_us; /* since the epoch, UTC */
	/* CLOCK_BOOTTIME: monotonic, and goes on while the machine is
	 * suspended; in a replay the same as wall_us. */
	int64_t mono_us;
};

#define STEP_US ((int64_t)STEP_S * US_PER_S)

/** The number of the step that a time lies in. */
static inline int64_t step_of_us(int64_t time_us)
{
	int64_t step = time_us / STEP_US;

	return time_us % STEP_US < 0 ? step - 1 : step;
}

#endif
