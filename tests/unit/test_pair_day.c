/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>
#include <stdlib.h>

#include "store/journal.h"
#include "store/journal_rows.h"
#include "store/pair_day.h"
#include "support/made_records.h"
#include "support/tempdir.h"

enum {
	STEP_S = SERIES_PAIR_STEP_S,
	STEP_US = STEP_S * 1000000,
	DAY_S = 86400,
	DAY = 1700092800, /* a UTC midnight */
	MEMBERS = 4,
	PAIRS_MAX = MEMBERS * MEMBERS,
	FIRST_ASN = 64500,
};

static char *dir;
static struct journal *journal;
static struct text record;
static struct pair_day *day;

static void setup(void)
{
	dir = tempdir_new();
	text_init(&record);
	ck_assert_int_eq(journal_open(&journal, dir, &journal_default_limits),
			 0);
	ck_assert_int_eq(pair_day_new(&day, dir, DAY, DAY + DAY_S), 0);
}

static void teardown(void)
{
	pair_day_free(day);
	journal_close(journal);
	text_fini(&record);
	tempdir_remove(dir);
}

/* A closed step: how long its senders were seen, and whether its clock was
 * odd. */
struct made_step {
	int64_t start_s;
	int64_t seen_us;
	bool odd;
};

static void begin(const struct made_step *step, struct record_head *head)
{
	struct record_entry seen = { .series.kind = SERIES_MEMBER,
				     .known = true,
				     .seen_us = step->seen_us };

	*head = (struct record_head){ .kind = RECORD_PAIR_STEP,
				      .start_s = step->start_s,
				      .covered_us = STEP_US,
				      .odd_clock = step->odd };
	record_begin(&record, head);
	for (uint32_t i = 0; i < MEMBERS; i++) {
		seen.series.asn = FIRST_ASN + i;
		record_add(&record, &seen);
	}
}

static void end(struct record_head *head)
{
	ck_assert_int_eq(journal_append(journal, head, &record), 0);
	ck_assert_int_eq(journal_sync(journal), 0);
}

static void add(uint32_t a, uint32_t b, uint16_t vlan, const uint64_t bytes[4])
{
	struct record_entry entry = {
		.series = { .kind = SERIES_PAIR,
			    .asn = a,
			    .other_asn = b,
			    .vlan = vlan },
		.known = true,
	};

	for (size_t i = 0; i < PAIR_COUNT; i++)
		entry.traffic.tallies[i / 2][i % 2].bytes = bytes[i];
	record_add(&record, &entry);
}

/* A step in which AS64500 sent AS64501 so much IPv4. */
static void append(struct made_step step, uint64_t bytes)
{
	const uint64_t sent[4] = { bytes, 0, 0, 0 };
	struct record_head head;

	begin(&step, &head);
	add(FIRST_ASN, FIRST_ASN + 1, 100, sent);
	end(&head);
}

static void at(int64_t after_s, uint64_t bytes)
{
	append((struct made_step){ DAY + after_s, STEP_US, false }, bytes);
}

static void is_sum(uint64_t bytes, uint32_t steps)
{
	struct daybook_pair pair;

	ck_assert_uint_eq(pair_day_count(day), 1);
	pair_day_copy(day, &pair);
	ck_assert_uint_eq(pair.bytes[PAIR_AB_V4_BYTES], bytes);
	ck_assert_uint_eq(pair.known[0], steps);
	ck_assert_uint_eq(pair_day_extent(day).steps, steps);
}

START_TEST(without_a_journal_nothing_is_known)
{
	ck_assert_int_eq(pair_day_follow(day, SIZE_MAX), 0);
	ck_assert_uint_eq(pair_day_count(day), 0);
	ck_assert_int_eq(pair_day_extent(day).from_s, DAY);
	ck_assert_int_eq(pair_day_extent(day).to_s, DAY);
	ck_assert_int_eq(pair_day_extent(day).first_s, 0);
}
END_TEST

START_TEST(only_what_came_since_is_added)
{
	at(0, 1000);
	ck_assert_int_eq(pair_day_follow(day, SIZE_MAX), 1);
	is_sum(1000, 1);
	ck_assert_int_eq(pair_day_follow(day, SIZE_MAX), 0);
	is_sum(1000, 1);
	at(STEP_S, 20);
	at((int64_t)15 * STEP_S, 3); /* in the file of the next hour */
	ck_assert_int_eq(pair_day_follow(day, SIZE_MAX), 1);
	is_sum(1023, 3);
	ck_assert_int_eq(pair_day_extent(day).first_s, DAY);
	ck_assert_int_eq(pair_day_extent(day).to_s, DAY + 16 * STEP_S);
}
END_TEST

