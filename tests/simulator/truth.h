/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_SIMULATOR_TRUTH_H
#define LANTERNE_SIMULATOR_TRUTH_H

/*
 * truth — what was really sent in a run, as truth.json.
 *
 * Sums of the traffic itself, in the shape of the collector's --totals; see
 * README.md beside this file.
 */

#include "run.h"
#include "util/attr.h"

/** Write truth.json into a folder. @return 0 or -errno */
MUST_CHECK int truth_write(const struct run *r, const char *folder);

#endif
