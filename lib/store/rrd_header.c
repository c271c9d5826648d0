/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The file format, versions 3 and 4, as rrdcreate writes it on a machine with
 * 64-bit longs: C structures in native byte order, one after the other.
 *
 *   head      cookie[4] version[5] pad[7], double, counts of data sources and
 *             archives, step, 10 parameters
 *   per data source   name[20] type[20], heartbeat, minimum, maximum, 7 unused
 *   per archive       name[20] pad[4], rows, steps per row, xff, 9 unused
 *   last update       seconds, microseconds
 *   per data source   last reading[30] pad[2], 10 of scratch
 *   per archive and data source   10 of scratch
 *   per archive       position of the newest row
 *   then the rows of each archive, a double per data source
 */
#include "store/rrd_header.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/cursor.h"
#include "util/err.h"
#include "util/log.h"

enum {
	WORD = 8,
	COOKIE_SIZE = 4,
	VERSION_SIZE = 5,
	HEAD_PAD = 7,
	HEAD_UNUSED = 10 * WORD,
	HEAD_SIZE =
	    COOKIE_SIZE + VERSION_SIZE + HEAD_PAD + 4 * WORD + HEAD_UNUSED,
	NAME_SIZE = 20,
	SOURCE_UNUSED = 7 * WORD,
	SOURCE_SIZE = 2 * NAME_SIZE + 10 * WORD,
	ARCHIVE_PAD = 4,
	ARCHIVE_UNUSED = 9 * WORD,
	ARCHIVE_SIZE = NAME_SIZE + ARCHIVE_PAD + 12 * WORD,
	UPDATE_SIZE = 2 * WORD,
	READING_SIZE = 30,
	READING_PAD = 2,
	SCRATCH_SIZE = 10 * WORD,
	SCRATCH_USED = 2 * WORD,
	SOURCE_STATE_SIZE = READING_SIZE + READING_PAD + SCRATCH_SIZE,
	HEADER_MAX =
	    HEAD_SIZE + UPDATE_SIZE +
	    SERIES_COLUMNS_MAX * (SOURCE_SIZE + SOURCE_STATE_SIZE) +
	    SERIES_ARCHIVES_MAX *
		(ARCHIVE_SIZE + SERIES_COLUMNS_MAX * SCRATCH_SIZE + WORD),
	MICROSECONDS = 1000000,
	LOOKS = 3,
};

static const char cookie[COOKIE_SIZE] = "RRD";
static const char mark[COOKIE_SIZE] = "BAD"; /* ours, instead */

const char rrd_header_mark_fault[] = "a write into it was cut short";
static const char position_fault[] = "position outside its archive";

static const double float_cookie = 8.642135E130;
static const double xff = 0.5;

_Static_assert(sizeof(long) == WORD, "librrd writes longs as they are");

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

/* Is the NUL-terminated text in the next size bytes this one? */
static bool take_text_is(struct cursor *c, size_t size, const char *wanted)
{
	const uint8_t *text = cursor_take(c, size);

	return text && strlen(wanted) < size &&
	       memcmp(text, wanted, strlen(wanted) + 1) == 0;
}

size_t rrd_header_size(const struct series_layout *layout)
{
	return HEAD_SIZE + UPDATE_SIZE +
	       layout->column_count * (SOURCE_SIZE + SOURCE_STATE_SIZE) +
	       layout->archive_count *
		   (ARCHIVE_SIZE + layout->column_count * SCRATCH_SIZE + WORD);
}

size_t rrd_header_file_size(const struct series_layout *layout)
{
	size_t rows = 0;

	for (size_t i = 0; i < layout->archive_count; i++)
		rows += layout->archives[i].rows;
	return rrd_header_size(layout) +
	       rows * layout->column_count * sizeof(double);
}

/* The functions below return what is wrong, or NULL. */

static const char *check_cookie(struct cursor *c, struct rrd_header *out)
{
	struct cursor again = *c;

	out->marked = take_text_is(&again, COOKIE_SIZE, mark);
	if (out->marked)
		*c = again;
	else if (!take_text_is(c, COOKIE_SIZE, cookie))
		return "no RRD file";
	return NULL;
}

static const char *check_head(struct cursor *c,
			      const struct series_layout *layout)
{
	const uint8_t *version;

	version = cursor_take(c, VERSION_SIZE);
	if (!version || (memcmp(version, "0003", VERSION_SIZE) != 0 &&
			 memcmp(version, "0004", VERSION_SIZE) != 0))
		return "unknown version of the format";
	cursor_skip(c, HEAD_PAD);
	if (take_double(c) != float_cookie)
		return "written on another kind of machine";
	if (take_u64(c) != layout->column_count)
		return "other number of data sources";
	if (take_u64(c) != layout->archive_count)
		return "other number of archives";
	if (take_u64(c) != layout->step_s)
		return "other step";
	cursor_skip(c, HEAD_UNUSED);
	return NULL;
}

