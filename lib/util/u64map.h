/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_UTIL_U64MAP_H
#define LANTERNE_UTIL_U64MAP_H

/*
 * u64map — from 64-bit keys to 32-bit values, of fixed capacity.
 *
 * Open addressing with linear probing, never more than half full, so a miss
 * ends after a short probe. Keys may come off the wire: the hash is keyed by
 * a seed from getrandom(2), except in the smallest of maps, and a full map
 * refuses new keys instead of growing. The key UINT64_MAX cannot be stored.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"

struct u64map {
	uint64_t *keys;
	uint32_t *values;
	size_t mask;	 /* slots - 1 */
	size_t capacity; /* most keys held */
	size_t count;
	uint64_t seed;
};

enum { U64MAP_NONE = 0xffffffff };

/** A keyed mix of 64 bits: the folded product with an odd constant. */
static inline uint64_t u64map_hash(uint64_t seed, uint64_t key)
{
	unsigned __int128 product =
	    (unsigned __int128)(key ^ seed) * 0x9e3779b97f4a7c15u;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/** Room for capacity keys, at most 2^30. @return 0 or -ENOMEM */
MUST_CHECK int u64map_init(struct u64map *map, size_t capacity);

/** Free the map's memory; the map must not be asked any more. */
void u64map_fini(struct u64map *map);

/** The value of a key, or U64MAP_NONE. */
static inline uint32_t u64map_find(const struct u64map *map, uint64_t key)
{
	size_t slot = u64map_hash(map->seed, key) & map->mask;

	while (map->keys[slot] != key) {
		if (map->keys[slot] == UINT64_MAX)
			return U64MAP_NONE;
		slot = (slot + 1) & map->mask;
	}
	return map->values[slot];
}

/**
 * Give a key a value, new or instead of its old one.
 *
 * @return 0; ERR_FULL when a new key has no room, ERR_RANGE for UINT64_MAX
 */
MUST_CHECK int u64map_put(struct u64map *map, uint64_t key, uint32_t value);

/**
 * The same, but a full map becomes one of twice the capacity: not for keys
 * that come off the wire.
 * @return 0; -ENOMEM: nothing has changed; ERR_RANGE
 */
MUST_CHECK int u64map_put_growing(struct u64map *map, uint64_t key,
				  uint32_t value);

/** Forget all keys, keep the memory. */
void u64map_clear(struct u64map *map);

#endif
