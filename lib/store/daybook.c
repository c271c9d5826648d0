/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/daybook.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "store/daybook_format.h"
#include "store/series_bytes.h"
#include "util/crc32c.h"
#include "util/little_endian.h"

/* Columns stand in files by number. */
_Static_assert(TRAFFIC_TO_VAR == 15 && PORT_OUT_ESTIMATE == 13 &&
		   AGENT_DROPS == 3 && PAIR_BA_V6_BYTES == 3,
	       "a day book of before still reads");

struct measured {
	size_t count;
	size_t columns[3];
};

static const struct measured traffic_measures[] = {
	{ 3,
	  { TRAFFIC_FROM_V4_BYTES, TRAFFIC_FROM_V6_BYTES,
	    TRAFFIC_FROM_OTHER_BYTES } },
	{ 3,
	  { TRAFFIC_TO_V4_BYTES, TRAFFIC_TO_V6_BYTES,
	    TRAFFIC_TO_OTHER_BYTES } },
};
static const struct measured port_measures[] = {
	{ 1, { PORT_IN_OCTETS } },
	{ 1, { PORT_OUT_OCTETS } },
	{ 1, { PORT_IN_ESTIMATE } },
	{ 1, { PORT_OUT_ESTIMATE } },
};
static const struct measured agent_measures[] = {
	{ 1, { AGENT_DATAGRAMS } },
};

static const struct measured *measures_of(enum series_kind kind, size_t *count)
{
	switch (kind) {
	case SERIES_EXCHANGE:
	case SERIES_MEMBER:
	case SERIES_VLAN_INTERFACE:
	case SERIES_VLAN:
	case SERIES_SWITCH:
		*count = sizeof(traffic_measures) / sizeof(*traffic_measures);
		return traffic_measures;
	case SERIES_PORT:
		*count = sizeof(port_measures) / sizeof(*port_measures);
		return port_measures;
	case SERIES_AGENT:
		*count = sizeof(agent_measures) / sizeof(*agent_measures);
		return agent_measures;
	case SERIES_PAIR:
	case SERIES_KIND_COUNT:
		break;
	}
	*count = 0;
	return NULL;
}

size_t daybook_measure_count(enum series_kind kind)
{
	size_t count;

	(void)measures_of(kind, &count);
	return count;
}

size_t daybook_measure_columns(enum series_kind kind, size_t measure,
			       size_t columns[3])
{
	size_t count;
	const struct measured *m = measures_of(kind, &count);

	assert(measure < count);
	memcpy(columns, m[measure].columns, sizeof(m->columns));
	return m[measure].count;
}

uint32_t daybook_slots(const struct daybook_head *head)
{
	return (uint32_t)((head->to_s - head->from_s) / DAYBOOK_SLOT_S);
}

void daybook_entry_init(struct daybook_entry *entry,
			const struct series *series)
{
	*entry = (struct daybook_entry){ .series = *series };
	for (size_t c = 0; c < SERIES_COLUMNS_MAX; c++)
		entry->totals[c] = (double)NAN;
	for (size_t m = 0; m < DAYBOOK_MEASURES_MAX; m++) {
		entry->measures[m].p95 = (double)NAN;
		entry->measures[m].peak = (double)NAN;
		entry->measures[m].minute_peak = (double)NAN;
	}
}

bool daybook_is_variance(enum series_kind kind, size_t column)
{
	return daybook_measure_count(kind) > 0 && kind != SERIES_PORT &&
	       kind != SERIES_AGENT &&
	       (column == TRAFFIC_FROM_VAR || column == TRAFFIC_TO_VAR);
}

static void add_double(struct text *out, double value)
{
	uint8_t bytes[sizeof(uint64_t)];
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	put_le64(bytes, bits);
	text_add_bytes(out, bytes, sizeof(bytes));
}

void daybook_begin(struct daybook_writer *w, const struct daybook_head *head)
{
	uint8_t bytes[HEAD_SIZE] = { 0 };
	size_t zone_len = strlen(head->zone);

	assert(date_is_valid(head->date) && head->from_s < head->to_s &&
	       head->to_s - head->from_s <= SPAN_MAX_S);
	*w = (struct daybook_writer){ .head = *head };
	w->head.known = 0;
	w->head.count = 0;
	text_init(&w->bytes);
	memcpy(bytes, DAYBOOK_MAGIC, CHECKSUM_AT);
	put_le32(bytes + VERSION_AT, DAYBOOK_VERSION);
	bytes[KIND_AT] = (uint8_t)head->kind;
	bytes[MONTH_AT] = (uint8_t)head->date.month;
	bytes[DAY_AT] = (uint8_t)head->date.day;
	bytes[ZONE_LENGTH_AT] = (uint8_t)zone_len;
	put_le16(bytes + YEAR_AT, (uint16_t)head->date.year);
	put_le64(bytes + FROM_AT, (uint64_t)head->from_s);
	put_le64(bytes + TO_AT, (uint64_t)head->to_s);
	text_add_bytes(&w->bytes, bytes, sizeof(bytes));
	text_add_bytes(&w->bytes, head->zone, zone_len);
}

/* In a rising order, nothing stands twice, and a look-up can stop early. */
static void note_series(struct daybook_writer *w, const struct series *series)
{
	w->last.switch_name = w->last_name;
	assert(w->head.count == 0 || series_compare(&w->last, series) < 0);
	w->last = *series;
	if (series_names_a_switch(series->kind))
		(void)snprintf(w->last_name, sizeof(w->last_name), "%s",
			       series->switch_name);
	w->head.count++;
}

