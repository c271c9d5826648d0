/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The rows are read from the file directly, not by rrd_fetch_r. That one takes
 * a lock, and librrd's update fails at once when it meets a lock: looking at a
 * graph would cost the writer its row. It also picks an archive by itself and
 * maps the file, so that one cut short under it ends the process.
 *
 * Instead of a lock: read the header, read the rows, see that no writer holds
 * its lock, read the header again. librrd sets the time of the last update
 * after everything else, so if both headers agree nothing has moved between.
 */
#include "store/rrd_read.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "store/rrd_header.h"
#include "util/err.h"
#include "util/log.h"

enum {
	ROWS_MAX = 100000,
	TRIES = 40,
	TRIES_AT_ONCE = 10,
	PAUSE_NS = 2000000,
};

/* One reading, by whole rows of the archive. */
struct range {
	const struct series_layout *layout;
	const struct series_archive *archive;
	int64_t from_s;
	int64_t to_s;
};

static int64_t round_down(int64_t time_s, uint32_t row_s)
{
	return time_s - time_s % row_s;
}

/* When the newest row of an archive ends, in a file that ends at last_s. */
static int64_t archive_end(const struct series_archive *archive, int64_t last_s)
{
	return round_down(last_s, archive->row_s);
}

/* When its oldest row starts. */
static int64_t archive_start(const struct series_archive *archive,
			     int64_t last_s)
{
	return archive_end(archive, last_s) -
	       (int64_t)archive->rows * archive->row_s;
}

/*
 * The finest archive with rows of row_s or longer that reaches back to
 * from_s; where none does, the coarsest. NULL: none of this consolidation.
 */
static const struct series_archive *
choose_archive(const struct series_layout *layout, enum consolidation cf,
	       uint32_t row_s, int64_t from_s, int64_t last_s)
{
	const struct series_archive *coarsest = NULL;

	for (size_t i = 0; i < layout->archive_count; i++) {
		const struct series_archive *a = &layout->archives[i];

		if (a->consolidation != cf)
			continue;
		coarsest = a;
		if (a->row_s >= row_s &&
		    round_down(from_s, a->row_s) >= archive_start(a, last_s))
			return a;
	}
	return coarsest;
}

/* Where in the file the rows of an archive begin. */
static off_t archive_offset(const struct series_layout *layout,
			    const struct series_archive *archive)
{
	size_t rows = 0;

	for (const struct series_archive *a = layout->archives; a < archive;
	     a++)
		rows += a->rows;
	return (off_t)(rrd_header_size(layout) +
		       rows * layout->column_count * sizeof(double));
}

