/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/clock.h"
#include "collector/pair_step.h"
#include "store/journal.h"
#include "store/pair_read.h"
#include "store/rrd_write.h"
#include "support/stored_rows.h"
#include "support/tempdir.h"
#include "support/unread_journal.h"

enum {
	FIRST = STORED_START / SERIES_PAIR_STEP_S,
	STEPS = 900, /* a bit over three days */
	MEMBERS = 3,
	PAIRS = 3,
	MINUTES = SERIES_PAIR_STEP_S / SERIES_STEP_S,
};

#define STEP_LEN_US ((int64_t)SERIES_PAIR_STEP_S * US_PER_S)

static const struct series pairs[PAIRS] = {
	{ .kind = SERIES_PAIR, .asn = 64500, .other_asn = 64501, .vlan = 100 },
	{ .kind = SERIES_PAIR, .asn = 64500, .other_asn = 64502, .vlan = 100 },
	{ .kind = SERIES_PAIR, .asn = 64501, .other_asn = 64502, .vlan = 0 },
};

static char *sparse; /* what is tested writes here */
static char *dense;  /* and what it must equal stands there */
static struct sums sums;
static struct view *view;
static struct pair_step steps;
static struct text record;
static uint64_t seed;
static bool begun[PAIRS];

static void open_all(void)
{
	ck_assert_int_eq(sums_init(&sums), 0);
	ck_assert_int_eq(view_new(&view, sparse, &sums.set, NULL, 0), 0);
	steps = (struct pair_step){ 0 };
}

static void close_all(void)
{
	pair_step_fini(&steps);
	view_free(view);
	sums_fini(&sums);
}

static void setup(void)
{
	sparse = tempdir_new();
	dense = tempdir_new();
	text_init(&record);
	open_all();
	memset(begun, 0, sizeof(begun));
}

static void teardown(void)
{
	close_all();
	text_fini(&record);
	tempdir_remove(sparse);
	tempdir_remove(dense);
}

static bool chance(uint32_t percent)
{
	return stored_random(&seed) % 100 < percent;
}

/* Each member is observed for a while, then not, with a file that says so. */
static void observe(int64_t step, bool *seen)
{
	for (uint32_t i = 0; i < MEMBERS; i++) {
		const struct series s = { .kind = SERIES_MEMBER,
					  .asn = 64500 + i };
		const double ones[MINUTES] = { 1, 1, 1, 1, 1 };

		if (chance(4))
			seen[i] = !seen[i];
		if (!seen[i])
			continue;
		ck_assert_int_eq(
		    pair_step_see(&steps, track_set_member(&sums.set, s.asn),
				  STEP_LEN_US),
		    0);
		(void)stored_write(sparse, &s,
				   (FIRST + step) * SERIES_PAIR_STEP_S, ones,
				   MINUTES);
	}
}

/* What a writer of every step would store. */
static void store_dense(size_t pair, int64_t step, const bool *seen,
			uint64_t bytes)
{
	bool a = seen[pairs[pair].asn - 64500];
	bool b = seen[pairs[pair].other_asn - 64500];
	double rate = (double)bytes / SERIES_PAIR_STEP_S;
	const struct series_row row = {
		.start_s = (FIRST + step) * SERIES_PAIR_STEP_S,
		.values = { a ? rate : NAN, a ? 0 : NAN, b ? 0 : NAN,
			    b ? 2 * rate : NAN },
	};

	begun[pair] = begun[pair] || (bytes > 0 && (a || b));
	if (begun[pair] && (a || b))
		ck_assert_int_eq(
		    rrd_write_rows(dense, &pairs[pair], &row, 1, NULL), 0);
}

static void carry(size_t pair, uint64_t bytes)
{
	struct record_traffic traffic = { 0 };

	traffic.tallies[0][FAMILY_IPV4].bytes = bytes;
	traffic.tallies[1][FAMILY_IPV6].bytes = 2 * bytes;
	sums_add(&sums, &pairs[pair], &traffic);
	sums_join(&sums);
}

