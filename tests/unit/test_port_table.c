/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collector/clock.h"
#include "collector/port_steps.h"
#include "collector/port_table.h"
#include "support/registry_builder.h"

/* A step in November 2023, and its first microsecond. */
#define STEP INT64_C(28333440)

static struct exchange e;
static struct port_table t;
static uint32_t port;
static struct port_row *rows;
static size_t count;

static void setup(void)
{
	exchange_build(&e, NULL, NULL);
	ck_assert_int_eq(port_table_init(&t, e.registry), 0);
	port = port_table_find(&t, 0, 1);
	ck_assert_uint_ne(port, PORT_NONE);
}

static void teardown(void)
{
	free(rows);
	rows = NULL;
	port_table_fini(&t);
	exchange_free(&e);
}

/* A counter sample so many seconds after STEP began. */
static void sample(double at_s, uint64_t in_octets, uint32_t in_ucast)
{
	int64_t offset = (int64_t)(at_s * US_PER_S);
	struct sflow_counters c = {
		.has_interface = true,
		.interface = { .speed_bps = 10000000000,
			       .in_octets = in_octets,
			       .in_ucast = in_ucast },
	};

	port_table_counters(&t, port, &c, STEP * STEP_US + offset,
			    (uint32_t)(100000 + offset / 1000));
}

static struct step_span span(int64_t after)
{
	return (struct step_span){ .step = STEP + after,
				   .covered_us = STEP_US };
}

static void close_as(struct step_span s, bool is_alive, bool last)
{
	bool alive[2] = { is_alive, is_alive };

	free(rows);
	ck_assert_int_eq(port_steps_close(&t, s, alive, last, &rows, &count),
			 0);
}

static void close_step(int64_t after)
{
	close_as(span(after), true, false);
}

static double value(size_t row, size_t column)
{
	const struct record_head head = { .kind = RECORD_STEP };
	const struct record_entry entry = { .series = { .kind = SERIES_PORT },
					    .known = true,
					    .port = rows[row].amounts };
	double values[SERIES_COLUMNS_MAX];

	return record_rates(&head, &entry, NULL, values) ? values[column]
							 : (double)NAN;
}

static double in_bytes(size_t row)
{
	return value(row, PORT_IN_OCTETS);
}

static const struct {
	uint32_t switch_index;
	uint32_t ifindex;
	const char *name;
} names[] = {
	{ 0, 1, "one" }, /* configured */
	{ 1, 0x1a000000, "Ethernet1/1" },
	{ 1, 0x1a000000 + (47 << 12), "Ethernet1/48" },
	{ 1, 0x1a000000 + (1 << 19) + (2 << 12), "Ethernet2/3" },
	{ 1, 436207616 + 1, "ifIndex 436207617" }, /* a part of a port */
	{ 1, 369098752, "port-channel1" },
	{ 1, 369098752 + 4095, "port-channel4096" },
	{ 1, 369098752 + 4096, "ifIndex 369102848" },
	{ 1, 2, "ifIndex 2" },
	{ 1, UINT32_MAX, "ifIndex 4294967295" },
};

START_TEST(a_port_has_a_name_before_it_says_one)
{
	uint32_t found =
	    port_table_find(&t, names[_i].switch_index, names[_i].ifindex);

	ck_assert_str_eq(t.ports[found].name, names[_i].name);
}
END_TEST

static void say_name(const char *name, size_t len)
{
	struct sflow_counters c = { .port_name = name, .port_name_len = len };

	port_table_counters(&t, port, &c, STEP * STEP_US, 1);
}

START_TEST(the_agents_name_beats_a_guess_but_not_the_configuration)
{
	say_name("Ethernet9/9", 11);
	ck_assert_str_eq(t.ports[port].name, "one");
	port = port_table_find(&t, 1, 436207616);
	say_name("", 0);
	ck_assert_str_eq(t.ports[port].name, "Ethernet1/1");
	say_name("eth1/1", 6);
	ck_assert_str_eq(t.ports[port].name, "eth1/1");
	ck_assert(!t.ports[port].counted);
}
END_TEST

START_TEST(a_name_cannot_carry_control_bytes)
{
	char endless[500];

	port = port_table_find(&t, 1, 7);
	say_name("a\n\x1b[2J\x7f\xc3\xa9\0b", 11);
	ck_assert_str_eq(t.ports[port].name, "a??[2J????b");
	port = port_table_find(&t, 1, 8);
	memset(endless, 'x', sizeof(endless));
	say_name(endless, sizeof(endless));
	ck_assert_uint_eq(strlen(t.ports[port].name), PORT_NAME_SIZE - 1);
}
END_TEST

