/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collector/clock.h"
#include "collector/intake.h"
#include "support/intake_check.h"
#include "support/registry_builder.h"
#include "support/switch_builder.h"

#define STEP INT64_C(28333440)

static struct exchange e;
static struct intake in;
static struct sflow_builder b;
static uint32_t sequence;

static void build(const char *direction)
{
	char *text = exchange_config_text(direction, NULL);

	exchange_build(&e, text, NULL);
	free(text);
	ck_assert_int_eq(intake_init(&in, e.registry), 0);
	sequence = 0;
}

static void setup(void)
{
	build("any");
}

static void teardown(void)
{
	intake_fini(&in);
	exchange_free(&e);
}

static void rebuild(const char *direction)
{
	teardown();
	build(direction);
}

static void start(uint8_t number)
{
	sequence++;
	switch_starts(&b, number, sequence, 100000 + sequence);
}

static void send_from(const struct ipaddr *source)
{
	intake_datagram(&in, source, b.data, b.len, STEP * STEP_US + sequence,
			STEP);
	intake_settle(&in);
}

static void send(uint8_t number)
{
	struct ipaddr source = switch_address(number);

	send_from(&source);
}

static void send_flow(const struct sent_flow *flow)
{
	start(1);
	switch_adds_flow(&b, flow);
	send(1);
}

static void check_identities(void)
{
	const char *fault = intake_fault(&in);

	ck_assert_msg(!fault, "%s", fault);
}

/* Every reason for which a sample is dropped, and one that is not. */
static const struct {
	enum drop_reason reason;
	const char *direction;
	struct sent_flow flow;
} reasons[] = {
	{ DROP_NONE, "any", { 1, 2, 1, SENT_AS_INGRESS, 10, 100, 0, 0, 0 } },
	{ DROP_NO_MEMBER,
	  "any",
	  { 0x98, 0x99, 1, SENT_AS_INGRESS, 10, 100, 0, 0, 0 } },
	{ DROP_CORE_PORT,
	  "any",
	  { 1, 2, 48, SENT_AS_INGRESS, 10, 100, 0, 0, 0 } },
	{ DROP_EGRESS_NOT_COUNTED,
	  "ingress",
	  { 1, 2, 2, SENT_AS_EGRESS, 10, 100, 0, 0, 0 } },
	{ DROP_INGRESS_NOT_COUNTED,
	  "egress",
	  { 1, 2, 1, SENT_AS_INGRESS, 10, 100, 0, 0, 0 } },
	{ DROP_WRONG_PORT,
	  "any",
	  { 1, 0x99, 2, SENT_AS_INGRESS, 10, 100, 0, 0, 0 } },
};

START_TEST(each_reason_is_counted_once)
{
	rebuild(reasons[_i].direction);
	send_flow(&reasons[_i].flow);
	check_identities();
	ck_assert_uint_eq(in.ledger.observations, 1);
	if (reasons[_i].reason == DROP_NONE)
		ck_assert_uint_eq(in.ledger.attributed, 1);
	else
		ck_assert_uint_eq(in.ledger.dropped[reasons[_i].reason], 1);
}
END_TEST

START_TEST(a_sample_without_a_header_has_no_addresses)
{
	start(1);
	sflow_build_flow(&b, &(struct sflow_build_flow){
				 .source_index = 1,
				 .sampling_rate = 10,
				 .input = { 0, 1 },
			     });
	sflow_build_sample_end(&b);
	send(1);
	ck_assert_uint_eq(in.ledger.dropped[DROP_NO_ETHERNET_HEADER], 1);
	ck_assert_uint_eq(in.input.accepted, 1);
	check_identities();
}
END_TEST

START_TEST(a_header_cut_within_the_addresses_has_none)
{
	start(1);
	sflow_build_flow(&b, &(struct sflow_build_flow){ .source_index = 1,
							 .sampling_rate = 10 });
	sflow_build_header(&b, 100, 4, "\2\0\0\0\0\2\2\0\0\0\0", 11);
	sflow_build_sample_end(&b);
	send(1);
	ck_assert_uint_eq(in.ledger.dropped[DROP_NO_ETHERNET_HEADER], 1);
}
END_TEST

START_TEST(a_pair_too_many_is_dropped_and_the_old_ones_count_on)
{
	in.open.capacity = 1;
	send_flow(&reasons[0].flow);
	send_flow(
	    &(struct sent_flow){ 2, 1, 2, SENT_AS_INGRESS, 10, 100, 0, 0, 0 });
	send_flow(&reasons[0].flow);
	ck_assert_uint_eq(in.ledger.dropped[DROP_TABLE_FULL], 1);
	ck_assert_uint_eq(in.ledger.attributed, 2);
	check_identities();
}
END_TEST

