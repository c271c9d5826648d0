/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/league.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/statistics.h"
#include "util/language.h"
#include "web/csv.h"
#include "web/order.h"
#include "web/view.h"

enum {
	DAY_S = 86400,
	FINE_S = 300,
	FINE_REACH_S = 62 * DAY_S,
	HOUR_S = 3600,
	HOUR_REACH_S = 730 * DAY_S,
};

static const char *const way_names[LEAGUE_WAY_COUNT] = { "from", "to", "both" };
static const char *const figure_names[LEAGUE_FIGURE_COUNT] = { "average",
							       "highest", "p95",
							       "total" };

const char *league_way_name(enum league_way way)
{
	return way_names[way];
}

const char *league_figure_name(enum league_figure figure)
{
	return figure_names[figure];
}

static bool read_name(const char *text, const char *const *names, int count,
		      int *out)
{
	for (int i = 0; text && i < count; i++) {
		if (strcmp(names[i], text) == 0) {
			*out = i;
			return true;
		}
	}
	return !text;
}

const char *league_query_read(struct league_query *out, const struct call *call)
{
	int way = LEAGUE_BOTH;
	int figure = LEAGUE_AVERAGE;

	if (!read_name(request_parameter(call->request, "way"), way_names,
		       LEAGUE_WAY_COUNT, &way))
		return TR("way is one of from, to and both.");
	if (!read_name(request_parameter(call->request, "sort"), figure_names,
		       LEAGUE_FIGURE_COUNT, &figure))
		return TR("There is no such order.");
	out->way = (enum league_way)way;
	out->figure = (enum league_figure)figure;
	return NULL;
}

/* ---- figures ---- */

/* The finest rows that are still kept, of five minutes or more. */
static uint32_t row_for(const struct call *call, const struct period *period)
{
	int64_t age_s = call->now_s - period->from_s;

	if (age_s < FINE_REACH_S)
		return FINE_S;
	return age_s < HOUR_REACH_S ? HOUR_S : DAY_S;
}

static int fill_way(struct league_figures *f, enum league_way way,
		    const double *values, const struct traffic *t,
		    const double *seconds)
{
	struct statistics s;
	int rc = statistics_of(&s, values, t->rows, t->row_s);

	if (rc < 0)
		return rc;
	statistics_cover(&s, values, seconds);
	f->of[way][LEAGUE_AVERAGE] = s.average;
	f->of[way][LEAGUE_HIGHEST] = s.maximum;
	f->of[way][LEAGUE_P95] = s.p95;
	f->of[way][LEAGUE_TOTAL] = s.total;
	return 0;
}

/* Both directions of a row; what one does not know is not known of both. */
static int fill(struct league_figures *f, const struct traffic *t,
		const struct call *call)
{
	const double *from = traffic_column(t, WAY_FROM, BAND_TOTAL);
	const double *to = traffic_column(t, WAY_TO, BAND_TOTAL);
	double *both = calloc(2 * t->rows + 1, sizeof(*both));
	double *seconds = both + t->rows;
	int rc;

	if (!both)
		return -ENOMEM;
	for (size_t row = 0; row < t->rows; row++) {
		both[row] = from[row] + to[row];
		seconds[row] = page_covered_s(
		    call, t->from_s + (int64_t)row * t->row_s, t->row_s);
	}
	rc = fill_way(f, LEAGUE_FROM, from, t, seconds);
	if (rc == 0)
		rc = fill_way(f, LEAGUE_TO, to, t, seconds);
	if (rc == 0)
		rc = fill_way(f, LEAGUE_BOTH, both, t, seconds);
	free(both);
	return rc;
}

static void work_out(struct league_figures *f, const struct call *call,
		     const struct member *member, const struct period *period)
{
	struct subject subject;
	struct traffic t;

	for (int i = 0; i < LEAGUE_WAY_COUNT * LEAGUE_FIGURE_COUNT; i++)
		f->of[i / LEAGUE_FIGURE_COUNT][i % LEAGUE_FIGURE_COUNT] = NAN;
	f->is_exact = false;
	subject_of_member(&subject, call->language, member);
	if (view_rows(&t, &f->is_exact, call, &subject, period) == 0) {
		if (fill(f, &t, call) < 0)
			f->of[LEAGUE_BOTH][LEAGUE_AVERAGE] = NAN;
		traffic_fini(&t);
	}
	subject_fini(&subject);
}

/* Both periods of all members. */
static int make(struct league *league, const struct call *call)
{
	struct period now = league->query.period;
	struct period before = league->before;

	league->figures =
	    calloc(2 * league->count + 1, sizeof(*league->figures));
	if (!league->figures)
		return -ENOMEM;
	now.row_s = league->row_s[0];
	before.row_s = league->row_s[1];
	for (size_t i = 0; i < league->count; i++) {
		const struct member *member = &call->registry->members[i];

		work_out(&league->figures[i], call, member, &now);
		work_out(&league->figures[league->count + i], call, member,
			 &before);
	}
	return 0;
}

