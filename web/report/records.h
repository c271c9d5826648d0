/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_REPORT_RECORDS_H
#define LANTERNE_WEB_REPORT_RECORDS_H

/*
 * records — the most that the exchange and its members ever carried, by the
 * books of days, and what of that was broken in a span. By samples.
 */

#include <stdbool.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/date.h"
#include "web/report/books.h"

enum {
	RECORDS_WAYS = 2,	/* from member, to member */
	RECORDS_DAYS_LEAST = 28 /* earlier ones that are known: before that
				 * every day breaks a record */
};

/* The best of some days. */
struct record {
	double day; /* bytes of the day with most; NaN: nothing is known */
	struct date day_on;
	double peak; /* bytes/s of the highest minute, or where minutes are
		      * not known five minutes */
	int64_t peak_at_s;
};

struct record_line {
	uint32_t asn;  /* 0: the exchange */
	unsigned days; /* that are known */
	struct record of[RECORDS_WAYS];
};

struct record_table {
	struct record_line *lines; /* by asn */
	size_t count;
	size_t capacity;
};

struct records {
	struct record_table before; /* the span */
	struct record_table within;
};

/**
 * Read all books up to the end of a span.
 * @param out  on success to be freed with records_fini
 * @return 0 or -ENOMEM; a book that cannot be read is left out
 */
MUST_CHECK int records_load(struct records *out, const char *state_dir,
			    const struct span *span);

void records_fini(struct records *records);

/* What a span broke. */
struct broken {
	bool day[RECORDS_WAYS];
	bool peak[RECORDS_WAYS];
	const struct record_line *now; /* NULL: nothing is known */
	const struct record_line *before;
};

/** What was broken of a member, or with asn 0 of the exchange. */
struct broken records_broken(const struct records *records, uint32_t asn);

/** Whether anything was. */
bool records_any(const struct broken *broken);

#endif
