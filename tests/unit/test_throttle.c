/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/auth/throttle.h"

#include <stdio.h>

#include "support/unit.h"

static struct throttle *throttle;

static void setup(void)
{
	ck_assert_int_eq(
	    throttle_new(&throttle, 64,
			 (struct throttle_rate){ .burst = 3, .per_s = 10 }),
	    0);
}

static void teardown(void)
{
	throttle_free(throttle);
}

START_TEST(a_burst_and_then_one_at_a_time)
{
	for (int i = 0; i < 3; i++)
		ck_assert(throttle_try(throttle, "a", 1000) == 0);
	ck_assert_double_eq_tol(throttle_try(throttle, "a", 1000), 10, 1e-9);
	ck_assert_double_eq_tol(throttle_try(throttle, "a", 1004), 6, 1e-9);
	ck_assert(throttle_try(throttle, "a", 1010) == 0);
	ck_assert(throttle_try(throttle, "a", 1010) > 0);
	/* However long one waits, it is no more than a burst. */
	for (int i = 0; i < 3; i++)
		ck_assert(throttle_try(throttle, "a", 99999) == 0);
	ck_assert(throttle_try(throttle, "a", 99999) > 0);
}
END_TEST

START_TEST(each_key_has_its_own)
{
	for (int i = 0; i < 4; i++)
		(void)throttle_try(throttle, "a", 0);
	ck_assert(throttle_try(throttle, "a", 0) > 0);
	ck_assert(throttle_try(throttle, "b", 0) == 0);
}
END_TEST

START_TEST(a_try_can_be_taken_back)
{
	for (int i = 0; i < 100; i++) {
		ck_assert(throttle_try(throttle, "a", 5) == 0);
		throttle_return(throttle, "a", 5);
	}
}
END_TEST

/* Whatever comes in between, it stays within its room, and what is owed the
 * most is the last to be forgotten. */
START_TEST(many_keys_push_out_what_is_owed_least)
{
	char key[32];

	for (int i = 0; i < 4; i++)
		(void)throttle_try(throttle, "owed", 1);
	for (int i = 0; i < 10000; i++) {
		(void)snprintf(key, sizeof(key), "%d", i);
		ck_assert(throttle_try(throttle, key, 2) == 0);
	}
	ck_assert(throttle_try(throttle, "owed", 2) > 0);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_burst_and_then_one_at_a_time, 0 },
		{ each_key_has_its_own, 0 },
		{ a_try_can_be_taken_back, 0 },
		{ many_keys_push_out_what_is_owed_least, 0 },
	};

	return unit_run_with("throttle", setup, teardown, tests,
			     COUNT_OF(tests));
}
