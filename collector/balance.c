/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/balance.h"

#include <math.h>

enum {
	SHUT_STEPS = 60,
	SHUT_STEPS_MAX = 24 * 60,
};

/* What a step leaves of the past. */
static const double FADE = 31.0 / 32;

static void add(struct balance_sum *to, const struct balance_sum *from)
{
	to->packets[0] += from->packets[0];
	to->packets[1] += from->packets[1];
	to->variance += from->variance;
}

static void fade(struct balance *b, int64_t steps)
{
	double by = pow(FADE, (double)steps);

	add(&b->past, &b->now);
	b->past.packets[0] *= by;
	b->past.packets[1] *= by;
	b->past.variance *= by;
	b->now = (struct balance_sum){ 0 };
}

void balance_begin(struct balance *b, int64_t step)
{
	struct balance_loss loss;

	if (b->step == step)
		return;
	b->loses = balance_loss(b, &loss);
	if (b->step != 0)
		fade(b, step > b->step ? step - b->step : 1);
	b->step = step;
}

void balance_add(struct balance *b, int64_t step, int side, double packets,
		 double samples)
{
	balance_begin(b, step);
	b->now.packets[side] += packets;
	b->now.variance += packets * fmax(packets / samples - 1, 0);
}

/* Whether a side has less than its share of the other's, by so many standard
 * deviations. */
static bool lacks(const struct balance_sum *s, int side, double share,
		  double deviations)
{
	double own = s->packets[side];
	double other = s->packets[!side];

	return own < share * other &&
	       other - own > deviations * sqrt(s->variance);
}

/* One step alone may say it, where much is missing; else all that is known. The
 * bounds are wide: of a million judgements by chance less than one is wrong. */
static bool lacks_much(const struct balance *b, int side)
{
	struct balance_sum all = b->past;

	add(&all, &b->now);
	return lacks(&b->now, side, 0.5, 6) || lacks(&all, side, 0.75, 5);
}

bool balance_is_shut(struct balance *b, int side, int64_t step)
{
	int64_t again = b->shut_until + b->shut_steps;

	if (balance_was_shut(b, step))
		return true;
	if (!lacks_much(b, side))
		return false;
	if (b->shut_steps == 0 || step > again)
		b->shut_steps = SHUT_STEPS;
	else if (2 * b->shut_steps < SHUT_STEPS_MAX)
		b->shut_steps *= 2;
	else
		b->shut_steps = SHUT_STEPS_MAX;
	b->shut_until = step + b->shut_steps;
	b->past = (struct balance_sum){ 0 };
	b->now = (struct balance_sum){ 0 };
	return true;
}

double balance_weight(const struct balance *b, int64_t step)
{
	struct balance_sum all = b->past;
	double age = step > b->step ? (double)(step - b->step) : 0;

	add(&all, &b->now);
	return (all.packets[0] + all.packets[1]) * pow(FADE, age);
}

bool balance_loss(const struct balance *b, struct balance_loss *out)
{
	struct balance_sum all = b->past;
	double lost;
	double deviation;

	add(&all, &b->now);
	if (all.packets[BALANCE_IN] <= 0)
		return false;
	lost = all.packets[BALANCE_IN] - all.packets[BALANCE_OUT];
	deviation = sqrt(all.variance);
	*out = (struct balance_loss){
		.share = lost / all.packets[BALANCE_IN],
		.ci95 = 1.96 * deviation / all.packets[BALANCE_IN],
		.packets = all.packets[BALANCE_IN],
	};
	return lost > 4.5 * deviation;
}
