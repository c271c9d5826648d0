/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>

#include "collector/closed_step.h"
#include "collector/mirror_ports.h"
#include "support/mirror_world.h"
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

	mirror_world_counters(&w, SW2, ifindex);
	mirror_world_frame(&w, station, 0x99);
	mirror_world_frame(&w, station, 0xff);
	mirror_world_frame(&w, 0x99, station);
	maybe_reload(_i % 2, "ingress");
	mirror_world_frame(&w, station, 0x99);
	step = mirror_world_close_step(&w);
	row = row_of(step, ifindex, WORLD_STEP);
	ck_assert(row.estimate_known);
	ck_assert_uint_eq(row.estimate[0], 3 * 104);
	/* What came in elsewhere may not have left here. */
	ck_assert_uint_eq(row.estimate[1], 0);
	closed_step_free(step);
}
END_TEST

START_TEST(parts_of_a_step_sum_up)
{
	struct step_span span = { .step = WORLD_STEP,
				  .covered_us = STEP_US / 2 };
	struct closed_step *step;

	mirror_world_counters(&w, SW2, 2);
	mirror_world_frame(&w, 2, 0x99);
	ck_assert_int_eq(closed_step_part(&step, &w.in, span), 0);
	closed_step_free(step);
	mirror_world_reload(&w, "ingress");
	mirror_world_frame(&w, 2, 0x99);
	mirror_world_reload(&w, "ingress");
	step = mirror_world_close_step(&w);
	ck_assert_uint_eq(row_of(step, 2, WORLD_STEP).estimate[0], 2 * 104);
	closed_step_free(step);
}
END_TEST

/* A sample has told of its port itself, whatever its switch was before. */
START_TEST(samples_that_count_again_are_estimated_once)
{
	struct closed_step *step;

	mirror_world_counters(&w, SW2, 2);
	mirror_world_frame(&w, 2, 0x99);
	end_step();
	mirror_world_wait_s(&w, 181);
	mirror_world_counters(&w, SW2, 2);
	mirror_world_sample_ingress(&w, SW2, 2, 1, 2);
	mirror_world_check_attributed(&w, 2);
	maybe_reload(_i, "ingress");
	step = mirror_world_close_step(&w);
	/* 10 frames of 100 bytes stand behind it. */
	ck_assert_uint_eq(row_of(step, 2, step->span.step).estimate[0],
			  10 * 100);
	closed_step_free(step);
}
END_TEST

START_TEST(what_a_member_had_who_left_was_seen_all_the_same)
{
	struct closed_step *step;

	mirror_world_counters(&w, SW2, 2);
	mirror_world_frame(&w, 2, 0x99);
	mirror_world_become(
	    &w, two_switches_without("  - { asn: 64501, vlan", "ingress"));
	ck_assert_ptr_nonnull(w.earlier);
	ck_assert_uint_eq(w.earlier->count, 1);
	mirror_world_frame(&w, 2, 0x99);
	mirror_world_check_dropped(&w, DROP_NO_MEMBER, 1);
	step = mirror_world_close_step(&w);
	ck_assert_uint_eq(row_of(step, 2, WORLD_STEP).estimate[0], 104);
	closed_step_free(step);
}
END_TEST

START_TEST(a_sessions_port_has_its_own_frames)
{
	struct closed_step *step;
	struct record_port row;

	mirror_world_counters(&w, SW2, 2);
	mirror_world_frame_by(&w, 2, false, 2, 4);
	mirror_world_frame_by(&w, 2, true, 4, 2);
	/* counts elsewhere, and left here */
	mirror_world_frame_by(&w, 2, true, 1, 2);
	maybe_reload(_i, "ingress");
	mirror_world_frame_by(&w, 2, false, 2, 0x99);
	step = mirror_world_close_step(&w);
	row = row_of(step, 2, WORLD_STEP);
	ck_assert_uint_eq(row.estimate[0], 2 * 104);
	ck_assert_uint_eq(row.estimate[1], 2 * 104);
	closed_step_free(step);
}
END_TEST

START_TEST(frames_keep_a_switch_alive)
{
	struct closed_step *step;

	mirror_world_frame(&w, 2, 1);
	step = mirror_world_close_step(&w);
	ck_assert(step->agents[two_switches_index(SW2)].alive);
	ck_assert(!step->agents[two_switches_index(SW1)].alive);
	closed_step_free(step);
	step = mirror_world_close_step(&w);
	ck_assert(!step->agents[two_switches_index(SW2)].alive);
	closed_step_free(step);
}
END_TEST

/* Another direction of the mirror. */
static struct config_source said;

static void mirror_copies(enum config_direction direction)
{
	said = *w.m.config;
	said.direction = direction;
	w.m.config = &said;
}

START_TEST(what_goes_out_is_of_its_receivers_port)
{
	struct closed_step *step;
	struct record_port row;

	mirror_copies(CONFIG_DIRECTION_EGRESS);
	mirror_world_counters(&w, SW2, 2);
	mirror_world_frame(&w, 4, 2);
	step = mirror_world_close_step(&w);
	row = row_of(step, 2, WORLD_STEP);
	ck_assert_uint_eq(row.estimate[0], 0);
	ck_assert_uint_eq(row.estimate[1], 104);
	closed_step_free(step);
}
END_TEST

