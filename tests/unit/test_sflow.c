/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>
#include <string.h>

#include "net/sflow.h"
#include "support/sflow_builder.h"
#include "util/err.h"

static struct sflow_builder b;
static struct sflow_reader reader;
static struct sflow_head head;
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
				  .sub_agent = 3,
				  .sequence = 77,
				  .uptime_ms = 123456,
			      });
	skipped = (struct sflow_skipped){ 0 };
}

static void open_flow(void)
{
	sflow_build_flow(&b, &(struct sflow_build_flow){
				 .sampling_rate = 4096,
			     });
}

static void add_flow(void)
{
	open_flow();
	sflow_build_header(&b, 1518, 4, frame, sizeof(frame));
	sflow_build_sample_end(&b);
}

static void open_counters(void)
{
	sflow_build_counters(&b, &(struct sflow_build_counters){ 0 });
}

static void add_unknown_sample(uint32_t format)
{
	sflow_build_sample(&b, format);
	sflow_build_u64(&b, 1);
	sflow_build_sample_end(&b);
}

static void add_unknown_record(uint32_t format)
{
	sflow_build_record(&b, format);
	sflow_build_u32(&b, 1);
	sflow_build_record_end(&b);
}

static int open_datagram(void)
{
	return sflow_open(&reader, b.data, b.len, &head, &skipped);
}

static int next(void)
{
	return sflow_next(&reader, &flow, &counters);
}

START_TEST(the_head_is_read)
{
	ck_assert_int_eq(open_datagram(), 0);
	ck_assert_int_eq(head.agent.version, 4);
	ck_assert_mem_eq(head.agent.bytes, "\xc0\0\2\1", 4);
	ck_assert_uint_eq(head.sub_agent, 3);
	ck_assert_uint_eq(head.sequence, 77);
	ck_assert_uint_eq(head.uptime_ms, 123456);
	ck_assert_uint_eq(head.sample_count, 0);
	ck_assert_int_eq(next(), SFLOW_END);
}
END_TEST

START_TEST(an_agent_may_have_an_ipv6_address)
{
	static const struct sflow_build_head v6 = {
		.agent = { 0x20, 0x01, 0x0d, 0xb8, [15] = 9 },
		.agent_len = 16,
		.sequence = 5,
	};

	sflow_build_start(&b, &v6);
	ck_assert_int_eq(open_datagram(), 0);
	ck_assert_int_eq(head.agent.version, 6);
	ck_assert_mem_eq(head.agent.bytes, v6.agent, 16);
	ck_assert_uint_eq(head.sequence, 5);
}
END_TEST

START_TEST(an_agent_may_say_no_address)
{
	sflow_build_start(&b, &(struct sflow_build_head){ .sequence = 5 });
	add_flow();
	ck_assert_int_eq(open_datagram(), 0);
	ck_assert_int_eq(head.agent.version, 0);
	ck_assert_uint_eq(head.sequence, 5);
	ck_assert_int_eq(next(), SFLOW_FLOW);
}
END_TEST

START_TEST(an_unknown_address_type_is_malformed)
{
	sflow_build_patch(&b, 4, 3);
	ck_assert_int_eq(open_datagram(), ERR_MALFORMED);
}
END_TEST

START_TEST(another_version_is_not_supported)
{
	static const uint32_t versions[] = { 0, 2, 4, 6, 0x05000000 };

	for (size_t i = 0; i < COUNT_OF(versions); i++) {
		sflow_build_patch(&b, 0, versions[i]);
		ck_assert_int_eq(open_datagram(), ERR_UNSUPPORTED);
	}
}
END_TEST

/* The same flow sample in both encodings. */
START_TEST(a_flow_sample_is_read_compact_or_expanded)
{
	sflow_build_flow(&b, &(struct sflow_build_flow){
				 .expanded = _i == 1,
				 .sequence = 11,
				 .source_class = 1,
				 .source_index = 0xabcdef,
				 .sampling_rate = 4096,
				 .sample_pool = 0xfffffff0,
				 .drops = 13,
				 .input = { 0, 0x1a000000 },
				 .output = { 2, 5 },
			     });
	sflow_build_header(&b, 1518, 4, frame, sizeof(frame));
	sflow_build_sample_end(&b);
	ck_assert_int_eq(open_datagram(), 0);
	ck_assert_int_eq(next(), SFLOW_FLOW);
	ck_assert(flow.expanded == (_i == 1));
	ck_assert_uint_eq(flow.sequence, 11);
	ck_assert_uint_eq(flow.source.class, SFLOW_SOURCE_VLAN);
	ck_assert_uint_eq(flow.source.index, 0xabcdef);
	ck_assert_uint_eq(flow.sampling_rate, 4096);
	ck_assert_uint_eq(flow.sample_pool, 0xfffffff0);
	ck_assert_uint_eq(flow.drops, 13);
	ck_assert_uint_eq(flow.input.format, SFLOW_INTERFACE_INDEX);
	ck_assert_uint_eq(flow.input.value, 0x1a000000);
	ck_assert_uint_eq(flow.output.format, SFLOW_INTERFACE_MULTIPLE);
	ck_assert_uint_eq(flow.output.value, 5);
	ck_assert_int_eq(next(), SFLOW_END);
}
END_TEST

