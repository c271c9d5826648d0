/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_CLOCK_TRUST_H
#define LANTERNE_COLLECTOR_CLOCK_TRUST_H

/*
 * clock_trust — whether the wall clock may label what is stored.
 *
 * A row far ahead of the last one makes librrd wipe what lies between, for
 * good. So when steps suddenly come from more than ten minutes ahead, because
 * the clock was set or the process begins, and the kernel does not say that the
 * clock is synchronised, they are odd: kept apart until the clock has gone on
 * from there for five minutes, or is set again. And when they come from more
 * than ten minutes before the end of what is stored, by a clock that is
 * synchronised or has gone on for an hour, the clock was ahead before; until
 * then these are odd too. An hour, for what is stored of later times goes from
 * the files then, and many machines start with a clock that is behind.
 */

#include <stdbool.h>
#include <stdint.h>

struct clock_trust {
	int64_t end_s;	    /* of the last step that was trusted; 0: none */
	int64_t last_s;	    /* start of the last step */
	int64_t odd_from_s; /* where the odd ones began; if odd */
	bool odd;
	int64_t back_from_s; /* where steps of long before the end began; 0 */
	bool begun;
	uint64_t jumps;	     /* of the clock, as of the last step */
	bool leapt;	     /* believed for its steadiness alone, and not
			      * synchronised since */
	bool unsure;	     /* not synchronised since sure_from_s was set */
	int64_t sure_from_s; /* then a week has passed; if unsure */
};

enum clock_trust_change {
	CLOCK_TRUST_SAME,
	CLOCK_TRUST_LOST,      /* odd from this step on; odd ones before it,
				* from elsewhere, were not right */
	CLOCK_TRUST_CONFIRMED, /* the odd ones were right */
	CLOCK_TRUST_REFUTED,   /* they were not; this one continues the rest */
	CLOCK_TRUST_WAS_AHEAD, /* what is stored of later than this is wrong */
};

/** Whether the last step was odd: it is not known what time it is. */
bool clock_trust_is_odd(const struct clock_trust *c);

/**
 * Whether anything may be removed for its age: once the clock was synchronised,
 * or has gone on for a week by itself. What a wrong clock removes is gone for
 * good.
 */
bool clock_trust_may_age(const struct clock_trust *c);

/** Whether the clock leapt ahead and was believed without proof: what is kept
 * in case that it was wrong must not be replaced. */
bool clock_trust_leapt(const struct clock_trust *c);

/** @param end_s  where what is stored ends; 0 or less: nothing is */
void clock_trust_init(struct clock_trust *c, int64_t end_s);

/**
 * A step, or a part of one, that starts at start_s is to be stored.
 * @param synced  the kernel says that the clock is synchronised
 * @param jumps   how often the clock was set since the process began
 */
enum clock_trust_change clock_trust_step(struct clock_trust *c, int64_t start_s,
					 bool synced, uint64_t jumps);

#endif
