/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/view.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/err.h"
#include "web/capacity.h"
#include "web/headline.h"
#include "web/pair_rows.h"
#include "web/percentile.h"

enum {
	BILLING_ROW_S = 300,	    /* what the 95th percentile is made of */
	CURRENT_WITHIN_S = 15 * 60, /* an older row is not "current" */
};

/* The sum of several switches, unknown where one of them is: a sum of some
 * would look like less traffic. */
static int read_group(struct traffic *out, const struct call *call,
		      const struct registry_group *group,
		      const struct series_range *range)
{
	struct series series = { .kind = SERIES_SWITCH };
	struct traffic one = { 0 };
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < group->switch_count; i++) {
		struct traffic *to = i == 0 ? out : &one;

		series.switch_name =
		    call->config->switches[group->switches[i]].name;
		/* Without one of them the sum is unknown, whatever rows the
		 * others have. */
		if (!traffic_has_file(call->config->state_dir, &series)) {
			traffic_fini(out);
			return traffic_read(out, call->config->state_dir,
					    &series, range);
		}
		rc = traffic_read(to, call->config->state_dir, &series, range);
		if (rc == 0 && i > 0)
			rc = traffic_add(out, &one);
		traffic_fini(&one);
	}
	if (rc < 0)
		traffic_fini(out);
	return rc;
}

/* A pair in all VLANs; one without any file is not known at all. */
static int read_pair(struct traffic *out, const struct call *call,
		     const struct subject *subject,
		     const struct series_range *range)
{
	int rc = pair_rows_read(out, call, subject->series.asn,
				subject->series.other_asn, range);

	return rc == ERR_NOT_FOUND ? traffic_read(out, call->config->state_dir,
						  &subject->series, range)
				   : rc;
}

static int read_rows(struct traffic *out, const struct call *call,
		     const struct subject *subject,
		     const struct series_range *range)
{
	*out = (struct traffic){ 0 };
	if (subject->group)
		return read_group(out, call, subject->group, range);
	if (subject->in_all_vlans)
		return read_pair(out, call, subject, range);
	return traffic_read(out, call->config->state_dir, &subject->series,
			    range);
}

/* Rows of a subject, by counters where these can say it. */
int view_rows(struct traffic *out, bool *exact, const struct call *call,
	      const struct subject *subject, const struct period *period)
{
	bool is_pair = subject->series.kind == SERIES_PAIR;
	struct series_range range =
	    traffic_range(period->from_s, period->to_s,
			  is_pair ? period->pair_row_s : period->row_s);
	int rc = read_rows(out, call, subject, &range);

	*exact = false;
	if (rc < 0)
		return rc;
	if (subject->is_swapped)
		traffic_swap(out);
	if (subject->series.kind == SERIES_PORT)
		*exact = !out->is_estimate;
	if (subject->series.kind == SERIES_EXCHANGE || subject->member)
		rc = headline_apply(out, call, subject->member, exact);
	if (rc < 0)
		traffic_fini(out);
	return rc;
}

static int work_out(struct view *v)
{
	const struct traffic *t = &v->traffic;
	int rc = 0;

	for (int i = 0; rc == 0 && i < WAY_COUNT * BAND_COUNT; i++) {
		enum way way = (enum way)(i / BAND_COUNT);
		enum band band = (enum band)(i % BAND_COUNT);
		struct statistics *s = &v->statistics[way][band];

		rc = statistics_of(s, traffic_column(t, way, band), t->rows,
				   t->row_s);
		if (rc == 0)
			v->p95[way][band] = s->p95;
	}
	v->p95_row_s = t->longest_row_s ? t->longest_row_s : t->row_s;
	for (int way = 0; way < WAY_COUNT; way++)
		v->ci95_bytes[way] =
		    t->has_variance
			? statistics_ci95(t->variance[way], t->rows, t->row_s)
			: NAN;
	return rc;
}

