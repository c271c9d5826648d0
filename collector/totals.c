/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/totals.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "collector/anchor.h"
#include "collector/clock.h"
#include "collector/sums_json.h"

/* What one member, or one pair in one VLAN, came to in one direction. */
struct sum {
	struct tally family[FAMILY_COUNT];
};

struct pair_sum {
	uint32_t from; /* members */
	uint32_t to;
	uint16_t vlan;
	struct sum sum;
};

static void write_mirrored(struct json_writer *w, const struct intake *in)
{
	const struct mirror_counters *m = &in->mirrored;

	json_put_u64(w, "mirrored_packets", m->packets);
	json_put_u64(w, "frames", in->input.frames);
	json_put_u64(w, "erspan_no_frame", m->no_frame);
	json_put_u64(w, "erspan_unknown", m->unknown);
	json_put_u64(w, "erspan_malformed", m->malformed);
	json_put_u64(w, "erspan_fragments", m->fragments);
	json_put_u64(w, "erspan_foreign", m->foreign);
	json_put_u64(w, "gre_other", m->other);
	json_put_u64(w, "frames_waited", m->waited);
	json_put_u64(w, "frames_lost", m->lost);
	json_put_u64(w, "frames_merged", m->merged);
	json_put_u64(w, "frame_lengths_unknown", m->lengths_unknown);
	json_put_u64(w, "ring_drops", m->ring_drops);
}

void totals_write_input(struct json_writer *w, const struct intake *in)
{
	const struct input_counters *i = &in->input;

	json_put_object(w, "input");
	json_put_u64(w, "datagrams", i->datagrams);
	json_put_u64(w, "accepted", i->accepted);
	json_put_u64(w, "malformed", i->malformed);
	json_put_u64(w, "unsupported_version", i->unsupported_version);
	json_put_u64(w, "foreign", i->foreign);
	json_put_u64(w, "lost_datagrams", i->lost_datagrams);
	json_put_u64(w, "duplicates", i->duplicates);
	json_put_u64(w, "waited", i->waited);
	json_put_u64(w, "late", i->late);
	json_put_u64(w, "flow_samples", i->flow_samples);
	json_put_u64(w, "counter_samples", i->counter_samples);
	json_put_u64(w, "discarded_packets", i->discarded_packets);
	write_mirrored(w, in);
	json_put_u64(w, "other_packets", i->other_packets);
	json_put_u64(w, "fragments", i->fragments);
	json_put_u64(w, "socket_drops", i->socket_drops);
	json_put_u64(w, "out_of_order", i->out_of_order);
	json_put_u64(w, "bad_times", i->bad_times);
	json_put_u64(w, "broken_captures", i->broken_captures);
	json_put_u64(w, "ports_refused", in->ports.refused);
	json_put_u64(w, "counter_restarts", in->ports.restarts);
	json_put_u64(w, "counter_repeats", in->ports.odd_deltas);
	json_put_u64(w, "skipped_samples", in->skipped.samples);
	json_put_u64(w, "skipped_flow_records", in->skipped.flow_records);
	json_put_u64(w, "skipped_counter_records", in->skipped.counter_records);
	json_put_u64(w, "skipped_broken_records", in->skipped.broken_records);
	json_end_object(w);
}

void totals_write_ledger(struct json_writer *w, const struct intake *in)
{
	assert(in->due_count == 0); /* intake_settle */
	json_put_object(w, "ledger");
	json_put_u64(w, "observations", in->ledger.observations);
	json_put_u64(w, "attributed", in->ledger.attributed);
	json_put_object(w, "dropped");
	for (int i = 0; i < DROP_COUNT; i++)
		json_put_u64(w, drop_reason_name((enum drop_reason)i),
			     in->ledger.dropped[i]);
	json_end_object(w);
	json_end_object(w);
}

void totals_write_refused(struct json_writer *w, const struct agents *agents)
{
	char text[IPADDR_TEXT_SIZE];

	json_put_array(w, "refused");
	for (uint32_t i = 0; i < agents->refused_count; i++) {
		const struct refused_agent *r = &agents->refused[i];

		json_put_object(w, NULL);
		json_put_string(w, "source", ipaddr_format(&r->source, text));
		if (r->agent.version)
			json_put_string(w, "agent",
					ipaddr_format(&r->agent, text));
		else
			json_put_null(w, "agent");
		json_put_u64(w, "sub_agent", r->sub_agent);
		json_put_u64(w, "datagrams", r->datagrams);
		json_put_double(w, "last_seen", (double)r->last_us / US_PER_S,
				3);
		json_end_object(w);
	}
	json_end_array(w);
	json_put_u64(w, "refused_not_listed", agents->refused_not_listed);
}

