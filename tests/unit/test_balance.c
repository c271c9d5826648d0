/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include "collector/balance.h"

enum { STEP = 1000, RATE = 100 };

static struct balance b;

static void setup(void)
{
	b = (struct balance){ 0 };
}

static void add(int64_t step, int side, int samples, double rate, double other)
{
	const struct balance_part part = { .side = side,
					   .packets = samples * rate,
					   .samples = samples,
					   .other_rate = other };

	if (samples > 0)
		balance_add(&b, step, &part);
}

/* So many samples of either side in a step. */
static void see(int64_t step, int in, int out)
{
	add(step, BALANCE_IN, in, RATE, RATE);
	add(step, BALANCE_OUT, out, RATE, RATE);
}

static const struct {
	int in;
	int out;
	bool in_shut;
	bool out_shut;
} steps[] = {
	{ 0, 0, false, false },	     { 20, 0, false, false },
	{ 73, 0, false, true },	     { 0, 73, true, false },
	{ 100, 100, false, false },  { 100, 60, false, false },
	{ 300, 120, false, true },   { 120, 300, true, false },
	{ 1000, 800, false, false },
};

START_TEST(one_step_tells_of_a_side_that_lacks_half)
{
	see(STEP, steps[_i].in, steps[_i].out);
	ck_assert_int_eq(balance_is_shut(&b, BALANCE_OUT, STEP),
			 steps[_i].out_shut);
	setup();
	see(STEP, steps[_i].in, steps[_i].out);
	ck_assert_int_eq(balance_is_shut(&b, BALANCE_IN, STEP),
			 steps[_i].in_shut);
}
END_TEST

/* Of ten samples a step none says much. */
START_TEST(many_steps_tell_of_a_side_that_lacks_a_third)
{
	int64_t step = STEP;

	for (; step < STEP + 60 && !balance_is_shut(&b, BALANCE_OUT, step);
	     step++)
		see(step, 30, 19);
	ck_assert_int_gt(step, STEP + 3);
	ck_assert_int_lt(step, STEP + 40);
	ck_assert(balance_was_shut(&b, step + 60));
	ck_assert(!balance_was_shut(&b, step + 61));
}
END_TEST

START_TEST(a_tenth_less_is_loss_and_no_reason_to_shut)
{
	struct balance_loss loss;

	for (int64_t step = STEP; step < STEP + 500; step++) {
		see(step, 1000, 900);
		ck_assert(!balance_is_shut(&b, BALANCE_OUT, step));
	}
	ck_assert(balance_loss(&b, b.step, &loss));
	ck_assert_double_eq_tol(loss.share, 0.1, 1e-9);
	ck_assert_double_lt(loss.ci95, 0.02);
}
END_TEST

START_TEST(what_chance_explains_is_no_loss)
{
	struct balance_loss loss;

	see(STEP, 1000, 900);
	ck_assert(!balance_loss(&b, b.step, &loss));
	ck_assert_double_gt(loss.ci95, loss.share * 0.8);
	setup();
	ck_assert(!balance_loss(&b, b.step, &loss));
}
END_TEST

START_TEST(more_that_goes_out_is_no_loss)
{
	struct balance_loss loss;

	for (int64_t step = STEP; step < STEP + 100; step++)
		see(step, 900, 1000);
	ck_assert(!balance_loss(&b, b.step, &loss));
	ck_assert_double_lt(loss.share, 0);
}
END_TEST

START_TEST(a_side_that_lacks_again_is_shut_for_longer)
{
	int64_t step = STEP;
	int64_t last = 0;

	for (int i = 0; i < 8; i++) {
		see(step, 100, 0);
		ck_assert(balance_is_shut(&b, BALANCE_OUT, step));
		ck_assert_int_eq(b.shut_until - step, i == 0	   ? 60
						      : last < 720 ? 2 * last
								   : 1440);
		last = b.shut_until - step;
		step = b.shut_until;
		ck_assert(balance_was_shut(&b, step));
		ck_assert(!balance_was_shut(&b, ++step));
	}
	/* well for long: it begins anew */
	step += 5000;
	see(step, 100, 0);
	ck_assert(balance_is_shut(&b, BALANCE_OUT, step));
	ck_assert_int_eq(b.shut_until, step + 60);
}
END_TEST

/* A side of which few samples come has none by chance, and no variance. */
START_TEST(a_rare_side_is_not_shut_by_chance)
{
	add(STEP, BALANCE_IN, 48, RATE, 16 * RATE);
	ck_assert(!balance_is_shut(&b, BALANCE_OUT, STEP));
	setup();
	add(STEP, BALANCE_IN, 700, RATE, 16 * RATE);
	ck_assert(balance_is_shut(&b, BALANCE_OUT, STEP));
}
END_TEST

START_TEST(nothing_is_added_while_a_side_is_shut)
{
	int64_t step = STEP;

	see(step, 100, 0);
	ck_assert(balance_is_shut(&b, BALANCE_OUT, step));
	see(b.shut_until, 5000, 0);
	step = b.shut_until + 1;
	see(step, 100, 100);
	ck_assert(!balance_is_shut(&b, BALANCE_OUT, step));
}
END_TEST

START_TEST(a_clock_that_is_set_back_shuts_nothing_for_long)
{
	see(STEP, 100, 0);
	ck_assert(balance_is_shut(&b, BALANCE_OUT, STEP));
	ck_assert(balance_was_shut(&b, STEP + 1));
	ck_assert(!balance_was_shut(&b, STEP - 1000));
}
END_TEST

/* Steps in which either side takes an eighth of the same frames. */
static void sample(uint64_t *state)
{
	for (int64_t step = STEP; step < STEP + 200; step++) {
		int seen[2] = { 0 };

		for (int i = 0; i < 2 * 400; i++) {
			*state = *state * 6364136223846793005u +
				 1442695040888963407u;
			seen[i % 2] += (*state >> 33) % 8 == 0;
		}
		add(step, BALANCE_IN, seen[0], 8, 8);
		add(step, BALANCE_OUT, seen[1], 8, 8);
	}
}

/* Fading leaves the interval what it says: by chance one in 20 lies outside. */
START_TEST(the_interval_of_a_loss_covers_it)
{
	uint64_t state = 99;
	int outside = 0;

	for (int run = 0; run < 400; run++) {
		struct balance_loss loss;

		setup();
		sample(&state);
		(void)balance_loss(&b, b.step, &loss);
		outside += loss.share > loss.ci95 || loss.share < -loss.ci95;
	}
	ck_assert_int_gt(outside, 8);
	ck_assert_int_lt(outside, 36);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ one_step_tells_of_a_side_that_lacks_half, COUNT_OF(steps) },
		{ many_steps_tell_of_a_side_that_lacks_a_third, 0 },
		{ a_tenth_less_is_loss_and_no_reason_to_shut, 0 },
		{ what_chance_explains_is_no_loss, 0 },
		{ more_that_goes_out_is_no_loss, 0 },
		{ a_side_that_lacks_again_is_shut_for_longer, 0 },
		{ a_rare_side_is_not_shut_by_chance, 0 },
		{ nothing_is_added_while_a_side_is_shut, 0 },
		{ a_clock_that_is_set_back_shuts_nothing_for_long, 0 },
		{ the_interval_of_a_loss_covers_it, 0 },
	};

	return unit_run_with("balance", setup, NULL, tests, COUNT_OF(tests));
}
