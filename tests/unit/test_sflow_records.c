/* SPDX-License-Identifier: GPL-2.0-or-later */

/* sflow's records and samples beside header and interface counters. */

#include "support/unit.h"

#include <stdint.h>
#include <string.h>

#include "net/sflow.h"
#include "support/sflow_records.h"
#include "util/err.h"

static struct sflow_builder b;
static struct sflow_reader reader;
static struct sflow_flow flow;
static struct sflow_counters counters;
static struct sflow_skipped skipped;

static const uint8_t frame[] = {
	2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45
};

static void setup(void)
{
	sflow_build_start(&b, &(struct sflow_build_head){
				  .agent = { 192, 0, 2, 1 },
				  .agent_len = 4,
			      });
	skipped = (struct sflow_skipped){ 0 };
}

static void open_flow(void)
{
	sflow_build_flow(&b, &(struct sflow_build_flow){
				 .expanded = true,
				 .sampling_rate = 4096,
			     });
}

static void open_counters(void)
{
	sflow_build_counters(&b, &(struct sflow_build_counters){
				     .expanded = true,
				 });
}

static int next(void)
{
	return sflow_next(&reader, &flow, &counters);
}

/* Close the sample, and read it as the only one. */
static int read_sample(void)
{
	struct sflow_head head;

	sflow_build_sample_end(&b);
	ck_assert_int_eq(sflow_open(&reader, b.data, b.len, &head, &skipped),
			 0);
	return next();
}

static uint64_t all_skipped(void)
{
	return skipped.samples + skipped.flow_records +
	       skipped.counter_records + skipped.broken_records;
}

START_TEST(an_ethernet_record_is_read_past_its_padding)
{
	open_flow();
	sflow_build_ethernet(&b, 1518, 1, 2, 0x86dd);
	ck_assert_int_eq(read_sample(), SFLOW_FLOW);
	ck_assert(!flow.has_header);
	ck_assert_uint_eq(flow.says, SFLOW_SAYS_ETHERNET);
	ck_assert_uint_eq(flow.ethernet.frame_bytes, 1518);
	ck_assert_uint_eq(flow.ethernet.src.bits, 0x020000000001);
	ck_assert_uint_eq(flow.ethernet.dst.bits, 0x020000000002);
	ck_assert_uint_eq(flow.ethernet.type, 0x86dd);
	ck_assert_uint_eq(all_skipped(), 0);
}
END_TEST

START_TEST(an_ip_record_says_family_and_length)
{
	open_flow();
	sflow_build_ip(&b, _i == 0 ? 4 : 6, 1480);
	ck_assert_int_eq(read_sample(), SFLOW_FLOW);
	ck_assert_uint_eq(flow.says,
			  _i == 0 ? SFLOW_SAYS_IPV4 : SFLOW_SAYS_IPV6);
	ck_assert_uint_eq(flow.ip_bytes, 1480);
}
END_TEST

START_TEST(an_extended_switch_record_says_two_vlans)
{
	open_flow();
	sflow_build_switch(&b, 100, 0);
	ck_assert_int_eq(read_sample(), SFLOW_FLOW);
	ck_assert_uint_eq(flow.says, SFLOW_SAYS_SWITCH);
	ck_assert_uint_eq(flow.bridge.src_vlan, 100);
	ck_assert_uint_eq(flow.bridge.dst_vlan, 0);
}
END_TEST

static const struct {
	uint16_t tags[4];
	uint32_t count;
	uint16_t vlan;
} stacks[] = {
	{ { 0 }, 0, 0 },
	{ { 100 }, 1, 100 },
	{ { 0xe064 }, 1, 100 }, /* with priority bits */
	{ { 200, 100 }, 2, 200 },
	{ { 0xe000, 0, 100, 7 }, 4, 100 }, /* behind priority tags */
	{ { 0, 0 }, 2, 0 },
};

