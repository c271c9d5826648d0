/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_RRD_GUARD_H
#define LANTERNE_STORE_RRD_GUARD_H

/*
 * rrd_guard — outlive a file that fails under librrd's mapping.
 *
 * Where a mapped file was cut, its disk is full or a sector cannot be read, an
 * access raises SIGBUS, which ends the process. Inside of rrd_guard_run it ends
 * the work instead.
 */

#include <stdbool.h>
#include <stdint.h>

#include "util/attr.h"

/**
 * Catch SIGBUS from now on, in every thread; once per process, before it
 * writes. One that comes outside of rrd_guard_run, or is sent by another
 * process, ends the process as ever. Without this call all of them do.
 *
 * @return 0 or -errno
 */
MUST_CHECK int rrd_guard_install(void);

/**
 * Do work that touches mapped files.
 *
 * @return false: SIGBUS cut it short. What it had opened, mapped and allocated
 *         is left; see rrd_guard_release.
 */
MUST_CHECK bool rrd_guard_run(void (*work)(void *context), void *context);

/**
 * Close and unmap a file that work which was cut short had open for reading
 * and writing. Nobody else in the process may have.
 */
void rrd_guard_release(uint64_t device, uint64_t inode);

#endif
