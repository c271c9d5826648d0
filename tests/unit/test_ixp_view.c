/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/clock.h"
#include "support/stored_rows.h"
#include "support/viewed_tree.h"

static struct viewed_tree t;

static void setup(void)
{
	viewed_open(&t);
}

static void teardown(void)
{
	viewed_close(&t);
}

/* What the handler was seen to write: 7 sends IPv4 to 8, 10 a second. */
START_TEST(directions_are_those_of_the_handler)
{
	viewed_send(&t, 7, 8, FAMILY_IPV4, 3000);
	viewed_close_window(&t);
	viewed_row(&t, viewed_p2p(7, 8), 0, 0, 10);
	viewed_row(&t, viewed_p2p(8, 7), 0, 10, 0);
	viewed_row(&t, viewed_individual(7), 0, 10, 0);
	viewed_row(&t, viewed_individual(8), 0, 0, 10);
	viewed_row(&t, viewed_individual(9), 0, 0, 0);
	viewed_row(&t, viewed_aggregate(100), 0, 10, 10);
	viewed_row(&t, viewed_aggregate(200), 0, 0, 0);
	viewed_row(&t, viewed_of(viewed_p2p(7, 8), IXP_IPV4, IXP_PKTS), 0, 0,
		   1);
	viewed_row(&t, viewed_of(viewed_p2p(8, 7), IXP_IPV4, IXP_PKTS), 0, 1,
		   0);
	viewed_row(&t, viewed_of(viewed_individual(7), IXP_IPV4, IXP_PKTS), 0,
		   1, 0);
	viewed_row(&t, viewed_of(viewed_aggregate(100), IXP_IPV4, IXP_PKTS), 0,
		   1, 1);
	viewed_row(&t, viewed_of(viewed_individual(7), IXP_IPV6, IXP_BYTES), 0,
		   0, 0);
	ck_assert(
	    !viewed_has(&t, viewed_of(viewed_p2p(7, 8), IXP_IPV6, IXP_BYTES)));
	ck_assert(!viewed_has(&t, viewed_p2p(7, 9)));
}
END_TEST

START_TEST(both_directions_and_families_of_a_pair_stand_apart)
{
	viewed_send(&t, 9, 7, FAMILY_IPV4, 300);
	viewed_send(&t, 7, 9, FAMILY_IPV4, 600);
	viewed_send(&t, 9, 7, FAMILY_IPV6, 900);
	viewed_send(&t, 9, 7, FAMILY_IPV6, 300);
	viewed_close_window(&t);
	viewed_row(&t, viewed_p2p(7, 9), 0, 1, 2);
	viewed_row(&t, viewed_p2p(9, 7), 0, 2, 1);
	viewed_row(&t, viewed_of(viewed_p2p(7, 9), IXP_IPV6, IXP_BYTES), 0, 4,
		   0);
	viewed_row(&t, viewed_of(viewed_p2p(9, 7), IXP_IPV6, IXP_BYTES), 0, 0,
		   4);
	viewed_row(&t, viewed_of(viewed_individual(9), IXP_IPV6, IXP_BYTES), 0,
		   4, 0);
	viewed_row(&t, viewed_individual(9), 0, 1, 2);
}
END_TEST

START_TEST(only_ip_between_two_in_one_vlan_counts)
{
	uint32_t a = viewed_interface(&t.e, 64500, 100);
	uint32_t b = viewed_interface(&t.e, 64501, 100);
	uint32_t other_vlan = viewed_interface(&t.e, 64503, 200);
	uint32_t no_vlan = viewed_interface(&t.e, 64501, 0);

	viewed_count(&t, a, b, FAMILY_OTHER, 3000);
	viewed_count(&t, a, a, FAMILY_IPV4, 3000);
	viewed_count(&t, a, REGISTRY_NOBODY, FAMILY_IPV4, 3000);
	viewed_count(&t, REGISTRY_NOBODY, b, FAMILY_IPV4, 3000);
	viewed_count(&t, a, other_vlan, FAMILY_IPV4, 3000);
	viewed_count(&t, a, no_vlan, FAMILY_IPV4, 3000);
	viewed_close_window(&t);
	viewed_row(&t, viewed_aggregate(100), 0, 0, 0);
	viewed_row(&t, viewed_individual(7), 0, 0, 0);
	ck_assert_uint_eq(ixp_view_counters(t.view).pairs, 0);
	ck_assert_uint_eq(ixp_view_counters(t.view).samples_without_id, 0);
}
END_TEST

START_TEST(what_has_no_id_is_counted)
{
	uint32_t a = viewed_interface(&t.e, 64500, 100);
	uint32_t without = viewed_interface(&t.e, 64504, 100);

	viewed_count(&t, a, without, FAMILY_IPV4, 3000);
	viewed_count(&t, without, a, FAMILY_IPV6, 3000);
	viewed_count(&t, without, a, FAMILY_OTHER, 3000);
	viewed_close_window(&t);
	viewed_row(&t, viewed_aggregate(100), 0, 0, 0);
	ck_assert_uint_eq(ixp_view_counters(t.view).samples_without_id, 2);
}
END_TEST

