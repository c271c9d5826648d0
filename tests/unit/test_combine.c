/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/clock.h"
#include "collector/closed_step.h"
#include "collector/intake.h"
#include "collector/port_steps.h"
#include "support/intake_check.h"
#include "support/registry_builder.h"
#include "support/switch_builder.h"

/* A and B are on ports 1 and 2 of sw1, C is on port 3; nothing is said of where
 * LOST is. See registry_builder.h. */
enum { A = 1, B = 2, C = 3, LOST = 0x0b, BYTES = 1000, STEP = 28333334 };

static struct exchange e;
static struct intake in;
static uint32_t sequence;
static struct cell *cells;
static size_t cell_count;

static void begin_with(const char *direction)
{
	char *text = exchange_config_text(direction, NULL);

	exchange_build(&e, text, NULL);
	free(text);
	ck_assert_int_eq(intake_init(&in, e.registry), 0);
	sequence = 0;
}

static void setup(void)
{
	begin_with("both");
}

static void teardown(void)
{
	free(cells);
	cells = NULL;
	intake_fini(&in);
	exchange_free(&e);
}

static void send_numbered(uint8_t switch_number, int64_t step,
			  struct sent_flow flow, uint32_t number)
{
	struct ipaddr source = switch_address(switch_number);
	struct sflow_builder b;

	sequence++;
	flow.bytes = BYTES;
	switch_starts(&b, switch_number, sequence, sequence);
	switch_adds_numbered(&b, &flow, number);
	intake_datagram(&in, &source, b.data, b.len, step * STEP_US, step);
	intake_settle(&in);
}

static void send_flow(uint8_t switch_number, int64_t step,
		      struct sent_flow flow)
{
	send_numbered(switch_number, step, flow, 0);
}

static void came_in(int64_t step, uint8_t src, uint8_t dst, uint32_t port,
		    uint32_t rate)
{
	send_flow(1, step,
		  (struct sent_flow){ .src = src,
				      .dst = dst,
				      .port = port,
				      .as = SENT_AS_INGRESS,
				      .rate = rate });
}

static void went_out(int64_t step, uint8_t src, uint8_t dst, uint32_t port,
		     uint32_t rate)
{
	send_flow(1, step,
		  (struct sent_flow){ .src = src,
				      .dst = dst,
				      .port = port,
				      .as = SENT_AS_EGRESS,
				      .rate = rate });
}

/* Close all steps from one to that of the last datagram together. */
static void close_steps_from(int64_t first)
{
	struct closed_step *step;

	free(cells);
	ck_assert_int_eq(
	    closed_step_take(
		&step, &in,
		(struct step_span){ .step = first, .covered_us = STEP_US },
		false),
	    0);
	cells = step->cells;
	cell_count = step->cell_count;
	step->cells = NULL;
	closed_step_free(step);
	ck_assert_msg(!intake_fault(&in), "%s", intake_fault(&in));
}

/* Close the step that the last datagram came in. */
static void close_step(void)
{
	close_steps_from(in.step);
}

static struct tally between(uint32_t from, uint32_t to)
{
	struct tally sum = { 0 };

	for (size_t i = 0; i < cell_count; i++) {
		struct cell_ends ends = cell_ends(cells[i].key);

		if (exchange_asn(&e, ends.from) == from &&
		    exchange_asn(&e, ends.to) == to)
			tally_add(&sum, &cells[i].tally);
	}
	return sum;
}

/* A step in which A and B are heard from both sides, at these rates. */
static void learn(uint32_t in_rate, uint32_t out_rate)
{
	came_in(STEP, A, B, 1, in_rate);
	came_in(STEP, B, A, 2, in_rate);
	went_out(STEP, A, B, 2, out_rate);
	went_out(STEP, B, A, 1, out_rate);
	close_step();
}

START_TEST(the_first_step_counts_what_comes_in)
{
	learn(100, 100);
	ck_assert_uint_eq(between(64500, 64501).bytes, 100 * BYTES);
	ck_assert_uint_eq(between(64501, 64500).bytes, 100 * BYTES);
	ck_assert_uint_eq(in.ledger.attributed, 2);
	ck_assert_uint_eq(in.ledger.dropped[DROP_EGRESS_NOT_COUNTED], 2);
}
END_TEST

