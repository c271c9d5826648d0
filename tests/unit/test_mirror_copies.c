/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "collector/clock.h"
#include "collector/mirror.h"
#include "net/packet.h"
#include "support/intake_check.h"
#include "support/mirror_builder.h"
#include "support/registry_builder.h"

#define STEP INT64_C(28333440)

enum { TAG = 100, A_STEP = 1000 };

static const char after_sources[] =
    "vlans: [ { id: 100, roster_vlan: 1 } ]\n"
    "macs:\n"
    "  - { asn: 64500, vlan: 100, mac: \"02:00:00:00:00:01\" }\n"
    "  - { asn: 64501, vlan: 100, mac: \"02:00:00:00:00:02\" }\n"
    "switches:\n"
    "  - name: sw1\n"
    "    agent: 192.0.2.1\n"
    "    erspan: [ { session: 1, port: 1 }, { session: 2, port: 2 },\n"
    "              { session: 48, port: 48 } ]\n"
    "    ports:\n"
    "      - { ifindex: 1, asn: 64500 }\n"
    "      - { ifindex: 2, asn: 64501 }\n"
    "      - { ifindex: 48, role: core }\n";

static struct exchange e;
static struct intake in;
static struct mirror m;
static struct made_packet p;
static int64_t time_us;
static int64_t step;
static uint32_t sequence;

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
	step = STEP;
	time_us = STEP * STEP_US;
	sequence = 0;
}

static void setup(void)
{
	build(", duplicates: drop");
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

static void take(void)
{
	struct mirror_packet packet = {
		PACKET_LINK_ETHERNET, p.bytes, p.len, p.len, time_us, 0
	};

	mirror_take(&m, &in, &packet, step);
	time_us += 10;
}

/* A frame as it comes in, or as it goes out. */
static void copy(uint8_t dst, uint8_t number, bool goes_out)
{
	packet_is_frame(&p, &(struct made_frame){
				.src = 1,
				.dst = dst,
				.tag = goes_out ? TAG : 0,
				.ip = 86,
				.len = goes_out ? 104 : 100,
				.number = number,
			    });
	take();
}

/* The same by an ERSPAN session. */
static void copy_by(uint16_t session, uint8_t number, bool goes_out)
{
	packet_is_frame(
	    &p, &(struct made_frame){ .src = 1, .dst = 2, .number = number });
	packet_in_gre(&p, &(struct made_erspan){ .type = 3,
						 .session = session,
						 .has_sequence = true,
						 .sequence = ++sequence,
						 .is_egress = goes_out });
	packet_in_ipv4(&p, 1);
	packet_in_ethernet(&p, 0, 0x0800);
	take();
}

static void check_ledger(uint64_t attributed, enum drop_reason reason,
			 uint64_t dropped)
{
	const char *fault;

	intake_settle(&in);
	fault = intake_fault(&in);
	ck_assert_msg(!fault, "%s", fault);
	ck_assert_uint_eq(in.ledger.attributed, attributed);
	ck_assert_uint_eq(in.ledger.dropped[reason], dropped);
	ck_assert_uint_eq(in.ledger.observations, attributed + dropped);
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
		time_us += 1000;
	}
	ck_assert(!m.doubling.known);
	step++;
	copy(2, 0, false);
	ck_assert_int_eq(m.doubling.known, verdicts[_i].known);
	ck_assert(m.doubling.share >= verdicts[_i].least);
	ck_assert(m.doubling.share <= verdicts[_i].most);
}
END_TEST

START_TEST(a_quiet_minute_does_not_change_the_verdict)
{
	for (int i = 0; i < A_STEP; i++) {
		copy(2, (uint8_t)i, false);
		copy(2, (uint8_t)i, true);
	}
	step++;
	copy(2, 0, false);
	step++;
	copy(2, 1, false);
	ck_assert(m.doubling.known);
	ck_assert(m.doubling.share > 0.499);
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
		p.len = 0;
		packet_in_gre(&p, &(struct made_erspan){ .type = 3,
							 .session = 1,
							 .has_sequence = true,
							 .sequence = ++sequence,
							 .has_subheader = true,
							 .frame_type = 7 });
		packet_in_ipv4(&p, 1);
		packet_in_ethernet(&p, 0, 0x0800);
		take();
	}
	ck_assert_uint_eq(in.mirrored.no_frame, 3);
	ck_assert_uint_eq(in.mirrored.lost, 0);
	sequence += 2;
	copy_by(1, 9, false);
	ck_assert_uint_eq(in.mirrored.lost, 2);
	ck_assert_uint_eq(in.agents.switches[0].lost_frames, 2);
	check_ledger(4, DROP_DUPLICATE, 0);
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
	};

	return unit_run_with("mirror_copies", setup, teardown, tests,
			     COUNT_OF(tests));
}
