/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <math.h>

#include "collector/calibration.h"

enum { FIRST = 28333335, /* begins a window */ NOISE = 1000000 };

static struct calibration c;
static int64_t step;

static void setup(void)
{
	c = (struct calibration){ 0 };
	step = FIRST;
}

/* A window in which a port has counted so much and its estimate is off. */
static void pass(double counted, double ratio)
{
	for (int i = 0; i < CALIBRATION_STEPS; i++) {
		double estimated = counted / CALIBRATION_STEPS * ratio;

		calibration_add(&c, (struct calibration_step){
					.step = step++,
					.counted = counted / CALIBRATION_STEPS,
					.estimated = estimated,
					.variance = estimated * NOISE });
	}
}

/* Have the last window closed. */
static void close(void)
{
	calibration_add(&c, (struct calibration_step){ .step = step });
}

START_TEST(a_window_is_known_when_it_is_over)
{
	pass(1e10, 1.01);
	ck_assert(!c.known);
	close();
	ck_assert(c.known);
	ck_assert_int_eq(c.at_step, FIRST + CALIBRATION_STEPS);
	ck_assert_double_eq_tol(c.ratio, 1.01, 1e-9);
	/* 10,000 samples: one per cent */
	ck_assert_double_eq_tol(c.ci95, 1.96 * 0.01, 1e-6);
}
END_TEST

START_TEST(few_samples_are_no_measurement)
{
	pass(9.0 * NOISE, 2);
	close();
	ck_assert(!c.known);
	ck_assert_int_eq(c.drift, DRIFT_NONE);
	setup();
	pass(11.0 * NOISE, 1);
	close();
	ck_assert(c.known);
}
END_TEST

static const struct {
	double counted;
	double ratio;
	enum drift drift;
	int at_least; /* windows until it is said; 0: never */
	int at_most;
} drifts[] = {
	{ 1e10, 1, DRIFT_NONE, 0, 0 },	   { 1e10, 1.019, DRIFT_NONE, 0, 0 },
	{ 1e13, 0.981, DRIFT_NONE, 0, 0 }, { 1e10, 1.05, DRIFT_HIGH, 5, 8 },
	{ 1e10, 0.95, DRIFT_LOW, 5, 8 },   { 1e10, 2, DRIFT_HIGH, 1, 1 },
	{ 1e8, 0.5, DRIFT_LOW, 2, 6 },	   { 1e8, 1.1, DRIFT_HIGH, 20, 60 },
	{ 2e7, 0.9, DRIFT_NONE, 0, 0 },
};

START_TEST(what_is_off_for_long_is_a_drift)
{
	int n = 0;

	while (n < 300 && c.drift == DRIFT_NONE) {
		pass(drifts[_i].counted, drifts[_i].ratio);
		close();
		step++;
		step += CALIBRATION_STEPS - step % CALIBRATION_STEPS;
		n++;
	}
	ck_assert_int_eq(c.drift, drifts[_i].drift);
	if (drifts[_i].drift != DRIFT_NONE) {
		ck_assert_int_ge(n, drifts[_i].at_least);
		ck_assert_int_le(n, drifts[_i].at_most);
	}
}
END_TEST

/* A sampler that stops has no variance of its own. */
START_TEST(samples_that_stop_are_a_drift)
{
	pass(1e10, 1);
	pass(1e10, 0);
	pass(1e10, 0);
	close();
	ck_assert_double_eq(c.ratio, 0);
	ck_assert_int_eq(c.drift, DRIFT_LOW);
}
END_TEST

START_TEST(what_is_mended_is_no_drift_any_more)
{
	for (int i = 0; i < 50; i++)
		pass(1e10, 1.5);
	close();
	ck_assert_int_eq(c.drift, DRIFT_HIGH);
	step += CALIBRATION_STEPS - step % CALIBRATION_STEPS;
	for (int i = 0; i < 20; i++)
		pass(1e10, 1);
	close();
	ck_assert_int_eq(c.drift, DRIFT_NONE);
}
END_TEST

