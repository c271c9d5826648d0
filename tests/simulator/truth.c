/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "truth.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "util/file.h"
#include "util/json_write.h"

enum family { FAMILY_IPV4, FAMILY_IPV6, FAMILY_OTHER, FAMILY_COUNT };

static const char *const family_names[] = { "ipv4", "ipv6", "other" };

struct amount {
	uint64_t bytes;
	uint64_t packets;
};

struct amounts {
	struct amount of[FAMILY_COUNT];
};

struct sums {
	struct amounts *from; /* per member */
	struct amounts *to;
	struct amounts *unknown_from; /* per unknown station */
	struct amounts exchange;
};

static enum family family_of(const struct flow *flow)
{
	switch (flow->payload) {
	case PAYLOAD_IPV4:
		return FAMILY_IPV4;
	case PAYLOAD_IPV6:
	case PAYLOAD_ND:
		return FAMILY_IPV6;
	default:
		return FAMILY_OTHER;
	}
}

static void add(struct amounts *a, enum family family,
		const struct flow_state *state)
{
	a->of[family].bytes += state->bytes;
	a->of[family].packets += state->packets;
}

static void sum_up(const struct run *r, struct sums *sums)
{
	const struct model *m = r->model;

	for (size_t i = 0; i < m->flow_count; i++) {
		const struct flow *flow = &m->flows[i];
		const struct flow_state *state = &r->traffic.flows[i];
		enum family family = family_of(flow);
		uint16_t from = m->stations[flow->from].member;
		uint16_t to = m->stations[flow->to].member;

		if (from == MODEL_NO_MEMBER) {
			add(&sums->unknown_from[flow->from -
						m->known_station_count],
			    family, state);
		} else {
			add(&sums->from[from], family, state);
			add(&sums->exchange, family, state);
		}
		if (!flow_to_group(flow) && to != MODEL_NO_MEMBER)
			add(&sums->to[to], family, state);
	}
}

/* The families that had traffic. */
static void put_families(struct json_writer *w, const struct amounts *a)
{
	for (int family = 0; family < FAMILY_COUNT; family++) {
		if (!a->of[family].packets)
			continue;
		json_put_object(w, family_names[family]);
		json_put_u64(w, "bytes", a->of[family].bytes);
		json_put_u64(w, "packets", a->of[family].packets);
		json_end_object(w);
	}
}

static void put_amounts(struct json_writer *w, const char *key,
			const struct amounts *a)
{
	json_put_object(w, key);
	put_families(w, a);
	json_end_object(w);
}

static void put_members(const struct run *r, const struct sums *sums,
			struct json_writer *w)
{
	json_put_array(w, "members");
	for (size_t i = 0; i < r->model->member_count; i++) {
		json_put_object(w, NULL);
		json_put_u64(w, "asn", r->model->members[i].asn);
		put_amounts(w, "from_member", &sums->from[i]);
		put_amounts(w, "to_member", &sums->to[i]);
		json_end_object(w);
	}
	json_end_array(w);
}

/* Flows of one pair follow each other: one per family at most. */
static void put_pairs(const struct run *r, struct json_writer *w)
{
	const struct model *m = r->model;
	const struct flow *flow = m->flows;
	const struct flow *end = m->flows + m->flow_count;

	json_put_array(w, "pairs");
	while (flow < end) {
		uint16_t from = m->stations[flow->from].member;
		uint16_t to = m->stations[flow->to].member;
		struct amounts a = { 0 };

		if (flow_to_group(flow) || from == MODEL_NO_MEMBER ||
		    to == MODEL_NO_MEMBER) {
			flow++;
			continue;
		}
		for (; flow < end && !flow_to_group(flow) &&
		       m->stations[flow->from].member == from &&
		       m->stations[flow->to].member == to;
		     flow++)
			add(&a, family_of(flow),
			    &r->traffic.flows[flow - m->flows]);
		if (!a.of[FAMILY_IPV4].packets && !a.of[FAMILY_IPV6].packets)
			continue;
		json_put_object(w, NULL);
		json_put_u64(w, "from", m->members[from].asn);
		json_put_u64(w, "to", m->members[to].asn);
		json_put_u64(w, "vlan", MODEL_VLAN_TAG);
		put_families(w, &a);
		json_end_object(w);
	}
	json_end_array(w);
}

