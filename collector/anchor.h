/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_ANCHOR_H
#define LANTERNE_COLLECTOR_ANCHOR_H

/* anchor — what the counters of a member's ports say that it sent and got,
 * which estimates can be scaled to. */

#include <stdbool.h>
#include <stdint.h>

#include "collector/port_table.h"
#include "util/attr.h"

/**
 * The octets that the ports of a member counted in and out, by all deltas
 * that were accepted. A LAG counts once: by its own counters, or where it
 * sent none by those of all its member ports.
 *
 * @param octets  in: from the member, and out: to it; set if true
 * @return whether they can say it: it has ports, each has counted in both
 *         directions, is the member's alone, and is so at all times
 */
MUST_CHECK bool anchor_of(const struct port_table *t, uint32_t member,
			  uint64_t octets[2]);

#endif
