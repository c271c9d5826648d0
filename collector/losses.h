/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_LOSSES_H
#define LANTERNE_COLLECTOR_LOSSES_H

/*
 * losses — of which pairs less goes out than came in.
 *
 * A pair that is sampled on both sides has a balance (balance.h). Of a million
 * pairs those that talk most are kept: two places for each, by its hash, and a
 * pair takes the place of one that has had less of late.
 */

#include <stddef.h>
#include <stdint.h>

#include "collector/balance.h"
#include "util/attr.h"

enum { LOSSES_PLACES = 1 << 13 };

struct loss_pair {
	uint32_t from; /* VLAN interfaces; REGISTRY_NOBODY: free */
	uint32_t to;
	int64_t since; /* it was taken in; that step does not count, for one of
			* its sides may have come before */
	double claim;  /* packets that it came with */
	struct balance balance;
};

struct losses {
	struct loss_pair *all; /* LOSSES_PLACES */
};

/** @return 0 or -ENOMEM */
MUST_CHECK int losses_init(struct losses *l);
void losses_fini(struct losses *l);

/** Add what one side of a pair says, corrected, in a step. */
void losses_add(struct losses *l, uint32_t from, uint32_t to, int64_t step,
		const struct balance_part *part);

/**
 * Pairs of which a loss is sure, those that lose most packets first.
 *
 * @param out  on success an array to be freed by the caller
 * @return 0 or -ENOMEM
 */
MUST_CHECK int losses_list(const struct losses *l, int64_t step,
			   const struct loss_pair ***out, size_t *count);

/** Go on with another table, made for another registry.
 * @param interfaces  per interface of from: its number here, or
 *                    REGISTRY_NOBODY */
void losses_continue(struct losses *l, const struct losses *from,
		     const uint32_t *interfaces);

#endif
