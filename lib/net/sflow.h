/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_NET_SFLOW_H
#define LANTERNE_NET_SFLOW_H

/*
 * sflow — read an sFlow version 5 datagram, sample by sample.
 *
 * Untrusted bytes in, typed samples out. Allocates nothing, logs nothing,
 * keeps nothing. What is not understood is skipped by its length and counted.
 * Reference: sFlow Version 5, sflow.org, July 2004; section names stand in
 * sflow.c.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/ipaddr.h"
#include "util/attr.h"
#include "util/cursor.h"

enum { SFLOW_PORT = 6343 };

/* The datagram's own head. */
struct sflow_head {
	struct ipaddr agent; /* version 0 if the agent says "unknown" */
	uint32_t sub_agent;
	uint32_t sequence;
	uint32_t uptime_ms;
	uint32_t sample_count; /* as claimed, not to be trusted */
};

enum sflow_source_class {
	SFLOW_SOURCE_IFINDEX = 0,
	SFLOW_SOURCE_VLAN = 1,
	SFLOW_SOURCE_ENTITY = 2,
};

struct sflow_source {
	uint32_t class; /* enum sflow_source_class, or a value of its own */
	uint32_t index;
};

enum sflow_interface_format {
	SFLOW_INTERFACE_INDEX = 0,    /* value: an ifIndex; 0 unknown */
	SFLOW_INTERFACE_DROPPED = 1,  /* value: a reason */
	SFLOW_INTERFACE_MULTIPLE = 2, /* value: how many; 0 unknown */
};

enum {
	/* of the format SFLOW_INTERFACE_INDEX: from or to the switch itself */
	SFLOW_INTERNAL = 0x3fffffff,
};

struct sflow_interface {
	uint32_t format;
	uint32_t value;
};

enum sflow_header_protocol {
	SFLOW_HEADER_ETHERNET = 1,
	SFLOW_HEADER_IPV4 = 11,
	SFLOW_HEADER_IPV6 = 12,
	SFLOW_HEADER_MPLS = 13,
};

struct sflow_flow {
	uint32_t sequence;
	struct sflow_source source;
	uint32_t sampling_rate;
	uint32_t sample_pool;
	uint32_t drops;
	struct sflow_interface input;
	struct sflow_interface output;
	bool expanded;
	bool has_header; /* a raw packet header record; the rest needs it */
	uint32_t header_protocol;
	uint32_t frame_bytes;	 /* the frame's length before sampling */
	uint32_t stripped_bytes; /* removed before sampling (the FCS: 4) */
	struct cursor header;	 /* the sampled bytes; borrowed */
};

/* Generic interface counters; UINT64_MAX or UINT32_MAX: not supported. */
struct sflow_if_counters {
	uint32_t ifindex;
	uint32_t type;
	uint64_t speed_bps;
	uint32_t direction; /* 1 full duplex, 2 half, 3 in, 4 out */
	uint32_t status;    /* bit 0 administratively up, bit 1 up */
	uint64_t in_octets;
	uint32_t in_ucast;
	uint32_t in_mcast;
	uint32_t in_bcast;
	uint32_t in_discards;
	uint32_t in_errors;
	uint32_t in_unknown_protocols;
	uint64_t out_octets;
	uint32_t out_ucast;
	uint32_t out_mcast;
	uint32_t out_bcast;
	uint32_t out_discards;
	uint32_t out_errors;
	uint32_t promiscuous;
};

struct sflow_counters {
	uint32_t sequence;
	struct sflow_source source;
	bool expanded;
	bool has_interface;
	struct sflow_if_counters interface; /* valid if has_interface */
	const char *port_name; /* not terminated; NULL: none; borrowed */
	size_t port_name_len;
};

/* What was passed over; added to, never reset. */
struct sflow_skipped {
	uint64_t samples;      /* of a type not handled */
	uint64_t flow_records; /* of a type not handled, or a second header */
	uint64_t counter_records;
};

enum sflow_item {
	SFLOW_END = 0,
	SFLOW_FLOW,
	SFLOW_COUNTERS,
};

struct sflow_reader {
	struct cursor rest;
	uint32_t samples_left;
	struct sflow_skipped *skipped; /* borrowed */
};

/**
 * Read a datagram's head and make a reader for its samples.
 *
 * @param data, len  the UDP payload; borrowed while the reader is used
 * @param skipped    where to count what is passed over
 * @return 0, ERR_TRUNCATED, ERR_MALFORMED (an unknown address type) or
 *         ERR_UNSUPPORTED (another version than 5)
 */
MUST_CHECK int sflow_open(struct sflow_reader *reader, const void *data,
			  size_t len, struct sflow_head *head,
			  struct sflow_skipped *skipped);

/**
 * Read on to the next flow or counter sample.
 *
 * A sample whose length lies is the fault of the whole datagram; one whose
 * inside is broken too. The samples given out before the fault are good.
 *
 * @param flow      filled when SFLOW_FLOW is returned
 * @param counters  filled when SFLOW_COUNTERS is returned
 * @return an enum sflow_item; or ERR_TRUNCATED, after which there is no more
 */
MUST_CHECK int sflow_next(struct sflow_reader *reader, struct sflow_flow *flow,
			  struct sflow_counters *counters);

#endif
