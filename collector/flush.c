/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/flush.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "collector/clock.h"
#include "collector/clock_trust.h"
#include "collector/flush_view.h"
#include "collector/open_step.h"
#include "collector/pair_step.h"
#include "collector/sums.h"
#include "collector/upkeep.h"
#include "util/err.h"
#include "util/log.h"

enum {
	REPLAY_ROWS = 120, /* of a series, written at once */
	REPLAY_STEPS_PER_SYNC = 120,
	LOOK_AT_END_S = 5,
};

struct flush {
	char *state_dir;
	enum flush_mode mode;
	struct sums sums;
	struct flush_view now; /* of the configuration of the step at hand */
	struct generation *generation; /* a reference; NULL: the first one */
	struct open_step step;
	struct pair_step pairs;
	bool begun;	    /* a step of this process was taken in */
	bool pairs_unread;  /* what earlier ones observed of the pairs' step */
	uint64_t first_seq; /* of this process' records; 0: none yet */
	struct clock_trust clock;
	struct view *view;
	struct journal *journal;
	struct upkeep *upkeep; /* live */
	struct ixp_view *ixp;
	struct text record;
	struct record_reader ports; /* what an earlier process knew of them */
	struct text ports_bytes;
	uint64_t steps;
	uint64_t failed;
	bool finished; /* all that was taken in is on the disk */
};

static void append(struct flush *f, struct record_head *head)
{
	if (!text_ok(&f->record) ||
	    journal_append(f->journal, head, &f->record) < 0)
		f->failed++;
	if (f->first_seq == 0)
		f->first_seq = head->seq;
	text_clear(&f->record);
}

/* What the disk does not take waits, and the journal's counters say so. */
static bool sync_journal(struct flush *f)
{
	return journal_sync(f->journal) == 0;
}

/* Tried until it works: the disk may have its bad minute. */
static void read_pairs_seen(struct flush *f)
{
	if (f->pairs_unread &&
	    pair_step_restore(&f->pairs, &f->sums.set, f->state_dir,
			      f->first_seq) == 0)
		f->pairs_unread = false;
}

