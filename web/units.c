/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/units.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "util/language.h"

#define UNKNOWN "\xe2\x80\x93" /* en dash */

static const char *const prefixes[] = { "", "k", "M", "G", "T", "P", "E" };

enum { PREFIX_COUNT = sizeof(prefixes) / sizeof(prefixes[0]) };

/* Digits behind the point that leave three significant ones. */
static int decimals_for(double scaled)
{
	if (scaled < 9.995)
		return 2;
	return scaled < 99.95 ? 1 : 0;
}

/* A number and its unit stay on a line where that is the custom. */
static void add_gap(struct text *out)
{
	text_add(out, language_find_in(out->language, "before a unit", " "));
}

static void add_scaled(struct text *out, double value, const char *unit)
{
	size_t prefix = 0;

	if (!isfinite(value)) {
		text_add(out, UNKNOWN);
		return;
	}
	if (value < 0)
		value = 0;
	while (value >= 999.5 && prefix + 1 < PREFIX_COUNT) {
		value /= 1000;
		prefix++;
	}
	language_add_decimal(out, value, prefix ? decimals_for(value) : 0);
	add_gap(out);
	text_addf(out, "%s%s", prefixes[prefix], unit);
}

void units_rate(struct text *out, double bytes_per_s)
{
	add_scaled(out, bytes_per_s * 8, "bit/s");
}

void units_bytes(struct text *out, double bytes)
{
	add_scaled(out, bytes, language_find_in(out->language, "byte", "B"));
}

void units_packets(struct text *out, double packets_per_s)
{
	const char *unit = language_find_in(out->language, "unit", "pkt/s");

	if (!(packets_per_s < 999.5)) {
		add_scaled(out, packets_per_s, unit);
		return;
	}
	/* Errors are few: what is not zero must not look so. */
	language_add_short(out, packets_per_s < 1
				    ? ceil(packets_per_s * 1000) / 1000
				    : floor(packets_per_s * 10 + 0.5) / 10);
	add_gap(out);
	text_add(out, unit);
}

void units_speed(struct text *out, double bps)
{
	size_t prefix = 0;

	if (!isfinite(bps) || bps <= 0) {
		text_add(out, UNKNOWN);
		return;
	}
	while (bps >= 1000 && prefix + 1 < PREFIX_COUNT) {
		bps /= 1000;
		prefix++;
	}
	language_add_short(out, bps);
	add_gap(out);
	text_addf(out, "%sbit/s", prefixes[prefix]);
}

void units_count(struct text *out, double count)
{
	char digits[64];
	size_t len;

	if (!isfinite(count) || count < 0 || count >= 1e18) {
		text_add(out, UNKNOWN);
		return;
	}
	len = 0;
	for (double left = floor(count); left >= 1 || len == 0;
	     left = floor(left / 10))
		digits[len++] = (char)('0' + (int)fmod(left, 10));
	while (len > 0) {
		len--;
		text_add_char(out, digits[len]);
		if (len > 0 && len % 3 == 0)
			text_add(out, "\xe2\x80\xaf"); /* narrow space */
	}
}

void units_percent(struct text *out, double ratio)
{
	double percent = ratio * 100;

	if (!isfinite(percent))
		text_add(out, UNKNOWN);
	else if (percent > 0 && percent < 0.05) {
		text_addf(out,
			  "\xe2\x89\xa4"
			  "0%s1",
			  language_point(out->language));
		add_gap(out);
		text_add_char(out, '%');
	} else {
		language_add_decimal(out, percent, 1);
		add_gap(out);
		text_add_char(out, '%');
	}
}

void units_change(struct text *out, double ratio)
{
	if (isinf(ratio)) {
		tr_add(out, "new");
		return;
	}
	if (isnan(ratio)) {
		text_add(out, UNKNOWN);
		return;
	}
	text_add(out, ratio < 0 ? "\xe2\x88\x92" : "+"); /* a minus sign */
	language_add_decimal(out, fabs(ratio) * 100, fabs(ratio) < 1 ? 1 : 0);
	add_gap(out);
	text_add_char(out, '%');
}

void units_duration(struct text *out, double seconds)
{
	uint64_t s;

	if (!isfinite(seconds) || seconds < 0 || seconds > 1e12) {
		text_add(out, UNKNOWN);
		return;
	}
	s = (uint64_t)seconds;
	if (s < 120)
		tr_addf(out, "%u s", (unsigned)s);
	else if (s < 7200)
		tr_addf(out, "%u min", (unsigned)(s / 60));
	else if (s < UINT64_C(172800) && s / 60 % 60 == 0)
		tr_addf(out, "%u h", (unsigned)(s / 3600));
	else if (s < UINT64_C(172800))
		tr_addf(out, "%u h %02u min", (unsigned)(s / 3600),
			(unsigned)(s / 60 % 60));
	else
		tr_addf(out, "%u days", (unsigned)(s / 86400));
}

const char *units_row(uint32_t row_s)
{
	switch (row_s) {
	case 60:
		return TR("1-minute");
	case 300:
		return TR("5-minute");
	case 1800:
		return TR("30-minute");
	case 3600:
		return TR("1-hour");
	case 7200:
		return TR("2-hour");
	case 86400:
		return TR("1-day");
	default:
		return TR("archived");
	}
}
