/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * librrd consolidates as follows. Of each archive and data source it keeps the
 * sum (or maximum) of the known steps of the row in progress and the number of
 * the unknown ones. When the row ends it is unknown if more than xff of its
 * steps are; else it is the sum over the known ones divided by their number, or
 * their maximum. Archives whose rows are one step long keep nothing.
 */
#include "store/rrd_model.h"

#include <assert.h>
#include <math.h>

static const double smallest = 1e-280; /* below, librrd's range ends */

double rrd_model_value(double value)
{
	if (!isfinite(value) || value < 0)
		return (double)NAN;
	return value < smallest ? 0 : value;
}

bool rrd_model_same_value(double a, double b)
{
	static const double rounding = 1e-9;

	if (isnan(a) || isnan(b))
		return isnan(a) && isnan(b);
	if (isinf(a) || isinf(b))
		return a == b;
	return fabs(a - b) <= rounding * fmax(fabs(a), fabs(b));
}

static const struct series_archive *archive_at(const struct rrd_model *m,
					       size_t archive)
{
	return &m->layout->archives[archive];
}

static bool is_average(const struct series_archive *archive)
{
	return archive->consolidation == CONSOLIDATION_AVERAGE;
}

/* The value of a row in progress of which no step is known. */
static double nothing(const struct series_archive *archive)
{
	return is_average(archive) ? 0 : -(double)INFINITY;
}

static void clear(struct rrd_model *m, size_t archive)
{
	for (size_t c = 0; c < m->layout->column_count; c++) {
		m->progress.cells[archive][c] = (struct rrd_cell){
			.value = nothing(archive_at(m, archive)),
		};
	}
}

void rrd_model_init(struct rrd_model *m, const struct series_layout *layout,
		    int64_t start_s, rrd_model_visitor *visit, void *context)
{
	assert(start_s % layout->step_s == 0);
	*m = (struct rrd_model){
		.layout = layout,
		.end_s = start_s,
		.progress.between_steps = true,
		.visit = visit,
		.context = context,
	};
	for (size_t i = 0; i < layout->archive_count; i++) {
		const struct series_archive *a = archive_at(m, i);
		uint64_t before =
		    (uint64_t)(start_s % a->row_s) / layout->step_s;

		clear(m, i);
		for (size_t c = 0; c < layout->column_count; c++)
			m->progress.cells[i][c].unknown = before;
	}
}

/* Give out the row in progress, which ends at end_s, and begin the next. */
static void complete(struct rrd_model *m, size_t archive, int64_t end_s)
{
	const struct series_archive *a = archive_at(m, archive);
	uint64_t steps = a->row_s / m->layout->step_s;
	double values[SERIES_COLUMNS_MAX];
	const struct rrd_model_row row = {
		.archive = archive,
		.start_s = end_s - a->row_s,
		.values = values,
	};

	for (size_t c = 0; c < m->layout->column_count; c++) {
		const struct rrd_cell *cell = &m->progress.cells[archive][c];

		if (2 * cell->unknown > steps)
			values[c] = (double)NAN;
		else if (is_average(a))
			values[c] =
			    cell->value / (double)(steps - cell->unknown);
		else
			values[c] = cell->value;
	}
	if (m->visit)
		m->visit(m->context, &row);
	clear(m, archive);
}

void rrd_model_add(struct rrd_model *m, const struct series_row *row)
{
	int64_t end_s = row->start_s + m->layout->step_s;

	assert(row->start_s >= m->end_s && end_s % m->layout->step_s == 0);
	rrd_model_skip(m, row->start_s);
	for (size_t i = 0; i < m->layout->archive_count; i++) {
		bool average = is_average(archive_at(m, i));

		for (size_t c = 0; c < m->layout->column_count; c++) {
			struct rrd_cell *cell = &m->progress.cells[i][c];
			double value = rrd_model_value(row->values[c]);

			if (isnan(value))
				cell->unknown++;
			else if (average)
				cell->value += value;
			else if (value > cell->value)
				cell->value = value;
		}
		if (end_s % archive_at(m, i)->row_s == 0)
			complete(m, i, end_s);
	}
	m->end_s = end_s;
}

/* One archive's part of a skip. */
static void skip_archive(struct rrd_model *m, size_t archive, int64_t to_s)
{
	const struct series_archive *a = archive_at(m, archive);
	int64_t kept_s = to_s - to_s % a->row_s - (int64_t)a->rows * a->row_s;
	int64_t at_s = m->end_s;

	while (at_s < to_s) {
		int64_t row_end_s = at_s - at_s % a->row_s + a->row_s;
		int64_t next_s = row_end_s < to_s ? row_end_s : to_s;

		for (size_t c = 0; c < m->layout->column_count; c++)
			m->progress.cells[archive][c].unknown +=
			    (uint64_t)(next_s - at_s) / m->layout->step_s;
		if (next_s == row_end_s)
			complete(m, archive, row_end_s);
		at_s = next_s == row_end_s && next_s < kept_s ? kept_s : next_s;
	}
}

void rrd_model_skip(struct rrd_model *m, int64_t to_s)
{
	assert(to_s >= m->end_s && to_s % m->layout->step_s == 0);
	for (size_t i = 0; i < m->layout->archive_count; i++)
		skip_archive(m, i, to_s);
	m->end_s = to_s;
}

bool rrd_model_same_progress(const struct series_layout *layout, size_t archive,
			     const struct rrd_progress *a,
			     const struct rrd_progress *b)
{
	if (layout->archives[archive].row_s == layout->step_s)
		return true;
	for (size_t c = 0; c < layout->column_count; c++) {
		const struct rrd_cell *one = &a->cells[archive][c];
		const struct rrd_cell *other = &b->cells[archive][c];

		if (one->unknown != other->unknown ||
		    !rrd_model_same_value(one->value, other->value))
			return false;
	}
	return true;
}
