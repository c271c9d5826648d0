/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/stations.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include "util/u64map.h"

/*
 * Entries are chained by hash, and by rank: entries of equal rank hang on one
 * bucket, and the buckets are chained in rising order. A sample moves its
 * entry to the next bucket, so that everything takes constant time.
 */

enum {
	NOTHING = 0xffffffff,
	CHAINS = 2 * STATIONS_MAX, /* a power of two */
	STAYS_SAMPLES = 3,
};

#define STAYS_US (10 * INT64_C(1000000))
#define PAUSE_US (600 * INT64_C(1000000))

struct link {
	uint32_t chained;  /* the next entry of the same hash chain */
	uint32_t previous; /* entries of the same bucket */
	uint32_t next;
	uint32_t bucket;
};

struct bucket {
	uint64_t rank;
	uint32_t first; /* entry; NOTHING: the bucket is free */
	uint32_t previous;
	uint32_t next;
};

struct station_ranks {
	uint64_t seed;
	uint32_t chains[CHAINS];
	struct link links[STATIONS_MAX];
	/* One more than entries: a move needs the new bucket before the old
	 * one is given back. */
	struct bucket buckets[STATIONS_MAX + 1];
	uint32_t lowest; /* bucket */
	uint32_t free;	 /* buckets, chained by next */
};

int stations_init(struct stations *s)
{
	struct station_ranks *r = malloc(sizeof(*r));

	*s = (struct stations){ .ranks = r };
	s->list = calloc(STATIONS_MAX, sizeof(*s->list));
	if (!s->list || !r) {
		stations_fini(s);
		return -ENOMEM;
	}
	if (getrandom(&r->seed, sizeof(r->seed), GRND_NONBLOCK) < 0)
		r->seed = (uint64_t)(uintptr_t)r;
	for (uint32_t i = 0; i < CHAINS; i++)
		r->chains[i] = NOTHING;
	for (uint32_t i = 0; i <= STATIONS_MAX; i++)
		r->buckets[i] =
		    (struct bucket){ .first = NOTHING, .next = i + 1 };
	r->buckets[STATIONS_MAX].next = NOTHING;
	r->free = 0;
	r->lowest = NOTHING;
	return 0;
}

void stations_fini(struct stations *s)
{
	free(s->list);
	free(s->ranks);
	*s = (struct stations){ 0 };
}

static uint32_t chain_of(const struct station_ranks *r,
			 const struct unknown_station *u)
{
	uint64_t place = (uint64_t)u->ifindex << 32 | u->switch_index;
	uint64_t rest = (uint64_t)u->vlan << 8 | (uint64_t)u->reason;
	uint64_t hash = u64map_hash(r->seed, u->mac.bits);

	hash = u64map_hash(r->seed, hash + place);
	hash = u64map_hash(r->seed, hash + rest);
	return (uint32_t)(hash & (CHAINS - 1));
}

static bool same_station(const struct unknown_station *a,
			 const struct unknown_station *b)
{
	return mac_equal(a->mac, b->mac) && a->ifindex == b->ifindex &&
	       a->switch_index == b->switch_index && a->vlan == b->vlan &&
	       a->reason == b->reason;
}

static void leave_chain(struct stations *s, uint32_t entry)
{
	struct station_ranks *r = s->ranks;
	uint32_t *at = &r->chains[chain_of(r, &s->list[entry])];

	while (*at != entry)
		at = &r->links[*at].chained;
	*at = r->links[entry].chained;
}

static void join_chain(struct stations *s, uint32_t entry)
{
	struct station_ranks *r = s->ranks;
	uint32_t *head = &r->chains[chain_of(r, &s->list[entry])];

	r->links[entry].chained = *head;
	*head = entry;
}

/* A bucket of this rank, placed behind another one (NOTHING: in front). */
static uint32_t new_bucket(struct station_ranks *r, uint64_t rank,
			   uint32_t behind)
{
	uint32_t b = r->free;
	uint32_t next = behind == NOTHING ? r->lowest : r->buckets[behind].next;

	r->free = r->buckets[b].next;
	r->buckets[b] = (struct bucket){
		.rank = rank,
		.first = NOTHING,
		.previous = behind,
		.next = next,
	};
	if (behind == NOTHING)
		r->lowest = b;
	else
		r->buckets[behind].next = b;
	if (next != NOTHING)
		r->buckets[next].previous = b;
	return b;
}

