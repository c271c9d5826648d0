/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * An rrdcached acknowledges an update when it has it in memory. What follows
 * from that was found out with version 1.7.2 of Debian 12.
 *
 * - LAST is the stamp of the last update accepted, written or not, as long as
 *   the server knows the file; else what the file says. FIRST and INFO are
 *   always of the file.
 * - Killed, without a journal of its own: all that was not written is gone, and
 *   LAST says so.
 * - Killed, with one (-j): what the journal holds is back in memory at the next
 *   start, and LAST counts it. The journal is written through a buffer, so the
 *   last 4 KiB or less are gone. Its entry "wrote FILE" throws away all updates
 *   before it, also those that came while the file was being written: these are
 *   lost, and LAST still counts them. If that entry is lost instead, updates
 *   that the file has are refused, and with them the rest of their command.
 * - An update that cannot be written (no such file any more, locked by another
 *   program, wrong number of values) is thrown away, with all that wait for
 *   the same file. The server logs that, FLUSH reports success, and LAST still
 *   counts them, until the server is made to FORGET the file.
 * - An update is refused if its stamp is not over LAST.
 *
 * So LAST alone is not believed. Before the first update over a connection,
 * and from time to time later, rrdcached_meet.c compares the file, what is held
 * for it, and LAST; what is missing is sent again, from the source of older
 * rows. Nothing newer is sent before that, since an older update would be
 * refused then, for good.
 */
#include "store/rrdcached.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store/rrdcached_parts.h"
#include "util/err.h"
#include "util/log.h"

enum {
	US_PER_MS = 1000,
	ROWS_MAX = 1 << 20,
	ROUNDS = 3, /* of sending again what was refused */
	CHECKED_MIN = 64,
	UNCERTAIN_MAX = 2048,
	CHECKED_SHARE = 32, /* all are checked in so many finishes, or less */
};

/* What rrdcached takes: CREATE from 1980 on, LAST in 32 bits. */
static const int64_t first_start_s = 315360000;
static const int64_t last_end_s = UINT32_MAX;

const struct rrdcached_limits rrdcached_default_limits = {
	.answer_ms = 5000,
	.finish_ms = 20000,
	.settle_ms = 1500,
	.retry_first_ms = 1000,
	.retry_most_ms = 30000,
	.batch_bytes = 256 << 10,
	.refill_rows = 65536,
};

int rrdcached_open(struct rrdcached **out,
		   const struct config_rrdcached *target,
		   const struct rrdcached_limits *limits)
{
	struct rrdcached *c = calloc(1, sizeof(*c));

	if (!c)
		return -ENOMEM;
	c->limits = limits ? *limits : rrdcached_default_limits;
	c->target = *target;
	c->target.base = strdup(target->base ? target->base : "");
	if (target->socket)
		c->target.socket = strdup(target->socket);
	rrdcached_link_init(&c->link);
	text_init(&c->request);
	if (!c->target.base || (target->socket && !c->target.socket)) {
		rrdcached_close(c);
		return -ENOMEM;
	}
	*out = c;
	return 0;
}

void rrdcached_close(struct rrdcached *c)
{
	if (!c)
		return;
	rrdcached_link_fini(&c->link);
	cached_free_all(c);
	text_fini(&c->request);
	free(c->work);
	free(c->rows);
	free(c->gaps);
	free(c->gap_series);
	free(c->commands);
	free(c->target.socket);
	free(c->target.base);
	free(c);
}

void rrdcached_set_source(struct rrdcached *c, rrdcached_rows_since *source,
			  void *context)
{
	c->source = source;
	c->source_context = context;
}

static bool can_be_stored(const struct series_row *row, int64_t step_s)
{
	return row->start_s >= first_start_s &&
	       row->start_s <= last_end_s - step_s;
}

