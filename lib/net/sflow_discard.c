/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The reasons of discarded packets in groups (sFlow Dropped Packet
 * Notification Structures, enum drop_reason).
 */

#include "net/sflow.h"

enum { LAST_ICMP_CODE = 15 }; /* up to it: of "destination unreachable" */

enum sflow_discard_group sflow_discard_group(uint32_t reason)
{
	switch (reason) {
	case 257:
		return SFLOW_DISCARD_TTL;
	case 9:	 /* network prohibited */
	case 10: /* host prohibited */
	case 13: /* communication prohibited */
	case 258:
		return SFLOW_DISCARD_ACL;
	case 259: /* no buffer */
	case 260: /* random early detection */
	case 261: /* traffic shaping */
	case 287: /* unknown, of the buffer group */
		return SFLOW_DISCARD_BUFFER;
	case 4: /* fragmentation needed */
	case 262:
		return SFLOW_DISCARD_SIZE;
	case 264: /* tag mismatch */
	case 265: /* ingress filter */
		return SFLOW_DISCARD_VLAN;
	case 266:
		return SFLOW_DISCARD_SPANNING_TREE;
	case 269: /* route to nowhere */
	case 279: /* no neighbour */
		return SFLOW_DISCARD_UNREACHABLE;
	default:
		return reason <= LAST_ICMP_CODE ? SFLOW_DISCARD_UNREACHABLE
						: SFLOW_DISCARD_OTHER;
	}
}

const char *sflow_discard_group_name(enum sflow_discard_group group)
{
	static const char *const names[SFLOW_DISCARD_GROUP_COUNT] = {
		[SFLOW_DISCARD_UNREACHABLE] = "unreachable",
		[SFLOW_DISCARD_TTL] = "ttl",
		[SFLOW_DISCARD_ACL] = "acl",
		[SFLOW_DISCARD_BUFFER] = "buffer",
		[SFLOW_DISCARD_SIZE] = "size",
		[SFLOW_DISCARD_VLAN] = "vlan",
		[SFLOW_DISCARD_SPANNING_TREE] = "spanning_tree",
		[SFLOW_DISCARD_OTHER] = "other",
	};

	return names[group];
}