START_TEST(learned_ports_are_bounded_and_configured_ones_stay)
{
	uint32_t configured = t.count;

	ck_assert_uint_eq(configured, e.registry->port_count);
	ck_assert_uint_eq(port_table_find(&t, 0, 0), PORT_NONE);
	for (uint32_t i = 1; i <= PORT_LEARNED_PER_SWITCH; i++)
		ck_assert_uint_ne(port_table_find(&t, 1, i), PORT_NONE);
	ck_assert_uint_eq(port_table_find(&t, 1, PORT_LEARNED_PER_SWITCH + 1),
			  PORT_NONE);
	ck_assert_uint_eq(t.refused, 1);
	/* Another switch has room of its own. */
	ck_assert_uint_ne(port_table_find(&t, 0, 5000), PORT_NONE);
	ck_assert_uint_eq(port_table_find(&t, 0, 1), port);
	ck_assert_uint_eq(port_table_find(&t, 1, 1), configured);
}
END_TEST

START_TEST(a_delta_over_two_steps_is_shared_by_time)
{
	sample(0, 0, 0);
	sample(45, 45000, 45);
	sample(75, 90000, 105); /* 15 s here, 15 s there */
	sample(135, 90000, 105);
	close_step(0);
	ck_assert_uint_eq(count, 1);
	ck_assert_uint_eq(rows[0].port, port);
	ck_assert_uint_eq(rows[0].switch_index, 0);
	ck_assert_uint_eq(rows[0].ifindex, 1);
	ck_assert_int_eq(rows[0].amounts.start_s, STEP * 60);
	ck_assert_double_eq(in_bytes(0) * 60, 45000 + 22500);
	ck_assert_double_eq(value(0, PORT_IN_UCAST) * 60, 45 + 30);
	ck_assert_double_eq(value(0, PORT_OUT_OCTETS), 0);
	close_step(1);
	ck_assert_uint_eq(count, 1);
	ck_assert_double_eq(in_bytes(0) * 60, 22500);
}
END_TEST

/* Bytes of all rows given out; they come in order. */
static double take_rows(int64_t *last_start)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++) {
		ck_assert_int_gt(rows[i].amounts.start_s, *last_start);
		*last_start = rows[i].amounts.start_s;
		sum += in_bytes(i) * 60;
	}
	return sum;
}

/* Samples at odd times, steps closed as time goes by: what comes out is what
 * went in, in order and once. */
START_TEST(the_rows_of_a_port_sum_up_to_what_was_counted)
{
	uint64_t seed = 12345 + (uint64_t)_i;
	uint64_t octets = 0;
	int64_t last_start = 0;
	double sum = 0;
	double at = 0;
	int64_t closed = 0;

	sample(0, 0, 0);
	while (closed < 40) {
		seed = seed * UINT64_C(6364136223846793005) + 1;
		at += 7 + (double)(seed >> 59); /* 7 to 38 s */
		for (; closed < (int64_t)at / 60; closed++) {
			close_step(closed);
			sum += take_rows(&last_start);
		}
		octets += seed >> 40;
		sample(at, octets, 0);
	}
	/* the last one ends with its step, so that nothing lies beyond */
	octets += 1000;
	sample((double)(closed + 1) * 60, octets, 0);
	close_as(span(closed), true, true);
	sum += take_rows(&last_start);
	ck_assert_double_eq_tol(sum, (double)octets, 1e-3);
	ck_assert_uint_eq(t.ports[port].grown[PORT_IN_OCTETS], octets);
	close_as(span(closed), true, true);
	ck_assert_uint_eq(count, 0);
}
END_TEST

START_TEST(a_step_waits_for_counters_beyond_its_end)
{
	sample(10, 0, 0);
	sample(30, 1000, 0);
	sample(50, 2000, 0);
	close_step(0);
	ck_assert_uint_eq(count, 0);
	sample(70, 3000, 0);
	close_step(1);
	ck_assert_uint_eq(count, 1);
	/* 50 s of step 0 were covered: 2500 bytes */
	ck_assert_double_eq(in_bytes(0), 50);
}
END_TEST

