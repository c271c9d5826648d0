/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/flush.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "collector/clock.h"
#include "collector/track.h"
#include "util/u64map.h"

enum {
	PAIRS_MAX = 1 << 20,
	PATH_SIZE = 4096,
	STEPS_PER_PAIR_STEP = SERIES_PAIR_STEP_S / STEP_S,
};

struct flush {
	const struct registry *registry; /* borrowed */
	const char *state_dir;		 /* borrowed */
	uint32_t batch;
	struct track exchange;
	struct track *members;
	struct track *interfaces; /* by VLAN interface; see has_own_file */
	struct track *vlans;
	struct track *switches;
	struct track *agents;
	struct track *ports; /* grows: see port_track */
	uint32_t port_count;
	struct track *pairs; /* grows: see pair_track */
	uint32_t pair_count;
	uint32_t pair_room;
	struct u64map pairs_by_key;
	int64_t pair_window;	 /* pair steps since the epoch; 0: none */
	int64_t pair_covered_us; /* of it, so far */
	bool pair_edge;
	uint64_t steps;
	struct track_result result;
};

static bool has_own_file(const struct registry *r, uint32_t interface)
{
	const struct vlan_interface *v = &r->interfaces[interface];

	return v->vlan != 0 && r->members[v->member].interface_count > 1;
}

static uint64_t pair_key(uint32_t low, uint32_t high, uint16_t vlan)
{
	return (uint64_t)low << 36 | (uint64_t)high << 12 | vlan;
}

/* The track of a pair of members, low before high; NULL without memory. */
static struct track *pair_track(struct flush *f, uint32_t low, uint32_t high,
				uint16_t vlan)
{
	uint64_t key = pair_key(low, high, vlan);
	uint32_t found = u64map_find(&f->pairs_by_key, key);
	uint32_t batch = f->batch / STEPS_PER_PAIR_STEP;
	struct series series = {
		.kind = SERIES_PAIR,
		.asn = f->registry->members[low].asn,
		.other_asn = f->registry->members[high].asn,
		.vlan = vlan,
	};

	if (found != U64MAP_NONE)
		return &f->pairs[found];
	if (f->pair_count == f->pair_room) {
		uint32_t room = f->pair_room ? 2 * f->pair_room : 256;
		struct track *pairs =
		    realloc(f->pairs, (size_t)room * sizeof(*pairs));

		if (!pairs)
			return NULL;
		f->pairs = pairs;
		f->pair_room = room;
	}
	if (u64map_put(&f->pairs_by_key, key, f->pair_count) < 0)
		return NULL;
	track_init(&f->pairs[f->pair_count], &series, batch ? batch : 1);
	return &f->pairs[f->pair_count++];
}

/* Pairs that have a file go on getting their zeros after a restart. */
static void find_known_pairs(struct flush *f)
{
	const struct registry *r = f->registry;
	char path[PATH_SIZE];

	for (uint32_t v = 0; v < r->vlan_count; v++) {
		for (uint32_t i = 0; i < r->member_count; i++) {
			for (uint32_t j = i; j < r->member_count; j++) {
				struct series s = {
					.kind = SERIES_PAIR,
					.asn = r->members[i].asn,
					.other_asn = r->members[j].asn,
					.vlan = r->vlans[v].tag,
				};

				if (series_path(path, sizeof(path),
						f->state_dir, &s) == 0 &&
				    access(path, F_OK) == 0)
					(void)pair_track(f, i, j, s.vlan);
			}
		}
	}
}

static struct track *new_tracks(size_t count)
{
	return calloc(count + 1, sizeof(struct track));
}

