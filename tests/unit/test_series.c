/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store/series.h"
#include "util/err.h"

static const struct {
	const char *path;
	const char *name;
	struct series series;
} named[] = {
	{ "/s/rrd/exchange.rrd", "exchange", { .kind = SERIES_EXCHANGE } },
	{ "/s/rrd/member/as64500.rrd",
	  "member AS64500",
	  { .kind = SERIES_MEMBER, .asn = 64500 } },
	{ "/s/rrd/member/as4294967295.rrd",
	  "member AS4294967295",
	  { .kind = SERIES_MEMBER, .asn = 4294967295U } },
	{ "/s/rrd/interface/as64500-v100-1.rrd",
	  "VLAN interface AS64500 VLAN 100 #1",
	  { .kind = SERIES_VLAN_INTERFACE,
	    .asn = 64500,
	    .vlan = 100,
	    .ordinal = 1 } },
	{ "/s/rrd/vlan/v100.rrd",
	  "VLAN 100",
	  { .kind = SERIES_VLAN, .vlan = 100 } },
	{ "/s/rrd/switch/Sw-1.a_b.rrd",
	  "switch Sw-1.a_b",
	  { .kind = SERIES_SWITCH, .switch_name = "Sw-1.a_b" } },
	{ "/s/rrd/port/sw1/436207616.rrd",
	  "port sw1 ifIndex 436207616",
	  { .kind = SERIES_PORT, .switch_name = "sw1", .ifindex = 436207616 } },
	{ "/s/rrd/agent/sw1.rrd",
	  "agent sw1",
	  { .kind = SERIES_AGENT, .switch_name = "sw1" } },
	{ "/s/rrd/pair/v100/as64500/as64501.rrd",
	  "pair AS64500 AS64501 VLAN 100",
	  { .kind = SERIES_PAIR,
	    .asn = 64500,
	    .other_asn = 64501,
	    .vlan = 100 } },
	{ "/s/rrd/pair/v0/as64500/as64500.rrd",
	  "pair AS64500 AS64500 VLAN 0",
	  { .kind = SERIES_PAIR, .asn = 64500, .other_asn = 64500 } },
};

enum { NAMED = sizeof(named) / sizeof(named[0]) };

START_TEST(each_series_has_its_file)
{
	char path[128];

	ck_assert_int_eq(
	    series_path(path, sizeof(path), "/s", &named[_i].series), 0);
	ck_assert_str_eq(path, named[_i].path);
}
END_TEST

START_TEST(each_series_has_its_name)
{
	char name[64];

	ck_assert_str_eq(series_name(name, sizeof(name), &named[_i].series),
			 named[_i].name);
}
END_TEST

START_TEST(a_name_is_cut_to_its_buffer)
{
	char name[8];

	ck_assert_str_eq(series_name(name, sizeof(name), &named[1].series),
			 "member ");
}
END_TEST

START_TEST(a_path_that_does_not_fit_is_refused_whole)
{
	char path[128];
	size_t len = strlen(named[_i].path);

	for (size_t size = 0; size <= len; size++)
		ck_assert_int_eq(
		    series_path(path, size, "/s", &named[_i].series),
		    -ENAMETOOLONG);
	ck_assert_int_eq(series_path(path, len + 1, "/s", &named[_i].series),
			 0);
}
END_TEST

static const char *const unsafe_names[] = {
	NULL,
	"",
	".",
	"..",
	"...",
	"a/b",
	"../x",
	"a b",
	"a\nb",
	"sw\xc3\xa9",
	"a:b",
	"%s",
	"a\\b",
	"sw1\x7f",
	"01234567890123456789012345678901234567890123456789012345678901234",
};

START_TEST(a_switch_name_that_is_no_path_part_is_refused)
{
	static const enum series_kind kinds[] = { SERIES_SWITCH, SERIES_PORT,
						  SERIES_AGENT };
	char path[256];

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct series s = { .kind = kinds[i],
				    .switch_name = unsafe_names[_i] };

		ck_assert_int_eq(series_path(path, sizeof(path), "/s", &s),
				 ERR_RANGE);
	}
}
END_TEST

START_TEST(a_pair_starts_with_its_lower_number)
{
	char path[128];
	struct series s = { .kind = SERIES_PAIR,
			    .asn = 64501,
			    .other_asn = 64500 };

	ck_assert_int_eq(series_path(path, sizeof(path), "/s", &s), ERR_RANGE);
}
END_TEST