START_TEST(a_port_that_fell_silent_is_not_waited_for_for_ever)
{
	sample(0, 0, 0);
	sample(20, 1000, 0);
	sample(40, 2000, 0);
	close_step(0);
	ck_assert_uint_eq(count, 0);
	close_step(1);
	ck_assert_uint_eq(count, 0); /* 60 s: less than 2 × 20 s + 60 s */
	close_step(2);
	ck_assert_uint_ge(count, 1);
	ck_assert_int_eq(rows[0].amounts.start_s, STEP * 60);
	ck_assert_double_eq(in_bytes(0), 50); /* over the 40 s covered */
}
END_TEST

START_TEST(counters_that_come_late_fill_only_what_is_still_open)
{
	sample(0, 0, 0);
	sample(60, 6000, 0);
	for (int64_t i = 0; i < 8; i++)
		close_step(i);	      /* gives out up to step 3 */
	sample(600, 6000 + 54000, 0); /* nine minutes later */
	close_step(9);
	for (size_t i = 0; i < count; i++) {
		ck_assert_int_ge(rows[i].amounts.start_s, STEP * 60 + 4 * 60);
		ck_assert_double_eq(in_bytes(i), 100);
	}
	ck_assert_uint_eq(t.ports[port].grown[PORT_IN_OCTETS], 60000);
}
END_TEST

START_TEST(a_silence_of_hours_makes_no_spike_and_no_backlog)
{
	sample(0, 0, 0);
	sample(60, 6000, 0);
	close_as(span(0), true, true);
	sample(36000, 6000 + 3594000, 0); /* ten hours: 100 bytes/s */
	sample(36060, 3606000, 0);
	close_step(600);
	ck_assert_uint_ge(count, 1);
	/* all that could be filled comes at once, the current step last */
	ck_assert_int_eq(rows[count - 1].amounts.start_s, (STEP + 600) * 60);
	for (size_t i = 0; i < count; i++)
		ck_assert_double_eq(in_bytes(i), 100);
}
END_TEST

static const struct {
	const char *name;
	int64_t covered_s; /* by counters and of the step */
	bool edge;
	bool known;
} coverages[] = {
	{ "half a step", 30, false, true },
	{ "less than half", 29, false, false },
	{ "5 s at the edge", 5, true, true },
	{ "less than 5 s at the edge", 4, true, false },
};

START_TEST(a_rate_needs_enough_of_the_step)
{
	struct step_span s = span(0);

	s.covered_us = coverages[_i].covered_s * US_PER_S;
	s.edge = coverages[_i].edge;
	sample(60 - (double)coverages[_i].covered_s, 0, 0);
	sample(60, (uint64_t)coverages[_i].covered_s * 100, 0);
	port_samples_estimate(port_table_samples(&t, port, STEP), false,
			      (uint64_t)coverages[_i].covered_s * 10);
	close_as(s, true, false);
	ck_assert_uint_eq(count, 1);
	ck_assert_msg(isnan(in_bytes(0)) == !coverages[_i].known, "%s",
		      coverages[_i].name);
	ck_assert_int_eq(isnan(value(0, PORT_IN_ESTIMATE)),
			 !coverages[_i].known);
	if (!coverages[_i].known)
		return;
	ck_assert_double_eq(in_bytes(0), 100);
	ck_assert_double_eq(value(0, PORT_IN_ESTIMATE), 10);
}
END_TEST

START_TEST(an_estimate_is_zero_while_alive_and_unknown_when_not)
{
	sample(0, 0, 0);
	sample(60, 0, 0);
	sample(120, 0, 0);
	port_samples_estimate(port_table_samples(&t, port, STEP), true, 6000);
	close_step(0);
	ck_assert_double_eq(value(0, PORT_OUT_ESTIMATE), 100);
	ck_assert_double_eq(value(0, PORT_IN_ESTIMATE), 0);
	ck_assert_double_eq(t.ports[port].out_estimate_bps, 800);
	close_as(span(1), false, false);
	ck_assert_uint_eq(count, 1);
	ck_assert(isnan(value(0, PORT_OUT_ESTIMATE)));
	ck_assert(isnan(t.ports[port].out_estimate_bps));
	ck_assert_double_eq(in_bytes(0), 0);
}
END_TEST

START_TEST(a_port_never_heard_of_has_no_rows)
{
	close_as(span(0), true, true);
	ck_assert_uint_eq(count, 0);
}
END_TEST

