/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_FLUSH_STATE_H
#define LANTERNE_COLLECTOR_FLUSH_STATE_H

/*
 * flush_state — the inside of a flush. flush.c takes steps in and has them
 * stored, flush_steps.c makes records of them, flush_take_up.c goes on where an
 * earlier process ended.
 */

#include <stdbool.h>
#include <stdint.h>

#include "collector/clock_trust.h"
#include "collector/flush.h"
#include "collector/flush_view.h"
#include "collector/open_step.h"
#include "collector/pair_step.h"
#include "collector/sums.h"
#include "store/cumulative.h"
#include "util/attr.h"

struct flush {
	char *state_dir;
	enum flush_mode mode;
	struct sums sums;
	struct flush_view now; /* of the configuration of the step at hand */
	struct generation *generation; /* a reference; NULL: the first one */
	struct open_step step;
	struct pair_step pairs;
	bool begun;	    /* a step of this process was taken in */
	bool pairs_unread;  /* what earlier ones observed of the pairs' step */
	uint64_t first_seq; /* of this process' records; 0: none yet */
	struct clock_trust clock;
	bool clock_synced; /* said the kernel at the last step */
	struct view *view;
	struct journal *journal;
	struct upkeep *upkeep; /* live */
	struct ixp_view *ixp;
	struct text record;
	struct record_reader ports; /* what an earlier process knew of them */
	struct text ports_bytes;
	struct cumulative counters; /* sums of the closed steps */
	bool counters_due;   /* a step was closed since they were written */
	int counters_unread; /* why the file could not be read yet; 0: it was */
	bool counters_foreign; /* it is of a later version: not written over */
	int counters_error;    /* why they could not be, the last time */
	uint64_t steps;
	uint64_t failed;
	bool finished; /* all that was taken in is on the disk */
};

/* flush_steps.c */

/** Append the record that was made under this head; it is empty then. */
void flush_append(struct flush *f, struct record_head *head);

/** Until when a step was observed, by the wall clock. */
int64_t flush_until_us(const struct closed_step *step);

/** What the agents sent since the last part joins their tracks. */
void flush_add_agents(struct flush *f, const struct closed_step *step);

/** Have the step open that begins at start_s; another one is closed. */
void flush_open_step(struct flush *f, int64_t start_s, int64_t from_us);

/** The same of the pairs' steps, by number. */
void flush_open_pairs(struct flush *f, int64_t number, int64_t from_us);

/** Journal what came since the last part; it joins the open step. */
void flush_take_part(struct flush *f, const struct closed_step *step);

/**
 * Close the open step. Its last part, if any, joins it.
 *
 * @param last  what closes it; NULL: that never came, or came to another
 *              process; the step ends as it was journaled
 */
void flush_close_step(struct flush *f, const struct closed_step *last);

/** Close the pairs' open step, if there is one. */
void flush_close_pairs(struct flush *f);

/** Journal what the ports must not forget: it stands for all before it. */
void flush_journal_ports(struct flush *f, const struct closed_step *step);

/* flush_counters.c */

/** Take up the counters where an earlier process left them. */
void flush_counters_open(struct flush *f);

/** Count the record of a closed step, which has its seq. */
void flush_counters_take(struct flush *f, const struct record_head *head);

/** Write the counters, if they are others: the journal must be synced. */
void flush_counters_store(struct flush *f);

/* flush_take_up.c */

/** Sum up the parts that an earlier process left. @return 0 or -errno */
MUST_CHECK int flush_take_up(struct flush *f);

#endif
