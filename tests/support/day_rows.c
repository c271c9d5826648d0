/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/day_rows.h"

#include <check.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "store/rrd_write.h"
#include "support/stored_rows.h"

enum { HOUR_S = 3600, BATCH = 2000 };

/* Random rates with gaps of an hour and of single steps and columns. */
static void make_row(struct series_row *row, uint64_t *seed)
{
	bool gap = stored_random(seed) % 16 == 0;
	bool long_gap = row->start_s / HOUR_S % 11 == 3;

	for (size_t c = 0; c < SERIES_COLUMNS_MAX; c++) {
		row->values[c] = stored_random(seed) % 100000;
		if (gap || long_gap || stored_random(seed) % 64 == 0)
			row->values[c] = (double)NAN;
	}
}

void day_rows_write(const char *dir, const struct series *series,
		    int64_t from_s, int64_t to_s, uint64_t seed)
{
	uint32_t step_s = series_layout(series->kind)->step_s;
	struct series_row *rows = calloc(BATCH, sizeof(*rows));

	ck_assert_ptr_nonnull(rows);
	while (from_s < to_s) {
		size_t count = 0;

		for (; count < BATCH && from_s < to_s; from_s += step_s) {
			rows[count].start_s = from_s;
			make_row(&rows[count++], &seed);
		}
		ck_assert_int_eq(rrd_write_rows(dir, series, rows, count, NULL),
				 0);
	}
	free(rows);
}

static double sum_of(const struct series_data *data, size_t row,
		     const size_t *columns, size_t count)
{
	double sum = 0;
	size_t known = 0;

	for (size_t i = 0; i < count; i++) {
		double value = series_at(data, row, columns[i]);

		if (isnan(value))
			continue;
		sum += value;
		known++;
	}
	return known ? sum : (double)NAN;
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Which columns a measure is of, said once more. */
static size_t columns_of(enum series_kind kind, size_t measure,
			 size_t columns[3])
{
	static const size_t port[] = { PORT_IN_OCTETS, PORT_OUT_OCTETS,
				       PORT_IN_ESTIMATE, PORT_OUT_ESTIMATE };

	if (kind == SERIES_PORT) {
		columns[0] = port[measure];
		return 1;
	}
	if (kind == SERIES_AGENT) {
		columns[0] = AGENT_DATAGRAMS;
		return 1;
	}
	for (size_t i = 0; i < 3; i++)
		columns[i] =
		    (measure ? TRAFFIC_TO_V4_BYTES : TRAFFIC_FROM_V4_BYTES) + i;
	return 3;
}

/* The measure by its definition, from sorted rows. */
static void check_measure(const struct daybook_entry *entry, size_t measure,
			  const struct series_data *rows)
{
	const struct daybook_measure *m = &entry->measures[measure];
	double *known = calloc(rows->rows, sizeof(*known));
	size_t columns[3];
	size_t count = columns_of(entry->series.kind, measure, columns);
	size_t n = 0;
	double peak = -1;
	int64_t peak_at_s = 0;

	ck_assert_ptr_nonnull(known);
	for (size_t row = 0; row < rows->rows; row++) {
		double value = sum_of(rows, row, columns, count);

		if (isnan(value))
			continue;
		known[n++] = value;
		if (value > peak) {
			peak = value;
			peak_at_s = rows->from_s + (int64_t)row * rows->row_s;
		}
	}
	ck_assert_uint_eq(m->known, n);
	if (n > 0) {
		qsort(known, n, sizeof(*known), compare_doubles);
		ck_assert_double_eq(m->p95, known[(n * 95 + 99) / 100 - 1]);
		ck_assert_double_eq(m->peak, peak);
		ck_assert_int_eq(m->peak_at_s, peak_at_s);
	}
	free(known);
}

static void check_totals(const struct daybook_entry *entry,
			 const struct series_data *rows)
{
	for (size_t c = 0; c < rows->columns; c++) {
		double total = 0;
		size_t known = 0;

		for (size_t row = 0; row < rows->rows; row++) {
			double value = series_at(rows, row, c);

			if (isnan(value))
				continue;
			total += value * rows->row_s;
			known++;
		}
		ck_assert(isnan(entry->totals[c]) == (known == 0));
		if (known)
			ck_assert_double_eq_tol(entry->totals[c], total, 0.51);
	}
}

static void check_minute(const struct daybook_entry *entry, size_t measure,
			 const struct series_data *minutes)
{
	const struct daybook_measure *m = &entry->measures[measure];
	size_t columns[3];
	size_t count = columns_of(entry->series.kind, measure, columns);
	double peak = -1;
	size_t at = 0;

	for (size_t row = 0; row < minutes->rows; row++) {
		double value = sum_of(minutes, row, columns, count);

		if (value > peak) {
			peak = value;
			at = row;
		}
	}
	ck_assert_double_eq(m->minute_peak, peak);
	ck_assert_int_eq(m->minute_peak_at_s,
			 minutes->from_s + (int64_t)at * DAYBOOK_MINUTE_S);
}

void day_rows_check_minutes(const struct daybook_entry *entry,
			    const struct series_data *minutes)
{
	size_t measures = daybook_measure_count(entry->series.kind);

	for (size_t m = 0; m < measures; m++)
		check_minute(entry, m, minutes);
}

void day_rows_check(const char *dir, const struct daybook_entry *entry,
		    int64_t from_s, int64_t to_s)
{
	size_t measures = daybook_measure_count(entry->series.kind);
	struct series_data rows =
	    stored_read(dir, &entry->series, from_s, to_s, DAYBOOK_SLOT_S);

	ck_assert_uint_eq(rows.row_s, DAYBOOK_SLOT_S);
	check_totals(entry, &rows);
	for (size_t m = 0; m < measures; m++)
		check_measure(entry, m, &rows);
	series_data_fini(&rows);
}
