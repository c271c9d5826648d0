/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_MEMBER_PORTS_H
#define LANTERNE_COLLECTOR_MEMBER_PORTS_H

/*
 * member_ports — the one port that a member has on a switch, by configuration.
 *
 * A mirror says of a frame whose it is, seldom by which port it came. Where a
 * member has one port on a switch, or one LAG, that is it.
 */

#include <stdint.h>

#include "collector/port_table.h"
#include "ixp/registry.h"
#include "util/attr.h"

enum { MEMBER_PORTS_NONE = 0, MEMBER_PORTS_SEVERAL = 0xffffffff };

struct member_ports {
	size_t switch_count;
	uint32_t *ifindex;     /* by member, then switch: a LAG's own; or
				* MEMBER_PORTS_NONE, _SEVERAL */
	uint32_t *only_switch; /* by member: where all its ports are; the
				* number of switches: nowhere, or on several */
	/* By port of the table: all of its members have no other one at the
	 * switch, and an address. */
	bool *is_only;
};

/** @return 0 or -ENOMEM */
MUST_CHECK int member_ports_init(struct member_ports *p,
				 const struct registry *registry,
				 const struct port_table *ports);
void member_ports_fini(struct member_ports *p);

/** A member's port on a switch; MEMBER_PORTS_NONE, _SEVERAL. */
static inline uint32_t member_ports_at(const struct member_ports *p,
				       uint32_t member, uint32_t switch_index)
{
	return p->ifindex[member * p->switch_count + switch_index];
}

#endif
