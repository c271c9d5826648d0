/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>

#include "collector/clock.h"
#include "collector/status.h"
#include "support/registry_builder.h"
#include "support/switch_builder.h"
#include "support/written_totals.h"

#define STEP  INT64_C(28333440)
#define START (STEP * STEP_US)

static struct exchange e;
static struct intake in;
static json_t *json;
static uint32_t sequence;

static void take_in(struct sflow_builder *b, uint8_t number, int64_t after_us)
{
	struct ipaddr source = switch_address(number);

	intake_datagram(&in, &source, b->data, b->len, START + after_us, STEP);
	intake_settle(&in);
}

static void send_flow(const struct sent_flow *flow)
{
	struct sflow_builder b;

	sequence++;
	switch_starts(&b, 1, sequence, 1000 + sequence);
	switch_adds_flow(&b, flow);
	take_in(&b, 1, sequence);
}

static void send_counters_of(uint32_t port, uint32_t n)
{
	struct sflow_builder b;

	sequence++;
	switch_starts(&b, 1, sequence, 100000 + n * 20000);
	switch_adds_counters(&b, port, 5000 + n * 1000, 70 + n);
	take_in(&b, 1, n * 20 * (int64_t)US_PER_S);
}

static void send_counters(uint32_t n)
{
	send_counters_of(2, n);
}

/* A small stream that a hand can add up. */
static void setup(void)
{
	struct sflow_builder b;

	exchange_build(&e, NULL, NULL);
	ck_assert_int_eq(intake_init(&in, e.registry), 0);
	sequence = 0;
	send_flow(
	    &(struct sent_flow){ 1, 2, 1, SENT_AS_INGRESS, 10, 100, 0, 0, 0 });
	send_flow(
	    &(struct sent_flow){ 1, 2, 1, SENT_AS_INGRESS, 10, 200, 0, 0, 0 });
	send_flow(&(struct sent_flow){ 1, 2, 1, SENT_AS_INGRESS, 1, 1518, 0,
				       SENT_IPV6, 0 });
	send_flow(
	    &(struct sent_flow){ 2, 1, 2, SENT_AS_INGRESS, 10, 300, 0, 0, 0 });
	send_flow(&(struct sent_flow){ 4, STATION_BROADCAST, 4, SENT_AS_INGRESS,
				       10, 64, 200, SENT_ARP, 0 });
	send_flow(&(struct sent_flow){ 0x99, 1, 100, SENT_AS_INGRESS, 10, 64,
				       100, 0, 0 });
	send_flow(
	    &(struct sent_flow){ 1, 2, 48, SENT_AS_EGRESS, 10, 100, 0, 0, 0 });
	send_counters(0);
	send_counters(1);
	switch_starts(&b, 1, 1, 1);
	take_in(&b, 9, 0); /* a stranger */
	json = NULL;
}

static void teardown(void)
{
	json_decref(json);
	intake_fini(&in);
	exchange_free(&e);
}

static void parse(struct text *text)
{
	json_error_t error;

	ck_assert(text_ok(text));
	json = json_loads(text_str(text), JSON_REJECT_DUPLICATES, &error);
	ck_assert_msg(json != NULL, "%s at %d", error.text, error.position);
	text_fini(text);
}

static void write_totals(void)
{
	struct text out;

	text_init(&out);
	ck_assert_int_eq(written_totals(&out, &in, START + 500000,
					START + 20 * (int64_t)US_PER_S),
			 0);
	parse(&out);
}

static json_t *get(json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	ck_assert_msg(value != NULL, "no %s", key);
	return value;
}

static int64_t number(json_t *object, const char *key)
{
	json_t *value = get(object, key);

	ck_assert_msg(json_is_integer(value), "%s is no integer", key);
	return json_integer_value(value);
}

