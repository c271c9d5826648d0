/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/record.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "util/err.h"
#include "util/little_endian.h"

/*
 * A head of fixed width, the entries, and maybe a blob. The head also says how
 * many entries there are and whom the last one was about: an entry says only
 * how its series differs from the one before, and who adds one has nothing but
 * the bytes so far. ARCHITECTURE.md has every byte.
 */
enum {
	AT_KIND = 0,
	AT_FLAGS = 1,
	AT_VLAN = 2,
	AT_COUNT = 4,
	AT_ASN = 8,
	AT_OTHER_ASN = 12,
	AT_NAME = 16, /* where the last name's length stands; 0: none */
	AT_START = 20,
	AT_FROM = 28,
	AT_TO = 36,
	AT_COVERED = 44,
	HEAD_SIZE = 52,

	FLAG_EDGE = 1,
	FLAG_ODD_CLOCK = 2,
	FLAG_BLOB = 4,
	FLAGS = 7,

	/* an entry's first byte */
	TAG_KIND = 0x0f,
	TAG_KNOWN = 0x10,
	TAG_SAME_WHO = 0x20, /* member or switch as in the entry before */
	TAG_SAME_VLAN = 0x40,

	PORT_EDGE = 1,
	PORT_ESTIMATE_KNOWN = 2,
	PORT_FLAGS = 3,

	COUNTERS = PORT_OUT_DISCARDS + 1,
	TALLIES = 2 * FAMILY_COUNT,
	/* the longest: a port with a name, or a member with six tallies */
	ENTRY_MAX = 512,
};

#define START_MAX_S (INT64_C(1) << 40)
#define TIME_MAX_US (INT64_C(1) << 60)

/* What says which series of its kind one is. */
enum {
	BY_ASN = 1,
	BY_OTHER_ASN = 2,
	BY_VLAN = 4,
	BY_ORDINAL = 8,
	BY_SWITCH = 16,
	BY_IFINDEX = 32,
};

static const uint8_t identities[SERIES_KIND_COUNT] = {
	[SERIES_EXCHANGE] = 0,
	[SERIES_MEMBER] = BY_ASN,
	[SERIES_VLAN_INTERFACE] = BY_ASN | BY_VLAN | BY_ORDINAL,
	[SERIES_VLAN] = BY_VLAN,
	[SERIES_SWITCH] = BY_SWITCH,
	[SERIES_PORT] = BY_SWITCH | BY_IFINDEX,
	[SERIES_AGENT] = BY_SWITCH,
	[SERIES_PAIR] = BY_ASN | BY_OTHER_ASN | BY_VLAN,
};

static bool is_of_pairs(uint8_t kind)
{
	return kind == RECORD_PAIR_PART || kind == RECORD_PAIR_STEP;
}

/* ---- writing ---- */

/* An entry while it is put together. */
struct entry_bytes {
	uint8_t bytes[ENTRY_MAX];
	size_t len;
};

/* The entry before, as the head has it. */
struct entry_before {
	uint8_t kind; /* of the record */
	uint16_t vlan;
	uint32_t count;
	uint32_t asn;
	uint32_t other_asn;
	uint32_t name_at;
	int64_t start_s;
};

static void put_u8(struct entry_bytes *e, unsigned value)
{
	e->bytes[e->len++] = (uint8_t)value;
}

static void put_varint(struct entry_bytes *e, uint64_t value)
{
	while (value >= 0x80) {
		e->bytes[e->len++] = (uint8_t)(value | 0x80);
		value >>= 7;
	}
	e->bytes[e->len++] = (uint8_t)value;
}

/* A difference that may be negative: 0, -1, 1, -2, ... as 0, 1, 2, 3, ... */
static void put_difference(struct entry_bytes *e, uint64_t value, uint64_t base)
{
	uint64_t difference = value - base;

	put_varint(e, difference << 1 ^ (0 - (difference >> 63)));
}

static void put_variance(struct entry_bytes *e, double variance, bool pair)
{
	if (pair) {
		float rounded = (float)fmin(variance, FLT_MAX);
		uint32_t bits;

		memcpy(&bits, &rounded, sizeof(bits));
		put_le32(e->bytes + e->len, bits);
		e->len += sizeof(bits);
	} else {
		double finite = fmin(variance, DBL_MAX);
		uint64_t bits;

		memcpy(&bits, &finite, sizeof(bits));
		put_le64(e->bytes + e->len, bits);
		e->len += sizeof(bits);
	}
}

