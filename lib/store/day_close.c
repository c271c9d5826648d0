/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/day_close.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/day_figures.h"
#include "store/day_plan.h"
#include "store/daybook_file.h"
#include "store/pair_read.h"
#include "store/rrd_read.h"
#include "store/rrd_write.h"
#include "store/series_list.h"
#include "store/station_day_file.h"
#include "util/err.h"
#include "util/log.h"
#include "util/zone.h"

/* Pairs of a day that is closed late: what their next archive has. */
enum { PAIR_ROW_MAX_S = 1800 };

/* The highest minutes of a series in its month. */
struct month_peaks {
	struct daybook_measure measures[DAYBOOK_MEASURES_MAX];
};

struct day_close {
	char *state_dir;
	char zone[DAYBOOK_ZONE_SIZE];
	struct day_close_counters counters;
	struct day_tasks tasks;
	bool planned; /* up to the day before next */
	struct date next;
	int64_t next_start_s;
	int64_t next_end_s;
	bool failing;

	/* The book that is being made. */
	bool is_open;
	struct series_set set;
	size_t at; /* in set */
	struct daybook_writer writer;
	struct month_peaks *peaks; /* as set; of a month */
	bool is_too_late;	   /* no rows fit the day of some pair */
};

int day_close_new(struct day_close **out, const char *state_dir,
		  const char *zone)
{
	struct day_close *c = calloc(1, sizeof(*c));
	size_t len = strnlen(zone, DAYBOOK_ZONE_SIZE - 1);

	if (!c)
		return -ENOMEM;
	c->state_dir = strdup(state_dir);
	if (!c->state_dir) {
		free(c);
		return -ENOMEM;
	}
	memcpy(c->zone, zone, len);
	*out = c;
	return 0;
}

/* Drop the book that is being made. */
static void drop_book(struct day_close *c)
{
	if (!c->is_open)
		return;
	daybook_writer_fini(&c->writer);
	series_set_fini(&c->set);
	free(c->peaks);
	c->peaks = NULL;
	c->is_open = false;
}

void day_close_free(struct day_close *c)
{
	if (!c)
		return;
	drop_book(c);
	day_tasks_fini(&c->tasks);
	free(c->state_dir);
	free(c);
}

int day_close_until(struct day_close *c, int64_t stored_to_s)
{
	int rc;

	/* A clock that went back: days that seemed over are looked at anew. */
	if (c->planned && stored_to_s < c->next_start_s)
		c->planned = false;
	if (c->planned && stored_to_s < c->next_end_s)
		return 0;
	rc = day_plan_missing(&c->tasks, c->state_dir,
			      c->planned ? &c->next : NULL, stored_to_s);
	if (rc < 0)
		return rc;
	c->next = zone_date(stored_to_s);
	c->next_start_s = zone_day_start(c->next, DAYBOOK_SLOT_S);
	c->next_end_s =
	    zone_day_start(date_add_days(c->next, 1), DAYBOOK_SLOT_S);
	c->planned = true;
	return 0;
}

int day_close_again(struct day_close *c, struct date first, struct date last,
		    int64_t stored_to_s)
{
	return day_plan_again(&c->tasks, first, last, stored_to_s);
}

/* Rows from from_s on that stand for all from task's start on. */
static int widen(struct series_data *data, const struct day_task *task)
{
	size_t before = (size_t)((data->from_s - task->from_s) / data->row_s);
	size_t row_size = data->columns * sizeof(double);
	double *values = malloc((before + data->rows) * row_size);

	if (!values)
		return -ENOMEM;
	for (size_t i = 0; i < before * data->columns; i++)
		values[i] = (double)NAN;
	memcpy(values + before * data->columns, data->values,
	       data->rows * row_size);
	free(data->values);
	data->values = values;
	data->rows += before;
	data->from_s = task->from_s;
	return 0;
}

/* The rows of slots that the file still has, where it has no longer all. */
static int read_rest(struct series_data *out, const struct day_close *c,
		     const struct series *series, const struct day_task *task)
{
	struct series_range range = { CONSOLIDATION_AVERAGE, task->from_s,
				      task->to_s, DAYBOOK_SLOT_S };
	int64_t end_s;
	int rc = rrd_last_end(c->state_dir, series, &end_s);

	if (rc < 0)
		return rc;
	end_s -= end_s % DAYBOOK_SLOT_S;
	range.from_s = end_s - day_plan_reach_s(series->kind);
	if (range.from_s >= task->to_s || range.from_s <= task->from_s)
		return ERR_NOT_FOUND;
	rc = series_read(out, c->state_dir, series, &range);
	if (rc == 0 && out->row_s != DAYBOOK_SLOT_S) {
		series_data_fini(out);
		return ERR_NOT_FOUND;
	}
	if (rc == 0) {
		rc = widen(out, task);
		if (rc < 0)
			series_data_fini(out);
	}
	return rc;
}

