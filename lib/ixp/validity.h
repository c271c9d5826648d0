/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_IXP_VALIDITY_H
#define LANTERNE_IXP_VALIDITY_H

/* validity — when what the configuration says holds. Zeros: always. */

#include <stdbool.h>
#include <stdint.h>

struct validity {
	int64_t from_s;	 /* the first second of it; 0: since ever */
	int64_t until_s; /* the first second behind it; 0: for ever */
};

/** The first second behind it; INT64_MAX if there is none. */
static inline int64_t validity_end_s(struct validity v)
{
	return v.until_s ? v.until_s : INT64_MAX;
}

/** Whether it holds at a moment. */
static inline bool validity_holds(struct validity v, int64_t at_s)
{
	return v.from_s <= at_s && at_s < validity_end_s(v);
}

/** Whether it is limited at all. */
static inline bool validity_is_limited(struct validity v)
{
	return v.from_s || v.until_s;
}

/** Whether both hold at some moment. */
static inline bool validity_overlaps(struct validity a, struct validity b)
{
	return a.from_s < validity_end_s(b) && b.from_s < validity_end_s(a);
}

#endif