START_TEST(a_silent_pair_gets_zeros_and_an_outage_is_unknown)
{
	viewed_send(&t, 7, 8, FAMILY_IPV4, 3000);
	viewed_close_window(&t);
	viewed_close_window(&t);
	t.now_s += VIEW_WINDOW_S; /* no step at all */
	ixp_view_covered(t.view, &(struct ixp_step){
				     .start_s = t.now_s,
				     .covered_us = VIEW_WINDOW_S * US_PER_S });
	ixp_view_close(t.view); /* no switch was alive */
	t.now_s += VIEW_WINDOW_S;
	viewed_close_window(&t);
	viewed_row(&t, viewed_p2p(7, 8), 0, 0, 10);
	viewed_row(&t, viewed_p2p(7, 8), 1, 0, 0);
	for (int64_t i = 2; i <= 3; i++) {
		viewed_row(&t, viewed_p2p(7, 8), i, NAN, NAN);
		viewed_row(&t, viewed_individual(7), i, NAN, NAN);
		viewed_row(&t, viewed_aggregate(100), i, NAN, NAN);
	}
	viewed_row(&t, viewed_p2p(7, 8), 4, 0, 0);
	viewed_row(&t, viewed_aggregate(100), 4, 0, 0);
	ck_assert_uint_eq(ixp_view_counters(t.view).windows, 3);
	ck_assert_uint_eq(ixp_view_counters(t.view).windows_unknown, 1);
}
END_TEST

static const struct {
	int64_t covered_s;
	bool edge;
	double rate;
} covers[] = {
	{ 300, false, 10 },  { 200, false, 15 }, { 150, false, 20 },
	{ 149, false, NAN }, { 60, true, 50 },	 { 4, true, NAN },
};

START_TEST(a_rate_is_over_what_was_covered)
{
	viewed_send(&t, 7, 8, FAMILY_IPV4, 3000);
	viewed_cover(&t, covers[_i].covered_s, covers[_i].edge, 0);
	ixp_view_close(t.view);
	t.now_s += VIEW_WINDOW_S;
	viewed_send(&t, 7, 8, FAMILY_IPV4, 300);
	viewed_close_window(&t);
	viewed_row(&t, viewed_p2p(8, 7), 0, covers[_i].rate,
		   isnan(covers[_i].rate) ? NAN : 0);
	viewed_row(&t, viewed_individual(7), 0, covers[_i].rate,
		   isnan(covers[_i].rate) ? NAN : 0);
	viewed_row(&t, viewed_aggregate(100), 0, covers[_i].rate,
		   covers[_i].rate);
	viewed_row(&t, viewed_p2p(8, 7), 1, 1, 0);
}
END_TEST

START_TEST(a_direction_is_known_as_far_as_its_sender_was_seen)
{
	viewed_send(&t, 7, 8, FAMILY_IPV4, 300);
	viewed_send(&t, 7, 9, FAMILY_IPV4, 300);
	viewed_close_window(&t);
	viewed_send(&t, 8, 7, FAMILY_IPV4, 3000);
	viewed_cover(&t, VIEW_WINDOW_S, false, 64500);
	ixp_view_close(t.view);
	viewed_row(&t, viewed_p2p(7, 8), 1, 10, NAN);
	viewed_row(&t, viewed_p2p(8, 7), 1, NAN, 10);
	viewed_row(&t, viewed_p2p(9, 7), 1, NAN, 0);
	viewed_row(&t, viewed_individual(7), 1, NAN, NAN);
	viewed_row(&t, viewed_individual(8), 1, 10, 0);
	viewed_row(&t, viewed_aggregate(100), 1, 10, 10);
}
END_TEST

/* Whatever was counted: files of each kind sum up to the same. */
START_TEST(each_kind_of_file_sums_up_to_all)
{
	const uint32_t lan[] = { 7, 8, 9 };
	uint64_t seed = (uint64_t)_i + 1;
	double total = 0;
	double sums[6] = { 0 };
	struct ixp_row row = { 0, 0 };

	for (int i = 0; i < 20; i++) {
		uint32_t from = lan[stored_random(&seed) % 3];
		uint32_t to = lan[stored_random(&seed) % 3];
		uint64_t bytes = stored_random(&seed) % 100000;

		if (from == to)
			continue;
		viewed_send(&t, from, to, FAMILY_IPV6, bytes);
		total += (double)bytes;
	}
	viewed_close_window(&t);
	for (size_t i = 0; i < 3; i++) {
		struct ixp_file file =
		    viewed_of(viewed_individual(lan[i]), IXP_IPV6, IXP_BYTES);

		row = ixp_rows_read(t.tree, &file, VIEW_START);
		sums[0] += row.in;
		sums[1] += row.out;
		for (size_t j = 0; j < 3; j++) {
			file = viewed_of(viewed_p2p(lan[i], lan[j]), IXP_IPV6,
					 IXP_BYTES);
			if (!viewed_has(&t, file))
				continue;
			row = ixp_rows_read(t.tree, &file, VIEW_START);
			sums[2] += row.in;
			sums[3] += row.out;
		}
	}
	row = ixp_rows_read(
	    t.tree, &(struct ixp_file){ .protocol = IXP_IPV6, .id = 100 },
	    VIEW_START);
	sums[4] = row.in;
	sums[5] = row.out;
	for (size_t i = 0; i < COUNT_OF(sums); i++)
		ck_assert_double_eq_tol(sums[i] * VIEW_WINDOW_S, total,
					total * 1e-9);
}
END_TEST

