/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Whether a day is missing is asked of the exchange's series: it is stored
 * whenever anything is. Where that file is damaged the switches and agents
 * say for which days there are rows.
 */
#include "store/day_plan.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/daybook_file.h"
#include "store/rrd_read.h"
#include "store/rrd_write.h"
#include "util/err.h"
#include "util/zone.h"

/* Rows of pairs that are fine enough for a day reach so far back. */
#define PAIR_REACH_S (INT64_C(14) * 86400)

struct planning {
	const char *state_dir;
	int64_t stored_to_s;
	struct series_set probes; /* exchange, switches, agents */
	struct day_tasks *tasks;
};

int64_t day_plan_reach_s(enum series_kind kind)
{
	const struct series_layout *layout = series_layout(kind);

	for (size_t i = 0; i < layout->archive_count; i++) {
		const struct series_archive *a = &layout->archives[i];

		if (a->consolidation == CONSOLIDATION_AVERAGE &&
		    a->row_s == DAYBOOK_SLOT_S)
			return (int64_t)a->rows * a->row_s;
	}
	return 0;
}

static int add_task(struct day_tasks *tasks, const struct day_task *task)
{
	enum { FIRST_CAPACITY = 16 };

	/* one that the zone left out has no rows */
	if (task->from_s >= task->to_s)
		return 0;
	if (tasks->count == tasks->capacity) {
		size_t capacity =
		    tasks->capacity ? 2 * tasks->capacity : FIRST_CAPACITY;
		struct day_task *items =
		    realloc(tasks->items, capacity * sizeof(*items));

		if (!items)
			return -ENOMEM;
		tasks->items = items;
		tasks->capacity = capacity;
	}
	tasks->items[tasks->count++] = *task;
	return 0;
}

void day_tasks_fini(struct day_tasks *tasks)
{
	free(tasks->items);
	*tasks = (struct day_tasks){ 0 };
}

static struct day_task day_of(struct date date)
{
	return (struct day_task){
		.kind = DAYBOOK_DAY,
		.date = date,
		.from_s = zone_day_start(date, DAYBOOK_SLOT_S),
		.to_s = zone_day_start(date_add_days(date, 1), DAYBOOK_SLOT_S),
	};
}

static struct day_task month_of(struct date date)
{
	struct date first = date_month_start(date);

	return (struct day_task){
		.kind = DAYBOOK_MONTH,
		.date = first,
		.from_s = zone_day_start(first, DAYBOOK_SLOT_S),
		.to_s = zone_day_start(date_next_month(date), DAYBOOK_SLOT_S),
	};
}

static bool is_last_of_month(struct date date)
{
	return date_add_days(date, 1).month != date.month;
}

/* How many slots of a day a series knows; 0 as well where it has no file. */
static int count_known(const struct planning *p, const struct series *series,
		       const struct day_task *day, uint32_t *known)
{
	const struct series_range range = { CONSOLIDATION_AVERAGE, day->from_s,
					    day->to_s, DAYBOOK_SLOT_S };
	const size_t column = 0; /* datagrams, or bytes from members */
	struct series_data data;
	int rc = series_read(&data, p->state_dir, series, &range);

	*known = 0;
	if (rc == ERR_NOT_FOUND || rc == ERR_STORE || rc == ERR_RANGE)
		return 0;
	if (rc < 0)
		return rc;
	for (size_t row = 0; data.row_s == DAYBOOK_SLOT_S && row < data.rows;
	     row++) {
		if (!isnan(series_at(&data, row, column)))
			++*known;
	}
	series_data_fini(&data);
	return 0;
}

/* How many slots of the exchange a day's book knows. */
static int count_booked(const struct planning *p, struct date date,
			bool *is_there, uint32_t *known)
{
	const struct series exchange = { .kind = SERIES_EXCHANGE };
	struct daybook_entry entry;
	struct daybook book;
	int rc = daybook_read(&book, p->state_dir, DAYBOOK_DAY, date);

	*known = 0;
	*is_there = rc == 0 || rc == ERR_UNSUPPORTED;
	if (rc == ERR_UNSUPPORTED)
		*known = UINT32_MAX; /* not ours to write again */
	/* Where it cannot be read, writing will say why; memory and descriptors
	 * come back. */
	if (rc < 0)
		return rc == -ENOMEM || rc == -EMFILE || rc == -ENFILE ? rc : 0;
	rc = daybook_find(&book.reader, &exchange, &entry);
	if (rc == 1)
		*known = entry.measures[0].known;
	daybook_fini(&book);
	if (rc < 0)
		*is_there = false;
	return 0;
}

