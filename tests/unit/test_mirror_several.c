/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Several mirrors, and what one of them tells of what another one sees. */
#include "support/unit.h"

#include <stdint.h>

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

static void rebuild(const char *direction)
{
	teardown();
	mirror_world_open_two(&w, direction);
}

/* A frame by the mirror of any switch. */
static void frame_at(int which, enum direction direction, enum counted counted,
		     uint8_t src, uint8_t dst)
{
	const struct observation o = {
		.src = { .bits = 0x020000000000 | src },
		.dst = { .bits = 0x020000000000 | dst },
		.has_macs = true,
		.family = FAMILY_IPV4,
		.switch_index = two_switches_index(which),
		.port = PORT_NONE,
		.sampling_rate = 1,
		.direction = direction,
		.wire_bytes = 104,
	};

	w.in.time_us = w.time_us;
	w.in.step = w.step;
	w.in.mirrored.packets++;
	intake_mirrored(&w.in, &o, counted, false);
}

START_TEST(which_switch_a_made_one_stands_for_is_not_known)
{
	mirror_world_counters(&w, SW1, 1);
	frame_at(SW_MADE, DIRECTION_UNKNOWN, COUNTED_ANY, 1, 2);
	mirror_world_check_attributed(&w, 1);
	mirror_world_frame(&w, 1, 2);
	mirror_world_check_dropped(&w, DROP_CORE_PORT, 1);
}
END_TEST

/* A mirror that says nothing of where it is leaves samples as they are. */
START_TEST(beside_a_made_switch_all_samples_count)
{
	rebuild("any");
	w.in.combines = false;
	w.in.agents.switches[two_switches_index(SW2)].mirrored = false;
	frame_at(SW_MADE, DIRECTION_UNKNOWN, COUNTED_ANY, 2, 1);
	ck_assert(!w.in.combines);
	mirror_world_sample_egress(&w, SW1, 2, 1, 1);
	mirror_world_check_attributed(&w, 2);
}
END_TEST

/* How a mirror copies what goes out alone. */
static const struct {
	enum direction direction;
	enum counted counted;
} leaving[] = {
	{ DIRECTION_EGRESS, COUNTED_ANY },
	{ DIRECTION_UNKNOWN, COUNTED_EGRESS },
};

START_TEST(a_mirror_of_what_goes_out_tells_of_nothing_that_came_in)
{
	frame_at(SW1, leaving[_i].direction, leaving[_i].counted, 3, 1);
	mirror_world_counters(&w, SW1, 1);
	mirror_world_frame(&w, 1, 2);
	mirror_world_check_attributed(&w, 2);
}
END_TEST

START_TEST(a_mirror_has_three_minutes_to_be_heard_first)
{
	intake_mirror_switch(&w.in, two_switches_index(SW1));
	mirror_world_frame(&w, 1, 2);
	mirror_world_check_dropped(&w, DROP_CORE_PORT, 1);
	mirror_world_wait_s(&w, 180);
	mirror_world_frame(&w, 1, 2);
	mirror_world_check_dropped(&w, DROP_CORE_PORT, 2);
	mirror_world_wait_s(&w, 1);
	mirror_world_frame(&w, 1, 2);
	mirror_world_check_attributed(&w, 1);
}
END_TEST

START_TEST(a_mirror_tells_without_any_sample)
{
	frame_at(SW1, DIRECTION_UNKNOWN, COUNTED_ANY, 1, 2);
	mirror_world_wait_s(&w, 181);
	frame_at(SW1, DIRECTION_UNKNOWN, COUNTED_ANY, 1, 2);
	mirror_world_frame(&w, 1, 2);
	mirror_world_check_dropped(&w, DROP_CORE_PORT, 1);
	mirror_world_check_attributed(&w, 2);
}
END_TEST

/* They were taken where its mirror is by now. */
START_TEST(of_a_mirrored_switch_earlier_samples_tell_nothing)
{
	mirror_world_sample_ingress(&w, SW1, 3, 2, 9);
	frame_at(SW1, DIRECTION_UNKNOWN, COUNTED_ANY, 1, 2);
	mirror_world_frame(&w, 3, 2);
	mirror_world_check_attributed(&w, 3);
}
END_TEST

/* Its counters do not say what its mirror would. */
START_TEST(a_mirror_that_is_silent_tells_of_nothing)
{
	intake_mirror_switch(&w.in, two_switches_index(SW1));
	mirror_world_counters(&w, SW1, 1);
	mirror_world_wait_s(&w, 200);
	mirror_world_frame(&w, 2, 1);
	mirror_world_counters(&w, SW1, 1);
	mirror_world_frame(&w, 1, 2);
	mirror_world_check_attributed(&w, 2);
}
END_TEST

/* Of a mirror that ended, samples count instead. */
START_TEST(samples_in_the_place_of_a_mirror_tell_what_came_in)
{
	intake_mirror_switch(&w.in, two_switches_index(SW1));
	mirror_world_frame(&w, 2, 1);
	mirror_world_wait_s(&w, 181);
	mirror_world_sample_ingress(&w, SW1, 1, 2, 1);
	mirror_world_check_attributed(&w, 2);
	mirror_world_frame(&w, 1, 2);
	mirror_world_check_dropped(&w, DROP_CORE_PORT, 1);
	mirror_world_sample_ingress(&w, SW1, 3, 2, 9);
	mirror_world_frame(&w, 3, 2);
	mirror_world_check_dropped(&w, DROP_CORE_PORT, 2);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_mirror_that_is_silent_tells_of_nothing, 0 },
		{ samples_in_the_place_of_a_mirror_tell_what_came_in, 0 },
		{ which_switch_a_made_one_stands_for_is_not_known, 0 },
		{ beside_a_made_switch_all_samples_count, 0 },
		{ a_mirror_of_what_goes_out_tells_of_nothing_that_came_in,
		  COUNT_OF(leaving) },
		{ a_mirror_has_three_minutes_to_be_heard_first, 0 },
		{ a_mirror_tells_without_any_sample, 0 },
		{ of_a_mirrored_switch_earlier_samples_tell_nothing, 0 },
	};

	return unit_run_with("mirror_several", setup, teardown, tests,
			     COUNT_OF(tests));
}
