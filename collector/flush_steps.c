/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "collector/clock.h"
#include "collector/flush_state.h"

void flush_append(struct flush *f, struct record_head *head)
{
	if (!text_ok(&f->record) ||
	    journal_append(f->journal, head, &f->record) < 0)
		f->failed++;
	if (f->first_seq == 0)
		f->first_seq = head->seq;
	flush_counters_take(f, head);
	text_clear(&f->record);
}

/* Tried until it works: the disk may have its bad minute. */
static void read_pairs_seen(struct flush *f)
{
	if (f->pairs_unread &&
	    pair_step_restore(&f->pairs, &f->sums.set, f->state_dir,
			      f->first_seq) == 0)
		f->pairs_unread = false;
}

void flush_close_pairs(struct flush *f)
{
	const struct pair_files files = { f->view, f->state_dir };
	struct record_head head;

	if (f->pairs.number == 0)
		return;
	read_pairs_seen(f);
	if (f->pairs_unread) {
		pair_step_unsee(&f->pairs);
		f->pairs_unread = false;
		f->failed++;
	}
	pair_step_close(&f->pairs, &f->sums, &files, &f->record, &head);
	flush_append(f, &head);
	ixp_view_close(f->ixp);
}

/* A part of the open step, or of the pairs', since the last one. */
static struct record_head part_head(const struct flush *f,
				    enum record_kind kind, int64_t covered_us)
{
	struct record_head head = open_step_head(&f->step, kind);

	head.covered_us = covered_us;
	head.from_us = f->step.part_from_us;
	if (kind == RECORD_PAIR_PART)
		head.start_s = f->pairs.number * SERIES_PAIR_STEP_S;
	return head;
}

/* Those tracks that got something since the last part. */
static uint32_t record_parts(struct flush *f, bool pairs)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < f->sums.parts.count; i++) {
		const struct track *t =
		    &f->sums.set.tracks[f->sums.parts.tracks[i]];
		const struct record_entry entry = {
			.series = t->series,
			.known = true,
			.traffic = f->sums.amounts[i],
		};

		if ((t->series.kind == SERIES_PAIR) != pairs)
			continue;
		record_add(&f->record, &entry);
		count++;
	}
	return count;
}

/* What the agents sent since the last part joins their tracks. */
void flush_add_agents(struct flush *f, const struct closed_step *step)
{
	for (size_t i = 0; i < step->agent_count; i++) {
		const struct agent_row *row = &step->agents[i];
		uint32_t track = f->now.agents[i];
		struct record_agent *sum;

		if (track == TRACK_NONE || !row->alive)
			continue;
		if (sums_note(&f->sums, track) < 0)
			f->failed++;
		sum = &f->sums.set.tracks[track].agent;
		sum->datagrams += row->datagrams;
		sum->lost += row->lost;
		sum->samples += row->samples;
		sum->drops += row->drops;
	}
}

static void record_agents(struct flush *f, const struct closed_step *step)
{
	for (size_t i = 0; i < step->agent_count; i++) {
		const struct agent_row *row = &step->agents[i];
		struct record_entry entry = {
			.known = true,
			.agent = { row->datagrams, row->lost, row->samples,
				   row->drops },
		};

		if (f->now.agents[i] == TRACK_NONE || row->datagrams == 0)
			continue;
		entry.series = f->sums.set.tracks[f->now.agents[i]].series;
		record_add(&f->record, &entry);
	}
}

int64_t flush_until_us(const struct closed_step *step)
{
	return step->span.until_us
		   ? step->span.until_us
		   : step->start_s * US_PER_S + step->span.covered_us;
}

/* What the ports must not forget, of now: it stands for what was journaled of
 * them before. */
void flush_journal_ports(struct flush *f, const struct closed_step *step)
{
	const struct config *c = f->now.registry->config;
	struct record_head head = {
		.kind = RECORD_PORTS,
		/* Of the step that is open behind this one. */
		.start_s = step->start_s + (step->is_part ? 0 : STEP_S),
		.from_us = flush_until_us(step),
		.to_us = flush_until_us(step),
		/* Or the journal would take the time of then for its age. */
		.odd_clock = clock_trust_is_odd(&f->clock),
	};

	if (!text_ok(&step->readings) || step->readings.len == 0)
		return;
	record_begin(&f->record, &head);
	for (size_t i = 0; i < step->pending_count; i++) {
		const struct port_row *row = &step->pending[i];
		const struct record_entry entry = {
			.series = { .kind = SERIES_PORT,
				    .switch_name =
					c->switches[row->switch_index].name,
				    .ifindex = row->ifindex },
			.known = true,
			.port = row->amounts,
		};

		record_add(&f->record, &entry);
	}
	record_add_blob(&f->record, step->readings.data, step->readings.len);
	flush_append(f, &head);
}

static void journal_part(struct flush *f, const struct closed_step *step)
{
	struct record_head head = part_head(
	    f, RECORD_PART, step->span.covered_us - f->step.covered_us);

	record_begin(&f->record, &head);
	(void)record_parts(f, false);
	record_agents(f, step);
	flush_append(f, &head);
}

