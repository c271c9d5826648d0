/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>
#include <string.h>

#include "net/sflow_encode.h"
#include "support/sflow_records.h"

enum { PAYLOAD = 0xee };

/* IPv4, UDP, and a payload that is easy to find. */
static const uint8_t frame[] = {
	2,    0,    0,	  0,	0,    2,    2,	  0,	0,    0,    0,	  1,
	8,    0,    0x45, 0,	0,    64,   0,	  0,	0,    0,    64,	  17,
	0,    0,    192,  0,	2,    1,    192,  0,	2,    2,    0xc3, 0x50,
	0x18, 67,   0,	  44,	0,    0,    0xee, 0xee, 0xee, 0xee, 0xee, 0xee,
	0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee,
};

enum { HEADERS = 14 + 20 + 8 };

static const struct sflow_build_head ipv4_head = {
	.agent = { 192, 0, 2, 1 },
	.agent_len = 4,
	.sub_agent = 3,
	.sequence = 7,
	.uptime_ms = 100000,
};
static const struct sflow_build_head ipv6_head = {
	.agent = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 },
	.agent_len = 16,
	.sequence = 7,
};
static const struct sflow_build_head unknown_head = { .sequence = 7 };

static struct sflow_builder b;
static uint8_t out[SFLOW_BUILDER_SIZE];

static const struct sflow_build_flow expanded = {
	.expanded = true,
	.sequence = 11,
	.source_class = 1,
	.source_index = 436207616,
	.sampling_rate = 4096,
	.sample_pool = 8192,
	.drops = 2,
	.input = { 0, 436207616 },
	.output = { 2, 3 },
};
static const struct sflow_build_flow compact = {
	.sequence = 12,
	.source_class = 2,
	.source_index = 0xffffff,
	.sampling_rate = 1,
	.sample_pool = UINT32_MAX,
	.drops = 9,
	.input = { 1, 0x3fffffff },
	.output = { 3, 5 },
};

static void build_frame(void)
{
	sflow_build_start(&b, &ipv4_head);
	sflow_build_flow(&b, &compact);
	sflow_build_header(&b, 1518, 4, frame, sizeof(frame));
	sflow_build_sample_end(&b);
}

static void build_records(void)
{
	static const uint16_t tags[] = { 0, 100, 200 };

	sflow_build_start(&b, &ipv6_head);
	sflow_build_flow(&b, &expanded);
	sflow_build_ethernet(&b, 1518, 1, 2, 0x0800);
	sflow_build_ip(&b, 6, 1500);
	sflow_build_header(&b, 1518, 4, frame, sizeof(frame));
	sflow_build_switch(&b, 100, 200);
	sflow_build_vlan_stack(&b, tags, COUNT_OF(tags));
	sflow_build_sample_end(&b);
}

static void build_two(void)
{
	sflow_build_start(&b, &unknown_head);
	sflow_build_flow(&b, &expanded);
	sflow_build_ip(&b, 4, 1500);
	sflow_build_ethernet(&b, 64, 1, 2, 0x0800);
	sflow_build_sample_end(&b);
	sflow_build_flow(&b, &compact);
	sflow_build_header(&b, 64, 4, frame, 13);
	sflow_build_sample_end(&b);
}

/* Twice the same kind, one too short before one that is whole. */
static void build_doubles(void)
{
	sflow_build_start(&b, &ipv4_head);
	sflow_build_flow(&b, &expanded);
	sflow_build_record(&b, 2);
	sflow_build_u64(&b, 1);
	sflow_build_record_end(&b);
	sflow_build_ethernet(&b, 64, 1, 2, 0x0800);
	sflow_build_ethernet(&b, 65, 3, 4, 0x86dd);
	sflow_build_ip(&b, 4, 46);
	sflow_build_ip(&b, 6, 47);
	sflow_build_header(&b, 64, 4, frame, sizeof(frame));
	sflow_build_header(&b, 65, 0, frame, 20);
	sflow_build_record(&b, 1012);
	sflow_build_u32(&b, 1000);
	sflow_build_record_end(&b);
	sflow_build_sample_end(&b);
}

/* What may hold payload or concerns others: skipped, but not let through. */
static void build_strange(void)
{
	uint8_t secret[400];

	memset(secret, PAYLOAD, sizeof(secret));
	sflow_build_start(&b, &ipv4_head);
	sflow_build_flow(&b, &expanded);
	sflow_build_record(&b, 1005);
	sflow_build_opaque(&b, secret, sizeof(secret));
	sflow_build_record_end(&b);
	sflow_build_record(&b, 1001); /* more than its type holds */
	for (int i = 0; i < 4; i++)
		sflow_build_u32(&b, 100);
	sflow_build_opaque(&b, secret, sizeof(secret));
	sflow_build_record_end(&b);
	sflow_build_router(&b, 6);
	sflow_build_gateway(&b, 4, 2, 3);
	sflow_build_record(&b,
			   1); /* a header of a protocol that is not known */
	sflow_build_u32(&b, 99);
	sflow_build_u32(&b, 1518);
	sflow_build_u32(&b, 0);
	sflow_build_u32(&b, sizeof(secret));
	sflow_build_opaque(&b, secret, sizeof(secret));
	sflow_build_record_end(&b);
	sflow_build_sample_end(&b);
}

