/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/flush.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "collector/clock.h"
#include "collector/flush_view.h"
#include "collector/track_set.h"
#include "store/series_list.h"
#include "util/err.h"
#include "util/log.h"

struct flush {
	char *state_dir;
	struct track_set set;
	struct flush_view now; /* of the configuration of the step at hand */
	struct generation *generation; /* a reference; NULL: the first one */
	/* Tracks summed up in a step under an earlier configuration. */
	uint32_t *touched;
	uint32_t touched_count;
	uint32_t touched_room;
	/* Pairs are closed every fifth step. */
	uint32_t *pairs;
	uint32_t pair_count;
	uint32_t pair_room;
	int64_t pair_window; /* pair steps since the epoch; 0: none */
	bool pair_edge;
	int64_t *seen_us; /* of it, per member as the set numbers them */
	uint32_t seen_count;
	uint64_t steps;
	struct ixp_view *ixp;
	struct track_result result;
	bool failing; /* rows of the last step were refused */
};

/* Append to a growing list. */
static int append(uint32_t **list, uint32_t *count, uint32_t *room,
		  uint32_t value)
{
	if (*count == *room) {
		uint32_t larger = *room ? 2 * *room : 256;
		uint32_t *grown =
		    realloc(*list, (size_t)larger * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		*list = grown;
		*room = larger;
	}
	(*list)[(*count)++] = value;
	return 0;
}

static int append_time(struct flush *f)
{
	int64_t *grown =
	    realloc(f->seen_us, (f->seen_count + 1u) * sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	f->seen_us = grown;
	f->seen_us[f->seen_count++] = 0;
	return 0;
}

/* The track of a pair of members; TRACK_NONE without memory. */
static uint32_t pair_track(struct flush *f, uint32_t low, uint32_t high,
			   uint16_t vlan)
{
	const struct series series = {
		.kind = SERIES_PAIR, .asn = low, .other_asn = high, .vlan = vlan
	};
	uint32_t before = f->set.count;
	uint32_t found = track_set_find(&f->set, &series);

	if (found == before && f->set.count > before &&
	    append(&f->pairs, &f->pair_count, &f->pair_room, found) < 0)
		return TRACK_NONE;
	return found;
}

static void know_pair(void *context, const struct series *series)
{
	struct flush *f = context;

	if (pair_track(f, series->asn, series->other_asn, series->vlan) ==
	    TRACK_NONE)
		f->result.failed++;
}

int flush_new(struct flush **out, const struct registry *registry,
	      uint32_t batch)
{
	struct flush *f = calloc(1, sizeof(*f));
	int rc = -ENOMEM;

	if (!f)
		return rc;
	f->state_dir = strdup(registry->config->state_dir);
	if (f->state_dir)
		rc = track_set_init(&f->set, batch);
	if (rc == 0)
		rc = flush_view_init(&f->now, registry, &f->set);
	if (rc == 0)
		rc = ixp_view_new(&f->ixp, registry, batch);
	if (rc < 0) {
		flush_free(f);
		return rc;
	}
	/* Pairs that have a file go on getting their zeros. */
	rc = series_list_pairs(f->state_dir, know_pair, f);
	if (rc < 0) {
		flush_free(f);
		return rc;
	}
	*out = f;
	return 0;
}

void flush_free(struct flush *f)
{
	if (!f)
		return;
	flush_view_fini(&f->now);
	generation_unref(f->generation);
	track_set_fini(&f->set);
	ixp_view_free(f->ixp);
	free(f->state_dir);
	free(f->touched);
	free(f->pairs);
	free(f->seen_us);
	free(f);
}

static void add_traffic(struct flush *f, uint32_t index,
			const struct cell *cell, bool to)
{
	/* The data sources stand in the order v4, v6, other; from, to. */
	enum family family = cell_ends(cell->key).family;
	size_t bytes = to ? TRAFFIC_TO_V4_BYTES : TRAFFIC_FROM_V4_BYTES;
	size_t packets = to ? TRAFFIC_TO_V4_PKTS : TRAFFIC_FROM_V4_PKTS;
	double *sums;

	if (index == TRACK_NONE)
		return;
	sums = f->set.tracks[index].sums;
	sums[bytes + family] += (double)cell->tally.bytes;
	sums[packets + family] += (double)cell->tally.packets;
	sums[to ? TRAFFIC_TO_SAMPLES : TRAFFIC_FROM_SAMPLES] +=
	    (double)cell->tally.samples;
	sums[to ? TRAFFIC_TO_VAR : TRAFFIC_FROM_VAR] += cell->tally.variance;
}

/* Add one end of a cell to the series that it belongs to. */
static void add_end(struct flush *f, const struct flush_view *v,
		    const struct cell *cell, uint32_t end, bool to)
{
	const struct vlan_interface *i = &v->registry->interfaces[end];

	if (end == REGISTRY_NOBODY)
		return;
	add_traffic(f, v->exchange, cell, to);
	add_traffic(f, v->members[i->member], cell, to);
	add_traffic(f, v->switches[cell_ends(cell->key).switch_index], cell,
		    to);
	add_traffic(f, v->interfaces[end], cell, to);
	add_traffic(f, flush_view_vlan(v, i->vlan), cell, to);
}

static void add_pair(struct flush *f, const struct flush_view *v,
		     const struct cell *cell)
{
	const struct registry *r = v->registry;
	struct cell_ends e = cell_ends(cell->key);
	const struct vlan_interface *from = &r->interfaces[e.from];
	const struct vlan_interface *to = &r->interfaces[e.to];
	uint32_t sender;
	uint32_t receiver;
	uint32_t index;
	size_t column;

	if (!e.from || !e.to || e.family == FAMILY_OTHER)
		return;
	sender = r->members[from->member].asn;
	receiver = r->members[to->member].asn;
	index = pair_track(f, sender <= receiver ? sender : receiver,
			   sender <= receiver ? receiver : sender,
			   from->vlan == to->vlan ? from->vlan : 0);
	if (index == TRACK_NONE) {
		f->result.failed++;
		return;
	}
	column = sender <= receiver ? PAIR_AB_V4_BYTES : PAIR_BA_V4_BYTES;
	f->set.tracks[index].sums[column + e.family] +=
	    (double)cell->tally.bytes;
}

static void add_cells(struct flush *f, const struct flush_view *v,
		      const struct cell *cells, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct cell_ends e = cell_ends(cells[i].key);

		add_end(f, v, &cells[i], e.from, false);
		add_end(f, v, &cells[i], e.to, true);
		add_pair(f, v, &cells[i]);
	}
	ixp_view_cells(f->ixp, v->registry, cells, count);
}

/* Remember the tracks of an earlier configuration: some may be of members
 * that the present one does not have. */
static int touch(struct flush *f, const struct flush_view *v)
{
	for (size_t i = 0; i < v->list_count; i++) {
		if (append(&f->touched, &f->touched_count, &f->touched_room,
			   v->list[i]) < 0)
			return -ENOMEM;
	}
	return 0;
}

static void add_earlier(struct flush *f, const struct earlier_cells *earlier)
{
	struct flush_view view;

	for (; earlier; earlier = earlier->next) {
		if (flush_view_init(&view, earlier->generation->registry,
				    &f->set) < 0 ||
		    touch(f, &view) < 0)
			f->result.failed++;
		else
			add_cells(f, &view, earlier->cells, earlier->count);
		flush_view_fini(&view);
	}
}

static void close_track(struct flush *f, uint32_t index, int64_t start_s,
			double seconds)
{
	if (index != TRACK_NONE)
		track_close(&f->set.tracks[index], f->state_dir, start_s,
			    seconds, &f->result);
}

static bool has_sums(const struct track *t)
{
	for (size_t i = 0; i < SERIES_COLUMNS_MAX; i++) {
		if (t->sums[i] != 0)
			return true;
	}
	return false;
}

/*
 * Close a track for a step that could be seen, or not: then it is unknown. A
 * switch that has left since may have seen what no other could.
 */
static void close_seen(struct flush *f, uint32_t index, int64_t start_s,
		       double seconds, bool seen)
{
	if (index != TRACK_NONE && f->touched_count > 0)
		seen = seen || has_sums(&f->set.tracks[index]);
	close_track(f, index, start_s, seen ? seconds : 0);
}

/* What is left over belongs to those who have left. */
static void close_touched(struct flush *f, int64_t start_s, double seconds)
{
	for (uint32_t i = 0; i < f->touched_count; i++) {
		uint32_t index = f->touched[i];

		if (index != TRACK_NONE && has_sums(&f->set.tracks[index]))
			close_track(f, index, start_s, seconds);
	}
	f->touched_count = 0;
}

/* Tell IXP Manager's tree who could be seen, and for how long. */
static void cover_ixp(struct flush *f, const struct closed_step *step)
{
	const struct flush_view *v = &f->now;

	for (uint32_t i = 0; i < v->registry->member_count; i++) {
		if (flush_view_member_seen(v, step->agents, i))
			ixp_view_seen(f->ixp, v->registry, i, step->covered_us);
	}
	ixp_view_covered(f->ixp,
			 &(struct ixp_step){
			     .start_s = step->start_s,
			     .covered_us = step->covered_us,
			     .edge = step->edge,
			     .alive = flush_view_any_alive(v, step->agents) });
}

/* Remember in this pair step who could be seen, and for how long. */
static int cover_pairs(struct flush *f, const struct closed_step *step)
{
	const struct registry *r = f->now.registry;

	for (uint32_t i = 0; i < r->member_count; i++) {
		uint32_t number;

		if (!flush_view_member_seen(&f->now, step->agents, i))
			continue;
		number = track_set_member(&f->set, r->members[i].asn);
		while (number != TRACK_NONE && f->seen_count <= number) {
			if (append_time(f) < 0)
				return -ENOMEM;
		}
		if (number != TRACK_NONE)
			f->seen_us[number] += step->covered_us;
	}
	f->pair_edge |= step->edge;
	return 0;
}

/* The seconds for which a member's sending was observed; 0: too few. */
static double seen_seconds(struct flush *f, uint32_t asn)
{
	uint32_t number = track_set_member(&f->set, asn);
	int64_t us = number < f->seen_count ? f->seen_us[number] : 0;
	bool enough = us * 2 >= (int64_t)SERIES_PAIR_STEP_S * US_PER_S;

	if (f->pair_edge)
		enough = step_rate_known(us, true);
	return enough ? (double)us / US_PER_S : 0;
}

/* Each direction is known as far as its sender was seen. */
static void close_pair(struct flush *f, struct track *t, int64_t start_s)
{
	double from_a = seen_seconds(f, t->series.asn);
	double from_b = seen_seconds(f, t->series.other_asn);
	double rates[SERIES_COLUMNS_MAX];

	for (size_t i = 0; i < PAIR_COUNT; i++) {
		double seconds = i < PAIR_BA_V4_BYTES ? from_a : from_b;

		rates[i] = seconds > 0 ? t->sums[i] / seconds : NAN;
	}
	memset(t->sums, 0, sizeof(t->sums));
	if (from_a > 0 || from_b > 0)
		track_row(t, f->state_dir, start_s, rates, &f->result);
}

static void close_pairs(struct flush *f)
{
	if (f->pair_window == 0)
		return;
	for (uint32_t i = 0; i < f->pair_count; i++)
		close_pair(f, &f->set.tracks[f->pairs[i]],
			   f->pair_window * SERIES_PAIR_STEP_S);
	f->pair_window = 0;
	f->pair_edge = false;
	for (uint32_t i = 0; i < f->seen_count; i++)
		f->seen_us[i] = 0;
	ixp_view_close(f->ixp);
}

static void close_traffic(struct flush *f, const struct closed_step *step,
			  double seconds)
{
	const struct flush_view *v = &f->now;
	const struct registry *r = v->registry;
	bool any = flush_view_any_alive(v, step->agents);

	close_seen(f, v->exchange, step->start_s, seconds, any);
	for (uint32_t i = 0; i < r->vlan_count; i++)
		close_seen(f, v->vlans[i], step->start_s, seconds, any);
	for (uint32_t i = 0; i < r->member_count; i++)
		close_seen(f, v->members[i], step->start_s, seconds,
			   flush_view_member_seen(v, step->agents, i));
	for (uint32_t i = 1; i < r->interface_count; i++) {
		uint32_t member = r->interfaces[i].member;

		if (v->interfaces[i] != TRACK_NONE)
			close_seen(
			    f, v->interfaces[i], step->start_s, seconds,
			    flush_view_member_seen(v, step->agents, member));
	}
	for (size_t i = 0; i < r->config->switch_count; i++)
		close_seen(f, v->switches[i], step->start_s, seconds,
			   step->agents[i].alive);
}

static void close_agents(struct flush *f, const struct closed_step *step,
			 double seconds)
{
	for (size_t i = 0; i < f->now.registry->config->switch_count; i++) {
		const struct agent_row *row = &step->agents[i];
		uint32_t index = f->now.agents[i];
		double *sums;

		if (index == TRACK_NONE)
			continue;
		sums = f->set.tracks[index].sums;
		sums[AGENT_DATAGRAMS] = (double)row->datagrams;
		sums[AGENT_LOST] = (double)row->lost;
		sums[AGENT_SAMPLES] = (double)row->samples;
		sums[AGENT_DROPS] = (double)row->drops;
		close_track(f, index, step->start_s, row->alive ? seconds : 0);
	}
}

static void add_ports(struct flush *f, const struct closed_step *step)
{
	const struct config *c = f->now.registry->config;

	for (size_t i = 0; i < step->port_count; i++) {
		const struct port_row *row = &step->ports[i];
		const struct series series = {
			.kind = SERIES_PORT,
			.switch_name = c->switches[row->switch_index].name,
			.ifindex = row->ifindex,
		};
		uint32_t index = track_set_find(&f->set, &series);

		if (index == TRACK_NONE)
			f->result.failed++;
		else
			track_row(&f->set.tracks[index], f->state_dir,
				  row->start_s, row->values, &f->result);
	}
}

/* See the series with the eyes of a step's configuration. */
static int change_view(struct flush *f, struct generation *generation)
{
	struct flush_view view;
	int rc;

	if (!generation || generation == f->generation)
		return 0;
	rc = flush_view_init(&view, generation->registry, &f->set);
	if (rc < 0) {
		flush_view_fini(&view);
		return rc;
	}
	flush_view_fini(&f->now);
	f->now = view;
	if (ixp_view_change(f->ixp, generation->registry) < 0)
		f->result.failed++;
	generation_unref(f->generation);
	f->generation = generation_ref(generation);
	return 0;
}

/* One line when writing begins to fail, and one when it works again. */
static void report(struct flush *f)
{
	bool fails = f->result.reason != 0;

	if (fails && !f->failing)
		log_error("flush: cannot store: %s: %s", f->result.series,
			  err_str(f->result.reason));
	else if (!fails && f->failing)
		log_notice("flush: stores again: %llu rows were lost",
			   (unsigned long long)f->result.failed);
	f->failing = fails;
	f->result.reason = 0;
}

void flush_step(struct flush *f, const struct closed_step *step)
{
	double seconds = (double)step->covered_us / US_PER_S;
	int64_t window = step->start_s / SERIES_PAIR_STEP_S;

	if (change_view(f, step->generation) < 0) {
		f->result.failed++;
		return;
	}
	if (f->pair_window != window)
		close_pairs(f);
	f->pair_window = window;
	add_earlier(f, step->earlier);
	add_cells(f, &f->now, step->cells, step->cell_count);
	if (cover_pairs(f, step) < 0)
		f->result.failed++;
	cover_ixp(f, step);
	if (!step_rate_known(step->covered_us, step->edge))
		seconds = 0;
	close_traffic(f, step, seconds);
	close_agents(f, step, seconds);
	close_touched(f, step->start_s, seconds);
	add_ports(f, step);
	if ((step->start_s + STEP_S) % SERIES_PAIR_STEP_S == 0)
		close_pairs(f);
	f->steps++;
	report(f);
}

void flush_finish(struct flush *f)
{
	close_pairs(f);
	for (uint32_t i = 0; i < f->set.count; i++)
		track_write(&f->set.tracks[i], f->state_dir, &f->result);
	ixp_view_finish(f->ixp);
	report(f);
}

struct flush_counters flush_counters(const struct flush *f)
{
	return (struct flush_counters){
		.steps = f->steps,
		.rows = f->result.written,
		.rows_failed = f->result.failed,
		.rows_old = f->result.old,
		.ixp = ixp_view_counters(f->ixp),
	};
}
