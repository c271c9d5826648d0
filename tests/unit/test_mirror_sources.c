/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>

#include "collector/closed_step.h"
#include "support/mirror_world.h"
#include "support/switch_builder.h"
#include "support/two_switches.h"

static struct mirror_world w;

static void setup(void)
{
	mirror_world_open_two(&w, "ingress");
}

static void teardown(void)
{
	mirror_world_close(&w);
}

static void rebuild(const char *direction)
{
	teardown();
	mirror_world_open_two(&w, direction);
}

/* With a reload in between (row 1) and without (row 0). */
static void maybe_reload(int row, const char *direction)
{
	if (row == 1)
		mirror_world_reload(&w, direction);
}

static void end_step(void)
{
	closed_step_free(mirror_world_close_step(&w));
}

START_TEST(a_frame_counts_where_it_came_in)
{
	mirror_world_sample_ingress(&w, SW1, 1, 2, 1);
	mirror_world_check_attributed(&w, 1);
	maybe_reload(_i, "ingress");
	mirror_world_frame(&w, 1, 2);
	mirror_world_check_dropped(&w, DROP_CORE_PORT, 1);
	mirror_world_frame(&w, 2, 1);
	mirror_world_frame(&w, 4, 1);
	mirror_world_check_attributed(&w, 3);
}
END_TEST

/* However sw1 is configured: what leaves it came in at the mirror. */
START_TEST(no_sample_of_what_leaves_counts_beside_its_frame)
{
	static const char *const directions[] = { "any", "egress", "ingress",
						  "both", "auto" };

	rebuild(directions[_i]);
	mirror_world_frame(&w, 2, 1);
	mirror_world_sample_egress(&w, SW1, 2, 1, 1);
	intake_decide_all(&w.in);
	mirror_world_check_attributed(&w, 1);
	mirror_world_check_dropped(&w, DROP_EGRESS_NOT_COUNTED, 1);
}
END_TEST

START_TEST(samples_count_again_when_the_mirror_is_silent)
{
	mirror_world_frame(&w, 2, 1);
	mirror_world_sample_ingress(&w, SW2, 2, 1, 2);
	mirror_world_check_dropped(&w, DROP_MIRRORED_SWITCH, 1);
	mirror_world_wait_s(&w, 180);
	maybe_reload(_i, "ingress");
	mirror_world_sample_ingress(&w, SW2, 2, 1, 2);
	mirror_world_check_dropped(&w, DROP_MIRRORED_SWITCH, 2);
	mirror_world_wait_s(&w, 1);
	mirror_world_sample_ingress(&w, SW2, 2, 1, 2);
	mirror_world_check_dropped(&w, DROP_MIRRORED_SWITCH, 2);
	mirror_world_check_attributed(&w, 2);
}
END_TEST

START_TEST(a_silent_switchs_members_count_after_three_minutes)
{
	mirror_world_sample_ingress(&w, SW1, 9, 8, 1); /* strangers' */
	mirror_world_counters(&w, SW1, 1);
	mirror_world_wait_s(&w, 180);
	maybe_reload(_i, "ingress");
	mirror_world_frame(&w, 1, 2);
	mirror_world_check_dropped(&w, DROP_CORE_PORT, 1);
	mirror_world_wait_s(&w, 1);
	mirror_world_frame(&w, 1, 2);
	mirror_world_check_attributed(&w, 1);
	mirror_world_counters(&w, SW1, 1);
	mirror_world_frame(&w, 1, 2);
	mirror_world_check_dropped(&w, DROP_CORE_PORT, 2);
}
END_TEST

/* They say how much there is, and not whose. */
START_TEST(a_switch_that_sends_counters_alone_tells_of_nobody)
{
	mirror_world_counters(&w, SW1, 1);
	mirror_world_frame(&w, 1, 2);
	mirror_world_check_dropped(&w, DROP_CORE_PORT, 1);
	mirror_world_wait_s(&w, 181);
	mirror_world_counters(&w, SW1, 1);
	mirror_world_frame(&w, 1, 2);
	mirror_world_check_attributed(&w, 1);
}
END_TEST

