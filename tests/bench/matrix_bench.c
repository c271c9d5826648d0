/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * matrix_bench: what the traffic matrix of a large exchange costs.
 *
 *   matrix_bench DIR MEMBERS PAIRS
 *
 * Makes an exchange of MEMBERS in DIR, which must be new, with a closed day in
 * which PAIRS unordered pairs had traffic both ways, and an hour of such steps
 * in the journal. Prints the CPU milliseconds of a request of each kind: the
 * first one, and the median of some that follow.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/daybook_file.h"
#include "store/journal.h"
#include "support/made_records.h"
#include "util/file.h"
#include "util/zone.h"
#include "web/route.h"

enum {
	FIRST_ASN = 4200000000u, /* private use: there are too few others */
	NOW = 1700053200,	 /* an hour into a day of UTC */
	STEPS = 12,
	STEP_S = SERIES_PAIR_STEP_S,
	ROUNDS = 11,
};

static const char config[] = "exchange: { name: Example-IX }\n"
			     "state_dir: .\n"
			     "roster: members.json\n"
			     "vlans: [ { id: 100, name: Peering } ]\n"
			     "switches: [ { name: sw1, agent: 192.0.2.1 } ]\n"
			     "web: { listen: \"127.0.0.1:8080\", "
			     "access: open }\n";

static void require(int rc, const char *what)
{
	if (rc >= 0)
		return;
	(void)fprintf(stderr, "matrix_bench: %s: %d\n", what, rc);
	exit(EXIT_FAILURE);
}

static void write_text(const char *dir, const char *name, const char *content)
{
	struct text path;

	text_init(&path);
	text_addf(&path, "%s/%s", dir, name);
	require(file_replace(text_str(&path), content, strlen(content)), name);
	text_fini(&path);
}

static void write_exchange(const char *dir, uint32_t members)
{
	struct text roster;

	text_init(&roster);
	text_add(&roster, "{ \"version\": \"1.0\", \"ixp_list\": [ { "
			  "\"ixp_id\": 1, \"vlan\": [ { \"id\": 100 } ], "
			  "\"switch\": [] } ], \"member_list\": [\n");
	for (uint32_t i = 0; i < members; i++)
		text_addf(&roster,
			  "%s{ \"asnum\": %u, \"name\": \"Network number %u\", "
			  "\"connection_list\": [ { \"ixp_id\": 1, "
			  "\"vlan_list\": [ { \"vlan_id\": 100 } ] } ] }",
			  i ? ",\n" : "", FIRST_ASN + i, i);
	text_add(&roster, " ] }\n");
	write_text(dir, "members.json", text_str(&roster));
	write_text(dir, "lanterne.yaml", config);
	text_fini(&roster);
}

/* The pairs of members that each know others, until there are enough; called
 * with each in order. */
struct pair_sink {
	struct daybook_writer *book; /* or */
	struct text *record;
	uint64_t seed;
};

static void put_pair(struct pair_sink *sink, uint32_t a, uint32_t b)
{
	uint64_t bytes[PAIR_COUNT] = { 0 };

	/* Few pairs have most of the traffic. */
	for (size_t i = 0; i < PAIR_COUNT; i++)
		bytes[i] =
		    (i % 2 ? 100 : 1000) *
		    (made_number(&sink->seed) % 1000000000 / (a + b + 1) + 1);
	if (sink->book) {
		struct daybook_pair pair = { .vlan = 100,
					     .asn = FIRST_ASN + a,
					     .other_asn = FIRST_ASN + b,
					     .known = { 288, 288 } };

		memcpy(pair.bytes, bytes, sizeof(bytes));
		daybook_add_pair(sink->book, &pair);
	} else {
		struct record_entry entry = {
			.series = { .kind = SERIES_PAIR,
				    .asn = FIRST_ASN + a,
				    .other_asn = FIRST_ASN + b,
				    .vlan = 100 },
			.known = true,
		};

		for (size_t i = 0; i < PAIR_COUNT; i++)
			entry.traffic.tallies[i / 2][i % 2].bytes = bytes[i];
		record_add(sink->record, &entry);
	}
}

static void put_pairs(struct pair_sink *sink, uint32_t members, uint32_t pairs)
{
	uint64_t all = (uint64_t)members * (members - 1) / 2;
	uint64_t chance = 0;

	for (uint32_t a = 0; a < members; a++) {
		for (uint32_t b = a + 1; b < members; b++) {
			chance += pairs < all ? pairs : all;
			if (chance < all)
				continue;
			chance -= all;
			put_pair(sink, a, b);
		}
	}
}

