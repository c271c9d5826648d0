/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_REPLAY_H
#define LANTERNE_COLLECTOR_REPLAY_H

/* replay — captures instead of the network, at full speed. */

#include "collector/options.h"
#include "ixp/registry.h"
#include "util/attr.h"

/**
 * Replay the captures of the options. What goes wrong is said on standard
 * error.
 *
 * @return 0; ERR_MALFORMED or ERR_UNSUPPORTED (no capture), ERR_EXISTS (the
 *         state_dir holds data of that time), or -errno
 */
MUST_CHECK int replay(const struct options *options,
		      const struct registry *registry);

#endif
