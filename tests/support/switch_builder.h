/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_SWITCH_BUILDER_H
#define LANTERNE_TESTS_SWITCH_BUILDER_H

/*
 * switch_builder — what the switches of registry_builder's exchange send: whole
 * datagrams out of a few words. Stations are named by their last octet.
 */

#include <stdint.h>

#include "net/ipaddr.h"
#include "support/sflow_builder.h"

enum {
	STATION_BROADCAST = 0xff,
	SENT_IPV4 = 0x0800,
	SENT_IPV6 = 0x86dd,
	SENT_ARP = 0x0806,
	SENT_AS_INGRESS = 0,
	SENT_AS_EGRESS,
	SENT_AS_UNKNOWN,
};

/* A flow sample. */
struct sent_flow {
	uint8_t src;
	uint8_t dst;
	uint32_t port; /* the data source */
	int as;	       /* SENT_AS_ */
	uint32_t rate;
	uint32_t bytes; /* of the frame, FCS included */
	uint16_t tag;	/* 0: none */
	uint16_t type;	/* 0: IPv4 */
	uint32_t drops;
};

/** Start a datagram of switch 1 or 2, up for so many milliseconds. */
void switch_starts(struct sflow_builder *b, uint8_t switch_number,
		   uint32_t sequence, uint32_t uptime_ms);

/** Add a flow sample. */
void switch_adds_flow(struct sflow_builder *b, const struct sent_flow *flow);

/** The same, with its number among the samples of its data source. */
void switch_adds_numbered(struct sflow_builder *b, const struct sent_flow *flow,
			  uint32_t sequence);

/** Add a counter sample: octets and unicast packets, in and out alike. */
void switch_adds_counters(struct sflow_builder *b, uint32_t port,
			  uint64_t octets, uint32_t packets);

/** The UDP source of switch 1 or 2. */
struct ipaddr switch_address(uint8_t switch_number);

#endif
