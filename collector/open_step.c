/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/open_step.h"

#include "collector/clock.h"

/* A step on its way into a record and the view. */
struct writing {
	const struct open_step *step;
	const struct step_closing *with;
	struct text *record;
	const struct record_head *head;
};

struct record_head open_step_head(const struct open_step *step,
				  enum record_kind kind)
{
	return (struct record_head){
		.kind = kind,
		.replaces = kind == RECORD_STEP ? step->first_part : 0,
		.start_s = step->start_s,
		.from_us = step->from_us,
		.to_us = step->to_us,
		.covered_us = step->covered_us + step->restored_us,
		.edge = step->edge,
		.odd_clock = step->odd_clock,
	};
}

static void write_entry(const struct writing *w, uint32_t track,
			const struct record_entry *entry)
{
	double values[SERIES_COLUMNS_MAX];
	int64_t start_s;

	record_add(w->record, entry);
	start_s = record_rates(w->head, entry, NULL, values);
	if (start_s != 0 && !w->step->unconfirmed)
		view_row(w->with->view, track, start_s, values);
}

/*
 * Close a series that could be seen, or not: then it is unknown. A switch that
 * has left since may have seen what no other could.
 */
static void close_traffic(const struct writing *w, uint32_t track, bool seen)
{
	struct track *t;
	struct record_entry entry;

	if (track == TRACK_NONE)
		return;
	t = &w->with->sums->set.tracks[track];
	entry = (struct record_entry){
		.series = t->series,
		.known = seen || (w->step->mixed && t->summed),
		.traffic = t->sums,
	};
	sums_forget(t);
	write_entry(w, track, &entry);
}

static void close_members(const struct writing *w)
{
	const struct flush_view *v = w->with->eyes;
	const struct registry *r = v->registry;

	for (uint32_t i = 0; i < r->member_count; i++)
		close_traffic(w, v->members[i],
			      flush_view_member_seen(v, w->with->agents, i));
	for (uint32_t i = 1; i < r->interface_count; i++) {
		if (v->interfaces[i] != TRACK_NONE)
			close_traffic(
			    w, v->interfaces[i],
			    flush_view_member_seen(v, w->with->agents,
						   r->interfaces[i].member));
	}
}

static void close_others(const struct writing *w)
{
	const struct flush_view *v = w->with->eyes;
	const struct registry *r = v->registry;
	bool any = flush_view_any_alive(v, w->with->agents);

	close_traffic(w, v->exchange, any);
	for (uint32_t i = 0; i < r->vlan_count; i++)
		close_traffic(w, v->vlans[i], any);
	for (size_t i = 0; i < r->config->switch_count; i++)
		close_traffic(w, v->switches[i], w->with->agents[i].alive);
}

static void close_agents(const struct writing *w)
{
	const struct flush_view *v = w->with->eyes;

	for (size_t i = 0; i < v->registry->config->switch_count; i++) {
		struct record_entry entry;
		struct track *t;

		if (v->agents[i] == TRACK_NONE)
			continue;
		t = &w->with->sums->set.tracks[v->agents[i]];
		entry = (struct record_entry){
			.series = t->series,
			.known = w->with->agents[i].alive,
			.agent = t->agent,
		};
		sums_forget(t);
		write_entry(w, v->agents[i], &entry);
	}
}

/* What is left over belongs to those who have left. */
static void close_left_over(const struct writing *w)
{
	struct sums *s = w->with->sums;

	for (uint32_t i = 0; i < s->step.count; i++) {
		struct track *t = &s->set.tracks[s->step.tracks[i]];
		struct record_entry entry = { .series = t->series,
					      .known = true };

		if (!t->summed)
			continue;
		if (t->series.kind == SERIES_AGENT)
			entry.agent = t->agent;
		else
			entry.traffic = t->sums;
		sums_forget(t);
		write_entry(w, s->step.tracks[i], &entry);
	}
	s->step.count = 0;
}

static void close_ports(const struct writing *w)
{
	const struct config *c = w->with->eyes->registry->config;
	struct sums *s = w->with->sums;

	for (size_t i = 0; i < w->with->port_count; i++) {
		const struct port_row *row = &w->with->ports[i];
		const struct record_entry entry = {
			.series = { .kind = SERIES_PORT,
				    .switch_name =
					c->switches[row->switch_index].name,
				    .ifindex = row->ifindex },
			.known = true,
			.port = row->amounts,
		};
		uint32_t track = track_set_find(&s->set, &entry.series);

		if (track == TRACK_NONE)
			s->failed++;
		else
			write_entry(w, track, &entry);
	}
}

void open_step_close(struct open_step *step, const struct step_closing *closing,
		     struct text *record, struct record_head *head)
{
	const struct writing w = { step, closing, record, head };

	*head = open_step_head(step, RECORD_STEP);
	record_begin(record, head);
	close_others(&w);
	close_members(&w);
	close_agents(&w);
	close_left_over(&w);
	close_ports(&w);
	*step = (struct open_step){ 0 };
}
