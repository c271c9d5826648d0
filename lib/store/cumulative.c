/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Series stand in an array in their order, found by halving it; a step tells of
 * all of them each minute, and of a new one hardly ever. New ones are gathered
 * behind and sorted in once the record is through: a port may come twice in it.
 */
#include "store/cumulative.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store/record.h"
#include "store/series_bytes.h"
#include "util/crc32c.h"
#include "util/err.h"
#include "util/little_endian.h"

#define MAGIC "LanCount"

enum {
	CHECKSUM_AT = sizeof(MAGIC) - 1, /* of all behind it */
	VERSION_AT = CHECKSUM_AT + 4,
	SINCE_AT = VERSION_AT + 4,
	END_AT = SINCE_AT + 8,
	SEQ_AT = END_AT + 8,
	LEFT_OUT_AT = SEQ_AT + 8,
	COUNT_AT = LEFT_OUT_AT + 8,
	HEAD_SIZE = COUNT_AT + 4,

	NAMES_MAX = 4096,
};

#define TIME_MAX_S (INT64_C(1) << 40)

/* Values stand in files by column. */
_Static_assert(TRAFFIC_TO_SAMPLES == CUMULATIVE_VALUES - 1 &&
		   PORT_OUT_ESTIMATE == CUMULATIVE_VALUES - 1 &&
		   AGENT_DROPS == 3 && PAIR_BA_V6_BYTES == 3,
	       "a file of before still reads");
_Static_assert(FAMILY_IPV4 == 0 && FAMILY_IPV6 == 1 && FAMILY_OTHER == 2 &&
		   FAMILY_COUNT == 3,
	       "columns are in the order of families");

void cumulative_init(struct cumulative *c, size_t max)
{
	*c = (struct cumulative){ .max = max };
}

void cumulative_fini(struct cumulative *c)
{
	for (size_t i = 0; i < c->name_count; i++)
		free(c->names[i]);
	free(c->names);
	free(c->items);
	cumulative_init(c, c->max);
}

size_t cumulative_width(enum series_kind kind)
{
	switch (kind) {
	case SERIES_EXCHANGE:
	case SERIES_MEMBER:
	case SERIES_VLAN_INTERFACE:
	case SERIES_VLAN:
	case SERIES_SWITCH:
		return TRAFFIC_TO_SAMPLES + 1;
	case SERIES_PORT:
		return PORT_COUNT;
	case SERIES_AGENT:
		return AGENT_COUNT;
	case SERIES_PAIR:
		return PAIR_COUNT;
	case SERIES_KIND_COUNT:
		break;
	}
	return 0;
}

static int compare(const void *a, const void *b)
{
	return series_compare(&((const struct cumulative_item *)a)->series,
			      &((const struct cumulative_item *)b)->series);
}

static struct cumulative_item *find(const struct cumulative *c, size_t count,
				    const struct series *series)
{
	const struct cumulative_item key = { .series = *series };

	return count
		   ? bsearch(&key, c->items, count, sizeof(*c->items), compare)
		   : NULL;
}

const struct cumulative_item *cumulative_find(const struct cumulative *c,
					      const struct series *series)
{
	return find(c, c->count, series);
}

/* A switch's name for good. NULL: there are too many, or no memory. */
static const char *keep_name(struct cumulative *c, const char *name)
{
	char **names;

	for (size_t i = 0; i < c->name_count; i++) {
		if (strcmp(c->names[i], name) == 0)
			return c->names[i];
	}
	if (c->name_count == NAMES_MAX)
		return NULL;
	names = realloc(c->names, (c->name_count + 1) * sizeof(*names));
	if (!names)
		return NULL;
	c->names = names;
	names[c->name_count] = strdup(name);
	return names[c->name_count] ? names[c->name_count++] : NULL;
}

/* A counter behind the others; NULL: there is no room. */
static struct cumulative_item *append(struct cumulative *c,
				      const struct series *series)
{
	enum { FIRST_CAPACITY = 256 };
	struct series kept = *series;
	struct cumulative_item *items;
	size_t capacity = c->capacity ? 2 * c->capacity : FIRST_CAPACITY;

	if (c->count >= c->max)
		return NULL;
	if (series_names_a_switch(series->kind)) {
		kept.switch_name = keep_name(c, series->switch_name);
		if (!kept.switch_name)
			return NULL;
	}
	if (c->count == c->capacity) {
		items = realloc(c->items, capacity * sizeof(*items));
		if (!items)
			return NULL;
		c->items = items;
		c->capacity = capacity;
	}
	c->items[c->count] = (struct cumulative_item){ .series = kept };
	return &c->items[c->count++];
}

/* Never less than before. */
static void add(uint64_t *value, uint64_t amount)
{
	if (__builtin_add_overflow(*value, amount, value))
		*value = UINT64_MAX;
}

