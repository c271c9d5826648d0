/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/track.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store/rrd_write.h"

void track_init(struct track *t, const struct series *series, uint32_t batch)
{
	*t = (struct track){ .series = *series, .batch = batch };
}

void track_fini(struct track *t)
{
	free(t->starts);
	free(t->values);
	t->starts = NULL;
	t->values = NULL;
	t->count = 0;
}

static size_t columns(const struct track *t)
{
	return series_layout(t->series.kind)->column_count;
}

static int make_room(struct track *t)
{
	if (t->starts)
		return 0;
	t->starts = calloc(t->batch, sizeof(*t->starts));
	t->values = calloc((size_t)t->batch * columns(t), sizeof(*t->values));
	if (t->starts && t->values)
		return 0;
	track_fini(t);
	return -ENOMEM;
}

void track_row(struct track *t, const char *state_dir, int64_t start_s,
	       const double *values, struct track_result *result)
{
	if (make_room(t) < 0) {
		result->failed++;
		return;
	}
	t->starts[t->count] = start_s;
	memcpy(&t->values[t->count * columns(t)], values,
	       columns(t) * sizeof(*values));
	if (++t->count == t->batch)
		track_write(t, state_dir, result);
}

void track_close(struct track *t, const char *state_dir, int64_t start_s,
		 double seconds, struct track_result *result)
{
	double rates[SERIES_COLUMNS_MAX];

	for (size_t i = 0; i < SERIES_COLUMNS_MAX; i++)
		rates[i] = t->sums[i] / seconds;
	memset(t->sums, 0, sizeof(t->sums));
	if (seconds > 0)
		track_row(t, state_dir, start_s, rates, result);
}

static void note_reason(const struct track *t, int rc,
			struct track_result *result)
{
	if (result->reason)
		return;
	result->reason = rc;
	(void)series_name(result->series, sizeof(result->series), &t->series);
}

void track_write(struct track *t, const char *state_dir,
		 struct track_result *result)
{
	struct series_row *rows;
	size_t old = 0;
	int rc = -ENOMEM;

	if (t->count == 0)
		return;
	rows = calloc(t->count, sizeof(*rows));
	for (uint32_t i = 0; rows && i < t->count; i++) {
		rows[i].start_s = t->starts[i];
		memcpy(rows[i].values, &t->values[i * columns(t)],
		       columns(t) * sizeof(double));
	}
	if (rows)
		rc =
		    rrd_write_rows(state_dir, &t->series, rows, t->count, &old);
	if (rc == 0) {
		result->written += t->count - old;
		result->old += old;
	} else {
		result->failed += t->count;
		note_reason(t, rc, result);
	}
	free(rows);
	t->count = 0;
}
