/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/calibration.h"

#include <math.h>

/* In ratios. */
static const double tolerance = 0.02;

/* In standard deviations. With a slack of a half and this limit chance alone
 * tells of a drift once in 200 years of one port's windows (Siegmund's
 * approximation): once in a year of an exchange's. */
static const double slack = 0.5;
static const double limit = 15;
/* So that what is mended is seen to be. */
static const double sum_max = 30;

/* A window of fewer samples, or so, is no measurement. */
static const double samples_least = 10;

/* Nor one of fewer bytes, of a mirror: at its ends counters are read. */
static const double exact_least = 1e6;
static const double exact_deviation = 0.01;

/* How much of a window goes into the usual noise. */
static const double noise_share = 1.0 / 12;

static double grow(double sum, double deviation)
{
	return fmin(fmax(sum + deviation - slack, 0), sum_max);
}

/* A port whose samples stop has no variance: the usual one stands in. */
static double noise_of(const struct calibration *c)
{
	double now = c->estimated > 0 ? c->variance / c->estimated : 0;

	return fmax(now, c->noise);
}

static void learn_noise(struct calibration *c)
{
	double now;

	if (!(c->estimated > 0))
		return;
	now = c->variance / c->estimated;
	c->noise =
	    c->noise > 0 ? c->noise + noise_share * (now - c->noise) : now;
}

static void judge(struct calibration *c, double deviation)
{
	double off = c->ratio - 1;

	c->high = grow(c->high, (off - tolerance) / deviation);
	c->low = grow(c->low, (-off - tolerance) / deviation);
	if (c->high >= limit)
		c->drift = DRIFT_HIGH;
	else if (c->low >= limit)
		c->drift = DRIFT_LOW;
	else if (c->high == 0 && c->low == 0)
		c->drift = DRIFT_NONE;
}

static void measure(struct calibration *c, int64_t end_step, double ci95,
		    double deviation)
{
	c->known = true;
	c->at_step = end_step;
	c->ratio = c->estimated / c->counted;
	c->ci95 = ci95;
	judge(c, deviation);
}

static void close_exact(struct calibration *c, int64_t end_step)
{
	if (c->counted >= exact_least)
		measure(c, end_step, 0, exact_deviation);
}

static void close_sampled(struct calibration *c, int64_t end_step)
{
	double noise = noise_of(c);
	double deviation;

	learn_noise(c);
	/* counted/noise is the number of samples but for the frames' spread */
	if (!(noise > 0) || c->counted < samples_least * noise)
		return;
	deviation = sqrt(noise / c->counted);
	measure(c, end_step, 1.96 * deviation, deviation);
}

static void close_window(struct calibration *c, int64_t end_step)
{
	if (c->exact)
		close_exact(c, end_step);
	else
		close_sampled(c, end_step);
	c->counted = 0;
	c->estimated = 0;
	c->variance = 0;
}

/* Samples came in the place of a mirror, or the other way round: what was
 * learned of the one says nothing of the other. */
static void begin_anew(struct calibration *c, bool exact)
{
	*c = (struct calibration){ .exact = exact };
}

void calibration_add(struct calibration *c, struct calibration_step step)
{
	int64_t window = step.step / CALIBRATION_STEPS;

	if (c->exact != step.exact)
		begin_anew(c, step.exact);
	if (c->window != 0 && c->window != window)
		close_window(c, (c->window + 1) * CALIBRATION_STEPS);
	c->window = window;
	c->counted += step.counted;
	c->estimated += step.estimated;
	c->variance += step.variance;
}
