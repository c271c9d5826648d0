/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_REPORT_PAIR_SUMS_H
#define LANTERNE_WEB_REPORT_PAIR_SUMS_H

/*
 * pair_sums — who exchanged how much with whom in a span, by the books of
 * pairs: all VLANs together, seen from each of the two.
 */

#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "web/report/span.h"

struct peer_sum {
	uint32_t asn;
	uint32_t peer;
	uint64_t sent[2]; /* bytes to the peer: IPv4, IPv6 */
	uint64_t received[2];
};

struct pair_sums {
	struct peer_sum *sums; /* by asn, then the largest first */
	size_t count;
	unsigned missing; /* days without a book of pairs */
};

/**
 * Read the books of a span.
 * @param out  on success to be freed with pair_sums_fini
 * @return 0 or -ENOMEM; a damaged book is missing, the log says why
 */
MUST_CHECK int pair_sums_load(struct pair_sums *out, const char *state_dir,
			      const struct span *span);

/** A member's peers. @param count gets how many @return borrowed */
const struct peer_sum *pair_sums_of(const struct pair_sums *sums, uint32_t asn,
				    size_t *count);

/** Both directions, both families. */
uint64_t pair_sums_bytes(const struct peer_sum *sum);

void pair_sums_fini(struct pair_sums *sums);

#endif
