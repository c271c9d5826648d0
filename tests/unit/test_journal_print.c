/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "collector/journal_print.h"
#include "store/journal.h"
#include "support/made_journal.h"
#include "support/tempdir.h"
#include "util/err.h"

enum { START_S = 1700000040 };

static char *dir;
static struct journal *journal;
static struct text record;
static json_t *line;
static char *printed;

static void setup(void)
{
	dir = tempdir_new();
	text_init(&record);
	ck_assert_int_eq(journal_open(&journal, dir, &journal_default_limits),
			 0);
}

static void teardown(void)
{
	journal_close(journal);
	journal = NULL;
	text_fini(&record);
	json_decref(line);
	line = NULL;
	free(printed);
	printed = NULL;
	tempdir_remove(dir);
}

static struct record_head head_of(enum record_kind kind)
{
	return (struct record_head){
		.kind = kind,
		.start_s = START_S,
		.from_us = START_S * INT64_C(1000000) + 250000,
		.to_us = (START_S + 60) * INT64_C(1000000) - 1,
		.covered_us = 59749999,
	};
}

static void store(struct record_head head)
{
	ck_assert(text_ok(&record));
	ck_assert_int_eq(journal_append(journal, &head, &record), 0);
	ck_assert_int_eq(journal_sync(journal), 0);
}

/* Print the only file of a kind, and read its last line. */
static void print(const char *prefix)
{
	char path[MADE_PATH_SIZE];
	size_t len = 0;
	FILE *stream = open_memstream(&printed, &len);
	const char *last;

	ck_assert_ptr_nonnull(stream);
	ck_assert_int_eq(journal_print(path_of(path, dir, prefix), stream), 0);
	ck_assert_int_eq(fclose(stream), 0);
	ck_assert_uint_gt(len, 0);
	ck_assert_int_eq(printed[len - 1], '\n');
	printed[len - 1] = '\0';
	last = strrchr(printed, '\n');
	line = json_loads(last ? last + 1 : printed, 0, NULL);
	ck_assert_ptr_nonnull(line);
}

/* A number at a path as "pairs/0/ipv4/bytes". */
static double number_at(const char *path)
{
	char words[128];
	char *rest = words;
	json_t *at = line;

	(void)snprintf(words, sizeof(words), "%s", path);
	while (rest) {
		const char *word = strsep(&rest, "/");

		at = json_is_array(at)
			 ? json_array_get(at, (size_t)strtoul(word, NULL, 10))
			 : json_object_get(at, word);
		ck_assert_msg(at != NULL, "%s: no %s", path, word);
	}
	if (json_is_boolean(at))
		return json_is_true(at);
	ck_assert_msg(json_is_number(at), "%s is no number", path);
	return json_number_value(at);
}

static size_t length_of(const char *key)
{
	ck_assert(json_is_array(json_object_get(line, key)));
	return json_array_size(json_object_get(line, key));
}

static bool has(const char *key)
{
	return json_object_get(line, key) != NULL;
}

static void add(enum series_kind kind, uint32_t asn, bool known)
{
	struct record_entry entry = {
		.series = { .kind = kind,
			    .asn = asn,
			    .vlan = 100,
			    .ordinal = 2,
			    .switch_name = "sw1" },
		.known = known,
	};
	struct tally *t = &entry.traffic.tallies[1][FAMILY_IPV6];

	if (kind != SERIES_AGENT)
		tally_add_sample(t, 100, 10);
	else
		entry.agent = (struct record_agent){ 1, 2, 3, 4 };
	record_add(&record, &entry);
}

START_TEST(a_step_is_printed_in_the_shape_of_the_totals)
{
	struct record_head head = head_of(RECORD_STEP);

	head.edge = true;
	record_begin(&record, &head);
	add(SERIES_EXCHANGE, 0, true);
	add(SERIES_MEMBER, 64500, true);
	add(SERIES_SWITCH, 0, true);
	add(SERIES_MEMBER, 64501, false);
	add(SERIES_VLAN_INTERFACE, 64500, true);
	add(SERIES_VLAN, 0, true);
	add(SERIES_AGENT, 0, true);
	store(head);
	print("steps-");
	ck_assert_double_eq(number_at("seq"), 1);
	ck_assert_str_eq(json_string_value(json_object_get(line, "kind")),
			 "step");
	ck_assert_double_eq(number_at("start"), START_S);
	ck_assert_double_eq(number_at("from"), START_S + 0.25);
	ck_assert_double_eq(number_at("to"), START_S + 59.999999);
	ck_assert_double_eq(number_at("covered"), 59.749999);
	ck_assert_double_eq(number_at("edge"), 1);
	ck_assert_uint_eq(length_of("members"), 2);
	ck_assert_double_eq(number_at("members/1/asn"), 64501);
	ck_assert_double_eq(number_at("members/1/known"), 0);
	ck_assert_double_eq(number_at("members/0/to_member/ipv6/bytes"), 1000);
	ck_assert_double_eq(number_at("members/0/to_member/ipv6/packets"), 10);
	ck_assert_double_eq(number_at("members/0/to_member/ipv6/samples"), 1);
	/* 1.96 * sqrt(10 * 9 * 100²) */
	ck_assert_double_eq(number_at("members/0/to_member/ipv6/ci95_bytes"),
			    1859);
	ck_assert_double_eq(number_at("exchange/to_member/ipv6/bytes"), 1000);
	ck_assert_double_eq(number_at("interfaces/0/ordinal"), 2);
	ck_assert_double_eq(number_at("vlans/0/vlan"), 100);
	ck_assert_uint_eq(length_of("switches"), 1);
	ck_assert_double_eq(number_at("agents/0/drops"), 4);
	ck_assert_uint_eq(length_of("pairs"), 0);
	ck_assert_uint_eq(length_of("ports"), 0);
	ck_assert(!has("odd_clock") && !has("seen") && !has("replaces"));
}
END_TEST

