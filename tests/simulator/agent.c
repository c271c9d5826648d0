/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent.h"

#include <assert.h>

void agent_init(struct agent *a, struct ipaddr address, uint64_t now_us,
		uint64_t draw)
{
	uint64_t up_us = 1000000u * (86400 + draw % (UINT64_C(19) * 86400));

	*a = (struct agent){
		.address = address,
		.sequence = (uint32_t)(draw >> 32 & 0xffffff),
		.drops = (uint32_t)(draw >> 40 & 0xfffff),
		.booted_us = now_us - now_us % 1000000 - up_us,
		.len = sflow_head_bytes(&address),
	};
}

uint8_t *agent_room(struct agent *a)
{
	return a->buffer + a->len;
}

bool agent_add(struct agent *a, const uint8_t *end, uint64_t now_us)
{
	if (a->samples++ == 0)
		a->oldest_us = now_us;
	a->len = (size_t)(end - a->buffer);
	assert(a->len <= AGENT_DATAGRAM_MAX);
	return a->samples == AGENT_SAMPLES_MAX ||
	       a->len + SFLOW_WRITE_FLOW_MAX > AGENT_DATAGRAM_MAX;
}

size_t agent_close(struct agent *a, uint64_t now_us)
{
	/* a Nexus counts its uptime in whole seconds */
	uint64_t up_s = (now_us - a->booted_us) / 1000000;
	size_t len = a->len;

	if (!a->samples)
		return 0;
	(void)sflow_write_head(a->buffer,
			       &(struct sflow_write_head){
				   .agent = a->address,
				   .sub_agent = AGENT_SUB_AGENT,
				   .sequence = a->sequence++,
				   .uptime_ms = (uint32_t)(up_s * 1000),
				   .samples = a->samples,
			       });
	a->samples = 0;
	a->len = sflow_head_bytes(&a->address);
	return len;
}