static void free_bucket(struct station_ranks *r, uint32_t b)
{
	struct bucket *bucket = &r->buckets[b];

	if (bucket->previous == NOTHING)
		r->lowest = bucket->next;
	else
		r->buckets[bucket->previous].next = bucket->next;
	if (bucket->next != NOTHING)
		r->buckets[bucket->next].previous = bucket->previous;
	bucket->next = r->free;
	r->free = b;
}

static void join_bucket(struct station_ranks *r, uint32_t entry, uint32_t b)
{
	struct link *link = &r->links[entry];

	link->bucket = b;
	link->previous = NOTHING;
	link->next = r->buckets[b].first;
	if (link->next != NOTHING)
		r->links[link->next].previous = entry;
	r->buckets[b].first = entry;
}

static void leave_bucket(struct station_ranks *r, uint32_t entry)
{
	struct link *link = &r->links[entry];

	if (link->previous == NOTHING)
		r->buckets[link->bucket].first = link->next;
	else
		r->links[link->previous].next = link->next;
	if (link->next != NOTHING)
		r->links[link->next].previous = link->previous;
	if (r->buckets[link->bucket].first == NOTHING)
		free_bucket(r, link->bucket);
}

/* One rank up. */
static void raise(struct station_ranks *r, uint32_t entry)
{
	uint32_t old = r->links[entry].bucket;
	uint64_t rank = r->buckets[old].rank + 1;
	uint32_t next = r->buckets[old].next;

	if (next == NOTHING || r->buckets[next].rank != rank)
		next = new_bucket(r, rank, old);
	leave_bucket(r, entry);
	join_bucket(r, entry, next);
}

/* An entry without samples: a fresh one, or that of the lowest rank. */
static uint32_t take_entry(struct stations *s)
{
	struct station_ranks *r = s->ranks;
	uint32_t entry;
	uint64_t rank;

	if (s->count < STATIONS_MAX) {
		entry = s->count++;
		if (r->lowest == NOTHING || r->buckets[r->lowest].rank != 0)
			(void)new_bucket(r, 0, NOTHING);
		join_bucket(r, entry, r->lowest);
		s->list[entry].missed = 0;
		return entry;
	}
	entry = r->buckets[r->lowest].first;
	rank = r->buckets[r->lowest].rank;
	s->not_listed += s->list[entry].samples;
	leave_chain(s, entry);
	s->list[entry].missed = rank;
	return entry;
}

static uint32_t find(const struct stations *s,
		     const struct unknown_station *sample)
{
	const struct station_ranks *r = s->ranks;
	uint32_t entry = r->chains[chain_of(r, sample)];

	while (entry != NOTHING && !same_station(&s->list[entry], sample))
		entry = r->links[entry].chained;
	return entry;
}

/* Apart by more than a pause, whichever of the two came first. */
static bool is_pause(int64_t from_us, int64_t to_us)
{
	return to_us - from_us > PAUSE_US || from_us - to_us > PAUSE_US;
}

static void note_time(struct unknown_station *u, int64_t time_us)
{
	if (u->in_a_row == 0 || is_pause(u->last_us, time_us)) {
		u->since_us = time_us;
		u->in_a_row = 0;
	}
	u->in_a_row += u->in_a_row < UINT32_MAX;
	u->last_us = time_us;
}

void stations_note(struct stations *s, const struct unknown_station *sample)
{
	uint32_t entry = find(s, sample);
	struct unknown_station *u;

	if (entry == NOTHING) {
		uint64_t missed;

		entry = take_entry(s);
		missed = s->list[entry].missed;
		s->list[entry] = *sample;
		s->list[entry].samples = 0;
		s->list[entry].bytes = 0;
		s->list[entry].in_a_row = 0;
		s->list[entry].missed = missed;
		join_chain(s, entry);
	}
	u = &s->list[entry];
	u->samples++;
	if (__builtin_add_overflow(u->bytes, sample->bytes, &u->bytes))
		u->bytes = UINT64_MAX;
	note_time(u, sample->last_us);
	raise(s->ranks, entry);
}

bool station_stays(const struct unknown_station *u, int64_t now_us)
{
	return u->in_a_row >= STAYS_SAMPLES &&
	       u->last_us - u->since_us >= STAYS_US &&
	       !is_pause(u->last_us, now_us);
}
