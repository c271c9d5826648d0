/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>

#include "collector/clock.h"
#include "collector/closed_step.h"
#include "collector/mirror.h"
#include "collector/reload.h"
#include "net/packet.h"
#include "support/intake_check.h"
#include "support/mirror_builder.h"
#include "support/switch_builder.h"
#include "support/two_switches.h"

#define STEP	 INT64_C(28333440)
#define SECOND_S INT64_C(1000000)

static struct generation *now;
static struct intake in;
static struct mirror m;
static struct made_packet p;
static struct sflow_builder b;
static struct earlier_cells *earlier;
static int64_t time_us;
static uint32_t sequence;

static void build(const char *direction)
{
	now = two_switches(direction);
	ck_assert_int_eq(intake_init(&in, now->registry), 0);
	ck_assert_int_eq(mirror_init(&m, config_mirror(now->config), false), 0);
	in.expects_datagrams = true;
	intake_mirror_switch(&in, two_switches_index(SW2));
	time_us = STEP * STEP_US;
	sequence = 0;
}

static void setup(void)
{
	build("ingress");
}

static void teardown(void)
{
	mirror_fini(&m);
	intake_fini(&in);
	earlier_cells_free(earlier);
	earlier = NULL;
	generation_unref(now);
}

static void rebuild(const char *direction)
{
	teardown();
	build(direction);
}

static void wait_s(int64_t seconds)
{
	time_us += seconds * SECOND_S;
}

static void send(int which)
{
	struct ipaddr source = switch_address(which == SW1 ? 1 : 2);

	intake_datagram(&in, &source, b.data, b.len, time_us,
			step_of_us(time_us));
	intake_settle(&in);
}

static void start(int which)
{
	sequence++;
	switch_starts(&b, which == SW1 ? 1 : 2, sequence, 1000 * sequence);
}

static void sample(int which, uint8_t src, uint8_t dst, uint32_t port, int as)
{
	start(which);
	switch_adds_flow(&b, &(struct sent_flow){ .src = src,
						  .dst = dst,
						  .port = port,
						  .as = as,
						  .rate = 10,
						  .bytes = 100 });
	send(which);
}

static void counters(int which, uint32_t port)
{
	start(which);
	switch_adds_counters(&b, port, 1000, 10);
	send(which);
}

static void take(void)
{
	struct mirror_packet packet = {
		PACKET_LINK_ETHERNET, p.bytes, p.len, p.len, time_us, 0
	};

	mirror_take(&m, &in, &packet, step_of_us(time_us));
}

/* A frame of 100 bytes, which count as 104. */
static void frame(uint8_t src, uint8_t dst)
{
	packet_is_frame(&p, &(struct made_frame){ .src = src, .dst = dst });
	take();
}

static void frame_by(uint16_t session, bool goes_out, uint8_t src, uint8_t dst)
{
	packet_is_frame(&p, &(struct made_frame){ .src = src, .dst = dst });
	packet_in_gre(&p, &(struct made_erspan){ .type = 3,
						 .session = session,
						 .is_egress = goes_out });
	packet_in_ipv4(&p, 2);
	packet_in_ethernet(&p, 0, 0x0800);
	take();
}

static struct closed_step *close_step(void)
{
	struct step_span span = { .step = step_of_us(time_us),
				  .covered_us = STEP_US };
	struct closed_step *step;

	ck_assert_int_eq(closed_step_take(&step, &in, span, true), 0);
	time_us += STEP_US;
	return step;
}

static void end_step(void)
{
	closed_step_free(close_step());
}

static void check(enum drop_reason reason, uint64_t dropped)
{
	const char *fault;

	intake_settle(&in);
	fault = intake_fault(&in);
	ck_assert_msg(!fault, "%s", fault);
	ck_assert_msg(in.ledger.dropped[reason] == dropped, "%s: %llu",
		      drop_reason_name(reason),
		      (unsigned long long)in.ledger.dropped[reason]);
}