START_TEST(who_leaves_keeps_what_was_counted_and_ends)
{
	struct exchange next;

	viewed_send(&t, 7, 8, FAMILY_IPV4, 3000);
	viewed_close_window(&t);
	viewed_send(&t, 7, 8, FAMILY_IPV4, 6000);
	viewed_build(&t, &next, "tree: nowhere");
	next.registry->interfaces[viewed_interface(&next, 64500, 100)].ixp_id =
	    0;
	free(next.config->ixp_manager.tree);
	next.config->ixp_manager.tree = strdup(t.tree);
	ck_assert_int_eq(ixp_view_change(t.view, next.registry), 0);
	exchange_free(&t.e);
	t.e = next;
	viewed_close_window(&t);
	viewed_close_window(&t);
	viewed_row(&t, viewed_individual(7), 1, 20, 0);
	viewed_row(&t, viewed_individual(8), 1, 0, 20);
	viewed_row(&t, viewed_individual(7), 2, NAN, NAN);
	viewed_row(&t, viewed_p2p(8, 7), 2, NAN, NAN);
	viewed_row(&t, viewed_individual(8), 2, 0, 0);
	ck_assert_uint_eq(ixp_view_counters(t.view).pairs, 2);
}
END_TEST

START_TEST(another_tree_begins_where_the_first_one_ends)
{
	char first[PATH_MAX];
	struct exchange next;
	char keys[PATH_MAX + 16];

	viewed_send(&t, 7, 8, FAMILY_IPV4, 3000);
	viewed_close_window(&t);
	viewed_send(&t, 7, 8, FAMILY_IPV4, 3000);
	viewed_cover(&t, 180, false, 0);
	(void)strcpy(first, t.tree);
	(void)snprintf(t.tree, sizeof(t.tree), "%s/other", t.dir);
	(void)snprintf(keys, sizeof(keys), "tree: %s", t.tree);
	viewed_build(&t, &next, keys);
	ck_assert_int_eq(ixp_view_change(t.view, next.registry), 0);
	exchange_free(&t.e);
	t.e = next;
	viewed_cover(&t, 120, false, 0);
	ixp_view_close(t.view);
	t.now_s += VIEW_WINDOW_S;
	viewed_send(&t, 8, 7, FAMILY_IPV4, 300);
	viewed_close_window(&t);
	viewed_row(&t, viewed_p2p(7, 8), 1, NAN, NAN);
	viewed_row(&t, viewed_p2p(7, 8), 2, 1, 0);
	(void)strcpy(t.tree, first);
	viewed_row(&t, viewed_p2p(7, 8), 0, 0, 10);
	viewed_row(&t, viewed_p2p(7, 8), 1, 0, 3000 / 180.0);
}
END_TEST

START_TEST(without_a_tree_nothing_happens)
{
	struct exchange off;

	viewed_build(&t, &off, NULL);
	viewed_send(&t, 7, 8, FAMILY_IPV4, 3000);
	ck_assert_int_eq(ixp_view_change(t.view, off.registry), 0);
	exchange_free(&t.e);
	t.e = off;
	viewed_send(&t, 7, 8, FAMILY_IPV4, 3000);
	viewed_close_window(&t);
	ixp_view_finish(t.view);
	ck_assert(!ixp_view_counters(t.view).on);
	ck_assert_int_ne(access(t.tree, F_OK), 0);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ directions_are_those_of_the_handler, 0 },
		{ both_directions_and_families_of_a_pair_stand_apart, 0 },
		{ only_ip_between_two_in_one_vlan_counts, 0 },
		{ what_has_no_id_is_counted, 0 },
		{ a_silent_pair_gets_zeros_and_an_outage_is_unknown, 0 },
		{ a_rate_is_over_what_was_covered, COUNT_OF(covers) },
		{ a_direction_is_known_as_far_as_its_sender_was_seen, 0 },
		{ each_kind_of_file_sums_up_to_all, 10 },
		{ who_leaves_keeps_what_was_counted_and_ends, 0 },
		{ another_tree_begins_where_the_first_one_ends, 0 },
		{ without_a_tree_nothing_happens, 0 },
	};

	return unit_run_with("ixp_view", setup, teardown, tests,
			     COUNT_OF(tests));
}
