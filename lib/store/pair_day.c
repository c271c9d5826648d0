/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A step's entries are found by hashed numbers of their members. Which steps
 * count is decided anew with each that comes; only where that changes something
 * that was summed already, as when the clock turns out to have been wrong, all
 * is summed once more.
 */
#include "store/pair_day.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/journal.h"
#include "store/pair_steps.h"
#include "util/err.h"
#include "util/u64map.h"

enum {
	PAIRS_AT_FIRST = 1024,
	MEMBERS_AT_FIRST = 64,
	STEPS_AT_FIRST = 64,
	ASN_BITS = 24, /* of a member's number in a key, twice, and the VLAN */
	VLAN_BITS = 16,
	MEMBERS_MAX = 1 << ASN_BITS,
};

_Static_assert(2 * ASN_BITS + VLAN_BITS == 64, "a key is one number");

struct seen_member {
	uint32_t asn;
	uint32_t known;	  /* steps in which its sending was */
	int64_t seen_us;  /* in the step at hand */
	uint64_t seen_in; /* the step's seq */
};

struct summed_pair {
	uint32_t member; /* in members: a and b */
	uint32_t other;
	uint16_t vlan;
	double rates[PAIR_COUNT]; /* summed over the steps */
};

struct pair_day {
	char *state_dir;
	int64_t from_s;
	int64_t to_s;
	struct pair_step *steps; /* all that were read, of whatever day */
	size_t step_count;
	size_t step_room;

	bool stale; /* something summed does not count any more */
	struct pair_day_extent extent;
	struct seen_member *members;
	size_t member_count;
	size_t member_room;
	struct u64map by_asn;
	struct summed_pair *pairs;
	size_t pair_count;
	size_t pair_room;
	struct u64map by_key;
};

int pair_day_new(struct pair_day **out, const char *state_dir, int64_t from_s,
		 int64_t to_s)
{
	struct pair_day *d = calloc(1, sizeof(*d));

	if (!d)
		return -ENOMEM;
	d->from_s = from_s;
	d->to_s = to_s;
	d->extent =
	    (struct pair_day_extent){ .from_s = from_s, .to_s = from_s };
	d->state_dir = strdup(state_dir);
	if (!d->state_dir || u64map_init(&d->by_asn, MEMBERS_AT_FIRST) < 0 ||
	    u64map_init(&d->by_key, PAIRS_AT_FIRST) < 0) {
		pair_day_free(d);
		return -ENOMEM;
	}
	*out = d;
	return 0;
}

void pair_day_free(struct pair_day *d)
{
	if (!d)
		return;
	u64map_fini(&d->by_asn);
	u64map_fini(&d->by_key);
	free(d->members);
	free(d->pairs);
	free(d->steps);
	free(d->state_dir);
	free(d);
}

/* Have room for one more; what there is stays on failure. */
static int grow(void **array, size_t count, size_t *room, size_t first,
		size_t size)
{
	size_t larger = *room ? 2 * *room : first;
	void *grown;

	if (count < *room)
		return 0;
	grown = realloc(*array, larger * size);
	if (!grown)
		return -ENOMEM;
	*array = grown;
	*room = larger;
	return 0;
}

/* The number of a member, given out when it is first heard of. */
static int find_member(struct pair_day *d, uint32_t asn, uint32_t *number)
{
	void *members = d->members;
	int rc;

	*number = u64map_find(&d->by_asn, asn);
	if (*number != U64MAP_NONE)
		return 0;
	if (d->member_count == MEMBERS_MAX)
		return ERR_FULL;
	rc = grow(&members, d->member_count, &d->member_room, MEMBERS_AT_FIRST,
		  sizeof(*d->members));
	d->members = members;
	if (rc == 0)
		rc = u64map_put_growing(&d->by_asn, asn,
					(uint32_t)d->member_count);
	if (rc < 0)
		return rc;
	*number = (uint32_t)d->member_count++;
	d->members[*number] = (struct seen_member){ .asn = asn };
	return 0;
}

