/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_PAIR_STEP_H
#define LANTERNE_COLLECTOR_PAIR_STEP_H

/*
 * pair_step — the open step of the pairs, 300 s, and how it is closed.
 *
 * Only pairs that had traffic are journaled and written. One that was idle
 * meanwhile first gets the rows that a writer of every step would have stored.
 */

#include <stdbool.h>
#include <stdint.h>

#include "collector/coverage.h"
#include "collector/sums.h"
#include "collector/view.h"
#include "store/record.h"
#include "util/attr.h"
#include "util/text.h"

struct pair_step {
	int64_t number; /* pair steps since the epoch; 0: none is open */
	bool edge;
	bool odd_clock;
	bool unconfirmed; /* as in struct open_step */
	int64_t from_us;  /* observed, by the wall clock */
	int64_t to_us;
	uint64_t first_part; /* as in struct open_step */
	int64_t *seen_us;    /* per member, as struct track_set numbers them */
	uint32_t seen_count;
	struct coverage coverage;
	uint64_t failed; /* what found no memory */
};

void pair_step_fini(struct pair_step *p);

/** A member's sending was observed for so long. @return 0 or -ENOMEM */
MUST_CHECK int pair_step_see(struct pair_step *p, uint32_t member,
			     int64_t covered_us);

/**
 * Take up what earlier processes observed of the open step: the closed steps
 * in it say so. The pairs' own records cannot, for a process may be killed
 * when the one stream of the journal is on the disk and the other is not.
 *
 * @param before  the first record of this process; 0: there is none yet
 * @return 0; -ENOMEM or as journal_read_all: then nothing was taken up
 */
MUST_CHECK int pair_step_restore(struct pair_step *p, struct track_set *set,
				 const char *state_dir, uint64_t before);

/** For how long the members were observed in the open step is not known. */
void pair_step_unsee(struct pair_step *p);

/* Where the rows of pairs go; all borrowed. */
struct pair_files {
	struct view *view;
	const char *state_dir;
};

/**
 * Close the open step: its record, and its rows to the view.
 *
 * @param record  gets the record
 * @param head    gets its head
 */
void pair_step_close(struct pair_step *p, struct sums *sums,
		     const struct pair_files *files, struct text *record,
		     struct record_head *head);

#endif
