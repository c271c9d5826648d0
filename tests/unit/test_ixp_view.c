/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <limits.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/clock.h"
#include "collector/ixp_view.h"
#include "support/ixp_rows.h"
#include "support/registry_builder.h"
#include "support/stored_rows.h"
#include "support/tempdir.h"
#include "util/file.h"
#include "util/log.h"

#define T0	STORED_START
#define WINDOW	INT64_C(300)
#define DAY	INT64_C(86400)
#define WINDOWS INT64_C(288) /* of a day */

enum { SILENT = 2, CELLS_MAX = 64 };

/* Who has which id: in VLAN 100 7 to 9, in VLAN 200 10 and 11. */
static const struct {
	uint32_t asn;
	uint16_t vlan;
	uint32_t id;
} ids[] = {
	{ 64500, 100, 7 },  { 64501, 100, 8 },	{ 64502, 100, 9 },
	{ 64502, 200, 10 }, { 64503, 200, 11 },
};

static char *dir;
static char tree[PATH_MAX];
static struct exchange e;
static struct ixp_view *view;
static int64_t now_s; /* start of the window at hand */

static uint32_t interface_of(const struct exchange *x, uint32_t asn,
			     uint16_t vlan)
{
	const struct member *m = registry_member(x->registry, asn);

	for (uint32_t i = 0; i <= m->interface_count; i++) {
		if (x->registry->interfaces[m->catch_all + i].vlan == vlan)
			return m->catch_all + i;
	}
	ck_abort_msg("AS%u is not in VLAN %u", asn, vlan);
}

/* An exchange whose tree is configured so: "tree: X, ...", NULL: not. */
static void build(struct exchange *x, const char *keys)
{
	char *text = exchange_config_text("any", dir);
	char whole[8192];

	(void)snprintf(whole, sizeof(whole), "%s", text);
	if (keys)
		(void)snprintf(whole, sizeof(whole), "%sixp_manager: { %s }\n",
			       text, keys);
	free(text);
	exchange_build(x, whole, NULL);
	for (size_t i = 0; i < COUNT_OF(ids); i++)
		x->registry
		    ->interfaces[interface_of(x, ids[i].asn, ids[i].vlan)]
		    .ixp_id = ids[i].id;
}

static void open_view(const char *keys, uint32_t batch)
{
	char all[PATH_MAX + 64];

	ixp_view_free(view);
	view = NULL;
	exchange_free(&e);
	(void)snprintf(all, sizeof(all), "tree: %s%s", tree, keys);
	build(&e, all);
	ck_assert_int_eq(ixp_view_new(&view, e.registry, batch), 0);
}

static void setup(void)
{
	dir = tempdir_new();
	(void)snprintf(tree, sizeof(tree), "%s/tree", dir);
	e = (struct exchange){ 0 };
	view = NULL;
	now_s = T0;
	open_view("", 1);
}

static void teardown(void)
{
	ixp_view_free(view);
	exchange_free(&e);
	tempdir_remove(dir);
}

/* Bytes, and a packet for each ten of them, from one interface to another. */
static void count(uint32_t from, uint32_t to, enum family family,
		  uint64_t bytes)
{
	const struct cell cell = {
		.key = cell_key(from, to, 0, family),
		.tally = { .bytes = bytes, .packets = bytes / 10, .samples = 1 }
	};

	ixp_view_cells(view, e.registry, &cell, 1);
}

/* From one id to another one. */
static void send(uint32_t from, uint32_t to, enum family family, uint64_t bytes)
{
	uint32_t ends[2] = { 0, 0 };

	for (size_t i = 0; i < COUNT_OF(ids); i++) {
		if (ids[i].id == from)
			ends[0] = interface_of(&e, ids[i].asn, ids[i].vlan);
		if (ids[i].id == to)
			ends[1] = interface_of(&e, ids[i].asn, ids[i].vlan);
	}
	ck_assert(ends[0] && ends[1]);
	count(ends[0], ends[1], family, bytes);
}

