/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/rrdcached_answer.h"
#include "support/unit.h"
#include "util/err.h"

/* The text in memory of its own, so that a read beyond it is seen. */
static int read_text(const char *text, size_t len, struct rrdcached_answer *out)
{
	char *copy = malloc(len ? len : 1);
	int rc;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, text, len);
	rc = rrdcached_answer_read(cursor_of(copy, len), out);
	free(copy);
	return rc;
}

static bool is_text(struct cursor c, const char *text)
{
	return cursor_left(&c) == strlen(text) &&
	       memcmp(c.at, text, strlen(text)) == 0;
}

/* As rrdcached 1.7.2 gives them. */
static const struct {
	const char *text;
	bool refused;
	size_t lines;
} answers[] = {
	{ "0 1700000160\n", false, 0 },
	{ "0 Go ahead.  End with dot '.' on its own line.\n", false, 0 },
	{ "-1 No such file: /db/m/a.rrd\n", true, 0 },
	{ "0 updates pending\n", false, 0 },
	{ "1 updates pending\n1700000220:3\n", false, 1 },
	{ "4 errors\n1 illegal attempt to update\n2 No such file: b.rrd\n"
	  "3 Can't use 'LAST' here.\n4 Unknown command: FOO\n",
	  false, 4 },
	{ "2 errors\n1 No permission to recursively create: /db/m\n"
	  "Did you pass -R to the daemon?\n",
	  false, 2 },
	{ "0\n", false, 0 },
	{ "2 lines\n\n\n", false, 2 },
};

START_TEST(an_answer_is_read_whole)
{
	const char *text = answers[_i].text;
	struct rrdcached_answer answer;
	struct cursor line;
	size_t lines = 0;
	char more[512];

	/* What follows belongs to the next one. */
	(void)snprintf(more, sizeof(more), "%s-1 other\n", text);
	ck_assert_int_eq(
	    rrdcached_answer_read(cursor_of(more, strlen(more)), &answer), 1);
	ck_assert_uint_eq(answer.size, strlen(text));
	ck_assert_int_eq(answer.refused, answers[_i].refused);
	while (rrdcached_line_next(&answer.lines, &line))
		lines++;
	ck_assert_uint_eq(lines, answers[_i].lines);
}
END_TEST

START_TEST(each_beginning_of_an_answer_wants_more)
{
	const char *text = answers[_i].text;
	struct rrdcached_answer answer;

	for (size_t len = 0; len < strlen(text); len++)
		ck_assert_int_eq(read_text(text, len, &answer), 0);
	ck_assert_int_eq(read_text(text, strlen(text), &answer), 1);
}
END_TEST

static const char *const no_answers[] = {
	"\n",
	" \n",
	"hello\n",
	"HTTP/1.1 400 Bad Request\r\n",
	"-\n",
	"-0 no\n",
	"--1 no\n",
	"+1 no\n",
	"1x no\n",
	"0x10 no\n",
	"1.5 no\n",
	"99999999999999999999 lines\n",
	"18446744073709551616 lines\n",
	"100001 lines\n",
	"-99999999999999999999 no\n",
	"\xff\xfe\n",
	"0\r\n",
};

START_TEST(what_is_no_answer_is_refused)
{
	const char *text = no_answers[_i];
	struct rrdcached_answer answer;

	ck_assert_int_eq(read_text(text, strlen(text), &answer), ERR_MALFORMED);
}
END_TEST

START_TEST(a_line_without_end_is_refused)
{
	size_t len = (size_t)RRDCACHED_LINE_MAX + 8;
	char *text = malloc(len);
	struct rrdcached_answer answer;

	ck_assert_ptr_nonnull(text);
	memset(text, 'x', len);
	text[0] = '0';
	text[1] = ' ';
	ck_assert_int_eq(read_text(text, RRDCACHED_LINE_MAX, &answer), 0);
	ck_assert_int_eq(read_text(text, len, &answer), ERR_MALFORMED);
	text[0] = '1'; /* nor among those that follow */
	text[3] = '\n';
	ck_assert_int_eq(read_text(text, len, &answer), ERR_MALFORMED);
	ck_assert_int_eq(read_text(text, len - 4, &answer), 0);
	free(text);
}
END_TEST

