/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/connections.h"

#include <string.h>

#include "support/unit.h"

enum { ENDED_MAX = 64 };

static int ended[ENDED_MAX];
static size_t ended_count;

static void note_end(int fd)
{
	ended[ended_count++ % ENDED_MAX] = fd;
}

static struct connections *all;

/* Five in all; 100, 200 and 600 ms, idle 150 ms. */
static void setup(void)
{
	static const struct connections_limits limits = {
		.total = 5,
		.most_ms = { 100, 200, 600 },
		.idle_ms = 150,
		.end = note_end,
	};

	ended_count = 0;
	ck_assert_int_eq(connections_new(&all, &limits), 0);
}

static void teardown(void)
{
	connections_free(all);
}

static struct connection *come(int fd, const char *from, unsigned per_address,
			       int64_t now_ms)
{
	struct connection_peer peer = { .fd = fd, .per_address = per_address };

	ck_assert_int_eq(ipaddr_parse(from, strlen(from), &peer.addr), 0);
	return connections_add(all, &peer, now_ms);
}

static void go(struct connection **some, size_t count)
{
	for (size_t i = 0; i < count; i++)
		connections_remove(all, some[i]);
}

#define GO(array) go(array, COUNT_OF(array))

static const struct {
	enum connection_phase phase;
	bool enters; /* after 10 ms */
	int64_t late_ms;
} phases[] = {
	{ CONNECTION_HEADER, false, 100 },
	{ CONNECTION_HEADER, true, 260 },
	{ CONNECTION_BODY, true, 210 },
	{ CONNECTION_ANSWER, true, 610 },
};

START_TEST(a_phase_has_its_end)
{
	struct connection *one = come(7, "192.0.2.1", 0, 0);

	if (phases[_i].enters)
		connections_enter(all, one, phases[_i].phase, 10);
	ck_assert_int_eq(connections_expire(all, 20), phases[_i].late_ms);
	(void)connections_expire(all, phases[_i].late_ms - 1);
	ck_assert_uint_eq(ended_count, 0);
	(void)connections_expire(all, phases[_i].late_ms);
	ck_assert_uint_eq(ended_count, 1);
	ck_assert_int_eq(ended[0], 7);
	ck_assert_uint_eq(connections_counters(all).late[phases[_i].phase], 1);
	ck_assert_uint_eq(connections_counters(all).open, 0);
	connections_remove(all, one);
}
END_TEST

START_TEST(an_ended_one_is_ended_once)
{
	struct connection *one = come(7, "192.0.2.1", 0, 0);

	(void)connections_expire(all, 100);
	connections_enter(all, one, CONNECTION_ANSWER, 110);
	(void)connections_expire(all, 10000);
	ck_assert_uint_eq(ended_count, 1);
	connections_remove(all, one);
}
END_TEST

START_TEST(a_removed_one_is_never_touched)
{
	struct connection *one = come(7, "192.0.2.1", 0, 0);

	connections_remove(all, one);
	(void)connections_expire(all, 10000);
	ck_assert_uint_eq(ended_count, 0);
	ck_assert_uint_eq(connections_counters(all).open, 0);
}
END_TEST

START_TEST(nothing_to_watch_is_looked_at_in_a_second)
{
	ck_assert_int_eq(connections_expire(all, 5), 1005);
}
END_TEST

START_TEST(of_an_address_the_oldest_without_header_goes)
{
	struct connection *some[5];

	some[0] = come(10, "192.0.2.1", 3, 0);
	connections_enter(all, some[0], CONNECTION_ANSWER, 1);
	some[1] = come(11, "192.0.2.1", 3, 2);
	some[2] = come(12, "192.0.2.1", 3, 3);
	some[3] = come(13, "192.0.2.2", 3, 4);
	ck_assert_uint_eq(ended_count, 0);
	some[4] = come(14, "192.0.2.1", 3, 5);
	ck_assert_uint_eq(ended_count, 1);
	ck_assert_int_eq(ended[0], 11);
	ck_assert_uint_eq(connections_counters(all).over_address, 1);
	ck_assert_uint_eq(connections_counters(all).open, 4);
	GO(some);
}
END_TEST

