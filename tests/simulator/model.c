/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	PORTS_OF_CORE_FROM = 49, /* Ethernet1/49 and on */
	LAN_OF_24 = 250,	 /* so many stations fit a /24 */
	TAG_BYTES = 4,
};

/* Shares of the frames of a flow, class by class. */
static const double frame_shares[PROFILE_COUNT][MODEL_CLASSES] = {
	[PROFILE_DATA] = { 0.08, 0.06, 0.04, 0.06, 0.66, 0.10 },
	[PROFILE_ACKS] = { 0.62, 0.14, 0.05, 0.03, 0.06, 0.10 },
	[PROFILE_MIXED] = { 0.28, 0.12, 0.08, 0.10, 0.30, 0.12 },
};

/* With FCS, untagged. */
static const uint32_t frame_sizes[PAYLOAD_COUNT][MODEL_CLASSES] = {
	[PAYLOAD_IPV4] = { 64, 128, 576, 1024, 1518, 0 },
	[PAYLOAD_IPV6] = { 90, 148, 596, 1044, 1518, 0 },
	[PAYLOAD_ARP] = { 64, 0, 0, 0, 0, 0 },
	[PAYLOAD_ND] = { 90, 0, 0, 0, 0, 0 },
};

static const double sends_by_kind[] = { 8, 1, 1.5 };
static const double receives_by_kind[] = { 1, 6, 2 };

static void build_sizes(struct model *m, bool tagged)
{
	for (int p = 0; p < PAYLOAD_COUNT; p++)
		for (int c = 0; c < MODEL_CLASSES; c++)
			m->frame_bytes[p][c] =
			    m->frame_size
				? m->frame_size
				: frame_sizes[p][c] + (tagged ? TAG_BYTES : 0);
}

static void build_profile(struct model *m, int payload, int profile)
{
	double *per_byte = m->frames_per_byte[payload][profile];
	double mean = 0;

	if (payload == PAYLOAD_ARP || payload == PAYLOAD_ND) {
		per_byte[0] = 1.0 / m->frame_bytes[payload][0];
		return;
	}
	for (int c = 0; c < MODEL_CLASSES; c++) {
		double size = m->frame_bytes[payload][c];

		if (c == MODEL_CLASS_VARIABLE && !m->frame_size)
			size += MODEL_VARIABLE_MIN + MODEL_VARIABLE_SPAN / 2.0;
		mean += size * frame_shares[profile][c];
	}
	for (int c = 0; c < MODEL_CLASSES; c++)
		per_byte[c] = frame_shares[profile][c] / mean;
}

/* Documentation numbers first, then private ones. */
static uint32_t asn_of(size_t n)
{
	if (n < 16)
		return 64496 + (uint32_t)n;
	if (n < 32)
		return 65536 + (uint32_t)n - 16;
	if (n < 1032)
		return 64512 + (uint32_t)n - 32;
	return 4200000000u + (uint32_t)n - 1032;
}

static enum member_kind kind_of(struct prng *p)
{
	double draw = prng_unit(p);

	if (draw < 0.22)
		return MEMBER_CONTENT;
	return draw < 0.72 ? MEMBER_EYEBALL : MEMBER_OFFICE;
}

/* A few members have two connections; sizes follow Zipf, in random order. */
static int build_members(struct model *m, struct prng *p)
{
	size_t *rank = calloc(m->member_count, sizeof(*rank));

	if (!rank)
		return -ENOMEM;
	for (size_t i = 0; i < m->member_count; i++) {
		size_t other = prng_below(p, i + 1);

		rank[i] = rank[other];
		rank[other] = i;
	}
	for (size_t i = 0; i < m->member_count; i++) {
		struct member *member = &m->members[i];
		double size = 1 / pow((double)rank[i] + 1, 0.9);

		member->asn = asn_of(i);
		member->kind = kind_of(p);
		member->ipv6 = prng_unit(p) < 0.85;
		member->sends = size * sends_by_kind[member->kind];
		member->receives = size * receives_by_kind[member->kind];
		member->first_station = (uint32_t)m->station_count;
		member->station_count = i % 6 == 2 ? 2 : 1;
		m->station_count += member->station_count;
	}
	free(rank);
	m->known_station_count = m->station_count;
	return 0;
}

/* n-th member port of a switch, as a Nexus numbers them. */
static void place_port(struct port *port, uint32_t slot, uint32_t number)
{
	port->slot = (uint16_t)slot;
	port->number = (uint16_t)number;
	port->ifindex = 0x1a000000u + ((slot - 1) << 19) + ((number - 1) << 12);
}