static const char *check_source(struct cursor *c, const char *name,
				const struct series_layout *layout)
{
	double minimum;

	if (!take_text_is(c, NAME_SIZE, name))
		return "other name of a data source";
	if (!take_text_is(c, NAME_SIZE, "GAUGE"))
		return "other type of a data source";
	if (take_u64(c) != series_heartbeat(layout))
		return "other heartbeat";
	minimum = take_double(c);
	if (layout->no_minimum ? !isnan(minimum) : minimum != 0)
		return "other minimum of a data source";
	if (!isnan(take_double(c)))
		return "other maximum of a data source";
	cursor_skip(c, SOURCE_UNUSED);
	return NULL;
}

static const char *check_archive(struct cursor *c,
				 const struct series_archive *archive,
				 uint32_t step_s)
{
	bool average = archive->consolidation == CONSOLIDATION_AVERAGE;

	if (!take_text_is(c, NAME_SIZE, average ? "AVERAGE" : "MAX"))
		return "other consolidation";
	cursor_skip(c, ARCHIVE_PAD);
	if (take_u64(c) != archive->rows)
		return "other number of rows";
	if (take_u64(c) != archive->row_s / step_s)
		return "other length of rows";
	if (take_double(c) != xff)
		return "other share of unknown steps";
	cursor_skip(c, ARCHIVE_UNUSED);
	return NULL;
}

static const char *check_last_update(struct cursor *c, struct rrd_header *out)
{
	uint64_t last_s = take_u64(c);

	if (last_s > (uint64_t)SERIES_LAST_MAX_S)
		return "last update out of range";
	out->last_s = (int64_t)last_s;
	if (take_u64(c) >= MICROSECONDS)
		return "microseconds of the last update out of range";
	return NULL;
}

/*
 * What a data source read last must end within its field. Of a step that has
 * begun there are unknown seconds, or a sum of rate × time.
 */
static const char *check_source_state(struct cursor *c,
				      struct rrd_progress *progress)
{
	const uint8_t *reading = cursor_take(c, READING_SIZE);
	uint64_t unknown_s;
	double value;

	if (!reading || !memchr(reading, '\0', READING_SIZE))
		return "last reading without end";
	cursor_skip(c, READING_PAD);
	unknown_s = take_u64(c);
	value = take_double(c);
	cursor_skip(c, SCRATCH_SIZE - SCRATCH_USED);
	if (unknown_s != 0 || (!isnan(value) && value != 0))
		progress->between_steps = false;
	return NULL;
}

/* librrd has NaN for the value of a row that has no step at all yet. */
static void take_cell(struct cursor *c, const struct series_archive *archive,
		      struct rrd_cell *cell)
{
	double value = take_double(c);

	if (isnan(value))
		value = archive->consolidation == CONSOLIDATION_AVERAGE
			    ? 0
			    : -(double)INFINITY;
	cell->value = value;
	cell->unknown = take_u64(c);
	cursor_skip(c, SCRATCH_SIZE - SCRATCH_USED);
}

static const char *check_definitions(struct cursor *c,
				     const struct series_layout *layout)
{
	const char *fault = check_head(c, layout);

	for (size_t i = 0; !fault && i < layout->column_count; i++)
		fault = check_source(c, layout->columns[i], layout);
	for (size_t i = 0; !fault && i < layout->archive_count; i++)
		fault = check_archive(c, &layout->archives[i], layout->step_s);
	return fault;
}

static const char *check_state(struct cursor *c, struct rrd_header *out,
			       struct rrd_progress *progress,
			       const struct series_layout *layout)
{
	const char *fault = check_last_update(c, out);

	progress->between_steps = out->last_s % layout->step_s == 0;
	for (size_t i = 0; !fault && i < layout->column_count; i++)
		fault = check_source_state(c, progress);
	for (size_t i = 0; i < layout->archive_count; i++) {
		for (size_t k = 0; k < layout->column_count; k++)
			take_cell(c, &layout->archives[i],
				  &progress->cells[i][k]);
	}
	for (size_t i = 0; !fault && i < layout->archive_count; i++) {
		out->positions[i] = take_u64(c);
		if (out->positions[i] >= layout->archives[i].rows)
			fault = position_fault;
	}
	return fault;
}

const char *rrd_header_check(const uint8_t *bytes,
			     const struct series_layout *layout,
			     struct rrd_header *out,
			     struct rrd_progress *progress)
{
	struct cursor c = cursor_of(bytes, rrd_header_size(layout));
	const char *fault = check_cookie(&c, out);

	if (!fault)
		fault = check_definitions(&c, layout);
	if (!fault)
		fault = check_state(&c, out, progress, layout);
	if (!fault && !cursor_spent(&c))
		fault = "header too short";
	return fault;
}

/* Fill to with the first len bytes. @return what is wrong, or NULL */
static const char *read_start(int fd, uint8_t *to, size_t len, int *error)
{
	size_t have = 0;

	while (have < len) {
		ssize_t got = pread(fd, to + have, len - have, (off_t)have);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			*error = -errno;
			return "cannot be read";
		}
		if (got == 0)
			return "too short";
		have += (size_t)got;
	}
	return NULL;
}

