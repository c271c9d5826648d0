/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "net/packet.h"
#include "support/mirror_world.h"

static struct mirror_world w;

static void open_world(const char *keys, bool believes_all)
{
	mirror_world_open(&w, keys, believes_all);
	w.pace_us = INT64_C(1000000);
}

static void setup(void)
{
	open_world("", false);
}

static void teardown(void)
{
	mirror_world_close(&w);
}

static void rebuild(const char *keys, bool believes_all)
{
	teardown();
	open_world(keys, believes_all);
}

static const struct made_frame talk = { .src = 1, .dst = 2 };

/* Of 100 bytes, by a switch or by somebody else. */
static void erspan_from(uint8_t from)
{
	packet_is_frame(&w.p, &talk);
	packet_in_erspan(&w.p, from,
			 &(struct made_erspan){ .type = 2, .session = 9 });
}

static void of_type_ii(void)
{
	packet_is_frame(&w.p, &talk);
	packet_in_gre(&w.p, &(struct made_erspan){ .type = 2, .session = 9 });
}

/* A member may write a switch's address, and another member's frame inside. */
START_TEST(what_a_members_station_sends_is_its_own)
{
	erspan_from(1);
	memcpy(w.p.bytes + 6, "\x02\0\0\0\0\x01", 6); /* AS64500's */
	mirror_world_take(&w);
	ck_assert_uint_eq(w.in.input.frames, 1);
	ck_assert_uint_eq(w.in.mirrored.lost, 0);
	ck_assert_uint_eq(mirror_world_counted(&w).bytes, w.p.len + 4);
	w.p.bytes[14 + 6] = 0x20; /* a fragment is no less its own */
	mirror_world_take(&w);
	ck_assert_uint_eq(w.in.mirrored.fragments, 0);
	ck_assert_uint_eq(mirror_world_counted(&w).packets, 2);
	mirror_world_check(&w, "a member's");
}
END_TEST

static void take_gre(uint8_t from)
{
	const uint8_t bytes[4] = { 192, 0, 2, from };
	struct ipaddr source = ipaddr_of(bytes, sizeof(bytes));
	struct mirror_packet packet = { 0,	 w.p.bytes, w.p.len,
					w.p.len, w.time_us, 0 };

	mirror_take_gre(&w.m, &w.in, &source, &packet, WORLD_STEP);
}

START_TEST(a_receiver_of_gre_counts_strangers_and_lists_them)
{
	of_type_ii();
	take_gre(1);
	take_gre(77);
	w.p.bytes[2] = 8; /* carries something else */
	take_gre(1);
	take_gre(78);
	w.p.len = 3;
	take_gre(1);
	mirror_waited(&w.in);
	ck_assert_uint_eq(w.in.input.frames, 1);
	ck_assert_uint_eq(w.in.mirrored.foreign, 2);
	ck_assert_uint_eq(w.in.mirrored.other, 2);
	ck_assert_uint_eq(w.in.mirrored.waited, 1);
	ck_assert_uint_ge(w.in.agents.refused_count, 1);
	ck_assert_uint_eq(mirror_world_counted(&w).bytes, 104);
	mirror_world_check(&w, "a receiver");
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
	erspan_from(1);
	mirror_world_take(&w);
	ck_assert_msg(mirror_world_counted(&w).packets == receivers[_i].ipv4,
		      "%s: IPv4", receivers[_i].address);
	w.p.len = 0;
	of_type_ii();
	packet_in_ipv6(&w.p, 1);
	packet_in_ethernet(&w.p, 0, 0x86dd);
	mirror_world_take(&w);
	ck_assert_msg(mirror_world_counted(&w).packets ==
			  receivers[_i].ipv4 + receivers[_i].ipv6,
		      "%s: IPv6", receivers[_i].address);
	ck_assert_uint_eq(w.in.input.frames, 2);
	mirror_world_check(&w, receivers[_i].address);
}
END_TEST

/* What members' customers send too is theirs, whoever reads it. */
START_TEST(a_replay_believes_no_more_than_is_said)
{
	rebuild("", true);
	erspan_from(77);
	w.p.bytes[14 + 6] = 0; /* a later one has no header of GRE */
	w.p.bytes[14 + 7] = 9;
	mirror_world_take(&w);
	ck_assert_uint_eq(w.in.mirrored.fragments, 0);
	w.p.len = 0;
	packet_is_frame(&w.p, &(struct made_frame){ .src = 1, .dst = 2 });
	packet_in_erspan(&w.p, 77, &(struct made_erspan){ .type = 0x6558 });
	mirror_world_take(&w);
	ck_assert_uint_eq(w.in.input.frames, 2);
	ck_assert_uint_eq(mirror_world_counted(&w).packets, 0);
	mirror_world_check(&w, "customers");
}
END_TEST