START_TEST(a_vlan_stack_says_its_outermost_vlan)
{
	open_flow();
	sflow_build_vlan_stack(&b, stacks[_i].tags, stacks[_i].count);
	ck_assert_int_eq(read_sample(), SFLOW_FLOW);
	ck_assert_uint_eq(flow.says, SFLOW_SAYS_VLAN_STACK);
	ck_assert_uint_eq(flow.stripped_vlan, stacks[_i].vlan);
}
END_TEST

START_TEST(router_and_gateway_are_known_and_ignored)
{
	static const int versions[] = { 0, 4, 6 };

	open_flow();
	for (size_t i = 0; i < COUNT_OF(versions); i++) {
		sflow_build_router(&b, versions[i]);
		sflow_build_gateway(&b, versions[i], (uint32_t)i,
				    (uint32_t)i * 2);
	}
	ck_assert_int_eq(read_sample(), SFLOW_FLOW);
	ck_assert_uint_eq(flow.says, 0);
	ck_assert_uint_eq(all_skipped(), 0);
}
END_TEST

static void put_everything(void)
{
	static const uint16_t tag = 200;

	sflow_build_record(&b, 1043); /* unknown, first */
	sflow_build_u64(&b, 1);
	sflow_build_record_end(&b);
	sflow_build_header(&b, 1518, 4, frame, sizeof(frame));
	sflow_build_ethernet(&b, 1514, 1, 2, 0x0800);
	sflow_build_record(&b, 0x2b62 << 12 | 1); /* another enterprise's */
	sflow_build_record_end(&b);
	sflow_build_switch(&b, 100, 100);
	sflow_build_ip(&b, 4, 1500);
	sflow_build_vlan_stack(&b, &tag, 1);
	sflow_build_record(&b, UINT32_MAX); /* unknown, last */
	sflow_build_u32(&b, 1);
	sflow_build_record_end(&b);
}

START_TEST(a_sample_counts_once_whatever_describes_it)
{
	open_flow();
	put_everything();
	ck_assert_int_eq(read_sample(), SFLOW_FLOW);
	ck_assert(flow.has_header);
	ck_assert_uint_eq(flow.frame_bytes, 1518);
	ck_assert_uint_eq(flow.says, SFLOW_SAYS_ETHERNET | SFLOW_SAYS_IPV4 |
					 SFLOW_SAYS_SWITCH |
					 SFLOW_SAYS_VLAN_STACK);
	ck_assert_uint_eq(skipped.flow_records, 3);
	ck_assert_uint_eq(skipped.broken_records, 0);
	ck_assert_int_eq(next(), SFLOW_END);
}
END_TEST

START_TEST(a_flow_sample_owes_nothing_to_the_one_before)
{
	struct sflow_head head;

	open_flow();
	put_everything();
	sflow_build_sample_end(&b);
	open_flow();
	sflow_build_sample_end(&b);
	ck_assert_int_eq(sflow_open(&reader, b.data, b.len, &head, &skipped),
			 0);
	ck_assert_int_eq(next(), SFLOW_FLOW);
	ck_assert_int_eq(next(), SFLOW_FLOW);
	ck_assert_uint_eq(flow.says, 0);
	ck_assert(!flow.has_header);
}
END_TEST

