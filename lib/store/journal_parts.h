/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_JOURNAL_PARTS_H
#define LANTERNE_STORE_JOURNAL_PARTS_H

/*
 * journal_parts — the inside of a journal's writer: journal.c holds the queue,
 * journal_write.c takes it to the disk, journal_keep.c knows the files there.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/journal_disk.h"
#include "store/journal_format.h"
#include "store/journal_list.h"
#include "util/attr.h"

/* A record that waits, as the frame that will stand in the file. */
struct journal_item {
	struct journal_item *next;
	enum record_kind kind;
	uint64_t seq;
	uint64_t replaces;
	uint64_t group;	     /* of a part: the first one of its step */
	uint64_t stands_for; /* itself and parts it replaced in the queue */
	int64_t start_s;
	bool odd_clock;
	size_t len;
	uint8_t frame[];
};

struct journal_queue {
	struct journal_item *first;
	struct journal_item *last;
	size_t written; /* from the first on: in the file, not yet synced */
};

/* The file of a kind that is being written. */
struct journal_output {
	int fd; /* -1: none */
	struct journal_name name;
	int64_t span;	/* its records' start_s / file_s */
	uint64_t group; /* of parts */
	uint64_t size;	/* as far as written */
	uint64_t synced_size;
	bool named; /* its name is durable too */
};

/* A file that is there. */
struct journal_kept {
	struct journal_name name;
	uint64_t bytes;
	bool dated;
	int64_t end_s;	 /* its records start before it; valid if dated */
	int64_t start_s; /* of parts: their step's */
	bool given_up;	 /* without a record that was acknowledged */
};

struct journal {
	char *state_dir;
	char *folder;
	struct journal_limits limits;
	bool keeps_old; /* none goes for its age */
	const struct journal_disk *disk;
	uint64_t next_seq;
	struct {
		uint64_t first_part;  /* since the last closed step; 0: none */
		uint64_t last_closed; /* 0: none */
	} streams[JOURNAL_STREAM_COUNT];
	struct journal_queue queues[JOURNAL_KIND_COUNT];
	struct journal_output outputs[JOURNAL_KIND_COUNT];
	struct journal_kept *kept;
	size_t kept_count;
	size_t kept_room;
	int64_t newest_s;    /* start of a step, by a clock that was trusted */
	uint64_t newest_seq; /* of the last record that said so */
	struct journal_counters counters;
	int64_t failing_since_us; /* monotonic; 0: it does not fail */
	uint64_t lost_before;	  /* as it began to */
};

/** Take the first item off a queue; the caller frees it. */
struct journal_item *journal_queue_take(struct journal *j,
					struct journal_queue *q);

/* journal_keep.c */

/** Remember a file. @return 0 or -ENOMEM */
MUST_CHECK int journal_keep_add(struct journal *j,
				const struct journal_kept *file);

/** The file of a name; NULL if it is not known. Until the next one is added. */
struct journal_kept *journal_keep_find(struct journal *j,
				       const struct journal_name *name);

/** Remove a file, and forget it. @return whether it is gone */
bool journal_keep_remove(struct journal *j, const struct journal_name *name);

/** Try again to remove files that were given up without a record. */
void journal_keep_sweep(struct journal *j);

/** Remove the files of parts that a closed step replaces. */
void journal_keep_replaced(struct journal *j,
			   const struct journal_item *closed);

/** Remove what is too old, and the oldest of what is too much. */
void journal_keep_bounds(struct journal *j);

/* journal.c */

/**
 * A record on the disk is of a step that starts at start_s by a trusted clock;
 * they may come in any order. One that is far behind those of lower seq says
 * that the clock was ahead then.
 */
void journal_note_time(struct journal *j, uint64_t seq, int64_t start_s);

/* journal_write.c */

/** Make the folder, and its name durable. @return 0 or -errno */
MUST_CHECK int journal_make_folder(const struct journal *j);

/** Close the files being written, as they are. */
void journal_write_close(struct journal *j);

#endif
