/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/mending_state.h"
#include "store/journal.h"
#include "store/series_list.h"

enum { HOUR_S = 3600, FEW_PAIRS = 2000 };

void mending_forget_plan(struct mending *m)
{
	m->done = 0;
	m->count = 0;
	m->unread = 0;
	m->copies = false;
	mending_drop_slice(m);
}

static int plan_track(struct mending *m, uint32_t track)
{
	if (m->count == m->room) {
		uint32_t room = m->room ? 2 * m->room : 256;
		uint32_t *grown =
		    realloc(m->plan, (size_t)room * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		m->plan = grown;
		m->room = room;
	}
	m->plan[m->count++] = track;
	return 0;
}

int mending_add(struct mending *m, const struct series *series)
{
	uint32_t track = track_set_find(m->set, series);

	return track == TRACK_NONE ? -ENOMEM : plan_track(m, track);
}

static int by_series(const void *left, const void *right, void *context)
{
	const struct track *tracks = context;

	return series_compare(&tracks[*(const uint32_t *)left].series,
			      &tracks[*(const uint32_t *)right].series);
}

/* In the order that the journal is asked in, none twice. */
static void sort_plan(struct mending *m)
{
	uint32_t kept = 0;

	if (m->count == 0)
		return;
	qsort_r(m->plan, m->count, sizeof(*m->plan), by_series, m->set->tracks);
	for (uint32_t i = 1; i < m->count; i++) {
		if (m->plan[i] != m->plan[kept])
			m->plan[++kept] = m->plan[i];
	}
	m->count = kept + 1;
	mending_drop_slice(m);
}

struct listing {
	struct mending *mending;
	uint32_t count;
	int rc;
};

static void plan_listed(void *context, const struct series *series)
{
	struct listing *l = context;

	l->count++;
	if (l->rc == 0)
		l->rc = mending_add(l->mending, series);
}

static void count_listed(void *context, const struct series *series)
{
	struct listing *l = context;

	(void)series;
	l->count++;
}

/* All files of a kind, or all copies. */
static int plan_kind(struct mending *m, const char *dir, enum series_kind kind)
{
	struct listing l = { .mending = m };
	int rc = series_list_kind(dir, kind, plan_listed, &l);

	return rc < 0 ? rc : l.rc;
}

/* Where the rows of pairs end by the journal, per track. */
struct pair_ends {
	int64_t *end_s;
	uint32_t count;
};

static int note_pair(struct mending *m, struct pair_ends *ends,
		     const struct record_entry *entry, int64_t end_s)
{
	uint32_t track = track_set_find(m->set, &entry->series);
	int64_t *grown;

	if (track == TRACK_NONE)
		return -ENOMEM;
	if (track >= ends->count) {
		uint32_t count = 2 * track + 256;

		grown = realloc(ends->end_s, count * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		memset(&grown[ends->count], 0,
		       (count - ends->count) * sizeof(*grown));
		ends->end_s = grown;
		ends->count = count;
	}
	if (end_s > ends->end_s[track])
		ends->end_s[track] = end_s;
	return 0;
}

static int note_pairs(struct mending *m, struct pair_ends *ends)
{
	struct journal_reader *reader;
	struct record_reader record;
	struct record_entry entry;
	int rc =
	    journal_read_all(&reader, m->state_dir, 1u << JOURNAL_PAIRS, 0);

	if (rc < 0)
		return rc == -ENOENT ? 0 : rc;
	while (rc == 0 && (rc = journal_read_next(reader, &record)) == 1) {
		int64_t end_s = record.head.start_s + SERIES_PAIR_STEP_S;

		rc = 0;
		if (record.head.kind != RECORD_PAIR_STEP ||
		    record.head.odd_clock)
			continue;
		while (rc == 0 && (rc = record_next(&record, &entry)) == 1) {
			rc = 0;
			if (entry.series.kind == SERIES_PAIR &&
			    record_is_stored(&entry.traffic))
				rc = note_pair(m, ends, &entry, end_s);
		}
	}
	journal_read_close(reader);
	return rc;
}

/* Pairs whose files end before the journal does, or after now; recent: all of
 * lately. */
static int plan_pairs(struct mending *m, bool recent)
{
	struct pair_ends ends = { 0 };
	int64_t newest_s = 0;
	int rc = note_pairs(m, &ends);

	for (uint32_t i = 0; i < ends.count; i++)
		newest_s = ends.end_s[i] > newest_s ? ends.end_s[i] : newest_s;
	for (uint32_t i = 0; rc == 0 && i < ends.count; i++) {
		int64_t end_s = 0;

		if (ends.end_s[i] == 0)
			continue;
		if (rrd_last_end(m->state_dir, &m->set->tracks[i].series,
				 &end_s) < 0 ||
		    end_s < ends.end_s[i] || end_s > m->now_s + FUTURE_S ||
		    (recent && ends.end_s[i] > newest_s - 2 * HOUR_S))
			rc = plan_track(m, i);
	}
	free(ends.end_s);
	return rc;
}

int mending_plan(struct mending *m, enum mending_reach reach, int64_t now_s)
{
	struct listing pairs = { .mending = m };
	char copies[PATH_MAX];
	int rc = 0;

	mending_forget_plan(m);
	m->reach = reach;
	m->now_s = now_s;
	(void)snprintf(copies, sizeof(copies), "%s/copies", m->state_dir);
	for (int kind = 0; rc == 0 && kind < SERIES_PAIR; kind++) {
		rc = plan_kind(m, m->state_dir, (enum series_kind)kind);
		if (rc == 0)
			rc = plan_kind(m, copies, (enum series_kind)kind);
	}
	if (rc == 0)
		rc = series_list_pairs(m->state_dir, count_listed, &pairs);
	if (rc == 0 && (reach == MENDING_ALL || pairs.count <= FEW_PAIRS))
		rc = plan_kind(m, m->state_dir, SERIES_PAIR);
	if (rc == 0 && reach == MENDING_ALL)
		rc = plan_kind(m, copies, SERIES_PAIR);
	if (rc == 0)
		rc = plan_pairs(m, reach == MENDING_DAY);
	/* A file that is gone is known by its track or by the journal. */
	for (uint32_t i = 0; rc == 0 && i < m->set->count; i++) {
		if (m->set->tracks[i].series.kind != SERIES_PAIR)
			rc = plan_track(m, i);
	}
	if (rc < 0)
		mending_forget_plan(m);
	else
		sort_plan(m);
	return rc;
}

int mending_plan_behind(struct mending *m)
{
	int rc = 0;

	mending_forget_plan(m);
	m->reach = MENDING_TAIL;
	for (uint32_t i = 0; rc == 0 && i < m->set->count; i++) {
		if (m->set->tracks[i].behind)
			rc = plan_track(m, i);
	}
	if (rc < 0)
		mending_forget_plan(m);
	else
		sort_plan(m);
	return rc;
}

int mending_plan_copies(struct mending *m, bool pairs)
{
	int rc = 0;

	mending_forget_plan(m);
	m->reach = MENDING_TAIL;
	m->copies = true;
	for (int kind = 0; rc == 0 && kind <= SERIES_PAIR; kind++) {
		if ((kind == SERIES_PAIR) == pairs)
			rc = plan_kind(m, m->state_dir, (enum series_kind)kind);
	}
	if (rc < 0)
		mending_forget_plan(m);
	else
		sort_plan(m);
	return rc;
}
