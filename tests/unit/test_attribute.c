/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>

#include "collector/attribute.h"
#include "support/registry_builder.h"

static struct exchange e;

static void setup(void)
{
	exchange_build(&e, NULL, NULL);
}

static void teardown(void)
{
	exchange_free(&e);
}

enum { GROUP = 0xff, STRANGER = 0x99 };
enum {
	ANY = COUNTED_ANY,
	IN = COUNTED_INGRESS,
	OUT = COUNTED_EGRESS,
	UNKNOWN = DIRECTION_UNKNOWN,
	INGRESS = DIRECTION_INGRESS,
	EGRESS = DIRECTION_EGRESS,
};

/* A frame, and what becomes of it. Stations by their last octet. */
struct row {
	const char *name;
	uint8_t src;
	uint8_t dst;
	uint16_t tag;
	uint32_t port; /* of sw1; 0: not configured */
	int direction;
	int counted;
	enum drop_reason reason;
	uint32_t from; /* ASN; 0: nobody */
	uint16_t from_vlan;
	uint32_t to;
	uint16_t to_vlan;
	uint16_t vlan;
	enum stranger stranger;
};

static const struct row vlan_rows[] = {
	{ "a known tag", 1, 2, 100, 0, INGRESS, ANY, DROP_NONE, 64500, 100,
	  64501, 100, 100, STRANGER_NONE },
	{ "a tag that nobody is in", 1, 2, 300, 0, INGRESS, ANY, DROP_NO_MEMBER,
	  0, 0, 0, 0, 300, STRANGER_WRONG_VLAN },
	{ "the other VLAN's tag", 1, 4, 200, 0, INGRESS, ANY, DROP_NONE, 0, 0,
	  64503, 200, 200, STRANGER_WRONG_VLAN },
	{ "one MAC, the VLAN tells whose", 5, 1, 100, 0, INGRESS, ANY,
	  DROP_NONE, 64504, 100, 64500, 100, 100, STRANGER_NONE },
	{ "one MAC, the other VLAN", 5, 4, 200, 0, INGRESS, ANY, DROP_NONE,
	  64505, 200, 64503, 200, 200, STRANGER_NONE },
	{ "one member in two VLANs, by tag", 3, 4, 200, 0, INGRESS, ANY,
	  DROP_NONE, 64502, 200, 64503, 200, 200, STRANGER_NONE },
	{ "no tag: the port's only VLAN", 1, 3, 0, 1, INGRESS, ANY, DROP_NONE,
	  64500, 100, 64502, 100, 100, STRANGER_NONE },
	{ "no tag: the port beats the destination's VLAN", 1, 4, 0, 1, INGRESS,
	  ANY, DROP_NONE, 64500, 100, 0, 0, 100, STRANGER_NONE },
	{ "no tag, no port: the source's", 1, 3, 0, 0, INGRESS, ANY, DROP_NONE,
	  64500, 100, 64502, 100, 100, STRANGER_NONE },
	{ "no tag, no port: the destination's", 3, 4, 0, 0, INGRESS, ANY,
	  DROP_NONE, 64502, 200, 64503, 200, 200, STRANGER_NONE },
	{ "no tag: the source's though the destination is unknown", 1, STRANGER,
	  0, 0, INGRESS, ANY, DROP_NONE, 64500, 100, 0, 0, 100, STRANGER_NONE },
	{ "no tag: the ends contradict each other", 1, 4, 0, 0, INGRESS, ANY,
	  DROP_NONE, 64500, 100, 64503, 200, 0, STRANGER_NONE },
	{ "no tag, several VLANs of one member", 3, GROUP, 0, 0, INGRESS, ANY,
	  DROP_NONE, 64502, 0, 0, 0, 0, STRANGER_NONE },
	{ "the same on a port of several VLANs", 3, GROUP, 0, 3, INGRESS, ANY,
	  DROP_NONE, 64502, 0, 0, 0, 0, STRANGER_NONE },
	{ "no tag, a MAC of several members: nobody's", 5, GROUP, 0, 0, INGRESS,
	  ANY, DROP_NO_MEMBER, 0, 0, 0, 0, 0, STRANGER_WRONG_VLAN },
	{ "a MAC of several members: the port's", 5, GROUP, 0, 6, INGRESS, ANY,
	  DROP_NONE, 64504, 0, 0, 0, 0, STRANGER_NONE },
	{ "a MAC of several members: the other port's", 5, GROUP, 0, 7, INGRESS,
	  ANY, DROP_NONE, 64505, 0, 0, 0, 0, STRANGER_NONE },
	{ "the ingress port says nothing of the destination", STRANGER, 5, 0, 6,
	  INGRESS, ANY, DROP_NO_MEMBER, 0, 0, 0, 0, 0, STRANGER_UNKNOWN },
	{ "the egress port says whose the destination is", STRANGER, 5, 0, 7,
	  EGRESS, ANY, DROP_NONE, 0, 0, 64505, 0, 0, STRANGER_UNKNOWN },
};

