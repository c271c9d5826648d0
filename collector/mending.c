/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The rows of a slice of series are read from the journal in one go, for it is
 * read from its start to its end whoever is looked for. Where a file needs
 * older rows than that, as one that is made anew does, they are read for its
 * slice once more, all that the journal has. Pairs that are to be copied are
 * many and were looked at before: large slices are compared with the last hour,
 * and only what is not sound by that is asked for more.
 */
#include "collector/mending_state.h"

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
#include "util/err.h"
#include "util/log.h"

enum {
	DAY_S = 86400,
	HOUR_S = 3600,
	TAIL_S = 1800,
	SLICE = 256,
	SLICE_OF_ALL = 64, /* where each brings thousands of rows */
	UNREAD_MAX = 3,	   /* times that the journal is tried again */
};

void mending_drop_slice(struct mending *m)
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
	mending_drop_slice(m);
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

void mending_age_out(struct mending *m, bool allowed)
{
	m->ages_out = allowed;
}

/* When the journal's first closed step of each stream starts: no row is missing
 * from there on. */
static int find_starts(struct mending *m)
{
	int rc = 0;

	for (int i = 0; rc == 0 && i < JOURNAL_STREAM_COUNT; i++) {
		m->from_s[i] = m->now_s; /* where there is none yet */
		rc = journal_rows_start(m->state_dir, (enum journal_stream)i,
					false, &m->from_s[i]);
	}
	return rc;
}

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
			mending_drop_slice(m);
			return rc;
		}
		mend_one(m, now_s);
		m->done++;
	}
	if (m->done < m->count)
		return 1;
	mending_forget_plan(m);
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
