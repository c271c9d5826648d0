/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_QUERY_H
#define LANTERNE_WEB_QUERY_H

/*
 * query — ways from one state of a page to another. All state of a page is in
 * its address; a link changes some of it and keeps the rest.
 */

#include <stdbool.h>
#include <stddef.h>

#include "util/date.h"
#include "util/text.h"
#include "web/page.h"

/* A parameter with another value; NULL: without it. */
struct query_change {
	const char *name;
	const char *value;
};

/** Append the address of this page with some parameters changed; for an
 * attribute of HTML. */
void query_add_target(const struct call *call, struct text *out,
		      const struct query_change *changes, size_t count);

/**
 * Append the begin of a form that leads back to this page, with all parameters
 * but some as hidden fields.
 * @param fields  names that the form has fields for, NULL behind the last
 */
void query_form_begin(const struct call *call, struct text *out,
		      const char *const *fields);

/* The head of a column by which a table can be ordered. */
struct query_column {
	const char *name;  /* in ?sort= */
	const char *label; /* to be translated; HTML */
	bool is_number;
	bool is_rising; /* the order that the name stands for */
};

/** Append such a head; sorted: the table is ordered by it. */
void query_add_column(const struct call *call, struct text *out,
		      const struct query_column *column, bool sorted);

/**
 * Links to the page of the day before and behind, of yesterday and today, and a
 * form for any day, as ?date=.
 */
void query_add_days(const struct call *call, struct text *out,
		    struct date shown);

/**
 * The day that ?date= says, "today" or 2026-03-29.
 * @return false if it says no day; without date= out is left as it is
 */
MUST_CHECK bool query_date(const struct call *call, struct date *out);

#endif
