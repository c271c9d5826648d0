/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_RRD_COPY_H
#define LANTERNE_STORE_RRD_COPY_H

/*
 * rrd_copy — one verified copy of each series' RRD file.
 *
 * STATE_DIR/copies/rrd/ with the same paths as below rrd/. The journal reaches
 * back some days; years can only be had again from a copy. A copy is whole or
 * not there: it is written beside its place with all its blocks, read by
 * nobody else, on the disk before it takes the place of the one before.
 *
 * The caller paces: one call, one file.
 */

#include <stddef.h>
#include <stdint.h>

#include "store/rrd_write.h"
#include "store/series.h"
#include "util/attr.h"

/** Where the copy of a series is. @return as series_path */
MUST_CHECK int rrd_copy_path(char *to, size_t size, const char *state_dir,
			     const struct series *series);

/**
 * Copy the file of a series, unless it ends where its copy does.
 *
 * @param verified  the file as rrd_mend has just found it
 * @param bytes     gets how many were copied; 0: the copy was good already
 * @return 0; -EAGAIN: the file is not the verified one, or was written to
 *         meanwhile; ERR_NOT_FOUND, ERR_STORE (it is not sound; the log says
 *         why), ERR_RANGE as series_path, -errno: the old copy stands
 */
MUST_CHECK int rrd_copy(const char *state_dir, const struct series *series,
			const struct rrd_known *verified, uint64_t *bytes);

/** Remove the copy of a series that is gone. @return 0, also without; -errno */
MUST_CHECK int rrd_copy_remove(const char *state_dir,
			       const struct series *series);

struct rrd_sweep {
	uint64_t copies; /* removed: of series that have no file any more */
	uint64_t temporaries; /* removed: what a killed process was writing */
	uint64_t failed;      /* could not be removed or looked at */
};

/**
 * Go through rrd/ and copies/ at the start, before anything is written there:
 * remove what was half written when a process was killed, and the copies of
 * series whose file is gone if they were made before before_s.
 *
 * @return 0 or -errno
 */
MUST_CHECK int rrd_copy_sweep(const char *state_dir, int64_t before_s,
			      struct rrd_sweep *sweep);

#endif
