/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/report/alerts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "support/unit.h"
#include "web/report/alert_rules.h"

#define FINE	 ALERT_FINE
#define WARNING	 ALERT_WARNING
#define CRITICAL ALERT_CRITICAL

/* What a severity becomes by a measure: of each kind the limit at which it
 * begins, what is just short of it, and the same of its end. */
struct rule_case {
	const char *name;
	enum alert_kind kind;
	double measure;
	double also;
	enum alert_severity from_fine;
	enum alert_severity from_warning;
	enum alert_severity from_critical;
};

static const struct rule_case rule_cases[] = {
	{ "status 300 s old", ALERT_COLLECTOR_SILENT, 300, 0, CRITICAL,
	  CRITICAL, CRITICAL },
	{ "status 299 s old", ALERT_COLLECTOR_SILENT, 299, 0, FINE, FINE,
	  CRITICAL },
	{ "status 60 s old", ALERT_COLLECTOR_SILENT, 60, 0, FINE, FINE,
	  CRITICAL },
	{ "status 59 s old", ALERT_COLLECTOR_SILENT, 59, 0, FINE, FINE, FINE },
	{ "no status", ALERT_COLLECTOR_SILENT, INFINITY, 0, CRITICAL, CRITICAL,
	  CRITICAL },
	{ "stored 600 s ago", ALERT_NOT_STORED, 600, 0, CRITICAL, CRITICAL,
	  CRITICAL },
	{ "stored 599 s ago", ALERT_NOT_STORED, 599, 0, FINE, FINE, CRITICAL },
	{ "stored 299 s ago", ALERT_NOT_STORED, 299, 0, FINE, FINE, FINE },
	{ "10 % free", ALERT_DISK_NEARLY_FULL, 0.10, 0, FINE, WARNING,
	  WARNING },
	{ "9.9 % free", ALERT_DISK_NEARLY_FULL, 0.099, 0, WARNING, WARNING,
	  WARNING },
	{ "4.9 % free", ALERT_DISK_NEARLY_FULL, 0.049, 0, CRITICAL, CRITICAL,
	  CRITICAL },
	{ "7 % free", ALERT_DISK_NEARLY_FULL, 0.07, 0, WARNING, WARNING,
	  CRITICAL },
	{ "7.1 % free", ALERT_DISK_NEARLY_FULL, 0.071, 0, WARNING, WARNING,
	  WARNING },
	{ "12 % free", ALERT_DISK_NEARLY_FULL, 0.12, 0, FINE, WARNING,
	  WARNING },
	{ "12.1 % free", ALERT_DISK_NEARLY_FULL, 0.121, 0, FINE, FINE, FINE },
	{ "set just now", ALERT_CLOCK_ODD, 0, 0, WARNING, WARNING, WARNING },
	{ "set a while ago", ALERT_CLOCK_ODD, 60, 0, FINE, WARNING, WARNING },
	{ "set an hour ago", ALERT_CLOCK_ODD, 3601, 0, FINE, FINE, FINE },
	{ "never set", ALERT_CLOCK_ODD, INFINITY, 0, FINE, FINE, FINE },
	{ "silent 180 s", ALERT_SWITCH_SILENT, 180, 0, CRITICAL, CRITICAL,
	  CRITICAL },
	{ "silent 179 s", ALERT_SWITCH_SILENT, 179, 0, FINE, FINE, CRITICAL },
	{ "silent 59 s", ALERT_SWITCH_SILENT, 59, 0, FINE, FINE, FINE },
	{ "5 % lost", ALERT_SAMPLES_LOST, 0.05, 0, WARNING, WARNING, WARNING },
	{ "4.9 % lost", ALERT_SAMPLES_LOST, 0.049, 0, FINE, WARNING, WARNING },
	{ "2 % lost", ALERT_SAMPLES_LOST, 0.02, 0, FINE, WARNING, WARNING },
	{ "1.9 % lost", ALERT_SAMPLES_LOST, 0.019, 0, FINE, FINE, FINE },
	{ "80 % full", ALERT_PORT_FULL, 0.80, 0, WARNING, WARNING, WARNING },
	{ "79 % full", ALERT_PORT_FULL, 0.79, 0, FINE, WARNING, WARNING },
	{ "74 % full", ALERT_PORT_FULL, 0.74, 0, FINE, FINE, FINE },
	{ "95 % full", ALERT_PORT_FULL, 0.95, 0, CRITICAL, CRITICAL, CRITICAL },
	{ "90 % full", ALERT_PORT_FULL, 0.90, 0, WARNING, WARNING, CRITICAL },
	{ "89 % full", ALERT_PORT_FULL, 0.89, 0, WARNING, WARNING, WARNING },
	{ "1.9 % left", ALERT_MEMBER_GONE, 0.019, 0, CRITICAL, CRITICAL,
	  CRITICAL },
	{ "2 % left", ALERT_MEMBER_GONE, 0.02, 0, FINE, FINE, CRITICAL },
	{ "10 % left", ALERT_MEMBER_GONE, 0.10, 0, FINE, FINE, CRITICAL },
	{ "11 % left", ALERT_MEMBER_GONE, 0.11, 0, FINE, FINE, FINE },
	{ "half, 4 deviations", ALERT_MEMBER_UNUSUAL, 0.5, 4, WARNING, WARNING,
	  WARNING },
	{ "half, few deviations", ALERT_MEMBER_UNUSUAL, 0.5, 3.9, FINE, WARNING,
	  WARNING },
	{ "less than half", ALERT_MEMBER_UNUSUAL, 0.49, 9, FINE, WARNING,
	  WARNING },
	{ "under 30 %", ALERT_MEMBER_UNUSUAL, 0.29, 9, FINE, FINE, FINE },
	{ "under 2.5 deviations", ALERT_MEMBER_UNUSUAL, 0.9, 2.4, FINE, FINE,
	  FINE },
	{ "drifts", ALERT_CALIBRATION_DRIFT, 1, 0, WARNING, WARNING, WARNING },
	{ "does not", ALERT_CALIBRATION_DRIFT, 0, 0, FINE, FINE, FINE },
	{ "10 datagrams", ALERT_UNKNOWN_AGENT, 0, 10, WARNING, WARNING,
	  WARNING },
	{ "9 datagrams", ALERT_UNKNOWN_AGENT, 0, 9, FINE, WARNING, WARNING },
	{ "datagrams long ago", ALERT_UNKNOWN_AGENT, 601, 99, FINE, WARNING,
	  WARNING },
	{ "datagrams an hour ago", ALERT_UNKNOWN_AGENT, 3601, 99, FINE, FINE,
	  FINE },
	{ "a station now", ALERT_UNKNOWN_MAC, 0, 0, WARNING, WARNING, WARNING },
	{ "a station hours ago", ALERT_UNKNOWN_MAC, 3600, 0, FINE, WARNING,
	  WARNING },
	{ "a station a day ago", ALERT_UNKNOWN_MAC, 86401, 0, FINE, FINE,
	  FINE },
};

