/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/sflow_records.h"

#include <string.h>

static void put_mac(struct sflow_builder *b, const uint8_t mac[6])
{
	uint8_t padded[8] = { [6] = 0xa5, [7] = 0xa5 };

	memcpy(padded, mac, 6);
	sflow_build_opaque(b, padded, sizeof(padded));
}

static void put_station(struct sflow_builder *b, uint8_t last)
{
	const uint8_t mac[6] = { 2, [5] = last };

	put_mac(b, mac);
}

static void put_address(struct sflow_builder *b, int version)
{
	const uint8_t v4[4] = { 192, 0, 2, 99 };
	const uint8_t v6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 0x99 };

	sflow_build_u32(b, version == 4 ? 1 : version == 6 ? 2 : 0);
	if (version == 4)
		sflow_build_opaque(b, v4, sizeof(v4));
	if (version == 6)
		sflow_build_opaque(b, v6, sizeof(v6));
}

static void put_numbers(struct sflow_builder *b, uint32_t first, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		sflow_build_u32(b, first + i);
}

void sflow_build_discard(struct sflow_builder *b,
			 const struct sflow_build_discard *discard)
{
	sflow_build_sample(b, 5);
	sflow_build_u32(b, discard->sequence);
	sflow_build_u32(b, discard->source_class);
	sflow_build_u32(b, discard->source_index);
	sflow_build_u32(b, discard->drops);
	sflow_build_u32(b, discard->input);
	sflow_build_u32(b, discard->output);
	sflow_build_u32(b, discard->reason);
	b->record_count_at = b->len;
	sflow_build_u32(b, 0);
}

void sflow_build_ethernet(struct sflow_builder *b, uint32_t frame_bytes,
			  uint8_t src, uint8_t dst, uint32_t type)
{
	sflow_build_record(b, 2);
	sflow_build_u32(b, frame_bytes);
	put_station(b, src);
	put_station(b, dst);
	sflow_build_u32(b, type);
	sflow_build_record_end(b);
}

void sflow_build_ip(struct sflow_builder *b, int version, uint32_t bytes)
{
	const uint8_t addresses[32] = { 0 };

	sflow_build_record(b, version == 4 ? 3 : 4);
	sflow_build_u32(b, bytes);
	sflow_build_u32(b, 6);
	sflow_build_opaque(b, addresses, version == 4 ? 8 : 32);
	put_numbers(b, 1, 4); /* ports, flags, type of service */
	sflow_build_record_end(b);
}

void sflow_build_switch(struct sflow_builder *b, uint32_t src_vlan,
			uint32_t dst_vlan)
{
	sflow_build_record(b, 1001);
	sflow_build_u32(b, src_vlan);
	sflow_build_u32(b, 7);
	sflow_build_u32(b, dst_vlan);
	sflow_build_u32(b, 7);
	sflow_build_record_end(b);
}

void sflow_build_router(struct sflow_builder *b, int version)
{
	sflow_build_record(b, 1002);
	put_address(b, version);
	put_numbers(b, 24, 2);
	sflow_build_record_end(b);
}

void sflow_build_gateway(struct sflow_builder *b, int version,
			 uint32_t segments, uint32_t communities)
{
	sflow_build_record(b, 1003);
	put_address(b, version);
	put_numbers(b, 64500, 3);
	sflow_build_u32(b, segments);
	for (uint32_t i = 0; i < segments; i++) {
		sflow_build_u32(b, 2);
		sflow_build_u32(b, 2);
		put_numbers(b, 64505, 2);
	}
	sflow_build_u32(b, communities);
	put_numbers(b, 1, communities);
	sflow_build_u32(b, 100);
	sflow_build_record_end(b);
}

void sflow_build_vlan_stack(struct sflow_builder *b, const uint16_t *tags,
			    uint32_t count)
{
	sflow_build_record(b, 1012);
	sflow_build_u32(b, count);
	for (uint32_t i = 0; i < count; i++)
		sflow_build_u32(b, 0x81000000u | tags[i]);
	sflow_build_record_end(b);
}

void sflow_build_ethernet_counters(struct sflow_builder *b, uint32_t first)
{
	sflow_build_record(b, 2);
	put_numbers(b, first, SFLOW_BUILD_ETHERNET_COUNTERS);
	sflow_build_record_end(b);
}

void sflow_build_vlan_counters(struct sflow_builder *b, uint32_t vlan,
			       uint64_t octets)
{
	sflow_build_record(b, 5);
	sflow_build_u32(b, vlan);
	sflow_build_u64(b, octets);
	put_numbers(b, 1, 4);
	sflow_build_record_end(b);
}

void sflow_build_lag(struct sflow_builder *b, const struct sflow_build_lag *lag)
{
	sflow_build_record(b, 7);
	put_mac(b, lag->actor);
	put_mac(b, lag->partner);
	sflow_build_u32(b, lag->aggregate_ifindex);
	sflow_build_opaque(b, lag->states, sizeof(lag->states));
	for (int i = 0; i < SFLOW_BUILD_LAG_COUNTERS; i++)
		sflow_build_u32(b, lag->counters[i]);
	sflow_build_record_end(b);
}

void sflow_build_processor(struct sflow_builder *b, const int32_t loads[3],
			   uint64_t memory, uint64_t memory_free)
{
	sflow_build_record(b, 1001);
	for (int i = 0; i < 3; i++)
		sflow_build_u32(b, (uint32_t)loads[i]);
	sflow_build_u64(b, memory);
	sflow_build_u64(b, memory_free);
	sflow_build_record_end(b);
}
