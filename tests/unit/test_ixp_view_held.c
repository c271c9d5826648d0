/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Rows that wait: for a file, a batch, or a clock that is right. */

#include "support/unit.h"

#include <limits.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/stored_rows.h"
#include "support/viewed_tree.h"
#include "util/file.h"
#include "util/log.h"

#define DAY INT64_C(86400)

static struct viewed_tree t;

static void setup(void)
{
	viewed_open(&t);
}

static void teardown(void)
{
	viewed_close(&t);
}

/* No file can be made where the tree's name is that of a file. */
START_TEST(what_cannot_be_written_is_written_later)
{
	log_set_level((enum log_level)SILENT);
	ck_assert_int_eq(file_write(t.tree, "", 0), 0);
	for (uint64_t i = 0; i < 12; i++) {
		viewed_send(&t, 7, 8, FAMILY_IPV4, 3000 + 300 * i);
		if (i == 4)
			viewed_send(&t, 8, 9, FAMILY_IPV6, 3000);
		viewed_close_window(&t);
	}
	ck_assert_uint_eq(ixp_view_counters(t.view).rows, 0);
	/* five files of VLANs and interfaces, four of 7.8, four of 8.9 */
	ck_assert_uint_eq(ixp_view_counters(t.view).files_behind,
			  4 * (5 + 2) + 4 + 4);
	/* one window had to go when the twelfth did not fit */
	ck_assert_uint_eq(ixp_view_counters(t.view).rows_failed,
			  4 * (5 + 2) + 4);
	ck_assert_int_eq(unlink(t.tree), 0);
	viewed_close_window(&t);
	ck_assert_uint_eq(ixp_view_counters(t.view).files_behind, 0);
	ck_assert_uint_eq(ixp_view_counters(t.view).rows_failed,
			  4 * (5 + 2) + 4);
	for (int64_t i = 1; i < 12; i++) {
		viewed_row(&t, viewed_p2p(7, 8), i, 0, 10 + (double)i);
		viewed_row(&t, viewed_individual(7), i, 10 + (double)i, 0);
	}
	viewed_row(&t, viewed_p2p(7, 8), 0, NAN, NAN);
	viewed_row(&t, viewed_p2p(7, 8), 12, 0, 0);
	viewed_row(&t, viewed_of(viewed_p2p(8, 9), IXP_IPV6, IXP_PKTS), 3, NAN,
		   NAN);
	viewed_row(&t, viewed_of(viewed_p2p(8, 9), IXP_IPV6, IXP_PKTS), 4, 0,
		   1);
	viewed_row(&t, viewed_of(viewed_p2p(8, 9), IXP_IPV6, IXP_PKTS), 5, 0,
		   0);
}
END_TEST

START_TEST(one_bad_file_holds_up_no_other)
{
	struct ixp_file bad = viewed_p2p(8, 7);
	char path[PATH_MAX];

	log_set_level((enum log_level)SILENT);
	ck_assert_int_eq(ixp_tree_path(path, sizeof(path), t.tree, &bad), 0);
	ck_assert_int_eq(file_make_directories(path), 0);
	for (uint64_t i = 0; i < 3; i++) {
		viewed_send(&t, 7, 8, FAMILY_IPV4, 3000 + 300 * i);
		viewed_close_window(&t);
	}
	ck_assert_uint_eq(ixp_view_counters(t.view).files_behind, 1);
	for (int64_t i = 0; i < 3; i++)
		viewed_row(&t, viewed_p2p(7, 8), i, 0, 10 + (double)i);
	ck_assert_int_eq(rmdir(path), 0);
	viewed_close_window(&t);
	for (int64_t i = 0; i < 3; i++)
		viewed_row(&t, bad, i, 10 + (double)i, 0);
	viewed_row(&t, bad, 3, 0, 0);
	ck_assert_uint_eq(ixp_view_counters(t.view).files_behind, 0);
	ck_assert_uint_eq(ixp_view_counters(t.view).rows_failed, 0);
	ck_assert_uint_eq(ixp_view_counters(t.view).rows_old, 0);
}
END_TEST

START_TEST(a_file_that_stays_bad_holds_up_no_window)
{
	struct ixp_file bad = viewed_p2p(8, 7);
	char path[PATH_MAX];

	log_set_level((enum log_level)SILENT);
	ck_assert_int_eq(ixp_tree_path(path, sizeof(path), t.tree, &bad), 0);
	ck_assert_int_eq(file_make_directories(path), 0);
	for (int i = 0; i < 20; i++) {
		ck_assert_uint_eq(ixp_view_counters(t.view).files_behind,
				  i > 0 && i < 12);
		viewed_send(&t, 7, 8, FAMILY_IPV4, 3000);
		viewed_close_window(&t);
	}
	ck_assert_uint_eq(ixp_view_counters(t.view).rows_failed, 20);
	ck_assert_int_eq(rmdir(path), 0);
	viewed_send(&t, 7, 8, FAMILY_IPV4, 6000);
	viewed_close_window(&t);
	viewed_row(&t, bad, 19, NAN, NAN);
	viewed_row(&t, bad, 20, 20, 0);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(mkdir(path, 0755), 0);
	viewed_close_window(&t);
	ck_assert_uint_eq(ixp_view_counters(t.view).files_behind, 1);
	ck_assert_uint_eq(ixp_view_counters(t.view).rows_failed, 20);
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
	viewed_send(&t, 7, 8, FAMILY_IPV4, 3000);
	viewed_close_window(&t);
	ck_assert(!viewed_has(&t, viewed_p2p(7, 8)));
	viewed_close_window(&t);
	limit.rlim_cur = limit.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	viewed_close_window(&t);
	viewed_row(&t, viewed_p2p(7, 8), 0, 0, 10);
	viewed_row(&t, viewed_p2p(7, 8), 1, 0, 0);
	ck_assert_uint_eq(ixp_view_counters(t.view).rows_failed, 0);
}
END_TEST