bool rrd_header_same(const struct rrd_header *a, const struct rrd_header *b)
{
	return a->last_s == b->last_s && a->marked == b->marked &&
	       memcmp(a->positions, b->positions, sizeof(a->positions)) == 0;
}

/* What can be seen without reading. @return what is wrong, or NULL */
static const char *check_status(int fd, const struct series_layout *layout,
				int *error)
{
	struct stat status;

	if (fstat(fd, &status) < 0) {
		*error = -errno;
		return "cannot be read";
	}
	if (!S_ISREG(status.st_mode))
		return "no regular file";
	if (status.st_size != (off_t)rrd_header_file_size(layout))
		return "wrong size";
	return NULL;
}

/*
 * Read and compare. librrd moves a position past its archive before it takes
 * it back to 0, so what a writer is just changing gets a second look.
 */
int rrd_header_look_marked(struct rrd_header *out,
			   struct rrd_progress *progress, int fd,
			   const struct series_layout *layout,
			   const char **fault)
{
	uint8_t bytes[HEADER_MAX];
	size_t len = rrd_header_size(layout);
	struct rrd_header header = { 0 };
	struct rrd_progress seen;
	int error = ERR_STORE;

	assert(layout->archive_count <= SERIES_ARCHIVES_MAX);
	*fault = check_status(fd, layout, &error);
	if (*fault)
		return error;
	for (int look = 0; look < LOOKS; look++) {
		*fault = read_start(fd, bytes, len, &error);
		if (!*fault)
			*fault =
			    rrd_header_check(bytes, layout, &header, &seen);
		if (*fault != position_fault)
			break;
	}
	if (*fault)
		return error;
	*out = header;
	if (progress)
		*progress = seen;
	return 0;
}

int rrd_header_look(struct rrd_header *out, struct rrd_progress *progress,
		    int fd, const struct series_layout *layout,
		    const char **fault)
{
	struct rrd_header header = { 0 };
	int rc = rrd_header_look_marked(&header, progress, fd, layout, fault);

	if (rc < 0)
		return rc;
	if (header.marked) {
		*fault = rrd_header_mark_fault;
		return ERR_STORE;
	}
	*out = header;
	return 0;
}

int rrd_header_again(struct rrd_header *out, int fd, const char *path,
		     const struct series_layout *layout)
{
	const char *fault;
	int rc = rrd_header_look(out, NULL, fd, layout, &fault);

	if (rc < 0)
		log_error("store: file refused: %s: %s", path, fault);
	return rc;
}

int rrd_header_open(struct rrd_header *out, const char *path,
		    const struct series_layout *layout)
{
	int rc;
	/* O_NONBLOCK: opening a FIFO must not wait for its writer. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return errno == ENOENT ? ERR_NOT_FOUND : -errno;
	rc = rrd_header_again(out, fd, path, layout);
	if (rc < 0) {
		(void)close(fd);
		return rc;
	}
	return fd;
}

int rrd_header_read(struct rrd_header *out, const char *path,
		    const struct series_layout *layout)
{
	int fd = rrd_header_open(out, path, layout);

	if (fd < 0)
		return fd;
	(void)close(fd);
	return 0;
}

int rrd_header_mark(const char *path)
{
	int rc = 0;
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return -errno;
	if (pwrite(fd, mark, sizeof(mark), 0) < 0)
		rc = -errno;
	(void)close(fd);
	return rc;
}

static uint8_t *put(uint8_t *to, const void *word)
{
	memcpy(to, word, WORD);
	return to + WORD;
}

void rrd_header_put(uint8_t *bytes, const struct series_layout *layout,
		    const struct rrd_header *header,
		    const struct rrd_progress *progress)
{
	static const uint64_t none = 0;
	const double unknown = (double)NAN;
	uint8_t *to = bytes + HEAD_SIZE + layout->column_count * SOURCE_SIZE +
		      layout->archive_count * ARCHIVE_SIZE;

	memcpy(bytes, cookie, sizeof(cookie));
	to = put(to, &header->last_s);
	to = put(to, &none);
	for (size_t c = 0; c < layout->column_count; c++) {
		to += READING_SIZE + READING_PAD;
		to = put(to, &none);
		to = put(to, &unknown);
		to += SCRATCH_SIZE - SCRATCH_USED;
	}
	for (size_t i = 0; i < layout->archive_count; i++) {
		for (size_t c = 0; c < layout->column_count; c++) {
			to = put(to, &progress->cells[i][c].value);
			to = put(to, &progress->cells[i][c].unknown);
			to += SCRATCH_SIZE - SCRATCH_USED;
		}
	}
	for (size_t i = 0; i < layout->archive_count; i++)
		to = put(to, &header->positions[i]);
	assert((size_t)(to - bytes) == rrd_header_size(layout));
}