static void check_counted(uint64_t attributed)
{
	const char *fault;

	intake_settle(&in);
	fault = intake_fault(&in);
	ck_assert_msg(!fault, "%s", fault);
	ck_assert_uint_eq(in.ledger.attributed, attributed);
}

/* The same configuration once more, or another direction of sw1. */
static void reload(const char *direction)
{
	struct generation *next = two_switches(direction);

	ck_assert_int_eq(intake_reload(&in, now, next, &earlier), 0);
	ck_assert_ptr_null(earlier);
	generation_unref(now);
	now = next;
	m.config = config_mirror(now->config);
}

/* With a reload in between (row 1) and without (row 0). */
static void maybe_reload(int row, const char *direction)
{
	if (row == 1)
		reload(direction);
}

START_TEST(a_frame_counts_where_it_came_in)
{
	sample(SW1, 1, 2, 1, SENT_AS_INGRESS);
	check_counted(1);
	maybe_reload(_i, "ingress");
	frame(1, 2);
	check(DROP_CORE_PORT, 1);
	frame(2, 1);
	frame(4, 1);
	check_counted(3);
}
END_TEST

/* However sw1 is configured: what leaves it came in at the mirror. */
START_TEST(no_sample_of_what_leaves_counts_beside_its_frame)
{
	static const char *const directions[] = { "any", "egress", "ingress",
						  "both", "auto" };

	rebuild(directions[_i]);
	frame(2, 1);
	sample(SW1, 2, 1, 1, SENT_AS_EGRESS);
	intake_decide_all(&in);
	check_counted(1);
	check(DROP_EGRESS_NOT_COUNTED, 1);
}
END_TEST

START_TEST(samples_count_again_when_the_mirror_is_silent)
{
	frame(2, 1);
	sample(SW2, 2, 1, 2, SENT_AS_INGRESS);
	check(DROP_MIRRORED_SWITCH, 1);
	wait_s(180);
	maybe_reload(_i, "ingress");
	sample(SW2, 2, 1, 2, SENT_AS_INGRESS);
	check(DROP_MIRRORED_SWITCH, 2);
	wait_s(1);
	sample(SW2, 2, 1, 2, SENT_AS_INGRESS);
	check(DROP_MIRRORED_SWITCH, 2);
	check_counted(2);
}
END_TEST

START_TEST(a_silent_switchs_members_count_after_three_minutes)
{
	sample(SW1, 9, 8, 1, SENT_AS_INGRESS); /* strangers' */
	counters(SW1, 1);
	wait_s(180);
	maybe_reload(_i, "ingress");
	frame(1, 2);
	check(DROP_CORE_PORT, 1);
	wait_s(1);
	frame(1, 2);
	check_counted(1);
	counters(SW1, 1);
	frame(1, 2);
	check(DROP_CORE_PORT, 2);
}
END_TEST

/* They say how much there is, and not whose. */
START_TEST(a_switch_that_sends_counters_alone_tells_of_nobody)
{
	counters(SW1, 1);
	frame(1, 2);
	check(DROP_CORE_PORT, 1);
	wait_s(181);
	counters(SW1, 1);
	frame(1, 2);
	check_counted(1);
}
END_TEST

START_TEST(a_switch_has_three_minutes_to_be_heard_first)
{
	frame(1, 2);
	check(DROP_CORE_PORT, 1);
	wait_s(180);
	maybe_reload(_i, "ingress");
	frame(1, 2);
	check(DROP_CORE_PORT, 2);
	wait_s(1);
	frame(1, 2);
	check_counted(1);
}
END_TEST

START_TEST(where_no_datagrams_are_expected_nobody_is_waited_for)
{
	in.expects_datagrams = false;
	frame(1, 2);
	check_counted(1);
}
END_TEST

START_TEST(a_member_without_a_port_is_where_it_is_sampled)
{
	frame(3, 2);
	check_counted(1);
	sample(SW1, 3, 2, 9, SENT_AS_INGRESS);
	maybe_reload(_i, "ingress");
	frame(3, 2);
	check(DROP_CORE_PORT, 1);
	check_counted(2);
	wait_s(3601);
	sample(SW1, 1, 2, 1, SENT_AS_INGRESS);
	frame(3, 2); /* sw1 samples it no more */
	check(DROP_CORE_PORT, 1);
	sample(SW1, 3, 2, 9, SENT_AS_INGRESS);
	wait_s(181);
	frame(3, 2); /* nor anybody */
	check(DROP_CORE_PORT, 1);
}
END_TEST

