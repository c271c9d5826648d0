/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "collector/clock.h"
#include "collector/steps.h"
#include "support/registry_builder.h"
#include "support/stored_rows.h"
#include "support/switch_builder.h"
#include "support/tempdir.h"

static char *dir;
static struct exchange e;
static struct intake in;
static struct writer *writer;
static struct aggregate total;
static struct steps steps;
static uint32_t sequence;

static void build(const char *direction, bool replay)
{
	char *text = exchange_config_text(direction, dir);
	struct flush *flush;

	exchange_build(&e, text, NULL);
	free(text);
	ck_assert_int_eq(intake_init(&in, e.registry), 0);
	ck_assert_int_eq(aggregate_init(&total, e.registry), 0);
	ck_assert_int_eq(flush_new(&flush, e.registry, FLUSH_LIVE), 0);
	ck_assert_int_eq(writer_start(&writer, flush, true), 0);
	steps_init(&steps, &in, writer, &total, replay);
	sequence = 0;
}

static void setup(void)
{
	dir = tempdir_new();
	build("any", false);
}

static void unbuild(void)
{
	(void)writer_stop(writer);
	writer = NULL;
	steps_fini(&steps);
	aggregate_fini(&total);
	intake_fini(&in);
	exchange_free(&e);
}

static void teardown(void)
{
	unbuild();
	tempdir_remove(dir);
}

static void rebuild(const char *direction, bool replay)
{
	unbuild();
	build(direction, replay);
}

static int64_t at(double seconds)
{
	return STORED_START * US_PER_S + (int64_t)(seconds * US_PER_S);
}

static struct moment moment(double seconds)
{
	return (struct moment){ at(seconds), at(seconds) };
}

/* 1000 bytes from AS64500 to AS64501. */
static void hear(int64_t time_us, int as)
{
	struct ipaddr source = switch_address(1);
	struct sflow_builder b;

	sequence++;
	switch_starts(&b, 1, sequence, 1000 + sequence);
	switch_adds_flow(
	    &b, &(struct sent_flow){ .src = 1,
				     .dst = 2,
				     .port = as == SENT_AS_INGRESS ? 1 : 2,
				     .as = as,
				     .rate = 10,
				     .bytes = 100 });
	intake_datagram(&in, &source, b.data, b.len, time_us, steps.step);
}

/* The same so many seconds after the start. */
static void talk(double seconds, int as)
{
	steps_at(&steps, moment(seconds));
	hear(at(seconds), as);
}

static void end_writing(void)
{
	(void)writer_stop(writer);
	writer = NULL;
}

static void end(double seconds)
{
	steps_end(&steps, moment(seconds));
	end_writing();
}

/* The exchange's bytes per second in a step, counted from 0. */
static double rate(int64_t step)
{
	struct series s = { .kind = SERIES_EXCHANGE };
	int64_t from = STORED_START + step * STEP_S;
	struct series_data data = stored_read(dir, &s, from, from + 60, 60);
	double value = series_at(&data, 0, TRAFFIC_FROM_V4_BYTES);

	series_data_fini(&data);
	return value;
}

START_TEST(a_step_closes_when_the_minute_is_over)
{
	talk(0, SENT_AS_INGRESS);
	talk(59.999999, SENT_AS_INGRESS);
	ck_assert_int_eq(steps.last_end_s, 0);
	talk(60, SENT_AS_INGRESS);
	ck_assert_int_eq(steps.last_end_s, STORED_START + 60);
	end(120);
	ck_assert_double_eq_tol(rate(0), 2000.0 / 60, 1e-9);
	ck_assert_double_eq_tol(rate(1), 1000.0 / 60, 1e-9);
	ck_assert(!steps.open);
	ck_assert_int_eq(steps.last_end_s, STORED_START + 120);
}
END_TEST

START_TEST(nothing_is_closed_that_was_never_opened)
{
	end(100);
	ck_assert_int_eq(steps.last_end_s, 0);
}
END_TEST

START_TEST(a_live_start_in_the_second_half_of_a_minute_is_unknown)
{
	talk(40, SENT_AS_INGRESS);
	talk(60, SENT_AS_INGRESS);
	end(120);
	ck_assert(isnan(rate(0)));
	ck_assert_double_eq_tol(rate(1), 1000.0 / 60, 1e-9);
}
END_TEST

START_TEST(a_live_start_in_the_first_half_is_over_what_was_seen)
{
	talk(20, SENT_AS_INGRESS);
	end(60);
	ck_assert_double_eq_tol(rate(0), 1000.0 / 40, 1e-9);
}
END_TEST

