/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>

#include "net/packet.h"
#include "support/mirror_world.h"

enum { TAG = 100, A_STEP = 1000 };

static struct mirror_world w;

static void open_world(const char *keys)
{
	mirror_world_open(&w, keys, false);
	w.pace_us = 10;
}

static void setup(void)
{
	open_world(", duplicates: drop");
}

static void teardown(void)
{
	mirror_world_close(&w);
}

static void rebuild(const char *keys)
{
	teardown();
	open_world(keys);
}

/* A frame as it comes in, or as it goes out. */
static void copy(uint8_t dst, uint8_t number, bool goes_out)
{
	packet_is_frame(&w.p, &(struct made_frame){
				  .src = 1,
				  .dst = dst,
				  .tag = goes_out ? TAG : 0,
				  .ip = 86,
				  .len = goes_out ? 104 : 100,
				  .number = number,
			      });
	mirror_world_take(&w);
}

/* The same by an ERSPAN session. */
static void copy_by(uint16_t session, uint8_t number, bool goes_out)
{
	packet_is_frame(
	    &w.p, &(struct made_frame){ .src = 1, .dst = 2, .number = number });
	packet_in_erspan(&w.p, 1,
			 &(struct made_erspan){ .type = 3,
						.session = session,
						.has_sequence = true,
						.sequence = ++w.sequence,
						.is_egress = goes_out });
	mirror_world_take(&w);
}

static void check_ledger(uint64_t attributed, enum drop_reason reason,
			 uint64_t dropped)
{
	mirror_world_check_dropped(&w, reason, dropped);
	ck_assert_uint_eq(w.in.ledger.attributed, attributed);
	ck_assert_uint_eq(w.in.ledger.observations, attributed + dropped);
}

static const struct {
	const char *keys;
	uint64_t attributed;
} wishes[] = {
	{ ", duplicates: drop", 1 },
	{ ", duplicates: count", 2 },
	{ "", 2 },
};

START_TEST(copies_are_left_out_where_that_is_wanted)
{
	rebuild(wishes[_i].keys);
	copy(2, 7, false);
	copy(2, 7, true);
	check_ledger(wishes[_i].attributed, DROP_DUPLICATE,
		     2 - wishes[_i].attributed);
}
END_TEST

START_TEST(floods_count_once)
{
	copy(0xff, 7, false);
	for (int i = 0; i < 5; i++)
		copy(0xff, 7, true);
	check_ledger(1, DROP_DUPLICATE, 5);
}
END_TEST

/* One frame of so many comes twice; the row says what is told of it. */
static const struct {
	const char *keys;
	int frames;
	int each;
	bool known;
	double least;
	double most;
} verdicts[] = {
	{ "", A_STEP, 1, true, 0.499, 0.501 },
	{ ", duplicates: drop", A_STEP, 1, true, 0.499, 0.501 },
	{ "", A_STEP, 4, true, 0.199, 0.201 },
	{ "", A_STEP, A_STEP + 1, true, 0, 0 },
	{ "", 20, 1, false, 0, 0 }, /* too few to tell */
	{ "", 99, 1, false, 0, 0 }, /* that is, less than 200 with copies */
	{ "", 100, 1, true, 0.499, 0.501 },
	{ "", 20 * A_STEP, 1, true, 0.499, 0.501 },
	{ ", fcs: present", A_STEP, 1, true, 0.499, 0.501 },
};

START_TEST(that_frames_come_twice_is_found_out)
{
	rebuild(verdicts[_i].keys);
	for (int i = 1; i <= verdicts[_i].frames; i++) {
		copy(2, (uint8_t)i, false);
		if (i % verdicts[_i].each == 0)
			copy(2, (uint8_t)i, true);
		w.time_us += 1000;
	}
	ck_assert(!w.m.doubling.known);
	w.step++;
	copy(2, 0, false);
	ck_assert_int_eq(w.m.doubling.known, verdicts[_i].known);
	ck_assert(w.m.doubling.share >= verdicts[_i].least);
	ck_assert(w.m.doubling.share <= verdicts[_i].most);
}
END_TEST