/* A datagram made unreadable, and who it is from. */
static const struct {
	const char *name;
	uint8_t from; /* 192.0.2.from */
	uint32_t version;
	size_t len; /* that arrives; 0: all */
	size_t counter;
} unreadable[] = {
	{ "accepted", 1, 5, 0, offsetof(struct input_counters, accepted) },
	{ "version 4", 1, 4, 0,
	  offsetof(struct input_counters, unsupported_version) },
	{ "cut in the head", 1, 5, 20,
	  offsetof(struct input_counters, malformed) },
	{ "cut in the sample", 1, 5, 60,
	  offsetof(struct input_counters, malformed) },
	{ "empty", 1, 5, 1, offsetof(struct input_counters, malformed) },
	{ "version 4 from a stranger", 9, 4, 0,
	  offsetof(struct input_counters, foreign) },
	{ "cut from a stranger", 9, 5, 20,
	  offsetof(struct input_counters, foreign) },
	{ "good from a stranger", 9, 5, 0,
	  offsetof(struct input_counters, foreign) },
	{ "another switch's agent", 2, 5, 0,
	  offsetof(struct input_counters, foreign) },
};

START_TEST(each_datagram_is_counted_once)
{
	const char *counters = (const char *)&in.input;
	uint64_t counted;

	start(1);
	switch_adds_flow(&b, &reasons[0].flow);
	sflow_build_patch(&b, 0, unreadable[_i].version);
	if (unreadable[_i].len)
		b.len = unreadable[_i].len;
	send(unreadable[_i].from);
	memcpy(&counted, counters + unreadable[_i].counter, sizeof(counted));
	ck_assert_msg(counted == 1, "%s", unreadable[_i].name);
	check_identities();
	ck_assert_uint_eq(in.agents.refused_count,
			  unreadable[_i].counter ==
			      offsetof(struct input_counters, foreign));
}
END_TEST

START_TEST(samples_before_a_fault_count)
{
	start(1);
	switch_adds_flow(&b, &reasons[0].flow);
	switch_adds_flow(&b, &reasons[0].flow);
	b.len -= 4;
	send(1);
	ck_assert_uint_eq(in.input.malformed, 1);
	ck_assert_uint_eq(in.input.flow_samples, 1);
	ck_assert_uint_eq(in.ledger.attributed, 1);
	check_identities();
}
END_TEST

START_TEST(gaps_in_the_sequence_are_lost_until_they_are_filled)
{
	static const uint32_t order[] = { 10, 14, 12, 15 };

	for (size_t i = 0; i < COUNT_OF(order); i++) {
		switch_starts(&b, 1, order[i], 1000);
		send(1);
	}
	ck_assert_uint_eq(in.input.lost_datagrams, 2);
	ck_assert_uint_eq(in.input.late, 0); /* overtaken, within the window */
	ck_assert_uint_eq(in.agents.switches[0].lost_datagrams, 2);
	ck_assert_uint_eq(in.agents.switches[0].step_lost, 2);
	ck_assert_uint_eq(in.input.accepted, 4);
	check_identities();
}
END_TEST

START_TEST(a_doubled_datagram_is_counted_and_not_used)
{
	send_flow(&reasons[0].flow);
	send(1);
	ck_assert_uint_eq(in.input.datagrams, 2);
	ck_assert_uint_eq(in.input.duplicates, 1);
	ck_assert_uint_eq(in.input.flow_samples, 1);
	check_identities();
}
END_TEST

static const struct sent_flow ingress = { 1, 2, 1, SENT_AS_INGRESS, 10, 100,
					  0, 0, 0 };
static const struct sent_flow egress = { 1, 2, 2, SENT_AS_EGRESS, 10, 100,
					 0, 0, 0 };
static const struct sent_flow unknown = { 1, 2, 2, SENT_AS_UNKNOWN, 10, 100,
					  0, 0, 0 };

START_TEST(auto_holds_egress_until_ingress_is_seen)
{
	rebuild("auto");
	send_flow(&egress);
	send_flow(&egress);
	ck_assert_uint_eq(in.held_count, 2);
	ck_assert_uint_eq(in.ledger.observations, 0);
	check_identities();
	send_flow(&ingress);
	ck_assert_uint_eq(in.held_count, 0);
	ck_assert_uint_eq(in.ledger.attributed, 1);
	ck_assert_uint_eq(in.ledger.dropped[DROP_EGRESS_NOT_COUNTED], 2);
	ck_assert_int_eq(in.agents.switches[0].counted, COUNTED_BOTH);
	ck_assert(!in.agents.switches[0].undecided);
	check_identities();
}
END_TEST

