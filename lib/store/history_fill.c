/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A row of an archive that the file does not know is, the first that is known:
 *
 *   1. what the file's own shorter rows and the history's come to together,
 *      if both know some of it and together all: the day of a change-over;
 *   2. the history's row of that length;
 *   3. what shorter rows come to if they know half of it, as librrd
 *      consolidates.
 *
 * Own rows are those from before. The rows in progress get what is unknown of
 * them likewise, once: of a file whose progress knows more than its finest rows
 * say, nothing.
 */
#include "store/history_fill.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/rrd_copy.h"
#include "store/rrd_file.h"
#include "store/rrd_image.h"
#include "store/rrd_model.h"
#include "store/rrd_write.h"
#include "util/err.h"
#include "util/file.h"

enum { SLOT_S = 300, PAIR_SLOT_MAX_S = 1800 };

struct filling {
	const char *state_dir;
	const struct series *series;
	const struct series_layout *layout;
	const struct history *history;
	const struct history_options *options;
	struct history_outcome *outcome;
	bool is_pair;
	int64_t before_s; /* rows that start then or later stay */
	int64_t end_s;	  /* of the file as it is to be */
	char path[PATH_MAX];
	char fresh[PATH_MAX];
	struct rrd_file file; /* what is filled; fd -1: none */
	struct rrd_image image;
	struct rrd_image before; /* as it was */
	bool changed;
	bool had_copy;
};

static int64_t round_down(int64_t time_s, uint32_t row_s)
{
	return time_s - time_s % row_s;
}

static const struct series_archive *archive_at(const struct filling *f,
					       size_t archive)
{
	return &f->layout->archives[archive];
}

/* A value as it was before. */
static double stored(const struct filling *f, size_t archive, int64_t start_s,
		     size_t column)
{
	const double *row = rrd_image_row(&f->before, archive, start_s);

	return row ? row[column] : (double)NAN;
}

/* As history_piece, of the file's own rows. */
static struct history_piece
own_piece(const struct filling *f, const struct history_row *row, size_t column)
{
	struct history_piece best = { .value = (double)NAN };

	for (size_t i = 0; i < f->layout->archive_count; i++) {
		const struct series_archive *a = archive_at(f, i);
		bool counts = a->consolidation == row->consolidation ||
			      a->row_s == f->layout->step_s;
		double value;

		if (!counts || a->row_s >= row->row_s ||
		    a->row_s <= best.row_s || row->row_s % a->row_s != 0 ||
		    row->start_s % a->row_s != 0)
			continue;
		value = stored(f, i, row->start_s, column);
		if (!isnan(value))
			best = (struct history_piece){ value, a->row_s };
	}
	return best;
}

/* What shorter rows come to over one: value, and of how many seconds.
 * has_own: whether some of them are the file's. */
static struct history_piece merge(const struct filling *f,
				  const struct history_row *row, size_t column,
				  bool *has_own)
{
	struct history_piece all = { 0 };
	struct history_row at = *row;
	int64_t end_s = row->start_s + row->row_s;
	bool average = row->consolidation == CONSOLIDATION_AVERAGE;

	while (at.start_s < end_s) {
		struct history_piece p = own_piece(f, &at, column);

		*has_own = *has_own || p.row_s > 0;
		if (p.row_s == 0)
			p = history_piece(f->history, &at, column);
		if (p.row_s == 0) {
			at.start_s += f->layout->step_s;
			continue;
		}
		if (average)
			all.value += p.value * p.row_s;
		else if (p.value > all.value)
			all.value = p.value;
		all.row_s += p.row_s;
		at.start_s += p.row_s;
	}
	if (average && all.row_s > 0)
		all.value /= all.row_s;
	return all;
}

