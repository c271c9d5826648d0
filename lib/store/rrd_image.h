/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_RRD_IMAGE_H
#define LANTERNE_STORE_RRD_IMAGE_H

/*
 * rrd_image — the bytes of a whole RRD file of ours, in memory. For lib/store
 * alone.
 */

#include <stddef.h>
#include <stdint.h>

#include "store/rrd_header.h"
#include "store/series.h"

struct rrd_image {
	const struct series_layout *layout;
	uint8_t *bytes; /* rrd_header_file_size of them; aligned as malloc's */
	struct rrd_header header;
};

/** When the newest complete row of an archive ends. */
int64_t rrd_image_end(const struct rrd_image *image, size_t archive);

/** When the oldest row that an archive has room for starts. */
int64_t rrd_image_start(const struct rrd_image *image, size_t archive);

/**
 * The values of the row that starts at start_s, a multiple of its length, as
 * the layout has columns; NULL: the archive has no such row.
 */
double *rrd_image_row(const struct rrd_image *image, size_t archive,
		      int64_t start_s);

#endif