START_TEST(auto_holds_neither_ingress_nor_unknown)
{
	rebuild("auto");
	send_flow(&ingress);
	send_flow(&unknown);
	ck_assert_uint_eq(in.held_count, 0);
	ck_assert_uint_eq(in.ledger.attributed, 2);
	send_flow(&egress);
	ck_assert_uint_eq(in.ledger.dropped[DROP_EGRESS_NOT_COUNTED], 1);
}
END_TEST

START_TEST(auto_with_egress_alone_counts_any)
{
	rebuild("auto");
	send_flow(&egress);
	intake_decide(&in, 0);
	ck_assert_int_eq(in.agents.switches[0].counted, COUNTED_ANY);
	ck_assert_uint_eq(in.ledger.attributed, 1);
	/* the other direction comes after all */
	send_flow(&ingress);
	ck_assert_int_eq(in.agents.switches[0].counted, COUNTED_BOTH);
	send_flow(&egress);
	ck_assert_uint_eq(in.ledger.attributed, 2);
	check_identities();
}
END_TEST

/* As an earlier process found out: nothing of ingress was seen yet. */
START_TEST(a_verdict_that_is_known_doubles_nothing)
{
	rebuild("auto");
	in.agents.switches[0].counted = COUNTED_BOTH;
	in.agents.switches[0].undecided = false;
	send_flow(&egress);
	send_flow(&ingress);
	ck_assert_uint_eq(in.ledger.attributed, 1);
	ck_assert_uint_eq(in.ledger.dropped[DROP_EGRESS_NOT_COUNTED], 1);
}
END_TEST

START_TEST(one_switchs_verdict_is_not_anothers)
{
	rebuild("auto");
	send_flow(&egress);
	start(2);
	switch_adds_flow(&b, &ingress);
	switch_adds_flow(&b, &egress);
	send(2);
	ck_assert_uint_eq(in.held_count, 1);
	ck_assert(in.agents.switches[0].undecided);
	ck_assert(!in.agents.switches[1].undecided);
	check_identities();
}
END_TEST

START_TEST(held_samples_are_bounded)
{
	rebuild("auto");
	for (int i = 0; i < HELD_MAX / 16 + 1; i++) {
		start(1);
		for (int k = 0; k < 16; k++)
			switch_adds_flow(&b, &egress);
		send(1);
	}
	ck_assert_uint_eq(in.held_count, 0);
	ck_assert(!in.agents.switches[0].undecided);
	ck_assert_uint_eq(in.ledger.attributed, HELD_MAX + 16);
	check_identities();
}
END_TEST

START_TEST(judging_counts_nothing_and_ends_when_all_is_seen)
{
	struct ipaddr one = switch_address(1);
	struct ipaddr two = switch_address(2);

	rebuild("auto");
	start(1);
	switch_adds_flow(&b, &egress);
	ck_assert(!intake_judge(&in, &one, b.data, b.len));
	ck_assert(!intake_judge(&in, &two, b.data, b.len)); /* foreign */
	start(1);
	switch_adds_flow(&b, &ingress);
	ck_assert(!intake_judge(&in, &one, b.data, b.len));
	start(2);
	switch_adds_flow(&b, &egress);
	switch_adds_flow(&b, &ingress);
	ck_assert(intake_judge(&in, &two, b.data, b.len));
	ck_assert_uint_eq(in.input.datagrams, 0);
	ck_assert_uint_eq(in.ledger.observations, 0);
	ck_assert_uint_eq(in.input.foreign, 0);
	intake_decide(&in, 0);
	ck_assert_int_eq(in.agents.switches[0].counted, COUNTED_BOTH);
}
END_TEST

START_TEST(a_ports_estimate_is_of_its_own_data_source)
{
	uint32_t one = port_table_find(&in.ports, 0, 1);
	uint32_t two = port_table_find(&in.ports, 0, 2);

	send_flow(&ingress);
	send_flow(&egress);
	send_flow(&unknown);
	port_table_settle(&in.ports);
	ck_assert_uint_eq(in.ports.ports[one].in_estimate, 1000);
	ck_assert_uint_eq(in.ports.ports[one].out_estimate, 0);
	ck_assert_uint_eq(in.ports.ports[two].in_estimate, 0);
	ck_assert_uint_eq(in.ports.ports[two].out_estimate, 1000);
}
END_TEST

