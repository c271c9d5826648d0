/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

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

int main(void)
{
	const struct unit_test tests[] = {
		{ no_folder_is_no_pairs, 0 },
		{ every_pair_is_visited_once, 0 },
		{ names_that_are_not_ours_are_passed_over, 0 },
	};

	return unit_run_with("series_list", setup, teardown, tests,
			     COUNT_OF(tests));
}