static void close_step(int64_t step)
{
	const struct pair_files files = { view, sparse };
	struct record_head head;

	steps.number = FIRST + step;
	steps.from_us = steps.number * STEP_LEN_US;
	steps.to_us = steps.from_us + STEP_LEN_US;
	pair_step_close(&steps, &sums, &files, &record, &head);
	ck_assert(text_ok(&record));
	view_write(view);
	ck_assert_int_eq(view_counters(view).error, 0);
}

/* Every row of every archive that both files have. */
static void expect_equal(size_t pair, bool by_pair_read)
{
	const struct series_layout *layout = series_layout(SERIES_PAIR);

	for (size_t i = 0; i < layout->archive_count; i++) {
		const struct series_range range = {
			.consolidation = CONSOLIDATION_AVERAGE,
			.from_s = STORED_START,
			.to_s = STORED_START + STEPS * SERIES_PAIR_STEP_S,
			.row_s = layout->archives[i].row_s,
		};
		struct series_data got;
		struct series_data wanted;
		int rc = by_pair_read
			     ? pair_read(&got, sparse, &pairs[pair], &range)
			     : series_read(&got, sparse, &pairs[pair], &range);

		ck_assert_int_eq(rc, 0);
		ck_assert_int_eq(
		    series_read(&wanted, dense, &pairs[pair], &range), 0);
		ck_assert_uint_eq(got.row_s, wanted.row_s);
		ck_assert_uint_eq(got.rows, wanted.rows);
		for (size_t k = 0; k < got.rows * got.columns; k++) {
			double a = got.values[k];
			double b = wanted.values[k];

			ck_assert_msg(
			    isnan(a) == isnan(b) &&
				(isnan(a) || fabs(a - b) <= 1e-9 * (1 + b)),
			    "pair %zu, %u s, value %zu: %g, not %g", pair,
			    got.row_s, k, a, b);
		}
		series_data_fini(&got);
		series_data_fini(&wanted);
	}
}

/* Traffic in so many of 100 steps. */
static const uint32_t shares[] = { 1, 5, 30, 95 };

START_TEST(every_archive_equals_that_of_a_writer_of_every_step)
{
	bool seen[MEMBERS] = { true, true, true };

	seed = 7 + (uint64_t)_i;
	for (int64_t step = 0; step < STEPS; step++) {
		bool last = step == STEPS - 1;

		if (chance(1)) { /* a restart */
			close_all();
			open_all();
		}
		observe(step, seen);
		for (size_t i = 0; i < PAIRS; i++) {
			bool talks = last || step == 0 || chance(shares[_i]);
			uint64_t bytes =
			    talks ? 1 + stored_random(&seed) % 100000 : 0;

			if (bytes)
				carry(i, bytes);
			store_dense(i, step, seen, bytes);
		}
		close_step(step);
	}
	for (size_t i = 0; i < PAIRS; i++)
		expect_equal(i, true);
}
END_TEST

START_TEST(an_idle_pair_is_not_written)
{
	struct view_counters before;

	ck_assert_int_eq(pair_step_see(&steps,
				       track_set_member(&sums.set, 64500),
				       STEP_LEN_US),
			 0);
	carry(0, 100);
	close_step(0);
	before = view_counters(view);
	ck_assert_uint_eq(before.rows, 1);
	for (int64_t i = 1; i < 50; i++) {
		ck_assert_int_eq(
		    pair_step_see(&steps, track_set_member(&sums.set, 64500),
				  STEP_LEN_US),
		    0);
		close_step(i);
	}
	ck_assert_uint_eq(view_counters(view).rows, before.rows);
	ck_assert_int_eq(pair_step_see(&steps,
				       track_set_member(&sums.set, 64500),
				       STEP_LEN_US),
			 0);
	carry(0, 100);
	close_step(50);
	ck_assert_uint_eq(view_counters(view).rows, before.rows + 50);
}
END_TEST

static void see_all(void)
{
	for (uint32_t asn = 64500; asn < 64500 + MEMBERS; asn++)
		ck_assert_int_eq(pair_step_see(&steps,
					       track_set_member(&sums.set, asn),
					       STEP_LEN_US),
				 0);
}

