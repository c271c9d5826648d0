/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The format stands in rrd_header.c; here no layout is known beforehand. */
#include "store/rrd_foreign.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "store/rrd_header.h"
#include "store/rrd_model.h"
#include "util/cursor.h"
#include "util/err.h"
#include "util/file.h"

enum {
	WORD = 8,
	COOKIE_SIZE = 4,
	VERSION_SIZE = 5,
	HEAD_PAD = 7,
	UNUSED = 10 * WORD, /* of the head, and of each scratch area */
	SOURCE_REST = 20 + 10 * WORD,
	ARCHIVE_PAD = 4,
	ARCHIVE_REST = 10 * WORD,
	SOURCE_STATE = 32 + UNUSED,
	ROWS_MAX = 1000000,
	DAY_S = 86400,
	LOOKS = 5,
	PAUSE_NS = 50000000,
};

static const double float_cookie = 8.642135E130;

static uint64_t take_u64(struct cursor *c)
{
	uint64_t value = 0;

	cursor_bytes(c, &value, sizeof(value));
	return value;
}

static double take_double(struct cursor *c)
{
	double value = 0;

	cursor_bytes(c, &value, sizeof(value));
	return value;
}

/* What the head says. */
struct head {
	uint64_t sources;
	uint64_t archives;
	uint64_t step_s;
};

static const char *take_version(struct cursor *c)
{
	const uint8_t *version = cursor_take(c, VERSION_SIZE);

	if (!version)
		return "too short for an RRD file";
	if (memcmp(version, "0001", VERSION_SIZE) == 0 ||
	    memcmp(version, "0002", VERSION_SIZE) == 0)
		return "of an RRDtool before 1.2: rrdtool dump and restore "
		       "make it one of today";
	if (memcmp(version, "0003", VERSION_SIZE) != 0 &&
	    memcmp(version, "0004", VERSION_SIZE) != 0 &&
	    memcmp(version, "0005", VERSION_SIZE) != 0)
		return "of an unknown version of RRDtool";
	return NULL;
}

static const char *take_head(struct cursor *c, struct head *head)
{
	const uint8_t *cookie = cursor_take(c, COOKIE_SIZE);
	const char *fault;

	if (!cookie || memcmp(cookie, "RRD", COOKIE_SIZE) != 0)
		return "no RRD file";
	fault = take_version(c);
	if (fault)
		return fault;
	cursor_skip(c, HEAD_PAD);
	if (take_double(c) != float_cookie)
		return "of another kind of machine: rrdtool dump there and "
		       "rrdtool restore here";
	head->sources = take_u64(c);
	head->archives = take_u64(c);
	head->step_s = take_u64(c);
	cursor_skip(c, UNUSED);
	if (!cursor_ok(c))
		return "too short for an RRD file";
	if (head->sources == 0 || head->sources > RRD_FOREIGN_SOURCES_MAX)
		return "too many data sources";
	if (head->archives == 0 || head->archives > RRD_FOREIGN_ARCHIVES_MAX)
		return "too many archives";
	if (head->step_s == 0 || head->step_s > DAY_S)
		return "a step of no time, or of more than a day";
	return NULL;
}

static const char *take_sources(struct cursor *c, const struct head *head,
				struct rrd_foreign *out)
{
	for (uint64_t i = 0; i < head->sources; i++) {
		const uint8_t *name = cursor_take(c, RRD_FOREIGN_NAME_SIZE);

		if (!name || !memchr(name, '\0', RRD_FOREIGN_NAME_SIZE))
			return "a data source without a name";
		memcpy(out->sources[i], name, RRD_FOREIGN_NAME_SIZE);
		cursor_skip(c, SOURCE_REST);
	}
	out->source_count = (size_t)head->sources;
	return NULL;
}

/* The archives as they stand in the file; those that are not read have rows
 * of no time. */
