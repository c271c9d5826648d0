/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * An sFlow datagram: every sample, and every sampled header as a frame. Each
 * sample and record takes at least eight bytes.
 */

#include <assert.h>

#include "net/frame.h"
#include "net/sflow.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct sflow_skipped skipped = { 0 };
	struct sflow_reader reader;
	struct sflow_head head;
	struct sflow_flow flow;
	struct sflow_counters counters;
	size_t samples = 0;
	int rc = sflow_open(&reader, data, len, &head, &skipped);

	if (rc < 0)
		return 0;
	while ((rc = sflow_next(&reader, &flow, &counters)) > 0) {
		assert(++samples <= len / 8);
		if (rc == SFLOW_FLOW && flow.has_header)
			assert(frame_parse(flow.header).tag_count <= 4);
		if (rc == SFLOW_FLOW && flow.says & SFLOW_SAYS_VLAN_STACK)
			assert(flow.stripped_vlan < 4096);
		if (rc == SFLOW_FLOW && flow.says & SFLOW_SAYS_IPV4)
			assert(!(flow.says & SFLOW_SAYS_IPV6));
		if (rc == SFLOW_DISCARD)
			assert(sflow_discard_group(reader.discard.reason) <
			       SFLOW_DISCARD_GROUP_COUNT);
		if (rc == SFLOW_COUNTERS && counters.port_name_len)
			assert((const uint8_t *)counters.port_name +
				   counters.port_name_len <=
			       data + len);
	}
	assert(sflow_next(&reader, &flow, &counters) == SFLOW_END);
	assert(samples + skipped.samples + skipped.flow_records +
		   skipped.counter_records + skipped.broken_records <=
	       len / 8);
	return 0;
}
