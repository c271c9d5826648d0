/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Members against what is usual: the same hour of the same weekday, by the
 * clocks of the exchange, in the weeks for which five-minute rows are kept.
 * Of each week an hour is read, and nothing else.
 *
 * By samples, though counters may know better: these are of ports, come later,
 * and what is asked is whether it is another thing than usual.
 */

#include <math.h>

#include "util/zone.h"
#include "web/dates.h"
#include "web/report/alert_find.h"
#include "web/report/alert_rules.h"
#include "web/report/history.h"
#include "web/traffic.h"

enum {
	ROW_S = 300,
	HOUR_S = 3600,
	ROWS = HOUR_S / ROW_S,
	HALF = ROWS / 2,
	MINUTE_S = 60,
	WEEK_DAYS = 7,
	NOW_KNOWN = 10,	  /* rows of this hour, at least */
	HALF_KNOWN = 5,	  /* of half of it */
	PAST_KNOWN = 6,	  /* of an hour of the past */
	UNUSUAL_WEEKS = 4 /* at least; whoever is gone is told after
			   * HISTORY_LEAST */
};

/* Less than that in bytes/s is by a few samples: 1 and 10 Mbit/s. */
#define GONE_LEAST    125e3
#define UNUSUAL_LEAST 1250e3
/* Of the mean: a few weeks may be alike by chance. */
#define DEVIATION_LEAST 0.05

/* An hour in bytes/s; NaN: too little is known. */
struct hour {
	double way[WAY_COUNT];
	double half[2]; /* both ways, of its halves */
};

/* What is usual, of those weeks that are not out of all proportion. */
struct usual {
	double mean;
	double deviation;
	size_t weeks;
};

struct week {
	int64_t end_s[HISTORY_SPANS + 1]; /* of the hour; first this one */
};

static double mean(const double *values, size_t count, size_t least)
{
	double sum = 0;
	size_t known = 0;

	for (size_t i = 0; i < count; i++) {
		if (!isnan(values[i])) {
			sum += values[i];
			known++;
		}
	}
	return known >= least ? sum / (double)known : (double)NAN;
}

static void fill(struct hour *out, const struct traffic *t, size_t least)
{
	size_t half_least = least == NOW_KNOWN ? HALF_KNOWN : least / 2;

	for (int i = 0; i < 2; i++)
		out->half[i] = 0;
	for (int way = 0; way < WAY_COUNT; way++) {
		const double *rows =
		    traffic_column(t, (enum way)way, BAND_TOTAL);

		out->way[way] = mean(rows, ROWS, least);
		out->half[0] += mean(rows, HALF, half_least);
		out->half[1] += mean(rows + HALF, HALF, half_least);
	}
}

static struct hour read_hour(const struct alert_search *s, uint32_t asn,
			     int64_t end_s, size_t least)
{
	const struct series series = { .kind = SERIES_MEMBER, .asn = asn };
	struct series_range range = traffic_range(end_s - HOUR_S, end_s, ROW_S);
	struct hour hour = { { NAN, NAN }, { NAN, NAN } };
	struct traffic t;

	if (end_s < HOUR_S ||
	    traffic_read(&t, s->call->config->state_dir, &series, &range) < 0)
		return hour;
	/* What is older than these rows comes in longer ones. */
	if (t.row_s == ROW_S && t.rows == ROWS)
		fill(&hour, &t, least);
	traffic_fini(&t);
	return hour;
}

/* @param values  of the weeks; NaN: unknown */
static struct usual work_out(double values[HISTORY_SPANS])
{
	struct usual u = { NAN, NAN, 0 };
	double squares = 0;
	size_t known = 0;

	for (size_t i = 0; i < HISTORY_SPANS; i++) {
		if (!isnan(values[i]))
			values[known++] = values[i];
	}
	u.weeks = history_keep(values, known);
	if (u.weeks < HISTORY_LEAST)
		return u;
	u.mean = mean(values, u.weeks, 1);
	for (size_t i = 0; i < u.weeks; i++)
		squares += (values[i] - u.mean) * (values[i] - u.mean);
	u.deviation = fmax(sqrt(squares / (double)(u.weeks - 1)),
			   DEVIATION_LEAST * u.mean);
	return u;
}