START_TEST(the_first_of_two_equal_flow_records_counts)
{
	static const uint16_t tags[] = { 100, 200 };

	open_flow();
	sflow_build_ethernet(&b, 64, 1, 2, 0x0800);
	sflow_build_ethernet(&b, 1518, 3, 4, 0x86dd);
	sflow_build_ip(&b, 6, 40);
	sflow_build_ip(&b, 4, 1500);
	sflow_build_switch(&b, 100, 100);
	sflow_build_switch(&b, 200, 200);
	sflow_build_vlan_stack(&b, &tags[0], 1);
	sflow_build_vlan_stack(&b, &tags[1], 1);
	ck_assert_int_eq(read_sample(), SFLOW_FLOW);
	ck_assert_uint_eq(flow.ethernet.frame_bytes, 64);
	ck_assert_uint_eq(flow.ethernet.src.bits, 0x020000000001);
	ck_assert_uint_eq(flow.says & (SFLOW_SAYS_IPV4 | SFLOW_SAYS_IPV6),
			  SFLOW_SAYS_IPV6);
	ck_assert_uint_eq(flow.ip_bytes, 40);
	ck_assert_uint_eq(flow.bridge.src_vlan, 100);
	ck_assert_uint_eq(flow.stripped_vlan, 100);
	ck_assert_uint_eq(skipped.flow_records, 4);
}
END_TEST

/* Each record that can be done without, and how long it is at least. */
static void put_ethernet(void)
{
	sflow_build_ethernet(&b, 64, 1, 2, 0x0800);
}

static void put_ipv4(void)
{
	sflow_build_ip(&b, 4, 1500);
}

static void put_ipv6(void)
{
	sflow_build_ip(&b, 6, 1500);
}

static void put_switch(void)
{
	sflow_build_switch(&b, 100, 100);
}

static void put_router(void)
{
	sflow_build_router(&b, 6);
}

static void put_gateway(void)
{
	sflow_build_gateway(&b, 4, 2, 2);
}

static void put_vlan_stack(void)
{
	static const uint16_t tags[] = { 100, 200 };

	sflow_build_vlan_stack(&b, tags, 2);
}

static void put_ethernet_counters(void)
{
	sflow_build_ethernet_counters(&b, 1);
}

static void put_vlan_counters(void)
{
	sflow_build_vlan_counters(&b, 100, 1);
}

static void put_lag(void)
{
	sflow_build_lag(&b, &(struct sflow_build_lag){ .states = { 1 } });
}

static void put_processor(void)
{
	static const int32_t loads[3] = { 1, 2, 3 };

	sflow_build_processor(&b, loads, 2, 1);
}

static const struct {
	const char *name;
	void (*put)(void);
	uint32_t len;
	bool counters;
} optional[] = {
	{ "Ethernet", put_ethernet, 24, false },
	{ "IPv4", put_ipv4, 32, false },
	{ "IPv6", put_ipv6, 56, false },
	{ "extended switch", put_switch, 16, false },
	{ "extended router", put_router, 28, false },
	{ "extended gateway", put_gateway, 72, false },
	{ "VLAN stack", put_vlan_stack, 12, false },
	{ "Ethernet counters", put_ethernet_counters, 52, true },
	{ "VLAN counters", put_vlan_counters, 28, true },
	{ "LAG", put_lag, 56, true },
	{ "processor", put_processor, 28, true },
};

static bool nothing_was_said(void)
{
	return flow.says == 0 && !counters.has_ethernet && !counters.has_vlan &&
	       !counters.has_lag && !counters.has_processor;
}

START_TEST(a_record_too_short_is_broken_and_the_sample_good)
{
	for (uint32_t len = 0; len <= optional[_i].len + 4; len++) {
		uint32_t missing;
		int item;

		setup();
		if (optional[_i].counters)
			open_counters();
		else
			open_flow();
		optional[_i].put();
		ck_assert_uint_eq(b.len - b.record_at - 4, optional[_i].len);
		sflow_build_u32(&b, 0); /* for the record that is too long */
		missing = optional[_i].len + 4 - len;
		b.len -= missing;
		sflow_build_patch(&b, b.record_at, len);
		if (optional[_i].counters)
			sflow_build_port_name(&b, "Ethernet1/1");
		else
			sflow_build_header(&b, 1518, 4, frame, sizeof(frame));
		item = read_sample();
		ck_assert_msg(item > 0, "%s of %u bytes", optional[_i].name,
			      len);
		ck_assert(item == SFLOW_FLOW ? flow.has_header
					     : counters.port_name_len == 11);
		ck_assert_uint_eq(skipped.broken_records,
				  len < optional[_i].len);
		ck_assert(len >= optional[_i].len || nothing_was_said());
	}
}
END_TEST

