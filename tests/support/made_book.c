/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/made_book.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static const struct series kinds[] = {
	{ .kind = SERIES_EXCHANGE },
	{ .kind = SERIES_MEMBER, .asn = 64500 },
	{ .kind = SERIES_MEMBER, .asn = 4200000000 },
	{ .kind = SERIES_VLAN_INTERFACE,
	  .asn = 64500,
	  .vlan = 100,
	  .ordinal = 2 },
	{ .kind = SERIES_VLAN, .vlan = 100 },
	{ .kind = SERIES_SWITCH, .switch_name = "sw1" },
	{ .kind = SERIES_PORT, .switch_name = "sw1", .ifindex = 436207616 },
	{ .kind = SERIES_PORT, .switch_name = "sw2", .ifindex = 1 },
	{ .kind = SERIES_AGENT, .switch_name = "sw1" },
};

static uint64_t next(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) +
		UINT64_C(1442695040888963407);
	return *seed >> 33;
}

/* A number of any length up to 31 + shifts bits. */
static uint64_t next_long(uint64_t *seed, unsigned shifts)
{
	uint64_t number = next(seed);

	return number << next(seed) % shifts;
}

struct daybook_head made_book_head(enum daybook_kind kind)
{
	/* 2026-03-29 and the whole of March; the night of 29 has 23 hours */
	struct daybook_head head = {
		.kind = kind,
		.date = { 2026, 3, kind == DAYBOOK_MONTH ? 1 : 29 },
		.zone = "Europe/Berlin",
		.from_s = kind == DAYBOOK_MONTH ? 1772319600 : 1774738800,
		.to_s = kind == DAYBOOK_MONTH ? 1774994400 : 1774821600,
		.row_s = DAYBOOK_SLOT_S,
	};

	return head;
}

static void make_measure(struct daybook_measure *m,
			 const struct daybook_head *head, uint64_t *seed)
{
	uint32_t slots = daybook_slots(head);
	int64_t peak = (int64_t)(next(seed) % slots);

	m->known = (uint32_t)(next(seed) % slots) + 1;
	m->p95 = (double)next(seed) / 7;
	m->peak = m->p95 * 1.5;
	m->peak_at_s = head->from_s + peak * DAYBOOK_SLOT_S;
	if (next(seed) % 4 == 0)
		return;
	m->minute_peak = m->peak * 1.1;
	m->minute_peak_at_s =
	    head->from_s +
	    (int64_t)(next(seed) % (slots * 5)) * DAYBOOK_MINUTE_S;
}

struct daybook_entry made_book_entry(const struct daybook_head *head, size_t i,
				     uint64_t *seed)
{
	struct daybook_entry entry;
	size_t columns;
	size_t measures;

	assert(i < sizeof(kinds) / sizeof(*kinds));
	columns = series_layout(kinds[i].kind)->column_count;
	measures = daybook_measure_count(kinds[i].kind);
	daybook_entry_init(&entry, &kinds[i]);
	for (size_t c = 0; c < columns; c++) {
		if (next(seed) % 8 != 0)
			entry.totals[c] = (double)next_long(seed, 20);
	}
	for (size_t m = 0; m < measures; m++) {
		if (next(seed) % 8 != 0)
			make_measure(&entry.measures[m], head, seed);
	}
	return entry;
}

struct daybook_pair made_book_pair(const struct daybook_head *head, size_t i,
				   uint64_t *seed)
{
	uint32_t slots = daybook_slots(head);
	struct daybook_pair pair = {
		.vlan = (uint16_t)(i % 2 ? 200 : 100),
		.asn = 64500 + (uint32_t)i / 6,
		.other_asn = 64501 + (uint32_t)i / 2,
	};

	for (size_t c = 0; c < PAIR_COUNT; c++)
		pair.bytes[c] = next(seed) % 3 ? next_long(seed, 16) : 0;
	for (size_t way = 0; way < 2; way++)
		pair.known[way] = next(seed) % 3
				      ? slots
				      : (uint32_t)(next(seed) % (slots + 1));
	return pair;
}

void made_book(struct text *out, enum daybook_kind kind, size_t count,
	       uint64_t seed)
{
	struct daybook_head head = made_book_head(kind);
	struct daybook_writer w;
	int rc;

	daybook_begin(&w, &head);
	for (size_t i = 0; i < count; i++) {
		if (kind == DAYBOOK_PAIRS) {
			struct daybook_pair p = made_book_pair(&head, i, &seed);

			daybook_add_pair(&w, &p);
		} else {
			struct daybook_entry e =
			    made_book_entry(&head, i, &seed);

			daybook_add(&w, &e);
		}
	}
	rc = daybook_finish(&w);
	assert(rc == 0);
	*out = w.bytes;
}
