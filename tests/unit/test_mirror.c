/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>
#include <string.h>

#include "net/packet.h"
#include "support/mirror_world.h"

static struct mirror_world w;

static void setup(void)
{
	mirror_world_open(&w, "", false);
	w.pace_us = INT64_C(1000000);
}

static void teardown(void)
{
	mirror_world_close(&w);
}

static const struct made_frame talk = { .src = 1, .dst = 2 };

static void of_type_i(void)
{
	packet_is_frame(&w.p, &talk);
	packet_in_gre(&w.p, &(struct made_erspan){ .type = 1 });
}

static void of_type_ii(void)
{
	packet_is_frame(&w.p, &talk);
	packet_in_gre(&w.p, &(struct made_erspan){ .type = 2, .session = 9 });
}

static void of_type_iii(void)
{
	packet_is_frame(&w.p, &talk);
	packet_in_gre(
	    &w.p, &(struct made_erspan){ .type = 3, .has_subheader = true });
}

static void in_ethernet(void)
{
	of_type_ii();
	packet_in_ipv4(&w.p, 1);
	packet_in_ethernet(&w.p, 0, 0x0800);
}

static void plain(void)
{
	packet_is_frame(&w.p, &talk);
}

static void type_i(void)
{
	of_type_i();
	packet_in_ipv4(&w.p, 1);
	packet_in_ethernet(&w.p, 0, 0x0800);
}

static void frames_in_gre(void)
{
	packet_is_frame(&w.p, &talk);
	packet_in_erspan(&w.p, 1, &(struct made_erspan){ .type = 0x6558 });
}

static void type_iii(void)
{
	of_type_iii();
	packet_in_ipv6(&w.p, 1);
	packet_in_ethernet(&w.p, 0, 0x86dd);
}

static void in_a_tag(void)
{
	of_type_ii();
	packet_in_ipv4(&w.p, 1);
	packet_in_ethernet(&w.p, 300, 0x0800);
}

static void in_two_tags(void)
{
	of_type_iii();
	packet_in_ipv6(&w.p, 1);
	packet_behind_hex(&w.p, "0200000000f2 0200000000f1 88a80065 81000066"
				"86dd");
}

static void in_ipv4_with_options(void)
{
	of_type_ii();
	packet_behind_hex(&w.p, "0200000000f2 0200000000f1 0800"
				"4600008c 00014000 402f0000 c0000201 c0000263"
				"01010101");
}

/* Of type II: 116 bytes, behind extension headers. */
static void in_ipv6_behind(const char *next, const char *extension)
{
	of_type_ii();
	packet_behind_hex(&w.p, extension);
	packet_behind_hex(&w.p, "40 20010db8 00000000 00000000 00000001"
				"20010db8 00000000 00000000 00000063");
	packet_behind_hex(&w.p, next);
	packet_behind_hex(&w.p, "0200000000f2 0200000000f1 86dd 60000000 007c");
}

static void in_ipv6_with_options(void)
{
	in_ipv6_behind("00", "2f00 01040000 0000");
}

static void in_ipv6_with_a_route(void)
{
	in_ipv6_behind("2b", "2f00 00000000 0000");
}

static void in_ipv6_with_its_receivers_options(void)
{
	in_ipv6_behind("3c", "2f00 01040000 0000");
}

static void in_an_atomic_fragment(void)
{
	in_ipv6_behind("2c", "2f00 0000 00000001");
}

static void in_raw_ipv4(void)
{
	of_type_i();
	packet_in_ipv4(&w.p, 1);
}

static void in_raw_ipv6(void)
{
	of_type_iii();
	packet_in_ipv6(&w.p, 1);
}

static void cooked(void)
{
	of_type_ii();
	packet_in_ipv4(&w.p, 1);
	packet_behind_hex(&w.p, "0000 0001 0006 0200000000010000 0800");
}

static void cooked_2(void)
{
	of_type_ii();
	packet_in_ipv6(&w.p, 1);
	packet_behind_hex(&w.p,
			  "86dd 0000 00000001 0001 00 06 0200000000010000");
}