START_TEST(the_edges_of_a_replay_are_known_from_five_seconds_on)
{
	rebuild("any", true);
	talk(54, SENT_AS_INGRESS);
	talk(60, SENT_AS_INGRESS);
	talk(124, SENT_AS_INGRESS);
	end(125);
	ck_assert_double_eq_tol(rate(0), 1000.0 / 6, 1e-9);
	ck_assert_double_eq_tol(rate(1), 1000.0 / 60, 1e-9);
	ck_assert_double_eq_tol(rate(2), 1000.0 / 5, 1e-9);
}
END_TEST

START_TEST(shorter_edges_are_unknown)
{
	rebuild("any", true);
	talk(56, SENT_AS_INGRESS);
	talk(60, SENT_AS_INGRESS);
	talk(123, SENT_AS_INGRESS);
	end(124);
	ck_assert(isnan(rate(0)));
	ck_assert_double_eq_tol(rate(1), 1000.0 / 60, 1e-9);
	ck_assert(isnan(rate(2)));
}
END_TEST

START_TEST(a_silence_is_a_gap_however_long)
{
	static const int silences[] = { 2, 15, 16, 17, 18, 40, 2000 };
	int64_t minutes = silences[_i];

	talk(0, SENT_AS_INGRESS);
	talk((double)minutes * 60, SENT_AS_INGRESS);
	ck_assert_int_eq(steps.step, STORED_START / 60 + minutes);
	end((double)minutes * 60 + 60);
	ck_assert_double_eq_tol(rate(0), 1000.0 / 60, 1e-9);
	ck_assert(isnan(rate(1)));
	ck_assert_double_eq_tol(rate(minutes), 1000.0 / 60, 1e-9);
	ck_assert_uint_eq(in.ledger.attributed, 2);
}
END_TEST

START_TEST(a_late_datagram_counts_in_the_open_step)
{
	talk(0, SENT_AS_INGRESS);
	talk(60, SENT_AS_INGRESS);
	talk(30, SENT_AS_INGRESS);
	end(120);
	ck_assert_double_eq_tol(rate(0), 1000.0 / 60, 1e-9);
	ck_assert_double_eq_tol(rate(1), 2000.0 / 60, 1e-9);
}
END_TEST

START_TEST(a_clock_set_back_makes_no_negative_step)
{
	talk(0, SENT_AS_INGRESS);
	talk(60, SENT_AS_INGRESS);
	end(10);
	ck_assert_double_eq_tol(rate(0), 1000.0 / 60, 1e-9);
	ck_assert(isnan(rate(1)));
	ck_assert_int_eq(steps.last_end_s, STORED_START + 120);
}
END_TEST

START_TEST(the_totals_are_the_sum_of_the_steps)
{
	struct cell *cells;
	size_t count;

	for (int i = 0; i < 50; i++)
		talk(i * 17.0, SENT_AS_INGRESS);
	end(1000);
	ck_assert_int_eq(aggregate_take(&total, &cells, &count), 0);
	ck_assert_uint_eq(count, 1);
	ck_assert_uint_eq(cells[0].tally.samples, 50);
	ck_assert_uint_eq(cells[0].tally.bytes, 50000);
	ck_assert_uint_eq(steps.total_refused, 0);
	free(cells);
}
END_TEST

START_TEST(totals_that_find_no_room_are_counted)
{
	total.capacity = 0;
	talk(0, SENT_AS_INGRESS);
	end(60);
	ck_assert_uint_eq(steps.total_refused, 1);
}
END_TEST

START_TEST(a_verdict_falls_with_the_first_step)
{
	rebuild("auto", false);
	talk(0, SENT_AS_EGRESS);
	talk(30, SENT_AS_EGRESS);
	ck_assert_uint_eq(in.held_count, 2);
	steps_at(&steps, moment(60));
	ck_assert_uint_eq(in.held_count, 0);
	ck_assert(!in.agents.switches[0].undecided);
	ck_assert(in.agents.switches[1].undecided); /* it has not spoken */
	end(120);
	ck_assert_double_eq_tol(rate(0), 2000.0 / 60, 1e-9);
}
END_TEST

/* 1000 bytes each second while the wall clock is off by so much. */
static void talk_on(int from, int to, double off)
{
	for (int i = from; i < to; i++) {
		struct moment now = { at(i + 0.5 + off), at(i + 0.5) };

		steps_at(&steps, now);
		hear(now.wall_us, SENT_AS_INGRESS);
	}
}

