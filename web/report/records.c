/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/report/records.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/daybook_file.h"

enum { FIRST_YEAR = 2000 };

static int by_asn(const void *a, const void *b)
{
	uint32_t x = ((const struct record_line *)a)->asn;
	uint32_t y = ((const struct record_line *)b)->asn;

	return (x > y) - (x < y);
}

static struct record_line *append(struct record_table *t, uint32_t asn)
{
	struct record_line *line;

	if (t->count == t->capacity) {
		size_t capacity = t->capacity ? t->capacity * 2 : 64;
		struct record_line *grown =
		    realloc(t->lines, capacity * sizeof(*grown));

		if (!grown)
			return NULL;
		t->lines = grown;
		t->capacity = capacity;
	}
	line = &t->lines[t->count++];
	*line = (struct record_line){ .asn = asn };
	for (int way = 0; way < RECORDS_WAYS; way++)
		line->of[way].day = line->of[way].peak = NAN;
	return line;
}

static void take(struct record_line *line, const struct daybook_entry *entry,
		 struct date day)
{
	line->days++;
	for (int way = 0; way < RECORDS_WAYS; way++) {
		const struct daybook_measure *m = &entry->measures[way];
		bool of_minute = m->minute_peak >= m->peak;
		double peak = of_minute ? m->minute_peak : m->peak;
		double bytes = books_total(entry, (size_t)way);
		struct record *r = &line->of[way];

		if (m->known == 0)
			continue;
		if (!(bytes <= r->day)) {
			r->day = bytes;
			r->day_on = day;
		}
		if (!(peak <= r->peak)) {
			r->peak = peak;
			r->peak_at_s =
			    of_minute ? m->minute_peak_at_s : m->peak_at_s;
		}
	}
}

/* A day's entries come in the order of the lines: the exchange, then members.
 */
static int take_book(struct record_table *t, struct daybook_reader *reader)
{
	struct daybook_entry entry;
	size_t known = t->count;
	size_t at = 0;

	while (daybook_next(reader, &entry) == 1 &&
	       entry.series.kind <= SERIES_MEMBER) {
		uint32_t asn =
		    entry.series.kind == SERIES_EXCHANGE ? 0 : entry.series.asn;
		struct record_line *line;

		while (at < known && t->lines[at].asn < asn)
			at++;
		line = at < known && t->lines[at].asn == asn ? &t->lines[at]
							     : append(t, asn);
		if (!line)
			return -ENOMEM;
		take(line, &entry, reader->head.date);
	}
	if (t->count > known)
		qsort(t->lines, t->count, sizeof(*t->lines), by_asn);
	return 0;
}

/* Most years have no book at all. */
static bool has_year(const char *state_dir, int year)
{
	char path[PATH_MAX];
	char *name;

	if (daybook_path(path, state_dir, DAYBOOK_DAY,
			 (struct date){ year, 1, 1 }) < 0)
		return false;
	name = strrchr(path, '/');
	if (name)
		*name = '\0';
	return access(path, X_OK) == 0;
}

static int take_days(struct record_table *t, const char *state_dir,
		     struct date from, struct date to)
{
	struct daybook book;

	for (struct date d = from; date_compare(d, to) < 0;) {
		if (!has_year(state_dir, d.year)) {
			d = (struct date){ d.year + 1, 1, 1 };
			continue;
		}
		if (books_open(&book, state_dir, DAYBOOK_DAY, d) == 0) {
			int rc = take_book(t, &book.reader);

			daybook_fini(&book);
			if (rc < 0)
				return rc;
		}
		d = date_add_days(d, 1);
	}
	return 0;
}

int records_load(struct records *out, const char *state_dir,
		 const struct span *span)
{
	struct records r = { .before = { .lines = NULL } };
	int rc = take_days(&r.before, state_dir,
			   (struct date){ FIRST_YEAR, 1, 1 }, span->first);

	if (rc == 0)
		rc = take_days(&r.within, state_dir, span->first, span->end);
	if (rc < 0)
		records_fini(&r);
	else
		*out = r;
	return rc;
}

void records_fini(struct records *records)
{
	free(records->before.lines);
	free(records->within.lines);
	*records = (struct records){ .before = { .lines = NULL } };
}

static const struct record_line *find(const struct record_table *t,
				      uint32_t asn)
{
	const struct record_line wanted = { .asn = asn };

	if (t->count == 0)
		return NULL;
	return bsearch(&wanted, t->lines, t->count, sizeof(*t->lines), by_asn);
}

struct broken records_broken(const struct records *records, uint32_t asn)
{
	struct broken b = { .now = find(&records->within, asn),
			    .before = find(&records->before, asn) };

	if (!b.now || !b.before || b.before->days < RECORDS_DAYS_LEAST)
		return b;
	for (int way = 0; way < RECORDS_WAYS; way++) {
		b.day[way] = b.now->of[way].day > b.before->of[way].day;
		b.peak[way] = b.now->of[way].peak > b.before->of[way].peak;
	}
	return b;
}

bool records_any(const struct broken *broken)
{
	return broken->day[0] || broken->day[1] || broken->peak[0] ||
	       broken->peak[1];
}
