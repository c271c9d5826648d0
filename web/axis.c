/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/axis.h"

#include <math.h>
#include <stdlib.h>

#include "util/zone.h"

enum { STEPS_WANTED = 5 };

struct axis axis_of(double max_bps)
{
	double power;
	double step;

	if (!isfinite(max_bps) || max_bps < 1000)
		max_bps = 1000;
	step = max_bps / STEPS_WANTED;
	power = pow(10, floor(log10(step)));
	if (step <= power)
		step = power;
	else if (step <= 2 * power)
		step = 2 * power;
	else if (step <= 5 * power)
		step = 5 * power;
	else
		step = 10 * power;
	return (struct axis){ .step = step,
			      .top = ceil(max_bps / step - 1e-9) * step };
}

void axis_add_label(struct text *out, const struct axis *axis, double bps)
{
	static const char *const prefixes[] = { "", "k", "M", "G", "T", "P" };
	size_t prefix = 0;

	for (double top = axis->top; top >= 1000 && prefix < 5; top /= 1000) {
		bps /= 1000;
		prefix++;
	}
	text_addf(out, "%.4g", bps);
	if (bps > 0)
		text_addf(out, " %s", prefixes[prefix]);
}

/* Marks of each range: every so often, a label on those whose local field is
 * a multiple of `every`, a minor one unless of `major` as well. */
static const struct {
	enum zone_unit unit;
	int count;
	const char *field; /* strftime of what is counted */
	int every;
	int major;
	const char *label;
} marks[RANGE_COUNT] = {
	[RANGE_HOUR] = { ZONE_MINUTE, 5, "%M", 10, 20, "%H:%M" },
	[RANGE_DAY] = { ZONE_HOUR, 1, "%H", 2, 6, "%H:%M" },
	[RANGE_WEEK] = { ZONE_DAY, 1, "%j", 1, 2, "%a %e" },
	[RANGE_MONTH] = { ZONE_DAY, 1, "%j", 4, 8, "%e %b" },
	[RANGE_YEAR] = { ZONE_MONTH, 1, "%m", 1, 3, "%b" },
};

static int field_of(const char *format, int64_t at_s)
{
	struct text text;
	int value = 0;

	text_init(&text);
	zone_add(&text, format, at_s);
	for (const char *c = text_str(&text); *c >= '0' && *c <= '9'; c++)
		value = value * 10 + (*c - '0');
	text_fini(&text);
	return value;
}

struct axis_mark axis_next_mark(enum range range, int64_t at_s)
{
	struct axis_mark mark = { 0 };
	int field;

	mark.at_s = zone_next(at_s, marks[range].unit, marks[range].count);
	if (mark.at_s == INT64_MAX)
		return mark;
	field = field_of(marks[range].field, mark.at_s);
	mark.is_labelled = field % marks[range].every == 0;
	mark.is_minor = field % marks[range].major != 0;
	return mark;
}

void axis_add_time_label(struct text *out, enum range range, int64_t at_s)
{
	zone_add(out, marks[range].label, at_s);
}
