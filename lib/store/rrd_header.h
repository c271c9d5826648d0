/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_RRD_HEADER_H
#define LANTERNE_STORE_RRD_HEADER_H

/*
 * rrd_header — look at an RRD file before librrd does.
 *
 * librrd maps a file and believes its header; a damaged one can crash the
 * process. So every byte that librrd takes as a count, a name or a position is
 * compared with the layout of the series first. For lib/store alone.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/series.h"
#include "util/attr.h"

enum { SERIES_ARCHIVES_MAX = 8 };

/* No step ends later (the year 36812): sums of times stay in 64 bits. */
#define SERIES_LAST_MAX_S (INT64_C(1) << 40)

/* What changes in a file's header with each update. */
struct rrd_header {
	int64_t last_s;				 /* end of the last step */
	uint64_t positions[SERIES_ARCHIVES_MAX]; /* newest row, per archive */
	bool marked; /* a write into the file was cut short */
};

/** Has nothing been written between the two? */
bool rrd_header_same(const struct rrd_header *a, const struct rrd_header *b);

/* What an archive has of a data source for the row in progress. */
struct rrd_cell {
	double
	    value; /* sum or maximum of the known steps; of none 0, or -INF */
	uint64_t unknown; /* steps */
};

/* What a file has of the rows that are not complete yet. */
struct rrd_progress {
	struct rrd_cell cells[SERIES_ARCHIVES_MAX][SERIES_COLUMNS_MAX];
	bool between_steps; /* ends with a step: nothing of the next is there */
};

/**
 * Compare the bytes of a header with what rrd_write makes.
 *
 * @param bytes     rrd_header_size of them
 * @param out       the header; may be changed on failure, too
 * @param progress  what is in progress; the same
 * @return what is wrong, a static text, or NULL
 */
const char *rrd_header_check(const uint8_t *bytes,
			     const struct series_layout *layout,
			     struct rrd_header *out,
			     struct rrd_progress *progress);

/**
 * Look at an open file, and log nothing.
 *
 * @param out       the header, on success
 * @param progress  on success what is in progress; may be NULL
 * @param fault     else what is wrong, a static text
 * @return 0, ERR_STORE (not such a file), -errno
 */
MUST_CHECK int rrd_header_look(struct rrd_header *out,
			       struct rrd_progress *progress, int fd,
			       const struct series_layout *layout,
			       const char **fault);

/* What is wrong with a marked file. */
extern const char rrd_header_mark_fault[];

/** As rrd_header_look, also of a file that rrd_header_mark has marked. */
MUST_CHECK int rrd_header_look_marked(struct rrd_header *out,
				      struct rrd_progress *progress, int fd,
				      const struct series_layout *layout,
				      const char **fault);

/**
 * Open a file for reading, and compare its header with what rrd_write makes.
 *
 * @param out  the header, on success
 * @return a descriptor, to be closed by the caller; ERR_NOT_FOUND (no such
 *         file), ERR_STORE (not such a file; the reason was logged), -errno
 */
MUST_CHECK int rrd_header_open(struct rrd_header *out, const char *path,
			       const struct series_layout *layout);

/** Read the header of an open file again. @return 0 or as rrd_header_open */
MUST_CHECK int rrd_header_again(struct rrd_header *out, int fd,
				const char *path,
				const struct series_layout *layout);

/** rrd_header_open and close. @return 0 or as rrd_header_open */
MUST_CHECK int rrd_header_read(struct rrd_header *out, const char *path,
			       const struct series_layout *layout);

/**
 * Mark a file as damaged, so that nobody reads it or writes to it until it is
 * made anew: a write into it was cut short.
 * @return 0 or -errno
 */
MUST_CHECK int rrd_header_mark(const char *path);

/**
 * Put what changes with each update into the bytes of a header that was read
 * before. What of a step has begun is dropped, and so is a mark.
 *
 * @param bytes  rrd_header_size of them
 */
void rrd_header_put(uint8_t *bytes, const struct series_layout *layout,
		    const struct rrd_header *header,
		    const struct rrd_progress *progress);

/** Where in the file the header ends and the rows begin. */
size_t rrd_header_size(const struct series_layout *layout);

/** How many bytes the whole file has. */
size_t rrd_header_file_size(const struct series_layout *layout);

#endif