/* Figures are the same until another row of the period is whole. */
static struct memo_epoch epoch_of(const struct league *league,
				  const struct call *call)
{
	struct memo_epoch epoch = call->epoch;

	epoch.step_end_s -= epoch.step_end_s % league->row_s[0];
	if (epoch.step_end_s > league->query.period.to_s)
		epoch.step_end_s = league->query.period.to_s;
	epoch.period = 0;
	return epoch;
}

static int load_figures(struct league *league, const struct call *call)
{
	const struct memo_epoch epoch = epoch_of(league, call);
	size_t wanted = 2 * league->count * sizeof(*league->figures);
	char name[MEMO_NAME_SIZE];
	size_t size;
	void *found;
	int rc;

	(void)snprintf(name, sizeof(name), "league %" PRId64 " %" PRId64,
		       league->query.period.from_s, league->query.period.to_s);
	if (memo_find(site_memo(call->site), name, &epoch, &found, &size)) {
		if (size == wanted) {
			league->figures = found;
			return 0;
		}
		free(found);
	}
	rc = make(league, call);
	if (rc == 0)
		memo_keep(site_memo(call->site), name, &epoch, league->figures,
			  wanted);
	return rc;
}

/* ---- places ---- */

static double key_of(const struct league_figures *f,
		     const struct league_query *query)
{
	return f->of[query->way][query->figure];
}

/* Larger first, unknown last, equal ones by ASN. */
static int falling(double x, double y, const struct league_line *a,
		   const struct league_line *b)
{
	int order = order_falling(x, y);

	if (order != 0)
		return order;
	return (a->member->asn > b->member->asn) -
	       (a->member->asn < b->member->asn);
}

static int by_now(const void *left, const void *right, void *query)
{
	const struct league_line *a = left;
	const struct league_line *b = right;

	return falling(key_of(a->now, query), key_of(b->now, query), a, b);
}

static int by_before(const void *left, const void *right, void *query)
{
	const struct league_line *a = left;
	const struct league_line *b = right;

	return falling(key_of(a->before, query), key_of(b->before, query), a,
		       b);
}

static void place(struct league *league)
{
	struct league_query *query = &league->query;

	qsort_r(league->lines, league->count, sizeof(*league->lines), by_before,
		query);
	for (uint32_t i = 0; i < league->count; i++) {
		if (!isnan(key_of(league->lines[i].before, query)))
			league->lines[i].place_before = i + 1;
	}
	qsort_r(league->lines, league->count, sizeof(*league->lines), by_now,
		query);
	for (uint32_t i = 0; i < league->count; i++) {
		if (!isnan(key_of(league->lines[i].now, query)))
			league->lines[i].place = i + 1;
	}
}

int league_load(struct league *out, const struct call *call,
		const struct league_query *query)
{
	struct league league = { .query = *query,
				 .count = call->registry->member_count };
	int rc;

	league.before =
	    period_earlier(&query->period, period_length(&query->period));
	league.row_s[0] = row_for(call, &query->period);
	league.row_s[1] = row_for(call, &league.before);
	league.lines = calloc(league.count + 1, sizeof(*league.lines));
	rc = league.lines ? load_figures(&league, call) : -ENOMEM;
	if (rc < 0) {
		league_fini(&league);
		return rc;
	}
	for (size_t i = 0; i < league.count; i++) {
		league.lines[i].member = &call->registry->members[i];
		league.lines[i].now = &league.figures[i];
		league.lines[i].before = &league.figures[league.count + i];
	}
	place(&league);
	*out = league;
	return 0;
}

void league_fini(struct league *league)
{
	free(league->lines);
	free(league->figures);
	*league = (struct league){ .lines = NULL };
}

void league_add_csv(struct text *out, const struct league *league)
{
	static const double to_bits[LEAGUE_FIGURE_COUNT] = { 8, 8, 8, 1 };

	text_add(out, "place,place_before,asn,name,basis");
	for (int way = 0; way < LEAGUE_WAY_COUNT; way++)
		text_addf(out,
			  ",%s_average_bps,%s_highest_bps,%s_p95_bps,"
			  "%s_total_bytes",
			  way_names[way], way_names[way], way_names[way],
			  way_names[way]);
	text_add(out, "\r\n");
	for (size_t i = 0; i < league->count; i++) {
		const struct league_line *line = &league->lines[i];

		if (line->place)
			text_add_u64(out, line->place);
		text_add_char(out, ',');
		if (line->place_before)
			text_add_u64(out, line->place_before);
		text_addf(out, ",%u,", line->member->asn);
		csv_add_field(out, line->member->name);
		text_add(out, line->now->is_exact ? ",counters" : ",samples");
		for (int n = 0; n < LEAGUE_WAY_COUNT * LEAGUE_FIGURE_COUNT; n++)
			csv_add_number(out,
				       line->now->of[n / LEAGUE_FIGURE_COUNT]
						    [n % LEAGUE_FIGURE_COUNT] *
					   to_bits[n % LEAGUE_FIGURE_COUNT]);
		text_add(out, "\r\n");
	}
}
