/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/rrd_correct.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/rrd_model.h"
#include "util/file.h"

enum {
	DISK_PAGE = 4096, /* what a disk writes at once */
	/* A position may be so many rows off: those of the updates that the
	 * system had not written to the disk yet. */
	SHIFT_NEAR = 128,
	/* Of so few rows, or if so small a part of them is there, it is not
	 * known where an archive's rows are. */
	ROWS_THAT_TELL = 2,
	SHARE_THAT_TELLS = 8,
};

/* The rows of an archive that the truth covers, the newest last. */
struct covered {
	int64_t from_s;
	size_t rows;
	double *values;
	uint64_t position; /* where the newest goes */
};

struct work {
	const struct series_layout *layout;
	const struct rrd_file *from;
	int64_t end_s;
	uint8_t *image; /* the whole file */
	struct covered covered[SERIES_ARCHIVES_MAX];
	struct rrd_progress progress;
	bool kept_time; /* the file's own end was right, so its newest rows are
			 * later than end_s */
};

static int64_t round_down(int64_t time_s, uint32_t row_s)
{
	return time_s - time_s % row_s;
}

static const struct series_archive *archive_at(const struct work *w, size_t i)
{
	return &w->layout->archives[i];
}

static size_t row_size(const struct work *w)
{
	return w->layout->column_count * sizeof(double);
}

static uint8_t *row_at(const struct work *w, size_t archive, uint64_t slot)
{
	return w->image + rrd_file_archive_offset(w->layout, archive) +
	       slot * row_size(w);
}

/* Where the nth covered row is, if the newest is at position. */
static uint64_t slot_of(const struct work *w, size_t archive, uint64_t position,
			size_t nth)
{
	uint64_t rows = archive_at(w, archive)->rows;
	uint64_t back = w->covered[archive].rows - 1 - nth;

	return (position + rows - back % rows) % rows;
}

static uint64_t move(const struct work *w, size_t archive, int64_t by)
{
	int64_t rows = archive_at(w, archive)->rows;
	int64_t position = (int64_t)w->from->header.positions[archive];

	return (uint64_t)(((position + by) % rows + rows) % rows);
}

/* How many rows of an archive end after end_s, if the file's end is right. */
static int64_t rows_behind(const struct work *w, size_t archive)
{
	uint32_t row_s = archive_at(w, archive)->row_s;

	return (rrd_file_archive_end(w->from, archive) -
		round_down(w->end_s, row_s)) /
	       row_s;
}

/* librrd writes rates and NaN; a page with anything else is another's. */
static bool is_plausible(const uint8_t *page, size_t len)
{
	for (size_t at = 0; at + sizeof(double) <= len; at += sizeof(double)) {
		double value;

		memcpy(&value, page + at, sizeof(value));
		if (value < 0 || isinf(value))
			return false;
	}
	return true;
}

static void make_unknown(uint8_t *to, size_t len)
{
	const double unknown = (double)NAN;

	for (size_t at = 0; at + sizeof(double) <= len; at += sizeof(double))
		memcpy(to + at, &unknown, sizeof(unknown));
}

static void drop_strange_pages(struct work *w, struct rrd_correction *out)
{
	size_t size = rrd_header_file_size(w->layout);
	size_t at = rrd_header_size(w->layout);

	while (at < size) {
		size_t end = at - at % DISK_PAGE + DISK_PAGE;

		if (end > size)
			end = size;
		if (!is_plausible(w->image + at, end - at)) {
			make_unknown(w->image + at, end - at);
			out->pages_dropped++;
		}
		at = end;
	}
}

/* Room for the rows that lie in the truth, up to what the ring holds. */
static int make_room(struct work *w, size_t archive, int64_t truth_from_s)
{
	const struct series_archive *a = archive_at(w, archive);
	int64_t end_s = round_down(w->end_s, a->row_s);
	int64_t oldest_s = end_s - (int64_t)a->rows * a->row_s;
	struct covered *c = &w->covered[archive];

	c->from_s = round_down(truth_from_s + a->row_s - 1, a->row_s);
	if (c->from_s < oldest_s)
		c->from_s = oldest_s;
	if (c->from_s >= end_s)
		return 0;
	c->rows = (size_t)((end_s - c->from_s) / a->row_s);
	c->values = malloc(c->rows * row_size(w));
	if (!c->values)
		return -ENOMEM;
	make_unknown((uint8_t *)c->values, c->rows * row_size(w));
	return 0;
}

static void keep_row(void *context, const struct rrd_model_row *row)
{
	struct work *w = context;
	struct covered *c = &w->covered[row->archive];
	int64_t nth =
	    (row->start_s - c->from_s) / archive_at(w, row->archive)->row_s;

	if (row->start_s >= c->from_s && nth < (int64_t)c->rows)
		memcpy(c->values + (size_t)nth * w->layout->column_count,
		       row->values, row_size(w));
}

/* Take what an archive has in progress from the old file, where the truth does
 * not have all of that row. */
static void keep_progress(struct work *w, size_t archive)
{
	const struct series_archive *a = archive_at(w, archive);
	uint64_t steps = (uint64_t)(w->end_s % a->row_s) / w->layout->step_s;

	for (size_t c = 0; c < w->layout->column_count; c++) {
		const struct rrd_cell *old =
		    &w->from->progress.cells[archive][c];

		if (w->end_s == w->from->header.last_s &&
		    old->unknown <= steps && old->value < (double)INFINITY)
			w->progress.cells[archive][c] = *old;
	}
}