START_TEST(so_many_steps_are_taken_at_once)
{
	for (int i = 0; i < 30; i++)
		at((int64_t)i * STEP_S, 1);
	ck_assert_int_eq(pair_day_follow(day, 7), 1);
	is_sum(7, 7);
	ck_assert_int_eq(pair_day_follow(day, 0), 0);
	for (uint32_t sum = 14; sum < 30; sum += 7) {
		ck_assert_int_eq(pair_day_follow(day, 7), 1);
		is_sum(sum, sum);
	}
	ck_assert_int_eq(pair_day_follow(day, 7), 1);
	is_sum(30, 30);
	ck_assert_int_eq(pair_day_follow(day, 7), 0);
}
END_TEST

START_TEST(other_days_do_not_count)
{
	at(-STEP_S, 1000);
	at(0, 1);
	at(DAY_S - STEP_S, 2);
	at(DAY_S, 4000);
	ck_assert_int_eq(pair_day_follow(day, SIZE_MAX), 1);
	is_sum(3, 2);
}
END_TEST

START_TEST(a_step_seen_in_part_counts_as_its_row_does)
{
	/* 200 of 300 s seen: half as much again is what the row says. */
	append((struct made_step){ DAY, STEP_US / 3 * 2, false }, 600);
	/* Under half of it seen: unknown. */
	append((struct made_step){ DAY + STEP_S, STEP_US / 3, false }, 600);
	ck_assert_int_eq(pair_day_follow(day, SIZE_MAX), 1);
	{
		struct daybook_pair pair;

		pair_day_copy(day, &pair);
		ck_assert_uint_eq(pair.bytes[PAIR_AB_V4_BYTES], 900);
		ck_assert_uint_eq(pair.known[0], 1);
	}
	ck_assert_uint_eq(pair_day_extent(day).steps, 2);
}
END_TEST

START_TEST(a_clock_found_to_be_ahead_takes_its_steps_back)
{
	at(0, 1);
	at(43200, 100); /* ahead by half a day */
	ck_assert_int_eq(pair_day_follow(day, SIZE_MAX), 1);
	is_sum(101, 2);
	at(STEP_S, 10);
	ck_assert_int_eq(pair_day_follow(day, SIZE_MAX), 1);
	is_sum(11, 2);
}
END_TEST

START_TEST(steps_of_an_odd_clock_wait_for_what_follows)
{
	at(0, 1);
	append((struct made_step){ DAY + STEP_S, STEP_US, true }, 10);
	ck_assert_int_eq(pair_day_follow(day, SIZE_MAX), 1);
	is_sum(1, 1);
	at(2 * STEP_S, 100);
	ck_assert_int_eq(pair_day_follow(day, SIZE_MAX), 1);
	is_sum(111, 3);
}
END_TEST

START_TEST(pairs_come_in_the_order_of_a_book)
{
	const struct made_step step = { DAY, STEP_US, false };
	const uint64_t bytes[4] = { 1, 2, 3, 4 };
	struct daybook_pair pairs[4];
	struct record_head head;

	begin(&step, &head);
	add(FIRST_ASN + 1, FIRST_ASN + 2, 100, bytes);
	add(FIRST_ASN, FIRST_ASN + 3, 200, bytes);
	add(FIRST_ASN, FIRST_ASN + 3, 100, bytes);
	add(FIRST_ASN, FIRST_ASN, 100, bytes);
	end(&head);
	ck_assert_int_eq(pair_day_follow(day, SIZE_MAX), 1);
	ck_assert_uint_eq(pair_day_count(day), 4);
	pair_day_copy(day, pairs);
	ck_assert_uint_eq(pairs[0].other_asn, FIRST_ASN);
	ck_assert_uint_eq(pairs[1].vlan, 100);
	ck_assert_uint_eq(pairs[2].vlan, 200);
	ck_assert_uint_eq(pairs[3].asn, FIRST_ASN + 1);
	for (size_t i = 0; i < PAIR_COUNT; i++)
		ck_assert_uint_eq(pairs[3].bytes[i], bytes[i]);
}
END_TEST

/* ---- beside the rows ---- */

static size_t list_pairs(struct series out[PAIRS_MAX])
{
	size_t n = 0;

	for (uint32_t a = 0; a < MEMBERS; a++) {
		for (uint32_t b = a; b < MEMBERS; b++)
			out[n++] = (struct series){ .kind = SERIES_PAIR,
						    .asn = FIRST_ASN + a,
						    .other_asn = FIRST_ASN + b,
						    .vlan = 100 };
	}
	return n;
}