static void build_stations(struct model *m)
{
	uint32_t lan = m->station_count <= LAN_OF_24
			   ? 198u << 24 | 51u << 16 | 100u << 8
			   : 198u << 24 | 18u << 16;

	for (size_t i = 0; i < m->member_count; i++) {
		const struct member *member = &m->members[i];

		for (uint32_t k = 0; k < member->station_count; k++) {
			uint32_t n = member->first_station + k;
			struct port *port = &m->ports[n];
			uint32_t nth = n / m->switch_count;

			m->stations[n] = (struct station){
				.mac.bits = 0x020000000000u + n + 1,
				.member = (uint16_t)i,
				.port = n,
				.lan_ipv4 = lan + 1 + n,
			};
			port->switch_index = (uint16_t)(n % m->switch_count);
			port->member = (uint16_t)i;
			place_port(port, 1 + nth / MODEL_SLOT_PORTS,
				   1 + nth % MODEL_SLOT_PORTS);
		}
	}
}

static void build_core(struct model *m)
{
	for (uint32_t from = 0; from < m->switch_count; from++) {
		uint32_t number = PORTS_OF_CORE_FROM;

		for (uint32_t to = 0; to < m->switch_count; to++) {
			struct port *port;

			if (to == from)
				continue;
			port = &m->ports[model_core_port(m, from, to)];
			port->core = true;
			port->switch_index = (uint16_t)from;
			port->peer_switch = (uint16_t)to;
			port->member = MODEL_NO_MEMBER;
			place_port(port, 1, number++);
		}
	}
}

/* Strangers behind members' ports. */
static void build_unknown(struct model *m, struct prng *p)
{
	for (size_t i = m->known_station_count; i < m->station_count; i++)
		m->stations[i] = (struct station){
			.mac.bits =
			    0x020000fe0000u + i - m->known_station_count + 1,
			.member = MODEL_NO_MEMBER,
			.port = (uint32_t)prng_below(p, m->known_station_count),
			.lan_ipv4 = m->stations[0].lan_ipv4 + (uint32_t)i,
		};
}