/* Cover the window so far; all members but one are seen. */
static void cover(int64_t covered_s, bool edge, uint32_t unseen)
{
	const struct registry *r = e.registry;

	for (uint32_t i = 0; i < r->member_count; i++) {
		if (r->members[i].asn != unseen)
			ixp_view_seen(view, r, i, covered_s * US_PER_S);
	}
	ixp_view_covered(view,
			 &(struct ixp_step){ .start_s = now_s,
					     .covered_us = covered_s * US_PER_S,
					     .edge = edge,
					     .alive = true });
}

static void close_window(void)
{
	cover(WINDOW, false, 0);
	ixp_view_close(view);
	now_s += WINDOW;
}

/* Close the window so many behind the first; those between are unknown. */
static void close_at(int64_t window)
{
	now_s = T0 + window * WINDOW;
	close_window();
}

static struct ixp_file p2p(uint32_t from, uint32_t to)
{
	return (struct ixp_file){ .kind = IXP_P2P, .id = from, .other = to };
}

static struct ixp_file individual(uint32_t id)
{
	return (struct ixp_file){ .kind = IXP_INDIVIDUAL, .id = id };
}

static struct ixp_file aggregate(uint32_t tag)
{
	return (struct ixp_file){ .kind = IXP_AGGREGATE, .id = tag };
}

static bool alike(double got, double wanted)
{
	return isnan(wanted) ? isnan(got)
			     : fabs(got - wanted) <= 1e-9 * wanted + 1e-9;
}

/* Assert the row of a window, so many behind the first. */
static void assert_row(struct ixp_file file, int64_t window, double in,
		       double out)
{
	struct ixp_row row = ixp_rows_read(tree, &file, T0 + window * WINDOW);

	ck_assert_msg(alike(row.in, in) && alike(row.out, out),
		      "window %lld: %g %g, expected %g %g", (long long)window,
		      row.in, row.out, in, out);
}

static bool has(struct ixp_file file)
{
	return ixp_rows_has_file(tree, &file);
}

static struct ixp_file of(struct ixp_file file, enum ixp_protocol protocol,
			  enum ixp_unit unit)
{
	file.protocol = protocol;
	file.unit = unit;
	return file;
}

/* What the handler was seen to write: 7 sends IPv4 to 8, 10 a second. */
START_TEST(directions_are_those_of_the_handler)
{
	send(7, 8, FAMILY_IPV4, 3000);
	close_window();
	assert_row(p2p(7, 8), 0, 0, 10);
	assert_row(p2p(8, 7), 0, 10, 0);
	assert_row(individual(7), 0, 10, 0);
	assert_row(individual(8), 0, 0, 10);
	assert_row(individual(9), 0, 0, 0);
	assert_row(aggregate(100), 0, 10, 10);
	assert_row(aggregate(200), 0, 0, 0);
	assert_row(of(p2p(7, 8), IXP_IPV4, IXP_PKTS), 0, 0, 1);
	assert_row(of(p2p(8, 7), IXP_IPV4, IXP_PKTS), 0, 1, 0);
	assert_row(of(individual(7), IXP_IPV4, IXP_PKTS), 0, 1, 0);
	assert_row(of(aggregate(100), IXP_IPV4, IXP_PKTS), 0, 1, 1);
	assert_row(of(individual(7), IXP_IPV6, IXP_BYTES), 0, 0, 0);
	ck_assert(!has(of(p2p(7, 8), IXP_IPV6, IXP_BYTES)));
	ck_assert(!has(p2p(7, 9)));
}
END_TEST

