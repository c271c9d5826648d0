/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

#include "ixp/ordinals.h"
#include "util/err.h"
#include "util/file.h"
#include "util/text.h"

#include "support/tempdir.h"

enum { INTERFACES_MAX = 8 };

/* The interfaces of AS64500 in VLAN 100, as text: "192.0.2.1 - 02:...". */
struct step {
	const char *interfaces[INTERFACES_MAX];
	const char *numbers; /* expected: "1 2" */
};

struct story {
	const char *rule;
	struct step steps[5];
};

#define A  "192.0.2.1 2001:db8::1 02:00:00:00:00:01"
#define B  "192.0.2.2 2001:db8::2 02:00:00:00:00:02"
#define C  "192.0.2.3 2001:db8::3 02:00:00:00:00:03"
#define NO "- -"

static const struct story stories[] = {
	{ "new ones are numbered in the roster's order",
	  { { { A, B, C }, "1 2 3" } } },
	{ "order does not matter later",
	  { { { A, B, C }, "1 2 3" },
	    { { C, A, B }, "3 1 2" },
	    { { B, C, A }, "2 3 1" } } },
	{ "who leaves frees no number, and who is back gets the old one",
	  { { { A, B }, "1 2" },
	    { { B }, "2" },
	    { { C, B }, "3 2" },
	    { { C, B, A }, "3 2 1" } } },
	{ "who comes before others comes behind them",
	  { { { B }, "1" }, { { A, B }, "2 1" } } },
	{ "an address may get or lose its other family",
	  { { { "192.0.2.1 -", "192.0.2.2 -" }, "1 2" },
	    { { "192.0.2.2 2001:db8::2", "192.0.2.1 2001:db8::1" }, "2 1" },
	    { { "- 2001:db8::2", "- 2001:db8::1" }, "2 1" } } },
	{ "IPv4 goes before IPv6",
	  { { { A, B }, "1 2" },
	    { { "192.0.2.2 2001:db8::1", "192.0.2.1 2001:db8::2" }, "2 1" } } },
	{ "where all addresses are new, MACs tell",
	  { { { A, B }, "1 2" },
	    { { "198.51.100.2 2001:db8:1::2 02:00:00:00:00:02",
		"198.51.100.1 2001:db8:1::1 02:00:00:00:00:01" },
	      "2 1" },
	    { { "198.51.100.1 -", "198.51.100.2 -" }, "1 2" } } },
	{ "another router at the same address goes on, and a moved MAC not",
	  { { { A, B }, "1 2" },
	    { { "192.0.2.1 - 02:00:00:00:00:02",
		"192.0.2.2 - 02:00:00:00:00:01" },
	      "1 2" } } },
	{ "an address that is another's by now leads there",
	  { { { "192.0.2.1 2001:db8::1", "192.0.2.2 -" }, "1 2" },
	    { { "192.0.2.2 2001:db8::1" }, "2" },
	    { { "- 2001:db8::1", "192.0.2.1 -" }, "2 1" } } },
	{ "without anything to be known by, order tells",
	  { { { NO, NO }, "1 2" }, { { NO, NO }, "1 2" }, { { NO }, "1" } } },
	{ "an interface that gets an address keeps its number",
	  { { { NO }, "1" }, { { A }, "1" }, { { NO }, "1" } } },
	{ "but not one that is somebody else's",
	  { { { A, NO }, "1 2" },
	    { { B, A, NO }, "3 1 2" },
	    { { NO, B }, "2 3" } } },
};

static struct ordinals ordinals;
static struct diagnostics messages;

static void setup(void)
{
	diagnostics_init(&messages);
	ordinals = (struct ordinals){ 0 };
}

static void teardown(void)
{
	ordinals_free(&ordinals);
	diagnostics_fini(&messages);
}

static struct ordinal_key key_of(const char *text)
{
	struct ordinal_key key = { 0 };
	char words[3][IPADDR_TEXT_SIZE] = { "", "", "" };

