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
    "vlans: [ { id: 100, roster_vlan: 1 }, { id: 200, roster_vlan: 2 } ]\n"
    "macs:\n"
    "  - { asn: 64500, vlan: 100, mac: \"02:00:00:00:00:01\" }\n"
    "  - { asn: 64501, vlan: 100, mac: \"02:00:00:00:00:02\" }\n"
    "  - { asn: 64501, vlan: 200, mac: \"02:00:00:00:00:02\" }\n"
    "switches:\n"
    "  - name: sw1\n"
    "    agent: 192.0.2.1\n"
    "    from: [ 192.0.2.1, \"2001:db8::1\" ]\n"
    "    erspan: [ { session: 1, port: 1 }, { session: 48, port: 48 } ]\n"
    "    ports:\n"
    "      - { ifindex: 1, asn: 64500 }\n"
    "      - { ifindex: 2, asn: 64501 }\n"
    "      - { ifindex: 48, role: core }\n";

static struct exchange e;
static struct intake in;
static struct mirror m;
static struct made_packet p;
static int64_t time_us;

/* @param keys  of the mirror, a comma before each */
static void build(const char *keys, bool believes_all)
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
	ck_assert_int_eq(mirror_init(&m, config_mirror(e.config), believes_all),
			 0);
	time_us = STEP * STEP_US;
}

static void setup(void)
{
	build("", false);
}

static void teardown(void)
{
	mirror_fini(&m);
	intake_fini(&in);
	exchange_free(&e);
}

static void rebuild(const char *keys, bool believes_all)
{
	teardown();
	build(keys, believes_all);
}