START_TEST(a_replay_believes_everybody)
{
	rebuild("", true);
	erspan_from(77);
	mirror_world_take(&w);
	ck_assert_uint_eq(mirror_world_counted(&w).bytes, 104);
	ck_assert_uint_eq(w.in.agents.refused_count, 0);
	erspan_from(77);
	w.p.bytes[14 + 6] = 0x20;
	mirror_world_take(&w);
	ck_assert_uint_eq(w.in.mirrored.fragments, 1);
	mirror_world_check(&w, "a replay");
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
	packet_is_frame(&w.p, &(struct made_frame){ .src = 0x99,
						    .dst = 2,
						    .tag = vlans[_i].tag });
	packet_in_gre(
	    &w.p, &(struct made_erspan){ .type = 2, .vlan = vlans[_i].said });
	packet_in_ipv4(&w.p, 1);
	packet_in_ethernet(&w.p, 300, 0x0800);
	mirror_world_take(&w);
	ck_assert_uint_eq(mirror_world_counted(&w).packets, 1);
	for (size_t i = 0; i <= w.in.open.mask; i++) {
		uint64_t key = w.in.open.slots[i].key;

		if (key)
			ck_assert_uint_eq(
			    w.now->registry->interfaces[raw_ends(key).to].vlan,
			    vlans[_i].vlan);
	}
}
END_TEST

START_TEST(a_sessions_port_is_where_a_station_enters)
{
	const struct station *s;

	for (uint32_t i = 0; i < 2; i++) {
		packet_is_frame(&w.p, &talk);
		packet_in_erspan(&w.p, 1,
				 &(struct made_erspan){ .type = 3,
							.session = 1,
							.is_egress = i == 0 });
		mirror_world_take(&w);
		s = registry_station(w.now->registry,
				     (struct mac){ .bits = 0x020000000001 });
		ck_assert_uint_eq(bindings_at(&w.in.bindings, s, 0)->home, i);
	}
}
END_TEST

/* Not as one whose copies only pass here. */
START_TEST(a_mirrors_own_switch_does_not_pass)
{
	erspan_from(1);
	mirror_world_take(&w);
	ck_assert(w.in.agents.switches[0].mirrored);
	ck_assert(!w.in.agents.switches[0].passes);
}
END_TEST

/* Of what a receiver has a replay has no other copy. */
START_TEST(a_replay_leaves_nothing_to_receivers)
{
	rebuild(" } }, { erspan: { listen: 192.0.2.99", true);
	erspan_from(1);
	mirror_world_take(&w);
	ck_assert_uint_eq(mirror_world_counted(&w).bytes, 104);
}
END_TEST

START_TEST(a_replay_counts_fragments_of_other_gre)
{
	rebuild("", true);
	erspan_from(77);
	w.p.bytes[14 + 6] = 0x20;
	w.p.bytes[14 + 20 + 2] = 8;
	w.p.bytes[14 + 20 + 3] = 0;
	mirror_world_take(&w);
	ck_assert_uint_eq(w.in.mirrored.fragments, 0);
	ck_assert_uint_eq(w.in.input.frames, 1);
}
END_TEST

/* In a capture anybody's ERSPAN may be a switch's. */
START_TEST(a_replay_believes_members_stations)
{
	rebuild("", true);
	erspan_from(1);
	memcpy(w.p.bytes + 6, "\x02\0\0\0\0\x01", 6); /* AS64500's */
	mirror_world_take(&w);
	ck_assert_uint_eq(mirror_world_counted(&w).bytes, 104);
}
END_TEST

START_TEST(type_i_is_of_no_session)
{
	struct config_erspan *of_core = &w.now->config->switches[0].erspan[2];

	ck_assert_uint_eq(of_core->ifindex, 48);
	of_core->session = 0;
	for (int type = 1; type <= 3; type += 2) {
		packet_is_frame(&w.p, &talk);
		packet_in_erspan(&w.p, 1,
				 &(struct made_erspan){ .type = type });
		mirror_world_take(&w);
	}
	ck_assert_uint_eq(mirror_world_counted(&w).packets, 1);
	ck_assert_uint_eq(w.in.ledger.dropped[DROP_CORE_PORT], 1);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ what_a_members_station_sends_is_its_own, 0 },
		{ a_receiver_of_gre_counts_strangers_and_lists_them, 0 },
		{ a_replay_believes_everybody, 0 },
		{ what_a_receiver_has_is_not_counted_by_the_mirror_too,
		  COUNT_OF(receivers) },
		{ a_replay_believes_no_more_than_is_said, 0 },
		{ a_session_says_the_vlan_of_a_frame_without, COUNT_OF(vlans) },
		{ a_sessions_port_is_where_a_station_enters, 0 },
		{ a_mirrors_own_switch_does_not_pass, 0 },
		{ a_replay_leaves_nothing_to_receivers, 0 },
		{ a_replay_counts_fragments_of_other_gre, 0 },
		{ a_replay_believes_members_stations, 0 },
		{ type_i_is_of_no_session, 0 },
	};

	return unit_run_with("mirror_senders", setup, teardown, tests,
			     COUNT_OF(tests));
}