START_TEST(a_quiet_minute_does_not_change_the_verdict)
{
	for (int i = 0; i < A_STEP; i++) {
		copy(2, (uint8_t)i, false);
		copy(2, (uint8_t)i, true);
	}
	w.step++;
	copy(2, 0, false);
	w.step++;
	copy(2, 1, false);
	ck_assert(w.m.doubling.known);
	ck_assert(w.m.doubling.share > 0.499);
}
END_TEST

/* With both copies of a frame in a session's direction bit, in both orders. */
static const struct {
	const char *keys;
	bool first_goes_out;
	uint64_t attributed;
	enum drop_reason reason;
} directions[] = {
	{ ", direction: ingress", false, 1, DROP_EGRESS_NOT_COUNTED },
	{ ", direction: ingress", true, 1, DROP_EGRESS_NOT_COUNTED },
	{ ", direction: egress", false, 1, DROP_INGRESS_NOT_COUNTED },
	{ ", direction: egress", true, 1, DROP_INGRESS_NOT_COUNTED },
	{ ", direction: ingress, duplicates: drop", false, 1,
	  DROP_EGRESS_NOT_COUNTED },
	{ ", direction: ingress, duplicates: drop", true, 1,
	  DROP_EGRESS_NOT_COUNTED },
	{ ", direction: egress, duplicates: drop", false, 1,
	  DROP_INGRESS_NOT_COUNTED },
	{ ", direction: egress, duplicates: drop", true, 1,
	  DROP_INGRESS_NOT_COUNTED },
	{ ", direction: any, duplicates: drop", false, 1, DROP_DUPLICATE },
	{ ", direction: any, duplicates: drop", true, 1, DROP_DUPLICATE },
};

START_TEST(of_two_copies_the_one_that_counts_counts)
{
	bool out = directions[_i].first_goes_out;

	rebuild(directions[_i].keys);
	copy_by(out ? 2 : 1, 7, out);
	copy_by(out ? 1 : 2, 7, !out);
	check_ledger(directions[_i].attributed, directions[_i].reason, 1);
}
END_TEST

/* It came in by a core port, which does not count, and leaves by a member's. */
START_TEST(the_copy_of_a_core_port_takes_no_other_with_it)
{
	copy_by(48, 7, false);
	copy_by(2, 7, true);
	check_ledger(1, DROP_CORE_PORT, 1);
}
END_TEST

/* All that a switch numbers takes a number, whatever is in it. */
START_TEST(markers_between_frames_are_not_lost)
{
	for (int i = 0; i < 3; i++) {
		copy_by(1, (uint8_t)i, false);
		w.p.len = 0;
		packet_in_erspan(
		    &w.p, 1,
		    &(struct made_erspan){ .type = 3,
					   .session = 1,
					   .has_sequence = true,
					   .sequence = ++w.sequence,
					   .has_subheader = true,
					   .frame_type = 7 });
		mirror_world_take(&w);
	}
	ck_assert_uint_eq(w.in.mirrored.no_frame, 3);
	ck_assert_uint_eq(w.in.mirrored.lost, 0);
	w.sequence += 2;
	copy_by(1, 9, false);
	ck_assert_uint_eq(w.in.mirrored.lost, 2);
	ck_assert_uint_eq(w.in.agents.switches[0].lost_frames, 2);
	check_ledger(4, DROP_DUPLICATE, 0);
}
END_TEST