START_TEST(then_each_side_counts_half)
{
	struct tally t;

	learn(100, 100);
	for (int i = 0; i < 10; i++) {
		came_in(STEP + 1, A, B, 1, 100);
		went_out(STEP + 1, A, B, 2, 100);
	}
	close_step();
	t = between(64500, 64501);
	ck_assert_uint_eq(t.bytes, 10 * 100 * BYTES);
	ck_assert_uint_eq(t.packets, 10 * 100);
	ck_assert_uint_eq(t.samples, 20);
	/* that of 20 samples at 1 in 50, but for the rate's own part */
	ck_assert_double_eq_tol(t.variance, 20.0 * 50 * 49.5 * BYTES * BYTES,
				1);
}
END_TEST

START_TEST(unequal_rates_weigh_by_the_others)
{
	learn(100, 300);
	came_in(STEP + 1, A, B, 1, 100);
	close_step();
	ck_assert_uint_eq(between(64500, 64501).bytes, 75 * BYTES);
	went_out(STEP + 1, A, B, 2, 300);
	close_step();
	ck_assert_uint_eq(between(64500, 64501).bytes, 75 * BYTES);
}
END_TEST

/* Whether a side counts must not hang on what it says in that step. */
START_TEST(a_side_that_is_first_seen_does_not_count_yet)
{
	came_in(STEP, A, B, 1, 100);
	came_in(STEP, B, A, 2, 100);
	close_step();
	came_in(STEP + 1, A, B, 1, 100);
	went_out(STEP + 1, A, B, 2, 100);
	close_step();
	ck_assert_uint_eq(between(64500, 64501).bytes, 100 * BYTES);
	came_in(STEP + 2, A, B, 1, 100);
	close_step();
	ck_assert_uint_eq(between(64500, 64501).bytes, 50 * BYTES);
}
END_TEST

/* Both directions are sampled, though at other ports. */
static void others_talk(int64_t step)
{
	came_in(step, C, A, 3, 100);
	went_out(step, B, A, 1, 100);
}

START_TEST(a_side_that_is_not_seen_for_an_hour_counts_no_more)
{
	learn(100, 100);
	for (int i = 1; i < SIDE_STEPS; i++)
		others_talk(STEP + i);
	came_in(STEP + SIDE_STEPS, A, B, 1, 100);
	came_in(STEP + SIDE_STEPS, B, A, 2, 100);
	close_step();
	ck_assert_uint_eq(between(64500, 64501).bytes, 50 * BYTES);
	others_talk(STEP + SIDE_STEPS);
	came_in(STEP + SIDE_STEPS + 1, A, B, 1, 100);
	close_step();
	ck_assert_uint_eq(between(64500, 64501).bytes, 100 * BYTES);
}
END_TEST

START_TEST(a_direction_that_a_switch_sends_no_more_counts_no_more)
{
	for (int egress = 0; egress < 2; egress++) {
		learn(100, 100);
		for (int i = 1; i < 2 * SIDE_SWITCH_STEPS; i++) {
			uint64_t whole = 100 * BYTES;

			if (egress)
				went_out(STEP + i, A, B, 2, 100);
			else
				came_in(STEP + i, A, B, 1, 100);
			close_step();
			ck_assert_uint_eq(between(64500, 64501).bytes,
					  i > SIDE_SWITCH_STEPS ? whole
								: whole / 2);
		}
		teardown();
		setup();
	}
}
END_TEST

/* One port's sampler ends, the switch's goes on. */
START_TEST(a_side_that_lacks_too_much_counts_no_more)
{
	learn(100, 100);
	for (int i = 0; i < 80; i++)
		came_in(STEP + 1, A, B, 1, 100);
	others_talk(STEP + 1);
	close_step();
	ck_assert_uint_eq(between(64500, 64501).bytes, 80 * 100 * BYTES);
	/* nor does it when it is back, for now */
	went_out(STEP + 2, A, B, 2, 100);
	came_in(STEP + 2, A, B, 1, 100);
	others_talk(STEP + 2);
	close_step();
	ck_assert_uint_eq(between(64500, 64501).bytes, 100 * BYTES);
	ck_assert_uint_eq(between(64500, 64501).samples, 1);
}
END_TEST

