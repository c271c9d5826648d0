/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A row of [T, T+step) is an update stamped T+step of GAUGE data sources. With
 * a heartbeat of one step, an update stands for the step before it and for
 * nothing else; where the file ends before T, an unknown update at T comes
 * first, or librrd would take the row itself for unknown.
 */
#include "store/rrd_write.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <rrd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "store/rrd_header.h"
#include "store/update_text.h"
#include "util/err.h"
#include "util/file.h"
#include "util/log.h"

enum {
	BATCH_UPDATES = 120,
	DAY_S = 86400,
	/* Somebody else's rrdtool may read the file: wait up to a second. */
	LOCK_TRIES = 200,
	LOCK_PAUSE_NS = 5000000,
};

/* Updates on their way to one file. */
struct batch {
	const char *path;
	const struct series_layout *layout;
	int64_t last_s; /* where the file ends once the batch is written */
	size_t count;
	const char *updates[BATCH_UPDATES];
	char text[BATCH_UPDATES][UPDATE_TEXT_SIZE];
};

/* Say why librrd refused. @return ERR_STORE */
static int refused(const char *what, const char *path)
{
	const char *why = rrd_get_error();

	/* Where posix_fallocate fails, librrd says nothing at all. */
	if (why[0] == '\0')
		why = "no reason given, is the disk full?";
	log_error("store: %s failed: %s: %s", what, path, why);
	rrd_clear_error();
	return ERR_STORE;
}

/* Add an update stamped at_s; no values: all unknown. */
static void batch_add(struct batch *b, int64_t at_s, const double *values)
{
	char *text = b->text[b->count];

	(void)update_print(text, b->layout, at_s, values);
	b->updates[b->count++] = text;
	b->last_s = at_s;
}

/* librrd has no error codes, and does not wait for a lock. */
static bool was_locked(void)
{
	return strstr(rrd_get_error(), "could not lock") != NULL;
}

static int batch_write(struct batch *b)
{
	static const struct timespec pause = { .tv_nsec = LOCK_PAUSE_NS };
	int rc;

	if (b->count == 0)
		return 0;
	for (int i = 0; i < LOCK_TRIES; i++) {
		rrd_clear_error();
		rc = rrd_update_r(b->path, NULL, (int)b->count, b->updates);
		if (rc == 0 || !was_locked())
			break;
		(void)nanosleep(&pause, NULL);
	}
	b->count = 0;
	return rc == 0 ? 0 : refused("update", b->path);
}

static int make_directory_of(const char *path)
{
	char directory[PATH_MAX];
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 0;

	if (len == 0)
		return 0;
	if (len >= sizeof(directory))
		return -ENAMETOOLONG;
	memcpy(directory, path, len);
	directory[len] = '\0';
	return file_make_directories(directory);
}

/* Make a file whose first step starts at start_s. */
static int create(const char *path, const struct series_layout *layout,
		  int64_t start_s)
{
	char text[DEFINITIONS_MAX][DEFINITION_SIZE];
	const char *definitions[DEFINITIONS_MAX];
	struct rrd_header header;
	size_t count = definitions_print(text, layout);
	int rc = make_directory_of(path);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < count; i++)
		definitions[i] = text[i];
	rrd_clear_error();
	if (rrd_create_r(path, layout->step_s, (time_t)start_s, (int)count,
			 definitions) != 0)
		return refused("create", path);
	/* On a full disk librrd reports success all the same. */
	rc = rrd_header_read(&header, path, layout);
	if (rc == 0 && header.last_s == start_s)
		return 0;
	log_error("store: create failed: %s: "
		  "what was written is incomplete, is the disk full?",
		  path);
	if (unlink(path) < 0 && errno != ENOENT)
		return -errno;
	return rc < 0 && rc != ERR_NOT_FOUND ? rc : ERR_STORE;
}

/* Where the file ends, having made it if there is none. */
static int open_or_create(const char *path, const struct series_layout *layout,
			  int64_t start_s, int64_t *last_s)
{
	struct rrd_header header;
	int rc = rrd_header_read(&header, path, layout);

	*last_s = rc == 0 ? header.last_s : start_s;
	return rc == ERR_NOT_FOUND ? create(path, layout, start_s) : rc;
}

/* librrd takes a time of 0 for none. */
static bool can_be_stored(const struct series_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (rows[i].start_s <= 0 ||
		    rows[i].start_s >= SERIES_LAST_MAX_S - DAY_S)
			return false;
	}
	return true;
}

/* Write those rows that the file does not cover yet. */
static int batch_rows(struct batch *b, const struct series_row *rows,
		      size_t count, size_t *skipped)
{
	int rc = 0;

	for (size_t i = 0; i < count && rc == 0; i++) {
		int64_t start_s = rows[i].start_s;

		assert(start_s % b->layout->step_s == 0);
		if (start_s < b->last_s) {
			(*skipped)++;
			continue;
		}
		if (start_s > b->last_s)
			batch_add(b, start_s, NULL);
		batch_add(b, start_s + b->layout->step_s, rows[i].values);
		if (b->count + 2 > BATCH_UPDATES)
			rc = batch_write(b);
	}
	return rc < 0 ? rc : batch_write(b);
}

int rrd_write_rows(const char *state_dir, const struct series *series,
		   const struct series_row *rows, size_t count, size_t *skipped)
{
	char path[PATH_MAX];
	struct batch *batch;
	size_t left_out = 0;
	int rc = series_path(path, sizeof(path), state_dir, series);

	if (rc < 0 || count == 0)
		goto out;
	if (!can_be_stored(rows, count)) {
		rc = ERR_RANGE;
		goto out;
	}
	batch = malloc(sizeof(*batch));
	if (!batch) {
		rc = -ENOMEM;
		goto out;
	}
	batch->path = path;
	batch->layout = series_layout(series->kind);
	batch->count = 0;
	rc = open_or_create(path, batch->layout, rows[0].start_s,
			    &batch->last_s);
	if (rc == 0)
		rc = batch_rows(batch, rows, count, &left_out);
	free(batch);
out:
	if (skipped)
		*skipped = left_out;
	return rc;
}

int rrd_last_end(const char *state_dir, const struct series *series,
		 int64_t *end_s)
{
	char path[PATH_MAX];
	struct rrd_header header;
	int rc = series_path(path, sizeof(path), state_dir, series);

	if (rc == 0)
		rc =
		    rrd_header_read(&header, path, series_layout(series->kind));
	if (rc == 0)
		*end_s = header.last_s;
	return rc;
}