static const struct sflow_build_interface interfaces[] = {
	{ SFLOW_INTERFACE_INDEX, 0 },
	{ SFLOW_INTERFACE_INDEX, 1 },
	{ SFLOW_INTERFACE_INDEX, SFLOW_INTERNAL },
	{ SFLOW_INTERFACE_DROPPED, 256 },
	{ SFLOW_INTERFACE_MULTIPLE, 0 },
	{ SFLOW_INTERFACE_MULTIPLE, 3 },
	{ 3, 0x3fffffff },
};

START_TEST(an_interface_has_a_format_and_a_value)
{
	for (int expanded = 0; expanded < 2; expanded++) {
		sflow_build_flow(&b, &(struct sflow_build_flow){
					 .expanded = expanded,
					 .input = interfaces[_i],
					 .output = interfaces[_i],
				     });
		sflow_build_sample_end(&b);
	}
	ck_assert_int_eq(open_datagram(), 0);
	for (int expanded = 0; expanded < 2; expanded++) {
		ck_assert_int_eq(next(), SFLOW_FLOW);
		ck_assert_uint_eq(flow.input.format, interfaces[_i].format);
		ck_assert_uint_eq(flow.input.value, interfaces[_i].value);
		ck_assert_uint_eq(flow.output.format, interfaces[_i].format);
		ck_assert_uint_eq(flow.output.value, interfaces[_i].value);
	}
}
END_TEST

START_TEST(the_sampled_header_is_lent_without_its_padding)
{
	add_flow();
	ck_assert_int_eq(open_datagram(), 0);
	ck_assert_int_eq(next(), SFLOW_FLOW);
	ck_assert(flow.has_header);
	ck_assert_uint_eq(flow.header_protocol, SFLOW_HEADER_ETHERNET);
	ck_assert_uint_eq(flow.frame_bytes, 1518);
	ck_assert_uint_eq(flow.stripped_bytes, 4);
	ck_assert_uint_eq(cursor_left(&flow.header), sizeof(frame));
	ck_assert_mem_eq(cursor_take(&flow.header, sizeof(frame)), frame,
			 sizeof(frame));
}
END_TEST

START_TEST(a_sampled_header_may_hold_nothing)
{
	open_flow();
	sflow_build_header(&b, 64, 4, frame, 0);
	sflow_build_sample_end(&b);
	ck_assert_int_eq(open_datagram(), 0);
	ck_assert_int_eq(next(), SFLOW_FLOW);
	ck_assert(flow.has_header);
	ck_assert_uint_eq(flow.frame_bytes, 64);
	ck_assert_uint_eq(cursor_left(&flow.header), 0);
}
END_TEST

START_TEST(a_flow_sample_without_header_says_so)
{
	add_flow();
	open_flow();
	add_unknown_record(1036);
	sflow_build_sample_end(&b);
	open_flow();
	sflow_build_sample_end(&b);
	ck_assert_int_eq(open_datagram(), 0);
	ck_assert_int_eq(next(), SFLOW_FLOW);
	ck_assert(flow.has_header);
	ck_assert_int_eq(next(), SFLOW_FLOW);
	ck_assert(!flow.has_header);
	ck_assert_int_eq(next(), SFLOW_FLOW);
	ck_assert(!flow.has_header);
	ck_assert_uint_eq(skipped.flow_records, 1);
}
END_TEST

START_TEST(two_headers_in_a_flow_sample_count_once)
{
	open_flow();
	sflow_build_header(&b, 1518, 4, frame, sizeof(frame));
	sflow_build_header(&b, 64, 4, frame, 6);
	sflow_build_sample_end(&b);
	ck_assert_int_eq(open_datagram(), 0);
	ck_assert_int_eq(next(), SFLOW_FLOW);
	ck_assert_uint_eq(flow.frame_bytes, 1518);
	ck_assert_uint_eq(cursor_left(&flow.header), sizeof(frame));
	ck_assert_uint_eq(skipped.flow_records, 1);
	ck_assert_int_eq(next(), SFLOW_END);
}
END_TEST

