/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_NET_SFLOW_H
#define LANTERNE_NET_SFLOW_H

/*
 * sflow — read an sFlow version 5 datagram, sample by sample.
 *
 * Untrusted bytes in, typed samples out. Allocates nothing, logs nothing,
 * keeps nothing. What is not understood is skipped by its length and counted.
 * The work is linear in the datagram's size, whatever it claims.
 * References: sflow_format.h; the names of productions stand in sflow*.c.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/ipaddr.h"
#include "net/mac.h"
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

/* What the records beside the sampled header say of the same packet. */
enum sflow_says {
	SFLOW_SAYS_ETHERNET = 1 << 0,
	SFLOW_SAYS_IPV4 = 1 << 1, /* one of the two at most */
	SFLOW_SAYS_IPV6 = 1 << 2,
	SFLOW_SAYS_SWITCH = 1 << 3,
	SFLOW_SAYS_VLAN_STACK = 1 << 4,
};

struct sflow_ethernet {
	struct mac src;
	struct mac dst;
	uint32_t frame_bytes; /* with FCS */
	uint32_t type;
};

/* As bridged: a VLAN of 0 or beyond 4094 is none. */
struct sflow_switch {
	uint32_t src_vlan; /* in which the frame came in */
	uint32_t dst_vlan; /* in which it went out */
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
	uint32_t says; /* bits of enum sflow_says: which of these are valid */
	struct sflow_ethernet ethernet;
	uint32_t ip_bytes; /* the IP packet's length; of either IP record */
	struct sflow_switch bridge;
	uint16_t stripped_vlan; /* the outermost tag with an id that was taken
				 * off before sampling; 0: none has one */
	struct cursor records;	/* all of them, from their count on; borrowed */
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

/* dot3StatsTable of RFC 2358; UINT32_MAX: not supported. */
struct sflow_ethernet_counters {
	uint32_t alignment_errors;
	uint32_t fcs_errors;
	uint32_t single_collisions;
	uint32_t multiple_collisions;
	uint32_t sqe_test_errors;
	uint32_t deferred;
	uint32_t late_collisions;
	uint32_t excessive_collisions;
	uint32_t internal_tx_errors;
	uint32_t carrier_sense_errors;
	uint32_t frames_too_long;
	uint32_t internal_rx_errors;
	uint32_t symbol_errors;
};

struct sflow_vlan_counters {
	uint32_t vlan;
	uint64_t octets;
	uint32_t ucast;
	uint32_t mcast;
	uint32_t bcast;
	uint32_t discards;
};

/* Bits of the port states of IEEE 802.1AX. */
enum sflow_lag_state {
	SFLOW_LAG_SYNCHRONISED = 1 << 3,
	SFLOW_LAG_COLLECTING = 1 << 4,
	SFLOW_LAG_DISTRIBUTING = 1 << 5,
};

/* dot3adAggPortTable of IEEE 802.1AX. */
struct sflow_lag_counters {
	struct mac actor;
	struct mac partner;
	uint32_t aggregate_ifindex; /* that the port is attached to */
	uint8_t actor_admin_state;
	uint8_t actor_oper_state;
	uint8_t partner_admin_state;
	uint8_t partner_oper_state;
	uint32_t lacpdus_in;
	uint32_t markers_in;
	uint32_t marker_responses_in;
	uint32_t unknown_in;
	uint32_t illegal_in;
	uint32_t lacpdus_out;
	uint32_t markers_out;
	uint32_t marker_responses_out;
};

/* Loads in hundredths of a percent; -1: not known. */
struct sflow_processor {
	int32_t load_5s;
	int32_t load_1m;
	int32_t load_5m;
	uint64_t memory_bytes;
	uint64_t memory_free_bytes;
};

struct sflow_counters {
	uint32_t sequence;
	struct sflow_source source;
	bool expanded;
	bool has_interface; /* each of these says that the value is valid */
	bool has_ethernet;
	bool has_vlan;
	bool has_lag;
	bool has_processor;
	struct sflow_if_counters interface;
	struct sflow_ethernet_counters ethernet;
	struct sflow_vlan_counters vlan;
	struct sflow_lag_counters lag;
	struct sflow_processor processor;
	const char *port_name; /* not terminated; NULL: none; borrowed */
	size_t port_name_len;
};

/* A packet that the switch discarded, and says so: no flow sample. */
struct sflow_discard {
	uint32_t sequence;
	struct sflow_source source;
	uint32_t drops;	 /* notifications that were not sent */
	uint32_t input;	 /* ifIndex; 0 unknown */
	uint32_t output; /* ifIndex; 0 unknown */
	uint32_t reason;
};

/* Why packets are discarded, in groups of the specification's reasons. */
enum sflow_discard_group {
	SFLOW_DISCARD_UNREACHABLE, /* as ICMP says it; no route, no neighbour */
	SFLOW_DISCARD_TTL,
	SFLOW_DISCARD_ACL,    /* or otherwise prohibited */
	SFLOW_DISCARD_BUFFER, /* no buffer, early detection, shaping */
	SFLOW_DISCARD_SIZE,
	SFLOW_DISCARD_VLAN, /* tag mismatch, ingress filter */
	SFLOW_DISCARD_SPANNING_TREE,
	SFLOW_DISCARD_OTHER,
	SFLOW_DISCARD_GROUP_COUNT,
};

/** The group of a reason. */
enum sflow_discard_group sflow_discard_group(uint32_t reason);

/** The group's name in every interface: "spanning_tree". */
const char *sflow_discard_group_name(enum sflow_discard_group group);

/* What was passed over; added to, never reset. */
struct sflow_skipped {
	uint64_t samples;      /* of a type not handled */
	uint64_t flow_records; /* of a type not handled, or a second one */
	uint64_t counter_records;
	uint64_t broken_records; /* shorter than what their type holds */
};

enum sflow_item {
	SFLOW_END = 0,
	SFLOW_FLOW,
	SFLOW_COUNTERS,
	SFLOW_DISCARD,
};

struct sflow_reader {
	struct cursor rest;
	uint32_t samples_left;
	struct sflow_skipped *skipped; /* borrowed */
	struct sflow_discard discard; /* valid once SFLOW_DISCARD is returned */
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
 * Read on to the next sample of a type that is handled.
 *
 * A sample or record whose length reaches past what it is in is the fault of
 * the whole datagram; so is one without room for what a sample lives from: its
 * own fields, the sampled header, the generic interface counters, the port
 * name. Any other record that is too short is broken: counted and passed over.
 * The samples given out before the fault are good.
 *
 * @param flow      filled when SFLOW_FLOW is returned
 * @param counters  filled when SFLOW_COUNTERS is returned
 * @return an enum sflow_item; or ERR_TRUNCATED, after which there is no more
 */
MUST_CHECK int sflow_next(struct sflow_reader *reader, struct sflow_flow *flow,
			  struct sflow_counters *counters);

#endif
