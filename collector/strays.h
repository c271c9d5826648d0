/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_STRAYS_H
#define LANTERNE_COLLECTOR_STRAYS_H

/* strays — files of switches that the configuration does not name: most likely
 * one got another name, and its history is left behind. */

#include "ixp/config.h"
#include "util/attr.h"
#include "util/diagnostics.h"

/**
 * Warn of each switch that has files under state_dir and is not configured,
 * with what to do. @return 0 or -ENOMEM
 */
MUST_CHECK int strays_warn(const struct config *config, struct diagnostics *d);

#endif