/* Packets with the same frame of 100 bytes in them, or as it is. */
static const struct {
	const char *name;
	int link;
	void (*make)(void);
} carriers[] = {
	{ "plain", PACKET_LINK_ETHERNET, plain },
	{ "type I", PACKET_LINK_ETHERNET, type_i },
	{ "frames in GRE", PACKET_LINK_ETHERNET, frames_in_gre },
	{ "type II", PACKET_LINK_ETHERNET, in_ethernet },
	{ "type III in IPv6", PACKET_LINK_ETHERNET, type_iii },
	{ "in a tag", PACKET_LINK_ETHERNET, in_a_tag },
	{ "in two tags", PACKET_LINK_ETHERNET, in_two_tags },
	{ "in IPv4 with options", PACKET_LINK_ETHERNET, in_ipv4_with_options },
	{ "in IPv6 with options", PACKET_LINK_ETHERNET, in_ipv6_with_options },
	{ "in IPv6 with a route", PACKET_LINK_ETHERNET, in_ipv6_with_a_route },
	{ "in IPv6 with its receiver's options", PACKET_LINK_ETHERNET,
	  in_ipv6_with_its_receivers_options },
	{ "in an atomic fragment", PACKET_LINK_ETHERNET,
	  in_an_atomic_fragment },
	{ "raw IPv4", PACKET_LINK_RAW, in_raw_ipv4 },
	{ "raw IPv6", PACKET_LINK_IPV6, in_raw_ipv6 },
	{ "cooked", PACKET_LINK_LINUX_SLL, cooked },
	{ "cooked, version 2", PACKET_LINK_LINUX_SLL2, cooked_2 },
};

START_TEST(each_frame_counts_for_what_it_is)
{
	carriers[_i].make();
	mirror_world_take_as(&w, carriers[_i].link, w.p.len, w.p.len);
	ck_assert_msg(mirror_world_counted(&w).bytes == 104, "%s: %llu",
		      carriers[_i].name,
		      (unsigned long long)mirror_world_counted(&w).bytes);
	ck_assert_uint_eq(mirror_world_counted(&w).packets, 1);
	ck_assert_uint_eq(w.in.mirrored.packets, 1);
	ck_assert_uint_eq(w.in.input.frames, 1);
	ck_assert_uint_eq(w.in.ledger.attributed, 1);
	mirror_world_check(&w, carriers[_i].name);
}
END_TEST

START_TEST(the_links_padding_is_no_part_of_it)
{
	carriers[_i].make();
	if (_i == 0)
		return;
	packet_adds(&w.p, 0, 22);
	mirror_world_take_as(&w, carriers[_i].link, w.p.len, w.p.len);
	ck_assert_msg(mirror_world_counted(&w).bytes == 104, "%s",
		      carriers[_i].name);
}
END_TEST

/* Held up to anywhere, the frame has the length that it has; before it there is
 * none of these two, or it is the outer one's. */
START_TEST(a_cut_gives_less_and_never_another)
{
	size_t whole;

	carriers[_i].make();
	whole = w.p.len;
	for (size_t held = 0; held <= whole; held++) {
		const struct tally before = mirror_world_counted(&w);
		uint64_t packets, bytes;

		mirror_world_take_as(&w, carriers[_i].link, held, whole);
		mirror_world_check(&w, carriers[_i].name);
		packets = mirror_world_counted(&w).packets - before.packets;
		bytes = mirror_world_counted(&w).bytes - before.bytes;
		ck_assert_msg(bytes == 104 * packets, "%s, %zu bytes: %llu",
			      carriers[_i].name, held,
			      (unsigned long long)bytes);
		/* addresses are enough */
		ck_assert_uint_le(packets, 1);
		if (held >= whole - 100 + 12)
			ck_assert_uint_eq(packets, 1);
		ck_assert_uint_eq(w.in.stations.count > 0,
				  w.in.ledger.dropped[DROP_NO_MEMBER] > 0);
	}
}
END_TEST

START_TEST(lengths_that_lie_are_bounded)
{
	static const size_t wires[] = { 0,	    1,		13,
					60,	    UINT32_MAX, UINT32_MAX - 3,
					1ULL << 32, SIZE_MAX };

	for (size_t i = 0; i < COUNT_OF(wires); i++) {
		teardown();
		setup();
		carriers[_i].make();
		mirror_world_take_as(&w, carriers[_i].link, w.p.len, wires[i]);
		mirror_world_check(&w, carriers[_i].name);
		ck_assert_uint_eq(mirror_world_counted(&w).packets, 1);
		/* no less than a check sequence, no more than there can be;
		 * a tunnel's header says better than the capture */
		ck_assert_uint_ge(mirror_world_counted(&w).bytes, 4);
		ck_assert_uint_le(mirror_world_counted(&w).bytes,
				  _i == 0 ? (uint64_t)UINT32_MAX : 104);
	}
}
END_TEST

static void marker(void)
{
	plain();
	packet_in_erspan(&w.p, 1,
			 &(struct made_erspan){ .type = 3, .frame_type = 7 });
}

static void version_3(void)
{
	of_type_ii();
	w.p.bytes[8] = 0x30;
	packet_in_ipv4(&w.p, 1);
	packet_in_ethernet(&w.p, 0, 0x0800);
}

static void gre_version_1(void)
{
	of_type_ii();
	w.p.bytes[1] = 1;
	packet_in_ipv4(&w.p, 1);
	packet_in_ethernet(&w.p, 0, 0x0800);
}