static void name_tracks(struct flush *f)
{
	const struct registry *r = f->registry;
	struct series s = { .kind = SERIES_EXCHANGE };

	track_init(&f->exchange, &s, f->batch);
	for (uint32_t i = 0; i < r->member_count; i++) {
		s = (struct series){ .kind = SERIES_MEMBER,
				     .asn = r->members[i].asn };
		track_init(&f->members[i], &s, f->batch);
	}
	for (uint32_t i = 1; i < r->interface_count; i++) {
		const struct vlan_interface *v = &r->interfaces[i];

		s = (struct series){ .kind = SERIES_VLAN_INTERFACE,
				     .asn = r->members[v->member].asn,
				     .vlan = v->vlan,
				     .ordinal = v->ordinal };
		track_init(&f->interfaces[i], &s, f->batch);
	}
	for (uint32_t i = 0; i < r->vlan_count; i++) {
		s = (struct series){ .kind = SERIES_VLAN,
				     .vlan = r->vlans[i].tag };
		track_init(&f->vlans[i], &s, f->batch);
	}
	for (size_t i = 0; i < r->config->switch_count; i++) {
		s = (struct series){
			.kind = SERIES_SWITCH,
			.switch_name = r->config->switches[i].name,
		};
		track_init(&f->switches[i], &s, f->batch);
		s.kind = SERIES_AGENT;
		track_init(&f->agents[i], &s, f->batch);
	}
}

static size_t pairs_possible(const struct registry *r)
{
	size_t members = r->member_count;
	size_t most = PAIRS_MAX;

	if (members < (1u << 12) && r->vlan_count < (1u << 12))
		most = members * (members + 1) / 2 * (r->vlan_count + 1u);
	return most < PAIRS_MAX ? most : PAIRS_MAX;
}

int flush_new(struct flush **out, const struct registry *registry,
	      uint32_t batch)
{
	struct flush *f = calloc(1, sizeof(*f));
	size_t switches = registry->config->switch_count;

	if (!f)
		return -ENOMEM;
	f->registry = registry;
	f->state_dir = registry->config->state_dir;
	f->batch = batch;
	f->members = new_tracks(registry->member_count);
	f->interfaces = new_tracks(registry->interface_count);
	f->vlans = new_tracks(registry->vlan_count);
	f->switches = new_tracks(switches);
	f->agents = new_tracks(switches);
	if (!f->members || !f->interfaces || !f->vlans || !f->switches ||
	    !f->agents ||
	    u64map_init(&f->pairs_by_key, pairs_possible(registry)) < 0) {
		flush_free(f);
		return -ENOMEM;
	}
	name_tracks(f);
	find_known_pairs(f);
	*out = f;
	return 0;
}

static void free_tracks(struct track *tracks, size_t count)
{
	for (size_t i = 0; tracks && i < count; i++)
		track_fini(&tracks[i]);
	free(tracks);
}

void flush_free(struct flush *f)
{
	const struct registry *r;

	if (!f)
		return;
	r = f->registry;
	track_fini(&f->exchange);
	free_tracks(f->members, r->member_count);
	free_tracks(f->interfaces, r->interface_count);
	free_tracks(f->vlans, r->vlan_count);
	free_tracks(f->switches, r->config->switch_count);
	free_tracks(f->agents, r->config->switch_count);
	free_tracks(f->ports, f->port_count);
	free_tracks(f->pairs, f->pair_count);
	u64map_fini(&f->pairs_by_key);
	free(f);
}

static void add_traffic(struct track *t, const struct cell *cell, bool to)
{
	/* The data sources stand in the order v4, v6, other; from, to. */
	enum family family = cell_ends(cell->key).family;
	size_t bytes = (to ? TRAFFIC_TO_V4_BYTES : TRAFFIC_FROM_V4_BYTES);
	size_t packets = (to ? TRAFFIC_TO_V4_PKTS : TRAFFIC_FROM_V4_PKTS);

	t->sums[bytes + family] += (double)cell->tally.bytes;
	t->sums[packets + family] += (double)cell->tally.packets;
	t->sums[to ? TRAFFIC_TO_SAMPLES : TRAFFIC_FROM_SAMPLES] +=
	    (double)cell->tally.samples;
	t->sums[to ? TRAFFIC_TO_VAR : TRAFFIC_FROM_VAR] += cell->tally.variance;
}

static struct track *vlan_track(struct flush *f, uint16_t tag)
{
	const struct vlan *v = registry_vlan(f->registry, tag);

	return v ? &f->vlans[v - f->registry->vlans] : NULL;
}

