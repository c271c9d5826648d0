/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_STATE_LOCK_H
#define LANTERNE_COLLECTOR_STATE_LOCK_H

/* state_lock — one writer for a state_dir: two would write over each other. */

#include "util/attr.h"

/**
 * Make a state_dir if need be and lock it. What goes wrong is logged.
 *
 * @param fd  on success the lock, to be closed when it is no longer needed
 * @return 0; -EADDRINUSE: another collector uses it; -EPERM: root would make
 *         files there that its owner cannot write; or -errno
 */
MUST_CHECK int state_lock(const char *state_dir, int *fd);

#endif