START_TEST(both_directions_and_families_of_a_pair_stand_apart)
{
	send(9, 7, FAMILY_IPV4, 300);
	send(7, 9, FAMILY_IPV4, 600);
	send(9, 7, FAMILY_IPV6, 900);
	send(9, 7, FAMILY_IPV6, 300);
	close_window();
	assert_row(p2p(7, 9), 0, 1, 2);
	assert_row(p2p(9, 7), 0, 2, 1);
	assert_row(of(p2p(7, 9), IXP_IPV6, IXP_BYTES), 0, 4, 0);
	assert_row(of(p2p(9, 7), IXP_IPV6, IXP_BYTES), 0, 0, 4);
	assert_row(of(individual(9), IXP_IPV6, IXP_BYTES), 0, 4, 0);
	assert_row(individual(9), 0, 1, 2);
}
END_TEST

START_TEST(only_ip_between_two_in_one_vlan_counts)
{
	uint32_t a = interface_of(&e, 64500, 100);
	uint32_t b = interface_of(&e, 64501, 100);
	uint32_t other_vlan = interface_of(&e, 64503, 200);
	uint32_t no_vlan = interface_of(&e, 64501, 0);

	count(a, b, FAMILY_OTHER, 3000);
	count(a, a, FAMILY_IPV4, 3000);
	count(a, REGISTRY_NOBODY, FAMILY_IPV4, 3000);
	count(REGISTRY_NOBODY, b, FAMILY_IPV4, 3000);
	count(a, other_vlan, FAMILY_IPV4, 3000);
	count(a, no_vlan, FAMILY_IPV4, 3000);
	close_window();
	assert_row(aggregate(100), 0, 0, 0);
	assert_row(individual(7), 0, 0, 0);
	ck_assert_uint_eq(ixp_view_counters(view).pairs, 0);
	ck_assert_uint_eq(ixp_view_counters(view).samples_without_id, 0);
}
END_TEST

START_TEST(what_has_no_id_is_counted)
{
	uint32_t a = interface_of(&e, 64500, 100);
	uint32_t without = interface_of(&e, 64504, 100);

	count(a, without, FAMILY_IPV4, 3000);
	count(without, a, FAMILY_IPV6, 3000);
	count(without, a, FAMILY_OTHER, 3000);
	close_window();
	assert_row(aggregate(100), 0, 0, 0);
	ck_assert_uint_eq(ixp_view_counters(view).samples_without_id, 2);
}
END_TEST

START_TEST(a_silent_pair_gets_zeros_and_an_outage_is_unknown)
{
	send(7, 8, FAMILY_IPV4, 3000);
	close_window();
	close_window();
	now_s += WINDOW; /* no step at all */
	ixp_view_covered(view,
			 &(struct ixp_step){ .start_s = now_s,
					     .covered_us = WINDOW * US_PER_S });
	ixp_view_close(view); /* no switch was alive */
	now_s += WINDOW;
	close_window();
	assert_row(p2p(7, 8), 0, 0, 10);
	assert_row(p2p(7, 8), 1, 0, 0);
	for (int64_t i = 2; i <= 3; i++) {
		assert_row(p2p(7, 8), i, NAN, NAN);
		assert_row(individual(7), i, NAN, NAN);
		assert_row(aggregate(100), i, NAN, NAN);
	}
	assert_row(p2p(7, 8), 4, 0, 0);
	assert_row(aggregate(100), 4, 0, 0);
	ck_assert_uint_eq(ixp_view_counters(view).windows, 3);
	ck_assert_uint_eq(ixp_view_counters(view).windows_unknown, 1);
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
	send(7, 8, FAMILY_IPV4, 3000);
	cover(covers[_i].covered_s, covers[_i].edge, 0);
	ixp_view_close(view);
	now_s += WINDOW;
	send(7, 8, FAMILY_IPV4, 300);
	close_window();
	assert_row(p2p(8, 7), 0, covers[_i].rate,
		   isnan(covers[_i].rate) ? NAN : 0);
	assert_row(individual(7), 0, covers[_i].rate,
		   isnan(covers[_i].rate) ? NAN : 0);
	assert_row(aggregate(100), 0, covers[_i].rate, covers[_i].rate);
	assert_row(p2p(8, 7), 1, 1, 0);
}
END_TEST