START_TEST(traffic_that_nobody_saw_is_unknown_and_not_idle)
{
	const double ones[3 * MINUTES] = { [0 ... 3 * MINUTES - 1] = 1 };
	const struct series_range range = {
		.consolidation = CONSOLIDATION_AVERAGE,
		.from_s = STORED_START,
		.to_s = STORED_START + 3 * SERIES_PAIR_STEP_S,
		.row_s = SERIES_PAIR_STEP_S,
	};
	struct series_data got;

	/* By their own files both members were observed all the time. */
	for (uint32_t i = 0; i < MEMBERS; i++)
		(void)stored_write(
		    sparse,
		    &(struct series){ .kind = SERIES_MEMBER, .asn = 64500 + i },
		    STORED_START, ones, 3 * MINUTES);
	for (int64_t step = 0; step < 3; step++) {
		see_all();
		if (step == 1)
			pair_step_unsee(&steps);
		carry(0, 300);
		close_step(step);
		/* Another process knows by the files only. */
		close_all();
		open_all();
	}
	ck_assert_int_eq(series_read(&got, sparse, &pairs[0], &range), 0);
	ck_assert_double_eq(series_at(&got, 0, PAIR_AB_V4_BYTES), 1);
	ck_assert(isnan(series_at(&got, 1, PAIR_AB_V4_BYTES)));
	ck_assert_double_eq(series_at(&got, 2, PAIR_AB_V4_BYTES), 1);
	series_data_fini(&got);
}
END_TEST

START_TEST(what_is_neither_ipv4_nor_ipv6_makes_no_file)
{
	struct record_traffic traffic = { 0 };
	char path[4096];

	traffic.tallies[0][FAMILY_OTHER].bytes = 64;
	ck_assert_int_eq(pair_step_see(&steps,
				       track_set_member(&sums.set, 64500),
				       STEP_LEN_US),
			 0);
	sums_add(&sums, &pairs[0], &traffic);
	sums_join(&sums);
	close_step(0);
	ck_assert_int_eq(series_path(path, sizeof(path), sparse, &pairs[0]), 0);
	ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

/* Whom an earlier process observed stands in the journal alone. */
START_TEST(what_the_disk_does_not_give_is_not_taken_for_unseen)
{
	struct record_head head = {
		.kind = RECORD_STEP,
		.start_s = FIRST * SERIES_PAIR_STEP_S,
		.covered_us = STEP_LEN_US / MINUTES,
	};
	const struct record_entry entry = {
		.series = { .kind = SERIES_MEMBER, .asn = 64500 }, .known = true
	};
	struct journal *journal;

	ck_assert_int_eq(
	    journal_open(&journal, sparse, &journal_default_limits), 0);
	record_begin(&record, &head);
	record_add(&record, &entry);
	ck_assert_int_eq(journal_append(journal, &head, &record), 0);
	journal_close(journal);
	steps.number = FIRST;
	ck_assert(unread_journal_begin(sparse));
	ck_assert_int_eq(pair_step_restore(&steps, &sums.set, sparse, 0), -EIO);
	ck_assert_uint_eq(steps.seen_count, 0);
	ck_assert(unread_journal_end(sparse));
	ck_assert_int_eq(pair_step_restore(&steps, &sums.set, sparse, 0), 0);
	ck_assert_uint_eq(steps.seen_count, 1);
	ck_assert_int_eq(steps.seen_us[0], STEP_LEN_US / MINUTES);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ what_the_disk_does_not_give_is_not_taken_for_unseen, 0 },
		{ every_archive_equals_that_of_a_writer_of_every_step,
		  COUNT_OF(shares) },
		{ an_idle_pair_is_not_written, 0 },
		{ traffic_that_nobody_saw_is_unknown_and_not_idle, 0 },
		{ what_is_neither_ipv4_nor_ipv6_makes_no_file, 0 },
	};

	return unit_run_with("pair_step", setup, teardown, tests,
			     COUNT_OF(tests));
}
