/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/exposition.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "support/unit.h"

static struct exposition e;
static struct text out;

static void begin(enum exposition_form form, uint64_t max)
{
	text_init(&out);
	ck_assert_int_eq(exposition_init(&e, &out, form, max), 0);
}

static void end(void)
{
	exposition_fini(&e);
	text_fini(&out);
}

static const struct exposition_family bytes = {
	"lanterne_port_bytes", EXPOSITION_COUNTER, "bytes",
	"Octets, with \"quotes\"\nand \\."
};
static const struct exposition_family gauge = { "lanterne_up", EXPOSITION_GAUGE,
						NULL, "Up." };
static const struct exposition_family info = { "lanterne_build",
					       EXPOSITION_INFO, NULL, "Is." };

static void add_families(void)
{
	const struct exposition_label one = { "port", "a" };
	const struct exposition_label two[] = { { "port", "b" },
						{ "direction", "in" } };

	exposition_begin(&e, &bytes);
	exposition_add_u64(&e, (struct exposition_labels){ &one, 1 },
			   UINT64_MAX, 1700000000.5);
	exposition_add(&e, (struct exposition_labels){ two, 2 }, 0.25,
		       (double)NAN);
	exposition_one(&e, &gauge, -1, 5);
	exposition_begin(&e, &info);
	exposition_add(&e, (struct exposition_labels){ &one, 1 }, 1, 5);
	exposition_end(&e);
}

START_TEST(families_are_written_for_prometheus)
{
	begin(EXPOSITION_PROMETHEUS, 100);
	add_families();
	ck_assert_str_eq(
	    text_str(&out),
	    "# HELP lanterne_port_bytes_total Octets, with \"quotes\"\\nand "
	    "\\\\.\n"
	    "# TYPE lanterne_port_bytes_total counter\n"
	    "lanterne_port_bytes_total{port=\"a\"} 18446744073709551615\n"
	    "lanterne_port_bytes_total{port=\"b\",direction=\"in\"} 0.25\n"
	    "# HELP lanterne_up Up.\n# TYPE lanterne_up gauge\n"
	    "lanterne_up -1\n"
	    "# HELP lanterne_build_info Is.\n"
	    "# TYPE lanterne_build_info gauge\n"
	    "lanterne_build_info{port=\"a\"} 1\n");
	ck_assert_uint_eq(e.samples, 4);
	end();
}
END_TEST

START_TEST(and_for_openmetrics)
{
	begin(EXPOSITION_OPEN_METRICS, 100);
	add_families();
	ck_assert_str_eq(
	    text_str(&out),
	    "# HELP lanterne_port_bytes Octets, with \\\"quotes\\\"\\nand "
	    "\\\\.\n"
	    "# TYPE lanterne_port_bytes counter\n"
	    "# UNIT lanterne_port_bytes bytes\n"
	    "lanterne_port_bytes_total{port=\"a\"} 18446744073709551615\n"
	    "lanterne_port_bytes_created{port=\"a\"} 1700000000.5\n"
	    "lanterne_port_bytes_total{port=\"b\",direction=\"in\"} 0.25\n"
	    "# HELP lanterne_up Up.\n# TYPE lanterne_up gauge\n"
	    "lanterne_up -1\n"
	    "# HELP lanterne_build Is.\n"
	    "# TYPE lanterne_build info\n"
	    "lanterne_build_info{port=\"a\"} 1\n"
	    "# EOF\n");
	end();
}
END_TEST

