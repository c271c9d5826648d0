/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What alerts find in a status. */
#include "web/report/alert_find.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/alert_world.h"
#include "support/unit.h"

static struct alert_world world;

static void set_up(void)
{
	alert_world_open(&world);
}

static void tear_down(void)
{
	alert_world_close(&world);
}

static double measure(enum alert_kind kind, enum alert_part part)
{
	const struct alert_reading *r = alert_world_found(&world, kind, part);

	if (!r)
		abort();
	return r->measure;
}

/* A member of the status: a name and so many seconds from now. */
static const char *at(char to[64], const char *name, int64_t by_s)
{
	(void)snprintf(to, 64, "\"%s\": %lld", name,
		       (long long)(WORLD_NOW + by_s));
	return to;
}

START_TEST(without_a_status_only_the_disk_is_judged)
{
	alert_world_look(&world);
	ck_assert(isinf(measure(ALERT_COLLECTOR_SILENT, ALERT_WHOLE)));
	ck_assert_uint_ge(alert_world_count(&world, ALERT_DISK_NEARLY_FULL), 1);
	for (int kind = 0; kind < ALERT_KIND_COUNT; kind++)
		ck_assert_int_eq(world.found.is_whole[kind],
				 kind == ALERT_COLLECTOR_SILENT ||
				     kind == ALERT_DISK_NEARLY_FULL);
}
END_TEST

START_TEST(an_old_status_is_as_good_as_none)
{
	char more[64];

	alert_world_status(&world, at(more, "written", -300));
	alert_world_look(&world);
	ck_assert_double_eq(measure(ALERT_COLLECTOR_SILENT, ALERT_WHOLE), 300);
	ck_assert(!world.found.is_whole[ALERT_SWITCH_SILENT]);
	alert_world_status(&world, at(more, "written", -299));
	alert_world_look(&world);
	ck_assert(world.found.is_whole[ALERT_SWITCH_SILENT]);
	/* What it says is as of then. */
	ck_assert_double_eq(measure(ALERT_NOT_STORED, ALERT_WHOLE), -299);
}
END_TEST

START_TEST(a_replay_is_as_of_its_end)
{
	char more[200];

	(void)snprintf(more, sizeof(more),
		       "\"replay\": { \"from\": 1, \"to\": 1000 }, \"now\": "
		       "1000, \"written\": 5, \"switches\": [ { \"name\": "
		       "\"sw1\", \"last_seen\": 700 } ]");
	alert_world_status(&world, more);
	alert_world_look(&world);
	ck_assert_uint_eq(alert_world_count(&world, ALERT_COLLECTOR_SILENT), 0);
	ck_assert_uint_eq(alert_world_count(&world, ALERT_CLOCK_ODD), 0);
	ck_assert_uint_eq(alert_world_count(&world, ALERT_NOT_STORED), 0);
	for (size_t i = 0; i < world.found.count; i++) {
		const struct alert_reading *r = &world.found.items[i];

		if (r->subject.kind == ALERT_SWITCH_SILENT &&
		    strcmp(r->subject.switch_name, "sw1") == 0)
			ck_assert_double_eq(r->measure, 300);
	}
}
END_TEST

START_TEST(what_the_status_does_not_say_is_unknown)
{
	alert_world_status(
	    &world,
	    "\"switches\": [], \"last_step_end\": null, \"started\": null");
	alert_world_look(&world);
	ck_assert_uint_eq(alert_world_count(&world, ALERT_SWITCH_SILENT), 2);
	for (size_t i = 0; i < world.found.count; i++) {
		const struct alert_reading *r = &world.found.items[i];

		if (r->subject.kind == ALERT_SWITCH_SILENT ||
		    r->subject.kind == ALERT_NOT_STORED)
			ck_assert(isnan(r->measure));
	}
}
END_TEST

START_TEST(what_was_stored_before_a_collector_began_does_not_count)
{
	char more[128];

	(void)snprintf(more, sizeof(more),
		       "\"started\": %lld, \"last_step_end\": 0",
		       (long long)WORLD_NOW - 100);
	alert_world_status(&world, more);
	alert_world_look(&world);
	ck_assert_double_eq(measure(ALERT_NOT_STORED, ALERT_WHOLE), 100);
}
END_TEST

