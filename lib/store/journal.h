/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_JOURNAL_H
#define LANTERNE_STORE_JOURNAL_H

/*
 * journal — the truth of the recent past, appended record by record.
 *
 * Files under STATE_DIR/journal/, of two streams: steps, kept for 7 days, and
 * pairs, kept for 48 hours. Closed steps stand in files of an hour; the parts
 * of the open step in a file of their own, which goes when the record that
 * replaces them is on the disk. A file is written by one process from its
 * start to its end and never opened for writing again. For one thread.
 *
 * A record is acknowledged once journal_sync returned 0 after it was appended.
 * What the disk does not take waits in memory, up to a bound; beyond it the
 * oldest records are lost and counted. After a failed write or sync nothing is
 * retried on the same file: what it held since its last good sync is written
 * to a new one.
 */

#include <stdint.h>

#include "store/record.h"
#include "util/attr.h"

struct journal;

enum journal_stream { JOURNAL_STEPS, JOURNAL_PAIRS, JOURNAL_STREAM_COUNT };

struct journal_limits {
	int64_t keep_s[JOURNAL_STREAM_COUNT]; /* age of records */
	int64_t file_s;		    /* a new file of closed steps after this */
	uint64_t waiting_max_bytes; /* of records that wait for the disk */
	uint64_t total_max_bytes;   /* of all files; the oldest go first */
};

/* 7 days and 48 hours, an hour a file, 96 MiB waiting, 8 GiB in all. */
extern const struct journal_limits journal_default_limits;

struct journal_counters {
	uint64_t records; /* appended */
	uint64_t synced;  /* of them, on the disk */
	uint64_t lost;	  /* of them, gone for want of room */
	uint64_t waiting; /* of them, in memory */
	uint64_t waiting_bytes;
	uint64_t syncs_failed;
	uint64_t files_removed; /* for their age or size */
	uint64_t bytes;		/* that all files hold */
	int error;		/* why the last sync failed; 0: it did not */
};

/**
 * Open the journal of a state_dir for writing, making its folder. Continues
 * the sequence behind the highest record found, and removes files of parts
 * that a record replaced and empty ones. A damaged file is told once in the log
 * and left.
 *
 * @return 0; ERR_UNSUPPORTED: written by a later version (the log says so);
 *         -ENOMEM, -errno
 */
MUST_CHECK int journal_open(struct journal **out, const char *state_dir,
			    const struct journal_limits *limits);

/** Whether records may go for their age, as they may from the start: not while
 * the clock that says how old they are may be wrong. The bound of all files
 * holds either way. */
void journal_let_age(struct journal *j, bool allowed);

/** Sync what can be, close; what still waits is lost. NULL is fine. */
void journal_close(struct journal *j);

/**
 * Append a record. head->seq is set; so is head->replaces of a closed step: to
 * the first part since the stream's last one, or an earlier one that the
 * caller says, which may be of before a restart. Of the parts from there on it
 * replaces those of its own step.
 *
 * RECORD_PORTS are a state: each makes the one before it void, and so does a
 * RECORD_STEP. Append the one that follows a step before the next sync: either
 * both will be there, or the ones before.
 *
 * @param record  made with record_begin and record_add under the same head;
 *                its bytes are copied
 * @return 0 or -ENOMEM: then it is counted as lost
 */
MUST_CHECK int journal_append(struct journal *j, struct record_head *head,
			      const struct text *record);

/**
 * Write what waits and have it on the disk. Old files go when that is done.
 * @return 0; -errno: it still waits, and the next call tries again
 */
MUST_CHECK int journal_sync(struct journal *j);

struct journal_counters journal_counters(const struct journal *j);

/** When the newest step on the disk starts, by a trusted clock; 0: none. */
int64_t journal_newest(const struct journal *j);

/* Reading: by the collector's start, by tools, beside a running writer. */

struct journal_reader;

/**
 * Read the records of a state_dir in order of their seq, or of one file.
 * Parts that a record replaced are left out, also where only one file is read
 * and that record stands in another of the same folder; so are RECORD_PORTS
 * but the last.
 *
 * @param streams  bit 1 << JOURNAL_..., which to read
 * @param from_s   records whose step ends before it may be left out
 * @return 0; -ENOENT; ERR_UNSUPPORTED (of a later version; the log says which);
 *         ERR_MALFORMED (no journal file), -errno
 */
MUST_CHECK int journal_read_all(struct journal_reader **out,
				const char *state_dir, unsigned streams,
				int64_t from_s);
MUST_CHECK int journal_read_file(struct journal_reader **out, const char *path);

/**
 * Go on where an earlier reader stood: the records with a higher seq than its
 * last one, whatever their times are. Files that hold none are not opened.
 * @return as journal_read_all
 */
MUST_CHECK int journal_read_after(struct journal_reader **out,
				  const char *state_dir, unsigned streams,
				  uint64_t seq);

/**
 * The seq that the name of the newest file of closed steps tells: that of its
 * first record. 0: there is no file.
 * @return as journal_read_all
 */
MUST_CHECK int journal_newest_name(uint64_t *seq, const char *state_dir,
				   enum journal_stream stream);

/** Read the parts that no record has replaced. @return as journal_read_all */
MUST_CHECK int journal_read_parts(struct journal_reader **out,
				  const char *state_dir);

/**
 * The next record, valid until the next call.
 * @return 1; 0 at the end; -errno. Damage ends its file and is counted; the
 *         next file goes on.
 */
MUST_CHECK int journal_read_next(struct journal_reader *r,
				 struct record_reader *record);

/**
 * How many files ended in a damaged or incomplete record so far. An incomplete
 * one at the end of a file that a running writer holds open is not there yet,
 * and no damage.
 */
uint64_t journal_read_damaged(const struct journal_reader *r);

/** Those of them that were files of closed steps. */
uint64_t journal_read_broken(const struct journal_reader *r);

/** Those that ended because the disk did not give them: it may another time. */
uint64_t journal_read_unread(const struct journal_reader *r);

/** Which file that was last, and where it ended; "" if none. Borrowed. */
const char *journal_read_problem(const struct journal_reader *r);

/** NULL is fine. */
void journal_read_close(struct journal_reader *r);

#endif