START_TEST(a_direction_is_known_as_far_as_its_sender_was_seen)
{
	send(7, 8, FAMILY_IPV4, 300);
	send(7, 9, FAMILY_IPV4, 300);
	close_window();
	send(8, 7, FAMILY_IPV4, 3000);
	cover(WINDOW, false, 64500);
	ixp_view_close(view);
	assert_row(p2p(7, 8), 1, 10, NAN);
	assert_row(p2p(8, 7), 1, NAN, 10);
	assert_row(p2p(9, 7), 1, NAN, 0);
	assert_row(individual(7), 1, NAN, NAN);
	assert_row(individual(8), 1, 10, 0);
	assert_row(aggregate(100), 1, 10, 10);
}
END_TEST

START_TEST(pairs_go_on_after_a_restart)
{
	send(7, 8, FAMILY_IPV4, 3000);
	send(7, 8, FAMILY_IPV6, 3000);
	send(10, 11, FAMILY_IPV4, 3000);
	close_window();
	open_view("", 1);
	close_window();
	close_window();
	assert_row(p2p(7, 8), 2, 0, 0);
	assert_row(of(p2p(8, 7), IXP_IPV6, IXP_PKTS), 2, 0, 0);
	assert_row(p2p(10, 11), 1, 0, 0);
	ck_assert(!has(of(p2p(10, 11), IXP_IPV6, IXP_BYTES)));
	ck_assert_uint_eq(ixp_view_counters(view).pairs, 4);
}
END_TEST

/* The handler makes a file for each pair; those that never spoke stay so. */
START_TEST(a_pair_that_never_spoke_gets_no_zeros)
{
	const struct ixp_file never = p2p(8, 9);
	struct series_row rows[] = { { .start_s = T0 - 2 * WINDOW },
				     { .start_s = T0 - WINDOW } };
	size_t skipped;

	ck_assert_int_eq(ixp_tree_write(tree, &never, rows, 2, &skipped), 0);
	send(7, 8, FAMILY_IPV4, 3000);
	close_window();
	close_window();
	assert_row(never, -1, 0, 0);
	assert_row(never, 0, NAN, NAN);
	ck_assert(!has(p2p(9, 8)));
	ck_assert_uint_eq(ixp_view_counters(view).pairs, 2);
}
END_TEST

START_TEST(a_silent_pair_ages_out_and_may_speak_again)
{
	open_view(", age_days: 1", 1);
	send(7, 8, FAMILY_IPV4, 3000);
	close_window();
	close_at(WINDOWS / 3);
	now_s = T0 + WINDOWS / 2 * WINDOW;
	send(9, 8, FAMILY_IPV4, 3000);
	close_window();
	for (int64_t i = WINDOWS - 2; i < WINDOWS + 20; i++)
		close_at(i);
	assert_row(p2p(7, 8), WINDOWS, 0, 0);
	ck_assert_uint_eq(ixp_view_counters(view).pairs, 2);
	ck_assert_uint_eq(ixp_view_counters(view).pairs_aged, 2);
	send(7, 8, FAMILY_IPV4, 6000);
	close_window();
	assert_row(p2p(7, 8), WINDOWS + 1, NAN, NAN);
	assert_row(p2p(7, 8), WINDOWS + 19, NAN, NAN);
	assert_row(p2p(7, 8), WINDOWS + 20, 0, 20);
	assert_row(p2p(8, 9), WINDOWS + 20, 0, 0);
	assert_row(individual(7), WINDOWS + 10, 0, 0);
	ck_assert_uint_eq(ixp_view_counters(view).pairs, 4);
}
END_TEST

/* A restart does not make a pair young again. */
START_TEST(the_age_of_a_pair_is_told_by_its_file)
{
	open_view(", age_days: 1", 1);
	send(7, 8, FAMILY_IPV4, 3000);
	close_window();
	close_at(1);
	close_at(WINDOWS / 2);
	open_view(", age_days: 1", 1);
	for (int64_t i = WINDOWS - 2; i < WINDOWS + 3; i++)
		close_at(i);
	assert_row(p2p(7, 8), WINDOWS, 0, 0);
	assert_row(p2p(7, 8), WINDOWS + 1, NAN, NAN);
}
END_TEST

