/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What alerts find in rows: of ports, agents and members. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/rrd_write.h"
#include "support/alert_world.h"
#include "support/unit.h"
#include "util/zone.h"

enum { HOUR_S = 3600, MINUTES = 60, WEEK_S = 7 * 86400, MEMBER = 64500 };

/* End of the last step; rows of five minutes end there too. */
#define END (WORLD_NOW / 300 * 300)

static struct alert_world world;

static void set_up(void)
{
	alert_world_open(&world);
}

static void tear_down(void)
{
	alert_world_close(&world);
}

/* Write rows of a minute up to end_s: a value in some columns of all. */
static void write(const struct series *series, int64_t end_s, size_t count,
		  const double values[SERIES_COLUMNS_MAX])
{
	struct series_row rows[MINUTES];

	for (size_t i = 0; i < count; i++) {
		rows[i].start_s = end_s - (int64_t)(count - i) * SERIES_STEP_S;
		memcpy(rows[i].values, values, sizeof(rows[i].values));
	}
	if (rrd_write_rows(world.dir, series, rows, count, NULL) < 0)
		abort();
}

static const struct alert_reading *
find(enum alert_kind kind, enum alert_part part, uint32_t number, uint32_t asn)
{
	for (size_t i = 0; i < world.found.count; i++) {
		const struct alert_reading *r = &world.found.items[i];

		if (r->subject.kind == kind && r->subject.part == part &&
		    r->subject.number == number && r->subject.asn == asn)
			return r;
	}
	return NULL;
}

static void write_port_to(int64_t end_s, uint32_t ifindex, size_t minutes,
			  double in, double out)
{
	const struct series series = { .kind = SERIES_PORT,
				       .switch_name = "sw1",
				       .ifindex = ifindex };
	double values[SERIES_COLUMNS_MAX] = {
		[PORT_IN_OCTETS] = in, [PORT_OUT_OCTETS] = out
	};

	write(&series, end_s, minutes, values);
}

static void write_port(uint32_t ifindex, size_t minutes, double in, double out)
{
	write_port_to(END, ifindex, minutes, in, out);
}

START_TEST(a_port_whose_counters_come_late_is_known)
{
	alert_world_status(&world, "");
	write_port_to(END - 1200, 1, 30, 1.25e9, 0);
	alert_world_look(&world);
	ck_assert(isnan(find(ALERT_PORT_FULL, ALERT_IN, 1, 0)->measure));
	write_port_to(END - 600, 1, 10, 1.25e9, 0);
	alert_world_look(&world);
	ck_assert_double_eq_tol(find(ALERT_PORT_FULL, ALERT_IN, 1, 0)->measure,
				1, 1e-9);
}
END_TEST

START_TEST(a_port_is_as_full_as_its_last_quarter_of_an_hour)
{
	write_port(1, 60, 1.0625e9, 0.25e9); /* 8.5 and 2 of 10 Gbit/s */
	alert_world_status(&world, "");
	alert_world_look(&world);
	ck_assert_double_eq_tol(find(ALERT_PORT_FULL, ALERT_IN, 1, 0)->measure,
				0.85, 1e-9);
	ck_assert_double_eq_tol(find(ALERT_PORT_FULL, ALERT_OUT, 1, 0)->measure,
				0.2, 1e-9);
}
END_TEST

START_TEST(of_a_port_half_of_the_time_must_be_known)
{
	write_port(1, 7, 1.25e9, 1.25e9);
	alert_world_status(&world, "");
	alert_world_look(&world);
	ck_assert(isnan(find(ALERT_PORT_FULL, ALERT_IN, 1, 0)->measure));
	/* without a speed, without rows */
	write_port(2, 60, 1.25e9, 1.25e9);
	alert_world_look(&world);
	ck_assert(isnan(find(ALERT_PORT_FULL, ALERT_IN, 2, 0)->measure));
	ck_assert(isnan(find(ALERT_PORT_FULL, ALERT_IN, 3, 0)->measure));
}
END_TEST

