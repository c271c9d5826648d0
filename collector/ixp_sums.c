/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/ixp_sums.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM_AT_START = 64 };

_Static_assert((int)FAMILY_IPV4 == (int)IXP_IPV4, "cells' families");
_Static_assert((int)FAMILY_IPV6 == (int)IXP_IPV6, "cells' families");

int ixp_sums_init(struct ixp_sums *s, uint32_t pairs_max)
{
	int rc;

	*s = (struct ixp_sums){ .pairs_max = pairs_max };
	rc = u64map_init(&s->by_id, ROOM_AT_START);
	return rc < 0 ? rc : u64map_init(&s->by_pair, ROOM_AT_START);
}

void ixp_sums_fini(struct ixp_sums *s)
{
	free(s->sources);
	free(s->lans);
	free(s->pairs);
	u64map_fini(&s->by_id);
	u64map_fini(&s->by_pair);
	*s = (struct ixp_sums){ 0 };
}

/* Have room for one more in an array of things of a size. */
static int make_room(void **array, uint32_t count, uint32_t *room, size_t size)
{
	uint32_t larger = *room ? 2 * *room : ROOM_AT_START;
	void *grown;

	if (count < *room)
		return 0;
	grown = reallocarray(*array, larger, size);
	if (!grown)
		return -ENOMEM;
	*array = grown;
	*room = larger;
	return 0;
}

/* The source of an id, a new one if need be; U64MAP_NONE without memory. */
static uint32_t source_of(struct ixp_sums *s, uint32_t id)
{
	uint32_t found = u64map_find(&s->by_id, id);
	void *all = s->sources;

	if (found != U64MAP_NONE)
		return found;
	if (make_room(&all, s->source_count, &s->source_room,
		      sizeof(*s->sources)) < 0)
		return U64MAP_NONE;
	s->sources = all;
	if (u64map_put_growing(&s->by_id, id, s->source_count) < 0)
		return U64MAP_NONE;
	s->sources[s->source_count] = (struct ixp_source){ .id = id };
	return s->source_count++;
}

/* The VLAN of a tag, a new one if need be; NULL without memory. */
static struct ixp_lan *lan_of(struct ixp_sums *s, uint16_t tag)
{
	void *all = s->lans;

	for (uint32_t i = 0; i < s->lan_count; i++) {
		if (s->lans[i].tag == tag)
			return &s->lans[i];
	}
	if (make_room(&all, s->lan_count, &s->lan_room, sizeof(*s->lans)) < 0)
		return NULL;
	s->lans = all;
	s->lans[s->lan_count] = (struct ixp_lan){ .tag = tag };
	return &s->lans[s->lan_count++];
}

int ixp_sums_present(struct ixp_sums *s, const struct registry *registry)
{
	for (uint32_t i = 0; i < s->source_count; i++)
		s->sources[i].present = false;
	for (uint32_t i = 0; i < s->lan_count; i++)
		s->lans[i].present = false;
	for (uint32_t i = 0; i < registry->vlan_count; i++) {
		struct ixp_lan *lan = lan_of(s, registry->vlans[i].tag);

		if (!lan)
			return -ENOMEM;
		lan->present = true;
	}
	for (uint32_t i = 1; i < registry->interface_count; i++) {
		uint32_t id = registry->interfaces[i].ixp_id;
		uint32_t at = id ? source_of(s, id) : U64MAP_NONE;

		if (id && at == U64MAP_NONE)
			return -ENOMEM;
		if (id)
			s->sources[at].present = true;
	}
	return 0;
}

void ixp_sums_seen(struct ixp_sums *s, const struct registry *registry,
		   uint32_t member, int64_t covered_us)
{
	const struct member *m = &registry->members[member];

	for (uint32_t i = 1; i <= m->interface_count; i++) {
		uint32_t id = registry->interfaces[m->catch_all + i].ixp_id;
		struct ixp_source *source = id ? ixp_sums_source(s, id) : NULL;

		if (source)
			source->seen_us += covered_us;
	}
}

static void add(struct ixp_amounts *to, int side, const struct tally *tally)
{
	to->of[IXP_BYTES][side] += (double)tally->bytes;
	to->of[IXP_PKTS][side] += (double)tally->packets;
}