START_TEST(pairs_beyond_the_bound_are_refused_and_counted)
{
	open_view(", pairs_max: 4", 1);
	send(7, 8, FAMILY_IPV4, 3000);
	send(8, 9, FAMILY_IPV4, 3000);
	send(7, 9, FAMILY_IPV4, 3000);
	close_window();
	ck_assert(has(p2p(7, 8)) && has(p2p(9, 8)) && !has(p2p(7, 9)));
	assert_row(individual(7), 0, 20, 0);
	assert_row(aggregate(100), 0, 30, 30);
	ck_assert_uint_eq(ixp_view_counters(view).pairs, 4);
	ck_assert_uint_eq(ixp_view_counters(view).samples_refused, 1);
	log_set_level((enum log_level)SILENT);
	open_view(", pairs_max: 2", 1); /* of two pairs that have files */
	close_window();
	ck_assert_uint_eq(ixp_view_counters(view).pairs, 2);
}
END_TEST

/* No file can be made where the tree's name is that of a file. */
START_TEST(what_cannot_be_written_is_written_later)
{
	log_set_level((enum log_level)SILENT);
	ck_assert_int_eq(file_write(tree, "", 0), 0);
	for (uint64_t i = 0; i < 12; i++) {
		send(7, 8, FAMILY_IPV4, 3000 + 300 * i);
		if (i == 4)
			send(8, 9, FAMILY_IPV6, 3000);
		close_window();
	}
	ck_assert_uint_eq(ixp_view_counters(view).rows, 0);
	/* five files of VLANs and interfaces, four of 7.8, four of 8.9 */
	ck_assert_uint_eq(ixp_view_counters(view).files_behind,
			  4 * (5 + 2) + 4 + 4);
	/* one window had to go when the twelfth did not fit */
	ck_assert_uint_eq(ixp_view_counters(view).rows_failed, 4 * (5 + 2) + 4);
	ck_assert_int_eq(unlink(tree), 0);
	close_window();
	ck_assert_uint_eq(ixp_view_counters(view).files_behind, 0);
	ck_assert_uint_eq(ixp_view_counters(view).rows_failed, 4 * (5 + 2) + 4);
	for (int64_t i = 1; i < 12; i++) {
		assert_row(p2p(7, 8), i, 0, 10 + (double)i);
		assert_row(individual(7), i, 10 + (double)i, 0);
	}
	assert_row(p2p(7, 8), 0, NAN, NAN);
	assert_row(p2p(7, 8), 12, 0, 0);
	assert_row(of(p2p(8, 9), IXP_IPV6, IXP_PKTS), 3, NAN, NAN);
	assert_row(of(p2p(8, 9), IXP_IPV6, IXP_PKTS), 4, 0, 1);
	assert_row(of(p2p(8, 9), IXP_IPV6, IXP_PKTS), 5, 0, 0);
}
END_TEST

START_TEST(one_bad_file_holds_up_no_other)
{
	struct ixp_file bad = p2p(8, 7);
	char path[PATH_MAX];

	log_set_level((enum log_level)SILENT);
	ck_assert_int_eq(ixp_tree_path(path, sizeof(path), tree, &bad), 0);
	ck_assert_int_eq(file_make_directories(path), 0);
	for (uint64_t i = 0; i < 3; i++) {
		send(7, 8, FAMILY_IPV4, 3000 + 300 * i);
		close_window();
	}
	ck_assert_uint_eq(ixp_view_counters(view).files_behind, 1);
	for (int64_t i = 0; i < 3; i++)
		assert_row(p2p(7, 8), i, 0, 10 + (double)i);
	ck_assert_int_eq(rmdir(path), 0);
	close_window();
	for (int64_t i = 0; i < 3; i++)
		assert_row(bad, i, 10 + (double)i, 0);
	assert_row(bad, 3, 0, 0);
	ck_assert_uint_eq(ixp_view_counters(view).files_behind, 0);
	ck_assert_uint_eq(ixp_view_counters(view).rows_failed, 0);
	ck_assert_uint_eq(ixp_view_counters(view).rows_old, 0);
}
END_TEST