static const struct {
	const char *text;
	int64_t at_s; /* -1: none */
} times[] = {
	{ "1700000160", 1700000160 },
	{ "0", 0 },
	{ "1099511627776", INT64_C(1) << 40 },
	{ "1099511627777", -1 },
	{ "", -1 },
	{ " 1", -1 },
	{ "1 ", -1 },
	{ "-1", -1 },
	{ "1e9", -1 },
	{ "99999999999999999999999", -1 },
};

START_TEST(a_time_is_a_number_and_nothing_else)
{
	const char *text = times[_i].text;
	int64_t at_s = -1;
	int rc = rrdcached_time_read(cursor_of(text, strlen(text)), &at_s);

	ck_assert_int_eq(rc, times[_i].at_s < 0 ? ERR_MALFORMED : 0);
	ck_assert_int_eq(at_s, times[_i].at_s);
}
END_TEST

/* A line, of a batch of ten commands. */
static const struct {
	const char *line;
	int rc;
	size_t number;
	const char *reason;
} refusals[] = {
	{ "1 illegal attempt", 1, 1, "illegal attempt" },
	{ "10 No such file: a b", 1, 10, "No such file: a b" },
	{ "3", 1, 3, "" },
	{ "Did you pass -R to the daemon?", 0, 0, NULL },
	{ "", 0, 0, NULL },
	{ "-1 no", 0, 0, NULL },
	{ "0 no", ERR_MALFORMED, 0, NULL },
	{ "11 no", ERR_MALFORMED, 0, NULL },
	{ "4294967297 no", ERR_MALFORMED, 0, NULL },
	{ "18446744073709551617 no", ERR_MALFORMED, 0, NULL },
	{ "1x no", ERR_MALFORMED, 0, NULL },
};

START_TEST(a_refusal_names_a_command_of_the_batch)
{
	const char *text = refusals[_i].line;
	struct cursor line = cursor_of(text, strlen(text));
	size_t number = 0;

	ck_assert_int_eq(rrdcached_refusal_read(&line, 10, &number),
			 refusals[_i].rc);
	ck_assert_uint_eq(number, refusals[_i].number);
	if (refusals[_i].reason)
		ck_assert(is_text(line, refusals[_i].reason));
}
END_TEST

static const struct {
	const char *line;
	int rc;
	bool unknown;
} pendings[] = {
	{ "1700000220:3", 0, false },
	{ "1700000220:U", 0, true },
	{ "1700000220:U:U:U", 0, true },
	{ "1700000220:U:1e300:U", 0, false },
	{ "1700000220:UU", 0, false },
	{ "1700000220", ERR_MALFORMED, false },
	{ "1700000220:", ERR_MALFORMED, false },
	{ "1700000220::1", ERR_MALFORMED, false },
	{ ":1", ERR_MALFORMED, false },
	{ "N:1", ERR_MALFORMED, false },
	{ "1700000220.5:1", ERR_MALFORMED, false },
	{ "", ERR_MALFORMED, false },
};

START_TEST(an_update_held_has_a_stamp_and_values)
{
	const char *text = pendings[_i].line;
	bool unknown = false;
	int64_t at_s = -1;

	ck_assert_int_eq(rrdcached_pending_read(cursor_of(text, strlen(text)),
						&at_s, &unknown),
			 pendings[_i].rc);
	ck_assert_int_eq(at_s, pendings[_i].rc == 0 ? 1700000220 : -1);
	ck_assert_int_eq(unknown, pendings[_i].unknown);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ an_answer_is_read_whole, COUNT_OF(answers) },
		{ each_beginning_of_an_answer_wants_more, COUNT_OF(answers) },
		{ what_is_no_answer_is_refused, COUNT_OF(no_answers) },
		{ a_line_without_end_is_refused, 0 },
		{ a_time_is_a_number_and_nothing_else, COUNT_OF(times) },
		{ a_refusal_names_a_command_of_the_batch, COUNT_OF(refusals) },
		{ an_update_held_has_a_stamp_and_values, COUNT_OF(pendings) },
	};

	return unit_run("rrdcached_answer", tests, COUNT_OF(tests));
}
