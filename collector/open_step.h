/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_OPEN_STEP_H
#define LANTERNE_COLLECTOR_OPEN_STEP_H

/*
 * open_step — the step of all series but pairs that is being filled, and how
 * it is closed: each series' entry in its record, and its row.
 */

#include <stdbool.h>
#include <stdint.h>

#include "collector/closed_step.h"
#include "collector/flush_view.h"
#include "collector/sums.h"
#include "collector/view.h"
#include "store/record.h"
#include "util/text.h"

struct open_step {
	bool open;
	int64_t start_s;
	int64_t from_us;      /* observed, by the wall clock */
	int64_t part_from_us; /* since its last part */
	int64_t to_us;
	int64_t covered_us;  /* taken in of what this process observed */
	int64_t restored_us; /* what an earlier one had observed */
	uint64_t first_part; /* the seq of its first part that an earlier
			      * process journaled; 0: none */
	bool mixed; /* partly seen by switches that the configuration does not
		     * have any more, or by an earlier process */
	bool edge;
	bool odd_clock;
	bool unconfirmed; /* an earlier process saw it so: it makes no rows */
};

/* What closing needs. */
struct step_closing {
	struct sums *sums;
	struct view *view;
	const struct flush_view *eyes;
	struct agent_row
	    *agents; /* per switch of the eyes: only alive counts */
	const struct port_row *ports;
	size_t port_count;
};

/** The head of a record about the open step. */
struct record_head open_step_head(const struct open_step *step,
				  enum record_kind kind);

/** Close: the record is written, the view gets rows, the sums are zero. */
void open_step_close(struct open_step *step, const struct step_closing *closing,
		     struct text *record, struct record_head *head);

#endif
