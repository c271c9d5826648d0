/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collector/remote.h"
#include "store/rrd_write.h"
#include "util/err.h"
#include "util/log.h"

enum { HELD_MAX_BYTES = 96 << 20, NAME_SIZE = 64 };

struct view {
	char *state_dir;
	struct track_set *set; /* borrowed */
	struct remote *remote; /* NULL: files of our own */
	uint32_t batch;
	uint32_t *queue; /* tracks with rows */
	uint32_t queue_count;
	uint32_t queue_room;
	size_t held_bytes;
	struct view_counters counters;
	int error; /* of the writing at hand */
	char failed_name[NAME_SIZE];
	bool failing;
	bool on_hold;
	bool blocked;
};

int view_new(struct view **out, const char *state_dir, struct track_set *set,
	     const struct config_rrdcached *target, uint32_t batch)
{
	struct view *v = calloc(1, sizeof(*v));
	int rc = 0;

	if (!v)
		return -ENOMEM;
	v->set = set;
	v->batch = batch;
	v->state_dir = strdup(state_dir);
	if (!v->state_dir)
		rc = -ENOMEM;
	if (rc == 0 && target)
		rc = remote_open(&v->remote, state_dir, target, set);
	if (rc < 0)
		view_free(v);
	else
		*out = v;
	return rc;
}

void view_free(struct view *v)
{
	if (!v)
		return;
	remote_close(v->remote);
	free(v->state_dir);
	free(v->queue);
	free(v);
}

static void note_failure(struct view *v, const struct track *t, int rc)
{
	if (v->error)
		return;
	v->error = rc;
	(void)series_name(v->failed_name, sizeof(v->failed_name), &t->series);
}

/* Rows leave the track: written, or let go. */
static void release(struct view *v, struct track *t)
{
	v->held_bytes -= t->count * track_row_bytes(t);
	v->counters.rows_held -= t->count;
	track_clear(t);
}

/* From here on only the journal has the rows of this track. Nobody mends the
 * files of a replay, so there they are lost to them. */
static void let_go(struct view *v, struct track *t)
{
	if (v->batch > 0)
		v->counters.rows_failed += t->count;
	release(v, t);
	if (v->remote)
		return; /* which asks the journal for what its server lacks */
	if (!t->behind)
		v->counters.files_behind++;
	t->behind = true;
}

int64_t view_end(struct view *v, uint32_t track)
{
	struct track *t = &v->set->tracks[track];
	int rc;

	if (t->end_s != 0 || t->behind)
		return t->end_s;
	if (!v->remote)
		rc = rrd_last_end(v->state_dir, &t->series, &t->end_s);
	else if (t->series.kind == SERIES_PAIR) /* who may have a gap to fill */
		rc = remote_last_end(v->remote, &t->series, &t->end_s);
	else
		return 0;
	if (rc == ERR_NOT_FOUND)
		t->end_s = TRACK_NO_FILE;
	else if (rc < 0)
		note_failure(v, t, rc);
	if (rc == ERR_STORE)
		let_go(v, t); /* a damaged file, to be mended first */
	return t->end_s;
}

