/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_FLUSH_H
#define LANTERNE_COLLECTOR_FLUSH_H

/*
 * flush — from closed steps and their parts to the journal, and from there to
 * the series' RRD files.
 *
 * Runs in the writer thread alone. Derives the series of members, VLAN
 * interfaces, VLANs, switches, pairs and the exchange from a step's cells.
 * A series is unknown in a step where no switch that could have seen it was
 * alive, or too little of the step was observed; it is zero where one was
 * alive and saw nothing. Nothing reaches a file that the journal does not
 * have on the disk.
 */

#include <stdint.h>

#include "collector/closed_step.h"
#include "collector/ixp_view.h"
#include "collector/upkeep.h"
#include "collector/view.h"
#include "ixp/registry.h"
#include "store/journal.h"
#include "util/attr.h"

struct flush;

struct flush_counters {
	uint64_t steps;		 /* closed */
	uint64_t failed;	 /* what found no memory on its way */
	uint64_t pairs_left_out; /* cells of pairs beyond what is held */
	struct view_counters view;
	struct journal_counters journal;
	struct upkeep_counters upkeep;
	struct ixp_counters ixp;
};

enum flush_mode {
	FLUSH_LIVE,
	FLUSH_REPLAY, /* whole steps; several rows per call to the store */
};

/**
 * Prepare to write under the configuration's state_dir. Live, what an earlier
 * run journaled of a step that it did not close is taken up again.
 *
 * @param registry  borrowed while in use
 * @param out       on success to be freed with flush_free
 * @return 0; ERR_UNSUPPORTED: state_dir is of a later version; -errno
 */
MUST_CHECK int flush_new(struct flush **out, const struct registry *registry,
			 enum flush_mode mode);

/** Free; what was not written yet is lost. NULL is fine. */
void flush_free(struct flush *flush);

/**
 * What an earlier process, which was killed, knew of the ports: to be read
 * once, with port_memory_read. NULL: nothing. Borrowed.
 */
struct record_reader *flush_ports(struct flush *flush);

/** Take in a step or a part of one; what finds no memory is counted. */
void flush_step(struct flush *flush, const struct closed_step *step);

/**
 * Do a little of what is due between steps: look after the files.
 * @return true: there is more to do
 */
bool flush_idle(struct flush *flush);

/**
 * Have what was taken in on the disk. To be called when there is nothing more
 * to take in at the moment; in a replay only flush_finish is due.
 */
void flush_settle(struct flush *flush);

/** Write everything; pairs too, with an incomplete step. */
void flush_finish(struct flush *flush);

/** What was done so far. */
struct flush_counters flush_counters(const struct flush *flush);

#endif
