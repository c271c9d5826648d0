/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>

#include "collector/bindings.h"
#include "collector/clock.h"
#include "collector/port_table.h"
#include "support/registry_builder.h"

enum { A = 10, B = 20, C = 30, D = 40 }; /* ports */

static struct exchange e;
static struct bindings b;
static int64_t now_us;

static void setup(void)
{
	exchange_build(&e, NULL, NULL);
	ck_assert_int_eq(bindings_init(&b, e.registry), 0);
	now_us = 1700000000 * (int64_t)US_PER_S;
}

static void teardown(void)
{
	bindings_fini(&b);
	exchange_free(&e);
}

static const struct station *station(const struct registry *r, uint8_t last)
{
	return registry_station(
	    r, (struct mac){ UINT64_C(0x020000000000) + last });
}

static const struct binding *binding(void)
{
	return bindings_at(&b, station(e.registry, 1), 0);
}

/* So many samples at a port, one each few milliseconds. */
static void see(uint32_t port, int samples, int64_t apart_ms)
{
	for (int i = 0; i < samples; i++) {
		now_us += apart_ms * 1000;
		bindings_note(&b, station(e.registry, 1), 0, port, now_us);
	}
}

/* What is seen in turn, and where the station is at home then. */
static const struct {
	const char *name;
	struct {
		uint32_t port;
		int samples;
		int apart_ms;
	} seen[6];
	uint32_t home;
	uint32_t moved_from; /* 0: it did not move */
	bool doubled;
} histories[] = {
	{ "the first port is the home", { { A, 1, 1 } }, A, 0, false },
	{ "without a port nothing is known", { { 0, 9, 1 } }, 0, 0, false },
	{ "a stray frame moves nothing",
	  { { A, 5, 1 }, { B, 1, 1 } },
	  A,
	  0,
	  false },
	{ "nor a burst of them", { { A, 5, 1 }, { B, 5000, 1 } }, A, 0, true },
	{ "nor few over a long time",
	  { { A, 5, 1 }, { B, 7, 60000 } },
	  A,
	  0,
	  true },
	{ "one that stays there moved",
	  { { A, 5, 1 }, { B, 8, 10000 } },
	  B,
	  A,
	  false },
	{ "however long it was at home",
	  { { A, 100000, 1 }, { B, 8, 10000 } },
	  B,
	  A,
	  false },
	{ "and it may go back",
	  { { A, 5, 1 }, { B, 8, 10000 }, { A, 8, 10000 } },
	  A,
	  B,
	  false },
	{ "or on to a third one",
	  { { A, 5, 1 }, { B, 8, 10000 }, { C, 8, 10000 } },
	  C,
	  B,
	  false },
	{ "a third one replaces a stray",
	  { { A, 5, 1 }, { B, 1, 1 }, { C, 9, 10000 } },
	  C,
	  A,
	  false },
	{ "a stray does not replace the second port",
	  { { A, 50, 1 }, { B, 20, 1 }, { C, 1, 1 } },
	  A,
	  0,
	  true },
};

START_TEST(a_station_moves_only_if_it_stays_away)
{
	for (int i = 0; i < 6 && histories[_i].seen[i].samples; i++)
		see(histories[_i].seen[i].port, histories[_i].seen[i].samples,
		    histories[_i].seen[i].apart_ms);
	ck_assert_msg(binding()->home == histories[_i].home, "%s: home %u",
		      histories[_i].name, binding()->home);
	ck_assert_msg(binding()->moved_from == histories[_i].moved_from,
		      "%s: moved from %u", histories[_i].name,
		      binding()->moved_from);
	ck_assert_msg(binding_is_double(binding(), now_us) ==
			  histories[_i].doubled,
		      "%s: two ports", histories[_i].name);
	ck_assert_uint_eq(binding_has_moved(binding(), now_us),
			  histories[_i].moved_from != 0);
}
END_TEST

/* Two ports by turns, as by a loop or a bundle that nobody told of. */
START_TEST(a_station_that_flaps_stays_and_both_ports_are_known)
{
	see(A, 1, 1);
	for (int i = 0; i < 10000; i++)
		see(i % 2 ? A : B, 1, 500);
	ck_assert_uint_eq(binding()->home, A);
	ck_assert_uint_eq(binding()->other, B);
	ck_assert_uint_eq(binding()->samples, 5001);
	ck_assert_uint_eq(binding()->other_samples, 5000);
	ck_assert_uint_eq(b.moves, 0);
}
END_TEST

