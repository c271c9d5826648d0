/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_LIVE_H
#define LANTERNE_COLLECTOR_LIVE_H

/* live — receive from the network until told to stop. */

#include "ixp/registry.h"
#include "util/attr.h"

/**
 * Receive, count and store until SIGTERM or SIGINT.
 * @return 0 or a negative code; what happened was logged
 */
MUST_CHECK int live(const struct registry *registry);

#endif