static double silence_of_one_that_never_sent(int loaded_s)
{
	char more[200];
	double found = -1;

	(void)snprintf(more, sizeof(more),
		       "\"configuration\": { \"loaded\": %lld }, \"switches\": "
		       "[ { \"name\": \"sw2\", \"last_seen\": null } ]",
		       (long long)WORLD_NOW - loaded_s);
	alert_world_status(&world, more);
	alert_world_look(&world);
	for (size_t i = 0; i < world.found.count; i++) {
		const struct alert_reading *r = &world.found.items[i];

		if (r->subject.kind == ALERT_SWITCH_SILENT &&
		    strcmp(r->subject.switch_name, "sw2") == 0)
			found = r->measure;
	}
	return found;
}

START_TEST(a_switch_that_never_sent_is_silent_since_it_could)
{
	ck_assert_double_eq(silence_of_one_that_never_sent(180), 180);
	/* A restart or reload is no sign of life. */
	ck_assert(isnan(silence_of_one_that_never_sent(179)));
	ck_assert(isnan(silence_of_one_that_never_sent(5)));
}
END_TEST

START_TEST(a_store_that_fails_stores_nothing)
{
	alert_world_status(&world, "\"store\": { \"last_error\": \"journal: "
				   "No space left on device\" }");
	alert_world_look(&world);
	ck_assert(isinf(measure(ALERT_NOT_STORED, ALERT_WHOLE)));
	alert_world_status(&world, "\"store\": { \"last_error\": \"\" }");
	alert_world_look(&world);
	ck_assert_double_lt(measure(ALERT_NOT_STORED, ALERT_WHOLE), 300);
}
END_TEST

/* What of the clock is odd: seen before, seen now, and since when. */
static const struct {
	const char *name;
	const char *more;
	double started; /* before; NaN: there was nothing before */
	double jumps;
	double before_s; /* when the state was made, from now */
	bool is_odd;
} clocks[] = {
	{ "first run", "\"clock_jumps\": 4", NAN, NAN, NAN, false },
	{ "as before", "\"clock_jumps\": 4", -604800, 4, -300, false },
	{ "set once more", "\"clock_jumps\": 5", -604800, 4, -300, true },
	{ "began anew", "\"clock_jumps\": 0", -900000, 4, -300, false },
	{ "began anew, was set", "\"clock_jumps\": 1", -900000, 4, -300, true },
	{ "does not say", "\"clock_jumps\": null", -604800, 4, -300, false },
	{ "written tomorrow", "\"written\": 1700086500", -604800, 0, -300,
	  true },
	{ "a step of tomorrow", "\"last_step_end\": 1700086500", -604800, 0,
	  -300, true },
	{ "a second ahead", "\"written\": 1700000101", -604800, 0, -300,
	  false },
	{ "looked tomorrow", "\"clock_jumps\": 0", -604800, 0, 86400, true },
};

START_TEST(a_clock_that_was_set_is_noticed)
{
	alert_world_status(&world, clocks[_i].more);
	world.before.clock.started = (double)WORLD_NOW + clocks[_i].started;
	world.before.clock.jumps = clocks[_i].jumps;
	world.before.at_s = (double)WORLD_NOW + clocks[_i].before_s;
	alert_world_look(&world);
	ck_assert_msg((measure(ALERT_CLOCK_ODD, ALERT_WHOLE) == 0) ==
			  clocks[_i].is_odd,
		      "%s", clocks[_i].name);
	ck_assert(isnan(world.clock.odd_at_s) != clocks[_i].is_odd);
}
END_TEST

START_TEST(when_the_clock_was_odd_is_remembered)
{
	alert_world_status(&world, "");
	world.before.clock.odd_at_s = (double)WORLD_NOW - 1800;
	alert_world_look(&world);
	ck_assert_double_eq(measure(ALERT_CLOCK_ODD, ALERT_WHOLE), 1800);
	/* A time that is still to come must not stay for good. */
	world.before.clock.odd_at_s = (double)WORLD_NOW + 1e6;
	alert_world_look(&world);
	ck_assert_double_eq(measure(ALERT_CLOCK_ODD, ALERT_WHOLE), 0);
	ck_assert_double_eq(world.clock.odd_at_s, (double)WORLD_NOW);
}
END_TEST

