/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/rrd_mend.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "store/rrd_aside.h"
#include "store/rrd_compare.h"
#include "store/rrd_copy.h"
#include "store/rrd_file.h"
#include "util/err.h"
#include "util/file.h"
#include "util/log.h"

enum {
	FUTURE_S = 600,
	DAY_S = 86400,
	WIDER = 4, /* times as long, where a look was not long enough */
	TEXT_SIZE = 160,
};

/* What there is to mend, and with what. */
struct mending {
	const char *state_dir;
	const char *name; /* of the file, below rrd/ */
	const struct series_layout *layout;
	const struct rrd_source *source;
	const struct rrd_mend_options *options;
	struct rrd_mend_outcome *outcome;
	char path[PATH_MAX];
	char copy[PATH_MAX];
	char fresh[PATH_MAX];
	bool there; /* something is at path */
};

struct rrd_mend_options rrd_mend_options_at(int64_t now_s)
{
	return (struct rrd_mend_options){
		.now_s = now_s,
		.check_s = RRD_MEND_CHECK_S,
		.keep_files = RRD_MEND_KEEP_FILES,
		.keep_bytes = RRD_MEND_KEEP_BYTES,
	};
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* The first whole step that the source has all of. */
static int64_t source_start(const struct mending *m)
{
	uint32_t step_s = m->layout->step_s;
	int64_t from_s = later(m->source->from_s, step_s);

	return from_s + step_s - 1 - (from_s + step_s - 1) % step_s;
}

/* Get rows from from_s on, none of them from the future. */
static int fetch(const struct mending *m, int64_t from_s,
		 struct rrd_truth *truth)
{
	uint32_t step_s = m->layout->step_s;
	int64_t end_s = 0;
	size_t n = 0;
	int rc;

	truth->from_s = later(from_s, source_start(m));
	rc = m->source->rows(m->source->context, truth->from_s, &truth->rows,
			     &truth->count);
	if (rc < 0)
		return rc;
	while (n < truth->count &&
	       truth->rows[n].start_s < m->options->now_s + FUTURE_S) {
		if (truth->rows[n].start_s % step_s != 0 ||
		    truth->rows[n].start_s < later(end_s, truth->from_s))
			return ERR_RANGE;
		end_s = truth->rows[n++].start_s + step_s;
	}
	truth->count = n;
	return 0;
}

static int64_t truth_end(const struct mending *m, const struct rrd_truth *truth)
{
	if (truth->count == 0)
		return truth->from_s;
	return truth->rows[truth->count - 1].start_s + m->layout->step_s;
}

/* The rows of the truth that a file ending at end_s does not have. */
static struct rrd_truth rows_after(const struct rrd_truth *truth, int64_t end_s)
{
	struct rrd_truth rest = *truth;

	while (rest.count > 0 && rest.rows[0].start_s < end_s) {
		rest.rows++;
		rest.count--;
	}
	return rest;
}

/*
 * Compare a file with the truth of its end, and with more of it where all the
 * rows of the end are alike. @return an enum rrd_verdict, or negative
 */
static int compare(const struct mending *m, const struct rrd_file *f,
		   struct rrd_truth *truth, char *fault)
{
	int64_t check_s = m->options->check_s;
	int64_t end_s = f->header.last_s;
	int rc;