static int larger_station_first(const void *left, const void *right)
{
	const struct unknown_station *const *a = left;
	const struct unknown_station *const *b = right;

	if ((*a)->bytes != (*b)->bytes)
		return (*a)->bytes < (*b)->bytes ? 1 : -1;
	if ((*a)->mac.bits != (*b)->mac.bits)
		return (*a)->mac.bits < (*b)->mac.bits ? -1 : 1;
	/* One address at several places: the order does not change. */
	if ((*a)->ifindex != (*b)->ifindex)
		return (*a)->ifindex < (*b)->ifindex ? -1 : 1;
	return (*a)->vlan != (*b)->vlan ? (int)(*a)->vlan - (int)(*b)->vlan
					: (int)(*a)->reason - (int)(*b)->reason;
}

static void write_stranger(struct json_writer *w, const struct intake *in,
			   const struct unknown_station *u)
{
	static const char *const reasons[] = {
		[STRANGER_NONE] = "none",
		[STRANGER_UNKNOWN] = "unknown",
		[STRANGER_WRONG_VLAN] = "wrong_vlan",
		[STRANGER_WRONG_PORT] = "wrong_port",
	};
	const struct config *c = in->registry->config;
	char mac[MAC_TEXT_SIZE];
	uint32_t port;

	json_put_object(w, NULL);
	json_put_string(w, "mac", mac_format(u->mac, mac));
	json_put_string(w, "switch", c->switches[u->switch_index].name);
	json_put_u64(w, "ifindex", u->ifindex);
	port = port_table_look(&in->ports, u->switch_index, u->ifindex);
	if (port == PORT_NONE)
		json_put_null(w, "port");
	else
		json_put_string(w, "port", in->ports.ports[port].name);
	json_put_u64(w, "vlan", u->vlan);
	json_put_string(w, "reason", reasons[u->reason]);
	json_put_u64(w, "samples", u->samples);
	json_put_u64(w, "bytes", u->bytes);
	json_put_u64(w, "missed_samples_at_most", u->missed);
	json_put_bool(w, "stays", station_stays(u, in->time_us));
	json_put_double(w, "last_seen", (double)u->last_us / US_PER_S, 3);
	json_end_object(w);
}

void totals_write_stations(struct json_writer *w, const char *key,
			   const struct intake *in, const struct stations *s,
			   size_t most)
{
	const struct unknown_station **sorted =
	    calloc((size_t)s->count + 1, sizeof(*sorted));

	json_put_array(w, key);
	if (!sorted)
		w->out->failed = true;
	for (uint32_t i = 0; sorted && i < s->count; i++)
		sorted[i] = &s->list[i];
	if (sorted)
		qsort(sorted, s->count, sizeof(*sorted), larger_station_first);
	for (size_t i = 0; sorted && i < s->count && i < most; i++)
		write_stranger(w, in, sorted[i]);
	json_end_array(w);
	free(sorted);
}

void totals_write_strangers(struct json_writer *w, const struct intake *in,
			    size_t most)
{
	totals_write_stations(w, "unknown_macs", in, &in->stations, most);
	json_put_u64(w, "unknown_macs_not_listed", in->stations.not_listed);
}

/* Sum the cells up per member: from[member], to[member]. */
static void sum_members(const struct registry *r, const struct cell *cells,
			size_t count, struct sum *from, struct sum *to)
{
	for (size_t i = 0; i < count; i++) {
		struct cell_ends e = cell_ends(cells[i].key);
		uint32_t sender = r->interfaces[e.from].member;
		uint32_t receiver = r->interfaces[e.to].member;

		if (e.from)
			tally_add(&from[sender].family[e.family],
				  &cells[i].tally);
		if (e.to)
			tally_add(&to[receiver].family[e.family],
				  &cells[i].tally);
	}
}

/* What a member's estimates can be scaled to, where its counters say it. */
static void write_anchor(struct json_writer *w, const struct port_table *ports,
			 uint32_t member)
{
	uint64_t octets[2];

	if (!anchor_of(ports, member, octets))
		return;
	json_put_object(w, "scaled");
	json_put_u64(w, "from_member", octets[0]);
	json_put_u64(w, "to_member", octets[1]);
	json_end_object(w);
}

static int write_members(struct json_writer *w, const struct intake *in,
			 const struct cell *cells, size_t count)
{
	const struct registry *r = in->registry;
	struct sum *from = calloc((size_t)r->member_count + 1, sizeof(*from));
	struct sum *to = calloc((size_t)r->member_count + 1, sizeof(*to));
	int rc = from && to ? 0 : -ENOMEM;

	if (rc == 0)
		sum_members(r, cells, count, from, to);
	json_put_array(w, "members");
	for (uint32_t i = 0; rc == 0 && i < r->member_count; i++) {
		json_put_object(w, NULL);
		json_put_u64(w, "asn", r->members[i].asn);
		sums_json_direction(w, "from_member", from[i].family);
		sums_json_direction(w, "to_member", to[i].family);
		write_anchor(w, &in->ports, i);
		json_end_object(w);
	}
	json_end_array(w);
	free(from);
	free(to);
	return rc;
}