static bool tally_is_empty(const struct tally *t)
{
	return t->bytes == 0 && t->packets == 0 && t->samples == 0 &&
	       t->variance == 0;
}

static void put_traffic(struct entry_bytes *e, const struct record_traffic *t,
			bool pair)
{
	size_t mask_at = e->len++;
	unsigned mask = 0;

	for (unsigned i = 0; i < TALLIES; i++) {
		const struct tally *one =
		    &t->tallies[i / FAMILY_COUNT][i % FAMILY_COUNT];

		if (tally_is_empty(one))
			continue;
		mask |= 1u << i;
		put_varint(e, one->bytes);
		put_varint(e, one->packets);
		put_varint(e, one->samples);
		put_variance(e, one->variance, pair);
	}
	e->bytes[mask_at] = (uint8_t)mask;
}

static void put_port(struct entry_bytes *e, const struct record_port *p,
		     int64_t base_s)
{
	put_u8(e, (p->edge ? PORT_EDGE : 0u) |
		      (p->estimate_known ? PORT_ESTIMATE_KNOWN : 0u));
	put_difference(e, (uint64_t)p->start_s, (uint64_t)base_s);
	put_varint(e, p->unknown);
	for (size_t i = 0; i < COUNTERS; i++)
		put_varint(e, p->grown[i]);
	put_varint(e, (uint64_t)p->covered_us);
	put_varint(e, p->estimate[0]);
	put_varint(e, p->estimate[1]);
	put_varint(e, (uint64_t)p->observed_us);
}

static void put_agent(struct entry_bytes *e, const struct record_agent *a)
{
	put_varint(e, a->datagrams);
	put_varint(e, a->lost);
	put_varint(e, a->samples);
	put_varint(e, a->drops);
}

static void put_content(struct entry_bytes *e, const struct record_entry *entry,
			const struct entry_before *before)
{
	enum series_kind kind = entry->series.kind;

	if (kind == SERIES_PORT)
		put_port(e, &entry->port, before->start_s);
	else if (kind == SERIES_AGENT)
		put_agent(e, &entry->agent);
	else if (kind == SERIES_MEMBER && is_of_pairs(before->kind))
		put_varint(e, (uint64_t)entry->seen_us);
	else
		put_traffic(e, &entry->traffic, kind == SERIES_PAIR);
}

static bool same_name(const struct text *out, uint32_t name_at,
		      const char *name, size_t len)
{
	return name_at != 0 && (uint8_t)out->data[name_at] == len &&
	       memcmp(out->data + name_at + 1, name, len) == 0;
}

/* The tag and what says which series it is. Updates before. */
static void put_identity(struct entry_bytes *e, const struct text *out,
			 const struct record_entry *entry,
			 struct entry_before *before)
{
	const struct series *s = &entry->series;
	unsigned by = identities[s->kind];
	size_t len = by & BY_SWITCH ? strlen(s->switch_name) : 0;
	bool same_who = by & BY_SWITCH ? same_name(out, before->name_at,
						   s->switch_name, len)
				       : by & BY_ASN && s->asn == before->asn;
	bool same_vlan = by & BY_VLAN && s->vlan == before->vlan;
	uint32_t other = same_who ? before->other_asn : s->asn;

	put_u8(e, (unsigned)s->kind | (entry->known ? TAG_KNOWN : 0u) |
		      (same_who ? TAG_SAME_WHO : 0u) |
		      (same_vlan ? TAG_SAME_VLAN : 0u));
	if (by & BY_SWITCH && !same_who) {
		before->name_at = (uint32_t)(out->len + e->len);
		put_u8(e, (unsigned)len);
		memcpy(e->bytes + e->len, s->switch_name, len);
		e->len += len;
	}
	if (by & BY_ASN && !same_who)
		put_difference(e, s->asn, before->asn);
	if (by & BY_VLAN && !same_vlan)
		put_difference(e, s->vlan, before->vlan);
	if (by & BY_OTHER_ASN)
		put_difference(e, s->other_asn, other);
	if (by & BY_ORDINAL)
		put_varint(e, s->ordinal);
	if (by & BY_IFINDEX)
		put_varint(e, s->ifindex);
	before->asn = by & BY_ASN ? s->asn : before->asn;
	before->vlan = by & BY_VLAN ? s->vlan : before->vlan;
	before->other_asn =
	    by & BY_OTHER_ASN ? s->other_asn : before->other_asn;
}

