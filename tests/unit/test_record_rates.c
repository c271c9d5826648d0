/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <math.h>

#include "store/record.h"

enum { START_S = 1700000100 };

static const struct record_head step = {
	.kind = RECORD_STEP,
	.start_s = START_S,
	.covered_us = 60000000,
};

static double values[SERIES_COLUMNS_MAX];

/* covered_us, step, edge: known */
static const struct {
	int64_t covered_us;
	int64_t step_us;
	bool edge;
	bool known;
} covers[] = {
	{ 30000000, 60000000, false, true },
	{ 29999999, 60000000, false, false },
	{ 4999999, 60000000, true, false },
	{ 5000000, 60000000, true, true },
	{ 150000000, 300000000, false, true },
	{ 149999999, 300000000, false, false },
	{ 5000000, 300000000, true, true },
	{ 0, 60000000, false, false },
	{ 90000000, 60000000, false, true },
};

START_TEST(half_a_step_is_enough_and_5_s_at_the_edge)
{
	ck_assert(record_rate_known(covers[_i].covered_us, covers[_i].step_us,
				    covers[_i].edge) == covers[_i].known);
}
END_TEST

START_TEST(traffic_is_divided_by_the_seconds_covered)
{
	struct record_head head = step;
	struct record_entry e = { .known = true };

	head.covered_us = 40000000;
	e.traffic.tallies[0][FAMILY_IPV4] = (struct tally){ 400, 80, 40, 1e6 };
	e.traffic.tallies[0][FAMILY_OTHER] = (struct tally){ 40, 8, 4, 2e6 };
	e.traffic.tallies[1][FAMILY_IPV6] = (struct tally){ 800, 160, 8, 3e6 };
	ck_assert_int_eq(record_rates(&head, &e, NULL, values), START_S);
	ck_assert_double_eq(values[TRAFFIC_FROM_V4_BYTES], 10);
	ck_assert_double_eq(values[TRAFFIC_FROM_V6_BYTES], 0);
	ck_assert_double_eq(values[TRAFFIC_FROM_OTHER_BYTES], 1);
	ck_assert_double_eq(values[TRAFFIC_TO_V6_BYTES], 20);
	ck_assert_double_eq(values[TRAFFIC_FROM_V4_PKTS], 2);
	ck_assert_double_eq(values[TRAFFIC_TO_V6_PKTS], 4);
	ck_assert_double_eq(values[TRAFFIC_FROM_SAMPLES], 44.0 / 40);
	ck_assert_double_eq(values[TRAFFIC_TO_SAMPLES], 0.2);
	ck_assert_double_eq(values[TRAFFIC_FROM_VAR], 3e6 / 40);
	ck_assert_double_eq(values[TRAFFIC_TO_VAR], 3e6 / 40);
}
END_TEST

START_TEST(what_could_not_be_seen_makes_no_row)
{
	struct record_head head = step;
	struct record_entry e = { .known = false };

	ck_assert_int_eq(record_rates(&head, &e, NULL, values), 0);
	e.known = true;
	head.covered_us = 29999999;
	ck_assert_int_eq(record_rates(&head, &e, NULL, values), 0);
	e.series.kind = SERIES_AGENT;
	ck_assert_int_eq(record_rates(&head, &e, NULL, values), 0);
	head.edge = true;
	ck_assert_int_eq(record_rates(&head, &e, NULL, values), START_S);
}
END_TEST

START_TEST(an_agent_is_divided_too)
{
	struct record_entry e = {
		.series.kind = SERIES_AGENT,
		.known = true,
		.agent = { 60, 120, 180, 240 },
	};

	ck_assert_int_eq(record_rates(&step, &e, NULL, values), START_S);
	for (int i = 0; i < AGENT_COUNT; i++)
		ck_assert_double_eq(values[i], i + 1);
}
END_TEST

