/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_USABLE_H
#define LANTERNE_COLLECTOR_USABLE_H

/* usable — a configuration that the collector has room for. */

#include "ixp/generation.h"
#include "util/attr.h"
#include "util/diagnostics.h"

/**
 * Read configuration, roster and what they name, and check their sizes.
 *
 * @param out  on success a generation with one reference, the caller's
 * @param d    gets every error and warning
 * @return as generation_load
 */
MUST_CHECK int usable_load(struct generation **out,
			   const struct registry_request *request,
			   struct diagnostics *d);

#endif