/* Whatever moment they count in. */
START_TEST(copies_are_told_by_when_they_came)
{
	const int64_t came_us = w.time_us;

	for (int i = 0; i < 4; i++) {
		struct mirror_packet packet = { .link = PACKET_LINK_ETHERNET,
						.time_us = w.time_us };

		packet_is_frame(&w.p,
				&(struct made_frame){ .src = 1, .dst = 2 });
		packet.bytes = w.p.bytes;
		packet.captured_bytes = w.p.len;
		packet.wire_bytes = w.p.len;
		/* a pair, then two that are none */
		packet.copied_us = came_us + (i < 2 ? i : i * 20000);
		mirror_take(&w.m, &w.in, &packet, w.step);
		w.time_us += i < 2 ? 50000 : 1;
		if (i == 1)
			check_ledger(1, DROP_DUPLICATE, 1);
	}
	check_ledger(3, DROP_DUPLICATE, 1);
}
END_TEST

START_TEST(numbers_of_frames_in_plain_gre_count_too)
{
	for (uint32_t i = 1; i <= 5; i += 2) {
		packet_is_frame(&w.p,
				&(struct made_frame){
				    .src = 1, .dst = 2, .number = (uint8_t)i });
		packet_in_erspan(&w.p, 1,
				 &(struct made_erspan){ .type = 0x6558,
							.has_sequence = true,
							.sequence = i });
		mirror_world_take(&w);
	}
	ck_assert_uint_eq(w.in.mirrored.lost, 2);
	check_ledger(3, DROP_DUPLICATE, 0);
}
END_TEST

/* What cannot be read to its end may be anybody's, and no session's. */
START_TEST(what_is_no_frame_and_no_session_is_not_numbered)
{
	for (uint32_t i = 1; i <= 5; i += 2) {
		w.p.len = 0;
		packet_in_erspan(&w.p, 1,
				 &(struct made_erspan){ .type = 0x6558,
							.has_sequence = true,
							.sequence = i });
		mirror_world_take(&w);
	}
	ck_assert_uint_eq(w.in.mirrored.malformed, 3);
	ck_assert_uint_eq(w.in.mirrored.lost, 0);
}
END_TEST

START_TEST(each_step_is_judged_by_itself)
{
	for (int i = 0; i < 2 * A_STEP; i++) {
		bool is_first = i < A_STEP;

		if (i == A_STEP)
			w.step++;
		for (int k = 0; k < (is_first ? 2 : 1); k++) {
			packet_is_frame(&w.p, &(struct made_frame){
						  .src = 1,
						  .dst = 2,
						  .ip = is_first ? 500 : 0,
						  .number = (uint8_t)i });
			mirror_world_take(&w);
		}
		w.time_us += 1000;
	}
	ck_assert(w.m.doubling.share > 0.499);
	ck_assert(w.m.doubling.cut_share > 0.999);
	mirror_conclude(&w.m);
	ck_assert(w.m.doubling.share <= 0);
	ck_assert(w.m.doubling.cut_share <= 0);
}
END_TEST

/* To tell whether frames come twice a part is enough; to leave copies out it is
 * not. */
START_TEST(copies_are_left_out_however_many_come)
{
	for (int i = 0; i < 10 * A_STEP; i++) {
		copy(2, (uint8_t)i, false);
		w.time_us += 1000;
	}
	copy(2, 7, false);
	copy(2, 7, true);
	check_ledger(10 * A_STEP + 1, DROP_DUPLICATE, 1);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ copies_are_left_out_where_that_is_wanted, COUNT_OF(wishes) },
		{ floods_count_once, 0 },
		{ that_frames_come_twice_is_found_out, COUNT_OF(verdicts) },
		{ a_quiet_minute_does_not_change_the_verdict, 0 },
		{ of_two_copies_the_one_that_counts_counts,
		  COUNT_OF(directions) },
		{ the_copy_of_a_core_port_takes_no_other_with_it, 0 },
		{ markers_between_frames_are_not_lost, 0 },
		{ copies_are_told_by_when_they_came, 0 },
		{ numbers_of_frames_in_plain_gre_count_too, 0 },
		{ what_is_no_frame_and_no_session_is_not_numbered, 0 },
		{ each_step_is_judged_by_itself, 0 },
		{ copies_are_left_out_however_many_come, 0 },
	};

	return unit_run_with("mirror_copies", setup, teardown, tests,
			     COUNT_OF(tests));
}