int view_limit(struct view *view, int64_t from_s, int64_t to_s)
{
	struct traffic *t = &view->traffic;
	bool any = false;

	for (size_t row = 0; row < t->rows; row++) {
		int64_t at_s = t->from_s + (int64_t)row * t->row_s;

		if (at_s >= from_s && at_s + t->row_s <= to_s)
			continue;
		any = true;
		for (int i = 0; i < WAY_COUNT * BAND_COUNT; i++)
			traffic_column(t, (enum way)(i / BAND_COUNT),
				       (enum band)(i % BAND_COUNT))[row] = NAN;
		for (int way = 0; t->has_variance && way < WAY_COUNT; way++)
			t->variance[way][row] = 0;
	}
	return any ? work_out(view) : 0;
}

/*
 * The interval of the total of rows of which each stands for its own seconds.
 * Drawings take a row for a whole one, so what a cut one is less sure of goes
 * into its variance.
 */
static void cover_variance(struct view *v, enum way way, const double *seconds)
{
	double *variance = v->traffic.variance[way];
	size_t rows = v->traffic.rows;

	v->ci95_bytes[way] = statistics_ci95_covered(variance, rows, seconds);
	for (size_t row = 0; row < rows; row++) {
		if (seconds[row] > 0)
			variance[row] *= v->traffic.row_s / seconds[row];
	}
}

/* Totals and averages of a replay, whose first and last row are cut. */
static int work_out_covered(struct view *v, const struct call *call)
{
	const struct traffic *t = &v->traffic;
	double *seconds;

	if (!call->status || !call->status->is_replay)
		return 0;
	seconds = calloc(t->rows + 1, sizeof(*seconds));
	if (!seconds)
		return -ENOMEM;
	for (size_t row = 0; row < t->rows; row++)
		seconds[row] = page_covered_s(
		    call, t->from_s + (int64_t)row * t->row_s, t->row_s);
	for (int i = 0; i < WAY_COUNT * BAND_COUNT; i++) {
		enum way way = (enum way)(i / BAND_COUNT);
		enum band band = (enum band)(i % BAND_COUNT);

		statistics_cover(&v->statistics[way][band],
				 traffic_column(t, way, band), seconds);
	}
	for (int way = 0; t->has_variance && way < WAY_COUNT; way++)
		cover_variance(v, (enum way)way, seconds);
	free(seconds);
	return 0;
}

/* Unknown rows at the end that are so because time has not got there. */
static size_t count_unfinished(const struct traffic *t, const struct call *call)
{
	double stored_s = (double)call->now_s - 2 * SERIES_STEP_S;
	size_t n = 0;

	if (call->status && call->status->last_step_end > stored_s)
		stored_s = call->status->last_step_end;
	for (size_t row = t->rows; row-- > 0; n++) {
		double end_s = (double)t->from_s + (double)(row + 1) * t->row_s;

		if (end_s <= stored_s ||
		    !isnan(traffic_column(t, WAY_FROM, BAND_TOTAL)[row]))
			break;
	}
	return n;
}

static size_t count_unbegun(const struct traffic *t)
{
	const double *total = traffic_column(t, WAY_FROM, BAND_TOTAL);
	size_t n = 0;

	while (n < t->rows && isnan(total[n]))
		n++;
	return n < t->rows ? n : 0;
}

/* Where the rows are finer than those of billing: once more, coarser. */
static int work_out_p95(struct view *v, const struct call *call,
			const struct subject *subject)
{
	struct period period = v->period;
	struct traffic t;
	bool exact;
	int rc;

	if (v->traffic.row_s >= BILLING_ROW_S)
		return 0;
	period.row_s = BILLING_ROW_S;
	rc = view_rows(&t, &exact, call, subject, &period);
	if (rc < 0)
		return rc;
	for (int i = 0; rc == 0 && i < WAY_COUNT * BAND_COUNT; i++) {
		enum way way = (enum way)(i / BAND_COUNT);
		enum band band = (enum band)(i % BAND_COUNT);
		struct statistics s;

		rc = statistics_of(&s, traffic_column(&t, way, band), t.rows,
				   t.row_s);
		if (rc == 0)
			v->p95[way][band] = s.p95;
	}
	v->p95_row_s = t.row_s;
	traffic_fini(&t);
	return rc;
}