static const struct row end_rows[] = {
	{ "a stranger to a member", STRANGER, 2, 0, 0, INGRESS, ANY, DROP_NONE,
	  0, 0, 64501, 100, 100, STRANGER_UNKNOWN },
	{ "a member to a stranger", 1, STRANGER, 0, 1, INGRESS, IN, DROP_NONE,
	  64500, 100, 0, 0, 100, STRANGER_NONE },
	{ "a stranger to a stranger", STRANGER, 0x98, 0, 0, INGRESS, ANY,
	  DROP_NO_MEMBER, 0, 0, 0, 0, 0, STRANGER_UNKNOWN },
	{ "a member to itself", 1, 1, 0, 1, INGRESS, ANY, DROP_NONE, 64500, 100,
	  64500, 100, 100, STRANGER_NONE },
	{ "a group counts in from alone", 1, GROUP, 0, 1, INGRESS, IN,
	  DROP_NONE, 64500, 100, 0, 0, 100, STRANGER_NONE },
	{ "a stranger's flood is nobody's", STRANGER, GROUP, 0, 1, INGRESS, ANY,
	  DROP_NO_MEMBER, 0, 0, 0, 0, 100, STRANGER_UNKNOWN },
	{ "a flood's copy is not counted where ingress is", 1, GROUP, 0, 2,
	  UNKNOWN, IN, DROP_NONE, 64500, 100, 0, 0, 100, STRANGER_NONE },
	{ "a flood's copy is not counted by egress", 1, GROUP, 0, 2, EGRESS,
	  OUT, DROP_EGRESS_NOT_COUNTED, 64500, 100, 0, 0, 100, STRANGER_NONE },
	{ "but is under any", 1, GROUP, 0, 2, EGRESS, ANY, DROP_NONE, 64500,
	  100, 0, 0, 100, STRANGER_NONE },
	{ "nor one to a MAC that is no member's", 1, STRANGER, 0, 2, EGRESS,
	  OUT, DROP_EGRESS_NOT_COUNTED, 64500, 100, 0, 0, 100, STRANGER_NONE },
};

static const struct row direction_rows[] = {
	{ "any takes ingress", 1, 2, 0, 1, INGRESS, ANY, DROP_NONE, 64500, 100,
	  64501, 100, 100, STRANGER_NONE },
	{ "any takes egress", 1, 2, 0, 2, EGRESS, ANY, DROP_NONE, 64500, 100,
	  64501, 100, 100, STRANGER_NONE },
	{ "any takes unknown", 1, 2, 0, 2, UNKNOWN, ANY, DROP_NONE, 64500, 100,
	  64501, 100, 100, STRANGER_NONE },
	{ "ingress takes ingress", 1, 2, 0, 1, INGRESS, IN, DROP_NONE, 64500,
	  100, 64501, 100, 100, STRANGER_NONE },
	{ "ingress takes unknown", 1, 2, 0, 1, UNKNOWN, IN, DROP_NONE, 64500,
	  100, 64501, 100, 100, STRANGER_NONE },
	{ "ingress leaves egress out", 1, 2, 0, 2, EGRESS, IN,
	  DROP_EGRESS_NOT_COUNTED, 0, 0, 0, 0, 0, STRANGER_NONE },
	{ "egress takes egress", 1, 2, 0, 2, EGRESS, OUT, DROP_NONE, 64500, 100,
	  64501, 100, 100, STRANGER_NONE },
	{ "egress takes unknown", 1, 2, 0, 2, UNKNOWN, OUT, DROP_NONE, 64500,
	  100, 64501, 100, 100, STRANGER_NONE },
	{ "egress leaves ingress out", 1, 2, 0, 1, INGRESS, OUT,
	  DROP_INGRESS_NOT_COUNTED, 0, 0, 0, 0, 0, STRANGER_NONE },
	{ "a core port comes before all else", 1, 2, 0, 48, EGRESS, IN,
	  DROP_CORE_PORT, 0, 0, 0, 0, 0, STRANGER_NONE },
	{ "a core port, any", 1, 2, 0, 48, INGRESS, ANY, DROP_CORE_PORT, 0, 0,
	  0, 0, 0, STRANGER_NONE },
};

