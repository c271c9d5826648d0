/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/u64map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "util/err.h"

enum { SLOTS_AT_LEAST = 16, CAPACITY_AT_MOST = 1 << 30 };

int u64map_init(struct u64map *map, size_t capacity)
{
	size_t slots = SLOTS_AT_LEAST;

	*map = (struct u64map){ 0 };
	if (capacity > CAPACITY_AT_MOST)
		return -ENOMEM;
	while (slots < 2 * capacity)
		slots *= 2;
	map->keys = malloc(slots * sizeof(*map->keys));
	map->values = malloc(slots * sizeof(*map->values));
	if (!map->keys || !map->values) {
		u64map_fini(map);
		return -ENOMEM;
	}
	/* No key anywhere; and a look-up of the key that cannot be stored
	 * stops at an empty slot and finds U64MAP_NONE in it. */
	memset(map->keys, 0xff, slots * sizeof(*map->keys));
	memset(map->values, 0xff, slots * sizeof(*map->values));
	map->mask = slots - 1;
	map->capacity = capacity;
	/* Chosen keys can make the probes of a small map only as long as the
	 * map. Without randomness a large one still works; only an attack by
	 * such keys is easier then. */
	if (slots > SLOTS_AT_LEAST &&
	    getrandom(&map->seed, sizeof(map->seed), GRND_NONBLOCK) < 0)
		map->seed = (uint64_t)(uintptr_t)map->keys;
	return 0;
}

void u64map_fini(struct u64map *map)
{
	free(map->keys);
	free(map->values);
	*map = (struct u64map){ 0 };
}

int u64map_put(struct u64map *map, uint64_t key, uint32_t value)
{
	size_t slot = u64map_hash(map->seed, key) & map->mask;

	if (key == UINT64_MAX)
		return ERR_RANGE;
	while (map->keys[slot] != key && map->keys[slot] != UINT64_MAX)
		slot = (slot + 1) & map->mask;
	if (map->keys[slot] == UINT64_MAX) {
		if (map->count == map->capacity)
			return ERR_FULL;
		map->count++;
		map->keys[slot] = key;
	}
	map->values[slot] = value;
	return 0;
}

int u64map_put_growing(struct u64map *map, uint64_t key, uint32_t value)
{
	struct u64map larger;
	int rc = u64map_put(map, key, value);

	if (rc != ERR_FULL)
		return rc;
	rc = u64map_init(&larger, map->capacity ? 2 * map->capacity : 1);
	for (size_t i = 0; rc == 0 && i <= map->mask; i++) {
		if (map->keys[i] != UINT64_MAX)
			rc = u64map_put(&larger, map->keys[i], map->values[i]);
	}
	if (rc == 0)
		rc = u64map_put(&larger, key, value);
	if (rc < 0) {
		u64map_fini(&larger);
		return rc;
	}
	u64map_fini(map);
	*map = larger;
	return 0;
}

void u64map_clear(struct u64map *map)
{
	memset(map->keys, 0xff, (map->mask + 1) * sizeof(*map->keys));
	memset(map->values, 0xff, (map->mask + 1) * sizeof(*map->values));
	map->count = 0;
}
