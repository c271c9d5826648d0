/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_REPORT_BOOKS_H
#define LANTERNE_WEB_REPORT_BOOKS_H

/*
 * books — what every series came to in a span: the book of its day or month,
 * or the sum of the books of its days. A day without a book is missing and is
 * named; what is summed is then of the other days.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/daybook.h"
#include "store/daybook_file.h"
#include "util/attr.h"
#include "web/report/span.h"

struct books {
	struct span span;
	/* in the order of series_compare. Of several days percentiles are NaN:
	 * they are no sums. */
	struct daybook_entry *entries;
	size_t count;
	size_t capacity;
	struct date missing[SPAN_DAYS_MAX]; /* days without a book */
	unsigned missing_count;
	char **names; /* of switches, each once */
	size_t name_count;
};

/**
 * Read the books of a span.
 *
 * @param out  on success to be freed with books_fini; without any book it has
 *             no entries and all days are missing
 * @return 0; -ENOMEM. A book that is damaged is missing, the log says why.
 */
MUST_CHECK int books_load(struct books *out, const char *state_dir,
			  const struct span *span);

/**
 * Read the book of a day, if it is of the hours that the day has in the
 * process's zone: one that was closed in another zone is none.
 * @return as daybook_read
 */
MUST_CHECK int books_open(struct daybook *out, const char *state_dir,
			  enum daybook_kind kind, struct date day);

/** The entry of a series, or NULL: nothing is known of it. Borrowed. */
const struct daybook_entry *books_find(const struct books *books,
				       const struct series *series);

/** Whether there is no book at all. */
bool books_are_empty(const struct books *books);

/** The bytes of a measure's families; NaN: unknown. */
double books_total(const struct daybook_entry *entry, size_t measure);

void books_fini(struct books *books);

#endif