START_TEST(a_member_of_both_switches_is_where_it_is_sampled)
{
	frame(5, 2);
	check_counted(1);
	sample(SW1, 5, 2, 5, SENT_AS_INGRESS);
	wait_s(3599);
	sample(SW1, 1, 2, 1, SENT_AS_INGRESS);
	frame(5, 2);
	check(DROP_CORE_PORT, 1);
}
END_TEST

/* One address may be at both: what is said to come in here does. */
START_TEST(what_is_said_to_come_in_counts_at_both)
{
	struct config_source said = *m.config;

	said.direction = CONFIG_DIRECTION_INGRESS;
	m.config = &said;
	sample(SW1, 5, 2, 5, SENT_AS_INGRESS);
	frame(5, 2);
	check(DROP_CORE_PORT, 0);
	check_counted(2);
	frame(1, 2); /* its ports are all at sw1 */
	check(DROP_CORE_PORT, 1);
}
END_TEST

/* A sample of what a mirrored member sends, where that goes out. */
static const struct {
	const char *direction;
	bool ingress_too; /* sw1 samples that as well */
} egress_samples[] = {
	{ "ingress", true }, { "auto", true },	{ "auto", false },
	{ "both", true },    { "both", false },
};

START_TEST(what_a_mirror_counted_is_not_counted_going_out)
{
	const char *direction = egress_samples[_i / 2].direction;
	uint64_t before;

	rebuild(direction);
	for (int i = 0; i < 3; i++) {
		if (egress_samples[_i / 2].ingress_too)
			sample(SW1, 1, 2, 1, SENT_AS_INGRESS);
		sample(SW1, 3, 1, 1, SENT_AS_EGRESS);
		frame(2, 1);
		intake_decide_all(&in);
		end_step();
	}
	maybe_reload(_i % 2, direction);
	intake_settle(&in);
	before = in.ledger.attributed;
	frame(4, 1);
	for (int i = 0; i < 3; i++) {
		sample(SW1, 2, 1, 1, SENT_AS_EGRESS);
		sample(SW1, 4, 1, 1, SENT_AS_EGRESS);
		frame(2, 1);
		wait_s(60);
	}
	check_counted(before + 4);
}
END_TEST

/* Also in the step in which its first frame comes. */
START_TEST(what_is_mirrored_is_so_at_once)
{
	uint64_t before;

	rebuild("both");
	for (int i = 0; i < 3; i++) {
		sample(SW1, 1, 4, 1, SENT_AS_INGRESS);
		sample(SW1, 3, 1, 1, SENT_AS_EGRESS);
		end_step();
	}
	before = in.ledger.attributed;
	sample(SW1, 4, 1, 1, SENT_AS_EGRESS); /* as if nobody else told */
	frame(4, 1);
	sample(SW1, 4, 1, 1, SENT_AS_EGRESS);
	sample(SW1, 4, 1, 1, SENT_AS_EGRESS);
	check_counted(before + 2);
}
END_TEST

START_TEST(a_strangers_frame_to_a_member_counts_once)
{
	rebuild("both");
	sample(SW1, 1, 2, 1, SENT_AS_INGRESS);
	frame(0x99, 1);
	sample(SW1, 0x99, 1, 1, SENT_AS_EGRESS);
	check_counted(2);
	frame(0x99, 0x98);
	check(DROP_NO_MEMBER, 1);
	/* told of once each, and not where one goes out */
	ck_assert_uint_eq(in.stations.count, 2);
	ck_assert_uint_eq(in.stations.list[0].samples, 1);
	ck_assert_uint_eq(in.stations.list[1].samples, 1);
}
END_TEST

