/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/dates.h"

#include <math.h>

#include "util/language.h"
#include "util/zone.h"

static const char *const days[] = { TR("Sun"), TR("Mon"), TR("Tue"), TR("Wed"),
				    TR("Thu"), TR("Fri"), TR("Sat") };
static const char *const months[] = { TR("Jan"), TR("Feb"), TR("Mar"),
				      TR("Apr"), TR("May"), TR("Jun"),
				      TR("Jul"), TR("Aug"), TR("Sep"),
				      TR("Oct"), TR("Nov"), TR("Dec") };

enum { DAYS = 7, MONTHS = 12 };

unsigned dates_field(const char *format, int64_t at_s)
{
	struct text digits;
	unsigned value = 0;

	text_init(&digits);
	zone_add(&digits, format, at_s);
	for (const char *c = text_str(&digits); *c >= '0' && *c <= '9'; c++)
		value = value * 10 + (unsigned)(*c - '0');
	text_fini(&digits);
	return value;
}

static void add_field(struct text *out, char conversion, int64_t at_s)
{
	const char format[] = { '%', conversion, '\0' };

	if (conversion == 'a')
		tr_add(out, days[dates_field("%w", at_s) % DAYS]);
	else if (conversion == 'b')
		tr_add(out,
		       months[(dates_field("%m", at_s) + MONTHS - 1) % MONTHS]);
	else if (conversion == 'e')
		text_addf(out, "%u", dates_field("%d", at_s));
	else
		zone_add(out, format, at_s);
}

void dates_add(struct text *out, const char *format, int64_t at_s)
{
	for (const char *c = format; *c; c++) {
		if (*c == '%' && c[1])
			add_field(out, *++c, at_s);
		else
			text_add_char(out, *c);
	}
}

void dates_add_time(struct text *out, double at_s)
{
	if (isfinite(at_s) && fabs(at_s) < 1e11)
		dates_add(
		    out,
		    language_find(out->language, TR("%e %b %Y %H:%M:%S %Z")),
		    (int64_t)at_s);
	else
		tr_add(out, "an unknown time");
}

void dates_add_minute(struct text *out, int64_t at_s)
{
	dates_add(out, language_find(out->language, TR("%e %b %Y %H:%M")),
		  at_s);
}

void dates_add_day(struct text *out, int64_t at_s)
{
	dates_add(out, language_find(out->language, TR("%e %b %Y")), at_s);
}
