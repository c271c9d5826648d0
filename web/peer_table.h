/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_PEER_TABLE_H
#define LANTERNE_WEB_PEER_TABLE_H

/*
 * peer_table — a member's peers as a table that can be searched and sorted,
 * also without a script: q=, sort= and order= of the query say how.
 */

#include "web/page.h"
#include "web/peers.h"
#include "web/period.h"

/**
 * Append the table of a member's peers in a period.
 */
void peer_table_add(struct text *out, const struct call *call,
		    const struct member *member, const struct period *period);

#endif
