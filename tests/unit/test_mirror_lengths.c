/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/clock.h"
#include "collector/mirror.h"
#include "net/packet.h"
#include "support/intake_check.h"
#include "support/mirror_builder.h"
#include "support/registry_builder.h"

#define STEP INT64_C(28333440)

static const char after_sources[] =
    "vlans: [ { id: 100, roster_vlan: 1 } ]\n"
    "macs:\n"
    "  - { asn: 64500, vlan: 100, mac: \"02:00:00:00:00:01\" }\n"
    "  - { asn: 64501, vlan: 100, mac: \"02:00:00:00:00:02\" }\n"
    "switches:\n"
    "  - name: sw1\n"
    "    agent: 192.0.2.1\n";

static struct exchange e;
static struct intake in;
static struct mirror m;
static struct made_packet p;
static int64_t time_us;

/* @param keys  of the mirror, a comma before each */
static void build(const char *keys)
{
	char *text;

	ck_assert_int_gt(asprintf(&text,
				  EXCHANGE_HEAD
				  "state_dir: /nonexistent\n"
				  "sources: [ { mirror: { interface: eth1%s } "
				  "} ]\n%s",
				  keys, after_sources),
			 0);
	exchange_build(&e, text, NULL);
	free(text);
	ck_assert_int_eq(intake_init(&in, e.registry), 0);
	ck_assert_int_eq(mirror_init(&m, config_mirror(e.config), false), 0);
	time_us = STEP * STEP_US;
}

static void setup(void)
{
	build("");
}

static void teardown(void)
{
	mirror_fini(&m);
	intake_fini(&in);
	exchange_free(&e);
}

static void rebuild(const char *keys)
{
	teardown();
	build(keys);
}

static void take_as(int link, size_t captured, size_t wire)
{
	uint8_t *bytes = malloc(captured); /* a sanitizer sees its end */
	struct mirror_packet packet = {
		link, bytes, captured, wire, time_us, 0
	};

	memcpy(bytes, p.bytes, captured);
	mirror_take(&m, &in, &packet, STEP);
	free(bytes);
	time_us += 1000000;
}

static void take(void)
{
	take_as(PACKET_LINK_ETHERNET, p.len, p.len);
}

/* What all cells have. */
static struct tally counted(void)
{
	struct tally sum = { 0 };

	intake_settle(&in);
	for (size_t i = 0; i <= in.open.mask; i++) {
		if (in.open.slots[i].key)
			tally_add(&sum, &in.open.slots[i].tally);
	}
	return sum;
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
	{ "with its check sequence, once it had one",
	  { .src = 1, .dst = 2, .ip = 1500, .len = 60 },
	  ", fcs: present",
	  1518,
	  0 },
};

START_TEST(a_frame_that_the_switch_cut_is_as_long_as_it_was)
{
	rebuild(cut_frames[_i].keys);
	packet_is_frame(&p, &cut_frames[_i].frame);
	packet_in_gre(&p,
		      &(struct made_erspan){ .type = 2, .is_truncated = true });
	packet_in_ipv4(&p, 1);
	packet_in_ethernet(&p, 0, 0x0800);
	take();
	ck_assert_msg(counted().bytes == cut_frames[_i].bytes, "%s: %llu",
		      cut_frames[_i].name, (unsigned long long)counted().bytes);
	ck_assert_uint_eq(in.mirrored.lengths_unknown, cut_frames[_i].unknown);
}
END_TEST

START_TEST(without_the_bit_what_came_is_the_frame)
{
	packet_is_frame(&p, &cut_frames[0].frame);
	packet_in_gre(&p, &(struct made_erspan){ .type = 2 });
	packet_in_ipv4(&p, 1);
	packet_in_ethernet(&p, 0, 0x0800);
	take();
	ck_assert_uint_eq(counted().bytes, 64);
}
END_TEST

/* By SPAN and in type I, where no bit says it. */
START_TEST(where_the_switch_is_said_to_cut_headers_say_the_length)
{
	rebuild(", lengths: headers");
	packet_is_frame(&p, &cut_frames[0].frame);
	take();
	ck_assert_uint_eq(counted().bytes, 1518);
	p.len = 0;
	packet_is_frame(&p, &cut_frames[0].frame);
	packet_in_gre(&p, &(struct made_erspan){ .type = 1 });
	packet_in_ipv4(&p, 1);
	packet_in_ethernet(&p, 0, 0x0800);
	take();
	ck_assert_uint_eq(counted().bytes, 2 * 1518);
	ck_assert_uint_eq(in.mirrored.lengths_unknown, 0);
}
END_TEST

START_TEST(no_header_is_believed_beyond_the_longest_frame)
{
	rebuild(", lengths: headers");
	packet_is_frame(&p, &(struct made_frame){
				.src = 1, .dst = 2, .ip = 65535, .len = 60 });
	take();
	ck_assert_uint_eq(counted().bytes, 64);
	ck_assert_uint_eq(in.mirrored.lengths_unknown, 1);
}
END_TEST

/* So that it is told; a host's own short frames are not cut. */
START_TEST(frames_that_are_cut_are_noticed)
{
	for (int i = 0; i < 400; i++) {
		p.len = 0;
		packet_is_frame(&p,
				&(struct made_frame){ .src = 1,
						      .dst = 2,
						      .ip = i % 4 ? 40 : 1500,
						      .len = i % 2 ? 54 : 60,
						      .number = (uint8_t)i });
		take();
	}
	mirror_conclude(&m);
	ck_assert(m.doubling.known);
	ck_assert_double_eq_tol(m.doubling.cut_share, 0.25, 1e-9);
}
END_TEST

START_TEST(a_check_sequence_that_is_there_is_not_added)
{
	rebuild(", fcs: present");
	packet_is_frame(&p, &(struct made_frame){ .src = 1, .dst = 2 });
	packet_adds(&p, 0xfc, 4);
	take();
	ck_assert_uint_eq(counted().bytes, 104);
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
	packet_is_frame(&p, &(struct made_frame){
				.src = 1, .dst = 2, .tag = merged[_i].tag });
	take_as(PACKET_LINK_ETHERNET, p.len, merged[_i].longest);
	ck_assert_uint_eq(m.merged, 0);
	take_as(PACKET_LINK_ETHERNET, p.len, merged[_i].longest + 1);
	ck_assert_uint_eq(m.merged, 1);
	ck_assert_uint_eq(in.mirrored.merged, 1);
	ck_assert_uint_eq(counted().packets, 2);
	ck_assert_ptr_null(intake_fault(&in));
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
	};

	return unit_run_with("mirror_lengths", setup, teardown, tests,
			     COUNT_OF(tests));
}
