/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Rows are found record by record; each entry is looked up among the wanted
 * series. The rows of a run of records with an odd clock wait until the record
 * behind them tells whether the clock went on from there. Where a clock that is
 * trusted is far behind the records before it, as it is only once it was
 * confirmed, it was ahead then: their rows of later times go.
 */
#include "store/journal_rows.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "store/journal.h"
#include "store/journal_holes.h"
#include "util/err.h"
#include "util/u64map.h"

enum {
	ROOM_AT_FIRST = 16,
	MEMBERS_AT_FIRST = 1024,
	/* A clock that is set back by less is not looked into. */
	BEHIND_S = 600,
	BEHIND_PAIRS_S = 900, /* their steps may begin 240 s before */
};

/* A row that waits for the clock to be confirmed. */
struct odd_row {
	size_t of;
	bool idle;
	struct series_row row;
};

/* For how long members were observed in the pair step at hand. */
struct seen_members {
	struct u64map by_asn; /* -> us */
	uint64_t *us;
	size_t count;
	size_t room;
};

struct reading {
	const struct series *series;
	size_t count;
	size_t first_pair; /* in series; pairs come last */
	struct journal_rows *out;
	struct odd_row *odd;
	size_t odd_count;
	size_t odd_room;
	int64_t odd_from_s; /* start of the first odd record of the run */
	int64_t odd_last_s; /* and of the last; 0: none */
	int64_t end_s;	    /* where what was taken of the stream ends */
	bool *carried;	    /* per pair: it had traffic in the record at hand */
	struct seen_members seen;
	struct journal_span span;
};

static int find(const void *key, const void *element)
{
	return series_compare(key, element);
}

/* Double an array's room; what there is stays on failure. */
static int grow(void **array, size_t *room, size_t size)
{
	size_t larger = *room ? 2 * *room : ROOM_AT_FIRST;
	void *grown = realloc(*array, larger * size);

	if (!grown)
		return -ENOMEM;
	*array = grown;
	*room = larger;
	return 0;
}

static int add_row(struct journal_rows *to, const struct series_layout *layout,
		   const struct series_row *row, bool idle)
{
	void *rows = to->rows;
	int rc = 0;

	if (to->count > 0 &&
	    row->start_s < to->rows[to->count - 1].start_s + layout->step_s)
		return 0;
	if (to->count == to->room)
		rc = grow(&rows, &to->room, sizeof(*to->rows));
	to->rows = rows;
	if (rc < 0)
		return rc;
	to->rows[to->count++] = *row;
	if (!idle)
		to->used = to->count;
	return 0;
}

static int take_row(struct reading *r, size_t of,
		    const struct record_head *head, const struct odd_row *row)
{
	void *odd = r->odd;
	int rc = 0;

	if (!head->odd_clock)
		return add_row(&r->out[of], series_layout(r->series[of].kind),
			       &row->row, row->idle);
	if (r->odd_count == r->odd_room)
		rc = grow(&odd, &r->odd_room, sizeof(*r->odd));
	r->odd = odd;
	if (rc == 0)
		r->odd[r->odd_count++] = *row;
	return rc;
}

/* The clock was ahead: what there is of times from from_s on was not then. */
static void drop_later(struct reading *r, int64_t from_s, bool pairs)
{
	size_t first = pairs ? r->first_pair : 0;
	size_t end = pairs ? r->count : r->first_pair;

	for (size_t i = first; i < end; i++) {
		struct journal_rows *rows = &r->out[i];
		uint32_t step_s = series_layout(r->series[i].kind)->step_s;

		while (rows->count > 0 &&
		       rows->rows[rows->count - 1].start_s + step_s > from_s)
			rows->count--;
		if (rows->used > rows->count)
			rows->used = rows->count;
	}
}

static int add_odd(struct reading *r)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < r->odd_count; i++)
		rc = add_row(&r->out[r->odd[i].of],
			     series_layout(r->series[r->odd[i].of].kind),
			     &r->odd[i].row, r->odd[i].idle);
	r->odd_count = 0;
	return rc;
}