START_TEST(a_drift_is_what_the_collector_is_sure_of)
{
	alert_world_status(
	    &world,
	    "\"ports\": [ { \"switch\": \"sw1\", \"ifindex\": 1, "
	    "\"in_calibration\": { \"at\": 1700000000, \"ratio\": 0.5, "
	    "\"ci95\": 0.1, \"drift\": \"low\" }, \"out_calibration\": { "
	    "\"at\": 1700000000, \"ratio\": 1, \"ci95\": 0.1, \"drift\": "
	    "\"none\" } } ]");
	alert_world_look(&world);
	for (size_t i = 0; i < world.found.count; i++) {
		const struct alert_reading *r = &world.found.items[i];

		if (r->subject.kind != ALERT_CALIBRATION_DRIFT)
			continue;
		if (r->subject.number != 1)
			ck_assert(isnan(r->measure));
		else
			ck_assert_double_eq(r->measure,
					    r->subject.part == ALERT_IN);
	}
}
END_TEST

/* A list of MAC addresses that stay, from number first on. */
static char *list_macs(unsigned first, unsigned count, const char *more)
{
	struct text text;
	char *made;

	text_init(&text);
	text_addf(&text, "%s\"unknown_macs\": [ ", more);
	for (unsigned i = first; i < first + count; i++)
		text_addf(&text,
			  "%s{ \"mac\": \"02:00:00:00:%02x:%02x\", \"switch\": "
			  "\"sw1\", \"ifindex\": 3, \"samples\": 9, \"stays\": "
			  "true, \"last_seen\": %lld }",
			  i > first ? ", " : "", i >> 8, i & 255,
			  (long long)WORLD_NOW - 5);
	text_add(&text, " ]");
	made = text_steal(&text);
	if (!made)
		abort();
	return made;
}

static void look_at_macs(unsigned first, unsigned count, const char *more)
{
	char *list = list_macs(first, count, more);

	alert_world_status(&world, list);
	free(list);
	alert_world_look(&world);
}

START_TEST(stations_beyond_fifty_share_an_alert)
{
	const struct alert_reading *others;

	look_at_macs(0, 50, "");
	ck_assert_uint_eq(alert_world_count(&world, ALERT_UNKNOWN_MAC), 51);
	others = alert_world_found(&world, ALERT_UNKNOWN_MAC, ALERT_OTHERS);
	ck_assert(isinf(others->measure));
	look_at_macs(0, 4000, "");
	ck_assert_uint_eq(alert_world_count(&world, ALERT_UNKNOWN_MAC), 51);
	others = alert_world_found(&world, ALERT_UNKNOWN_MAC, ALERT_OTHERS);
	ck_assert_double_eq(others->measure, 5);
	ck_assert_double_eq(others->figures.value, 3950);
}
END_TEST

START_TEST(stations_that_have_an_alert_keep_it)
{
	const struct alert_subject old = { .kind = ALERT_UNKNOWN_MAC,
					   .number = 3,
					   .switch_name = "sw1",
					   .name = "02:00:00:00:02:00" };
	bool is_there = false;

	alert_world_stand(&world, &old);
	look_at_macs(0, 600, ""); /* it is the 513th */
	ck_assert_uint_eq(alert_world_count(&world, ALERT_UNKNOWN_MAC), 51);
	for (size_t i = 0; i < world.found.count; i++)
		is_there |= alert_subject_compare(&world.found.items[i].subject,
						  &old) == 0;
	ck_assert(is_there);
}
END_TEST

START_TEST(a_collector_that_began_anew_has_not_seen_all)
{
	char more[80];

	look_at_macs(0, 1, "");
	ck_assert(world.found.is_whole[ALERT_UNKNOWN_MAC]);
	ck_assert(world.found.is_whole[ALERT_UNKNOWN_AGENT]);
	(void)snprintf(more, sizeof(more), "\"started\": %lld, ",
		       (long long)WORLD_NOW - 1800);
	look_at_macs(0, 1, more);
	ck_assert(!world.found.is_whole[ALERT_UNKNOWN_MAC]);
	ck_assert(!world.found.is_whole[ALERT_UNKNOWN_AGENT]);
	ck_assert_uint_eq(alert_world_count(&world, ALERT_UNKNOWN_MAC), 1);
}
END_TEST