/* Add one end of a cell to the series that it belongs to. */
static void add_end(struct flush *f, const struct cell *cell, uint32_t end,
		    bool to)
{
	const struct vlan_interface *v = &f->registry->interfaces[end];
	struct track *vlan;

	if (end == REGISTRY_NOBODY)
		return;
	vlan = vlan_track(f, v->vlan);
	add_traffic(&f->exchange, cell, to);
	add_traffic(&f->members[v->member], cell, to);
	add_traffic(&f->switches[cell_ends(cell->key).switch_index], cell, to);
	if (has_own_file(f->registry, end))
		add_traffic(&f->interfaces[end], cell, to);
	if (vlan)
		add_traffic(vlan, cell, to);
}

static void add_pair(struct flush *f, const struct cell *cell)
{
	struct cell_ends e = cell_ends(cell->key);
	const struct vlan_interface *from = &f->registry->interfaces[e.from];
	const struct vlan_interface *to = &f->registry->interfaces[e.to];
	bool forward = from->member <= to->member;
	struct track *t;
	size_t column;

	if (!e.from || !e.to || e.family == FAMILY_OTHER)
		return;
	t = pair_track(f, forward ? from->member : to->member,
		       forward ? to->member : from->member,
		       from->vlan == to->vlan ? from->vlan : 0);
	if (!t) {
		f->result.failed++;
		return;
	}
	column = forward ? PAIR_AB_V4_BYTES : PAIR_BA_V4_BYTES;
	t->sums[column + e.family] += (double)cell->tally.bytes;
}

static void close_track(struct flush *f, struct track *t, int64_t start_s,
			double seconds)
{
	track_close(t, f->state_dir, start_s, seconds, &f->result);
}

static void close_pairs(struct flush *f)
{
	double seconds = (double)f->pair_covered_us / US_PER_S;
	int64_t start_s = f->pair_window * SERIES_PAIR_STEP_S;
	bool enough =
	    f->pair_covered_us * 2 >= (int64_t)SERIES_PAIR_STEP_S * US_PER_S;

	if (f->pair_edge)
		enough = step_rate_known(f->pair_covered_us, true);
	if (f->pair_window == 0)
		return;
	for (uint32_t i = 0; i < f->pair_count; i++)
		close_track(f, &f->pairs[i], start_s, enough ? seconds : 0);
	f->pair_window = 0;
	f->pair_covered_us = 0;
	f->pair_edge = false;
}

static bool any_alive(const struct flush *f, const struct closed_step *step)
{
	for (size_t i = 0; i < f->registry->config->switch_count; i++) {
		if (step->agents[i].alive)
			return true;
	}
	return false;
}

/* A member is seen by the switches on which it has ports; where none of its
 * ports are known, by any. */
static bool member_seen(const struct flush *f, const struct closed_step *step,
			uint32_t member, bool any)
{
	const struct registry *r = f->registry;
	bool has_ports = false;

	for (uint32_t i = 0; i < r->port_count; i++) {
		const struct port *p = &r->ports[i];

		for (uint32_t k = 0; k < p->member_count; k++) {
			if (p->members[k] != member)
				continue;
			has_ports = true;
			if (step->agents[p->switch_index].alive)
				return true;
		}
	}
	return !has_ports && any;
}

static void close_traffic(struct flush *f, const struct closed_step *step,
			  double seconds)
{
	const struct registry *r = f->registry;
	bool any = any_alive(f, step);
	double of_any = any ? seconds : 0;

	close_track(f, &f->exchange, step->start_s, of_any);
	for (uint32_t i = 0; i < r->vlan_count; i++)
		close_track(f, &f->vlans[i], step->start_s, of_any);
	for (uint32_t i = 0; i < r->member_count; i++) {
		bool seen = member_seen(f, step, i, any);

		close_track(f, &f->members[i], step->start_s,
			    seen ? seconds : 0);
	}
	for (uint32_t i = 1; i < r->interface_count; i++) {
		uint32_t member = r->interfaces[i].member;

		if (has_own_file(r, i))
			close_track(f, &f->interfaces[i], step->start_s,
				    member_seen(f, step, member, any) ? seconds
								      : 0);
	}
	for (size_t i = 0; i < r->config->switch_count; i++)
		close_track(f, &f->switches[i], step->start_s,
			    step->agents[i].alive ? seconds : 0);
}