START_TEST(a_move_each_second_moves_nothing)
{
	for (int i = 0; i < 1000; i++)
		see(i % 2 ? B : A, 10, 100);
	ck_assert_uint_eq(binding()->home, A);
	ck_assert_uint_eq(b.moves, 0);
	ck_assert(binding_is_double(binding(), now_us));
}
END_TEST

START_TEST(what_stopped_is_told_no_more)
{
	see(A, 5, 1);
	see(B, 5000, 1);
	ck_assert(binding_is_double(binding(), now_us));
	ck_assert(!binding_is_double(binding(), now_us + 601 * 1000000LL));
	see(B, 8, 10000);
	ck_assert(binding_has_moved(binding(), now_us));
	ck_assert(!binding_has_moved(binding(), now_us + 86401 * 1000000LL));
}
END_TEST

START_TEST(a_clock_that_was_set_back_moves_nothing)
{
	see(A, 5, 1);
	see(B, 20, 1);
	now_us -= 86400 * (int64_t)US_PER_S;
	see(B, 20, 1);
	ck_assert_uint_eq(binding()->home, A);
}
END_TEST

START_TEST(counts_are_eased_before_they_stand_still)
{
	struct binding *at = bindings_at(&b, station(e.registry, 1), 0);

	*at = (struct binding){
		.home = A, .samples = UINT32_MAX, .other = B, .other_samples = 7
	};
	binding_ease(at);
	ck_assert_uint_eq(at->samples, UINT32_MAX / 2);
	ck_assert_uint_eq(at->other_samples, 7);
	binding_ease(at);
	ck_assert_uint_eq(at->samples, UINT32_MAX / 2);
}
END_TEST

START_TEST(each_switch_has_a_home_of_its_own)
{
	see(A, 5, 1);
	bindings_note(&b, station(e.registry, 1), 1, D, now_us);
	ck_assert_uint_eq(binding()->home, A);
	ck_assert_uint_eq(bindings_at(&b, station(e.registry, 1), 1)->home, D);
	ck_assert_uint_eq(bindings_at(&b, station(e.registry, 2), 0)->home, 0);
}
END_TEST

START_TEST(a_reload_keeps_what_is_known_of_those_who_stay)
{
	static const char fewer[] = EXCHANGE_HEAD
	    "state_dir: /nonexistent\n"
	    "vlans: [ { id: 100, name: Peering, roster_vlan: 1 } ]\n"
	    "macs: [ { asn: 64500, vlan: 100, mac: \"02:00:00:00:00:01\" } ]\n"
	    "switches:\n"
	    "  - { name: sw2, agent: 192.0.2.2 }\n"
	    "  - { name: sw3, agent: 192.0.2.3 }\n";
	const uint32_t switches[] = { SWITCH_GONE, 0 };
	struct exchange next;
	struct bindings to;

	see(A, 5, 1);
	bindings_note(&b, station(e.registry, 1), 1, D, now_us);
	bindings_note(&b, station(e.registry, 2), 1, C, now_us);
	exchange_build(&next, fewer, NULL);
	ck_assert_int_eq(bindings_init(&to, next.registry), 0);
	bindings_continue(&to, &b, switches);
	ck_assert_uint_eq(bindings_at(&to, station(next.registry, 1), 0)->home,
			  D);
	ck_assert_uint_eq(bindings_at(&to, station(next.registry, 1), 1)->home,
			  0);
	bindings_fini(&to);
	exchange_free(&next);
}
END_TEST

START_TEST(what_has_no_room_is_left_out)
{
	b.station_count = 1;
	bindings_note(&b, &e.registry->stations[1], 0, A, now_us);
	ck_assert_ptr_null(bindings_at(&b, &e.registry->stations[1], 0));
	ck_assert_ptr_nonnull(bindings_at(&b, &e.registry->stations[0], 0));
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_station_moves_only_if_it_stays_away, COUNT_OF(histories) },
		{ a_station_that_flaps_stays_and_both_ports_are_known, 0 },
		{ a_move_each_second_moves_nothing, 0 },
		{ what_stopped_is_told_no_more, 0 },
		{ a_clock_that_was_set_back_moves_nothing, 0 },
		{ counts_are_eased_before_they_stand_still, 0 },
		{ each_switch_has_a_home_of_its_own, 0 },
		{ a_reload_keeps_what_is_known_of_those_who_stay, 0 },
		{ what_has_no_room_is_left_out, 0 },
	};

	return unit_run_with("bindings", setup, teardown, tests,
			     COUNT_OF(tests));
}