/* Types of nobody, of samples or records alone, of other enterprises. */
static const uint32_t unknown_types[] = { 0,	  6,	      1036,
					  0x1001, 0x00009001, UINT32_MAX };

START_TEST(unknown_samples_are_skipped_whole_and_counted)
{
	uint32_t type = unknown_types[_i];

	add_unknown_sample(type);
	add_flow();
	add_unknown_sample(type);
	add_unknown_sample(type);
	open_counters();
	sflow_build_sample_end(&b);
	add_unknown_sample(type);
	ck_assert_int_eq(open_datagram(), 0);
	ck_assert_int_eq(next(), SFLOW_FLOW);
	ck_assert(flow.has_header);
	ck_assert_int_eq(next(), SFLOW_COUNTERS);
	ck_assert_int_eq(next(), SFLOW_END);
	ck_assert_uint_eq(skipped.samples, 4);
}
END_TEST

START_TEST(unknown_records_are_skipped_whole_and_counted)
{
	uint32_t type = unknown_types[_i];

	open_flow();
	add_unknown_record(type);
	sflow_build_header(&b, 1518, 4, frame, sizeof(frame));
	add_unknown_record(type);
	sflow_build_sample_end(&b);
	open_counters();
	add_unknown_record(type);
	sflow_build_port_name(&b, "Ethernet1/1");
	add_unknown_record(type);
	sflow_build_if_counters(
	    &b, &(struct sflow_build_if_counters){ .ifindex = 9 });
	add_unknown_record(type);
	sflow_build_sample_end(&b);
	ck_assert_int_eq(open_datagram(), 0);
	ck_assert_int_eq(next(), SFLOW_FLOW);
	ck_assert_uint_eq(flow.frame_bytes, 1518);
	ck_assert_int_eq(next(), SFLOW_COUNTERS);
	ck_assert_uint_eq(counters.interface.ifindex, 9);
	ck_assert_uint_eq(counters.port_name_len, 11);
	ck_assert_uint_eq(skipped.flow_records, 2);
	ck_assert_uint_eq(skipped.counter_records, 3);
}
END_TEST

static const struct sflow_build_if_counters some_counters = {
	.ifindex = 1,
	.type = 2,
	.speed_bps = 100000000000,
	.direction = 3,
	.status = 4,
	.in_octets = 0x0123456789abcdef,
	.in_packets = { 5, 6, 7, 8, 9, 10 },
	.out_octets = UINT64_MAX,
	.out_packets = { 11, 12, 13, 14, UINT32_MAX },
	.promiscuous = 16,
};

static void check_some_counters(const struct sflow_if_counters *i)
{
	ck_assert_uint_eq(i->ifindex, 1);
	ck_assert_uint_eq(i->type, 2);
	ck_assert_uint_eq(i->speed_bps, 100000000000);
	ck_assert_uint_eq(i->direction, 3);
	ck_assert_uint_eq(i->status, 4);
	ck_assert_uint_eq(i->in_octets, 0x0123456789abcdef);
	ck_assert_uint_eq(i->in_ucast, 5);
	ck_assert_uint_eq(i->in_mcast, 6);
	ck_assert_uint_eq(i->in_bcast, 7);
	ck_assert_uint_eq(i->in_discards, 8);
	ck_assert_uint_eq(i->in_errors, 9);
	ck_assert_uint_eq(i->in_unknown_protocols, 10);
	ck_assert_uint_eq(i->out_octets, UINT64_MAX);
	ck_assert_uint_eq(i->out_ucast, 11);
	ck_assert_uint_eq(i->out_mcast, 12);
	ck_assert_uint_eq(i->out_bcast, 13);
	ck_assert_uint_eq(i->out_discards, 14);
	ck_assert_uint_eq(i->out_errors, UINT32_MAX);
	ck_assert_uint_eq(i->promiscuous, 16);
}

