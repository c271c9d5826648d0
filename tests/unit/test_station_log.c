/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/station_log.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collector/clock.h"
#include "collector/reload.h"
#include "store/station_day_file.h"
#include "support/registry_builder.h"
#include "support/tempdir.h"
#include "support/unit.h"
#include "util/file.h"
#include "util/zone.h"

/* 2026-11-25, 23:50 in UTC */
#define START_US  (INT64_C(1795650600) * US_PER_S)
#define MINUTE_US (INT64_C(60) * US_PER_S)

static char *dir;
static struct exchange e;
static struct intake in;
static struct steps steps;
static struct station_log stations;
static int64_t now_us;
static int handed_over;

static void sink(void *context, const char *path, struct text *content)
{
	(void)context;
	handed_over++;
	if (file_make_directory_of(path) < 0 ||
	    file_replace(path, text_str(content), content->len) < 0)
		abort();
	text_fini(content);
}

static void begin(void)
{
	if (station_log_init(&stations, &in) < 0)
		abort();
	station_log_sink_to(&stations, sink, NULL);
}

static void setup(void)
{
	char *text;

	dir = tempdir_new();
	text = exchange_config_text("any", dir);
	exchange_build(&e, text, NULL);
	free(text);
	ck_assert_int_eq(zone_use("UTC"), 0);
	ck_assert_int_eq(intake_init(&in, e.registry), 0);
	steps = (struct steps){ 0 };
	now_us = START_US;
	handed_over = 0;
	begin();
}

static void teardown(void)
{
	station_log_fini(&stations);
	intake_fini(&in);
	exchange_free(&e);
	tempdir_remove(dir);
}

/* The time goes on, and the steps with it. */
static void wait_minutes(int minutes)
{
	for (int i = 0; i <= minutes * 4; i++) {
		steps.step = step_of_us(now_us);
		station_log_at(&stations, &in, &steps, now_us);
		if (i < minutes * 4)
			now_us += MINUTE_US / 4;
	}
}

static struct mac mac_of(uint8_t last)
{
	return (struct mac){ UINT64_C(0x020000000000) + last };
}

static void see(uint8_t last, uint32_t switch_index, uint32_t ifindex,
		int samples)
{
	const struct station *s = registry_station(e.registry, mac_of(last));

	for (int i = 0; i < samples; i++)
		bindings_note(&in.bindings, s, switch_index, ifindex, now_us);
}

static void see_stranger(uint8_t last, enum stranger reason, uint16_t vlan,
			 uint32_t ifindex)
{
	const struct unknown_station u = {
		.mac = mac_of(last),
		.ifindex = ifindex,
		.vlan = vlan,
		.reason = reason,
		.bytes = 100,
		.last_us = now_us,
	};

	stations_note(&in.stations, &u);
}

static const struct station_entry *entry(const struct station_day *d,
					 uint8_t last)
{
	for (size_t i = 0; i < d->count; i++) {
		if (d->entries[i].mac.bits == mac_of(last).bits)
			return &d->entries[i];
	}
	return NULL;
}

static struct station_day stored(int day)
{
	const struct date date = { 2026, 11, day };
	struct station_day d;

	if (station_day_read(&d, dir, date) < 0)
		abort();
	return d;
}

START_TEST(what_was_seen_in_a_minute_is_noted_at_its_end)
{
	const struct station_entry *s;

	wait_minutes(2);
	see(1, 0, 1, 2);
	see(4, 0, 48, 7);
	ck_assert_uint_eq(stations.day.count, 0);
	wait_minutes(1);
	ck_assert_uint_eq(stations.day.count, 2);
	s = entry(&stations.day, 1);
	ck_assert_uint_eq(s->asn, 64500);
	ck_assert_uint_eq(s->vlan, 100);
	ck_assert_str_eq(s->switch_name, "sw1");
	ck_assert_str_eq(s->port, "one");
	ck_assert_uint_eq(s->samples, 2);
	ck_assert(!s->stays && !s->core);
	ck_assert_int_eq(s->first_s, START_US / US_PER_S + 120);
	ck_assert_int_eq(s->last_s, START_US / US_PER_S + 180);
	ck_assert(entry(&stations.day, 4)->core);
	see(1, 0, 1, 1);
	wait_minutes(1);
	ck_assert(entry(&stations.day, 1)->stays);
	s = entry(&stations.day, 1);
	ck_assert_int_eq(s->last_s - s->first_s, 120);
	ck_assert_uint_eq(entry(&stations.day, 4)->samples, 7);
	ck_assert_uint_eq(stations.failed, 0);
}
END_TEST

/* Whose address it is in several VLANs, the port tells. */
static const struct {
	uint32_t switch_index;
	uint32_t ifindex;
	uint32_t asn;
	uint16_t vlan;
} ports[] = {
	{ 0, 6, 64504, 0 },
	{ 0, 7, 64505, 0 },
	{ 1, 9, 64504, 0 },
	{ 0, 1, 64504, 100 }, /* AS64500's, who is in one VLAN */
};

