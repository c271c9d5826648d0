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

/* Whether counters can say what a member's total is, or why not. */
enum headline_verdict {
	HEADLINE_COUNTED,
	HEADLINE_NO_PORT,     /* none is configured for it */
	HEADLINE_CORE_PORT,   /* one of them is between switches */
	HEADLINE_SHARED_PORT, /* one of them is another member's too */
	HEADLINE_NO_COUNTERS, /* one of them has sent none */
};

/**
 * The bytes/s of counters of a member's ports, in the rows of a series.
 *
 * @param rows     for each way as many as like has; unknown is NaN; filled
 *                 only if counted
 * @param verdict  gets whether they were
 * @return 0; ERR_RANGE or -ENOMEM
 */
MUST_CHECK int headline_counters(double *const rows[WAY_COUNT],
				 enum headline_verdict *verdict,
				 const struct traffic *like,
				 const struct call *call,
				 const struct member *member);

/**
 * What samples say of the same ports, all of it: also of frames that are none
 * of the member's.
 *
 * @param rows  per direction as many as like has, bytes/s; 0 where nothing is
 *              known
 * @return 0; ERR_RANGE or -ENOMEM
 */
MUST_CHECK int headline_samples(double *const rows[WAY_COUNT],
				const struct traffic *like,
				const struct call *call,
				const struct member *member);

/** The index of a port in a LAG of its switch, or UINT32_MAX: in none. */
uint32_t headline_lag_of(const struct registry *registry, uint32_t port);

#endif
