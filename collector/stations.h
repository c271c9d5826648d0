/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_STATIONS_H
#define LANTERNE_COLLECTOR_STATIONS_H

/*
 * stations — source addresses that are no member's, where they entered and
 * how much they sent. Of fixed size: an address flood fills the table and is
 * then only counted.
 */

#include <stdint.h>

#include "collector/attribute.h"
#include "net/mac.h"
#include "util/attr.h"
#include "util/u64map.h"

enum { STATIONS_MAX = 4096 };

struct unknown_station {
	struct mac mac;
	uint32_t switch_index;
	uint32_t port; /* in the port table; PORT_NONE: not known */
	uint16_t vlan; /* 0: not known */
	enum stranger reason;
	uint64_t samples;
	uint64_t bytes; /* scaled */
	int64_t last_us;
};

struct stations {
	struct unknown_station *list; /* in order of appearance */
	uint32_t count;
	struct u64map by_key;
	uint64_t not_listed; /* samples of stations that found no room */
};

MUST_CHECK int stations_init(struct stations *s);
void stations_fini(struct stations *s);

/** Count one sample; the station's mac, switch, port, vlan, reason say whose,
 * its bytes and last_us are the sample's. */
void stations_note(struct stations *s, const struct unknown_station *sample);

#endif
