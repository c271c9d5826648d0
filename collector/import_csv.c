/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A CSV, whose rows may stand in any order: by series or by time. It is read
 * twice, for nothing of a file with a fault in it is to be stored. Rows wait in
 * memory, series by series, up to a bound; then all that wait go to the files,
 * but for those of each series' last day, which is a row of an archive and
 * wants all that it is made of.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/import_job.h"
#include "store/history_csv.h"
#include "util/err.h"

enum { DAY_S = 86400, LINES_SHOWN = 65536, LINE_MAX_SIZE = 1 << 16 };

#define WAITING_MAX_BYTES (UINT64_C(256) << 20)

/* Rows of a series that wait. */
struct waiting {
	struct series series;
	char switch_name[SERIES_SWITCH_NAME_SIZE]; /* that series borrows */
	struct history history;
};

struct csv {
	struct import_job *job;
	bool dry; /* look for faults alone */
	struct history_csv head;
	uint64_t line;
	struct waiting **all;
	size_t count;
	size_t room;
	size_t last; /* the one that was asked for last */
	uint64_t bytes;
	uint64_t bound; /* of bytes, from where on what waits is stored */
	struct history_csv_row row; /* of the line at hand */
};

static void complain(const struct csv *c, size_t column, const char *what)
{
	(void)fprintf(stderr, "%s:%" PRIu64 ":%zu: error: found %s\n",
		      c->job->root, c->line, column, what);
}

/* ---- rows that wait ---- */

static struct waiting *new_waiting(struct csv *c, const struct series *series)
{
	enum { FIRST_ROOM = 64 };
	struct waiting *w;

	if (c->count == c->room) {
		size_t room = c->room ? 2 * c->room : FIRST_ROOM;
		struct waiting **all =
		    realloc(c->all, room * sizeof(struct waiting *));

		if (!all)
			return NULL;
		c->all = all;
		c->room = room;
	}
	w = calloc(1, sizeof(*w));
	if (!w)
		return NULL;
	w->series = *series;
	if (series_names_a_switch(series->kind)) {
		(void)snprintf(w->switch_name, sizeof(w->switch_name), "%s",
			       series->switch_name);
		w->series.switch_name = w->switch_name;
	}
	history_init(&w->history, series_layout(series->kind));
	c->bytes += sizeof(*w);
	c->last = c->count;
	c->all[c->count++] = w;
	return w;
}

/* A file has its series one after another, or at each time in one order: it is
 * the last one again, or the one behind it. */
static struct waiting *find(struct csv *c, const struct series *series)
{
	for (size_t i = 0; i < c->count; i++) {
		size_t at = (c->last + i) % c->count;

		if (series_compare(&c->all[at]->series, series) == 0) {
			c->last = at;
			return c->all[at];
		}
	}
	return new_waiting(c, series);
}

static int put_waiting(struct csv *c, struct waiting *w, bool is_end)
{
	int64_t end_s = history_end(&w->history);
	int64_t before_s = is_end ? INT64_MAX : end_s - end_s % DAY_S;
	int64_t journal_s[JOURNAL_STREAM_COUNT];
	int rc = 0;

	memcpy(journal_s, c->job->before_s, sizeof(journal_s));
	for (int i = 0; i < JOURNAL_STREAM_COUNT; i++) {
		if (c->job->before_s[i] > before_s)
			c->job->before_s[i] = before_s;
	}
	if (!c->dry && end_s > 0)
		rc = import_put(c->job, &w->series, &w->history);
	memcpy(c->job->before_s, journal_s, sizeof(journal_s));
	history_forget(&w->history, before_s);
	return rc;
}

static void drop_waiting(struct csv *c)
{
	for (size_t i = 0; i < c->count; i++) {
		history_fini(&c->all[i]->history);
		free(c->all[i]);
	}
	free(c->all);
	c->all = NULL;
	c->count = c->room = c->last = 0;
	c->bytes = 0;
}

/* Store all that wait. Without is_end each one's last day waits on. */
static int put_all(struct csv *c, bool is_end)
{
	int rc = 0;

	c->bytes = 0;
	for (size_t i = 0; i < c->count && rc == 0; i++) {
		rc = put_waiting(c, c->all[i], is_end);
		c->bytes +=
		    sizeof(struct waiting) + history_bytes(&c->all[i]->history);
	}
	/* What still waits is not looked through for each row that comes. */
	c->bound =
	    c->bytes > WAITING_MAX_BYTES / 2 ? c->bytes * 2 : WAITING_MAX_BYTES;
	if (is_end || rc < 0)
		drop_waiting(c);
	return rc;
}