START_TEST(a_sender_that_is_sampled_in_part_counts_where_it_leaves)
{
	learn(100, 100);
	came_in(STEP + 1, A, B, 1, 100);
	for (int i = 0; i < 90; i++)
		went_out(STEP + 1, A, B, 2, 100);
	close_step();
	ck_assert_uint_eq(between(64500, 64501).bytes, 90 * 100 * BYTES);
}
END_TEST

/* One switch is told to count what comes in, or what goes out; LOST is on it,
 * A on the other one. */
static void begin_mixed(const char *direction)
{
	char *text = exchange_config_text("both", NULL);
	char *second = strrchr(text, ':') + 2;
	char *mixed;

	teardown();
	ck_assert_int_ge(asprintf(&mixed, "%.*s%s }\n", (int)(second - text),
				  text, direction),
			 0);
	exchange_build(&e, mixed, NULL);
	free(text);
	free(mixed);
	ck_assert_int_eq(intake_init(&in, e.registry), 0);
}

static void cross(int64_t step, int as_first, int as_second)
{
	struct sent_flow first = {
		.src = A, .dst = LOST, .port = 1, .as = as_first, .rate = 100
	};
	struct sent_flow second = {
		.src = A, .dst = LOST, .port = 9, .as = as_second, .rate = 100
	};

	if (as_first == SENT_AS_EGRESS) {
		first.src = LOST;
		first.dst = A;
		second.src = LOST;
		second.dst = A;
	}
	send_flow(1, step, first);
	send_flow(2, step, second);
}

static const char *const seconds[] = { "ingress", "egress", "any", "both" };

START_TEST(switches_of_other_directions_do_not_double)
{
	begin_mixed(seconds[_i]);
	for (int i = 0; i < 5; i++) {
		cross(STEP + i, SENT_AS_INGRESS, SENT_AS_EGRESS);
		cross(STEP + i, SENT_AS_EGRESS, SENT_AS_INGRESS);
		close_step();
		/* "any" counts what goes out of its ports too, by request */
		if (i == 0 || strcmp(seconds[_i], "any") == 0)
			continue;
		ck_assert_msg(between(64500, 64507).bytes == 100 * BYTES,
			      "%s: %lu to it", seconds[_i],
			      (unsigned long)between(64500, 64507).bytes);
		ck_assert_msg(between(64507, 64500).bytes == 100 * BYTES,
			      "%s: %lu from it", seconds[_i],
			      (unsigned long)between(64507, 64500).bytes);
	}
}
END_TEST

START_TEST(a_strangers_frame_is_not_doubled)
{
	enum { STRANGER = 0x77 };

	/* The second switch samples nothing but what goes out. */
	for (int i = 0; i < 5; i++) {
		came_in(STEP + i, STRANGER, LOST, 1, 100);
		send_flow(2, STEP + i,
			  (struct sent_flow){ .src = STRANGER,
					      .dst = LOST,
					      .port = 9,
					      .as = SENT_AS_EGRESS,
					      .rate = 100 });
		close_step();
		ck_assert_uint_eq(between(0, 64507).bytes, 100 * BYTES);
	}
}
END_TEST

/* LOST is on a port that nobody said, and so is its peer. */
START_TEST(learned_ports_that_sample_what_goes_out_count_at_once)
{
	enum { PEER = 0x0b };

	for (int i = 0; i < 4; i++) {
		for (int k = 0; k < 5; k++) {
			went_out(STEP + i, A, PEER, 9, 100);
			went_out(STEP + i, PEER, A, 8, 100);
		}
		close_step();
		ck_assert_uint_eq(between(64500, 64507).bytes, 500 * BYTES);
		ck_assert_uint_eq(between(64507, 64500).bytes, 500 * BYTES);
	}
}
END_TEST

static void on_switch(uint8_t number, int64_t step, uint8_t src, uint8_t dst,
		      int as)
{
	send_flow(number, step,
		  (struct sent_flow){ .src = src,
				      .dst = dst,
				      .port = number == 1 ? 1 : 9,
				      .as = as,
				      .rate = 100 });
}

/* A step of A's on both switches, the second of which counts by itself: a frame
 * by either, in this order, and others from which it is known where they are.
 */
static void both_ways_in(int64_t step, uint8_t first)
{
	for (int k = 0; k < 2; k++) {
		on_switch(k == 0 ? first : 3 - first, step, A, B,
			  SENT_AS_INGRESS);
		went_out(step, A, B, 2, 100);
	}
	on_switch(1, step, B, A, SENT_AS_EGRESS);
	came_in(step, B, A, 2, 100);
}