START_TEST(flow_samples_of_a_mirrored_switch_do_not_count)
{
	sample(SW2, 2, 1, 2, SENT_AS_INGRESS);
	maybe_reload(_i, "ingress");
	sample(SW2, 2, 1, 2, SENT_AS_INGRESS);
	counters(SW2, 2);
	check(DROP_MIRRORED_SWITCH, 2);
	check_counted(0);
	ck_assert_uint_eq(in.input.counter_samples, 1);
	ck_assert_uint_eq(
	    in.agents.switches[two_switches_index(SW2)].counter_samples, 1);
	ck_assert(
	    in.ports
		.ports[port_table_look(&in.ports, two_switches_index(SW2), 2)]
		.counted);
}
END_TEST

/* A frame of sw1's, in ERSPAN that passes the mirror of sw2. */
static void frame_passes(void)
{
	packet_is_frame(&p, &(struct made_frame){ .src = 1, .dst = 2 });
	packet_in_gre(&p, &(struct made_erspan){ .type = 1 });
	packet_in_ipv4(&p, 1);
	packet_in_ethernet(&p, 0, 0x0800);
	take();
}

/* A member may have sent it, in the name of the switch. */
START_TEST(what_passes_a_mirror_ends_no_other_switchs_samples)
{
	sample(SW1, 1, 4, 1, SENT_AS_INGRESS);
	maybe_reload(_i, "ingress");
	frame_passes();
	sample(SW1, 1, 4, 1, SENT_AS_INGRESS);
	check(DROP_MIRRORED_SWITCH, 0);
	check(DROP_NO_MEMBER, 1); /* what was passed between strangers */
	check_counted(2);
}
END_TEST

/* It counts as long as there are no samples, and ends when they begin. */
START_TEST(what_passes_a_mirror_counts_for_want_of_samples)
{
	frame_passes();
	check_counted(1);
	maybe_reload(_i, "ingress");
	sample(SW1, 1, 4, 1, SENT_AS_INGRESS);
	frame_passes();
	check(DROP_MIRRORED_SWITCH, 0);
	check_counted(2);
	ck_assert(!in.agents.switches[two_switches_index(SW1)].mirrored);
	wait_s(181);
	frame_passes();
	check_counted(3);
}
END_TEST

/* By a session that says its port and which way. */
START_TEST(what_leaves_by_a_sessions_port_counts_where_it_came_in)
{
	counters(SW1, 1);
	frame_by(2, true, 1, 2);
	check(DROP_CORE_PORT, 1);
	frame_by(2, true, 4, 2); /* from the same switch */
	check_counted(1);
	frame_by(2, false, 2, 1);
	check_counted(2);
	/* what comes in there is judged by the configuration */
	frame_by(2, false, 1, 0x99);
	check(DROP_WRONG_PORT, 1);
	check(DROP_CORE_PORT, 1);
}
END_TEST

START_TEST(a_switch_that_counts_what_goes_out_tells_of_nothing_that_came_in)
{
	rebuild("egress");
	counters(SW1, 1);
	frame(1, 2);
	check_counted(1);
}
END_TEST

/* A copy on the way to a port of its own switch says nothing of what its sender
 * has for another one. */
START_TEST(a_copy_at_its_receivers_port_ends_no_other_switchs_samples)
{
	struct config_source said;

	rebuild("egress");
	said = *m.config;
	said.direction = CONFIG_DIRECTION_EGRESS;
	m.config = &said;
	frame(2, 4);
	sample(SW1, 2, 1, 1, SENT_AS_EGRESS);
	check_counted(2);
	frame(2, 1); /* by a core port: sw1's are copied, too */
	sample(SW1, 2, 1, 1, SENT_AS_EGRESS);
	check_counted(3);
	check(DROP_EGRESS_NOT_COUNTED, 1);
}
END_TEST

/* Its counters do not say what its mirror would. */
START_TEST(a_mirror_that_is_silent_tells_of_nothing)
{
	intake_mirror_switch(&in, two_switches_index(SW1));
	counters(SW1, 1);
	wait_s(200);
	frame(2, 1);
	counters(SW1, 1);
	frame(1, 2);
	check_counted(2);
}
END_TEST

