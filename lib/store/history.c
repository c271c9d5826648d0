/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/history.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/rrd_model.h"
#include "util/err.h"

enum { DAY_S = 86400, FIRST_ROOM = 64 };

void history_init(struct history *h, const struct series_layout *layout)
{
	*h = (struct history){ .layout = layout };
}

void history_fini(struct history *h)
{
	for (size_t i = 0; i < h->part_count; i++)
		free(h->parts[i].values);
	history_init(h, h->layout);
}

bool history_takes(const struct series_layout *layout, uint32_t row_s)
{
	return row_s >= layout->step_s && row_s % layout->step_s == 0 &&
	       row_s <= DAY_S && DAY_S % row_s == 0;
}

/* The number of a part; part_count if there is none of this kind. */
static size_t find_part(const struct history *h, const struct history_row *row)
{
	size_t i = 0;

	while (i < h->part_count &&
	       (h->parts[i].consolidation != row->consolidation ||
		h->parts[i].row_s != row->row_s))
		i++;
	return i;
}

static void make_unknown(double *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		values[i] = (double)NAN;
}

/* Put so many unknown rows before and behind those of a part. */
static int extend(struct history_part *p, size_t columns, size_t before,
		  size_t behind)
{
	size_t rows = before + p->rows + behind;
	size_t room = p->room;
	double *values = p->values;

	if (rows > HISTORY_ROWS_MAX)
		return ERR_RANGE;
	if (rows > room) {
		room = 2 * rows > FIRST_ROOM ? 2 * rows : FIRST_ROOM;
		values = realloc(values, room * columns * sizeof(*values));
		if (!values)
			return -ENOMEM;
		p->values = values;
		p->room = room;
	}
	if (before > 0)
		memmove(values + before * columns, values,
			p->rows * columns * sizeof(*values));
	make_unknown(values, before * columns);
	make_unknown(values + (before + p->rows) * columns, behind * columns);
	p->from_s -= (int64_t)before * p->row_s;
	p->rows = rows;
	return 0;
}

/* Have the row in a part. Rows that come newest first cost what they would in
 * their order: the room before is doubled too. */
static int reach(struct history_part *p, size_t columns, int64_t start_s)
{
	int64_t nth;

	if (p->rows == 0)
		p->from_s = start_s;
	nth = (start_s - p->from_s) / (int64_t)p->row_s;
	if (nth >= HISTORY_ROWS_MAX || nth <= -HISTORY_ROWS_MAX)
		return ERR_RANGE;
	if (nth < 0) {
		size_t before = (size_t)-nth;
		size_t more = p->rows < HISTORY_ROWS_MAX / 4 ? p->rows : 0;

		if (more * p->row_s < (size_t)p->from_s && more > before)
			before = more;
		return extend(p, columns, before, 0);
	}
	if ((size_t)nth >= p->rows)
		return extend(p, columns, 0, (size_t)nth + 1 - p->rows);
	return 0;
}

int history_add(struct history *h, const struct history_row *row, size_t column,
		double value)
{
	size_t part = find_part(h, row);
	struct history_part *p = &h->parts[part];
	double rate = rrd_model_value(value);
	double *cell;
	int rc;

	if (isnan(rate))
		return 0;
	if (part == HISTORY_PARTS_MAX)
		return ERR_FULL;
	if (part == h->part_count) {
		h->part_count++;
		*p = (struct history_part){ .consolidation = row->consolidation,
					    .row_s = row->row_s };
	}
	rc = reach(p, h->layout->column_count, row->start_s);
	if (rc < 0)
		return rc;
	cell = p->values +
	       (size_t)((row->start_s - p->from_s) / p->row_s) *
		   h->layout->column_count +
	       column;
	*cell = isnan(*cell) ? rate : *cell + rate;
	return 0;
}

int history_add_all(struct history *h, const struct history *from)
{
	size_t columns = h->layout->column_count;
	int rc = 0;

	for (size_t i = 0; i < from->part_count; i++) {
		const struct history_part *p = &from->parts[i];
		struct history_row row = { p->consolidation, p->row_s,
					   p->from_s };

		for (size_t k = 0; k < p->rows * columns && rc == 0; k++) {
			row.start_s =
			    p->from_s + (int64_t)(k / columns) * p->row_s;
			rc = history_add(h, &row, k % columns, p->values[k]);
		}
	}
	return rc;
}

