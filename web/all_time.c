/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/all_time.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/daybook_file.h"
#include "util/zone.h"

enum { FIRST_YEAR = 2000, DAY_S = 86400 };

/* The highest minute, of what is known in five minutes only these. */
static void take_higher(struct all_time *best, const struct daybook_measure *m)
{
	bool of_minute = m->minute_peak >= m->peak;
	double peak = of_minute ? m->minute_peak : m->peak;

	if (peak <= best->peak)
		return;
	best->peak = peak;
	best->at_s = of_minute ? m->minute_peak_at_s : m->peak_at_s;
}

/* What a book says of all members' traffic. @return 0 or -errno, ERR_... */
static int look_into(struct all_time *best, const struct call *call,
		     enum daybook_kind kind, struct date date)
{
	const struct series exchange = { .kind = SERIES_EXCHANGE };
	struct daybook_entry entry;
	struct daybook book;
	int rc = daybook_read(&book, call->config->state_dir, kind, date);

	if (rc < 0)
		return rc;
	rc = daybook_find(&book.reader, &exchange, &entry);
	if (rc == 1 && entry.measures[0].known > 0)
		take_higher(best, &entry.measures[0]);
	daybook_fini(&book);
	return rc < 0 ? rc : 0;
}

/* Most years have no book at all. */
static bool has_year(const struct call *call, struct date date)
{
	char path[PATH_MAX];
	char *name;

	if (daybook_path(path, call->config->state_dir, DAYBOOK_MONTH, date) <
	    0)
		return false;
	name = strrchr(path, '/');
	if (name)
		*name = '\0';
	return access(path, X_OK) == 0;
}

static int look_into_month(struct all_time *best, const struct call *call,
			   struct date month)
{
	struct date day = month;
	int rc = look_into(best, call, DAYBOOK_MONTH, month);

	/* One that is not closed has the days that are. */
	while (rc < 0 && rc != -ENOMEM && day.month == month.month) {
		if (look_into(best, call, DAYBOOK_DAY, day) == -ENOMEM)
			return -ENOMEM;
		day = date_add_days(day, 1);
	}
	return rc == -ENOMEM ? rc : 0;
}

int all_time_load(struct all_time *out, const struct call *call)
{
	static const char name[] = "all time";
	struct date today = zone_date(call->now_s);
	/* Closed days change what is found; a closed one stays as it is. */
	const struct memo_epoch epoch = {
		.generation = call->epoch.generation,
		.period = date_number(today) * INT64_C(24) +
			  call->now_s % DAY_S / 3600,
	};
	struct all_time best = { .peak = NAN };
	struct date month = date_month_start(today);
	size_t size;
	void *kept;

	if (memo_find(site_memo(call->site), name, &epoch, &kept, &size)) {
		*out = *(struct all_time *)kept;
		free(kept);
		return 0;
	}
	for (; month.year >= FIRST_YEAR;
	     month = date_month_start(date_add_days(month, -1))) {
		if (has_year(call, month) &&
		    look_into_month(&best, call, month) < 0)
			return -ENOMEM;
	}
	memo_keep(site_memo(call->site), name, &epoch, &best, sizeof(best));
	*out = best;
	return 0;
}
