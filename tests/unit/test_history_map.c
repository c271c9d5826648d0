/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

#include "store/history_map.h"
#include "util/err.h"

static struct history_map map;
static struct diagnostics d;

static void setup(void)
{
	diagnostics_init(&d);
}

static void teardown(void)
{
	history_map_fini(&map);
	diagnostics_fini(&d);
}

static int read_map(const char *text)
{
	char copy[1024];

	(void)snprintf(copy, sizeof(copy), "%s", text);
	return history_map_read(&map, copy, strlen(copy), "map", &d);
}

START_TEST(sources_find_their_series)
{
	const struct history_entry *e;

	ck_assert_int_eq(read_map("source,series\r\n"
				  "# what is left\n"
				  "\n"
				  "vlaninterface:7,interface/as64500-v100-1\n"
				  "\"members/0/pi, 1.rrd\",port/sw1/12\n"
				  "customer:3,-"),
			 0);
	ck_assert_uint_eq(map.count, 3);
	e = history_map_find(&map, "vlaninterface:7");
	ck_assert_ptr_nonnull(e);
	ck_assert_int_eq(e->series.kind, SERIES_VLAN_INTERFACE);
	ck_assert_uint_eq(e->series.asn, 64500);
	e = history_map_find(&map, "members/0/pi, 1.rrd");
	ck_assert_ptr_nonnull(e);
	ck_assert_str_eq(e->series.switch_name, "sw1");
	ck_assert_uint_eq(e->series.ifindex, 12);
	e = history_map_find(&map, "customer:3");
	ck_assert(e && e->passed_over);
	ck_assert_ptr_null(history_map_find(&map, "customer:4"));
}
END_TEST

START_TEST(an_empty_map_has_nothing)
{
	ck_assert_int_eq(read_map(""), 0);
	ck_assert_uint_eq(map.count, 0);
	ck_assert_ptr_null(history_map_find(&map, ""));
}
END_TEST

static const struct {
	const char *text;
	const char *complaint;
} wrong[] = {
	{ "vlaninterface:7", "map:1:1: error: found a line of another number "
			     "of fields" },
	{ "a,exchange\nb,exchange,\n", "map:2:1: error: found a line of" },
	{ "a,nowhere", "map:1:3: error: found no name of a series" },
	{ "a,", "map:1:3: error: found no name of a series" },
	{ ",exchange", "map:1:1: error: found no source" },
	{ "a,\"exchange", "map:1:12: error: found a quoted field without" },
	{ "a,exchange\na,vlan/v1", "map: error: found the source a twice" },
	{ "a,exchange\nsource,series",
	  "map:2:8: error: found no name of a series" },
};

START_TEST(what_is_wrong_is_said_with_its_place)
{
	ck_assert_int_eq(read_map(wrong[_i].text), ERR_CONFIG);
	ck_assert_msg(strstr(text_str(&d.text), wrong[_i].complaint), "%s",
		      text_str(&d.text));
}
END_TEST

START_TEST(all_that_is_wrong_is_said)
{
	ck_assert_int_eq(read_map("a,b\nc,d\ne,exchange"), ERR_CONFIG);
	ck_assert_uint_eq(d.errors, 2);
}
END_TEST

START_TEST(zeros_before_a_number_say_nothing)
{
	ck_assert_int_eq(read_map("vlaninterface:00007,-\nvlan:000,-\n"
				  "corelink:012-sidea,-\na:01/b.rrd,-\n"),
			 0);
	ck_assert_ptr_nonnull(history_map_find(&map, "vlaninterface:7"));
	ck_assert_ptr_nonnull(history_map_find(&map, "vlan:0"));
	ck_assert_ptr_nonnull(history_map_find(&map, "corelink:12-sidea"));
	ck_assert_ptr_nonnull(history_map_find(&map, "a:01/b.rrd"));
}
END_TEST

START_TEST(an_id_is_named_once)
{
	ck_assert_int_eq(
	    read_map("vlaninterface:00007,interface/as64500-v100-1\n"
		     "vlaninterface:7,interface/as64500-v100-1\n"),
	    ERR_CONFIG);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ sources_find_their_series, 0 },
		{ zeros_before_a_number_say_nothing, 0 },
		{ an_id_is_named_once, 0 },
		{ an_id_is_named_once, 0 },
		{ an_empty_map_has_nothing, 0 },
		{ what_is_wrong_is_said_with_its_place, COUNT_OF(wrong) },
		{ all_that_is_wrong_is_said, 0 },
	};

	return unit_run_with("history_map", setup, teardown, tests,
			     COUNT_OF(tests));
}