START_TEST(a_pair_is_printed_each_way_that_has_traffic)
{
	struct record_head head = head_of(RECORD_PAIR_PART);
	struct record_entry pair = {
		.series = { .kind = SERIES_PAIR,
			    .asn = 64500,
			    .other_asn = 64501,
			    .vlan = 100 },
	};
	struct record_entry member = {
		.series = { .kind = SERIES_MEMBER, .asn = 64500 },
		.seen_us = 59500000,
	};

	head.odd_clock = true;
	record_begin(&record, &head);
	record_add(&record, &member);
	tally_add_sample(&pair.traffic.tallies[1][FAMILY_IPV4], 1500, 1);
	record_add(&record, &pair);
	pair.series.other_asn = 64500;
	pair.traffic.tallies[0][FAMILY_OTHER] =
	    pair.traffic.tallies[1][FAMILY_IPV4];
	record_add(&record, &pair);
	store(head);
	print("pair-parts-");
	ck_assert_uint_eq(length_of("members"), 0);
	ck_assert_uint_eq(length_of("pairs"), 3);
	ck_assert_double_eq(number_at("pairs/0/from"), 64501);
	ck_assert_double_eq(number_at("pairs/0/to"), 64500);
	ck_assert_double_eq(number_at("pairs/0/vlan"), 100);
	ck_assert_double_eq(number_at("pairs/0/ipv4/bytes"), 1500);
	ck_assert_double_eq(number_at("pairs/1/other/bytes"), 1500);
	ck_assert_double_eq(number_at("pairs/1/to"), 64500);
	ck_assert_double_eq(number_at("seen/0/seconds"), 59.5);
	ck_assert_double_eq(number_at("odd_clock"), 1);
}
END_TEST

START_TEST(ports_are_printed_with_their_counters)
{
	struct record_head head = head_of(RECORD_PORTS);
	struct record_entry port = {
		.series = { .kind = SERIES_PORT,
			    .switch_name = "sw1",
			    .ifindex = 436207616 },
		.port = { .start_s = START_S - 60,
			  .unknown = 1u << PORT_IN_BCAST,
			  .covered_us = 20000000,
			  .estimate = { 7, 8 } },
	};

	port.port.grown[PORT_OUT_OCTETS] = 12345;
	record_begin(&record, &head);
	record_add(&record, &port);
	record_add_blob(&record, "anything", 8);
	store(head);
	print("parts-");
	ck_assert_double_eq(number_at("ports/0/ifindex"), 436207616);
	ck_assert_double_eq(number_at("ports/0/start"), START_S - 60);
	ck_assert_double_eq(number_at("ports/0/covered"), 20);
	ck_assert_double_eq(number_at("ports/0/counters/out_octets"), 12345);
	ck_assert_double_eq(number_at("ports/0/counters/in_octets"), 0);
	ck_assert_double_eq(number_at("ports/0/estimate/in_bytes"), 7);
	ck_assert_double_eq(number_at("ports/0/estimate/out_bytes"), 8);
	ck_assert_ptr_nonnull(strstr(printed, "\"unknown\":[\"in_bcast\"]"));
}
END_TEST

START_TEST(what_cannot_be_printed_is_told)
{
	FILE *full = fopen("/dev/full", "wb");
	char path[MADE_PATH_SIZE];

	ck_assert_int_eq(journal_print("/nonexistent", stdout), -ENOENT);
	ck_assert_int_eq(journal_print(dir, stdout), ERR_MALFORMED);
	(void)append_made(journal, RECORD_STEP, START_S);
	ck_assert_int_eq(journal_sync(journal), 0);
	(void)path_of(path, dir, "steps-");
	if (!full)
		return;
	setbuf(full, NULL);
	ck_assert_int_eq(journal_print(path, full), -EIO);
	(void)fclose(full);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_step_is_printed_in_the_shape_of_the_totals, 0 },
		{ a_pair_is_printed_each_way_that_has_traffic, 0 },
		{ ports_are_printed_with_their_counters, 0 },
		{ what_cannot_be_printed_is_told, 0 },
	};

	return unit_run_with("journal_print", setup, teardown, tests,
			     COUNT_OF(tests));
}