static void check_sums(const char *name)
{
	const char *fault = intake_fault(&in);

	ck_assert_msg(!fault, "%s: %s", name, fault);
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

static const struct made_frame talk = { .src = 1, .dst = 2 };

static void of_type_i(void)
{
	packet_is_frame(&p, &talk);
	packet_in_gre(&p, &(struct made_erspan){ .type = 1 });
}

static void of_type_ii(void)
{
	packet_is_frame(&p, &talk);
	packet_in_gre(&p, &(struct made_erspan){ .type = 2, .session = 9 });
}

static void of_type_iii(void)
{
	packet_is_frame(&p, &talk);
	packet_in_gre(
	    &p, &(struct made_erspan){ .type = 3, .has_subheader = true });
}

static void in_ethernet(void)
{
	of_type_ii();
	packet_in_ipv4(&p, 1);
	packet_in_ethernet(&p, 0, 0x0800);
}

static void plain(void)
{
	packet_is_frame(&p, &talk);
}

static void type_i(void)
{
	of_type_i();
	packet_in_ipv4(&p, 1);
	packet_in_ethernet(&p, 0, 0x0800);
}

static void frames_in_gre(void)
{
	packet_is_frame(&p, &talk);
	packet_in_gre(&p, &(struct made_erspan){ .type = 0x6558 });
	packet_in_ipv4(&p, 1);
	packet_in_ethernet(&p, 0, 0x0800);
}

static void type_iii(void)
{
	of_type_iii();
	packet_in_ipv6(&p, 1);
	packet_in_ethernet(&p, 0, 0x86dd);
}

static void in_a_tag(void)
{
	of_type_ii();
	packet_in_ipv4(&p, 1);
	packet_in_ethernet(&p, 300, 0x0800);
}

static void in_two_tags(void)
{
	of_type_iii();
	packet_in_ipv6(&p, 1);
	packet_behind_hex(&p, "0200000000f2 0200000000f1 88a80065 81000066"
			      "86dd");
}

static void in_ipv4_with_options(void)
{
	of_type_ii();
	packet_behind_hex(&p, "0200000000f2 0200000000f1 0800"
			      "4600008c 00014000 402f0000 c0000201 c0000263"
			      "01010101");
}

/* Of type II: 116 bytes, behind extension headers. */
static void in_ipv6_behind(const char *next, const char *extension)
{
	of_type_ii();
	packet_behind_hex(&p, extension);
	packet_behind_hex(&p, "40 20010db8 00000000 00000000 00000001"
			      "20010db8 00000000 00000000 00000063");
	packet_behind_hex(&p, next);
	packet_behind_hex(&p, "0200000000f2 0200000000f1 86dd 60000000 007c");
}

static void in_ipv6_with_options(void)
{
	in_ipv6_behind("00", "2f00 01040000 0000");
}

static void in_an_atomic_fragment(void)
{
	in_ipv6_behind("2c", "2f00 0000 00000001");
}

static void in_raw_ipv4(void)
{
	of_type_i();
	packet_in_ipv4(&p, 1);
}

static void in_raw_ipv6(void)
{
	of_type_iii();
	packet_in_ipv6(&p, 1);
}

static void cooked(void)
{
	of_type_ii();
	packet_in_ipv4(&p, 1);
	packet_behind_hex(&p, "0000 0001 0006 0200000000010000 0800");
}

static void cooked_2(void)
{
	of_type_ii();
	packet_in_ipv6(&p, 1);
	packet_behind_hex(&p, "86dd 0000 00000001 0001 00 06 0200000000010000");
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
	take_as(carriers[_i].link, p.len, p.len);
	ck_assert_msg(counted().bytes == 104, "%s: %llu", carriers[_i].name,
		      (unsigned long long)counted().bytes);
	ck_assert_uint_eq(counted().packets, 1);
	ck_assert_uint_eq(in.mirrored.packets, 1);
	ck_assert_uint_eq(in.input.frames, 1);
	ck_assert_uint_eq(in.ledger.attributed, 1);
	check_sums(carriers[_i].name);
}
END_TEST

START_TEST(the_links_padding_is_no_part_of_it)
{
	carriers[_i].make();
	if (_i == 0)
		return;
	packet_adds(&p, 0, 22);
	take_as(carriers[_i].link, p.len, p.len);
	ck_assert_msg(counted().bytes == 104, "%s", carriers[_i].name);
}
END_TEST

/* Held up to anywhere, the frame has the length that it has; before it there is
 * none of these two, or it is the outer one's. */
START_TEST(a_cut_gives_less_and_never_another)
{
	size_t whole;

	carriers[_i].make();
	whole = p.len;
	for (size_t held = 0; held <= whole; held++) {
		const struct tally before = counted();
		uint64_t packets, bytes;

		take_as(carriers[_i].link, held, whole);
		check_sums(carriers[_i].name);
		packets = counted().packets - before.packets;
		bytes = counted().bytes - before.bytes;
		ck_assert_msg(bytes == 104 * packets, "%s, %zu bytes: %llu",
			      carriers[_i].name, held,
			      (unsigned long long)bytes);
		/* addresses are enough */
		ck_assert_uint_le(packets, 1);
		if (held >= whole - 100 + 12)
			ck_assert_uint_eq(packets, 1);
		ck_assert_uint_eq(in.stations.count > 0,
				  in.ledger.dropped[DROP_NO_MEMBER] > 0);
	}
}
END_TEST

START_TEST(lengths_that_lie_are_bounded)
{
	static const size_t wires[] = { 0,	    1,		13,
					60,	    UINT32_MAX, UINT32_MAX - 3,
					1ULL << 32, SIZE_MAX };

	for (size_t i = 0; i < COUNT_OF(wires); i++) {
		rebuild("", false);
		carriers[_i].make();
		take_as(carriers[_i].link, p.len, wires[i]);
		check_sums(carriers[_i].name);
		ck_assert_uint_eq(counted().packets, 1);
		/* no less than a check sequence, no more than there can be;
		 * a tunnel's header says better than the capture */
		ck_assert_uint_ge(counted().bytes, 4);
		ck_assert_uint_le(counted().bytes,
				  _i == 0 ? (uint64_t)UINT32_MAX : 104);
	}
}
END_TEST

static void marker(void)
{
	plain();
	packet_in_gre(&p, &(struct made_erspan){ .type = 3, .frame_type = 7 });
	packet_in_ipv4(&p, 1);
	packet_in_ethernet(&p, 0, 0x0800);
}

static void version_3(void)
{
	of_type_ii();
	p.bytes[8] = 0x30;
	packet_in_ipv4(&p, 1);
	packet_in_ethernet(&p, 0, 0x0800);
}

static void gre_version_1(void)
{
	of_type_ii();
	p.bytes[1] = 1;
	packet_in_ipv4(&p, 1);
	packet_in_ethernet(&p, 0, 0x0800);
}

static void no_frame_behind(void)
{
	p.len = 0;
	packet_in_gre(&p, &(struct made_erspan){ .type = 2 });
	packet_in_ipv4(&p, 1);
	packet_in_ethernet(&p, 0, 0x0800);
}

static void fragment(void)
{
	in_ethernet();
	p.bytes[14 + 6] = 0x20;
}

static void later_fragment(void)
{
	in_ethernet();
	p.bytes[14 + 6] = 0;
	p.bytes[14 + 7] = 9;
}

static void fragment_of_ipv6(void)
{
	in_ipv6_behind("2c", "2f00 0001 00000001");
}

static void by_a_stranger(void)
{
	of_type_ii();
	packet_in_ipv4(&p, 77);
	packet_in_ethernet(&p, 0, 0x0800);
}

static void strangers_fragment(void)
{
	by_a_stranger();
	p.bytes[14 + 6] = 0x20;
}

static void other_gre(void)
{
	in_ethernet();
	p.bytes[14 + 20 + 2] = 8;
	p.bytes[14 + 20 + 3] = 0;
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
	const char *counters = (const char *)&in.mirrored;
	uint64_t count;

	refused[_i].make();
	take();
	memcpy(&count, counters + refused[_i].counter, sizeof(count));
	ck_assert_msg(count == 1, "%s", refused[_i].name);
	ck_assert_uint_eq(in.mirrored.packets, 1);
	ck_assert_uint_eq(in.input.frames, refused[_i].counter == 0);
	ck_assert_uint_eq(counted().packets, 0);
	check_sums(refused[_i].name);
}
END_TEST

/* A member may write a switch's address, and another member's frame inside. */
START_TEST(what_a_members_station_sends_is_its_own)
{
	in_ethernet();
	memcpy(p.bytes + 6, "\x02\0\0\0\0\x01", 6); /* AS64500's */
	take();
	ck_assert_uint_eq(in.input.frames, 1);
	ck_assert_uint_eq(in.mirrored.lost, 0);
	ck_assert_uint_eq(counted().bytes, p.len + 4);
	p.bytes[14 + 6] = 0x20; /* a fragment is no less its own */
	take();
	ck_assert_uint_eq(in.mirrored.fragments, 0);
	ck_assert_uint_eq(counted().packets, 2);
	check_sums("a member's");
}
END_TEST

/* Whose addresses pass a mirror is nobody's business: they are customers'. */
START_TEST(strangers_that_pass_by_are_not_listed)
{
	refused[_i].make();
	take();
	ck_assert_uint_eq(in.agents.refused_count, 0);
}
END_TEST

static void take_gre(uint8_t from)
{
	const uint8_t bytes[4] = { 192, 0, 2, from };
	struct ipaddr source = ipaddr_of(bytes, sizeof(bytes));
	struct mirror_packet packet = { 0, p.bytes, p.len, p.len, time_us, 0 };

	mirror_take_gre(&m, &in, &source, &packet, STEP);
}

START_TEST(a_receiver_of_gre_counts_strangers_and_lists_them)
{
	of_type_ii();
	take_gre(1);
	take_gre(77);
	p.bytes[2] = 8; /* carries something else */
	take_gre(1);
	take_gre(78);
	p.len = 3;
	take_gre(1);
	mirror_waited(&in);
	ck_assert_uint_eq(in.input.frames, 1);
	ck_assert_uint_eq(in.mirrored.foreign, 2);
	ck_assert_uint_eq(in.mirrored.other, 2);
	ck_assert_uint_eq(in.mirrored.waited, 1);
	ck_assert_uint_ge(in.agents.refused_count, 1);
	ck_assert_uint_eq(counted().bytes, 104);
	check_sums("a receiver");
}
END_TEST

/* Receivers beside the mirror, and how many of a packet of IPv4 and one of IPv6
 * they leave to it. */
static const struct {
	const char *address;
	uint64_t ipv4;
	uint64_t ipv6;
} receivers[] = {
	{ "192.0.2.99", 0, 1 },	      { "192.0.2.98", 1, 1 },
	{ "0.0.0.0", 0, 1 },	      { "\"::\"", 0, 0 },
	{ "\"2001:db8::63\"", 1, 0 }, { "\"2001:db8::62\"", 1, 1 },
};

START_TEST(what_a_receiver_has_is_not_counted_by_the_mirror_too)
{
	char keys[80];

	(void)snprintf(keys, sizeof(keys), " } }, { erspan: { listen: %s",
		       receivers[_i].address);
	rebuild(keys, false);
	in_ethernet();
	take();
	ck_assert_msg(counted().packets == receivers[_i].ipv4, "%s: IPv4",
		      receivers[_i].address);
	p.len = 0;
	of_type_ii();
	packet_in_ipv6(&p, 1);
	packet_in_ethernet(&p, 0, 0x86dd);
	take();
	ck_assert_msg(counted().packets ==
			  receivers[_i].ipv4 + receivers[_i].ipv6,
		      "%s: IPv6", receivers[_i].address);
	ck_assert_uint_eq(in.input.frames, 2);
	check_sums(receivers[_i].address);
}
END_TEST

/* What members' customers send too is theirs, whoever reads it. */
START_TEST(a_replay_believes_no_more_than_is_said)
{
	rebuild("", true);
	strangers_fragment();
	p.bytes[14 + 6] = 0; /* a later one has no header of GRE */
	p.bytes[14 + 7] = 9;
	take();
	ck_assert_uint_eq(in.mirrored.fragments, 0);
	p.len = 0;
	packet_is_frame(&p, &(struct made_frame){ .src = 1, .dst = 2 });
	packet_in_gre(&p, &(struct made_erspan){ .type = 0x6558 });
	packet_in_ipv4(&p, 77);
	packet_in_ethernet(&p, 0, 0x0800);
	take();
	ck_assert_uint_eq(in.input.frames, 2);
	ck_assert_uint_eq(counted().packets, 0);
	check_sums("customers");
}
END_TEST

START_TEST(a_replay_believes_everybody)
{
	rebuild("", true);
	by_a_stranger();
	take();
	ck_assert_uint_eq(counted().bytes, 104);
	ck_assert_uint_eq(in.agents.refused_count, 0);
	strangers_fragment();
	take();
	ck_assert_uint_eq(in.mirrored.fragments, 1);
	check_sums("a replay");
}
END_TEST

/* Where the frame says no VLAN its session may; station 2 is in both. */
static const struct {
	uint16_t tag;
	uint16_t said;
	uint16_t vlan; /* 0: not known */
} vlans[] = {
	{ 0, 0, 0 },	   { 0, 100, 100 }, { 0, 200, 200 },
	{ 100, 200, 100 }, { 200, 0, 200 }, { 0, 999, 0 },
};

START_TEST(a_session_says_the_vlan_of_a_frame_without)
{
	packet_is_frame(&p, &(struct made_frame){
				.src = 0x99, .dst = 2, .tag = vlans[_i].tag });
	packet_in_gre(
	    &p, &(struct made_erspan){ .type = 2, .vlan = vlans[_i].said });
	packet_in_ipv4(&p, 1);
	packet_in_ethernet(&p, 300, 0x0800);
	take();
	ck_assert_uint_eq(counted().packets, 1);
	for (size_t i = 0; i <= in.open.mask; i++) {
		uint64_t key = in.open.slots[i].key;

		if (key)
			ck_assert_uint_eq(
			    e.registry->interfaces[raw_ends(key).to].vlan,
			    vlans[_i].vlan);
	}
}
END_TEST

START_TEST(a_sessions_port_is_where_a_station_enters)
{
	const struct station *s;

	for (uint32_t i = 0; i < 2; i++) {
		plain();
		packet_in_gre(&p, &(struct made_erspan){ .type = 3,
							 .session = 1,
							 .is_egress = i == 0 });
		packet_in_ipv4(&p, 1);
		packet_in_ethernet(&p, 0, 0x0800);
		take();
		s = registry_station(e.registry,
				     (struct mac){ .bits = 0x020000000001 });
		ck_assert_uint_eq(bindings_at(&in.bindings, s, 0)->home, i);
	}
}
END_TEST

START_TEST(a_pair_too_many_is_dropped)
{
	in.open.capacity = 1;
	plain();
	take();
	packet_is_frame(&p, &(struct made_frame){ .src = 2, .dst = 1 });
	take();
	plain();
	take();
	check_sums("before");
	ck_assert_uint_eq(counted().packets, 2);
	ck_assert_uint_eq(in.ledger.dropped[DROP_TABLE_FULL], 1);
	check_sums("after");
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
		{ what_a_members_station_sends_is_its_own, 0 },
		{ strangers_that_pass_by_are_not_listed, COUNT_OF(refused) },
		{ a_receiver_of_gre_counts_strangers_and_lists_them, 0 },
		{ a_replay_believes_everybody, 0 },
		{ what_a_receiver_has_is_not_counted_by_the_mirror_too,
		  COUNT_OF(receivers) },
		{ a_replay_believes_no_more_than_is_said, 0 },
		{ a_session_says_the_vlan_of_a_frame_without, COUNT_OF(vlans) },
		{ a_sessions_port_is_where_a_station_enters, 0 },
		{ a_pair_too_many_is_dropped, 0 },
	};

	return unit_run_with("mirror", setup, teardown, tests, COUNT_OF(tests));
}