START_TEST(a_file_that_stays_bad_holds_up_no_window)
{
	struct ixp_file bad = p2p(8, 7);
	char path[PATH_MAX];

	log_set_level((enum log_level)SILENT);
	ck_assert_int_eq(ixp_tree_path(path, sizeof(path), tree, &bad), 0);
	ck_assert_int_eq(file_make_directories(path), 0);
	for (int i = 0; i < 20; i++) {
		ck_assert_uint_eq(ixp_view_counters(view).files_behind,
				  i > 0 && i < 12);
		send(7, 8, FAMILY_IPV4, 3000);
		close_window();
	}
	ck_assert_uint_eq(ixp_view_counters(view).rows_failed, 20);
	ck_assert_int_eq(rmdir(path), 0);
	send(7, 8, FAMILY_IPV4, 6000);
	close_window();
	assert_row(bad, 19, NAN, NAN);
	assert_row(bad, 20, 20, 0);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(mkdir(path, 0755), 0);
	close_window();
	ck_assert_uint_eq(ixp_view_counters(view).files_behind, 1);
	ck_assert_uint_eq(ixp_view_counters(view).rows_failed, 20);
}
END_TEST

/* What a full disk does, done by a limit on the size of files. */
START_TEST(a_full_disk_loses_nothing_for_an_hour)
{
	struct rlimit limit;

	log_set_level((enum log_level)SILENT);
	ck_assert(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = 100000;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	send(7, 8, FAMILY_IPV4, 3000);
	close_window();
	ck_assert(!has(p2p(7, 8)));
	close_window();
	limit.rlim_cur = limit.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	close_window();
	assert_row(p2p(7, 8), 0, 0, 10);
	assert_row(p2p(7, 8), 1, 0, 0);
	ck_assert_uint_eq(ixp_view_counters(view).rows_failed, 0);
}
END_TEST

START_TEST(what_waits_at_the_end_is_counted)
{
	log_set_level((enum log_level)SILENT);
	ck_assert_int_eq(file_write(tree, "", 0), 0);
	for (int i = 0; i < 15; i++) {
		send(7, 8, FAMILY_IPV4, 3000);
		close_window();
	}
	ixp_view_finish(view);
	ck_assert_uint_eq(ixp_view_counters(view).rows, 0);
	ck_assert_uint_eq(ixp_view_counters(view).rows_failed,
			  15 * (4 * (5 + 2) + 4));
}
END_TEST

enum { ROWS = 30 };

/* Some windows of this and that, and a gap now and then, into a new tree. */
static uint64_t write_some(uint32_t batch)
{
	uint64_t seed = 9;

	tree[strlen(tree) - 1] = (char)('0' + batch);
	open_view("", batch);
	now_s = T0;
	for (int i = 0; i < ROWS; i++) {
		if (i % 7 != 3)
			send(7, 8, FAMILY_IPV4, stored_random(&seed));
		if (i > 15)
			send(8, 9, FAMILY_IPV4, stored_random(&seed));
		if (i % 11 == 5)
			now_s += WINDOW;
		else
			close_window();
	}
	ixp_view_finish(view);
	return ixp_view_counters(view).rows;
}

static const struct ixp_file some[] = {
	{ .kind = IXP_P2P, .id = 7, .other = 8 },
	{ .kind = IXP_P2P, .id = 9, .other = 8 },
	{ .kind = IXP_INDIVIDUAL, .id = 8 },
	{ .kind = IXP_AGGREGATE, .id = 100 },
};

/* Rows held back and written an hour's at a time are the same rows. */
START_TEST(a_batch_writes_the_same)
{
	struct ixp_row rows[ROWS];
	uint64_t written = write_some(1);

	for (int i = 0; i < ROWS; i++)
		rows[i] = ixp_rows_read(tree, &some[_i], T0 + i * WINDOW);
	ck_assert_uint_eq(write_some(2), written);
	for (int i = 0; i < ROWS; i++)
		assert_row(some[_i], i, rows[i].in, rows[i].out);
}
END_TEST

/* A month ahead, and back: no file hears of it. */
START_TEST(a_clock_that_was_wrong_leaves_no_trace)
{
	send(7, 8, FAMILY_IPV4, 3000);
	close_window();
	ixp_view_hold(view);
	now_s += 30 * DAY;
	send(7, 8, FAMILY_IPV4, 3000);
	send(7, 9, FAMILY_IPV4, 3000);
	close_window();
	ixp_view_drop_held(view);
	close_at(1);
	send(7, 9, FAMILY_IPV4, 300);
	close_window();
	close_window();
	assert_row(p2p(7, 8), 1, 0, 0);
	assert_row(p2p(7, 8), 3, 0, 0);
	assert_row(p2p(7, 9), 1, NAN, NAN);
	assert_row(p2p(7, 9), 2, 0, 1);
	assert_row(p2p(7, 9), 3, 0, 0);
	ck_assert_uint_eq(ixp_view_counters(view).windows_dropped, 1);
	ck_assert_uint_eq(ixp_view_counters(view).rows_old, 0);
	ck_assert_uint_eq(ixp_view_counters(view).rows_failed, 0);
}
END_TEST

START_TEST(what_is_held_is_written_when_the_clock_is_right)
{
	ixp_view_hold(view);
	for (int i = 0; i < 14; i++) {
		send(7, 8, FAMILY_IPV4, 3000);
		close_window();
	}
	ck_assert(!has(p2p(7, 8)));
	ixp_view_write_held(view);
	close_window();
	assert_row(p2p(7, 8), 2, NAN, NAN);
	for (int64_t i = 3; i < 14; i++)
		assert_row(p2p(7, 8), i, 0, 10);
	assert_row(p2p(7, 8), 14, 0, 0);
	ck_assert_uint_eq(ixp_view_counters(view).windows_dropped, 3);
}
END_TEST

START_TEST(what_is_held_at_the_end_is_dropped)
{
	send(7, 8, FAMILY_IPV4, 3000);
	ixp_view_hold(view);
	cover(WINDOW, false, 0);
	ixp_view_finish(view);
	ck_assert(!has(p2p(7, 8)));
	ck_assert_uint_eq(ixp_view_counters(view).windows_dropped, 1);
	ck_assert_uint_eq(ixp_view_counters(view).rows_failed, 0);
}
END_TEST

START_TEST(who_leaves_keeps_what_was_counted_and_ends)
{
	struct exchange next;

	send(7, 8, FAMILY_IPV4, 3000);
	close_window();
	send(7, 8, FAMILY_IPV4, 6000);
	build(&next, "tree: nowhere");
	next.registry->interfaces[interface_of(&next, 64500, 100)].ixp_id = 0;
	free(next.config->ixp_manager.tree);
	next.config->ixp_manager.tree = strdup(tree);
	ck_assert_int_eq(ixp_view_change(view, next.registry), 0);
	exchange_free(&e);
	e = next;
	close_window();
	close_window();
	assert_row(individual(7), 1, 20, 0);
	assert_row(individual(8), 1, 0, 20);
	assert_row(individual(7), 2, NAN, NAN);
	assert_row(p2p(8, 7), 2, NAN, NAN);
	assert_row(individual(8), 2, 0, 0);
	ck_assert_uint_eq(ixp_view_counters(view).pairs, 2);
}
END_TEST

START_TEST(another_tree_begins_where_the_first_one_ends)
{
	char first[PATH_MAX];
	struct exchange next;
	char keys[PATH_MAX + 16];

	send(7, 8, FAMILY_IPV4, 3000);
	close_window();
	send(7, 8, FAMILY_IPV4, 3000);
	cover(180, false, 0);
	(void)strcpy(first, tree);
	(void)snprintf(tree, sizeof(tree), "%s/other", dir);
	(void)snprintf(keys, sizeof(keys), "tree: %s", tree);
	build(&next, keys);
	ck_assert_int_eq(ixp_view_change(view, next.registry), 0);
	exchange_free(&e);
	e = next;
	cover(120, false, 0);
	ixp_view_close(view);
	now_s += WINDOW;
	send(8, 7, FAMILY_IPV4, 300);
	close_window();
	assert_row(p2p(7, 8), 1, NAN, NAN);
	assert_row(p2p(7, 8), 2, 1, 0);
	(void)strcpy(tree, first);
	assert_row(p2p(7, 8), 0, 0, 10);
	assert_row(p2p(7, 8), 1, 0, 3000 / 180.0);
}
END_TEST

START_TEST(without_a_tree_nothing_happens)
{
	struct exchange off;

	build(&off, NULL);
	send(7, 8, FAMILY_IPV4, 3000);
	ck_assert_int_eq(ixp_view_change(view, off.registry), 0);
	exchange_free(&e);
	e = off;
	send(7, 8, FAMILY_IPV4, 3000);
	close_window();
	ixp_view_finish(view);
	ck_assert(!ixp_view_counters(view).on);
	ck_assert_int_ne(access(tree, F_OK), 0);
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
		send(from, to, FAMILY_IPV6, bytes);
		total += (double)bytes;
	}
	close_window();
	for (size_t i = 0; i < 3; i++) {
		struct ixp_file file =
		    of(individual(lan[i]), IXP_IPV6, IXP_BYTES);

		row = ixp_rows_read(tree, &file, T0);
		sums[0] += row.in;
		sums[1] += row.out;
		for (size_t j = 0; j < 3; j++) {
			file = of(p2p(lan[i], lan[j]), IXP_IPV6, IXP_BYTES);
			if (!has(file))
				continue;
			row = ixp_rows_read(tree, &file, T0);
			sums[2] += row.in;
			sums[3] += row.out;
		}
	}
	row = ixp_rows_read(
	    tree, &(struct ixp_file){ .protocol = IXP_IPV6, .id = 100 }, T0);
	sums[4] = row.in;
	sums[5] = row.out;
	for (size_t i = 0; i < COUNT_OF(sums); i++)
		ck_assert_double_eq_tol(sums[i] * WINDOW, total, total * 1e-9);
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
		{ pairs_go_on_after_a_restart, 0 },
		{ a_pair_that_never_spoke_gets_no_zeros, 0 },
		{ a_silent_pair_ages_out_and_may_speak_again, 0 },
		{ the_age_of_a_pair_is_told_by_its_file, 0 },
		{ pairs_beyond_the_bound_are_refused_and_counted, 0 },
		{ what_cannot_be_written_is_written_later, 0 },
		{ one_bad_file_holds_up_no_other, 0 },
		{ a_file_that_stays_bad_holds_up_no_window, 0 },
		{ a_full_disk_loses_nothing_for_an_hour, 0 },
		{ what_waits_at_the_end_is_counted, 0 },
		{ a_batch_writes_the_same, COUNT_OF(some) },
		{ a_clock_that_was_wrong_leaves_no_trace, 0 },
		{ what_is_held_is_written_when_the_clock_is_right, 0 },
		{ what_is_held_at_the_end_is_dropped, 0 },
		{ who_leaves_keeps_what_was_counted_and_ends, 0 },
		{ another_tree_begins_where_the_first_one_ends, 0 },
		{ without_a_tree_nothing_happens, 0 },
		{ each_kind_of_file_sums_up_to_all, 10 },
	};

	return unit_run_with("ixp_view", setup, teardown, tests,
			     COUNT_OF(tests));
}