START_TEST(an_idle_one_goes_by_when_it_became_idle)
{
	struct connection *some[3];

	some[0] = come(10, "192.0.2.1", 2, 0);
	connections_enter(all, some[0], CONNECTION_ANSWER, 1);
	connections_enter(all, some[0], CONNECTION_HEADER, 9);
	some[1] = come(11, "192.0.2.1", 2, 5);
	some[2] = come(12, "192.0.2.1", 2, 10);
	ck_assert_uint_eq(ended_count, 1);
	ck_assert_int_eq(ended[0], 11);
	GO(some);
}
END_TEST

START_TEST(without_such_the_longest_request_goes)
{
	struct connection *some[3];

	some[0] = come(10, "192.0.2.1", 2, 0);
	some[1] = come(11, "192.0.2.1", 2, 1);
	connections_enter(all, some[1], CONNECTION_ANSWER, 2);
	connections_enter(all, some[0], CONNECTION_BODY, 3);
	some[2] = come(12, "192.0.2.1", 2, 4);
	ck_assert_uint_eq(ended_count, 1);
	ck_assert_int_eq(ended[0], 11);
	GO(some);
}
END_TEST

START_TEST(in_all_the_oldest_without_header_goes)
{
	static const char *const from[] = { "192.0.2.1", "192.0.2.2",
					    "192.0.2.3", "192.0.2.4",
					    "192.0.2.5", "192.0.2.6" };
	struct connection *some[COUNT_OF(from)];

	for (size_t i = 0; i < COUNT_OF(from); i++) {
		some[i] = come(10 + (int)i, from[i], 3, (int64_t)i);
		if (i == 0)
			connections_enter(all, some[0], CONNECTION_ANSWER, 0);
	}
	ck_assert_uint_eq(ended_count, 1);
	ck_assert_int_eq(ended[0], 11);
	ck_assert_uint_eq(connections_counters(all).over_total, 1);
	ck_assert_uint_eq(connections_counters(all).open, 5);
	ck_assert_uint_eq(connections_counters(all).most, 5);
	GO(some);
}
END_TEST

/* Two addresses: whether the second one's connection ends the first one's. */
static const struct {
	const char *one;
	const char *other;
	bool is_same;
} sources[] = {
	{ "192.0.2.1", "192.0.2.1", true },
	{ "192.0.2.1", "192.0.2.2", false },
	{ "192.0.2.1", "::ffff:192.0.2.1", true },
	{ "2001:db8::1", "2001:db8::2", true },
	{ "2001:db8::1", "2001:db8::ffff:1:2:3", true },
	{ "2001:db8::1", "2001:db8:0:1::1", false },
	{ "192.0.2.1", "2001:db8::1", false },
};

START_TEST(an_ipv6_client_has_a_network)
{
	struct connection *some[2];

	some[0] = come(10, sources[_i].one, 1, 0);
	some[1] = come(11, sources[_i].other, 1, 0);
	ck_assert_uint_eq(ended_count, sources[_i].is_same);
	GO(some);
}
END_TEST

START_TEST(who_is_exempt_has_any_number)
{
	struct connection *some[5];

	for (int i = 0; i < 5; i++)
		some[i] = come(10 + i, "192.0.2.1", 0, i);
	ck_assert_uint_eq(ended_count, 0);
	ck_assert_uint_eq(connections_counters(all).accepted, 5);
	GO(some);
}
END_TEST

START_TEST(the_newcomer_never_goes)
{
	struct connection *some[40];

	for (int i = 0; i < 40; i++) {
		some[i] = come(100 + i, "192.0.2.1", 1, 0);
		ck_assert_uint_eq(ended_count, (size_t)i);
		if (i > 0)
			ck_assert_int_eq(ended[i - 1], 100 + i - 1);
	}
	GO(some);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_phase_has_its_end, COUNT_OF(phases) },
		{ an_ended_one_is_ended_once, 0 },
		{ a_removed_one_is_never_touched, 0 },
		{ nothing_to_watch_is_looked_at_in_a_second, 0 },
		{ of_an_address_the_oldest_without_header_goes, 0 },
		{ an_idle_one_goes_by_when_it_became_idle, 0 },
		{ without_such_the_longest_request_goes, 0 },
		{ in_all_the_oldest_without_header_goes, 0 },
		{ an_ipv6_client_has_a_network, COUNT_OF(sources) },
		{ who_is_exempt_has_any_number, 0 },
		{ the_newcomer_never_goes, 0 },
	};

	return unit_run_with("connections", setup, teardown, tests,
			     COUNT_OF(tests));
}