static void build_packet(void)
{
	sflow_build_start(&b, &ipv4_head);
	sflow_build_flow(&b, &expanded);
	sflow_build_record(&b, 1);
	sflow_build_u32(&b, 11);
	sflow_build_u32(&b, 1500);
	sflow_build_u32(&b, 0);
	sflow_build_u32(&b, sizeof(frame) - 14);
	sflow_build_opaque(&b, frame + 14, sizeof(frame) - 14);
	sflow_build_record_end(&b);
	sflow_build_sample_end(&b);
}

static void (*const builds[])(void) = { build_frame,   build_records,
					build_two,     build_doubles,
					build_strange, build_packet };

/* Encode all flow samples of a datagram. @return the result's length */
static size_t encode(const void *data, size_t len, size_t capacity)
{
	struct sflow_skipped skipped = { 0 };
	struct sflow_encoder e;
	struct sflow_reader reader;
	struct sflow_head head;
	struct sflow_flow flow;
	struct sflow_counters counters;
	int item;

	if (sflow_open(&reader, data, len, &head, &skipped) < 0)
		return 0;
	sflow_encode_start(&e, out, capacity, &head);
	while ((item = sflow_next(&reader, &flow, &counters)) > 0) {
		if (item == SFLOW_FLOW)
			(void)sflow_encode_flow(&e, &flow);
	}
	return sflow_encode_end(&e);
}

static void assert_same_header(const struct sflow_flow *x,
			       const struct sflow_flow *y)
{
	ck_assert_int_eq(x->has_header, y->has_header);
	if (!x->has_header)
		return;
	ck_assert_uint_eq(x->header_protocol, y->header_protocol);
	ck_assert_uint_eq(x->frame_bytes, y->frame_bytes);
	ck_assert_uint_eq(x->stripped_bytes, y->stripped_bytes);
	ck_assert_uint_ge(x->header.left, y->header.left);
	ck_assert_int_eq(memcmp(x->header.at, y->header.at, y->header.left), 0);
}

static void assert_same(const struct sflow_flow *x, const struct sflow_flow *y)
{
	ck_assert_uint_eq(x->sequence, y->sequence);
	ck_assert_uint_eq(x->source.class, y->source.class);
	ck_assert_uint_eq(x->source.index, y->source.index);
	ck_assert_uint_eq(x->sampling_rate, y->sampling_rate);
	ck_assert_uint_eq(x->sample_pool, y->sample_pool);
	ck_assert_uint_eq(x->drops, y->drops);
	ck_assert_uint_eq(x->input.format, y->input.format);
	ck_assert_uint_eq(x->input.value, y->input.value);
	ck_assert_uint_eq(x->output.format, y->output.format);
	ck_assert_uint_eq(x->output.value, y->output.value);
	ck_assert_int_eq(x->expanded, y->expanded);
	ck_assert_uint_eq(x->says, y->says);
	if (x->says & SFLOW_SAYS_ETHERNET)
		ck_assert_mem_eq(&x->ethernet, &y->ethernet,
				 sizeof(x->ethernet));
	if (x->says & (SFLOW_SAYS_IPV4 | SFLOW_SAYS_IPV6))
		ck_assert_uint_eq(x->ip_bytes, y->ip_bytes);
	if (x->says & SFLOW_SAYS_SWITCH)
		ck_assert_mem_eq(&x->bridge, &y->bridge, sizeof(x->bridge));
	if (x->says & SFLOW_SAYS_VLAN_STACK)
		ck_assert_uint_eq(x->stripped_vlan, y->stripped_vlan);
	assert_same_header(x, y);
}

static int next_flow(struct sflow_reader *reader, struct sflow_flow *flow)
{
	struct sflow_counters counters;
	int item;

	do {
		item = sflow_next(reader, flow, &counters);
	} while (item > 0 && item != SFLOW_FLOW);
	return item;
}

