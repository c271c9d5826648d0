/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdlib.h>

#include "collector/losses.h"

enum { STEP = 1000, RATE = 100, MANY = 4 * LOSSES_PLACES };

static struct losses l;
static const struct loss_pair **found;

/* How many pairs lose, as seen from a step. */
static size_t list(const struct losses *from, int64_t step)
{
	size_t count = 0;

	free(found);
	found = NULL;
	ck_assert_int_eq(losses_list(from, step, &found, &count), 0);
	return count;
}

static void setup(void)
{
	ck_assert_int_eq(losses_init(&l), 0);
}

static void teardown(void)
{
	losses_fini(&l);
	free(found);
	found = NULL;
}

static void see(uint32_t from, uint32_t to, int64_t step, uint64_t in,
		uint64_t out)
{
	const struct balance_part parts[] = {
		{ BALANCE_IN, (double)in * RATE, (double)in, RATE },
		{ BALANCE_OUT, (double)out * RATE, (double)out, RATE },
	};

	losses_add(&l, from, to, step, &parts[0]);
	losses_add(&l, from, to, step, &parts[1]);
}

START_TEST(a_pair_that_loses_is_found)
{
	for (int i = 0; i < 20; i++) {
		see(1, 2, STEP + i, 1000, 850);
		see(2, 1, STEP + i, 1000, 1000);
		see(3, 1, STEP + i, 850, 1000);
	}
	ck_assert_uint_eq(list(&l, STEP + 19), 1);
	ck_assert_uint_eq(found[0]->from, 1);
	ck_assert_uint_eq(found[0]->to, 2);
}
END_TEST

START_TEST(those_that_talk_most_stay)
{
	for (int k = 0; k < 3; k++) {
		for (uint32_t i = 0; i < MANY; i++)
			see(10 + i, 5, STEP + k, 1, 1);
		for (uint32_t i = 0; i < 100; i++)
			see(MANY + 10 + i, 6, STEP + k, 2000 + i, 1000);
	}
	ck_assert_uint_ge(list(&l, STEP + 2), 99);
	/* those that lose most first */
	for (size_t i = 1; i < 90; i++)
		ck_assert_uint_lt(found[i]->from, found[i - 1]->from);
}
END_TEST

/* After a day of silence a pair's weight is nothing. */
START_TEST(who_was_loud_long_ago_gives_way)
{
	for (int k = 0; k < 2; k++) {
		for (uint32_t i = 0; i < MANY; i++)
			see(10 + i, 5, STEP + k, 1000, 1000);
	}
	for (int k = 0; k < 2; k++) {
		for (uint32_t i = 0; i < 50; i++)
			see(MANY + 10 + i, 6, STEP + 1440 + k, 500, 300);
	}
	ck_assert_uint_ge(list(&l, STEP + 1441), 49);
}
END_TEST

/* One side may have been refused a place. */
START_TEST(the_step_that_a_pair_comes_in_does_not_count)
{
	const struct balance_part in = { BALANCE_IN, 1e6, 1e4, RATE };

	losses_add(&l, 1, 2, STEP, &in);
	ck_assert_uint_eq(list(&l, STEP), 0);
	losses_add(&l, 1, 2, STEP + 1, &in);
	ck_assert_uint_eq(list(&l, STEP + 1), 1);
}
END_TEST

START_TEST(what_is_over_is_no_loss_any_more)
{
	for (int i = 0; i < 20; i++)
		see(1, 2, STEP + i, 1000, 850);
	ck_assert_uint_eq(list(&l, STEP + 24), 1);
	ck_assert_uint_eq(list(&l, STEP + 25), 0);
}
END_TEST

START_TEST(pairs_outlive_a_reload)
{
	uint32_t interfaces[] = { 0, 4, 3, 0 };
	struct losses next;

	for (int i = 0; i < 20; i++) {
		see(1, 2, STEP + i, 1000, 850);
		see(3, 2, STEP + i, 1000, 850); /* 3 is gone */
	}
	ck_assert_int_eq(losses_init(&next), 0);
	losses_continue(&next, &l, interfaces);
	ck_assert_uint_eq(list(&next, STEP + 19), 1);
	ck_assert_uint_eq(found[0]->from, 4);
	ck_assert_uint_eq(found[0]->to, 3);
	losses_fini(&next);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_pair_that_loses_is_found, 0 },
		{ those_that_talk_most_stay, 0 },
		{ who_was_loud_long_ago_gives_way, 0 },
		{ the_step_that_a_pair_comes_in_does_not_count, 0 },
		{ what_is_over_is_no_loss_any_more, 0 },
		{ pairs_outlive_a_reload, 0 },
	};

	return unit_run_with("losses", setup, teardown, tests, COUNT_OF(tests));
}