/* The counts within records, where they stand and whose they are. */
static const struct {
	const char *name;
	void (*put)(void);
	size_t at; /* from the record's body on */
} counts[] = {
	{ "type of the next hop", put_router, 0 },
	{ "type of the next hop", put_gateway, 0 },
	{ "segments", put_gateway, 20 },
	{ "length of a segment", put_gateway, 28 },
	{ "communities", put_gateway, 56 },
	{ "stripped tags", put_vlan_stack, 0 },
};

START_TEST(a_count_that_lies_stays_in_its_record)
{
	static const uint32_t lies[] = { 0, 1, 3, 0x80000000, UINT32_MAX };

	for (size_t i = 0; i < COUNT_OF(lies); i++) {
		setup();
		open_flow();
		counts[_i].put();
		sflow_build_patch(&b, b.record_at + 4 + counts[_i].at, lies[i]);
		sflow_build_header(&b, 1518, 4, frame, sizeof(frame));
		ck_assert_msg(read_sample() == SFLOW_FLOW, "%s: %u",
			      counts[_i].name, lies[i]);
		ck_assert(flow.has_header);
		if (lies[i] > 3)
			ck_assert_uint_eq(skipped.broken_records, 1);
		ck_assert_int_eq(next(), SFLOW_END);
	}
}
END_TEST

START_TEST(ethernet_counters_are_read)
{
	const struct sflow_ethernet_counters *e = &counters.ethernet;

	open_counters();
	sflow_build_ethernet_counters(&b, 1);
	ck_assert_int_eq(read_sample(), SFLOW_COUNTERS);
	ck_assert(counters.has_ethernet && !counters.has_interface);
	ck_assert_uint_eq(e->alignment_errors, 1);
	ck_assert_uint_eq(e->fcs_errors, 2);
	ck_assert_uint_eq(e->single_collisions, 3);
	ck_assert_uint_eq(e->multiple_collisions, 4);
	ck_assert_uint_eq(e->sqe_test_errors, 5);
	ck_assert_uint_eq(e->deferred, 6);
	ck_assert_uint_eq(e->late_collisions, 7);
	ck_assert_uint_eq(e->excessive_collisions, 8);
	ck_assert_uint_eq(e->internal_tx_errors, 9);
	ck_assert_uint_eq(e->carrier_sense_errors, 10);
	ck_assert_uint_eq(e->frames_too_long, 11);
	ck_assert_uint_eq(e->internal_rx_errors, 12);
	ck_assert_uint_eq(e->symbol_errors, 13);
}
END_TEST

START_TEST(vlan_counters_are_read)
{
	open_counters();
	sflow_build_vlan_counters(&b, 100, UINT64_MAX - 1);
	ck_assert_int_eq(read_sample(), SFLOW_COUNTERS);
	ck_assert(counters.has_vlan);
	ck_assert_uint_eq(counters.vlan.vlan, 100);
	ck_assert_uint_eq(counters.vlan.octets, UINT64_MAX - 1);
	ck_assert_uint_eq(counters.vlan.ucast, 1);
	ck_assert_uint_eq(counters.vlan.mcast, 2);
	ck_assert_uint_eq(counters.vlan.bcast, 3);
	ck_assert_uint_eq(counters.vlan.discards, 4);
}
END_TEST