static void both_ways_out(int64_t step, uint8_t first)
{
	for (int k = 0; k < 2; k++) {
		came_in(step, B, A, 2, 100);
		on_switch(k == 0 ? first : 3 - first, step, B, A,
			  SENT_AS_EGRESS);
	}
	on_switch(2, step, A, B, SENT_AS_INGRESS);
	came_in(step, A, B, 1, 100);
}

START_TEST(a_member_on_a_switch_of_ingress_too_is_not_doubled)
{
	begin_mixed("ingress");
	for (int i = 0; i < 6; i++) {
		both_ways_in(STEP + i, (uint8_t)(_i + 1));
		close_step();
		if (i >= 2)
			ck_assert_uint_eq(between(64500, 64501).bytes,
					  200 * BYTES);
	}
}
END_TEST

START_TEST(a_member_on_a_switch_of_egress_too_is_not_doubled)
{
	begin_mixed("egress");
	for (int i = 0; i < 6; i++) {
		both_ways_out(STEP + i, (uint8_t)(_i + 1));
		close_step();
		if (i >= 2)
			ck_assert_uint_eq(between(64501, 64500).bytes,
					  200 * BYTES);
	}
}
END_TEST

/* By the ingress sample the sender is nobody, by the egress one it is A. */
START_TEST(a_frame_by_a_wrong_port_counts_once)
{
	learn(100, 100);
	for (int i = 0; i < 10; i++) {
		came_in(STEP + 1, A, B, 3, 100);
		went_out(STEP + 1, A, B, 2, 100);
	}
	close_step();
	ck_assert_uint_eq(between(64500, 64501).bytes + between(0, 64501).bytes,
			  1000 * BYTES);
	ck_assert_uint_eq(between(0, 64501).bytes, 500 * BYTES);
}
END_TEST

/* Frames to a LAG go out by ports that none comes in by. */
START_TEST(a_port_without_senders_is_no_place_for_copies)
{
	learn(100, 100);
	went_out(STEP, A, B, 9, 100);
	close_step();
	came_in(STEP + 1, A, B, 1, 100);
	came_in(STEP + 1, A, B, 1, 100);
	went_out(STEP + 1, A, B, 2, 100);
	went_out(STEP + 1, A, B, 9, 100);
	close_step();
	ck_assert_uint_eq(between(64500, 64501).bytes, 200 * BYTES);
	ck_assert_uint_eq(between(64500, 64501).samples, 4);
}
END_TEST

START_TEST(what_is_flooded_counts_where_it_comes_in)
{
	learn(100, 100);
	came_in(STEP, C, A, 3, 100);
	went_out(STEP, A, C, 3, 100);
	close_step();
	/* a copy of what A sends to B, and a broadcast */
	went_out(STEP + 1, A, B, 3, 100);
	went_out(STEP + 1, A, STATION_BROADCAST, 2, 100);
	close_step();
	ck_assert_uint_eq(cell_count, 0);
	came_in(STEP + 1, A, STATION_BROADCAST, 1, 100);
	close_step();
	ck_assert_uint_eq(between(64500, 0).bytes, 100 * BYTES);
}
END_TEST

START_TEST(a_sender_that_is_not_sampled_counts_where_it_leaves)
{
	learn(100, 100);
	for (int i = 1; i < 3; i++) {
		went_out(STEP + i, LOST, B, 2, 100);
		close_step();
		ck_assert_uint_eq(between(64507, 64501).bytes, 100 * BYTES);
	}
}
END_TEST

START_TEST(a_sender_that_appears_is_not_doubled)
{
	learn(100, 100);
	came_in(STEP + 1, LOST, B, 9, 100);
	went_out(STEP + 1, LOST, B, 2, 100);
	close_step();
	ck_assert_uint_eq(between(64507, 64501).bytes, 100 * BYTES);
	ck_assert_uint_eq(in.ledger.dropped[DROP_INGRESS_NOT_COUNTED], 1);
	came_in(STEP + 2, LOST, B, 9, 100);
	went_out(STEP + 2, LOST, B, 2, 100);
	close_step();
	ck_assert_uint_eq(between(64507, 64501).bytes, 100 * BYTES);
}
END_TEST