struct ring {
	struct rrd_foreign_archive archive;
	bool wanted;
};

static const char *take_archive(struct cursor *c, const struct head *head,
				struct ring *ring)
{
	const uint8_t *name = cursor_take(c, RRD_FOREIGN_NAME_SIZE);
	bool average;
	uint64_t rows;
	uint64_t steps;

	cursor_skip(c, ARCHIVE_PAD);
	rows = take_u64(c);
	steps = take_u64(c);
	cursor_skip(c, ARCHIVE_REST);
	if (!name || !cursor_ok(c) || !memchr(name, 0, RRD_FOREIGN_NAME_SIZE))
		return "an archive without a name";
	if (rows == 0 || rows > ROWS_MAX)
		return "an archive with too many rows";
	if (steps == 0 || steps > DAY_S * UINT64_C(366))
		return "an archive with rows of no length, or of years";
	average = strcmp((const char *)name, "AVERAGE") == 0;
	ring->wanted = (average || strcmp((const char *)name, "MAX") == 0) &&
		       steps <= UINT32_MAX / head->step_s;
	ring->archive = (struct rrd_foreign_archive){
		.consolidation =
		    average ? CONSOLIDATION_AVERAGE : CONSOLIDATION_MAXIMUM,
		.row_s = ring->wanted ? (uint32_t)(steps * head->step_s) : 0,
		.rows = (uint32_t)rows,
	};
	return NULL;
}

/* What changes with each update: its time, and where the newest rows are. */
static const char *take_state(struct cursor *c, const struct head *head,
			      struct rrd_foreign *out, struct ring *rings)
{
	uint64_t last_s = take_u64(c);

	cursor_skip(c, WORD);
	cursor_skip(c, (size_t)head->sources * SOURCE_STATE);
	cursor_skip(c, (size_t)(head->sources * head->archives) * UNUSED);
	if (last_s > (uint64_t)SERIES_LAST_MAX_S)
		return "a last update in the far future";
	out->last_s = (int64_t)last_s;
	for (uint64_t i = 0; i < head->archives; i++) {
		rings[i].archive.newest = take_u64(c);
		if (rings[i].archive.newest >= rings[i].archive.rows)
			return "a position outside its archive";
	}
	return cursor_ok(c) ? NULL : "cut off in its header";
}

/* The rings follow the header, one behind the other, to the end. */
static const char *place_rings(struct rrd_foreign *out, const struct ring *all,
			       size_t count, struct cursor *c, size_t len)
{
	size_t at = len - cursor_left(c);

	for (size_t i = 0; i < count; i++) {
		struct rrd_foreign_archive a = all[i].archive;
		size_t size =
		    (size_t)a.rows * out->source_count * sizeof(double);

		a.offset = at;
		cursor_skip(c, size);
		if (!cursor_ok(c))
			return "cut off in its rows";
		at += size;
		if (!all[i].wanted)
			continue;
		a.end_s = out->last_s - out->last_s % a.row_s;
		out->archives[out->archive_count++] = a;
	}
	return cursor_spent(c) ? NULL : "longer than its header says";
}

const char *rrd_foreign_look(struct rrd_foreign *out, const void *bytes,
			     size_t len)
{
	struct cursor c = cursor_of(bytes, len);
	struct ring rings[RRD_FOREIGN_ARCHIVES_MAX];
	struct head head;
	const char *fault = take_head(&c, &head);

	*out = (struct rrd_foreign){ .bytes = bytes };
	if (!fault)
		fault = take_sources(&c, &head, out);
	for (uint64_t i = 0; !fault && i < head.archives; i++)
		fault = take_archive(&c, &head, &rings[i]);
	if (!fault)
		fault = take_state(&c, &head, out, rings);
	if (!fault)
		fault = place_rings(out, rings, (size_t)head.archives, &c, len);
	return fault;
}

