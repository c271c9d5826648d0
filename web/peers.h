/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_PEERS_H
#define LANTERNE_WEB_PEERS_H

/* peers — with whom a member exchanges how much, from the pairs' series. */

#include <stddef.h>

#include "util/attr.h"
#include "web/page.h"
#include "web/traffic.h"

struct peer {
	const struct member *member;
	double bytes[WAY_COUNT]; /* WAY_FROM: to this peer */
	double v6_bytes[WAY_COUNT];
};

/**
 * The peers of a member in a period, the largest first.
 *
 * @param out  gets count of them, to be freed
 * @return 0; ERR_STORE, ERR_RANGE or -ENOMEM
 */
MUST_CHECK int peers_load(struct peer **out, size_t *count,
			  const struct call *call, const struct member *member,
			  const struct period *period);

#endif
