/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/units.h"

#include <math.h>
#include <string.h>

#include "support/unit.h"
#include "web/languages.h"

#define DASH   "\xe2\x80\x93"
#define NARROW "\xe2\x80\xaf"
#define NBSP   "\xc2\xa0"

typedef void (*writer)(struct text *out, double value);

static const struct {
	writer write;
	double value;
	const char *out;
} cases[] = {
	{ units_rate, 0, "0 bit/s" },
	{ units_rate, 1, "8 bit/s" },
	{ units_rate, 124.9, "999 bit/s" },
	{ units_rate, 125, "1.00 kbit/s" },
	{ units_rate, 124999.9, "1.00 Mbit/s" },
	{ units_rate, 401.25e6, "3.21 Gbit/s" },
	{ units_rate, 1.25e9, "10.0 Gbit/s" },
	{ units_rate, 12.5e9, "100 Gbit/s" },
	{ units_rate, NAN, DASH },
	{ units_rate, INFINITY, DASH },
	{ units_rate, -1, "0 bit/s" },
	{ units_bytes, 999, "999 B" },
	{ units_bytes, 1000, "1.00 kB" },
	{ units_bytes, 12.34e9, "12.3 GB" },
	{ units_bytes, 9.996e12, "10.0 TB" },
	{ units_bytes, 99.96e12, "100 TB" },
	{ units_bytes, 999.6e12, "1.00 PB" },
	{ units_speed, 10e9, "10 Gbit/s" },
	{ units_speed, 2.5e9, "2.5 Gbit/s" },
	{ units_speed, 100e6, "100 Mbit/s" },
	{ units_speed, 0, DASH },
	{ units_speed, NAN, DASH },
	{ units_count, 0, "0" },
	{ units_count, 999, "999" },
	{ units_count, 1000, "1" NARROW "000" },
	{ units_count, 1234567, "1" NARROW "234" NARROW "567" },
	{ units_count, NAN, DASH },
	{ units_count, -1, DASH },
	{ units_percent, 0, "0.0 %" },
	{ units_percent, 0.1234, "12.3 %" },
	{ units_percent, 0.0001,
	  "\xe2\x89\xa4"
	  "0.1 %" },
	{ units_percent, 1, "100.0 %" },
	{ units_percent, NAN, DASH },
	{ units_duration, 0, "0 s" },
	{ units_duration, 119, "119 s" },
	{ units_duration, 120, "2 min" },
	{ units_duration, 7200, "2 h" },
	{ units_duration, 86400, "24 h" },
	{ units_duration, 9000, "2 h 30 min" },
	{ units_duration, 3 * 86400, "3 days" },
	{ units_duration, -1, DASH },
	{ units_duration, 1e300, DASH },
};

START_TEST(numbers_read_as_people_write_them)
{
	struct text out;

	text_init(&out);
	cases[_i].write(&out, cases[_i].value);
	ck_assert_str_eq(text_str(&out), cases[_i].out);
	text_fini(&out);
}
END_TEST

/* The same for those who read French. */
static const struct {
	writer write;
	double value;
	const char *out;
} french[] = {
	{ units_rate, 401.25e6, "3,21" NBSP "Gbit/s" },
	{ units_rate, 124.9, "999" NBSP "bit/s" },
	{ units_rate, NAN, DASH },
	{ units_bytes, 999, "999" NBSP "o" },
	{ units_bytes, 12.34e9, "12,3" NBSP "Go" },
	{ units_bytes, 100.4e12, "100" NBSP "To" },
	{ units_speed, 2.5e9, "2,5" NBSP "Gbit/s" },
	{ units_count, 1234567, "1" NARROW "234" NARROW "567" },
	{ units_percent, 0.1234, "12,3" NBSP "%" },
	{ units_percent, 0.0001,
	  "\xe2\x89\xa4"
	  "0,1" NBSP "%" },
	{ units_duration, 119, "119" NBSP "s" },
	{ units_duration, 9000, "2" NBSP "h" NBSP "30" NBSP "min" },
	{ units_duration, 3 * 86400, "3" NBSP "jours" },
};

START_TEST(numbers_read_as_the_french_write_them)
{
	struct text out;

	text_init(&out);
	out.language = languages_of("fr");
	french[_i].write(&out, french[_i].value);
	ck_assert_str_eq(text_str(&out), french[_i].out);
	text_fini(&out);
}
END_TEST

START_TEST(rows_have_names)
{
	ck_assert_str_eq(units_row(300), "5-minute");
	ck_assert_str_eq(units_row(3600), "1-hour");
	ck_assert_str_eq(units_row(7), "archived");
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ numbers_read_as_people_write_them, COUNT_OF(cases) },
		{ numbers_read_as_the_french_write_them, COUNT_OF(french) },
		{ rows_have_names, 0 },
	};

	return unit_run("units", tests, COUNT_OF(tests));
}
