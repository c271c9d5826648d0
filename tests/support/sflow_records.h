/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_SFLOW_RECORDS_H
#define LANTERNE_TESTS_SFLOW_RECORDS_H

/*
 * sflow_records — the records beside sampled header and interface counters,
 * whole and valid, for sflow_builder. A record goes into the open sample.
 * Padding is filled with 0xa5, as agents leave there what was there.
 */

#include "support/sflow_builder.h"

enum {
	SFLOW_BUILD_ETHERNET_COUNTERS = 13,
	SFLOW_BUILD_LAG_COUNTERS = 8,
};

struct sflow_build_lag {
	uint8_t actor[6];
	uint8_t partner[6];
	uint32_t aggregate_ifindex;
	uint8_t states[4]; /* actor admin, actor oper, partner admin, oper */
	uint32_t counters[SFLOW_BUILD_LAG_COUNTERS];
};

struct sflow_build_discard {
	uint32_t sequence;
	uint32_t source_class;
	uint32_t source_index;
	uint32_t drops;
	uint32_t input;
	uint32_t output;
	uint32_t reason;
};

/** Open a discarded-packet sample. */
void sflow_build_discard(struct sflow_builder *b,
			 const struct sflow_build_discard *discard);

/** Flow record 2; stations are 02:00:00:00:00:NN. */
void sflow_build_ethernet(struct sflow_builder *b, uint32_t frame_bytes,
			  uint8_t src, uint8_t dst, uint32_t type);

/** Flow record 3 or 4: an IP packet of TCP. */
void sflow_build_ip(struct sflow_builder *b, int version, uint32_t bytes);

/** Flow record 1001. */
void sflow_build_switch(struct sflow_builder *b, uint32_t src_vlan,
			uint32_t dst_vlan);

/** Flow record 1002; version 0, 4 or 6 of the next hop. */
void sflow_build_router(struct sflow_builder *b, int version);

/** Flow record 1003, of so many AS path segments of two and communities. */
void sflow_build_gateway(struct sflow_builder *b, int version,
			 uint32_t segments, uint32_t communities);

/** Flow record 1012: tags with TPID 0x8100, the outermost first. */
void sflow_build_vlan_stack(struct sflow_builder *b, const uint16_t *tags,
			    uint32_t count);

/** Counter record 2: first, first + 1, ... */
void sflow_build_ethernet_counters(struct sflow_builder *b, uint32_t first);

/** Counter record 5: the VLAN, its octets, then packets 1, 2, 3, 4. */
void sflow_build_vlan_counters(struct sflow_builder *b, uint32_t vlan,
			       uint64_t octets);

/** Counter record 7. */
void sflow_build_lag(struct sflow_builder *b,
		     const struct sflow_build_lag *lag);

/** Counter record 1001; loads of 5 s, 1 and 5 minutes. */
void sflow_build_processor(struct sflow_builder *b, const int32_t loads[3],
			   uint64_t memory, uint64_t memory_free);

#endif