/* The last row that is complete and known, unless it is too old. */
static void pick_current(struct view *v, const struct traffic *t, int64_t now_s)
{
	for (int way = 0; way < WAY_COUNT; way++) {
		for (int band = 0; band < BAND_COUNT; band++)
			v->current[way][band] = NAN;
	}
	for (size_t row = t->rows; row-- > 0;) {
		int64_t end_s = t->from_s + (int64_t)(row + 1) * t->row_s;

		if (end_s < now_s - CURRENT_WITHIN_S - t->row_s)
			return;
		if (isnan(traffic_column(t, WAY_FROM, BAND_TOTAL)[row]) &&
		    isnan(traffic_column(t, WAY_TO, BAND_TOTAL)[row]))
			continue;
		for (int i = 0; i < WAY_COUNT * BAND_COUNT; i++) {
			int way = i / BAND_COUNT;
			int band = i % BAND_COUNT;

			v->current[way][band] = traffic_column(
			    t, (enum way)way, (enum band)band)[row];
		}
		v->current_end_s = end_s;
		return;
	}
}

static int work_out_current(struct view *v, const struct call *call,
			    const struct subject *subject)
{
	struct period period = period_of(RANGE_HOUR, call->now_s);
	struct traffic t;
	bool exact;
	int rc;

	period.from_s = period.to_s - CURRENT_WITHIN_S;
	rc = view_rows(&t, &exact, call, subject, &period);
	if (rc < 0)
		return rc;
	pick_current(v, &t, call->now_s);
	traffic_fini(&t);
	return 0;
}

/* A pair has longer rows, to which its period is widened: what is drawn, added
 * up and said is of the same time. */
static struct period seen_period(const struct subject *subject,
				 const struct period *period)
{
	struct period seen = *period;
	int64_t row_s = period->pair_row_s;

	if (subject->series.kind != SERIES_PAIR)
		return seen;
	seen.row_s = period->pair_row_s;
	seen.from_s = seen.from_s / row_s * row_s;
	seen.to_s = (seen.to_s + row_s - 1) / row_s * row_s;
	return seen;
}

/* The percentiles of a pair, whose sender is the first in this view. */
static void judge_pair(struct view *v, const struct call *call,
		       const struct series *pair, bool is_swapped)
{
	struct series seen = *pair;

	if (is_swapped) {
		seen.asn = pair->other_asn;
		seen.other_asn = pair->asn;
	}
	percentile_of_pair(v, call, &seen);
}

static int load(struct view *out, const struct call *call,
		const struct subject *subject, const struct period *period)
{
	struct view v = { .period = seen_period(subject, period) };
	int rc = view_rows(&v.traffic, &v.is_exact, call, subject, &v.period);

	if (rc < 0)
		return rc;
	rc = work_out(&v);
	if (rc == 0)
		rc = work_out_covered(&v, call);
	v.unbegun = count_unbegun(&v.traffic);
	v.unfinished = count_unfinished(&v.traffic, call);
	if (rc == 0)
		rc = work_out_p95(&v, call, subject);
	if (rc == 0 && subject->series.kind == SERIES_PAIR)
		judge_pair(&v, call, &subject->series, subject->is_swapped);
	if (rc == 0)
		rc = work_out_current(&v, call, subject);
	if (rc < 0) {
		view_fini(&v);
		return rc;
	}
	*out = v;
	return 0;
}

/* A view as a copy of it was kept: the struct, then its rows. */
static bool recall(struct view *out, const struct call *call, const char *name)
{
	struct view *kept;
	size_t size;
	void *found;

	if (!memo_find(site_memo(call->site), name, &call->epoch, &found,
		       &size))
		return false;
	kept = found;
	*out = *kept;
	out->traffic.values = NULL;
	out->previous.values = NULL;
	if (traffic_copy_rows(&out->traffic, kept + 1) < 0) {
		free(found);
		return false;
	}
	free(found);
	return true;
}

