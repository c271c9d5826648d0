/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/sflow_builder.h"

#include <assert.h>
#include <string.h>

static uint8_t *grow(struct sflow_builder *b, size_t len)
{
	uint8_t *at = b->data + b->len;

	assert(len <= sizeof(b->data) - b->len);
	b->len += len;
	return at;
}

static void put_be(uint8_t *at, size_t size, uint64_t value)
{
	for (size_t i = size; i-- > 0; value >>= 8)
		at[i] = (uint8_t)value;
}

static uint32_t get_u32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
	       (uint32_t)at[2] << 8 | at[3];
}

void sflow_build_u32(struct sflow_builder *b, uint32_t value)
{
	put_be(grow(b, 4), 4, value);
}

void sflow_build_u64(struct sflow_builder *b, uint64_t value)
{
	put_be(grow(b, 8), 8, value);
}

void sflow_build_opaque(struct sflow_builder *b, const void *bytes, size_t len)
{
	size_t padded = (len + 3) / 4 * 4;
	uint8_t *at = grow(b, padded);

	memset(at, 0, padded);
	if (len)
		memcpy(at, bytes, len);
}

void sflow_build_patch(struct sflow_builder *b, size_t at, uint32_t value)
{
	assert(at + 4 <= b->len);
	put_be(b->data + at, 4, value);
}

static void add_one(struct sflow_builder *b, size_t at)
{
	sflow_build_patch(b, at, get_u32(b->data + at) + 1);
}

/* Write a length field for what was added behind it. */
static void close_length(struct sflow_builder *b, size_t at)
{
	sflow_build_patch(b, at, (uint32_t)(b->len - at - 4));
}

void sflow_build_start(struct sflow_builder *b,
		       const struct sflow_build_head *head)
{
	b->len = 0;
	sflow_build_u32(b, 5);
	sflow_build_u32(b, head->agent_len == 16  ? 2
			   : head->agent_len == 4 ? 1
						  : 0);
	sflow_build_opaque(b, head->agent, head->agent_len);
	sflow_build_u32(b, head->sub_agent);
	sflow_build_u32(b, head->sequence);
	sflow_build_u32(b, head->uptime_ms);
	b->sample_count_at = b->len;
	sflow_build_u32(b, 0);
}

void sflow_build_sample(struct sflow_builder *b, uint32_t format)
{
	sflow_build_u32(b, format);
	b->sample_at = b->len;
	sflow_build_u32(b, 0);
	b->record_count_at = 0;
}

void sflow_build_sample_end(struct sflow_builder *b)
{
	close_length(b, b->sample_at);
	add_one(b, b->sample_count_at);
}

static void put_source(struct sflow_builder *b, bool expanded, uint32_t class,
		       uint32_t index)
{
	if (expanded) {
		sflow_build_u32(b, class);
		sflow_build_u32(b, index);
	} else {
		sflow_build_u32(b, class << 24 | index);
	}
}

static void put_interface(struct sflow_builder *b, bool expanded,
			  const struct sflow_build_interface *interface)
{
	if (expanded) {
		sflow_build_u32(b, interface->format);
		sflow_build_u32(b, interface->value);
	} else {
		sflow_build_u32(b, interface->format << 30 | interface->value);
	}
}

static void open_records(struct sflow_builder *b)
{
	b->record_count_at = b->len;
	sflow_build_u32(b, 0);
}

void sflow_build_flow(struct sflow_builder *b,
		      const struct sflow_build_flow *flow)
{
	sflow_build_sample(b, flow->expanded ? 3 : 1);
	sflow_build_u32(b, flow->sequence);
	put_source(b, flow->expanded, flow->source_class, flow->source_index);
	sflow_build_u32(b, flow->sampling_rate);
	sflow_build_u32(b, flow->sample_pool);
	sflow_build_u32(b, flow->drops);
	put_interface(b, flow->expanded, &flow->input);
	put_interface(b, flow->expanded, &flow->output);
	open_records(b);
}

void sflow_build_counters(struct sflow_builder *b,
			  const struct sflow_build_counters *counters)
{
	sflow_build_sample(b, counters->expanded ? 4 : 2);
	sflow_build_u32(b, counters->sequence);
	put_source(b, counters->expanded, counters->source_class,
		   counters->source_index);
	open_records(b);
}

void sflow_build_record(struct sflow_builder *b, uint32_t format)
{
	sflow_build_u32(b, format);
	b->record_at = b->len;
	sflow_build_u32(b, 0);
}

void sflow_build_record_end(struct sflow_builder *b)
{
	close_length(b, b->record_at);
	add_one(b, b->record_count_at);
}

void sflow_build_header(struct sflow_builder *b, uint32_t frame_bytes,
			uint32_t stripped_bytes, const void *header,
			size_t header_len)
{
	sflow_build_record(b, 1);
	sflow_build_u32(b, 1); /* Ethernet */
	sflow_build_u32(b, frame_bytes);
	sflow_build_u32(b, stripped_bytes);
	sflow_build_u32(b, (uint32_t)header_len);
	sflow_build_opaque(b, header, header_len);
	sflow_build_record_end(b);
}

void sflow_build_if_counters(struct sflow_builder *b,
			     const struct sflow_build_if_counters *counters)
{
	sflow_build_record(b, 1);
	sflow_build_u32(b, counters->ifindex);
	sflow_build_u32(b, counters->type);
	sflow_build_u64(b, counters->speed_bps);
	sflow_build_u32(b, counters->direction);
	sflow_build_u32(b, counters->status);
	sflow_build_u64(b, counters->in_octets);
	for (size_t i = 0; i < 6; i++)
		sflow_build_u32(b, counters->in_packets[i]);
	sflow_build_u64(b, counters->out_octets);
	for (size_t i = 0; i < 5; i++)
		sflow_build_u32(b, counters->out_packets[i]);
	sflow_build_u32(b, counters->promiscuous);
	sflow_build_record_end(b);
}

void sflow_build_port_name(struct sflow_builder *b, const char *name)
{
	size_t len = strlen(name);

	sflow_build_record(b, 1005);
	sflow_build_u32(b, (uint32_t)len);
	sflow_build_opaque(b, name, len);
	sflow_build_record_end(b);
}