static double value_of(const struct filling *f, const struct history_row *row,
		       size_t column)
{
	double exact = history_exact(f->history, row, column);
	struct history_piece merged = { 0 };
	bool has_own = false;

	if (row->row_s > f->layout->step_s)
		merged = merge(f, row, column, &has_own);
	if (has_own && merged.row_s == row->row_s)
		return merged.value;
	if (!isnan(exact))
		return exact;
	return merged.row_s > 0 && 2 * merged.row_s >= row->row_s ? merged.value
								  : (double)NAN;
}

/* Note that a row of an archive got values. */
static void count_row(struct filling *f, size_t archive, int64_t start_s)
{
	const struct series_archive *a = archive_at(f, archive);
	struct history_outcome *out = f->outcome;

	out->rows[archive]++;
	out->rows_all++;
	f->changed = true;
	if (a->consolidation != CONSOLIDATION_AVERAGE ||
	    (f->is_pair ? a->row_s > PAIR_SLOT_MAX_S : a->row_s != SLOT_S))
		return;
	if (out->slots_from_s == 0 || start_s < out->slots_from_s)
		out->slots_from_s = start_s;
	if (start_s + a->row_s > out->slots_to_s)
		out->slots_to_s = start_s + a->row_s;
}

static void fill_row(struct filling *f, size_t archive, int64_t start_s)
{
	const struct series_archive *a = archive_at(f, archive);
	const struct history_row row = { a->consolidation, a->row_s, start_s };
	double *values = rrd_image_row(&f->image, archive, start_s);
	bool any = false;

	for (size_t c = 0; values && c < f->layout->column_count; c++) {
		if (!isnan(values[c]))
			continue;
		values[c] = value_of(f, &row, c);
		any = any || !isnan(values[c]);
	}
	if (any)
		count_row(f, archive, start_s);
}

static void fill_archive(struct filling *f, size_t archive)
{
	uint32_t row_s = archive_at(f, archive)->row_s;
	int64_t from_s = round_down(history_start(f->history), row_s);
	int64_t to_s = history_end(f->history);
	int64_t oldest_s = rrd_image_start(&f->image, archive);
	int64_t end_s = rrd_image_end(&f->image, archive);

	if (from_s < oldest_s)
		from_s = oldest_s;
	if (to_s > end_s)
		to_s = end_s;
	if (to_s > f->before_s)
		to_s = f->before_s;
	for (; from_s < to_s; from_s += row_s)
		fill_row(f, archive, from_s);
}

/* ---- the rows in progress ---- */

/* The rate that the history has for a step: of its shortest row there. */
static double step_value(const struct filling *f, const struct history_row *row,
			 int64_t at_s, size_t column)
{
	double value = (double)NAN;
	uint32_t shortest = UINT32_MAX;

	for (size_t i = 0; i < f->history->part_count; i++) {
		const struct history_part *p = &f->history->parts[i];
		struct history_row one = { row->consolidation, p->row_s,
					   round_down(at_s, p->row_s) };
		double found;

		if (p->row_s >= shortest || row->row_s % p->row_s != 0 ||
		    p->row_s == row->row_s)
			continue;
		found = history_exact(f->history, &one, column);
		if (isnan(found) && p->row_s == f->layout->step_s) {
			one.consolidation = CONSOLIDATION_AVERAGE;
			found = history_exact(f->history, &one, column);
		}
		if (!isnan(found)) {
			value = found;
			shortest = p->row_s;
		}
	}
	return value;
}

/* How many steps of a row in progress the finest rows do not know. */
static uint64_t count_unknown(const struct filling *f, int64_t from_s,
			      size_t column)
{
	uint64_t unknown = 0;

	for (int64_t at = from_s; at < f->end_s; at += f->layout->step_s)
		unknown += isnan(stored(f, 0, at, column)) ? 1 : 0;
	return unknown;
}

