/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/report/books.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/err.h"
#include "util/zone.h"

static int by_series(const void *a, const void *b)
{
	return series_compare(&((const struct daybook_entry *)a)->series,
			      &((const struct daybook_entry *)b)->series);
}

/* A name that stays: the reader's is gone with its next entry. */
static const char *keep_name(struct books *b, const char *name)
{
	char **grown;

	for (size_t i = b->name_count; i-- > 0;) {
		if (strcmp(b->names[i], name) == 0)
			return b->names[i];
	}
	grown = realloc(b->names, (b->name_count + 1) * sizeof(*grown));
	if (!grown)
		return NULL;
	b->names = grown;
	b->names[b->name_count] = strdup(name);
	return b->names[b->name_count] ? b->names[b->name_count++] : NULL;
}

static int append(struct books *b, const struct daybook_entry *entry)
{
	struct daybook_entry *to;

	if (b->count == b->capacity) {
		size_t capacity = b->capacity ? b->capacity * 2 : 64;
		struct daybook_entry *grown =
		    realloc(b->entries, capacity * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		b->entries = grown;
		b->capacity = capacity;
	}
	to = &b->entries[b->count];
	*to = *entry;
	if (series_names_a_switch(entry->series.kind)) {
		to->series.switch_name =
		    keep_name(b, entry->series.switch_name);
		if (!to->series.switch_name)
			return -ENOMEM;
	}
	b->count++;
	return 0;
}

static void add_measure(struct daybook_measure *sum,
			const struct daybook_measure *day)
{
	if (day->known == 0)
		return;
	if (sum->known == 0 || day->peak > sum->peak) {
		sum->peak = day->peak;
		sum->peak_at_s = day->peak_at_s;
	}
	if (!isnan(day->minute_peak) &&
	    !(day->minute_peak <= sum->minute_peak)) {
		sum->minute_peak = day->minute_peak;
		sum->minute_peak_at_s = day->minute_peak_at_s;
	}
	sum->known += day->known;
	sum->p95 = NAN;
}

static void add_entry(struct daybook_entry *sum,
		      const struct daybook_entry *day)
{
	for (size_t i = 0; i < SERIES_COLUMNS_MAX; i++) {
		if (isnan(sum->totals[i]))
			sum->totals[i] = day->totals[i];
		else if (!isnan(day->totals[i]))
			sum->totals[i] += day->totals[i];
	}
	for (size_t i = 0; i < daybook_measure_count(day->series.kind); i++)
		add_measure(&sum->measures[i], &day->measures[i]);
}

/*
 * Add a book's entries: those that are there already are in front and in order,
 * so both are walked once; new ones go behind, and all are put in order again.
 */
static int add_book(struct books *b, struct daybook_reader *reader)
{
	size_t known = b->count;
	size_t at = 0;
	struct daybook_entry entry;
	int rc;

	while ((rc = daybook_next(reader, &entry)) == 1) {
		while (at < known && by_series(&b->entries[at], &entry) < 0)
			at++;
		if (at < known && by_series(&b->entries[at], &entry) == 0) {
			add_entry(&b->entries[at], &entry);
			continue;
		}
		rc = append(b, &entry);
		if (rc < 0)
			return rc;
	}
	if (known > 0 && b->count > known)
		qsort(b->entries, b->count, sizeof(*b->entries), by_series);
	return rc;
}

int books_open(struct daybook *out, const char *state_dir,
	       enum daybook_kind kind, struct date day)
{
	struct date end = kind == DAYBOOK_MONTH ? date_next_month(day)
						: date_add_days(day, 1);
	int rc = daybook_read(out, state_dir, kind, day);

	if (rc < 0)
		return rc;
	if (out->reader.head.from_s == zone_day_start(day, SPAN_SLOT_S) &&
	    out->reader.head.to_s == zone_day_start(end, SPAN_SLOT_S))
		return 0;
	daybook_fini(out);
	return ERR_NOT_FOUND;
}

static int add_day(struct books *b, const char *state_dir, struct date day)
{
	struct daybook book;
	int rc = books_open(&book, state_dir, DAYBOOK_DAY, day);

	if (rc == -ENOMEM)
		return rc;
	if (rc < 0) {
		b->missing[b->missing_count++] = day;
		return 0;
	}
	rc = add_book(b, &book.reader);
	daybook_fini(&book);
	return rc == -ENOMEM ? rc : 0;
}

/* The book of a closed month has its percentiles too. */
static bool take_month(struct books *b, const char *state_dir, int *rc)
{
	struct daybook book;

	*rc = books_open(&book, state_dir, DAYBOOK_MONTH, b->span.first);
	if (*rc < 0)
		return *rc == -ENOMEM;
	*rc = add_book(b, &book.reader);
	daybook_fini(&book);
	return *rc == 0 || *rc == -ENOMEM;
}

/* Which days a month's book was made without cannot be seen in it. */
static void look_for_days(struct books *b, const char *state_dir)
{
	char path[PATH_MAX];

	for (struct date d = b->span.first; date_compare(d, b->span.end) < 0;
	     d = date_add_days(d, 1)) {
		if (daybook_path(path, state_dir, DAYBOOK_DAY, d) < 0 ||
		    access(path, R_OK) != 0)
			b->missing[b->missing_count++] = d;
	}
}

int books_load(struct books *out, const char *state_dir,
	       const struct span *span)
{
	struct books b = { .span = *span };
	int rc = 0;

	if (span->kind == SPAN_MONTH && take_month(&b, state_dir, &rc)) {
		if (rc == 0)
			look_for_days(&b, state_dir);
		if (rc < 0)
			books_fini(&b);
		else
			*out = b;
		return rc;
	}
	books_fini(&b);
	b = (struct books){ .span = *span };
	rc = 0;
	for (struct date d = span->first;
	     rc == 0 && date_compare(d, span->end) < 0; d = date_add_days(d, 1))
		rc = add_day(&b, state_dir, d);
	if (rc < 0)
		books_fini(&b);
	else
		*out = b;
	return rc;
}

const struct daybook_entry *books_find(const struct books *books,
				       const struct series *series)
{
	const struct daybook_entry wanted = { .series = *series };

	if (books->count == 0)
		return NULL;
	return bsearch(&wanted, books->entries, books->count,
		       sizeof(*books->entries), by_series);
}

bool books_are_empty(const struct books *books)
{
	return books->missing_count >= span_days(&books->span) &&
	       books->count == 0;
}

double books_total(const struct daybook_entry *entry, size_t measure)
{
	size_t columns[3];
	size_t count =
	    daybook_measure_columns(entry->series.kind, measure, columns);
	double sum = NAN;

	for (size_t i = 0; i < count; i++) {
		double value = entry->totals[columns[i]];

		if (!isnan(value))
			sum = isnan(sum) ? value : sum + value;
	}
	return sum;
}

void books_fini(struct books *books)
{
	for (size_t i = 0; i < books->name_count; i++)
		free(books->names[i]);
	free(books->names);
	free(books->entries);
	*books = (struct books){ .span = books->span };
}