START_TEST(who_sends_nothing_is_on_the_port_of_the_configuration)
{
	came_in(STEP, A, B, 1, 100);
	went_out(STEP, A, B, 2, 100);
	close_step();
	came_in(STEP + 1, A, B, 1, 100);
	went_out(STEP + 1, A, B, 2, 100);
	close_step();
	ck_assert_uint_eq(between(64500, 64501).bytes, 100 * BYTES);
	ck_assert_uint_eq(between(64500, 64501).samples, 2);
}
END_TEST

START_TEST(a_frame_that_crosses_two_switches_is_of_the_one_where_it_came_in)
{
	static const uint32_t port = 2;

	came_in(STEP, A, LOST, 1, 100);
	for (int i = 0; i < 2; i++) {
		send_flow(2, STEP + i,
			  (struct sent_flow){ .src = LOST,
					      .dst = A,
					      .port = port,
					      .as = SENT_AS_INGRESS,
					      .rate = 300 });
		send_flow(2, STEP + i,
			  (struct sent_flow){ .src = A,
					      .dst = LOST,
					      .port = port,
					      .as = SENT_AS_EGRESS,
					      .rate = 300 });
		close_step();
	}
	ck_assert_uint_eq(between(64500, 64507).bytes, 75 * BYTES);
	for (size_t i = 0; i < cell_count; i++) {
		struct cell_ends ends = cell_ends(cells[i].key);

		ck_assert_uint_eq(ends.switch_index,
				  exchange_asn(&e, ends.from) == 64500 ? 0 : 1);
	}
}
END_TEST

/* So many of each hundred samples come. */
static void lose(int64_t step, uint32_t came, uint32_t drops)
{
	static uint32_t number;

	for (uint32_t i = 0; i < 100; i++) {
		number++;
		if (i >= came)
			continue;
		send_numbered(1, step,
			      (struct sent_flow){ .src = A,
						  .dst = B,
						  .port = 1,
						  .as = SENT_AS_INGRESS,
						  .rate = 100,
						  .drops = drops },
			      number);
	}
}

START_TEST(samples_that_are_missing_are_made_up_for)
{
	lose(STEP, 100, 0);
	close_step();
	ck_assert_uint_eq(between(64500, 64501).bytes, 100 * 100 * BYTES);
	for (int i = 1; i < 30; i++) {
		lose(STEP + i, 80, 0);
		close_step();
	}
	ck_assert_uint_eq(between(64500, 64501).samples, 80);
	/* half of the last gap will be known with the next sample */
	ck_assert_uint_eq(between(64500, 64501).bytes, 98 * 100 * BYTES);
}
END_TEST

START_TEST(where_none_is_missing_scaling_is_plain)
{
	for (int i = 0; i < 30; i++) {
		lose(STEP + i, 100, 7);
		close_step();
		ck_assert_uint_eq(between(64500, 64501).bytes,
				  100 * 100 * BYTES);
	}
}
END_TEST

START_TEST(samples_that_a_source_dropped_are_made_up_for)
{
	for (uint32_t i = 0; i < 30; i++) {
		lose(STEP + i, 100, 25 * (i + 1));
		/* another one that drops none: they are not the box's */
		send_numbered(1, STEP + i,
			      (struct sent_flow){ .src = B,
						  .dst = A,
						  .port = 2,
						  .as = SENT_AS_INGRESS,
						  .rate = 100 },
			      i);
		close_step();
	}
	ck_assert_uint_eq(between(64500, 64501).bytes, 125 * 100 * BYTES);
	ck_assert_uint_eq(between(64501, 64500).bytes, 100 * BYTES);
}
END_TEST

/* The one that drops is heard alone in two steps of three. */
START_TEST(one_source_alone_does_not_say_whose_drops_are)
{
	for (uint32_t i = 0; i < 30; i++) {
		lose(STEP + i, 100, 100 * (i + 1));
		if (i % 3 == 0)
			send_numbered(1, STEP + i,
				      (struct sent_flow){ .src = B,
							  .dst = A,
							  .port = 2,
							  .as = SENT_AS_INGRESS,
							  .rate = 100 },
				      i);
		close_step();
		if (i > 5)
			ck_assert_uint_eq(between(64500, 64501).bytes,
					  2 * 100 * 100 * BYTES);
	}
}
END_TEST

