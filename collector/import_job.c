/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/import_job.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>

#include "collector/import_days.h"
#include "store/history_fill.h"
#include "store/rrd_foreign.h"
#include "store/series_parse.h"
#include "util/err.h"

enum { SHOWN_EACH = 64 };

/* A name that comes from a folder is shown so that it stays on its line. */
static void print_line(const char *verb, const char *path, const char *rest)
{
	struct text line;

	text_init(&line);
	text_addf(&line, "%s: ", verb);
	text_add_quoted(&line, path, strlen(path), PATH_MAX);
	text_addf(&line, ": %s\n", rest);
	(void)fputs(text_str(&line), stdout);
	text_fini(&line);
}

void import_leave(struct import_job *job, const char *path, const char *format,
		  ...)
{
	struct text why;
	va_list arguments;

	text_init(&why);
	va_start(arguments, format);
	text_addv(&why, format, arguments);
	va_end(arguments);
	print_line("left", path, text_str(&why));
	text_fini(&why);
	job->left++;
}

void import_take(struct import_job *job, const char *path, const char *what)
{
	print_line("taken", path, what);
	job->taken++;
}

void import_unreadable(struct import_job *job, const char *path, int rc)
{
	print_line("unreadable", path, err_str(rc));
	job->unreadable++;
}

void import_refuse(struct import_job *job, const char *path, const char *why)
{
	print_line("damaged", path, why);
	job->damaged++;
}

uint64_t import_refused(const struct import_job *job)
{
	return job->damaged + job->unreadable;
}

void import_withhold(struct import_job *job, const struct series *series,
		     const char *why)
{
	char name[SERIES_FILE_SIZE];

	if (series_print(name, series) < 0)
		(void)series_name(name, sizeof(name), series);
	print_line("withheld", name, why);
	job->withheld++;
}

/* All columns of a file or none. */
static int add_sources(const struct rrd_foreign *rrd, const int *sources,
		       const struct import_file *file, struct history *to)
{
	struct history own;
	int rc = 0;

	history_init(&own, to->layout);
	for (size_t i = 0; rc == 0 && i < file->count; i++)
		rc = rrd_foreign_add(rrd, sources[i], &own,
				     file->columns[i].column);
	if (rc == 0)
		rc = history_add_all(to, &own);
	history_fini(&own);
	return rc;
}

static int add_columns(struct import_job *job, const struct import_file *file,
		       const struct text *bytes, struct history *to)
{
	struct rrd_foreign rrd;
	const char *fault = rrd_foreign_look(&rrd, bytes->data, bytes->len);
	int sources[8];
	int rc = 0;

	for (size_t i = 0; !fault && i < file->count; i++) {
		sources[i] = rrd_foreign_source(&rrd, file->columns[i].source);
		if (sources[i] < 0)
			fault = "none of the data sources that are expected";
	}
	if (fault) {
		import_refuse(job, file->path, fault);
		return 0;
	}
	rc = add_sources(&rrd, sources, file, to);
	if (rc == 0)
		return 1;
	if (rc == -ENOMEM)
		return rc;
	import_refuse(job, file->path, err_str(rc));
	return 0;
}

int import_rrd(struct import_job *job, const struct import_file *file,
	       struct history *to, const char *what)
{
	char path[PATH_MAX];
	struct text bytes;
	const char *fault;
	int rc;

	if (snprintf(path, sizeof(path), "%s/%s", job->root, file->path) >=
	    (int)sizeof(path))
		return -ENAMETOOLONG;
	text_init(&bytes);
	rc = rrd_foreign_read(&bytes, path, &fault);
	if (rc == ERR_NOT_FOUND) {
		rc = 0;
	} else if (rc < 0 && rc != -ENOMEM) {
		if (fault)
			import_refuse(job, file->path, fault);
		else
			import_unreadable(job, file->path, rc);
		rc = 0;
	} else if (rc == 0) {
		rc = add_columns(job, file, &bytes, to);
	}
	text_fini(&bytes);
	if (rc == 1 && !file->quiet)
		import_take(job, file->path, what);
	return rc;
}

/* "600 of 300 s, 14 of 86400 s": the rows of a series that got values. */
static void say_rows(const char *name, const struct series_layout *layout,
		     const struct history_outcome *done)
{
	const char *comma = "";

	(void)printf("filled: %s: ", name);
	for (size_t i = 0; i < layout->archive_count; i++) {
		const struct series_archive *a = &layout->archives[i];

		if (done->rows[i] == 0)
			continue;
		(void)printf("%s%" PRIu64 " rows of %" PRIu32 " s%s", comma,
			     done->rows[i], a->row_s,
			     a->consolidation == CONSOLIDATION_MAXIMUM
				 ? " (maxima)"
				 : "");
		comma = ", ";
	}
	(void)puts("");
}

static void note(struct import_job *job, const struct history_outcome *done)
{
	job->series++;
	job->rows += done->rows_all;
	if (done->slots_to_s == 0)
		return;
	if (job->slots_to_s == 0 || done->slots_from_s < job->slots_from_s)
		job->slots_from_s = done->slots_from_s;
	if (done->slots_to_s > job->slots_to_s)
		job->slots_to_s = done->slots_to_s;
}

int import_put(struct import_job *job, const struct series *series,
	       const struct history *history)
{
	const struct history_options options = {
		.before_s =
		    job->before_s[series->kind == SERIES_PAIR ? JOURNAL_PAIRS
							      : JOURNAL_STEPS],
		.now_s = job->now_s,
	};
	struct history_outcome done = { 0 };
	char name[SERIES_FILE_SIZE];
	int rc = series_print(name, series);

	if (rc < 0)
		(void)series_name(name, sizeof(name), series);
	else
		rc = import_days_note(job, history);
	if (rc == 0)
		rc = history_fill(job->state_dir, series, history, &options,
				  &done);
	if (rc == 0 && done.rows_all > 0) {
		say_rows(name, series_layout(series->kind), &done);
		note(job, &done);
	}
	if (rc == 0 && done.rows_late > 0)
		(void)printf("not taken: %s: %" PRIu64 " rows that end after "
			     "the journal begins, or now\n",
			     name, done.rows_late);
	if (rc == 0)
		return 0;
	(void)fprintf(stderr, "lanterne-collector: not filled: %s: %s\n", name,
		      done.fault ? done.fault : err_str(rc));
	job->failed++;
	/* A damaged file of ours is its own affair: --rebuild mends it. */
	return rc == ERR_STORE || rc == ERR_RANGE ? 0 : rc;
}

void import_show(struct import_job *job, uint64_t done, const char *what)
{
	if (!job->shows || done % SHOWN_EACH != 0)
		return;
	(void)fprintf(stderr, "\r%" PRIu64 " %s, %" PRIu64 " series filled",
		      done, what, job->series);
	(void)fflush(stderr);
}