/* By chance alone: a normal deviation each window, of fixed seeds. */
START_TEST(chance_is_no_drift)
{
	uint64_t state = 12345;

	for (int i = 0; i < 20000; i++) {
		double sum = -6;

		for (int k = 0; k < 12; k++) {
			state =
			    state * 6364136223846793005u + 1442695040888963407u;
			sum += (double)(state >> 11) * 0x1p-53;
		}
		pass(1e9, 1 + sum * sqrt(NOISE / 1e9));
		ck_assert_int_eq(c.drift, DRIFT_NONE);
	}
}
END_TEST

/* Windows of a mirror, which has no variance. */
static void mirror(int windows, double counted, double share)
{
	for (int i = 0; i < windows; i++) {
		calibration_add(&c, (struct calibration_step){
					.step = step,
					.exact = true,
					.counted = counted,
					.estimated = counted * share });
		step += CALIBRATION_STEPS;
	}
	calibration_add(
	    &c, (struct calibration_step){ .step = step, .exact = true });
}

START_TEST(a_mirror_tells_what_share_it_sees)
{
	mirror(3, 1e9, 0.972);
	ck_assert(c.known);
	ck_assert(c.exact);
	ck_assert_double_eq_tol(c.ratio, 0.972, 1e-9);
	ck_assert_double_eq(c.ci95, 0);
	ck_assert_int_eq(c.drift, DRIFT_NONE);
}
END_TEST

static const struct {
	double share;
	enum drift drift;
	int windows;
} shares[] = {
	{ 1, DRIFT_NONE, 300 }, { 0.985, DRIFT_NONE, 300 },
	{ 0.9, DRIFT_LOW, 3 },	{ 0, DRIFT_LOW, 2 },
	{ 2, DRIFT_HIGH, 2 }, /* both directions, and it was to be one */
};

START_TEST(a_mirror_that_sees_less_for_long_is_named)
{
	mirror(1, 1e9, 1);
	mirror(shares[_i].windows, 1e9, shares[_i].share);
	ck_assert(c.exact);
	ck_assert_double_eq(c.ratio, shares[_i].share);
	ck_assert_int_eq(c.drift, shares[_i].drift);
}
END_TEST

START_TEST(a_mirror_of_nearly_nothing_is_not_compared)
{
	mirror(10, 1e5, 0.5);
	ck_assert(!c.known);
}
END_TEST

START_TEST(a_port_that_its_mirror_leaves_out_is_named)
{
	mirror(3, 1e9, 0);
	ck_assert(c.known);
	ck_assert_double_eq(c.ratio, 0);
	ck_assert_int_eq(c.drift, DRIFT_LOW);
}
END_TEST

/* While a mirror is away samples count, which are off by chance. */
START_TEST(what_samples_said_is_nothing_to_a_mirror)
{
	mirror(3, 1e9, 1);
	for (int i = 0; i < 30; i++)
		pass(1e8, 1.1);
	close();
	ck_assert(!c.exact);
	ck_assert(c.ci95 > 0);
	step += CALIBRATION_STEPS - step % CALIBRATION_STEPS;
	mirror(2, 1e9, 0.999);
	ck_assert(c.exact);
	ck_assert_double_eq(c.ci95, 0);
	ck_assert_int_eq(c.drift, DRIFT_NONE);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_window_is_known_when_it_is_over, 0 },
		{ few_samples_are_no_measurement, 0 },
		{ what_is_off_for_long_is_a_drift, COUNT_OF(drifts) },
		{ samples_that_stop_are_a_drift, 0 },
		{ what_is_mended_is_no_drift_any_more, 0 },
		{ chance_is_no_drift, 0 },
		{ a_mirror_tells_what_share_it_sees, 0 },
		{ a_mirror_that_sees_less_for_long_is_named, COUNT_OF(shares) },
		{ a_mirror_of_nearly_nothing_is_not_compared, 0 },
		{ a_port_that_its_mirror_leaves_out_is_named, 0 },
		{ what_samples_said_is_nothing_to_a_mirror, 0 },
	};

	return unit_run_with("calibration", setup, NULL, tests,
			     COUNT_OF(tests));
}
