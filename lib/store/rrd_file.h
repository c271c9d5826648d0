/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_RRD_FILE_H
#define LANTERNE_STORE_RRD_FILE_H

/*
 * rrd_file — an RRD file that was looked at, open for reading its rows.
 *
 * For lib/store alone. Reads with pread, takes no lock, needs no librrd, and
 * logs nothing: what is wrong with a file comes back as a text.
 */

#include <stdbool.h>
#include <stdint.h>

#include "store/rrd_header.h"
#include "store/series.h"
#include "util/attr.h"

struct stat;

struct rrd_file {
	int fd;
	const struct series_layout *layout;
	struct rrd_header header;
	struct rrd_progress progress;
};

/* Rows of an archive, one after the other. */
struct rrd_span {
	size_t archive; /* its place in the layout */
	int64_t from_s; /* start of the first, a multiple of the row's length */
	size_t count;
};

/**
 * Open a file and look at its header.
 *
 * @param fault  a static text where it is not such a file, else NULL
 * @return 0, then to be closed with rrd_file_close; ERR_NOT_FOUND, ERR_STORE
 *         (see fault), -errno
 */
MUST_CHECK int rrd_file_open(struct rrd_file *out, const char *path,
			     const struct series_layout *layout,
			     const char **fault);

/** As rrd_file_open, also of a file that rrd_header_mark has marked. */
MUST_CHECK int rrd_file_open_marked(struct rrd_file *out, const char *path,
				    const struct series_layout *layout,
				    const char **fault);

void rrd_file_close(struct rrd_file *f);

/** Where in a file the rows of an archive begin. */
size_t rrd_file_archive_offset(const struct series_layout *layout,
			       size_t archive);

/** When the newest complete row of an archive ends. */
int64_t rrd_file_archive_end(const struct rrd_file *f, size_t archive);

/** When the oldest row that an archive has room for starts. */
int64_t rrd_file_archive_start(const struct rrd_file *f, size_t archive);

/**
 * Read rows, which must lie between the archive's start and end.
 *
 * @param to  gets count rows of as many values as the layout has columns
 * @return 0; -EAGAIN: the file has become shorter; -errno
 */
MUST_CHECK int rrd_file_read(const struct rrd_file *f,
			     const struct rrd_span *span, double *to);

/**
 * Has a file fewer blocks than bytes? librrd writes through a mapping: where a
 * block is missing and the disk is full, that ends the process.
 */
bool rrd_file_is_sparse(const struct stat *status);

/**
 * Give a sparse file its blocks. Where the file system does not know how to
 * (some that compress), nothing is promised and the file is used all the same.
 *
 * @return 0; -ENOSPC, -EDQUOT: not safe to write to; -errno
 */
MUST_CHECK int rrd_file_fill(const char *path);

#endif