/* Add a cell between two ids in a VLAN. */
static void add_frames(struct ixp_sums *s, const struct cell *cell,
		       const struct vlan_interface *from,
		       const struct vlan_interface *to)
{
	enum family family = cell_ends(cell->key).family;
	uint32_t sender = source_of(s, from->ixp_id);
	uint32_t receiver = source_of(s, to->ixp_id);
	struct ixp_lan *lan = lan_of(s, from->vlan);
	struct ixp_pair *pair;

	if (sender == U64MAP_NONE || receiver == U64MAP_NONE || !lan) {
		s->failed++;
		return;
	}
	add(&s->sources[sender].sums[family], 0, &cell->tally);
	add(&s->sources[receiver].sums[family], 1, &cell->tally);
	add(&lan->sums[family], 0, &cell->tally);
	add(&lan->sums[family], 1, &cell->tally);
	pair = ixp_sums_pair(s, from->ixp_id, to->ixp_id);
	if (pair)
		add(&pair->sums[family], from->ixp_id > to->ixp_id,
		    &cell->tally);
	else
		s->samples_refused += cell->tally.samples;
}

void ixp_sums_cells(struct ixp_sums *s, const struct registry *registry,
		    const struct cell *cells, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct cell_ends e = cell_ends(cells[i].key);
		const struct vlan_interface *from =
		    &registry->interfaces[e.from];
		const struct vlan_interface *to = &registry->interfaces[e.to];

		if (!e.from || !e.to || e.from == e.to || from->vlan == 0 ||
		    from->vlan != to->vlan || e.family == FAMILY_OTHER)
			continue;
		if (from->ixp_id && to->ixp_id)
			add_frames(s, &cells[i], from, to);
		else
			s->samples_without_id += cells[i].tally.samples;
	}
}

struct ixp_source *ixp_sums_source(const struct ixp_sums *s, uint32_t id)
{
	uint32_t found = u64map_find(&s->by_id, id);

	return found == U64MAP_NONE ? NULL : &s->sources[found];
}

static uint64_t pair_key(uint32_t low_id, uint32_t high_id)
{
	return (uint64_t)low_id << 32 | high_id;
}

struct ixp_pair *ixp_sums_pair(struct ixp_sums *s, uint32_t id, uint32_t other)
{
	uint32_t low_id = id < other ? id : other;
	uint32_t high_id = id < other ? other : id;
	uint64_t key = pair_key(low_id, high_id);
	uint32_t found = u64map_find(&s->by_pair, key);
	void *all = s->pairs;

	if (found != U64MAP_NONE)
		return &s->pairs[found];
	if (s->pair_count >= s->pairs_max ||
	    make_room(&all, s->pair_count, &s->pair_room, sizeof(*s->pairs)) <
		0)
		return NULL;
	s->pairs = all;
	if (u64map_put_growing(&s->by_pair, key, s->pair_count) < 0)
		return NULL;
	s->pairs[s->pair_count] = (struct ixp_pair){
		.low = source_of(s, low_id),
		.high = source_of(s, high_id),
		.since_s = { IXP_NEVER, IXP_NEVER },
		.last_s = { IXP_UNKNOWN, IXP_UNKNOWN },
	};
	return &s->pairs[s->pair_count++];
}

void ixp_sums_clear(struct ixp_sums *s)
{
	for (uint32_t i = 0; i < s->source_count; i++) {
		s->sources[i].seen_us = 0;
		memset(s->sources[i].sums, 0, sizeof(s->sources[i].sums));
	}
	for (uint32_t i = 0; i < s->lan_count; i++)
		memset(s->lans[i].sums, 0, sizeof(s->lans[i].sums));
	for (uint32_t i = 0; i < s->pair_count; i++)
		memset(s->pairs[i].sums, 0, sizeof(s->pairs[i].sums));
}

int ixp_sums_sweep(struct ixp_sums *s,
		   bool (*keep)(const void *context,
				const struct ixp_pair *pair),
		   const void *context)
{
	uint32_t kept = 0;
	struct u64map map;
	int rc;

	for (uint32_t i = 0; i < s->pair_count; i++)
		kept += keep(context, &s->pairs[i]);
	if (kept == s->pair_count)
		return 0;
	rc = u64map_init(&map, kept + ROOM_AT_START);
	if (rc < 0)
		return rc;
	kept = 0;
	for (uint32_t i = 0; rc == 0 && i < s->pair_count; i++) {
		struct ixp_pair pair = s->pairs[i];

		if (!keep(context, &pair))
			continue;
		s->pairs[kept] = pair;
		rc = u64map_put(
		    &map,
		    pair_key(s->sources[pair.low].id, s->sources[pair.high].id),
		    kept++);
	}
	u64map_fini(&s->by_pair);
	s->by_pair = map;
	s->pair_count = kept;
	return rc;
}