static void add_traffic(uint64_t *values, const struct record_traffic *traffic)
{
	for (size_t way = 0; way < 2; way++) {
		for (size_t f = 0; f < FAMILY_COUNT; f++) {
			const struct tally *t = &traffic->tallies[way][f];
			size_t at = way * FAMILY_COUNT + f;

			add(&values[TRAFFIC_FROM_V4_BYTES + at], t->bytes);
			add(&values[TRAFFIC_FROM_V4_PKTS + at], t->packets);
			add(&values[TRAFFIC_FROM_SAMPLES + way], t->samples);
		}
	}
}

static void add_pair(uint64_t *values, const struct record_traffic *traffic)
{
	for (size_t way = 0; way < 2; way++) {
		const struct tally *t = traffic->tallies[way];

		add(&values[PAIR_AB_V4_BYTES + 2 * way], t[FAMILY_IPV4].bytes);
		add(&values[PAIR_AB_V6_BYTES + 2 * way], t[FAMILY_IPV6].bytes);
	}
}

static void add_port(uint64_t *values, const struct record_port *port)
{
	for (size_t i = 0; i <= PORT_OUT_DISCARDS; i++) {
		if (!(port->unknown & UINT32_C(1) << i))
			add(&values[i], port->grown[i]);
	}
	if (!port->estimate_known)
		return;
	add(&values[PORT_IN_ESTIMATE], port->estimate[0]);
	add(&values[PORT_OUT_ESTIMATE], port->estimate[1]);
}

static void add_amounts(struct cumulative_item *counter,
			const struct record_entry *entry)
{
	uint64_t *values = counter->values;

	switch (entry->series.kind) {
	case SERIES_PORT:
		add_port(values, &entry->port);
		break;
	case SERIES_AGENT:
		add(&values[AGENT_DATAGRAMS], entry->agent.datagrams);
		add(&values[AGENT_LOST], entry->agent.lost);
		add(&values[AGENT_SAMPLES], entry->agent.samples);
		add(&values[AGENT_DROPS], entry->agent.drops);
		break;
	case SERIES_PAIR:
		add_pair(values, &entry->traffic);
		break;
	default:
		add_traffic(values, &entry->traffic);
		break;
	}
}

/* In records of pairs a member's entry says how long it was seen. */
static bool is_counted(const struct record_head *head,
		       const struct record_entry *entry)
{
	return (head->kind == RECORD_PAIR_STEP) ==
	       (entry->series.kind == SERIES_PAIR);
}

static void take_entry(struct cumulative *c, const struct record_head *head,
		       const struct record_entry *entry)
{
	struct cumulative_item *counter = find(c, c->sorted, &entry->series);

	if (!counter) {
		counter = append(c, &entry->series);
		if (!counter) {
			add(&c->left_out, 1);
			return;
		}
		counter->since_s = head->start_s;
	}
	add_amounts(counter, entry);
	if (counter->seen_s < c->end_s)
		counter->seen_s = c->end_s;
}

/* Sort the new ones in; those of one series are one. */
static void settle(struct cumulative *c)
{
	size_t kept = c->sorted;

	if (c->count == c->sorted)
		return;
	qsort(c->items + c->sorted, c->count - c->sorted, sizeof(*c->items),
	      compare);
	for (size_t i = c->sorted; i < c->count; i++) {
		struct cumulative_item *last = &c->items[kept];

		if (kept == c->sorted || compare(last - 1, &c->items[i]) != 0) {
			*last = c->items[i];
			kept++;
			continue;
		}
		for (size_t v = 0; v < CUMULATIVE_VALUES; v++)
			add(&last[-1].values[v], c->items[i].values[v]);
	}
	c->count = kept;
	qsort(c->items, c->count, sizeof(*c->items), compare);
}

int cumulative_take(struct cumulative *c, struct record_reader *record,
		    uint64_t seq)
{
	const struct record_head head = record->head;
	bool pairs = head.kind == RECORD_PAIR_STEP;
	struct record_entry entry;
	int rc;

	if (head.kind != RECORD_STEP && !pairs)
		return 0;
	if (c->since_s == 0)
		c->since_s = head.start_s;
	c->end_s = head.start_s + (pairs ? SERIES_PAIR_STEP_S : SERIES_STEP_S);
	c->seq = seq;
	c->sorted = c->count;
	while ((rc = record_next(record, &entry)) == 1) {
		if (is_counted(&head, &entry))
			take_entry(c, &head, &entry);
	}
	settle(c);
	return rc;
}

void cumulative_forget_gone(struct cumulative *c)
{
	size_t kept = 0;

	for (size_t i = 0; i < c->count; i++) {
		if (c->items[i].seen_s + CUMULATIVE_GONE_S >= c->end_s)
			c->items[kept++] = c->items[i];
	}
	c->count = kept;
}

