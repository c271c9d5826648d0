/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_DAY_PLAN_H
#define LANTERNE_STORE_DAY_PLAN_H

/*
 * day_plan — which books are to be written. For store/day_close.
 */

#include <stddef.h>
#include <stdint.h>

#include "store/daybook.h"
#include "store/series_list.h"
#include "util/attr.h"
#include "util/date.h"

/* A book to be written. */
struct day_task {
	enum daybook_kind kind;
	struct date date; /* of a month its first day */
	int64_t from_s;
	int64_t to_s;
};

struct day_tasks {
	struct day_task *items;
	size_t count;
	size_t capacity;
	size_t next; /* those before it are done */
};

/**
 * Add what is missing: the books of the days that are over by stored_to_s, and
 * of which rows of a slot each still exist that no book knows; and of the
 * months that end with them. In order of time; local time is the process's.
 *
 * @param from  the first day to look at; NULL: as far as rows reach back
 * @return 0 or -errno: nothing was added. A damaged file has no rows.
 */
MUST_CHECK int day_plan_missing(struct day_tasks *tasks, const char *state_dir,
				const struct date *from, int64_t stored_to_s);

/**
 * Add the books of the days from first to last that are over by stored_to_s,
 * whether or not there are some already, and of the months that these are of.
 * @return 0 or -ENOMEM: nothing was added
 */
MUST_CHECK int day_plan_again(struct day_tasks *tasks, struct date first,
			      struct date last, int64_t stored_to_s);

/** Free the tasks. */
void day_tasks_fini(struct day_tasks *tasks);

/** The seconds for which rows of a slot each are kept of a kind; not pairs. */
int64_t day_plan_reach_s(enum series_kind kind);

#endif
