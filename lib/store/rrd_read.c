/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * librrd's fetch picks an archive by itself and may pick another one than
 * asked for. So the archive is picked here, the range is cut to what that
 * archive covers, which leaves librrd no choice, and the answer is checked.
 * A writer can move the rows between two looks: the header is read before and
 * after, and if it has changed the rows are read again.
 */
#include "store/rrd_read.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <rrd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/rrd_header.h"
#include "util/err.h"
#include "util/log.h"

enum {
	ROWS_MAX = 100000,
	TRIES = 12,
	TRIES_AT_ONCE = 4,
	PAUSE_NS = 500000,
};

/* One reading, by whole rows of the archive. */
struct range {
	const char *path;
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

/* Free what rrd_fetch_r allocated. */
static void free_fetched(rrd_value_t *values, char **names, size_t count)
{
	for (size_t i = 0; names && i < count; i++)
		rrd_freemem(names[i]);
	rrd_freemem(names);
	rrd_freemem(values);
}

/*
 * Copy the rows of [from_s, to_s), which the archive covers, to rows.
 *
 * librrd names a row by its end, returns (end - start) / step rows of which
 * the first is that of start, and rounds end up past itself.
 */
static int fetch(const struct range *range, int64_t from_s, int64_t to_s,
		 double *rows)
{
	bool average = range->archive->consolidation == CONSOLIDATION_AVERAGE;
	time_t start = (time_t)from_s;
	time_t end = (time_t)to_s - 1;
	unsigned long step = range->archive->row_s;
	unsigned long columns = 0;
	char **names = NULL;
	rrd_value_t *values = NULL;
	int rc = 0;

	rrd_clear_error();
	if (rrd_fetch_r(range->path, average ? "AVERAGE" : "MAX", &start, &end,
			&step, &columns, &names, &values) != 0) {
		log_error("store: read failed: %s: %s", range->path,
			  rrd_get_error());
		rrd_clear_error();
		return ERR_STORE;
	}
	if (start != from_s || end < to_s || step != range->archive->row_s ||
	    columns != range->layout->column_count)
		rc = -EAGAIN; /* the file has changed since it was looked at */
	else
		memcpy(rows, values,
		       (size_t)((to_s - from_s) / range->archive->row_s) *
			   columns * sizeof(*rows));
	free_fetched(values, names, columns);
	return rc;
}

/* Fill data, allocated and all unknown, with what the archive has. */
static int fill(struct series_data *data, const struct range *range,
		int64_t last_s)
{
	int64_t from_s = archive_start(range->archive, last_s);
	int64_t to_s = archive_end(range->archive, last_s);

	if (from_s < range->from_s)
		from_s = range->from_s;
	if (to_s > range->to_s)
		to_s = range->to_s;
	if (from_s >= to_s)
		return 0;
	return fetch(range, from_s, to_s,
		     data->values +
			 (size_t)((from_s - range->from_s) / data->row_s) *
			     data->columns);
}

/* Read a range from a file whose header was just read. */
static int read_range(struct series_data *out, const struct range *range,
		      int64_t last_s)
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
	rc = fill(&data, range, last_s);
	if (rc < 0)
		series_data_fini(&data);
	else
		*out = data;
	return rc;
}

static bool same_header(const struct rrd_header *a, const struct rrd_header *b)
{
	return a->last_s == b->last_s &&
	       memcmp(a->positions, b->positions, sizeof(a->positions)) == 0;
}

/* One try. @return as series_read, or -EAGAIN */
static int try_read(struct series_data *out, struct range *range,
		    enum consolidation cf, uint32_t row_s)
{
	struct range whole = *range;
	struct rrd_header before;
	struct rrd_header after;
	int rc = rrd_header_read(&before, range->path, range->layout);

	if (rc < 0)
		return rc;
	whole.archive = choose_archive(range->layout, cf, row_s, range->from_s,
				       before.last_s);
	if (!whole.archive)
		return ERR_UNSUPPORTED;
	whole.from_s = round_down(range->from_s, whole.archive->row_s);
	whole.to_s = round_down(range->to_s + whole.archive->row_s - 1,
				whole.archive->row_s);
	rc = read_range(out, &whole, before.last_s);
	if (rc < 0)
		return rc;
	rc = rrd_header_read(&after, range->path, range->layout);
	if (rc == 0 && !same_header(&before, &after))
		rc = -EAGAIN;
	if (rc < 0)
		series_data_fini(out);
	return rc;
}

int series_read(struct series_data *out, const char *state_dir,
		const struct series *series, enum consolidation cf,
		int64_t from_s, int64_t to_s, uint32_t row_s)
{
	static const struct timespec pause = { .tv_nsec = PAUSE_NS };
	char path[PATH_MAX];
	struct range range = {
		.path = path,
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
		rc = try_read(out, &range, cf, row_s);
		if (rc != -EAGAIN)
			return rc;
		if (i >= TRIES_AT_ONCE)
			(void)nanosleep(&pause, NULL);
	}
	log_error("store: read failed: %s: it changes all the time", path);
	return ERR_STORE;
}

void series_data_fini(struct series_data *data)
{
	free(data->values);
	*data = (struct series_data){ 0 };
}
