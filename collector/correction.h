/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_CORRECTION_H
#define LANTERNE_COLLECTOR_CORRECTION_H

/*
 * correction — by how much a data source's sums grow for samples that are
 * missing: by its own numbers and drops (rate_window.h), and by those of the
 * whole box where its sources report one counter.
 */

#include <stdint.h>

#include "collector/intake.h"

/**
 * Leave with each port and switch by how much; 1 where nothing is made up for.
 *
 * @param step   the last of the steps that are closed together
 * @param steps  how many they are, RATE_WINDOW_STEPS at most
 */
void corrections_find(struct intake *in, int64_t step, int steps);

#endif
