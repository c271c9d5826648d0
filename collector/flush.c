/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/flush.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "collector/clock.h"
#include "collector/flush_state.h"
#include "util/err.h"
#include "util/log.h"

enum {
	REPLAY_ROWS = 120, /* of a series, written at once */
	REPLAY_STEPS_PER_SYNC = 120,
	LOOK_AT_END_S = 5,
};

/* What the disk does not take waits, and the journal's counters say so. */
static bool sync_journal(struct flush *f)
{
	return journal_sync(f->journal) == 0;
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
	const struct config *c = registry->config;
	const struct config_rrdcached *target =
	    c->rrdcached.used ? &c->rrdcached : NULL;
	struct flush *f = calloc(1, sizeof(*f));
	int rc = -ENOMEM;

	if (!f)
		return rc;
	f->mode = mode;
	text_init(&f->record);
	text_init(&f->ports_bytes);
	f->state_dir = strdup(c->state_dir);
	if (f->state_dir)
		rc = sums_init(&f->sums);
	if (rc == 0)
		rc = flush_view_init(&f->now, registry, &f->sums.set);
	if (rc == 0)
		rc = view_new(&f->view, f->state_dir, &f->sums.set, target,
			      mode == FLUSH_REPLAY ? REPLAY_ROWS : 0);
	if (rc == 0)
		rc = ixp_view_new(&f->ixp, registry,
				  mode == FLUSH_REPLAY ? REPLAY_ROWS : 1);
	if (rc == 0)
		rc = journal_open(&f->journal, f->state_dir,
				  &journal_default_limits);
	if (rc == 0)
		flush_counters_open(f);
	if (rc == 0 && mode == FLUSH_LIVE) {
		clock_trust_init(&f->clock, newest_end(f));
		journal_let_age(f->journal, false);
		rc = flush_take_up(f);
	}
	/* The files of an rrdcached are not ours to look after. */
	if (rc == 0 && mode == FLUSH_LIVE && !target)
		rc = upkeep_new(&f->upkeep, f->state_dir, c->timezone,
				&f->sums.set, f->view);
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
	cumulative_fini(&f->counters);
	text_fini(&f->record);
	text_fini(&f->ports_bytes);
	free(f->state_dir);
	free(f);
}

/* Hold rows whose time may be wrong until the clock is confirmed. */
static void judge_clock(struct flush *f, const struct closed_step *step)
{
	f->clock_synced = step->span.synced;
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
		view_hold(f->view, sync_journal(f));
		ixp_view_drop_held(f->ixp);
		ixp_view_hold(f->ixp);
		break;
	case CLOCK_TRUST_CONFIRMED:
		log_notice("flush: the clock is confirmed: rows are stored");
		view_trust_held(f->view);
		ixp_view_write_held(f->ixp);
		break;
	case CLOCK_TRUST_REFUTED:
		log_notice("flush: the clock was wrong: its rows are left out "
			   "of the files, the journal has them");
		view_drop_held(f->view);
		ixp_view_drop_held(f->ixp);
		coverage_fini(&f->pairs.coverage);
		break;
	case CLOCK_TRUST_WAS_AHEAD:
		log_warning("flush: the clock was ahead: what was stored of "
			    "later than %lld is taken out of the files",
			    (long long)step->start_s);
		coverage_fini(&f->pairs.coverage);
		if (f->upkeep)
			upkeep_look_again(f->upkeep);
		break;
	}
	f->step.odd_clock = clock_trust_is_odd(&f->clock);
	if (f->mode == FLUSH_LIVE)
		journal_let_age(f->journal, clock_trust_may_age(&f->clock));
}

struct record_reader *flush_ports(struct flush *f)
{
	bool kept = f->ports_bytes.len > 0 && text_ok(&f->ports_bytes);

	return kept ? &f->ports : NULL;
}

void flush_step(struct flush *f, const struct closed_step *step)
{
	int64_t to_us = flush_until_us(step);
	bool changes =
	    step->generation && step->generation->registry != f->now.registry;

	if (change_view(f, step->generation) < 0) {
		f->failed++;
		return;
	}
	flush_open_step(f, step->start_s, to_us - step->span.covered_us);
	/* Some of its cells may be of what was configured before. */
	f->step.mixed = f->step.mixed || changes;
	f->begun = true;
	judge_clock(f, step);
	f->step.to_us = to_us;
	f->step.edge = f->step.edge || step->span.edge;
	add_earlier(f, step->earlier);
	add_cells(f, &f->now, step->cells, step->cell_count);
	flush_add_agents(f, step);
	if (!step->is_part) {
		flush_close_step(f, step);
		flush_journal_ports(f, step);
		if (f->mode == FLUSH_REPLAY &&
		    f->steps % REPLAY_STEPS_PER_SYNC == 0)
			(void)sync_journal(f);
		return;
	}
	flush_take_part(f, step);
}

bool flush_idle(struct flush *f)
{
	struct view_counters c = view_counters(f->view);
	struct upkeep_moment moment = {
		.now_s = f->clock.end_s,
		.clock_synced = f->clock_synced,
		.clock_leapt = clock_trust_leapt(&f->clock),
		.all_stored = c.rows_held == 0,
		.journal_synced = journal_counters(f->journal).waiting == 0,
	};

	/* Before the first step only the files and the journal say what time
	 * it is, and those may be of a clock that was ahead. */
	if (!f->upkeep || !f->begun || clock_trust_is_odd(&f->clock))
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
	flush_counters_store(f);
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
		flush_close_step(f, NULL);
	if (f->mode == FLUSH_REPLAY)
		flush_close_pairs(f);
	f->finished = sync_journal(f);
	if (f->finished)
		flush_counters_store(f);
	look_to_the_end(f);
	view_write(f->view);
	ixp_view_finish(f->ixp);
	if (f->mode == FLUSH_REPLAY && !f->now.registry->config->rrdcached.used)
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