START_TEST(what_the_box_dropped_is_made_up_for_at_all_its_sources)
{
	for (uint32_t i = 0; i < 30; i++) {
		for (uint32_t k = 0; k < 50; k++) {
			for (uint8_t port = 1; port <= 2; port++)
				send_numbered(1, STEP + i,
					      (struct sent_flow){
						  .src = port,
						  .dst = (uint8_t)(3 - port),
						  .port = port,
						  .as = SENT_AS_INGRESS,
						  .rate = 100,
						  .drops = 25 * i + k / 2 },
					      50 * i + k);
		}
		close_step();
	}
	ck_assert_double_eq_tol((double)between(64500, 64501).bytes,
				1.25 * 50 * 100 * BYTES, BYTES * 25);
	ck_assert_double_eq_tol((double)between(64501, 64500).bytes,
				1.25 * 50 * 100 * BYTES, BYTES * 25);
}
END_TEST

/* What a port was restored with says nothing of its drops. */
START_TEST(drops_from_before_a_restart_are_not_made_up_for)
{
	uint32_t port = port_table_find(&in.ports, 0, 1);
	const struct record_port pending = { .start_s = (STEP - 1) * STEP_S };

	port_steps_restore(&in.ports, port, &pending);
	for (int i = 0; i < 3; i++) {
		lose(STEP + i, 100, 467178);
		close_step();
		ck_assert_uint_eq(between(64500, 64501).bytes,
				  100 * 100 * BYTES);
	}
}
END_TEST

START_TEST(drops_that_cannot_be_are_made_up_for_by_nothing)
{
	static const uint32_t counters[] = { 0,	      3000000000u, 0,
					     1000000, 5,	   0xfffffff0 };

	for (uint32_t i = 0; i < COUNT_OF(counters); i++) {
		lose(STEP + i, 100, counters[i]);
		close_step();
		ck_assert_uint_eq(between(64500, 64501).bytes,
				  100 * 100 * BYTES);
	}
	ck_assert_uint_eq(in.agents.switches[0].drops_grown, 0);
}
END_TEST

/* sw2 is heard of no more, for less than three steps. */
START_TEST(a_switch_that_is_silent_is_missing_at_once)
{
	for (int64_t i = 0; i < 12; i++) {
		for (int k = 0; k < 20; k++) {
			came_in(STEP + i, A, LOST, 1, 100);
			if (i == 10)
				continue;
			send_flow(2, STEP + i,
				  (struct sent_flow){ .src = LOST,
						      .dst = A,
						      .port = 9,
						      .as = SENT_AS_INGRESS,
						      .rate = 100 });
			send_flow(2, STEP + i,
				  (struct sent_flow){ .src = A,
						      .dst = LOST,
						      .port = 9,
						      .as = SENT_AS_EGRESS,
						      .rate = 100 });
		}
		close_step();
		ck_assert_uint_eq(between(64500, 64507).bytes,
				  20 * 100 * BYTES);
	}
	ck_assert(!balance_was_shut(
	    &in.sides.places[in.registry->interface_count - 1].got, in.step));
}
END_TEST

/* So many samples of a step come of sw2, of 300 on either side. */
static void cross_often(int64_t step, int of_second)
{
	for (int k = 0; k < 300; k++) {
		came_in(step, A, LOST, 1, 100);
		if (k < of_second)
			on_switch(2, step, A, LOST, SENT_AS_EGRESS);
	}
	on_switch(2, step, LOST, A, SENT_AS_INGRESS);
}

/* Half a minute of sw2 is lost, and its numbers do not say so. */
START_TEST(a_switch_of_which_little_comes_is_missing)
{
	const struct side_place *lost =
	    &in.sides.places[in.registry->interface_count - 1];
	struct balance_loss loss;

	for (int64_t i = 0; i < 12; i++) {
		cross_often(STEP + i, i >= 8 && i <= 10 ? 60 : 300);
		close_step();
		ck_assert_uint_eq(between(64500, 64507).bytes,
				  300 * 100 * BYTES);
	}
	/* and said nothing of the other side */
	ck_assert_uint_eq(between(64500, 64507).samples, 600);
	ck_assert_double_gt(lost->got.past.packets[BALANCE_IN], 0);
	ck_assert(!balance_loss(&lost->got, in.step, &loss));
}
END_TEST

