/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_SUPPORT_DAY_ROWS_H
#define LANTERNE_TESTS_SUPPORT_DAY_ROWS_H

/*
 * day_rows — rows to make days of, and what the days must come to, worked out
 * from the stored rows by sorting them. Every failure fails the test.
 */

#include "store/daybook.h"
#include "store/rrd_read.h"

/** Store random rates with gaps of an hour and of single steps and columns. */
void day_rows_write(const char *dir, const struct series *series,
		    int64_t from_s, int64_t to_s, uint64_t seed);

/** Compare an entry's totals and measures with the stored rows of slots. */
void day_rows_check(const char *dir, const struct daybook_entry *entry,
		    int64_t from_s, int64_t to_s);

/** Compare an entry's highest minutes with rows of a minute each. */
void day_rows_check_minutes(const struct daybook_entry *entry,
			    const struct series_data *minutes);

#endif
