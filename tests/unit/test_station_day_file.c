/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/station_day_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/made_stations.h"
#include "support/tempdir.h"
#include "support/unit.h"
#include "util/err.h"
#include "util/file.h"

static char *dir;

static void setup(void)
{
	dir = tempdir_new();
}

static void teardown(void)
{
	tempdir_remove(dir);
}

static int store(int day)
{
	struct station_day d = made_stations(day, "1@sw1:7/100 1 2 5");
	int rc = station_day_store(dir, &d);

	station_day_fini(&d);
	return rc;
}

static struct date date_of(int day)
{
	return (struct date){ 2026, 11, day };
}

START_TEST(a_day_has_its_file)
{
	char expected[PATH_MAX];
	char path[PATH_MAX];
	struct station_day d;

	(void)snprintf(expected, sizeof(expected),
		       "%s/stations/2026/2026-11-25", dir);
	ck_assert_int_eq(station_day_path(path, dir, date_of(25)), 0);
	ck_assert_str_eq(path, expected);
	ck_assert_int_eq(station_day_read(&d, dir, date_of(25)), ERR_NOT_FOUND);
	ck_assert_int_eq(store(25), 0);
	ck_assert_int_eq(station_day_read(&d, dir, date_of(25)), 0);
	ck_assert_uint_eq(d.count, 1);
	ck_assert_int_eq(date_compare(d.date, date_of(25)), 0);
	station_day_fini(&d);
}
END_TEST

static const struct {
	const char *content;
	int rc;
} others[] = {
	{ "", ERR_TRUNCATED },
	{ "lanterne stations 1 0\n", ERR_TRUNCATED },
	{ "lanterne stations 2 0\n", ERR_UNSUPPORTED },
	{ "something else\n", ERR_MALFORMED },
	/* another day's */
	{ "lanterne stations 1 0\n"
	  "day 2026-11-24 UTC 1795478400 1795564800 0 0\n",
	  ERR_MALFORMED },
	{ "lanterne stations 1 0\n"
	  "day 2026-11-25 UTC 1795564800 1795651200 0 0\n",
	  0 },
};

START_TEST(what_is_no_such_day_is_refused)
{
	char path[PATH_MAX];
	struct station_day d = { 0 };

	ck_assert_int_eq(station_day_path(path, dir, date_of(25)), 0);
	ck_assert_int_eq(file_make_directory_of(path), 0);
	ck_assert_int_eq(
	    file_replace(path, others[_i].content, strlen(others[_i].content)),
	    0);
	ck_assert_int_eq(station_day_read(&d, dir, date_of(25)), others[_i].rc);
	station_day_fini(&d);
}
END_TEST

START_TEST(a_folder_is_no_day)
{
	char path[PATH_MAX];
	struct station_day d;

	ck_assert_int_eq(station_day_path(path, dir, date_of(25)), 0);
	ck_assert_int_eq(file_make_directories(path), 0);
	ck_assert_int_eq(station_day_read(&d, dir, date_of(25)), ERR_MALFORMED);
}
END_TEST

START_TEST(days_are_listed_and_the_oldest_go)
{
	char path[PATH_MAX];
	struct date *dates = NULL;
	size_t count = 1;
	size_t removed;

	ck_assert_int_eq(station_day_list(dir, &dates, &count), 0);
	ck_assert_uint_eq(count, 0);
	for (int day = 9; day > 3; day--)
		ck_assert_int_eq(store(day), 0);
	/* on its way to its name */
	(void)snprintf(path, sizeof(path), "%s/stations/2026/2026-11-02.new",
		       dir);
	ck_assert_int_eq(file_replace(path, "x", 1), 0);
	ck_assert_int_eq(station_day_trim(dir, 6, &removed), 0);
	ck_assert_uint_eq(removed, 0);
	ck_assert_int_eq(station_day_trim(dir, 2, &removed), 0);
	ck_assert_uint_eq(removed, 4);
	ck_assert_int_eq(station_day_list(dir, &dates, &count), 0);
	ck_assert_uint_eq(count, 2);
	ck_assert_int_eq(dates[0].day, 8);
	ck_assert_int_eq(dates[1].day, 9);
	free(dates);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_day_has_its_file, 0 },
		{ what_is_no_such_day_is_refused, COUNT_OF(others) },
		{ a_folder_is_no_day, 0 },
		{ days_are_listed_and_the_oldest_go, 0 },
	};

	return unit_run_with("station_day_file", setup, teardown, tests,
			     COUNT_OF(tests));
}
