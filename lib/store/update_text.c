/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/update_text.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "store/rrd_model.h"

static size_t put_u64(char *to, uint64_t number)
{
	char digits[20];
	size_t n = 0;

	do {
		digits[n++] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	for (size_t i = 0; i < n; i++)
		to[i] = digits[n - 1 - i];
	return n;
}

/* Print a fraction with a point, whatever the locale has for one. */
static size_t put_fraction(char *to, double value)
{
	char text[UPDATE_VALUE_SIZE];
	size_t n = 0;

	(void)snprintf(text, sizeof(text), "%.17g", value);
	for (const char *p = text; *p != '\0'; p++) {
		if (strchr("0123456789e+-", *p))
			to[n++] = *p;
		else if (n > 0 && to[n - 1] != '.')
			to[n++] = '.';
	}
	return n;
}

/* Print a value as librrd reads it; whole numbers arrive exactly. */
static size_t put_value(char *to, double given)
{
	static const double whole_max = 9007199254740992.0; /* 2^53 */
	double value = rrd_model_value(given);

	if (isnan(value)) {
		*to = 'U';
		return 1;
	}
	if (value <= whole_max && value == floor(value))
		return put_u64(to, (uint64_t)value);
	return put_fraction(to, value);
}

size_t update_print(char to[UPDATE_TEXT_SIZE],
		    const struct series_layout *layout, int64_t at_s,
		    const double *values)
{
	size_t n = put_u64(to, (uint64_t)at_s);

	for (size_t i = 0; i < layout->column_count; i++) {
		to[n++] = ':';
		n += put_value(to + n, values ? values[i] : (double)NAN);
	}
	to[n] = '\0';
	assert(n < UPDATE_TEXT_SIZE);
	return n;
}

size_t definitions_print(char to[][DEFINITION_SIZE],
			 const struct series_layout *layout)
{
	size_t n = 0;

	for (size_t i = 0; i < layout->column_count; i++)
		(void)snprintf(to[n++], DEFINITION_SIZE,
			       "DS:%s:GAUGE:%" PRIu32 ":%s:U",
			       layout->columns[i], series_heartbeat(layout),
			       layout->no_minimum ? "U" : "0");
	for (size_t i = 0; i < layout->archive_count; i++) {
		const struct series_archive *a = &layout->archives[i];
		bool average = a->consolidation == CONSOLIDATION_AVERAGE;

		(void)snprintf(to[n++], DEFINITION_SIZE,
			       "RRA:%s:0.5:%" PRIu32 ":%" PRIu32,
			       average ? "AVERAGE" : "MAX",
			       a->row_s / layout->step_s, a->rows);
	}
	return n;
}
