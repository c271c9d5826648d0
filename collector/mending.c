/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The rows of a slice of series are read from the journal in one go, for it is
 * read from its start to its end whoever is looked for. Where a file needs
 * older rows than that, as one that is made anew does, they are read for its
 * slice once more, all that the journal has. Pairs that are to be copied are
 * many and were looked at before: large slices are compared with the last hour,
 * and only what is not sound by that is asked for more.
 */
#include "collector/mending.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/clock.h"
#include "store/journal.h"
#include "store/journal_holes.h"
#include "store/journal_rows.h"
#include "store/rrd_copy.h"
#include "store/series_list.h"
#include "util/err.h"
#include "util/log.h"

enum {
	DAY_S = 86400,
	HOUR_S = 3600,
	TAIL_S = 1800,
	SLICE_MAX = 4096, /* of pairs that are copied: a dozen rows each */
	SLICE = 256,
	SLICE_OF_ALL = 64, /* where each brings thousands of rows */
	FEW_PAIRS = 2000,
	FUTURE_S = 600, /* as rrd_mend has it */
	UNREAD_MAX = 3, /* times that the journal is tried again */
};

struct mending {
	char *state_dir;
	struct track_set *set;
	struct view *view;
	uint32_t *plan; /* tracks */
	uint32_t count;
	uint32_t room;
	uint32_t done;
	enum mending_reach reach;
	bool copies;
	int64_t from_s[JOURNAL_STREAM_COUNT]; /* where the journal begins */
	/* the slice at hand: tracks from `done` on */
	uint32_t slice_end;	   /* in the plan; done: there is none */
	uint32_t slice_from;	   /* in the plan: where it began */
	struct series *series;	   /* SLICE_MAX */
	struct journal_rows *rows; /* the same */
	int64_t rows_from_s;	   /* what is read of them */
	struct journal_holes holes[JOURNAL_STREAM_COUNT]; /* in what is read */
	int unread; /* how often the disk did not give all of the journal */
	int64_t now_s;
	bool ages_out; /* pairs may */
	struct mending_counters counters;
};

static void drop_slice(struct mending *m)
{
	if (m->rows)
		journal_rows_fini(m->rows, SLICE_MAX);
	m->slice_end = m->done;
	m->slice_from = m->done;
}

void mending_free(struct mending *m)
{
	if (!m)
		return;
	drop_slice(m);
	free(m->plan);
	free(m->series);
	free(m->rows);
	free(m->state_dir);
	free(m);
}

int mending_new(struct mending **out, const char *state_dir,
		struct track_set *set, struct view *view)
{
	struct mending *m = calloc(1, sizeof(*m));

	if (!m)
		return -ENOMEM;
	m->state_dir = strdup(state_dir);
	m->series = calloc(SLICE_MAX, sizeof(*m->series));
	m->rows = calloc(SLICE_MAX, sizeof(*m->rows));
	if (!m->state_dir || !m->series || !m->rows) {
		mending_free(m);
		return -ENOMEM;
	}
	m->set = set;
	m->view = view;
	*out = m;
	return 0;
}

/* ---- the plan ---- */