static int add_flow(struct model *m, struct flow flow)
{
	if (m->flow_count == m->flow_capacity) {
		size_t capacity = m->flow_capacity ? m->flow_capacity * 2 : 256;
		struct flow *grown =
		    reallocarray(m->flows, capacity, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		m->flows = grown;
		m->flow_capacity = capacity;
	}
	m->flows[m->flow_count++] = flow;
	return 0;
}

static enum curve curve_of(const struct member *a, const struct member *b)
{
	if (a->kind == MEMBER_EYEBALL || b->kind == MEMBER_EYEBALL)
		return CURVE_EVENING;
	if (a->kind == MEMBER_OFFICE || b->kind == MEMBER_OFFICE)
		return CURVE_DAYTIME;
	return CURVE_EVEN;
}

static enum profile profile_of(const struct member *from,
			       const struct member *to)
{
	if (from->kind == to->kind)
		return PROFILE_MIXED;
	if (from->kind == MEMBER_CONTENT)
		return PROFILE_DATA;
	return to->kind == MEMBER_CONTENT ? PROFILE_ACKS : PROFILE_MIXED;
}

/* A station of the member; with two, each flow sticks to one of them. */
static uint32_t station_of(const struct member *member, uint64_t draw)
{
	return member->first_station + (uint32_t)(draw % member->station_count);
}

/*
 * What one member sends to another one, split by family. Some pairs are
 * silent, some speak one family only. Every pair draws as often, so that a
 * silent one does not change the others.
 */
static int add_pair(struct model *m, struct prng *p, size_t a, size_t b)
{
	const struct member *from = &m->members[a];
	const struct member *to = &m->members[b];
	double silence = prng_unit(p);
	double spread = prng_unit(p) + prng_unit(p) + prng_unit(p) - 1.5;
	double family = prng_unit(p);
	uint64_t ways = prng_u64(p);
	double weight = from->sends * to->receives * exp(2.2 * spread);
	double ipv6 = 0;
	struct flow flow = {
		.from = station_of(from, ways & 0xff),
		.to = station_of(to, ways >> 8 & 0xff),
		.profile = (uint8_t)profile_of(from, to),
		.curve = (uint8_t)curve_of(from, to),
	};
	int rc = 0;

	if (a == b) { /* between the connections of one member: a little */
		if (from->station_count < 2)
			return 0;
		flow.from = from->first_station + (uint32_t)(ways & 1);
		flow.to = from->first_station + (uint32_t)(~ways & 1);
		weight *= 0.01;
	} else if (silence < 0.06) {
		return 0;
	}
	if (from->ipv6 && to->ipv6)
		ipv6 = family < 0.1 ? 0 : family > 0.97 ? 1 : 0.7 * family;
	flow.payload = PAYLOAD_IPV4;
	flow.bytes_per_s = (float)(weight * (1 - ipv6));
	if (ipv6 < 1)
		rc = add_flow(m, flow);
	flow.payload = PAYLOAD_IPV6;
	flow.bytes_per_s = (float)(weight * ipv6);
	if (rc == 0 && ipv6 > 0)
		rc = add_flow(m, flow);
	return rc;
}

static int add_pairs(struct model *m, struct prng *p, double bytes_per_s)
{
	double sum = 0;

	for (size_t a = 0; a < m->member_count; a++) {
		for (size_t b = 0; b < m->member_count; b++) {
			int rc = add_pair(m, p, a, b);

			if (rc < 0)
				return rc;
		}
	}
	for (size_t i = 0; i < m->flow_count; i++)
		sum += m->flows[i].bytes_per_s;
	for (size_t i = 0; i < m->flow_count; i++)
		m->flows[i].bytes_per_s *= (float)(bytes_per_s / sum);
	return 0;
}

/* Each unknown station talks with two members, both ways. */
static int add_unknown_flows(struct model *m, struct prng *p,
			     double bytes_per_s)
{
	size_t count = m->station_count - m->known_station_count;
	int rc = 0;

	for (size_t i = 0; i < 4 * count && rc == 0; i++) {
		uint32_t stranger = (uint32_t)(m->known_station_count + i / 4);
		uint32_t known =
		    (uint32_t)prng_below(p, m->known_station_count);

		/* a frame to its own port would not be forwarded */
		if (m->stations[stranger].port == known)
			known = (known + 1) % (uint32_t)m->known_station_count;
		rc =
		    add_flow(m, (struct flow){
				    .bytes_per_s = (float)(bytes_per_s * 0.001 /
							   (double)count),
				    .from = i % 2 ? known : stranger,
				    .to = i % 2 ? stranger : known,
				    .payload = PAYLOAD_IPV4,
				    .profile = PROFILE_MIXED,
				    .curve = CURVE_EVEN,
				});
	}
	return rc;
}

/* Who has...? From every connection, a few times a second. */
static int add_group_flows(struct model *m, struct prng *p)
{
	uint32_t least =
	    frame_sizes[PAYLOAD_ND][0] + (m->vlan_tagged ? TAG_BYTES : 0);
	bool solicitations = !m->frame_size || m->frame_size >= least;
	int rc = 0;

	for (size_t i = 0; i < m->known_station_count && rc == 0; i++) {
		const struct station *station = &m->stations[i];
		struct flow flow = {
			.from = (uint32_t)i,
			.payload = PAYLOAD_ARP,
			.profile = PROFILE_MIXED,
			.curve = CURVE_EVEN,
		};

		flow.bytes_per_s = (float)(64 * (0.3 + prng_unit(p)));
		rc = add_flow(m, flow);
		flow.payload = PAYLOAD_ND;
		flow.bytes_per_s = (float)(90 * (0.1 + 0.3 * prng_unit(p)));
		if (rc == 0 && solicitations &&
		    m->members[station->member].ipv6)
			rc = add_flow(m, flow);
	}
	return rc;
}

uint32_t model_passages(const struct model *m, const struct flow *f)
{
	uint32_t edges = m->egress ? 2 : 1;
	uint32_t cores = m->core_sources ? edges : 0;

	if (flow_to_group(f)) {
		uint32_t ports =
		    m->egress ? (uint32_t)m->known_station_count : 1;

		return ports + cores * (m->switch_count - 1);
	}
	if (model_switch_of(m, f->from) == model_switch_of(m, f->to))
		return edges;
	return edges + cores;
}

/* A port is as fast as its peak needs, with some room. */
static void build_speeds(struct model *m, double *in, double *out)
{
	static const uint64_t speeds[] = { 1000000000u, 10000000000u,
					   100000000000u, 400000000000u,
					   1600000000000u };

	for (size_t i = 0; i < m->port_count; i++) {
		struct port *port = &m->ports[i];
		size_t k = port->core ? 1 : 0;

		port->peak_bytes_per_s = fmax(in[i], out[i]);
		while (k < 4 &&
		       port->peak_bytes_per_s * 8 > 0.75 * (double)speeds[k])
			k++;
		port->speed_bps = speeds[k];
	}
}

static int measure(struct model *m)
{
	double *in = calloc(m->port_count, sizeof(*in));
	double *out = calloc(m->port_count, sizeof(*out));
	int rc = in && out ? 0 : -ENOMEM;

	for (size_t i = 0; rc == 0 && i < m->flow_count; i++) {
		const struct flow *f = &m->flows[i];
		const double *per_byte =
		    m->frames_per_byte[f->payload][f->profile];
		double rate = (double)f->bytes_per_s;
		uint32_t a = model_switch_of(m, f->from);
		uint32_t b;

		for (int c = 0; c < MODEL_CLASSES; c++)
			m->peak_passages_per_s +=
			    rate * per_byte[c] * model_passages(m, f);
		if (flow_to_group(f))
			continue;
		b = model_switch_of(m, f->to);
		in[m->stations[f->from].port] += rate;
		out[m->stations[f->to].port] += rate;
		if (a != b) {
			out[model_core_port(m, a, b)] += rate;
			in[model_core_port(m, b, a)] += rate;
		}
	}
	if (rc == 0)
		build_speeds(m, in, out);
	free(in);
	free(out);
	return rc;
}

static int build_flows(struct model *m, const struct options *o)
{
	struct prng p = prng_of(o->seed, 2);
	struct prng others = prng_of(o->seed, 3);
	double bytes_per_s = (double)o->traffic_bps / 8;
	int rc = add_pairs(m, &p, bytes_per_s);

	if (rc == 0)
		rc = add_group_flows(m, &others);
	if (rc == 0)
		rc = add_unknown_flows(m, &others, bytes_per_s);
	if (rc == 0)
		rc = measure(m);
	return rc;
}

int model_build(struct model *m, const struct options *o)
{
	struct prng p = prng_of(o->seed, 1);
	int rc = -ENOMEM;

	*m = (struct model){
		.switch_count = (uint32_t)o->switches,
		.sampling_rate = o->rate,
		.vlan_tagged = o->vlan_tagged,
		.ipv6_agents = o->ipv6_agents,
		.core_sources = !o->no_core,
		.egress = !o->one_direction,
		.frame_size = (uint32_t)o->frame_size,
		.member_count = (size_t)o->members,
	};
	build_sizes(m, o->vlan_tagged);
	for (int payload = 0; payload < PAYLOAD_COUNT; payload++)
		for (int profile = 0; profile < PROFILE_COUNT; profile++)
			build_profile(m, payload, profile);
	m->members = calloc(m->member_count, sizeof(*m->members));
	if (!m->members)
		goto out;
	rc = build_members(m, &p);
	if (rc < 0)
		goto out;
	m->station_count += (size_t)o->unknown_macs;
	m->port_count = m->known_station_count +
			(size_t)m->switch_count * (m->switch_count - 1);
	m->stations = calloc(m->station_count, sizeof(*m->stations));
	m->ports = calloc(m->port_count, sizeof(*m->ports));
	rc = m->stations && m->ports ? 0 : -ENOMEM;
	if (rc < 0)
		goto out;
	build_stations(m);
	build_core(m);
	build_unknown(m, &p);
	rc = build_flows(m, o);
out:
	if (rc < 0)
		model_free(m);
	return rc;
}

void model_free(struct model *m)
{
	free(m->members);
	free(m->stations);
	free(m->ports);
	free(m->flows);
	*m = (struct model){ 0 };
}

void model_port_name(const struct port *port, char *to, size_t size)
{
	(void)snprintf(to, size, "Ethernet%u/%u", port->slot, port->number);
}

struct ipaddr model_agent(const struct model *m, uint32_t switch_index)
{
	uint8_t ipv4[4] = { 192, 0, 2, (uint8_t)(switch_index + 1) };
	uint8_t ipv6[16] = { 0x20, 0x01, 0x0d, 0xb8 };

	ipv6[15] = (uint8_t)(switch_index + 1);
	if (m->ipv6_agents)
		return ipaddr_of(ipv6, sizeof(ipv6));
	return ipaddr_of(ipv4, sizeof(ipv4));
}

struct ipaddr model_lan_ipv6(uint32_t station)
{
	uint8_t bytes[16] = { 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0x01 };

	bytes[14] = (uint8_t)((station + 1) >> 8);
	bytes[15] = (uint8_t)(station + 1);
	return ipaddr_of(bytes, sizeof(bytes));
}
