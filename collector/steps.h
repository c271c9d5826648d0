/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_STEPS_H
#define LANTERNE_COLLECTOR_STEPS_H

/*
 * steps — opens and closes the steps of an intake as time goes by.
 *
 * What a step holds goes to the writer, if there is one, and to the totals of
 * the whole run, if they are wanted. Live, the writer gets it in parts, each
 * 10 s, so that not more than that is lost when the collector is killed.
 */

#include <stdbool.h>
#include <stdint.h>

#include "collector/clock.h"
#include "collector/closed_step.h"
#include "collector/intake.h"
#include "collector/writer.h"
#include "ixp/generation.h"
#include "util/attr.h"

#define STEPS_ALL INT64_MAX

struct steps {
	struct intake *intake;	 /* borrowed */
	struct writer *writer;	 /* borrowed; NULL: nothing is stored */
	struct aggregate *total; /* borrowed; NULL: no totals wanted */
	bool replay;
	/* How many are closed as one, set from outside: where only the sum of
	 * all is wanted, as many as is good for the corrections, or STEPS_ALL
	 * if there are none. Verdicts fall at the end then. 0: each by
	 * itself. */
	int64_t as_one;
	bool synced; /* the wall clock is right, says the kernel; set from
		      * outside */
	bool open;
	int64_t step;	       /* the open one */
	int64_t now;	       /* the one of the time at hand: a later one if
				* several are closed as one */
	int64_t start_us;      /* observed since; valid if open */
	int64_t start_mono_us; /* the same by the monotonic clock */
	int64_t part_mono_us;  /* its last part was taken; live only */
	int64_t looked_us;     /* by the monotonic clock: the last look */
	int64_t offset_us;     /* of the wall clock to the monotonic one */
	uint64_t clock_jumps;
	uint64_t pauses;
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
 * Close what is over by now and have the step open that now lies in.
 *
 * A wall clock that was set, forward or back, by more than two seconds closes
 * the open step as it stands, with the time that really passed; after a step
 * back rows are of minutes that are stored already, until the clock has caught
 * up. In a replay a time before the open step's changes nothing.
 */
void steps_at(struct steps *s, struct moment now);

/**
 * Whether the process, or the machine, stood still before now: nobody looked
 * at the clock for ten seconds. When what waits in the sockets since then was
 * sent is not known.
 */
bool steps_paused(const struct steps *s, struct moment now);

/**
 * Go on after a pause, once nothing waits that came in it.
 *
 * What was observed ends with the last look before, and begins anew now: the
 * minutes between are unknown.
 */
void steps_resume(struct steps *s, struct moment now);

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

/** Close the open step, observed up to now; no step follows. */
void steps_end(struct steps *s, struct moment now);

#endif
