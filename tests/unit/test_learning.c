/* SPDX-License-Identifier: GPL-2.0-or-later */

/* From datagrams to what is learned and told: the whole packet path. */

#include "support/unit.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collector/clock.h"
#include "collector/findings_json.h"
#include "support/registry_builder.h"
#include "support/switch_builder.h"

#define START_US (INT64_C(28333440) * STEP_US)

enum { IN = SENT_AS_INGRESS, OUT = SENT_AS_EGRESS, NEITHER = SENT_AS_UNKNOWN };

static struct exchange e;
static struct intake in;
static struct sflow_builder b;
static uint32_t sequence;
static int64_t now_us;

static void build(const char *direction)
{
	char *text = exchange_config_text(direction, NULL);

	exchange_build(&e, text, NULL);
	free(text);
	ck_assert_int_eq(intake_init(&in, e.registry), 0);
	sequence = 0;
	now_us = START_US;
}

static void setup(void)
{
	build("any");
}

static void teardown(void)
{
	intake_fini(&in);
	exchange_free(&e);
}

static void send(uint8_t number)
{
	struct ipaddr source = switch_address(number);

	intake_datagram(&in, &source, b.data, b.len, now_us,
			step_of_us(now_us));
	intake_settle(&in);
}

/* A frame past a port, seen by switch 1. */
static void see(uint8_t src, uint8_t dst, uint32_t port, int as)
{
	const struct sent_flow flow = { src, dst, port, as, 10, 100, 0, 0, 0 };

	sequence++;
	switch_starts(&b, 1, sequence, 100000 + sequence);
	switch_adds_flow(&b, &flow);
	send(1);
}

static void wait_s(int seconds)
{
	now_us += seconds * (int64_t)US_PER_S;
}

static const struct binding *binding(uint8_t last)
{
	const struct station *station = registry_station(
	    e.registry, (struct mac){ UINT64_C(0x020000000000) + last });

	return bindings_at(&in.bindings, station, 0);
}

/* Which samples teach where their source entered. */
static const struct {
	const char *name;
	const char *direction;
	uint32_t port;
	int as;
	uint32_t home; /* 0: nothing is learned */
} lessons[] = {
	{ "ingress: the data source", "any", 1, IN, 1 },
	{ "egress: the input that it says", "any", 2, OUT, 1000 },
	{ "neither: the input too", "any", 2, NEITHER, 1000 },
	{ "ingress where ingress counts", "ingress", 1, IN, 1 },
	{ "egress is not looked at there", "ingress", 2, OUT, 0 },
	{ "egress where it counts", "egress", 2, OUT, 1000 },
	{ "on another's port", "any", 2, IN, 2 },
	{ "on a core port", "any", 48, IN, 0 },
	{ "on a port without configuration", "any", 30, IN, 30 },
};

START_TEST(a_sample_says_where_its_source_entered)
{
	teardown();
	build(lessons[_i].direction);
	see(1, 2, lessons[_i].port, lessons[_i].as);
	ck_assert_msg(binding(1)->home == lessons[_i].home, "%s: %u",
		      lessons[_i].name, binding(1)->home);
	ck_assert_uint_eq(binding(2)->home, 0);
}
END_TEST

/* A member port of a LAG, by LACP. */
static void tell_of_lag(uint32_t port, uint32_t aggregate)
{
	const struct sflow_counters c = {
		.has_lag = true,
		.lag = { .aggregate_ifindex = aggregate },
	};

	port_table_counters(&in.ports, port_table_find(&in.ports, 0, port), &c,
			    now_us, 1000);
}

START_TEST(frames_by_the_ports_of_a_lag_enter_by_the_lag)
{
	tell_of_lag(31, 100);
	tell_of_lag(32, 100);
	see(1, 2, 31, IN);
	see(1, 2, 32, IN);
	see(1, 2, 31, IN);
	ck_assert_uint_eq(binding(1)->home, 100);
	ck_assert_uint_eq(binding(1)->samples, 3);
	ck_assert_uint_eq(binding(1)->other, 0);
}
END_TEST

/* Learned or moved: who counts is what the configuration says. */
START_TEST(what_is_learned_moves_no_bytes)
{
	for (int i = 0; i < 20; i++) {
		see(1, 3, 30, IN);
		wait_s(10);
	}
	ck_assert_uint_eq(in.ledger.attributed, 20);
	ck_assert_uint_eq(binding(1)->home, 30);
	for (int i = 0; i < 20; i++) {
		see(1, 3, 2, IN);
		wait_s(10);
	}
	/* On another's port the sender is nobody, and the receiver counts. */
	ck_assert_uint_eq(binding(1)->home, 2);
	ck_assert_uint_eq(in.ledger.attributed, 40);
	ck_assert_uint_eq(in.stations.count, 1);
	ck_assert_uint_eq(in.stations.list[0].samples, 20);
	ck_assert_int_eq(in.stations.list[0].reason, STRANGER_WRONG_PORT);
	/* Back at its port it is somebody again, at once. */
	see(1, 0x99, 1, IN);
	ck_assert_uint_eq(in.ledger.attributed, 41);
	ck_assert_uint_eq(binding(1)->home, 2);
}
END_TEST

