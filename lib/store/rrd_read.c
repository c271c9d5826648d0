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

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "store/rrd_file.h"
#include "util/err.h"
#include "util/log.h"

enum {
	ROWS_MAX = 100000,
	TRIES = 110, /* for 200 ms */
	TRIES_AT_ONCE = 10,
	PAUSE_NS = 2000000,
	/* Shorter rows are not made up for by longer ones. */
	MADE_UP_S = 3600,
	ROWS_IN_LONGER_MAX = 24,
};

/* One try to read: an open file, its header, and which rows. */
struct reading {
	const char *path;
	struct rrd_file file;
	const struct series_archive *archive;
	int64_t from_s; /* whole rows of the archive */
	int64_t to_s;
};

static int64_t round_down(int64_t time_s, uint32_t row_s)
{
	return time_s - time_s % row_s;
}

/*
 * The finest archive with rows of the wanted length or longer that reaches
 * back to the start; where none does, the coarsest. NULL: none of this
 * consolidation.
 */
static const struct series_archive *
choose_archive(const struct rrd_file *file, const struct series_range *range)
{
	const struct series_layout *layout = file->layout;
	const struct series_archive *coarsest = NULL;

	for (size_t i = 0; i < layout->archive_count; i++) {
		const struct series_archive *a = &layout->archives[i];

		if (a->consolidation != range->consolidation)
			continue;
		coarsest = a;
		if (a->row_s >= range->row_s &&
		    round_down(range->from_s, a->row_s) >=
			rrd_file_archive_start(file, i))
			return a;
	}
	return coarsest;
}

/* Make count rows from the given one on unknown. */
static void forget(struct series_data *data, size_t first, size_t count)
{
	double *values = data->values + first * data->columns;

	for (size_t i = 0; i < count * data->columns; i++)
		values[i] = (double)NAN;
}

/* Fill data, which is allocated: what the archive has, the rest unknown. */
static int fill(struct series_data *data, const struct reading *r)
{
	struct rrd_span span = {
		.archive = (size_t)(r->archive - r->file.layout->archives),
	};
	int64_t oldest_s = rrd_file_archive_start(&r->file, span.archive);
	int64_t end_s = rrd_file_archive_end(&r->file, span.archive);
	int64_t to_s = r->to_s < end_s ? r->to_s : end_s;
	size_t before;

	span.from_s = r->from_s > oldest_s ? r->from_s : oldest_s;
	if (span.from_s >= to_s) {
		forget(data, 0, data->rows);
		return 0;
	}
	before = (size_t)((span.from_s - r->from_s) / data->row_s);
	span.count = (size_t)((to_s - span.from_s) / data->row_s);
	forget(data, 0, before);
	forget(data, before + span.count, data->rows - before - span.count);
	return rrd_file_read(&r->file, &span,
			     data->values + before * data->columns);
}

/* The next longer rows than those that are read, if these may stand for them;
 * NULL: there are none. */
static const struct series_archive *longer_archive(const struct reading *r)
{
	const struct series_layout *layout = r->file.layout;
	const struct series_archive *end =
	    layout->archives + layout->archive_count;

	if (r->archive->row_s < MADE_UP_S)
		return NULL;
	for (const struct series_archive *a = r->archive + 1; a < end; a++) {
		if (a->consolidation == r->archive->consolidation &&
		    a->row_s % r->archive->row_s == 0 &&
		    a->row_s / r->archive->row_s <= ROWS_IN_LONGER_MAX)
			return a;
	}
	return NULL;
}

/* Whether some column is unknown in all rows of the data from start_s on that
 * a longer one has. */
static bool lacks_column(const struct series_data *data, int64_t start_s,
			 uint32_t longer_s)
{
	for (size_t c = 0; c < data->columns; c++) {
		bool any = false;

		for (int64_t at = start_s; at < start_s + longer_s;
		     at += data->row_s) {
			int64_t row = (at - data->from_s) / data->row_s;

			if (at >= data->from_s && row < (int64_t)data->rows)
				any = any ||
				      !isnan(series_at(data, (size_t)row, c));
		}
		if (!any)
			return true;
	}
	return false;
}