/* Of a mirror that ended, samples count instead. */
START_TEST(samples_in_the_place_of_a_mirror_tell_what_came_in)
{
	intake_mirror_switch(&in, two_switches_index(SW1));
	frame(2, 1);
	wait_s(181);
	sample(SW1, 1, 2, 1, SENT_AS_INGRESS);
	check_counted(2);
	frame(1, 2);
	check(DROP_CORE_PORT, 1);
	sample(SW1, 3, 2, 9, SENT_AS_INGRESS);
	frame(3, 2);
	check(DROP_CORE_PORT, 2);
}
END_TEST

/* The row of a port of sw2, of one step. */
static struct record_port row_of(const struct closed_step *step,
				 uint32_t ifindex, int64_t number)
{
	for (size_t i = 0; i < step->port_count; i++) {
		const struct port_row *r = &step->ports[i];

		if (r->switch_index == two_switches_index(SW2) &&
		    r->ifindex == ifindex &&
		    r->amounts.start_s == number * STEP_S)
			return r->amounts;
	}
	return (struct record_port){ .start_s = 0 };
}

/* Station, and its port. */
static const struct {
	uint8_t station;
	uint32_t ifindex;
} places[] = { { 2, 2 }, { 4, 100 }, { 5, 5 } };

START_TEST(a_members_only_port_has_its_frames_as_estimate)
{
	uint8_t station = places[_i / 2].station;
	uint32_t ifindex = places[_i / 2].ifindex;
	struct closed_step *step;
	struct record_port row;

	counters(SW2, ifindex);
	frame(station, 0x99);
	frame(station, 0xff);
	frame(0x99, station);
	maybe_reload(_i % 2, "ingress");
	frame(station, 0x99);
	step = close_step();
	row = row_of(step, ifindex, STEP);
	ck_assert(row.estimate_known);
	ck_assert_uint_eq(row.estimate[0], 3 * 104);
	/* What came in elsewhere may not have left here. */
	ck_assert_uint_eq(row.estimate[1], 0);
	closed_step_free(step);
}
END_TEST

START_TEST(parts_of_a_step_sum_up)
{
	struct step_span span = { .step = STEP, .covered_us = STEP_US / 2 };
	struct closed_step *step;

	counters(SW2, 2);
	frame(2, 0x99);
	ck_assert_int_eq(closed_step_part(&step, &in, span), 0);
	closed_step_free(step);
	reload("ingress");
	frame(2, 0x99);
	reload("ingress");
	step = close_step();
	ck_assert_uint_eq(row_of(step, 2, STEP).estimate[0], 2 * 104);
	closed_step_free(step);
}
END_TEST

/* A sample has told of its port itself, whatever its switch was before. */
START_TEST(samples_that_count_again_are_estimated_once)
{
	struct closed_step *step;

	counters(SW2, 2);
	frame(2, 0x99);
	end_step();
	wait_s(181);
	counters(SW2, 2);
	sample(SW2, 2, 1, 2, SENT_AS_INGRESS);
	check_counted(2);
	maybe_reload(_i, "ingress");
	step = close_step();
	/* 10 frames of 100 bytes stand behind it. */
	ck_assert_uint_eq(row_of(step, 2, step->span.step).estimate[0],
			  10 * 100);
	closed_step_free(step);
}
END_TEST

START_TEST(what_a_member_had_who_left_was_seen_all_the_same)
{
	struct generation *next;
	struct closed_step *step;

	counters(SW2, 2);
	frame(2, 0x99);
	next = two_switches_without("  - { asn: 64501, vlan", "ingress");
	ck_assert_int_eq(intake_reload(&in, now, next, &earlier), 0);
	generation_unref(now);
	now = next;
	m.config = config_mirror(now->config);
	ck_assert_ptr_nonnull(earlier);
	ck_assert_uint_eq(earlier->count, 1);
	frame(2, 0x99);
	check(DROP_NO_MEMBER, 1);
	step = close_step();
	ck_assert_uint_eq(row_of(step, 2, STEP).estimate[0], 104);
	closed_step_free(step);
}
END_TEST

