/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_TRACK_H
#define LANTERNE_COLLECTOR_TRACK_H

/* track — one series: what it got in the open step, and its rows on their
 * way to the store. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/record.h"
#include "store/rrd_write.h"
#include "store/series.h"
#include "util/attr.h"

struct track {
	struct series series;
	union {
		struct record_traffic sums; /* of the open step, or pair step */
		struct record_agent agent;
	};
	uint32_t part;	/* where struct sums has what came since the last part;
			 * TRACK_NONE: nothing came */
	bool summed;	/* something came in the open step */
	bool queued;	/* it has rows, and the view knows */
	bool behind;	/* rows were let go: only the journal has them */
	uint32_t count; /* rows gathered */
	uint32_t room;
	int64_t *starts;
	double *values;		/* count × columns */
	struct rrd_known known; /* its file, as last written */
	int64_t end_s; /* where its rows end, gathered ones too; 0: not asked
			* yet; TRACK_NO_FILE: nothing was ever written */
};

enum { TRACK_NO_FILE = -1 };

/** Make a track without rows; allocates nothing. */
void track_init(struct track *t, const struct series *series);
void track_fini(struct track *t);

/** Gather a row of values, rates per second. @return 0 or -ENOMEM */
MUST_CHECK int track_row(struct track *t, int64_t start_s,
			 const double *values);

/** Forget the rows gathered. */
void track_clear(struct track *t);

/** How many bytes a row takes. */
size_t track_row_bytes(const struct track *t);

#endif