/* Read the rows of an archive that lie within a time, at most so many; those
 * that it does not have are unknown. */
static int read_within(const struct reading *r, size_t archive,
		       const struct rrd_span *wanted, double *to)
{
	const struct series_archive *a = &r->file.layout->archives[archive];
	size_t columns = r->file.layout->column_count;
	int64_t from_s = rrd_file_archive_start(&r->file, archive);
	int64_t to_s = rrd_file_archive_end(&r->file, archive);
	int64_t end_s = wanted->from_s + (int64_t)wanted->count * a->row_s;
	struct rrd_span span = { .archive = archive };

	for (size_t i = 0; i < wanted->count * columns; i++)
		to[i] = (double)NAN;
	if (from_s < wanted->from_s)
		from_s = wanted->from_s;
	if (to_s > end_s)
		to_s = end_s;
	if (from_s >= to_s)
		return 0;
	span.from_s = from_s;
	span.count = (size_t)((to_s - from_s) / a->row_s);
	return rrd_file_read(
	    &r->file, &span,
	    to + (size_t)((from_s - wanted->from_s) / a->row_s) * columns);
}

/* Give the rows of one longer row what that has of columns that none of them
 * knows. */
static int make_up(struct series_data *data, const struct reading *r,
		   const struct series_archive *longer, int64_t start_s)
{
	const struct series_archive *first = r->file.layout->archives;
	const struct rrd_span one = { .from_s = start_s, .count = 1 };
	const struct rrd_span all = { .from_s = start_s,
				      .count = longer->row_s / data->row_s };
	double value[SERIES_COLUMNS_MAX] = { 0 };
	double rows[ROWS_IN_LONGER_MAX * SERIES_COLUMNS_MAX] = { 0 };
	int rc = read_within(r, (size_t)(longer - first), &one, value);

	if (rc == 0)
		rc = read_within(r, (size_t)(r->archive - first), &all, rows);
	for (size_t c = 0; rc == 0 && c < data->columns; c++) {
		bool known = isnan(value[c]);

		for (size_t i = 0; i < all.count && !known; i++)
			known = !isnan(rows[i * data->columns + c]);
		for (size_t i = 0; i < all.count && !known; i++) {
			int64_t at = start_s + (int64_t)i * data->row_s;
			int64_t row = (at - data->from_s) / data->row_s;

			if (at < data->from_s || row >= (int64_t)data->rows)
				continue;
			data->values[(size_t)row * data->columns + c] =
			    value[c];
			data->longest_row_s = longer->row_s;
		}
	}
	return rc;
}

static int make_up_all(struct series_data *data, const struct reading *r)
{
	const struct series_archive *longer = longer_archive(r);
	int rc = 0;

	if (!longer)
		return 0;
	for (int64_t at = round_down(r->from_s, longer->row_s);
	     at < r->to_s && rc == 0; at += longer->row_s) {
		if (lacks_column(data, at, longer->row_s))
			rc = make_up(data, r, longer, at);
	}
	return rc;
}