static bool can_be_said(const struct record_entry *entry)
{
	const struct series *s = &entry->series;
	size_t len;

	if ((unsigned)s->kind >= SERIES_KIND_COUNT)
		return false;
	if (s->kind == SERIES_PORT &&
	    (entry->port.start_s < 0 || entry->port.start_s > START_MAX_S ||
	     entry->port.covered_us < 0 || entry->port.observed_us < 0))
		return false;
	if (s->kind == SERIES_MEMBER && entry->seen_us < 0)
		return false;
	if (!(identities[s->kind] & BY_SWITCH))
		return true;
	len = s->switch_name ? strlen(s->switch_name) : 0;
	return len > 0 && len <= RECORD_NAME_MAX;
}

static struct entry_before read_before(const struct text *out)
{
	struct cursor c = cursor_of(out->data, out->len);
	struct entry_before before;

	before.kind = cursor_u8(&c);
	cursor_skip(&c, 1);
	before.vlan = cursor_le16(&c);
	before.count = cursor_le32(&c);
	before.asn = cursor_le32(&c);
	before.other_asn = cursor_le32(&c);
	before.name_at = cursor_le32(&c);
	before.start_s = (int64_t)cursor_le64(&c);
	return before;
}

static void write_before(struct text *out, const struct entry_before *before)
{
	uint8_t *head = (uint8_t *)out->data;

	put_le16(head + AT_VLAN, before->vlan);
	put_le32(head + AT_COUNT, before->count + 1);
	put_le32(head + AT_ASN, before->asn);
	put_le32(head + AT_OTHER_ASN, before->other_asn);
	put_le32(head + AT_NAME, before->name_at);
}

static bool time_fits(int64_t us)
{
	return us >= 0 && us <= TIME_MAX_US;
}

void record_begin(struct text *out, const struct record_head *head)
{
	uint8_t bytes[HEAD_SIZE] = { 0 };

	text_clear(out);
	bytes[AT_KIND] = (uint8_t)head->kind;
	bytes[AT_FLAGS] = (uint8_t)((head->edge ? FLAG_EDGE : 0) |
				    (head->odd_clock ? FLAG_ODD_CLOCK : 0));
	put_le64(bytes + AT_START, (uint64_t)head->start_s);
	put_le64(bytes + AT_FROM, (uint64_t)head->from_us);
	put_le64(bytes + AT_TO, (uint64_t)head->to_us);
	put_le64(bytes + AT_COVERED, (uint64_t)head->covered_us);
	text_add_bytes(out, bytes, sizeof(bytes));
	if (head->start_s < 0 || head->start_s > START_MAX_S ||
	    !time_fits(head->from_us) || !time_fits(head->to_us) ||
	    !time_fits(head->covered_us))
		out->failed = true;
}

/* Whether more can be added to what out holds. */
static bool is_open(struct text *out, size_t more)
{
	if (out->failed || out->len < HEAD_SIZE ||
	    (uint8_t)out->data[AT_FLAGS] & FLAG_BLOB ||
	    more > RECORD_BYTES_MAX - out->len)
		out->failed = true;
	return !out->failed;
}

void record_add(struct text *out, const struct record_entry *entry)
{
	struct entry_bytes bytes = { .len = 0 };
	struct entry_before before;

	if (!is_open(out, ENTRY_MAX) || !can_be_said(entry)) {
		out->failed = true;
		return;
	}
	before = read_before(out);
	put_identity(&bytes, out, entry, &before);
	put_content(&bytes, entry, &before);
	text_add_bytes(out, bytes.bytes, bytes.len);
	if (text_ok(out))
		write_before(out, &before);
}

void record_add_blob(struct text *out, const void *bytes, size_t len)
{
	if (!is_open(out, len))
		return;
	text_add_bytes(out, bytes, len);
	if (text_ok(out))
		out->data[AT_FLAGS] |= FLAG_BLOB;
}