static json_t *findings(void)
{
	struct json_writer w;
	struct text text;
	json_t *root;

	text_init(&text);
	json_start(&w, &text);
	json_put_object(&w, NULL);
	findings_json(&w, &in);
	json_end_object(&w);
	root = json_loads(text_str(&text), JSON_REJECT_DUPLICATES, NULL);
	ck_assert_ptr_nonnull(root);
	text_fini(&text);
	return root;
}

static size_t count_of(const char *key)
{
	json_t *root = findings();
	size_t count = json_array_size(json_object_get(root, key));

	json_decref(root);
	return count;
}

static const char *word(const json_t *root, const char *list, const char *key)
{
	const char *value = json_string_value(json_object_get(
	    json_array_get(json_object_get(root, list), 0), key));

	return value ? value : "";
}

START_TEST(a_moved_station_is_told_with_both_ports)
{
	json_t *root;

	for (int i = 0; i < 20; i++)
		see(1, 3, 1, IN);
	ck_assert_uint_eq(count_of("moved_macs"), 0);
	see(1, 3, 2, IN);
	ck_assert_uint_eq(count_of("moved_macs"), 0);
	for (int i = 0; i < 20; i++) {
		see(1, 3, 2, IN);
		wait_s(10);
	}
	root = findings();
	ck_assert_str_eq(word(root, "moved_macs", "mac"), "02:00:00:00:00:01");
	ck_assert_str_eq(word(root, "moved_macs", "what"), "moved");
	ck_assert_str_eq(word(root, "moved_macs", "port"), "two");
	ck_assert_str_eq(word(root, "moved_macs", "other_port"), "one");
	ck_assert_str_eq(word(root, "learned_ports", "line"),
			 "two: not its members by the configuration, and seen: "
			 "AS64500 (21 samples)");
	json_decref(root);
	wait_s(86400);
	see(3, 1, 3, IN);
	ck_assert_uint_eq(count_of("moved_macs"), 0);
}
END_TEST

START_TEST(two_ports_of_the_member_itself_are_no_finding)
{
	for (int i = 0; i < 20; i++) {
		see(1, 3, 1, IN);
		see(1, 3, 5, IN);
	}
	ck_assert_uint_eq(binding(1)->other, 5);
	ck_assert_uint_eq(count_of("moved_macs"), 0);
	for (int i = 0; i < 20; i++) {
		see(2, 3, 2, IN);
		see(2, 3, 1, IN);
	}
	ck_assert_uint_eq(count_of("moved_macs"), 1);
}
END_TEST

static bool stays(const char *list)
{
	json_t *root = findings();
	const json_t *first = json_array_get(json_object_get(root, list), 0);
	bool is_true = json_is_true(json_object_get(first, "stays"));

	json_decref(root);
	return is_true;
}

START_TEST(frames_that_leave_by_anothers_port_have_a_bucket)
{
	json_t *root;

	see(3, 2, 1, OUT);
	ck_assert_uint_eq(count_of("misdelivered_macs"), 1);
	ck_assert(!stays("misdelivered_macs"));
	/* The other end counts, and there is no unknown source. */
	ck_assert_uint_eq(in.ledger.attributed, 1);
	ck_assert_uint_eq(in.stations.count, 0);
	for (int i = 0; i < 3; i++) {
		wait_s(5);
		see(3, 2, 1, OUT);
	}
	ck_assert(stays("misdelivered_macs"));
	root = findings();
	ck_assert_str_eq(word(root, "misdelivered_macs", "mac"),
			 "02:00:00:00:00:02");
	ck_assert_str_eq(word(root, "misdelivered_macs", "port"), "one");
	json_decref(root);
	wait_s(700);
	see(3, 2, 2, OUT);
	ck_assert(!stays("misdelivered_macs"));
}
END_TEST

START_TEST(strangers_leave_no_trace_in_the_bindings)
{
	for (int i = 0; i < 100; i++)
		see((uint8_t)(0x80 + i % 64), 2, 1, IN);
	ck_assert_uint_eq(binding(1)->home, 0);
	ck_assert_uint_eq(in.stations.count, 64);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_sample_says_where_its_source_entered, COUNT_OF(lessons) },
		{ frames_by_the_ports_of_a_lag_enter_by_the_lag, 0 },
		{ what_is_learned_moves_no_bytes, 0 },
		{ a_moved_station_is_told_with_both_ports, 0 },
		{ two_ports_of_the_member_itself_are_no_finding, 0 },
		{ frames_that_leave_by_anothers_port_have_a_bucket, 0 },
		{ strangers_leave_no_trace_in_the_bindings, 0 },
	};

	return unit_run_with("learning", setup, teardown, tests,
			     COUNT_OF(tests));
}
