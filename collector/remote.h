/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_REMOTE_H
#define LANTERNE_COLLECTOR_REMOTE_H

/*
 * remote — the view's rows to an rrdcached, in place of files of our own.
 *
 * What the server lacks, because it was killed or we were, is made up from the
 * journal.
 */

#include <stddef.h>
#include <stdint.h>

#include "collector/track_set.h"
#include "ixp/config.h"
#include "store/rrdcached.h"
#include "util/attr.h"

struct remote;

/** What became of a track's rows: 0, or why they are to be sent again. */
typedef void remote_result(void *context, struct track *track, int error,
			   size_t accepted, size_t skipped);

/** @param set  borrowed */
MUST_CHECK int remote_open(struct remote **out, const char *state_dir,
			   const struct config_rrdcached *target,
			   struct track_set *set);

/** NULL is fine. */
void remote_close(struct remote *r);

/** Have a track's rows sent with the next finish. @return 0 or -errno */
MUST_CHECK int remote_put(struct remote *r, const struct track *track);

/** Send. @return 0, or why not all of it was taken */
MUST_CHECK int remote_finish(struct remote *r, remote_result *each,
			     void *context);

/** When the server's rows of a series end. @return as rrdcached_last_end */
MUST_CHECK int remote_last_end(struct remote *r, const struct series *series,
			       int64_t *end_s);

struct rrdcached_counters remote_counters(const struct remote *r);

#endif