START_TEST(lag_counters_are_read)
{
	const struct sflow_lag_counters *l = &counters.lag;

	open_counters();
	sflow_build_lag(&b, &(struct sflow_build_lag){
				.actor = { 2, 0, 0, 0, 0, 1 },
				.partner = { 2, 0, 0, 0, 0, 2 },
				.aggregate_ifindex = 369098752,
				.states = { 1, 0x3d, 3, 4 },
				.counters = { 5, 6, 7, 8, 9, 10, 11, 12 },
			    });
	ck_assert_int_eq(read_sample(), SFLOW_COUNTERS);
	ck_assert(counters.has_lag);
	ck_assert_uint_eq(l->actor.bits, 0x020000000001);
	ck_assert_uint_eq(l->partner.bits, 0x020000000002);
	ck_assert_uint_eq(l->aggregate_ifindex, 369098752);
	ck_assert_uint_eq(l->actor_admin_state, 1);
	ck_assert_uint_eq(l->actor_oper_state, 0x3d);
	ck_assert_uint_eq(l->partner_admin_state, 3);
	ck_assert_uint_eq(l->partner_oper_state, 4);
	ck_assert_uint_eq(l->lacpdus_in, 5);
	ck_assert_uint_eq(l->markers_in, 6);
	ck_assert_uint_eq(l->marker_responses_in, 7);
	ck_assert_uint_eq(l->unknown_in, 8);
	ck_assert_uint_eq(l->illegal_in, 9);
	ck_assert_uint_eq(l->lacpdus_out, 10);
	ck_assert_uint_eq(l->markers_out, 11);
	ck_assert_uint_eq(l->marker_responses_out, 12);
}
END_TEST

START_TEST(processor_values_are_read)
{
	static const int32_t loads[3] = { 1234, -1, 10000 };

	open_counters();
	sflow_build_processor(&b, loads, UINT64_C(8) << 30, 1 << 20);
	ck_assert_int_eq(read_sample(), SFLOW_COUNTERS);
	ck_assert(counters.has_processor);
	ck_assert_int_eq(counters.processor.load_5s, 1234);
	ck_assert_int_eq(counters.processor.load_1m, -1);
	ck_assert_int_eq(counters.processor.load_5m, 10000);
	ck_assert_uint_eq(counters.processor.memory_bytes, UINT64_C(8) << 30);
	ck_assert_uint_eq(counters.processor.memory_free_bytes, 1 << 20);
}
END_TEST

START_TEST(the_first_of_two_equal_counter_records_counts)
{
	static const int32_t loads[2][3] = { { 1, 2, 3 }, { 4, 5, 6 } };

	open_counters();
	for (uint32_t i = 0; i < 2; i++) {
		sflow_build_ethernet_counters(&b, 1 + i);
		sflow_build_vlan_counters(&b, 100 + i, i);
		sflow_build_lag(&b, &(struct sflow_build_lag){
					.aggregate_ifindex = 7 + i });
		sflow_build_processor(&b, loads[i], 1 + i, 1);
	}
	ck_assert_int_eq(read_sample(), SFLOW_COUNTERS);
	ck_assert_uint_eq(counters.ethernet.alignment_errors, 1);
	ck_assert_uint_eq(counters.vlan.vlan, 100);
	ck_assert_uint_eq(counters.lag.aggregate_ifindex, 7);
	ck_assert_int_eq(counters.processor.load_5s, 1);
	ck_assert_uint_eq(skipped.counter_records, 4);
}
END_TEST

START_TEST(a_discarded_packet_is_read_and_its_records_passed)
{
	open_flow();
	sflow_build_sample_end(&b);
	sflow_build_discard(&b, &(struct sflow_build_discard){
				    .sequence = 1,
				    .source_class = 0,
				    .source_index = 436207616,
				    .drops = 3,
				    .input = 436207616,
				    .output = 5,
				    .reason = 258,
				});
	sflow_build_header(&b, 1518, 4, frame, sizeof(frame));
	sflow_build_record(&b, 1042);
	sflow_build_opaque(&b, "acl", 3);
	sflow_build_record_end(&b);
	ck_assert_int_eq(read_sample(), SFLOW_FLOW);
	ck_assert_int_eq(next(), SFLOW_DISCARD);
	ck_assert_uint_eq(reader.discard.sequence, 1);
	ck_assert_uint_eq(reader.discard.source.class, SFLOW_SOURCE_IFINDEX);
	ck_assert_uint_eq(reader.discard.source.index, 436207616);
	ck_assert_uint_eq(reader.discard.drops, 3);
	ck_assert_uint_eq(reader.discard.input, 436207616);
	ck_assert_uint_eq(reader.discard.output, 5);
	ck_assert_uint_eq(reader.discard.reason, 258);
	ck_assert_uint_eq(all_skipped(), 0);
	ck_assert_int_eq(next(), SFLOW_END);
}
END_TEST

