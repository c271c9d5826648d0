/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

#include "collector/strays.h"
#include "store/switch_list.h"
#include "support/tempdir.h"
#include "util/file.h"

static char *dir;
static struct diagnostics d;

static void setup(void)
{
	dir = tempdir_new();
	diagnostics_init(&d);
}

static void teardown(void)
{
	diagnostics_fini(&d);
	tempdir_remove(dir);
}

static void make_folder(const char *name)
{
	char path[400];

	(void)snprintf(path, sizeof(path), "%s/rrd/%s", dir, name);
	ck_assert_int_eq(file_make_directories(path), 0);
}

static void make_file(const char *folder, const char *name)
{
	char path[400];

	make_folder(folder);
	(void)snprintf(path, sizeof(path), "%s/rrd/%s/%s", dir, folder, name);
	ck_assert_int_eq(file_replace(path, "x", 1), 0);
}

static void warn(const char *first, const char *second)
{
	struct config_switch switches[2] = { { .agent = { .version = 4 } } };
	char path[] = "l.yaml";
	struct config config = { .path = path,
				 .state_dir = dir,
				 .switches = switches,
				 .switch_count = second ? 2 : 1 };

	(void)snprintf(switches[0].name, CONFIG_NAME_SIZE, "%s", first);
	(void)snprintf(switches[1].name, CONFIG_NAME_SIZE, "%s",
		       second ? second : "");
	ck_assert_int_eq(strays_warn(&config, &d), 0);
	ck_assert_uint_eq(d.errors, 0);
}

static bool said(const char *words)
{
	return strstr(text_str(&d.text), words) != NULL;
}

START_TEST(every_switch_is_listed_once_and_in_order)
{
	struct switch_list list;

	make_file("switch", "sw2.rrd");
	make_file("agent", "sw2.rrd");
	make_file("agent", "a.rrd.b.rrd");
	make_folder("port/sw1");
	make_folder("port/sw2");
	make_file("switch", "odd name.rrd");
	make_file("switch", "sw3.rrd.new");
	make_file("switch", ".rrd");
	make_file("switch", "sw4");
	ck_assert_int_eq(switch_list_read(&list, dir), 0);
	ck_assert_uint_eq(list.count, 3);
	ck_assert_str_eq(list.names[0], "a.rrd.b");
	ck_assert_str_eq(list.names[1], "sw1");
	ck_assert_str_eq(list.names[2], "sw2");
	switch_list_fini(&list);
}
END_TEST

START_TEST(a_name_of_any_length_is_read_or_passed_over)
{
	struct switch_list list;
	char name[200];

	for (int len = 60; len < 70; len++) {
		memset(name, 'a', sizeof(name));
		(void)snprintf(name + len, sizeof(name) - (size_t)len, ".rrd");
		make_file("switch", name);
	}
	ck_assert_int_eq(switch_list_read(&list, dir), 0);
	ck_assert_uint_eq(list.count, 5);
	ck_assert_uint_eq(strlen(list.names[4]), 64);
	switch_list_fini(&list);
}
END_TEST

START_TEST(nothing_there_is_nothing_to_warn_of)
{
	warn("sw1", NULL);
	ck_assert_uint_eq(d.warnings, 0);
	make_file("switch", "sw1.rrd");
	make_folder("port/sw1");
	warn("sw1", NULL);
	ck_assert_uint_eq(d.warnings, 0);
}
END_TEST

START_TEST(a_renamed_switch_is_told_how_to_keep_its_history)
{
	make_file("switch", "sw1.rrd");
	make_file("switch", "sw2.rrd");
	make_folder("port/sw1");
	warn("edge1", "sw2");
	ck_assert_uint_eq(d.warnings, 1);
	ck_assert(said("l.yaml: warning: found files of the switch \"sw1\""));
	ck_assert(said("if it is called edge1 now"));
	ck_assert(said("mv switch/sw1.rrd switch/edge1.rrd; mv agent/sw1.rrd "
		       "agent/edge1.rrd; mv port/sw1 port/edge1 "));
}
END_TEST

START_TEST(which_of_several_it_is_now_is_not_guessed)
{
	make_file("agent", "sw1.rrd");
	warn("edge1", "edge2");
	ck_assert(said("mv agent/sw1.rrd agent/NEW.rrd"));
	diagnostics_fini(&d);
	diagnostics_init(&d);
	make_file("agent", "edge1.rrd");
	warn("edge1", NULL);
	ck_assert(said("mv agent/sw1.rrd agent/NEW.rrd"));
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ every_switch_is_listed_once_and_in_order, 0 },
		{ a_name_of_any_length_is_read_or_passed_over, 0 },
		{ nothing_there_is_nothing_to_warn_of, 0 },
		{ a_renamed_switch_is_told_how_to_keep_its_history, 0 },
		{ which_of_several_it_is_now_is_not_guessed, 0 },
	};

	return unit_run_with("strays", setup, teardown, tests, COUNT_OF(tests));
}
