/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/report/alert_state.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "support/tempdir.h"
#include "support/unit.h"
#include "util/err.h"
#include "util/file.h"
#include "util/log.h"
#include "web/report/alert_rules.h"

/* One of each kind, as bad as it can be. */
static void fill(struct alert_state *state)
{
	alert_state_init(state);
	state->at_s = 1700000000;
	state->clock = (struct alert_clock){ 1690000000.25, 3, NAN };
	for (int kind = 0; kind < ALERT_KIND_COUNT; kind++) {
		bool is_critical =
		    alert_rule((enum alert_kind)kind)->has[ALERT_CRITICAL];
		struct alert alert = {
			.subject = { .kind = (enum alert_kind)kind,
				     .part = (enum alert_part)(
					 kind % ALERT_PART_COUNT),
				     .asn = kind % 2 ? UINT32_MAX : 0,
				     .number = (uint32_t)kind },
			.severity =
			    is_critical ? ALERT_CRITICAL : ALERT_WARNING,
			.since_s = 1600000000 + kind,
			.figures = { 0.25 * kind, NAN, 1e10 },
		};

		(void)snprintf(alert.subject.switch_name,
			       sizeof(alert.subject.switch_name), "sw%d", kind);
		(void)snprintf(alert.subject.name, ALERT_NAME_SIZE,
			       "2001:db8::%d", kind);
		if (alert_list_add(&state->standing, &alert) < 0)
			abort();
	}
}

static bool is_same(double a, double b)
{
	return isnan(a) ? isnan(b) : fabs(a - b) < 1e-6;
}

START_TEST(a_state_reads_back_as_it_was)
{
	struct alert_state a;
	struct alert_state b;
	struct text text;

	fill(&a);
	text_init(&text);
	alert_state_add(&text, &a);
	ck_assert_int_eq(alert_state_parse(&b, text_str(&text), text.len), 0);
	ck_assert(is_same(a.at_s, b.at_s));
	ck_assert(is_same(a.clock.started, b.clock.started));
	ck_assert(is_same(a.clock.jumps, b.clock.jumps));
	ck_assert(is_same(a.clock.odd_at_s, b.clock.odd_at_s));
	ck_assert_uint_eq(b.standing.count, ALERT_KIND_COUNT);
	for (size_t i = 0; i < b.standing.count; i++) {
		const struct alert *x = &a.standing.items[i];
		const struct alert *y = &b.standing.items[i];

		ck_assert_int_eq(
		    alert_subject_compare(&x->subject, &y->subject), 0);
		ck_assert_int_eq(x->severity, y->severity);
		ck_assert_int_eq(x->since_s, y->since_s);
		ck_assert(is_same(x->figures.value, y->figures.value));
		ck_assert(is_same(x->figures.amount, y->figures.amount));
		ck_assert(is_same(x->figures.whole, y->figures.whole));
	}
	text_fini(&text);
	alert_state_fini(&a);
	alert_state_fini(&b);
}
END_TEST

/* What a status says may be anything, and must not end what is remembered. */
START_TEST(numbers_of_any_size_read_back)
{
	static const double numbers[] = { 0,	-1,	 1e15,	   1e19,
					  1e82, 1.7e308, -1.7e308, 1e-300 };

	for (size_t i = 0; i < COUNT_OF(numbers); i++) {
		struct alert_state state;
		struct alert_state read;
		struct text text;

		fill(&state);
		state.at_s = numbers[i];
		state.clock =
		    (struct alert_clock){ numbers[i], numbers[i], numbers[i] };
		state.standing.items[0].figures.value = numbers[i];
		text_init(&text);
		alert_state_add(&text, &state);
		ck_assert_int_eq(
		    alert_state_parse(&read, text_str(&text), text.len), 0);
		ck_assert_double_eq_tol(read.clock.jumps, numbers[i], 1e-6);
		text_fini(&text);
		alert_state_fini(&state);
		alert_state_fini(&read);
	}
}
END_TEST

START_TEST(no_part_of_a_state_is_one)
{
	struct alert_state state;
	struct alert_state read;
	struct text text;

	fill(&state);
	text_init(&text);
	alert_state_add(&text, &state);
	for (size_t len = 0; len < text.len; len++)
		ck_assert_int_eq(alert_state_parse(&read, text_str(&text), len),
				 ERR_MALFORMED);
	text_fini(&text);
	alert_state_fini(&state);
}
END_TEST

START_TEST(every_flip_is_seen)
{
	struct alert_state state;
	struct alert_state read;
	struct text text;

	fill(&state);
	text_init(&text);
	alert_state_add(&text, &state);
	for (size_t i = 0; i < text.len; i++) {
		for (int bit = 0; bit < 8; bit++) {
			text.data[i] = (char)(text.data[i] ^ 1 << bit);
			ck_assert_int_eq(
			    alert_state_parse(&read, text_str(&text), text.len),
			    ERR_MALFORMED);
			text.data[i] = (char)(text.data[i] ^ 1 << bit);
		}
	}
	text_fini(&text);
	alert_state_fini(&state);
}
END_TEST