START_TEST(limits_come_in_pairs)
{
	const struct rule_case *c = &rule_cases[_i];
	const struct alert_reading r = { .subject = { .kind = c->kind },
					 .measure = c->measure,
					 .also = c->also };
	const struct alert_rule *rule = alert_rule(c->kind);

	ck_assert_msg(alert_rule_apply(FINE, &r) == c->from_fine, "%s",
		      c->name);
	if (rule->has[WARNING])
		ck_assert_msg(alert_rule_apply(WARNING, &r) == c->from_warning,
			      "%s, from warning", c->name);
	if (rule->has[CRITICAL])
		ck_assert_msg(alert_rule_apply(CRITICAL, &r) ==
				  c->from_critical,
			      "%s, from critical", c->name);
}
END_TEST

START_TEST(what_is_unknown_changes_nothing)
{
	struct alert_reading r = { .subject = { .kind = (enum alert_kind)_i },
				   .measure = NAN,
				   .also = 100 };

	for (int was = FINE; was <= CRITICAL; was++)
		ck_assert_int_eq(alert_rule_apply((enum alert_severity)was, &r),
				 was);
	if (!alert_rule((enum alert_kind)_i)->has_also)
		return;
	r.measure = alert_rule((enum alert_kind)_i)->limits[WARNING].clear;
	r.also = NAN;
	ck_assert_int_eq(alert_rule_apply(FINE, &r), FINE);
	ck_assert_int_eq(alert_rule_apply(WARNING, &r), WARNING);
}
END_TEST

