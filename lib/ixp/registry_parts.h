/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_IXP_REGISTRY_PARTS_H
#define LANTERNE_IXP_REGISTRY_PARTS_H

/*
 * registry_parts — the steps of building a registry, in their order.
 * For lib/ixp/registry*.c alone.
 */

#include "ixp/registry.h"

/* What the steps share; nothing of it outlives registry_build. */
struct registry_draft {
	struct registry *registry;
	const struct config *config;
	const struct roster *roster;
	struct diagnostics *d;
	struct u64map vlan_of;	 /* roster VLAN id -> 802.1Q tag */
	struct u64map member_of; /* ASN -> member */
};

/** The VLANs, and vlan_of. @return 0 or -ENOMEM; errors go to d */
MUST_CHECK int registry_add_vlans(struct registry_draft *draft);

/** The members, and member_of. @return 0 or -ENOMEM */
MUST_CHECK int registry_add_members(struct registry_draft *draft);

/** VLAN interfaces and stations. @return 0 or -ENOMEM; errors go to d */
MUST_CHECK int registry_add_interfaces(struct registry_draft *draft);

/** The ports. @return 0 or -ENOMEM */
MUST_CHECK int registry_add_ports(struct registry_draft *draft);

/** Say what is read but not used, and which members lack what. */
void registry_warn(const struct registry_draft *draft);

#endif
