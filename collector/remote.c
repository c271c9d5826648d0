/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/remote.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store/journal_rows.h"
#include "util/err.h"

struct remote {
	char *state_dir;
	struct track_set *set;
	struct rrdcached *client;
	remote_result *each; /* of the finish at hand */
	void *context;
};

/* A gap, and which one it is. */
struct asked {
	const struct rrdcached_gap *gap;
	size_t number;
};

static int by_series(const void *left, const void *right)
{
	const struct asked *a = left;
	const struct asked *b = right;

	return series_compare(a->gap->series, b->gap->series);
}

/* Give the rows of one gap. */
static int refill(struct rrdcached *c, const struct asked *asked,
		  const struct journal_rows *rows)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < rows->used; i++) {
		if (rows->rows[i].start_s >= asked->gap->from_s &&
		    rows->rows[i].start_s < asked->gap->to_s)
			rc = rrdcached_refill(c, asked->number, &rows->rows[i]);
	}
	return rc;
}

static int read_and_refill(struct remote *r, struct rrdcached *c,
			   struct asked *asked, size_t count)
{
	struct series *series = calloc(count, sizeof(*series));
	struct journal_rows *rows = calloc(count, sizeof(*rows));
	struct journal_span span = { .from_s = INT64_MAX };
	int rc = series && rows ? 0 : -ENOMEM;

	for (size_t i = 0; rc == 0 && i < count; i++) {
		series[i] = *asked[i].gap->series;
		if (asked[i].gap->from_s < span.from_s)
			span.from_s = asked[i].gap->from_s;
		if (asked[i].gap->to_s > span.to_s)
			span.to_s = asked[i].gap->to_s;
	}
	if (rc == 0)
		rc = journal_rows_read(rows, r->state_dir, series, count, span);
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = refill(c, &asked[i], &rows[i]);
	if (rows)
		journal_rows_fini(rows, count);
	free(rows);
	free(series);
	return rc;
}

/* What the server lacks, of all series at once. */
static int rows_since(void *context, struct rrdcached *c,
		      const struct rrdcached_gap *gaps, size_t count)
{
	struct asked *asked = calloc(count, sizeof(*asked));
	int rc;

	if (!asked)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		asked[i] = (struct asked){ &gaps[i], i };
	qsort(asked, count, sizeof(*asked), by_series);
	rc = read_and_refill(context, c, asked, count);
	free(asked);
	return rc;
}

int remote_open(struct remote **out, const char *state_dir,
		const struct config_rrdcached *target, struct track_set *set)
{
	struct remote *r = calloc(1, sizeof(*r));
	int rc = -ENOMEM;

	if (!r)
		return rc;
	r->set = set;
	r->state_dir = strdup(state_dir);
	if (r->state_dir)
		rc = rrdcached_open(&r->client, target, NULL);
	if (rc < 0) {
		remote_close(r);
		return rc;
	}
	rrdcached_set_source(r->client, rows_since, r);
	*out = r;
	return 0;
}

void remote_close(struct remote *r)
{
	if (!r)
		return;
	rrdcached_close(r->client);
	free(r->state_dir);
	free(r);
}

int remote_put(struct remote *r, const struct track *t)
{
	size_t columns = series_layout(t->series.kind)->column_count;
	struct series_row *rows = calloc(t->count, sizeof(*rows));
	int rc = -ENOMEM;

	for (uint32_t i = 0; rows && i < t->count; i++) {
		rows[i].start_s = t->starts[i];
		memcpy(rows[i].values, &t->values[i * columns],
		       columns * sizeof(double));
	}
	if (rows)
		rc =
		    rrdcached_write_rows(r->client, &t->series, rows, t->count);
	free(rows);
	return rc;
}

static void take_result(void *context, const struct rrdcached_result *result)
{
	struct remote *r = context;
	uint32_t track = track_set_look(r->set, result->series);

	if (track != TRACK_NONE)
		r->each(r->context, &r->set->tracks[track], result->error,
			result->accepted, result->skipped);
}

int remote_finish(struct remote *r, remote_result *each, void *context)
{
	r->each = each;
	r->context = context;
	return rrdcached_finish(r->client, take_result, r);
}

int remote_last_end(struct remote *r, const struct series *series,
		    int64_t *end_s)
{
	return rrdcached_last_end(r->client, series, end_s);
}

struct rrdcached_counters remote_counters(const struct remote *r)
{
	return rrdcached_counters(r->client);
}