/* Whether the rows of a day say what no book does. */
static int is_missing(const struct planning *p, const struct day_task *day,
		      bool *missing)
{
	bool is_there;
	uint32_t booked;
	uint32_t known = 0;
	int rc = count_booked(p, day->date, &is_there, &booked);

	for (size_t i = 0; rc == 0 && known == 0 && i < p->probes.count; i++) {
		if (is_there && p->probes.items[i].kind != SERIES_EXCHANGE)
			continue;
		rc = count_known(p, &p->probes.items[i], day, &known);
	}
	*missing = known > booked;
	return rc;
}

static int add_day(const struct planning *p, const struct day_task *day)
{
	struct day_task pairs = *day;
	int rc = add_task(p->tasks, day);

	pairs.kind = DAYBOOK_PAIRS;
	if (rc == 0 && day->from_s > p->stored_to_s - PAIR_REACH_S)
		rc = add_task(p->tasks, &pairs);
	return rc;
}

static bool is_planned(const struct planning *p, struct date month)
{
	for (size_t i = 0; i < p->tasks->count; i++) {
		if (date_compare(date_month_start(p->tasks->items[i].date),
				 month) == 0)
			return true;
	}
	return false;
}

static bool has_book(const struct planning *p, enum daybook_kind kind,
		     struct date date)
{
	char path[PATH_MAX];

	return daybook_path(path, p->state_dir, kind, date) == 0 &&
	       access(path, F_OK) == 0;
}

/* A month with a day that was, or is to be, closed, and without a book. */
static bool is_month_due(const struct planning *p, struct date date)
{
	struct date month = date_month_start(date);
	struct date end = date_next_month(date);

	if (is_planned(p, month))
		return true;
	if (has_book(p, DAYBOOK_MONTH, month))
		return false;
	for (struct date d = month; date_compare(d, end) < 0;
	     d = date_add_days(d, 1)) {
		if (has_book(p, DAYBOOK_DAY, d))
			return true;
	}
	return false;
}

static int plan_days(const struct planning *p, struct date date)
{
	int rc = 0;

	while (rc == 0) {
		struct day_task day = day_of(date);
		struct day_task month = month_of(date);
		bool missing;

		if (day.to_s > p->stored_to_s)
			return 0;
		rc = is_missing(p, &day, &missing);
		if (rc == 0 && missing)
			rc = add_day(p, &day);
		if (rc == 0 && is_last_of_month(date) && is_month_due(p, date))
			rc = add_task(p->tasks, &month);
		date = date_add_days(date, 1);
	}
	return rc;
}

/* When the newest of the probes ends, or stored_to_s if that is earlier. */
static int64_t newest_end(const struct planning *p)
{
	int64_t newest_s = INT64_MIN;

	for (size_t i = 0; i < p->probes.count; i++) {
		int64_t end_s;

		if (rrd_last_end(p->state_dir, &p->probes.items[i], &end_s) ==
			0 &&
		    end_s > newest_s)
			newest_s = end_s;
	}
	return newest_s < p->stored_to_s ? newest_s : p->stored_to_s;
}

int day_plan_missing(struct day_tasks *tasks, const char *state_dir,
		     const struct date *from, int64_t stored_to_s)
{
	static const enum series_kind kinds[] = { SERIES_EXCHANGE,
						  SERIES_SWITCH, SERIES_AGENT };
	struct planning p = { .state_dir = state_dir,
			      .stored_to_s = stored_to_s,
			      .tasks = tasks };
	size_t before = tasks->count;
	int64_t end_s;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof(kinds) / sizeof(*kinds); i++)
		rc = series_set_add_kind(&p.probes, state_dir, kinds[i]);
	end_s = rc == 0 ? newest_end(&p) : INT64_MIN;
	if (end_s > 0) {
		int64_t reach_s = end_s - day_plan_reach_s(SERIES_EXCHANGE);

		rc = plan_days(&p, from ? *from : zone_date(reach_s));
	}
	series_set_fini(&p.probes);
	if (rc < 0)
		tasks->count = before; /* it will be asked again */
	return rc;
}

int day_plan_again(struct day_tasks *tasks, struct date first, struct date last,
		   int64_t stored_to_s)
{
	struct planning p = { .tasks = tasks, .stored_to_s = stored_to_s };
	size_t before = tasks->count;
	int rc = 0;

	for (struct date date = first; rc == 0 && date_compare(date, last) <= 0;
	     date = date_add_days(date, 1)) {
		struct day_task day = day_of(date);
		struct day_task month = month_of(date);
		bool month_is_done =
		    is_last_of_month(date) || date_compare(date, last) == 0;

		if (day.to_s > stored_to_s)
			break;
		rc = add_day(&p, &day);
		if (rc == 0 && month_is_done && month.to_s <= stored_to_s)
			rc = add_task(tasks, &month);
	}
	if (rc < 0)
		tasks->count = before;
	return rc;
}