	ck_assert_int_ge(
	    sscanf(text, "%45s %45s %45s", words[0], words[1], words[2]), 2);
	for (int i = 0; i < 2; i++) {
		if (strcmp(words[i], "-") != 0)
			ck_assert_int_eq(ipaddr_parse(words[i],
						      strlen(words[i]),
						      &key.addresses[i]),
					 0);
	}
	if (*words[2]) {
		ck_assert_int_eq(
		    mac_parse(words[2], strlen(words[2]), &key.macs[0]), 0);
		key.mac_count = 1;
	}
	return key;
}

/* Print and read back, as from one run to the next. */
static void carry_over(void)
{
	struct ordinals again;
	struct text text;
	struct text reprint;

	text_init(&text);
	text_init(&reprint);
	ordinals_print(&ordinals, &text);
	ck_assert_int_eq(ordinals_parse(&again, "ordinals", &text, &messages),
			 0);
	ordinals_print(&again, &reprint);
	ck_assert_str_eq(text_str(&text), text_str(&reprint));
	ordinals_free(&ordinals);
	ordinals = again;
	text_fini(&text);
	text_fini(&reprint);
}

static void play(const struct step *step, const char *rule)
{
	struct ordinal_key keys[INTERFACES_MAX];
	uint16_t numbers[INTERFACES_MAX];
	struct ordinal_group group = {
		.asn = 64500, .vlan = 100, .keys = keys, .numbers = numbers
	};
	char got[64] = "";

	while (group.count < INTERFACES_MAX && step->interfaces[group.count]) {
		keys[group.count] = key_of(step->interfaces[group.count]);
		group.count++;
	}
	ck_assert_int_eq(ordinals_assign(&ordinals, &group), 0);
	ordinals_settle(&ordinals);
	for (size_t i = 0; i < group.count; i++)
		(void)snprintf(got + strlen(got), sizeof(got) - strlen(got),
			       "%s%u", i ? " " : "", numbers[i]);
	ck_assert_msg(strcmp(got, step->numbers) == 0, "%s: %s, expected %s",
		      rule, got, step->numbers);
}

START_TEST(interfaces_keep_their_numbers)
{
	const struct story *story = &stories[_i];

	for (size_t i = 0; i < COUNT_OF(story->steps); i++) {
		if (!story->steps[i].numbers)
			break;
		play(&story->steps[i], story->rule);
		carry_over();
	}
}
END_TEST

START_TEST(groups_do_not_mix)
{
	struct ordinal_key key = key_of(A);
	uint16_t number;
	struct ordinal_group group = { 64501, 100, &key, &number, 1 };

	play(&(struct step){ { B, A }, "1 2" }, "first");
	ck_assert_int_eq(ordinals_assign(&ordinals, &group), 0);
	ck_assert_uint_eq(number, 1);
	group.asn = 64500;
	group.vlan = 200;
	ck_assert_int_eq(ordinals_assign(&ordinals, &group), 0);
	ck_assert_uint_eq(number, 1);
	group.vlan = 99;
	ck_assert_int_eq(ordinals_assign(&ordinals, &group), 0);
	ck_assert_uint_eq(number, 1);
	ordinals_settle(&ordinals);
	carry_over();
	ck_assert_uint_eq(ordinals.count, 5);
	play(&(struct step){ { A, B }, "2 1" }, "again");
}
END_TEST

