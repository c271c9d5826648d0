/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>

#include "collector/counters.h"

enum { SECOND = 1000000 };

#define GIGABIT UINT64_C(1000000000)

static struct counter_reading before;
static struct counter_reading after;
static struct counter_delta delta;

static void setup(void)
{
	before = (struct counter_reading){
		.time_us = INT64_C(1700000000) * SECOND,
		.uptime_ms = 5000000,
	};
	after = before;
	after.time_us += 20 * SECOND;
	after.uptime_ms += 20000;
}

static enum counter_verdict difference(uint64_t speed)
{
	return counter_difference(&before, &after, speed, &delta);
}

static void set(struct sflow_if_counters *c, uint64_t base)
{
	uint32_t n = (uint32_t)base;

	c->in_octets = base;
	c->out_octets = base + 1;
	c->in_ucast = n + 2;
	c->in_mcast = n + 3;
	c->in_bcast = n + 4;
	c->in_errors = n + 5;
	c->in_discards = n + 6;
	c->out_ucast = n + 7;
	c->out_mcast = n + 8;
	c->out_bcast = n + 9;
	c->out_errors = n + 10;
	c->out_discards = n + 11;
}

START_TEST(each_counter_grows_by_itself)
{
	set(&before.raw, 0);
	after.raw = before.raw;
	after.raw.in_octets += 100;
	after.raw.in_ucast += 101;
	after.raw.in_mcast += 102;
	after.raw.in_bcast += 103;
	after.raw.in_errors += 104;
	after.raw.in_discards += 105;
	after.raw.out_octets += 106;
	after.raw.out_ucast += 107;
	after.raw.out_mcast += 108;
	after.raw.out_bcast += 109;
	after.raw.out_errors += 110;
	after.raw.out_discards += 111;
	ck_assert_int_eq(difference(GIGABIT), COUNTER_ACCEPTED);
	ck_assert_uint_eq(delta.unknown, 0);
	/* The test's order is that of the data sources. */
	for (uint64_t i = 0; i < COUNTER_COUNT; i++)
		ck_assert_uint_eq(delta.grown[i], 100 + i);
}
END_TEST

START_TEST(octets_are_counted_in_64_bits)
{
	before.raw.in_octets = UINT64_C(0xffffffff);
	after.raw.in_octets = UINT64_C(0x500000000);
	ck_assert_int_eq(difference(0), COUNTER_ACCEPTED);
	ck_assert_uint_eq(delta.grown[PORT_IN_OCTETS], UINT64_C(0x400000001));
}
END_TEST

/* A counter that fell, and what is made of it. */
static const struct {
	const char *name;
	uint64_t before;
	uint64_t after;
	uint64_t speed;
	bool known;
	uint64_t grown;
} octets[] = {
	{ "64 bits wrapped", UINT64_MAX - 9, 10, GIGABIT, true, 20 },
	{ "64 bits wrapped, speed unknown", UINT64_MAX - 9, 10, 0, false, 0 },
	{ "cleared", 5000000, 10, GIGABIT, false, 0 },
	{ "cleared to zero", 1, 0, 400 * GIGABIT, false, 0 },
	{ "not supported before", UINT64_MAX, 10, GIGABIT, false, 0 },
	{ "not supported after", 10, UINT64_MAX, GIGABIT, false, 0 },
	{ "did not grow", 10, 10, GIGABIT, true, 0 },
	{ "the most a wrap can be: 1.1 x 22 s", UINT64_MAX - 99,
	  3025000000 - 100, GIGABIT, true, 3025000000 },
	{ "one more than that", UINT64_MAX - 99, 3025000000 - 99, GIGABIT,
	  false, 0 },
	{ "the most that can grow: twice that", 0, 6050000000, GIGABIT, true,
	  6050000000 },
	{ "a counter that came back from zero", 0, 6050000001, GIGABIT, false,
	  0 },
	{ "the same, speed unknown", 0, 6050000001, 0, true, 6050000001 },
};

