/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_REBUILD_H
#define LANTERNE_COLLECTOR_REBUILD_H

/* rebuild — compare all files of a state_dir with all that the journal has,
 * and mend them, at once. */

#include "ixp/registry.h"
#include "util/attr.h"

/**
 * Look at every series' file, with progress on standard error if that is a
 * terminal, and what was done on standard output.
 *
 * @return 0; -EADDRINUSE: a collector runs; -EIO: some files could not be
 *         mended; another -errno
 */
MUST_CHECK int rebuild(const struct registry *registry);

#endif
