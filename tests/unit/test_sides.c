/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>

#include "collector/sides.h"
#include "support/registry_builder.h"

#define STEP INT64_C(28333440)

enum { SENDER = 1, OTHER = 2 }; /* interfaces */

static struct exchange e;
static struct port_table ports;
static struct sides sides;

static void setup(void)
{
	char *text = exchange_config_text("both", NULL);

	exchange_build(&e, text, NULL);
	free(text);
	ck_assert_int_eq(port_table_init(&ports, e.registry), 0);
	ck_assert_int_eq(sides_init(&sides, e.registry, &ports), 0);
}

static void teardown(void)
{
	sides_fini(&sides);
	port_table_fini(&ports);
	exchange_free(&e);
}

START_TEST(what_no_mirror_saw_is_not_mirrored)
{
	ck_assert(!sides_is_mirrored(&sides, SENDER, STEP));
	sides_see_mirrored(&sides, OTHER, 0, STEP);
	ck_assert(!sides_is_mirrored(&sides, SENDER, STEP));
	ck_assert(sides_is_mirrored(&sides, OTHER, STEP));
}
END_TEST

START_TEST(an_interface_is_mirrored_as_long_as_its_switch_is)
{
	sides_see_mirrored(&sides, SENDER, 1, STEP);
	sides_see_mirrored(&sides, OTHER, 0, STEP + SIDE_SWITCH_STEPS);
	ck_assert(sides_is_mirrored(&sides, SENDER, STEP + SIDE_SWITCH_STEPS));
	sides_see_mirrored(&sides, OTHER, 0, STEP + SIDE_SWITCH_STEPS + 1);
	ck_assert(
	    !sides_is_mirrored(&sides, SENDER, STEP + SIDE_SWITCH_STEPS + 1));
}
END_TEST

START_TEST(an_interface_is_mirrored_for_an_hour)
{
	for (int64_t i = 0; i <= SIDE_STEPS + 1; i++) {
		sides_see_mirrored(&sides, i == 0 ? SENDER : OTHER, 1,
				   STEP + i);
		ck_assert_int_eq(sides_is_mirrored(&sides, SENDER, STEP + i),
				 i <= SIDE_STEPS);
	}
}
END_TEST

/* By another switch's mirror than before. */
START_TEST(an_interface_is_mirrored_where_it_was_seen_last)
{
	sides_see_mirrored(&sides, SENDER, 0, STEP);
	sides_see_mirrored(&sides, SENDER, 1, STEP + 1);
	sides_see_mirrored(&sides, OTHER, 0, STEP + 6);
	ck_assert(!sides_is_mirrored(&sides, SENDER, STEP + 6));
	sides_see_mirrored(&sides, OTHER, 1, STEP + 6);
	ck_assert(sides_is_mirrored(&sides, SENDER, STEP + 6));
}
END_TEST

/* What was found out in its step so far does not hold. */
START_TEST(the_first_mirrored_frame_changes_both_sides)
{
	const uint32_t ifindex = 1;
	uint32_t port = port_table_find(&ports, 0, ifindex);

	(void)port_table_samples(&ports, port, STEP - 1);
	for (int egress = 0; egress < 2; egress++) {
		port_table_see_side(&ports, port, egress != 0, 10);
		sides_see_switch(&sides, 0, egress != 0, STEP - 1);
		sides_see(&sides, SENDER, port, egress != 0, STEP - 1);
	}
	ck_assert_int_eq(sides_of(&sides, SENDER, false, STEP)->state,
			 SIDE_COMBINED);
	ck_assert_int_eq(sides_of(&sides, SENDER, true, STEP)->state,
			 SIDE_COMBINED);
	sides_see_mirrored(&sides, SENDER, 1, STEP);
	ck_assert_int_eq(sides_of(&sides, SENDER, false, STEP)->state,
			 SIDE_PLAIN);
	ck_assert_int_eq(sides_of(&sides, SENDER, true, STEP)->state,
			 SIDE_UNSEEN);
	ck_assert_int_eq(sides.ingress_step, STEP);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ what_no_mirror_saw_is_not_mirrored, 0 },
		{ an_interface_is_mirrored_as_long_as_its_switch_is, 0 },
		{ an_interface_is_mirrored_for_an_hour, 0 },
		{ an_interface_is_mirrored_where_it_was_seen_last, 0 },
		{ the_first_mirrored_frame_changes_both_sides, 0 },
	};

	return unit_run_with("sides", setup, teardown, tests, COUNT_OF(tests));
}