/* ---- reading ---- */

/* What was read cannot be: as if nothing more were there. */
static void refuse(struct cursor *c)
{
	c->left = 0;
	c->failed = true;
}

static uint64_t take_varint(struct cursor *c)
{
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint8_t byte = cursor_u8(c);

		value |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80) {
			if (shift == 63 && byte > 1)
				break;
			return value;
		}
	}
	refuse(c);
	return 0;
}

/* A number of at most max; a larger one is as if it were not there. */
static uint64_t take_up_to(struct cursor *c, uint64_t max)
{
	uint64_t value = take_varint(c);

	if (value <= max)
		return value;
	refuse(c);
	return 0;
}

static uint64_t take_difference(struct cursor *c, uint64_t base, uint64_t max)
{
	uint64_t coded = take_varint(c);
	uint64_t value = base + (coded >> 1 ^ (0 - (coded & 1)));

	if (value <= max)
		return value;
	refuse(c);
	return 0;
}

static double take_variance(struct cursor *c, bool pair)
{
	double variance;

	if (pair) {
		uint32_t bits = cursor_le32(c);
		float rounded;

		memcpy(&rounded, &bits, sizeof(rounded));
		variance = (double)rounded;
	} else {
		uint64_t bits = cursor_le64(c);

		memcpy(&variance, &bits, sizeof(variance));
	}
	if (isfinite(variance) && !signbit(variance))
		return variance;
	refuse(c);
	return 0;
}

static void take_traffic(struct cursor *c, struct record_traffic *t, bool pair)
{
	unsigned mask = cursor_u8(c);

	for (unsigned i = 0; i < TALLIES; i++) {
		struct tally *one =
		    &t->tallies[i / FAMILY_COUNT][i % FAMILY_COUNT];

		if (!(mask & 1u << i))
			continue;
		one->bytes = take_varint(c);
		one->packets = take_varint(c);
		one->samples = take_varint(c);
		one->variance = take_variance(c, pair);
	}
	if (mask >> TALLIES)
		refuse(c);
}

static void take_port(struct cursor *c, struct record_port *p, int64_t base_s)
{
	unsigned flags = cursor_u8(c);

	p->edge = flags & PORT_EDGE;
	p->estimate_known = flags & PORT_ESTIMATE_KNOWN;
	p->start_s = (int64_t)take_difference(c, (uint64_t)base_s, START_MAX_S);
	p->unknown = (uint32_t)take_up_to(c, UINT32_MAX);
	for (size_t i = 0; i < COUNTERS; i++)
		p->grown[i] = take_varint(c);
	p->covered_us = (int64_t)take_up_to(c, INT64_MAX);
	p->estimate[0] = take_varint(c);
	p->estimate[1] = take_varint(c);
	p->observed_us = (int64_t)take_up_to(c, INT64_MAX);
	if (flags & ~(unsigned)PORT_FLAGS)
		refuse(c);
}

static void take_agent(struct cursor *c, struct record_agent *a)
{
	a->datagrams = take_varint(c);
	a->lost = take_varint(c);
	a->samples = take_varint(c);
	a->drops = take_varint(c);
}

static void take_content(struct record_reader *r, struct record_entry *entry)
{
	enum series_kind kind = entry->series.kind;

	if (kind == SERIES_PORT)
		take_port(&r->at, &entry->port, r->head.start_s);
	else if (kind == SERIES_AGENT)
		take_agent(&r->at, &entry->agent);
	else if (kind == SERIES_MEMBER && is_of_pairs((uint8_t)r->head.kind))
		entry->seen_us = (int64_t)take_up_to(&r->at, INT64_MAX);
	else
		take_traffic(&r->at, &entry->traffic, kind == SERIES_PAIR);
}

static void take_name(struct record_reader *r)
{
	uint8_t len = cursor_u8(&r->at);
	const uint8_t *name = NULL;

	if (len > 0 && len <= RECORD_NAME_MAX)
		name = cursor_take(&r->at, len);
	if (!name || memchr(name, '\0', len)) {
		refuse(&r->at);
		return;
	}
	memcpy(r->switch_name, name, len);
	r->switch_name[len] = '\0';
}