START_TEST(a_switch_has_three_minutes_to_be_heard_first)
{
	mirror_world_frame(&w, 1, 2);
	mirror_world_check_dropped(&w, DROP_CORE_PORT, 1);
	mirror_world_wait_s(&w, 180);
	maybe_reload(_i, "ingress");
	mirror_world_frame(&w, 1, 2);
	mirror_world_check_dropped(&w, DROP_CORE_PORT, 2);
	mirror_world_wait_s(&w, 1);
	mirror_world_frame(&w, 1, 2);
	mirror_world_check_attributed(&w, 1);
}
END_TEST

START_TEST(where_no_datagrams_are_expected_nobody_is_waited_for)
{
	w.in.expects_datagrams = false;
	mirror_world_frame(&w, 1, 2);
	mirror_world_check_attributed(&w, 1);
}
END_TEST

START_TEST(a_member_without_a_port_is_where_it_is_sampled)
{
	mirror_world_frame(&w, 3, 2);
	mirror_world_check_attributed(&w, 1);
	mirror_world_sample_ingress(&w, SW1, 3, 2, 9);
	maybe_reload(_i, "ingress");
	mirror_world_frame(&w, 3, 2);
	mirror_world_check_dropped(&w, DROP_CORE_PORT, 1);
	mirror_world_check_attributed(&w, 2);
	mirror_world_wait_s(&w, 3601);
	mirror_world_sample_ingress(&w, SW1, 1, 2, 1);
	mirror_world_frame(&w, 3, 2); /* sw1 samples it no more */
	mirror_world_check_dropped(&w, DROP_CORE_PORT, 1);
	mirror_world_sample_ingress(&w, SW1, 3, 2, 9);
	mirror_world_wait_s(&w, 181);
	mirror_world_frame(&w, 3, 2); /* nor anybody */
	mirror_world_check_dropped(&w, DROP_CORE_PORT, 1);
}
END_TEST

START_TEST(a_member_of_both_switches_is_where_it_is_sampled)
{
	mirror_world_frame(&w, 5, 2);
	mirror_world_check_attributed(&w, 1);
	mirror_world_sample_ingress(&w, SW1, 5, 2, 5);
	mirror_world_wait_s(&w, 3599);
	mirror_world_sample_ingress(&w, SW1, 1, 2, 1);
	mirror_world_frame(&w, 5, 2);
	mirror_world_check_dropped(&w, DROP_CORE_PORT, 1);
}
END_TEST

/* One address may be at both: what is said to come in here does. */
START_TEST(what_is_said_to_come_in_counts_at_both)
{
	struct config_source said = *w.m.config;

	said.direction = CONFIG_DIRECTION_INGRESS;
	w.m.config = &said;
	mirror_world_sample_ingress(&w, SW1, 5, 2, 5);
	mirror_world_frame(&w, 5, 2);
	mirror_world_check_dropped(&w, DROP_CORE_PORT, 0);
	mirror_world_check_attributed(&w, 2);
	mirror_world_frame(&w, 1, 2); /* its ports are all at sw1 */
	mirror_world_check_dropped(&w, DROP_CORE_PORT, 1);
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
			mirror_world_sample_ingress(&w, SW1, 1, 2, 1);
		mirror_world_sample_egress(&w, SW1, 3, 1, 1);
		mirror_world_frame(&w, 2, 1);
		intake_decide_all(&w.in);
		end_step();
	}
	maybe_reload(_i % 2, direction);
	intake_settle(&w.in);
	before = w.in.ledger.attributed;
	mirror_world_frame(&w, 4, 1);
	for (int i = 0; i < 3; i++) {
		mirror_world_sample_egress(&w, SW1, 2, 1, 1);
		mirror_world_sample_egress(&w, SW1, 4, 1, 1);
		mirror_world_frame(&w, 2, 1);
		mirror_world_wait_s(&w, 60);
	}
	mirror_world_check_attributed(&w, before + 4);
}
END_TEST

