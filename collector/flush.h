/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_FLUSH_H
#define LANTERNE_COLLECTOR_FLUSH_H

/*
 * flush — from closed steps to the series' RRD files.
 *
 * Runs in the writer thread alone. Derives the series of members, VLAN
 * interfaces, VLANs, switches, pairs and the exchange from a step's cells.
 * A series is unknown in a step where no switch that could have seen it was
 * alive, or too little of the step was observed; it is zero where one was
 * alive and saw nothing.
 */

#include <stdint.h>

#include "collector/closed_step.h"
#include "collector/ixp_view.h"
#include "ixp/registry.h"
#include "util/attr.h"

struct flush;

struct flush_counters {
	uint64_t steps;	      /* taken in */
	uint64_t rows;	      /* written */
	uint64_t rows_failed; /* refused by the store */
	uint64_t rows_old;    /* of a time that the files already cover */
	struct ixp_counters ixp;
};

/**
 * Prepare to write under the configuration's state_dir.
 *
 * @param registry  borrowed while in use
 * @param batch     steps gathered before files are written: 1 live, more in
 *                  a replay, where several rows per call save most of the work
 * @param out       on success to be freed with flush_free
 */
MUST_CHECK int flush_new(struct flush **out, const struct registry *registry,
			 uint32_t batch);

/** Free; what was not written yet is lost. NULL is fine. */
void flush_free(struct flush *flush);

/** Take in a step. What finds no memory is counted as failed rows. */
void flush_step(struct flush *flush, const struct closed_step *step);

/** Write everything that was gathered; pairs too, with an incomplete step. */
void flush_finish(struct flush *flush);

/** What was done so far. */
struct flush_counters flush_counters(const struct flush *flush);

#endif
