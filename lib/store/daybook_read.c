/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The checksum finds what a disk does to a book. All else is checked as well:
 * what is read here becomes an index, a time or a number on an invoice.
 */
#include <math.h>
#include <string.h>

#include "store/daybook.h"
#include "store/daybook_format.h"
#include "store/series_bytes.h"
#include "util/crc32c.h"
#include "util/err.h"

/* A rate or a sum: finite, not negative; else the cursor has failed. */
static double read_amount(struct cursor *c)
{
	uint64_t bits = cursor_le64(c);
	double value;

	memcpy(&value, &bits, sizeof(value));
	if (isfinite(value) && !signbit(value))
		return value;
	series_bytes_fail(c);
	return 0;
}

static int read_zone(struct daybook_head *head, struct cursor *c, size_t len)
{
	if (len >= sizeof(head->zone))
		return ERR_MALFORMED;
	cursor_bytes(c, head->zone, len);
	for (size_t i = 0; i < len; i++) {
		if (head->zone[i] < '!' || head->zone[i] > '~')
			return ERR_MALFORMED;
	}
	return cursor_ok(c) ? 0 : ERR_TRUNCATED;
}

static int read_head(struct daybook_head *head, struct cursor *c)
{
	uint8_t kind = cursor_u8(c);
	uint8_t month = cursor_u8(c);
	uint8_t day = cursor_u8(c);
	uint8_t zone_len = cursor_u8(c);
	uint16_t year = cursor_le16(c);
	uint16_t row_minutes = cursor_le16(c);
	uint64_t from_s = cursor_le64(c);
	uint64_t to_s = cursor_le64(c);

	head->known = cursor_le64(c);
	head->count = cursor_le32(c);
	if (!cursor_ok(c))
		return ERR_TRUNCATED;
	if (kind == 0 || kind >= DAYBOOK_KIND_COUNT || row_minutes == 0 ||
	    from_s >= to_s || to_s > INT64_MAX || to_s - from_s > SPAN_MAX_S ||
	    from_s % DAYBOOK_SLOT_S != 0 || to_s % DAYBOOK_SLOT_S != 0)
		return ERR_MALFORMED;
	head->kind = (enum daybook_kind)kind;
	head->date = (struct date){ year, month, day };
	head->row_s = (uint32_t)row_minutes * DAYBOOK_MINUTE_S;
	head->from_s = (int64_t)from_s;
	head->to_s = (int64_t)to_s;
	if (!date_is_valid(head->date))
		return ERR_MALFORMED;
	return read_zone(head, c, zone_len);
}

int daybook_open(struct daybook_reader *r, const void *bytes, size_t len)
{
	struct daybook_reader reader = { .at = cursor_of(bytes, len) };
	struct cursor *c = &reader.at;
	const uint8_t *start = cursor_take(c, CHECKSUM_AT);
	uint32_t checksum = cursor_le32(c);
	struct cursor behind = *c;
	uint32_t version = cursor_le32(c);
	int rc;

	if (!cursor_ok(c))
		return ERR_TRUNCATED;
	if (memcmp(start, DAYBOOK_MAGIC, CHECKSUM_AT) != 0 ||
	    crc32c(0, behind.at, behind.left) != checksum || version == 0)
		return ERR_MALFORMED;
	if (version > DAYBOOK_VERSION)
		return ERR_UNSUPPORTED;
	rc = read_head(&reader.head, c);
	if (rc < 0)
		return rc;
	reader.left = reader.head.count;
	*r = reader;
	return 0;
}

static void read_totals(struct cursor *c, struct daybook_entry *entry)
{
	size_t columns = series_layout(entry->series.kind)->column_count;
	uint64_t known = series_bytes_varint(c, (UINT32_C(1) << columns) - 1);

	for (size_t i = 0; i < columns; i++) {
		if (!(known & UINT32_C(1) << i))
			continue;
		entry->totals[i] =
		    daybook_is_variance(entry->series.kind, i)
			? read_amount(c)
			: (double)series_bytes_varint(c, UINT64_C(1) << 63);
	}
}