START_TEST(a_clock_set_back_makes_no_spike)
{
	talk_on(0, 90, 0);
	talk_on(90, 90 + 720, -600);
	steps_end(&steps, (struct moment){ at(210), at(810) });
	end_writing();
	ck_assert_uint_eq(steps.clock_jumps, 1);
	ck_assert_double_eq_tol(rate(0), 1000, 20);
	ck_assert_double_eq_tol(rate(1), 1000, 40);
	ck_assert_double_eq_tol(rate(2), 1000, 20);
}
END_TEST

START_TEST(a_clock_set_forward_makes_no_dent)
{
	steps.synced = true;
	talk_on(0, 100, 0);
	talk_on(100, 300, 3600);
	steps_end(&steps, (struct moment){ at(3900), at(300) });
	end_writing();
	ck_assert_uint_eq(steps.clock_jumps, 1);
	ck_assert_double_eq_tol(rate(0), 1000, 20);
	ck_assert_double_eq_tol(rate(1), 1000, 40);
	ck_assert(isnan(rate(30)));
	ck_assert_double_eq_tol(rate(63), 1000, 20);
}
END_TEST

static bool rows_are_stored(void)
{
	return writer_counters(steps.writer).flush.view.rows > 0;
}

START_TEST(a_clock_set_ahead_is_not_believed_at_once)
{
	int second = 100;

	talk_on(0, second, 0);
	for (; second < 3000 && !rows_are_stored(); second += 10) {
		talk_on(second, second + 10, 0);
		(void)usleep(20000);
	}
	ck_assert(rows_are_stored());
	talk_on(second, second + 180, 3600);
	second += 180;
	steps_end(&steps, (struct moment){ at(second + 3600), at(second) });
	end_writing();
	ck_assert_uint_eq(steps.clock_jumps, 1);
	ck_assert_double_eq_tol(rate(0), 1000, 20);
	ck_assert(isnan(rate((second + 3600) / 60 - 1)));
	ck_assert(isnan(rate((second + 3600) / 60 - 2)));
}
END_TEST

START_TEST(port_counters_do_not_compare_across_a_jump)
{
	struct sflow_counters c = { .has_interface = true };
	uint32_t port = port_table_find(&in.ports, 0, 1);
	const uint64_t *grown = &in.ports.ports[port].grown[PORT_IN_OCTETS];
	uint64_t before;

	talk(0, SENT_AS_INGRESS);
	port_table_counters(&in.ports, port, &c, at(0), 1000);
	c.interface.in_octets = 3000;
	port_table_counters(&in.ports, port, &c, at(30), 31000);
	before = *grown;
	ck_assert_uint_eq(before, 3000);
	steps_at(&steps, (struct moment){ at(50), at(40) });
	ck_assert_uint_eq(steps.clock_jumps, 1);
	c.interface.in_octets = 9000;
	port_table_counters(&in.ports, port, &c, at(50), 41000);
	ck_assert_uint_eq(*grown, before);
	steps_end(&steps, (struct moment){ at(70), at(60) });
	end_writing();
}
END_TEST

START_TEST(a_jump_brings_no_verdict_forward)
{
	rebuild("auto", false);
	talk(0, SENT_AS_EGRESS);
	steps_at(&steps, (struct moment){ at(3610), at(10) });
	ck_assert_uint_eq(steps.clock_jumps, 1);
	ck_assert(in.agents.switches[0].undecided);
	steps_at(&steps, (struct moment){ at(3659), at(59) });
	ck_assert(in.agents.switches[0].undecided);
	steps_at(&steps, (struct moment){ at(3660), at(60) });
	ck_assert(!in.agents.switches[0].undecided);
	end(3661);
}
END_TEST

START_TEST(a_clock_that_is_slewed_is_no_jump)
{
	for (int i = 0; i < 600; i++)
		talk_on(i, i + 1, i * 0.0005);
	end(600);
	ck_assert_uint_eq(steps.clock_jumps, 0);
	ck_assert_double_eq_tol(rate(5), 1000, 20);
}
END_TEST

START_TEST(a_short_pause_within_a_minute_shortens_it)
{
	talk(0, SENT_AS_INGRESS);
	talk(20, SENT_AS_INGRESS);
	ck_assert(!steps_paused(&steps, moment(30)));
	ck_assert(steps_paused(&steps, moment(40)));
	steps_resume(&steps, moment(40));
	ck_assert(!steps_paused(&steps, moment(40)));
	talk(50, SENT_AS_INGRESS);
	end(60);
	ck_assert_uint_eq(steps.pauses, 1);
	ck_assert_double_eq_tol(rate(0), 3000.0 / 40, 1e-9);
}
END_TEST

