/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_PEERS_H
#define LANTERNE_WEB_PEERS_H

/* peers — with whom a member exchanges how much, from the pairs' series. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "web/page.h"
#include "web/traffic.h"

/*
 * Which seconds of which rows count, for sums that are to be of the same time
 * as another. Rows begin as those of pairs do, or lie within these.
 */
struct peer_rows {
	int64_t from_s;
	uint32_t row_s;
	size_t rows;
	double *seconds[WAY_COUNT]; /* of each row */
	bool *told[WAY_COUNT]; /* gets whether any pair knows the row's time */
};

/* Whose peers, and when. */
struct peer_search {
	const struct call *call;
	const struct member *member;
	const struct period *period;
	const struct peer_rows *only; /* NULL: all that is covered */
};

struct peer {
	const struct member *member;
	double bytes[WAY_COUNT]; /* WAY_FROM: to this peer */
	double v6_bytes[WAY_COUNT];
	double known_s[WAY_COUNT]; /* seconds that are not unknown */
};

/* Peers of a period beside what they were. */
struct peers {
	struct peer *peers; /* the largest first */
	double *changes;    /* as peers_changes has them */
	size_t count;
	int64_t by_s; /* how much earlier that was */
};

/**
 * The peers of a search with their changes, kept until there is a new step.
 * @return as peers_load; with 0 to be freed by peers_fini
 */
MUST_CHECK int peers_compared(struct peers *out,
			      const struct peer_search *search);

void peers_fini(struct peers *peers);

/**
 * The peers of a member in a period, the largest first.
 *
 * @param out  gets count of them, to be freed
 * @return 0; ERR_STORE, ERR_RANGE or -ENOMEM
 */
MUST_CHECK int peers_load(struct peer **out, size_t *count,
			  const struct call *call, const struct member *member,
			  const struct period *period);

/**
 * What becomes of peers' traffic: the mean rate of both directions over that of
 * an earlier period, less one.
 *
 * @param changes  gets one for each of the peers: NaN, where a rate is not
 *                 known; infinity, where there was nothing before
 * @param by_s     gets how much earlier: a week, or for a longer period as
 *                 many as it has
 * @return as peers_load
 */
MUST_CHECK int peers_changes(double *changes, int64_t *by_s,
			     const struct peer *peers, size_t count,
			     const struct peer_search *search);

/**
 * The same of certain seconds, if the search has only.
 */
MUST_CHECK int peers_load_of(struct peer **out, size_t *count,
			     const struct peer_search *search);

#endif