	for (;;) {
		int64_t from_s = rrd_compare_from(m->layout, end_s, check_s);

		rc = fetch(m, from_s, truth);
		if (rc < 0)
			return rc;
		if (end_s > m->options->now_s + FUTURE_S) {
			(void)snprintf(fault, TEXT_SIZE, "ends in the future");
			return RRD_DIFFERS;
		}
		if (end_s > later(truth_end(m, truth), source_start(m))) {
			(void)snprintf(fault, TEXT_SIZE,
				       "ends later than the journal");
			return RRD_DIFFERS;
		}
		rc = rrd_compare(f, truth, check_s, fault, TEXT_SIZE);
		if (rc != RRD_SAME_AS_FAR_AS_SEEN ||
		    from_s <= truth->from_s - DAY_S || check_s >= end_s)
			return rc == RRD_SAME_AS_FAR_AS_SEEN ? RRD_SAME : rc;
		check_s *= WIDER;
	}
}

static void learn(struct rrd_known *known, const struct rrd_file *f)
{
	struct stat status;

	*known = (struct rrd_known){ 0 };
	if (fstat(f->fd, &status) == 0)
		*known = (struct rrd_known){
			.last_s = f->header.last_s,
			.device = status.st_dev,
			.inode = status.st_ino,
		};
}

/*
 * Look at a file.
 *
 * @param known  gets what it is, if it is sound
 * @param truth  gets the rows that it was compared with, and all later ones
 * @param fault  gets what is wrong, "" if nothing
 * @return 0: sound, or not (see fault); ERR_NOT_FOUND; -errno
 */
static int inspect(const struct mending *m, const char *path,
		   struct rrd_known *known, struct rrd_truth *truth,
		   char *fault)
{
	struct rrd_file f;
	const char *why;
	int rc = rrd_file_open(&f, path, m->layout, &why);

	fault[0] = '\0';
	if (why || rc == -EIO || rc == -ELOOP || rc == -ENXIO) {
		(void)snprintf(fault, TEXT_SIZE, "%s", why ? why : err_str(rc));
		return 0;
	}
	if (rc < 0)
		return rc;
	rc = compare(m, &f, truth, fault);
	if (rc == -EIO || rc == -EAGAIN) {
		(void)snprintf(fault, TEXT_SIZE, "%s", err_str(rc));
		rc = RRD_DIFFERS;
	}
	learn(known, &f);
	rrd_file_close(&f);
	return rc < 0 ? rc : 0;
}

/* The file is right as far as it goes. */
static int append(struct mending *m, const struct rrd_truth *truth)
{
	struct rrd_mend_outcome *out = m->outcome;
	struct rrd_truth rest = rows_after(truth, out->known.last_s);
	int rc = rrd_write_path(m->path, m->layout, rest.rows, rest.count,
				&out->known);

	if (rc < 0)
		return rc;
	out->what = rest.count > 0 ? RRD_APPENDED : RRD_SOUND;
	out->rows = rest.count;
	return 0;
}

/*
 * Begin the new file with the copy, if that is sound.
 * @param end_s  gets where it ends; 0: there is no new file yet
 */
static int begin_with_copy(struct mending *m, int64_t *end_s)
{
	struct rrd_known known = { 0 };
	struct rrd_truth truth;
	char fault[TEXT_SIZE];
	int rc = inspect(m, m->copy, &known, &truth, fault);
	int fd;

	*end_s = 0;
	if (rc < 0)
		return rc == ERR_NOT_FOUND ? 0 : rc;
	if (fault[0] != '\0') {
		log_warning("store: copy dropped: %s: %s", m->copy, fault);
		if (unlink(m->copy) == 0)
			m->outcome->copies_dropped++;
		return 0;
	}
	fd = open(m->copy, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	rc = file_copy(fd, m->fresh, rrd_header_file_size(m->layout));
	(void)close(fd);
	if (rc == 0)
		*end_s = known.last_s;
	return rc;
}

static int sync_file(const char *path)
{
	int rc;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	rc = fsync(fd) < 0 ? -errno : 0;
	(void)close(fd);
	return rc;
}

/* Have the new file on the disk, and see that it is right. */
static int finish(struct mending *m)
{
	struct rrd_truth truth;
	char fault[TEXT_SIZE];
	int rc = sync_file(m->fresh);

	if (rc == 0)
		rc = inspect(m, m->fresh, &m->outcome->known, &truth, fault);
	if (rc == 0 && fault[0] != '\0') {
		log_error("store: not mended: %s: what was made anew is wrong: "
			  "%s",
			  m->path, fault);
		rc = ERR_STORE;
	}
	return rc;
}

/*
 * Make the new file. @return 1: it is there; 0: nothing to make it of; or
 * negative
 */
static int make(struct mending *m)
{
	struct rrd_mend_outcome *out = m->outcome;
	struct rrd_known known = { 0 };
	struct rrd_truth truth;
	int64_t copy_end_s;
	int rc = begin_with_copy(m, &copy_end_s);

	if (rc == 0)
		rc = fetch(m, copy_end_s, &truth);
	if (rc < 0)
		return rc;
	if (copy_end_s == 0 && truth.count == 0)
		return 0;
	rc = rrd_write_path(m->fresh, m->layout, truth.rows, truth.count,
			    &known);
	if (rc == 0)
		rc = finish(m);
	if (rc < 0)
		return rc;
	out->what = copy_end_s > 0 ? RRD_FROM_COPY : RRD_FROM_ROWS;
	out->rows = truth.count;
	if (copy_end_s > 0 && copy_end_s < truth.from_s)
		out->lost_s = truth.from_s - copy_end_s;
	if (copy_end_s == 0 && truth.rows[0].start_s == truth.from_s)
		out->lost_s = -1;
	return 1;
}

/* The old file gets its name under corrupt/; that must not stop the mending. */
static void put_aside(struct mending *m)
{
	int rc;

	if (!m->there)
		return;
	rc = rrd_aside_keep(m->state_dir, m->name, m->options->now_s);
	if (rc == 0)
		rc = rrd_aside_trim(m->state_dir, m->options->keep_files,
				    m->options->keep_bytes,
				    &m->outcome->aside_removed);
	if (rc < 0)
		log_warning("store: damaged file not kept: %s: %s", m->path,
			    err_str(rc));
}

/* Let the new file take the old one's place. */
static int replace(struct mending *m)
{
	int rc = 0;

	put_aside(m);
	if (rename(m->fresh, m->path) < 0)
		rc = -errno;
	return rc < 0 ? rc : file_sync_directory_of(m->path);
}

/* Nothing can be made: take the old file away, so that nobody reads it. */
static int give_up(struct mending *m)
{
	struct stat status;

	put_aside(m);
	if (lstat(m->path, &status) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (unlink(m->path) < 0)
		return -errno;
	return file_sync_directory_of(m->path);
}

static void print_day(char to[TEXT_SIZE], int64_t time_s)
{
	time_t time = (time_t)time_s;
	struct tm tm;

	if (!gmtime_r(&time, &tm) ||
	    strftime(to, TEXT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		(void)snprintf(to, TEXT_SIZE, "%" PRId64, time_s);
}

/* The one line. */
static void tell(const struct mending *m)
{
	static const char *const words[] = {
		[RRD_FROM_COPY] = "made anew from its copy",
		[RRD_FROM_ITSELF] = "made anew from itself",
		[RRD_FROM_ROWS] = "made anew",
		[RRD_GONE] = "put aside, nothing to make it anew of",
	};
	const struct rrd_mend_outcome *out = m->outcome;
	char lost[2 * TEXT_SIZE] = "";
	char start[TEXT_SIZE];

	print_day(start, source_start(m));
	if (out->lost_s > 0)
		(void)snprintf(lost, sizeof(lost),
			       "; %.1f days before %s are lost",
			       (double)out->lost_s / DAY_S, start);
	else if (out->lost_s < 0)
		(void)snprintf(lost, sizeof(lost),
			       "; what was before %s is lost", start);
	log_warning("store: file mended: %s: %s: %s and %zu rows of the "
		    "journal%s",
		    m->path, out->fault, words[out->what], out->rows, lost);
}

static int rebuild(struct mending *m)
{
	int rc;

	if (unlink(m->fresh) < 0 && errno != ENOENT)
		return -errno;
	rc = make(m);
	if (rc > 0) {
		rc = replace(m);
	} else if (rc == 0 && m->there) {
		m->outcome->what = RRD_GONE;
		m->outcome->lost_s = -1;
		rc = give_up(m);
	}
	if (rc < 0) {
		(void)unlink(m->fresh);
		return rc;
	}
	if (m->there || m->outcome->what == RRD_FROM_COPY)
		tell(m);
	else if (m->outcome->what == RRD_FROM_ROWS)
		m->outcome->what = RRD_APPENDED;
	return 0;
}

static int name_files(struct mending *m, const struct series *series)
{
	int rc = series_path(m->path, sizeof(m->path), m->state_dir, series);

	if (rc == 0)
		rc = rrd_copy_path(m->copy, sizeof(m->copy), m->state_dir,
				   series);
	if (rc < 0)
		return rc;
	if (snprintf(m->fresh, sizeof(m->fresh), "%s.mend", m->path) >=
	    (int)sizeof(m->fresh))
		return -ENAMETOOLONG;
	m->name = m->path + strlen(m->state_dir) + strlen("/rrd/");
	return 0;
}

int rrd_mend(const char *state_dir, const struct series *series,
	     const struct rrd_source *source,
	     const struct rrd_mend_options *options,
	     struct rrd_mend_outcome *outcome)
{
	struct mending m = {
		.state_dir = state_dir,
		.layout = series_layout(series->kind),
		.source = source,
		.options = options,
		.outcome = outcome,
	};
	struct rrd_truth truth;
	int rc = name_files(&m, series);

	*outcome = (struct rrd_mend_outcome){ .what = RRD_NONE };
	if (rc < 0)
		return rc;
	rc = inspect(&m, m.path, &outcome->known, &truth, outcome->fault);
	if (rc < 0 && rc != ERR_NOT_FOUND)
		return rc;
	m.there = rc == 0;
	if (m.there && outcome->fault[0] == '\0')
		return append(&m, &truth);
	if (!m.there)
		(void)snprintf(outcome->fault, sizeof(outcome->fault),
			       "missing");
	return rebuild(&m);
}