/* Where an alert ends is never where it would begin again. */
START_TEST(no_limit_ends_what_it_begins)
{
	const struct alert_rule *rule = alert_rule((enum alert_kind)_i);

	ck_assert(rule->has[WARNING] || rule->has[CRITICAL]);
	for (int s = WARNING; s <= CRITICAL; s++) {
		const struct alert_limits *l = &rule->limits[s];

		if (rule->has[s])
			ck_assert(rule->sense == ALERT_ABOVE
				      ? l->clear <= l->raise
				      : l->clear >= l->raise);
	}
	ck_assert(!rule->has_also || rule->also.clear <= rule->also.raise);
}
END_TEST

static struct alert_reading port(uint32_t ifindex, double use)
{
	struct alert_reading r = {
		.subject = { .kind = ALERT_PORT_FULL,
			     .part = ALERT_IN,
			     .number = ifindex },
		.measure = use,
		.figures = { use, NAN, NAN },
	};

	(void)snprintf(r.subject.switch_name, sizeof(r.subject.switch_name),
		       "sw1");
	return r;
}

/* A run after another; what stood is replaced. */
static struct alert_outcome run(struct alert_list *standing,
				struct alert_readings *readings, int64_t at_s)
{
	struct alert_outcome out = { .changes = NULL };

	if (alerts_judge(&out, standing, readings, at_s) < 0)
		abort();
	alert_list_fini(standing);
	*standing = out.standing;
	out.standing = (struct alert_list){ .items = NULL };
	alert_readings_fini(readings);
	return out;
}

static struct alert_outcome run_port(struct alert_list *standing, double use,
				     int64_t at_s)
{
	struct alert_readings readings = { .items = NULL };
	struct alert_reading r = port(7, use);

	readings.is_whole[ALERT_PORT_FULL] = true;
	alert_readings_add(&readings, &r);
	return run(standing, &readings, at_s);
}

/* What a port goes through; CHANGES: -1 nothing is told, else what. */
static const struct {
	double use;
	int told;
	enum alert_severity severity;
} steps[] = {
	{ 0.50, -1, FINE },
	{ 0.79, -1, FINE },
	{ 0.81, ALERT_RAISED, WARNING },
	{ 0.82, -1, WARNING },
	{ 0.76, -1, WARNING },
	{ NAN, -1, WARNING },
	{ 0.96, ALERT_WORSE, CRITICAL },
	{ 0.91, -1, CRITICAL },
	{ NAN, -1, CRITICAL },
	{ 0.85, -1, WARNING },
	{ 0.95, ALERT_WORSE, CRITICAL },
	{ 0.74, ALERT_CLEARED, FINE },
	{ 0.74, -1, FINE },
	{ 0.99, ALERT_RAISED, CRITICAL },
	{ 0.10, ALERT_CLEARED, FINE },
};

START_TEST(each_change_is_told_once)
{
	struct alert_list standing = { .items = NULL };

	for (size_t i = 0; i < COUNT_OF(steps); i++) {
		struct alert_outcome out =
		    run_port(&standing, steps[i].use, 1000 + (int64_t)i);

		ck_assert_uint_eq(out.change_count, steps[i].told >= 0);
		if (steps[i].told >= 0)
			ck_assert_int_eq(out.changes[0].what, steps[i].told);
		ck_assert_uint_eq(standing.count, steps[i].severity != FINE);
		if (standing.count)
			ck_assert_int_eq(standing.items[0].severity,
					 steps[i].severity);
		alert_outcome_fini(&out);
	}
	alert_list_fini(&standing);
}
END_TEST