static int by_members_and_vlan(const void *left, const void *right)
{
	const struct pair_sum *a = left;
	const struct pair_sum *b = right;

	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	if (a->to != b->to)
		return a->to < b->to ? -1 : 1;
	return (int)a->vlan - (int)b->vlan;
}

/* The cells of pairs, one sum each; returns how many. */
static size_t sum_pairs(const struct registry *r, const struct cell *cells,
			size_t count, struct pair_sum *pairs)
{
	size_t n = 0;
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		struct cell_ends e = cell_ends(cells[i].key);
		const struct vlan_interface *from = &r->interfaces[e.from];
		const struct vlan_interface *to = &r->interfaces[e.to];

		if (!e.from || !e.to)
			continue;
		pairs[n] = (struct pair_sum){
			.from = from->member,
			.to = to->member,
			.vlan = from->vlan == to->vlan ? from->vlan : 0,
		};
		pairs[n++].sum.family[e.family] = cells[i].tally;
	}
	qsort(pairs, n, sizeof(*pairs), by_members_and_vlan);
	for (size_t i = 0; i < n; i++) {
		if (kept == 0 ||
		    by_members_and_vlan(&pairs[kept - 1], &pairs[i]) != 0) {
			pairs[kept++] = pairs[i];
			continue;
		}
		for (int f = 0; f < FAMILY_COUNT; f++)
			tally_add(&pairs[kept - 1].sum.family[f],
				  &pairs[i].sum.family[f]);
	}
	return kept;
}

static int write_pairs(struct json_writer *w, const struct registry *r,
		       const struct cell *cells, size_t count)
{
	struct pair_sum *pairs = calloc(count + 1, sizeof(*pairs));
	size_t n = pairs ? sum_pairs(r, cells, count, pairs) : 0;

	json_put_array(w, "pairs");
	for (size_t i = 0; i < n; i++) {
		if (!sums_json_any(pairs[i].sum.family))
			continue;
		json_put_object(w, NULL);
		json_put_u64(w, "from", r->members[pairs[i].from].asn);
		json_put_u64(w, "to", r->members[pairs[i].to].asn);
		json_put_u64(w, "vlan", pairs[i].vlan);
		sums_json_families(w, pairs[i].sum.family);
		json_end_object(w);
	}
	json_end_array(w);
	free(pairs);
	return pairs ? 0 : -ENOMEM;
}

static void write_port(struct json_writer *w, const struct config *c,
		       const struct port_state *p)
{
	const uint64_t estimate[2] = { p->in_estimate, p->out_estimate };

	json_put_object(w, NULL);
	json_put_string(w, "switch", c->switches[p->switch_index].name);
	json_put_u64(w, "ifindex", p->ifindex);
	json_put_string(w, "name", p->name);
	sums_json_port(w, p->grown, estimate);
	json_end_object(w);
}

static void write_ports(struct json_writer *w, const struct intake *in)
{
	json_put_array(w, "ports");
	for (uint32_t i = 0; i < in->ports.count; i++)
		write_port(w, in->registry->config, &in->ports.ports[i]);
	json_end_array(w);
}

int totals_write(struct text *out, const struct intake *in,
		 struct aggregate *total, int64_t from_us, int64_t to_us)
{
	struct json_writer w;
	struct cell *cells;
	size_t count;
	int rc = aggregate_take(total, &cells, &count);

	if (rc < 0)
		return rc;
	json_start(&w, out);
	json_put_object(&w, NULL);
	json_put_double(&w, "from", (double)from_us / US_PER_S, 6);
	json_put_double(&w, "to", (double)to_us / US_PER_S, 6);
	totals_write_input(&w, in);
	totals_write_ledger(&w, in);
	rc = write_members(&w, in, cells, count);
	if (rc == 0)
		rc = write_pairs(&w, in->registry, cells, count);
	write_ports(&w, in);
	totals_write_strangers(&w, in, SIZE_MAX);
	totals_write_refused(&w, &in->agents);
	json_put_array(&w, "bgp_sessions");
	json_end_array(&w);
	json_put_array(&w, "hygiene");
	json_end_array(&w);
	json_end_object(&w);
	text_add_char(out, '\n');
	free(cells);
	if (rc == 0 && !text_ok(out))
		rc = -ENOMEM;
	return rc;
}