/* Decide on the rows that waited, now that another record is there. */
static int settle_odd(struct reading *r, const struct record_head *head,
		      bool pairs)
{
	int64_t step_s = pairs ? SERIES_PAIR_STEP_S : SERIES_STEP_S;
	bool goes_on = r->odd_last_s != 0 && head->start_s >= r->odd_last_s &&
		       head->start_s - r->odd_last_s <= 2 * step_s;
	int64_t from_s = goes_on ? r->odd_from_s : head->start_s;

	if (!goes_on)
		r->odd_count = 0;
	if (head->odd_clock) {
		r->odd_from_s = from_s;
		r->odd_last_s = head->start_s;
		return 0;
	}
	if (head->start_s + step_s <
	    r->end_s - (pairs ? BEHIND_PAIRS_S : BEHIND_S)) {
		drop_later(r, from_s, pairs);
		r->end_s = 0;
	}
	if (head->start_s + step_s > r->end_s)
		r->end_s = head->start_s + step_s;
	r->odd_last_s = 0;
	return add_odd(r);
}

static int see(struct seen_members *s, const struct record_entry *entry)
{
	void *us = s->us;
	int rc = 0;

	if (s->count == s->room)
		rc = grow(&us, &s->room, sizeof(*s->us));
	s->us = us;
	if (rc < 0)
		return rc;
	s->us[s->count] = (uint64_t)entry->seen_us;
	rc = u64map_put_growing(&s->by_asn, entry->series.asn,
				(uint32_t)s->count++);
	return rc;
}

static int64_t seen_us(const struct seen_members *s, uint32_t asn)
{
	uint32_t at = u64map_find(&s->by_asn, asn);

	return at == U64MAP_NONE ? 0 : (int64_t)s->us[at];
}

static int take_entry(struct reading *r, const struct record_head *head,
		      const struct record_entry *entry)
{
	const struct series *at;
	struct odd_row row = { .idle = false };
	int64_t seen[2] = { 0, 0 };

	if (head->kind == RECORD_PAIR_STEP &&
	    entry->series.kind == SERIES_MEMBER)
		return see(&r->seen, entry);
	at = bsearch(&entry->series, r->series, r->count, sizeof(*at), find);
	if (!at)
		return 0;
	row.of = (size_t)(at - r->series);
	if (at->kind == SERIES_PAIR) {
		/* What is neither IPv4 nor IPv6 makes no row. */
		if (!record_is_stored(&entry->traffic))
			return 0;
		r->carried[row.of - r->first_pair] = true;
		seen[0] = seen_us(&r->seen, at->asn);
		seen[1] = seen_us(&r->seen, at->other_asn);
	}
	row.row.start_s = record_rates(head, entry, seen, row.row.values);
	if (row.row.start_s == 0 && at->kind == SERIES_PAIR) {
		/* Unknown, and not to be taken for idle later. */
		row.row.start_s = head->start_s;
		for (size_t i = 0; i < PAIR_COUNT; i++)
			row.row.values[i] = (double)NAN;
	}
	return row.row.start_s ? take_row(r, row.of, head, &row) : 0;
}

/* The pairs that had no traffic in a pair step. */
static int take_idle(struct reading *r, const struct record_head *head)
{
	struct record_entry nothing = { .known = true };
	int rc = 0;

	for (size_t i = r->first_pair; rc == 0 && i < r->count; i++) {
		struct odd_row row = { .of = i, .idle = true };
		const int64_t seen[2] = {
			seen_us(&r->seen, r->series[i].asn),
			seen_us(&r->seen, r->series[i].other_asn),
		};

		if (r->carried[i - r->first_pair])
			continue;
		nothing.series = r->series[i];
		row.row.start_s =
		    record_rates(head, &nothing, seen, row.row.values);
		if (row.row.start_s)
			rc = take_row(r, i, head, &row);
	}
	return rc;
}

static int take_record(struct reading *r, struct record_reader *record)
{
	const struct record_head *head = &record->head;
	bool pairs = head->kind == RECORD_PAIR_STEP;
	struct record_entry entry;
	int rc;

	if ((head->kind != RECORD_STEP && !pairs) ||
	    head->start_s >= r->span.to_s)
		return 0;
	rc = settle_odd(r, head, pairs);
	if (rc < 0)
		return rc;
	if (pairs) {
		memset(r->carried, 0,
		       (r->count - r->first_pair) * sizeof(*r->carried));
		u64map_clear(&r->seen.by_asn);
		r->seen.count = 0;
	}
	while (rc == 0 && (rc = record_next(record, &entry)) == 1)
		rc = take_entry(r, head, &entry);
	return rc == 0 && pairs ? take_idle(r, head) : rc;
}