static void no_frame_behind(void)
{
	w.p.len = 0;
	packet_in_erspan(&w.p, 1, &(struct made_erspan){ .type = 2 });
}

static void fragment(void)
{
	in_ethernet();
	w.p.bytes[14 + 6] = 0x20;
}

static void later_fragment(void)
{
	in_ethernet();
	w.p.bytes[14 + 6] = 0;
	w.p.bytes[14 + 7] = 9;
}

static void fragment_of_ipv6(void)
{
	in_ipv6_behind("2c", "2f00 0001 00000001");
}

static void by_a_stranger(void)
{
	of_type_ii();
	packet_in_ipv4(&w.p, 77);
	packet_in_ethernet(&w.p, 0, 0x0800);
}

static void strangers_fragment(void)
{
	by_a_stranger();
	w.p.bytes[14 + 6] = 0x20;
}

static void other_gre(void)
{
	in_ethernet();
	w.p.bytes[14 + 20 + 2] = 8;
	w.p.bytes[14 + 20 + 3] = 0;
}

/* What is no frame, and where it is counted; 0: it is one itself. */
#define AT(field) offsetof(struct mirror_counters, field)
static const struct {
	const char *name;
	void (*make)(void);
	size_t counter;
} refused[] = {
	{ "a marker", marker, AT(no_frame) },
	{ "an unknown version", version_3, AT(unknown) },
	{ "an unknown version of GRE", gre_version_1, AT(unknown) },
	{ "no frame behind", no_frame_behind, AT(malformed) },
	{ "a fragment", fragment, AT(fragments) },
	{ "a later fragment", later_fragment, AT(fragments) },
	{ "a fragment of IPv6", fragment_of_ipv6, AT(fragments) },
	{ "by a stranger", by_a_stranger, 0 },
	{ "a stranger's fragment", strangers_fragment, 0 },
	{ "other GRE", other_gre, 0 },
};

START_TEST(what_carries_no_frame_is_counted_once)
{
	const char *counters = (const char *)&w.in.mirrored;
	uint64_t count;

	refused[_i].make();
	mirror_world_take(&w);
	memcpy(&count, counters + refused[_i].counter, sizeof(count));
	ck_assert_msg(count == 1, "%s", refused[_i].name);
	ck_assert_uint_eq(w.in.mirrored.packets, 1);
	ck_assert_uint_eq(w.in.input.frames, refused[_i].counter == 0);
	ck_assert_uint_eq(mirror_world_counted(&w).packets, 0);
	mirror_world_check(&w, refused[_i].name);
}
END_TEST

/* Whose addresses pass a mirror is nobody's business: they are customers'. */
START_TEST(strangers_that_pass_by_are_not_listed)
{
	refused[_i].make();
	mirror_world_take(&w);
	ck_assert_uint_eq(w.in.agents.refused_count, 0);
}
END_TEST

START_TEST(a_pair_too_many_is_dropped)
{
	w.in.open.capacity = 1;
	plain();
	mirror_world_take(&w);
	packet_is_frame(&w.p, &(struct made_frame){ .src = 2, .dst = 1 });
	mirror_world_take(&w);
	plain();
	mirror_world_take(&w);
	mirror_world_check(&w, "before");
	ck_assert_uint_eq(mirror_world_counted(&w).packets, 2);
	ck_assert_uint_eq(w.in.ledger.dropped[DROP_TABLE_FULL], 1);
	mirror_world_check(&w, "after");
}
END_TEST

START_TEST(one_switch_alone_has_nothing_to_combine)
{
	w.in.combines = false; /* as its direction alone would have it */
	plain();
	mirror_world_take(&w);
	ck_assert(!w.in.combines);
}
END_TEST

/* As of a capture where the sender's hardware wrote it later. */
START_TEST(without_an_ip_length_the_captures_counts)
{
	in_ethernet();
	w.p.bytes[14 + 2] = 0;
	w.p.bytes[14 + 3] = 0;
	mirror_world_take(&w);
	ck_assert_uint_eq(mirror_world_counted(&w).bytes, 104);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ each_frame_counts_for_what_it_is, COUNT_OF(carriers) },
		{ the_links_padding_is_no_part_of_it, COUNT_OF(carriers) },
		{ a_cut_gives_less_and_never_another, COUNT_OF(carriers) },
		{ lengths_that_lie_are_bounded, COUNT_OF(carriers) },
		{ what_carries_no_frame_is_counted_once, COUNT_OF(refused) },
		{ strangers_that_pass_by_are_not_listed, COUNT_OF(refused) },
		{ a_pair_too_many_is_dropped, 0 },
		{ one_switch_alone_has_nothing_to_combine, 0 },
		{ without_an_ip_length_the_captures_counts, 0 },
	};

	return unit_run_with("mirror", setup, teardown, tests, COUNT_OF(tests));
}
