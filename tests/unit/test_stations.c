/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>

#include "collector/stations.h"

static struct stations s;

static void setup(void)
{
	ck_assert_int_eq(stations_init(&s), 0);
}

static void teardown(void)
{
	stations_fini(&s);
}

static struct unknown_station sample(uint64_t mac)
{
	return (struct unknown_station){
		.mac = { mac },
		.ifindex = 3,
		.reason = STRANGER_UNKNOWN,
		.bytes = 1000,
		.last_us = 5,
	};
}

START_TEST(a_station_is_listed_once_and_counted)
{
	struct unknown_station u = sample(1);

	stations_note(&s, &u);
	u.bytes = 500;
	u.last_us = 9;
	stations_note(&s, &u);
	ck_assert_uint_eq(s.count, 1);
	ck_assert_uint_eq(s.list[0].samples, 2);
	ck_assert_uint_eq(s.list[0].bytes, 1500);
	ck_assert_int_eq(s.list[0].last_us, 9);
	ck_assert_uint_eq(s.not_listed, 0);
}
END_TEST

START_TEST(another_place_vlan_or_reason_is_another_entry)
{
	struct unknown_station u = sample(1);

	stations_note(&s, &u);
	u.ifindex = 4;
	stations_note(&s, &u);
	u.vlan = 100;
	stations_note(&s, &u);
	u.reason = STRANGER_WRONG_VLAN;
	stations_note(&s, &u);
	u.switch_index = 1;
	stations_note(&s, &u);
	ck_assert_uint_eq(s.count, 5);
}
END_TEST

static uint64_t listed_samples(void)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < s.count; i++)
		sum += s.list[i].samples;
	return sum;
}

static const struct unknown_station *listed(uint64_t mac)
{
	for (uint32_t i = 0; i < s.count; i++) {
		if (s.list[i].mac.bits == mac)
			return &s.list[i];
	}
	return NULL;
}

START_TEST(a_flood_of_addresses_does_not_grow_the_list)
{
	for (uint64_t i = 0; i < 1000000; i++) {
		struct unknown_station u = sample(i * 0x9e3779b9);

		stations_note(&s, &u);
	}
	ck_assert_uint_eq(s.count, STATIONS_MAX);
	ck_assert_uint_eq(listed_samples() + s.not_listed, 1000000);
}
END_TEST

/* Each hundredth sample is one of ten heavy stations, the rest a flood. */
START_TEST(who_sends_much_is_listed_whatever_floods_by)
{
	uint64_t flood = 1000;

	for (int i = 0; i < 1000000; i++) {
		uint64_t heavy = (uint64_t)(i / 100) % 10;
		struct unknown_station u =
		    sample(i % 100 == 0 ? heavy : flood++);

		stations_note(&s, &u);
	}
	for (uint64_t mac = 0; mac < 10; mac++) {
		const struct unknown_station *u = listed(mac);

		ck_assert_ptr_nonnull(u);
		ck_assert_uint_le(u->samples, 1000);
		ck_assert_uint_ge(u->samples + u->missed, 1000);
	}
	ck_assert_uint_eq(listed_samples() + s.not_listed, 1000000);
}
END_TEST

START_TEST(a_station_that_comes_back_may_have_had_more)
{
	struct unknown_station u;
	const struct unknown_station *back;

	for (uint64_t mac = 0; mac < STATIONS_MAX + 1; mac++) {
		u = sample(mac + 1);
		stations_note(&s, &u);
	}
	ck_assert_uint_eq(s.not_listed, 1);
	back = listed(STATIONS_MAX + 1);
	ck_assert_ptr_nonnull(back);
	ck_assert_uint_eq(back->samples, 1);
	ck_assert_uint_eq(back->missed, 1);
}
END_TEST

START_TEST(bytes_do_not_wrap)
{
	struct unknown_station u = sample(1);

	u.bytes = UINT64_MAX - 10;
	stations_note(&s, &u);
	u.bytes = 100;
	stations_note(&s, &u);
	ck_assert_uint_eq(s.list[0].bytes, UINT64_MAX);
}
END_TEST

/* When samples came, and whether the station stays a while after the last. */
static const struct {
	const char *name;
	int seconds[5]; /* ends with -1 */
	int now;
	bool stays;
} visits[] = {
	{ "a stray frame", { 0, -1 }, 1, false },
	{ "a burst", { 0, 0, 1, 2, -1 }, 2, false },
	{ "two samples", { 0, 100, -1 }, 101, false },
	{ "one that goes on", { 0, 5, 10, -1 }, 11, true },
	{ "one that stopped", { 0, 5, 10, -1 }, 611, false },
	{ "not yet stopped", { 0, 5, 10, -1 }, 610, true },
	{ "a stray frame now and then",
	  { 0, 700, 1400, 2100, -1 },
	  2101,
	  false },
	{ "one that came back", { 0, 700, 705, 711, -1 }, 712, true },
	{ "seen before the clock was set back",
	  { 5000, 5005, 5010, -1 },
	  1,
	  false },
};

START_TEST(a_station_stays_if_it_goes_on_and_has_not_stopped)
{
	struct unknown_station u = sample(1);

	for (int i = 0; i < 5 && visits[_i].seconds[i] >= 0; i++) {
		u.last_us = visits[_i].seconds[i] * INT64_C(1000000);
		stations_note(&s, &u);
	}
	ck_assert_msg(
	    station_stays(&s.list[0], visits[_i].now * INT64_C(1000000)) ==
		visits[_i].stays,
	    "%s", visits[_i].name);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_station_is_listed_once_and_counted, 0 },
		{ another_place_vlan_or_reason_is_another_entry, 0 },
		{ a_flood_of_addresses_does_not_grow_the_list, 0 },
		{ who_sends_much_is_listed_whatever_floods_by, 0 },
		{ a_station_that_comes_back_may_have_had_more, 0 },
		{ bytes_do_not_wrap, 0 },
		{ a_station_stays_if_it_goes_on_and_has_not_stopped,
		  COUNT_OF(visits) },
	};

	return unit_run_with("stations", setup, teardown, tests,
			     COUNT_OF(tests));
}