/* Any order, any of them away, for many rounds: a number is for ever. */
START_TEST(a_number_belongs_to_one_interface_for_ever)
{
	enum { ALL = 40, ROUNDS = 300 };
	uint16_t given[ALL] = { 0 };
	uint32_t state = 20261125;

	for (int round = 0; round < ROUNDS; round++) {
		struct ordinal_key keys[ALL];
		uint16_t numbers[ALL];
		int who[ALL];
		struct ordinal_group group = { 64500, 100, keys, numbers, 0 };

		for (int i = 0; i < ALL; i++) {
			size_t at;

			state = state * 1664525 + 1013904223;
			if ((state >> 16) % 3 == 0)
				continue;
			at = (state >> 20) % (group.count + 1);
			memmove(&who[at + 1], &who[at],
				(group.count - at) * sizeof(*who));
			who[at] = i;
			group.count++;
		}
		for (size_t i = 0; i < group.count; i++) {
			keys[i] = (struct ordinal_key){ 0 };
			keys[i].addresses[0] =
			    (struct ipaddr){ .version = 4,
					     .bytes = { 192, 0, 2,
							(uint8_t)who[i] } };
		}
		ck_assert_int_eq(ordinals_assign(&ordinals, &group), 0);
		ordinals_settle(&ordinals);
		for (size_t i = 0; i < group.count; i++) {
			if (given[who[i]])
				ck_assert_uint_eq(numbers[i], given[who[i]]);
			for (int k = 0; k < ALL; k++)
				ck_assert(k == who[i] ||
					  given[k] != numbers[i]);
			given[who[i]] = numbers[i];
		}
	}
	ck_assert_uint_eq(ordinals.count, ALL);
}
END_TEST

START_TEST(all_numbers_can_be_given_out_and_no_more)
{
	enum { ALL = UINT16_MAX };
	struct ordinal_key *keys = calloc(ALL + 1, sizeof(*keys));
	uint16_t *numbers = calloc(ALL + 1, sizeof(*numbers));
	struct ordinal_group group = { 64500, 100, keys, numbers, ALL };

	ck_assert(keys && numbers);
	for (uint32_t i = 0; i <= ALL; i++)
		keys[i].addresses[0] =
		    (struct ipaddr){ .version = 4,
				     .bytes = { 10, (uint8_t)(i >> 16),
						(uint8_t)(i >> 8),
						(uint8_t)i } };
	ck_assert_int_eq(ordinals_assign(&ordinals, &group), 0);
	ordinals_settle(&ordinals);
	ck_assert_uint_eq(numbers[ALL - 1], ALL);
	group.count++;
	ck_assert_int_eq(ordinals_assign(&ordinals, &group), ERR_FULL);
	ck_assert_uint_eq(numbers[ALL - 1], ALL);
	ck_assert_uint_eq(numbers[ALL], 0);
	free(keys);
	free(numbers);
}
END_TEST

#define HEAD "lanterne ordinals 1\n"
#define GOOD HEAD "64500 100 1 192.0.2.1 - 02:00:00:00:00:01\n64500 100 2 - -\n"

static const struct {
	const char *content;
	const char *said;
} damaged[] = {
	{ "", "ordinals:1: error: found an empty file" },
	{ "64500 100 1 - -\n", "ordinals:1: error: found no list of ordinals" },
	{ "lanterne ordinals\n", "ordinals:1: error: found no list" },
	{ "lanterne ordinals 2\n",
	  "ordinals:1: error: found a list of a later" },
	{ "lanterne ordinals 10\n", "of a later version" },
	{ "lanterne ordinals 1", "ordinals:1: error: found half a line" },
	{ HEAD "64500 100 1 - -", "ordinals:2: error: found half a line" },
	{ HEAD "\n", "ordinals:2: error: found no ordinal" },
	{ HEAD "64500 100 1 -\n", "ordinals:2: error: found no ordinal" },
	{ HEAD "64500 100 1 - - \n", "ordinals:2: error: found no ordinal" },
	{ HEAD "64500  100 1 - -\n", "ordinals:2: error: found no ordinal" },
	{ HEAD " 64500 100 1 - -\n", "ordinals:2: error: found no ordinal" },
	{ HEAD "0 100 1 - -\n", "found no ordinal" },
	{ HEAD "64500 0 1 - -\n", "found no ordinal" },
	{ HEAD "64500 4096 1 - -\n", "found no ordinal" },
	{ HEAD "64500 100 0 - -\n", "found no ordinal" },
	{ HEAD "64500 100 65536 - -\n", "found no ordinal" },
	{ HEAD "64500 100 1 2001:db8::1 -\n", "found no ordinal" },
	{ HEAD "64500 100 1 - 192.0.2.1\n", "found no ordinal" },
	{ HEAD "64500 100 1 - - 02:00\n", "found no ordinal" },
	{ HEAD "64500 100 1 - - 020000000001 020000000002 020000000003 "
	       "020000000004 020000000005\n",
	  "found no ordinal" },
	{ HEAD "64500 100 1 - -\n64501 100 1 - -\n64500 100 1 192.0.2.1 -\n",
	  "found one number twice" },
};