/* Label values may be anything that somebody calls something. */
static const struct {
	const char *value;
	const char *written;
} hostile[] = {
	{ "", "" },
	{ "Ethernet1/1", "Ethernet1/1" },
	{ "a\"b", "a\\\"b" },
	{ "\"} 1\nlanterne_up 0\n", "\\\"} 1\\nlanterne_up 0\\n" },
	{ "back\\slash", "back\\\\slash" },
	{ "\\", "\\\\" },
	{ "\\n", "\\\\n" },
	{ "\n", "\\n" },
	{ "# EOF", "# EOF" },
	{ "{}=,", "{}=," },
	{ "tab\tcr\r", "tab\tcr\r" },
	{ "Caf\xc3\xa9", "Caf\xc3\xa9" },
	{ "\xf0\x9f\x8f\xae", "\xf0\x9f\x8f\xae" },
	/* No UTF-8: alone, too long, cut, a surrogate, beyond the last. */
	{ "\xff", "\xef\xbf\xbd" },
	{ "\x80"
	  "a",
	  "\xef\xbf\xbd"
	  "a" },
	{ "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xe0\x80\xaf", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xc3", "\xef\xbf\xbd" },
	{ "\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xf4\x90\x80\x80",
	  "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xc3\"", "\xef\xbf\xbd\\\"" },
};

START_TEST(a_hostile_name_stays_in_its_quotes)
{
	const struct exposition_label label = { "port", hostile[_i].value };
	char wanted[200];

	begin(EXPOSITION_PROMETHEUS, 100);
	exposition_begin(&e, &gauge);
	text_clear(&out);
	exposition_add(&e, (struct exposition_labels){ &label, 1 }, 1,
		       (double)NAN);
	(void)snprintf(wanted, sizeof(wanted), "lanterne_up{port=\"%s\"} 1\n",
		       hostile[_i].written);
	ck_assert_str_eq(text_str(&out), wanted);
	end();
}
END_TEST

static const struct {
	double value;
	const char *written;
} values[] = {
	{ 0, "0" },
	{ 1700000000, "1700000000" },
	{ 0.5, "0.5" },
	{ -3, "-3" },
	{ 9007199254740992.0, "9007199254740992" },
	{ 1e300, "1e+300" },
	{ (double)INFINITY, "+Inf" },
	{ -(double)INFINITY, "-Inf" },
};

START_TEST(a_value_is_written_with_its_digits)
{
	char wanted[80];

	begin(EXPOSITION_PROMETHEUS, 100);
	exposition_begin(&e, &gauge);
	text_clear(&out);
	exposition_add(&e, (struct exposition_labels){ NULL, 0 },
		       values[_i].value, (double)NAN);
	(void)snprintf(wanted, sizeof(wanted), "lanterne_up %s\n",
		       values[_i].written);
	ck_assert_str_eq(text_str(&out), wanted);
	end();
}
END_TEST

START_TEST(what_is_not_known_is_not_there)
{
	begin(EXPOSITION_PROMETHEUS, 100);
	exposition_one(&e, &gauge, (double)NAN, 5);
	ck_assert_str_eq(text_str(&out), "");
	end();
}
END_TEST

/* Names that would make a scraper refuse all of it. */
static const struct exposition_family bad[] = {
	{ "", EXPOSITION_GAUGE, NULL, "" },
	{ "1up", EXPOSITION_GAUGE, NULL, "" },
	{ "a-b", EXPOSITION_GAUGE, NULL, "" },
	{ "Up", EXPOSITION_GAUGE, NULL, "" },
	{ "a b", EXPOSITION_GAUGE, NULL, "" },
	{ "caf\xc3\xa9", EXPOSITION_GAUGE, NULL, "" },
	{ "a_total", EXPOSITION_COUNTER, NULL, "" },
	{ "a_created", EXPOSITION_GAUGE, NULL, "" },
	{ "a_info", EXPOSITION_INFO, NULL, "" },
	{ "a_seconds", EXPOSITION_GAUGE, "bytes", "" },
	{ "abytes", EXPOSITION_GAUGE, "bytes", "" },
	{ "bytes", EXPOSITION_GAUGE, "bytes", "" },
	{ "lanterne_up", EXPOSITION_COUNTER, NULL, "there already" },
};

START_TEST(a_name_that_cannot_be_is_refused)
{
	size_t len;

	begin(EXPOSITION_PROMETHEUS, 100);
	exposition_one(&e, &gauge, 1, 5);
	len = out.len;
	exposition_one(&e, &bad[_i], 1, 5);
	ck_assert_uint_eq(out.len, len);
	ck_assert_uint_eq(e.families_refused, 1);
	end();
}
END_TEST

START_TEST(the_same_labels_come_once)
{
	const struct exposition_label label = { "port", "a" };
	const struct exposition_labels labels = { &label, 1 };

	begin(EXPOSITION_PROMETHEUS, 100);
	exposition_begin(&e, &gauge);
	exposition_add(&e, labels, 1, 5);
	exposition_add(&e, labels, 2, 5);
	exposition_add_u64(&e, labels, 3, 5);
	ck_assert_uint_eq(e.samples, 1);
	ck_assert_uint_eq(e.doubled, 2);
	exposition_begin(&e, &info);
	exposition_add(&e, labels, 1, 5);
	ck_assert_uint_eq(e.samples, 2);
	end();
}
END_TEST

START_TEST(what_is_beyond_the_bound_is_counted)
{
	begin(EXPOSITION_PROMETHEUS, 3);
	exposition_begin(&e, &gauge);
	for (int i = 0; i < 5; i++) {
		char number[8];
		const struct exposition_label label = { "port", number };

		(void)snprintf(number, sizeof(number), "%d", i);
		exposition_add(&e, (struct exposition_labels){ &label, 1 }, 1,
			       5);
	}
	ck_assert_uint_eq(e.samples, 3);
	ck_assert_uint_eq(e.beyond, 2);
	end();
}
END_TEST

/* A sample and the line that says since when: both or none. */
START_TEST(since_when_counts_in_the_bound)
{
	begin(EXPOSITION_OPEN_METRICS, 5);
	exposition_begin(&e, &bytes);
	for (int i = 0; i < 5; i++) {
		char number[8];
		const struct exposition_label label = { "port", number };

		(void)snprintf(number, sizeof(number), "%d", i);
		exposition_add(&e, (struct exposition_labels){ &label, 1 }, 1,
			       5);
	}
	ck_assert_uint_eq(e.samples, 4);
	ck_assert_uint_eq(e.beyond, 3);
	end();
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ families_are_written_for_prometheus, 0 },
		{ and_for_openmetrics, 0 },
		{ a_hostile_name_stays_in_its_quotes, COUNT_OF(hostile) },
		{ a_value_is_written_with_its_digits, COUNT_OF(values) },
		{ what_is_not_known_is_not_there, 0 },
		{ a_name_that_cannot_be_is_refused, COUNT_OF(bad) },
		{ the_same_labels_come_once, 0 },
		{ what_is_beyond_the_bound_is_counted, 0 },
		{ since_when_counts_in_the_bound, 0 },
	};

	return unit_run("exposition", tests, COUNT_OF(tests));
}