START_TEST(what_was_read_is_read_again)
{
	struct sflow_skipped skipped = { 0 };
	struct sflow_skipped again = { 0 };
	struct sflow_reader from;
	struct sflow_reader to;
	struct sflow_head x;
	struct sflow_head y;
	struct sflow_flow flow;
	struct sflow_flow copy;
	size_t len;

	builds[_i]();
	len = encode(b.data, b.len, b.len);
	ck_assert_uint_gt(len, 0);
	ck_assert_uint_le(len, b.len);
	ck_assert_uint_eq(len % 4, 0);
	ck_assert_int_eq(sflow_open(&from, b.data, b.len, &x, &skipped), 0);
	ck_assert_int_eq(sflow_open(&to, out, len, &y, &again), 0);
	ck_assert(ipaddr_equal(&x.agent, &y.agent));
	ck_assert_uint_eq(x.sub_agent, y.sub_agent);
	ck_assert_uint_eq(x.sequence, y.sequence);
	ck_assert_uint_eq(x.uptime_ms, y.uptime_ms);
	while (next_flow(&from, &flow) > 0) {
		ck_assert_int_eq(next_flow(&to, &copy), SFLOW_FLOW);
		assert_same(&flow, &copy);
	}
	ck_assert_int_eq(next_flow(&to, &copy), SFLOW_END);
	ck_assert(cursor_spent(&to.rest));
	ck_assert_uint_eq(again.samples + again.flow_records +
			      again.counter_records + again.broken_records,
			  0);
}
END_TEST

START_TEST(no_payload_gets_through)
{
	static const uint8_t payload[3] = { PAYLOAD, PAYLOAD, PAYLOAD };
	size_t len;

	builds[_i]();
	len = encode(b.data, b.len, b.len);
	ck_assert_ptr_null(memmem(out, len, payload, sizeof(payload)));
}
END_TEST

START_TEST(the_sampled_header_ends_with_the_last_header)
{
	struct sflow_skipped skipped = { 0 };
	struct sflow_reader reader;
	struct sflow_head head;
	struct sflow_flow flow;
	size_t len;

	build_frame();
	len = encode(b.data, b.len, b.len);
	ck_assert_int_eq(sflow_open(&reader, out, len, &head, &skipped), 0);
	ck_assert_int_eq(next_flow(&reader, &flow), SFLOW_FLOW);
	ck_assert_uint_eq(flow.header.left, HEADERS);
	ck_assert_mem_eq(flow.header.at, frame, HEADERS);
}
END_TEST

/* As with a lying length, or a datagram that was cut. */
START_TEST(each_prefix_is_encoded_within_its_length)
{
	builds[_i]();
	for (size_t len = 0; len <= b.len; len++) {
		struct sflow_skipped skipped = { 0 };
		struct sflow_reader reader;
		struct sflow_head head;
		struct sflow_flow flow;
		size_t got = encode(b.data, len, len);

		ck_assert_uint_le(got, len);
		if (got == 0)
			continue;
		ck_assert_int_eq(sflow_open(&reader, out, got, &head, &skipped),
				 0);
		while (next_flow(&reader, &flow) > 0)
			continue;
		ck_assert(cursor_spent(&reader.rest));
	}
}
END_TEST

START_TEST(what_has_no_room_leaves_no_trace)
{
	size_t whole;

	builds[_i]();
	whole = encode(b.data, b.len, b.len);
	for (size_t capacity = 0; capacity < whole; capacity++) {
		struct sflow_skipped skipped = { 0 };
		struct sflow_reader reader;
		struct sflow_head head;
		struct sflow_flow flow;
		size_t len;

		memset(out, PAYLOAD, sizeof(out));
		len = encode(b.data, b.len, capacity);
		ck_assert_uint_le(len, capacity);
		for (size_t i = capacity; i < whole; i++)
			ck_assert_uint_eq(out[i], PAYLOAD);
		if (len == 0)
			continue;
		ck_assert_int_eq(sflow_open(&reader, out, len, &head, &skipped),
				 0);
		while (next_flow(&reader, &flow) > 0)
			continue;
		ck_assert(cursor_spent(&reader.rest));
	}
}
END_TEST

/* Some agents do not pad: a header of 13 bytes in a record of 29. */
START_TEST(a_header_without_padding_gets_its_padding)
{
	size_t len;

	sflow_build_start(&b, &ipv4_head);
	sflow_build_flow(&b, &compact);
	sflow_build_header(&b, 64, 4, frame, 13);
	sflow_build_sample_end(&b);
	sflow_build_patch(&b, b.record_at, 16 + 13);
	sflow_build_patch(&b, b.sample_at, (uint32_t)(b.len - 3 - 36));
	b.len -= 3;
	len = encode(b.data, b.len, b.len + 3);
	ck_assert_uint_eq(len, b.len + 3);
	ck_assert_uint_eq(encode(b.data, b.len, b.len), 0);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ what_was_read_is_read_again, COUNT_OF(builds) },
		{ no_payload_gets_through, COUNT_OF(builds) },
		{ the_sampled_header_ends_with_the_last_header, 0 },
		{ each_prefix_is_encoded_within_its_length, COUNT_OF(builds) },
		{ what_has_no_room_leaves_no_trace, COUNT_OF(builds) },
		{ a_header_without_padding_gets_its_padding, 0 },
	};

	return unit_run("sflow_encode", tests, COUNT_OF(tests));
}