START_TEST(an_address_of_two_members_is_whose_the_port_is)
{
	const struct station_entry *s;

	wait_minutes(0);
	see(5, ports[_i].switch_index, ports[_i].ifindex, 1);
	wait_minutes(1);
	s = entry(&stations.day, 5);
	ck_assert_ptr_nonnull(s);
	ck_assert_uint_eq(s->asn, ports[_i].asn);
	ck_assert_uint_eq(s->vlan, ports[_i].vlan);
}
END_TEST

START_TEST(strangers_are_noted_and_stay_by_their_own_rule)
{
	wait_minutes(0);
	see_stranger(0x99, STRANGER_UNKNOWN, 0, 9);
	see_stranger(1, STRANGER_WRONG_VLAN, 200, 1);
	see_stranger(2, STRANGER_WRONG_PORT, 100, 1); /* it is a binding */
	wait_minutes(1);
	ck_assert_uint_eq(stations.day.count, 2);
	ck_assert_int_eq(entry(&stations.day, 1)->whose, STATION_WRONG_VLAN);
	ck_assert_uint_eq(entry(&stations.day, 1)->asn, 64500);
	ck_assert_uint_eq(entry(&stations.day, 1)->vlan, 200);
	ck_assert_int_eq(entry(&stations.day, 0x99)->whose, STATION_UNKNOWN);
	for (int i = 0; i < 2; i++) {
		ck_assert(!entry(&stations.day, 0x99)->stays);
		see_stranger(0x99, STRANGER_UNKNOWN, 0, 9);
		now_us += MINUTE_US / 2;
		wait_minutes(0);
	}
	wait_minutes(1);
	ck_assert(entry(&stations.day, 0x99)->stays);
	ck_assert_uint_eq(entry(&stations.day, 0x99)->samples, 3);
}
END_TEST

START_TEST(midnight_begins_another_day)
{
	struct station_day d;

	wait_minutes(5);
	see(1, 0, 1, 3);
	now_us += 5 * MINUTE_US - 1;
	see(2, 0, 2, 3); /* in the last minute, and not looked at since */
	steps.step = step_of_us(now_us);
	station_log_at(&stations, &in, &steps, now_us);
	ck_assert_int_eq(handed_over, 0);
	see(2, 0, 2, 1);
	now_us += 1;
	wait_minutes(0);
	ck_assert_int_eq(handed_over, 1);
	d = stored(25);
	ck_assert_uint_eq(d.count, 2);
	ck_assert_uint_eq(entry(&d, 2)->samples, 4);
	ck_assert_int_eq(entry(&d, 2)->last_s, d.to_s);
	ck_assert_int_eq(d.observed_s, 600);
	station_day_fini(&d);
	ck_assert_int_eq(stations.day.date.day, 26);
	ck_assert_uint_eq(stations.day.count, 0);
	see(2, 0, 2, 1);
	wait_minutes(1);
	ck_assert_uint_eq(entry(&stations.day, 2)->samples, 1);
	ck_assert_int_eq(entry(&stations.day, 2)->first_s, stations.day.from_s);
	ck_assert_int_eq(stations.day.observed_s, 60);
}
END_TEST

/* What a collector before this one wrote of today is taken up. */
START_TEST(a_restart_goes_on_with_the_day)
{
	wait_minutes(1);
	see(1, 0, 1, 3);
	station_log_look(&stations, &in, now_us + 10 * US_PER_S);
	station_log_hand_over(&stations);
	station_log_fini(&stations);
	begin();
	now_us += MINUTE_US;
	wait_minutes(1);
	ck_assert_uint_eq(stations.day.count, 1);
	see(1, 0, 1, 2);
	wait_minutes(1);
	ck_assert_uint_eq(entry(&stations.day, 1)->samples, 5);
	ck_assert_int_eq(entry(&stations.day, 1)->first_s,
			 START_US / US_PER_S + 60);
	ck_assert_int_eq(stations.day.observed_s, 60 + 10 + 120);
}
END_TEST

static const struct {
	const char *content;
	bool stays;
} files[] = {
	{ "", false },
	{ "something else\n", false },
	{ "lanterne stations 1 1\nday 2026-11-25 UTC 1795564800 1795651200 0 "
	  "0\nstation 02",
	  false },
	/* of another zone */
	{ "lanterne stations 1 0\nday 2026-11-25 UTC 1795561200 1795647600 0 "
	  "0\n",
	  false },
	{ "lanterne stations 2 0\n", true },
};

START_TEST(a_file_that_cannot_be_used_is_begun_anew)
{
	const struct date date = { 2026, 11, 25 };
	char path[PATH_MAX];
	struct text text;

	ck_assert_int_eq(station_day_path(path, dir, date), 0);
	ck_assert_int_eq(file_make_directory_of(path), 0);
	ck_assert_int_eq(
	    file_replace(path, files[_i].content, strlen(files[_i].content)),
	    0);
	wait_minutes(0);
	see(1, 0, 1, 3);
	wait_minutes(1);
	ck_assert_uint_eq(stations.day.count, 1);
	station_log_hand_over(&stations);
	text_init(&text);
	ck_assert_int_eq(file_read(path, 4096, &text), 0);
	ck_assert_int_eq(strcmp(text_str(&text), files[_i].content) == 0,
			 files[_i].stays);
	text_fini(&text);
}
END_TEST