/* The object of an array whose key has this value. */
static json_t *entry(const char *array, const char *key, int64_t wanted)
{
	json_t *list = get(json, array);
	json_t *found;
	size_t i;

	json_array_foreach(list, i, found)
	{
		if (json_integer_value(json_object_get(found, key)) == wanted)
			return found;
	}
	ck_abort_msg("%s: no %s %lld", array, key, (long long)wanted);
	return NULL;
}

struct sums {
	int64_t bytes;
	int64_t packets;
	int64_t samples;
	int64_t ci95;
};

static void check_family(json_t *of, const char *family, struct sums wanted)
{
	json_t *f = get(of, family);

	ck_assert_int_eq(number(f, "bytes"), wanted.bytes);
	ck_assert_int_eq(number(f, "packets"), wanted.packets);
	ck_assert_int_eq(number(f, "samples"), wanted.samples);
	ck_assert_int_eq(number(f, "ci95_bytes"), wanted.ci95);
	ck_assert_uint_eq(json_object_size(f), 4);
}

START_TEST(a_members_sums_are_exact)
{
	json_t *a;
	json_t *b;
	json_t *d;

	write_totals();
	a = entry("members", "asn", 64500);
	b = entry("members", "asn", 64501);
	d = entry("members", "asn", 64503);
	/* 1.96 √(10·9·(100² + 200²)) = 4157.8; rate 1 is certain */
	check_family(get(a, "from_member"), "ipv4",
		     (struct sums){ 3000, 20, 2, 4158 });
	check_family(get(a, "from_member"), "ipv6",
		     (struct sums){ 1518, 1, 1, 0 });
	check_family(get(a, "to_member"), "ipv4",
		     (struct sums){ 3640, 20, 2, 5704 });
	check_family(get(b, "to_member"), "ipv4",
		     (struct sums){ 3000, 20, 2, 4158 });
	check_family(get(d, "from_member"), "other",
		     (struct sums){ 640, 10, 1, 1190 });
	ck_assert_uint_eq(json_object_size(get(d, "to_member")), 0);
	ck_assert_uint_eq(json_object_size(get(b, "from_member")), 1);
	ck_assert_uint_eq(json_array_size(get(json, "members")), 8);
}
END_TEST

START_TEST(counters_of_its_own_ports_say_a_members_total)
{
	json_t *scaled;

	send_counters_of(3, 2);
	send_counters_of(3, 4);
	write_totals();
	scaled = get(entry("members", "asn", 64502), "scaled");
	ck_assert_int_eq(number(scaled, "from_member"), 2000);
	ck_assert_int_eq(number(scaled, "to_member"), 2000);
	ck_assert_uint_eq(json_object_size(scaled), 2);
	/* Its own port has counted, but the one that it shares is another's
	 * as well. */
	ck_assert(!json_object_get(entry("members", "asn", 64501), "scaled"));
	ck_assert(!json_object_get(entry("members", "asn", 64503), "scaled"));
}
END_TEST

START_TEST(a_pair_is_listed_by_its_tag_if_it_had_traffic)
{
	json_t *pair;

	write_totals();
	ck_assert_uint_eq(json_array_size(get(json, "pairs")), 2);
	pair = entry("pairs", "from", 64500);
	ck_assert_int_eq(number(pair, "to"), 64501);
	ck_assert_int_eq(number(pair, "vlan"), 100);
	check_family(pair, "ipv4", (struct sums){ 3000, 20, 2, 4158 });
	check_family(pair, "ipv6", (struct sums){ 1518, 1, 1, 0 });
	ck_assert_uint_eq(json_object_size(pair), 5);
	pair = entry("pairs", "from", 64501);
	check_family(pair, "ipv4", (struct sums){ 3000, 10, 1, 5578 });
}
END_TEST

