/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/rrd_image.h"

#include "store/rrd_file.h"

int64_t rrd_image_end(const struct rrd_image *image, size_t archive)
{
	int64_t last_s = image->header.last_s;

	return last_s - last_s % image->layout->archives[archive].row_s;
}

int64_t rrd_image_start(const struct rrd_image *image, size_t archive)
{
	const struct series_archive *a = &image->layout->archives[archive];

	return rrd_image_end(image, archive) - (int64_t)a->rows * a->row_s;
}

/* The row behind the newest is the oldest. */
double *rrd_image_row(const struct rrd_image *image, size_t archive,
		      int64_t start_s)
{
	const struct series_archive *a = &image->layout->archives[archive];
	int64_t oldest_s = rrd_image_start(image, archive);
	uint64_t nth;
	size_t slot;

	if (start_s < oldest_s || start_s >= rrd_image_end(image, archive))
		return NULL;
	nth = (uint64_t)(start_s - oldest_s) / a->row_s;
	slot = (size_t)((image->header.positions[archive] + 1 + nth) % a->rows);
	return (double *)(void *)(image->bytes + rrd_file_archive_offset(
						     image->layout, archive)) +
	       slot * image->layout->column_count;
}
