/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/period.h"

#include <string.h>

#include "util/err.h"

static const struct {
	const char *name;
	const char *label;
	const char *brief;
	int64_t length_s;
	uint32_t row_s;
	uint32_t pair_row_s;
} ranges[RANGE_COUNT] = {
	[RANGE_HOUR] = { "hour", "last 60 minutes", "60&nbsp;min", 3600, 60,
			 300 },
	[RANGE_DAY] = { "day", "last 24 hours", "24&nbsp;h", 86400, 300, 300 },
	[RANGE_WEEK] = { "week", "last 7 days", "7&nbsp;days", 7 * 86400, 300,
			 1800 },
	[RANGE_MONTH] = { "month", "last 31 days", "31&nbsp;days", 31 * 86400,
			  300, 7200 },
	[RANGE_YEAR] = { "year", "last 365 days", "365&nbsp;days", 365 * 86400,
			 3600, 86400 },
};

struct period period_of(enum range range, int64_t now_s)
{
	int64_t row_s = ranges[range].row_s;
	int64_t to_s = (now_s + row_s - 1) / row_s * row_s;

	return (struct period){ .range = range,
				.from_s = to_s - ranges[range].length_s,
				.to_s = to_s,
				.row_s = ranges[range].row_s,
				.pair_row_s = ranges[range].pair_row_s };
}

const char *period_name(enum range range)
{
	return ranges[range].name;
}

const char *period_label(enum range range)
{
	return ranges[range].label;
}

const char *period_short(enum range range)
{
	return ranges[range].brief;
}

int period_parse(const char *text, enum range *out)
{
	for (int i = 0; i < RANGE_COUNT; i++) {
		if (strcmp(ranges[i].name, text) != 0)
			continue;
		*out = (enum range)i;
		return 0;
	}
	return ERR_SYNTAX;
}
