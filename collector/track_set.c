/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/track_set.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	ROOM_AT_START = 256,
	NUMBER_BITS = 20, /* of members and switches */
	NUMBERS_MAX = (1 << NUMBER_BITS) - 1,
	VLAN_BITS = 12,
	KIND_SHIFT = 60,
	STEPS_PER_PAIR_STEP = SERIES_PAIR_STEP_S / SERIES_STEP_S,
};

int track_set_init(struct track_set *set, uint32_t batch)
{
	int rc;

	*set = (struct track_set){ .batch = batch };
	rc = u64map_init(&set->by_key, ROOM_AT_START);
	if (rc == 0)
		rc = u64map_init(&set->by_asn, ROOM_AT_START);
	if (rc < 0)
		track_set_fini(set);
	return rc;
}

void track_set_fini(struct track_set *set)
{
	for (uint32_t i = 0; i < set->count; i++)
		track_fini(&set->tracks[i]);
	for (uint32_t i = 0; i < set->switch_count; i++)
		free(set->switches[i]);
	free(set->tracks);
	free(set->asns);
	free(set->switches);
	u64map_fini(&set->by_key);
	u64map_fini(&set->by_asn);
	*set = (struct track_set){ 0 };
}

uint32_t track_set_member(struct track_set *set, uint32_t asn)
{
	uint32_t found = u64map_find(&set->by_asn, asn);
	uint32_t *asns;

	if (found != U64MAP_NONE)
		return found;
	if (set->asn_count == NUMBERS_MAX)
		return TRACK_NONE;
	asns = realloc(set->asns, (set->asn_count + 1u) * sizeof(*asns));
	if (!asns)
		return TRACK_NONE;
	set->asns = asns;
	if (u64map_put_growing(&set->by_asn, asn, set->asn_count) < 0)
		return TRACK_NONE;
	set->asns[set->asn_count] = asn;
	return set->asn_count++;
}

static uint32_t number_of_switch(struct track_set *set, const char *name)
{
	char **switches;

	for (uint32_t i = 0; i < set->switch_count; i++) {
		if (strcmp(set->switches[i], name) == 0)
			return i;
	}
	if (set->switch_count == NUMBERS_MAX)
		return TRACK_NONE;
	switches = realloc(set->switches,
			   (set->switch_count + 1u) * sizeof(*switches));
	if (!switches)
		return TRACK_NONE;
	set->switches = switches;
	switches[set->switch_count] = strdup(name);
	if (!switches[set->switch_count])
		return TRACK_NONE;
	return set->switch_count++;
}

/* What a series is, in 64 bits; UINT64_MAX if that cannot be said. */
static uint64_t key_of(struct track_set *set, const struct series *s)
{
	uint64_t kind = (uint64_t)s->kind << KIND_SHIFT;
	uint64_t asn = 0;
	uint64_t other = 0;
	uint64_t number = 0;

	if (s->kind == SERIES_MEMBER || s->kind == SERIES_VLAN_INTERFACE ||
	    s->kind == SERIES_PAIR)
		asn = track_set_member(set, s->asn);
	if (s->kind == SERIES_PAIR)
		other = track_set_member(set, s->other_asn);
	if (s->kind == SERIES_SWITCH || s->kind == SERIES_PORT ||
	    s->kind == SERIES_AGENT)
		number = number_of_switch(set, s->switch_name);
	if (asn == TRACK_NONE || other == TRACK_NONE || number == TRACK_NONE)
		return UINT64_MAX;
	switch (s->kind) {
	case SERIES_VLAN_INTERFACE:
		return kind | asn << 32 | (uint64_t)s->ordinal << VLAN_BITS |
		       s->vlan;
	case SERIES_PAIR:
		return kind | asn << (NUMBER_BITS + VLAN_BITS) |
		       other << VLAN_BITS | s->vlan;
	case SERIES_PORT:
		return kind | number << 32 | s->ifindex;
	default:
		return kind | asn | number | s->vlan;
	}
}

uint32_t track_set_find(struct track_set *set, const struct series *series)
{
	uint64_t key = key_of(set, series);
	uint32_t batch = set->batch;
	struct series own = *series;
	uint32_t found;

	if (key == UINT64_MAX)
		return TRACK_NONE;
	found = u64map_find(&set->by_key, key);
	if (found != U64MAP_NONE)
		return found;
	if (set->count == set->room) {
		uint32_t room = set->room ? 2 * set->room : ROOM_AT_START;
		struct track *tracks =
		    realloc(set->tracks, (size_t)room * sizeof(*tracks));

		if (!tracks)
			return TRACK_NONE;
		set->tracks = tracks;
		set->room = room;
	}
	if (u64map_put_growing(&set->by_key, key, set->count) < 0)
		return TRACK_NONE;
	if (own.switch_name) {
		/* may move the list: not in one expression with it */
		uint32_t number = number_of_switch(set, own.switch_name);

		own.switch_name = set->switches[number];
	}
	if (own.kind == SERIES_PAIR)
		batch = batch / STEPS_PER_PAIR_STEP;
	track_init(&set->tracks[set->count], &own, batch ? batch : 1);
	return set->count++;
}