/* Also in the step in which its first frame comes. */
START_TEST(what_is_mirrored_is_so_at_once)
{
	uint64_t before;

	rebuild("both");
	for (int i = 0; i < 3; i++) {
		mirror_world_sample_ingress(&w, SW1, 1, 4, 1);
		mirror_world_sample_egress(&w, SW1, 3, 1, 1);
		end_step();
	}
	before = w.in.ledger.attributed;
	mirror_world_sample_egress(&w, SW1, 4, 1,
				   1); /* as if nobody else told */
	mirror_world_frame(&w, 4, 1);
	mirror_world_sample_egress(&w, SW1, 4, 1, 1);
	mirror_world_sample_egress(&w, SW1, 4, 1, 1);
	mirror_world_check_attributed(&w, before + 2);
}
END_TEST

START_TEST(a_strangers_frame_to_a_member_counts_once)
{
	rebuild("both");
	mirror_world_sample_ingress(&w, SW1, 1, 2, 1);
	mirror_world_frame(&w, 0x99, 1);
	mirror_world_sample_egress(&w, SW1, 0x99, 1, 1);
	mirror_world_check_attributed(&w, 2);
	mirror_world_frame(&w, 0x99, 0x98);
	mirror_world_check_dropped(&w, DROP_NO_MEMBER, 1);
	/* told of once each, and not where one goes out */
	ck_assert_uint_eq(w.in.stations.count, 2);
	ck_assert_uint_eq(w.in.stations.list[0].samples, 1);
	ck_assert_uint_eq(w.in.stations.list[1].samples, 1);
}
END_TEST

START_TEST(flow_samples_of_a_mirrored_switch_do_not_count)
{
	mirror_world_sample_ingress(&w, SW2, 2, 1, 2);
	maybe_reload(_i, "ingress");
	mirror_world_sample_ingress(&w, SW2, 2, 1, 2);
	mirror_world_counters(&w, SW2, 2);
	mirror_world_check_dropped(&w, DROP_MIRRORED_SWITCH, 2);
	mirror_world_check_attributed(&w, 0);
	ck_assert_uint_eq(w.in.input.counter_samples, 1);
	ck_assert_uint_eq(
	    w.in.agents.switches[two_switches_index(SW2)].counter_samples, 1);
	ck_assert(
	    w.in.ports
		.ports[port_table_look(&w.in.ports, two_switches_index(SW2), 2)]
		.counted);
}
END_TEST

/* A frame of sw1's, in ERSPAN that passes the mirror of sw2. */
static void frame_passes(void)
{
	packet_is_frame(&w.p, &(struct made_frame){ .src = 1, .dst = 2 });
	packet_in_erspan(&w.p, 1, &(struct made_erspan){ .type = 1 });
	mirror_world_take(&w);
}

/* A member may have sent it, in the name of the switch. */
START_TEST(what_passes_a_mirror_ends_no_other_switchs_samples)
{
	mirror_world_sample_ingress(&w, SW1, 1, 4, 1);
	maybe_reload(_i, "ingress");
	frame_passes();
	mirror_world_sample_ingress(&w, SW1, 1, 4, 1);
	mirror_world_check_dropped(&w, DROP_MIRRORED_SWITCH, 0);
	mirror_world_check_dropped(&w, DROP_NO_MEMBER,
				   1); /* what was passed between strangers */
	mirror_world_check_attributed(&w, 2);
}
END_TEST

/* It counts as long as there are no samples, and ends when they begin. */
START_TEST(what_passes_a_mirror_counts_for_want_of_samples)
{
	frame_passes();
	mirror_world_check_attributed(&w, 1);
	maybe_reload(_i, "ingress");
	mirror_world_sample_ingress(&w, SW1, 1, 4, 1);
	frame_passes();
	mirror_world_check_dropped(&w, DROP_MIRRORED_SWITCH, 0);
	mirror_world_check_attributed(&w, 2);
	ck_assert(!w.in.agents.switches[two_switches_index(SW1)].mirrored);
	mirror_world_wait_s(&w, 181);
	frame_passes();
	mirror_world_check_attributed(&w, 3);
}
END_TEST