static int queue(struct view *v, uint32_t track)
{
	if (v->set->tracks[track].queued)
		return 0;
	if (v->queue_count == v->queue_room) {
		uint32_t room = v->queue_room ? 2 * v->queue_room : 256;
		uint32_t *grown =
		    realloc(v->queue, (size_t)room * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		v->queue = grown;
		v->queue_room = room;
	}
	v->queue[v->queue_count++] = track;
	v->set->tracks[track].queued = true;
	return 0;
}

/* Write the rows of one track; they stay if that fails. */
static void write_track(struct view *v, struct track *t)
{
	struct series_row *rows;
	size_t columns = series_layout(t->series.kind)->column_count;
	int rc = -ENOMEM;

	if (t->count == 0)
		return;
	rows = calloc(t->count, sizeof(*rows));
	for (uint32_t i = 0; rows && i < t->count; i++) {
		rows[i].start_s = t->starts[i];
		memcpy(rows[i].values, &t->values[i * columns],
		       columns * sizeof(double));
	}
	if (rows)
		rc = rrd_write_more(v->state_dir, &t->series, rows, t->count,
				    &t->known);
	free(rows);
	if (rc < 0)
		note_failure(v, t, rc);
	if (rc == ERR_STORE)
		let_go(v, t); /* a damaged file, to be mended first */
	if (rc < 0)
		return;
	v->counters.rows += t->count - t->known.left_out;
	v->counters.rows_old += t->known.left_out;
	release(v, t);
}

static void take_result(void *context, struct track *t, int error,
			size_t accepted, size_t skipped)
{
	struct view *v = context;

	if (error < 0) {
		note_failure(v, t, error);
		return;
	}
	v->counters.rows += accepted;
	v->counters.rows_old += skipped;
	release(v, t);
}

static void finish_remote(struct view *v)
{
	int rc = remote_finish(v->remote, take_result, v);

	if (rc < 0 && v->error == 0)
		v->error = rc;
}

/* Send the rows of all tracks; those that are not taken stay. */
static void write_remote(struct view *v)
{
	for (uint32_t i = 0; i < v->queue_count; i++) {
		struct track *t = &v->set->tracks[v->queue[i]];
		int rc = t->count > 0 ? remote_put(v->remote, t) : 0;

		if (rc == ERR_FULL) {
			finish_remote(v);
			rc = remote_put(v->remote, t);
		}
		if (rc < 0)
			note_failure(v, t, rc);
	}
	finish_remote(v);
}

void view_row(struct view *v, uint32_t track, int64_t start_s,
	      const double *values)
{
	struct track *t = &v->set->tracks[track];
	int64_t end_s = view_end(v, track);

	if (t->behind) {
		v->counters.rows_failed += v->batch > 0;
		return;
	}
	if (end_s > start_s) {
		v->counters.rows_old++;
		return;
	}
	if (queue(v, track) < 0 || track_row(t, start_s, values) < 0) {
		note_failure(v, t, -ENOMEM);
		let_go(v, t);
		v->counters.rows_failed += v->batch > 0;
		return;
	}
	t->end_s = start_s + series_layout(t->series.kind)->step_s;
	v->held_bytes += track_row_bytes(t);
	v->counters.rows_held++;
	if (v->remote && v->batch && v->held_bytes > HELD_MAX_BYTES / 2)
		write_remote(v);
	else if (t->count == v->batch && !v->remote)
		write_track(v, t);
	else if (v->held_bytes > HELD_MAX_BYTES && !v->on_hold)
		let_go(v, t);
}

/* One line when writing begins to fail, and one when it works again: not while
 * files that failed lack their rows, of which nothing is tried here. */
static void report(struct view *v)
{
	bool fails =
	    v->error != 0 || (v->failing && v->counters.files_behind > 0);

	if (fails && !v->failing)
		log_error("view: cannot store, rows are held: %s: %s",
			  v->failed_name, err_str(v->error));
	else if (!fails && v->failing)
		log_notice("view: stores again");
	v->failing = fails;
	if (v->error != 0 || !fails)
		v->counters.error = v->error;
	v->error = 0;
}

void view_write(struct view *v)
{
	uint32_t kept = 0;

	if (v->on_hold || v->blocked)
		return;
	if (v->remote)
		write_remote(v);
	for (uint32_t i = 0; i < v->queue_count; i++) {
		struct track *t = &v->set->tracks[v->queue[i]];

		if (!v->remote)
			write_track(v, t);
		t->queued = t->count > 0;
		if (t->queued)
			v->queue[kept++] = v->queue[i];
	}
	v->queue_count = kept;
	report(v);
}

void view_hold(struct view *v, bool may_write)
{
	if (may_write)
		view_write(v);
	/* What could not be written may not be taken for what comes now. */
	for (uint32_t i = 0; i < v->queue_count; i++) {
		let_go(v, &v->set->tracks[v->queue[i]]);
		v->set->tracks[v->queue[i]].queued = false;
	}
	v->queue_count = 0;
	v->on_hold = true;
}

void view_trust_held(struct view *v)
{
	v->on_hold = false;
}

void view_drop_held(struct view *v)
{
	if (!v->on_hold)
		return;
	for (uint32_t i = 0; i < v->queue_count; i++) {
		struct track *t = &v->set->tracks[v->queue[i]];

		v->counters.rows_odd += t->count;
		release(v, t);
		t->queued = false;
		t->end_s = 0;
	}
	v->queue_count = 0;
	v->on_hold = false;
}

void view_mended(struct view *v, uint32_t track)
{
	struct track *t = &v->set->tracks[track];

	release(v, t);
	if (t->behind)
		v->counters.files_behind--;
	t->behind = false;
	t->end_s = 0;
	t->known = (struct rrd_known){ 0 };
}

void view_not_mended(struct view *v, uint32_t track, int reason)
{
	struct track *t = &v->set->tracks[track];

	note_failure(v, t, reason);
	let_go(v, t);
}

void view_block(struct view *v, bool blocked)
{
	v->blocked = blocked;
}

bool view_is_blocked(const struct view *v)
{
	return v->blocked;
}

struct view_counters view_counters(const struct view *v)
{
	return v->counters;
}
