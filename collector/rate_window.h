/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_RATE_WINDOW_H
#define LANTERNE_COLLECTOR_RATE_WINDOW_H

/*
 * rate_window — how many of a data source's samples came, and how many were
 * taken: what its sampling rate really was.
 *
 * A data source numbers its samples (sFlow version 5, 5.3.1: sequence_number),
 * whether their datagrams arrive or not, and counts those that it had to drop.
 * So N samples in a thousand stand for 1000/received times as many frames as
 * the rate alone says. A step in which little came tells little of that: then
 * those before it are looked at too. Where no sample is missing the factor is
 * exactly 1. What is missing between two samples of different steps is so in
 * all of these, in equal shares.
 *
 * What is missing after a silence was not lost in the steps that count: numbers
 * begin anew then. A source whose numbers fall back time and again has several
 * sequences, which tell nothing.
 */

#include <stdbool.h>
#include <stdint.h>

enum {
	RATE_WINDOW_STEPS = 16,	   /* looked back at most */
	RATE_WINDOW_SAMPLES = 400, /* as soon as there are so many */
	RATE_WINDOW_SEQUENCES = 2, /* sub-agents that count for themselves */
};

struct rate_bucket {
	int64_t step;	/* 0: free */
	uint32_t taken; /* by the numbers */
	uint32_t received;
	uint32_t dropped; /* by the agent, as it says */
	uint32_t falls;	  /* of the numbers, farther than by overtaking */
};

struct rate_sequence {
	uint32_t sub_agent;
	uint32_t newest;
	int64_t step; /* in which that came */
	bool begun;
};

struct rate_window {
	struct rate_sequence sequences[RATE_WINDOW_SEQUENCES];
	struct rate_bucket buckets[RATE_WINDOW_STEPS];
};

/* What a window comes to. */
struct rate_sum {
	uint64_t taken; /* at least received */
	uint64_t received;
	uint64_t dropped;
};

/** Count a sample that came in a step. */
void rate_window_sample(struct rate_window *w, int64_t step, uint32_t sub_agent,
			uint32_t sequence);

/** Whether the last sample of a sub-agent has this number: those that follow
 * in a row may be counted at once. */
bool rate_window_is_newest(const struct rate_window *w, uint32_t sub_agent,
			   uint32_t sequence);

/** Count so many samples that followed the newest one in a row. */
void rate_window_run(struct rate_window *w, int64_t step, uint32_t sub_agent,
		     uint32_t count);

/** The agent says that so many more were dropped. */
void rate_window_dropped(struct rate_window *w, int64_t step, uint32_t grown);

/** What a window holds of a step and those before it: as many as it takes for
 * enough samples. */
struct rate_sum rate_window_sum(const struct rate_window *w, int64_t step);

/** The same of so many steps, RATE_WINDOW_STEPS at most. */
struct rate_sum rate_window_of(const struct rate_window *w, int64_t step,
			       int steps);

#endif