static const struct row port_rows[] = {
	{ "the source on another's port at ingress", 1, STRANGER, 0, 2, INGRESS,
	  ANY, DROP_WRONG_PORT, 0, 0, 0, 0, 100, STRANGER_WRONG_PORT },
	{ "the other end still counts", 1, 3, 100, 2, INGRESS, ANY, DROP_NONE,
	  0, 0, 64502, 100, 100, STRANGER_WRONG_PORT },
	{ "the destination on another's port at egress", STRANGER, 2, 0, 1,
	  EGRESS, ANY, DROP_WRONG_PORT, 0, 0, 0, 0, 100, STRANGER_UNKNOWN },
	{ "the source at egress is not judged by the port", 1, 2, 0, 2, EGRESS,
	  ANY, DROP_NONE, 64500, 100, 64501, 100, 100, STRANGER_NONE },
	{ "the destination at ingress is not either", 1, 2, 0, 1, INGRESS, ANY,
	  DROP_NONE, 64500, 100, 64501, 100, 100, STRANGER_NONE },
	{ "where the direction is unknown nothing is judged", 1, 2, 0, 3,
	  UNKNOWN, ANY, DROP_NONE, 64500, 100, 64501, 100, 100, STRANGER_NONE },
	{ "the reseller's first member", 1, 3, 0, 5, INGRESS, ANY, DROP_NONE,
	  64500, 100, 64502, 100, 100, STRANGER_NONE },
	{ "the reseller's second member", 2, 3, 0, 5, INGRESS, ANY, DROP_NONE,
	  64501, 100, 64502, 100, 100, STRANGER_NONE },
	{ "somebody else on the reseller's port", 4, 3, 200, 5, INGRESS, ANY,
	  DROP_NONE, 0, 0, 64502, 200, 200, STRANGER_WRONG_PORT },
	{ "a port without members takes everybody", 1, 2, 0, 0, INGRESS, ANY,
	  DROP_NONE, 64500, 100, 64501, 100, 100, STRANGER_NONE },
};

static struct mac station(uint8_t last)
{
	if (last == GROUP)
		return (struct mac){ 0xffffffffffff };
	return (struct mac){ UINT64_C(0x020000000000) + last };
}

static uint16_t vlan_of(uint32_t interface)
{
	return e.registry->interfaces[interface].vlan;
}

static void check(const struct row *row)
{
	struct observation o = {
		.src = station(row->src),
		.dst = station(row->dst),
		.vlan = row->tag,
		.direction = (enum direction)row->direction,
		.has_macs = true,
		.sampling_rate = 1,
	};
	struct attribution out = { 0 };
	enum drop_reason reason =
	    attribute(e.registry, &o, exchange_port(&e, 0, row->port),
		      (enum counted)row->counted, &out);

	ck_assert_msg(reason == row->reason, "%s: %s", row->name,
		      drop_reason_name(reason));
	if (reason != DROP_NONE && reason != DROP_NO_MEMBER &&
	    reason != DROP_WRONG_PORT)
		return;
	ck_assert_msg(exchange_asn(&e, out.from) == row->from &&
			  vlan_of(out.from) == row->from_vlan,
		      "%s: from AS%u in %u", row->name,
		      exchange_asn(&e, out.from), vlan_of(out.from));
	ck_assert_msg(exchange_asn(&e, out.to) == row->to &&
			  vlan_of(out.to) == row->to_vlan,
		      "%s: to AS%u in %u", row->name, exchange_asn(&e, out.to),
		      vlan_of(out.to));
	ck_assert_msg(out.vlan == row->vlan, "%s: VLAN %u", row->name,
		      out.vlan);
	ck_assert_msg(out.stranger == row->stranger, "%s: stranger %d",
		      row->name, (int)out.stranger);
}

START_TEST(the_vlan_comes_from_the_best_that_is_known)
{
	check(&vlan_rows[_i]);
}
END_TEST

START_TEST(each_end_counts_by_itself)
{
	check(&end_rows[_i]);
}
END_TEST

START_TEST(the_direction_says_what_counts)
{
	check(&direction_rows[_i]);
}
END_TEST

START_TEST(a_configured_port_confirms_its_own_side)
{
	check(&port_rows[_i]);
}
END_TEST

