/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_AGGREGATE_H
#define LANTERNE_COLLECTOR_AGGREGATE_H

/*
 * aggregate — tallies of the open step.
 *
 * One cell for each (from, to, data source, family) that was seen; every total
 * of the exchange is a sum of cells, made when the step is closed. So a sample
 * costs one look-up, whatever is derived from it later. The capacity is
 * fixed and its memory reserved at the start, but used only as far as there
 * are cells: most exchanges fill a small part, which then fits into the cache.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ixp/registry.h"
#include "ixp/tally.h"
#include "net/frame.h"
#include "util/attr.h"

enum {
	AGGREGATE_INTERFACES_MAX = 1 << 20,
	AGGREGATE_SWITCHES_MAX = 1 << 12,
	AGGREGATE_SOURCES_MAX = 1 << 17, /* ports, and a switch each */
};

struct cell {
	uint64_t key; /* 0: free */
	struct tally tally;
};

struct aggregate {
	struct cell *slots;
	size_t mask;	 /* slots in use - 1 */
	size_t capacity; /* most cells held */
	size_t count;
	size_t slots_max; /* reserved; those not in use are free */
};

/* What the key of an open step's cell says. */
struct raw_ends {
	uint32_t from; /* VLAN interface or REGISTRY_NOBODY */
	uint32_t to;
	uint32_t source; /* in the port table; or its capacity and the switch
			  * behind it: none of these */
	enum family family;
	bool egress;   /* sampled where the frames went out */
	bool in_part;  /* it counts in part, for the other side does too */
	bool final;    /* as it is: neither corrected nor weighted */
	bool mirrored; /* of frames, and not of samples; always final */
};

/* What a key says of a step that is over. */
struct cell_ends {
	uint32_t from; /* VLAN interface or REGISTRY_NOBODY */
	uint32_t to;
	uint32_t switch_index;
	enum family family;
};

/** The key of a cell; never 0. */
static inline uint64_t cell_key(uint32_t from, uint32_t to,
				uint32_t switch_index, enum family family)
{
	return (uint64_t)from | (uint64_t)to << 24 |
	       (uint64_t)switch_index << 48 | ((uint64_t)family + 1) << 60;
}

/** The key of an open step's cell; never 0. */
static inline uint64_t raw_key(struct raw_ends e)
{
	return (uint64_t)e.from | (uint64_t)e.to << 20 |
	       (uint64_t)e.source << 40 | ((uint64_t)e.family + 1) << 57 |
	       (uint64_t)e.egress << 60 | (uint64_t)e.in_part << 61 |
	       (uint64_t)e.final << 62 | (uint64_t)e.mirrored << 63;
}

static inline struct raw_ends raw_ends(uint64_t key)
{
	return (struct raw_ends){
		.from = (uint32_t)(key & 0xfffff),
		.to = (uint32_t)(key >> 20 & 0xfffff),
		.source = (uint32_t)(key >> 40 & 0x1ffff),
		.family = (enum family)((key >> 57 & 7) - 1),
		.egress = key >> 60 & 1,
		.in_part = key >> 61 & 1,
		.final = key >> 62 & 1,
		.mirrored = key >> 63 & 1,
	};
}

static inline struct cell_ends cell_ends(uint64_t key)
{
	return (struct cell_ends){
		.from = (uint32_t)(key & 0xffffff),
		.to = (uint32_t)(key >> 24 & 0xffffff),
		.switch_index = (uint32_t)(key >> 48 & 0xfff),
		.family = (enum family)((key >> 60) - 1),
	};
}

/**
 * Room for as many cells as the members of an exchange can make, up to about
 * a million. @return 0 or -errno
 */
MUST_CHECK int aggregate_init(struct aggregate *a,
			      const struct registry *registry);

/** Give the memory back. */
void aggregate_fini(struct aggregate *a);

/** Have the memory of a key's cell on its way. */
static inline void aggregate_prefetch(const struct aggregate *a, uint64_t key)
{
	const struct cell *slot = &a->slots[u64map_hash(0, key) & a->mask];

	/* It may lie in two lines of the cache. */
	__builtin_prefetch(slot, 1);
	__builtin_prefetch((const char *)(slot + 1) - 1, 1);
}

/** As aggregate_tally, of a key that is not in its own slot. */
struct tally *aggregate_tally_elsewhere(struct aggregate *a, uint64_t key);

/**
 * The tally of a key, a new one if need be; NULL when all cells are used.
 * Borrowed until the aggregate is cleared.
 */
static inline struct tally *aggregate_tally(struct aggregate *a, uint64_t key)
{
	struct cell *own = &a->slots[u64map_hash(0, key) & a->mask];

	return own->key == key ? &own->tally
			       : aggregate_tally_elsewhere(a, key);
}

/**
 * Copy the used cells to an array, in an order that the same input always
 * gives, and clear the aggregate.
 *
 * @param cells  on success an array to be freed by the caller; NULL if empty
 * @param count  its length
 * @return 0; -ENOMEM: nothing was taken
 */
MUST_CHECK int aggregate_take(struct aggregate *a, struct cell **cells,
			      size_t *count);

#endif