START_TEST(losses_are_shares_of_what_should_have_come)
{
	const struct series series = { .kind = SERIES_AGENT,
				       .switch_name = "sw1" };
	const double values[SERIES_COLUMNS_MAX] = { [AGENT_DATAGRAMS] = 9,
						    [AGENT_LOST] = 1,
						    [AGENT_SAMPLES] = 60,
						    [AGENT_DROPS] = 20 };

	write(&series, END, 40, values);
	alert_world_status(&world, "");
	alert_world_look(&world);
	for (size_t i = 0; i < world.found.count; i++) {
		const struct alert_reading *r = &world.found.items[i];

		if (r->subject.kind != ALERT_SAMPLES_LOST)
			continue;
		if (strcmp(r->subject.switch_name, "sw2") == 0)
			ck_assert(isnan(r->measure));
		else
			ck_assert_double_eq_tol(
			    r->measure,
			    r->subject.part == ALERT_DATAGRAMS ? 0.1 : 0.25,
			    1e-9);
	}
	ck_assert_uint_eq(alert_world_count(&world, ALERT_SAMPLES_LOST), 4);
}
END_TEST

/* With NaN nothing at all is known. */
static void write_hour(int64_t end_s, size_t minutes, double from, double to)
{
	const struct series series = { .kind = SERIES_MEMBER, .asn = MEMBER };
	double values[SERIES_COLUMNS_MAX];

	for (size_t i = 0; i < SERIES_COLUMNS_MAX; i++)
		values[i] = isnan(from) ? from : 0;
	values[TRAFFIC_FROM_V4_BYTES] = from;
	values[TRAFFIC_TO_V6_BYTES] = to;
	write(&series, end_s, minutes, values);
}

/* So many weeks of about the same, with one that has a feast. */
static void write_weeks(int weeks, double from, double to)
{
	for (int i = weeks; i > 0; i--) {
		double factor = i == 3 ? 30 : 1 + 0.01 * (i % 3);

		write_hour(END - (int64_t)i * WEEK_S, MINUTES, from * factor,
			   to * factor);
	}
}

static const struct alert_reading *gone(void)
{
	alert_world_status(&world, "");
	alert_world_look(&world);
	return find(ALERT_MEMBER_GONE, ALERT_WHOLE, 0, MEMBER);
}

START_TEST(a_member_without_traffic_is_gone)
{
	write_weeks(8, 5e6, 3e6);
	write_hour(END - 1800, 30, 5e6, 3e6);
	write_hour(END, 30, 5e4, 3e4);
	ck_assert_double_eq_tol(gone()->measure, 0.01, 0.001);
	ck_assert_double_eq_tol(gone()->figures.whole, 8.08e6, 0.1e6);
	/* That it is far from usual goes without saying. */
	ck_assert(isnan(
	    find(ALERT_MEMBER_UNUSUAL, ALERT_FROM_MEMBER, 0, MEMBER)->measure));
}
END_TEST

START_TEST(a_member_that_is_back_is_not_unusual)
{
	write_weeks(8, 5e6, 3e6);
	write_hour(END - 600, 50, 0, 0);
	write_hour(END, 10, 5e6, 3e6);
	ck_assert_double_gt(gone()->measure, 0.1);
	ck_assert(isnan(
	    find(ALERT_MEMBER_UNUSUAL, ALERT_FROM_MEMBER, 0, MEMBER)->measure));
}
END_TEST

START_TEST(a_member_whose_rows_are_unknown_is_not_gone)
{
	write_weeks(8, 5e6, 3e6);
	write_hour(END - 900, 45, 0, 0);
	write_hour(END, 15, NAN, NAN);
	ck_assert(isnan(gone()->measure));
}
END_TEST

