/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_STATIONS_H
#define LANTERNE_COLLECTOR_STATIONS_H

/*
 * stations — source addresses that are no member's, where they entered and
 * how much they sent.
 *
 * Of fixed size, whatever comes: a new station takes the place of the one with
 * the fewest samples and inherits its rank (Metwally, Agrawal, El Abbadi:
 * Efficient computation of frequent and top-k elements in data streams,
 * "Space-Saving"), so those that send much are listed for certain. An entry's
 * own count is exact since it was listed, and may be too low by what it
 * inherited; own counts and not_listed sum up to all samples.
 *
 * The same holds for the other odd end: members' addresses to which frames
 * left by a port of somebody else.
 */

#include <stdbool.h>
#include <stdint.h>

#include "collector/attribute.h"
#include "net/mac.h"
#include "util/attr.h"

enum { STATIONS_MAX = 4096 };

struct unknown_station {
	struct mac mac;
	uint32_t switch_index;
	uint32_t ifindex; /* that it came in by; 0: not known */
	uint16_t vlan;	  /* 0: not known */
	enum stranger reason;
	uint64_t samples;
	uint64_t bytes;	 /* scaled */
	uint64_t missed; /* samples it may have had before it was listed */
	int64_t last_us;
	int64_t since_us;  /* when it came, or came back after a pause */
	uint32_t in_a_row; /* samples since then */
};

struct stations {
	struct unknown_station *list;
	uint32_t count;
	uint64_t not_listed; /* samples of stations that gave way */
	struct station_ranks *ranks;
};

/** @return 0 or -ENOMEM */
MUST_CHECK int stations_init(struct stations *s);
void stations_fini(struct stations *s);

/** Count one sample; the station's mac, switch, port, vlan, reason say whose,
 * its bytes and last_us are the sample's. */
void stations_note(struct stations *s, const struct unknown_station *sample);

/**
 * True of a station that stays: three samples over ten seconds, the last one
 * not ten minutes ago. A stray frame or a burst is counted and no finding.
 */
bool station_stays(const struct unknown_station *u, int64_t now_us);

#endif