static void add_steps(struct filling *f, size_t archive, size_t column)
{
	const struct series_archive *a = archive_at(f, archive);
	const struct history_row row = { a->consolidation, a->row_s, 0 };
	struct rrd_cell *cell = &f->file.progress.cells[archive][column];
	int64_t from_s = round_down(f->end_s, a->row_s);

	if (cell->unknown == 0 ||
	    cell->unknown != count_unknown(f, from_s, column))
		return;
	for (int64_t at = from_s; at < f->end_s && at < f->before_s;
	     at += f->layout->step_s) {
		double value;

		if (!isnan(stored(f, 0, at, column)))
			continue;
		value = step_value(f, &row, at, column);
		if (isnan(value))
			continue;
		if (a->consolidation == CONSOLIDATION_AVERAGE)
			cell->value += value;
		else if (value > cell->value)
			cell->value = value;
		cell->unknown--;
		f->changed = true;
	}
}

static void fill_progress(struct filling *f)
{
	for (size_t i = 0; i < f->layout->archive_count; i++) {
		if (archive_at(f, i)->row_s == f->layout->step_s)
			continue;
		for (size_t c = 0; c < f->layout->column_count; c++)
			add_steps(f, i, c);
	}
}

/* ---- the file ---- */

static int read_image(struct filling *f)
{
	size_t size = rrd_header_file_size(f->layout);
	size_t have = 0;

	f->image =
	    (struct rrd_image){ .layout = f->layout, .header = f->file.header };
	f->image.bytes = malloc(size);
	if (!f->image.bytes)
		return -ENOMEM;
	while (have < size) {
		ssize_t got = pread(f->file.fd, f->image.bytes + have,
				    size - have, (off_t)have);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? -errno : -EIO;
		have += (size_t)got;
	}
	f->before = f->image;
	f->before.bytes = malloc(size);
	if (!f->before.bytes)
		return -ENOMEM;
	memcpy(f->before.bytes, f->image.bytes, size);
	return 0;
}

/* Open the file at path, which must end with a step. */
static int open_file(struct filling *f, const char *path)
{
	int rc = rrd_file_open(&f->file, path, f->layout, &f->outcome->fault);

	if (rc < 0) {
		f->file.fd = -1;
		return rc;
	}
	if (f->file.progress.between_steps)
		return 0;
	f->outcome->fault = "ends within a step";
	return ERR_STORE;
}

/* Where the file is to end: where it does, or where the history does. */
static void choose_end(struct filling *f)
{
	uint32_t step_s = f->layout->step_s;
	int64_t last_s = f->file.fd < 0 ? 0 : f->file.header.last_s;
	int64_t end_s = round_down(history_end(f->history), step_s);
	int64_t most_s = round_down(f->options->now_s, step_s);

	f->before_s = f->options->before_s;
	if (f->before_s > most_s)
		f->before_s = most_s;
	if (end_s > f->before_s)
		end_s = f->before_s;
	f->end_s = end_s > last_s ? end_s : last_s;
}

/* Have librrd take the file, or a new one, to its end. */
static int make_fresh(struct filling *f)
{
	const uint32_t step_s = f->layout->step_s;
	struct series_row row = { .start_s = f->end_s - step_s };
	struct rrd_known known = { 0 };
	int rc = 0;

	for (size_t c = 0; c < f->layout->column_count; c++)
		row.values[c] = (double)NAN;
	if (unlink(f->fresh) < 0 && errno != ENOENT)
		return -errno;
	if (f->file.fd >= 0) {
		rc = file_copy(f->file.fd, f->fresh,
			       rrd_header_file_size(f->layout));
		rrd_file_close(&f->file);
	}
	if (rc == 0)
		rc = rrd_write_path(f->fresh, f->layout, &row, 1, &known);
	return rc < 0 ? rc : open_file(f, f->fresh);
}