static struct usual usual_way(const struct hour *past, enum way way)
{
	double values[HISTORY_SPANS];

	for (size_t i = 0; i < HISTORY_SPANS; i++)
		values[i] = past[i].way[way];
	return work_out(values);
}

static struct usual usual_half(const struct hour *past)
{
	double values[HISTORY_SPANS];

	for (size_t i = 0; i < HISTORY_SPANS; i++)
		values[i] = past[i].half[1];
	return work_out(values);
}

/* One of whom little is usual cannot be missed. */
static void judge_gone(struct alert_search *s, uint32_t asn,
		       const struct hour *now, const struct usual *usual)
{
	struct alert_reading reading = {
		.subject = { .kind = ALERT_MEMBER_GONE, .asn = asn },
		.measure = now->half[1] / usual->mean,
		.figures = { NAN, now->half[1], usual->mean },
	};

	reading.figures.value = reading.measure;
	if (!(usual->mean < GONE_LEAST))
		alert_readings_add(s->to, &reading);
}

static void judge_way(struct alert_search *s, uint32_t asn, enum way way,
		      const struct hour *now, const struct usual *usual)
{
	double change = now->way[way] / usual->mean - 1;
	struct alert_reading reading = {
		.subject = { .kind = ALERT_MEMBER_UNUSUAL,
			     .part = way == WAY_FROM ? ALERT_FROM_MEMBER
						     : ALERT_TO_MEMBER,
			     .asn = asn },
		.measure = fabs(change),
		.also = fabs(now->way[way] - usual->mean) / usual->deviation,
		.figures = { change, now->way[way], usual->mean },
	};

	if (usual->weeks < UNUSUAL_WEEKS)
		reading.measure = NAN;
	if (!(fmax(now->way[way], usual->mean) < UNUSUAL_LEAST))
		alert_readings_add(s->to, &reading);
}

/* An hour of which a part is gone says nothing else. */
static bool was_gone(const struct hour *now, const struct usual *usual)
{
	double limit =
	    alert_rule(ALERT_MEMBER_GONE)->limits[ALERT_CRITICAL].clear;

	return usual->mean >= GONE_LEAST &&
	       fmin(now->half[0], now->half[1]) < limit * usual->mean;
}

static void find_member(struct alert_search *s, uint32_t asn,
			const struct week *week)
{
	static const struct hour unknown = { { NAN, NAN }, { NAN, NAN } };
	struct hour past[HISTORY_SPANS];
	struct hour now = read_hour(s, asn, week->end_s[0], NOW_KNOWN);
	struct usual usual;

	for (size_t i = 0; i < HISTORY_SPANS; i++)
		past[i] = read_hour(s, asn, week->end_s[i + 1], PAST_KNOWN);
	usual = usual_half(past);
	judge_gone(s, asn, &now, &usual);
	if (was_gone(&now, &usual))
		now = unknown;
	for (int way = 0; way < WAY_COUNT; way++) {
		struct usual usually = usual_way(past, (enum way)way);

		judge_way(s, asn, (enum way)way, &now, &usually);
	}
}

/* The same time of the weeks before, whatever the clocks did between. */
static void find_weeks(struct week *out, int64_t end_s)
{
	struct date day = zone_date(end_s);
	unsigned second =
	    (dates_field("%H", end_s) * MINUTE_S + dates_field("%M", end_s)) *
	    MINUTE_S;

	out->end_s[0] = end_s;
	for (int i = 1; i <= HISTORY_SPANS; i++)
		out->end_s[i] =
		    zone_at(date_add_days(day, -WEEK_DAYS * i), second, false) /
		    ROW_S * ROW_S;
}

void alert_find_members(struct alert_search *s)
{
	const struct registry *registry = s->call->registry;
	struct week week;

	if (s->stored_s == 0)
		return;
	find_weeks(&week, s->stored_s / ROW_S * ROW_S);
	for (uint32_t i = 0; i < registry->member_count; i++)
		find_member(s, registry->members[i].asn, &week);
	s->to->is_whole[ALERT_MEMBER_GONE] = true;
	s->to->is_whole[ALERT_MEMBER_UNUSUAL] = true;
}
