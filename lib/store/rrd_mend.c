/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/rrd_mend.h"

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
#include "store/rrd_copy.h"
#include "store/rrd_correct.h"
#include "store/rrd_file.h"
#include "store/rrd_judge.h"
#include "util/err.h"
#include "util/file.h"
#include "util/log.h"

enum { DAY_S = 86400, TEXT_SIZE = 160 };

/* What there is to mend, and with what. */
struct mending {
	const char *state_dir;
	const char *name; /* of the file, below rrd/ */
	struct rrd_judge judge;
	struct rrd_mend_outcome *outcome;
	char path[PATH_MAX];
	char copy[PATH_MAX];
	char fresh[PATH_MAX];
	bool there;  /* something is at path */
	bool unread; /* which the disk does not give */
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

/* The file is right as far as it goes. */
static int append(struct mending *m, const struct rrd_truth *truth)
{
	struct rrd_mend_outcome *out = m->outcome;
	struct rrd_truth rest = rrd_judge_rest(truth, out->known.last_s);
	int rc = rrd_write_path(m->path, m->judge.layout, rest.rows, rest.count,
				&out->known);

	if (rc < 0)
		return rc;
	out->what = rest.count > 0 ? RRD_APPENDED : RRD_SOUND;
	out->rows = rest.count;
	return 0;
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
	struct rrd_finding found = { 0 };
	int rc = sync_file(m->fresh);

	if (rc == 0)
		rc = rrd_judge_file(&m->judge, m->fresh, &found);
	if (rc < 0)
		return rc;
	if (found.fault[0] != '\0') {
		log_error("store: made anew, but wrong: %s: %s", m->fresh,
			  found.fault);
		return ERR_STORE;
	}
	m->outcome->known = found.known;
	return 0;
}

/* Begin the new file with what another one has, as it is. */
static int begin_with(struct mending *m, const char *path)
{
	int rc;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	rc = file_copy(fd, m->fresh, rrd_header_file_size(m->judge.layout));
	(void)close(fd);
	return rc;
}

/* Begin the new file with what another one has, corrected. */
static int begin_with_corrected(struct mending *m, const char *path)
{
	struct rrd_correction done;
	struct rrd_truth truth;
	struct rrd_file f = { 0 };
	const char *fault;
	int64_t end_s;
	int rc = rrd_judge_rows(&m->judge, 0, &truth);

	if (rc == 0)
		rc = rrd_file_open_marked(&f, path, m->judge.layout, &fault);
	if (rc < 0)
		return rc;
	end_s = f.header.last_s - f.header.last_s % m->judge.layout->step_s;
	if (end_s > rrd_judge_end(&m->judge, &truth))
		end_s = rrd_judge_end(&m->judge, &truth);
	/* A time within a step may be any; only rows could tell how wrong. */
	if (!f.progress.between_steps && end_s <= rrd_judge_start(&m->judge))
		rc = ERR_STORE;
	else
		rc = rrd_correct(&f, m->fresh, &truth, end_s, &done);
	rrd_file_close(&f);
	if (rc == 0) {
		m->outcome->pages_dropped = done.pages_dropped;
		m->outcome->archives_dropped = done.archives_dropped;
	}
	return rc;
}

/* Where a file ends; 0: it is no such file. */
static int64_t end_of(const struct mending *m, const char *path)
{
	struct rrd_file f;
	const char *fault;
	int64_t end_s;

	if (rrd_file_open_marked(&f, path, m->judge.layout, &fault) < 0)
		return 0;
	end_s = f.header.last_s;
	rrd_file_close(&f);
	return end_s;
}

/* Add the rows that the new file lacks; if there is none yet, make it. */
static int complete(struct mending *m)
{
	struct rrd_known known = { 0 };
	struct rrd_truth truth;
	int rc = rrd_judge_rows(&m->judge, end_of(m, m->fresh), &truth);

	if (rc < 0)
		return rc;
	rc = rrd_write_path(m->fresh, m->judge.layout, truth.rows, truth.count,
			    &known);
	m->outcome->rows = truth.count;
	return rc < 0 ? rc : finish(m);
}

/* What there is to make a new file of, the best first. */
enum basis { COPY, OLD_FILE, OLD_COPY, ROWS, BASES };

struct bases {
	bool usable[BASES];
	bool copy_is_sound;
	int64_t copy_end_s;
};

/* A copy that is no such file goes; one that cannot be read may be, later. */
static void drop_copy(struct mending *m)
{
	struct rrd_file f;
	const char *fault;
	int rc = rrd_file_open(&f, m->copy, m->judge.layout, &fault);

	if (rc == 0)
		rrd_file_close(&f);
	if (rc != ERR_STORE)
		return;
	log_warning("store: copy dropped: %s: %s", m->copy, fault);
	if (unlink(m->copy) == 0)
		m->outcome->copies_dropped++;
}

/*
 * Look at what there is. A copy that differs from the rows stays, for it may
 * have years that are right.
 */
static int survey(struct mending *m, struct bases *out)
{
	struct rrd_finding copy;
	struct rrd_truth truth;
	int rc = rrd_judge_file(&m->judge, m->copy, &copy);

	*out = (struct bases){ .usable[OLD_FILE] = end_of(m, m->path) > 0 };
	if (rc < 0 && rc != ERR_NOT_FOUND)
		return rc;
	out->copy_end_s = rc == 0 ? copy.known.last_s : 0;
	out->copy_is_sound = out->copy_end_s > 0 && copy.fault[0] == '\0';
	out->usable[COPY] =
	    out->copy_is_sound && out->copy_end_s >= rrd_judge_start(&m->judge);
	out->usable[OLD_COPY] = out->copy_end_s > 0;
	if (rc == 0 && out->copy_end_s == 0)
		drop_copy(m);
	rc = rrd_judge_rows(&m->judge, 0, &truth);
	out->usable[ROWS] = rc == 0 && truth.count > 0;
	return rc;
}

static int make_of_copy(struct mending *m, const struct bases *bases)
{
	int64_t start_s = rrd_judge_start(&m->judge);
	int rc = bases->copy_is_sound ? begin_with(m, m->copy)
				      : begin_with_corrected(m, m->copy);

	m->outcome->what = RRD_FROM_COPY;
	if (bases->copy_end_s < start_s)
		m->outcome->lost_s = start_s - bases->copy_end_s;
	return rc < 0 ? rc : complete(m);
}

/* Years of an archive are worth more than the days since an old copy. */
static int make_of_itself(struct mending *m, const struct bases *bases)
{
	int rc = begin_with_corrected(m, m->path);

	if (rc < 0)
		return rc;
	if (m->outcome->archives_dropped > 0 && bases->usable[OLD_COPY])
		return ERR_STORE;
	m->outcome->what = RRD_FROM_ITSELF;
	return complete(m);
}

static int make_of_rows(struct mending *m)
{
	struct rrd_truth truth;
	int rc = rrd_judge_rows(&m->judge, 0, &truth);

	m->outcome->what = RRD_FROM_ROWS;
	if (rc == 0 && truth.count > 0 && truth.rows[0].start_s == truth.from_s)
		m->outcome->lost_s = -1;
	return rc < 0 ? rc : complete(m);
}

static int make_of(struct mending *m, enum basis basis,
		   const struct bases *bases)
{
	m->outcome->lost_s = 0;
	m->outcome->pages_dropped = 0;
	m->outcome->archives_dropped = 0;
	if (unlink(m->fresh) < 0 && errno != ENOENT)
		return -errno;
	switch (basis) {
	case OLD_FILE:
		return make_of_itself(m, bases);
	case ROWS:
		return make_of_rows(m);
	case COPY:
	case OLD_COPY:
	case BASES:
		break;
	}
	return make_of_copy(m, bases);
}

/*
 * Make the new file of the best there is. What is only the fault of one basis
 * leads to the next; a disk that is full does not.
 *
 * @return 1: it is there; 0: nothing to make it of; or negative
 */
static int make(struct mending *m)
{
	struct bases bases;
	int rc = survey(m, &bases);

	if (rc < 0)
		return rc;
	if (m->unread && !bases.usable[COPY] && !m->judge.options->gives_up)
		return -EIO;
	for (int basis = COPY; basis < BASES; basis++) {
		if (!bases.usable[basis])
			continue;
		rc = make_of(m, (enum basis)basis, &bases);
		if (rc != ERR_STORE && rc != -EIO && rc != ERR_NOT_FOUND)
			return rc < 0 ? rc : 1;
	}
	return rc == ERR_STORE && !bases.usable[ROWS] ? 0 : rc;
}

/* The old file gets its name under corrupt/. @return 0, or told and -errno */
static int put_aside(struct mending *m)
{
	int rc;

	if (!m->there)
		return 0;
	rc = rrd_aside_keep(m->state_dir, m->name, m->judge.options->now_s);
	if (rc == 0)
		rc = rrd_aside_trim(m->state_dir, m->judge.options->keep_files,
				    m->judge.options->keep_bytes,
				    &m->outcome->aside_removed);
	if (rc < 0)
		log_warning("store: damaged file not kept: %s: %s", m->path,
			    err_str(rc));
	return rc;
}

/* Let the new file take the old one's place, whether that can be kept or not:
 * there is no better use of its name. */
static int replace(struct mending *m)
{
	(void)put_aside(m);
	if (rename(m->fresh, m->path) < 0)
		return -errno;
	return file_sync_directory_of(m->path);
}

/* Nothing can be made: take the old file away, so that nobody reads it. */
static int give_up(struct mending *m)
{
	int rc = put_aside(m);

	if (rc < 0)
		return rc;
	/* What is no regular file was moved. */
	if (unlink(m->path) < 0 && errno != ENOENT)
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
	char dropped[TEXT_SIZE] = "";
	char start[TEXT_SIZE];

	print_day(start, rrd_judge_start(&m->judge));
	if (out->lost_s > 0)
		(void)snprintf(lost, sizeof(lost),
			       "; %.1f days before %s are lost",
			       (double)out->lost_s / DAY_S, start);
	else if (out->lost_s < 0)
		(void)snprintf(lost, sizeof(lost),
			       "; what was before %s is lost", start);
	if (out->pages_dropped + out->archives_dropped > 0)
		(void)snprintf(dropped, sizeof(dropped),
			       "; %" PRIu64 " pages and %" PRIu64
			       " archives of it could not be used",
			       out->pages_dropped, out->archives_dropped);
	log_warning("store: file mended: %s: %s: %s and %zu rows of the "
		    "journal%s%s",
		    m->path, out->fault, words[out->what], out->rows, dropped,
		    lost);
}

static int rebuild(struct mending *m)
{
	int rc = make(m);

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
		.judge = { series_layout(series->kind), source, options },
		.outcome = outcome,
	};
	struct rrd_finding found;
	int rc = name_files(&m, series);