START_TEST(octets_that_fell_wrapped_if_that_is_possible)
{
	before.raw.out_octets = octets[_i].before;
	after.raw.out_octets = octets[_i].after;
	ck_assert_int_eq(difference(octets[_i].speed), COUNTER_ACCEPTED);
	ck_assert_msg(!(delta.unknown & 1u << PORT_OUT_OCTETS) ==
			  octets[_i].known,
		      "%s", octets[_i].name);
	ck_assert_uint_eq(delta.grown[PORT_OUT_OCTETS], octets[_i].grown);
	ck_assert(!(delta.unknown & 1u << PORT_IN_OCTETS));
}
END_TEST

static const struct {
	const char *name;
	uint32_t before;
	uint32_t after;
	uint64_t octets; /* that the frames were in; UINT64_MAX: not known */
	uint64_t speed;
	bool known;
	uint64_t grown;
} packets[] = {
	{ "wrapped", UINT32_MAX - 9, 10, 1200, GIGABIT, true, 20 },
	{ "wrapped, speed unknown", UINT32_MAX - 9, 10, 1200, 0, true, 20 },
	{ "more frames than octets allow", UINT32_MAX - 9, 10, 1199, GIGABIT,
	  false, 0 },
	{ "wrapped, octets unknown", UINT32_MAX - 9, 10, UINT64_MAX, GIGABIT,
	  true, 20 },
	{ "wrapped, nothing known", UINT32_MAX - 9, 10, UINT64_MAX, 0, false,
	  0 },
	{ "cleared", 5000000, 10, 100000, GIGABIT, false, 0 },
	{ "cleared on a fast link", 5000000, 10, 100000, 400 * GIGABIT, false,
	  0 },
	{ "not supported before", UINT32_MAX, 10, 1200, GIGABIT, false, 0 },
	{ "not supported after", 10, UINT32_MAX, 1200, GIGABIT, false, 0 },
	{ "half the range, forwards", 0, 1u << 31, UINT64_C(1) << 38,
	  100 * GIGABIT, true, 1u << 31 },
};

START_TEST(packets_that_fell_wrapped_if_that_is_possible)
{
	before.raw.in_octets =
	    packets[_i].octets == UINT64_MAX ? UINT64_MAX : 0;
	after.raw.in_octets = packets[_i].octets;
	before.raw.in_bcast = packets[_i].before;
	after.raw.in_bcast = packets[_i].after;
	ck_assert_int_eq(difference(packets[_i].speed), COUNTER_ACCEPTED);
	ck_assert_msg(!(delta.unknown & 1u << PORT_IN_BCAST) ==
			  packets[_i].known,
		      "%s", packets[_i].name);
	ck_assert_uint_eq(delta.grown[PORT_IN_BCAST], packets[_i].grown);
}
END_TEST

START_TEST(a_port_whose_counters_were_cleared_knows_nothing)
{
	set(&before.raw, 5000000);
	set(&after.raw, 100);
	after.raw.in_ucast = before.raw.in_ucast + 1;
	ck_assert_int_eq(difference(100 * GIGABIT), COUNTER_ACCEPTED);
	ck_assert_uint_eq(delta.unknown, (1u << COUNTER_COUNT) - 1);
}
END_TEST

START_TEST(errors_and_discards_that_fell_were_cleared)
{
	set(&before.raw, 1000);
	set(&after.raw, 2000);
	after.raw.in_errors = 0;
	after.raw.out_discards = 0;
	ck_assert_int_eq(difference(400 * GIGABIT), COUNTER_ACCEPTED);
	ck_assert_uint_eq(delta.unknown,
			  1u << PORT_IN_ERRORS | 1u << PORT_OUT_DISCARDS);
}
END_TEST