/* Whether a member was seen all the same: by a switch that has left since, or
 * under addresses that are somebody else's by now. */
static bool was_seen(const struct flush *f, uint32_t member)
{
	uint32_t track = f->now.members[member];
	const struct track *t;

	if (!f->step.mixed || track == TRACK_NONE)
		return false;
	t = &f->sums.set.tracks[track];
	return t->summed || t->part != TRACK_NONE;
}

/*
 * Whose sending was observed in the step, and for how long. Told once a step
 * is over, for a switch need not send in each part of it; the record of that
 * step has it for the next process.
 */
static void cover_pairs(struct flush *f, const struct agent_row *agents,
			int64_t covered_us)
{
	const struct registry *r = f->now.registry;

	for (uint32_t i = 0; i < r->member_count; i++) {
		uint32_t number;

		if (!flush_view_member_seen(&f->now, agents, i) &&
		    !was_seen(f, i))
			continue;
		number = track_set_member(&f->sums.set, r->members[i].asn);
		if (number == TRACK_NONE ||
		    pair_step_see(&f->pairs, number, covered_us) < 0)
			f->failed++;
		ixp_view_seen(f->ixp, r, i, f->step.covered_us);
	}
}

/* agents: those alive in a step that is over; NULL: it goes on. */
static void journal_pair_part(struct flush *f, const struct agent_row *agents,
			      int64_t covered_us)
{
	struct record_head head = part_head(f, RECORD_PAIR_PART, covered_us);

	if (agents)
		cover_pairs(f, agents, covered_us);
	record_begin(&f->record, &head);
	if (record_parts(f, true) > 0 && f->mode == FLUSH_LIVE)
		flush_append(f, &head);
	else
		text_clear(&f->record);
	f->pairs.to_us = f->step.to_us;
	f->pairs.edge = f->pairs.edge || f->step.edge;
	f->pairs.odd_clock = f->pairs.odd_clock || f->step.odd_clock;
}

/* IXP Manager's tree knows nothing of what an earlier process saw: its window
 * is the shorter for it. */
static void cover_ixp(struct flush *f, const struct agent_row *agents)
{
	const struct ixp_step step = {
		.start_s = f->step.start_s,
		.covered_us = f->step.covered_us,
		.edge = f->step.edge,
		.alive = flush_view_any_alive(&f->now, agents),
	};

	ixp_view_covered(f->ixp, &step);
}

/*
 * Close the open step. Its last part, if any, joins it.
 *
 * @param last  what closes it; NULL: that never came, or came to another
 *              process; the step ends as it was journaled
 */
void flush_close_step(struct flush *f, const struct closed_step *last)
{
	size_t switches = f->now.registry->config->switch_count;
	struct step_closing closing = {
		.sums = &f->sums,
		.view = f->view,
		.eyes = &f->now,
		.agents = calloc(switches + 1, sizeof(*closing.agents)),
	};
	struct record_head head;

	if (!closing.agents) {
		f->failed++;
		return;
	}
	for (size_t i = 0; i < switches; i++) {
		uint32_t track = f->now.agents[i];

		closing.agents[i].alive =
		    (last && last->agents[i].alive) ||
		    (track != TRACK_NONE &&
		     f->sums.set.tracks[track].agent.datagrams > 0);
	}
	if (last) {
		f->step.covered_us = last->span.covered_us;
		closing.ports = last->ports;
		closing.port_count = last->port_count;
	}
	journal_pair_part(f, closing.agents,
			  f->step.covered_us + f->step.restored_us);
	cover_ixp(f, closing.agents);
	sums_join(&f->sums);
	open_step_close(&f->step, &closing, &f->record, &head);
	flush_append(f, &head);
	free(closing.agents);
	f->steps++;
	if ((head.start_s + STEP_S) % SERIES_PAIR_STEP_S == 0)
		flush_close_pairs(f);
}

void flush_open_pairs(struct flush *f, int64_t number, int64_t from_us)
{
	if (f->pairs.number == number)
		return;
	flush_close_pairs(f);
	f->pairs.number = number;
	f->pairs.from_us = from_us;
	f->pairs_unread = f->mode == FLUSH_LIVE && !f->begun;
	read_pairs_seen(f);
}

/* Have the step open that begins at start_s. */
void flush_open_step(struct flush *f, int64_t start_s, int64_t from_us)
{
	int64_t number = start_s / SERIES_PAIR_STEP_S;

	if (f->step.open && f->step.start_s != start_s)
		flush_close_step(f, NULL);
	if (!f->step.open)
		f->step = (struct open_step){
			.open = true,
			.start_s = start_s,
			.from_us = from_us,
			.part_from_us = from_us,
			.to_us = from_us,
		};
	flush_open_pairs(f, number, from_us);
}

void flush_take_part(struct flush *f, const struct closed_step *step)
{
	journal_part(f, step);
	flush_journal_ports(f, step);
	journal_pair_part(f, NULL, 0);
	sums_join(&f->sums);
	f->step.covered_us = step->span.covered_us;
	f->step.part_from_us = f->step.to_us;
}
