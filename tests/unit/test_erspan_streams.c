/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>

#include "collector/erspan_streams.h"

enum { NUMBERS_MAX = 12, END = 0x7fffffff };

static struct erspan_streams streams;

static void setup(void)
{
	streams = (struct erspan_streams){ .clock = 0 };
}

static int64_t take_of(uint8_t from, uint8_t type, uint16_t session,
		       uint32_t sequence)
{
	const uint8_t bytes[4] = { 192, 0, 2, from };
	struct ipaddr source = ipaddr_of(bytes, sizeof(bytes));

	return erspan_streams_take(&streams, &source,
				   &(struct erspan){ .type = type,
						     .session = session,
						     .has_sequence = true,
						     .sequence = sequence });
}

static int64_t take(uint32_t sequence)
{
	return take_of(1, 2, 10, sequence);
}

/* What comes, from a first number on, and how many are lost in the end. */
static const struct {
	const char *name;
	uint32_t first;
	int32_t numbers[NUMBERS_MAX]; /* relative to it; END: no more */
	int64_t lost;
} runs[] = {
	{ "in a row", 5, { 0, 1, 2, 3, END }, 0 },
	{ "a gap", 5, { 0, 1, 4, 5, END }, 2 },
	{ "two gaps", 5, { 0, 2, 4, 5, END }, 2 },
	{ "overtaken", 5, { 0, 2, 1, 3, END }, 0 },
	{ "overtaken by many", 5, { 0, 63, 1, 2, END }, 60 },
	{ "overtaken by too many", 5, { 0, 65, 1, 2, END }, 63 },
	{ "backwards", 5, { 0, 4, 3, 2, 1, END }, 0 },
	{ "one twice", 5, { 0, 1, 1, 2, END }, 0 },
	{ "a late one twice", 5, { 0, 2, 1, 1, 3, END }, 0 },
	{ "one before the first", 5, { 0, -1, -2, 1, END }, 0 },
	{ "over the end", UINT32_MAX, { 0, 1, 2, END }, 0 },
	{ "a gap over the end", UINT32_MAX - 1, { 0, 3, 4, END }, 2 },
	{ "overtaken over the end", UINT32_MAX, { 0, 2, 1, END }, 0 },
	{ "the same throughout", 0, { 0, 0, 0, 0, 0, END }, 0 },
	{ "the largest gap", 5, { 0, 1 << 20, END }, (1 << 20) - 1 },
	{ "begun anew, far ahead", 5, { 0, (1 << 20) + 1, END }, 0 },
	{ "begun anew, and a gap", 5, { 0, 1 << 21, (1 << 21) + 3, END }, 2 },
	{ "begun anew, far behind",
	  1 << 22,
	  { 0, -(1 << 22), -(1 << 22) + 2, END },
	  1 },
	{ "begun anew, and one before",
	  5,
	  { 0, 1 << 21, (1 << 21) - 1, END },
	  0 },
	{ "as far behind as a late one may be",
	  1 << 22,
	  { 0, -(1 << 20), 3, END },
	  2 },
	{ "begun anew, one further behind",
	  1 << 22,
	  { 0, -(1 << 20) - 1, -(1 << 20) + 1, END },
	  1 },
	{ "half around", 5, { 0, INT32_MIN, INT32_MIN + 1, END }, 0 },
	{ "late beyond the window", 500, { 0, 100, 20, 101, END }, 99 },
};

START_TEST(numbers_that_are_missing_are_lost)
{
	int64_t lost = 0;

	for (size_t i = 0; runs[_i].numbers[i] != END; i++)
		lost += take(runs[_i].first + (uint32_t)runs[_i].numbers[i]);
	ck_assert_msg(lost == runs[_i].lost, "%s: %lld", runs[_i].name,
		      (long long)lost);
}
END_TEST

START_TEST(a_session_is_numbered_by_itself)
{
	ck_assert_int_eq(take_of(1, 2, 10, 1), 0);
	ck_assert_int_eq(take_of(1, 2, 11, 1000), 0);
	ck_assert_int_eq(take_of(2, 2, 10, 2000), 0);
	ck_assert_int_eq(take_of(1, 3, 10, 3000), 0);
	ck_assert_int_eq(take_of(1, 2, 10, 3), 1);
	ck_assert_int_eq(take_of(1, 2, 11, 1001), 0);
	ck_assert_int_eq(take_of(2, 2, 10, 2002), 1);
	ck_assert_int_eq(take_of(1, 3, 10, 3001), 0);
}
END_TEST

