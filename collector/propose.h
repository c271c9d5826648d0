/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_PROPOSE_H
#define LANTERNE_COLLECTOR_PROPOSE_H

/* propose — print the ports that a collector of this state_dir has learned. */

#include "ixp/registry.h"
#include "util/attr.h"

/**
 * Print them as YAML to standard output, beside a running collector or after
 * a replay that was stored.
 *
 * @return 0; -ENOENT: nothing was learned yet; ERR_MALFORMED,
 *         ERR_UNSUPPORTED; -errno. Said on standard error.
 */
MUST_CHECK int propose_ports(const struct registry *registry);

#endif
