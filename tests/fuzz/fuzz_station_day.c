/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A day of stations: any bytes are taken or refused; what is taken is printed
 * as what reads back, and compared with itself a day earlier has no findings.
 */

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "store/station_day_compare.h"
#include "util/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check(const struct station_day *d)
{
	for (size_t i = 0; i < d->count; i++) {
		const struct station_entry *e = &d->entries[i];

		assert(e->first_s >= d->from_s && e->first_s <= e->last_s);
		assert(e->last_s <= d->to_s && e->samples > 0);
		assert(strlen(e->port) < sizeof(e->port));
		assert(i == 0 || station_entry_compare(e - 1, e) < 0);
	}
}

static void compare(const struct station_day *d)
{
	const struct date least = { 1, 1, 1 };
	struct station_day before = *d;
	const struct station_day *const days[] = { d, &before };
	struct station_changes changes;

	if (date_compare(d->date, least) == 0)
		return;
	before.date = date_add_days(d->date, -1);
	assert(station_day_compare(&changes, d, days, 2) == 0);
	assert(changes.comparable && changes.count == 0);
	station_changes_fini(&changes);
}

static void print(const struct station_day *d)
{
	struct station_day again;
	struct text one;
	struct text two;

	text_init(&one);
	text_init(&two);
	station_day_print(&one, d);
	assert(station_day_parse(&again, text_str(&one), one.len) == 0);
	station_day_print(&two, &again);
	assert(strcmp(text_str(&one), text_str(&two)) == 0);
	station_day_fini(&again);
	text_fini(&two);
	text_fini(&one);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct station_day d;
	int rc = station_day_parse(&d, (const char *)data, len);

	assert(rc == 0 || rc == ERR_TRUNCATED || rc == ERR_MALFORMED ||
	       rc == ERR_UNSUPPORTED);
	if (rc < 0)
		return 0;
	check(&d);
	compare(&d);
	print(&d);
	station_day_fini(&d);
	return 0;
}
