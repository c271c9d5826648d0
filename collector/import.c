/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/import.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "collector/import_days.h"
#include "collector/import_job.h"
#include "collector/state_lock.h"
#include "store/day_close.h"
#include "store/journal_rows.h"
#include "util/err.h"
#include "util/zone.h"

enum {
	SERIES_AT_ONCE = 256, /* of a day's book */
	/* A day is closed when no row of it comes any more, as upkeep has it.
	 */
	DAY_CLOSES_AFTER_S = 600,
};

static int complain(const char *what, const char *path, int rc)
{
	(void)fprintf(stderr, "lanterne-collector: %s: %s: %s\n", what, path,
		      err_str(rc));
	return rc;
}

static int load_map(struct import_job *job, const char *path)
{
	struct diagnostics d;
	int rc;

	if (!path)
		return 0;
	diagnostics_init(&d);
	rc = history_map_load(&job->map, path, &d);
	diagnostics_end(&d);
	(void)fputs(text_str(&d.text), stderr);
	diagnostics_fini(&d);
	if (rc < 0 && rc != ERR_CONFIG)
		rc = complain("cannot read the map", path,
			      rc == ERR_UNSUPPORTED ? -EISDIR : rc);
	return rc;
}

/* What is to be read must be there before anything is touched. */
static int look_at(const struct import_request *request)
{
	bool folder = request->kind != IMPORT_CSV;
	struct stat status;
	int rc = 0;

	if (stat(request->path, &status) < 0 ||
	    access(request->path, folder ? R_OK | X_OK : R_OK) < 0)
		rc = -errno;
	else if (folder && !S_ISDIR(status.st_mode))
		rc = -ENOTDIR;
	else if (!folder && S_ISDIR(status.st_mode))
		rc = -EISDIR;
	else if (!folder && !S_ISREG(status.st_mode))
		rc = ERR_UNSUPPORTED; /* it is read twice */
	return rc < 0 ? complain("cannot import", request->path, rc) : 0;
}

/* Rows from where the journal begins are the journal's; without one all are
 * ours to fill. */
static int find_starts(struct import_job *job)
{
	for (int i = 0; i < JOURNAL_STREAM_COUNT; i++) {
		int rc;

		job->before_s[i] = INT64_MAX;
		rc = journal_rows_start(job->state_dir, (enum journal_stream)i,
					true, &job->before_s[i]);
		if (rc < 0)
			return complain("cannot read the journal",
					job->state_dir, rc);
	}
	return 0;
}

/* Books of the days whose rows of five minutes came in. */
static int close_days(const struct import_job *job)
{
	const struct config *config = job->registry->config;
	struct day_close *days;
	uint64_t turns = 0;
	int rc = day_close_new(&days, job->state_dir, config->timezone);

	if (rc < 0)
		return rc;
	rc = day_close_again(days, zone_date(job->slots_from_s),
			     zone_date(job->slots_to_s - 1),
			     job->now_s - DAY_CLOSES_AFTER_S);
	while (rc == 0 && (rc = day_close_some(days, SERIES_AT_ONCE)) == 1) {
		rc = 0;
		if (job->shows)
			(void)fprintf(stderr, "\rday books: %" PRIu64 " series",
				      ++turns * SERIES_AT_ONCE);
	}
	if (rc == 0)
		(void)printf("day books: %" PRIu64 " written\n",
			     day_close_counters(days).books_stored);
	else
		(void)complain("cannot write day books", job->state_dir, rc);
	day_close_free(days);
	return rc;
}

static int read_source(struct import_job *job, enum import_kind kind)
{
	switch (kind) {
	case IMPORT_IXP_MANAGER:
		return import_ixp(job);
	case IMPORT_MRTG:
		return import_mrtg(job);
	case IMPORT_CSV:
		break;
	}
	return import_csv(job);
}

static int finish(struct import_job *job, int rc)
{
	int closed = 0;

	if (job->shows)
		(void)fputs("\r\033[K", stderr);
	(void)printf("%" PRIu64 " series got %" PRIu64 " rows; %" PRIu64
		     " files taken, %" PRIu64 " left, %" PRIu64 " damaged\n",
		     job->series, job->rows, job->taken, job->left,
		     job->damaged);
	if (job->unreadable > 0)
		(void)printf("%" PRIu64 " could not be read\n",
			     job->unreadable);
	if (job->withheld > 0)
		(void)printf("%" PRIu64 " series withheld: they lack a part; "
			     "with a map that names it, or without the damage, "
			     "import again\n",
			     job->withheld);
	/* Also if it could not go on: what was filled is filled. */
	if (job->slots_to_s > 0)
		closed = close_days(job);
	if (closed == 0)
		closed = import_days_end(job);
	if (rc == 0)
		rc = closed;
	if (rc < 0)
		return rc == ERR_MALFORMED || rc == ERR_CONFIG ? rc : -EIO;
	if (job->failed + job->unreadable > 0)
		return -EIO;
	return job->damaged + job->withheld > 0 ? ERR_MALFORMED : 0;
}

static int run(struct import_job *job, const struct import_request *request)
{
	int lock = -1;
	int rc = state_lock(job->state_dir, &lock);

	if (rc < 0)
		return rc == -EADDRINUSE ? rc : -EIO;
	rc = import_days_begin(job);
	if (rc < 0)
		(void)complain("cannot read which days to close",
			       job->state_dir, rc);
	if (rc == 0)
		rc = find_starts(job);
	if (rc == 0)
		rc = finish(job, read_source(job, request->kind));
	else
		rc = -EIO;
	(void)close(lock);
	return rc;
}

int import(const struct registry *registry,
	   const struct import_request *request)
{
	struct import_job job = {
		.registry = registry,
		.state_dir = registry->config->state_dir,
		.root = request->path,
		.now_s = (int64_t)time(NULL),
		.shows = isatty(STDERR_FILENO),
	};
	int rc;

	if (registry->config->rrdcached.used) {
		(void)fputs("lanterne-collector: cannot import: rrdcached "
			    "keeps the files (store:), and takes no rows "
			    "older than it has\n",
			    stderr);
		return ERR_CONFIG;
	}
	rc = look_at(request);
	if (rc == 0)
		rc = load_map(&job, request->map);
	if (rc == 0)
		rc = run(&job, request);
	history_map_fini(&job.map);
	return rc;
}
