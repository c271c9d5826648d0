/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "store/series_list.h"
#include "support/tempdir.h"
#include "util/file.h"

static char *dir;
static char found[256];

static void setup(void)
{
	dir = tempdir_new();
	found[0] = '\0';
}

static void teardown(void)
{
	tempdir_remove(dir);
}

static void make(const char *folder, const char *name)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/rrd/%s", dir, folder);
	ck_assert_int_eq(file_make_directories(path), 0);
	(void)snprintf(path, sizeof(path), "%s/rrd/%s/%s", dir, folder, name);
	ck_assert_int_eq(file_replace(path, "", 0), 0);
}

static void note(void *context, const struct series *s)
{
	char one[64];

	(void)context;
	ck_assert_int_eq(s->kind, SERIES_PAIR);
	(void)snprintf(one, sizeof(one), "[%u %u-%u]", s->vlan, s->asn,
		       s->other_asn);
	ck_assert_uint_lt(strlen(found) + strlen(one), sizeof(found));
	(void)strcat(found, one);
}

START_TEST(no_folder_is_no_pairs)
{
	ck_assert_int_eq(series_list_pairs(dir, note, NULL), 0);
	ck_assert_str_eq(found, "");
}
END_TEST

START_TEST(every_pair_is_visited_once)
{
	make("pair/v100/as64500", "as64501.rrd");
	make("pair/v100/as64500", "as64500.rrd");
	make("pair/v0/as4200000000", "as4294967295.rrd");
	ck_assert_int_eq(series_list_pairs(dir, note, NULL), 0);
	ck_assert_ptr_nonnull(strstr(found, "[100 64500-64501]"));
	ck_assert_ptr_nonnull(strstr(found, "[100 64500-64500]"));
	ck_assert_ptr_nonnull(strstr(found, "[0 4200000000-4294967295]"));
	ck_assert_uint_eq(strlen(found), strlen("[100 64500-64501]") * 2 +
					     strlen("[0 4200000000-"
						    "4294967295]"));
}
END_TEST

START_TEST(names_that_are_not_ours_are_passed_over)
{
	make("pair/v100/as64500", "as64501.rrd.new");
	make("pair/v100/as64500", "as.rrd");
	make("pair/v100/as64500", "asx.rrd");
	make("pair/v100/as64500", "as64499.rrd"); /* the higher one first */
	make("pair/v100", "as64500.txt");
	make("pair/v5000/as64500", "as64501.rrd");
	make("pair/lost+found/as64500", "as64501.rrd");
	make("pair", "v7");
	ck_assert_int_eq(series_list_pairs(dir, note, NULL), 0);
	ck_assert_str_eq(found, "");
}
END_TEST

struct found {
	struct series series[8];
	char names[8][SERIES_SWITCH_NAME_SIZE];
	size_t count;
};

static void keep(void *context, const struct series *s)
{
	struct found *f = context;

	ck_assert_uint_lt(f->count, COUNT_OF(f->series));
	f->series[f->count] = *s;
	if (s->switch_name) {
		(void)strcpy(f->names[f->count], s->switch_name);
		f->series[f->count].switch_name = f->names[f->count];
	}
	f->count++;
}

static const struct series every_kind[] = {
	{ .kind = SERIES_EXCHANGE },
	{ .kind = SERIES_MEMBER, .asn = 4200000000 },
	{ .kind = SERIES_VLAN_INTERFACE,
	  .asn = 64500,
	  .vlan = 100,
	  .ordinal = 12 },
	{ .kind = SERIES_VLAN, .vlan = 0 },
	{ .kind = SERIES_SWITCH, .switch_name = "sw-1.rrd" },
	{ .kind = SERIES_PORT, .switch_name = "sw.1_a", .ifindex = 4294967295 },
	{ .kind = SERIES_AGENT, .switch_name = "7" },
	{ .kind = SERIES_PAIR, .vlan = 4095, .asn = 1, .other_asn = 64500 },
};

