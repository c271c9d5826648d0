/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_RRD_FOREIGN_H
#define LANTERNE_STORE_RRD_FOREIGN_H

/*
 * rrd_foreign — an RRD file of another program's, whatever its layout.
 *
 * Nothing in it is believed before it was held against the file's size, and
 * librrd, which maps a file and believes its header, never sees it. Versions 3
 * to 5 of the format, as machines with 64-bit words write them. Reads rows of
 * AVERAGE and MAX only; what is in progress is not told.
 */

#include <stddef.h>
#include <stdint.h>

#include "store/history.h"
#include "store/series.h"
#include "util/attr.h"
#include "util/text.h"

enum {
	RRD_FOREIGN_SOURCES_MAX = 64,
	RRD_FOREIGN_ARCHIVES_MAX = 64,
	RRD_FOREIGN_NAME_SIZE = 20,
	RRD_FOREIGN_FILE_MAX = 64 * 1024 * 1024,
};

/* Rows of one length; the newest ends at end_s. */
struct rrd_foreign_archive {
	enum consolidation consolidation;
	uint32_t row_s;
	uint32_t rows;
	uint64_t newest; /* where in the ring */
	int64_t end_s;	 /* a multiple of row_s */
	size_t offset;	 /* of the ring, in the file */
};

struct rrd_foreign {
	const uint8_t *bytes; /* borrowed: the whole file */
	int64_t last_s;	      /* of the last update */
	size_t source_count;
	char sources[RRD_FOREIGN_SOURCES_MAX][RRD_FOREIGN_NAME_SIZE];
	size_t archive_count;
	struct rrd_foreign_archive archives[RRD_FOREIGN_ARCHIVES_MAX];
};

/**
 * Look at the bytes of a whole file.
 * @return what is wrong, a static text; NULL: nothing, and out is valid as
 *         long as the bytes are
 */
const char *rrd_foreign_look(struct rrd_foreign *out, const void *bytes,
			     size_t len);

/** The number of a data source; -1: it has none of this name. */
int rrd_foreign_source(const struct rrd_foreign *f, const char *name);

/** The start of the oldest row of an archive. */
int64_t rrd_foreign_start(const struct rrd_foreign *f, size_t archive);

/** A value of a row, the oldest being 0; NaN unknown, also what is no rate. */
double rrd_foreign_value(const struct rrd_foreign *f, size_t archive,
			 size_t row, int source);

/**
 * Set what a column of a history does not know from the rows of a data source:
 * those of all archives whose rows may be known of such a series. Where two
 * archives have rows of one length, the one with more rows is believed, and the
 * other where that knows nothing.
 *
 * @return as history_add
 */
MUST_CHECK int rrd_foreign_add(const struct rrd_foreign *f, int source,
			       struct history *to, size_t column);

/**
 * Read a file that another program may be writing to, as it was at one moment.
 *
 * @param out    gets the bytes, for rrd_foreign_look
 * @param fault  gets a static text where the file is at fault, else NULL
 * @return 0; ERR_NOT_FOUND, ERR_STORE (see fault), -errno
 */
MUST_CHECK int rrd_foreign_read(struct text *out, const char *path,
				const char **fault);

#endif