int rrdcached_write_rows(struct rrdcached *c, const struct series *series,
			 const struct series_row *rows, size_t count)
{
	struct cached *e;
	int rc = cached_find(c, series, &e);

	if (rc < 0 || count == 0)
		return rc;
	for (size_t i = 0; i < count; i++) {
		if (!can_be_stored(&rows[i], e->layout->step_s))
			return ERR_RANGE;
	}
	if (count > ROWS_MAX - c->row_count)
		return ERR_FULL;
	rc = held_reserve(c, count);
	if (rc == 0)
		rc = cached_work_on(c, e);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < count; i++)
		held_add(c, &e->own, &rows[i]);
	if (e->first_s == 0)
		e->first_s = rows[0].start_s;
	c->counters.rows_given += count;
	return 0;
}

int rrdcached_expect(struct rrdcached *c, const struct series *series,
		     int64_t end_s)
{
	struct cached *e;
	int rc = cached_find(c, series, &e);

	if (rc < 0)
		return rc;
	e->existed = true; /* if it is not there, it is to be */
	if (end_s > e->goal_s)
		e->goal_s = end_s;
	e->synced = false;
	return 0;
}

/* Where the first row held begins that the server does not have. */
static int64_t own_from_s(const struct rrdcached *c, const struct cached *e)
{
	for (uint32_t at = e->own.first; at != HELD_NONE;
	     at = c->rows[at].next) {
		if (!e->exists || c->rows[at].row.start_s >= e->end_s)
			return c->rows[at].row.start_s;
	}
	return e->goal_s;
}

/* @return false: nothing older than what is held is missing */
static bool find_gap(const struct rrdcached *c, const struct cached *e,
		     struct rrdcached_gap *gap)
{
	gap->series = &e->series;
	gap->to_s = own_from_s(c, e);
	if (e->exists)
		gap->from_s = e->end_s;
	else
		gap->from_s = e->existed ? 0 : e->first_s;
	return c->source && !e->synced && gap->from_s < gap->to_s;
}

/* Put the gaps of all at work in c->gaps. */
static int gather_gaps(struct rrdcached *c)
{
	struct rrdcached_gap *gaps;
	struct cached **series;

	c->gap_count = 0;
	gaps = reallocarray(c->gaps, c->work_count + 1, sizeof(*gaps));
	if (!gaps)
		return -ENOMEM;
	c->gaps = gaps;
	series =
	    reallocarray(c->gap_series, c->work_count + 1, sizeof(*series));
	if (!series)
		return -ENOMEM;
	c->gap_series = series;
	for (size_t i = 0; i < c->work_count; i++) {
		struct cached *e = c->work[i];

		if (e->error || !cached_is_met(c, e))
			continue;
		if (find_gap(c, e, &gaps[c->gap_count]))
			series[c->gap_count++] = e;
		else
			e->synced = true;
	}
	return 0;
}

int rrdcached_refill(struct rrdcached *c, size_t gap,
		     const struct series_row *row)
{
	struct cached *e;
	int rc;

	if (gap >= c->gap_count)
		return ERR_RANGE;
	e = c->gap_series[gap];
	if (row->start_s < c->gaps[gap].from_s ||
	    row->start_s >= c->gaps[gap].to_s ||
	    !can_be_stored(row, e->layout->step_s))
		return ERR_RANGE;
	if (c->row_count - c->own_count >= c->limits.refill_rows)
		return ERR_FULL;
	rc = held_reserve(c, 1);
	if (rc == 0)
		held_add(c, &e->older, row);
	return rc;
}

/* Get what is missing from the source. */
static int refill(struct rrdcached *c)
{
	int rc = gather_gaps(c);

	c->refill_full = false;
	if (rc < 0 || c->gap_count == 0)
		return rc;
	rc = c->source(c->source_context, c, c->gaps, c->gap_count);
	c->refill_full = rc == ERR_FULL && c->row_count > c->own_count;
	for (size_t i = 0; i < c->gap_count; i++) {
		if (rc == 0)
			c->gap_series[i]->synced = true;
		else if (!c->refill_full)
			c->gap_series[i]->error = rc;
	}
	c->gap_count = 0;
	return 0;
}

