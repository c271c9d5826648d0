/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/port_trends.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "store/daybook_file.h"
#include "util/err.h"
#include "util/u64map.h"
#include "util/zone.h"
#include "web/port_memo.h"

enum {
	MEASURES = 4,  /* of a port in a book: counters and samples */
	DAYS_BACK = 3, /* a day without a book is looked over so far */
};

/* The days of one measure of one port. */
struct history {
	double days[MEASURES][TREND_DAYS_MAX]; /* bit/s; NaN: unknown */
};

struct reading {
	const struct call *call;
	struct u64map by_port; /* registry_port_key -> history */
	struct history *histories;
};

static bool has_book(const char *state_dir, struct date day)
{
	char path[PATH_MAX];
	struct stat status;

	return daybook_path(path, state_dir, DAYBOOK_DAY, day) == 0 &&
	       stat(path, &status) == 0;
}

static struct date last_closed(const struct call *call)
{
	struct date yesterday = date_add_days(zone_date(call->now_s), -1);

	for (int i = 0; i < DAYS_BACK; i++) {
		struct date day = date_add_days(yesterday, -i);

		if (has_book(call->config->state_dir, day))
			return day;
	}
	return yesterday;
}

/* The switch of a name; entries of one switch follow each other. */
static bool find_switch(const struct call *call, const char *name,
			uint32_t *index)
{
	const struct config *config = call->config;

	if (*index < config->switch_count &&
	    strcmp(config->switches[*index].name, name) == 0)
		return true;
	for (size_t i = 0; i < config->switch_count; i++) {
		if (strcmp(config->switches[i].name, name) == 0) {
			*index = (uint32_t)i;
			return true;
		}
	}
	return false;
}

static void take_entry(struct history *h, const struct daybook_entry *entry,
		       size_t day, uint32_t slots)
{
	for (size_t m = 0; m < MEASURES; m++) {
		const struct daybook_measure *measure = &entry->measures[m];

		if (measure->known > 0 && measure->known * 2 >= slots)
			h->days[m][day] = measure->p95 * 8;
	}
}

static void read_day(struct reading *r, struct date date, size_t day)
{
	struct daybook_entry entry;
	struct daybook book;
	uint32_t index = 0;

	/* The log says what is wrong with one; it is a day without figures. */
	if (daybook_read(&book, r->call->config->state_dir, DAYBOOK_DAY, date) <
	    0)
		return;
	while (daybook_next(&book.reader, &entry) == 1 &&
	       entry.series.kind <= SERIES_PORT) {
		uint32_t at;

		if (entry.series.kind != SERIES_PORT ||
		    !find_switch(r->call, entry.series.switch_name, &index))
			continue;
		at =
		    u64map_find(&r->by_port,
				registry_port_key(index, entry.series.ifindex));
		if (at != U64MAP_NONE)
			take_entry(&r->histories[at], &entry, day,
				   daybook_slots(&book.reader.head));
	}
	daybook_fini(&book);
}

static int fill(struct port_trend *out, const struct history *h)
{
	int rc = 0;

	for (size_t way = 0; rc == 0 && way < WAY_COUNT; way++)
		rc = trend_of(&out->way[way], h->days[way], TREND_DAYS_MAX);
	out->is_estimate = false;
	if (rc < 0 || out->way[WAY_FROM].days >= TREND_DAYS_LEAST ||
	    out->way[WAY_TO].days >= TREND_DAYS_LEAST)
		return rc;
	out->is_estimate = true;
	for (size_t way = 0; rc == 0 && way < WAY_COUNT; way++)
		rc = trend_of(&out->way[way], h->days[WAY_COUNT + way],
			      TREND_DAYS_MAX);
	return rc;
}

static int start(struct reading *r, const struct port_row *rows, size_t count)
{
	int rc = u64map_init(&r->by_port, count + 1);

	r->histories = calloc(count + 1, sizeof(*r->histories));
	if (!r->histories)
		return -ENOMEM;
	for (size_t i = 0; i < count * MEASURES * TREND_DAYS_MAX; i++)
		r->histories[i / ((size_t)MEASURES * TREND_DAYS_MAX)]
		    .days[i / TREND_DAYS_MAX % MEASURES][i % TREND_DAYS_MAX] =
		    NAN;
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = u64map_put(
		    &r->by_port,
		    registry_port_key(rows[i].switch_index, rows[i].ifindex),
		    (uint32_t)i);
	return rc;
}

static int make(struct port_trend *out, const struct call *call,
		const struct port_row *rows, size_t count, struct date last)
{
	struct reading r = { .call = call };
	int rc = start(&r, rows, count);

	for (size_t day = 0; rc == 0 && day < TREND_DAYS_MAX; day++)
		read_day(
		    &r,
		    date_add_days(last, (int32_t)day - (TREND_DAYS_MAX - 1)),
		    day);
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = fill(&out[i], &r.histories[i]);
	u64map_fini(&r.by_port);
	free(r.histories);
	return rc;
}

int port_trends_load(struct port_trend **out, struct date *last,
		     const struct call *call, const struct port_row *rows,
		     size_t count)
{
	struct port_trend *made = calloc(count + 1, sizeof(*made));
	struct port_memo what = { .name = "port-trends",
				  .rows = rows,
				  .count = count,
				  .size = sizeof(*made) };
	int rc = 0;

	if (!made)
		return -ENOMEM;
	*last = last_closed(call);
	/* Trends hold for a configuration and a last day. */
	what.epoch = (struct memo_epoch){ .generation = call->epoch.generation,
					  .period = date_number(*last) };
	if (!port_memo_recall(&what, call, made)) {
		rc = make(made, call, rows, count, *last);
		if (rc == 0)
			port_memo_keep(&what, call, made);
	}
	if (rc < 0)
		free(made);
	else
		*out = made;
	return rc;
}

/* How soon a forecast says that a port is full; more is later. */
static double urgency(const struct forecast *f)
{
	static const double none[] = { [FORECAST_UNKNOWN] = 1e12,
				       [FORECAST_NO_GROWTH] = 1e11,
				       [FORECAST_FAR] = 1e10,
				       [FORECAST_NOW] = -1 };

	return f->kind == FORECAST_AT ? f->days : none[f->kind];
}

struct forecast port_trends_full(const struct port_trend *trend,
				 double speed_bps)
{
	struct forecast in = trend_reaches(&trend->way[WAY_FROM], speed_bps);
	struct forecast to = trend_reaches(&trend->way[WAY_TO], speed_bps);

	return urgency(&to) < urgency(&in) ? to : in;
}
