/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The league table: figures by brute force from the rows, places, pages. */
#include "support/unit.h"

#include <math.h>
#include <string.h>

#include "support/made_exchange.h"
#include "support/made_site.h"
#include "support/markup.h"
#include "web/league.h"
#include "web/view.h"

enum { HOURS = 30, SPAN_S = 6 * 3600, ROWS_MAX = 200 };

static struct made_site made;
static struct call call;
static struct request request;
static struct league league;

static void setup(void)
{
	made_site_open(&made, made_site_directory());
	ck_assert_int_eq(request_parse(&request, "/league"), 0);
	call = made_site_call(&made, &request);
	call.status = site_take_status(made.site);
}

static void teardown(void)
{
	league_fini(&league);
	site_release_status(made.site, call.status);
	made_site_close(&made);
}

static void load(enum league_way way, enum league_figure figure)
{
	struct league_query query = { .way = way, .figure = figure };

	ck_assert_int_eq(period_between(&query.period, MADE_SITE_END - SPAN_S,
					MADE_SITE_END, MADE_SITE_END),
			 0);
	league_fini(&league);
	ck_assert_int_eq(league_load(&league, &call, &query), 0);
}

static int rising(const void *left, const void *right)
{
	double a = *(const double *)left;
	double b = *(const double *)right;

	return (a > b) - (a < b);
}

/* The figures of some means, by their definitions. */
static void is_of(const double *figures, double *values, size_t count)
{
	double sum = 0;
	size_t place = (95 * count + 99) / 100;

	ck_assert_uint_gt(count, 0);
	for (size_t i = 0; i < count; i++)
		sum += values[i];
	qsort(values, count, sizeof(*values), rising);
	ck_assert_double_eq(figures[LEAGUE_HIGHEST], values[count - 1]);
	ck_assert_double_eq(figures[LEAGUE_P95], values[place - 1]);
	ck_assert_double_eq_tol(figures[LEAGUE_AVERAGE], sum / (double)count,
				1e-3);
	ck_assert_double_eq_tol(figures[LEAGUE_TOTAL], sum * 300, 1);
}

static void is_by_rows(const struct league_figures *f,
		       const struct member *member, int64_t to_s)
{
	double values[LEAGUE_WAY_COUNT][ROWS_MAX];
	struct period period;
	struct subject subject;
	struct traffic t;
	size_t count = 0;
	bool exact;

	ck_assert_int_eq(
	    period_between(&period, to_s - SPAN_S, to_s, MADE_SITE_END), 0);
	period.row_s = 300;
	subject_of_member(&subject, NULL, member);
	ck_assert_int_eq(view_rows(&t, &exact, &call, &subject, &period), 0);
	ck_assert_uint_eq(t.row_s, 300);
	for (size_t row = 0; row < t.rows; row++) {
		double from = traffic_column(&t, WAY_FROM, BAND_TOTAL)[row];
		double to = traffic_column(&t, WAY_TO, BAND_TOTAL)[row];

		if (isnan(from) || isnan(to))
			continue;
		values[LEAGUE_FROM][count] = from;
		values[LEAGUE_TO][count] = to;
		values[LEAGUE_BOTH][count++] = from + to;
	}
	for (int way = 0; way < LEAGUE_WAY_COUNT; way++)
		is_of(f->of[way], values[way], count);
	ck_assert(f->is_exact == exact);
	traffic_fini(&t);
	subject_fini(&subject);
}

START_TEST(figures_are_those_of_the_rows)
{
	load(LEAGUE_BOTH, LEAGUE_TOTAL);
	ck_assert_uint_eq(league.count, 7);
	ck_assert_uint_eq(league.row_s[0], 300);
	for (size_t i = 0; i < league.count; i++) {
		const struct league_line *line = &league.lines[i];

		is_by_rows(line->now, line->member, MADE_SITE_END);
		is_by_rows(line->before, line->member, MADE_SITE_END - SPAN_S);
	}
}
END_TEST