START_TEST(what_waits_at_the_end_is_counted)
{
	log_set_level((enum log_level)SILENT);
	ck_assert_int_eq(file_write(t.tree, "", 0), 0);
	for (int i = 0; i < 15; i++) {
		viewed_send(&t, 7, 8, FAMILY_IPV4, 3000);
		viewed_close_window(&t);
	}
	ixp_view_finish(t.view);
	ck_assert_uint_eq(ixp_view_counters(t.view).rows, 0);
	ck_assert_uint_eq(ixp_view_counters(t.view).rows_failed,
			  15 * (4 * (5 + 2) + 4));
}
END_TEST

enum { ROWS = 30 };

/* Some windows of this and that, and a gap now and then, into a new tree. */
static uint64_t write_some(uint32_t batch)
{
	uint64_t seed = 9;

	t.tree[strlen(t.tree) - 1] = (char)('0' + batch);
	viewed_reopen(&t, "", batch);
	t.now_s = VIEW_START;
	for (int i = 0; i < ROWS; i++) {
		if (i % 7 != 3)
			viewed_send(&t, 7, 8, FAMILY_IPV4,
				    stored_random(&seed));
		if (i > 15)
			viewed_send(&t, 8, 9, FAMILY_IPV4,
				    stored_random(&seed));
		if (i % 11 == 5)
			t.now_s += VIEW_WINDOW_S;
		else
			viewed_close_window(&t);
	}
	ixp_view_finish(t.view);
	return ixp_view_counters(t.view).rows;
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
		rows[i] = ixp_rows_read(t.tree, &some[_i],
					VIEW_START + i * VIEW_WINDOW_S);
	ck_assert_uint_eq(write_some(2), written);
	for (int i = 0; i < ROWS; i++)
		viewed_row(&t, some[_i], i, rows[i].in, rows[i].out);
}
END_TEST

/* A month ahead, and back: no file hears of it. */
START_TEST(a_clock_that_was_wrong_leaves_no_trace)
{
	viewed_send(&t, 7, 8, FAMILY_IPV4, 3000);
	viewed_close_window(&t);
	ixp_view_hold(t.view);
	t.now_s += 30 * DAY;
	viewed_send(&t, 7, 8, FAMILY_IPV4, 3000);
	viewed_send(&t, 7, 9, FAMILY_IPV4, 3000);
	viewed_close_window(&t);
	ixp_view_drop_held(t.view);
	viewed_close_at(&t, 1);
	viewed_send(&t, 7, 9, FAMILY_IPV4, 300);
	viewed_close_window(&t);
	viewed_close_window(&t);
	viewed_row(&t, viewed_p2p(7, 8), 1, 0, 0);
	viewed_row(&t, viewed_p2p(7, 8), 3, 0, 0);
	viewed_row(&t, viewed_p2p(7, 9), 1, NAN, NAN);
	viewed_row(&t, viewed_p2p(7, 9), 2, 0, 1);
	viewed_row(&t, viewed_p2p(7, 9), 3, 0, 0);
	ck_assert_uint_eq(ixp_view_counters(t.view).windows_dropped, 1);
	ck_assert_uint_eq(ixp_view_counters(t.view).rows_old, 0);
	ck_assert_uint_eq(ixp_view_counters(t.view).rows_failed, 0);
}
END_TEST

START_TEST(what_is_held_is_written_when_the_clock_is_right)
{
	ixp_view_hold(t.view);
	for (int i = 0; i < 14; i++) {
		viewed_send(&t, 7, 8, FAMILY_IPV4, 3000);
		viewed_close_window(&t);
	}
	ck_assert(!viewed_has(&t, viewed_p2p(7, 8)));
	ixp_view_write_held(t.view);
	viewed_close_window(&t);
	viewed_row(&t, viewed_p2p(7, 8), 2, NAN, NAN);
	for (int64_t i = 3; i < 14; i++)
		viewed_row(&t, viewed_p2p(7, 8), i, 0, 10);
	viewed_row(&t, viewed_p2p(7, 8), 14, 0, 0);
	ck_assert_uint_eq(ixp_view_counters(t.view).windows_dropped, 3);
}
END_TEST

START_TEST(what_is_held_at_the_end_is_dropped)
{
	viewed_send(&t, 7, 8, FAMILY_IPV4, 3000);
	ixp_view_hold(t.view);
	viewed_cover(&t, VIEW_WINDOW_S, false, 0);
	ixp_view_finish(t.view);
	ck_assert(!viewed_has(&t, viewed_p2p(7, 8)));
	ck_assert_uint_eq(ixp_view_counters(t.view).windows_dropped, 1);
	ck_assert_uint_eq(ixp_view_counters(t.view).rows_failed, 0);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ what_cannot_be_written_is_written_later, 0 },
		{ one_bad_file_holds_up_no_other, 0 },
		{ a_file_that_stays_bad_holds_up_no_window, 0 },
		{ a_full_disk_loses_nothing_for_an_hour, 0 },
		{ what_waits_at_the_end_is_counted, 0 },
		{ a_batch_writes_the_same, COUNT_OF(some) },
		{ a_clock_that_was_wrong_leaves_no_trace, 0 },
		{ what_is_held_is_written_when_the_clock_is_right, 0 },
		{ what_is_held_at_the_end_is_dropped, 0 },
	};

	return unit_run_with("ixp_view_held", setup, teardown, tests,
			     COUNT_OF(tests));
}
