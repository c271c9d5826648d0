/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/balance.h"

#include <math.h>

enum {
	SHUT_STEPS = 60,
	SHUT_STEPS_MAX = 24 * 60,
	LATELY_STEPS = 5,
};

/* What a step leaves of the past. */
static const double left_of_past = 31.0 / 32;

static void add(struct balance_sum *to, const struct balance_sum *from)
{
	for (int i = 0; i < 2; i++) {
		to->packets[i] += from->packets[i];
		to->variance[i] += from->variance[i];
	}
}

static void fade(struct balance *b, int64_t steps)
{
	double by = pow(left_of_past, (double)steps);

	add(&b->past, &b->now);
	for (int i = 0; i < 2; i++) {
		b->past.packets[i] *= by;
		b->past.variance[i] *= by * by;
	}
	b->now = (struct balance_sum){ 0 };
}

void balance_begin(struct balance *b, int64_t step)
{
	struct balance_loss loss;

	if (b->step == step)
		return;
	b->loses = balance_loss(b, step, &loss);
	if (b->step != 0)
		fade(b, step > b->step ? step - b->step : 1);
	b->step = step;
}

void balance_add(struct balance *b, int64_t step,
		 const struct balance_part *part)
{
	double rates = part->packets / part->samples + part->other_rate;

	balance_begin(b, step);
	if (balance_was_shut(b, step))
		return;
	b->now.packets[part->side] += part->packets;
	b->now.variance[part->side] += part->packets * fmax(rates - 2, 0);
}

static double deviation_of(const struct balance_sum *s)
{
	return sqrt(fmax(s->variance[0], s->variance[1]));
}

/* Whether a side has less than its share of the other's, by so many standard
 * deviations. */
static bool lacks(const struct balance_sum *s, int side, double share,
		  double deviations)
{
	double own = s->packets[side];
	double other = s->packets[!side];

	return own < share * other &&
	       other - own > deviations * deviation_of(s);
}

/* One step alone may say it, where much is missing; else all that is known. The
 * bounds are wide: of a million judgements by chance about one is wrong. */
static bool lacks_much(const struct balance *b, int side)
{
	struct balance_sum all = b->past;

	add(&all, &b->now);
	return lacks(&b->now, side, 0.5, 6) || lacks(&all, side, 0.85, 5);
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
	return (all.packets[0] + all.packets[1]) * pow(left_of_past, age);
}

bool balance_loss(const struct balance *b, int64_t step,
		  struct balance_loss *out)
{
	struct balance_sum all = b->past;
	double lost;
	double deviation;

	*out = (struct balance_loss){ 0 };
	add(&all, &b->now);
	if (all.packets[BALANCE_IN] <= 0 || step - b->step > LATELY_STEPS ||
	    balance_was_shut(b, step))
		return false;
	lost = all.packets[BALANCE_IN] - all.packets[BALANCE_OUT];
	deviation = deviation_of(&all);
	*out = (struct balance_loss){
		.share = lost / all.packets[BALANCE_IN],
		.ci95 = 1.96 * deviation / all.packets[BALANCE_IN],
		.packets = all.packets[BALANCE_IN],
	};
	return lost > 4.5 * deviation;
}
