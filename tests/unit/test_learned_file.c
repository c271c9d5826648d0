/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "collector/clock.h"
#include "collector/learned_file.h"
#include "support/registry_builder.h"
#include "util/err.h"

static struct exchange e;
static struct bindings b;
static struct port_table t;
static struct text text;

static void setup(void)
{
	exchange_build(&e, NULL, NULL);
	ck_assert_int_eq(bindings_init(&b, e.registry), 0);
	ck_assert_int_eq(port_table_init(&t, e.registry), 0);
	text_init(&text);
}

static void teardown(void)
{
	text_fini(&text);
	port_table_fini(&t);
	bindings_fini(&b);
	exchange_free(&e);
}

static const struct station *station(uint8_t last)
{
	return registry_station(
	    e.registry, (struct mac){ UINT64_C(0x020000000000) + last });
}

/* A station that moved and is at two ports now, and a port that told of it. */
static void learn(void)
{
	const struct sflow_counters c = {
		.has_interface = true,
		.interface = { .ifindex = 77, .speed_bps = 10000000000 },
		.has_lag = true,
		.lag = { .aggregate_ifindex = 99 },
		.port_name = "Ethernet 1/77",
		.port_name_len = 13,
	};
	struct binding *at = bindings_at(&b, station(1), 1);

	port_table_counters(&t, port_table_find(&t, 1, 77), &c,
			    1700000000 * (int64_t)US_PER_S, 1000);
	*at = (struct binding){
		.home = 77,
		.samples = 1000,
		.other = 78,
		.other_samples = 5,
		.moved_from = 76,
		.moved_us = 1700000000 * (int64_t)US_PER_S,
	};
	learned_write(&text, &b, &t, 1700000300 * (int64_t)US_PER_S);
}

START_TEST(what_is_written_reads_back)
{
	struct learned_ports ports;
	struct bindings after;
	const struct binding *at;
	int64_t then_us = 0;

	learn();
	ck_assert_int_eq(bindings_init(&after, e.registry), 0);
	ck_assert_int_eq(learned_parse(&after, &ports, &then_us, &text), 0);
	ck_assert_int_eq(then_us / US_PER_S, 1700000300);
	at = bindings_at(&after, station(1), 1);
	ck_assert_uint_eq(at->home, 77);
	ck_assert_uint_eq(at->samples, 1000);
	ck_assert_uint_eq(at->other, 78);
	ck_assert_uint_eq(at->other_samples, 5);
	ck_assert_uint_eq(at->moved_from, 76);
	ck_assert_int_eq(at->moved_us / US_PER_S, 1700000000);
	ck_assert_uint_eq(ports.count, 1);
	ck_assert_uint_eq(ports.all[0].switch_index, 1);
	ck_assert_uint_eq(ports.all[0].ifindex, 77);
	ck_assert_uint_eq(ports.all[0].aggregate, 99);
	ck_assert_uint_eq(ports.all[0].speed_bps, 10000000000);
	ck_assert(ports.all[0].named);
	ck_assert_str_eq(ports.all[0].name, "Ethernet 1/77");
	learned_ports_fini(&ports);
	bindings_fini(&after);
}
END_TEST

/* Ports that are only configured are not learned. */
START_TEST(what_was_not_heard_is_not_written)
{
	learned_write(&text, &b, &t, 1700000300 * (int64_t)US_PER_S);
	ck_assert_str_eq(text_str(&text), "lanterne learned 1 1700000300\n");
}
END_TEST

static const struct {
	const char *content;
	int rc;
} files[] = {
	{ "", ERR_MALFORMED },
	{ "lanterne learned 1 5", ERR_MALFORMED }, /* no line */
	{ "lanterne learned 1 5\n", 0 },
	{ "lanterne learned 1\n", ERR_UNSUPPORTED },
	{ "lanterne learned 12 5\n", ERR_UNSUPPORTED },
	{ "lanterne ordinals 1\n", ERR_MALFORMED },
	{ "lanterne learned 1 5 5\n", ERR_MALFORMED },
	{ "lanterne learned 1 5\n\n", ERR_MALFORMED },
	{ "lanterne learned 1 5\nport sw1 7 7 0 named x\n", 0 },
	{ "lanterne learned 1 5\nport sw9 7 7 0 named x\n", 0 },
	{ "lanterne learned 1 5\nport sw1 0 7 0 named x\n", ERR_MALFORMED },
	{ "lanterne learned 1 5\nport sw1 7 7 0 named \n", ERR_MALFORMED },
	{ "lanterne learned 1 5\nport sw1 7 7 0 named \1\n", ERR_MALFORMED },
	{ "lanterne learned 1 5\nport sw1 7 7 4294967296x named x\n",
	  ERR_MALFORMED },
	{ "lanterne learned 1 5\n"
	  "station sw1 02:00:00:00:00:01 7 1 0 0 0 0\n",
	  0 },
	{ "lanterne learned 1 5\n"
	  "station sw1 02:00:00:00:00:99 7 1 0 0 0 0\n",
	  0 },
	{ "lanterne learned 1 5\nstation sw1 02:00:00 7 1 0 0 0 0\n",
	  ERR_MALFORMED },
	{ "lanterne learned 1 5\n"
	  "station sw1 02:00:00:00:00:01 7 1 0 0 0\n",
	  ERR_MALFORMED },
	{ "lanterne learned 1 5\n"
	  "station sw1 02:00:00:00:00:01 7 1 0 0 0 0 0\n",
	  ERR_MALFORMED },
	{ "lanterne learned 1 5\n"
	  "station sw1 02:00:00:00:00:01 4294967296 1 0 0 0 0\n",
	  ERR_MALFORMED },
};

START_TEST(a_file_is_taken_or_refused)
{
	struct learned_ports ports;
	int64_t then_us;

	text_add(&text, files[_i].content);
	ck_assert_msg(learned_parse(&b, &ports, &then_us, &text) ==
			  files[_i].rc,
		      "%s", files[_i].content);
	learned_ports_fini(&ports);
}
END_TEST

/* Half a line is never taken; whole lines are. */
START_TEST(no_prefix_but_whole_lines_is_taken)
{
	struct text part;

	learn();
	text_init(&part);
	for (size_t len = 0; len < text.len; len++) {
		bool whole = len > 0 && text.data[len - 1] == '\n';
		struct learned_ports ports;
		int64_t then_us;

		text_clear(&part);
		text_add_bytes(&part, text.data, len);
		ck_assert_uint_eq(
		    learned_parse(&b, &ports, &then_us, &part) == 0, whole);
		learned_ports_fini(&ports);
	}
	text_fini(&part);
}
END_TEST

START_TEST(no_file_is_told_from_a_bad_one)
{
	struct learned_ports ports;
	int64_t then_us;

	ck_assert_int_eq(
	    learned_read(&b, &ports, &then_us, "/nonexistent/learned"),
	    -ENOENT);
	ck_assert_uint_eq(ports.count, 0);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ what_is_written_reads_back, 0 },
		{ what_was_not_heard_is_not_written, 0 },
		{ a_file_is_taken_or_refused, COUNT_OF(files) },
		{ no_prefix_but_whole_lines_is_taken, 0 },
		{ no_file_is_told_from_a_bad_one, 0 },
	};

	return unit_run_with("learned_file", setup, teardown, tests,
			     COUNT_OF(tests));
}
