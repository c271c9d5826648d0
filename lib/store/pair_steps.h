/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_PAIR_STEPS_H
#define LANTERNE_STORE_PAIR_STEPS_H

/*
 * pair_steps — which of the journal's closed steps of pairs count, by their
 * times and what is said of the clock. Pure; the rules are those by which
 * store/journal_rows makes rows, so that sums of steps are sums of rows:
 *
 * A step that starts before the end of an earlier one does not count. Nor do
 * those of a clock that was not to be trusted, unless what follows goes on from
 * there; nor those that are later than a trusted clock far behind them, for it
 * was ahead then.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pair_step {
	uint64_t seq;
	int64_t start_s;
	bool odd_clock;
	bool counts; /* decided here */
	bool summed; /* the caller's; not looked at */
};

/** Decide on steps in order of their seq. */
void pair_steps_decide(struct pair_step *steps, size_t count);

#endif
