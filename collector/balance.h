/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_BALANCE_H
#define LANTERNE_COLLECTOR_BALANCE_H

/*
 * balance — whether the two sides of the same traffic agree.
 *
 * Where frames are sampled both where they come in and where they go out, each
 * side's sum is an estimate of all of them, with a variance of N·(N−1) per
 * sample (Phaal and Panchen, Packet sampling basics). In packets, for a switch
 * may cut the padding off what it samples on its way out. The variance of their
 * difference is taken as it would be if they agreed, of the larger one: a side
 * of which nothing came has a rate all the same.
 *
 * A side that lacks far more than chance explains is not sampled, or only in
 * part (one port of several, or a sampler that ended), or a sixth of all frames
 * are lost on the way: it must not count, or half of what it lacks would be
 * missing. Less than that, but for certain, is loss between the two ports.
 *
 * Kept per interface and role, and for the pairs that talk most. The past
 * fades by a thirty-second a step.
 */

#include <stdbool.h>
#include <stdint.h>

/* Where frames came in; where they went out. */
struct balance_sum {
	double packets[2];
	double variance[2]; /* of the difference, by either side */
};

struct balance {
	int64_t step; /* that now is of; 0: nothing came yet */
	struct balance_sum now;
	struct balance_sum past;
	bool loses;	    /* for certain, as the open step began */
	int64_t shut_until; /* step; the side does not count up to it */
	int64_t shut_steps; /* for so long it was, the last time */
};

/* What is missing where frames go out, of those that came in. */
struct balance_loss {
	double share; /* of 1 */
	double ci95;  /* half the width of its 95 % interval */
	double packets;
};

enum { BALANCE_IN, BALANCE_OUT };

/** Open a step; a later one than that of now ends that. */
void balance_begin(struct balance *b, int64_t step);

/* What one side says. */
struct balance_part {
	int side;	   /* BALANCE_IN or BALANCE_OUT */
	double packets;	   /* estimated */
	double samples;	   /* that this is of, not 0 */
	double other_rate; /* frames per sample on the other side */
};

/** Add what was sampled of one side in a step; nothing while a side is shut. */
void balance_add(struct balance *b, int64_t step,
		 const struct balance_part *part);

/**
 * Whether a side is shut in a step; it is from now on, for an hour and each
 * time for twice as long, up to a day, if it lacks too much.
 */
bool balance_is_shut(struct balance *b, int side, int64_t step);

/** The same, as it was judged last. */
static inline bool balance_was_shut(const struct balance *b, int64_t step)
{
	/* Later than that: the clock was set back. */
	return b->shut_until >= step && b->shut_until - step <= b->shut_steps;
}

/** Packets of either side that are known of late, as seen from a step. */
double balance_weight(const struct balance *b, int64_t step);

/** Loss between the sides, as far as anything came lately; true: it is sure
 * (4.5 standard deviations). */
bool balance_loss(const struct balance *b, int64_t step,
		  struct balance_loss *out);

#endif