/* A step with random traffic of some of the pairs. */
static void append_random(uint64_t *seed, int64_t start_s, bool odd)
{
	const struct made_step step = { start_s, STEP_US, odd };
	struct series pairs[PAIRS_MAX];
	size_t count = list_pairs(pairs);
	struct record_head head;

	begin(&step, &head);
	for (size_t i = 0; i < count; i++) {
		uint64_t bytes[4];

		for (size_t c = 0; c < 4; c++)
			bytes[c] = made_number(seed) % 3 * 300000;
		if (made_number(seed) % 3 > 0)
			add(pairs[i].asn, pairs[i].other_asn, 100, bytes);
	}
	end(&head);
}

/* What the rows of all pairs of the day sum to, bytes by column. */
static void sum_rows(double sums[PAIRS_MAX][PAIR_COUNT],
		     const struct series *pairs, size_t count)
{
	const struct journal_span span = { .to_s = INT64_MAX };
	struct journal_rows rows[PAIRS_MAX] = { { 0 } };

	ck_assert_int_eq(journal_rows_read(rows, dir, pairs, count, span), 0);
	for (size_t i = 0; i < count * PAIR_COUNT; i++)
		sums[i / PAIR_COUNT][i % PAIR_COUNT] = 0;
	for (size_t i = 0; i < count; i++) {
		for (size_t row = 0; row < rows[i].count; row++) {
			const struct series_row *one = &rows[i].rows[row];

			if (one->start_s < DAY || one->start_s >= DAY + DAY_S)
				continue;
			for (size_t c = 0; c < PAIR_COUNT; c++)
				sums[i][c] += one->values[c] * STEP_S;
		}
	}
	journal_rows_fini(rows, count);
}

static void is_as_rows(void)
{
	double sums[PAIRS_MAX][PAIR_COUNT];
	struct daybook_pair found[PAIRS_MAX];
	struct series pairs[PAIRS_MAX];
	size_t count = list_pairs(pairs);
	size_t at_found = 0;

	sum_rows(sums, pairs, count);
	ck_assert_uint_le(pair_day_count(day), PAIRS_MAX);
	pair_day_copy(day, found);
	for (size_t i = 0; i < count; i++) {
		bool there = at_found < pair_day_count(day) &&
			     found[at_found].asn == pairs[i].asn &&
			     found[at_found].other_asn == pairs[i].other_asn;

		for (size_t c = 0; c < PAIR_COUNT; c++)
			ck_assert_uint_eq(there ? found[at_found].bytes[c] : 0,
					  daybook_whole(sums[i][c]));
		at_found += there;
	}
	ck_assert_uint_eq(at_found, pair_day_count(day));
}

/* The clock goes on, jumps, is set back, and is odd for a while. */
START_TEST(sums_are_those_of_the_rows_whatever_the_clock_does)
{
	uint64_t seed = (uint64_t)_i + 1;
	int64_t start_s = DAY - 3 * STEP_S;
	bool odd = false;

	for (int i = 0; i < 60; i++) {
		uint64_t chance = made_number(&seed) % 20;

		if (chance == 0)
			start_s += (int64_t)(made_number(&seed) % 40) * STEP_S;
		else if (chance == 1)
			start_s -= (int64_t)(made_number(&seed) % 40) * STEP_S;
		if (made_number(&seed) % 8 == 0)
			odd = !odd;
		append_random(&seed, start_s, odd);
		start_s += STEP_S;
		if (made_number(&seed) % 4 == 0)
			ck_assert_int_ge(pair_day_follow(day, SIZE_MAX), 0);
	}
	ck_assert_int_ge(pair_day_follow(day, SIZE_MAX), 0);
	is_as_rows();
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ without_a_journal_nothing_is_known, 0 },
		{ only_what_came_since_is_added, 0 },
		{ so_many_steps_are_taken_at_once, 0 },
		{ other_days_do_not_count, 0 },
		{ a_step_seen_in_part_counts_as_its_row_does, 0 },
		{ a_clock_found_to_be_ahead_takes_its_steps_back, 0 },
		{ steps_of_an_odd_clock_wait_for_what_follows, 0 },
		{ pairs_come_in_the_order_of_a_book, 0 },
		{ sums_are_those_of_the_rows_whatever_the_clock_does, 40 },
	};

	return unit_run_with("pair_day", setup, teardown, tests,
			     COUNT_OF(tests));
}
