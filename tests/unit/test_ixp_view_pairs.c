/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Which pairs have rows: since when, for how long, and how many. */

#include "support/unit.h"

#include <math.h>

#include "support/viewed_tree.h"
#include "util/log.h"

#define WINDOWS INT64_C(288) /* of a day */

static struct viewed_tree t;

static void setup(void)
{
	viewed_open(&t);
}

static void teardown(void)
{
	viewed_close(&t);
}

START_TEST(pairs_go_on_after_a_restart)
{
	viewed_send(&t, 7, 8, FAMILY_IPV4, 3000);
	viewed_send(&t, 7, 8, FAMILY_IPV6, 3000);
	viewed_send(&t, 10, 11, FAMILY_IPV4, 3000);
	viewed_close_window(&t);
	viewed_reopen(&t, "", 1);
	viewed_close_window(&t);
	viewed_close_window(&t);
	viewed_row(&t, viewed_p2p(7, 8), 2, 0, 0);
	viewed_row(&t, viewed_of(viewed_p2p(8, 7), IXP_IPV6, IXP_PKTS), 2, 0,
		   0);
	viewed_row(&t, viewed_p2p(10, 11), 1, 0, 0);
	ck_assert(!viewed_has(
	    &t, viewed_of(viewed_p2p(10, 11), IXP_IPV6, IXP_BYTES)));
	ck_assert_uint_eq(ixp_view_counters(t.view).pairs, 4);
}
END_TEST

/* The handler makes a file for each pair; those that never spoke stay so. */
START_TEST(a_pair_that_never_spoke_gets_no_zeros)
{
	const struct ixp_file never = viewed_p2p(8, 9);
	struct series_row rows[] = {
		{ .start_s = VIEW_START - 2 * VIEW_WINDOW_S },
		{ .start_s = VIEW_START - VIEW_WINDOW_S }
	};
	size_t skipped;

	ck_assert_int_eq(ixp_tree_write(t.tree, &never, rows, 2, &skipped), 0);
	viewed_send(&t, 7, 8, FAMILY_IPV4, 3000);
	viewed_close_window(&t);
	viewed_close_window(&t);
	viewed_row(&t, never, -1, 0, 0);
	viewed_row(&t, never, 0, NAN, NAN);
	ck_assert(!viewed_has(&t, viewed_p2p(9, 8)));
	ck_assert_uint_eq(ixp_view_counters(t.view).pairs, 2);
}
END_TEST

START_TEST(a_silent_pair_ages_out_and_may_speak_again)
{
	viewed_reopen(&t, ", age_days: 1", 1);
	viewed_send(&t, 7, 8, FAMILY_IPV4, 3000);
	viewed_close_window(&t);
	viewed_close_at(&t, WINDOWS / 3);
	t.now_s = VIEW_START + WINDOWS / 2 * VIEW_WINDOW_S;
	viewed_send(&t, 9, 8, FAMILY_IPV4, 3000);
	viewed_close_window(&t);
	for (int64_t i = WINDOWS - 2; i < WINDOWS + 20; i++)
		viewed_close_at(&t, i);
	viewed_row(&t, viewed_p2p(7, 8), WINDOWS, 0, 0);
	ck_assert_uint_eq(ixp_view_counters(t.view).pairs, 2);
	ck_assert_uint_eq(ixp_view_counters(t.view).pairs_aged, 2);
	viewed_send(&t, 7, 8, FAMILY_IPV4, 6000);
	viewed_close_window(&t);
	viewed_row(&t, viewed_p2p(7, 8), WINDOWS + 1, NAN, NAN);
	viewed_row(&t, viewed_p2p(7, 8), WINDOWS + 19, NAN, NAN);
	viewed_row(&t, viewed_p2p(7, 8), WINDOWS + 20, 0, 20);
	viewed_row(&t, viewed_p2p(8, 9), WINDOWS + 20, 0, 0);
	viewed_row(&t, viewed_individual(7), WINDOWS + 10, 0, 0);
	ck_assert_uint_eq(ixp_view_counters(t.view).pairs, 4);
}
END_TEST

/* A restart does not make a pair young again. */
START_TEST(the_age_of_a_pair_is_told_by_its_file)
{
	viewed_reopen(&t, ", age_days: 1", 1);
	viewed_send(&t, 7, 8, FAMILY_IPV4, 3000);
	viewed_close_window(&t);
	viewed_close_at(&t, 1);
	viewed_close_at(&t, WINDOWS / 2);
	viewed_reopen(&t, ", age_days: 1", 1);
	for (int64_t i = WINDOWS - 2; i < WINDOWS + 3; i++)
		viewed_close_at(&t, i);
	viewed_row(&t, viewed_p2p(7, 8), WINDOWS, 0, 0);
	viewed_row(&t, viewed_p2p(7, 8), WINDOWS + 1, NAN, NAN);
}
END_TEST

START_TEST(pairs_beyond_the_bound_are_refused_and_counted)
{
	viewed_reopen(&t, ", pairs_max: 4", 1);
	viewed_send(&t, 7, 8, FAMILY_IPV4, 3000);
	viewed_send(&t, 8, 9, FAMILY_IPV4, 3000);
	viewed_send(&t, 7, 9, FAMILY_IPV4, 3000);
	viewed_close_window(&t);
	ck_assert(viewed_has(&t, viewed_p2p(7, 8)) &&
		  viewed_has(&t, viewed_p2p(9, 8)) &&
		  !viewed_has(&t, viewed_p2p(7, 9)));
	viewed_row(&t, viewed_individual(7), 0, 20, 0);
	viewed_row(&t, viewed_aggregate(100), 0, 30, 30);
	ck_assert_uint_eq(ixp_view_counters(t.view).pairs, 4);
	ck_assert_uint_eq(ixp_view_counters(t.view).samples_refused, 1);
	log_set_level((enum log_level)SILENT);
	/* of two pairs that have files */
	viewed_reopen(&t, ", pairs_max: 2", 1);
	viewed_close_window(&t);
	ck_assert_uint_eq(ixp_view_counters(t.view).pairs, 2);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ pairs_go_on_after_a_restart, 0 },
		{ a_pair_that_never_spoke_gets_no_zeros, 0 },
		{ a_silent_pair_ages_out_and_may_speak_again, 0 },
		{ the_age_of_a_pair_is_told_by_its_file, 0 },
		{ pairs_beyond_the_bound_are_refused_and_counted, 0 },
	};

	return unit_run_with("ixp_view_pairs", setup, teardown, tests,
			     COUNT_OF(tests));
}
