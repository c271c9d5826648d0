/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_COMBINE_H
#define LANTERNE_COLLECTOR_COMBINE_H

/*
 * combine — what was sampled becomes what was sent.
 *
 * While a step is open samples are summed per data source and side, each scaled
 * by its own rate. Here each sum is corrected for samples that are missing
 * (rate_window.h) and weighted against the other side's (sides.h), and becomes
 * a cell of the two ends, the switch and the family.
 */

#include <stddef.h>
#include <stdint.h>

#include "collector/aggregate.h"
#include "collector/intake.h"

/**
 * Correct and weight cells of a step in place, and leave with each port and
 * switch by how much.
 *
 * A cell that was counted leaving is the switch's where the frame came in, if
 * that is known, as its other half.
 *
 * @param cells  as aggregate_take gave them; their keys are those of cell_key
 *               afterwards, and may occur twice
 * @param step   the step that they are of; if the intake has gone on to a later
 *               one, up to that, RATE_WINDOW_STEPS at most
 */
void combine_cells(struct intake *in, struct cell *cells, size_t count,
		   int64_t step);

#endif