/* Rows of exactly this length over all of the task. */
static int read_rows(struct series_data *out, const struct day_close *c,
		     const struct series *series, const struct day_task *task,
		     uint32_t row_s)
{
	const struct series_range range = { CONSOLIDATION_AVERAGE, task->from_s,
					    task->to_s, row_s };
	int rc = series_read(out, c->state_dir, series, &range);

	if (rc < 0 || out->row_s == row_s)
		return rc;
	series_data_fini(out);
	return row_s == DAYBOOK_SLOT_S ? read_rest(out, c, series, task)
				       : ERR_NOT_FOUND;
}

static int add_minutes(const struct day_close *c, const struct day_task *task,
		       struct daybook_entry *entry)
{
	size_t measures = daybook_measure_count(entry->series.kind);
	struct series_data minutes;
	int rc;

	for (size_t m = 0; c->peaks && m < measures; m++) {
		const struct daybook_measure *from =
		    &c->peaks[c->at].measures[m];

		entry->measures[m].minute_peak = from->minute_peak;
		entry->measures[m].minute_peak_at_s = from->minute_peak_at_s;
	}
	if (c->peaks)
		return 0;
	rc = read_rows(&minutes, c, &entry->series, task, DAYBOOK_MINUTE_S);
	if (rc == ERR_NOT_FOUND)
		return 0; /* the day is closed late */
	if (rc < 0)
		return rc;
	day_figures_minutes(entry, &minutes);
	series_data_fini(&minutes);
	return 0;
}

static int take_series(struct day_close *c, const struct day_task *task,
		       const struct series *series)
{
	struct daybook_entry entry;
	struct series_data rows;
	int rc = read_rows(&rows, c, series, task, DAYBOOK_SLOT_S);

	if (rc < 0)
		return rc == ERR_NOT_FOUND ? 0 : rc;
	daybook_entry_init(&entry, series);
	rc = day_figures_fill(&entry, &rows);
	series_data_fini(&rows);
	if (rc < 0 || !day_figures_known(&entry))
		return rc;
	rc = add_minutes(c, task, &entry);
	if (rc == 0)
		daybook_add(&c->writer, &entry);
	return rc;
}

/* Rows that are fine enough, and end where the day does. */
static bool fits(const struct series_data *rows, const struct day_task *task)
{
	return rows->row_s >= DAYBOOK_SLOT_S && rows->row_s <= PAIR_ROW_MAX_S &&
	       rows->from_s == task->from_s &&
	       rows->from_s + (int64_t)rows->rows * rows->row_s == task->to_s;
}

static int take_pair(struct day_close *c, const struct day_task *task,
		     const struct series *series)
{
	const struct series_range range = { CONSOLIDATION_AVERAGE, task->from_s,
					    task->to_s, DAYBOOK_SLOT_S };
	struct daybook_pair pair = { .vlan = series->vlan,
				     .asn = series->asn,
				     .other_asn = series->other_asn };
	struct series_data rows = { 0 };
	int64_t end_s = 0;
	int rc = rrd_last_end(c->state_dir, series, &end_s);

	if (rc == 0 && end_s <= task->from_s)
		return 0; /* no traffic since */
	if (rc == 0)
		rc = pair_read(&rows, c->state_dir, series, &range);
	if (rc < 0)
		return rc == ERR_NOT_FOUND ? 0 : rc;
	if (fits(&rows, task)) {
		day_figures_pair(&pair, &rows);
		if (c->writer.head.row_s < rows.row_s)
			c->writer.head.row_s = rows.row_s;
	} else {
		c->is_too_late = true;
	}
	series_data_fini(&rows);
	if (pair.bytes[PAIR_AB_V4_BYTES] || pair.bytes[PAIR_AB_V6_BYTES] ||
	    pair.bytes[PAIR_BA_V4_BYTES] || pair.bytes[PAIR_BA_V6_BYTES])
		daybook_add_pair(&c->writer, &pair);
	return 0;
}

/* What passes by itself is waited for; a file that cannot be read is not. */
static bool is_passing(int rc)
{
	return rc == -ENOMEM || rc == -EMFILE || rc == -ENFILE || rc == -EINTR;
}

static int take_next(struct day_close *c)
{
	const struct day_task *task = &c->tasks.items[c->tasks.next];
	const struct series *series = &c->set.items[c->at];
	int rc = series->kind == SERIES_PAIR ? take_pair(c, task, series)
					     : take_series(c, task, series);

	if (rc < 0 && is_passing(rc))
		return rc;
	c->counters.series_read++;
	c->counters.series_failed += rc < 0;
	c->at++;
	return 0;
}

/* Take the highest minutes from the book of a day of the month. */
static int take_peaks(struct day_close *c, struct date date)
{
	struct daybook_entry entry;
	struct daybook book;
	size_t i = 0;
	int rc = daybook_read(&book, c->state_dir, DAYBOOK_DAY, date);

	if (rc < 0)
		return is_passing(rc) ? rc : 0;
	while (daybook_next(&book.reader, &entry) == 1) {
		while (i < c->set.count &&
		       series_compare(&c->set.items[i], &entry.series) < 0)
			i++;
		if (i < c->set.count &&
		    series_compare(&c->set.items[i], &entry.series) == 0)
			day_figures_take_minutes(c->peaks[i].measures, &entry);
	}
	daybook_fini(&book);
	return 0;
}

