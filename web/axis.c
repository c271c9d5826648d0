/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/axis.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/language.h"
#include "util/zone.h"
#include "web/dates.h"

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
	language_add_short(out, bps);
	if (bps > 0)
		text_addf(out, " %s", prefixes[prefix]);
}

/* Marks of an axis of some length: every so often, a label on those whose
 * local field is a multiple of `every`, a minor one unless of `major` as well.
 */
struct marks {
	int64_t up_to_s; /* length of the axis */
	enum zone_unit unit;
	int count;
	const char *field; /* strftime of what is counted */
	int every;
	int major;
	const char *label;
};

enum { HOUR_S = 3600, DAY_S = 86400 };

static const struct marks all_marks[] = {
	{ 2 * HOUR_S, ZONE_MINUTE, 5, "%M", 10, 20, "%H:%M" },
	{ 6 * HOUR_S, ZONE_MINUTE, 15, "%M", 30, 60, "%H:%M" },
	{ 36 * HOUR_S, ZONE_HOUR, 1, "%H", 2, 6, "%H:%M" },
	{ 4 * DAY_S, ZONE_HOUR, 6, "%H", 12, 24, TR("%a %e %H:%M") },
	{ 12 * DAY_S, ZONE_DAY, 1, "%j", 1, 2, TR("%a %e") },
	{ 62 * DAY_S, ZONE_DAY, 1, "%j", 4, 8, TR("%e %b") },
	{ 800 * DAY_S, ZONE_MONTH, 1, "%m", 1, 3, "%b" },
	{ INT64_MAX, ZONE_MONTH, 1, "%m", 6, 12, TR("%b %Y") },
};

static const struct marks *marks_of(int64_t length_s)
{
	const struct marks *m = all_marks;

	while (length_s > m->up_to_s)
		m++;
	return m;
}

struct axis_mark axis_next_mark(int64_t length_s, int64_t at_s)
{
	const struct marks *m = marks_of(length_s);
	struct axis_mark mark = { 0 };
	int field;

	mark.at_s = zone_next(at_s, m->unit, m->count);
	if (mark.at_s == INT64_MAX)
		return mark;
	field = (int)dates_field(m->field, mark.at_s);
	mark.is_labelled = field % m->every == 0;
	mark.is_minor = field % m->major != 0;
	return mark;
}

void axis_add_time_label(struct text *out, int64_t length_s, int64_t at_s)
{
	dates_add(out, tr(out, marks_of(length_s)->label), at_s);
}