/* Whether the other odd end is told: a member's frame by another's port. */
static const struct {
	const char *name;
	uint8_t src;
	uint8_t dst;
	uint32_t port;
	int direction;
	int counted;
	enum drop_reason reason;
	bool misdelivered;
} odd_ends[] = {
	{ "to its own port", 1, 2, 2, EGRESS, ANY, DROP_NONE, false },
	{ "by another's port", 1, 2, 3, EGRESS, ANY, DROP_NONE, true },
	{ "the sender of a copy does not count again", 1, 2, 3, EGRESS, OUT,
	  DROP_EGRESS_NOT_COUNTED, true },
	{ "from a stranger", STRANGER, 2, 3, EGRESS, OUT, DROP_WRONG_PORT,
	  true },
	{ "where the port is no data source", 1, 2, 3, UNKNOWN, ANY, DROP_NONE,
	  false },
	{ "by a port of nobody", 1, 2, 0, EGRESS, ANY, DROP_NONE, false },
	{ "where egress is not counted", 1, 2, 3, EGRESS, IN,
	  DROP_EGRESS_NOT_COUNTED, false },
	{ "by a core port", 1, 2, 48, EGRESS, ANY, DROP_CORE_PORT, false },
};

START_TEST(a_frame_that_leaves_by_another_port_is_told)
{
	struct observation o = {
		.src = station(odd_ends[_i].src),
		.dst = station(odd_ends[_i].dst),
		.direction = (enum direction)odd_ends[_i].direction,
		.has_macs = true,
		.sampling_rate = 1,
	};
	struct attribution out = { 0 };
	enum drop_reason reason =
	    attribute(e.registry, &o, exchange_port(&e, 0, odd_ends[_i].port),
		      (enum counted)odd_ends[_i].counted, &out);

	ck_assert_msg(reason == odd_ends[_i].reason, "%s: %s",
		      odd_ends[_i].name, drop_reason_name(reason));
	ck_assert_msg(out.misdelivered == odd_ends[_i].misdelivered, "%s",
		      odd_ends[_i].name);
}
END_TEST

START_TEST(without_two_addresses_there_is_nobody)
{
	struct observation o = { .direction = DIRECTION_INGRESS,
				 .sampling_rate = 1 };
	struct attribution out;

	ck_assert_int_eq(attribute(e.registry, &o, exchange_port(&e, 0, 1),
				   COUNTED_ANY, &out),
			 DROP_NO_ETHERNET_HEADER);
	o.sampling_rate = 0;
	ck_assert_int_eq(attribute(e.registry, &o, exchange_port(&e, 0, 1),
				   COUNTED_ANY, &out),
			 DROP_NO_SAMPLING_RATE);
}
END_TEST

START_TEST(every_reason_has_a_name_of_its_own)
{
	for (int i = 0; i < DROP_COUNT; i++) {
		const char *name = drop_reason_name((enum drop_reason)i);

		ck_assert_ptr_nonnull(name);
		for (int j = 0; j < i; j++)
			ck_assert_str_ne(name,
					 drop_reason_name((enum drop_reason)j));
	}
	ck_assert_str_eq(drop_reason_name(DROP_NONE), "none");
}
END_TEST

static const char without_vlans[] =
    EXCHANGE_HEAD "state_dir: /nonexistent\n"
		  "macs:\n"
		  "  - { asn: 64500, mac: \"02:00:00:00:00:01\" }\n"
		  "  - { asn: 64501, mac: \"02:00:00:00:00:02\" }\n"
		  "switches: [ { name: sw1, agent: 192.0.2.1 } ]\n";

static const char bare_roster[] =
    "{ \"version\": \"1.0\", \"ixp_list\": [ { \"ixp_id\": 1 } ],\n"
    "  \"member_list\": [ { \"asnum\": 64500, \"name\": \"A\" },\n"
    "                   { \"asnum\": 64501, \"name\": \"B\" } ] }\n";

START_TEST(an_exchange_without_vlans_knows_its_members_by_mac)
{
	static const uint16_t tags[] = { 0, 100 };

	teardown();
	exchange_build(&e, without_vlans, bare_roster);
	check(&(struct row){ "no VLAN at all", 1, 2, tags[_i], 0, INGRESS, ANY,
			     DROP_NONE, 64500, 0, 64501, 0, tags[_i],
			     STRANGER_NONE });
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ the_vlan_comes_from_the_best_that_is_known,
		  COUNT_OF(vlan_rows) },
		{ each_end_counts_by_itself, COUNT_OF(end_rows) },
		{ the_direction_says_what_counts, COUNT_OF(direction_rows) },
		{ a_configured_port_confirms_its_own_side,
		  COUNT_OF(port_rows) },
		{ a_frame_that_leaves_by_another_port_is_told,
		  COUNT_OF(odd_ends) },
		{ without_two_addresses_there_is_nobody, 0 },
		{ every_reason_has_a_name_of_its_own, 0 },
		{ an_exchange_without_vlans_knows_its_members_by_mac, 2 },
	};

	return unit_run_with("attribute", setup, teardown, tests,
			     COUNT_OF(tests));
}
