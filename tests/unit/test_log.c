/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "util/log.h"

enum { CAPTURED_SIZE = 8192 };

static int saved_stderr;
static int pipe_ends[2];
static char captured[CAPTURED_SIZE];

/* Standard error becomes a pipe. */
static void setup(void)
{
	log_set_level(LOG_LEVEL_INFO);
	saved_stderr = dup(STDERR_FILENO);
	ck_assert_int_eq(pipe(pipe_ends), 0);
	ck_assert_int_ge(dup2(pipe_ends[1], STDERR_FILENO), 0);
	(void)close(pipe_ends[1]);
}

static void teardown(void)
{
	(void)close(pipe_ends[0]);
	(void)close(saved_stderr);
}

/* Standard error back, and what was written to it since. */
static const char *finish(void)
{
	ssize_t got;

	ck_assert_int_ge(dup2(saved_stderr, STDERR_FILENO), 0);
	got = read(pipe_ends[0], captured, sizeof(captured) - 1);
	ck_assert_int_ge(got, 0);
	captured[got] = '\0';
	return captured;
}

START_TEST(a_line_begins_with_its_priority)
{
	log_error("store: %s", "full");
	log_warning("w");
	log_notice("n");
	log_info("i");
	ck_assert_str_eq(finish(), "<3>store: full\n<4>w\n<5>n\n<6>i\n");
}
END_TEST

START_TEST(lines_below_the_level_are_not_shown)
{
	log_debug("hidden");
	log_set_level(LOG_LEVEL_ERROR);
	log_warning("hidden");
	log_error("shown");
	log_set_level(LOG_LEVEL_DEBUG);
	log_debug("shown");
	ck_assert_str_eq(finish(), "<3>shown\n<7>shown\n");
}
END_TEST

START_TEST(a_text_can_not_forge_a_line)
{
	log_info("name: '%s'", "x\n<3>forged\r\x1b[2J\x7f");
	ck_assert_str_eq(finish(), "<6>name: 'x?<3>forged??[2J?'\n");
}
END_TEST

/* A text, and how it is shown. */
static const struct {
	const char *text;
	const char *shown;
} texts[] = {
	{ "\xc3\xa9\xe2\x82\xac\xf0\x9f\x8f\xae",
	  "\xc3\xa9\xe2\x82\xac\xf0\x9f\x8f\xae" },
	{ "\xc2\x9b[2J", "??[2J" },		 /* a control in UTF-8 */
	{ "\x9b[2J", "?[2J" },			 /* and as a byte */
	{ "\xc2\x85x\xe2\x80\xa8y", "??x???y" }, /* line ends */
	{ "\xe2\x80\xaex", "???x" },		 /* a turn of direction */
	{ "\xe2\x81\xa6x", "???x" },
	{ "\xc0\xaf", "??" }, /* too long a form */
	{ "\xe0\x80\xaf", "???" },
	{ "\xf0\x80\x80\xaf", "????" },
	{ "\xed\xa0\x80", "???" }, /* half of a pair */
	{ "\xf4\x90\x80\x80", "????" },
	{ "\xff\xfe", "??" },
	{ "\xc3", "?" }, /* cut */
	{ "\xe2\x82", "??" },
	{ "\xe2\n\x82", "???" },
};

START_TEST(what_could_disguise_a_line_is_not_shown)
{
	char wanted[64];

	(void)snprintf(wanted, sizeof(wanted), "<6>%s\n", texts[_i].shown);
	log_info("%s", texts[_i].text);
	ck_assert_str_eq(finish(), wanted);
}
END_TEST

START_TEST(a_long_text_is_cut_and_stays_one_line)
{
	char endless[5000];
	size_t len;

	memset(endless, 'x', sizeof(endless) - 1);
	endless[sizeof(endless) - 1] = '\0';
	log_info("%s", endless);
	len = strlen(finish());
	ck_assert_uint_gt(len, 1000);
	ck_assert_uint_le(len, 1024);
	ck_assert_int_eq(captured[len - 1], '\n');
	ck_assert_ptr_eq(strchr(captured, '\n'), captured + len - 1);
}
END_TEST

START_TEST(errno_is_told_and_kept)
{
	errno = ENOENT;
	log_info("open: %m");
	ck_assert_int_eq(errno, ENOENT);
	log_debug("hidden");
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_str_eq(finish(), "<6>open: No such file or directory\n");
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_line_begins_with_its_priority, 0 },
		{ lines_below_the_level_are_not_shown, 0 },
		{ a_text_can_not_forge_a_line, 0 },
		{ what_could_disguise_a_line_is_not_shown, COUNT_OF(texts) },
		{ a_long_text_is_cut_and_stays_one_line, 0 },
		{ errno_is_told_and_kept, 0 },
	};

	return unit_run_with("log", setup, teardown, tests, COUNT_OF(tests));
}