static void write_book(const char *dir, uint32_t members, uint32_t pairs)
{
	struct date date = date_add_days(zone_date(NOW), -1);
	struct daybook_head head = {
		.kind = DAYBOOK_PAIRS,
		.date = date,
		.zone = "UTC",
		.from_s = zone_day_start(date, DAYBOOK_SLOT_S),
		.to_s = zone_day_start(zone_date(NOW), DAYBOOK_SLOT_S),
		.row_s = DAYBOOK_SLOT_S,
	};
	struct daybook_writer w;
	struct pair_sink sink = { .book = &w, .seed = 1 };

	daybook_begin(&w, &head);
	put_pairs(&sink, members, pairs);
	require(daybook_finish(&w), "book");
	require(daybook_store(dir, &w), "book");
	daybook_writer_fini(&w);
}

static void write_journal(const char *dir, uint32_t members, uint32_t pairs)
{
	struct journal *journal;
	struct text record;
	struct pair_sink sink = { .record = &record, .seed = 2 };

	text_init(&record);
	require(journal_open(&journal, dir, &journal_default_limits),
		"journal");
	for (int i = 0; i < STEPS; i++) {
		struct record_head head = {
			.kind = RECORD_PAIR_STEP,
			.start_s = NOW - (int64_t)(STEPS - i) * STEP_S,
			.covered_us = STEP_S * INT64_C(1000000),
		};
		struct record_entry seen = { .series.kind = SERIES_MEMBER,
					     .known = true,
					     .seen_us = head.covered_us };

		record_begin(&record, &head);
		for (uint32_t m = 0; m < members; m++) {
			seen.series.asn = FIRST_ASN + m;
			record_add(&record, &seen);
		}
		put_pairs(&sink, members, pairs);
		require(journal_append(journal, &head, &record), "record");
		require(journal_sync(journal), "journal");
	}
	journal_close(journal);
	text_fini(&record);
}

static double stopped_clock(void)
{
	return NOW;
}

static double cpu_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int rising(const void *left, const void *right)
{
	double a = *(const double *)left;
	double b = *(const double *)right;

	return (a > b) - (a < b);
}

static void measure(struct site *site, const char *target)
{
	const struct route_request request = { .method = "GET",
					       .target = target,
					       .host = "localhost" };
	double ms[ROUNDS];
	size_t bytes = 0;
	double first;

	for (int i = 0; i < ROUNDS; i++) {
		struct response r;
		double before = cpu_ms();

		response_init(&r);
		route_answer(site, &request, &r);
		ms[i] = cpu_ms() - before;
		bytes = r.body.len;
		require(r.status == 200 ? 0 : -(int)r.status, target);
		response_fini(&r);
	}
	first = ms[0];
	qsort(ms + 1, ROUNDS - 1, sizeof(*ms), rising);
	printf("%-44s first %7.1f ms, then %6.1f ms, %9zu bytes\n", target,
	       first, ms[1 + (ROUNDS - 1) / 2], bytes);
}

int main(int argc, char **argv)
{
	struct generation *generation;
	struct diagnostics diagnostics;
	struct site *site;
	struct text path;
	uint32_t members;
	uint32_t pairs;

	if (argc != 4) {
		(void)fputs("usage: matrix_bench DIR MEMBERS PAIRS\n", stderr);
		return EXIT_FAILURE;
	}
	members = (uint32_t)strtoul(argv[2], NULL, 10);
	pairs = (uint32_t)strtoul(argv[3], NULL, 10);
	require(members > 1 ? 0 : -1, "two members or more are needed");
	require(file_make_directories(argv[1]), argv[1]);
	require(zone_use("UTC"), "zone");
	write_exchange(argv[1], members);
	write_book(argv[1], members, pairs);
	write_journal(argv[1], members, pairs);
	diagnostics_init(&diagnostics);
	text_init(&path);
	text_addf(&path, "%s/lanterne.yaml", argv[1]);
	require(generation_load(&generation,
				&(struct registry_request){
				    .path = text_str(&path), .at_s = NOW },
				&diagnostics),
		"configuration");
	require(site_new(&site, generation, stopped_clock), "site");
	printf("%u members, %u pairs that talk both ways\n", members, pairs);
	measure(site, "/matrix");
	measure(site, "/matrix?rows=1000&columns=1000");
	measure(site, "/matrix?date=today");
	measure(site, "/graph/matrix.json");
	measure(site, "/graph/matrix.csv");
	site_free(site);
	generation_unref(generation);
	text_fini(&path);
	diagnostics_fini(&diagnostics);
	return EXIT_SUCCESS;
}
