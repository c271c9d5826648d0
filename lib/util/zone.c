/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "util/err.h"

enum { PATH_SIZE = 256, LABEL_SIZE = 128 };

int zone_use(const char *name)
{
	char path[PATH_SIZE];
	struct stat status;
	int len = snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", name);

	if (!*name || len < 0 || (size_t)len >= sizeof(path) ||
	    strstr(name, "..") || *name == '/')
		return ERR_NOT_FOUND;
	/* A minimal system has no zone files; UTC needs none. */
	if (strcmp(name, "UTC") != 0 &&
	    (stat(path, &status) < 0 || !S_ISREG(status.st_mode)))
		return ERR_NOT_FOUND;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread */
	if (setenv("TZ", name, 1) < 0)
		return ERR_NOT_FOUND;
	tzset();
	return 0;
}

void zone_add(struct text *out, const char *format, int64_t at_s)
{
	char label[LABEL_SIZE];
	time_t at = (time_t)at_s;
	struct tm local;

	if (!localtime_r(&at, &local))
		return;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	if (strftime(label, sizeof(label), format, &local) == 0)
		return;
#pragma GCC diagnostic pop
	text_add(out, label);
}

/* Set a broken-down time back to the start of its unit's multiple. */
static void floor_to(struct tm *local, enum zone_unit unit, int count)
{
	local->tm_sec = 0;
	switch (unit) {
	case ZONE_MINUTE:
		local->tm_min -= local->tm_min % count;
		return;
	case ZONE_HOUR:
		local->tm_min = 0;
		local->tm_hour -= local->tm_hour % count;
		return;
	case ZONE_DAY:
		local->tm_min = local->tm_hour = 0;
		return;
	case ZONE_MONTH:
		local->tm_min = local->tm_hour = 0;
		local->tm_mday = 1;
		return;
	}
}

static void advance(struct tm *local, enum zone_unit unit, int count)
{
	switch (unit) {
	case ZONE_MINUTE:
		local->tm_min += count;
		return;
	case ZONE_HOUR:
		local->tm_hour += count;
		return;
	case ZONE_DAY:
		local->tm_mday += count;
		return;
	case ZONE_MONTH:
		local->tm_mon += count;
		return;
	}
}

int64_t zone_next(int64_t at_s, enum zone_unit unit, int count)
{
	enum { TRIES = 8 }; /* a change of the clock may need a second step */
	time_t at = (time_t)at_s;
	struct tm local;

	if (!localtime_r(&at, &local))
		return INT64_MAX;
	floor_to(&local, unit, count);
	for (int i = 0; i < TRIES; i++) {
		struct tm wanted;
		time_t next;

		advance(&local, unit, count);
		wanted = local;
		wanted.tm_isdst = -1;
		next = mktime(&wanted);
		if (next == (time_t)-1)
			break;
		if (next > at)
			return (int64_t)next;
	}
	return INT64_MAX;
}

struct date zone_date(int64_t at_s)
{
	static const struct date none = { 1970, 1, 1 };
	time_t at = (time_t)at_s;
	struct tm local;
	struct date d;

	if (!localtime_r(&at, &local))
		return none;
	d = (struct date){ local.tm_year + 1900, local.tm_mon + 1,
			   local.tm_mday };
	return date_is_valid(d) ? d : none;
}

static bool shows_same(int64_t a_s, int64_t b_s)
{
	time_t a = (time_t)a_s;
	time_t b = (time_t)b_s;
	struct tm x;
	struct tm y;

	return localtime_r(&a, &x) && localtime_r(&b, &y) &&
	       x.tm_hour == y.tm_hour && x.tm_min == y.tm_min;
}

int64_t zone_at(struct date day, unsigned second, bool is_later)
{
	/* Clocks are set back by an hour, or by half an hour. */
	static const int64_t steps_s[] = { 3600, 1800 };
	struct tm local = { .tm_year = day.year - 1900,
			    .tm_mon = day.month - 1,
			    .tm_mday = day.day,
			    .tm_hour = (int)(second / 3600),
			    .tm_min = (int)(second / 60 % 60),
			    .tm_sec = (int)(second % 60),
			    .tm_isdst = -1 };
	int64_t at_s = (int64_t)mktime(&local);

	for (size_t i = 0; i < sizeof(steps_s) / sizeof(steps_s[0]); i++) {
		int64_t other_s =
		    is_later ? at_s + steps_s[i] : at_s - steps_s[i];

		if (shows_same(at_s, other_s))
			return other_s;
	}
	return at_s;
}

/*
 * By search and not by mktime: of a midnight that does not exist, or comes
 * twice, mktime gives what its version likes.
 */
int64_t zone_day_start(struct date day, int64_t slot_s)
{
	enum {
		DAY_S = 86400,
		REACH_S = 30 * 3600
	}; /* no zone is farther off */
	int64_t midnight_s = (int64_t)date_number(day) * DAY_S;
	/* in slots: before it the day has not begun; at or behind it it has */
	int64_t before = (midnight_s - REACH_S) / slot_s - 1;
	int64_t begun = (midnight_s + REACH_S) / slot_s + 1;

	while (begun - before > 1) {
		int64_t middle = before + (begun - before) / 2;

		if (date_compare(zone_date(middle * slot_s), day) < 0)
			before = middle;
		else
			begun = middle;
	}
	return begun * slot_s;
}

/* The date that clocks show is that day's, but around a midnight that comes
 * twice or within a slot. */
struct date zone_day_of(int64_t at_s, int64_t slot_s)
{
	struct date day = zone_date(at_s);

	if (zone_day_start(day, slot_s) > at_s)
		return date_add_days(day, -1);
	if (zone_day_start(date_add_days(day, 1), slot_s) <= at_s)
		return date_add_days(day, 1);
	return day;
}