/* Open what is to be filled. @return 1; 0: there is nothing to do; or -errno */
static int begin(struct filling *f)
{
	int rc = open_file(f, f->path);

	if (rc < 0 && rc != ERR_NOT_FOUND)
		return rc;
	f->outcome->fault = NULL;
	choose_end(f);
	if (history_start(f->history) >= f->before_s || f->end_s <= 0)
		return 0;
	rc = 0;
	if (f->file.fd < 0 || f->end_s > f->file.header.last_s)
		rc = make_fresh(f);
	if (rc == 0)
		rc = read_image(f);
	return rc < 0 ? rc : 1;
}

/* The copy is what the file is made of when it is damaged. An old one must not
 * outlive a kill and bring back what was before, so it goes first. */
static int remove_copy(struct filling *f)
{
	char copy[PATH_MAX];
	int rc = rrd_copy_path(copy, sizeof(copy), f->state_dir, f->series);

	if (rc < 0 || access(copy, F_OK) < 0)
		return rc;
	f->had_copy = true;
	rc = rrd_copy_remove(f->state_dir, f->series);
	return rc < 0 ? rc : file_sync_directory_of(copy);
}

static int copy_anew(const struct filling *f)
{
	struct rrd_known known = { .last_s = f->end_s };
	struct stat status;
	uint64_t bytes;

	if (!f->had_copy)
		return 0;
	if (stat(f->path, &status) < 0)
		return -errno;
	known.device = status.st_dev;
	known.inode = status.st_ino;
	return rrd_copy(f->state_dir, f->series, &known, &bytes);
}

static int put_file(struct filling *f)
{
	int rc;

	rrd_header_put(f->image.bytes, f->layout, &f->file.header,
		       &f->file.progress);
	rc = file_make_directory_of(f->path);
	if (rc == 0)
		rc = file_create(f->fresh, f->image.bytes,
				 rrd_header_file_size(f->layout));
	if (rc == 0)
		rc = remove_copy(f);
	if (rc == 0 && rename(f->fresh, f->path) < 0)
		rc = -errno;
	return rc < 0 ? rc : file_sync_directory_of(f->path);
}

/* How many rows of the history may not be written. */
static uint64_t count_late(const struct filling *f)
{
	uint64_t late = 0;

	for (size_t i = 0; i < f->history->part_count; i++) {
		const struct history_part *p = &f->history->parts[i];
		int64_t end_s = p->from_s + (int64_t)p->rows * p->row_s;

		if (p->consolidation == CONSOLIDATION_AVERAGE &&
		    end_s > f->before_s)
			late += (uint64_t)(end_s - (p->from_s > f->before_s
							? p->from_s
							: f->before_s)) /
				p->row_s;
	}
	return late;
}

static int fill(struct filling *f)
{
	int rc = begin(f);

	f->outcome->rows_late = count_late(f);
	if (rc <= 0)
		return rc;
	fill_progress(f);
	for (size_t i = 0; i < f->layout->archive_count; i++)
		fill_archive(f, i);
	return f->changed ? put_file(f) : 0;
}

int history_fill(const char *state_dir, const struct series *series,
		 const struct history *history,
		 const struct history_options *options,
		 struct history_outcome *outcome)
{
	struct filling f = {
		.state_dir = state_dir,
		.series = series,
		.layout = series_layout(series->kind),
		.history = history,
		.options = options,
		.outcome = outcome,
		.is_pair = series->kind == SERIES_PAIR,
		.file = { .fd = -1 },
	};
	int rc = series_path(f.path, sizeof(f.path), state_dir, series);

	*outcome = (struct history_outcome){ 0 };
	if (rc == 0 && snprintf(f.fresh, sizeof(f.fresh), "%s.mend", f.path) >=
			   (int)sizeof(f.fresh))
		rc = -ENAMETOOLONG;
	if (rc == 0 && history_knows(history))
		rc = fill(&f);
	if (f.file.fd >= 0)
		rrd_file_close(&f.file);
	free(f.image.bytes);
	free(f.before.bytes);
	(void)unlink(f.fresh);
	if (rc < 0)
		outcome->rows_all = 0;
	else if (f.changed)
		rc = copy_anew(&f);
	return rc;
}
