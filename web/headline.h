/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_HEADLINE_H
#define LANTERNE_WEB_HEADLINE_H

/*
 * headline — when interface counters, rather than samples, say how much.
 *
 * A member's totals come from counters when all its configured ports report
 * them and are its own: not shared with another member and no core ports.
 * The exchange's, when that holds of every member, shared ports allowed. An
 * aggregate and its member ports are never both counted.
 *
 * A port that the configuration gives to a member for a time speaks for that
 * member in the rows that lie within it: what it counted before was another's.
 */

#include <stdbool.h>
#include <stdint.h>

#include "util/attr.h"
#include "web/page.h"
#include "web/traffic.h"

/**
 * Replace the totals of t by those of counters where these can say them.
 *
 * @param member  whose ports; NULL: every member's
 * @param exact   gets whether it was done
 * @return 0; ERR_STORE, ERR_RANGE or -ENOMEM
 */
MUST_CHECK int headline_apply(struct traffic *t, const struct call *call,
			      const struct member *member, bool *exact);

/** The index of a port in a LAG of its switch, or UINT32_MAX: in none. */
uint32_t headline_lag_of(const struct registry *registry, uint32_t port);

#endif
