/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/period.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "util/err.h"
#include "util/language.h"
#include "util/number.h"
#include "util/zone.h"
#include "web/dates.h"

enum { HOUR_S = 3600, DAY_S = 86400 };

#define BEGINNING_S INT64_C(946684800) /* 2000-01-01 */

static const struct {
	const char *name;
	const char *label;
	const char *brief;
	int64_t length_s;
	uint32_t row_s;
	uint32_t pair_row_s;
} ranges[RANGE_COUNT] = {
	[RANGE_HOUR] = { TR("hour"), TR("last 60 minutes"), TR("60&nbsp;min"),
			 HOUR_S, 60, 300 },
	[RANGE_DAY] = { TR("day"), TR("last 24 hours"), TR("24&nbsp;h"), DAY_S,
			300, 300 },
	[RANGE_WEEK] = { TR("week"), TR("last 7 days"), TR("7&nbsp;days"),
			 7 * DAY_S, 300, 1800 },
	[RANGE_MONTH] = { TR("month"), TR("last 31 days"), TR("31&nbsp;days"),
			  31 * DAY_S, 300, 7200 },
	[RANGE_YEAR] = { TR("year"), TR("last 365 days"), TR("365&nbsp;days"),
			 365 * DAY_S, HOUR_S, DAY_S },
};

/* Rows for a period of some length whose beginning is of some age; a little
 * less than what the archives keep (store/series.c), which move on. */
struct rows {
	int64_t length_s;
	int64_t age_s;
	uint32_t row_s;
};

static const struct rows traffic_rows[] = {
	{ 6 * HOUR_S, 47 * HOUR_S, 60 },
	{ 40 * DAY_S, 61 * DAY_S, 300 },
	{ 800 * DAY_S, 729 * DAY_S, HOUR_S },
	{ INT64_MAX, INT64_MAX, DAY_S },
};

static const struct rows pair_rows[] = {
	{ 2 * DAY_S, 47 * HOUR_S, 300 },
	{ 14 * DAY_S, 13 * DAY_S + 23 * HOUR_S, 1800 },
	{ 62 * DAY_S, 61 * DAY_S, 7200 },
	{ INT64_MAX, INT64_MAX, DAY_S },
};

static struct period period_for(enum range range, int64_t now_s)
{
	int64_t row_s = ranges[range].row_s;
	int64_t to_s = (now_s + row_s - 1) / row_s * row_s;

	return (struct period){ .range = range,
				.from_s = to_s - ranges[range].length_s,
				.to_s = to_s,
				.row_s = ranges[range].row_s,
				.pair_row_s = ranges[range].pair_row_s };
}

struct period period_of(enum range range, int64_t now_s)
{
	return period_for(range, now_s);
}

static uint32_t pick_row(const struct rows *rows, int64_t length_s,
			 int64_t age_s)
{
	while (length_s > rows->length_s || age_s > rows->age_s)
		rows++;
	return rows->row_s;
}

int period_between(struct period *out, int64_t from_s, int64_t to_s,
		   int64_t now_s)
{
	int64_t row_s;

	if (from_s < BEGINNING_S || from_s >= now_s || to_s <= from_s ||
	    to_s - from_s > PERIOD_YEARS_MAX * INT64_C(366) * DAY_S)
		return ERR_RANGE;
	if (to_s > now_s)
		to_s = now_s;
	*out = (struct period){ .range = RANGE_FREE };
	out->row_s = pick_row(traffic_rows, to_s - from_s, now_s - from_s);
	out->pair_row_s = pick_row(pair_rows, to_s - from_s, now_s - from_s);
	row_s = out->row_s;
	out->from_s = from_s / row_s * row_s;
	out->to_s = (to_s + row_s - 1) / row_s * row_s;
	return 0;
}

struct period period_earlier(const struct period *period, int64_t by_s)
{
	struct period earlier = *period;

	by_s -= by_s % earlier.row_s;
	earlier.range = RANGE_FREE;
	earlier.from_s -= by_s;
	earlier.to_s -= by_s;
	return earlier;
}

