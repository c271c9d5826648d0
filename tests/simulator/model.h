/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_SIMULATOR_MODEL_H
#define LANTERNE_SIMULATOR_MODEL_H

/*
 * model — the exchange that is simulated: who is connected where, and how
 * much goes from whom to whom at the peak.
 *
 * Decided by the seed and the sizes alone, so a capture of the past and a live
 * run share roster and configuration.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/ipaddr.h"
#include "net/mac.h"
#include "options.h"
#include "prng.h"
#include "util/attr.h"

enum {
	MODEL_CLASSES = 6,	  /* sizes of frames */
	MODEL_CLASS_VARIABLE = 5, /* one size per flow and slice */
	MODEL_VARIABLE_MIN = 150, /* of the variable size */
	MODEL_VARIABLE_SPAN = 1200,
	MODEL_VLAN_TAG = 100,
	MODEL_SLOT_PORTS = 48, /* member ports of a slot */
	MODEL_NO_MEMBER = UINT16_MAX,
};

/* What a frame is above Ethernet. */
enum payload {
	PAYLOAD_IPV4,
	PAYLOAD_IPV6,
	PAYLOAD_ARP, /* to all: who has this address? */
	PAYLOAD_ND,  /* to a group: the same in IPv6 */
	PAYLOAD_COUNT,
};

enum member_kind {
	MEMBER_CONTENT, /* sends most */
	MEMBER_EYEBALL, /* receives most, in the evening */
	MEMBER_OFFICE,	/* in the daytime */
};

/* The shapes of a day. */
enum curve { CURVE_EVENING, CURVE_DAYTIME, CURVE_EVEN, CURVE_COUNT };

/* What sizes a flow's frames have. */
enum profile {
	PROFILE_DATA, /* large ones */
	PROFILE_ACKS, /* the way back */
	PROFILE_MIXED,
	PROFILE_COUNT,
};

struct port {
	uint16_t switch_index;
	uint16_t slot;
	uint16_t number;      /* in its slot, from 1 */
	uint16_t peer_switch; /* valid if core */
	uint16_t member;      /* MODEL_NO_MEMBER if core */
	bool core;
	uint32_t ifindex;
	uint64_t speed_bps;
	double peak_bytes_per_s; /* of the busier direction */
};

/* Something with a MAC: a member's connection or an unknown station. */
struct station {
	struct mac mac;
	uint16_t member; /* MODEL_NO_MEMBER: unknown */
	uint32_t port;	 /* index in model.ports */
	uint32_t lan_ipv4;
};

struct member {
	uint32_t asn;
	enum member_kind kind;
	bool ipv6;
	uint32_t first_station;
	uint32_t station_count;
	double sends; /* shares, not normalised */
	double receives;
};

/* Traffic from one station to another one, or to all. */
struct flow {
	float bytes_per_s; /* at the peak of its curve */
	uint32_t from;	   /* stations */
	uint32_t to;	   /* valid for unicast */
	uint8_t payload;   /* enum payload */
	uint8_t profile;
	uint8_t curve;
};

struct model {
	uint32_t switch_count;
	uint64_t sampling_rate;
	bool vlan_tagged;
	bool ipv6_agents;
	bool core_sources;   /* core ports sample */
	bool egress;	     /* and ports sample what leaves them */
	uint32_t frame_size; /* of all frames, with FCS; 0: several */
	struct member *members;
	size_t member_count;
	struct station *stations; /* the unknown ones last */
	size_t station_count;
	size_t known_station_count;
	struct port *ports; /* first one per known station, then core */
	size_t port_count;
	struct flow *flows; /* by sender, then receiver */
	size_t flow_count;
	size_t flow_capacity;
	/* bytes of a frame with FCS, the variable size aside */
	uint32_t frame_bytes[PAYLOAD_COUNT][MODEL_CLASSES];
	/* frames of a class per byte of a flow */
	double frames_per_byte[PAYLOAD_COUNT][PROFILE_COUNT][MODEL_CLASSES];
	double peak_passages_per_s; /* of frames past data sources */
};

/** Build an exchange. @return 0 or -ENOMEM */
MUST_CHECK int model_build(struct model *m, const struct options *o);

void model_free(struct model *m);

/** The core port of a switch towards another one. */
static inline uint32_t model_core_port(const struct model *m, uint32_t from,
				       uint32_t to)
{
	return (uint32_t)m->known_station_count + from * (m->switch_count - 1) +
	       (to < from ? to : to - 1);
}

static inline bool flow_to_group(const struct flow *f)
{
	return f->payload == PAYLOAD_ARP || f->payload == PAYLOAD_ND;
}

/** The switch that a station is connected to. */
static inline uint32_t model_switch_of(const struct model *m, uint32_t station)
{
	return m->ports[m->stations[station].port].switch_index;
}

/** How many data sources a frame of this flow passes. */
uint32_t model_passages(const struct model *m, const struct flow *flow);

/** "Ethernet1/1". */
void model_port_name(const struct port *port, char *to, size_t size);

/** The address that a switch (from 0) calls itself. */
struct ipaddr model_agent(const struct model *m, uint32_t switch_index);

/** The address of the n-th station on the peering LAN. */
struct ipaddr model_lan_ipv6(uint32_t station);

#endif