/* By a session that says its port and which way. */
START_TEST(what_leaves_by_a_sessions_port_counts_where_it_came_in)
{
	mirror_world_counters(&w, SW1, 1);
	mirror_world_frame_by(&w, 2, true, 1, 2);
	mirror_world_check_dropped(&w, DROP_CORE_PORT, 1);
	mirror_world_frame_by(&w, 2, true, 4, 2); /* from the same switch */
	mirror_world_check_attributed(&w, 1);
	mirror_world_frame_by(&w, 2, false, 2, 1);
	mirror_world_check_attributed(&w, 2);
	/* what comes in there is judged by the configuration */
	mirror_world_frame_by(&w, 2, false, 1, 0x99);
	mirror_world_check_dropped(&w, DROP_WRONG_PORT, 1);
	mirror_world_check_dropped(&w, DROP_CORE_PORT, 1);
}
END_TEST

START_TEST(a_switch_that_counts_what_goes_out_tells_of_nothing_that_came_in)
{
	rebuild("egress");
	mirror_world_counters(&w, SW1, 1);
	mirror_world_frame(&w, 1, 2);
	mirror_world_check_attributed(&w, 1);
}
END_TEST

/* A copy on the way to a port of its own switch says nothing of what its sender
 * has for another one. */
START_TEST(a_copy_at_its_receivers_port_ends_no_other_switchs_samples)
{
	struct config_source said;

	rebuild("egress");
	said = *w.m.config;
	said.direction = CONFIG_DIRECTION_EGRESS;
	w.m.config = &said;
	mirror_world_frame(&w, 2, 4);
	mirror_world_sample_egress(&w, SW1, 2, 1, 1);
	mirror_world_check_attributed(&w, 2);
	mirror_world_frame(&w, 2,
			   1); /* by a core port: sw1's are copied, too */
	mirror_world_sample_egress(&w, SW1, 2, 1, 1);
	mirror_world_check_attributed(&w, 3);
	mirror_world_check_dropped(&w, DROP_EGRESS_NOT_COUNTED, 1);
}
END_TEST

START_TEST(all_counters_outlive_a_reload)
{
	struct mirror_counters before;

	mirror_world_frame(&w, 2, 1);
	mirror_world_frame(&w, 1, 2);
	mirror_waited(&w.in);
	before = w.in.mirrored;
	mirror_world_reload(&w, "ingress");
	ck_assert_mem_eq(&w.in.mirrored, &before, sizeof(before));
	mirror_world_check_dropped(&w, DROP_CORE_PORT, 1);
	mirror_world_check_attributed(&w, 1);
	ck_assert_uint_eq(w.in.agents.switches[two_switches_index(SW2)].frames,
			  2);
	ck_assert(w.in.agents.switches[two_switches_index(SW2)].mirrored);
	ck_assert(w.in.combines);
}
END_TEST

/* The configuration gives it to nobody, so that nobody is wrong there. */
START_TEST(what_comes_in_by_a_free_port_counts_there)
{
	mirror_world_counters(&w, SW1, 1);
	mirror_world_frame_by(&w, 7, false, 1, 2);
	mirror_world_check_attributed(&w, 1);
}
END_TEST

START_TEST(a_mirror_of_its_own_needs_no_silence_of_samples)
{
	const struct switch_state *s =
	    &w.in.agents.switches[two_switches_index(SW1)];

	intake_mirror_switch(&w.in, two_switches_index(SW1));
	mirror_world_sample_ingress(&w, SW1, 1, 4, 1);
	mirror_world_check_dropped(&w, DROP_MIRRORED_SWITCH, 1);
	frame_passes();
	mirror_world_check_attributed(&w, 1);
	ck_assert(s->mirrored && !s->passes);
}
END_TEST

START_TEST(what_passed_may_become_a_mirror_of_its_own)
{
	const struct switch_state *s =
	    &w.in.agents.switches[two_switches_index(SW1)];

	frame_passes();
	ck_assert(s->passes);
	intake_mirror_switch(&w.in, two_switches_index(SW1));
	ck_assert(!s->passes);
	mirror_world_sample_ingress(&w, SW1, 1, 4, 1);
	mirror_world_check_dropped(&w, DROP_MIRRORED_SWITCH, 1);
}
END_TEST

START_TEST(samples_keep_what_passes_out_for_three_minutes)
{
	mirror_world_sample_ingress(&w, SW1, 1, 4, 1);
	mirror_world_wait_s(&w, 180);
	frame_passes();
	mirror_world_check_attributed(&w, 1);
	mirror_world_wait_s(&w, 1);
	frame_passes();
	mirror_world_check_attributed(&w, 2);
}
END_TEST

