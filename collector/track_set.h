/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_TRACK_SET_H
#define LANTERNE_COLLECTOR_TRACK_SET_H

/*
 * track_set — the tracks of all series that were ever written, found by what
 * the series is and not by a registry's numbers: these change with a reload.
 */

#include <stdint.h>

#include "collector/track.h"
#include "util/attr.h"
#include "util/u64map.h"

enum { TRACK_NONE = U64MAP_NONE };

struct track_set {
	struct track *tracks; /* moves when a track is added */
	uint32_t count;
	uint32_t room;
	struct u64map by_key;
	uint32_t *asns; /* members, numbered in order of appearance */
	uint32_t asn_count;
	struct u64map by_asn;
	char **switches; /* names, likewise */
	uint32_t switch_count;
};

/** @return 0 or -ENOMEM */
MUST_CHECK int track_set_init(struct track_set *set);
void track_set_fini(struct track_set *set);

/** The number of a member, a new one if need be; TRACK_NONE as below. */
uint32_t track_set_member(struct track_set *set, uint32_t asn);

/**
 * The index of a series' track, a new one if need be.
 * TRACK_NONE without memory, or with more than a million members or switches.
 */
uint32_t track_set_find(struct track_set *set, const struct series *series);

/** The same, but none is made: TRACK_NONE if there is none. */
uint32_t track_set_look(struct track_set *set, const struct series *series);

#endif
