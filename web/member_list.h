/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_MEMBER_LIST_H
#define LANTERNE_WEB_MEMBER_LIST_H

/* member_list — the figures of all members over a day, worked out once a
 * minute for all who ask. */

#include <stddef.h>

#include "util/attr.h"
#include "web/page.h"
#include "web/traffic.h"

struct member_figures {
	double current[WAY_COUNT]; /* bytes/s; NaN: unknown, as all others */
	double highest;		   /* bytes/s, of either direction */
	double total_bytes;	   /* of both directions */
	size_t spark_at;	   /* the drawing, in the list's sparks */
	size_t spark_len;
};

struct member_list {
	void *kept;			      /* what the others point into */
	const struct member_figures *figures; /* one a member, as registered */
	const char *sparks;
};

/** Load the figures. @return 0 or -ENOMEM */
MUST_CHECK int member_list_load(struct member_list *out,
				const struct call *call);

void member_list_fini(struct member_list *list);

#endif