START_TEST(a_restart_makes_a_gap_and_no_spike)
{
	struct sflow_counters c = {
		.has_interface = true,
		.interface = { .speed_bps = 10000000000 },
	};

	sample(0, 5000000000, 0);
	sample(20, 5000002000, 0);
	/* up for 3 s, and its counters start at something */
	c.interface.in_octets = 9000000000;
	port_table_counters(&t, port, &c, STEP * STEP_US + 40 * US_PER_S, 3000);
	ck_assert_uint_eq(t.restarts, 1);
	ck_assert(!t.ports[port].has_rate);
	c.interface.in_octets += 2000;
	port_table_counters(&t, port, &c, STEP * STEP_US + 60 * US_PER_S,
			    23000);
	close_step(0);
	ck_assert_double_eq(in_bytes(0), 100); /* over 40 s of the 60 */
	ck_assert_uint_eq(t.ports[port].grown[PORT_IN_OCTETS], 4000);
}
END_TEST

START_TEST(one_counter_unknown_leaves_the_others_known)
{
	sample(0, 0, 5000);
	sample(30, 3000, 10); /* unicast packets cleared by hand */
	sample(60, 6000, 20);
	close_step(0);
	ck_assert(isnan(value(0, PORT_IN_UCAST)));
	ck_assert_double_eq(in_bytes(0), 100);
}
END_TEST

START_TEST(counters_cleared_by_hand_are_unknown_and_no_spike)
{
	sample(0, 5000, 4000);
	sample(30, 10, 1);
	sample(60, 20, 2);
	close_step(0);
	ck_assert(isnan(in_bytes(0)));
	ck_assert(isnan(value(0, PORT_IN_UCAST)));
}
END_TEST

START_TEST(two_samples_of_one_time_lose_no_growth)
{
	sample(0, 0, 0);
	sample(30, 3000, 0);
	sample(30, 3500, 0);
	sample(60, 6000, 0);
	ck_assert_uint_eq(t.odd_deltas, 1);
	close_step(0);
	ck_assert_double_eq(in_bytes(0), 100);
}
END_TEST

START_TEST(a_forgotten_reading_is_compared_with_nothing)
{
	sample(0, 0, 0);
	sample(30, 3000, 0);
	port_table_forget(&t);
	sample(40, 9000, 0);
	ck_assert_uint_eq(t.ports[port].grown[PORT_IN_OCTETS], 3000);
	sample(60, 11000, 0);
	ck_assert_uint_eq(t.ports[port].grown[PORT_IN_OCTETS], 5000);
}
END_TEST

/* Without that a port had no rows until the clock had caught up. */
START_TEST(steps_come_again_after_a_clock_that_was_ahead)
{
	sample(0, 0, 0);
	sample(60, 6000, 0);
	close_as(span(0), true, true);
	ck_assert_uint_eq(count, 1);
	port_table_forget(&t);
	sample(-86400, 7000, 0);
	sample(-86400 + 60, 9000, 0);
	close_as(span(-1440), true, true);
	ck_assert_uint_eq(count, 1);
	ck_assert_int_eq(rows[0].amounts.start_s, (STEP - 1440) * STEP_S);
	ck_assert_uint_eq(rows[0].amounts.grown[PORT_IN_OCTETS], 2000);
}
END_TEST

START_TEST(only_what_is_later_than_now_is_forgotten)
{
	const struct record_port then = { .start_s = (STEP + 1440) * STEP_S,
					  .covered_us = STEP_US };

	sample(0, 0, 0);
	port_table_forget_later(&t, STEP * STEP_US);
	sample(30, 3000, 0);
	ck_assert_uint_eq(t.ports[port].grown[PORT_IN_OCTETS], 3000);
	port_steps_restore(&t, port, &then);
	sample(86400, 5000, 0);
	port_table_forget_later(&t, STEP * STEP_US + 40 * US_PER_S);
	sample(40, 4000, 0);
	sample(60, 4600, 0);
	ck_assert_uint_eq(t.ports[port].grown[PORT_IN_OCTETS], 5600);
	for (int i = 0; i < PORT_PENDING_STEPS; i++)
		ck_assert_int_le(t.ports[port].pending[i].step, STEP);
}
END_TEST

START_TEST(times_before_the_epoch_are_harmless)
{
	struct sflow_counters c = { .has_interface = true };

	port_table_counters(&t, port, &c, -100 * STEP_US, 1);
	c.interface.in_octets = 1000;
	port_table_counters(&t, port, &c, -90 * STEP_US, 600001);
	port_samples_estimate(port_table_samples(&t, port, -90), true, 5);
	close_as((struct step_span){ .step = -90, .covered_us = STEP_US }, true,
		 true);
	ck_assert_uint_eq(count, 0);
	ck_assert_uint_eq(t.ports[port].grown[PORT_IN_OCTETS], 1000);
}
END_TEST