int64_t period_length(const struct period *period)
{
	return period->to_s - period->from_s;
}

const char *period_name(enum range range)
{
	return range < RANGE_COUNT ? ranges[range].name : "free";
}

/* Whether the clocks stand alike at both ends. */
static bool same_offset(const struct period *period)
{
	struct text ends[2];
	bool is_same;

	for (int i = 0; i < 2; i++) {
		text_init(&ends[i]);
		zone_add(&ends[i], "%z", i ? period->to_s : period->from_s);
	}
	is_same = strcmp(text_str(&ends[0]), text_str(&ends[1])) == 0;
	text_fini(&ends[0]);
	text_fini(&ends[1]);
	return is_same;
}

static void add_moment(struct text *out, int64_t at_s, bool with_zone)
{
	dates_add_minute(out, at_s);
	if (with_zone)
		zone_add(out, " %Z", at_s);
}

void period_add_label(struct text *out, const struct period *period)
{
	if (period->range < RANGE_COUNT) {
		tr_add(out, ranges[period->range].label);
		return;
	}
	add_moment(out, period->from_s, !same_offset(period));
	text_add(out, " \xe2\x80\x93 "); /* en dash */
	add_moment(out, period->to_s, !same_offset(period));
}

void period_add_short(struct text *out, enum range range)
{
	tr_add(out, range < RANGE_COUNT ? ranges[range].brief : TR("period"));
}

char *period_query(char to[PERIOD_QUERY_SIZE], const struct period *period)
{
	if (period->range < RANGE_COUNT)
		(void)snprintf(to, PERIOD_QUERY_SIZE, "range=%s",
			       ranges[period->range].name);
	else
		(void)snprintf(to, PERIOD_QUERY_SIZE,
			       "from=%" PRId64 "&amp;to=%" PRId64,
			       period->from_s, period->to_s);
	return to;
}

int period_parse(const char *text, enum range *out)
{
	for (int i = 0; i < RANGE_COUNT; i++) {
		if (strcmp(ranges[i].name, text) != 0)
			continue;
		*out = (enum range)i;
		return 0;
	}
	return ERR_SYNTAX;
}

/* Two digits behind a separator; leaves *at behind them. */
static bool read_pair(const char **at, char before, unsigned limit,
		      unsigned *out)
{
	const char *c = *at;

	if (c[0] != before || c[1] < '0' || c[1] > '9' || c[2] < '0' ||
	    c[2] > '9')
		return false;
	*out = (unsigned)(c[1] - '0') * 10 + (unsigned)(c[2] - '0');
	*at = c + 3;
	return *out < limit;
}

static int read_local(const char *text, bool is_end, int64_t *out)
{
	enum { DATE_LEN = 10 };
	unsigned hour = 0;
	unsigned minute = 0;
	unsigned second = 0;
	const char *at = text + DATE_LEN;
	struct date day;

	if (strlen(text) < DATE_LEN || date_parse(text, DATE_LEN, &day) < 0)
		return ERR_SYNTAX;
	if (*at && (!read_pair(&at, *at == ' ' ? ' ' : 'T', 24, &hour) ||
		    !read_pair(&at, ':', 60, &minute) ||
		    (*at == ':' && !read_pair(&at, ':', 60, &second))))
		return ERR_SYNTAX;
	second += hour * HOUR_S + minute * 60;
	if (strcmp(at, "Z") == 0)
		*out = (int64_t)date_number(day) * DAY_S + second;
	else if (*at == '\0')
		*out = zone_at(day, second, is_end);
	else
		return ERR_SYNTAX;
	return 0;
}

int period_parse_time(const char *text, bool is_end, int64_t *out)
{
	uint64_t seconds;
	size_t len = strlen(text);

	if (len == strspn(text, "0123456789")) {
		if (number_u64(text, len, UINT64_C(100000000000), &seconds) < 0)
			return ERR_SYNTAX;
		*out = (int64_t)seconds;
		return 0;
	}
	return read_local(text, is_end, out);
}
