/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_REPLAY_H
#define LANTERNE_COLLECTOR_REPLAY_H

/* replay — captures instead of the network, at full speed. */

#include "collector/options.h"
#include "ixp/generation.h"
#include "util/attr.h"

/**
 * Replay the captures of the options. What goes wrong is said on standard
 * error.
 *
 * Configuration and roster are read again whenever the captures' time passes
 * one at which membership changes.
 *
 * @param generation  made for a time before the captures' first packet; a
 *                    reference is taken
 * @return 0; ERR_MALFORMED or ERR_UNSUPPORTED (no capture), ERR_EXISTS (the
 *         state_dir holds data of that time), ERR_CONFIG (it was changed, and
 *         what there is no longer fits), or -errno
 */
MUST_CHECK int replay(const struct options *options,
		      struct generation *generation);

#endif
