/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_IXP_REGISTRY_PARTS_H
#define LANTERNE_IXP_REGISTRY_PARTS_H

/*
 * registry_parts — the steps of building a registry, in their order.
 * For lib/ixp/registry*.c alone.
 */

#include "ixp/mac_table.h"
#include "ixp/registry.h"

/* What the steps share; nothing of it outlives registry_build. */
struct registry_draft {
	struct registry *registry;
	const struct config *config;
	const struct roster *roster;
	struct mac_table *const *tables;
	size_t table_count;
	struct mac_table *const *id_tables;
	size_t id_table_count;
	struct diagnostics *d;
	struct u64map vlan_of;	 /* roster VLAN id -> 802.1Q tag */
	struct u64map member_of; /* ASN -> member */
	size_t port_capacity;	 /* of the registry's array */
};

/* A member's presence in a VLAN. */
struct seat {
	uint32_t member;
	uint16_t vlan;
	bool made;	  /* not of the roster but of macs: */
	uint32_t order;	  /* in the roster */
	uint16_t ordinal; /* 0: not numbered yet */
	const struct roster_presence *presence; /* NULL: made */
};

struct seats {
	struct seat *all; /* by member, VLAN and ordinal */
	size_t count;
	size_t capacity;
};

/* One MAC that is somebody's. */
struct claim {
	struct mac mac;
	uint16_t vlan;
	uint32_t interface;
	const struct roster_presence *presence; /* NULL: not of the roster */
	const struct config_mac *config; /* NULL: not of the configuration */
};

struct claims {
	struct claim *all;
	size_t count;
	size_t capacity;
};

/**
 * The seats, and the VLAN interfaces that they are.
 * @param seats  empty ones; the caller frees its array, also on failure
 * @return 0, -ENOMEM or ERR_CONFIG; errors go to d
 */
MUST_CHECK int registry_add_seats(struct registry_draft *draft,
				  struct seats *seats);

/** The index of a member's first seat in a VLAN, or in a higher one. */
size_t registry_first_seat(const struct seats *s, uint32_t member,
			   uint16_t vlan);

/** Add a claim. @return 0 or -ENOMEM */
MUST_CHECK int registry_add_claim(struct claims *c, struct claim claim);

/** The VLAN interface of a seat: members before it have catch-alls too. */
static inline uint32_t registry_interface_of(const struct seats *seats,
					     size_t index)
{
	return (uint32_t)(2 + index + seats->all[index].member);
}

/**
 * Claim what the MAC tables say, where nobody claims it yet.
 *
 * @param claims  those of roster and configuration; gets the others
 * @return 0 or -ENOMEM
 */
MUST_CHECK int registry_claim_tables(struct registry_draft *draft,
				     const struct seats *seats,
				     struct claims *claims);

/* A router's address in the roster. */
struct addressed {
	struct ipaddr addr;
	uint16_t vlan;
	uint32_t interface; /* 0: that of several members */
};

/* Those of all seats, each once. */
struct addresses {
	struct addressed *all; /* to be freed */
	size_t count;
};

/** List the addresses of the seats. @return 0 or -ENOMEM */
MUST_CHECK int registry_list_addresses(struct addresses *out,
				       const struct registry *registry,
				       const struct seats *seats);

/** Whose address it is in a VLAN; 0: nobody's, or that of several members. */
uint32_t registry_find_address(const struct addresses *addresses,
			       struct ipaddr addr, uint16_t vlan);

/**
 * Give the interfaces the ids that IXP Manager has for them, by the id tables.
 * The stations are there already.
 *
 * @return 0 or -ENOMEM
 */
MUST_CHECK int registry_add_ids(struct registry_draft *draft,
				const struct seats *seats);

/** The VLANs, and vlan_of. @return 0 or -ENOMEM; errors go to d */
MUST_CHECK int registry_add_vlans(struct registry_draft *draft);

/** The members, and member_of. @return 0 or -ENOMEM */
MUST_CHECK int registry_add_members(struct registry_draft *draft);

/** VLAN interfaces and stations. @return 0 or -ENOMEM; errors go to d */
MUST_CHECK int registry_add_interfaces(struct registry_draft *draft);

/** The ports. @return 0 or -ENOMEM */
MUST_CHECK int registry_add_ports(struct registry_draft *draft);

/** Infrastructure and locations. @return 0 or -ENOMEM */
MUST_CHECK int registry_add_groups(struct registry_draft *draft);

/** Free what registry_add_groups made, or a part of it. */
void registry_free_groups(struct registry *registry);

/**
 * Say what is read but not used, and which members lack what.
 * @return 0 or -ENOMEM
 */
MUST_CHECK int registry_warn(const struct registry_draft *draft);

#endif
