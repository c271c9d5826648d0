/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/report/history.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#define KNOWN_LEAST 0.9
#define OUTLIER	    3.5
#define NORMAL	    1.4826 /* deviations of a normal value in a median one */
#define FLOOR	    0.02   /* of the median */

int history_load(struct history *out, const char *state_dir,
		 const struct span *span)
{
	struct history h = { .count = 0 };

	for (unsigned i = 0; i < HISTORY_SPANS; i++) {
		struct span before;

		if (span_earlier(&before, span, i + 1) < 0)
			break;
		if (books_load(&h.spans[i], state_dir, &before) < 0) {
			history_fini(&h);
			return -ENOMEM;
		}
		h.count++;
	}
	*out = h;
	return 0;
}

void history_fini(struct history *history)
{
	for (unsigned i = 0; i < history->count; i++)
		books_fini(&history->spans[i]);
	history->count = 0;
}

/* The mean rate of a measure; NaN: too little is known. */
static double rate_of(const struct books *books, const struct series *series,
		      size_t measure)
{
	const struct daybook_entry *entry = books_find(books, series);
	uint32_t known = entry ? entry->measures[measure].known : 0;

	if (known == 0 || known < KNOWN_LEAST * span_slots(&books->span))
		return NAN;
	return books_total(entry, measure) / ((double)known * SPAN_SLOT_S);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), by_value);
	return count % 2 ? values[count / 2]
			 : (values[count / 2 - 1] + values[count / 2]) / 2;
}

size_t history_keep(double *values, size_t count)
{
	double distances[HISTORY_SPANS];
	double middle;
	double limit;
	size_t kept = 0;

	if (count == 0 || count > HISTORY_SPANS)
		return count;
	middle = median(values, count);
	for (size_t i = 0; i < count; i++)
		distances[i] = fabs(values[i] - middle);
	limit = fmax(NORMAL * median(distances, count), FLOOR * fabs(middle)) *
		OUTLIER;
	for (size_t i = 0; i < count; i++) {
		if (fabs(values[i] - middle) <= limit)
			values[kept++] = values[i];
	}
	return kept;
}

static void add_up(struct comparison *c, const double *values)
{
	double squares = 0;
	double sum = 0;

	for (unsigned i = 0; i < c->used; i++)
		sum += values[i];
	c->mean = sum / c->used;
	for (unsigned i = 0; i < c->used; i++)
		squares += (values[i] - c->mean) * (values[i] - c->mean);
	c->deviation = sqrt(squares / (c->used - 1));
	if (isnan(c->now))
		return;
	if (c->mean > 0)
		c->change = c->now / c->mean - 1;
	if (c->deviation > 0)
		c->score = (c->now - c->mean) / c->deviation;
}

void history_compare(struct comparison *out, const struct history *history,
		     const struct books *books, const struct series *series,
		     size_t measure)
{
	double values[HISTORY_SPANS] = { 0 };

	*out = (struct comparison){ .now = rate_of(books, series, measure),
				    .mean = NAN,
				    .deviation = NAN,
				    .change = NAN,
				    .score = NAN,
				    .asked = history->count };
	for (unsigned i = 0; i < history->count; i++) {
		double value = rate_of(&history->spans[i], series, measure);

		if (!isnan(value))
			values[out->known++] = value;
	}
	out->used = (unsigned)history_keep(values, out->known);
	if (out->used >= HISTORY_LEAST)
		add_up(out, values);
}
