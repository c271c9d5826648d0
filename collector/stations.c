/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/stations.h"

#include <errno.h>
#include <stdlib.h>

int stations_init(struct stations *s)
{
	int rc;

	*s = (struct stations){ 0 };
	s->list = calloc(STATIONS_MAX, sizeof(*s->list));
	if (!s->list)
		return -ENOMEM;
	rc = u64map_init(&s->by_key, STATIONS_MAX);
	if (rc < 0)
		stations_fini(s);
	return rc;
}

void stations_fini(struct stations *s)
{
	free(s->list);
	u64map_fini(&s->by_key);
	*s = (struct stations){ 0 };
}

/* Address, place, VLAN and reason folded into 64 bits. */
static uint64_t station_key(const struct stations *s,
			    const struct unknown_station *u)
{
	uint64_t place = (uint64_t)u->port << 32 | u->switch_index;
	uint64_t rest = (uint64_t)u->vlan << 8 | (uint64_t)u->reason;
	uint64_t key = u64map_hash(s->by_key.seed, u->mac.bits);

	key = u64map_hash(s->by_key.seed, key + place);
	key = u64map_hash(s->by_key.seed, key + rest);
	return key == UINT64_MAX ? 0 : key;
}

static bool same_station(const struct unknown_station *a,
			 const struct unknown_station *b)
{
	return mac_equal(a->mac, b->mac) && a->port == b->port &&
	       a->switch_index == b->switch_index && a->vlan == b->vlan &&
	       a->reason == b->reason;
}

void stations_note(struct stations *s, const struct unknown_station *sample)
{
	uint64_t key = station_key(s, sample);
	uint32_t found = u64map_find(&s->by_key, key);
	struct unknown_station *u;

	if (found == U64MAP_NONE) {
		if (u64map_put(&s->by_key, key, s->count) < 0) {
			s->not_listed++;
			return;
		}
		found = s->count++;
		s->list[found] = *sample;
		s->list[found].samples = 0;
		s->list[found].bytes = 0;
	}
	u = &s->list[found];
	if (!same_station(u, sample)) {
		s->not_listed++; /* two in 2^64 share a key: not mixed up */
		return;
	}
	u->samples++;
	if (__builtin_add_overflow(u->bytes, sample->bytes, &u->bytes))
		u->bytes = UINT64_MAX;
	u->last_us = sample->last_us;
}
