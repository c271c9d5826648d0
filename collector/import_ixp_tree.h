/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_IMPORT_IXP_TREE_H
#define LANTERNE_COLLECTOR_IMPORT_IXP_TREE_H

/*
 * import_ixp_tree — what the files that make up the import of IXP Manager's
 * tree know of each other. For collector/import_ixp*.c alone.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/import_job.h"
#include "store/ixp_tree.h"
#include "util/attr.h"

enum { IMPORT_PATH_SIZE = 160 };

/* A VLAN interface of the tree, and whose it is. */
struct known {
	uint32_t id;
	uint32_t asn;
	uint16_t vlan;
	uint16_t ordinal;
	bool left; /* the map passes it over */
};

struct tree {
	struct import_job *job;
	struct known *known; /* in order of AS number, VLAN, ordinal, id */
	size_t count;
	uint64_t unknown_interfaces; /* files and folders of nobody's */
	uint64_t unknown_vlans;
	uint64_t idle; /* p2p files of pairs that never had traffic */
	uint64_t done; /* pairs that were looked at */
};

/* Why a sum is withheld. */
extern const char import_passes_over[];
extern const char import_was_refused[];

/**
 * Find whose the interfaces of the tree are: what the map says goes before what
 * the configuration says.
 * @return 0; ERR_CONFIG: the map or the configuration contradicts itself, which
 *         is said; -ENOMEM
 */
MUST_CHECK int import_ixp_gather(struct tree *t);

/** Tell of the files that are nobody's, with a line for the map. @return 0 or
 * -errno */
MUST_CHECK int import_ixp_look_around(struct tree *t);

/** Whether a VLAN of the tree is one of ours, and which. */
bool import_ixp_is_our_vlan(const struct tree *t, uint32_t tag, uint16_t *ours);

/** The path of a file below the root. */
void import_ixp_path(char to[IMPORT_PATH_SIZE], const struct ixp_file *file);

/** Fill a series, if anything is known of it; the history is empty then. */
MUST_CHECK int import_ixp_put(struct tree *t, const struct series *series,
			      struct history *history);

/** Fill the pairs. @return 0 or a negative code */
MUST_CHECK int import_ixp_pairs(struct tree *t);

#endif
