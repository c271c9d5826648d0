/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/made_records.h"

#include <string.h>

static const char *const switch_names[] = {
	"sw1",
	"sw2",
	"a-switch.with_the-longest.name-that-a.record-can_hold.64-chars-1",
};

uint64_t made_number(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) +
		UINT64_C(1442695040888963407);
	return *seed >> 33 ^ *seed << 31;
}

uint64_t made_wide(uint64_t *seed)
{
	/* In this order: C has none for the sides of an operator. */
	uint64_t number = made_number(seed);

	return number >> made_number(seed) % 64;
}

static bool made_bit(uint64_t *seed)
{
	return made_number(seed) >> 40 & 1;
}

struct record_head made_head(uint64_t *seed, enum record_kind kind)
{
	struct record_head head = { .kind = kind };

	head.start_s = (int64_t)(made_wide(seed) >> 24);
	head.from_us = (int64_t)(made_wide(seed) >> 4);
	head.to_us = (int64_t)(made_wide(seed) >> 4);
	head.covered_us = (int64_t)(made_wide(seed) >> 4);
	head.edge = made_bit(seed);
	head.odd_clock = made_bit(seed);
	return head;
}

static double made_variance(uint64_t *seed, bool pair)
{
	/* 24 bits are what a float has. */
	double variance = (double)(made_wide(seed) >> 40);

	return pair ? variance * 1048576.0 : variance * 1e9 / 3;
}

static struct record_traffic made_traffic(uint64_t *seed, bool pair)
{
	struct record_traffic t = { 0 };

	for (size_t i = 0; i < 2; i++) {
		for (size_t f = 0; f < FAMILY_COUNT; f++) {
			struct tally *one = &t.tallies[i][f];

			if (made_bit(seed))
				continue;
			one->bytes = made_wide(seed);
			one->packets = made_wide(seed);
			one->samples = made_wide(seed);
			one->variance = made_variance(seed, pair);
		}
	}
	return t;
}

static struct record_port made_port(uint64_t *seed)
{
	struct record_port p = { 0 };

	p.start_s = (int64_t)(made_wide(seed) >> 24);
	for (size_t i = 0; i <= PORT_OUT_DISCARDS; i++)
		p.grown[i] = made_wide(seed);
	p.unknown = (uint32_t)made_wide(seed);
	p.covered_us = (int64_t)(made_wide(seed) >> 1);
	p.estimate[0] = made_wide(seed);
	p.estimate[1] = made_wide(seed);
	p.observed_us = (int64_t)(made_wide(seed) >> 1);
	p.estimate_known = made_bit(seed);
	p.edge = made_bit(seed);
	return p;
}

static struct record_agent made_agent(uint64_t *seed)
{
	struct record_agent a;

	a.datagrams = made_wide(seed);
	a.lost = made_wide(seed);
	a.samples = made_wide(seed);
	a.drops = made_wide(seed);
	return a;
}

static enum series_kind made_kind(uint64_t *seed, enum record_kind kind)
{
	if (kind == RECORD_PORTS)
		return SERIES_PORT;
	if (kind == RECORD_PAIR_PART || kind == RECORD_PAIR_STEP)
		return made_bit(seed) ? SERIES_PAIR : SERIES_MEMBER;
	return (enum series_kind)(made_number(seed) % SERIES_PAIR);
}

static struct series made_series(uint64_t *seed, enum series_kind kind)
{
	struct series s = { .kind = kind };
	bool member = kind == SERIES_MEMBER || kind == SERIES_VLAN_INTERFACE ||
		      kind == SERIES_PAIR;

	if (member)
		s.asn = made_bit(seed) ? 64500 : (uint32_t)made_wide(seed);
	if (kind == SERIES_PAIR)
		s.other_asn = (uint32_t)made_wide(seed);
	if (kind == SERIES_VLAN || (member && kind != SERIES_MEMBER))
		s.vlan = made_bit(seed) ? 100 : (uint16_t)made_wide(seed);
	if (kind == SERIES_VLAN_INTERFACE)
		s.ordinal = (uint16_t)made_wide(seed);
	if (kind == SERIES_SWITCH || kind == SERIES_PORT ||
	    kind == SERIES_AGENT)
		s.switch_name = switch_names[made_number(seed) % 3];
	if (kind == SERIES_PORT)
		s.ifindex = (uint32_t)made_wide(seed);
	return s;
}

struct record_entry made_entry(uint64_t *seed, enum record_kind kind)
{
	enum series_kind of = made_kind(seed, kind);
	struct record_entry entry = { .known = made_bit(seed) };
	bool pairs = kind == RECORD_PAIR_PART || kind == RECORD_PAIR_STEP;

	entry.series = made_series(seed, of);
	if (of == SERIES_MEMBER && pairs)
		entry.seen_us = (int64_t)(made_wide(seed) >> 1);
	else if (of == SERIES_PORT)
		entry.port = made_port(seed);
	else if (of == SERIES_AGENT)
		entry.agent = made_agent(seed);
	else
		entry.traffic = made_traffic(seed, of == SERIES_PAIR);
	return entry;
}

void made_record(struct text *out, const struct record_head *head,
		 uint64_t seed, unsigned entries, unsigned blob_bytes)
{
	record_begin(out, head);
	for (unsigned i = 0; i < entries; i++) {
		struct record_entry entry = made_entry(&seed, head->kind);

		record_add(out, &entry);
	}
	if (blob_bytes > 0) {
		uint8_t blob[4096];

		for (size_t i = 0; i < sizeof(blob); i++)
			blob[i] = (uint8_t)made_number(&seed);
		record_add_blob(out, blob,
				blob_bytes < sizeof(blob) ? blob_bytes
							  : sizeof(blob));
	}
}

/* What some samples at 1 in 4096 come to. */
static struct tally made_samples(uint64_t *seed)
{
	struct tally t = { 0 };

	for (uint64_t n = 1 + made_number(seed) % 40; n > 0; n--)
		tally_add_sample(&t, 64 + (uint32_t)(made_number(seed) % 1455),
				 4096);
	return t;
}

void made_pairs(struct text *out, const struct record_head *head, uint64_t seed,
		uint32_t pairs)
{
	struct record_entry entry = { .known = true };
	struct series *s = &entry.series;

	record_begin(out, head);
	s->kind = SERIES_PAIR;
	s->vlan = 100;
	s->asn = 1000;
	s->other_asn = 1000;
	for (uint32_t i = 0; i < pairs; i++) {
		/* about 300 numbers lie between two members' */
		s->other_asn += 1 + (uint32_t)(made_number(&seed) % 600);
		if (i % 300 == 299) {
			s->asn += 1 + (uint32_t)(made_number(&seed) % 600);
			s->other_asn = s->asn;
		}
		memset(&entry.traffic, 0, sizeof(entry.traffic));
		for (size_t way = 0; way < 2; way++) {
			struct tally *t = entry.traffic.tallies[way];

			t[FAMILY_IPV4] = made_samples(&seed);
			if (i % 10 == 0)
				t[FAMILY_IPV6] = made_samples(&seed);
		}
		record_add(out, &entry);
	}
}