/* Make of the truth what it covers. */
static int cover(struct work *w, const struct rrd_truth *truth)
{
	int64_t start_s = truth->from_s < w->end_s ? truth->from_s : w->end_s;
	struct rrd_model m;
	int rc = 0;

	for (size_t i = 0; i < w->layout->archive_count && rc == 0; i++)
		rc = make_room(w, i, truth->from_s);
	if (rc < 0)
		return rc;
	rrd_model_init(&m, w->layout, start_s, keep_row, w);
	for (size_t i = 0; i < truth->count; i++) {
		if (truth->rows[i].start_s >= w->end_s)
			break;
		rrd_model_add(&m, &truth->rows[i]);
	}
	rrd_model_skip(&m, w->end_s);
	w->progress = m.progress;
	for (size_t i = 0; i < w->layout->archive_count; i++) {
		if (round_down(w->end_s, archive_at(w, i)->row_s) < start_s)
			keep_progress(w, i);
	}
	return 0;
}

static bool has_row(const struct work *w, size_t archive, uint64_t slot,
		    const double *modelled)
{
	const uint8_t *stored = row_at(w, archive, slot);

	for (size_t c = 0; c < w->layout->column_count; c++) {
		double value;

		memcpy(&value, stored + c * sizeof(value), sizeof(value));
		if (!rrd_model_same_value(value, modelled[c]))
			return false;
	}
	return true;
}

/* How many of the covered rows an archive has, if its newest is here. */
static size_t score(const struct work *w, size_t archive, uint64_t position)
{
	const struct covered *c = &w->covered[archive];
	size_t same = 0;

	for (size_t nth = 0; nth < c->rows; nth++) {
		if (has_row(w, archive, slot_of(w, archive, position, nth),
			    c->values + nth * w->layout->column_count))
			same++;
	}
	return same;
}

/*
 * Where an archive's newest row up to end_s is: the rows that the truth has
 * tell. First near to where it should be, then anywhere.
 *
 * @param base  how far that is from the file's newest row by its time
 * @return whether they do tell, or are too few to
 */
static bool find(struct work *w, size_t archive, int64_t base)
{
	struct covered *c = &w->covered[archive];
	int64_t rows = archive_at(w, archive)->rows;
	size_t best;

	c->position = move(w, archive, base);
	best = score(w, archive, c->position);
	for (int64_t i = 2; i < 2 * rows; i++) {
		int64_t shift = i % 2 == 0 ? i / 2 : -(i / 2);
		uint64_t there = move(w, archive, base + shift);
		size_t same;

		if (i > 2 * SHIFT_NEAR && 2 * best >= c->rows)
			break;
		same = score(w, archive, there);
		if (same > best) {
			best = same;
			c->position = there;
		}
	}
	return c->rows < ROWS_THAT_TELL || SHARE_THAT_TELLS * best >= c->rows;
}

/*
 * Where the file ends too late, either it was written to at such times, or its
 * time alone is wrong. What more of its rows agree with is the case.
 */
static void place(struct work *w, struct rrd_correction *out)
{
	size_t if_kept = 0;
	size_t if_not = 0;

	for (size_t i = 0; i < w->layout->archive_count; i++) {
		if_kept += score(w, i, move(w, i, -rows_behind(w, i)));
		if_not += score(w, i, move(w, i, 0));
	}
	w->kept_time = if_kept >= if_not;
	for (size_t i = 0; i < w->layout->archive_count; i++) {
		if (find(w, i, w->kept_time ? -rows_behind(w, i) : 0))
			continue;
		make_unknown(row_at(w, i, 0),
			     archive_at(w, i)->rows * row_size(w));
		out->archives_dropped++;
	}
}

/* Rows of times after end_s stand where the oldest ones were. */
static void drop_later_rows(struct work *w, size_t archive)
{
	int64_t behind = w->kept_time ? rows_behind(w, archive) : 0;
	int64_t rows = archive_at(w, archive)->rows;

	for (int64_t i = 1; i <= behind && i <= rows; i++) {
		uint64_t slot = (w->covered[archive].position + (uint64_t)i) %
				(uint64_t)rows;

		make_unknown(row_at(w, archive, slot), row_size(w));
	}
}

static void put_rows(struct work *w, size_t archive)
{
	const struct covered *c = &w->covered[archive];

	for (size_t nth = 0; nth < c->rows; nth++)
		memcpy(
		    row_at(w, archive, slot_of(w, archive, c->position, nth)),
		    c->values + nth * w->layout->column_count, row_size(w));
}

static void correct(struct work *w, struct rrd_correction *out)
{
	struct rrd_header header = { .last_s = w->end_s };

	place(w, out);
	for (size_t i = 0; i < w->layout->archive_count; i++) {
		drop_later_rows(w, i);
		put_rows(w, i);
		header.positions[i] = w->covered[i].position;
	}
	rrd_header_put(w->image, w->layout, &header, &w->progress);
}

static int read_image(struct work *w)
{
	size_t size = rrd_header_file_size(w->layout);
	size_t have = 0;

	w->image = malloc(size);
	if (!w->image)
		return -ENOMEM;
	while (have < size) {
		ssize_t got = pread(w->from->fd, w->image + have, size - have,
				    (off_t)have);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? -errno : -EIO;
		have += (size_t)got;
	}
	return 0;
}

int rrd_correct(const struct rrd_file *from, const char *path,
		const struct rrd_truth *truth, int64_t end_s,
		struct rrd_correction *out)
{
	struct work w = {
		.layout = from->layout,
		.from = from,
		.end_s = end_s,
	};
	int rc = read_image(&w);

	*out = (struct rrd_correction){ 0 };
	if (rc == 0) {
		drop_strange_pages(&w, out);
		rc = cover(&w, truth);
	}
	if (rc == 0) {
		correct(&w, out);
		rc = file_create(path, w.image, rrd_header_file_size(w.layout));
	}
	for (size_t i = 0; i < w.layout->archive_count; i++)
		free(w.covered[i].values);
	free(w.image);
	return rc;
}
