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
		.port = 3,
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
	u.port = 4;
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

START_TEST(a_flood_of_addresses_fills_the_list_and_is_counted)
{
	struct unknown_station u;

	for (uint64_t i = 0; i < STATIONS_MAX + 100; i++) {
		u = sample(i * 0x9e3779b9);
		stations_note(&s, &u);
	}
	u = sample(0);
	stations_note(&s, &u);
	ck_assert_uint_eq(s.count, STATIONS_MAX);
	ck_assert_uint_eq(s.not_listed, 100);
	ck_assert_uint_eq(s.list[0].samples, 2);
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

int main(void)
{
	const struct unit_test tests[] = {
		{ a_station_is_listed_once_and_counted, 0 },
		{ another_place_vlan_or_reason_is_another_entry, 0 },
		{ a_flood_of_addresses_fills_the_list_and_is_counted, 0 },
		{ bytes_do_not_wrap, 0 },
	};

	return unit_run_with("stations", setup, teardown, tests,
			     COUNT_OF(tests));
}
