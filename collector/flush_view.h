/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_FLUSH_VIEW_H
#define LANTERNE_COLLECTOR_FLUSH_VIEW_H

/*
 * flush_view — a registry's members, interfaces, VLANs and switches as tracks,
 * and which switches could have seen whom.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/closed_step.h"
#include "collector/track_set.h"
#include "ixp/registry.h"
#include "util/attr.h"

struct flush_view {
	const struct registry *registry; /* borrowed */
	uint32_t *list; /* all of the following, in one array */
	size_t list_count;
	uint32_t exchange;
	const uint32_t *members;    /* per member */
	const uint32_t *interfaces; /* per VLAN interface; TRACK_NONE: its
				     * member's only one, or no VLAN's */
	const uint32_t *vlans;	    /* per VLAN */
	const uint32_t *switches;   /* per switch */
	const uint32_t *agents;	    /* per switch */
	bool *has_ports; /* per member: some port is configured for it */
	bool *port_on;	 /* per member and switch */
	bool incomplete; /* not all have tracks: no memory */
};

/**
 * @param set  where tracks are found or made
 * @return 0 or -ENOMEM; flush_view_fini is due in both cases
 */
MUST_CHECK int flush_view_init(struct flush_view *v,
			       const struct registry *registry,
			       struct track_set *set);
void flush_view_fini(struct flush_view *v);

/** The track of a VLAN; TRACK_NONE if the exchange has no such VLAN. */
uint32_t flush_view_vlan(const struct flush_view *v, uint16_t tag);

/** True if any switch was alive. @param agents  per switch */
bool flush_view_any_alive(const struct flush_view *v,
			  const struct agent_row *agents);

/**
 * True if a switch was alive on which the member has ports; where none of its
 * ports are known, if any switch was. Never if no address of its is known: it
 * cannot be recognised then.
 */
bool flush_view_member_seen(const struct flush_view *v,
			    const struct agent_row *agents, uint32_t member);

#endif