/* It may have come in at the session's port, or left by it. */
START_TEST(a_session_that_says_no_direction_tells_of_no_port)
{
	struct closed_step *step;
	struct record_port row;

	mirror_world_counters(&w, SW2, 2);
	packet_is_frame(&w.p, &(struct made_frame){ .src = 4, .dst = 2 });
	packet_in_erspan(&w.p, 2,
			 &(struct made_erspan){ .type = 2, .session = 2 });
	mirror_world_take(&w);
	step = mirror_world_close_step(&w);
	row = row_of(step, 2, WORLD_STEP);
	ck_assert_uint_eq(row.estimate[0], 0);
	ck_assert_uint_eq(row.estimate[1], 0);
	closed_step_free(step);
}
END_TEST

START_TEST(of_steps_closed_as_one_the_last_has_the_estimate)
{
	struct step_span span = { .step = WORLD_STEP, .covered_us = STEP_US };
	struct closed_step *step;

	mirror_world_counters(&w, SW2, 2);
	mirror_world_frame(&w, 2, 0x99);
	mirror_world_wait_s(&w, STEP_S);
	mirror_world_frame(&w, 2, 0x99);
	ck_assert_int_eq(closed_step_part(&step, &w.in, span), 0);
	closed_step_free(step);
	step = mirror_world_close_step(&w);
	ck_assert_uint_eq(row_of(step, 2, WORLD_STEP + 1).estimate[0], 2 * 104);
	closed_step_free(step);
}
END_TEST

/* Whether mirrors are to see all of a port: of what comes in, of what goes
 * out. */
static void check_marks(int which, uint32_t ifindex, bool in, bool out)
{
	const struct port_table *t = &w.in.ports;
	uint32_t port = port_table_look(t, two_switches_index(which), ifindex);

	mirror_ports_mark(&w.in);
	ck_assert_msg(t->ports[port].mirrored[0] == in, "port %u, in", ifindex);
	ck_assert_msg(t->ports[port].mirrored[1] == out, "port %u, out",
		      ifindex);
}

START_TEST(a_mirror_sees_all_that_comes_in_by_members_only_ports)
{
	mirror_world_frame(&w, 2, 1);
	check_marks(SW2, 2, true, false);
	check_marks(SW2, 100, true, false);
	check_marks(SW2, 5, true, false);
	check_marks(SW2, 7, false, false);
	check_marks(SW2, 48, false, false);
	check_marks(SW1, 1, false, false);
}
END_TEST

START_TEST(a_mirror_of_what_goes_out_alone_sees_all_of_it)
{
	mirror_copies(CONFIG_DIRECTION_EGRESS);
	mirror_world_frame(&w, 4, 2);
	check_marks(SW2, 2, false, true);
	check_marks(SW2, 7, false, false);
	check_marks(SW2, 48, false, false);
	check_marks(SW1, 1, false, false);
	/* what came in may have left by any port */
	mirror_copies(CONFIG_DIRECTION_ANY);
	mirror_world_frame_by(&w, 9, false, 4, 2);
	check_marks(SW2, 2, true, false);
}
END_TEST

START_TEST(a_session_sees_all_of_its_port)
{
	mirror_world_frame_by(&w, 7, false, 4, 2);
	check_marks(SW2, 7, true, false);
	mirror_world_frame_by(&w, 7, true, 4, 2);
	check_marks(SW2, 7, true, true);
	check_marks(SW2, 2, true, false);
}
END_TEST

START_TEST(a_mirror_is_to_see_nothing_after_three_minutes)
{
	mirror_world_frame_by(&w, 2, false, 2, 4);
	mirror_world_frame_by(&w, 2, true, 4, 2);
	mirror_world_wait_s(&w, 180);
	w.in.time_us = w.time_us;
	check_marks(SW2, 2, true, true);
	w.in.time_us++;
	check_marks(SW2, 2, false, false);
}
END_TEST

START_TEST(what_comes_in_by_a_sessions_port_does_not_leave_it)
{
	struct closed_step *step;
	struct record_port row;

	mirror_world_counters(&w, SW2, 2);
	mirror_world_frame_by(&w, 2, false, 2, 4);
	step = mirror_world_close_step(&w);
	row = row_of(step, 2, WORLD_STEP);
	ck_assert_uint_eq(row.estimate[0], 104);
	ck_assert_uint_eq(row.estimate[1], 0);
	closed_step_free(step);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_members_only_port_has_its_frames_as_estimate,
		  2 * COUNT_OF(places) },
		{ parts_of_a_step_sum_up, 0 },
		{ samples_that_count_again_are_estimated_once, 2 },
		{ what_a_member_had_who_left_was_seen_all_the_same, 0 },
		{ a_sessions_port_has_its_own_frames, 2 },
		{ frames_keep_a_switch_alive, 0 },
		{ what_goes_out_is_of_its_receivers_port, 0 },
		{ a_session_that_says_no_direction_tells_of_no_port, 0 },
		{ of_steps_closed_as_one_the_last_has_the_estimate, 0 },
		{ a_mirror_sees_all_that_comes_in_by_members_only_ports, 0 },
		{ a_mirror_of_what_goes_out_alone_sees_all_of_it, 0 },
		{ a_session_sees_all_of_its_port, 0 },
		{ a_mirror_is_to_see_nothing_after_three_minutes, 0 },
		{ what_comes_in_by_a_sessions_port_does_not_leave_it, 0 },
	};

	return unit_run_with("mirror_estimates", setup, teardown, tests,
			     COUNT_OF(tests));
}
