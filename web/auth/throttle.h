/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_AUTH_THROTTLE_H
#define LANTERNE_WEB_AUTH_THROTTLE_H

/*
 * throttle — how often something may be tried: a token bucket for each key.
 *
 * Keys beyond its room push out the one of a few that is owed the least; which
 * few that are depends on a random number, so that nobody can aim. All calls
 * from any thread.
 */

#include <stddef.h>

#include "util/attr.h"

struct throttle;

/** How many at once, and how many seconds until there is one more. */
struct throttle_rate {
	double burst;
	double per_s;
};

/** Make one with room for so many keys. @return 0 or -errno */
MUST_CHECK int throttle_new(struct throttle **out, size_t room,
			    struct throttle_rate rate);

/** Free it; NULL is fine. */
void throttle_free(struct throttle *throttle);

/**
 * Try once.
 *
 * @param now_s  a clock that never goes back
 * @return 0: it may be done, and was counted; else in how many seconds it may
 */
double throttle_try(struct throttle *throttle, const char *key, double now_s);

/** Take the last try back: it was none of those that are to be few. */
void throttle_return(struct throttle *throttle, const char *key, double now_s);

#endif
