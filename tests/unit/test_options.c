/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "collector/options.h"
#include "util/err.h"

enum { ARGUMENTS_MAX = 8, LINE_SIZE = 200 };

static struct options o;
static char line[LINE_SIZE];

/* Read a command line, its words parted by spaces. */
static int read_line(const char *words)
{
	char name[] = "lanterne-collector";
	char *argv[ARGUMENTS_MAX + 2] = { name };
	char *rest = line;
	int argc = 1;

	(void)snprintf(line, sizeof(line), "%s", words);
	while (rest && *rest && argc <= ARGUMENTS_MAX)
		argv[argc++] = strsep(&rest, " ");
	optind = 0; /* begin anew, as only glibc can */
	return options_read(&o, argc, argv);
}

static void teardown(void)
{
	options_fini(&o);
}

static const char *const wrong[] = {
	"--nonsense",
	"-x",
	"-c",
	"--replay",
	"--replay sflow:",
	"--replay file.pcap --totals -",
	"--replay sflow:a b --totals -",
	"--totals -",
	"--store",
	"--check-config --print-config",
	"--print-config --replay sflow:a --store",
	"--check-config --totals -",
	"--check-config stray",
	"stray",
	"--journal",
	"--journal a --journal b",
	"--journal a b",
	"--journal a --check-config",
	"--journal a --totals -",
	"--replay sflow:a --journal b",
	"--propose-ports --rebuild",
	"--propose-ports stray",
	"--propose-ports --store",
	"--import file",
	"--import csv:",
	"--import csv:a --import csv:b",
	"--import csv:a --export all",
	"--map file",
	"--export",
	"--export all --from now",
	"--export all --step 0",
	"--export all --format xml",
	"--export all --from 2026-01-02T00:00:00Z --to 2026-01-01T00:00:00Z",
	"--maximum",
	"--replay mirror:",
	"--replay mirror",
	"--replay Mirror:a",
	"--replay erspan:a",
	"--replay :a",
	"--replay sflow:a mirror:",
};

START_TEST(wrong_usage_is_refused)
{
	ck_assert_msg(read_line(wrong[_i]) == ERR_SYNTAX, "%s", wrong[_i]);
	o = (struct options){ 0 };
}
END_TEST

static const struct {
	const char *words;
	enum options_mode mode;
	const char *config;
} modes[] = {
	{ "", MODE_LIVE, "/etc/lanterne/lanterne.yaml" },
	{ "-c other.yaml", MODE_LIVE, "other.yaml" },
	{ "--config other.yaml --check-config", MODE_CHECK_CONFIG,
	  "other.yaml" },
	{ "--print-config", MODE_PRINT_CONFIG, "/etc/lanterne/lanterne.yaml" },
	{ "--journal steps.jnl", MODE_JOURNAL, "/etc/lanterne/lanterne.yaml" },
	{ "--help", MODE_HELP, "/etc/lanterne/lanterne.yaml" },
	{ "--version --nonsense", MODE_VERSION, "/etc/lanterne/lanterne.yaml" },
};

START_TEST(each_mode_is_understood)
{
	ck_assert_msg(read_line(modes[_i].words) == 0, "%s", modes[_i].words);
	ck_assert_int_eq(o.mode, modes[_i].mode);
	ck_assert_str_eq(o.config, modes[_i].config);
	ck_assert_uint_eq(o.capture_count, 0);
}
END_TEST

START_TEST(a_replay_takes_captures_in_both_ways)
{
	ck_assert_int_eq(read_line("--replay sflow:a sflow:- --totals t "
				   "--replay mirror:c --store"),
			 0);
	ck_assert_int_eq(o.mode, MODE_REPLAY);
	ck_assert_uint_eq(o.capture_count, 3);
	ck_assert(o.wants_mirror);
	ck_assert_str_eq(o.totals, "t");
	ck_assert(o.store);
	/* getopt gives stray words last */
	ck_assert_str_eq(o.captures[0], "a");
	ck_assert_str_eq(o.captures[1], "c");
	ck_assert_str_eq(o.captures[2], "-");
	ck_assert(!o.is_mirror[0]);
	ck_assert(o.is_mirror[1]);
	ck_assert(!o.is_mirror[2]);
}
END_TEST

START_TEST(a_mirrors_capture_is_told_from_a_samples)
{
	ck_assert_int_eq(read_line("--replay mirror:sflow:a mirror:- sflow:b"),
			 0);
	ck_assert_uint_eq(o.capture_count, 3);
	for (size_t i = 0; i < 3; i++)
		ck_assert_int_eq(o.is_mirror[i],
				 strcmp(o.captures[i], "b") != 0);
	ck_assert_str_eq(o.captures[0], "sflow:a");
	ck_assert(o.wants_mirror);
	options_fini(&o);
	ck_assert_int_eq(read_line("--replay sflow:mirror:a"), 0);
	ck_assert(!o.wants_mirror);
	ck_assert(!o.is_mirror[0]);
}
END_TEST

START_TEST(help_names_every_option_and_exit_code)
{
	static const char *const words[] = {
		"--config",
		"--check-config",
		"--print-config",
		"--replay",
		"--totals",
		"--store",
		"--journal",
		"--help",
		"--version",
		"64 usage",
		"65",
		"66",
		"69",
		"73",
		"74",
		"78",
	};

	for (size_t i = 0; i < COUNT_OF(words); i++)
		ck_assert_msg(strstr(options_help(), words[i]) != NULL, "%s",
			      words[i]);
}
END_TEST

START_TEST(a_replay_prints_its_totals_unless_told_otherwise)
{
	ck_assert_int_eq(read_line("--replay sflow:a"), 0);
	ck_assert_str_eq(o.totals, "-");
	options_fini(&o);
	ck_assert_int_eq(read_line("--replay sflow:a --store"), 0);
	ck_assert_ptr_null(o.totals);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_replay_prints_its_totals_unless_told_otherwise, 0 },
		{ wrong_usage_is_refused, COUNT_OF(wrong) },
		{ each_mode_is_understood, COUNT_OF(modes) },
		{ a_replay_takes_captures_in_both_ways, 0 },
		{ a_mirrors_capture_is_told_from_a_samples, 0 },
		{ help_names_every_option_and_exit_code, 0 },
	};

	return unit_run_with("options", NULL, teardown, tests, COUNT_OF(tests));
}
