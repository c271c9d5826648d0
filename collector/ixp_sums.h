/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_IXP_SUMS_H
#define LANTERNE_COLLECTOR_IXP_SUMS_H

/*
 * ixp_sums — cells of Lanterne as the sums of IXP Manager: by its ids of VLAN
 * interfaces, and by VLAN tag.
 *
 * As its sflow-to-rrd-handler has it, a frame counts if it is IPv4 or IPv6 and
 * goes from one VLAN interface to another one in the same VLAN, both with an
 * id. What is known of a file, and not of a step, stands here too: files are
 * written from these lists.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/aggregate.h"
#include "ixp/registry.h"
#include "store/ixp_tree.h"
#include "util/attr.h"
#include "util/u64map.h"

#define IXP_NEVER   INT64_MAX /* since_s: it has no file */
#define IXP_UNKNOWN INT64_MIN /* last_s: its file may tell */

/* By unit and side: what each side stands for is said where it is used. */
struct ixp_amounts {
	double of[IXP_UNIT_COUNT][2];
};

/* Which of some files are not up to date; a bit each. */
struct ixp_lacking {
	uint8_t behind;	  /* they lack rows that wait */
	uint8_t given_up; /* alone they failed too long: none waits for them */
};

/* A VLAN interface. */
struct ixp_source {
	uint32_t id;
	bool present;		    /* in the configuration at hand */
	struct ixp_lacking lacking; /* bit protocol × 2 + unit */
	int64_t seen_us;	    /* of the window */
	struct ixp_amounts sums[IXP_PROTOCOL_COUNT]; /* sent, received */
};

/* A VLAN. */
struct ixp_lan {
	uint16_t tag;
	bool present;
	struct ixp_lacking lacking;		     /* as of a source */
	struct ixp_amounts sums[IXP_PROTOCOL_COUNT]; /* both sides alike */
};

/* Two VLAN interfaces, in both directions. */
struct ixp_pair {
	uint32_t low; /* in sources; of the two the one with the lower id */
	uint32_t high;
	/* bit protocol × 4 + unit × 2 + (high is the file's source) */
	struct ixp_lacking lacking;
	struct ixp_amounts sums[IXP_PROTOCOL_COUNT]; /* low to high, back */
	int64_t since_s[IXP_PROTOCOL_COUNT]; /* first window with a row */
	int64_t last_s[IXP_PROTOCOL_COUNT];  /* end of the last traffic */
};

struct ixp_sums {
	struct ixp_source *sources;
	uint32_t source_count;
	uint32_t source_room;
	struct ixp_lan *lans;
	uint32_t lan_count;
	uint32_t lan_room;
	struct ixp_pair *pairs;
	uint32_t pair_count;
	uint32_t pair_room;
	uint32_t pairs_max;
	struct u64map by_id;	     /* vlaninterface.id -> source */
	struct u64map by_pair;	     /* low id << 32 | high id -> pair */
	uint64_t samples_without_id; /* between members, and no id of one */
	uint64_t samples_refused;    /* in no pair: there were pairs_max */
	uint64_t failed;	     /* cells that found no memory */
};

/** @param pairs_max  most pairs. @return 0 or -ENOMEM; fini is due then too */
MUST_CHECK int ixp_sums_init(struct ixp_sums *s, uint32_t pairs_max);
void ixp_sums_fini(struct ixp_sums *s);

/**
 * Mark the VLAN interfaces and VLANs of a registry as present, the others as
 * not. @return 0 or -ENOMEM
 */
MUST_CHECK int ixp_sums_present(struct ixp_sums *s,
				const struct registry *registry);

/** Count a member as seen for so long: its VLAN interfaces are. */
void ixp_sums_seen(struct ixp_sums *s, const struct registry *registry,
		   uint32_t member, int64_t covered_us);

/** Add cells that were counted under a registry. */
void ixp_sums_cells(struct ixp_sums *s, const struct registry *registry,
		    const struct cell *cells, size_t count);

/** The VLAN interface of an id, or NULL. */
struct ixp_source *ixp_sums_source(const struct ixp_sums *s, uint32_t id);

/**
 * The pair of two different ids that have sources, a new one if need be.
 * @return NULL if there are pairs_max, or without memory
 */
struct ixp_pair *ixp_sums_pair(struct ixp_sums *s, uint32_t id, uint32_t other);

/** Forget what was counted, and who was seen. */
void ixp_sums_clear(struct ixp_sums *s);

/**
 * Take out the pairs for which keep says no.
 * @return 0; -ENOMEM: all of them stay
 */
MUST_CHECK int ixp_sums_sweep(struct ixp_sums *s,
			      bool (*keep)(const void *context,
					   const struct ixp_pair *pair),
			      const void *context);

#endif
