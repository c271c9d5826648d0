/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/station_day.h"

#include <stdlib.h>
#include <string.h>

#include "support/made_stations.h"
#include "support/unit.h"
#include "util/err.h"
#include "util/zone.h"

static const struct {
	const char *zone;
	int64_t at_s;
	struct date date;
	int64_t hours;
} days[] = {
	{ "UTC", 1795651200, { 2026, 11, 26 }, 24 },
	{ "America/Marigot", 1795651200, { 2026, 11, 25 }, 24 },
	{ "Europe/Berlin", 1774821599, { 2026, 3, 29 }, 23 },
	{ "Europe/Berlin", 1774821600, { 2026, 3, 30 }, 24 },
	{ "Europe/Berlin", 1792879200, { 2026, 10, 25 }, 25 },
	{ "America/Havana", 1793509200, { 2026, 11, 1 }, 25 },
};

START_TEST(a_day_is_that_of_the_zone)
{
	struct station_day d;

	ck_assert_int_eq(zone_use(days[_i].zone), 0);
	station_day_begin(&d, days[_i].at_s, days[_i].zone);
	ck_assert_int_eq(date_compare(d.date, days[_i].date), 0);
	ck_assert_int_eq(d.to_s - d.from_s, days[_i].hours * 3600);
	ck_assert(d.from_s <= days[_i].at_s && days[_i].at_s < d.to_s);
	ck_assert_str_eq(d.zone, days[_i].zone);
	ck_assert_uint_eq(d.count, 0);
}
END_TEST

/* Before the epoch there are no numbers of seconds. */
START_TEST(the_first_day_begins_with_the_epoch)
{
	struct station_day d;

	ck_assert_int_eq(zone_use("Europe/Berlin"), 0);
	station_day_begin(&d, 0, "Europe/Berlin");
	ck_assert_int_eq(d.from_s, 0);
	ck_assert_int_eq(d.to_s, 23 * 3600);
}
END_TEST

static const char example[] =
    "lanterne stations 1 3\n"
    "day 2026-11-25 UTC 1795564800 1795651200 86400 0\n"
    "station 02:00:00:00:00:01 sw1 7 100 64500 member edge stays "
    "1795564860 1795572000 1200 Ethernet1/1\n"
    "station 02:00:00:00:00:01 sw2 48 100 64500 member core passes "
    "1795564860 1795564920 2\n"
    "station 02:00:00:00:00:99 sw1 0 0 0 unknown edge stays "
    "1795651140 1795651200 5 a port\n";

static const char seen[] = "99@sw1:0/0 1439 1440 5 unknown stays;"
			   "1@sw1:7/100 1 120 1200 name=Ethernet1/1;"
			   "1@sw2:48/100 1 2 2 core";

START_TEST(a_day_is_printed)
{
	struct station_day d = made_stations(25, seen);
	struct text text;

	(void)strcpy(d.entries[2].port, "a port");
	text_init(&text);
	station_day_print(&text, &d);
	ck_assert_str_eq(text_str(&text), example);
	text_fini(&text);
	station_day_fini(&d);
}
END_TEST

/* Names of ports are as the configuration has them. */
START_TEST(a_port_has_a_name_of_any_language)
{
	static const char name[] = "R\xc3\xa9seau d'Anse-Marcel";
	struct station_day d;
	struct station_day read;
	struct text text;

	ck_assert_int_eq(station_day_parse(&d, example, strlen(example)), 0);
	memcpy(d.entries[0].port, name, sizeof(name));
	text_init(&text);
	station_day_print(&text, &d);
	ck_assert_int_eq(station_day_parse(&read, text_str(&text), text.len),
			 0);
	ck_assert_str_eq(read.entries[0].port, name);
	text_fini(&text);
	station_day_fini(&read);
	station_day_fini(&d);
}
END_TEST

START_TEST(what_is_printed_reads_back)
{
	struct station_day d;
	struct text text;

	ck_assert_int_eq(station_day_parse(&d, example, strlen(example)), 0);
	ck_assert_uint_eq(d.count, 3);
	ck_assert_int_eq(d.observed_s, 86400);
	ck_assert_uint_eq(d.entries[0].mac.bits, 0x020000000001);
	ck_assert_uint_eq(d.entries[0].asn, 64500);
	ck_assert_str_eq(d.entries[0].port, "Ethernet1/1");
	ck_assert(d.entries[1].core && !d.entries[1].stays);
	ck_assert_int_eq(d.entries[2].whose, STATION_UNKNOWN);
	text_init(&text);
	station_day_print(&text, &d);
	ck_assert_str_eq(text_str(&text), example);
	text_fini(&text);
	station_day_fini(&d);
}
END_TEST