START_TEST(an_alert_keeps_when_it_began_and_what_was_known)
{
	struct alert_list standing = { .items = NULL };
	struct alert_outcome out = run_port(&standing, 0.85, 1000);

	alert_outcome_fini(&out);
	out = run_port(&standing, NAN, 2000);
	alert_outcome_fini(&out);
	ck_assert_int_eq(standing.items[0].since_s, 1000);
	ck_assert_double_eq(standing.items[0].figures.value, 0.85);
	out = run_port(&standing, 0.2, 3000);
	ck_assert_int_eq(out.changes[0].alert.since_s, 1000);
	ck_assert_int_eq(out.changes[0].alert.severity, WARNING);
	ck_assert_double_eq(out.changes[0].alert.figures.value, 0.2);
	ck_assert(out.changes[0].is_read);
	alert_outcome_fini(&out);
	alert_list_fini(&standing);
}
END_TEST

START_TEST(what_is_not_there_any_more_is_over_if_all_was_looked_at)
{
	struct alert_list standing = { .items = NULL };
	struct alert_readings none = { .items = NULL };
	struct alert_outcome out = run_port(&standing, 0.85, 1000);

	alert_outcome_fini(&out);
	out = run(&standing, &none, 1300);
	ck_assert_uint_eq(out.change_count, 0);
	ck_assert_uint_eq(standing.count, 1);
	alert_outcome_fini(&out);
	none.is_whole[ALERT_PORT_FULL] = true;
	out = run(&standing, &none, 1600);
	ck_assert_uint_eq(out.change_count, 1);
	ck_assert_int_eq(out.changes[0].what, ALERT_CLEARED);
	ck_assert(!out.changes[0].is_read);
	ck_assert_uint_eq(standing.count, 0);
	alert_outcome_fini(&out);
	alert_list_fini(&standing);
}
END_TEST

START_TEST(many_stand_in_order_and_go_one_by_one)
{
	enum { PORTS = 200 };
	struct alert_list standing = { .items = NULL };

	/* In run n ports n to 199 are full, told in a wild order. */
	for (uint32_t n = 0; n <= PORTS; n++) {
		struct alert_readings readings = { .items = NULL };
		struct alert_outcome out;

		for (uint32_t i = 0; i < PORTS; i++) {
			uint32_t p = i * 77 % PORTS;
			struct alert_reading r =
			    port(p + 1, p >= n ? 0.9 : 0.1);

			alert_readings_add(&readings, &r);
		}
		out = run(&standing, &readings, n);
		ck_assert_uint_eq(out.change_count, n == 0 ? PORTS : 1);
		ck_assert_uint_eq(standing.count, PORTS - n);
		for (size_t i = 1; i < standing.count; i++)
			ck_assert_int_lt(alert_subject_compare(
					     &standing.items[i - 1].subject,
					     &standing.items[i].subject),
					 0);
		alert_outcome_fini(&out);
	}
	alert_list_fini(&standing);
}
END_TEST

START_TEST(a_subject_that_comes_twice_counts_once)
{
	struct alert_list standing = { .items = NULL };
	struct alert_readings readings = { .items = NULL };
	struct alert_reading r = port(7, 0.9);
	struct alert_outcome out;

	alert_readings_add(&readings, &r);
	alert_readings_add(&readings, &r);
	out = run(&standing, &readings, 1);
	ck_assert_uint_eq(out.change_count, 1);
	ck_assert_uint_eq(standing.count, 1);
	ck_assert_ptr_nonnull(alert_list_find(&standing, &r.subject));
	r.subject.number = 8;
	ck_assert_ptr_null(alert_list_find(&standing, &r.subject));
	alert_outcome_fini(&out);
	alert_list_fini(&standing);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ limits_come_in_pairs, COUNT_OF(rule_cases) },
		{ what_is_unknown_changes_nothing, ALERT_KIND_COUNT },
		{ no_limit_ends_what_it_begins, ALERT_KIND_COUNT },
		{ each_change_is_told_once, 0 },
		{ an_alert_keeps_when_it_began_and_what_was_known, 0 },
		{ what_is_not_there_any_more_is_over_if_all_was_looked_at, 0 },
		{ many_stand_in_order_and_go_one_by_one, 0 },
		{ a_subject_that_comes_twice_counts_once, 0 },
	};

	return unit_run("alerts", tests, COUNT_OF(tests));
}