static int read_bytes(int fd, void *to, size_t len, off_t at)
{
	char *next = to;

	while (len > 0) {
		ssize_t got = pread(fd, next, len, at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			return -EAGAIN; /* it was whole a moment ago */
		next += got;
		at += got;
		len -= (size_t)got;
	}
	return 0;
}

/*
 * Read count rows, of which the first is the nth from the oldest on. The
 * archive is a ring; the row behind the newest is the oldest.
 */
static int read_rows(int fd, const struct range *range, uint64_t newest,
		     size_t nth, size_t count, double *to)
{
	const struct series_archive *archive = range->archive;
	size_t row_size = range->layout->column_count * sizeof(double);
	off_t base = archive_offset(range->layout, archive);
	size_t slot = (size_t)(newest + 1 + nth) % archive->rows;
	size_t before_end = archive->rows - slot;
	size_t first = count < before_end ? count : before_end;
	int rc = read_bytes(fd, to, first * row_size,
			    base + (off_t)(slot * row_size));

	if (rc < 0 || first == count)
		return rc;
	return read_bytes(fd, to + first * range->layout->column_count,
			  (count - first) * row_size, base);
}

/* Fill data, allocated and all unknown, with what the archive has. */
static int fill(struct series_data *data, int fd, const struct range *range,
		const struct rrd_header *header)
{
	size_t index = (size_t)(range->archive - range->layout->archives);
	int64_t oldest_s = archive_start(range->archive, header->last_s);
	int64_t from_s = oldest_s;
	int64_t to_s = archive_end(range->archive, header->last_s);

	if (from_s < range->from_s)
		from_s = range->from_s;
	if (to_s > range->to_s)
		to_s = range->to_s;
	if (from_s >= to_s)
		return 0;
	return read_rows(fd, range, header->positions[index],
			 (size_t)((from_s - oldest_s) / data->row_s),
			 (size_t)((to_s - from_s) / data->row_s),
			 data->values +
			     (size_t)((from_s - range->from_s) / data->row_s) *
				 data->columns);
}

/* Read a range from a file whose header was just read. */
static int read_range(struct series_data *out, int fd,
		      const struct range *range,
		      const struct rrd_header *header)
{
	struct series_data data = {
		.from_s = range->from_s,
		.row_s = range->archive->row_s,
		.columns = range->layout->column_count,
	};
	int64_t rows = (range->to_s - range->from_s) / data.row_s;
	int rc;

	if (rows > ROWS_MAX)
		return ERR_RANGE;
	data.rows = (size_t)rows;
	data.values = calloc(data.rows * data.columns, sizeof(double));
	if (!data.values)
		return -ENOMEM;
	for (size_t i = 0; i < data.rows * data.columns; i++)
		data.values[i] = (double)NAN;
	rc = fill(&data, fd, range, header);
	if (rc < 0)
		series_data_fini(&data);
	else
		*out = data;
	return rc;
}

/* Does a writer hold its lock? Asks without taking one. */
static bool is_being_written(int fd)
{
	struct flock lock = { .l_type = F_RDLCK, .l_whence = SEEK_SET };

	return fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

static bool same_header(const struct rrd_header *a, const struct rrd_header *b)
{
	return a->last_s == b->last_s &&
	       memcmp(a->positions, b->positions, sizeof(a->positions)) == 0;
}

/* One try on an open file. @return as series_read, or -EAGAIN */
static int try_read(struct series_data *out, int fd, const char *path,
		    const struct range *range, const struct rrd_header *before)
{
	struct rrd_header after;
	int rc = read_range(out, fd, range, before);

	if (rc < 0)
		return rc;
	if (is_being_written(fd))
		rc = -EAGAIN;
	else
		rc = rrd_header_again(&after, fd, path, range->layout);
	if (rc == 0 && !same_header(before, &after))
		rc = -EAGAIN;
	if (rc < 0)
		series_data_fini(out);
	return rc;
}

/* Choose the archive, widen the range to its rows, and try once. */
static int open_and_try(struct series_data *out, const char *path,
			const struct range *wanted, enum consolidation cf,
			uint32_t row_s)
{
	struct range range = *wanted;
	struct rrd_header header;
	int rc;
	int fd = rrd_header_open(&header, path, range.layout);

	if (fd < 0)
		return fd;
	range.archive = choose_archive(range.layout, cf, row_s, wanted->from_s,
				       header.last_s);
	if (range.archive) {
		range.from_s = round_down(wanted->from_s, range.archive->row_s);
		range.to_s = round_down(wanted->to_s + range.archive->row_s - 1,
					range.archive->row_s);
		rc = try_read(out, fd, path, &range, &header);
	} else {
		rc = ERR_UNSUPPORTED;
	}
	(void)close(fd);
	return rc;
}

int series_read(struct series_data *out, const char *state_dir,
		const struct series *series, enum consolidation cf,
		int64_t from_s, int64_t to_s, uint32_t row_s)
{
	static const struct timespec pause = { .tv_nsec = PAUSE_NS };
	char path[PATH_MAX];
	struct range range = {
		.layout = series_layout(series->kind),
		.from_s = from_s,
		.to_s = to_s,
	};
	int rc = series_path(path, sizeof(path), state_dir, series);

	if (rc < 0)
		return rc;
	if (from_s < 0 || from_s >= to_s || to_s > INT64_MAX / 2)
		return ERR_RANGE;
	for (int i = 0; i < TRIES; i++) {
		rc = open_and_try(out, path, &range, cf, row_s);
		if (rc != -EAGAIN)
			return rc;
		if (i >= TRIES_AT_ONCE)
			(void)nanosleep(&pause, NULL);
	}
	log_error("store: read failed: %s: it is being written all the time",
		  path);
	return ERR_STORE;
}

void series_data_fini(struct series_data *data)
{
	free(data->values);
	*data = (struct series_data){ 0 };
}