static const struct {
	const char *name;
	uint32_t before_ms;
	uint32_t after_ms;
	int64_t passed_s;
	enum counter_verdict verdict;
} uptimes[] = {
	{ "went on", 5000000, 5020000, 20, COUNTER_ACCEPTED },
	{ "restarted", 5000000, 12000, 20, COUNTER_RESTARTED },
	{ "restarted at once", 5000000, 0, 20, COUNTER_RESTARTED },
	{ "wrapped at 2^32 ms", UINT32_MAX - 9999, 10000, 20,
	  COUNTER_ACCEPTED },
	{ "wrapped, its clock 25 s off", UINT32_MAX - 9999, 35000, 20,
	  COUNTER_ACCEPTED },
	{ "restarted just where it might have wrapped", UINT32_MAX - 9999,
	  60000, 20, COUNTER_RESTARTED },
	{ "never says", 0, 0, 3600, COUNTER_ACCEPTED },
	{ "restarted, and has come further since", 60000, 120000, 300,
	  COUNTER_RESTARTED },
	{ "its clock is slow", 60000, 360000, 303, COUNTER_ACCEPTED },
	{ "stands still", 5000000, 5000000, 20, COUNTER_ACCEPTED },
	{ "no time passed", 5000000, 5000000, 0, COUNTER_NO_TIME },
	{ "time went back", 5000000, 5020000, -20, COUNTER_NO_TIME },
};

START_TEST(an_agent_that_restarted_grew_by_nothing)
{
	before.uptime_ms = uptimes[_i].before_ms;
	after.uptime_ms = uptimes[_i].after_ms;
	after.time_us = before.time_us + uptimes[_i].passed_s * SECOND;
	after.raw.in_octets = 1000;
	ck_assert_msg(difference(GIGABIT) == uptimes[_i].verdict, "%s",
		      uptimes[_i].name);
}
END_TEST

/* A generator of the test's own. */
static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

START_TEST(the_shares_of_consecutive_intervals_sum_up_exactly)
{
	uint64_t seed = 88172645463325252u + (uint64_t)_i;

	for (int run = 0; run < 200; run++) {
		uint64_t grown =
		    next_random(&seed) >> (next_random(&seed) % 64);
		int64_t from = (int64_t)(next_random(&seed) >> 12);
		int64_t length = (int64_t)(next_random(&seed) >>
					   (24 + next_random(&seed) % 30)) +
				 1;
		int64_t to = from + length;
		int64_t step = length / 7 + 1;
		uint64_t sum = 0;

		for (int64_t at = from; at < to; at += step)
			sum += counter_share(grown, from, to, at + step) -
			       counter_share(grown, from, to, at);
		ck_assert_uint_eq(sum, grown);
	}
}
END_TEST

START_TEST(a_share_is_linear_in_time)
{
	ck_assert_uint_eq(counter_share(1000, 100, 200, 50), 0);
	ck_assert_uint_eq(counter_share(1000, 100, 200, 100), 0);
	ck_assert_uint_eq(counter_share(1000, 100, 200, 125), 250);
	ck_assert_uint_eq(counter_share(1000, 100, 200, 200), 1000);
	ck_assert_uint_eq(counter_share(1000, 100, 200, 300), 1000);
	/* no overflow: 2^64 - 1 over 2^63 - 1 microseconds is 2 a piece */
	ck_assert_uint_eq(counter_share(UINT64_MAX, 0, INT64_MAX, 1000), 2000);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ each_counter_grows_by_itself, 0 },
		{ octets_are_counted_in_64_bits, 0 },
		{ octets_that_fell_wrapped_if_that_is_possible,
		  COUNT_OF(octets) },
		{ a_port_whose_counters_were_cleared_knows_nothing, 0 },
		{ errors_and_discards_that_fell_were_cleared, 0 },
		{ packets_that_fell_wrapped_if_that_is_possible,
		  COUNT_OF(packets) },
		{ an_agent_that_restarted_grew_by_nothing, COUNT_OF(uptimes) },
		{ the_shares_of_consecutive_intervals_sum_up_exactly, 10 },
		{ a_share_is_linear_in_time, 0 },
	};

	return unit_run_with("counters", setup, NULL, tests, COUNT_OF(tests));
}
