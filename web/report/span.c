/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/report/span.h"

#include <stdio.h>

#include "util/err.h"
#include "util/language.h"
#include "util/zone.h"
#include "web/dates.h"
#include "web/said.h"

enum { WEEK = 7, THURSDAY = 4, YEAR_MIN = 1970, YEAR_MAX = 9998 };

/* 1970-01-01 was a Thursday; Monday is the first day of a week. */
static int days_since_monday(struct date day)
{
	int32_t n = (date_number(day) + THURSDAY - 1) % WEEK;

	return n < 0 ? n + WEEK : n;
}

/* The year and number of the week that begins with a Monday: those of its
 * Thursday (ISO 8601). */
static int week_of(struct date monday, int *year)
{
	struct date thursday = date_add_days(monday, THURSDAY - 1);
	struct date new_year = { thursday.year, 1, 1 };

	*year = thursday.year;
	return (date_number(thursday) - date_number(new_year)) / WEEK + 1;
}

static void set_days(struct span *s, struct date day)
{
	int year;
	int week;

	switch (s->kind) {
	case SPAN_DAY:
		s->first = day;
		s->end = date_add_days(day, 1);
		(void)date_text(s->name, day);
		return;
	case SPAN_WEEK:
		s->first = date_add_days(day, -days_since_monday(day));
		s->end = date_add_days(s->first, WEEK);
		week = week_of(s->first, &year);
		(void)snprintf(s->name, sizeof(s->name), "%04u-W%02u",
			       (unsigned)year % 10000, (unsigned)week % 100);
		return;
	case SPAN_MONTH:
		s->first = date_month_start(day);
		s->end = date_next_month(day);
		(void)snprintf(s->name, sizeof(s->name), "%04u-%02u",
			       (unsigned)day.year % 10000,
			       (unsigned)day.month % 100);
		return;
	}
}

int span_of(struct span *out, enum span_kind kind, struct date day)
{
	if (!date_is_valid(day) || day.year < YEAR_MIN || day.year > YEAR_MAX)
		return ERR_RANGE;
	*out = (struct span){ .kind = kind };
	set_days(out, day);
	out->from_s = zone_day_start(out->first, SPAN_SLOT_S);
	out->to_s = zone_day_start(out->end, SPAN_SLOT_S);
	return out->from_s < out->to_s ? 0 : ERR_RANGE;
}

int span_last(struct span *out, enum span_kind kind, int64_t now_s)
{
	struct span current;
	int rc = span_of(&current, kind, zone_date(now_s));

	/* A day that the zone left out is passed over. */
	for (int tries = 0; rc == 0 && tries < 2; tries++) {
		rc = span_of(out, kind,
			     date_add_days(current.first, -1 - tries));
		if (rc == 0)
			return 0;
		rc = 0;
	}
	return rc < 0 ? rc : ERR_RANGE;
}

int span_earlier(struct span *out, const struct span *span, unsigned count)
{
	struct date day = span->first;

	if (span->kind != SPAN_MONTH)
		return span_of(out, span->kind,
			       date_add_days(day, -WEEK * (int32_t)count));
	while (count-- > 0)
		day = date_month_start(date_add_days(day, -1));
	return span_of(out, span->kind, day);
}

unsigned span_days(const struct span *span)
{
	return (unsigned)(date_number(span->end) - date_number(span->first));
}

uint32_t span_slots(const struct span *span)
{
	return (uint32_t)((span->to_s - span->from_s) / SPAN_SLOT_S);
}

const char *span_kind_name(enum span_kind kind)
{
	static const char *const names[] = { [SPAN_DAY] = "daily",
					     [SPAN_WEEK] = "weekly",
					     [SPAN_MONTH] = "monthly" };

	return names[kind];
}

static void add_day(struct text *out, double at_s)
{
	dates_add_day(out, (int64_t)at_s);
}

void span_add_label(struct text *out, const struct span *span)
{
	int year;
	int week;

	switch (span->kind) {
	case SPAN_DAY:
		dates_add(out, "%a ", span->from_s);
		dates_add_day(out, span->from_s);
		return;
	case SPAN_WEEK:
		week = week_of(span->first, &year);
		tr_addf(out, "week %d of %d, %s to %s", week, year,
			said(out, add_day, (double)span->from_s).text,
			said(out, add_day, (double)(span->to_s - 1)).text);
		return;
	case SPAN_MONTH:
		dates_add(out, "%b %Y", span->from_s);
		return;
	}
}