START_TEST(no_part_of_it_does)
{
	struct station_day d = { 0 };

	for (size_t len = 0; len < strlen(example); len++) {
		char *part = malloc(len + 1);
		int rc;

		ck_assert_ptr_nonnull(part);
		memcpy(part, example, len);
		rc = station_day_parse(&d, part, len);
		ck_assert_msg(rc == ERR_TRUNCATED, "%zu bytes: %d", len, rc);
		free(part);
	}
	ck_assert_ptr_null(d.entries);
}
END_TEST

/* Something else in the place of something in the example. */
static const struct {
	const char *old;
	const char *new;
	int rc;
} faults[] = {
	{ "lanterne stations", "lanterne learned ", ERR_MALFORMED },
	{ "stations 1 ", "stations 2 ", ERR_UNSUPPORTED },
	{ "stations 1 ", "stations 11 ", ERR_UNSUPPORTED },
	{ "stations 1 ", "stations  ", ERR_MALFORMED },
	{ "1 3\n", "1 4\n", ERR_TRUNCATED },
	{ "1 3\n", "1 2\n", ERR_MALFORMED },
	{ "1 3\n", "1 3 0\n", ERR_MALFORMED },
	{ "1 3\n", "1 999999\n", ERR_MALFORMED },
	{ "1 3\n", "1 204096\n", ERR_TRUNCATED },
	{ "day ", "dax ", ERR_MALFORMED },
	{ "2026-11-25", "2026-11-31", ERR_MALFORMED },
	{ " UTC ", " U\tC ", ERR_MALFORMED },
	{ " UTC ", " ", ERR_MALFORMED },
	{ "1795564800", "1795651200", ERR_MALFORMED }, /* it has no length */
	{ "1795564800", "1795464800", ERR_MALFORMED }, /* it is too long */
	{ "1795564800", "1795564861", ERR_MALFORMED }, /* seen before it */
	{ " 1795651200 86400", " 1795651199 86399", ERR_MALFORMED },
	{ "86400 0", "86401 0", ERR_MALFORMED },
	{ "86400 0", "86400 0 1", ERR_MALFORMED },
	{ "86400 0", "86400", ERR_MALFORMED },
	{ "station 02", "section 02", ERR_MALFORMED },
	{ "00:01 sw1", "00:xx sw1", ERR_MALFORMED },
	{ "sw1 7", "../sw1 7", ERR_MALFORMED },
	{ "sw1 7", "sw1 4294967296", ERR_MALFORMED },
	{ "sw1 7 100", "sw1 7 4096", ERR_MALFORMED },
	{ "64500 member", "0 member", ERR_MALFORMED },
	{ "0 unknown", "64500 unknown", ERR_MALFORMED },
	{ "member", "nobody", ERR_MALFORMED },
	{ "edge", "side", ERR_MALFORMED },
	{ "stays", "leaves", ERR_MALFORMED },
	{ "1795572000", "1795564859", ERR_MALFORMED },
	{ "1795572000", "-1", ERR_MALFORMED },
	{ " 1200 ", " 0 ", ERR_MALFORMED },
	{ "Ethernet1/1", "Ethernet\x01", ERR_MALFORMED },
	{ "00:01 sw2 48", "00:01 sw1 7", ERR_MALFORMED }, /* twice */
	{ "00:01 sw2 48", "00:01 sw0 7", ERR_MALFORMED }, /* no order */
	{ "00:99 sw1", "00:00 sw1", ERR_MALFORMED },
};

START_TEST(a_fault_is_refused)
{
	const char *at = strstr(example, faults[_i].old);
	struct station_day d = { 0 };
	struct text text;

	ck_assert_ptr_nonnull(at);
	text_init(&text);
	text_add_bytes(&text, example, (size_t)(at - example));
	text_add(&text, faults[_i].new);
	text_add(&text, at + strlen(faults[_i].old));
	ck_assert_int_eq(station_day_parse(&d, text_str(&text), text.len),
			 faults[_i].rc);
	ck_assert_ptr_null(d.entries);
	text_fini(&text);
}
END_TEST

static void note(struct station_day *d, const char *what)
{
	size_t count;
	struct station_entry *notes = made_station_notes(25, what, &count);
	int rc = station_day_note(d, notes, count);

	free(notes);
	if (rc != 0)
		abort();
}

