/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/day_figures.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "store/statistics.h"

/* A value as it can be: a rate below zero is a damaged one. */
static double value_at(const struct series_data *rows, size_t row,
		       size_t column)
{
	double value = series_at(rows, row, column);

	return isfinite(value) && value >= 0 ? value : (double)NAN;
}

/* The sum of some columns of a row, known when any of them is: a family that
 * was never seen may be missing. */
static double sum_at(const struct series_data *rows, size_t row,
		     const size_t *columns, size_t count)
{
	double sum = (double)NAN;

	for (size_t i = 0; i < count; i++) {
		double value = value_at(rows, row, columns[i]);

		if (isnan(value))
			continue;
		sum = isnan(sum) ? value : sum + value;
	}
	return sum;
}

static int fill_measure(struct daybook_entry *entry, size_t measure,
			const struct series_data *rows, double *scratch)
{
	struct daybook_measure *m = &entry->measures[measure];
	struct statistics s;
	size_t columns[3];
	size_t count =
	    daybook_measure_columns(entry->series.kind, measure, columns);
	int rc;

	for (size_t row = 0; row < rows->rows; row++)
		scratch[row] = sum_at(rows, row, columns, count);
	rc = statistics_of(&s, scratch, rows->rows, rows->row_s);
	if (rc < 0)
		return rc;
	m->known = (uint32_t)s.known;
	m->p95 = s.p95;
	m->peak = s.maximum;
	m->peak_at_s =
	    s.known ? rows->from_s + (int64_t)s.maximum_at * rows->row_s : 0;
	return 0;
}

int day_figures_fill(struct daybook_entry *entry,
		     const struct series_data *rows)
{
	size_t measures = daybook_measure_count(entry->series.kind);
	double *scratch = calloc(rows->rows ? rows->rows : 1, sizeof(*scratch));
	int rc = 0;

	if (!scratch)
		return -ENOMEM;
	for (size_t c = 0; c < rows->columns; c++) {
		for (size_t row = 0; row < rows->rows; row++)
			scratch[row] = value_at(rows, row, c);
		entry->totals[c] =
		    statistics_total(scratch, rows->rows, rows->row_s);
	}
	for (size_t m = 0; rc == 0 && m < measures; m++)
		rc = fill_measure(entry, m, rows, scratch);
	free(scratch);
	return rc;
}

void day_figures_minutes(struct daybook_entry *entry,
			 const struct series_data *rows)
{
	size_t measures = daybook_measure_count(entry->series.kind);

	for (size_t i = 0; i < measures; i++) {
		struct daybook_measure *m = &entry->measures[i];
		size_t columns[3];
		size_t count =
		    daybook_measure_columns(entry->series.kind, i, columns);

		for (size_t row = 0; row < rows->rows; row++) {
			double value = sum_at(rows, row, columns, count);

			if (isnan(value) || value <= m->minute_peak)
				continue;
			m->minute_peak = value;
			m->minute_peak_at_s =
			    rows->from_s + (int64_t)row * rows->row_s;
		}
	}
}

void day_figures_take_minutes(struct daybook_measure month[],
			      const struct daybook_entry *day)
{
	size_t measures = daybook_measure_count(day->series.kind);

	for (size_t i = 0; i < measures; i++) {
		double value = day->measures[i].minute_peak;

		if (isnan(value) || value <= month[i].minute_peak)
			continue;
		month[i].minute_peak = value;
		month[i].minute_peak_at_s = day->measures[i].minute_peak_at_s;
	}
}

bool day_figures_known(const struct daybook_entry *entry)
{
	size_t columns = series_layout(entry->series.kind)->column_count;

	for (size_t c = 0; c < columns; c++) {
		if (!isnan(entry->totals[c]))
			return true;
	}
	return false;
}

void day_figures_pair(struct daybook_pair *pair, const struct series_data *rows)
{
	static const size_t columns[2][2] = {
		{ PAIR_AB_V4_BYTES, PAIR_AB_V6_BYTES },
		{ PAIR_BA_V4_BYTES, PAIR_BA_V6_BYTES },
	};
	double sums[PAIR_COUNT] = { 0 };
	uint32_t known[2] = { 0 };

	for (size_t row = 0; row < rows->rows; row++) {
		for (size_t c = 0; c < PAIR_COUNT; c++) {
			double value = value_at(rows, row, c);

			sums[c] += isnan(value) ? 0 : value;
		}
		for (size_t way = 0; way < 2; way++) {
			if (!isnan(sum_at(rows, row, columns[way], 2)))
				known[way]++;
		}
	}
	for (size_t c = 0; c < PAIR_COUNT; c++)
		pair->bytes[c] = daybook_whole(sums[c] * rows->row_s);
	for (size_t way = 0; way < 2; way++)
		pair->known[way] = known[way] * (rows->row_s / DAYBOOK_SLOT_S);
}
