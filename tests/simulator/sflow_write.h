/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_SIMULATOR_SFLOW_WRITE_H
#define LANTERNE_SIMULATOR_SFLOW_WRITE_H

/*
 * sflow_write — datagrams and samples of sFlow version 5, as a Nexus sends
 * them: expanded samples with a raw packet header, expanded counter samples.
 * Written from the specification (sFlow Version 5, sflow.org, July 2004).
 */

#include <stddef.h>
#include <stdint.h>

#include "frame_write.h"
#include "net/ipaddr.h"

enum {
	SFLOW_WRITE_FLOW_MAX = 8 + 44 + 8 + 16 + FRAME_HEADER_MAX,
	SFLOW_WRITE_COUNTERS_MAX = 8 + 16 + 8 + 88 + 8 + 4 + 32,
	SFLOW_WRITE_HEAD_MAX = 40,
	SFLOW_WRITE_NAME_MAX = 32,
};

struct sflow_write_head {
	struct ipaddr agent;
	uint32_t sub_agent;
	uint32_t sequence;
	uint32_t uptime_ms;
	uint32_t samples;
};

enum interface_format {
	INTERFACE_INDEX = 0,
	INTERFACE_SEVERAL = 2, /* the value says how many */
};

struct interface_field {
	enum interface_format format;
	uint32_t value;
};

struct sflow_write_flow {
	uint32_t sequence;
	uint32_t source; /* an ifIndex */
	uint32_t rate;
	uint32_t pool;
	uint32_t drops;
	struct interface_field input;
	struct interface_field output;
};

/* One direction of a port. */
struct port_direction {
	uint64_t octets; /* with FCS */
	uint64_t ucast;
	uint64_t mcast;
	uint64_t bcast;
};

struct port_counters {
	struct port_direction in;
	struct port_direction out;
};

struct sflow_write_counters {
	uint32_t sequence;
	uint32_t source; /* an ifIndex */
	uint64_t speed_bps;
	const char *name; /* shorter than SFLOW_WRITE_NAME_MAX */
	struct port_counters counters;
};

/** The length of a datagram's head. */
size_t sflow_head_bytes(const struct ipaddr *agent);

/** Write a datagram's head. @return behind it */
uint8_t *sflow_write_head(uint8_t *at, const struct sflow_write_head *head);

/** Write a flow sample. @return behind it */
uint8_t *sflow_write_flow(uint8_t *at, const struct sflow_write_flow *flow,
			  const struct frame_spec *frame);

/** Write a counter sample. @return behind it */
uint8_t *sflow_write_counters(uint8_t *at,
			      const struct sflow_write_counters *c);

#endif