START_TEST(a_counter_sample_is_read_compact_or_expanded)
{
	sflow_build_counters(&b, &(struct sflow_build_counters){
				     .expanded = _i == 1,
				     .sequence = 11,
				     .source_class = 2,
				     .source_index = 0x123456,
				 });
	sflow_build_if_counters(&b, &some_counters);
	sflow_build_port_name(&b, "Ethernet1/1");
	sflow_build_sample_end(&b);
	ck_assert_int_eq(open_datagram(), 0);
	ck_assert_int_eq(next(), SFLOW_COUNTERS);
	ck_assert(counters.expanded == (_i == 1));
	ck_assert_uint_eq(counters.sequence, 11);
	ck_assert_uint_eq(counters.source.class, SFLOW_SOURCE_ENTITY);
	ck_assert_uint_eq(counters.source.index, 0x123456);
	ck_assert(counters.has_interface);
	check_some_counters(&counters.interface);
	ck_assert_uint_eq(counters.port_name_len, 11);
	ck_assert_mem_eq(counters.port_name, "Ethernet1/1", 11);
	ck_assert_int_eq(next(), SFLOW_END);
}
END_TEST

START_TEST(a_counter_sample_owes_nothing_to_the_one_before)
{
	open_counters();
	sflow_build_if_counters(&b, &some_counters);
	sflow_build_port_name(&b, "Ethernet1/1");
	sflow_build_sample_end(&b);
	open_counters();
	sflow_build_sample_end(&b);
	ck_assert_int_eq(open_datagram(), 0);
	ck_assert_int_eq(next(), SFLOW_COUNTERS);
	ck_assert_int_eq(next(), SFLOW_COUNTERS);
	ck_assert(!counters.has_interface);
	ck_assert_ptr_null(counters.port_name);
	ck_assert_uint_eq(counters.port_name_len, 0);
}
END_TEST

START_TEST(the_first_of_two_equal_counter_records_counts)
{
	open_counters();
	sflow_build_if_counters(&b, &some_counters);
	sflow_build_if_counters(&b, &(struct sflow_build_if_counters){ 0 });
	sflow_build_port_name(&b, "first");
	sflow_build_port_name(&b, "second");
	sflow_build_sample_end(&b);
	ck_assert_int_eq(open_datagram(), 0);
	ck_assert_int_eq(next(), SFLOW_COUNTERS);
	check_some_counters(&counters.interface);
	ck_assert_mem_eq(counters.port_name, "first", 5);
	ck_assert_uint_eq(skipped.counter_records, 2);
}
END_TEST

START_TEST(an_empty_port_name_is_a_name_of_no_length)
{
	open_counters();
	sflow_build_port_name(&b, "");
	sflow_build_sample_end(&b);
	ck_assert_int_eq(open_datagram(), 0);
	ck_assert_int_eq(next(), SFLOW_COUNTERS);
	ck_assert_uint_eq(counters.port_name_len, 0);
	ck_assert_uint_eq(skipped.counter_records, 0);
}
END_TEST

/* As some agents do: what a record or a sample has at its end is passed. */
START_TEST(a_record_and_a_sample_end_where_their_length_says)
{
	open_flow();
	sflow_build_header(&b, 1518, 4, frame, sizeof(frame));
	sflow_build_u64(&b, 0xffffffffffffffff);
	sflow_build_sample_end(&b);
	add_flow();
	ck_assert_int_eq(open_datagram(), 0);
	ck_assert_int_eq(next(), SFLOW_FLOW);
	ck_assert_int_eq(next(), SFLOW_FLOW);
	ck_assert(flow.has_header);
	ck_assert_int_eq(next(), SFLOW_END);
}
END_TEST

START_TEST(a_length_that_is_no_multiple_of_four_is_taken_at_its_word)
{
	open_flow();
	sflow_build_header(&b, 1518, 4, frame, sizeof(frame));
	sflow_build_patch(&b, b.record_at, 16 + sizeof(frame));
	sflow_build_sample_end(&b);
	sflow_build_patch(&b, b.sample_at, (uint32_t)(b.len - b.sample_at - 5));
	b.len--; /* the padding is not sent */
	ck_assert_int_eq(open_datagram(), 0);
	ck_assert_int_eq(next(), SFLOW_FLOW);
	ck_assert_uint_eq(cursor_left(&flow.header), sizeof(frame));
	ck_assert_int_eq(next(), SFLOW_END);
}
END_TEST

START_TEST(a_header_longer_than_its_record_is_a_fault)
{
	static const uint32_t lengths[] = { 17, 20, 1000, 0x80000000,
					    UINT32_MAX };

	add_flow();
	for (size_t i = 0; i < COUNT_OF(lengths); i++) {
		sflow_build_patch(&b, b.record_at + 4 + 12, lengths[i]);
		ck_assert_int_eq(open_datagram(), 0);
		ck_assert_int_eq(next(), ERR_TRUNCATED);
		ck_assert_int_eq(next(), SFLOW_END);
	}
}
END_TEST