static void put_ports(const struct run *r, struct json_writer *w)
{
	char name[SFLOW_WRITE_NAME_MAX];
	char box[16];

	json_put_array(w, "ports");
	for (size_t i = 0; i < r->model->port_count; i++) {
		const struct port *port = &r->model->ports[i];
		const struct port_counters *c = &r->traffic.after[i];

		(void)snprintf(box, sizeof(box), "sw%u",
			       port->switch_index + 1u);
		model_port_name(port, name, sizeof(name));
		json_put_object(w, NULL);
		json_put_string(w, "switch", box);
		json_put_u64(w, "ifindex", port->ifindex);
		json_put_string(w, "name", name);
		json_put_bool(w, "core", port->core);
		json_put_object(w, "counters");
		json_put_u64(w, "in_octets", c->in.octets);
		json_put_u64(w, "out_octets", c->out.octets);
		json_put_u64(w, "in_ucast", c->in.ucast);
		json_put_u64(w, "in_mcast", c->in.mcast);
		json_put_u64(w, "in_bcast", c->in.bcast);
		json_put_u64(w, "out_ucast", c->out.ucast);
		json_put_u64(w, "out_mcast", c->out.mcast);
		json_put_u64(w, "out_bcast", c->out.bcast);
		json_end_object(w);
		json_end_object(w);
	}
	json_end_array(w);
}

static void put_unknown(const struct run *r, const struct sums *sums,
			struct json_writer *w)
{
	const struct model *m = r->model;
	char mac[MAC_TEXT_SIZE];
	char box[16];

	json_put_array(w, "unknown_macs");
	for (size_t i = m->known_station_count; i < m->station_count; i++) {
		const struct station *station = &m->stations[i];
		const struct port *port = &m->ports[station->port];

		(void)snprintf(box, sizeof(box), "sw%u",
			       port->switch_index + 1u);
		json_put_object(w, NULL);
		json_put_string(w, "mac", mac_format(station->mac, mac));
		json_put_string(w, "switch", box);
		json_put_u64(w, "ifindex", port->ifindex);
		put_amounts(w, "sent",
			    &sums->unknown_from[i - m->known_station_count]);
		json_end_object(w);
	}
	json_end_array(w);
}

static void put_mirrored(const struct mirror *mirror, struct json_writer *w)
{
	struct mirror_stats s = mirror_stats(mirror);

	json_put_u64(w, "mirrored", s.copies);
	json_put_u64(w, "mirrored_bytes", s.bytes);
	json_put_u64(w, "mirror_lost", s.lost);
	json_put_u64(w, "mirror_markers", s.markers);
}

static void put_sent(const struct run *r, struct json_writer *w)
{
	const struct run_stats *s = &r->stats;

	json_put_object(w, "sent");
	json_put_u64(w, "datagrams", s->datagrams);
	json_put_u64(w, "flow_samples", s->flow_samples);
	json_put_u64(w, "edge_ingress", s->samples[PASSAGE_EDGE_INGRESS]);
	json_put_u64(w, "edge_egress", s->samples[PASSAGE_EDGE_EGRESS]);
	json_put_u64(w, "core_ingress", s->samples[PASSAGE_CORE_INGRESS]);
	json_put_u64(w, "core_egress", s->samples[PASSAGE_CORE_EGRESS]);
	json_put_u64(w, "counter_samples", s->counter_samples);
	json_put_u64(w, "dropped_samples", s->dropped);
	if (r->mirror)
		put_mirrored(r->mirror, w);
	json_end_object(w);
}

static void put_all(const struct run *r, const struct sums *sums,
		    struct text *t)
{
	struct json_writer w;

	json_start(&w, t);
	json_put_object(&w, NULL);
	json_put_double(&w, "from", (double)r->from_us / 1e6, 6);
	json_put_double(&w, "to", (double)r->to_us / 1e6, 6);
	json_put_u64(&w, "sampling_rate", r->model->sampling_rate);
	put_sent(r, &w);
	put_amounts(&w, "exchange", &sums->exchange);
	put_members(r, sums, &w);
	put_pairs(r, &w);
	put_ports(r, &w);
	put_unknown(r, sums, &w);
	json_end_object(&w);
	text_add_char(t, '\n');
}

int truth_write(const struct run *r, const char *folder)
{
	const struct model *m = r->model;
	struct sums sums = { 0 };
	struct text path;
	struct text t;
	int rc = -ENOMEM;

	text_init(&path);
	text_init(&t);
	text_addf(&path, "%s/truth.json", folder);
	sums.from = calloc(m->member_count, sizeof(*sums.from));
	sums.to = calloc(m->member_count, sizeof(*sums.to));
	sums.unknown_from =
	    calloc(m->station_count, sizeof(*sums.unknown_from));
	if (sums.from && sums.to && sums.unknown_from) {
		sum_up(r, &sums);
		put_all(r, &sums, &t);
	}
	if (t.len && text_ok(&t) && text_ok(&path))
		rc = file_replace(text_str(&path), t.data, t.len);
	free(sums.from);
	free(sums.to);
	free(sums.unknown_from);
	text_fini(&t);
	text_fini(&path);
	return rc;
}
