/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A row of [T, T+step) is an update stamped T+step of GAUGE data sources. With
 * a heartbeat of one step, an update stands for the step before it and for
 * nothing else; where the file ends before T, an unknown update at T comes
 * first, or librrd would take the row itself for unknown, and with a longer
 * heartbeat would spread it over the gap.
 */
#include "store/rrd_write.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <rrd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "store/rrd_file.h"
#include "store/rrd_guard.h"
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

/*
 * Say why librrd refused. It has no error codes: what the system says of the
 * same place is asked by the caller.
 * @return error, or ERR_STORE where that is 0
 */
static int refused(const char *what, const char *path, int error)
{
	const char *why = rrd_get_error();

	/* Where posix_fallocate fails, librrd says nothing at all. */
	if (why[0] == '\0')
		why = error < 0 ? err_str(error) : "no reason given";
	log_error("store: %s failed: %s: %s", what, path, why);
	rrd_clear_error();
	return error < 0 ? error : ERR_STORE;
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

/* Can a file be opened for writing at all? @return 0 or -errno */
static int try_open(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return -errno;
	(void)close(fd);
	return 0;
}

/* One call of librrd. */
struct call {
	struct batch *batch;
	int rc;
};

static void call_update(void *context)
{
	struct call *call = context;
	struct batch *b = call->batch;

	rrd_clear_error();
	call->rc = rrd_update_r(b->path, NULL, (int)b->count, b->updates);
}

/* The file failed under librrd, with a part of the update in it. */
static int cut_short(const char *path)
{
	struct stat status;
	int rc = rrd_header_mark(path);

	if (stat(path, &status) == 0)
		rrd_guard_release(status.st_dev, status.st_ino);
	log_error("store: update failed: %s: "
		  "the disk did not take or give a part of it%s%s",
		  path, rc < 0 ? ", and it could not be marked: " : "",
		  rc < 0 ? err_str(rc) : "");
	return ERR_STORE;
}

static int batch_write(struct batch *b)
{
	static const struct timespec pause = { .tv_nsec = LOCK_PAUSE_NS };
	struct call call = { .batch = b };

	if (b->count == 0)
		return 0;
	for (int i = 0; i < LOCK_TRIES; i++) {
		if (!rrd_guard_run(call_update, &call))
			return cut_short(b->path);
		if (call.rc == 0 || !was_locked())
			break;
		(void)nanosleep(&pause, NULL);
	}
	b->count = 0;
	return call.rc == 0 ? 0 : refused("update", b->path, try_open(b->path));
}

/* Could a file of this size be made at path? @return 0 or -errno */
static int try_create(const char *path, size_t size)
{
	int rc;
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	rc = -posix_fallocate(fd, 0, (off_t)size);
	(void)close(fd);
	(void)unlink(path);
	return rc;
}

/* Have librrd make a file, and see that it did. */
static int create_at(const char *path, const struct series_layout *layout,
		     int64_t start_s)
{
	char text[DEFINITIONS_MAX][DEFINITION_SIZE];
	const char *definitions[DEFINITIONS_MAX];
	size_t count = definitions_print(text, layout);
	struct rrd_header header;
	int rc;

	for (size_t i = 0; i < count; i++)
		definitions[i] = text[i];
	rrd_clear_error();
	if (rrd_create_r(path, layout->step_s, (time_t)start_s, (int)count,
			 definitions) == 0) {
		/* On a full disk librrd reports success all the same. */
		rc = rrd_header_read(&header, path, layout);
		if (rc == 0 && header.last_s == start_s)
			return 0;
	}
	(void)unlink(path);
	rc = try_create(path, rrd_header_file_size(layout));
	return refused("create", path, rc);
}

/* Make a file whose first step starts at start_s. There is none or a whole
 * one at any time: it is made beside its place and moved there. */
static int create(const char *path, const struct series_layout *layout,
		  int64_t start_s)
{
	char fresh[PATH_MAX];
	int wanted = snprintf(fresh, sizeof(fresh), "%s.new", path);
	int rc;

	if (wanted < 0 || (size_t)wanted >= sizeof(fresh))
		return -ENAMETOOLONG;
	rc = file_make_directory_of(path);
	if (rc < 0)
		return rc;
	if (unlink(fresh) < 0 && errno != ENOENT)
		return -errno;
	rc = create_at(fresh, layout, start_s);
	/* librrd lets everybody read it, whatever the umask is. */
	if (rc == 0 && (chmod(fresh, 0640) < 0 || rename(fresh, path) < 0)) {
		rc = -errno;
		(void)unlink(fresh);
	}
	return rc;
}

/* Is it the file that the writer knows, as it was? */
static bool is_known(const struct rrd_known *known, const struct stat *status,
		     const struct series_layout *layout)
{
	return known->last_s > 0 && known->device == status->st_dev &&
	       known->inode == status->st_ino &&
	       status->st_size == (off_t)rrd_header_file_size(layout);
}

/*
 * Look at the file before librrd does, and no more than is needed: it must
 * have its size, its blocks and, unless known from before, a sound header.
 */
static int look(const char *path, const struct series_layout *layout,
		const struct stat *status, struct rrd_known *known)
{
	struct rrd_header header;
	int rc = 0;

	if (!is_known(known, status, layout)) {
		rc = rrd_header_read(&header, path, layout);
		if (rc < 0)
			return rc;
		*known = (struct rrd_known){
			.last_s = header.last_s,
			.device = status->st_dev,
			.inode = status->st_ino,
		};
	}
	if (known->filled || !rrd_file_is_sparse(status))
		return 0;
	rc = rrd_file_fill(path);
	if (rc < 0)
		log_error("store: file not safe to write: %s: "
			  "its blocks are not all on the disk: %s",
			  path, err_str(rc));
	known->filled = rc == 0;
	return rc;
}

/* Make the file if there is none, and learn where it ends. */
static int look_or_create(const char *path, const struct series_layout *layout,
			  int64_t start_s, struct rrd_known *known)
{
	struct stat status;
	int rc;

	if (stat(path, &status) == 0)
		return look(path, layout, &status, known);
	if (errno != ENOENT)
		return -errno;
	rc = create(path, layout, start_s);
	if (rc < 0)
		return rc;
	if (stat(path, &status) < 0)
		return -errno;
	return look(path, layout, &status, known);
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

/*
 * Write those rows that the file does not cover yet. A file that another
 * program wrote may end within a row, which then stands for the rest of it.
 */
static int batch_rows(struct batch *b, const struct series_row *rows,
		      size_t count, size_t *skipped)
{
	int rc = 0;

	for (size_t i = 0; i < count && rc == 0; i++) {
		int64_t start_s = rows[i].start_s;

		assert(start_s % b->layout->step_s == 0);
		if (start_s + b->layout->step_s <= b->last_s) {
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

static int write_rows(const char *path, const struct series_layout *layout,
		      const struct series_row *rows, size_t count,
		      struct rrd_known *known)
{
	struct batch *batch;
	int rc = look_or_create(path, layout, rows[0].start_s, known);

	if (rc < 0)
		return rc;
	batch = malloc(sizeof(*batch));
	if (!batch)
		return -ENOMEM;
	batch->path = path;
	batch->layout = layout;
	batch->count = 0;
	batch->last_s = known->last_s;
	rc = batch_rows(batch, rows, count, &known->left_out);
	known->last_s = batch->last_s;
	free(batch);
	return rc;
}

int rrd_write_path(const char *path, const struct series_layout *layout,
		   const struct series_row *rows, size_t count,
		   struct rrd_known *known)
{
	int rc;

	known->left_out = 0;
	if (count == 0)
		return 0;
	if (!can_be_stored(rows, count))
		rc = ERR_RANGE;
	else
		rc = write_rows(path, layout, rows, count, known);
	if (rc < 0)
		*known = (struct rrd_known){ .left_out = known->left_out };
	return rc;
}

int rrd_write_file(const char *path, const struct series_layout *layout,
		   const struct series_row *rows, size_t count, size_t *skipped)
{
	struct rrd_known known = { 0 };
	int rc = rrd_write_path(path, layout, rows, count, &known);

	*skipped = known.left_out;
	return rc;
}

int rrd_write_more(const char *state_dir, const struct series *series,
		   const struct series_row *rows, size_t count,
		   struct rrd_known *known)
{
	char path[PATH_MAX];
	int rc = series_path(path, sizeof(path), state_dir, series);

	if (rc < 0) {
		*known = (struct rrd_known){ 0 };
		return rc;
	}
	return rrd_write_path(path, series_layout(series->kind), rows, count,
			      known);
}

int rrd_write_rows(const char *state_dir, const struct series *series,
		   const struct series_row *rows, size_t count, size_t *skipped)
{
	struct rrd_known known = { 0 };
	int rc = rrd_write_more(state_dir, series, rows, count, &known);

	if (skipped)
		*skipped = known.left_out;
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