START_TEST(each_direction_of_a_pair_has_its_own_seconds)
{
	static const int64_t seen[2] = { 300000000, 200000000 };
	static const int64_t half[2] = { 149999999, 150000000 };
	static const int64_t none[2] = { 0, 1 };
	struct record_head head = step;
	struct record_entry e = { .series.kind = SERIES_PAIR };

	head.kind = RECORD_PAIR_STEP;
	e.traffic.tallies[0][FAMILY_IPV4].bytes = 300;
	e.traffic.tallies[0][FAMILY_IPV6].bytes = 600;
	e.traffic.tallies[0][FAMILY_OTHER].bytes = 5; /* has no column */
	e.traffic.tallies[1][FAMILY_IPV4].bytes = 150;
	ck_assert_int_eq(record_rates(&head, &e, seen, values), START_S);
	ck_assert_double_eq(values[PAIR_AB_V4_BYTES], 1);
	ck_assert_double_eq(values[PAIR_AB_V6_BYTES], 2);
	ck_assert_double_eq(values[PAIR_BA_V4_BYTES], 0.75);
	ck_assert_double_eq(values[PAIR_BA_V6_BYTES], 0);
	ck_assert_int_eq(record_rates(&head, &e, half, values), START_S);
	ck_assert(isnan(values[PAIR_AB_V4_BYTES]));
	ck_assert_double_eq(values[PAIR_BA_V4_BYTES], 1);
	ck_assert_int_eq(record_rates(&head, &e, none, values), 0);
	ck_assert_int_eq(record_rates(&head, &e, NULL, values), 0);
}
END_TEST

static struct record_entry a_port(void)
{
	struct record_entry e = {
		.series = { .kind = SERIES_PORT, .switch_name = "sw1" },
		.port = { .start_s = START_S - 120,
			  .covered_us = 50000000,
			  .estimate = { 600, 1200 },
			  .observed_us = 60000000,
			  .estimate_known = true },
	};

	e.port.grown[PORT_IN_OCTETS] = 5000;
	e.port.grown[PORT_OUT_DISCARDS] = 50;
	e.port.unknown = 1u << PORT_IN_BCAST;
	return e;
}

START_TEST(a_port_has_its_own_step_and_seconds)
{
	struct record_entry e = a_port();

	ck_assert_int_eq(record_rates(&step, &e, NULL, values), START_S - 120);
	ck_assert_double_eq(values[PORT_IN_OCTETS], 100);
	ck_assert_double_eq(values[PORT_OUT_DISCARDS], 1);
	ck_assert_double_eq(values[PORT_IN_UCAST], 0);
	ck_assert(isnan(values[PORT_IN_BCAST]));
	ck_assert_double_eq(values[PORT_IN_ESTIMATE], 10);
	ck_assert_double_eq(values[PORT_OUT_ESTIMATE], 20);
}
END_TEST

START_TEST(counters_and_estimates_are_known_by_themselves)
{
	struct record_entry e = a_port();

	e.port.covered_us = 29999999;
	ck_assert_int_eq(record_rates(&step, &e, NULL, values), START_S - 120);
	ck_assert(isnan(values[PORT_IN_OCTETS]));
	ck_assert_double_eq(values[PORT_IN_ESTIMATE], 10);
	e.port.estimate_known = false;
	ck_assert_int_eq(record_rates(&step, &e, NULL, values), 0);
	ck_assert(isnan(values[PORT_IN_ESTIMATE]));
	e.port.edge = true;
	ck_assert_int_eq(record_rates(&step, &e, NULL, values), START_S - 120);
	ck_assert(isnan(values[PORT_IN_ESTIMATE]));
	e.port.unknown = UINT32_MAX;
	ck_assert_int_eq(record_rates(&step, &e, NULL, values), 0);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ half_a_step_is_enough_and_5_s_at_the_edge, COUNT_OF(covers) },
		{ traffic_is_divided_by_the_seconds_covered, 0 },
		{ what_could_not_be_seen_makes_no_row, 0 },
		{ an_agent_is_divided_too, 0 },
		{ each_direction_of_a_pair_has_its_own_seconds, 0 },
		{ a_port_has_its_own_step_and_seconds, 0 },
		{ counters_and_estimates_are_known_by_themselves, 0 },
	};

	return unit_run("record_rates", tests, COUNT_OF(tests));
}
