/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/journal_holes.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/rrd_read.h"

void journal_holes_add(struct journal_holes *h, int64_t from_s, int64_t to_s)
{
	if (from_s >= to_s)
		return;
	if (h->count == JOURNAL_HOLES_MAX) {
		h->holes[h->count - 1].to_s = to_s;
		return;
	}
	h->holes[h->count].from_s = from_s;
	h->holes[h->count++].to_s = to_s;
}

/* Rows in rising order that were added to an array with room for them. */
struct merged {
	struct series_row *rows;
	size_t count;
	size_t used;
};

/* The row of a file for the step at at_s. @return whether any of it is known */
static bool find_row(struct series_row *row, const struct series_data *data,
		     int64_t at_s)
{
	size_t nth = (size_t)((at_s - data->from_s) / data->row_s);
	bool known = false;

	row->start_s = at_s;
	for (size_t c = 0; c < data->columns; c++) {
		row->values[c] = series_at(data, nth, c);
		known = known || !isnan(row->values[c]);
	}
	return known;
}

/* Put the rows from from_s to end_s among those of the journal. */
static int merge(struct journal_rows *to, const struct series_data *data,
		 int64_t from_s, int64_t end_s, uint32_t step_s)
{
	size_t room = (size_t)((end_s - from_s) / step_s) + to->count + 1;
	struct merged m = { .rows = calloc(room, sizeof(*m.rows)) };
	int64_t at_s = from_s;
	size_t i = 0;

	if (!m.rows)
		return -ENOMEM;
	while (at_s < end_s || i < to->count) {
		bool journal = i < to->count &&
			       (at_s >= end_s || to->rows[i].start_s <= at_s);

		if (journal) {
			int64_t behind_s = to->rows[i].start_s + step_s;

			m.rows[m.count++] = to->rows[i++];
			m.used = i <= to->used ? m.count : m.used;
			at_s = at_s < behind_s ? behind_s : at_s;
			continue;
		}
		if (find_row(&m.rows[m.count], data, at_s))
			m.used = ++m.count;
		at_s += step_s;
	}
	free(to->rows);
	*to = (struct journal_rows){ m.rows, m.count, room, m.used };
	return 0;
}

/* Read what a file has of a hole. @return whether there is something */
static bool read_hole(struct series_data *out, const char *state_dir,
		      const struct series *series, int64_t from_s,
		      int64_t *to_s)
{
	uint32_t step_s = series_layout(series->kind)->step_s;
	struct series_range range = {
		.consolidation = CONSOLIDATION_AVERAGE,
		.from_s = from_s,
		.row_s = step_s,
	};
	int64_t end_s = 0;

	if (rrd_last_end(state_dir, series, &end_s) < 0)
		return false;
	if (end_s < *to_s)
		*to_s = end_s;
	*to_s -= *to_s % step_s;
	range.to_s = *to_s;
	return range.from_s < range.to_s &&
	       series_read(out, state_dir, series, &range) == 0;
}

int journal_holes_fill(const struct journal_holes *h, struct journal_rows *rows,
		       const char *state_dir, const struct series *series,
		       int64_t to_s)
{
	uint32_t step_s = series_layout(series->kind)->step_s;
	char copies[PATH_MAX];
	int rc = 0;

	(void)snprintf(copies, sizeof(copies), "%s/copies", state_dir);
	for (size_t i = 0; rc == 0 && i < h->count; i++) {
		struct series_data data = { 0 };
		int64_t from_s = h->holes[i].from_s;
		int64_t end_s =
		    h->holes[i].to_s < to_s ? h->holes[i].to_s : to_s;
		int64_t copy_end_s = end_s;

		from_s += (step_s - from_s % step_s) % step_s;
		if (read_hole(&data, state_dir, series, from_s, &end_s))
			rc = merge(rows, &data, from_s, end_s, step_s);
		else if (read_hole(&data, copies, series, from_s, &copy_end_s))
			rc = merge(rows, &data, from_s, copy_end_s, step_s);
		series_data_fini(&data);
	}
	return rc;
}