START_TEST(what_a_pause_covers_is_unknown)
{
	talk(0, SENT_AS_INGRESS);
	talk(45, SENT_AS_INGRESS);
	ck_assert(steps_paused(&steps, moment(3605)));
	steps_resume(&steps, moment(3605));
	ck_assert_int_eq(steps.last_end_s, STORED_START + 60);
	talk(3606, SENT_AS_INGRESS);
	talk(3660, SENT_AS_INGRESS);
	end(3720);
	ck_assert_double_eq_tol(rate(0), 2000.0 / 45, 1e-9);
	for (int64_t i = 1; i < 60; i++)
		ck_assert(isnan(rate(i)));
	ck_assert_double_eq_tol(rate(60), 1000.0 / 55, 1e-9);
	ck_assert_double_eq_tol(rate(61), 1000.0 / 60, 1e-9);
}
END_TEST

START_TEST(a_minute_that_a_pause_leaves_little_of_is_unknown)
{
	talk(0, SENT_AS_INGRESS);
	talk(20, SENT_AS_INGRESS);
	steps_resume(&steps, moment(100));
	talk(110, SENT_AS_INGRESS);
	talk(120, SENT_AS_INGRESS);
	end(180);
	ck_assert(isnan(rate(0)));
	ck_assert(isnan(rate(1)));
	ck_assert_double_eq_tol(rate(2), 1000.0 / 60, 1e-9);
}
END_TEST

START_TEST(a_clock_set_in_a_pause_is_a_jump_as_well)
{
	steps.synced = true;
	talk(0, SENT_AS_INGRESS);
	talk(45, SENT_AS_INGRESS);
	steps_resume(&steps, (struct moment){ at(7200), at(3600) });
	ck_assert_uint_eq(steps.clock_jumps, 1);
	ck_assert_int_eq(steps.step, STORED_START / 60 + 120);
	steps_end(&steps, (struct moment){ at(7260), at(3660) });
	end_writing();
	ck_assert_double_eq_tol(rate(0), 2000.0 / 45, 1e-9);
}
END_TEST

START_TEST(what_waited_in_a_pause_is_not_lost_on_the_way)
{
	talk(0, SENT_AS_INGRESS);
	sequence += 100;
	intake_waited(&in);
	steps_resume(&steps, moment(30));
	talk(31, SENT_AS_INGRESS);
	end(60);
	ck_assert_uint_eq(in.input.lost_datagrams, 0);
	ck_assert_uint_eq(in.input.datagrams, 3);
	ck_assert_uint_eq(in.input.waited, 1);
	ck_assert_uint_eq(in.input.accepted, 2);
}
END_TEST

START_TEST(the_first_look_is_no_pause)
{
	ck_assert(!steps_paused(&steps, moment(1000)));
	end(1000);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_step_closes_when_the_minute_is_over, 0 },
		{ nothing_is_closed_that_was_never_opened, 0 },
		{ a_live_start_in_the_second_half_of_a_minute_is_unknown, 0 },
		{ a_live_start_in_the_first_half_is_over_what_was_seen, 0 },
		{ the_edges_of_a_replay_are_known_from_five_seconds_on, 0 },
		{ shorter_edges_are_unknown, 0 },
		{ a_silence_is_a_gap_however_long, 7 },
		{ a_late_datagram_counts_in_the_open_step, 0 },
		{ a_clock_set_back_makes_no_negative_step, 0 },
		{ the_totals_are_the_sum_of_the_steps, 0 },
		{ totals_that_find_no_room_are_counted, 0 },
		{ a_verdict_falls_with_the_first_step, 0 },
		{ a_clock_set_back_makes_no_spike, 0 },
		{ a_clock_set_forward_makes_no_dent, 0 },
		{ a_clock_set_ahead_is_not_believed_at_once, 0 },
		{ port_counters_do_not_compare_across_a_jump, 0 },
		{ a_jump_brings_no_verdict_forward, 0 },
		{ a_short_pause_within_a_minute_shortens_it, 0 },
		{ what_a_pause_covers_is_unknown, 0 },
		{ a_minute_that_a_pause_leaves_little_of_is_unknown, 0 },
		{ a_clock_set_in_a_pause_is_a_jump_as_well, 0 },
		{ what_waited_in_a_pause_is_not_lost_on_the_way, 0 },
		{ the_first_look_is_no_pause, 0 },
		{ a_clock_that_is_slewed_is_no_jump, 0 },
	};

	return unit_run_with("steps", setup, teardown, tests, COUNT_OF(tests));
}