static void forget_plan(struct mending *m)
{
	m->done = 0;
	m->count = 0;
	m->unread = 0;
	m->copies = false;
	drop_slice(m);
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
	drop_slice(m);
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

/* When the journal's first closed step of a stream starts; now if it has none
 * yet: no row is missing from there on. */
static int find_start(struct mending *m, enum journal_stream stream)
{
	struct journal_reader *reader;
	struct record_reader record;
	int rc = journal_read_all(&reader, m->state_dir, 1u << stream, 0);

	m->from_s[stream] = m->now_s;
	if (rc < 0)
		return rc == -ENOENT ? 0 : rc;
	while ((rc = journal_read_next(reader, &record)) == 1) {
		if (record.head.kind != RECORD_STEP &&
		    record.head.kind != RECORD_PAIR_STEP)
			continue;
		m->from_s[stream] = record.head.start_s;
		break;
	}
	journal_read_close(reader);
	return rc < 0 ? rc : 0;
}

static int find_starts(struct mending *m)
{
	int rc = find_start(m, JOURNAL_STEPS);

	return rc < 0 ? rc : find_start(m, JOURNAL_PAIRS);
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

	forget_plan(m);
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
		forget_plan(m);
	else
		sort_plan(m);
	return rc;
}

int mending_plan_behind(struct mending *m)
{
	int rc = 0;

	forget_plan(m);
	m->reach = MENDING_TAIL;
	for (uint32_t i = 0; rc == 0 && i < m->set->count; i++) {
		if (m->set->tracks[i].behind)
			rc = plan_track(m, i);
	}
	if (rc < 0)
		forget_plan(m);
	else
		sort_plan(m);
	return rc;
}

void mending_age_out(struct mending *m, bool allowed)
{
	m->ages_out = allowed;
}

int mending_plan_copies(struct mending *m, bool pairs)
{
	int rc = 0;

	forget_plan(m);
	m->reach = MENDING_TAIL;
	m->copies = true;
	for (int kind = 0; rc == 0 && kind <= SERIES_PAIR; kind++) {
		if ((kind == SERIES_PAIR) == pairs)
			rc = plan_kind(m, m->state_dir, (enum series_kind)kind);
	}
	if (rc < 0)
		forget_plan(m);
	else
		sort_plan(m);
	return rc;
}

/* ---- the work ---- */

static int64_t check_s(const struct mending *m)
{
	switch (m->reach) {
	case MENDING_TAIL:
		return TAIL_S;
	case MENDING_DAY:
		return DAY_S;
	case MENDING_ALL:
		break;
	}
	return RRD_MEND_ALL;
}

static enum journal_stream stream_of(const struct series *series)
{
	return series->kind == SERIES_PAIR ? JOURNAL_PAIRS : JOURNAL_STEPS;
}

/* What the disk does not give it may give another time; for so long rows are
 * not taken for lost. */
static int check_read(struct mending *m)
{
	bool unread = false;

	for (int i = 0; i < JOURNAL_STREAM_COUNT; i++)
		unread = unread || m->holes[i].unread;
	if (!unread || m->unread == UNREAD_MAX)
		return 0;
	m->unread++;
	return -EIO;
}

/* Read the rows of the slice from some time on. */
static int read_rows(struct mending *m, int64_t from_s)
{
	const struct journal_span span = { from_s, m->now_s + FUTURE_S,
					   m->holes };
	uint32_t count = m->slice_end - m->slice_from;
	int rc;

	journal_rows_fini(m->rows, SLICE_MAX);
	memset(m->holes, 0, sizeof(m->holes));
	m->rows_from_s = from_s;
	rc = journal_rows_read(m->rows, m->state_dir, m->series, count, span);
	if (rc == 0)
		rc = check_read(m);
	for (uint32_t i = 0; rc == 0 && i < count; i++)
		rc = journal_holes_fill(&m->holes[stream_of(&m->series[i])],
					&m->rows[i], m->state_dir,
					&m->series[i], span.to_s);
	return rc;
}

/* Whether the slice that begins is of pairs to be copied. */
static bool copies_pairs(const struct mending *m)
{
	return m->copies && m->done < m->count &&
	       m->set->tracks[m->plan[m->done]].series.kind == SERIES_PAIR;
}

static int begin_slice(struct mending *m, int64_t now_s)
{
	uint32_t most = copies_pairs(m)		  ? SLICE_MAX
			: m->reach == MENDING_ALL ? SLICE_OF_ALL
						  : SLICE;
	/* The row of a day is made of all that lie in it. */
	int64_t from_s = now_s - now_s % DAY_S - DAY_S;
	int rc;

	m->now_s = now_s;
	rc = find_starts(m);
	if (rc < 0)
		return rc;
	m->slice_from = m->done;
	m->slice_end = m->done + most;
	if (m->slice_end > m->count)
		m->slice_end = m->count;
	for (uint32_t i = m->slice_from; i < m->slice_end; i++)
		m->series[i - m->slice_from] =
		    m->set->tracks[m->plan[i]].series;
	/* Of so many pairs one was idle of late, and older rows are asked for
	 * anyway: better not to read the journal twice. */
	if (copies_pairs(m))
		from_s = now_s - now_s % SERIES_PAIR_STEP_S - HOUR_S;
	else if (m->reach == MENDING_ALL || from_s < 0 ||
		 stream_of(&m->series[0]) == JOURNAL_PAIRS)
		from_s = 0;
	return read_rows(m, from_s);
}

/* One series of the slice, as rrd_mend asks for it. */
struct asking {
	struct mending *mending;
	uint32_t at;
	bool as_read; /* no older rows than were read for the slice */
};

/*
 * Read all that the journal has: of no more series than that takes memory for,
 * from the one at hand on; the others have their turn in another slice.
 */
static int read_all_rows(struct asking *a)
{
	struct mending *m = a->mending;
	uint32_t left = m->slice_end - m->done;

	if (left > SLICE_OF_ALL)
		left = SLICE_OF_ALL;
	memmove(m->series, &m->series[a->at], left * sizeof(*m->series));
	m->slice_from = m->done;
	m->slice_end = m->done + left;
	a->at = 0;
	return read_rows(m, 0);
}

static int give_rows(void *context, int64_t from_s,
		     const struct series_row **rows, size_t *count)
{
	struct asking *a = context;
	const struct mending *m = a->mending;
	const struct journal_rows *all;
	size_t first = 0;
	int rc = 0;

	if (from_s < m->rows_from_s && !a->as_read)
		rc = read_all_rows(a);
	if (rc < 0)
		return rc;
	all = &m->rows[a->at];
	while (first < all->used && all->rows[first].start_s < from_s)
		first++;
	*rows = all->rows + first;
	*count = all->used - first;
	return 0;
}

static void count_outcome(struct mending *m,
			  const struct rrd_mend_outcome *outcome)
{
	switch (outcome->what) {
	case RRD_NONE:
	case RRD_SOUND:
		break;
	case RRD_APPENDED:
		m->counters.appended++;
		break;
	case RRD_FROM_COPY:
	case RRD_FROM_ITSELF:
	case RRD_FROM_ROWS:
	case RRD_GONE:
		m->counters.mended++;
		break;
	}
}

static void copy(struct mending *m, const struct series *series,
		 const struct rrd_mend_outcome *outcome)
{
	uint64_t bytes = 0;
	int rc;

	if (outcome->what == RRD_NONE || outcome->what == RRD_GONE)
		return;
	rc = rrd_copy(m->state_dir, series, &outcome->known, &bytes);
	if (rc < 0) {
		m->counters.failed++;
		return;
	}
	m->counters.copied += bytes > 0;
	m->counters.copied_bytes += bytes;
}

/* How long the archives of a series reach back, seconds. */
static int64_t kept_s(const struct series *series)
{
	const struct series_layout *layout = series_layout(series->kind);
	int64_t most_s = 0;

	for (size_t i = 0; i < layout->archive_count; i++) {
		const struct series_archive *a = &layout->archives[i];
		int64_t this_s = (int64_t)a->row_s * a->rows;

		most_s = this_s > most_s ? this_s : most_s;
	}
	return most_s;
}

/* Remove the file of a pair that had no traffic for long. */
static bool age_out(struct mending *m, const struct series *series,
		    const struct rrd_mend_outcome *outcome, int64_t now_s)
{
	char path[PATH_MAX];
	int64_t last_s = outcome->known.last_s;
	int rc;

	if (!m->ages_out || series->kind != SERIES_PAIR || last_s == 0 ||
	    now_s - last_s <= kept_s(series))
		return false;
	rc = series_path(path, sizeof(path), m->state_dir, series);
	if (rc == 0 && unlink(path) < 0)
		rc = -errno;
	if (rc == 0)
		rc = rrd_copy_remove(m->state_dir, series);
	if (rc < 0) {
		m->counters.failed++;
		log_error("mending: a pair that has aged out stays: %s: %s",
			  path, err_str(rc));
		return false;
	}
	m->counters.aged_out++;
	return true;
}

/*
 * Compare the file of a pair with the rows that are at hand. One that is behind
 * lacks rows that may be older.
 */
static int is_sound(struct mending *m, const struct rrd_mend_options *options,
		    struct rrd_mend_outcome *outcome)
{
	uint32_t at = m->done - m->slice_from;
	struct asking asking = { m, at, true };
	int64_t from_s = m->from_s[JOURNAL_PAIRS];
	const struct rrd_source source = { give_rows, &asking,
					   from_s > m->rows_from_s
					       ? from_s
					       : m->rows_from_s };

	if (m->set->tracks[m->plan[m->done]].behind)
		return 0;
	*outcome = (struct rrd_mend_outcome){ .what = RRD_SOUND };
	return rrd_is_sound(m->state_dir, &m->series[at], &source, options,
			    &outcome->known);
}

static void mend_one(struct mending *m, int64_t now_s)
{
	struct asking asking = { m, m->done - m->slice_from, false };
	/* The slice may move while it is looked at. */
	const struct series own = m->series[asking.at];
	const struct series *series = &own;
	uint32_t track = m->plan[m->done];
	const struct rrd_source source = { give_rows, &asking,
					   m->from_s[stream_of(series)] };
	struct rrd_mend_options options = rrd_mend_options_at(now_s);
	struct rrd_mend_outcome outcome;
	int rc;

	options.check_s = check_s(m);
	options.gives_up = m->reach == MENDING_ALL;
	m->counters.looked_at++;
	rc = copies_pairs(m) ? is_sound(m, &options, &outcome) : 0;
	if (rc == 0)
		rc =
		    rrd_mend(m->state_dir, series, &source, &options, &outcome);
	if (rc < 0) {
		m->counters.failed++;
		view_not_mended(m->view, track, rc);
		return;
	}
	count_outcome(m, &outcome);
	view_mended(m->view, track);
	if (m->copies && !age_out(m, series, &outcome, now_s))
		copy(m, series, &outcome);
}

int mending_some(struct mending *m, int64_t now_s, uint32_t most)
{
	int rc = 0;

	for (uint32_t i = 0; i < most && m->done < m->count; i++) {
		if (m->done == m->slice_end)
			rc = begin_slice(m, now_s);
		if (rc < 0) {
			drop_slice(m);
			return rc;
		}
		mend_one(m, now_s);
		m->done++;
	}
	if (m->done < m->count)
		return 1;
	forget_plan(m);
	return 0;
}

void mending_progress(const struct mending *m, uint32_t *planned,
		      uint32_t *done)
{
	*planned = m->count;
	*done = m->done;
}

struct mending_counters mending_counters(const struct mending *m)
{
	return m->counters;
}
