/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_IMPORT_JOB_H
#define LANTERNE_COLLECTOR_IMPORT_JOB_H

/* import_job — what an import has in hand, for the readers of its sources. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ixp/registry.h"
#include "store/history.h"
#include "store/history_map.h"
#include "store/journal.h"
#include "util/attr.h"

struct import_job {
	const struct registry *registry;
	const char *state_dir;
	const char *root; /* file or folder that is read */
	struct history_map map;
	int64_t now_s;
	int64_t before_s[JOURNAL_STREAM_COUNT]; /* where the journal begins */
	bool shows; /* progress, to whoever sits there */
	uint64_t taken;
	uint64_t left;
	uint64_t damaged;
	uint64_t unreadable;
	uint64_t withheld; /* series that lack a part */
	uint64_t series;   /* that got rows */
	uint64_t rows;
	uint64_t failed; /* series that could not be written */
	/* Of rows for the day book: first and last. */
	int64_t slots_from_s;
	int64_t slots_to_s;
	/* What the disk says of them: import_days.h. */
	int64_t noted_from_s;
	int64_t noted_to_s;
};

/* A data source of a file, and the column that it is added to. */
struct import_column {
	const char *source;
	size_t column;
};

/* A file below the root, and what of it is wanted. */
struct import_file {
	const char *path; /* below the root */
	const struct import_column *columns;
	size_t count;
	bool quiet; /* no line if all is well: one of very many */
};

/** Say that a file is not taken, and why. */
void import_leave(struct import_job *job, const char *path, const char *format,
		  ...) PRINTF_LIKE(3, 4);

/** Say that a file was taken, and for what. */
void import_take(struct import_job *job, const char *path, const char *what);

/** Say that a file or folder cannot be read. */
void import_unreadable(struct import_job *job, const char *path, int rc);

/** Say that a file is damaged. */
void import_refuse(struct import_job *job, const char *path, const char *why);

/**
 * Add columns of an RRD file to a history. What is wrong with the file is said.
 *
 * @param what  for the line that says that it was taken
 * @return 1: added; 0: there is no such file, or it was refused; -errno
 */
MUST_CHECK int import_rrd(struct import_job *job,
			  const struct import_file *file, struct history *to,
			  const char *what);

/**
 * Fill a series' file with a history, and say what came of it. A file of ours
 * that is damaged is said and counted.
 *
 * @return 0 or -errno: it is of no use to go on
 */
MUST_CHECK int import_put(struct import_job *job, const struct series *series,
			  const struct history *history);

/** Say that a series is not filled, for a part of it was left or refused: what
 * were stored now would be known, and stay without that part. */
void import_withhold(struct import_job *job, const struct series *series,
		     const char *why);

/** How many files were refused; it tells whether one was just now. */
uint64_t import_refused(const struct import_job *job);

/** Show how far it is, now and then, to whoever sits at a terminal. */
void import_show(struct import_job *job, uint64_t done, const char *what);

/* The sources. @return as import */
MUST_CHECK int import_ixp(struct import_job *job);
MUST_CHECK int import_mrtg(struct import_job *job);
MUST_CHECK int import_csv(struct import_job *job);

#endif
