/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_STEPS_H
#define LANTERNE_COLLECTOR_STEPS_H

/*
 * steps — opens and closes the steps of an intake as time goes by.
 *
 * What a step holds goes to the writer, if there is one, and to the totals of
 * the whole run, if they are wanted.
 */

#include <stdbool.h>
#include <stdint.h>

#include "collector/closed_step.h"
#include "collector/generation.h"
#include "collector/intake.h"
#include "collector/writer.h"
#include "util/attr.h"

struct steps {
	struct intake *intake;	 /* borrowed */
	struct writer *writer;	 /* borrowed; NULL: nothing is stored */
	struct aggregate *total; /* borrowed; NULL: no totals wanted */
	bool replay;
	bool open;
	int64_t step;		/* the open one */
	int64_t start_us;	/* observed since; valid if open */
	bool first;		/* no step was closed yet */
	uint64_t failed;	/* closings that found no memory */
	uint64_t total_refused; /* cells that the totals had no room for */
	int64_t last_end_s;	/* of the last closed step; 0: none */
	/* A reload sets these; the steps own them then. */
	struct generation *generation; /* a reference; NULL: the first one */
	struct earlier_cells *earlier; /* of the open step */
};

/** Begin; the first step opens with the first steps_at. */
void steps_init(struct steps *s, struct intake *intake, struct writer *writer,
		struct aggregate *total, bool replay);

/**
 * Close what is over by time_us and have the step open that it lies in.
 * A time before the open step's changes nothing.
 */
void steps_at(struct steps *s, int64_t time_us);

/**
 * Go on with another configuration, to which the intake was moved.
 *
 * @param generation  the new one; a reference is taken
 * @param earlier     what intake_reload left over; owned by the steps
 */
void steps_reload(struct steps *s, struct generation *generation,
		  struct earlier_cells *earlier);

/** Give back what a reload left. */
void steps_fini(struct steps *s);

/** Close the open step, observed up to time_us; no step follows. */
void steps_end(struct steps *s, int64_t time_us);

#endif