START_TEST(a_sessions_port_has_its_own_frames)
{
	struct closed_step *step;
	struct record_port row;

	counters(SW2, 2);
	frame_by(2, false, 2, 4);
	frame_by(2, true, 4, 2);
	frame_by(2, true, 1, 2); /* counts elsewhere, and left here */
	maybe_reload(_i, "ingress");
	frame_by(2, false, 2, 0x99);
	step = close_step();
	row = row_of(step, 2, STEP);
	ck_assert_uint_eq(row.estimate[0], 2 * 104);
	ck_assert_uint_eq(row.estimate[1], 2 * 104);
	closed_step_free(step);
}
END_TEST

START_TEST(frames_keep_a_switch_alive)
{
	struct closed_step *step;

	frame(2, 1);
	step = close_step();
	ck_assert(step->agents[two_switches_index(SW2)].alive);
	ck_assert(!step->agents[two_switches_index(SW1)].alive);
	closed_step_free(step);
	step = close_step();
	ck_assert(!step->agents[two_switches_index(SW2)].alive);
	closed_step_free(step);
}
END_TEST

START_TEST(all_counters_outlive_a_reload)
{
	struct mirror_counters before;

	frame(2, 1);
	frame(1, 2);
	mirror_waited(&in);
	before = in.mirrored;
	reload("ingress");
	ck_assert_mem_eq(&in.mirrored, &before, sizeof(before));
	check(DROP_CORE_PORT, 1);
	check_counted(1);
	ck_assert_uint_eq(in.agents.switches[two_switches_index(SW2)].frames,
			  2);
	ck_assert(in.agents.switches[two_switches_index(SW2)].mirrored);
	ck_assert(in.combines);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_frame_counts_where_it_came_in, 2 },
		{ no_sample_of_what_leaves_counts_beside_its_frame, 5 },
		{ samples_count_again_when_the_mirror_is_silent, 2 },
		{ a_silent_switchs_members_count_after_three_minutes, 2 },
		{ a_switch_that_sends_counters_alone_tells_of_nobody, 0 },
		{ a_switch_has_three_minutes_to_be_heard_first, 2 },
		{ where_no_datagrams_are_expected_nobody_is_waited_for, 0 },
		{ a_member_without_a_port_is_where_it_is_sampled, 2 },
		{ a_member_of_both_switches_is_where_it_is_sampled, 0 },
		{ what_is_said_to_come_in_counts_at_both, 0 },
		{ what_a_mirror_counted_is_not_counted_going_out,
		  2 * COUNT_OF(egress_samples) },
		{ what_is_mirrored_is_so_at_once, 0 },
		{ a_strangers_frame_to_a_member_counts_once, 0 },
		{ flow_samples_of_a_mirrored_switch_do_not_count, 2 },
		{ what_passes_a_mirror_ends_no_other_switchs_samples, 2 },
		{ what_passes_a_mirror_counts_for_want_of_samples, 2 },
		{ what_leaves_by_a_sessions_port_counts_where_it_came_in, 0 },
		{ a_switch_that_counts_what_goes_out_tells_of_nothing_that_came_in,
		  0 },
		{ a_copy_at_its_receivers_port_ends_no_other_switchs_samples,
		  0 },
		{ a_mirror_that_is_silent_tells_of_nothing, 0 },
		{ samples_in_the_place_of_a_mirror_tell_what_came_in, 0 },
		{ a_members_only_port_has_its_frames_as_estimate,
		  2 * COUNT_OF(places) },
		{ parts_of_a_step_sum_up, 0 },
		{ samples_that_count_again_are_estimated_once, 2 },
		{ what_a_member_had_who_left_was_seen_all_the_same, 0 },
		{ a_sessions_port_has_its_own_frames, 2 },
		{ frames_keep_a_switch_alive, 0 },
		{ all_counters_outlive_a_reload, 0 },
	};

	return unit_run_with("mirror_sources", setup, teardown, tests,
			     COUNT_OF(tests));
}