START_TEST(of_whom_little_is_usual_nobody_is_told)
{
	write_weeks(8, 2e4, 2e4);
	write_hour(END, MINUTES, 0, 0);
	ck_assert_ptr_null(gone());
	ck_assert(world.found.is_whole[ALERT_MEMBER_GONE]);
	ck_assert_uint_eq(alert_world_count(&world, ALERT_MEMBER_UNUSUAL) -
			      2 * (world.exchange.registry->member_count - 1),
			  0);
}
END_TEST

START_TEST(without_weeks_nothing_is_usual)
{
	write_weeks(2, 5e6, 3e6);
	write_hour(END, MINUTES, 0, 0);
	ck_assert(isnan(gone()->measure));
}
END_TEST

START_TEST(a_member_far_from_usual_is_found_by_direction)
{
	const struct alert_reading *from;
	const struct alert_reading *to;

	write_weeks(8, 5e6, 3e6);
	write_hour(END, MINUTES, 2e6, 3e6);
	ck_assert_double_gt(gone()->measure, 0.5);
	from = find(ALERT_MEMBER_UNUSUAL, ALERT_FROM_MEMBER, 0, MEMBER);
	to = find(ALERT_MEMBER_UNUSUAL, ALERT_TO_MEMBER, 0, MEMBER);
	ck_assert_double_eq_tol(from->figures.value, -0.6, 0.01);
	ck_assert_double_eq_tol(from->measure, 0.6, 0.01);
	ck_assert_double_gt(from->also, 4);
	ck_assert_double_lt(to->measure, 0.1);
}
END_TEST

START_TEST(a_few_weeks_are_enough_to_be_gone_not_to_be_unusual)
{
	write_weeks(2, 5e6, 3e6);
	write_hour(END - (int64_t)1 * WEEK_S + HOUR_S, MINUTES, 0, 0);
	write_hour(END, MINUTES, 2e6, 3e6);
	ck_assert(isnan(gone()->measure));
	ck_assert(isnan(
	    find(ALERT_MEMBER_UNUSUAL, ALERT_FROM_MEMBER, 0, MEMBER)->measure));
}
END_TEST

START_TEST(the_same_time_is_by_the_clocks_of_the_exchange)
{
	/* In Paris clocks were set back on 29 October: before, the same time
	 * was an hour earlier. */
	ck_assert_int_eq(zone_use("Europe/Paris"), 0);
	for (int i = 8; i > 0; i--)
		write_hour(END - (int64_t)i * WEEK_S - (i > 2 ? HOUR_S : 0),
			   MINUTES, 5e6, 3e6);
	write_hour(END, MINUTES, 5e6, 3e6);
	ck_assert_double_eq_tol(gone()->measure, 1, 1e-6);
	ck_assert_double_eq_tol(
	    find(ALERT_MEMBER_UNUSUAL, ALERT_FROM_MEMBER, 0, MEMBER)->measure,
	    0, 1e-6);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_port_is_as_full_as_its_last_quarter_of_an_hour, 0 },
		{ a_port_whose_counters_come_late_is_known, 0 },
		{ of_a_port_half_of_the_time_must_be_known, 0 },
		{ losses_are_shares_of_what_should_have_come, 0 },
		{ a_member_without_traffic_is_gone, 0 },
		{ a_member_that_is_back_is_not_unusual, 0 },
		{ a_member_whose_rows_are_unknown_is_not_gone, 0 },
		{ of_whom_little_is_usual_nobody_is_told, 0 },
		{ without_weeks_nothing_is_usual, 0 },
		{ a_member_far_from_usual_is_found_by_direction, 0 },
		{ a_few_weeks_are_enough_to_be_gone_not_to_be_unusual, 0 },
		{ the_same_time_is_by_the_clocks_of_the_exchange, 0 },
	};

	return unit_run_with("alert_rows", set_up, tear_down, tests,
			     COUNT_OF(tests));
}
