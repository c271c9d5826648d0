/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/track.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collector/track_set.h"

enum { ROWS_AT_FIRST = 2 };

void track_init(struct track *t, const struct series *series)
{
	*t = (struct track){ .series = *series, .part = TRACK_NONE };
}

void track_fini(struct track *t)
{
	free(t->starts);
	free(t->values);
	t->starts = NULL;
	t->values = NULL;
	t->count = 0;
	t->room = 0;
}

static size_t columns(const struct track *t)
{
	return series_layout(t->series.kind)->column_count;
}

static int make_room(struct track *t)
{
	uint32_t room = t->room ? 2 * t->room : ROWS_AT_FIRST;
	int64_t *starts;
	double *values;

	if (t->count < t->room)
		return 0;
	starts = realloc(t->starts, room * sizeof(*starts));
	if (!starts)
		return -ENOMEM;
	t->starts = starts;
	values = realloc(t->values, room * columns(t) * sizeof(*values));
	if (!values)
		return -ENOMEM;
	t->values = values;
	t->room = room;
	return 0;
}

int track_row(struct track *t, int64_t start_s, const double *values)
{
	int rc = make_room(t);

	if (rc < 0)
		return rc;
	t->starts[t->count] = start_s;
	memcpy(&t->values[t->count * columns(t)], values,
	       columns(t) * sizeof(*values));
	t->count++;
	return 0;
}

void track_clear(struct track *t)
{
	track_fini(t);
}

size_t track_row_bytes(const struct track *t)
{
	return sizeof(*t->starts) + columns(t) * sizeof(*t->values);
}