/* As a replay closes them whose totals alone are wanted. */
START_TEST(a_side_that_ended_within_steps_closed_as_one_does_not_count)
{
	for (int egress = 0; egress < 2; egress++) {
		learn(100, 100);
		for (int i = 1; i < 9; i++) {
			if (egress || i == 1)
				went_out(STEP + i, A, B, 2, 100);
			if (!egress || i == 1)
				came_in(STEP + i, A, B, 1, 100);
		}
		close_steps_from(STEP + 1);
		ck_assert_uint_eq(between(64500, 64501).bytes, 8 * 100 * BYTES);
		teardown();
		setup();
	}
}
END_TEST

START_TEST(other_directions_scale_by_the_samples_rate_alone)
{
	teardown();
	begin_with("ingress");
	for (int i = 0; i < 10; i++) {
		lose(STEP + i, 50, 0);
		went_out(STEP + i, A, B, 2, 100);
		close_step();
		ck_assert_uint_eq(between(64500, 64501).bytes,
				  50 * 100 * BYTES);
	}
}
END_TEST

START_TEST(a_reload_to_plain_scaling_ends_all_correction)
{
	teardown();
	begin_with("ingress");
	came_in(STEP, A, B, 1, 100);
	in.agents.switches[0].correction = 1.4;
	in.ports.ports[port_table_find(&in.ports, 0, 1)].correction = 1.4;
	close_step();
	ck_assert_double_eq(in.agents.switches[0].correction, 1);
	ck_assert_uint_eq(between(64500, 64501).bytes, 100 * BYTES);
	ck_assert_uint_eq(
	    in.ports.ports[port_table_find(&in.ports, 0, 1)].in_estimate,
	    100 * BYTES);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ the_first_step_counts_what_comes_in, 0 },
		{ then_each_side_counts_half, 0 },
		{ unequal_rates_weigh_by_the_others, 0 },
		{ a_side_that_is_first_seen_does_not_count_yet, 0 },
		{ a_side_that_is_not_seen_for_an_hour_counts_no_more, 0 },
		{ a_direction_that_a_switch_sends_no_more_counts_no_more, 0 },
		{ a_side_that_lacks_too_much_counts_no_more, 0 },
		{ a_sender_that_is_sampled_in_part_counts_where_it_leaves, 0 },
		{ switches_of_other_directions_do_not_double,
		  COUNT_OF(seconds) },
		{ a_strangers_frame_is_not_doubled, 0 },
		{ learned_ports_that_sample_what_goes_out_count_at_once, 0 },
		{ a_member_on_a_switch_of_ingress_too_is_not_doubled, 2 },
		{ a_member_on_a_switch_of_egress_too_is_not_doubled, 2 },
		{ a_frame_by_a_wrong_port_counts_once, 0 },
		{ a_port_without_senders_is_no_place_for_copies, 0 },
		{ what_is_flooded_counts_where_it_comes_in, 0 },
		{ a_sender_that_is_not_sampled_counts_where_it_leaves, 0 },
		{ a_sender_that_appears_is_not_doubled, 0 },
		{ who_sends_nothing_is_on_the_port_of_the_configuration, 0 },
		{ a_frame_that_crosses_two_switches_is_of_the_one_where_it_came_in,
		  0 },
		{ samples_that_are_missing_are_made_up_for, 0 },
		{ where_none_is_missing_scaling_is_plain, 0 },
		{ samples_that_a_source_dropped_are_made_up_for, 0 },
		{ one_source_alone_does_not_say_whose_drops_are, 0 },
		{ what_the_box_dropped_is_made_up_for_at_all_its_sources, 0 },
		{ drops_from_before_a_restart_are_not_made_up_for, 0 },
		{ drops_that_cannot_be_are_made_up_for_by_nothing, 0 },
		{ a_switch_that_is_silent_is_missing_at_once, 0 },
		{ a_switch_of_which_little_comes_is_missing, 0 },
		{ a_side_that_ended_within_steps_closed_as_one_does_not_count,
		  0 },
		{ other_directions_scale_by_the_samples_rate_alone, 0 },
		{ a_reload_to_plain_scaling_ends_all_correction, 0 },
	};

	return unit_run_with("combine", setup, teardown, tests,
			     COUNT_OF(tests));
}
