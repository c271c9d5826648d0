/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/made_rows.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "store/rrd_file.h"
#include "store/rrd_model.h"
#include "support/stored_rows.h"

struct made_rows made_rows_new(const struct series_layout *layout,
			       int64_t start_s, size_t count, uint64_t *seed)
{
	struct made_rows made = {
		.rows = calloc(count, sizeof(*made.rows)),
		.count = count,
		.from_s = start_s,
		.asked_s = INT64_MAX,
	};
	int64_t at_s = start_s;

	ck_assert_ptr_nonnull(made.rows);
	for (size_t i = 0; i < count; i++) {
		bool unknown = stored_random(seed) % 20 == 0;

		if (stored_random(seed) % 40 == 0)
			at_s +=
			    (int64_t)(stored_random(seed) % 5) * layout->step_s;
		made.rows[i].start_s = at_s;
		for (size_t c = 0; c < SERIES_COLUMNS_MAX; c++)
			made.rows[i].values[c] =
			    unknown || stored_random(seed) % 30 == 0
				? (double)NAN
				: stored_random(seed) / 7.0;
		at_s += layout->step_s;
	}
	return made;
}

void made_rows_free(struct made_rows *made)
{
	free(made->rows);
	made->rows = NULL;
}

static int give_rows(void *context, int64_t from_s,
		     const struct series_row **rows, size_t *count)
{
	struct made_rows *made = context;

	if (from_s < made->from_s)
		from_s = made->from_s;
	if (from_s < made->asked_s)
		made->asked_s = from_s;
	*rows = made->rows;
	*count = made->count;
	while (*count > 0 && (*rows)->start_s < from_s) {
		(*rows)++;
		(*count)--;
	}
	return 0;
}

struct rrd_source made_rows_source(struct made_rows *made)
{
	return (struct rrd_source){
		.rows = give_rows,
		.context = made,
		.from_s = made->from_s,
	};
}

void made_rows_write(const struct made_rows *made, const char *dir,
		     const struct series *series, int64_t end_s)
{
	size_t n = 0;

	while (n < made->count && made->rows[n].start_s < end_s)
		n++;
	ck_assert_int_eq(rrd_write_rows(dir, series, made->rows, n, NULL), 0);
}

/* Compare the rows of an archive from from_s on. */
static bool same_rows(const struct rrd_file *a, const struct rrd_file *b,
		      size_t archive, int64_t from_s, bool may_be_unknown)
{
	uint32_t row_s = a->layout->archives[archive].row_s;
	size_t columns = a->layout->column_count;
	int64_t end_s = rrd_file_archive_end(a, archive);
	struct rrd_span span = {
		.archive = archive,
		.from_s = rrd_file_archive_start(a, archive),
	};
	double *values;
	size_t n;
	bool same = true;

	if (span.from_s < from_s)
		span.from_s = from_s + row_s - 1 - (from_s + row_s - 1) % row_s;
	if (span.from_s >= end_s)
		return true;
	span.count = (size_t)((end_s - span.from_s) / row_s);
	n = span.count * columns;
	values = calloc(2 * n, sizeof(double));
	ck_assert_ptr_nonnull(values);
	ck_assert_int_eq(rrd_file_read(a, &span, values), 0);
	ck_assert_int_eq(rrd_file_read(b, &span, values + n), 0);
	for (size_t i = 0; i < n; i++) {
		if (!rrd_model_same_value(values[i], values[n + i]) &&
		    !(may_be_unknown && isnan(values[i])))
			same = false;
	}
	free(values);
	return same;
}

const char *made_rows_difference(const char *path, const char *other,
				 const struct series_layout *layout,
				 int64_t from_s)
{
	struct rrd_file a;
	struct rrd_file b;
	const char *fault;
	const char *difference = NULL;

	ck_assert_int_eq(rrd_file_open(&a, path, layout, &fault), 0);
	ck_assert_int_eq(rrd_file_open(&b, other, layout, &fault), 0);
	if (a.header.last_s != b.header.last_s)
		difference = "end";
	for (size_t i = 0; i < layout->archive_count && !difference; i++) {
		if (!same_rows(&a, &b, i, from_s, false))
			difference = "rows";
		if (!rrd_model_same_progress(layout, i, &a.progress,
					     &b.progress))
			difference = "in progress";
	}
	if (!a.progress.between_steps)
		difference = "within a step";
	rrd_file_close(&a);
	rrd_file_close(&b);
	return difference;
}

bool made_rows_is_lie(const char *path, const char *truth,
		      const struct series_layout *layout)
{
	struct rrd_file a;
	struct rrd_file b;
	const char *fault;
	bool lie;

	ck_assert_int_eq(rrd_file_open(&a, path, layout, &fault), 0);
	ck_assert_int_eq(rrd_file_open(&b, truth, layout, &fault), 0);
	lie = a.header.last_s != b.header.last_s;
	for (size_t i = 0; i < layout->archive_count && !lie; i++)
		lie = !same_rows(&a, &b, i, 0, true);
	rrd_file_close(&a);
	rrd_file_close(&b);
	return lie;
}
