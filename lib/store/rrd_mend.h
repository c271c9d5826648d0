/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_RRD_MEND_H
#define LANTERNE_STORE_RRD_MEND_H

/*
 * rrd_mend — make a series' RRD file what the journal says it must be.
 *
 * The journal is the truth of the recent past, the RRD file a view of it. A
 * file that is missing, damaged, foreign or wrong is made anew: from its last
 * verified copy and the rows after it; where the copy is older than the rows
 * reach back, from the damaged file itself, corrected; or from rows alone. The
 * new file is
 * whole and on the disk before it takes the old one's place, so that there is
 * always the one or the other. The old one is kept under corrupt/. A file that
 * the disk does not give may be read another time: without a copy that stands
 * for it, it is left where it is.
 *
 * For the thread that writes. What is mended makes one line in the log.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/rrd_write.h"
#include "store/series.h"
#include "util/attr.h"

/* Where the truth about a series comes from. */
struct rrd_source {
	/**
	 * Give all rows of the series that start at from_s or later, in rising
	 * order; a row that starts before the end of an earlier one is left
	 * out. They stay the source's, valid until its next call.
	 *
	 * @return 0 or -errno
	 */
	int (*rows)(void *context, int64_t from_s,
		    const struct series_row **rows, size_t *count);
	void *context;
	int64_t from_s; /* from here on no row is missing */
};

/* Compare all that the source has. */
#define RRD_MEND_ALL INT64_MAX

struct rrd_mend_options {
	int64_t now_s;	   /* UTC: a file or row of more than 10 min later is
			    * wrong, whatever says so */
	int64_t check_s;   /* compare the rows that ended so shortly before the
			    * end of the file; RRD_MEND_ALL */
	bool gives_up;	   /* of a file that the disk does not give at once */
	size_t keep_files; /* under corrupt/ */
	uint64_t keep_bytes;
};

enum {
	RRD_MEND_CHECK_S = 7200,
	RRD_MEND_KEEP_FILES = 16,
	RRD_MEND_KEEP_BYTES = 256 * 1024 * 1024,
};

/** The options of every day: two hours, 16 files, 256 MiB. */
struct rrd_mend_options rrd_mend_options_at(int64_t now_s);

enum rrd_mended {
	RRD_NONE,	 /* there is no file, and nothing to make one of */
	RRD_SOUND,	 /* it has all rows, and they are right */
	RRD_APPENDED,	 /* rows were missing at its end, or all of a new one */
	RRD_FROM_COPY,	 /* made anew from its copy and rows */
	RRD_FROM_ITSELF, /* made anew: what no row covers is from the old one */
	RRD_FROM_ROWS,	 /* made anew from rows alone */
	RRD_GONE,	 /* put aside, and nothing to make it anew of */
};

struct rrd_mend_outcome {
	enum rrd_mended what;
	size_t rows; /* appended, or written after the copy */
	/* Seconds before the first row that neither the copy nor the old file
	 * had; -1: all before the rows, however much that was. */
	int64_t lost_s;
	/* Of the old file, as struct rrd_correction has them. */
	uint64_t pages_dropped;
	uint64_t archives_dropped;
	struct rrd_known known;	 /* the file as it is now; for rrd_write_more
				  * and rrd_copy */
	uint64_t copies_dropped; /* 1: its copy was damaged too, and went */
	uint64_t aside_removed;	 /* old files that left corrupt/ for this */
	char fault[160];	 /* what was wrong, "" if nothing was */
};

/**
 * Look at the file of a series only, by a source that may begin late: what was
 * before it is not asked for.
 *
 * @param known  of a file that is right and lacks no row that the source has
 * @return 1: it is; 0: it is not, or there is none; else as rrd_mend
 */
MUST_CHECK int rrd_is_sound(const char *state_dir, const struct series *series,
			    const struct rrd_source *source,
			    const struct rrd_mend_options *options,
			    struct rrd_known *known);

/**
 * Look at the file of a series, and mend it if need be.
 *
 * @param outcome  on success what was done
 * @return 0; ERR_STORE, ERR_RANGE (as rrd_write_rows, or rows out of order),
 *         -ENOSPC and others: nothing was changed but that rows may have been
 *         appended; the log says why where it is the file's fault
 */
MUST_CHECK int rrd_mend(const char *state_dir, const struct series *series,
			const struct rrd_source *source,
			const struct rrd_mend_options *options,
			struct rrd_mend_outcome *outcome);

#endif