static int read_range(struct series_data *out, const struct reading *r)
{
	struct series_data data = {
		.from_s = r->from_s,
		.row_s = r->archive->row_s,
		.longest_row_s = r->archive->row_s,
		.columns = r->file.layout->column_count,
	};
	int64_t rows = (r->to_s - r->from_s) / data.row_s;
	int rc;

	if (rows > ROWS_MAX)
		return ERR_RANGE;
	data.rows = (size_t)rows;
	data.values = malloc(data.rows * data.columns * sizeof(double));
	if (!data.values)
		return -ENOMEM;
	rc = fill(&data, r);
	if (rc == 0)
		rc = make_up_all(&data, r);
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

/* Read and see whether it held still. @return as series_read, or -EAGAIN */
static int read_still(struct series_data *out, const struct reading *r)
{
	struct rrd_header after;
	int rc = read_range(out, r);

	if (rc < 0)
		return rc;
	if (is_being_written(r->file.fd))
		rc = -EAGAIN;
	else
		rc = rrd_header_again(&after, r->file.fd, r->path,
				      r->file.layout);
	if (rc == 0 && !rrd_header_same(&r->file.header, &after))
		rc = -EAGAIN;
	if (rc < 0)
		series_data_fini(out);
	return rc;
}

/* What is wanted of a file: rows of a range, or all its bytes. */
struct wanted {
	struct series_data *rows;
	const struct series_range *range;
	struct text *bytes; /* NULL: rows */
};

/* All bytes of an open file, see read_still. */
static int read_bytes(struct text *out, const struct reading *r)
{
	size_t size = rrd_header_file_size(r->file.layout);
	char *bytes = malloc(size);
	struct rrd_header after;
	ssize_t got;
	int rc = 0;

	if (!bytes)
		return -ENOMEM;
	got = pread(r->file.fd, bytes, size, 0);
	if (got < 0)
		rc = -errno;
	else if ((size_t)got != size || is_being_written(r->file.fd))
		rc = -EAGAIN;
	if (rc == 0)
		rc = rrd_header_again(&after, r->file.fd, r->path,
				      r->file.layout);
	if (rc == 0 && !rrd_header_same(&r->file.header, &after))
		rc = -EAGAIN;
	if (rc == 0)
		text_add_bytes(out, bytes, size);
	free(bytes);
	return rc < 0 || text_ok(out) ? rc : -ENOMEM;
}

/* One try. @return as series_read, or -EAGAIN */
static int try_read(const struct wanted *wanted, struct reading *r)
{
	struct rrd_file *file = &r->file;
	int rc = ERR_UNSUPPORTED;

	file->fd = rrd_header_open(&file->header, r->path, file->layout);
	if (file->fd < 0)
		return file->fd;
	if (wanted->bytes) {
		rc = read_bytes(wanted->bytes, r);
		rrd_file_close(file);
		return rc;
	}
	r->archive = choose_archive(file, wanted->range);
	if (r->archive) {
		uint32_t row_s = r->archive->row_s;

		r->from_s = round_down(wanted->range->from_s, row_s);
		r->to_s = round_down(wanted->range->to_s + row_s - 1, row_s);
		rc = read_still(wanted->rows, r);
	}
	rrd_file_close(file);
	return rc;
}

static int keep_trying(const struct wanted *wanted, const char *path,
		       const struct series_layout *layout)
{
	static const struct timespec pause = { .tv_nsec = PAUSE_NS };
	struct reading reading = { .path = path, .file = { .layout = layout } };

	for (int i = 0; i < TRIES; i++) {
		int rc = try_read(wanted, &reading);

		if (rc != -EAGAIN)
			return rc;
		if (i >= TRIES_AT_ONCE)
			(void)nanosleep(&pause, NULL);
	}
	log_error("store: read failed: %s: it is being written all the time",
		  path);
	return ERR_STORE;
}

int rrd_read_rows(struct series_data *out, const char *path,
		  const struct series_layout *layout,
		  const struct series_range *range)
{
	const struct wanted wanted = { .rows = out, .range = range };

	if (range->from_s < 0 || range->from_s >= range->to_s ||
	    range->to_s > INT64_MAX / 2)
		return ERR_RANGE;
	return keep_trying(&wanted, path, layout);
}

int rrd_read_whole(struct text *out, const char *path,
		   const struct series_layout *layout)
{
	const struct wanted wanted = { .bytes = out };

	assert(out);
	return keep_trying(&wanted, path, layout);
}

int series_read(struct series_data *out, const char *state_dir,
		const struct series *series, const struct series_range *range)
{
	char path[PATH_MAX];
	int rc = series_path(path, sizeof(path), state_dir, series);

	if (rc < 0)
		return rc;
	return rrd_read_rows(out, path, series_layout(series->kind), range);
}

int series_read_whole(struct text *out, const char *state_dir,
		      const struct series *series)
{
	char path[PATH_MAX];
	int rc = series_path(path, sizeof(path), state_dir, series);

	if (rc < 0)
		return rc;
	return rrd_read_whole(out, path, series_layout(series->kind));
}

void series_data_fini(struct series_data *data)
{
	free(data->values);
	*data = (struct series_data){ 0 };
}