static void close_pairs(struct flush *f)
{
	struct record_head head;

	if (f->pairs.number == 0)
		return;
	read_pairs_seen(f);
	if (f->pairs_unread) {
		pair_step_unsee(&f->pairs);
		f->pairs_unread = false;
		f->failed++;
	}
	pair_step_close(&f->pairs, &f->sums, f->view, f->state_dir, &f->record,
			&head);
	append(f, &head);
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
static void add_agents(struct flush *f, const struct closed_step *step)
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

static int64_t until_us(const struct closed_step *step)
{
	return step->span.until_us
		   ? step->span.until_us
		   : step->start_s * US_PER_S + step->span.covered_us;
}

/* What the ports must not forget, of now: it stands for what was journaled of
 * them before. */
static void journal_ports(struct flush *f, const struct closed_step *step)
{
	const struct config *c = f->now.registry->config;
	struct record_head head = {
		.kind = RECORD_PORTS,
		/* Of the step that is open behind this one. */
		.start_s = step->start_s + (step->is_part ? 0 : STEP_S),
		.from_us = until_us(step),
		.to_us = until_us(step),
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
	append(f, &head);
}

static void journal_part(struct flush *f, const struct closed_step *step)
{
	struct record_head head = part_head(
	    f, RECORD_PART, step->span.covered_us - f->step.covered_us);

	record_begin(&f->record, &head);
	(void)record_parts(f, false);
	record_agents(f, step);
	append(f, &head);
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
		ixp_view_seen(f->ixp, r, i, covered_us);
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
		append(f, &head);
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
static void close_step(struct flush *f, const struct closed_step *last)
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
	append(f, &head);
	free(closing.agents);
	f->steps++;
	if ((head.start_s + STEP_S) % SERIES_PAIR_STEP_S == 0)
		close_pairs(f);
}

static void open_pairs(struct flush *f, int64_t number, int64_t from_us)
{
	if (f->pairs.number == number)
		return;
	close_pairs(f);
	f->pairs.number = number;
	f->pairs.from_us = from_us;
	f->pairs_unread = f->mode == FLUSH_LIVE && !f->begun;
	read_pairs_seen(f);
}

/* Have the step open that begins at start_s. */
static void open_step(struct flush *f, int64_t start_s, int64_t from_us)
{
	int64_t number = start_s / SERIES_PAIR_STEP_S;

	if (f->step.open && f->step.start_s != start_s)
		close_step(f, NULL);
	if (!f->step.open)
		f->step = (struct open_step){
			.open = true,
			.start_s = start_s,
			.from_us = from_us,
			.part_from_us = from_us,
			.to_us = from_us,
		};
	open_pairs(f, number, from_us);
}

/* What an earlier process had journaled of an agent. */
static void take_up_agent(struct flush *f, const struct record_entry *entry)
{
	uint32_t track = track_set_find(&f->sums.set, &entry->series);
	struct record_agent *sum;

	if (track == TRACK_NONE || sums_note(&f->sums, track) < 0) {
		f->failed++;
		return;
	}
	sum = &f->sums.set.tracks[track].agent;
	sum->datagrams += entry->agent.datagrams;
	sum->lost += entry->agent.lost;
	sum->samples += entry->agent.samples;
	sum->drops += entry->agent.drops;
}

static void take_up_entry(struct flush *f, const struct record_entry *entry,
			  bool pairs)
{
	if (entry->series.kind == SERIES_AGENT)
		take_up_agent(f, entry);
	else if (pairs ? entry->series.kind == SERIES_PAIR
		       : entry->series.kind != SERIES_PORT)
		sums_add(&f->sums, &entry->series, &entry->traffic);
}

/* A part of a step that an earlier process did not close. */
static void take_up_part(struct flush *f, struct record_reader *r)
{
	const struct record_head *head = &r->head;
	bool pairs = head->kind == RECORD_PAIR_PART;
	struct record_entry entry;
	int rc;

	if (pairs) {
		open_pairs(f, head->start_s / SERIES_PAIR_STEP_S,
			   head->from_us);
		f->pairs.to_us = head->to_us;
		if (f->pairs.first_part == 0)
			f->pairs.first_part = head->seq;
	} else {
		open_step(f, head->start_s, head->from_us);
		if (f->step.first_part == 0)
			f->step.first_part = head->seq;
		f->step.mixed = true;
		f->step.restored_us += head->covered_us;
		f->step.to_us = head->to_us;
		f->step.part_from_us = head->to_us;
	}
	while ((rc = record_next(r, &entry)) == 1)
		take_up_entry(f, &entry, pairs);
	if (rc < 0)
		log_error("flush: a part of the journal cannot be read: %s",
			  err_str(rc));
	sums_join(&f->sums);
}

/* Keep the last of them for the port table. */
static void keep_ports(struct flush *f, const struct record_reader *record)
{
	text_clear(&f->ports_bytes);
	text_add_bytes(&f->ports_bytes, record->at.at, record->at.left);
	f->ports = *record;
	f->ports.at = cursor_of(text_str(&f->ports_bytes), f->ports_bytes.len);
}

/* Go on where an earlier process ended. */
static int take_up(struct flush *f)
{
	struct journal_reader *reader;
	struct record_reader record;
	uint64_t parts = 0;
	int rc = journal_read_parts(&reader, f->state_dir);

	if (rc < 0)
		return rc == -ENOENT ? 0 : rc;
	while ((rc = journal_read_next(reader, &record)) == 1) {
		if (record.head.kind == RECORD_PORTS) {
			keep_ports(f, &record);
			continue;
		}
		take_up_part(f, &record);
		parts++;
	}
	if (journal_read_damaged(reader) > 0) {
		log_error("flush: a part of what was open is lost: %s",
			  journal_read_problem(reader));
		f->failed += journal_read_damaged(reader);
	}
	journal_read_close(reader);
	if (parts > 0)
		log_notice("flush: taken up from the journal: %llu parts of "
			   "steps that were open",
			   (unsigned long long)parts);
	return rc;
}

static void add_cells(struct flush *f, const struct flush_view *eyes,
		      const struct cell *cells, size_t count)
{
	sums_cells(&f->sums, eyes, cells, count);
	ixp_view_cells(f->ixp, eyes->registry, cells, count);
}

static void add_earlier(struct flush *f, const struct earlier_cells *earlier)
{
	struct flush_view view;

	for (; earlier; earlier = earlier->next) {
		f->step.mixed = true;
		if (flush_view_init(&view, earlier->generation->registry,
				    &f->sums.set) < 0)
			f->failed++;
		else
			add_cells(f, &view, earlier->cells, earlier->count);
		flush_view_fini(&view);
	}
}

/* See the series with the eyes of a step's configuration. */
static int change_view(struct flush *f, struct generation *generation)
{
	struct flush_view view;
	int rc;

	if (!generation || generation == f->generation)
		return 0;
	rc = flush_view_init(&view, generation->registry, &f->sums.set);
	if (rc < 0) {
		flush_view_fini(&view);
		return rc;
	}
	if (ixp_view_change(f->ixp, generation->registry) < 0)
		f->failed++;
	flush_view_fini(&f->now);
	f->now = view;
	generation_unref(f->generation);
	f->generation = generation_ref(generation);
	f->step.mixed = true; /* if one is open */
	return 0;
}

/* Where what is stored ends. */
static int64_t newest_end(const struct flush *f)
{
	int64_t start_s = journal_newest(f->journal);

	return start_s ? start_s + STEP_S : view_end(f->view, f->now.exchange);
}

int flush_new(struct flush **out, const struct registry *registry,
	      enum flush_mode mode)
{
	struct flush *f = calloc(1, sizeof(*f));
	int rc = -ENOMEM;

	if (!f)
		return rc;
	f->mode = mode;
	text_init(&f->record);
	text_init(&f->ports_bytes);
	f->state_dir = strdup(registry->config->state_dir);
	if (f->state_dir)
		rc = sums_init(&f->sums);
	if (rc == 0)
		rc = flush_view_init(&f->now, registry, &f->sums.set);
	if (rc == 0)
		rc = view_new(&f->view, f->state_dir, &f->sums.set,
			      mode == FLUSH_REPLAY ? REPLAY_ROWS : 0);
	if (rc == 0)
		rc = ixp_view_new(&f->ixp, registry,
				  mode == FLUSH_REPLAY ? REPLAY_ROWS : 1);
	if (rc == 0)
		rc = journal_open(&f->journal, f->state_dir,
				  &journal_default_limits);
	if (rc == 0 && mode == FLUSH_LIVE) {
		clock_trust_init(&f->clock, newest_end(f));
		rc = take_up(f);
	}
	if (rc == 0 && mode == FLUSH_LIVE)
		rc = upkeep_new(&f->upkeep, f->state_dir,
				registry->config->timezone, &f->sums.set,
				f->view);
	if (rc < 0)
		flush_free(f);
	else
		*out = f;
	return rc;
}

void flush_free(struct flush *f)
{
	if (!f)
		return;
	upkeep_free(f->upkeep, f->finished);
	journal_close(f->journal);
	ixp_view_free(f->ixp);
	view_free(f->view);
	pair_step_fini(&f->pairs);
	flush_view_fini(&f->now);
	generation_unref(f->generation);
	sums_fini(&f->sums);
	text_fini(&f->record);
	text_fini(&f->ports_bytes);
	free(f->state_dir);
	free(f);
}

/* Hold rows whose time may be wrong until the clock is confirmed. */
static void judge_clock(struct flush *f, const struct closed_step *step)
{
	switch (clock_trust_step(&f->clock, step->start_s, step->span.synced,
				 step->span.jumps)) {
	case CLOCK_TRUST_SAME:
		break;
	case CLOCK_TRUST_LOST:
		log_warning("flush: the clock says %lld, far ahead of what is "
			    "stored, and is not known to be right: rows wait "
			    "until it is",
			    (long long)step->start_s);
		view_drop_held(f->view);
		view_hold(f->view);
		break;
	case CLOCK_TRUST_CONFIRMED:
		log_notice("flush: the clock is confirmed: rows are stored");
		view_write_held(f->view);
		break;
	case CLOCK_TRUST_REFUTED:
		log_notice("flush: the clock was wrong: its rows are left out "
			   "of the files, the journal has them");
		view_drop_held(f->view);
		coverage_fini(&f->pairs.coverage);
		break;
	case CLOCK_TRUST_WAS_AHEAD:
		log_warning("flush: the clock was ahead: what was stored of "
			    "later than %lld is taken out of the files",
			    (long long)step->start_s);
		coverage_fini(&f->pairs.coverage);
		upkeep_look_again(f->upkeep);
		break;
	}
	f->step.odd_clock = f->clock.odd;
}

struct record_reader *flush_ports(struct flush *f)
{
	bool kept = f->ports_bytes.len > 0 && text_ok(&f->ports_bytes);

	return kept ? &f->ports : NULL;
}

void flush_step(struct flush *f, const struct closed_step *step)
{
	int64_t to_us = until_us(step);

	if (change_view(f, step->generation) < 0) {
		f->failed++;
		return;
	}
	open_step(f, step->start_s, to_us - step->span.covered_us);
	f->begun = true;
	judge_clock(f, step);
	f->step.to_us = to_us;
	f->step.edge = f->step.edge || step->span.edge;
	add_earlier(f, step->earlier);
	add_cells(f, &f->now, step->cells, step->cell_count);
	add_agents(f, step);
	if (!step->is_part) {
		close_step(f, step);
		journal_ports(f, step);
		if (f->mode == FLUSH_REPLAY &&
		    f->steps % REPLAY_STEPS_PER_SYNC == 0)
			(void)sync_journal(f);
		return;
	}
	journal_part(f, step);
	journal_ports(f, step);
	journal_pair_part(f, NULL, 0);
	sums_join(&f->sums);
	f->step.covered_us = step->span.covered_us;
	f->step.part_from_us = to_us;
}

bool flush_idle(struct flush *f)
{
	struct view_counters c = view_counters(f->view);
	struct upkeep_moment moment = {
		.now_s = f->clock.end_s,
		.stored_to_s = c.rows_held > 0 ? 0 : f->clock.end_s,
		.journal_synced = journal_counters(f->journal).waiting == 0,
	};

	if (f->mode == FLUSH_REPLAY || f->clock.odd)
		return false;
	return upkeep_some(f->upkeep, &moment);
}

void flush_settle(struct flush *f)
{
	if (f->mode == FLUSH_REPLAY)
		return;
	/* Nothing is shown that might be forgotten. */
	if (!sync_journal(f))
		return;
	if (view_is_blocked(f->view))
		(void)flush_idle(f);
	view_write(f->view);
}

/* The books of all days that a replay covers. */
static void close_days(struct flush *f)
{
	struct day_close *days;
	int rc = day_close_new(&days, f->state_dir,
			       f->now.registry->config->timezone);

	if (rc == 0)
		rc = day_close_until(days, f->clock.end_s);
	while (rc == 0 && (rc = day_close_some(days, UINT32_MAX)) == 1)
		rc = 0;
	if (rc < 0)
		f->failed++;
	day_close_free(days);
}

/* Files that were not looked at yet are not written; for so long it may take,
 * then they get their rows from the journal at the next start. */
static void look_to_the_end(struct flush *f)
{
	struct timespec began;
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &began);
	now = began;
	while (view_is_blocked(f->view) && flush_idle(f) &&
	       now.tv_sec - began.tv_sec < LOOK_AT_END_S)
		(void)clock_gettime(CLOCK_MONOTONIC, &now);
}

void flush_finish(struct flush *f)
{
	/* Live, the next process goes on where this one ends. */
	if (f->step.open && f->mode == FLUSH_REPLAY)
		close_step(f, NULL);
	if (f->mode == FLUSH_REPLAY)
		close_pairs(f);
	f->finished = sync_journal(f);
	look_to_the_end(f);
	view_write(f->view);
	ixp_view_finish(f->ixp);
	if (f->mode == FLUSH_REPLAY)
		close_days(f);
}

struct flush_counters flush_counters(const struct flush *f)
{
	struct flush_counters c = {
		.steps = f->steps,
		.failed = f->failed + f->sums.failed + f->pairs.failed,
		.pairs_left_out = f->sums.pairs_left_out,
		.view = view_counters(f->view),
		.journal = journal_counters(f->journal),
		.ixp = ixp_view_counters(f->ixp),
	};

	if (f->upkeep)
		c.upkeep = upkeep_counters(f->upkeep);
	return c;
}
