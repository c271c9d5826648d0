/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_NET_SFLOW_FORMAT_H
#define LANTERNE_NET_SFLOW_FORMAT_H

/*
 * sflow_format — the specification's numbers, and what its parts share.
 *
 * Private to the files sflow*.c. Formats are those of enterprise 0, whose
 * number is in the upper 20 bits. References: sFlow Version 5 (July 2004),
 * sFlow LAG Counters Structure (September 2012), sFlow Dropped Packet
 * Notification Structures (2020), sFlow Port NAME Structure.
 */

#include <stdint.h>

#include "net/sflow.h"
#include "util/cursor.h"

enum { SFLOW_VERSION = 5 };

enum sflow_sample_format {
	SFLOW_FLOW_SAMPLE = 1,
	SFLOW_COUNTERS_SAMPLE = 2,
	SFLOW_FLOW_SAMPLE_EXPANDED = 3,
	SFLOW_COUNTERS_SAMPLE_EXPANDED = 4,
	SFLOW_DISCARDED_PACKET = 5,
};

enum sflow_flow_format {
	SFLOW_SAMPLED_HEADER = 1,
	SFLOW_SAMPLED_ETHERNET = 2,
	SFLOW_SAMPLED_IPV4 = 3,
	SFLOW_SAMPLED_IPV6 = 4,
	SFLOW_EXTENDED_SWITCH = 1001,
	SFLOW_EXTENDED_ROUTER = 1002,
	SFLOW_EXTENDED_GATEWAY = 1003,
	SFLOW_EXTENDED_VLAN_STACK = 1012,
};

enum sflow_counter_format {
	SFLOW_IF_COUNTERS = 1,
	SFLOW_ETHERNET_COUNTERS = 2,
	SFLOW_VLAN_COUNTERS = 5,
	SFLOW_LAG_COUNTERS = 7,
	SFLOW_PROCESSOR = 1001,
	SFLOW_PORT_NAME = 1005,
};

enum sflow_address_type {
	SFLOW_ADDRESS_UNKNOWN = 0,
	SFLOW_ADDRESS_IPV4 = 1,
	SFLOW_ADDRESS_IPV6 = 2,
};

enum { SFLOW_SMALLEST_RECORD = 8 }; /* format and length */

/** The length of an address of this type; SIZE_MAX: of no known type. */
static inline size_t sflow_address_len(uint32_t type)
{
	return type == SFLOW_ADDRESS_IPV4      ? 4
	       : type == SFLOW_ADDRESS_IPV6    ? 16
	       : type == SFLOW_ADDRESS_UNKNOWN ? 0
					       : SIZE_MAX;
}

/** What a flow record of this type says: bits of enum sflow_says; 0: nothing
 * that is used. */
uint32_t sflow_said_by(uint32_t format);

/**
 * A flow record beside the sampled header: noted in flow, ignored or counted
 * as skipped or broken.
 */
void sflow_read_flow_record(uint32_t format, struct cursor record,
			    struct sflow_flow *flow,
			    struct sflow_skipped *skipped);

/**
 * Any counter record. @return false if one that must be whole, the generic
 * interface counters or the port name, is not
 */
bool sflow_read_counter_record(uint32_t format, struct cursor record,
			       struct sflow_counters *counters,
			       struct sflow_skipped *skipped);

#endif