/* The room of rows that are gone: of many series it adds up. */
static void give_back(struct history_part *p, size_t columns)
{
	double *fewer = NULL;

	if (p->rows == 0) {
		free(p->values);
		p->values = NULL;
		p->room = 0;
		return;
	}
	fewer = realloc(p->values, p->rows * columns * sizeof(*fewer));
	if (fewer) {
		p->values = fewer;
		p->room = p->rows;
	}
}

void history_forget(struct history *h, int64_t before_s)
{
	size_t columns = h->layout->column_count;

	for (size_t i = 0; i < h->part_count; i++) {
		struct history_part *p = &h->parts[i];
		size_t gone = 0;

		if (before_s > p->from_s)
			gone = (size_t)((before_s - p->from_s) / p->row_s);
		if (gone > p->rows)
			gone = p->rows;
		if (gone == 0)
			continue;
		memmove(p->values, p->values + gone * columns,
			(p->rows - gone) * columns * sizeof(*p->values));
		p->rows -= gone;
		p->from_s += (int64_t)gone * p->row_s;
		give_back(p, columns);
	}
}

size_t history_bytes(const struct history *h)
{
	size_t bytes = 0;

	for (size_t i = 0; i < h->part_count; i++)
		bytes +=
		    h->parts[i].room * h->layout->column_count * sizeof(double);
	return bytes;
}

static bool row_knows(const struct history *h, const struct history_part *p,
		      size_t row)
{
	const double *values = p->values + row * h->layout->column_count;

	for (size_t c = 0; c < h->layout->column_count; c++) {
		if (!isnan(values[c]))
			return true;
	}
	return false;
}

int64_t history_end(const struct history *h)
{
	int64_t end_s = 0;

	for (size_t i = 0; i < h->part_count; i++) {
		const struct history_part *p = &h->parts[i];
		size_t rows = p->rows;
		int64_t at_s;

		while (rows > 0 && !row_knows(h, p, rows - 1))
			rows--;
		at_s = p->from_s + (int64_t)rows * p->row_s;
		if (rows > 0 && at_s > end_s)
			end_s = at_s;
	}
	return end_s;
}

int64_t history_start(const struct history *h)
{
	int64_t start_s = 0;

	for (size_t i = 0; i < h->part_count; i++) {
		const struct history_part *p = &h->parts[i];
		size_t row = 0;
		int64_t at_s;

		while (row < p->rows && !row_knows(h, p, row))
			row++;
		at_s = p->from_s + (int64_t)row * p->row_s;
		if (row < p->rows && (start_s == 0 || at_s < start_s))
			start_s = at_s;
	}
	return start_s;
}

bool history_knows(const struct history *h)
{
	return history_end(h) > 0;
}

bool history_has_traffic(const struct history *h)
{
	for (size_t i = 0; i < h->part_count; i++) {
		const struct history_part *p = &h->parts[i];

		for (size_t k = 0; k < p->rows * h->layout->column_count; k++) {
			if (p->values[k] > 0)
				return true;
		}
	}
	return false;
}

static double value_in(const struct history *h, const struct history_part *p,
		       int64_t start_s, size_t column)
{
	int64_t nth;

	if (start_s < p->from_s)
		return (double)NAN;
	nth = (start_s - p->from_s) / (int64_t)p->row_s;
	if (nth >= (int64_t)p->rows)
		return (double)NAN;
	return p->values[(size_t)nth * h->layout->column_count + column];
}

double history_exact(const struct history *h, const struct history_row *row,
		     size_t column)
{
	size_t part = find_part(h, row);

	if (part == h->part_count)
		return (double)NAN;
	return value_in(h, &h->parts[part], row->start_s, column);
}

/* Whether rows of a part may be pieces of a row of this length. */
static bool fits(const struct history *h, const struct history_part *p,
		 const struct history_row *row)
{
	if (p->row_s >= row->row_s || row->row_s % p->row_s != 0 ||
	    row->start_s % p->row_s != 0)
		return false;
	if (p->consolidation == row->consolidation)
		return true;
	return row->consolidation == CONSOLIDATION_MAXIMUM &&
	       p->row_s == h->layout->step_s;
}

struct history_piece history_piece(const struct history *h,
				   const struct history_row *row, size_t column)
{
	struct history_piece best = { .value = (double)NAN };

	for (size_t i = 0; i < h->part_count; i++) {
		const struct history_part *p = &h->parts[i];
		double value;

		if (p->row_s <= best.row_s || !fits(h, p, row))
			continue;
		value = value_in(h, p, row->start_s, column);
		if (!isnan(value))
			best = (struct history_piece){ value, p->row_s };
	}
	return best;
}
