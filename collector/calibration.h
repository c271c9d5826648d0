/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_CALIBRATION_H
#define LANTERNE_COLLECTOR_CALIBRATION_H

/*
 * calibration — whether a port's samples say what its counters say.
 *
 * For one direction of a port, five minutes at a time: estimate ÷ counters,
 * with the interval that chance alone explains, √(variance of the
 * estimate)/counters. A cumulative sum of the deviations (CUSUM: Page,
 * Continuous inspection schemes, 1954), in standard deviations, tells of a
 * sampler that is wrong by more than two per cent for long: a rate that is not
 * the one it says, frames that it does not sample. Two per cent are left out
 * because counters are read every 20 s or so, and not on the minute.
 *
 * What a mirror saw of a port has no variance: the ratio is what share of the
 * port's traffic it sees. Counters that are read between the minutes leave a
 * per cent or so there.
 *
 * What is wrong is reported; nothing is rescaled by it.
 */

#include <stdbool.h>
#include <stdint.h>

enum { CALIBRATION_STEPS = 5 };

/* What a step of a port came to. */
struct calibration_step {
	int64_t step;
	double counted;	  /* bytes by the counters, exact */
	double estimated; /* bytes by the samples */
	double variance;  /* of that, bytes² */
	bool exact;	  /* by the frames of a mirror */
};

enum drift { DRIFT_NONE, DRIFT_HIGH, DRIFT_LOW };

struct calibration {
	int64_t window; /* CALIBRATION_STEPS each; 0: none is open */
	double counted; /* in the open one */
	double estimated;
	double variance;
	double noise;	  /* variance for each byte, usually; 0: none yet */
	bool exact;	  /* a mirror's; what follows is its coverage */
	bool known;	  /* what follows is of a window that is over */
	int64_t at_step;  /* that ended it */
	double ratio;	  /* estimate ÷ counters */
	double ci95;	  /* half the width of its interval by chance; 0 if
			   * exact */
	double high, low; /* the cumulative sums */
	enum drift drift;
};

/** Take in a step of which both are known. Steps come in their order. */
void calibration_add(struct calibration *c, struct calibration_step step);

#endif
