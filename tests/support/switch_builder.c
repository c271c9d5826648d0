/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/switch_builder.h"

#include <string.h>

void switch_starts(struct sflow_builder *b, uint8_t switch_number,
		   uint32_t sequence, uint32_t uptime_ms)
{
	sflow_build_start(b, &(struct sflow_build_head){
				 .agent = { 192, 0, 2, switch_number },
				 .agent_len = 4,
				 .sequence = sequence,
				 .uptime_ms = uptime_ms,
			     });
}

static void put_station(uint8_t *to, uint8_t last)
{
	memset(to, last == STATION_BROADCAST ? 0xff : 0, 6);
	if (last != STATION_BROADCAST)
		to[0] = 2;
	to[5] = last;
}

void switch_adds_flow(struct sflow_builder *b, const struct sent_flow *flow)
{
	switch_adds_numbered(b, flow, 0);
}

void switch_adds_numbered(struct sflow_builder *b, const struct sent_flow *flow,
			  uint32_t sequence)
{
	uint16_t type = flow->type ? flow->type : SENT_IPV4;
	uint8_t frame[64] = { 0 };
	size_t at = 12;

	put_station(frame, flow->dst);
	put_station(frame + 6, flow->src);
	if (flow->tag) {
		frame[at++] = 0x81;
		frame[at++] = 0;
		frame[at++] = (uint8_t)(flow->tag >> 8);
		frame[at++] = (uint8_t)flow->tag;
	}
	frame[at++] = (uint8_t)(type >> 8);
	frame[at] = (uint8_t)type;
	sflow_build_flow(
	    b,
	    &(struct sflow_build_flow){
		.expanded = true,
		.source_index = flow->port,
		.sampling_rate = flow->rate,
		.drops = flow->drops,
		.sequence = sequence,
		.input = { 0, flow->as == SENT_AS_INGRESS ? flow->port : 1000 },
		.output = { 0, flow->as == SENT_AS_EGRESS ? flow->port : 1001 },
	    });
	sflow_build_header(b, flow->bytes, 4, frame, sizeof(frame));
	sflow_build_sample_end(b);
}

void switch_adds_counters(struct sflow_builder *b, uint32_t port,
			  uint64_t octets, uint32_t packets)
{
	sflow_build_counters(b, &(struct sflow_build_counters){
				    .expanded = true, .source_index = port });
	sflow_build_if_counters(b, &(struct sflow_build_if_counters){
				       .ifindex = port,
				       .type = 6,
				       .speed_bps = 10000000000,
				       .direction = 1,
				       .status = 3,
				       .in_octets = octets,
				       .in_packets = { packets },
				       .out_octets = octets,
				       .out_packets = { packets },
				   });
	sflow_build_sample_end(b);
}

struct ipaddr switch_address(uint8_t switch_number)
{
	const uint8_t bytes[4] = { 192, 0, 2, switch_number };

	return ipaddr_of(bytes, sizeof(bytes));
}
