/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_RRD_ASIDE_H
#define LANTERNE_STORE_RRD_ASIDE_H

/*
 * rrd_aside — keep damaged files for those who want to know what happened.
 *
 * STATE_DIR/corrupt/member/as64500.rrd.20260314T092653Z: the path below rrd/
 * and the time. Bounded: the oldest go. For lib/store alone.
 */

#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"

/**
 * Give the file at STATE_DIR/rrd/NAME a second name under corrupt/. It stays
 * where it is until it is replaced, so that there is always one; only what is
 * no regular file is moved. Where the file system has no second names, a copy.
 *
 * @param name  below rrd/
 * @return 0 or -errno
 */
MUST_CHECK int rrd_aside_keep(const char *state_dir, const char *name,
			      int64_t now_s);

/**
 * Remove the oldest files under corrupt/ until there are no more than these.
 * @param removed  is raised by how many went
 * @return 0, also where there is no such folder; -ENOMEM, -errno
 */
MUST_CHECK int rrd_aside_trim(const char *state_dir, size_t files_max,
			      uint64_t bytes_max, uint64_t *removed);

#endif