/* Whatever series_path names is found again as what it was. */
START_TEST(a_file_is_found_as_its_series)
{
	const struct series *s = &every_kind[_i];
	struct found f = { 0 };
	char path[512];
	char *name;

	ck_assert_int_eq(series_path(path, sizeof(path), dir, s), 0);
	name = strrchr(path, '/');
	*name = '\0';
	ck_assert_int_eq(file_make_directories(path), 0);
	*name = '/';
	ck_assert_int_eq(file_replace(path, "", 0), 0);
	for (int kind = 0; kind < SERIES_KIND_COUNT; kind++)
		ck_assert_int_eq(
		    series_list_kind(dir, (enum series_kind)kind, keep, &f), 0);
	ck_assert_uint_eq(f.count, 1);
	ck_assert_int_eq(series_compare(&f.series[0], s), 0);
}
END_TEST

static const struct {
	const char *folder;
	const char *name;
} strangers[] = {
	{ ".", "exchange.rrd.new" },
	{ "member", "as64500.rrd.corrupt" },
	{ "member", "as064500.rrd" },
	{ "member", "as4294967296.rrd" },
	{ "member", "as64500" },
	{ "member", "as+1.rrd" },
	{ "interface", "as64500-v100.rrd" },
	{ "interface", "as64500-v100-1-1.rrd" },
	{ "interface", "as64500-v4096-1.rrd" },
	{ "interface", "as64500-v100-65536.rrd" },
	{ "vlan", "v.rrd" },
	{ "switch", ".rrd" },
	{ "switch", "...rrd" },
	{ "switch", "sw 1.rrd" },
	{ "switch", "sw1.rrd.new" },
	{ "port/sw1", "x.rrd" },
	{ "port/sw1/7.rrd", "7.rrd" },
	{ "port", "7.rrd" },
};

START_TEST(a_stranger_is_passed_over)
{
	struct found f = { 0 };
	bool is_folder = strcmp(strangers[_i].folder, "port/sw1/7.rrd") == 0;

	make(strangers[_i].folder, strangers[_i].name);
	for (int kind = 0; kind < SERIES_KIND_COUNT; kind++)
		ck_assert_int_eq(
		    series_list_kind(dir, (enum series_kind)kind, keep, &f), 0);
	/* that a name is a folder is for whoever opens it to find */
	ck_assert_uint_eq(f.count, is_folder ? 1 : 0);
}
END_TEST

START_TEST(a_set_holds_its_own_names_in_order)
{
	struct series_set set = { 0 };

	make("port/sw2", "7.rrd");
	make("port/sw1", "9.rrd");
	make("port/sw1", "10.rrd");
	make("switch", "sw2.rrd");
	make("agent", "sw1.rrd");
	ck_assert_int_eq(series_set_add_kind(&set, dir, SERIES_AGENT), 0);
	ck_assert_int_eq(series_set_add_kind(&set, dir, SERIES_PORT), 0);
	ck_assert_int_eq(series_set_add_kind(&set, dir, SERIES_SWITCH), 0);
	series_set_sort(&set);
	ck_assert_uint_eq(set.count, 5);
	ck_assert_int_eq(set.items[0].kind, SERIES_SWITCH);
	ck_assert_str_eq(set.items[0].switch_name, "sw2");
	ck_assert_str_eq(set.items[1].switch_name, "sw1");
	ck_assert_uint_eq(set.items[1].ifindex, 9);
	ck_assert_uint_eq(set.items[2].ifindex, 10);
	ck_assert_str_eq(set.items[3].switch_name, "sw2");
	ck_assert_int_eq(set.items[4].kind, SERIES_AGENT);
	ck_assert_uint_eq(set.name_count, 2);
	series_set_fini(&set);
	ck_assert_uint_eq(set.count, 0);
	series_set_sort(&set);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ no_folder_is_no_pairs, 0 },
		{ every_pair_is_visited_once, 0 },
		{ names_that_are_not_ours_are_passed_over, 0 },
		{ a_file_is_found_as_its_series, COUNT_OF(every_kind) },
		{ a_stranger_is_passed_over, COUNT_OF(strangers) },
		{ a_set_holds_its_own_names_in_order, 0 },
	};

	return unit_run_with("series_list", setup, teardown, tests,
			     COUNT_OF(tests));
}