#define ALERT(fields)                                                          \
	"{\"version\":1,\"standing\":[{\"kind\":\"port_full\",\"part\":"       \
	"\"in\",\"asn\":0,\"number\":7,\"switch\":\"sw1\",\"name\":\"\","      \
	"\"source\":\"\",\"severity\":\"warning\",\"since\":1" fields "}]}"
#define SWITCH(severity)                                                       \
	"{\"kind\":\"switch_silent\",\"part\":\"\",\"asn\":0,\"number\":0,"    \
	"\"switch\":\"sw1\",\"severity\":\"" severity "\",\"since\":1}"
#define STATE(standing) "{\"version\":1,\"standing\":[" standing "]}"

/* JSON as somebody may have written it. */
static const struct {
	const char *text;
	int rc;
} cases[] = {
	{ STATE(""), 0 },
	{ ALERT(""), 0 },
	{ ALERT(",\"value\":\"x\",\"more\":[]"), 0 },
	{ STATE(SWITCH("critical")), 0 },
	{ "{\"version\":2,\"standing\":[]}", ERR_UNSUPPORTED },
	{ "{\"version\":1}", ERR_MALFORMED },
	{ "{\"version\":-1,\"standing\":[]}", ERR_MALFORMED },
	{ "{\"version\":\"1\",\"standing\":[]}", ERR_MALFORMED },
	{ "[]", ERR_MALFORMED },
	{ "", ERR_MALFORMED },
	{ STATE("7"), ERR_MALFORMED },
	{ STATE("{}"), ERR_MALFORMED },
	{ STATE(SWITCH("fine")), ERR_MALFORMED },
	{ STATE(SWITCH("terrible")), ERR_MALFORMED },
	{ STATE(SWITCH("warning")), ERR_MALFORMED }, /* it is critical only */
	{ STATE(SWITCH("critical") "," SWITCH("critical")), ERR_MALFORMED },
	{ ALERT(",\"since\":2"), ERR_MALFORMED },
};

START_TEST(only_what_makes_sense_is_taken)
{
	struct alert_state state;
	int rc = alert_state_parse_json(&state, cases[_i].text,
					strlen(cases[_i].text));

	ck_assert_msg(rc == cases[_i].rc, "%s: %d", cases[_i].text, rc);
	if (rc == 0)
		alert_state_fini(&state);
}
END_TEST

START_TEST(a_switch_name_is_no_path)
{
	static const char *const names[] = { "../etc", "a/b", "", ".", "sw1" };

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct alert_state state;
		char text[400];
		int rc;

		(void)snprintf(text, sizeof(text),
			       STATE("{\"kind\":\"switch_silent\",\"part\":"
				     "\"\",\"asn\":0,\"number\":0,\"switch\":"
				     "\"%s\",\"severity\":\"critical\","
				     "\"since\":1}"),
			       names[i]);
		rc = alert_state_parse_json(&state, text, strlen(text));
		/* "" is that there is none, as of a disk */
		ck_assert_int_eq(rc, i == 2 || i == 4 ? 0 : ERR_MALFORMED);
		if (rc == 0)
			alert_state_fini(&state);
	}
}
END_TEST

START_TEST(a_damaged_file_is_begun_anew)
{
	char *dir = tempdir_new();
	struct alert_state state;
	char path[4096];

	log_set_level(LOG_LEVEL_ERROR);
	(void)snprintf(path, sizeof(path), "%s/alerts", dir);
	ck_assert_int_eq(alert_state_load(&state, path), 0);
	ck_assert(isnan(state.at_s));
	fill(&state);
	ck_assert_int_eq(alert_state_save(&state, path), 0);
	alert_state_fini(&state);
	ck_assert_int_eq(alert_state_load(&state, path), 0);
	ck_assert_uint_eq(state.standing.count, ALERT_KIND_COUNT);
	alert_state_fini(&state);
	ck_assert_int_eq(truncate(path, 100), 0);
	ck_assert_int_eq(alert_state_load(&state, path), 0);
	ck_assert_uint_eq(state.standing.count, 0);
	/* What is no file at all is for somebody to look at. */
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(file_make_directories(path), 0);
	log_set_level((enum log_level)0);
	ck_assert_int_lt(alert_state_load(&state, path), 0);
	tempdir_remove(dir);
}
END_TEST

START_TEST(one_run_has_the_state_at_a_time)
{
	char *dir = tempdir_new();
	char path[4096];
	int first;
	int second;

	(void)snprintf(path, sizeof(path), "%s/folder/alerts", dir);
	ck_assert_int_eq(alert_state_lock(&first, path), 0);
	alert_state_unlock(first);
	ck_assert_int_eq(alert_state_lock(&second, path), 0);
	alert_state_unlock(second);
	tempdir_remove(dir);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_state_reads_back_as_it_was, 0 },
		{ numbers_of_any_size_read_back, 0 },
		{ no_part_of_a_state_is_one, 0 },
		{ every_flip_is_seen, 0 },
		{ only_what_makes_sense_is_taken, COUNT_OF(cases) },
		{ a_switch_name_is_no_path, 0 },
		{ a_damaged_file_is_begun_anew, 0 },
		{ one_run_has_the_state_at_a_time, 0 },
	};

	return unit_run("alert_state", tests, COUNT_OF(tests));
}
