/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_PORT_STEPS_H
#define LANTERNE_COLLECTOR_PORT_STEPS_H

/*
 * port_steps — the steps of a port that are still being filled.
 *
 * Counter samples come each 20 s or so, not on the minute: a delta is spread
 * over the steps it covers, and a port's step is given out once counters
 * beyond its end came in, or without them after two of the port's usual
 * intervals between counter samples. Then its estimates, made up for what is
 * missing, are compared with its counters (calibration.h).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/port_table.h"
#include "util/attr.h"

/** Spread an accepted delta over the steps it covers. */
void port_steps_spread(struct port_state *p, const struct counter_delta *delta,
		       int64_t from_us, int64_t to_us);

/** Add what samples of a step came to: bytes in and out, and their variance. */
void port_steps_add(struct port_state *p, int64_t step,
		    const uint64_t estimate[2], const double variance[2]);

/**
 * Give out the steps that are complete once span is over.
 *
 * @param alive  per switch: its estimates are known in span
 * @param last   true: give out everything
 * @param rows   on success an array to be freed by the caller; NULL if empty
 * @return 0 or -ENOMEM
 */
MUST_CHECK int port_steps_close(struct port_table *t, struct step_span span,
				const bool *alive, bool last,
				struct port_row **rows, size_t *count);

/**
 * The steps that were not given out yet, as rows of what they hold so far.
 *
 * @param span  the open step, observed so far
 * @param rows  on success an array to be freed by the caller; NULL if empty
 * @return 0 or -ENOMEM
 */
MUST_CHECK int port_steps_pending(const struct port_table *t,
				  struct step_span span, struct port_row **rows,
				  size_t *count);

/** Have a step pending that an earlier table held. */
void port_steps_restore(struct port_table *t, uint32_t port,
			const struct record_port *step);

#endif