START_TEST(a_receiver_has_a_mirror_of_its_own)
{
	struct config_source said = *w.m.config;
	struct ipaddr source = switch_address(1);
	struct mirror_packet packet = { .time_us = w.time_us };

	frame_passes();
	said.kind = CONFIG_SOURCE_ERSPAN;
	w.m.config = &said;
	for (int i = 0; i < 2; i++) {
		if (i == 1)
			mirror_world_sample_ingress(&w, SW1, 1, 4, 1);
		packet_is_frame(&w.p,
				&(struct made_frame){ .src = 1, .dst = 2 });
		packet_in_gre(&w.p, &(struct made_erspan){ .type = 1 });
		packet.bytes = w.p.bytes;
		packet.captured_bytes = w.p.len;
		packet.wire_bytes = w.p.len;
		mirror_take_gre(&w.m, &w.in, &source, &packet, w.step);
		ck_assert(
		    !w.in.agents.switches[two_switches_index(SW1)].passes);
	}
	mirror_world_check_dropped(&w, DROP_MIRRORED_SWITCH, 1);
	mirror_world_check_attributed(&w, 3);
}
END_TEST

START_TEST(a_replay_believes_what_passes_beside_samples)
{
	w.m.believes_all = true;
	mirror_world_sample_ingress(&w, SW1, 1, 4, 1);
	frame_passes();
	mirror_world_check_attributed(&w, 2);
}
END_TEST

START_TEST(strangers_are_told_of_where_they_come_in)
{
	mirror_world_frame_by(&w, 9, true, 0x99, 2);
	ck_assert_uint_eq(w.in.stations.count, 0);
	mirror_world_frame_by(&w, 2, false, 1, 0x99); /* by a wrong port */
	ck_assert_uint_eq(w.in.stations.count, 1);
}
END_TEST

static bool is_bound(uint8_t number)
{
	const struct station *s = registry_station(
	    w.now->registry, (struct mac){ .bits = 0x020000000000 | number });
	const struct binding *b =
	    bindings_at(&w.in.bindings, s, two_switches_index(SW2));

	return b && binding_is_recent(b, w.in.time_us);
}

/* By a session that says its port and which way; half of that is not enough. */
START_TEST(a_station_is_bound_where_it_came_in)
{
	mirror_world_frame_by(&w, 9, false, 2, 4);
	ck_assert(!is_bound(2));
	packet_is_frame(&w.p, &(struct made_frame){ .src = 2, .dst = 4 });
	packet_in_erspan(&w.p, 2,
			 &(struct made_erspan){ .type = 2, .session = 2 });
	mirror_world_take(&w);
	ck_assert(!is_bound(2));
	mirror_world_frame_by(&w, 2, true, 4, 2);
	ck_assert(!is_bound(4));
	mirror_world_frame_by(&w, 2, false, 2, 4);
	ck_assert(is_bound(2));
}
END_TEST

START_TEST(frames_say_since_when_a_switch_is_heard)
{
	const struct switch_state *s =
	    &w.in.agents.switches[two_switches_index(SW2)];
	const int64_t first_us = w.time_us;

	mirror_world_frame(&w, 2, 1);
	mirror_world_wait_s(&w, 60);
	mirror_world_frame(&w, 2, 1);
	ck_assert_int_eq(s->first_us, first_us);
	ck_assert_int_eq(s->last_us, w.time_us);
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
		{ all_counters_outlive_a_reload, 0 },
		{ a_mirror_of_its_own_needs_no_silence_of_samples, 0 },
		{ what_passed_may_become_a_mirror_of_its_own, 0 },
		{ samples_keep_what_passes_out_for_three_minutes, 0 },
		{ what_comes_in_by_a_free_port_counts_there, 0 },
		{ a_receiver_has_a_mirror_of_its_own, 0 },
		{ a_replay_believes_what_passes_beside_samples, 0 },
		{ strangers_are_told_of_where_they_come_in, 0 },
		{ a_station_is_bound_where_it_came_in, 0 },
		{ frames_say_since_when_a_switch_is_heard, 0 },
	};

	return unit_run_with("mirror_sources", setup, teardown, tests,
			     COUNT_OF(tests));
}