static void close_agents(struct flush *f, const struct closed_step *step,
			 double seconds)
{
	for (size_t i = 0; i < f->registry->config->switch_count; i++) {
		const struct agent_row *row = &step->agents[i];
		struct track *t = &f->agents[i];

		t->sums[AGENT_DATAGRAMS] = (double)row->datagrams;
		t->sums[AGENT_LOST] = (double)row->lost;
		t->sums[AGENT_SAMPLES] = (double)row->samples;
		t->sums[AGENT_DROPS] = (double)row->drops;
		close_track(f, t, step->start_s, row->alive ? seconds : 0);
	}
}

/* The track of a port in the port table; NULL without memory. */
static struct track *port_track(struct flush *f, const struct port_row *row)
{
	if (row->port >= f->port_count) {
		uint32_t count = row->port + 64;
		struct track *ports = realloc(f->ports, count * sizeof(*ports));

		if (!ports)
			return NULL;
		for (uint32_t i = f->port_count; i < count; i++)
			ports[i] = (struct track){ 0 };
		f->ports = ports;
		f->port_count = count;
	}
	if (f->ports[row->port].batch == 0) {
		struct series s = {
			.kind = SERIES_PORT,
			.switch_name =
			    f->registry->config->switches[row->switch_index]
				.name,
			.ifindex = row->ifindex,
		};

		track_init(&f->ports[row->port], &s, f->batch);
	}
	return &f->ports[row->port];
}

static void add_ports(struct flush *f, const struct closed_step *step)
{
	for (size_t i = 0; i < step->port_count; i++) {
		const struct port_row *row = &step->ports[i];
		struct track *t = port_track(f, row);

		if (t)
			track_row(t, f->state_dir, row->start_s, row->values,
				  &f->result);
		else
			f->result.failed++;
	}
}

void flush_step(struct flush *f, const struct closed_step *step)
{
	double seconds = (double)step->covered_us / US_PER_S;
	int64_t window = step->start_s / SERIES_PAIR_STEP_S;

	if (f->pair_window != window)
		close_pairs(f);
	f->pair_window = window;
	for (size_t i = 0; i < step->cell_count; i++) {
		struct cell_ends e = cell_ends(step->cells[i].key);

		add_end(f, &step->cells[i], e.from, false);
		add_end(f, &step->cells[i], e.to, true);
		add_pair(f, &step->cells[i]);
	}
	if (any_alive(f, step))
		f->pair_covered_us += step->covered_us;
	f->pair_edge |= step->edge;
	if (!step_rate_known(step->covered_us, step->edge))
		seconds = 0;
	close_traffic(f, step, seconds);
	close_agents(f, step, seconds);
	add_ports(f, step);
	if ((step->start_s + STEP_S) % SERIES_PAIR_STEP_S == 0)
		close_pairs(f);
	f->steps++;
}

static void write_tracks(struct flush *f, struct track *tracks, size_t count)
{
	for (size_t i = 0; i < count; i++)
		track_write(&tracks[i], f->state_dir, &f->result);
}

void flush_finish(struct flush *f)
{
	const struct registry *r = f->registry;

	close_pairs(f);
	write_tracks(f, &f->exchange, 1);
	write_tracks(f, f->members, r->member_count);
	write_tracks(f, f->interfaces, r->interface_count);
	write_tracks(f, f->vlans, r->vlan_count);
	write_tracks(f, f->switches, r->config->switch_count);
	write_tracks(f, f->agents, r->config->switch_count);
	write_tracks(f, f->ports, f->port_count);
	write_tracks(f, f->pairs, f->pair_count);
}

struct flush_counters flush_counters(const struct flush *f)
{
	return (struct flush_counters){
		.steps = f->steps,
		.rows = f->result.written,
		.rows_failed = f->result.failed,
		.rows_old = f->result.old,
	};
}