static void drop_older(struct rrdcached *c)
{
	for (size_t i = 0; i < c->work_count; i++)
		c->work[i]->older.first = HELD_NONE;
	held_cut(c, c->own_count);
}

static bool is_done(const struct rrdcached *c, const struct cached *e)
{
	return e->error || (cached_is_met(c, e) && e->synced);
}

static bool all_are_done(const struct rrdcached *c)
{
	for (size_t i = 0; i < c->work_count; i++) {
		if (!is_done(c, c->work[i]))
			return false;
	}
	return true;
}

/* Meet, refill and send, until all is done or time is up. */
static int work_off(struct rrdcached *c)
{
	int rc = 0;

	c->own_count = c->row_count;
	for (int round = 0; round < ROUNDS && rc == 0;) {
		rc = meet(c, c->work, c->work_count);
		if (rc == 0)
			rc = refill(c);
		if (rc == 0)
			rc = send_rows(c);
		drop_older(c);
		if (all_are_done(c) || rrdcached_now_us() >= c->stop_us)
			break;
		if (!c->refill_full)
			round++;
	}
	return rc;
}

/* The next of all series, which there are, round and round. */
static struct cached *take_turn(const struct rrdcached *c, size_t *next)
{
	if (*next >= c->all_count)
		*next = 0;
	return c->all[(*next)++];
}

/*
 * Those that had rows once, and of which it is not known that all are there:
 * after a new connection that is every one.
 */
static int choose_uncertain(struct rrdcached *c)
{
	size_t most = c->work_count + UNCERTAIN_MAX;
	int rc = 0;

	for (size_t i = 0; i < c->all_count && c->work_count < most && rc == 0;
	     i++) {
		struct cached *e = take_turn(c, &c->uncertain_next);

		if (e->goal_s > 0 && (!e->synced || !cached_is_met(c, e)))
			rc = cached_work_on(c, e);
	}
	return rc;
}

/* Have some of the series looked at, by turns. */
static int choose_checks(struct rrdcached *c)
{
	size_t count = c->all_count / CHECKED_SHARE;
	int rc = choose_uncertain(c);

	if (count < CHECKED_MIN)
		count = CHECKED_MIN;
	if (count > c->all_count)
		count = c->all_count;
	for (size_t i = 0; i < count && rc == 0; i++) {
		struct cached *e = take_turn(c, &c->check_next);

		if (!cached_is_met(c, e))
			continue;
		e->checking = true;
		rc = cached_work_on(c, e);
	}
	return rc;
}

/* Count what became of an entry's rows, and what it has to get to. */
static void conclude_rows(struct rrdcached *c, struct cached *e,
			  struct rrdcached_result *result)
{
	uint32_t step_s = e->layout->step_s;

	for (uint32_t at = e->own.first; at != HELD_NONE;
	     at = c->rows[at].next) {
		const struct held_row *held = &c->rows[at];
		int64_t end_s = held->row.start_s + step_s;

		if (held->state == HELD_SKIPPED)
			result->skipped++;
		else if (held->state == HELD_SENT && e->exists &&
			 end_s <= e->end_s)
			result->accepted++;
		else
			result->unsent++;
		if (end_s > e->goal_s)
			e->goal_s = end_s;
	}
	c->counters.rows_accepted += result->accepted;
	c->counters.rows_skipped += result->skipped;
	c->counters.rows_unsent += result->unsent;
}

static int conclude_one(struct rrdcached *c, struct cached *e, int rc,
			rrdcached_result_fn *each, void *context)
{
	struct rrdcached_result result = { .series = &e->series };
	bool had_rows = e->own.first != HELD_NONE;

	if (e->error == 0 && rc < 0)
		e->error = rc;
	if (e->error == 0 && !is_done(c, e))
		e->error = e->distrusted ? ERR_STORE : ERR_FULL;
	conclude_rows(c, e, &result);
	if (e->error == 0 && result.unsent > 0)
		e->error = ERR_FULL; /* time was up */
	result.error = e->error;
	if (result.unsent > 0)
		e->synced = false;
	if (had_rows && each)
		each(context, &result);
	e->own.first = HELD_NONE;
	e->working = false;
	e->checking = false;
	return result.error;
}