START_TEST(input_and_ledger_say_where_everything_went)
{
	json_t *input;
	json_t *ledger;

	write_totals();
	input = get(json, "input");
	ledger = get(json, "ledger");
	ck_assert_int_eq(number(input, "datagrams"), 10);
	ck_assert_int_eq(number(input, "accepted"), 9);
	ck_assert_int_eq(number(input, "foreign"), 1);
	ck_assert_int_eq(number(input, "malformed"), 0);
	ck_assert_int_eq(number(input, "unsupported_version"), 0);
	ck_assert_int_eq(number(input, "lost_datagrams"), 0);
	ck_assert_int_eq(number(input, "duplicates"), 0);
	ck_assert_int_eq(number(input, "late"), 0);
	ck_assert_int_eq(number(input, "flow_samples"), 7);
	ck_assert_int_eq(number(input, "counter_samples"), 2);
	ck_assert_int_eq(number(input, "frames"), 0);
	ck_assert_int_eq(number(ledger, "observations"), 7);
	ck_assert_int_eq(number(ledger, "attributed"), 6);
	ck_assert_int_eq(number(get(ledger, "dropped"), "core_port"), 1);
	ck_assert_uint_eq(json_object_size(get(ledger, "dropped")), DROP_COUNT);
}
END_TEST

START_TEST(a_port_has_its_counters_and_its_estimate)
{
	json_t *port;

	write_totals();
	port = entry("ports", "ifindex", 2);
	ck_assert_str_eq(json_string_value(get(port, "switch")), "sw1");
	ck_assert_str_eq(json_string_value(get(port, "name")), "two");
	ck_assert_int_eq(number(get(port, "counters"), "in_octets"), 1000);
	ck_assert_int_eq(number(get(port, "counters"), "out_ucast"), 1);
	ck_assert_int_eq(number(get(port, "counters"), "in_errors"), 0);
	ck_assert_uint_eq(json_object_size(get(port, "counters")), 12);
	ck_assert_int_eq(number(get(port, "estimate"), "in_bytes"), 3000);
	ck_assert_int_eq(number(get(port, "estimate"), "out_bytes"), 0);
}
END_TEST

START_TEST(the_unknown_are_named_with_their_place)
{
	json_t *station;
	json_t *refused;

	write_totals();
	ck_assert_uint_eq(json_array_size(get(json, "unknown_macs")), 1);
	station = json_array_get(get(json, "unknown_macs"), 0);
	ck_assert_str_eq(json_string_value(get(station, "mac")),
			 "02:00:00:00:00:99");
	ck_assert_str_eq(json_string_value(get(station, "switch")), "sw1");
	ck_assert_int_eq(number(station, "ifindex"), 100);
	ck_assert_int_eq(number(station, "samples"), 1);
	ck_assert_int_eq(number(station, "bytes"), 640);
	refused = json_array_get(get(json, "refused"), 0);
	ck_assert_str_eq(json_string_value(get(refused, "source")),
			 "192.0.2.9");
	ck_assert_str_eq(json_string_value(get(refused, "agent")), "192.0.2.1");
	ck_assert_int_eq(number(refused, "datagrams"), 1);
}
END_TEST

START_TEST(the_totals_have_their_span_and_all_their_parts)
{
	static const char *const keys[] = {
		"from",	   "to",      "input",	      "ledger",
		"members", "pairs",   "ports",	      "unknown_macs",
		"hygiene", "refused", "bgp_sessions",
	};

	write_totals();
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		(void)get(json, keys[i]);
	ck_assert_double_eq(json_real_value(get(json, "from")),
			    (double)STEP * 60 + 0.5);
	ck_assert_double_eq(json_number_value(get(json, "to")),
			    (double)STEP * 60 + 20);
}
END_TEST

static void write_status(size_t captures)
{
	static const char *const paths[] = { "/some/where/a.pcap", "b.pcap" };
	struct steps steps = { .last_end_s = 1234 };
	struct status_view view = {
		.intake = &in,
		.steps = &steps,
		.writer = { .flush = { .steps = 3, .view.rows_failed = 2 },
			    .steps_lost = 1 },
		.started_us = START,
		.written_us = START + 30 * (int64_t)US_PER_S,
		.captures = paths,
		.capture_count = captures,
		.from_us = START,
		.to_us = START + US_PER_S,
	};
	struct text out;

	text_init(&out);
	status_write(&out, &view);
	parse(&out);
}