static void keep(const struct view *view, const struct call *call,
		 const char *name)
{
	size_t rows = traffic_rows_size(&view->traffic);
	struct view *copy = malloc(sizeof(*copy) + rows);

	if (!copy)
		return;
	*copy = *view;
	memcpy(copy + 1, view->traffic.values, rows);
	memo_keep(site_memo(call->site), name, &call->epoch, copy,
		  sizeof(*copy) + rows);
	free(copy);
}

int view_load(struct view *out, const struct call *call,
	      const struct subject *subject, const struct period *period)
{
	/* Sums over many ports or switches are dear, and what the first page
	 * shows of many; one series is not. */
	bool is_dear = subject->series.kind == SERIES_EXCHANGE ||
		       subject->series.kind == SERIES_VLAN || subject->group;
	char query[PERIOD_QUERY_SIZE];
	char name[MEMO_NAME_SIZE];
	int len = snprintf(
	    name, sizeof(name), "view %d %s %s", (int)subject->series.kind,
	    period_query(query, period), text_str(&subject->query));
	int rc;

	if (len < 0 || (size_t)len >= sizeof(name))
		is_dear = false;
	if (is_dear && recall(out, call, name))
		return 0;
	rc = load(out, call, subject, period);
	if (rc == 0 && is_dear)
		keep(out, call, name);
	return rc;
}

/* Totals of other rows on the rows of a view: each as it was so much earlier.
 */
static int take_earlier(struct view *view, const struct traffic *rows,
			int64_t by_s)
{
	const struct traffic *t = &view->traffic;
	struct traffic *to = &view->previous;

	if (rows->row_s == 0)
		return 0; /* of no switch at all */
	*to = *t;
	if (traffic_copy_rows(to, t->values) < 0)
		return -ENOMEM;
	for (size_t row = 0; row < t->rows; row++) {
		int64_t at_s = t->from_s + (int64_t)row * t->row_s - by_s;
		int64_t from = (at_s - rows->from_s) / rows->row_s;
		bool is_in = at_s >= rows->from_s && from < (int64_t)rows->rows;

		for (int way = 0; way < WAY_COUNT; way++)
			traffic_column(to, (enum way)way, BAND_TOTAL)[row] =
			    is_in ? traffic_column(rows, (enum way)way,
						   BAND_TOTAL)[from]
				  : (double)NAN;
	}
	return 0;
}

/* As long a time before: in its own rows, which may be longer. */
static int load_previous(struct view *view, const struct call *call,
			 const struct subject *subject)
{
	int64_t by_s = period_length(&view->period);
	struct period before;
	struct traffic rows;
	bool exact;
	int rc;

	if (period_between(&before, view->period.from_s - by_s,
			   view->period.to_s - by_s, call->now_s) < 0)
		return 0;
	rc = view_rows(&rows, &exact, call, subject, &before);
	if (rc < 0)
		return rc;
	view->previous_period = period_earlier(&view->period, by_s);
	rc = take_earlier(view, &rows, by_s);
	traffic_fini(&rows);
	return rc;
}

int view_load_as(struct view *out, const struct call *call,
		 const struct subject *subject, const struct period *period,
		 const struct look *look)
{
	struct view v;
	int rc = view_load(&v, call, subject, period);

	if (rc < 0)
		return rc;
	v.look = *look;
	capacity_of(call, subject, &v.capacity_bps, &v.contracted_bps);
	if (look->has_previous)
		rc = load_previous(&v, call, subject);
	if (rc < 0)
		view_fini(&v);
	else
		*out = v;
	return rc;
}

bool view_has_interval(const struct view *view)
{
	return view->traffic.has_variance && !view->is_exact;
}

void view_fini(struct view *view)
{
	traffic_fini(&view->traffic);
	traffic_fini(&view->previous);
}
