/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_IXP_WINDOW_H
#define LANTERNE_COLLECTOR_IXP_WINDOW_H

/*
 * ixp_window — five closed minutes of IXP Manager's tree, as rates: what every
 * file's row of that time is made of, for as long as some file lacks it.
 *
 * Pairs without traffic take no memory: their zeros follow from who was seen.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/ixp_sums.h"
#include "util/attr.h"

/* What was observed of a window. */
struct ixp_span {
	int64_t start_s;
	int64_t alive_us; /* with any switch alive */
	bool edge;	  /* of a replay: known from a few seconds on */
};

struct ixp_pair_rates {
	uint32_t pair;
	enum ixp_protocol protocol;
	struct ixp_amounts rates; /* low to high, back */
};

struct ixp_window {
	int64_t start_s;
	uint32_t source_count; /* at that time */
	uint32_t lan_count;
	bool *present; /* per source; of the configuration of that time */
	/* Per source or VLAN and protocol; NaN: unknown. */
	struct ixp_amounts (*sources)[IXP_PROTOCOL_COUNT];
	struct ixp_amounts (*lans)[IXP_PROTOCOL_COUNT];
	struct ixp_pair_rates *pairs; /* those with traffic, in order */
	size_t pair_count;
	size_t next_pair; /* where ixp_window_pair looks next */
};

/** True if so much of a window is enough for a rate. */
bool ixp_window_known(int64_t covered_us, bool edge);

/**
 * Make a window of the sums. Pairs with traffic remember it: since_s, last_s.
 *
 * A VLAN interface's rates are over the time for which its member was seen; if
 * it has left since, over the window's. A VLAN's are over the window's.
 *
 * @return 0 or -ENOMEM: nothing to be freed then
 */
MUST_CHECK int ixp_window_close(struct ixp_window *w, struct ixp_sums *sums,
				const struct ixp_span *span);
void ixp_window_fini(struct ixp_window *w);

/**
 * The rates of a VLAN interface or a VLAN.
 * @return false if it has no row: nothing is known of it
 */
bool ixp_window_source(const struct ixp_window *w, uint32_t source,
		       enum ixp_protocol protocol, struct ixp_amounts *out);
bool ixp_window_lan(const struct ixp_window *w, uint32_t lan,
		    enum ixp_protocol protocol, struct ixp_amounts *out);

/** Begin with the first pair. */
void ixp_window_rewind(struct ixp_window *w);

/**
 * The rates of a pair; to be asked in rising order of pairs and protocols.
 *
 * Each direction is known as far as its sender was seen.
 *
 * @param idle  gets whether no traffic was seen
 * @return false if it has no row
 */
bool ixp_window_pair(struct ixp_window *w, const struct ixp_sums *sums,
		     const struct ixp_pair_rates *which,
		     struct ixp_amounts *out, bool *idle);

#endif