START_TEST(the_status_says_what_the_switches_send)
{
	json_t *sw;

	write_status(0);
	ck_assert_int_eq(number(json, "version"), 1);
	ck_assert(json_is_null(get(json, "replay")));
	ck_assert_int_eq(number(json, "last_step_end"), 1234);
	ck_assert_int_eq(number(get(json, "store"), "steps_written"), 3);
	ck_assert_int_eq(number(get(json, "store"), "rows_failed"), 2);
	ck_assert_uint_eq(json_array_size(get(json, "switches")), 2);
	sw = json_array_get(get(json, "switches"), 0);
	ck_assert_str_eq(json_string_value(get(sw, "name")), "sw1");
	ck_assert_str_eq(json_string_value(get(sw, "agent")), "192.0.2.1");
	ck_assert_str_eq(json_string_value(get(sw, "direction")), "any");
	ck_assert_str_eq(json_string_value(get(sw, "counted")), "any");
	ck_assert_int_eq(number(sw, "datagrams"), 9);
	ck_assert_int_eq(number(sw, "ingress_samples"), 6);
	ck_assert_int_eq(number(sw, "egress_samples"), 1);
	ck_assert_int_eq(number(sw, "unknown_samples"), 0);
	ck_assert_int_eq(number(sw, "sampling_rate"), 10);
	sw = json_array_get(get(json, "switches"), 1);
	ck_assert(json_is_null(get(sw, "last_seen")));
	ck_assert_int_eq(number(sw, "datagrams"), 0);
}
END_TEST

START_TEST(the_status_of_a_port_is_null_where_it_is_not_known)
{
	json_t *port;

	write_status(0);
	port = entry("ports", "ifindex", 2);
	ck_assert_double_eq(json_number_value(get(port, "in_bps")), 400);
	ck_assert(json_is_true(get(port, "up")));
	ck_assert(json_is_true(get(port, "configured")));
	ck_assert_int_eq(number(port, "speed_bps"), 10000000000);
	ck_assert(json_is_null(get(port, "in_estimate_bps")));
	port = entry("ports", "ifindex", 100);
	ck_assert(json_is_null(get(port, "in_bps")));
	ck_assert(json_is_null(get(port, "up")));
	ck_assert(json_is_null(get(port, "last_counters")));
	ck_assert(json_is_false(get(port, "configured")));
}
END_TEST

START_TEST(the_status_of_a_replay_names_its_captures)
{
	json_t *captures;

	write_status(2);
	captures = get(get(json, "replay"), "captures");
	ck_assert_str_eq(json_string_value(json_array_get(captures, 0)),
			 "a.pcap");
	ck_assert_str_eq(json_string_value(json_array_get(captures, 1)),
			 "b.pcap");
	ck_assert_double_eq(json_number_value(get(json, "now")),
			    (double)STEP * 60 + 1);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_members_sums_are_exact, 0 },
		{ counters_of_its_own_ports_say_a_members_total, 0 },
		{ a_pair_is_listed_by_its_tag_if_it_had_traffic, 0 },
		{ input_and_ledger_say_where_everything_went, 0 },
		{ a_port_has_its_counters_and_its_estimate, 0 },
		{ the_unknown_are_named_with_their_place, 0 },
		{ the_totals_have_their_span_and_all_their_parts, 0 },
		{ the_status_says_what_the_switches_send, 0 },
		{ the_status_of_a_port_is_null_where_it_is_not_known, 0 },
		{ the_status_of_a_replay_names_its_captures, 0 },
	};

	return unit_run_with("totals", setup, teardown, tests, COUNT_OF(tests));
}
