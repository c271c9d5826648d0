/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>

#include "net/packet.h"
#include "support/mirror_world.h"

static struct mirror_world w;

static void open_world(const char *keys)
{
	mirror_world_open(&w, keys, false);
	w.pace_us = INT64_C(1000000);
}

static void setup(void)
{
	open_world("");
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

/* A frame that the switch cut to 60 bytes, and how long it was. */
static const struct {
	const char *name;
	struct made_frame frame;
	const char *keys;
	uint64_t bytes;
	uint64_t unknown;
} cut_frames[] = {
	{ "IPv4", { .src = 1, .dst = 2, .ip = 1500, .len = 60 }, "", 1518, 0 },
	{ "IPv6",
	  { .src = 1, .dst = 2, .type = 0x86dd, .ip = 1500, .len = 60 },
	  "",
	  1518,
	  0 },
	{ "a tag",
	  { .src = 1, .dst = 2, .tag = 100, .ip = 1500, .len = 60 },
	  "",
	  1522,
	  0 },
	{ "ARP", { .src = 1, .dst = 2, .type = 0x0806, .len = 60 }, "", 64, 1 },
	{ "longer than any frame is",
	  { .src = 1, .dst = 2, .ip = 65535, .len = 60 },
	  "",
	  64,
	  1 },
	{ "as long as a frame may be",
	  { .src = 1, .dst = 2, .tag = 100, .ip = 9216, .len = 60 },
	  "",
	  9238,
	  0 },
	{ "a length shorter than what came",
	  { .src = 1, .dst = 2, .ip = 40, .len = 60 },
	  "",
	  64,
	  0 },
	{ "shorter than what came, and no smallest frame",
	  { .src = 1, .dst = 2, .ip = 60, .len = 100 },
	  "",
	  104,
	  0 },
	{ "ARP, with its check sequence, once it had one",
	  { .src = 1, .dst = 2, .type = 0x0806, .len = 60 },
	  ", fcs: present",
	  64,
	  1 },
	{ "with its check sequence, once it had one",
	  { .src = 1, .dst = 2, .ip = 1500, .len = 60 },
	  ", fcs: present",
	  1518,
	  0 },
};

START_TEST(a_frame_that_the_switch_cut_is_as_long_as_it_was)
{
	rebuild(cut_frames[_i].keys);
	packet_is_frame(&w.p, &cut_frames[_i].frame);
	packet_in_erspan(
	    &w.p, 1, &(struct made_erspan){ .type = 2, .is_truncated = true });
	mirror_world_take(&w);
	ck_assert_msg(mirror_world_counted(&w).bytes == cut_frames[_i].bytes,
		      "%s: %llu", cut_frames[_i].name,
		      (unsigned long long)mirror_world_counted(&w).bytes);
	ck_assert_uint_eq(w.in.mirrored.lengths_unknown,
			  cut_frames[_i].unknown);
}
END_TEST

START_TEST(without_the_bit_what_came_is_the_frame)
{
	packet_is_frame(&w.p, &cut_frames[0].frame);
	packet_in_erspan(&w.p, 1, &(struct made_erspan){ .type = 2 });
	mirror_world_take(&w);
	ck_assert_uint_eq(mirror_world_counted(&w).bytes, 64);
}
END_TEST

/* By SPAN and in type I, where no bit says it. */
START_TEST(where_the_switch_is_said_to_cut_headers_say_the_length)
{
	rebuild(", lengths: headers");
	packet_is_frame(&w.p, &cut_frames[0].frame);
	mirror_world_take(&w);
	ck_assert_uint_eq(mirror_world_counted(&w).bytes, 1518);
	w.p.len = 0;
	packet_is_frame(&w.p, &cut_frames[0].frame);
	packet_in_erspan(&w.p, 1, &(struct made_erspan){ .type = 1 });
	mirror_world_take(&w);
	ck_assert_uint_eq(mirror_world_counted(&w).bytes, 2 * 1518);
	ck_assert_uint_eq(w.in.mirrored.lengths_unknown, 0);
}
END_TEST

START_TEST(no_header_is_believed_beyond_the_longest_frame)
{
	rebuild(", lengths: headers");
	packet_is_frame(&w.p, &(struct made_frame){
				  .src = 1, .dst = 2, .ip = 65535, .len = 60 });
	mirror_world_take(&w);
	ck_assert_uint_eq(mirror_world_counted(&w).bytes, 64);
	ck_assert_uint_eq(w.in.mirrored.lengths_unknown, 1);
}
END_TEST

/* So that it is told; a host's own short frames are not cut. */
START_TEST(frames_that_are_cut_are_noticed)
{
	for (int i = 0; i < 400; i++) {
		w.p.len = 0;
		packet_is_frame(&w.p,
				&(struct made_frame){ .src = 1,
						      .dst = 2,
						      .ip = i % 4 ? 40 : 1500,
						      .len = i % 2 ? 54 : 60,
						      .number = (uint8_t)i });
		mirror_world_take(&w);
	}
	mirror_conclude(&w.m);
	ck_assert(w.m.doubling.known);
	ck_assert_double_eq_tol(w.m.doubling.cut_share, 0.25, 1e-9);
}
END_TEST

START_TEST(a_check_sequence_that_is_there_is_not_added)
{
	rebuild(", fcs: present");
	packet_is_frame(&w.p, &(struct made_frame){ .src = 1, .dst = 2 });
	packet_adds(&w.p, 0xfc, 4);
	mirror_world_take(&w);
	ck_assert_uint_eq(mirror_world_counted(&w).bytes, 104);
}
END_TEST

/* The longest frame of a LAN, with tags and a check sequence, and one more. */
static const struct {
	const char *keys;
	uint16_t tag;
	size_t longest;
} merged[] = {
	{ "", 0, MIRROR_LONGEST_FRAME },
	{ "", 100, MIRROR_LONGEST_FRAME + 4 },
	{ ", fcs: present", 0, MIRROR_LONGEST_FRAME + 4 },
	{ ", fcs: present", 100, MIRROR_LONGEST_FRAME + 8 },
};

START_TEST(frames_longer_than_any_were_merged)
{
	rebuild(merged[_i].keys);
	packet_is_frame(&w.p, &(struct made_frame){
				  .src = 1, .dst = 2, .tag = merged[_i].tag });
	mirror_world_take_as(&w, PACKET_LINK_ETHERNET, w.p.len,
			     merged[_i].longest);
	ck_assert_uint_eq(w.m.merged, 0);
	mirror_world_take_as(&w, PACKET_LINK_ETHERNET, w.p.len,
			     merged[_i].longest + 1);
	ck_assert_uint_eq(w.m.merged, 1);
	ck_assert_uint_eq(w.in.mirrored.merged, 1);
	ck_assert_uint_eq(mirror_world_counted(&w).packets, 2);
	mirror_world_check(&w, "merged");
}
END_TEST

START_TEST(what_is_no_ip_says_no_length_and_needs_none)
{
	rebuild(", lengths: headers");
	for (int i = 1; i <= 2; i++) {
		packet_is_frame(
		    &w.p, &(struct made_frame){
			      .src = 1, .dst = 2, .type = 0x0806, .len = 60 });
		if (i == 2)
			packet_in_erspan(&w.p, 1,
					 &(struct made_erspan){ .type = 1 });
		mirror_world_take(&w);
		ck_assert_uint_eq(mirror_world_counted(&w).bytes,
				  (uint64_t)i * 64);
		ck_assert_uint_eq(w.in.mirrored.lengths_unknown, 0);
	}
}
END_TEST

START_TEST(whole_frames_are_not_cut)
{
	for (int i = 0; i < 400; i++) {
		packet_is_frame(&w.p,
				&(struct made_frame){
				    .src = 1, .dst = 2, .number = (uint8_t)i });
		mirror_world_take(&w);
	}
	mirror_conclude(&w.m);
	ck_assert(w.m.doubling.known);
	ck_assert_double_eq_tol(w.m.doubling.cut_share, 0, 1e-9);
}
END_TEST

START_TEST(headers_of_ipv6_say_the_length_too)
{
	rebuild(", lengths: headers");
	for (int i = 1; i <= 2; i++) {
		packet_is_frame(&w.p, &cut_frames[1].frame);
		if (i == 2)
			packet_in_erspan(&w.p, 1,
					 &(struct made_erspan){ .type = 1 });
		mirror_world_take(&w);
		ck_assert_uint_eq(mirror_world_counted(&w).bytes,
				  (uint64_t)i * 1518);
	}
}
END_TEST

START_TEST(a_length_without_room_for_a_check_sequence_is_none)
{
	rebuild(", fcs: present");
	packet_is_frame(&w.p, &(struct made_frame){ .src = 1, .dst = 2 });
	mirror_world_take_as(&w, PACKET_LINK_ETHERNET, w.p.len, 3);
	ck_assert_uint_eq(mirror_world_counted(&w).bytes, 4);
	ck_assert_uint_eq(w.in.mirrored.merged, 0);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_frame_that_the_switch_cut_is_as_long_as_it_was,
		  COUNT_OF(cut_frames) },
		{ without_the_bit_what_came_is_the_frame, 0 },
		{ where_the_switch_is_said_to_cut_headers_say_the_length, 0 },
		{ no_header_is_believed_beyond_the_longest_frame, 0 },
		{ frames_that_are_cut_are_noticed, 0 },
		{ a_check_sequence_that_is_there_is_not_added, 0 },
		{ frames_longer_than_any_were_merged, COUNT_OF(merged) },
		{ what_is_no_ip_says_no_length_and_needs_none, 0 },
		{ whole_frames_are_not_cut, 0 },
		{ headers_of_ipv6_say_the_length_too, 0 },
		{ a_length_without_room_for_a_check_sequence_is_none, 0 },
	};

	return unit_run_with("mirror_lengths", setup, teardown, tests,
			     COUNT_OF(tests));
}