static int find_pair(struct pair_day *d, const struct summed_pair *wanted,
		     struct summed_pair **out)
{
	uint64_t key = (uint64_t)wanted->member << (ASN_BITS + VLAN_BITS) |
		       (uint64_t)wanted->other << VLAN_BITS | wanted->vlan;
	uint32_t at = u64map_find(&d->by_key, key);
	void *pairs = d->pairs;
	int rc;

	if (at != U64MAP_NONE) {
		*out = &d->pairs[at];
		return 0;
	}
	rc = grow(&pairs, d->pair_count, &d->pair_room, PAIRS_AT_FIRST,
		  sizeof(*d->pairs));
	d->pairs = pairs;
	if (rc == 0)
		rc = u64map_put_growing(&d->by_key, key,
					(uint32_t)d->pair_count);
	if (rc < 0)
		return rc;
	*out = &d->pairs[d->pair_count++];
	**out = *wanted;
	return 0;
}

static int see_member(struct pair_day *d, const struct record_head *head,
		      const struct record_entry *entry)
{
	uint32_t number;
	int rc = find_member(d, entry->series.asn, &number);

	if (rc < 0)
		return rc;
	d->members[number].seen_us = entry->seen_us;
	d->members[number].seen_in = head->seq;
	d->members[number].known += record_rate_known(
	    entry->seen_us, DAYBOOK_SLOT_S * INT64_C(1000000), head->edge);
	return 0;
}

static int64_t seen_us(const struct pair_day *d, uint32_t member, uint64_t seq)
{
	const struct seen_member *m = &d->members[member];

	return m->seen_in == seq ? m->seen_us : 0;
}

static int sum_entry(struct pair_day *d, const struct record_head *head,
		     const struct record_entry *entry)
{
	struct summed_pair wanted = { .vlan = entry->series.vlan };
	double rates[SERIES_COLUMNS_MAX];
	struct summed_pair *pair;
	int64_t seen[2];
	int rc;

	if (entry->series.kind == SERIES_MEMBER)
		return see_member(d, head, entry);
	if (entry->series.kind != SERIES_PAIR ||
	    !record_is_stored(&entry->traffic))
		return 0;
	rc = find_member(d, entry->series.asn, &wanted.member);
	if (rc == 0)
		rc = find_member(d, entry->series.other_asn, &wanted.other);
	if (rc < 0)
		return rc;
	seen[0] = seen_us(d, wanted.member, head->seq);
	seen[1] = seen_us(d, wanted.other, head->seq);
	if (record_rates(head, entry, seen, rates) == 0)
		return 0;
	rc = find_pair(d, &wanted, &pair);
	for (size_t i = 0; rc == 0 && i < PAIR_COUNT; i++)
		pair->rates[i] += isnan(rates[i]) ? 0 : rates[i];
	return rc;
}

static int sum_record(struct pair_day *d, struct record_reader *record)
{
	const struct record_head head = record->head;
	struct record_entry entry;
	int rc;

	while ((rc = record_next(record, &entry)) == 1) {
		rc = sum_entry(d, &head, &entry);
		if (rc < 0)
			return rc;
	}
	if (rc < 0)
		return rc;
	if (d->extent.steps++ == 0)
		d->extent.first_s = head.start_s;
	d->extent.to_s = head.start_s + DAYBOOK_SLOT_S;
	return 0;
}

static bool is_wanted(const struct pair_day *d, const struct pair_step *step)
{
	return step->counts && step->start_s >= d->from_s &&
	       step->start_s < d->to_s;
}

/* Note a step, and whether what was summed before is still what counts. */
static int note_step(struct pair_day *d, const struct record_head *head)
{
	const struct pair_step step = { .seq = head->seq,
					.start_s = head->start_s,
					.odd_clock = head->odd_clock };
	void *steps = d->steps;
	int rc = grow(&steps, d->step_count, &d->step_room, STEPS_AT_FIRST,
		      sizeof(*d->steps));

	d->steps = steps;
	if (rc < 0)
		return rc;
	d->steps[d->step_count++] = step;
	pair_steps_decide(d->steps, d->step_count);
	for (size_t i = 0; i + 1 < d->step_count; i++) {
		if (d->steps[i].summed != is_wanted(d, &d->steps[i]))
			d->stale = true;
	}
	return 0;
}