/* Tell of a change for the worse or the better. */
static void tell(struct rrdcached *c, int rc, uint64_t lost)
{
	if (lost > 0)
		log_warning("store: rrdcached: the server has lost what it "
			    "had accepted: %llu steps",
			    (unsigned long long)lost);
	if (rc == -EAGAIN || rc == ERR_FULL)
		return; /* neither */
	if (rc == 0 && c->failing)
		log_notice("store: rrdcached: works again");
	else if (rc < 0 && !c->failing)
		log_error("store: rrdcached: %s",
			  c->reason[0] ? c->reason : err_str(rc));
	c->failing = rc < 0;
}

int rrdcached_finish(struct rrdcached *c, rrdcached_result_fn *each,
		     void *context)
{
	uint64_t lost = c->counters.steps_lost;
	int worst;
	int rc = 0;

	c->stop_us =
	    rrdcached_now_us() + (int64_t)c->limits.finish_ms * US_PER_MS;
	c->reason[0] = '\0';
	if (c->all_count > 0)
		rc = talk_connect(c);
	if (rc == 0)
		rc = choose_checks(c);
	if (rc == 0)
		rc = work_off(c);
	worst = rc;
	for (size_t i = 0; i < c->work_count; i++) {
		int error = conclude_one(c, c->work[i], rc, each, context);

		if (worst == 0 || error == ERR_STORE)
			worst = rc < 0 ? rc : error;
	}
	c->work_count = 0;
	held_cut(c, 0);
	tell(c, worst, c->counters.steps_lost - lost);
	c->counters.error = worst;
	return worst;
}

/* Ask for one series now. */
static int meet_one(struct rrdcached *c, struct cached *e)
{
	int rc;

	c->stop_us =
	    rrdcached_now_us() + (int64_t)c->limits.finish_ms * US_PER_MS;
	c->reason[0] = '\0';
	rc = talk_connect(c);
	if (rc < 0)
		return rc;
	e->error = 0;
	e->checking = true;
	rc = meet(c, &e, 1);
	e->checking = false;
	if (rc == 0)
		rc = e->error;
	tell(c, rc, 0);
	if (rc == 0 && !e->exists)
		rc = ERR_NOT_FOUND;
	return rc;
}

int rrdcached_last_end(struct rrdcached *c, const struct series *series,
		       int64_t *end_s)
{
	struct cached *e;
	int rc = cached_find(c, series, &e);

	if (rc == 0)
		rc = meet_one(c, e);
	if (rc == 0)
		*end_s = e->end_s;
	return rc;
}

static int take_flushed(void *context, size_t number,
			const struct rrdcached_answer *answer)
{
	bool *refused = context;

	(void)number;
	*refused = answer->refused;
	return 0;
}

int rrdcached_flush(struct rrdcached *c, const struct series *series)
{
	bool refused = false;
	const struct rrdcached_wanted wanted = { 1, take_flushed, &refused };
	struct cached *e;
	int64_t end_s;
	int rc = cached_find(c, series, &e);

	if (rc < 0)
		return rc;
	end_s = e->exists ? e->end_s : 0;
	rc = meet_one(c, e);
	if (rc < 0)
		return rc;
	if (e->end_s > end_s)
		end_s = e->end_s;
	text_clear(&c->request);
	text_addf(&c->request, "FLUSH %s\n", e->file);
	rc = talk(c, &wanted);
	if (rc == 0)
		rc = meet_one(c, e);
	if (rc == 0 && (refused || e->end_s < end_s))
		rc = ERR_STORE;
	return rc;
}

struct rrdcached_counters rrdcached_counters(const struct rrdcached *c)
{
	return c->counters;
}