static int gather_peaks(struct day_close *c, const struct day_task *task)
{
	struct date end = date_next_month(task->date);
	int rc = 0;

	c->peaks = calloc(c->set.count + 1, sizeof(*c->peaks));
	if (!c->peaks)
		return -ENOMEM;
	for (size_t i = 0; i < c->set.count * DAYBOOK_MEASURES_MAX; i++)
		c->peaks[i / DAYBOOK_MEASURES_MAX]
		    .measures[i % DAYBOOK_MEASURES_MAX]
		    .minute_peak = (double)NAN;
	for (struct date d = task->date; rc == 0 && date_compare(d, end) < 0;
	     d = date_add_days(d, 1))
		rc = take_peaks(c, d);
	return rc;
}

static int list_series(struct day_close *c, const struct day_task *task)
{
	int first = task->kind == DAYBOOK_PAIRS ? SERIES_PAIR : 0;
	int end = task->kind == DAYBOOK_PAIRS ? SERIES_KIND_COUNT : SERIES_PAIR;
	int rc = 0;

	for (int kind = first; rc == 0 && kind < end; kind++)
		rc = series_set_add_kind(&c->set, c->state_dir,
					 (enum series_kind)kind);
	if (rc == 0)
		series_set_sort(&c->set);
	return rc;
}

static int begin_book(struct day_close *c)
{
	const struct day_task *task = &c->tasks.items[c->tasks.next];
	struct daybook_head head = { .kind = task->kind,
				     .date = task->date,
				     .from_s = task->from_s,
				     .to_s = task->to_s,
				     .row_s = DAYBOOK_SLOT_S };
	int rc;

	memcpy(head.zone, c->zone, sizeof(head.zone));
	daybook_begin(&c->writer, &head);
	c->is_open = true;
	c->is_too_late = false;
	c->at = 0;
	rc = list_series(c, task);
	if (rc == 0 && task->kind == DAYBOOK_MONTH)
		rc = gather_peaks(c, task);
	if (rc < 0)
		drop_book(c);
	return rc;
}

static void say_failing(struct day_close *c, const struct day_task *task,
			int rc)
{
	char date[DATE_TEXT_SIZE];

	if (rc < 0)
		c->counters.books_failed++;
	if (c->failing == (rc < 0))
		return;
	c->failing = rc < 0;
	(void)date_text(date, task->date);
	if (rc < 0)
		log_error("store: day book not written, trying again: %s: %s",
			  date, err_str(rc));
	else
		log_warning("store: day book written again: %s", date);
}

static void trim(struct day_close *c, enum daybook_kind kind)
{
	static const size_t kept[DAYBOOK_KIND_COUNT] = {
		[DAYBOOK_DAY] = DAYBOOK_DAYS_KEPT,
		[DAYBOOK_MONTH] = DAYBOOK_MONTHS_KEPT,
		[DAYBOOK_PAIRS] = DAYBOOK_PAIR_DAYS_KEPT,
	};
	size_t removed;

	if (daybook_trim(c->state_dir, kind, kept[kind], &removed) < 0)
		c->counters.trims_failed++;
	c->counters.books_removed += removed;
	/* a file a day is written by others; days end for them as well */
	if (kind == DAYBOOK_DAY &&
	    station_day_trim(c->state_dir, STATION_DAYS_KEPT, NULL) < 0)
		c->counters.trims_failed++;
}

static int finish_book(struct day_close *c)
{
	const struct day_task *task = &c->tasks.items[c->tasks.next];
	/* Pairs without traffic are a finding, unless their rows are too long
	 * to tell; a day without rows is none. */
	bool is_empty = task->kind == DAYBOOK_PAIRS ? c->is_too_late
						    : c->writer.head.count == 0;
	int rc = daybook_finish(&c->writer);

	if (rc < 0) { /* no memory at some entry: all of it once more */
		say_failing(c, task, rc);
		drop_book(c);
		return rc;
	}
	if (!is_empty) {
		rc = daybook_store(c->state_dir, &c->writer);
		say_failing(c, task, rc);
	}
	if (rc < 0)
		return rc;
	c->counters.books_empty += is_empty;
	c->counters.books_kept += rc == DAYBOOK_KEPT;
	c->counters.books_stored += !is_empty && rc == DAYBOOK_STORED;
	trim(c, task->kind);
	drop_book(c);
	if (++c->tasks.next == c->tasks.count)
		c->tasks.next = c->tasks.count = 0;
	return 0;
}

int day_close_some(struct day_close *c, uint32_t series_max)
{
	int rc = 0;

	while (rc == 0 && c->tasks.count > 0) {
		if (!c->is_open)
			rc = begin_book(c);
		else if (c->at == c->set.count)
			rc = finish_book(c);
		else if (series_max-- > 0)
			rc = take_next(c);
		else
			return 1;
	}
	return rc;
}

struct day_close_counters day_close_counters(const struct day_close *c)
{
	return c->counters;
}