START_TEST(only_stations_that_stay_are_told)
{
	static const char macs[] =
	    "\"unknown_macs\": [ "
	    "{ \"mac\": \"02:00:00:00:00:f1\", \"switch\": \"sw1\", \"ifindex\""
	    ": 3, \"stays\": false, \"last_seen\": 1700000099 }, "
	    "{ \"mac\": \"02:00:00:00:00:f2\", \"switch\": \"sw1\", \"ifindex\""
	    ": 3, \"stays\": true, \"last_seen\": 1699990000 }, "
	    "{ \"mac\": \"02:00:00:00:00:f3\", \"switch\": \"../x\", "
	    "\"ifindex\": 3, \"stays\": true, \"last_seen\": 1700000099 }, "
	    "{ \"mac\": \"<script>\", \"switch\": \"sw1\", \"ifindex\": 3, "
	    "\"stays\": true, \"last_seen\": 1700000099 }, "
	    "{ \"mac\": \"02:00:00:00:00:f4\", \"vlan\": 1, \"switch\": "
	    "\"sw1\", \"ifindex\": 3, \"last_seen\": 1700000000 }, "
	    "{ \"mac\": \"02:00:00:00:00:f4\", \"vlan\": 2, \"switch\": "
	    "\"sw1\", \"ifindex\": 3, \"last_seen\": 1700000099 } ]";

	alert_world_status(&world, macs);
	alert_world_look(&world);
	/* in passing, hours ago, on no switch, no address; one in two VLANs */
	ck_assert_uint_eq(alert_world_count(&world, ALERT_UNKNOWN_MAC), 2);
	ck_assert_double_eq(measure(ALERT_UNKNOWN_MAC, ALERT_WHOLE), 1);
	ck_assert_str_eq(
	    alert_world_found(&world, ALERT_UNKNOWN_MAC, ALERT_WHOLE)
		->subject.name,
	    "02:00:00:00:00:f4");
}
END_TEST

START_TEST(agents_that_go_on_are_told)
{
	static const char refused[] =
	    "\"refused\": [ "
	    "{ \"source\": \"192.0.2.9\", \"agent\": \"192.0.2.8\", "
	    "\"sub_agent\": 2, \"datagrams\": 10, \"last_seen\": 1700000090 }, "
	    "{ \"source\": \"192.0.2.10\", \"agent\": \"192.0.2.10\", "
	    "\"sub_agent\": 0, \"datagrams\": 9, \"last_seen\": 1700000099 }, "
	    "{ \"source\": \"192.0.2.11\", \"agent\": \"192.0.2.11\", "
	    "\"sub_agent\": 0, \"datagrams\": 99, \"last_seen\": 1699999000 }, "
	    "{ \"source\": \"x\", \"agent\": \"192.0.2.12\", "
	    "\"sub_agent\": 0, \"datagrams\": 99, \"last_seen\": 1700000099 } "
	    "]";
	const struct alert_reading *r;

	alert_world_status(&world, refused);
	alert_world_look(&world);
	ck_assert_uint_eq(alert_world_count(&world, ALERT_UNKNOWN_AGENT), 2);
	r = alert_world_found(&world, ALERT_UNKNOWN_AGENT, ALERT_WHOLE);
	ck_assert_str_eq(r->subject.name, "192.0.2.8");
	ck_assert_str_eq(r->subject.source, "192.0.2.9");
	ck_assert_uint_eq(r->subject.number, 2);
	ck_assert_double_eq(r->measure, 10);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ without_a_status_only_the_disk_is_judged, 0 },
		{ an_old_status_is_as_good_as_none, 0 },
		{ a_replay_is_as_of_its_end, 0 },
		{ what_the_status_does_not_say_is_unknown, 0 },
		{ what_was_stored_before_a_collector_began_does_not_count, 0 },
		{ a_switch_that_never_sent_is_silent_since_it_could, 0 },
		{ a_store_that_fails_stores_nothing, 0 },
		{ a_clock_that_was_set_is_noticed, COUNT_OF(clocks) },
		{ when_the_clock_was_odd_is_remembered, 0 },
		{ a_drift_is_what_the_collector_is_sure_of, 0 },
		{ stations_beyond_fifty_share_an_alert, 0 },
		{ stations_that_have_an_alert_keep_it, 0 },
		{ a_collector_that_began_anew_has_not_seen_all, 0 },
		{ only_stations_that_stay_are_told, 0 },
		{ agents_that_go_on_are_told, 0 },
	};

	return unit_run_with("alert_find", set_up, tear_down, tests,
			     COUNT_OF(tests));
}
