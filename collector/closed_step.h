/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_CLOSED_STEP_H
#define LANTERNE_COLLECTOR_CLOSED_STEP_H

/*
 * closed_step — a step that is over, or what came of an open one since its
 * last part, on its way to the writer thread.
 *
 * Self-contained: it refers to nothing that the receiving side still changes.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/aggregate.h"
#include "collector/intake.h"
#include "collector/port_table.h"
#include "ixp/generation.h"
#include "util/attr.h"
#include "util/text.h"

/* What an agent sent since the last part. */
struct agent_row {
	bool alive; /* at least one datagram came in the step */
	uint64_t datagrams;
	uint64_t lost;
	uint64_t samples;
	uint64_t drops; /* of the step, once it is over */
};

/* Cells that were counted under an earlier configuration. */
struct earlier_cells {
	struct generation *generation; /* a reference */
	struct cell *cells;
	size_t count;
	struct earlier_cells *next;
};

struct closed_step {
	struct generation *generation; /* a reference; NULL: the one that the
					* flush was made with */
	struct earlier_cells *earlier; /* list; NULL: none */
	bool is_part;		       /* the step goes on */
	struct step_span span;
	int64_t start_s;
	struct cell *cells; /* since the last part, if there was one */
	size_t cell_count;
	struct port_row *ports; /* of this and earlier steps */
	size_t port_count;
	struct agent_row *agents; /* one per switch of the configuration */
	size_t agent_count;
	struct port_row *pending; /* live: ports' steps not given out yet */
	size_t pending_count;
	struct text readings; /* and what port_memory_write says of them */
};

/**
 * Close the open step of an intake.
 *
 * @param span  which step, and how much of it was observed
 * @param last  true: no step follows; every port's pending steps come too
 * @param out   on success a step to be freed with closed_step_free
 * @return 0 or -ENOMEM; then the tallies go on in the next step
 */
MUST_CHECK int closed_step_take(struct closed_step **out, struct intake *in,
				struct step_span span, bool last);

/**
 * Take what came since the last part of the open step, which goes on: cells
 * and agents. Ports are given out when it is closed.
 *
 * @param span  as above, observed so far
 */
MUST_CHECK int closed_step_part(struct closed_step **out, struct intake *in,
				struct step_span span);

/** Add what the ports must not forget. Without memory nothing is added. */
void closed_step_remember(struct closed_step *step, const struct intake *in);

/** The memory that a step holds, in bytes. */
size_t closed_step_bytes(const struct closed_step *step);

/** Free a list of earlier cells; NULL is fine. */
void earlier_cells_free(struct earlier_cells *list);

/** Free a step; NULL is fine. */
void closed_step_free(struct closed_step *step);

#endif