/* ---- bytes ---- */

static void write_counter(struct text *out,
			  const struct cumulative_item *counter)
{
	size_t width = cumulative_width(counter->series.kind);
	uint32_t there = 0;

	series_bytes_add(out, &counter->series);
	series_bytes_add_varint(out, (uint64_t)counter->since_s);
	series_bytes_add_varint(out, (uint64_t)counter->seen_s);
	for (size_t i = 0; i < width; i++)
		there |= counter->values[i] ? UINT32_C(1) << i : 0;
	series_bytes_add_varint(out, there);
	for (size_t i = 0; i < width; i++) {
		if (counter->values[i])
			series_bytes_add_varint(out, counter->values[i]);
	}
}

void cumulative_write(const struct cumulative *c, struct text *out)
{
	uint8_t head[HEAD_SIZE] = { 0 };
	size_t from = out->len;
	uint8_t *bytes;

	memcpy(head, MAGIC, CHECKSUM_AT);
	put_le32(head + VERSION_AT, CUMULATIVE_VERSION);
	put_le64(head + SINCE_AT, (uint64_t)c->since_s);
	put_le64(head + END_AT, (uint64_t)c->end_s);
	put_le64(head + SEQ_AT, c->seq);
	put_le64(head + LEFT_OUT_AT, c->left_out);
	put_le32(head + COUNT_AT, (uint32_t)c->count);
	text_add_bytes(out, head, sizeof(head));
	for (size_t i = 0; i < c->count; i++)
		write_counter(out, &c->items[i]);
	if (!text_ok(out))
		return;
	bytes = (uint8_t *)out->data + from;
	put_le32(bytes + CHECKSUM_AT,
		 crc32c(0, bytes + VERSION_AT, out->len - from - VERSION_AT));
}

static int read_head(struct cumulative *c, struct cursor *at, uint32_t *count)
{
	uint64_t since_s = cursor_le64(at);
	uint64_t end_s = cursor_le64(at);

	c->seq = cursor_le64(at);
	c->left_out = cursor_le64(at);
	*count = cursor_le32(at);
	if (!cursor_ok(at))
		return ERR_TRUNCATED;
	if (since_s > TIME_MAX_S || end_s > TIME_MAX_S || *count > c->max)
		return ERR_MALFORMED;
	c->since_s = (int64_t)since_s;
	c->end_s = (int64_t)end_s;
	return 0;
}

static int read_counter(struct cumulative *c, struct cursor *at)
{
	char name[SERIES_SWITCH_NAME_SIZE];
	struct cumulative_item *counter;
	struct cumulative_item read = { .since_s = 0 };
	size_t width;
	uint64_t there;

	series_bytes_read(at, &read.series, name);
	width = cumulative_width(read.series.kind);
	read.since_s = (int64_t)series_bytes_varint(at, TIME_MAX_S);
	read.seen_s = (int64_t)series_bytes_varint(at, TIME_MAX_S);
	there = series_bytes_varint(at, (UINT64_C(1) << width) - 1);
	for (size_t i = 0; i < width; i++) {
		if (there & UINT64_C(1) << i)
			read.values[i] = series_bytes_varint(at, UINT64_MAX);
	}
	if (!cursor_ok(at) ||
	    (c->count > 0 && compare(&c->items[c->count - 1], &read) >= 0))
		return ERR_MALFORMED;
	counter = append(c, &read.series);
	if (!counter)
		return -ENOMEM;
	read.series = counter->series;
	*counter = read;
	return 0;
}

static int read_all(struct cumulative *c, const void *data, size_t len)
{
	struct cursor at = cursor_of(data, len);
	const uint8_t *magic = cursor_take(&at, CHECKSUM_AT);
	uint32_t checksum = cursor_le32(&at);
	struct cursor behind = at;
	uint32_t version = cursor_le32(&at);
	uint32_t count;
	int rc;

	if (!cursor_ok(&at))
		return ERR_TRUNCATED;
	if (memcmp(magic, MAGIC, CHECKSUM_AT) != 0 || version == 0 ||
	    crc32c(0, behind.at, behind.left) != checksum)
		return ERR_MALFORMED;
	if (version > CUMULATIVE_VERSION)
		return ERR_UNSUPPORTED;
	rc = read_head(c, &at, &count);
	while (rc == 0 && count-- > 0)
		rc = read_counter(c, &at);
	if (rc == 0 && !cursor_spent(&at))
		rc = ERR_MALFORMED;
	return rc;
}

int cumulative_read(struct cumulative *c, const void *bytes, size_t len)
{
	int rc = read_all(c, bytes, len);

	if (rc < 0)
		cumulative_fini(c);
	return rc;
}