static const struct {
	uint32_t reason;
	enum sflow_discard_group group;
	const char *name;
} reasons[] = {
	{ 0, SFLOW_DISCARD_UNREACHABLE, "unreachable" },
	{ 15, SFLOW_DISCARD_UNREACHABLE, "unreachable" },
	{ 4, SFLOW_DISCARD_SIZE, "size" },
	{ 13, SFLOW_DISCARD_ACL, "acl" },
	{ 16, SFLOW_DISCARD_OTHER, "other" },
	{ 255, SFLOW_DISCARD_OTHER, "other" },
	{ 256, SFLOW_DISCARD_OTHER, "other" },
	{ 257, SFLOW_DISCARD_TTL, "ttl" },
	{ 258, SFLOW_DISCARD_ACL, "acl" },
	{ 259, SFLOW_DISCARD_BUFFER, "buffer" },
	{ 260, SFLOW_DISCARD_BUFFER, "buffer" },
	{ 261, SFLOW_DISCARD_BUFFER, "buffer" },
	{ 262, SFLOW_DISCARD_SIZE, "size" },
	{ 263, SFLOW_DISCARD_OTHER, "other" },
	{ 264, SFLOW_DISCARD_VLAN, "vlan" },
	{ 265, SFLOW_DISCARD_VLAN, "vlan" },
	{ 266, SFLOW_DISCARD_SPANNING_TREE, "spanning_tree" },
	{ 269, SFLOW_DISCARD_UNREACHABLE, "unreachable" },
	{ UINT32_MAX, SFLOW_DISCARD_OTHER, "other" },
};

START_TEST(a_reason_belongs_to_a_group)
{
	enum sflow_discard_group group =
	    sflow_discard_group(reasons[_i].reason);

	ck_assert_msg(group == reasons[_i].group, "%u", reasons[_i].reason);
	ck_assert_str_eq(sflow_discard_group_name(group), reasons[_i].name);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ an_ethernet_record_is_read_past_its_padding, 0 },
		{ an_ip_record_says_family_and_length, 2 },
		{ an_extended_switch_record_says_two_vlans, 0 },
		{ a_vlan_stack_says_its_outermost_vlan, COUNT_OF(stacks) },
		{ router_and_gateway_are_known_and_ignored, 0 },
		{ a_sample_counts_once_whatever_describes_it, 0 },
		{ a_flow_sample_owes_nothing_to_the_one_before, 0 },
		{ the_first_of_two_equal_flow_records_counts, 0 },
		{ a_record_too_short_is_broken_and_the_sample_good,
		  COUNT_OF(optional) },
		{ a_count_that_lies_stays_in_its_record, COUNT_OF(counts) },
		{ ethernet_counters_are_read, 0 },
		{ vlan_counters_are_read, 0 },
		{ lag_counters_are_read, 0 },
		{ processor_values_are_read, 0 },
		{ the_first_of_two_equal_counter_records_counts, 0 },
		{ a_discarded_packet_is_read_and_its_records_passed, 0 },
		{ a_reason_belongs_to_a_group, COUNT_OF(reasons) },
	};

	return unit_run_with("sflow_records", setup, NULL, tests,
			     COUNT_OF(tests));
}