static void take_identity(struct record_reader *r, struct record_entry *entry)
{
	struct series *s = &entry->series;
	unsigned tag = cursor_u8(&r->at);
	unsigned by = 0;
	bool same_who = tag & TAG_SAME_WHO;

	if ((tag & TAG_KIND) < SERIES_KIND_COUNT) {
		s->kind = (enum series_kind)(tag & TAG_KIND);
		by = identities[s->kind];
	}
	entry->known = tag & TAG_KNOWN;
	if (by & BY_SWITCH && !same_who)
		take_name(r);
	if (by & BY_ASN && !same_who)
		r->asn = (uint32_t)take_difference(&r->at, r->asn, UINT32_MAX);
	if (by & BY_VLAN && !(tag & TAG_SAME_VLAN))
		r->vlan =
		    (uint16_t)take_difference(&r->at, r->vlan, UINT16_MAX);
	if (by & BY_OTHER_ASN)
		r->other_asn = (uint32_t)take_difference(
		    &r->at, same_who ? r->other_asn : r->asn, UINT32_MAX);
	s->ordinal =
	    by & BY_ORDINAL ? (uint16_t)take_up_to(&r->at, UINT16_MAX) : 0;
	s->ifindex =
	    by & BY_IFINDEX ? (uint32_t)take_up_to(&r->at, UINT32_MAX) : 0;
	s->asn = by & BY_ASN ? r->asn : 0;
	s->vlan = by & BY_VLAN ? r->vlan : 0;
	s->other_asn = by & BY_OTHER_ASN ? r->other_asn : 0;
	s->switch_name = by & BY_SWITCH ? r->switch_name : NULL;
	if (tag & 0x80 || (tag & TAG_KIND) >= SERIES_KIND_COUNT ||
	    (by & BY_SWITCH && r->switch_name[0] == '\0'))
		refuse(&r->at);
}

int record_open(struct record_reader *r, struct cursor bytes)
{
	unsigned kind;
	unsigned flags;

	*r = (struct record_reader){ .at = bytes };
	kind = cursor_u8(&r->at);
	flags = cursor_u8(&r->at);
	cursor_skip(&r->at, AT_COUNT - AT_VLAN);
	r->entries_left = cursor_le32(&r->at);
	cursor_skip(&r->at, AT_START - AT_ASN);
	r->head.start_s = (int64_t)cursor_le64(&r->at);
	r->head.from_us = (int64_t)cursor_le64(&r->at);
	r->head.to_us = (int64_t)cursor_le64(&r->at);
	r->head.covered_us = (int64_t)cursor_le64(&r->at);
	if (!cursor_ok(&r->at))
		return ERR_TRUNCATED;
	r->head.kind = (enum record_kind)kind;
	r->head.edge = flags & FLAG_EDGE;
	r->head.odd_clock = flags & FLAG_ODD_CLOCK;
	r->has_blob = flags & FLAG_BLOB;
	if (kind > RECORD_PORTS)
		return ERR_UNSUPPORTED;
	if (kind == 0 || flags & ~(unsigned)FLAGS || r->head.start_s < 0 ||
	    r->head.start_s > START_MAX_S || !time_fits(r->head.from_us) ||
	    !time_fits(r->head.to_us) || !time_fits(r->head.covered_us))
		return ERR_MALFORMED;
	return 0;
}

int record_next(struct record_reader *r, struct record_entry *entry)
{
	bool started = cursor_left(&r->at) > 0;

	if (r->entries_left == 0)
		return cursor_left(&r->at) == 0 || r->has_blob ? 0
							       : ERR_MALFORMED;
	*entry = (struct record_entry){ 0 };
	take_identity(r, entry);
	take_content(r, entry);
	if (!cursor_ok(&r->at))
		return started ? ERR_MALFORMED : ERR_TRUNCATED;
	r->entries_left--;
	return 1;
}

struct cursor record_blob(const struct record_reader *r)
{
	return r->has_blob ? r->at : cursor_of(NULL, 0);
}

void record_traffic_add(struct record_traffic *to,
			const struct record_traffic *from)
{
	for (size_t i = 0; i < 2; i++) {
		for (size_t f = 0; f < FAMILY_COUNT; f++)
			tally_add(&to->tallies[i][f], &from->tallies[i][f]);
	}
}
