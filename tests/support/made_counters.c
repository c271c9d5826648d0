/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/made_counters.h"

#include <stdio.h>
#include <stdlib.h>

#include "store/cumulative_file.h"
#include "store/journal.h"
#include "store/record.h"
#include "support/made_exchange.h"
#include "util/file.h"

enum { FIRST_ASN = 64500, MEMBERS = 7 };

static void require(int rc, const char *what)
{
	if (rc < 0) {
		(void)fprintf(stderr, "made_counters: %s: %d\n", what, rc);
		abort();
	}
}

uint64_t made_counters_rate(uint32_t asn)
{
	return (uint64_t)made_exchange_rate(asn, 0);
}

static void add_traffic(struct text *out, struct series series, uint64_t bytes)
{
	struct record_entry entry = { .series = series, .known = true };

	for (size_t way = 0; way < 2; way++) {
		struct tally *t = &entry.traffic.tallies[way][FAMILY_IPV4];

		t->bytes = bytes >> way;
		t->packets = t->bytes / 800;
		t->samples = t->packets / 4096;
	}
	record_add(out, &entry);
}

static void add_places(struct text *out, uint64_t bytes)
{
	add_traffic(out, (struct series){ .kind = SERIES_EXCHANGE }, bytes);
	for (uint16_t vlan = 100; vlan <= 200; vlan += 100) {
		const struct series of = { .kind = SERIES_VLAN, .vlan = vlan };
		const struct series on = { .kind = SERIES_VLAN_INTERFACE,
					   .asn = 64504,
					   .vlan = vlan,
					   .ordinal = 1 };

		add_traffic(out, of, bytes / 2);
		add_traffic(out, on, bytes / 16);
	}
	add_traffic(
	    out, (struct series){ .kind = SERIES_SWITCH, .switch_name = "sw1" },
	    bytes);
}

static void add_port(struct text *out, const char *name, uint32_t ifindex,
		     uint64_t octets)
{
	struct record_entry entry = {
		.series = { .kind = SERIES_PORT,
			    .switch_name = name,
			    .ifindex = ifindex },
		.known = true,
		.port = { .estimate_known = true },
	};

	for (size_t way = 0; way < 2; way++) {
		uint64_t *grown = &entry.port.grown[way * PORT_OUT_OCTETS];

		grown[PORT_IN_OCTETS] = octets >> way;
		grown[PORT_IN_UCAST] = grown[0] / 800;
		grown[PORT_IN_MCAST] = grown[0] / 80000;
		grown[PORT_IN_ERRORS] = way + 1;
		entry.port.estimate[way] = grown[0];
	}
	record_add(out, &entry);
}

static void add_agent(struct text *out, const char *name, uint64_t seconds)
{
	const struct record_entry entry = {
		.series = { .kind = SERIES_AGENT, .switch_name = name },
		.known = true,
		.agent = { .datagrams = 10 * seconds,
			   .lost = seconds / 100,
			   .samples = 60 * seconds },
	};

	record_add(out, &entry);
}

void made_counters_write(const char *dir, int64_t from_s, int64_t to_s)
{
	const struct record_head head = { .kind = RECORD_STEP,
					  .start_s = from_s };
	uint64_t seconds = (uint64_t)(to_s - from_s);
	struct record_reader reader;
	struct cumulative c;
	struct text record;
	uint64_t all = 0;

	text_init(&record);
	cumulative_init(&c, CUMULATIVE_MAX);
	record_begin(&record, &head);
	for (uint32_t i = 0; i < MEMBERS; i++) {
		uint32_t asn = FIRST_ASN + i;
		uint64_t bytes = made_counters_rate(asn) * seconds;

		all += bytes;
		add_traffic(
		    &record,
		    (struct series){ .kind = SERIES_MEMBER, .asn = asn },
		    bytes);
	}
	add_places(&record, all);
	add_port(&record, "sw1", 436207616,
		 made_counters_rate(FIRST_ASN) * seconds);
	add_port(&record, "sw2", 369098752,
		 made_counters_rate(FIRST_ASN + 1) * seconds);
	add_agent(&record, "sw1", seconds);
	add_agent(&record, "sw2", seconds);
	require(record_open(&reader, cursor_of(record.data, record.len)),
		"record");
	require(cumulative_take(&c, &reader, 1), "take");
	c.end_s = to_s;
	require(cumulative_store(&c, dir), dir);
	cumulative_fini(&c);
	text_fini(&record);
}

void made_counters_journal_pair(const char *dir, int64_t start_s,
				uint64_t bytes)
{
	struct record_head head = {
		.kind = RECORD_PAIR_STEP,
		.start_s = start_s,
		.from_us = start_s * 1000000,
		.to_us = (start_s + SERIES_PAIR_STEP_S) * 1000000,
		.covered_us = (int64_t)SERIES_PAIR_STEP_S * 1000000,
	};
	struct series pair = { .kind = SERIES_PAIR,
			       .asn = FIRST_ASN,
			       .other_asn = FIRST_ASN + 1,
			       .vlan = 100 };
	struct journal *journal;
	struct text record;

	text_init(&record);
	record_begin(&record, &head);
	add_traffic(&record, pair, bytes);
	require(journal_open(&journal, dir, &journal_default_limits), dir);
	require(journal_append(journal, &head, &record), "append");
	require(journal_sync(journal), "sync");
	journal_close(journal);
	text_fini(&record);
}