/* Below its last number: the first 64 may be late ones. */
START_TEST(a_session_that_begins_anew_loses_again)
{
	ck_assert_int_eq(take(500000), 0);
	for (uint32_t i = 0; i < 64; i++)
		ck_assert_int_eq(take(i), 0);
	ck_assert_int_eq(take(64), 0);
	ck_assert_int_eq(take(70), 5);
	ck_assert_int_eq(take(66), -1);
}
END_TEST

START_TEST(without_a_number_nothing_is_known)
{
	const uint8_t bytes[4] = { 192, 0, 2, 1 };
	struct ipaddr source = ipaddr_of(bytes, sizeof(bytes));
	struct erspan e = { .type = 1, .sequence = 7 };

	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(erspan_streams_take(&streams, &source, &e), 0);
		e.sequence += 100;
	}
	ck_assert_uint_eq(streams.clock, 0);
}
END_TEST

/* The one that was silent longest gives way, and begins anew when it comes
 * back: that a flood of sessions makes up no losses. */
START_TEST(there_may_be_more_sessions_than_room)
{
	for (uint32_t round = 0; round < 3; round++) {
		for (uint16_t i = 0; i <= ERSPAN_STREAMS_MAX; i++)
			ck_assert_int_eq(take_of(1, 2, i, round * 5000 + i), 0);
	}
}
END_TEST

START_TEST(those_who_talk_keep_their_place)
{
	for (uint32_t i = 0; i < 4 * ERSPAN_STREAMS_MAX; i++) {
		ck_assert_int_eq(take_of(1, 2, 1000, 2 * i), i == 0 ? 0 : 1);
		ck_assert_int_eq(take_of(2, 2, (uint16_t)i, i), 0);
	}
}
END_TEST

START_TEST(the_64th_late_one_in_a_row_begins_anew)
{
	ck_assert_int_eq(take(500000), 0);
	for (uint32_t i = 0; i < 63; i++)
		ck_assert_int_eq(take(i), 0);
	/* one in order: they were late ones, then */
	ck_assert_int_eq(take(500002), 1);
	for (uint32_t i = 100; i < 163; i++)
		ck_assert_int_eq(take(i), 0);
	ck_assert_int_eq(take(500004), 1);
	for (uint32_t i = 200; i < 264; i++)
		ck_assert_int_eq(take(i), 0);
	ck_assert_int_eq(take(265), 1);
}
END_TEST

START_TEST(those_overtaken_are_not_late)
{
	ck_assert_int_eq(take(500000), 0);
	for (uint32_t i = 1; i < 64; i++)
		ck_assert_int_eq(take(500000 - i), 0);
	ck_assert_int_eq(take(499000), 0);
	ck_assert_int_eq(take(500002), 1);
}
END_TEST

static struct ipaddr sender(uint32_t i)
{
	const uint8_t bytes[4] = { 198, 51, (uint8_t)(i >> 8), (uint8_t)i };

	return ipaddr_of(bytes, sizeof(bytes));
}

/* Whoever shares a place by chance: of so many senders some do. */
START_TEST(a_type_is_numbered_by_itself)
{
	for (uint32_t i = 0; i < 4096; i++) {
		struct ipaddr source = sender(i);
		struct erspan e = { .type = 2,
				    .session = 10,
				    .has_sequence = true,
				    .sequence = 1 };

		setup();
		ck_assert_int_eq(erspan_streams_take(&streams, &source, &e), 0);
		e.type = 3;
		e.sequence = 1000;
		ck_assert_int_eq(erspan_streams_take(&streams, &source, &e), 0);
	}
}
END_TEST

START_TEST(a_sender_is_numbered_by_itself)
{
	for (uint32_t i = 0; i < 4096; i++) {
		struct ipaddr source = sender(i);
		struct erspan e = { .type = 2,
				    .session = 10,
				    .has_sequence = true,
				    .sequence = 1000 };

		setup();
		ck_assert_int_eq(take(1), 0);
		ck_assert_int_eq(erspan_streams_take(&streams, &source, &e), 0);
	}
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ numbers_that_are_missing_are_lost, COUNT_OF(runs) },
		{ a_session_is_numbered_by_itself, 0 },
		{ a_session_that_begins_anew_loses_again, 0 },
		{ without_a_number_nothing_is_known, 0 },
		{ there_may_be_more_sessions_than_room, 0 },
		{ those_who_talk_keep_their_place, 0 },
		{ the_64th_late_one_in_a_row_begins_anew, 0 },
		{ those_overtaken_are_not_late, 0 },
		{ a_type_is_numbered_by_itself, 0 },
		{ a_sender_is_numbered_by_itself, 0 },
	};

	return unit_run_with("erspan_streams", setup, NULL, tests,
			     COUNT_OF(tests));
}