	*outcome = (struct rrd_mend_outcome){ .what = RRD_NONE };
	if (rc < 0)
		return rc;
	rc = rrd_judge_file(&m.judge, m.path, &found);
	if (rc < 0 && rc != ERR_NOT_FOUND)
		return rc;
	m.there = rc == 0;
	m.unread = found.unread;
	outcome->known = found.known;
	(void)snprintf(outcome->fault, sizeof(outcome->fault), "%s",
		       m.there ? found.fault : "missing");
	if (outcome->fault[0] == '\0')
		return append(&m, &found.truth);
	return rebuild(&m);
}

int rrd_is_sound(const char *state_dir, const struct series *series,
		 const struct rrd_source *source,
		 const struct rrd_mend_options *options,
		 struct rrd_known *known)
{
	const struct rrd_judge judge = { series_layout(series->kind), source,
					 options };
	struct rrd_finding found;
	char path[PATH_MAX];
	int rc = series_path(path, sizeof(path), state_dir, series);

	if (rc == 0)
		rc = rrd_judge_file(&judge, path, &found);
	if (rc != 0)
		return rc == ERR_NOT_FOUND ? 0 : rc;
	*known = found.known;
	return found.fault[0] == '\0' && found.known.last_s > 0 &&
	       rrd_judge_rest(&found.truth, found.known.last_s).count == 0;
}