START_TEST(a_clock_that_is_set_goes_on_with_the_days_it_finds)
{
	struct station_day d;

	wait_minutes(1);
	see(1, 0, 1, 3);
	now_us += 24 * 60 * MINUTE_US;
	steps.clock_jumps++;
	wait_minutes(1);
	/* it was noted in the minute that it was seen in */
	d = stored(25);
	ck_assert_uint_eq(entry(&d, 1)->samples, 3);
	station_day_fini(&d);
	ck_assert_int_eq(stations.day.date.day, 26);
	ck_assert_uint_eq(stations.day.count, 0);
	see(2, 0, 2, 3);
	now_us -= 24 * 60 * MINUTE_US;
	steps.clock_jumps++;
	wait_minutes(1);
	ck_assert_int_eq(stations.day.date.day, 25);
	ck_assert_uint_eq(stations.day.count, 1);
	d = stored(26);
	ck_assert_uint_eq(entry(&d, 2)->samples, 3);
	station_day_fini(&d);
}
END_TEST

/* What is not seen in a pause was not looked for. */
START_TEST(a_pause_is_not_observed)
{
	wait_minutes(1);
	ck_assert_int_eq(stations.day.observed_s, 60);
	now_us += 3 * MINUTE_US;
	steps.pauses++;
	wait_minutes(1);
	ck_assert_int_eq(stations.day.observed_s, 120);
}
END_TEST

START_TEST(a_reload_keeps_all_of_it)
{
	struct generation *old = NULL;
	struct generation *next = NULL;
	struct earlier_cells *earlier = NULL;

	wait_minutes(1);
	see(1, 0, 1, 2);
	see_stranger(0x99, STRANGER_UNKNOWN, 0, 9);
	/* The intake is moved to a copy of its own configuration. */
	old = calloc(1, sizeof(*old));
	next = calloc(1, sizeof(*next));
	ck_assert(old && next);
	old->config = next->config = e.config;
	old->registry = next->registry = e.registry;
	old->references = next->references = 1; /* never given back */
	station_log_look(&stations, &in, now_us + 10 * US_PER_S);
	ck_assert_int_eq(intake_reload(&in, old, next, &earlier), 0);
	station_log_continue(&stations, &in);
	ck_assert_ptr_null(earlier);
	ck_assert_uint_eq(in.stations.count, 0);
	see(1, 0, 1, 2);
	see_stranger(0x99, STRANGER_UNKNOWN, 0, 9);
	wait_minutes(1);
	ck_assert_uint_eq(entry(&stations.day, 1)->samples, 4);
	ck_assert_uint_eq(entry(&stations.day, 0x99)->samples, 2);
	ck_assert_int_eq(stations.day.observed_s, 120);
	free(old);
	free(next);
}
END_TEST

/* In the table another station took the place. */
START_TEST(strangers_that_give_way_are_not_mixed_up)
{
	wait_minutes(0);
	for (int i = 0; i < 5; i++)
		see_stranger(0x99, STRANGER_UNKNOWN, 0, 9);
	wait_minutes(1);
	in.stations.list[0].mac = mac_of(0x98);
	in.stations.list[0].samples = 7;
	wait_minutes(1);
	ck_assert_uint_eq(entry(&stations.day, 0x99)->samples, 5);
	ck_assert_uint_eq(entry(&stations.day, 0x98)->samples, 7);
}
END_TEST

/* Another port has the counts of the one that it follows. */
START_TEST(a_station_that_moves_is_noted_at_both_ports)
{
	wait_minutes(0);
	see(1, 0, 1, 5);
	wait_minutes(1);
	for (int i = 0; i < 9; i++) {
		see(1, 0, 5, 1);
		now_us += 10 * US_PER_S;
	}
	wait_minutes(1);
	ck_assert_uint_eq(stations.day.count, 2);
	ck_assert_uint_eq(stations.day.entries[0].ifindex, 1);
	ck_assert_uint_eq(stations.day.entries[0].samples, 5);
	ck_assert_uint_eq(stations.day.entries[1].ifindex, 5);
	ck_assert_uint_eq(stations.day.entries[1].samples, 9);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ what_was_seen_in_a_minute_is_noted_at_its_end, 0 },
		{ an_address_of_two_members_is_whose_the_port_is,
		  COUNT_OF(ports) },
		{ strangers_are_noted_and_stay_by_their_own_rule, 0 },
		{ midnight_begins_another_day, 0 },
		{ a_restart_goes_on_with_the_day, 0 },
		{ a_file_that_cannot_be_used_is_begun_anew, COUNT_OF(files) },
		{ a_clock_that_is_set_goes_on_with_the_days_it_finds, 0 },
		{ a_pause_is_not_observed, 0 },
		{ a_reload_keeps_all_of_it, 0 },
		{ strangers_that_give_way_are_not_mixed_up, 0 },
		{ a_station_that_moves_is_noted_at_both_ports, 0 },
	};

	return unit_run_with("station_log", setup, teardown, tests,
			     COUNT_OF(tests));
}