/* A stream's closed steps as they come, and where some are missing. */
struct progress {
	struct journal_holes *holes; /* NULL: not wanted */
	uint64_t broken;
	int64_t end_s; /* of those before */
};

/* Note the hole that damage has left before a step; none: up to the end. */
static void note_hole(struct progress *p, const struct journal_reader *reader,
		      const struct record_head *next)
{
	uint64_t broken = journal_read_broken(reader);

	/* What is before the first step of all is not the journal's. */
	if (p->holes && broken > p->broken && p->end_s > 0)
		journal_holes_add(p->holes, p->end_s,
				  next ? next->start_s : INT64_MAX);
	p->broken = broken;
	if (next && next->kind == RECORD_PAIR_STEP)
		p->end_s = next->start_s + SERIES_PAIR_STEP_S;
	else if (next && next->kind == RECORD_STEP)
		p->end_s = next->start_s + SERIES_STEP_S;
}

/* Read one stream: what the clock did is told by its own records. */
static int read_stream(struct reading *r, const char *state_dir,
		       enum journal_stream stream)
{
	struct progress progress = { .end_s = r->span.from_s };
	struct journal_reader *reader;
	struct record_reader record;
	int rc =
	    journal_read_all(&reader, state_dir, 1u << stream, r->span.from_s);

	if (rc < 0)
		return rc == -ENOENT ? 0 : rc;
	if (r->span.holes)
		progress.holes = &r->span.holes[stream];
	while ((rc = journal_read_next(reader, &record)) == 1) {
		note_hole(&progress, reader, &record.head);
		rc = take_record(r, &record);
		if (rc < 0)
			break;
	}
	note_hole(&progress, reader, NULL);
	if (progress.holes && journal_read_unread(reader) > 0)
		progress.holes->unread = true;
	journal_read_close(reader);
	r->odd_count = 0;
	r->odd_last_s = 0;
	r->end_s = 0;
	return rc;
}

int journal_rows_read(struct journal_rows *out, const char *state_dir,
		      const struct series *series, size_t count,
		      struct journal_span span)
{
	struct reading r = {
		.series = series, .count = count, .out = out, .span = span
	};
	int rc;

	while (r.first_pair < count && series[r.first_pair].kind != SERIES_PAIR)
		r.first_pair++;
	r.carried = calloc(count - r.first_pair + 1, sizeof(*r.carried));
	rc =
	    r.carried ? u64map_init(&r.seen.by_asn, MEMBERS_AT_FIRST) : -ENOMEM;
	if (rc == 0 && r.first_pair > 0)
		rc = read_stream(&r, state_dir, JOURNAL_STEPS);
	if (rc == 0 && r.first_pair < count)
		rc = read_stream(&r, state_dir, JOURNAL_PAIRS);
	u64map_fini(&r.seen.by_asn);
	free(r.seen.us);
	free(r.carried);
	free(r.odd);
	return rc;
}

static bool is_part(const struct record_reader *record)
{
	return record->head.kind == RECORD_PART ||
	       record->head.kind == RECORD_PAIR_PART;
}

static bool is_step(const struct record_reader *record)
{
	return record->head.kind == RECORD_STEP ||
	       record->head.kind == RECORD_PAIR_STEP;
}

int journal_rows_start(const char *state_dir, enum journal_stream stream,
		       bool parts, int64_t *from_s)
{
	struct journal_reader *reader;
	struct record_reader record;
	int64_t odd_from_s = 0; /* of records of an odd clock in a row */
	int64_t odd_last_s = 0;
	int64_t step_s =
	    stream == JOURNAL_PAIRS ? SERIES_PAIR_STEP_S : SERIES_STEP_S;
	int rc = journal_read_all(&reader, state_dir, 1u << stream, 0);

	if (rc < 0)
		return rc == -ENOENT ? 0 : rc;
	while ((rc = journal_read_next(reader, &record)) == 1) {
		if (!is_step(&record) && !(parts && is_part(&record)))
			continue;
		if (odd_last_s == 0 || record.head.start_s < odd_last_s ||
		    record.head.start_s - odd_last_s > 2 * step_s)
			odd_from_s = record.head.start_s;
		odd_last_s = record.head.start_s;
		if (record.head.odd_clock)
			continue;
		*from_s = odd_from_s;
		break;
	}
	journal_read_close(reader);
	return rc < 0 ? rc : 0;
}

void journal_rows_fini(struct journal_rows *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(rows[i].rows);
		rows[i] = (struct journal_rows){ 0 };
	}
}
