/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_BINDINGS_H
#define LANTERNE_COLLECTOR_BINDINGS_H

/*
 * bindings — by which port of each switch the members' stations enter, as
 * their frames tell.
 *
 * Learned to be reported: nothing is attributed by it. Of fixed size, one
 * place for each station of the registry on each switch, so a flood of
 * addresses finds nothing to fill; strangers stand in stations.h.
 *
 * A station enters by one port (home) until another one is ahead of it by
 * BINDING_AHEAD samples and has been for BINDING_AHEAD_US: a stray frame, a
 * loop or two ports that share a station's frames move nothing.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ixp/registry.h"
#include "util/attr.h"

enum {
	BINDINGS_MAX = 1 << 20,
	BINDING_SURE = 3, /* samples; fewer may be strays */
	BINDING_AHEAD = 8,
	BINDING_AHEAD_US = 60000000,
	BINDING_HOLD = 8, /* samples of third ports until one takes over */
};

/* Where one station enters one switch. */
struct binding {
	uint32_t home; /* ifIndex; 0: not seen yet */
	uint32_t samples;
	uint32_t other; /* ifIndex that it was seen at besides; 0: none */
	uint32_t other_samples;
	uint32_t ahead;	     /* samples of the other one, less those of home */
	uint32_t hold;	     /* how firmly the other one has its place */
	uint32_t moved_from; /* ifIndex; valid if moved_us */
	int64_t ahead_us;    /* since when; valid if ahead */
	int64_t other_us;    /* last seen there; valid if other */
	int64_t moved_us;    /* 0: it did not move */
	int64_t home_us;     /* last seen there; 0: not since the start */
};

struct bindings {
	const struct registry *registry; /* borrowed */
	struct binding *all;		 /* by station, then switch */
	uint32_t station_count;		 /* that there is room for */
	uint32_t switch_count;
	uint64_t moves;
};

/** Room for the registry's stations. @return 0 or -ENOMEM */
MUST_CHECK int bindings_init(struct bindings *b,
			     const struct registry *registry);
void bindings_fini(struct bindings *b);

/**
 * Go on with what another table knows, made for another registry.
 *
 * @param switches  per switch of from: its number here; SWITCH_GONE: its
 *                  bindings are left behind
 */
void bindings_continue(struct bindings *b, const struct bindings *from,
		       const uint32_t *switches);

/** The place of a station on a switch; NULL: there is no room for it. */
static inline struct binding *bindings_at(const struct bindings *b,
					  const struct station *station,
					  uint32_t switch_index)
{
	uint64_t number = (uint64_t)(station - b->registry->stations);

	if (number >= b->station_count)
		return NULL;
	return &b->all[number * b->switch_count + switch_index];
}

/** As bindings_note, of a station that is seen elsewhere than at its home. */
void bindings_note_elsewhere(struct bindings *all, struct binding *b,
			     uint32_t ifindex, int64_t time_us);

/**
 * Note a frame of a station.
 *
 * @param station  the first one of the address
 * @param ifindex  by which it came in; 0: not known, which notes nothing
 */
static inline void bindings_note(struct bindings *all,
				 const struct station *station,
				 uint32_t switch_index, uint32_t ifindex,
				 int64_t time_us)
{
	struct binding *b = bindings_at(all, station, switch_index);

	if (!b || ifindex == 0)
		return;
	if (b->home == 0)
		b->home = ifindex;
	if (b->home != ifindex) {
		bindings_note_elsewhere(all, b, ifindex, time_us);
		return;
	}
	b->home_us = time_us;
	b->samples += b->samples < UINT32_MAX;
	b->ahead -= b->ahead > 0;
}

/** Whether it was seen at its home within the hour. */
bool binding_is_recent(const struct binding *b, int64_t now_us);

/** Halve counts that would soon stand still; whoever compares counts does so
 * before. */
void binding_ease(struct binding *b);

/** True if it was seen at the other port often enough, and lately. */
bool binding_is_double(const struct binding *b, int64_t now_us);

/** True if it moved in the last day. */
bool binding_has_moved(const struct binding *b, int64_t now_us);

/**
 * The addresses that there is something of, in their order.
 *
 * @param out  on success an array to be freed by the caller
 * @return 0 or -ENOMEM
 */
MUST_CHECK int bindings_list(const struct bindings *b, struct mac **out,
			     size_t *count);

#endif
