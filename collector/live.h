/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_LIVE_H
#define LANTERNE_COLLECTOR_LIVE_H

/* live — receive from the network until told to stop. */

#include "ixp/generation.h"
#include "util/attr.h"

/**
 * Receive, count and store until SIGTERM or SIGINT; read the configuration
 * anew on SIGHUP.
 *
 * @param generation  to begin with; a reference is taken
 * @return 0 or a negative code; what happened was logged
 */
MUST_CHECK int live(struct generation *generation);

#endif