static void read_measure(struct daybook_reader *r, struct daybook_measure *m)
{
	struct cursor *c = &r->at;
	uint32_t slots = daybook_slots(&r->head);
	uint64_t minutes =
	    (uint64_t)slots * (DAYBOOK_SLOT_S / DAYBOOK_MINUTE_S);
	uint64_t minute;

	m->known = (uint32_t)series_bytes_varint(c, slots);
	if (m->known == 0)
		return;
	m->p95 = read_amount(c);
	m->peak = read_amount(c);
	m->peak_at_s =
	    r->head.from_s +
	    (int64_t)series_bytes_varint(c, slots - 1) * DAYBOOK_SLOT_S;
	minute = series_bytes_varint(c, minutes);
	if (minute == 0)
		return;
	m->minute_peak_at_s =
	    r->head.from_s + (int64_t)(minute - 1) * DAYBOOK_MINUTE_S;
	m->minute_peak = read_amount(c);
}

/* Whether a series may follow the one before. */
static bool is_next(struct daybook_reader *r, const struct series *s)
{
	r->last.switch_name = r->names[!r->turn];
	return r->left == r->head.count || series_compare(&r->last, s) < 0;
}

static void advance(struct daybook_reader *r, const struct series *s)
{
	r->last = *s;
	r->turn = !r->turn;
	r->left--;
}

/* At the end: 0 if all bytes were of entries. */
static int end(const struct daybook_reader *r)
{
	return cursor_spent(&r->at) ? 0 : ERR_MALFORMED;
}

int daybook_next(struct daybook_reader *r, struct daybook_entry *entry)
{
	struct series series;
	size_t measures;

	if (r->head.kind == DAYBOOK_PAIRS)
		return ERR_MALFORMED;
	if (r->left == 0)
		return end(r);
	series_bytes_read(&r->at, &series, r->names[r->turn]);
	daybook_entry_init(entry, &series);
	read_totals(&r->at, entry);
	measures = daybook_measure_count(series.kind);
	for (size_t m = 0; m < measures; m++)
		read_measure(r, &entry->measures[m]);
	if (!cursor_ok(&r->at) || !is_next(r, &series)) {
		series_bytes_fail(&r->at);
		return ERR_MALFORMED;
	}
	advance(r, &series);
	return 1;
}

static void read_pair(struct daybook_reader *r, struct daybook_pair *pair)
{
	struct cursor *c = &r->at;
	uint32_t slots = daybook_slots(&r->head);
	uint8_t flags = cursor_u8(c);
	bool is_new = flags & PAIR_ASN;
	uint32_t from;

	*pair =
	    (struct daybook_pair){ .asn = r->last.asn, .vlan = r->last.vlan };
	if (is_new)
		pair->asn +=
		    (uint32_t)series_bytes_varint(c, UINT32_MAX - r->last.asn);
	from = is_new ? pair->asn : r->last.other_asn;
	pair->other_asn =
	    from + (uint32_t)series_bytes_varint(c, UINT32_MAX - from);
	if (flags & PAIR_VLAN)
		pair->vlan = (uint16_t)series_bytes_varint(c, UINT16_MAX);
	for (size_t i = 0; i < PAIR_COUNT; i++) {
		if (flags & PAIR_BYTES << i)
			pair->bytes[i] =
			    series_bytes_varint(c, UINT64_C(1) << 63);
	}
	for (size_t way = 0; way < 2; way++)
		pair->known[way] = flags & PAIR_KNOWN << way
				       ? (uint32_t)series_bytes_varint(c, slots)
				       : slots;
}

int daybook_next_pair(struct daybook_reader *r, struct daybook_pair *pair)
{
	struct series series = { .kind = SERIES_PAIR };

	if (r->head.kind != DAYBOOK_PAIRS)
		return ERR_MALFORMED;
	if (r->left == 0)
		return end(r);
	read_pair(r, pair);
	series.asn = pair->asn;
	series.other_asn = pair->other_asn;
	series.vlan = pair->vlan;
	if (!cursor_ok(&r->at) || !is_next(r, &series)) {
		series_bytes_fail(&r->at);
		return ERR_MALFORMED;
	}
	advance(r, &series);
	return 1;
}

int daybook_find(struct daybook_reader *r, const struct series *series,
		 struct daybook_entry *entry)
{
	for (;;) {
		struct daybook_reader before = *r;
		int rc = daybook_next(r, entry);
		int order;

		if (rc <= 0)
			return rc;
		order = series_compare(&entry->series, series);
		if (order == 0)
			return 1;
		if (order > 0) {
			*r = before;
			return 0;
		}
	}
}