START_TEST(the_speed_is_configured_or_reported)
{
	uint32_t other = port_table_find(&t, 0, 2);

	ck_assert_uint_eq(port_speed(&t.ports[port]), 10000000000);
	ck_assert_uint_eq(port_speed(&t.ports[other]), 0);
	port = other;
	sample(0, 0, 0);
	ck_assert_uint_eq(port_speed(&t.ports[other]), 10000000000);
}
END_TEST

/* As a replay closes them whose totals alone are wanted. */
START_TEST(steps_closed_as_one_are_all_corrected)
{
	uint64_t sum = 0;

	t.ports[port].correction = 2;
	for (int i = 0; i < 5; i++)
		port_samples_estimate(port_table_samples(&t, port, STEP + i),
				      true, 1000);
	close_as(span(0), true, true);
	for (size_t i = 0; i < count; i++)
		sum += rows[i].amounts.estimate[1];
	port_table_settle(&t);
	ck_assert_uint_eq(t.ports[port].out_estimate, 10000);
	ck_assert_uint_eq(sum, 2000);
}
END_TEST

/* A step may wait for counters while others are closed. */
START_TEST(a_step_that_waits_is_corrected_once)
{
	sample(0, 0, 0);
	sample(30, 100, 0);
	t.ports[port].correction = 2;
	port_samples_estimate(port_table_samples(&t, port, STEP), true, 6000);
	close_step(0);
	ck_assert_uint_eq(count, 0);
	close_step(1);
	sample(130, 300, 0);
	close_step(2);
	ck_assert_uint_ge(count, 1);
	ck_assert_uint_eq(rows[0].amounts.estimate[1], 12000);
}
END_TEST

START_TEST(a_clock_that_is_set_loses_no_estimate)
{
	port_samples_estimate(port_table_samples(&t, port, STEP), true, 6000);
	port_table_forget(&t);
	ck_assert_uint_eq(t.ports[port].out_estimate, 6000);
}
END_TEST

/* No step is made of the time that the clock has left. */
START_TEST(a_clock_set_back_leaves_no_step_behind)
{
	port_samples_estimate(port_table_samples(&t, port, STEP + 90), true,
			      1000);
	close_as(span(90), true, false);
	port_table_forget(&t);
	for (int i = 0; i < 40; i++) {
		sample(60.0 * i, (uint64_t)i * 100, 0);
		port_samples_estimate(port_table_samples(&t, port, STEP + i),
				      true, 1000);
		close_step(i);
		if (i > 3)
			ck_assert_uint_eq(count, 1);
	}
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_port_has_a_name_before_it_says_one, COUNT_OF(names) },
		{ the_agents_name_beats_a_guess_but_not_the_configuration, 0 },
		{ a_name_cannot_carry_control_bytes, 0 },
		{ learned_ports_are_bounded_and_configured_ones_stay, 0 },
		{ a_delta_over_two_steps_is_shared_by_time, 0 },
		{ the_rows_of_a_port_sum_up_to_what_was_counted, 20 },
		{ a_step_waits_for_counters_beyond_its_end, 0 },
		{ a_port_that_fell_silent_is_not_waited_for_for_ever, 0 },
		{ counters_that_come_late_fill_only_what_is_still_open, 0 },
		{ a_silence_of_hours_makes_no_spike_and_no_backlog, 0 },
		{ a_rate_needs_enough_of_the_step, COUNT_OF(coverages) },
		{ an_estimate_is_zero_while_alive_and_unknown_when_not, 0 },
		{ a_port_never_heard_of_has_no_rows, 0 },
		{ a_restart_makes_a_gap_and_no_spike, 0 },
		{ one_counter_unknown_leaves_the_others_known, 0 },
		{ counters_cleared_by_hand_are_unknown_and_no_spike, 0 },
		{ two_samples_of_one_time_lose_no_growth, 0 },
		{ a_forgotten_reading_is_compared_with_nothing, 0 },
		{ steps_come_again_after_a_clock_that_was_ahead, 0 },
		{ only_what_is_later_than_now_is_forgotten, 0 },
		{ times_before_the_epoch_are_harmless, 0 },
		{ the_speed_is_configured_or_reported, 0 },
		{ steps_closed_as_one_are_all_corrected, 0 },
		{ a_step_that_waits_is_corrected_once, 0 },
		{ a_clock_that_is_set_loses_no_estimate, 0 },
		{ a_clock_set_back_leaves_no_step_behind, 0 },
	};

	return unit_run_with("port_table", setup, teardown, tests,
			     COUNT_OF(tests));
}
