/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/rrd_compare.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "store/rrd_model.h"

enum {
	TIME_SIZE = 32,
	/* What a disk writes at once. A header that fits is of one moment, so
	 * that its positions are right if its time is. */
	DISK_PAGE = 4096,
};

/* The stored rows of an archive that are compared. */
struct window {
	int64_t from_s;
	size_t before; /* rows at the start that only serve as neighbours */
	size_t rows;
	double *values;
	bool compared;
	bool anchored; /* some row differs from the one before it */
};

struct comparison {
	const struct rrd_file *file;
	int64_t base_s; /* nothing is known before */
	struct window windows[SERIES_ARCHIVES_MAX];
	char *fault;
	size_t size;
	bool differs;
};

static int64_t round_down(int64_t time_s, uint32_t row_s)
{
	return time_s <= 0 ? 0 : time_s - time_s % row_s;
}

static int64_t round_up(int64_t time_s, uint32_t row_s)
{
	return round_down(time_s + row_s - 1, row_s);
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* May the parts of a header be of different moments? */
static bool may_tear(const struct series_layout *layout)
{
	return rrd_header_size(layout) > DISK_PAGE;
}

/*
 * Where the rows of an archive begin that are compared. Those that ended within
 * check_s; and where a row was about to end, and its position may be on the
 * disk before the file's time is, at least the newest.
 */
static int64_t window_start(const struct series_layout *layout, size_t archive,
			    int64_t end_s, int64_t check_s)
{
	uint32_t row_s = layout->archives[archive].row_s;
	int64_t start_s = round_down(end_s - check_s, row_s);
	int64_t newest_s = round_down(end_s, row_s) - row_s;

	if (may_tear(layout) && newest_s < start_s && newest_s >= 0 &&
	    row_s - end_s % row_s <= check_s)
		return newest_s;
	return start_s;
}

int64_t rrd_compare_from(const struct series_layout *layout, int64_t end_s,
			 int64_t check_s)
{
	int64_t from_s = end_s;

	for (size_t i = 0; i < layout->archive_count; i++) {
		int64_t start_s = window_start(layout, i, end_s, check_s);

		if (start_s < from_s)
			from_s = start_s;
	}
	return from_s;
}

static char *print_time(char to[TIME_SIZE], int64_t time_s)
{
	time_t time = (time_t)time_s;
	struct tm tm;

	if (!gmtime_r(&time, &tm) ||
	    strftime(to, TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		(void)snprintf(to, TIME_SIZE, "%" PRId64, time_s);
	return to;
}

/* Read the rows of an archive that are to be compared, and one before. */
static int load(struct comparison *k, size_t archive, int64_t check_s)
{
	const struct series_layout *layout = k->file->layout;
	const struct series_archive *a = &layout->archives[archive];
	int64_t oldest_s = rrd_file_archive_start(k->file, archive);
	int64_t end_s = rrd_file_archive_end(k->file, archive);
	int64_t last_s = k->file->header.last_s;
	struct window *w = &k->windows[archive];
	struct rrd_span span = { .archive = archive };

	w->from_s = later(round_up(k->base_s, a->row_s),
			  window_start(layout, archive, last_s, check_s));
	w->from_s = later(w->from_s, oldest_s);
	if (w->from_s >= end_s)
		return 0;
	if (w->from_s - a->row_s >= oldest_s) {
		w->from_s -= a->row_s;
		w->before = 1;
	}
	w->rows = (size_t)((end_s - w->from_s) / a->row_s);
	w->values = malloc(w->rows * layout->column_count * sizeof(double));
	if (!w->values)
		return -ENOMEM;
	span.from_s = w->from_s;
	span.count = w->rows;
	return rrd_file_read(k->file, &span, w->values);
}

static bool is_same_row(const double *a, const double *b, size_t columns,
			size_t *column)
{
	for (size_t c = 0; c < columns; c++) {
		*column = c;
		if (!rrd_model_same_value(a[c], b[c]))
			return false;
	}
	return true;
}

/* Compare a row that the model made with the stored one. */
static void compare_row(void *context, const struct rrd_model_row *row)
{
	struct comparison *k = context;
	const struct series_layout *layout = k->file->layout;
	struct window *w = &k->windows[row->archive];
	uint32_t row_s = layout->archives[row->archive].row_s;
	size_t columns = layout->column_count;
	int64_t nth = (row->start_s - w->from_s) / row_s;
	const double *stored;
	char at[TIME_SIZE];
	size_t c;

	if (k->differs || row->start_s < k->base_s ||
	    nth < (int64_t)w->before || nth >= (int64_t)w->rows)
		return;
	stored = w->values + (size_t)nth * columns;
	w->compared = true;
	if (nth > 0 && !is_same_row(stored, stored - columns, columns, &c))
		w->anchored = true;
	if (is_same_row(stored, row->values, columns, &c))
		return;
	k->differs = true;
	(void)snprintf(k->fault, k->size,
		       "the %" PRIu32 " s row of %s has %s %g, not %g", row_s,
		       print_time(at, row->start_s), layout->columns[c],
		       stored[c], row->values[c]);
}

static void compare_progress(struct comparison *k, const struct rrd_model *m)
{
	const struct rrd_file *f = k->file;

	for (size_t i = 0; i < f->layout->archive_count && !k->differs; i++) {
		uint32_t row_s = f->layout->archives[i].row_s;

		if (round_down(f->header.last_s, row_s) < k->base_s ||
		    rrd_model_same_progress(f->layout, i, &f->progress,
					    &m->progress))
			continue;
		k->differs = true;
		(void)snprintf(k->fault, k->size,
			       "the %" PRIu32 " s row in progress is not the "
			       "sum of its steps",
			       row_s);
	}
}

static void run(struct comparison *k, const struct rrd_truth *truth)
{
	const struct rrd_file *f = k->file;
	struct rrd_model m;

	rrd_model_init(&m, f->layout, k->base_s, compare_row, k);
	for (size_t i = 0; i < truth->count && !k->differs; i++) {
		if (truth->rows[i].start_s >= f->header.last_s)
			break;
		if (truth->rows[i].start_s >= k->base_s)
			rrd_model_add(&m, &truth->rows[i]);
	}
	rrd_model_skip(&m, f->header.last_s);
	compare_progress(k, &m);
}

static int verdict(const struct comparison *k)
{
	const struct series_layout *layout = k->file->layout;

	if (k->differs)
		return RRD_DIFFERS;
	if (!may_tear(layout))
		return RRD_SAME;
	for (size_t i = 0; i < layout->archive_count; i++) {
		if (k->windows[i].compared && !k->windows[i].anchored)
			return RRD_SAME_AS_FAR_AS_SEEN;
	}
	return RRD_SAME;
}

int rrd_compare(const struct rrd_file *f, const struct rrd_truth *truth,
		int64_t check_s, char *fault, size_t size)
{
	int64_t last_s = f->header.last_s;
	struct comparison k = {
		.file = f,
		.base_s = later(truth->from_s,
				rrd_compare_from(f->layout, last_s, check_s)),
		.fault = fault,
		.size = size,
	};
	int rc = 0;

	if (!f->progress.between_steps) {
		(void)snprintf(fault, size, "ends within a step");
		return RRD_DIFFERS;
	}
	if (k.base_s >= last_s)
		return RRD_SAME;
	for (size_t i = 0; i < f->layout->archive_count && rc == 0; i++)
		rc = load(&k, i, check_s);
	if (rc == 0) {
		run(&k, truth);
		rc = verdict(&k);
	}
	for (size_t i = 0; i < f->layout->archive_count; i++)
		free(k.windows[i].values);
	return rc;
}
