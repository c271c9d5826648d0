/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_SUPPORT_MADE_JOURNAL_H
#define LANTERNE_TESTS_SUPPORT_MADE_JOURNAL_H

/* made_journal — append made records to a journal, and see what it yields. */

#include <stddef.h>
#include <stdint.h>

#include "store/journal.h"

enum { SEEN_MAX = 4096, MADE_PATH_SIZE = 1024 };

/* The records that a reader yielded. */
struct seen {
	size_t count;
	uint64_t seq[SEEN_MAX];
	enum record_kind kind[SEEN_MAX];
	int64_t start_s[SEEN_MAX];
	uint64_t replaces[SEEN_MAX];
	uint64_t damaged;
	int rc; /* what the reader ended with */
	char problem[256];
};

/**
 * Append a record of a kind whose step starts then; its content follows from
 * its seq, so that journal_see can tell it from any other.
 * @return its head, as it was appended
 */
struct record_head append_made(struct journal *j, enum record_kind kind,
			       int64_t start_s);

/** The same with a head that is filled already. */
struct record_head append_head(struct journal *j, struct record_head head);

/** Read on to the end; each record must be what append_made made. */
void see(struct seen *seen, struct journal_reader *r);

/** Read all of a state_dir, which must be possible, or one file. */
void see_all(struct seen *seen, const char *state_dir);
void see_file(struct seen *seen, const char *path);

/** How many files of the journal begin with this. */
size_t count_files(const char *state_dir, const char *prefix);

/**
 * The path of the only file that begins with this, or of the last of several;
 * must be there. @return to
 */
const char *path_of(char to[MADE_PATH_SIZE], const char *state_dir,
		    const char *prefix);

/** Copy all files of one journal to another state_dir, replacing its own. */
void copy_journal(const char *from_dir, const char *to_dir);

#endif