START_TEST(a_damaged_file_is_refused_with_its_line)
{
	struct text text;

	text_init(&text);
	text_add(&text, damaged[_i].content);
	ck_assert_int_eq(
	    ordinals_parse(&ordinals, "ordinals", &text, &messages),
	    ERR_CONFIG);
	ck_assert_msg(strstr(text_str(&messages.text), damaged[_i].said) !=
			  NULL,
		      "said %s", text_str(&messages.text));
	ck_assert_uint_eq(messages.errors, 1);
	text_fini(&text);
}
END_TEST

START_TEST(a_file_cut_between_lines_holds_the_lines_before)
{
	for (size_t len = 0; len < sizeof(GOOD) - 1; len++) {
		struct text text;
		int rc;

		text_init(&text);
		text_add_bytes(&text, GOOD, len);
		rc = ordinals_parse(&ordinals, "ordinals", &text, &messages);
		if (len > 0 && GOOD[len - 1] == '\n')
			ck_assert_int_eq(rc, 0);
		else
			ck_assert_int_eq(rc, ERR_CONFIG);
		ordinals_free(&ordinals);
		text_fini(&text);
	}
}
END_TEST

START_TEST(no_file_is_no_ordinals)
{
	char *dir = tempdir_new();

	ck_assert_int_eq(ordinals_load(&ordinals, dir, &messages), 0);
	ck_assert_uint_eq(ordinals.count, 0);
	ck_assert_int_eq(ordinals_load(&ordinals, "/nonexistent", &messages),
			 0);
	ck_assert_uint_eq(messages.errors + messages.warnings, 0);
	tempdir_remove(dir);
}
END_TEST

START_TEST(the_file_of_a_state_dir_is_read)
{
	char *dir = tempdir_new();
	char path[200];

	(void)snprintf(path, sizeof(path), "%s/ordinals", dir);
	ck_assert_int_eq(file_replace(path, GOOD, sizeof(GOOD) - 1), 0);
	ck_assert_int_eq(ordinals_load(&ordinals, dir, &messages), 0);
	ck_assert_uint_eq(ordinals.count, 2);
	ordinals_free(&ordinals);
	ck_assert_int_eq(file_replace(path, "x\n", 2), 0);
	ck_assert_int_eq(ordinals_load(&ordinals, dir, &messages), ERR_CONFIG);
	ck_assert(strstr(text_str(&messages.text), "/ordinals:1: error") !=
		  NULL);
	tempdir_remove(dir);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ interfaces_keep_their_numbers, COUNT_OF(stories) },
		{ groups_do_not_mix, 0 },
		{ a_number_belongs_to_one_interface_for_ever, 0 },
		{ all_numbers_can_be_given_out_and_no_more, 0 },
		{ a_damaged_file_is_refused_with_its_line, COUNT_OF(damaged) },
		{ a_file_cut_between_lines_holds_the_lines_before, 0 },
		{ no_file_is_no_ordinals, 0 },
		{ the_file_of_a_state_dir_is_read, 0 },
	};

	return unit_run_with("ordinals", setup, teardown, tests,
			     COUNT_OF(tests));
}