START_TEST(a_record_too_short_for_its_type_is_a_fault)
{
	open_counters();
	sflow_build_if_counters(&b, &some_counters);
	sflow_build_sample_end(&b);
	for (uint32_t len = 0; len < 88; len++) {
		sflow_build_patch(&b, b.record_at, len);
		ck_assert_int_eq(open_datagram(), 0);
		ck_assert_int_eq(next(), ERR_TRUNCATED);
	}
}
END_TEST

START_TEST(a_port_name_longer_than_its_record_is_a_fault)
{
	open_counters();
	sflow_build_port_name(&b, "Ethernet1/1");
	sflow_build_sample_end(&b);
	sflow_build_patch(&b, b.record_at + 4, 13);
	ck_assert_int_eq(open_datagram(), 0);
	ck_assert_int_eq(next(), ERR_TRUNCATED);
}
END_TEST

START_TEST(samples_before_a_fault_are_given_out_and_none_after)
{
	add_flow();
	add_flow();
	add_flow();
	/* the second one's length reaches past the end */
	sflow_build_patch(&b, b.sample_at - (b.len - b.sample_at) - 4, 4000);
	ck_assert_int_eq(open_datagram(), 0);
	ck_assert_int_eq(next(), SFLOW_FLOW);
	ck_assert_int_eq(next(), ERR_TRUNCATED);
	ck_assert_int_eq(next(), SFLOW_END);
	ck_assert_int_eq(next(), SFLOW_END);
}
END_TEST

START_TEST(a_count_of_samples_beyond_the_end_is_a_fault)
{
	static const uint32_t counts[] = { 2, 0x80000000, UINT32_MAX };

	add_flow();
	for (size_t i = 0; i < COUNT_OF(counts); i++) {
		sflow_build_patch(&b, b.sample_count_at, counts[i]);
		ck_assert_int_eq(open_datagram(), 0);
		ck_assert_int_eq(next(), SFLOW_FLOW);
		ck_assert_int_eq(next(), ERR_TRUNCATED);
	}
}
END_TEST

START_TEST(a_count_of_records_beyond_the_sample_is_a_fault)
{
	static const uint32_t counts[] = { 2, 4, 5, 0x80000000, UINT32_MAX };

	add_flow();
	for (size_t i = 0; i < COUNT_OF(counts); i++) {
		sflow_build_patch(&b, b.record_count_at, counts[i]);
		ck_assert_int_eq(open_datagram(), 0);
		ck_assert_int_eq(next(), ERR_TRUNCATED);
	}
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ the_head_is_read, 0 },
		{ an_agent_may_have_an_ipv6_address, 0 },
		{ an_agent_may_say_no_address, 0 },
		{ an_unknown_address_type_is_malformed, 0 },
		{ another_version_is_not_supported, 0 },
		{ a_flow_sample_is_read_compact_or_expanded, 2 },
		{ an_interface_has_a_format_and_a_value, COUNT_OF(interfaces) },
		{ the_sampled_header_is_lent_without_its_padding, 0 },
		{ a_sampled_header_may_hold_nothing, 0 },
		{ a_flow_sample_without_header_says_so, 0 },
		{ two_headers_in_a_flow_sample_count_once, 0 },
		{ unknown_samples_are_skipped_whole_and_counted,
		  COUNT_OF(unknown_types) },
		{ unknown_records_are_skipped_whole_and_counted,
		  COUNT_OF(unknown_types) },
		{ a_counter_sample_is_read_compact_or_expanded, 2 },
		{ a_counter_sample_owes_nothing_to_the_one_before, 0 },
		{ the_first_of_two_equal_counter_records_counts, 0 },
		{ an_empty_port_name_is_a_name_of_no_length, 0 },
		{ a_record_and_a_sample_end_where_their_length_says, 0 },
		{ a_length_that_is_no_multiple_of_four_is_taken_at_its_word,
		  0 },
		{ a_header_longer_than_its_record_is_a_fault, 0 },
		{ a_record_too_short_for_its_type_is_a_fault, 0 },
		{ a_port_name_longer_than_its_record_is_a_fault, 0 },
		{ samples_before_a_fault_are_given_out_and_none_after, 0 },
		{ a_count_of_samples_beyond_the_end_is_a_fault, 0 },
		{ a_count_of_records_beyond_the_sample_is_a_fault, 0 },
	};

	return unit_run_with("sflow", setup, NULL, tests, COUNT_OF(tests));
}
