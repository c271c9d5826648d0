/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_LOOK_H
#define LANTERNE_WEB_LOOK_H

/* look — how a graph is drawn, beside what it is of; all said in the query. */

#include <stdbool.h>

#include "util/text.h"
#include "web/page.h"

struct look {
	bool is_mirrored;  /* WAY_TO goes down from zero: style=mirrored */
	bool has_previous; /* as long a time before, as lines: previous=1 */
	bool to_capacity;  /* the axis reaches the capacity: scale=capacity */
};

/** What a request says. */
struct look look_of(const struct request *request);

/** Append "&amp;style=mirrored" and so on, for an address in HTML. */
void look_add_query(struct text *out, const struct look *look);

/**
 * Append links to this page with another look.
 *
 * @param has_ways      there are two directions, that can be mirrored
 * @param has_capacity  it is known
 */
void look_add_nav(struct text *out, const struct call *call, bool has_ways,
		  bool has_capacity);

#endif