START_TEST(what_is_known_of_a_place_grows)
{
	struct station_day d = made_stations(25, "1@sw1:7/100 10 11 1");
	const struct station_entry *e;

	ck_assert_int_eq(d.entries[0].stays, false);
	note(&d, "1@sw1:7/100 5 6 1 name=Ethernet1/1; 1@sw1:8/100 9 9 1");
	note(&d, "1@sw1:7/100 20 21 1; 1@sw1:7/100 22 23 1; 1@sw1:7/200 1 2 1");
	ck_assert_uint_eq(d.count, 3);
	e = &d.entries[0];
	ck_assert_uint_eq(e->samples, 4);
	ck_assert_int_eq(e->first_s - d.from_s, 5 * 60);
	ck_assert_int_eq(e->last_s - d.from_s, 23 * 60);
	ck_assert_str_eq(e->port, "Ethernet1/1");
	ck_assert(e->stays);
	ck_assert(!d.entries[1].stays && d.entries[1].vlan == 200);
	ck_assert(!d.entries[2].stays && d.entries[2].ifindex == 8);
	/* It became nobody's, and will have stayed. */
	note(&d, "1@sw1:7/100 30 31 1 unknown core");
	e = &d.entries[0];
	ck_assert(e->whose == STATION_UNKNOWN && e->asn == 0 && e->core);
	ck_assert(e->stays);
	station_day_fini(&d);
}
END_TEST

START_TEST(strangers_stay_as_they_are_said_to)
{
	struct station_day d =
	    made_stations(25, "1@sw1:7/100 10 11 1000 unknown");

	ck_assert(!d.entries[0].stays);
	note(&d, "1@sw1:7/100 11 12 1 unknown stays");
	note(&d, "1@sw1:7/100 12 13 1 unknown");
	ck_assert(d.entries[0].stays);
	station_day_fini(&d);
}
END_TEST

START_TEST(times_are_those_of_the_day)
{
	struct station_day d = made_stations(25, "1@sw1:7/100 -5 1500 1");

	ck_assert_int_eq(d.entries[0].first_s, d.from_s);
	ck_assert_int_eq(d.entries[0].last_s, d.to_s);
	station_day_fini(&d);
}
END_TEST

/* Strangers with such addresses, each seen so often. */
static void flood(struct station_day *d, uint64_t first, size_t count,
		  uint64_t samples)
{
	struct station_entry *notes = calloc(count, sizeof(*notes));

	if (!notes)
		abort();
	for (size_t i = 0; i < count; i++) {
		notes[i] = (struct station_entry){
			.mac = { first + i },
			.switch_name = "sw1",
			.whose = STATION_UNKNOWN,
			.first_s = d->from_s,
			.last_s = d->from_s + 60,
			.samples = samples,
		};
	}
	if (station_day_note(d, notes, count) < 0)
		abort();
	free(notes);
}

START_TEST(a_flood_drives_out_who_passed_by)
{
	struct station_day d = made_stations(
	    25, "1@sw1:7/100 1 2 1; 2@sw1:7/100 1 2 1 unknown stays;"
		"3@sw1:7/100 1 2 9 unknown; 4@sw1:7/100 1 2 1 wrong_vlan");

	flood(&d, 0x0a0000000000, 3 * STATION_DAY_STRANGERS_MAX, 2);
	ck_assert_uint_eq(d.count, STATION_DAY_STRANGERS_MAX + 1);
	ck_assert_uint_eq(d.left_out, 2 * STATION_DAY_STRANGERS_MAX + 3);
	ck_assert_uint_eq(d.entries[0].mac.bits, 0x020000000001);
	ck_assert_uint_eq(d.entries[1].mac.bits, 0x020000000002);
	ck_assert_uint_eq(d.entries[2].mac.bits, 0x020000000003);
	/* The same flood leaves the same. */
	ck_assert_uint_eq(d.entries[3].mac.bits, 0x0a0000000000);
	flood(&d, 0x0a0000000000, 2, 1);
	ck_assert_uint_eq(d.entries[3].samples, 3);
	station_day_fini(&d);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_day_is_that_of_the_zone, COUNT_OF(days) },
		{ the_first_day_begins_with_the_epoch, 0 },
		{ a_day_is_printed, 0 },
		{ what_is_printed_reads_back, 0 },
		{ a_port_has_a_name_of_any_language, 0 },
		{ no_part_of_it_does, 0 },
		{ a_fault_is_refused, COUNT_OF(faults) },
		{ what_is_known_of_a_place_grows, 0 },
		{ strangers_stay_as_they_are_said_to, 0 },
		{ times_are_those_of_the_day, 0 },
		{ a_flood_drives_out_who_passed_by, 0 },
	};

	return unit_run("station_day", tests, COUNT_OF(tests));
}
