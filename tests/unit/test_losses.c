/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include "collector/losses.h"

enum { STEP = 1000, RATE = 100, MANY = 4 * LOSSES_PLACES };

static struct losses l;
static const struct loss_pair *found[MANY];

static void setup(void)
{
	ck_assert_int_eq(losses_init(&l), 0);
}

static void teardown(void)
{
	losses_fini(&l);
}

static void see(uint32_t from, uint32_t to, int64_t step, uint64_t in,
		uint64_t out)
{
	const struct tally tallies[] = {
		{ .packets = in * RATE, .samples = in },
		{ .packets = out * RATE, .samples = out },
	};

	losses_add(&l, from, to, BALANCE_IN, step, &tallies[0]);
	losses_add(&l, from, to, BALANCE_OUT, step, &tallies[1]);
}

START_TEST(a_pair_that_loses_is_found)
{
	for (int i = 0; i < 20; i++) {
		see(1, 2, STEP + i, 1000, 850);
		see(2, 1, STEP + i, 1000, 1000);
		see(3, 1, STEP + i, 850, 1000);
	}
	ck_assert_uint_eq(losses_list(&l, found, MANY), 1);
	ck_assert_uint_eq(found[0]->from, 1);
	ck_assert_uint_eq(found[0]->to, 2);
}
END_TEST

START_TEST(those_that_talk_most_stay)
{
	for (uint32_t i = 0; i < MANY; i++)
		see(10 + i, 5, STEP, 1, 1);
	for (uint32_t i = 0; i < 100; i++)
		see(MANY + 10 + i, 6, STEP, 2000, 1000);
	for (uint32_t i = 0; i < MANY; i++)
		see(10 + i, 7, STEP, 1, 1);
	ck_assert_uint_ge(losses_list(&l, found, MANY), 99);
	ck_assert_uint_eq(losses_list(&l, found, 10), 10);
}
END_TEST

/* After a day of silence a pair's weight is nothing. */
START_TEST(who_was_loud_long_ago_gives_way)
{
	for (uint32_t i = 0; i < MANY; i++)
		see(10 + i, 5, STEP, 1000, 1000);
	for (uint32_t i = 0; i < 50; i++)
		see(MANY + 10 + i, 6, STEP + 1440, 500, 300);
	ck_assert_uint_ge(losses_list(&l, found, MANY), 49);
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
	ck_assert_uint_eq(losses_list(&next, found, MANY), 1);
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
		{ pairs_outlive_a_reload, 0 },
	};

	return unit_run_with("losses", setup, teardown, tests, COUNT_OF(tests));
}