/* Take a record of pairs that was not read before. */
static int take_record(struct pair_day *d, struct record_reader *record)
{
	struct pair_step *step;
	int rc;

	if (record->head.kind != RECORD_PAIR_STEP)
		return 0;
	rc = note_step(d, &record->head);
	if (rc < 0)
		return rc;
	step = &d->steps[d->step_count - 1];
	if (d->stale || !is_wanted(d, step))
		return 0;
	step->summed = true;
	rc = sum_record(d, record);
	if (rc < 0)
		d->stale = true; /* some of it is in the sums */
	return rc;
}

static struct pair_step *find_step(const struct pair_day *d, uint64_t seq)
{
	for (size_t i = 0; i < d->step_count; i++) {
		if (d->steps[i].seq == seq)
			return &d->steps[i];
	}
	return NULL;
}

static void forget(struct pair_day *d)
{
	d->extent =
	    (struct pair_day_extent){ .from_s = d->from_s, .to_s = d->from_s };
	for (size_t i = 0; i < d->step_count; i++)
		d->steps[i].summed = false;
	d->member_count = 0;
	d->pair_count = 0;
	u64map_clear(&d->by_asn);
	u64map_clear(&d->by_key);
}

/* Sum all steps once more that are known to count. */
static int sum_again(struct pair_day *d)
{
	struct journal_reader *reader;
	struct record_reader record;
	int rc = journal_read_all(&reader, d->state_dir, 1u << JOURNAL_PAIRS,
				  d->from_s);

	forget(d);
	if (rc < 0)
		return rc;
	while ((rc = journal_read_next(reader, &record)) == 1) {
		struct pair_step *step = find_step(d, record.head.seq);

		if (record.head.kind != RECORD_PAIR_STEP || !step ||
		    !is_wanted(d, step))
			continue;
		step->summed = true;
		rc = sum_record(d, &record);
		if (rc < 0)
			break;
	}
	journal_read_close(reader);
	d->stale = rc < 0;
	return rc;
}

int pair_day_follow(struct pair_day *d, size_t steps_max)
{
	size_t before = d->step_count;
	uint64_t last = before ? d->steps[before - 1].seq : 0;
	struct journal_reader *reader;
	struct record_reader record;
	int rc = last ? journal_read_after(&reader, d->state_dir,
					   1u << JOURNAL_PAIRS, last)
		      : journal_read_all(&reader, d->state_dir,
					 1u << JOURNAL_PAIRS, d->from_s);

	if (rc < 0)
		return rc == -ENOENT ? 0 : rc;
	rc = 0;
	while (rc == 0 && d->step_count - before < steps_max &&
	       (rc = journal_read_next(reader, &record)) == 1)
		rc = take_record(d, &record);
	journal_read_close(reader);
	if (rc == 0 && d->stale)
		rc = sum_again(d);
	return rc < 0 ? rc : d->step_count > before;
}

struct pair_day_extent pair_day_extent(const struct pair_day *d)
{
	return d->extent;
}

size_t pair_day_count(const struct pair_day *d)
{
	return d->pair_count;
}

static int by_series(const void *left, const void *right)
{
	const struct daybook_pair *a = left;
	const struct daybook_pair *b = right;

	if (a->asn != b->asn)
		return a->asn < b->asn ? -1 : 1;
	if (a->other_asn != b->other_asn)
		return a->other_asn < b->other_asn ? -1 : 1;
	return (a->vlan > b->vlan) - (a->vlan < b->vlan);
}

void pair_day_copy(const struct pair_day *d, struct daybook_pair *out)
{
	for (size_t i = 0; i < d->pair_count; i++) {
		const struct summed_pair *pair = &d->pairs[i];
		const struct seen_member *a = &d->members[pair->member];
		const struct seen_member *b = &d->members[pair->other];

		out[i] =
		    (struct daybook_pair){ .vlan = pair->vlan,
					   .asn = a->asn,
					   .other_asn = b->asn,
					   .known = { a->known, b->known } };
		for (size_t c = 0; c < PAIR_COUNT; c++)
			out[i].bytes[c] =
			    daybook_whole(pair->rates[c] * DAYBOOK_SLOT_S);
	}
	if (d->pair_count > 0)
		qsort(out, d->pair_count, sizeof(*out), by_series);
}
