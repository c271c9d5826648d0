/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/pair_steps.h"

#include "store/series.h"

/* A clock that is set back by less is not looked into; steps may begin some
 * minutes before. */
enum { BEHIND_S = 900 };

struct deciding {
	struct pair_step *steps;
	size_t at;
	int64_t counted_end_s; /* of the last step that counts */
	int64_t trusted_end_s; /* as far as trusted clocks came */
	size_t odd_from;       /* the first of the run of odd ones */
	int64_t odd_last_s;    /* start of its last; 0: there is no run */
};

static void take(struct deciding *d, size_t i)
{
	struct pair_step *step = &d->steps[i];

	step->counts = step->start_s >= d->counted_end_s;
	if (step->counts)
		d->counted_end_s = step->start_s + SERIES_PAIR_STEP_S;
}

/* The clock was ahead: nothing of times from from_s on was so. */
static void drop_later(struct deciding *d, int64_t from_s)
{
	d->counted_end_s = 0;
	for (size_t i = 0; i < d->at; i++) {
		struct pair_step *step = &d->steps[i];
		int64_t end_s = step->start_s + SERIES_PAIR_STEP_S;

		step->counts = step->counts && end_s <= from_s;
		if (step->counts && end_s > d->counted_end_s)
			d->counted_end_s = end_s;
	}
}

static void decide_trusted(struct deciding *d, bool goes_on)
{
	const struct pair_step *step = &d->steps[d->at];
	int64_t end_s = step->start_s + SERIES_PAIR_STEP_S;

	if (end_s < d->trusted_end_s - BEHIND_S) {
		drop_later(d, goes_on ? d->steps[d->odd_from].start_s
				      : step->start_s);
		d->trusted_end_s = 0;
	}
	if (end_s > d->trusted_end_s)
		d->trusted_end_s = end_s;
	for (size_t i = d->odd_from; goes_on && i < d->at; i++)
		take(d, i);
	d->odd_last_s = 0;
	take(d, d->at);
}

void pair_steps_decide(struct pair_step *steps, size_t count)
{
	struct deciding d = { .steps = steps };

	for (d.at = 0; d.at < count; d.at++) {
		struct pair_step *step = &steps[d.at];
		bool goes_on =
		    d.odd_last_s != 0 && step->start_s >= d.odd_last_s &&
		    step->start_s - d.odd_last_s <= 2 * SERIES_PAIR_STEP_S;

		step->counts = false;
		if (!step->odd_clock) {
			decide_trusted(&d, goes_on);
			continue;
		}
		if (!goes_on)
			d.odd_from = d.at;
		d.odd_last_s = step->start_s;
	}
}