START_TEST(a_data_source_that_is_no_interface_says_no_port)
{
	start(1);
	sflow_build_flow(&b, &(struct sflow_build_flow){
				 .expanded = true,
				 .source_class = 2, /* an entity */
				 .source_index = 1,
				 .sampling_rate = 10,
				 .input = { 0, 1 },
			     });
	sflow_build_header(&b, 100, 4, "\2\0\0\0\0\2\2\0\0\0\0\1\x08", 13);
	sflow_build_sample_end(&b);
	send(1);
	ck_assert_uint_eq(in.ledger.attributed, 1);
	ck_assert_uint_eq(in.agents.switches[0].by_direction[DIRECTION_UNKNOWN],
			  1);
}
END_TEST

/* Interface formats other than an index say no direction, whatever their
 * value. */
START_TEST(several_outputs_are_no_direction)
{
	start(1);
	sflow_build_flow(&b, &(struct sflow_build_flow){
				 .expanded = true,
				 .source_index = 2,
				 .sampling_rate = 10,
				 .input = { 0, 1 },
				 .output = { 2, 2 },
			     });
	sflow_build_sample_end(&b);
	send(1);
	ck_assert_uint_eq(in.agents.switches[0].by_direction[DIRECTION_UNKNOWN],
			  1);
}
END_TEST

START_TEST(counters_reach_their_port)
{
	uint32_t one = port_table_find(&in.ports, 0, 1);

	for (uint32_t i = 0; i < 2; i++) {
		switch_starts(&b, 1, i + 1, 1000 + 20000 * i);
		switch_adds_counters(&b, 1, 1000 * i, 10 * i);
		intake_datagram(
		    &in, &(struct ipaddr){ 4, { 192, 0, 2, 1 } }, b.data, b.len,
		    STEP * STEP_US + i * 20 * INT64_C(1000000), STEP);
		intake_settle(&in);
	}
	ck_assert_uint_eq(in.input.counter_samples, 2);
	ck_assert_uint_eq(in.ports.ports[one].grown[PORT_IN_OCTETS], 1000);
	ck_assert_uint_eq(in.ports.ports[one].grown[PORT_OUT_UCAST], 10);
}
END_TEST

START_TEST(strangers_are_listed_and_members_are_not)
{
	send_flow(&(struct sent_flow){ 0x99, 2, 1, SENT_AS_INGRESS, 10, 100, 0,
				       0, 0 });
	send_flow(&(struct sent_flow){ 0x99, 0x98, 1, SENT_AS_INGRESS, 10, 100,
				       0, 0, 0 });
	send_flow(
	    &(struct sent_flow){ 1, 2, 2, SENT_AS_INGRESS, 10, 100, 0, 0, 0 });
	send_flow(&ingress);
	/* dropped for another reason: not noted */
	send_flow(&(struct sent_flow){ 0x97, 2, 48, SENT_AS_INGRESS, 10, 100, 0,
				       0, 0 });
	ck_assert_uint_eq(in.stations.count, 2);
	ck_assert_uint_eq(in.stations.list[0].mac.bits, 0x020000000099);
	ck_assert_uint_eq(in.stations.list[0].samples, 2);
	ck_assert_uint_eq(in.stations.list[0].bytes, 2000);
	ck_assert_int_eq(in.stations.list[0].reason, STRANGER_UNKNOWN);
	ck_assert_int_eq(in.stations.list[1].reason, STRANGER_WRONG_PORT);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ each_reason_is_counted_once, COUNT_OF(reasons) },
		{ a_sample_without_a_header_has_no_addresses, 0 },
		{ a_header_cut_within_the_addresses_has_none, 0 },
		{ a_pair_too_many_is_dropped_and_the_old_ones_count_on, 0 },
		{ each_datagram_is_counted_once, COUNT_OF(unreadable) },
		{ samples_before_a_fault_count, 0 },
		{ gaps_in_the_sequence_are_lost_until_they_are_filled, 0 },
		{ a_doubled_datagram_is_counted_and_not_used, 0 },
		{ auto_holds_egress_until_ingress_is_seen, 0 },
		{ auto_holds_neither_ingress_nor_unknown, 0 },
		{ auto_with_egress_alone_counts_any, 0 },
		{ a_verdict_that_is_known_doubles_nothing, 0 },
		{ one_switchs_verdict_is_not_anothers, 0 },
		{ held_samples_are_bounded, 0 },
		{ judging_counts_nothing_and_ends_when_all_is_seen, 0 },
		{ a_ports_estimate_is_of_its_own_data_source, 0 },
		{ a_data_source_that_is_no_interface_says_no_port, 0 },
		{ several_outputs_are_no_direction, 0 },
		{ counters_reach_their_port, 0 },
		{ strangers_are_listed_and_members_are_not, 0 },
	};

	return unit_run_with("intake", setup, teardown, tests, COUNT_OF(tests));
}