START_TEST(each_column_has_a_name_that_librrd_takes)
{
	const struct series_layout *layout =
	    series_layout((enum series_kind)_i);

	ck_assert_uint_le(layout->column_count, SERIES_COLUMNS_MAX);
	for (size_t i = 0; i < layout->column_count; i++) {
		const char *name = layout->columns[i];

		ck_assert_uint_le(strlen(name), 19);
		ck_assert_uint_eq(
		    strspn(name, "abcdefghijklmnopqrstuvwxyz_0123456789"),
		    strlen(name));
		for (size_t j = 0; j < i; j++)
			ck_assert_str_ne(name, layout->columns[j]);
	}
}
END_TEST

START_TEST(archives_run_from_fine_to_coarse)
{
	const struct series_layout *layout =
	    series_layout((enum series_kind)_i);
	uint32_t row_s = 0;

	ck_assert_uint_eq(layout->archives[0].row_s, layout->step_s);
	for (size_t i = 0; i < layout->archive_count; i++) {
		const struct series_archive *a = &layout->archives[i];

		ck_assert_uint_eq(a->row_s % layout->step_s, 0);
		ck_assert_uint_eq(86400 % a->row_s, 0);
		ck_assert_uint_ge(a->row_s, row_s);
		row_s = a->row_s;
	}
}
END_TEST

/* Rows of so many seconds, for so many days; -1 days: no such archive. */
static const struct {
	enum series_kind kind;
	enum consolidation cf;
	uint32_t row_s;
	int days;
} kept[] = {
	{ SERIES_MEMBER, CONSOLIDATION_AVERAGE, 60, 2 },
	{ SERIES_MEMBER, CONSOLIDATION_AVERAGE, 300, 62 },
	{ SERIES_MEMBER, CONSOLIDATION_AVERAGE, 3600, 730 },
	{ SERIES_MEMBER, CONSOLIDATION_AVERAGE, 86400, 3650 },
	{ SERIES_PORT, CONSOLIDATION_MAXIMUM, 300, -1 },
	{ SERIES_PORT, CONSOLIDATION_MAXIMUM, 3600, 730 },
	{ SERIES_PORT, CONSOLIDATION_MAXIMUM, 86400, 3650 },
	{ SERIES_PAIR, CONSOLIDATION_AVERAGE, 60, -1 },
	{ SERIES_PAIR, CONSOLIDATION_AVERAGE, 300, 2 },
	{ SERIES_PAIR, CONSOLIDATION_AVERAGE, 1800, 14 },
	{ SERIES_PAIR, CONSOLIDATION_AVERAGE, 7200, 62 },
	{ SERIES_PAIR, CONSOLIDATION_AVERAGE, 86400, 488 },
	{ SERIES_PAIR, CONSOLIDATION_MAXIMUM, 86400, -1 },
};

enum { KEPT = sizeof(kept) / sizeof(kept[0]) };

START_TEST(each_archive_is_kept_as_long_as_promised)
{
	const struct series_layout *layout = series_layout(kept[_i].kind);
	int64_t days = -1;

	for (size_t i = 0; i < layout->archive_count; i++) {
		const struct series_archive *a = &layout->archives[i];

		if (a->consolidation == kept[_i].cf &&
		    a->row_s == kept[_i].row_s)
			days = (int64_t)a->rows * a->row_s / 86400;
	}
	ck_assert_int_eq(days, kept[_i].days);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("series");
	TCase *names = tcase_create("names");
	TCase *layouts = tcase_create("layouts");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(names, each_series_has_its_file, 0, NAMED);
	tcase_add_loop_test(names, each_series_has_its_name, 0, NAMED);
	tcase_add_test(names, a_name_is_cut_to_its_buffer);
	tcase_add_loop_test(names, a_path_that_does_not_fit_is_refused_whole, 0,
			    NAMED);
	tcase_add_loop_test(names,
			    a_switch_name_that_is_no_path_part_is_refused, 0,
			    sizeof(unsafe_names) / sizeof(unsafe_names[0]));
	tcase_add_test(names, a_pair_starts_with_its_lower_number);
	tcase_add_loop_test(layouts, each_column_has_a_name_that_librrd_takes,
			    0, SERIES_KIND_COUNT);
	tcase_add_loop_test(layouts, archives_run_from_fine_to_coarse, 0,
			    SERIES_KIND_COUNT);
	tcase_add_loop_test(layouts, each_archive_is_kept_as_long_as_promised,
			    0, KEPT);
	suite_add_tcase(suite, names);
	suite_add_tcase(suite, layouts);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