/* Over 2^63 there is no total that is true. */
uint64_t daybook_whole(double total)
{
	const double limit = 9223372036854775808.0;

	if (!(total > 0))
		return 0;
	return total < limit ? (uint64_t)(total + 0.5) : (uint64_t)limit;
}

static void add_totals(struct text *out, const struct daybook_entry *entry)
{
	size_t columns = series_layout(entry->series.kind)->column_count;
	uint32_t known = 0;

	for (size_t c = 0; c < columns; c++) {
		if (isfinite(entry->totals[c]))
			known |= UINT32_C(1) << c;
	}
	series_bytes_add_varint(out, known);
	for (size_t c = 0; c < columns; c++) {
		if (!(known & UINT32_C(1) << c))
			continue;
		if (daybook_is_variance(entry->series.kind, c))
			add_double(out, entry->totals[c]);
		else
			series_bytes_add_varint(
			    out, daybook_whole(entry->totals[c]));
	}
}

static void add_measure(struct daybook_writer *w,
			const struct daybook_measure *m)
{
	int64_t from_s = w->head.from_s;

	series_bytes_add_varint(&w->bytes, m->known);
	if (m->known == 0)
		return;
	w->head.known += m->known;
	add_double(&w->bytes, m->p95);
	add_double(&w->bytes, m->peak);
	series_bytes_add_varint(&w->bytes, (uint64_t)(m->peak_at_s - from_s) /
					       DAYBOOK_SLOT_S);
	if (isnan(m->minute_peak)) {
		series_bytes_add_varint(&w->bytes, 0);
		return;
	}
	series_bytes_add_varint(
	    &w->bytes,
	    (uint64_t)(m->minute_peak_at_s - from_s) / DAYBOOK_MINUTE_S + 1);
	add_double(&w->bytes, m->minute_peak);
}

void daybook_add(struct daybook_writer *w, const struct daybook_entry *entry)
{
	size_t count = daybook_measure_count(entry->series.kind);

	assert(w->head.kind != DAYBOOK_PAIRS &&
	       entry->series.kind != SERIES_PAIR);
	note_series(w, &entry->series);
	series_bytes_add(&w->bytes, &entry->series);
	add_totals(&w->bytes, entry);
	for (size_t m = 0; m < count; m++)
		add_measure(w, &entry->measures[m]);
}

static struct series series_of_pair(const struct daybook_pair *pair)
{
	return (struct series){ .kind = SERIES_PAIR,
				.vlan = pair->vlan,
				.asn = pair->asn,
				.other_asn = pair->other_asn };
}

static uint8_t pair_flags(const struct daybook_writer *w,
			  const struct daybook_pair *pair)
{
	uint32_t slots = daybook_slots(&w->head);
	unsigned flags = 0;

	for (size_t c = 0; c < PAIR_COUNT; c++)
		flags |= pair->bytes[c] ? (unsigned)PAIR_BYTES << c : 0;
	for (size_t way = 0; way < 2; way++)
		flags |=
		    pair->known[way] < slots ? (unsigned)PAIR_KNOWN << way : 0;
	if (pair->asn != w->last.asn)
		flags |= PAIR_ASN;
	if (pair->vlan != w->last.vlan)
		flags |= PAIR_VLAN;
	return (uint8_t)flags;
}

void daybook_add_pair(struct daybook_writer *w, const struct daybook_pair *pair)
{
	const struct series series = series_of_pair(pair);
	uint8_t flags = pair_flags(w, pair);
	uint32_t from = flags & PAIR_ASN ? pair->asn : w->last.other_asn;

	assert(w->head.kind == DAYBOOK_PAIRS && pair->asn <= pair->other_asn);
	text_add_bytes(&w->bytes, &flags, 1);
	if (flags & PAIR_ASN)
		series_bytes_add_varint(&w->bytes, pair->asn - w->last.asn);
	series_bytes_add_varint(&w->bytes, pair->other_asn - from);
	if (flags & PAIR_VLAN)
		series_bytes_add_varint(&w->bytes, pair->vlan);
	for (size_t c = 0; c < PAIR_COUNT; c++) {
		if (pair->bytes[c])
			series_bytes_add_varint(&w->bytes, pair->bytes[c]);
	}
	for (size_t way = 0; way < 2; way++) {
		w->head.known += pair->known[way];
		if (flags & PAIR_KNOWN << way)
			series_bytes_add_varint(&w->bytes, pair->known[way]);
	}
	note_series(w, &series);
}

int daybook_finish(struct daybook_writer *w)
{
	uint8_t *bytes = (uint8_t *)w->bytes.data;

	if (!text_ok(&w->bytes))
		return -ENOMEM;
	put_le16(bytes + ROW_AT, (uint16_t)(w->head.row_s / DAYBOOK_MINUTE_S));
	put_le64(bytes + KNOWN_AT, w->head.known);
	put_le32(bytes + COUNT_AT, w->head.count);
	put_le32(bytes + CHECKSUM_AT,
		 crc32c(0, bytes + VERSION_AT, w->bytes.len - VERSION_AT));
	return 0;
}

void daybook_writer_fini(struct daybook_writer *w)
{
	text_fini(&w->bytes);
}
