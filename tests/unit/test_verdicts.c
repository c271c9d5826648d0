/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/verdicts.h"
#include "support/registry_builder.h"
#include "support/tempdir.h"
#include "util/file.h"

static char *dir;
static char path[4096];
static struct exchange e;
static struct intake in;
static struct text text;

static void build(const char *direction)
{
	char *config = exchange_config_text(direction, NULL);

	exchange_build(&e, config, NULL);
	free(config);
	ck_assert_int_eq(intake_init(&in, e.registry), 0);
}

static void setup(void)
{
	dir = tempdir_new();
	(void)snprintf(path, sizeof(path), "%s/directions", dir);
	text_init(&text);
	build("auto");
}

static void unbuild(void)
{
	intake_fini(&in);
	exchange_free(&e);
}

static void teardown(void)
{
	unbuild();
	text_fini(&text);
	tempdir_remove(dir);
}

static void read_back(const char *content)
{
	ck_assert_int_eq(file_replace(path, content, strlen(content)), 0);
	verdicts_read(&in, path);
}

START_TEST(what_was_decided_reads_back)
{
	struct switch_state *s = in.agents.switches;

	s[0].sent_ingress = true;
	s[0].sent_egress = true;
	intake_decide(&in, 0);
	intake_decide(&in, 1);
	verdicts_write(&text, &in);
	ck_assert_str_eq(text_str(&text), "sw1 both\nsw2 any\n");
	unbuild();
	build("auto");
	ck_assert(in.agents.switches[0].undecided);
	read_back(text_str(&text));
	ck_assert(!in.agents.switches[0].undecided);
	ck_assert(!in.agents.switches[1].undecided);
	ck_assert_int_eq(in.agents.switches[0].counted, COUNTED_BOTH);
	ck_assert_int_eq(in.agents.switches[1].counted, COUNTED_ANY);
}
END_TEST

START_TEST(nothing_decided_is_nothing_written)
{
	verdicts_write(&text, &in);
	ck_assert_uint_eq(text.len, 0);
	verdicts_read(&in, path); /* no file */
	ck_assert(in.agents.switches[0].undecided);
}
END_TEST

static const char *const odd[] = {
	"",
	"\n\n\n",
	"sw1",
	"sw1 ",
	"sw1 egress\n",
	"sw1  both\n",
	"sw1 both more\n",
	"sw11 both\n",
	" sw1 both\n",
	"both sw1\n",
};

START_TEST(an_odd_file_decides_nothing)
{
	read_back(odd[_i]);
	ck_assert_msg(in.agents.switches[0].undecided, "%s", odd[_i]);
}
END_TEST

/* What was "ingress" when only that was counted. */
START_TEST(an_earlier_verdict_is_understood)
{
	read_back("sw1 ingress\n");
	ck_assert(!in.agents.switches[0].undecided);
	ck_assert_int_eq(in.agents.switches[0].counted, COUNTED_BOTH);
}
END_TEST

START_TEST(a_configured_direction_is_not_overruled)
{
	unbuild();
	build("egress");
	read_back("sw1 ingress\nsw2 any\n");
	ck_assert_int_eq(in.agents.switches[0].counted, COUNTED_EGRESS);
	verdicts_write(&text, &in);
	ck_assert_uint_eq(text.len, 0);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ what_was_decided_reads_back, 0 },
		{ nothing_decided_is_nothing_written, 0 },
		{ an_odd_file_decides_nothing, COUNT_OF(odd) },
		{ an_earlier_verdict_is_understood, 0 },
		{ a_configured_direction_is_not_overruled, 0 },
	};

	return unit_run_with("verdicts", setup, teardown, tests,
			     COUNT_OF(tests));
}