/* Whether any value of the row is there already. */
static bool is_twice(const struct history *h, const struct history_csv_row *row)
{
	for (size_t k = 0; k < h->layout->column_count; k++) {
		if (!isnan(row->values[k]) &&
		    !isnan(history_exact(h, &row->row, k)))
			return true;
	}
	return false;
}

static int add_row(struct csv *c, const struct history_csv_row *row)
{
	struct waiting *w = find(c, &row->series);
	size_t before;
	int rc = 0;

	if (!w)
		return -ENOMEM;
	if (is_twice(&w->history, row)) {
		complain(c, 1, "a row that is there already");
		return ERR_MALFORMED;
	}
	before = history_bytes(&w->history);
	for (size_t k = 0; k < w->history.layout->column_count && rc == 0; k++)
		rc = history_add(&w->history, &row->row, k, row->values[k]);
	c->bytes += history_bytes(&w->history) - before;
	if (rc == ERR_RANGE || rc == ERR_FULL) {
		complain(c, 1, "a row too far from the series' others");
		return ERR_MALFORMED;
	}
	if (rc == 0 && c->bytes > c->bound)
		rc = put_all(c, false);
	return rc;
}

/* ---- the file ---- */

/* Whose rows these are, if the file does not say it: the map does. */
static bool find_whole(struct csv *c)
{
	const struct history_entry *e;

	if (c->head.names_series)
		return true;
	e = history_map_find(&c->job->map, c->job->root);
	if (!e || e->passed_over) {
		complain(c, 1,
			 "no field series or kind, and no line of a map that "
			 "says whose rows these are: path,series");
		return false;
	}
	c->row.series = e->series;
	return true;
}

static int take_line(struct csv *c, char *line, size_t len)
{
	struct history_fault fault;

	c->line++;
	if (len > LINE_MAX_SIZE) {
		complain(c, LINE_MAX_SIZE, "a line without end");
		return ERR_MALFORMED;
	}
	if (c->line == 1) {
		if (history_csv_head(&c->head, line, len, &fault))
			return find_whole(c) ? 0 : ERR_MALFORMED;
	} else if (history_csv_line(&c->head, line, len, &c->row, &fault)) {
		return add_row(c, &c->row);
	}
	complain(c, fault.column, fault.what);
	return ERR_MALFORMED;
}

/* The next line, up to more than one may have. @return its length, 0 at the
 * end */
static size_t read_line(char line[LINE_MAX_SIZE + 1], FILE *file)
{
	size_t len = 0;
	int byte = 0;

	while (len <= LINE_MAX_SIZE && byte != '\n' &&
	       (byte = getc(file)) != EOF)
		line[len++] = (char)byte;
	return len;
}

static int read_lines(struct csv *c, FILE *file)
{
	char *line = malloc(LINE_MAX_SIZE + 1);
	size_t len;
	int rc = line ? 0 : -ENOMEM;

	while (rc == 0 && (len = read_line(line, file)) > 0) {
		rc = take_line(c, line, len);
		if (c->line % LINES_SHOWN == 0)
			import_show(c->job, c->line, "lines");
	}
	if (rc == 0 && ferror(file))
		rc = -EIO;
	if (rc == 0 && c->line == 0) {
		c->line = 1;
		complain(c, 1, "nothing; expected a line of fields");
		rc = ERR_MALFORMED;
	}
	free(line);
	return rc;
}

static int read_file(struct import_job *job, bool dry)
{
	struct csv c = { .job = job, .dry = dry, .bound = WAITING_MAX_BYTES };
	FILE *file = fopen(job->root, "re");
	int rc;

	if (!file)
		return -errno;
	rc = read_lines(&c, file);
	if (rc == 0)
		rc = put_all(&c, true);
	drop_waiting(&c);
	(void)fclose(file);
	return rc;
}

int import_csv(struct import_job *job)
{
	int rc = read_file(job, true);

	if (rc == 0)
		rc = read_file(job, false);
	if (rc == ERR_MALFORMED)
		job->damaged++;
	else if (rc < 0)
		(void)fprintf(stderr, "lanterne-collector: %s: %s\n", job->root,
			      err_str(rc));
	else
		import_take(job, job->root, "all rows");
	return rc;
}