START_TEST(places_follow_what_counts)
{
	for (int n = 0; n < LEAGUE_WAY_COUNT * LEAGUE_FIGURE_COUNT; n++) {
		enum league_way way =
		    (enum league_way)(n / LEAGUE_FIGURE_COUNT);
		enum league_figure figure =
		    (enum league_figure)(n % LEAGUE_FIGURE_COUNT);

		load(way, figure);
		for (size_t i = 0; i < league.count; i++) {
			const struct league_line *line = &league.lines[i];
			double before = line->before->of[way][figure];
			uint32_t higher = 0;

			ck_assert_uint_eq(line->place, i + 1);
			if (i > 0)
				ck_assert_double_ge(
				    line[-1].now->of[way][figure],
				    line->now->of[way][figure]);
			for (size_t k = 0; k < league.count; k++)
				higher +=
				    league.lines[k].before->of[way][figure] >
				    before;
			ck_assert_uint_gt(line->place_before, higher);
		}
	}
}
END_TEST

START_TEST(nothing_is_known_of_no_member_before_there_was_data)
{
	struct league_query query = { .way = LEAGUE_FROM };

	ck_assert_int_eq(
	    period_between(&query.period, MADE_SITE_END - 30 * 86400,
			   MADE_SITE_END - 29 * 86400, MADE_SITE_END),
	    0);
	ck_assert_int_eq(league_load(&league, &call, &query), 0);
	for (size_t i = 0; i < league.count; i++) {
		ck_assert_uint_eq(league.lines[i].place, 0);
		ck_assert_uint_eq(league.lines[i].place_before, 0);
		ck_assert_uint_eq(league.lines[i].member->asn, 64500 + i);
	}
}
END_TEST

static const struct {
	const char *target;
	const char *wanted;
} sayings[] = {
	{ "/league", "aria-sort=\"descending\"><a href=\"/league?"
		     "sort=average\">Average</a>" },
	{ "/league?range=week&way=from&sort=p95",
	  "<a href=\"/league?range=week&amp;sort=p95&amp;way=to\">" },
	{ "/league?range=week&way=from&sort=p95",
	  "href=\"/graph/league.csv?range=week&amp;way=from&amp;sort=p95\"" },
	{ "/league", "&lt;script&gt;alert(" },
	{ "/graph/league.csv?sort=total",
	  "place,place_before,asn,name,basis,from_average_bps" },
	{ "/graph/league.csv?sort=total", "\r\n1," },
	{ "/graph/league.csv?sort=total", ",64500,\"Blue Reef Networks\","
					  "counters," },
};

START_TEST(pages_say_what_they_should)
{
	struct response r = made_site_get(&made, sayings[_i].target);

	ck_assert_uint_eq(r.status, 200);
	if (strncmp(r.content_type, "text/html", 9) == 0)
		markup_check(text_str(&r.body), true);
	ck_assert_msg(strstr(text_str(&r.body), sayings[_i].wanted) != NULL,
		      "%s: not found: %s", sayings[_i].target,
		      sayings[_i].wanted);
	response_fini(&r);
}
END_TEST

START_TEST(what_there_is_not_is_refused)
{
	static const char *const wrong[] = { "/league?sort=name",
					     "/league?way=up",
					     "/league?range=decade" };

	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		struct response r = made_site_get(&made, wrong[i]);

		ck_assert_uint_eq(r.status, 400);
		response_fini(&r);
	}
}
END_TEST

static int run(void)
{
	const struct unit_test tests[] = {
		{ figures_are_those_of_the_rows, 0 },
		{ places_follow_what_counts, 0 },
		{ nothing_is_known_of_no_member_before_there_was_data, 0 },
		{ pages_say_what_they_should, COUNT_OF(sayings) },
		{ what_there_is_not_is_refused, 0 },
	};

	return unit_run_with("league", setup, teardown, tests, COUNT_OF(tests));
}

int main(void)
{
	return made_site_run(HOURS, MADE_DAILY, run);
}