int rrd_foreign_source(const struct rrd_foreign *f, const char *name)
{
	for (size_t i = 0; i < f->source_count; i++) {
		if (strcmp(f->sources[i], name) == 0)
			return (int)i;
	}
	return -1;
}

int64_t rrd_foreign_start(const struct rrd_foreign *f, size_t archive)
{
	const struct rrd_foreign_archive *a = &f->archives[archive];

	return a->end_s - (int64_t)a->rows * a->row_s;
}

/* The row behind the newest is the oldest. */
double rrd_foreign_value(const struct rrd_foreign *f, size_t archive,
			 size_t row, int source)
{
	const struct rrd_foreign_archive *a = &f->archives[archive];
	size_t slot = (size_t)((a->newest + 1 + row) % a->rows);
	double value;

	memcpy(&value,
	       f->bytes + a->offset +
		   (slot * f->source_count + (size_t)source) * sizeof(value),
	       sizeof(value));
	return rrd_model_value(value);
}

static int add_archive(const struct rrd_foreign *f, size_t archive, int source,
		       struct history *to, size_t column)
{
	const struct rrd_foreign_archive *a = &f->archives[archive];
	struct history_row row = { a->consolidation, a->row_s,
				   rrd_foreign_start(f, archive) };
	int rc = 0;

	for (size_t i = 0; i < a->rows && rc == 0; i++) {
		if (row.start_s > 0 && isnan(history_exact(to, &row, column)))
			rc = history_add(
			    to, &row, column,
			    rrd_foreign_value(f, archive, i, source));
		row.start_s += a->row_s;
	}
	return rc;
}

/* The archive with most rows of those that are not done. */
static size_t longest_left(const struct rrd_foreign *f, const bool *done)
{
	size_t longest = f->archive_count;

	for (size_t i = 0; i < f->archive_count; i++) {
		if (!done[i] &&
		    (longest == f->archive_count ||
		     f->archives[i].rows > f->archives[longest].rows))
			longest = i;
	}
	return longest;
}

int rrd_foreign_add(const struct rrd_foreign *f, int source, struct history *to,
		    size_t column)
{
	bool done[RRD_FOREIGN_ARCHIVES_MAX] = { false };
	int rc = 0;

	for (size_t i = 0; i < f->archive_count && rc == 0; i++) {
		size_t archive = longest_left(f, done);

		done[archive] = true;
		if (history_takes(to->layout, f->archives[archive].row_s))
			rc = add_archive(f, archive, source, to, column);
	}
	return rc;
}

/* Read twice and alike, nobody wrote to it meanwhile. */
static int read_still(struct text *out, struct text *again, const char *path)
{
	int rc = file_read(path, RRD_FOREIGN_FILE_MAX, out);

	if (rc == 0)
		rc = file_read(path, RRD_FOREIGN_FILE_MAX, again);
	if (rc < 0)
		return rc;
	return out->len == again->len &&
		       (out->len == 0 ||
			memcmp(out->data, again->data, out->len) == 0)
		   ? 0
		   : -EAGAIN;
}

int rrd_foreign_read(struct text *out, const char *path, const char **fault)
{
	static const struct timespec pause = { .tv_nsec = PAUSE_NS };
	struct text again;
	int rc = -EAGAIN;

	*fault = NULL;
	text_init(&again);
	for (int i = 0; i < LOOKS && rc == -EAGAIN; i++) {
		if (i > 0)
			(void)nanosleep(&pause, NULL);
		text_clear(out);
		text_clear(&again);
		rc = read_still(out, &again, path);
	}
	text_fini(&again);
	if (rc == -EAGAIN)
		*fault = "being written all the time";
	else if (rc == ERR_RANGE)
		*fault = "larger than 64 MiB";
	else if (rc == ERR_UNSUPPORTED)
		*fault = "no regular file";
	if (*fault)
		return ERR_STORE;
	return rc == -ENOENT ? ERR_NOT_FOUND : rc;
}
